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
    // The clock may say a time that no calendar has, as one of the year 10000.
    let now = jiff::Timestamp::try_from(SystemTime::now()).ok();
    let today = now.map(|now| now.to_zoned(jiff::tz::TimeZone::system()).date());
    today.and_then(|today| Date::try_from(today).ok()).ok_or_else(|| {
        let said = today.map_or_else(|| "a day beyond the calendar".to_owned(), |today| today.to_string());
        CliError::usage("no_today", format!("the clock says {said}, which is no day of a ledger"))
            .in_french(format!("l'horloge indique {said}, qui n'est pas un jour d'un registre"))
    })
}

/// A name that no other operation has. It is not made from the content, which would merge two equal swaps.
fn random_reference() -> Result<Reference, CliError> {
    let random = getrandom::u64().map_err(|error| CliError::storage("random", error))?;
    let reference = format!("op-{random:016x}").parse();
    reference.map_err(|error| CliError::usage("invalid_value", error))
}
