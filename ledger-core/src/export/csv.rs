//! The postings as a table: a line for each, RFC 4180, UTF-8. Entries that move nothing have none.

use std::borrow::Cow;
use std::io::{self, Write};

use super::Exported;
use super::form::{Form, bills_of, unit_of};
use crate::entry::Entry;
use crate::journal::Hash;
use crate::money::Euros;
use crate::operation::Found;

/// The columns.
const HEADING: &str = "sequence,recorded_at,date,op,ref,debit,credit,unit,amount,bills,note";

/// Writes the table.
pub struct Csv;

impl Form for Csv {
    fn begin(&mut self, _: Option<&Found>, page: &mut Vec<u8>) -> io::Result<()> {
        write!(page, "{HEADING}\r\n")
    }

    fn entry(&mut self, entry: &Entry, _: &Hash, page: &mut Vec<u8>) -> io::Result<()> {
        let Entry { sequence, recorded_at, operation, .. } = entry;
        let (on, op, reference) = (operation.on, operation.act.name(), &operation.reference);
        let note = operation.note.as_ref().map(|note| harmless(note.as_str())).unwrap_or_default();
        let note = quoted(&note);
        for posting in &entry.postings {
            let (debit, credit, unit) = (posting.debit(), posting.credit(), unit_of(posting));
            let (amount, bills) = (Euros::from_cents(posting.cents()), bills_of(posting).unwrap_or_default());
            write!(
                page,
                "{sequence},{recorded_at},{on},{op},{reference},{debit},{credit},{unit},{amount},{bills},{note}\r\n"
            )?;
        }
        Ok(())
    }

    fn end(&mut self, _: &Exported, _: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }
}

/// A text that no spreadsheet takes for a formula: behind an apostrophe where it begins like one.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}").into() } else { text.into() }
}

/// A text as a field: in quotes where it would not be read as it stands.
fn quoted(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}
