//! What the lines before the header of a CSV say of the account.

use super::part::Part;
use super::profile::{Before, Profile, Stated};
use super::rows::Row;
use super::wording::{folded, one_line, shown};
use super::{DatedBalance, StatedAccount, StatementError};
use crate::date::Date;
use crate::money::Euros;

/// What was read before the header so far.
pub(super) struct Preamble<'a> {
    profile: &'a Profile,
    account: Option<StatedAccount>,
    from: Option<Date>,
    through: Option<Date>,
    balance: Option<Euros>,
    balance_date: Option<Date>,
}

impl<'a> Preamble<'a> {
    pub(super) fn of(profile: &'a Profile) -> Self {
        Self { profile, account: None, from: None, through: None, balance: None, balance_date: None }
    }

    /// Reads a line.
    pub(super) fn line(&mut self, row: &Row<'_>) -> Result<(), StatementError> {
        let Before { account, period, from, through, currency, balance, balance_date } = &self.profile.before;
        let value = |stated: &Option<Stated>| value_of(row, stated.as_ref()?);
        if let Some(value) = value(account) {
            self.account = StatedAccount::named(&value);
        }
        if let Some(value) = value(currency).filter(|value| !is_euro(value)) {
            return Err(StatementError::WrongCurrency { line: row.line, found: shown(&value) });
        }
        if let Some(value) = value(period) {
            let (from, through) = self.period(&value).ok_or_else(|| {
                let expected = "du … au … with two dates, the earlier first".to_owned();
                bad(row.line, name(period.as_ref()), expected, &value)
            })?;
            (self.from, self.through) = (Some(from), Some(through));
        }
        if let Some(value) = value(from) {
            self.from = Some(self.day(row, from.as_ref(), &value)?);
        }
        if let Some(value) = value(through) {
            self.through = Some(self.day(row, through.as_ref(), &value)?);
        }
        if let Some(value) = value(balance_date) {
            self.balance_date = Some(self.day(row, balance_date.as_ref(), &value)?);
        }
        if let Some(value) = value(balance) {
            self.balance(row, balance.as_ref(), &value)?;
        }
        Ok(())
    }

    /// Tells the part of the file what was read.
    pub(super) fn tell(self, part: &mut Part) -> Result<(), StatementError> {
        part.account = self.account;
        if let Some((from, through)) = self.from.zip(self.through) {
            if from > through {
                let name = name(self.profile.before.through.as_ref());
                return Err(bad(part.line, name, format!("{from} or later"), &through.to_string()));
            }
            part.period = Some((from, through));
        }
        let balance = self.balance.zip(self.balance_date);
        part.ledger_balance = balance.map(|(amount, on)| DatedBalance { amount, on });
        Ok(())
    }

    fn day(&self, row: &Row<'_>, stated: Option<&Stated>, value: &str) -> Result<Date, StatementError> {
        let days = &self.profile.days;
        days.read(value).ok_or_else(|| bad(row.line, name(stated), days.expected(), value))
    }

    /// Two days in words: `du … au …`, or `… et le …`.
    fn period(&self, value: &str) -> Option<(Date, Date)> {
        let words = one_line(value);
        let words = words.strip_prefix("du ").unwrap_or(&words);
        let (from, through) = words.split_once(" au ").or_else(|| words.split_once(" et le "))?;
        let (from, through) = (self.profile.days.read(from)?, self.profile.days.read(through)?);
        (from <= through).then_some((from, through))
    }

    /// A balance, with the sign of the euro or without, and its day before it where no other place has that.
    fn balance(&mut self, row: &Row<'_>, stated: Option<&Stated>, value: &str) -> Result<(), StatementError> {
        let words = one_line(value);
        let mut amount =
            words.trim_end_matches(|letter: char| letter.is_alphabetic() || letter == '€' || letter == ' ');
        if self.profile.before.balance_date.is_none() {
            let (day, rest) = amount.split_once(' ').unwrap_or((amount, ""));
            self.balance_date = Some(self.day(row, stated, day)?);
            amount = rest;
        }
        let read = self.profile.figures.read(amount);
        self.balance =
            Some(read.map_err(|expected| bad(row.line, name(stated), expected.to_owned(), amount))?);
        Ok(())
    }
}

/// What a place before the header is called.
fn name(stated: Option<&Stated>) -> &str {
    match stated {
        Some(Stated::Named(name)) => name,
        _ => "the line before the header",
    }
}

/// What stands at a place before the header: in its line and column, or behind its name.
fn value_of(row: &Row<'_>, stated: &Stated) -> Option<String> {
    let name = match stated {
        Stated::At { line, column } => {
            let cell = row.cells.get(column.checked_sub(1)?).filter(|_| row.line == *line)?;
            // A number that a spreadsheet is to take for a text is written as a formula.
            let text = cell.trim();
            let text = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"')).unwrap_or(text);
            return Some(text.to_owned());
        }
        Stated::Named(name) => name,
    };
    if let Some(within) = name.strip_suffix('…') {
        let (within, cell) = (folded(within), row.cells.first()?);
        let cell = folded(cell);
        return cell.split_once(&within).map(|(_, rest)| rest.trim().to_owned());
    }
    let (name, cell) = (folded(name), row.cells.first()?);
    let (key, rest) = cell.split_once(':').unwrap_or((cell, ""));
    if folded(key) != name {
        return None;
    }
    let value = if rest.trim().is_empty() { row.cells.get(1)? } else { rest };
    Some(value.trim().to_owned())
}

/// Whether a text means the euro.
pub(super) fn is_euro(text: &str) -> bool {
    ["eur", "€", "euro", "euros"].contains(&folded(text).as_str())
}

/// A field that should be another.
pub(super) fn bad(line: u64, field: &str, expected: String, found: &str) -> StatementError {
    StatementError::BadField { line, field: field.to_owned(), expected, found: shown(found) }
}
