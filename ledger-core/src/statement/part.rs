//! A part of a file: what it says in one piece of one account.

use super::{DatedBalance, Line, StatedAccount, StatementError};
use crate::date::Date;
use crate::limits::FIGURE_MAX_CENTS;
use crate::money::Euros;

/// What a file says in one piece of one account: all of it, the statement of a day, or a page of one.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Where it begins.
    pub line: u64,
    pub account: Option<StatedAccount>,
    pub period: Option<(Date, Date)>,
    /// The last day of which the opening balance may hold something already.
    pub begins_within: Option<Date>,
    pub opening: Option<Euros>,
    pub closing: Option<Euros>,
    pub ledger_balance: Option<DatedBalance>,
    /// In the order of the file.
    pub lines: Vec<Line>,
    pub pending: usize,
    /// The order where neither balances nor dates tell it.
    pub newest_first: bool,
    /// Its name and number among the statements of the file, where it has them.
    pub name: Option<String>,
    pub number: Option<u64>,
    /// Where it is a page of a statement, or says so.
    pub page: Option<Page>,
    /// How many entries it says that it has, and what it says they sum up to.
    pub counts: Vec<Count>,
    pub totals: Vec<Total>,
    /// Whether something in it is in euros, and the first that is not.
    in_euros: bool,
    other_currency: Option<StatementError>,
    /// The first field in it that does not read. It matters if this account is the one that is read.
    fault: Option<StatementError>,
}

/// A page of a statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Page {
    /// Which one, from 1; none where only the balances tell that it is one.
    pub number: Option<u64>,
    pub last: bool,
    /// The balances at its ends, which are none of the whole statement.
    pub begins: Option<Euros>,
    pub ends: Option<Euros>,
}

/// A number of entries, as the file says it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count {
    pub line: u64,
    pub field: &'static str,
    pub stated: u64,
    /// What it may count: all entries, or those that are booked, or the transactions in them.
    pub counted: [u64; 3],
}

/// A sum of entries, as the file says it.
#[derive(Clone, Debug)]
pub(super) struct Total {
    pub line: u64,
    pub field: &'static str,
    pub stated: String,
    /// What it may be the sum of: all entries, or those that are booked; with their signs, or without.
    pub summed: [i128; 4],
}

impl Part {
    /// One that begins in this line of the file.
    pub fn at(line: u64) -> Self {
        Self { line, ..Self::default() }
    }

    /// Notes a field that does not read.
    pub fn wrong(&mut self, error: StatementError) {
        self.fault.get_or_insert(error);
    }

    /// What reads, or nothing, noted with the part.
    pub fn noted<T>(&mut self, read: Result<T, StatementError>) -> Option<T> {
        read.map_err(|error| self.wrong(error)).ok()
    }

    /// Whether something in it does not read.
    pub fn is_wrong(&self) -> bool {
        self.fault.is_some() || self.other_currency.is_some()
    }

    /// Notes in which currency something in it is.
    pub fn currency(&mut self, found: &str, error: impl FnOnce() -> StatementError) {
        if found.trim().eq_ignore_ascii_case("EUR") {
            self.in_euros = true;
        } else if self.other_currency.is_none() {
            self.other_currency = Some(error());
        }
    }

    /// Why its account is not read: it is in another currency.
    pub fn foreign(&self) -> Option<&StatementError> {
        self.other_currency.as_ref().filter(|_| !self.in_euros)
    }

    /// Why it does not read.
    pub fn fault(&mut self) -> Option<StatementError> {
        let (currency, field) = (self.other_currency.take(), self.fault.take());
        let line = |error: &StatementError| error.line().unwrap_or(0);
        match (currency, field) {
            (Some(currency), Some(field)) if line(&field) < line(&currency) => Some(field),
            (currency, field) => currency.or(field),
        }
    }

    /// Its first and its last day, as far as it tells.
    pub fn days(&self) -> Option<(Date, Date)> {
        let dates = || self.lines.iter().map(|line| line.fingerprint.date);
        self.period.or_else(|| dates().min().zip(dates().max()))
    }

    /// Takes the balance of a day for the closing one, if it is that of the statement's end: of no day after that and the last
    /// line, as that of a download may be, nor before the last line.
    pub fn close_on_stated(&mut self) {
        let Some(balance) = self.ledger_balance else { return };
        let last = self.lines.iter().map(|line| line.fingerprint.date).max();
        let declared = self.period.map(|(_, end)| end);
        let is_after = declared.is_some_and(|end| balance.on > last.map_or(end, |last| last.max(end)));
        let is_before = last.is_some_and(|last| balance.on < last);
        if !is_after && !is_before {
            self.closing = Some(balance.amount);
        }
    }

    /// The sum of its lines.
    pub fn sum(&self) -> Result<Euros, StatementError> {
        let mut sum = Euros::ZERO;
        for line in &self.lines {
            sum += line.fingerprint.amount;
            if sum.cents().abs() > FIGURE_MAX_CENTS {
                return Err(StatementError::SumTooLarge { line: line.place.line() });
            }
        }
        Ok(sum)
    }

    /// The balance that it begins with: stated, or exact from the one that it ends with.
    pub fn begins_with(&self) -> Option<Euros> {
        self.opening.or_else(|| Some(self.closing? - self.sum().ok()?))
    }
}
