//! Sums: the audit's own balances, added up from stored postings and nothing else.

use std::collections::HashMap;

use crate::account::{Account, BillAccount, EuroAccount, Side};
use crate::entry::{Posting, Postings};
use crate::money::{Aigas, Euros};
use crate::state::State;

/// What was debited to each account less what was credited, in cents; bills also by denomination.
#[derive(Debug, Default)]
pub struct Sums {
    cents: HashMap<Account, i64>,
    counts: HashMap<(BillAccount, u32), i64>,
    circulation_cents: i64,
    fund_cents: i64,
    obligation_cents_debited: i64,
}

impl Sums {
    /// Adds the postings of an entry, and says so when circulation, fund and obligation do not agree after it, or when
    /// there are fewer than no bills somewhere.
    pub fn add(&mut self, postings: &Postings) -> Result<(), String> {
        for posting in postings {
            self.add_side(posting, &posting.debit(), 1)?;
            self.add_side(posting, &posting.credit(), -1)?;
        }
        for posting in postings {
            self.no_fewer_than_none(posting)?;
        }
        let Self { circulation_cents, fund_cents, obligation_cents_debited, .. } = *self;
        let obligation_cents = -obligation_cents_debited;
        if circulation_cents == fund_cents && fund_cents == obligation_cents {
            return Ok(());
        }
        let (circulation, fund) = (Aigas::from_cents(circulation_cents), Euros::from_cents(fund_cents));
        let obligation = Euros::from_cents(obligation_cents);
        Err(format!(
            "the postings make {circulation} Ä circulate, against {fund} € and an obligation of {obligation} €"
        ))
    }

    fn add_side(&mut self, posting: &Posting, account: &Account, sign: i64) -> Result<(), String> {
        let change = posting.cents() * sign;
        let sum = self.cents.entry(account.clone()).or_default();
        *sum = sum.checked_add(change).ok_or_else(|| format!("the sum of {account} overflows"))?;
        if let (Posting::Bills { bills, .. }, Account::Bills(account)) = (posting, account) {
            for (denomination, count) in bills.iter() {
                *self.counts.entry((account.clone(), denomination.face())).or_default() += count * sign;
            }
        }
        let total = match account {
            Account::Bills(BillAccount::Float(_) | BillAccount::Public) => &mut self.circulation_cents,
            Account::Euros(
                EuroAccount::Deposit
                | EuroAccount::Till(_)
                | EuroAccount::Transit(_)
                | EuroAccount::Receivable(_)
                | EuroAccount::Payable(_),
            ) => &mut self.fund_cents,
            // Counted as the debits less the credits like the others, and so the other way round.
            Account::Euros(EuroAccount::Obligation) => &mut self.obligation_cents_debited,
            _ => return Ok(()),
        };
        *total = total.checked_add(change).ok_or_else(|| format!("the totals with {account} overflow"))?;
        Ok(())
    }

    /// Bills somewhere are counted, so that there are never fewer than none; printed bills stand on the credit side.
    fn no_fewer_than_none(&self, posting: &Posting) -> Result<(), String> {
        let Posting::Bills { debit, credit, bills } = posting else { return Ok(()) };
        for (denomination, _) in bills.iter() {
            for account in [debit, credit] {
                let sum =
                    self.counts.get(&(account.clone(), denomination.face())).copied().unwrap_or_default();
                let held = if matches!(account, BillAccount::Printed) { -sum } else { sum };
                if held < 0 {
                    return Err(format!("{account} holds {held} bills of {denomination} Ä"));
                }
            }
        }
        Ok(())
    }

    /// Ä in circulation.
    pub fn circulation(&self) -> Aigas {
        Aigas::from_cents(self.circulation_cents)
    }

    /// € of the fund.
    pub fn fund(&self) -> Euros {
        Euros::from_cents(self.fund_cents)
    }

    /// The first account whose balance in a state is not the sum of its postings.
    pub fn differ_from(&self, state: &State) -> Option<String> {
        let differing = self.cents.iter().find_map(|(account, sum)| {
            let summed = if account.normal_side() == Side::Debit { *sum } else { -sum };
            let balance = state.balance(account);
            (summed != balance)
                .then(|| format!("{account} sums up to {summed} cents and is {balance} in the state"))
        });
        let listed = state.balances().all_euros().count() + state.balances().all_bills().count();
        let summed = self.cents.values().filter(|sum| **sum != 0).count();
        differing.or_else(|| {
            (listed != summed).then(|| format!("{summed} accounts are not empty, and {listed} in the state"))
        })
    }
}
