//! Balances: the sum of all postings by account, and the totals of which the invariant speaks.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::book::Book;
use crate::account::{BillAccount, EuroAccount, Side};
use crate::bills::Bills;
use crate::entry::Posting;
use crate::money::{Aigas, Euros};

/// The balance of every account that is not empty, positive on the account's normal side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balances {
    bills: Book<BillAccount, Bills>,
    euros: Book<EuroAccount, Euros>,
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

    /// How many accounts are not empty, but for the few without a name.
    pub fn weight(&self) -> usize {
        self.bills.weight() + self.euros.weight()
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

    /// Adds a posting. The larger of the two balances that it leaves is returned, in cents of its unit and without sign.
    pub fn post(&mut self, posting: &Posting) -> i64 {
        match posting {
            Posting::Bills { debit, credit, bills } => {
                let value = bills.value();
                let debited = self.move_bills(debit, Side::Debit, bills, value);
                debited.max(self.move_bills(credit, Side::Credit, bills, value))
            }
            Posting::Euros { debit, credit, amount } => {
                let debited = self.move_euros(debit, Side::Debit, *amount);
                debited.max(self.move_euros(credit, Side::Credit, *amount))
            }
        }
    }

    fn move_bills(&mut self, account: &BillAccount, side: Side, bills: &Bills, value: Aigas) -> i64 {
        let grows = account.normal_side() == side;
        let balance = self.bills.change(account, |held| {
            if grows {
                held.add_all(bills);
            } else {
                held.take_all(bills);
            }
            held.value()
        });
        if account.circulates() {
            self.circulation += if grows { value } else { -value };
        }
        balance.cents().saturating_abs()
    }

    fn move_euros(&mut self, account: &EuroAccount, side: Side, amount: Euros) -> i64 {
        let change = if account.normal_side() == side { amount } else { -amount };
        let balance = self.euros.change(account, |held| {
            *held += change;
            *held
        });
        match account {
            EuroAccount::Till(_) => self.tills += change,
            EuroAccount::Transit(_) => self.transit += change,
            EuroAccount::Receivable(_) => self.receivable += change,
            EuroAccount::Payable(_) => self.payable += change,
            _ => {}
        }
        balance.cents().saturating_abs()
    }
}
