//! The cut: a statement up to the last day that counts.

use super::Settings;
use super::error::ReconcileError;
use crate::date::Date;
use crate::money::Euros;
use crate::statement::{Line, Statement};

/// The last day that counts may lie behind what the statement covers, up to the end of that month: its last days were quiet.
fn end_of_month(day: Date) -> Date {
    Date::try_from(day.civil().last_of_month()).unwrap_or(day)
}

/// A statement up to the last day that counts.
pub(super) struct Cut {
    pub statement: Statement,
    /// The first day that it covers.
    pub from: Date,
    pub through: Date,
    /// The last day of which the opening balance may hold something already.
    pub shared: Option<Date>,
    /// At the end of the last day, if the statement tells it.
    pub bank_balance: Option<Euros>,
}

impl Cut {
    pub fn of(mut statement: Statement, settings: &Settings) -> Result<Self, ReconcileError> {
        let Settings { through, today, .. } = *settings;
        let lines = &statement.lines;
        let first = lines.iter().map(|line| line.fingerprint.date).min();
        let last = lines.iter().map(|line| line.fingerprint.date).max();
        let declared = statement.period;
        let from = first.into_iter().chain(declared.map(|(from, _)| from)).min();
        // A bank may declare the whole of a month that has only begun.
        let told = declared.map(|(_, until)| today.map_or(until, |today| until.min(today)));
        let until = last.into_iter().chain(told).max();
        let (Some(from), Some(until)) = (from.or(through), until.or(through)) else {
            return Err(ReconcileError::NoPeriod);
        };
        let through = through.unwrap_or(until);
        if through < from {
            return Err(ReconcileError::CutBefore { from, through });
        }
        if let Some(today) = today.filter(|today| through > until.max(*today)) {
            return Err(ReconcileError::CutAhead { today, through });
        }
        if through > end_of_month(until) {
            return Err(ReconcileError::CutAfter { last: until, through });
        }
        let behind = |line: &Line| line.fingerprint.date > through;
        let after: Euros =
            statement.lines.iter().filter(|line| behind(line)).map(|line| line.fingerprint.amount).sum();
        let bank_balance = statement.closing.map(|closing| closing - after);
        statement.lines.retain(|line| !behind(line));
        let shared = statement.begins_within.filter(|day| (from..=through).contains(day));
        Ok(Self { statement, from, through, shared, bank_balance })
    }
}
