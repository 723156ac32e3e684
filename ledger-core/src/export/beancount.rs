//! A ledger for Beancount: accounts are opened with their currency, and the balances asserted at the end of each month and
//! at the end.

use std::fmt::Display;
use std::io::{self, Write};

use super::books::Books;
use super::form::{Form, bills_of};
use super::names::{EURO, capitalised, commodity, unit_of};
use super::{ExportError, Exported};
use crate::account::Account;
use crate::entry::Entry;
use crate::journal::Hash;
use crate::money::Euros;
use crate::operation::Found;
use crate::text::numbered;

/// The day before which nothing can be dated; accounts and commodities are there from then on.
const BEGINNING: &str = "1900-01-01";
/// The columns of an account's name, so that most amounts stand below one another.
const ACCOUNT: usize = 44;
/// The columns of an amount.
const AMOUNT: usize = 14;

/// Writes the ledger.
pub struct Beancount {
    books: Books,
    commodity: String,
}

impl Beancount {
    /// A ledger over these books.
    pub fn new(books: Books) -> Self {
        Self { books, commodity: commodity(None) }
    }

    fn open(&self, account: &Account, page: &mut Vec<u8>) -> io::Result<()> {
        writeln!(page, "{BEGINNING} open {} {}", capitalised(account), unit_of(account, &self.commodity))
    }

    fn line(&self, account: &Account, cents: i64, page: &mut Vec<u8>) -> io::Result<()> {
        let (name, amount) = (capitalised(account), Euros::from_cents(cents).to_string());
        writeln!(page, "  {name:<ACCOUNT$}  {amount:>AMOUNT$} {}", unit_of(account, &self.commodity))
    }

    /// Asserts a balance to the cent at the beginning of a day.
    fn assert(&self, day: impl Display, account: &Account, cents: i64, page: &mut Vec<u8>) -> io::Result<()> {
        let (name, amount) = (capitalised(account), Euros::from_cents(cents));
        writeln!(
            page,
            "{day} balance {name:<ACCOUNT$}  {amount} ~ 0.00 {}",
            unit_of(account, &self.commodity)
        )
    }
}

impl Form for Beancount {
    fn begin(&mut self, founding: Option<&Found>, page: &mut Vec<u8>) -> io::Result<()> {
        self.commodity = commodity(founding.map(|found| found.code.as_str()));
        if let Some(found) = founding {
            writeln!(page, "option \"title\" {}", string(found.association.as_str()))?;
        }
        for unit in [EURO, &self.commodity] {
            writeln!(page, "option \"operating_currency\" \"{unit}\"\n{BEGINNING} commodity {unit}")?;
        }
        for account in self.books.first_accounts() {
            self.open(&account, page)?;
        }
        if let Some((from, opening)) = self.books.opening() {
            writeln!(page, "\n{from} * \"opening balances\"")?;
            for (account, cents) in opening {
                self.line(account, *cents, page)?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, entry: &Entry, _: &Hash, page: &mut Vec<u8>) -> Result<(), ExportError> {
        let new = self.books.new_accounts(entry);
        self.books.add(entry)?;
        if entry.postings.is_empty() {
            return Ok(());
        }
        writeln!(page)?;
        for account in new {
            self.open(&account, page)?;
        }
        let operation = &entry.operation;
        write!(page, "{} * \"{}\"", operation.on, operation.act.name())?;
        if let Some(note) = &operation.note {
            write!(page, " {}", string(note.as_str()))?;
        }
        writeln!(page, " ^{}", operation.reference)?;
        writeln!(page, "  sequence: {}\n  recorded: \"{}\"", entry.sequence, entry.recorded_at)?;
        if let Some(member) = operation.member() {
            writeln!(page, "  member: \"{member}\"")?;
        }
        for posting in &entry.postings {
            for (account, cents) in posting.changes() {
                self.line(&account, cents, page)?;
                if let Some(bills) = bills_of(posting) {
                    writeln!(page, "    bills: \"{bills}\"")?;
                }
            }
        }
        Ok(())
    }

    fn end(&mut self, _: &Exported, page: &mut Vec<u8>) -> io::Result<()> {
        let Some((latest, balances)) = self.books.closing() else { return Ok(()) };
        writeln!(page)?;
        for (day, balances) in self.books.month_ends() {
            for (account, cents) in &balances {
                self.assert(day, account, *cents, page)?;
            }
        }
        let day_after = latest.civil().tomorrow().unwrap_or_else(|_| latest.civil());
        for (account, cents) in balances {
            self.assert(day_after, account, *cents, page)?;
        }
        Ok(())
    }
}

/// A text in quotes.
fn string(text: &str) -> String {
    format!("\"{}\"", numbered(text).replace('\\', "\\\\").replace('"', "\\\""))
}
