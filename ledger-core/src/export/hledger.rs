//! A journal for hledger and Ledger: accounts and commodities are declared, and the balances at the end asserted.

use std::io::{self, Write};

use super::books::Books;
use super::form::{Form, bills_of};
use super::names::{EURO, commodity, plain, unit_of};
use super::{ExportError, Exported};
use crate::account::Account;
use crate::entry::Entry;
use crate::journal::Hash;
use crate::money::Euros;
use crate::operation::Found;
use crate::text::numbered;

/// The columns of an account's name, so that most amounts stand below one another.
const ACCOUNT: usize = 44;
/// The columns of an amount.
const AMOUNT: usize = 14;

/// Writes the journal.
pub struct Hledger {
    books: Books,
    commodity: String,
}

impl Hledger {
    /// A journal over these books.
    pub fn new(books: Books) -> Self {
        Self { books, commodity: commodity(None) }
    }

    fn line(&self, account: &Account, cents: i64, page: &mut Vec<u8>) -> io::Result<()> {
        let (name, amount) = (plain(account), Euros::from_cents(cents).to_string());
        write!(page, "    {name:<ACCOUNT$}  {amount:>AMOUNT$} {}", unit_of(account, &self.commodity))
    }
}

impl Form for Hledger {
    fn begin(&mut self, founding: Option<&Found>, page: &mut Vec<u8>) -> io::Result<()> {
        // hledger reads a file as the locale says, and stops at the first letter beyond ASCII where that is none of UTF-8.
        writeln!(
            page,
            "; -*- coding: utf-8 -*- Read it where the locale is one of UTF-8, such as LC_ALL=C.UTF-8."
        )?;
        self.commodity = commodity(founding.map(|found| found.code.as_str()));
        if let Some(found) = founding {
            let names = [&found.currency, &found.symbol, &found.association];
            let [currency, symbol, association] = names.map(|name| numbered(name.as_str()));
            writeln!(page, "; {currency} ({symbol}), {association}")?;
        }
        for tag in ["sequence", "recorded", "member", "bills"] {
            writeln!(page, "tag {tag}")?;
        }
        for unit in [&self.commodity, EURO] {
            writeln!(page, "commodity {unit}\n  format 1000.00 {unit}")?;
        }
        for account in self.books.first_accounts() {
            writeln!(page, "account {}", plain(&account))?;
        }
        if let Some((from, opening)) = self.books.opening() {
            writeln!(page, "\n{from} * opening balances")?;
            for (account, cents) in opening {
                self.line(account, *cents, page)?;
                writeln!(page)?;
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
            writeln!(page, "account {}", plain(&account))?;
        }
        let operation = &entry.operation;
        write!(page, "{} * ({}) {}", operation.on, operation.reference, operation.act.name())?;
        if let Some(note) = &operation.note {
            // A semicolon would end the description.
            write!(page, " | {}", numbered(note.as_str()).replace(';', "；"))?;
        }
        writeln!(page, "\n    ; sequence: {}\n    ; recorded: {}", entry.sequence, entry.recorded_at)?;
        if let Some(member) = operation.member() {
            writeln!(page, "    ; member: {member}")?;
        }
        for posting in &entry.postings {
            let bills = bills_of(posting).map(|bills| format!("  ; bills: {bills}")).unwrap_or_default();
            for (account, cents) in posting.changes() {
                self.line(&account, cents, page)?;
                writeln!(page, "{bills}")?;
            }
        }
        Ok(())
    }

    fn end(&mut self, _: &Exported, page: &mut Vec<u8>) -> io::Result<()> {
        let Some((latest, balances)) = self.books.closing() else { return Ok(()) };
        if balances.is_empty() {
            return Ok(());
        }
        writeln!(page, "\n{latest} * balances")?;
        for (account, cents) in balances {
            self.line(account, 0, page)?;
            writeln!(page, " = {} {}", Euros::from_cents(*cents), unit_of(account, &self.commodity))?;
        }
        Ok(())
    }
}
