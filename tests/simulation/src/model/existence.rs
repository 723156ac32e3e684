//! Stages 2 to 5: the reference seen before, the period, what is named and must exist, the member.

use std::collections::BTreeSet;

use super::{Code, FLOAT, Model, OFFICE, PAYABLE, RECEIVABLE, STOCK, Submitted, TILL, TRANSIT, require};

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
        let mut consumed = Vec::new();
        match op.kind() {
            "deposit" => consumed = self.check_deposit(op)?,
            "pay_out" | "release" => consumed.push(self.open_payable(op.text("payable").unwrap_or(""))?),
            "swap" => {
                if let Some(payable) = op.credit() {
                    consumed.push(self.open_payable(payable)?);
                    require(self.payables[payable].rate.is_none(), "credit_not_allowed")?;
                }
            }
            "reclassify" => consumed = self.check_reclassify(op)?,
            "reverse" => consumed.push(self.check_reverse(op)?),
            _ => {}
        }
        require(consumed.iter().all(|day| op.on() >= day.as_str()), "dated_before")?;
        if op.kind() == "close_period" {
            let later = self.closed_through().as_deref() < op.text("through");
            require(later, "period_not_increasing")?;
        }
        if matches!(op.kind(), "close_period" | "attest_statement") {
            let judged_as_now = self.recorded_on.as_str() >= "2026-03-01";
            let over = op.text("through") < Some(&self.recorded_on);
            require(over || !judged_as_now, "period_not_over")?;
        }
        Ok(())
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

    /// The day on which the slip was opened, if euros are still on it.
    fn open_slip(&self, id: &str) -> Result<String, Code> {
        let slip = self.slips.get(id).ok_or("unknown_slip")?;
        let open = self.euro(&format!("{TRANSIT}{id}")) > 0;
        require(open || !slip.deposited, "already_deposited")?;
        require(open, "slip_closed")?;
        Ok(slip.opened_on.clone())
    }

    /// The day on which the payable was opened, if something is still owed.
    fn open_payable(&self, id: &str) -> Result<String, Code> {
        let payable = self.payables.get(id).ok_or("unknown_payable")?;
        require(self.owed(id) > 0, "payable_settled")?;
        Ok(payable.opened_on.clone())
    }

    fn check_deposit(&self, op: &Submitted) -> Result<Vec<String>, Code> {
        let slips = op.slips();
        let opened = slips.iter().map(|slip| self.open_slip(slip)).collect::<Result<_, _>>()?;
        let bureaux: BTreeSet<_> = slips.iter().map(|slip| &self.slips[*slip].bureau).collect();
        let exact = !op.has("short") && !op.has("over");
        require(exact || bureaux.len() == 1, "slips_of_several_bureaux")?;
        let counted = op.cents("amount") + op.cents("short") + op.cents("charge") - op.cents("over");
        let written: i128 = slips.iter().map(|slip| self.euro(&format!("{TRANSIT}{slip}"))).sum();
        require(counted == written, "amount_mismatch")?;
        Ok(opened)
    }

    fn check_reclassify(&self, op: &Submitted) -> Result<Vec<String>, Code> {
        let (debit, credit) = (op.text("debit").unwrap_or(""), op.text("credit").unwrap_or(""));
        let mut opened = Vec::new();
        if let Some(payable) = debit.strip_prefix(PAYABLE) {
            opened.push(self.open_payable(payable)?);
        }
        if let Some(slip) = credit.strip_prefix(TRANSIT) {
            opened.push(self.open_slip(slip)?);
            let bureau = debit.strip_prefix(RECEIVABLE);
            require(bureau.is_none_or(|bureau| bureau == self.slips[slip].bureau), "wrong_bureau")?;
        }
        Ok(opened)
    }

    fn check_reverse(&self, op: &Submitted) -> Result<String, Code> {
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
        Ok(entry.op.on().to_owned())
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
        if !matches!(op.kind(), "issue" | "swap" | "reconvert") {
            return Ok(());
        }
        let Some(member) = op.text("member").map(|id| &self.members[id]) else { return Ok(()) };
        require(op.kind() != "reconvert" || member.accepter, "not_an_accepter")?;
        require(member.valid_until.as_str() >= op.on(), "membership_expired")
    }
}
