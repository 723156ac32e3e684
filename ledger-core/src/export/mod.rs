//! Exports: the journal in forms that other tools read. One walk over the journal, in memory that does not grow with it;
//! the same entries always give the same bytes.
//!
//! Only [`Format::Jsonl`] holds everything: from it, [`import`] makes a ledger with the same root.

mod beancount;
mod before;
mod books;
mod chart;
mod csv;
mod fec;
mod form;
mod hledger;
mod import;
mod jsonl;
mod lines;
mod names;
mod reading;

use std::io::{self, Write};

use self::beancount::Beancount;
use self::before::Before;
use self::books::Books;
pub use self::chart::{Chart, InvalidChart};
use self::csv::Csv;
pub use self::csv::Dialect;
pub use self::fec::{
    Described, Encoding, FecForm, InvalidSiren, InvalidYear, Numbering, Siren, Year, export_fec,
};
use self::form::Form;
use self::hledger::Hledger;
pub use self::import::{ImportJournalError, Imported, LineFact, import};
use self::jsonl::Jsonl;
use crate::date::Date;
use crate::journal::Root;
use crate::ledger::LedgerError;
use crate::view::View;

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A line of JSON for each entry: the whole journal.
    Jsonl,
    /// A line for each posting, for spreadsheets.
    Csv(Dialect),
    /// A journal for hledger and Ledger.
    Hledger,
    /// A ledger for Beancount.
    Beancount,
}

/// Which entries to export, by their civil dates (inclusive); what is left open lets everything through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
}

impl Period {
    /// Whether a day is in it.
    pub fn holds(&self, day: Date) -> bool {
        self.from.is_none_or(|first| day >= first) && self.to.is_none_or(|last| day <= last)
    }

    /// Whether it is all time.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }
}

/// What was exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Entries in the export.
    pub entries: u64,
    /// Entries in the journal.
    pub tree_size: u64,
    /// The Merkle root over those in the journal.
    pub root: Root,
}

/// Why there is no export, or only a part of one.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The journal cannot be read, or does not verify.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The export cannot be written.
    #[error("the export could not be written: {0}")]
    Output(#[from] io::Error),
    /// Nothing moved euros up to the end of the year, so that there are no accounts to hand over.
    #[error("no euros have moved by the end of {year}")]
    NoEntries {
        /// The year.
        year: Year,
    },
}

/// Exports the entries of a period. The journal is verified on the way, each root from the bytes of the records.
/// `progress` is told how many entries of the journal were read.
pub fn export(
    view: &View,
    format: Format,
    period: Period,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
) -> Result<Exported, ExportError> {
    match format {
        Format::Jsonl => walk(view, period, None, &mut Jsonl::new(period), out, progress),
        Format::Csv(dialect) => walk(view, period, None, &mut Csv::new(dialect), out, progress),
        Format::Hledger => {
            let before = Before::of(view, period, progress)?;
            let mut form = Hledger::new(Books::new(period.from, &before));
            walk(view, period, before.read, &mut form, out, progress)
        }
        Format::Beancount => {
            let before = Before::of(view, period, progress)?;
            let mut form = Beancount::new(Books::new(period.from, &before));
            walk(view, period, before.read, &mut form, out, progress)
        }
    }
}

/// Shows the entries of the period to a form, and writes what it makes of them; up to where an earlier walk has read, if
/// there was one.
fn walk(
    view: &View,
    period: Period,
    up_to: Option<u64>,
    form: &mut impl Form,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
) -> Result<Exported, ExportError> {
    let (mut page, mut entries, mut begun) = (Vec::new(), 0, false);
    let (tree_size, root) = reading::read(view, up_to, |parcel| {
        page.clear();
        for (entry, leaf) in parcel.entries.iter().zip(&parcel.leaves) {
            if !begun {
                form.begin(form::founding(entry), &mut page)?;
                begun = true;
            }
            if period.holds(entry.operation.on) {
                form.entry(entry, leaf, &mut page)?;
                entries += 1;
            } else {
                form.beside(entry);
            }
        }
        out.write_all(&page)?;
        progress(parcel.entries.last().map_or(0, |last| last.sequence.number()));
        Ok(())
    })?;
    page.clear();
    if !begun {
        form.begin(None, &mut page)?;
    }
    let exported = Exported { entries, tree_size, root };
    form.end(&exported, &mut page)?;
    out.write_all(&page)?;
    Ok(exported)
}

#[cfg(test)]
mod tests;
