//! The postings as a table: a line for each, RFC 4180, UTF-8. Entries that move nothing have none.

use std::borrow::Cow;
use std::io::{self, Write};

use super::form::{Form, bills_of, unit_of};
use super::{ExportError, Exported};
use crate::entry::Entry;
use crate::journal::Hash;
use crate::money::Euros;
use crate::operation::Found;
use crate::text::numbered;

/// The columns.
const COLUMNS: [&str; 11] =
    ["sequence", "recorded_at", "date", "op", "ref", "debit", "credit", "unit", "amount", "bills", "note"];

/// How a spreadsheet reads a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A comma between fields, a point in amounts.
    Plain,
    /// A semicolon between fields, a comma in amounts, a byte order mark first: what a spreadsheet in French opens rightly
    /// by itself.
    French,
}

/// Writes the table.
pub struct Csv {
    separator: char,
    dialect: Dialect,
}

impl Csv {
    /// A table in this dialect.
    pub fn new(dialect: Dialect) -> Self {
        let separator = match dialect {
            Dialect::Plain => ',',
            Dialect::French => ';',
        };
        Self { separator, dialect }
    }

    fn amount(&self, amount: Euros) -> String {
        match self.dialect {
            Dialect::Plain => amount.to_string(),
            Dialect::French => amount.to_string().replace('.', ","),
        }
    }

    /// A text as a field: in quotes where it would not be read as it stands.
    fn quoted<'t>(&self, text: Cow<'t, str>) -> Cow<'t, str> {
        if text.contains([self.separator, '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
            Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
        } else {
            text
        }
    }
}

impl Form for Csv {
    fn begin(&mut self, _: Option<&Found>, page: &mut Vec<u8>) -> io::Result<()> {
        if self.dialect == Dialect::French {
            page.extend_from_slice("\u{feff}".as_bytes());
        }
        let mut between = [0; 4];
        write!(page, "{}\r\n", COLUMNS.join(self.separator.encode_utf8(&mut between)))
    }

    fn entry(&mut self, entry: &Entry, _: &Hash, page: &mut Vec<u8>) -> Result<(), ExportError> {
        let Entry { sequence, recorded_at, operation, .. } = entry;
        let (on, op, s) = (operation.on, operation.act.name(), self.separator);
        let reference = harmless(operation.reference.as_str());
        let note = operation.note.as_ref().map(|note| harmless(note.as_str())).unwrap_or_default();
        let note = self.quoted(note);
        for posting in &entry.postings {
            let (debit, credit, unit) = (posting.debit(), posting.credit(), unit_of(posting));
            let amount = self.amount(Euros::from_cents(posting.cents()));
            let bills = bills_of(posting).unwrap_or_default();
            write!(
                page,
                "{sequence}{s}{recorded_at}{s}{on}{s}{op}{s}{reference}{s}{debit}{s}{credit}{s}{unit}{s}{amount}{s}{bills}{s}{note}\r\n"
            )?;
        }
        Ok(())
    }

    fn end(&mut self, _: &Exported, _: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }
}

/// A text that no spreadsheet takes for a formula or a number: behind an apostrophe where it begins like one.
fn harmless(text: &str) -> Cow<'_, str> {
    let text = numbered(text);
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}").into() } else { text }
}
