//! The flags that every command which records something has.

use std::path::Path;
use std::time::SystemTime;

use clap::Args;
use ledger_core::{Act, Date, Operation, OperatorId, Reference, State, Text};

use super::values;
use crate::error::CliError;

/// A command that records an operation: what was done, and the flags common to all.
#[derive(Args, Debug)]
pub struct Recorded<A: Args> {
    /// What was done.
    #[command(flatten)]
    pub act: A,
    /// When, by whom, under which ref.
    #[command(flatten)]
    pub common: Common,
}

/// The flags of a command, as the act that they describe.
pub trait IntoAct {
    /// The act. The state serves for what is left as it is.
    fn into_act(self, state: &State) -> Act;

    /// The act, where it matters of which day it is: what is left as it is, is so as of that day.
    fn into_act_on(self, state: &State, _on: Date) -> Act
    where
        Self: Sized,
    {
        self.into_act(state)
    }

    /// Objects if it should not be done as the ledger in this folder stands, though the rules allow it; the user may insist.
    fn object(&self, _folder: &Path) -> Result<(), CliError> {
        Ok(())
    }
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Recording")]
pub struct Common {
    /// Date of the operation (for what moves the bank account, the bank's booking date) [default: today]
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub on: Option<Date>,
    /// Name of the operation, unique in the ledger: repeating a command with its ref records nothing twice
    /// [default: a random one, printed]
    #[arg(long = "ref", value_name = "REF")]
    pub reference: Option<Reference>,
    /// A remark; no place for a person's name
    #[arg(long, value_name = "TEXT")]
    pub note: Option<Text>,
    /// Who typed it, as an opaque id; no place for a person's name
    #[arg(long, value_name = "ID", env = "AIGA_OPERATOR")]
    pub operator: Option<OperatorId>,
    /// Do not ask about a date after today
    #[arg(long)]
    pub yes: bool,
    /// Check everything and show what would be recorded, but record nothing
    #[arg(long)]
    pub dry_run: bool,
}

impl Common {
    /// Its day, as far as the flags tell: today, if they do not.
    pub fn day(&self) -> Result<Date, CliError> {
        self.on.map_or_else(today, Ok)
    }

    /// The operation of this act. It goes through JSON, so that flags pass the same door as files.
    ///
    /// Without `--on` it is of today, or of `at_least`, whichever is later.
    pub fn operation(&self, act: Act, at_least: Option<Date>) -> Result<Operation, CliError> {
        let reference = match &self.reference {
            Some(reference) => reference.clone(),
            None => random_reference()?,
        };
        let on = match self.on {
            Some(on) => on,
            None => at_least.map_or_else(today, |day| Ok(today()?.max(day)))?,
        };
        let (note, operator) = (self.note.clone(), self.operator.clone());
        let operation = Operation { reference, on, note, operator, bank_line: None, act };
        let json =
            serde_json::to_string(&operation).map_err(|error| CliError::usage("invalid_value", error))?;
        Ok(Operation::from_json(&json)?)
    }
}

/// Today, where the user is.
pub fn today() -> Result<Date, CliError> {
    day_at(SystemTime::now(), jiff::tz::TimeZone::system()).ok_or_else(|| {
        CliError::usage("no_today", "the clock says a day that no ledger has, before 1900 or after 2999")
            .in_french("l'horloge indique un jour qu'aucun registre n'a, avant 1900 ou après 2999")
    })
}

/// The day of an instant, in this time zone; none where no ledger has it, or even no calendar, as from the year 10000 on.
pub fn day_at(now: SystemTime, zone: jiff::tz::TimeZone) -> Option<Date> {
    let now = jiff::Timestamp::try_from(now).ok()?;
    Date::try_from(now.to_zoned(zone).date()).ok()
}

/// The system has no random numbers.
pub fn no_randomness(error: getrandom::Error) -> CliError {
    CliError::storage("random", format!("the system gives no random number: {error}"))
        .in_french("le système ne donne pas de nombre aléatoire")
}

/// A name that no other operation has. It is not made from the content, which would merge two equal swaps.
fn random_reference() -> Result<Reference, CliError> {
    let random = getrandom::u64().map_err(no_randomness)?;
    let reference = format!("op-{random:016x}").parse();
    reference.map_err(|error| CliError::usage("invalid_value", error))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_may_say_a_day_that_no_calendar_has() {
        let day = |seconds| {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            day_at(now, jiff::tz::TimeZone::UTC).map(|day| day.to_string())
        };
        assert_eq!(day(1_772_323_200).as_deref(), Some("2026-03-01"));
        // The years 3000, 9999 and 12000.
        for seconds in [32_503_680_000, 253_402_300_799, 316_500_000_000] {
            assert_eq!(day(seconds), None, "{seconds}");
        }
        let long_ago = SystemTime::UNIX_EPOCH.checked_sub(Duration::from_hours(833_333)).unwrap();
        assert_eq!(day_at(long_ago, jiff::tz::TimeZone::UTC), None);
    }
}
