//! Exports, and the way back.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ledger_core::Date;
use ledger_core::export::{Dialect, Encoding, Format, Numbering, Period, Siren, Year};

use super::values::{self, REPLACE};

/// The form of an export.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum FormatName {
    /// A line of JSON for each entry: the whole journal, which `import-journal` reads back
    Jsonl,
    /// A line for each posting, for spreadsheets
    Csv,
    /// The same for a spreadsheet in French: semicolons, decimal commas, a byte order mark
    CsvFr,
    /// A journal for hledger and Ledger
    Hledger,
    /// A ledger for Beancount
    Beancount,
    /// The fichier des écritures comptables of a year, for the French tax office
    Fec,
}

/// What a FEC numbers together.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum NumberingName {
    /// All entries of the file: a number names an entry, and other programs group its lines by it
    File,
    /// The entries of each journal
    Journal,
}

/// The letters of a FEC.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum EncodingName {
    /// Every letter there is
    #[value(name = "utf-8")]
    Utf8,
    /// A byte for each letter; those that it lacks become the nearest ones
    #[value(name = "iso-8859-15")]
    Latin9,
}

#[derive(Args, Debug)]
pub struct ExportFlags {
    /// The form
    #[arg(long, value_enum)]
    format: FormatName,
    /// From this day on
    #[arg(long, value_name = "DATE", value_parser = values::date, conflicts_with = "year")]
    from: Option<Date>,
    /// Up to this day
    #[arg(long, value_name = "DATE", value_parser = values::date, conflicts_with = "year")]
    to: Option<Date>,
    /// The year of a FEC, such as 2026
    #[arg(long, value_name = "YEAR", required_if_eq("format", "fec"), requires = "siren")]
    year: Option<Year>,
    /// Whose FEC it is: the nine digits of the association
    #[arg(long, value_name = "DIGITS", required_if_eq("format", "fec"), requires = "year")]
    siren: Option<Siren>,
    /// The chart of accounts of a FEC: paheko, or a file with what is other than in the one that comes with the program
    #[arg(long, value_name = "paheko|FILE.toml", requires = "year")]
    chart: Option<PathBuf>,
    /// What a FEC numbers together [default: file]
    #[arg(long, value_enum, requires = "year")]
    numbering: Option<NumberingName>,
    /// The letters of a FEC [default: utf-8]
    #[arg(long, value_enum, requires = "year")]
    encoding: Option<EncodingName>,
    #[arg(long, help = REPLACE)]
    pub replace: bool,
    /// The file to write, or - for standard output; a FEC that goes into a folder is named as the law asks
    #[arg(default_value = "-")]
    pub file: PathBuf,
}

/// What is asked for.
#[derive(Clone, Copy)]
pub enum Asked<'f> {
    /// Entries of a period.
    Entries(Format, Period),
    /// The FEC of a year.
    Fec {
        /// Which year.
        year: Year,
        /// Whose.
        siren: &'f Siren,
        /// The name or the file of another chart of accounts, if one is asked for.
        chart: Option<&'f Path>,
        /// What is numbered together.
        numbering: Numbering,
        /// Its letters.
        encoding: Encoding,
    },
}

impl ExportFlags {
    /// What is asked for; none when a year is named for a form that has none.
    pub fn asked(&self) -> Option<Asked<'_>> {
        let format = match self.format {
            FormatName::Jsonl => Format::Jsonl,
            FormatName::Csv => Format::Csv(Dialect::Plain),
            FormatName::CsvFr => Format::Csv(Dialect::French),
            FormatName::Hledger => Format::Hledger,
            FormatName::Beancount => Format::Beancount,
            FormatName::Fec => {
                let (year, siren) = (self.year?, self.siren.as_ref()?);
                let numbering = match self.numbering {
                    None | Some(NumberingName::File) => Numbering::File,
                    Some(NumberingName::Journal) => Numbering::Journal,
                };
                let encoding = match self.encoding {
                    None | Some(EncodingName::Utf8) => Encoding::Utf8,
                    Some(EncodingName::Latin9) => Encoding::Latin9,
                };
                return Some(Asked::Fec { year, siren, chart: self.chart.as_deref(), numbering, encoding });
            }
        };
        let period = Period { from: self.from, to: self.to };
        self.year.is_none().then_some(Asked::Entries(format, period))
    }
}

#[derive(Args, Debug)]
pub struct ImportFlags {
    /// The file, or - for standard input
    pub file: PathBuf,
}
