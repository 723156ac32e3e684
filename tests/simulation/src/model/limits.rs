//! Stages 6 to 8: stock, ceilings and funds, on the net effect of the entry.

use std::collections::BTreeMap;

use super::{
    BALANCE_CENTS_MAX, Code, DEPOSIT, FLOAT, MOVED_CENTS_MAX, Model, OWN_BANK, PAYABLE, PRINTED, PUBLIC,
    Posting, Quantity, RECEIVABLE, STOCK, Submitted, TILL, TRANSIT, in_force, require, value,
};

impl Model {
    pub(super) fn check_stock(&self, op: &Submitted, change: &Change) -> Result<(), Code> {
        let prefunded = op.text("bureau").filter(|id| op.kind() == "count" && self.bureaux[*id].prefunded);
        let grows =
            prefunded.is_some_and(|id| value(&op.bills("bills")) > self.balance(&format!("{FLOAT}{id}")));
        require(!grows, "float_exceeded")?;
        let held = |account: &str, d: u64| self.bills.get(account).and_then(|b| b.get(&d)).unwrap_or(&0);
        let lacking = change.bills.iter().filter(|((account, d), count)| held(account, *d) + *count < 0);
        let lacking: Vec<&str> = lacking.map(|((account, _), _)| account.as_str()).collect();
        let is_place = |account: &&str| *account != PUBLIC && *account != PRINTED;
        require(!lacking.iter().any(is_place), "insufficient_stock")?;
        require(!lacking.contains(&PUBLIC), "insufficient_circulation")?;

        let Some(id) = op.text("bureau") else { return Ok(()) };
        let holds = |prefix: &str| self.balance(&format!("{prefix}{id}")) != 0;
        let in_hand = holds(STOCK) || holds(FLOAT) || holds(TILL);
        let on_its_way = || {
            let mut slips = self.slips.iter().filter(|(_, slip)| slip.bureau == id);
            slips.any(|(name, _)| self.euro(&format!("{TRANSIT}{name}")) != 0)
        };
        let refused = match op.kind() {
            "close_bureau" => in_hand || on_its_way(),
            "amend_bureau" => self.changes_kind_of_terms(op, id) && (in_hand || holds(RECEIVABLE)),
            _ => false,
        };
        require(!refused, "bureau_not_empty")
    }

    fn changes_kind_of_terms(&self, op: &Submitted, bureau: &str) -> bool {
        op.has("terms") && (op.text("terms") == Some("prefunded")) != self.bureaux[bureau].prefunded
    }

    pub(super) fn check_ceilings(&self, op: &Submitted, change: &Change) -> Result<(), Code> {
        let within = change.euros.iter().all(|(account, cents)| {
            let bureau = account.strip_prefix(TILL).and_then(|id| self.bureaux.get(id));
            let ceiling = bureau.and_then(|bureau| in_force(&bureau.ceilings, op.on()));
            ceiling.is_none_or(|ceiling| *cents <= 0 || self.euro(account) + cents <= *ceiling)
        });
        require(within, "till_ceiling_exceeded")
    }

    pub(super) fn check_funds(&self, op: &Submitted, change: &Change) -> Result<(), Code> {
        let after = |account: &str| self.euro(account) + change.euros.get(account).copied().unwrap_or(0);
        let sound = |prefix: &str| {
            let mut touched = change.euros.keys().filter(|account| account.starts_with(prefix));
            touched.all(|account| if prefix == PAYABLE { after(account) <= 0 } else { after(account) >= 0 })
        };
        require(sound(TILL), "insufficient_till")?;
        require(sound(TRANSIT), "transit_exceeded")?;
        require(sound(RECEIVABLE), "receivable_exceeded")?;
        require(sound(PAYABLE), "payable_exceeded")?;

        let undone = self.reversed_index(op).map(|index| self.entries[index].op.kind());
        let from_own_funds = match op.kind() {
            "write_off" | "withdraw_surplus" => op.cents("amount"),
            "reverse" if undone != Some("pay_out") => -change.euros.get(OWN_BANK).copied().unwrap_or(0),
            _ => 0,
        };
        require(from_own_funds <= 0 || self.euro(OWN_BANK) >= from_own_funds, "own_funds_insufficient")?;

        let bounced = op.kind() == "reclassify" && op.text("credit") == Some(DEPOSIT);
        let told_by_the_bank = op.kind() == "bank_charge" || bounced;
        let (bank, bank_after) = (self.euro(DEPOSIT) + self.euro(OWN_BANK), after(DEPOSIT) + after(OWN_BANK));
        require(told_by_the_bank || bank_after >= bank || bank_after >= 0, "bank_insufficient")
    }

    /// The last stage: how much a ledger holds. An account is looked at after each posting, a sum of accounts at the end.
    pub(super) fn check_extent(&self, postings: &[Posting]) -> Result<(), Code> {
        let moved: i128 = postings.iter().map(Posting::cents).sum();
        require(self.moved + moved <= MOVED_CENTS_MAX, "total_too_large")?;
        let mut after: BTreeMap<&str, i128> = BTreeMap::new();
        for posting in postings {
            for (account, cents) in [(&posting.debit, posting.cents()), (&posting.credit, -posting.cents())] {
                let before = || self.euro(account) + value(&self.bills_in(account));
                let balance = after.entry(account).or_insert_with(before);
                *balance += cents;
                require(balance.abs() <= BALANCE_CENTS_MAX, "balance_too_large")?;
            }
        }
        let sums: [&[&str]; 6] =
            [&[TILL], &[TRANSIT], &[RECEIVABLE], &[PAYABLE], &[DEPOSIT, OWN_BANK], &[PUBLIC, FLOAT]];
        let within = sums.into_iter().all(|parts| {
            let is_part = |account: &str| parts.iter().any(|part| account.starts_with(part));
            let sign = if parts == [PAYABLE] { -1 } else { 1 };
            let before: i128 = parts.iter().map(|part| sign * self.total(part)).sum();
            let touched = after.iter().filter(|(account, _)| is_part(account));
            let change =
                touched.map(|(account, after)| after - self.euro(account) - value(&self.bills_in(account)));
            (before + change.sum::<i128>()).abs() <= BALANCE_CENTS_MAX
        });
        require(within, "total_too_large")
    }
}

impl Posting {
    pub(super) fn cents(&self) -> i128 {
        match &self.quantity {
            Quantity::Euros(cents) => *cents,
            Quantity::Bills(bills) => value(bills),
        }
    }
}

/// The net effect of a set of postings, debits positive.
#[derive(Default)]
pub(super) struct Change {
    euros: BTreeMap<String, i128>,
    bills: BTreeMap<(String, u64), i128>,
}

impl Change {
    pub(super) fn of(postings: &[Posting]) -> Change {
        let mut change = Change::default();
        for posting in postings {
            for (account, sign) in [(&posting.debit, 1), (&posting.credit, -1)] {
                match &posting.quantity {
                    Quantity::Euros(cents) => {
                        *change.euros.entry(account.clone()).or_default() += sign * cents;
                    }
                    Quantity::Bills(bills) => {
                        for (denomination, count) in bills {
                            let moved = change.bills.entry((account.clone(), *denomination)).or_default();
                            *moved += sign * count;
                        }
                    }
                }
            }
        }
        change
    }
}
