//! Dates that a slip of the pen may have made: what a person types is asked about when it lies after today, and a file is told
//! of it. The ledger itself takes any day; a fee, for one, is announced before it is in force.

use std::io::{self, IsTerminal};
use std::time::SystemTime;

use ledger_core::{Act, Date, Operation};
use serde_json::{Value, json};

use crate::args::{Common, day_at, today};
use crate::context::Context;
use crate::error::CliError;
use crate::lang::Lang;
use crate::output::Figures;
use crate::question::agreed;
use crate::say;

/// Whether an operation is dated after this day though it tells of something that has happened.
pub fn is_ahead(operation: &Operation, today: Date) -> bool {
    operation.on > today && !matches!(operation.act, Act::SetFee(_))
}

/// Asks whether a day after today is meant. Without a terminal, or in JSON, `--yes` says so.
pub fn ask(context: &Context, operation: &Operation, common: &Common) -> Result<(), CliError> {
    if common.yes || common.dry_run || !is_ahead(operation, today()?) {
        return Ok(());
    }
    if !context.json && io::stdin().is_terminal() {
        let day = Figures::new(context.lang, "Ä").date(operation.on);
        let question = say!(
            context.lang,
            "It is dated {day}, after today. Record it? [y/N] ",
            "L'opération est datée du {day}, après aujourd'hui. L'enregistrer ? [o/N] "
        );
        if agreed(question)? {
            return Ok(());
        }
    }
    let on = operation.on;
    Err(CliError::usage("date_ahead", ahead(Lang::En, on))
        .in_french(ahead(Lang::Fr, on))
        .with_figure("on", on))
}

fn ahead(lang: Lang, on: Date) -> String {
    let day = Figures::new(lang, "Ä").date(on);
    say!(lang, "dated {day}, after today", "datée du {day}, après aujourd'hui")
}

/// Whether a day is over everywhere that counts for closings and attestations: in UTC.
pub fn is_over(day: Date) -> bool {
    let today = day_at(SystemTime::now(), jiff::tz::TimeZone::UTC);
    today.is_none_or(|today| day < today)
}

/// A line of a file whose operation is dated after today.
#[derive(Clone, Copy, Debug)]
pub struct Ahead {
    /// The number of the line.
    pub line: u64,
    /// Its date.
    pub on: Date,
}

impl Ahead {
    /// The sentence for people.
    pub fn told(self, lang: Lang) -> String {
        let (line, what) = (self.line, ahead(lang, self.on));
        say!(lang, "line {line}: {what}", "ligne {line} : {what}")
    }

    /// The warning for scripts.
    pub fn to_json(self, lang: Lang) -> Value {
        json!({"line": self.line, "code": "date_ahead", "on": self.on, "message": ahead(lang, self.on)})
    }
}
