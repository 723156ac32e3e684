//! Stages 2 to 5: the reference seen before, the period, what is named and must exist, the member.

use std::collections::BTreeSet;

use super::{
    Code, DEPOSIT, FLOAT, Model, OFFICE, OWN_BANK, PAYABLE, Posting, Quantity, RECEIVABLE, STOCK, Submitted,
    TILL, TRANSIT, require,
};

impl Model {
    pub(super) fn recall(&self, op: &Submitted) -> Result<Option<u64>, Code> {
        if let Some(index) = self.references.get(op.reference()) {
            require(self.entries[*index].op == *op, "reference_conflict")?;
            return Ok(Some(*index as u64 + 1));
        }
        require(!self.slips.contains_key(op.reference()), "reference_in_use")?;
        Ok(None)
    }

    pub(super) fn check_period(&self, op: &Submitted) -> Result<(), Code> {
        require(op.kind() == "found" || !self.entries.is_empty(), "not_founded")?;
        // A closing that is taken back stands in nobody's way, least of all in that of its reversal.
        let reversed = if op.kind() == "reverse" { self.reversed_index(op) } else { None };
        let mut others = self.closings.iter().filter(|(index, _)| Some(*index) != reversed);
        require(others.all(|(_, through)| op.on() > through.as_str()), "period_closed")
    }

    // ---- Stage 4: existence --------------------------------------------------------------------------------

    pub(super) fn check_existence(&self, op: &Submitted) -> Result<(), Code> {
        require(op.kind() != "found" || self.entries.is_empty(), "already_founded")?;
        for field in ["bills", "in", "out"] {
            let known = op.bills(field).keys().all(|denomination| self.denominations.contains(denomination));
            require(known, "unknown_denomination")?;
        }
        self.check_new_slip(op)?;
        self.check_bureau(op)?;
        self.check_known_member(op)?;
        match op.kind() {
            "deposit" => self.check_deposit(op)?,
            "pay_out" => {
                let payable = op.text("payable").unwrap_or("");
                self.open_payable(payable)?;
                require(!self.payables[payable].counted, "count_not_paid_out")?;
            }
            "release" => {
                let id = op.text("payable").unwrap_or("");
                self.open_payable(id)?;
                let payable = &self.payables[id];
                let claimed = payable.rate.is_some() && *op.on() < *five_years_after(&payable.made_on);
                require(!claimed, "released_too_early")?;
            }
            "swap" => {
                if let Some(payable) = op.credit() {
                    self.open_payable(payable)?;
                    require(self.payables[payable].rate.is_none(), "credit_not_allowed")?;
                }
            }
            "reclassify" => self.check_reclassify(op)?,
            "reverse" => self.check_reverse(op)?,
            _ => {}
        }
        if op.kind() == "close_period" {
            let later = self.closed_through().as_deref() < op.text("through");
            require(later, "period_not_increasing")?;
        }
        if matches!(op.kind(), "close_period" | "attest_statement") {
            let over = op.text("through") < Some(&self.recorded_on);
            require(over || !self.judged_as_now(), "period_not_over")?;
        }
        Ok(())
    }

    /// Nothing is dated before what it rests on.
    pub(super) fn check_dates(&self, op: &Submitted) -> Result<(), Code> {
        let mut days: Vec<&str> = vec![&self.founded_on];
        let since = |id: &str| self.bureaux.get(id).map(|bureau| bureau.since.as_str());
        days.extend(op.text("bureau").or(op.text("from_till")).and_then(since));
        days.extend(op.text("member").and_then(|id| Some(self.members.get(id)?.enrolled_on.as_str())));
        let named = [op.text("debit"), op.text("credit")].into_iter().flatten();
        days.extend(named.filter_map(|account| account.strip_prefix(RECEIVABLE)).filter_map(since));
        if let Some(index) = self.reversed_index(op) {
            days.push(self.entries[index].op.on());
            let postings = self.entries[index].postings.iter();
            for account in postings.flat_map(|posting| [&posting.debit, &posting.credit]) {
                let of = [STOCK, FLOAT, TILL].into_iter().find_map(|prefix| account.strip_prefix(prefix));
                days.extend(of.and_then(since));
            }
        }
        // A swap by an amount that no bills make takes nothing from a payable either.
        for posting in self.draft(op).map(|draft| draft.postings).unwrap_or_default() {
            let slip = posting.credit.strip_prefix(TRANSIT).and_then(|id| self.slips.get(id));
            let payable = posting.debit.strip_prefix(PAYABLE).and_then(|id| self.payables.get(id));
            days.extend(slip.map(|slip| slip.since.as_str()));
            days.extend(payable.map(|payable| payable.since.as_str()));
        }
        require(days.iter().all(|day| op.on() >= *day), "dated_before")
    }

    /// Whether an entry recorded now is judged by the rules that came in March 2026.
    fn judged_as_now(&self) -> bool {
        self.recorded_on.as_str() >= "2026-03-01"
    }

    /// A line of the bank is of the day and the amount of what it stands for, and stands for one entry, or for pay-outs.
    pub(super) fn check_line(&self, op: &Submitted) -> Result<(), Code> {
        let Some(line) = op.get("bank_line").filter(|_| self.judged_as_now()) else { return Ok(()) };
        let moved = self.draft(op).map(|draft| bank_movement(&draft.postings)).unwrap_or_default();
        let amount = i128::from(line["amount"].as_i64().unwrap_or(0));
        let paid_out = op.kind() == "pay_out";
        let fits = if paid_out { amount <= moved && moved < 0 } else { amount == moved && moved != 0 };
        require(fits && line["date"] == op.on(), "bank_line_mismatch")?;
        let others =
            self.entries.iter().filter(|entry| entry.op.get("bank_line") == Some(line) && !entry.reversed);
        let (mut others_paid_out, mut together) = (true, moved);
        let mut none = true;
        for other in others {
            none = false;
            others_paid_out &= other.op.kind() == "pay_out";
            together += bank_movement(&other.postings);
        }
        require(none || (paid_out && others_paid_out && together >= amount), "bank_line_in_use")
    }

    /// Slips and references are one namespace; only the operation's own reference may name its slip.
    fn check_new_slip(&self, op: &Submitted) -> Result<(), Code> {
        let Some(slip) = op.text("slip").filter(|_| op.kind() != "deposit") else { return Ok(()) };
        let free = !self.references.contains_key(slip) && !self.slips.contains_key(slip);
        require(slip == op.reference() || free, "reference_in_use")
    }

    fn check_bureau(&self, op: &Submitted) -> Result<(), Code> {
        let kind = op.kind();
        let named = op.text("bureau").or(op.text("from_till")).or_else(|| {
            let accounts = [op.text("debit"), op.text("credit")];
            accounts.into_iter().flatten().find_map(|account| account.strip_prefix(RECEIVABLE))
        });
        let Some(id) = named else { return Ok(()) };
        if kind == "open_bureau" {
            return require(!self.bureaux.contains_key(id), "bureau_exists");
        }
        // What concerns a receivable outlives the bureau, and the association has one too.
        let of_receivable = matches!(kind, "cover" | "write_off" | "reclassify");
        if of_receivable && id == OFFICE {
            return Ok(());
        }
        let bureau = self.bureaux.get(id).ok_or("unknown_bureau")?;
        require(of_receivable || !bureau.closed, "bureau_closed")?;
        let needs_consignment = match kind {
            "destroy_bills" | "exchange" | "reconvert" | "remit" | "pay_out" => true,
            "count" => op.has("till"),
            "swap" => op.credit().is_some(),
            _ => false,
        };
        require(!(needs_consignment && bureau.prefunded), "wrong_terms")
    }

    fn check_known_member(&self, op: &Submitted) -> Result<(), Code> {
        let Some(id) = op.text("member") else { return Ok(()) };
        match op.kind() {
            "enrol_member" => require(!self.members.contains_key(id), "member_exists"),
            _ => require(self.members.contains_key(id), "unknown_member"),
        }
    }

    /// Euros are still on the slip.
    fn open_slip(&self, id: &str) -> Result<(), Code> {
        let slip = self.slips.get(id).ok_or("unknown_slip")?;
        let open = self.euro(&format!("{TRANSIT}{id}")) > 0;
        require(open || !slip.deposited, "already_deposited")?;
        require(open, "slip_closed")
    }

    /// Something is still owed.
    fn open_payable(&self, id: &str) -> Result<(), Code> {
        require(self.payables.contains_key(id), "unknown_payable")?;
        require(self.owed(id) > 0, "payable_settled")
    }

    fn check_deposit(&self, op: &Submitted) -> Result<(), Code> {
        let slips = op.slips();
        slips.iter().try_for_each(|slip| self.open_slip(slip))?;
        let bureaux: BTreeSet<_> = slips.iter().map(|slip| &self.slips[*slip].bureau).collect();
        let exact = !op.has("short") && !op.has("over");
        require(exact || bureaux.len() == 1, "slips_of_several_bureaux")?;
        let counted = op.cents("amount") + op.cents("short") + op.cents("charge") - op.cents("over");
        let written: i128 = slips.iter().map(|slip| self.euro(&format!("{TRANSIT}{slip}"))).sum();
        require(counted == written, "amount_mismatch")?;
        require(2 * op.cents("charge") <= written, "charge_too_large")?;
        require(op.cents("over") <= 10 * written, "over_too_large")
    }

    fn check_reclassify(&self, op: &Submitted) -> Result<(), Code> {
        let (debit, credit) = (op.text("debit").unwrap_or(""), op.text("credit").unwrap_or(""));
        if let Some(payable) = debit.strip_prefix(PAYABLE) {
            self.open_payable(payable)?;
            require(self.payables[payable].rate.is_none(), "credit_not_allowed")?;
        }
        if let Some(slip) = credit.strip_prefix(TRANSIT) {
            self.open_slip(slip)?;
            let bureau = debit.strip_prefix(RECEIVABLE);
            require(bureau.is_none_or(|bureau| bureau == self.slips[slip].bureau), "wrong_bureau")?;
        }
        Ok(())
    }

    fn check_reverse(&self, op: &Submitted) -> Result<(), Code> {
        let index = self.reversed_index(op).ok_or("unknown_entry")?;
        let entry = &self.entries[index];
        require(entry.op.kind() != "reverse", "reversal_of_reversal")?;
        let says = matches!(entry.op.kind(), "attest_statement" | "close_period");
        require(says || !entry.postings.is_empty(), "nothing_to_reverse")?;
        require(!entry.reversed, "already_reversed")?;
        let last = self.closings.last().is_some_and(|(last, _)| *last == index);
        require(entry.op.kind() != "close_period" || last, "not_the_last_closing")?;
        for account in entry.postings.iter().flat_map(|posting| [&posting.debit, &posting.credit]) {
            let of = |prefix: &str| account.strip_prefix(prefix).and_then(|id| self.bureaux.get(id));
            let consigned = of(STOCK).or(of(TILL));
            let prefunded = of(FLOAT);
            require(!consigned.or(prefunded).is_some_and(|bureau| bureau.closed), "bureau_closed")?;
            require(!consigned.is_some_and(|bureau| bureau.prefunded), "wrong_terms")?;
            require(prefunded.is_none_or(|bureau| bureau.prefunded), "wrong_terms")?;
        }
        Ok(())
    }

    pub(super) fn reversed_index(&self, op: &Submitted) -> Option<usize> {
        let entry = op.get("entry")?;
        match entry.as_str() {
            Some(reference) => self.references.get(reference).copied(),
            None => usize::try_from(entry.as_u64()?).ok()?.checked_sub(1).filter(|i| *i < self.entries.len()),
        }
    }

    // ---- Stage 5: member -----------------------------------------------------------------------------------

    pub(super) fn check_member(&self, op: &Submitted) -> Result<(), Code> {
        if let "enrol_member" | "amend_member" | "renew_member" = op.kind() {
            return self.check_membership(op);
        }
        if !matches!(op.kind(), "issue" | "swap" | "reconvert") {
            return Ok(());
        }
        let Some(member) = op.text("member").map(|id| &self.members[id]) else { return Ok(()) };
        require(op.kind() != "reconvert" || member.is_accepter_on(op.on()), "not_an_accepter")?;
        require(member.is_valid_on(op.on()), "membership_expired")
    }

    /// A membership ends no earlier than it began, and a renewal no earlier than what it renews.
    fn check_membership(&self, op: &Submitted) -> Result<(), Code> {
        let Some(until) = op.text("valid_until").filter(|_| self.judged_as_now()) else { return Ok(()) };
        let member = op.text("member").and_then(|id| self.members.get(id));
        let began = member.map_or(op.on(), |member| &member.enrolled_on);
        require(until >= began, "membership_ends_before")?;
        let running = member.filter(|_| op.kind() == "renew_member").map(|member| member.ends_on(op.on()));
        require(running.is_none_or(|running| until >= running), "renewal_shortens")
    }
}

/// What postings move on the account at the bank.
pub(super) fn bank_movement(postings: &[Posting]) -> i128 {
    let at_the_bank = |account: &str| i128::from(account == DEPOSIT || account == OWN_BANK);
    let moved = postings.iter().map(|posting| match &posting.quantity {
        Quantity::Euros(cents) => (at_the_bank(&posting.debit) - at_the_bank(&posting.credit)) * cents,
        Quantity::Bills(_) => 0,
    });
    moved.sum()
}

/// The same day five years later; the 29th of February has its 28th.
fn five_years_after(day: &str) -> String {
    let year: u32 = day[..4].parse().expect("the shape requires a date");
    let rest = if &day[4..] == "-02-29" { "-02-28" } else { &day[4..] };
    format!("{}{rest}", year + 5)
}
