//! Exports, and the way back.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ledger_core::Date;
use ledger_core::export::{Format, Period};

use super::values;

/// The form of an export.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum FormatName {
    /// A line of JSON for each entry: the whole journal, which `import-journal` reads back
    Jsonl,
    /// A line for each posting, for spreadsheets
    Csv,
    /// A journal for hledger and Ledger
    Hledger,
    /// A ledger for Beancount
    Beancount,
}

#[derive(Args, Debug)]
pub struct ExportFlags {
    /// The form
    #[arg(long, value_enum)]
    pub format: FormatName,
    /// From this day on
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub from: Option<Date>,
    /// Up to this day
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub to: Option<Date>,
    /// The file to write, or - for standard output
    #[arg(default_value = "-")]
    pub file: PathBuf,
}

impl ExportFlags {
    /// The form.
    pub fn format(&self) -> Format {
        match self.format {
            FormatName::Jsonl => Format::Jsonl,
            FormatName::Csv => Format::Csv,
            FormatName::Hledger => Format::Hledger,
            FormatName::Beancount => Format::Beancount,
        }
    }

    /// The days asked for.
    pub fn period(&self) -> Period {
        Period { from: self.from, to: self.to }
    }
}

#[derive(Args, Debug)]
pub struct ImportFlags {
    /// The file, or - for standard input
    pub file: PathBuf,
}
