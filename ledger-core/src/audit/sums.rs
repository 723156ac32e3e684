//! Sums: the audit's own balances, added up from stored postings and nothing else.

use std::fmt::Display;

use hashbrown::HashMap;

use crate::account::{Account, BillAccount, EuroAccount, Side};
use crate::bills::Bills;
use crate::entry::{Entry, Posting, Postings};
use crate::money::{Aigas, Euros};
use crate::state::State;

/// What was debited to each account less what was credited, in cents; bills also by denomination.
#[derive(Debug, Default)]
pub struct Sums {
    bills: HashMap<BillAccount, BillSum>,
    euros: HashMap<EuroAccount, i64>,
    circulation_cents: i64,
    fund_cents: i64,
    obligation_cents_debited: i64,
}

/// What the sums come to after each of some entries, and what is wrong with the entry after the last of these.
#[derive(Debug, Default)]
pub struct Running {
    pub totals: Vec<Totals>,
    pub wrong: Option<String>,
}

/// Ä in circulation and € of the fund, as the postings add up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    pub circulation: Aigas,
    pub fund: Euros,
}

#[derive(Debug, Default)]
struct BillSum {
    cents: i64,
    counts: Bills,
}

impl Sums {
    /// Adds the postings of an entry, and says so when circulation, fund and obligation do not agree after it, or when
    /// there are fewer than no bills somewhere.
    pub fn add(&mut self, postings: &Postings) -> Result<(), String> {
        let mut fewer_than_none = false;
        for posting in postings {
            match posting {
                Posting::Bills { debit, credit, bills } => {
                    let cents = bills.value().cents();
                    fewer_than_none |= self.add_bills(debit, bills, cents, Side::Debit)?;
                    fewer_than_none |= self.add_bills(credit, bills, cents, Side::Credit)?;
                }
                Posting::Euros { debit, credit, amount } => {
                    self.add_euros(debit, amount.cents())?;
                    self.add_euros(credit, -amount.cents())?;
                }
            }
        }
        // A later posting may have brought the bills that were lacking.
        if fewer_than_none {
            postings.iter().try_for_each(|posting| self.no_fewer_than_none(posting))?;
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

    /// Adds the postings of entries until one of them is wrong.
    pub fn add_all(&mut self, entries: &[Entry]) -> Running {
        let mut running = Running { totals: Vec::with_capacity(entries.len()), wrong: None };
        for entry in entries {
            if let Err(wrong) = self.add(&entry.postings) {
                running.wrong = Some(wrong);
                break;
            }
            running.totals.push(self.totals());
        }
        running
    }

    /// Adds to the sums of an account, and says whether they are now of fewer than no bills.
    fn add_bills(
        &mut self,
        account: &BillAccount,
        bills: &Bills,
        cents: i64,
        side: Side,
    ) -> Result<bool, String> {
        let sum = match self.bills.get_mut(account) {
            Some(sum) => sum,
            None => self.bills.entry(account.clone()).or_default(),
        };
        let change = if side == Side::Debit { cents } else { -cents };
        grow(&mut sum.cents, change, account)?;
        if side == Side::Debit {
            sum.counts.add_all(bills);
        } else {
            sum.counts.take_all(bills);
        }
        let fewer_than_none = sum.counts.iter().any(|(_, count)| held(account, count) < 0);
        if let BillAccount::Float(_) | BillAccount::Public = account {
            grow(&mut self.circulation_cents, change, account)?;
        }
        Ok(fewer_than_none)
    }

    fn add_euros(&mut self, account: &EuroAccount, change: i64) -> Result<(), String> {
        let sum = match self.euros.get_mut(account) {
            Some(sum) => sum,
            None => self.euros.entry(account.clone()).or_default(),
        };
        grow(sum, change, account)?;
        // Slips and payables come and go by the million; those that are settled would only slow the search for the others.
        if *sum == 0 && matches!(account, EuroAccount::Transit(_) | EuroAccount::Payable(_)) {
            self.euros.remove(account);
        }
        let total = match account {
            EuroAccount::Deposit
            | EuroAccount::Till(_)
            | EuroAccount::Transit(_)
            | EuroAccount::Receivable(_)
            | EuroAccount::Payable(_) => &mut self.fund_cents,
            // Counted as the debits less the credits like the others, and so the other way round.
            EuroAccount::Obligation => &mut self.obligation_cents_debited,
            _ => return Ok(()),
        };
        grow(total, change, account)
    }

    /// Bills somewhere are counted, so that there are never fewer than none.
    fn no_fewer_than_none(&self, posting: &Posting) -> Result<(), String> {
        let Posting::Bills { debit, credit, bills } = posting else { return Ok(()) };
        for account in [debit, credit] {
            let Some(sum) = self.bills.get(account) else { continue };
            for (denomination, _) in bills.iter() {
                let held = held(account, sum.counts.count(denomination));
                if held < 0 {
                    return Err(format!("{account} holds {held} bills of {denomination} Ä"));
                }
            }
        }
        Ok(())
    }

    /// What they come to.
    pub fn totals(&self) -> Totals {
        let circulation = Aigas::from_cents(self.circulation_cents);
        Totals { circulation, fund: Euros::from_cents(self.fund_cents) }
    }

    /// The first account whose balance in a state is not the sum of its postings.
    pub fn differ_from(&self, state: &State) -> Option<String> {
        let bills = self.bills.iter().map(|(account, sum)| (Account::Bills(account.clone()), sum.cents));
        let euros = self.euros.iter().map(|(account, sum)| (Account::Euros(account.clone()), *sum));
        let mut summed = 0;
        for (account, sum) in bills.chain(euros) {
            let sum = if account.normal_side() == Side::Debit { sum } else { -sum };
            let balance = state.balance(&account);
            if sum != balance {
                return Some(format!("{account} sums up to {sum} cents and is {balance} in the state"));
            }
            summed += usize::from(sum != 0);
        }
        let listed = state.balances().all_euros().count() + state.balances().all_bills().count();
        (listed != summed).then(|| format!("{summed} accounts are not empty, and {listed} in the state"))
    }
}

/// How many bills an account holds of which so many more were debited than credited: printed bills stand on the credit side.
fn held(account: &BillAccount, debited: i64) -> i64 {
    if matches!(account, BillAccount::Printed) { -debited } else { debited }
}

/// Adds to a sum, or to a total with the account in it.
fn grow(sum: &mut i64, change: i64, account: &impl Display) -> Result<(), String> {
    *sum = sum.checked_add(change).ok_or_else(|| format!("the sums with {account} overflow"))?;
    Ok(())
}
