//! The opening balances of a year: what stood on the accounts before it, in one entry.

use std::collections::BTreeMap;

use super::euros;
use crate::account::{Account, EuroAccount};
use crate::entry::Entry;
use crate::export::books::Sums;
use crate::export::chart::Chart;
use crate::money::Euros;
use crate::sequence::RecordedAt;

/// The first entry that moved euros before the year.
pub struct First {
    /// When it was recorded.
    pub recorded_at: RecordedAt,
    /// One of its accounts, and what it moved there.
    moved: (EuroAccount, Euros),
}

impl First {
    /// It, if it moves euros.
    pub fn of(entry: &Entry) -> Option<Self> {
        let (debit, _, amount) = euros(entry).next()?;
        Some(Self { recorded_at: entry.recorded_at, moved: (debit.clone(), amount) })
    }
}

/// A balance to carry over; the result of the years before has no account of the ledger.
pub type Balance = (Option<EuroAccount>, i64);

/// The opening balances, which wait for their number.
pub struct Opening {
    sums: BTreeMap<EuroAccount, i64>,
    first: Option<First>,
    number: Option<u64>,
    is_written: bool,
}

impl Opening {
    /// What stood on the accounts, and the entry that began it.
    pub fn new(sums: Sums, first: Option<First>) -> Self {
        let sums = sums.into_iter().filter_map(|(account, cents)| match account {
            Account::Euros(account) => Some((account, cents)),
            Account::Bills(_) => None,
        });
        Self { sums: sums.collect(), first, number: None, is_written: false }
    }

    /// The entry that began it.
    pub fn first(&self) -> Option<&First> {
        self.first.as_ref()
    }

    /// An entry of an earlier year is met; the first one gives them their number.
    pub fn begin(&mut self, number: impl FnOnce() -> u64) {
        self.number.get_or_insert_with(number);
    }

    /// Their number and lines, once. A number that others follow is not left out, though everything before the year is
    /// settled: then what the first entry moved, and what brought it back, stands there.
    pub fn take(&mut self, chart: &Chart, is_followed: bool) -> Option<(u64, Vec<Balance>)> {
        let number = self.number.filter(|_| !self.is_written)?;
        let mut balances = carried(chart, std::mem::take(&mut self.sums));
        if balances.is_empty() {
            let (account, amount) = self.first.as_ref().filter(|_| is_followed)?.moved.clone();
            balances = vec![(Some(account.clone()), amount.cents()), (Some(account), -amount.cents())];
        }
        self.is_written = true;
        Some((number, balances))
    }
}

/// What lasts, and in one line what was earned and spent.
fn carried(chart: &Chart, sums: BTreeMap<EuroAccount, i64>) -> Vec<Balance> {
    let (results, lasting): (Vec<_>, Vec<_>) =
        sums.into_iter().partition(|(account, _)| chart.account(account).begins_anew());
    let result = results.iter().map(|(_, cents)| cents).sum();
    let lasting = lasting.into_iter().map(|(account, cents)| (Some(account), cents));
    lasting.chain((result != 0).then_some((None, result))).collect()
}
