//! Bank statements: looking at one, and holding it against the ledger.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use ledger_core::Date;
use ledger_core::statement::Format;

use super::values::{self, REPLACE};
use crate::aside::is_stdout;

#[derive(Subcommand, Debug)]
pub enum StatementCommand {
    /// Show what is understood of a bank's statement; no ledger is needed
    #[command(after_help = "Examples:
  aiga statement show nef.csv
  aiga statement show export.csv --profile credit-mutuel
  aiga statement show export.csv --profile our-bank.toml --json")]
    Show(StatementSource),
}

/// A statement, and how to read it.
#[derive(Args, Debug)]
pub struct StatementSource {
    /// The file as the bank gives it: CSV, OFX, CAMT.053 or CFONB 120
    pub file: PathBuf,
    /// The format [default: found out from the content]
    #[arg(long, value_name = "FORMAT", value_parser = values::format_names())]
    format: Option<String>,
    /// How the CSV of another bank is written: its bank, as credit-agricole, or a TOML file
    #[arg(long, value_name = "NAME|FILE.toml")]
    pub profile: Option<OsString>,
    /// The account, where the file has several: an IBAN or a number
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
}

impl StatementSource {
    /// The format, if one is named.
    pub fn format(&self) -> Option<Format> {
        values::format(self.format.as_deref()?)
    }
}

#[derive(Args, Debug)]
pub struct ReconcileFlags {
    /// The statement.
    #[command(flatten)]
    pub source: StatementSource,
    /// The last day that counts [default: the last day that the statement covers]
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub through: Option<Date>,
    /// The most days between a line and what it stands for, where only the amount tells
    #[arg(long, value_name = "DAYS", default_value_t = ledger_core::reconcile::WINDOW_DAYS)]
    pub window: u16,
    /// More words by which labels tell interest and charges: a TOML file with `interest` and `charges`
    #[arg(long, value_name = "FILE.toml")]
    pub rules: Option<PathBuf>,
    /// Write every line and movement with its class as CSV, - for standard output
    #[arg(long, value_name = "FILE|-")]
    pub csv: Option<PathBuf>,
    /// Write the report as a page to read and to print, - for standard output
    #[arg(long, value_name = "FILE|-")]
    pub html: Option<PathBuf>,
    #[arg(long, help = REPLACE)]
    pub replace: bool,
    /// Record what is proposed, after a question; and that the statement agrees, if then it does
    #[arg(long)]
    pub post: bool,
    /// Record without a question
    #[arg(long, requires = "post")]
    pub yes: bool,
}

impl ReconcileFlags {
    /// Whether standard output is for the CSV.
    pub fn csv_to_stdout(&self) -> bool {
        self.csv.as_deref().is_some_and(is_stdout)
    }

    /// Whether standard output is for the page.
    pub fn html_to_stdout(&self) -> bool {
        self.html.as_deref().is_some_and(is_stdout)
    }
}
