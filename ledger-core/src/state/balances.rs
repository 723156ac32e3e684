//! Balances: the sum of all postings by account, and the totals of which the invariant speaks.

use std::fmt;

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use crate::account::{BillAccount, EuroAccount, Side};
use crate::bills::Bills;
use crate::entry::{Posting, Postings};
use crate::money::{Aigas, BALANCE_MAX_CENTS, Euros};

/// The balance of every account that is not empty, positive on the account's normal side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balances {
    bills: HashMap<BillAccount, Bills>,
    euros: HashMap<EuroAccount, Euros>,
    /// Kept beside the balances, so that backing is checked after each entry without summing.
    circulation: Aigas,
    tills: Euros,
    transit: Euros,
    receivable: Euros,
    payable: Euros,
}

/// Where the euros of the guarantee fund are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FundFigures {
    /// Principal at the solidarity bank.
    pub deposit: Euros,
    /// In the tills of bureaux.
    pub tills: Euros,
    /// On the way to the bank.
    pub transit: Euros,
    /// Missing, owed to the fund.
    pub receivable: Euros,
    /// Owed to somebody.
    pub payable: Euros,
    /// deposit + tills + transit + receivable − payable.
    pub total: Euros,
}

/// Circulation, fund and obligation do not agree: a bug, never a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct Imbalance {
    /// Ä in circulation.
    pub circulation: Aigas,
    /// € of the fund.
    pub fund: Euros,
    /// € that holders can claim.
    pub obligation: Euros,
}

impl fmt::Display for Imbalance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { circulation, fund, obligation } = self;
        write!(f, "circulation {circulation} Ä, fund {fund} €, obligation {obligation} € do not agree")
    }
}

/// A hundred times the largest balance that the rules allow, in cents.
const FAR_TOO_LARGE_CENTS: u64 = 100 * BALANCE_MAX_CENTS.unsigned_abs();

static NO_BILLS: std::sync::LazyLock<Bills> = std::sync::LazyLock::new(Bills::none);

impl Balances {
    /// The bills in an account.
    pub fn bills(&self, account: &BillAccount) -> &Bills {
        self.bills.get(account).unwrap_or(&NO_BILLS)
    }

    /// The euros in an account.
    pub fn euros(&self, account: &EuroAccount) -> Euros {
        self.euros.get(account).copied().unwrap_or_default()
    }

    /// How many accounts are not empty.
    pub fn weight(&self) -> usize {
        self.bills.len() + self.euros.len()
    }

    /// All accounts in Ä that are not empty, in no particular order.
    pub fn all_bills(&self) -> impl Iterator<Item = (&BillAccount, &Bills)> {
        self.bills.iter()
    }

    /// All accounts in € that are not empty, in no particular order.
    pub fn all_euros(&self) -> impl Iterator<Item = (&EuroAccount, Euros)> {
        self.euros.iter().map(|(account, amount)| (account, *amount))
    }

    /// Ä in circulation.
    pub fn circulation(&self) -> Aigas {
        self.circulation
    }

    /// Where the euros of the fund are.
    pub fn fund(&self) -> FundFigures {
        let deposit = self.euros(&EuroAccount::Deposit);
        let Self { tills, transit, receivable, payable, .. } = *self;
        let total = deposit + tills + transit + receivable - payable;
        FundFigures { deposit, tills, transit, receivable, payable, total }
    }

    /// Whether circulation, fund and obligation agree.
    pub fn backing(&self) -> Result<(), Imbalance> {
        let (circulation, fund) = (self.circulation, self.fund().total);
        let obligation = self.euros(&EuroAccount::Obligation);
        if circulation.at_par() == fund && fund == obligation {
            return Ok(());
        }
        Err(Imbalance { circulation, fund, obligation })
    }

    /// Whether an account of these postings, or a total, is beyond anything that entries under the rules can make. What
    /// is within leaves room for the sums of one more entry, so that no sum overflows.
    pub(super) fn far_too_large(&self, postings: &Postings) -> bool {
        let far = |cents: i64| cents.unsigned_abs() > FAR_TOO_LARGE_CENTS;
        let of_posting = |posting: &Posting| match posting {
            Posting::Bills { debit, credit, .. } => {
                [debit, credit].into_iter().any(|account| far(self.bills(account).value().cents()))
            }
            Posting::Euros { debit, credit, .. } => {
                [debit, credit].into_iter().any(|account| far(self.euros(account).cents()))
            }
        };
        let totals = [self.tills, self.transit, self.receivable, self.payable, self.circulation.at_par()];
        postings.iter().any(of_posting) || totals.into_iter().any(|total| far(total.cents()))
    }

    /// Adds a posting.
    pub fn post(&mut self, posting: &Posting) {
        match posting {
            Posting::Bills { debit, credit, bills } => {
                self.move_bills(debit, Side::Debit, bills);
                self.move_bills(credit, Side::Credit, bills);
            }
            Posting::Euros { debit, credit, amount } => {
                self.move_euros(debit, Side::Debit, *amount);
                self.move_euros(credit, Side::Credit, *amount);
            }
        }
    }

    fn move_bills(&mut self, account: &BillAccount, side: Side, bills: &Bills) {
        let grows = account.normal_side() == side;
        let change = |held: &mut Bills| if grows { held.add_all(bills) } else { held.take_all(bills) };
        match self.bills.get_mut(account) {
            Some(held) => {
                change(held);
                if held.is_empty() {
                    self.bills.remove(account);
                }
            }
            None => change(self.bills.entry(account.clone()).or_default()),
        }
        if account.circulates() {
            let value = bills.value();
            self.circulation += if grows { value } else { -value };
        }
    }

    fn move_euros(&mut self, account: &EuroAccount, side: Side, amount: Euros) {
        let change = if account.normal_side() == side { amount } else { -amount };
        let balance = self.euros(account) + change;
        match self.euros.get_mut(account) {
            Some(_) if balance.is_zero() => drop(self.euros.remove(account)),
            Some(held) => *held = balance,
            None => drop(self.euros.insert(account.clone(), balance)),
        }
        match account {
            EuroAccount::Till(_) => self.tills += change,
            EuroAccount::Transit(_) => self.transit += change,
            EuroAccount::Receivable(_) => self.receivable += change,
            EuroAccount::Payable(_) => self.payable += change,
            _ => {}
        }
    }
}
