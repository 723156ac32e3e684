//! The *fichier des écritures comptables* of a year, as French law asks for it (Livre des procédures fiscales, A47 A-1):
//! 18 columns between tabs, ISO 8859-15, the opening balances first, then the entries in the order in which they were recorded.
//!
//! It holds what moves euros. A bill is worth its face there from the day on which it circulates, by `obligation`; bills
//! that nobody has bought are no asset and do not occur.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use encoding_rs::ISO_8859_15;
use jiff::civil;
use jiff::tz::TimeZone;

use super::before::{Before, Bureaux};
use super::chart::{Chart, Journal, Numbered};
use super::form::Form;
use super::{ExportError, Exported, Period};
use crate::account::{Account, EuroAccount};
use crate::date::Date;
use crate::entry::{Choice, Entry, Posting};
use crate::id::Reference;
use crate::journal::Hash;
use crate::ledger::LedgerError;
use crate::money::Euros;
use crate::operation::{Act, Found};
use crate::sequence::RecordedAt;
use crate::text::Text;
use crate::view::View;

/// The columns, in the order of the law.
const COLUMNS: &str = "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\t\
     PieceRef\tPieceDate\tEcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise";
/// The hour in France since 1996: the rule of the European Union, not a table that changes with the machine.
const FRANCE: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// The number of a legal person in France: nine digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Siren(String);

/// A text that is no SIREN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a SIREN has nine digits")]
pub struct InvalidSiren;

impl FromStr for Siren {
    type Err = InvalidSiren;
    fn from_str(text: &str) -> Result<Self, InvalidSiren> {
        let digits: String = text.chars().filter(|letter| *letter != ' ').collect();
        let sound = digits.len() == 9 && digits.bytes().all(|byte| byte.is_ascii_digit());
        if sound { Ok(Self(digits)) } else { Err(InvalidSiren) }
    }
}

/// A year of accounts, from January to December.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Year {
    number: i16,
    first: Date,
    last: Date,
}

/// A year that no date of the ledger lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a year is written 2026, and lies from 1900 to 2999")]
pub struct InvalidYear;

impl FromStr for Year {
    type Err = InvalidYear;
    fn from_str(text: &str) -> Result<Self, InvalidYear> {
        let number: i16 = text.parse().map_err(|_| InvalidYear)?;
        let day = |month, day| {
            let civil = civil::Date::new(number, month, day).map_err(|_| InvalidYear)?;
            Date::try_from(civil).map_err(|_| InvalidYear)
        };
        Ok(Self { number, first: day(1, 1)?, last: day(12, 31)? })
    }
}

impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

impl Year {
    /// Its days.
    pub fn period(self) -> Period {
        Period { from: Some(self.first), to: Some(self.last) }
    }

    /// The last day.
    pub fn last_day(self) -> Date {
        self.last
    }

    /// The name that the law gives to the file of this year: whose it is, and the day on which the year is closed.
    pub fn file_name(self, siren: &Siren) -> String {
        format!("{}FEC{}.txt", siren.0, Day(self.last))
    }
}

/// A day as `YYYYMMDD`.
struct Day(Date);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = self.0.civil();
        write!(f, "{:04}{:02}{:02}", day.year(), day.month(), day.day())
    }
}

/// Writes the file.
pub struct Fec<'c> {
    chart: &'c Chart,
    year: Year,
    opening: BTreeMap<EuroAccount, i64>,
    /// What the bureaux are called on the day of the entry.
    bureaux: Bureaux,
    /// Where an entry that is reversed is looked up.
    view: &'c View,
    france: TimeZone,
    /// The entries written.
    entries: u64,
}

/// What all lines of an entry share.
struct Head<'a> {
    journal: &'a Journal,
    on: Date,
    piece: &'a str,
    label: String,
    valid: Date,
}

impl<'c> Fec<'c> {
    /// The file of a year of this ledger, with what there was before it.
    pub fn new(view: &'c View, year: Year, chart: &'c Chart, before: Before) -> Self {
        let opening = before.sums.into_iter().filter_map(|(account, cents)| match account {
            Account::Euros(account) => Some((account, cents)),
            Account::Bills(_) => None,
        });
        Self {
            chart,
            year,
            opening: opening.collect(),
            bureaux: before.bureaux,
            view,
            france: TimeZone::posix(FRANCE).unwrap_or(TimeZone::UTC),
            entries: 0,
        }
    }

    /// How many entries were written.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// The balances of the years before: what lasts, and in one line what was earned and spent.
    fn opening(&mut self, page: &mut Vec<u8>) -> io::Result<()> {
        let chart = self.chart;
        let mut lasting = Vec::new();
        let mut result = 0;
        for (account, cents) in std::mem::take(&mut self.opening) {
            if chart.account(&account).begins_anew() {
                result += cents;
            } else {
                lasting.push((account, cents));
            }
        }
        if lasting.is_empty() {
            return Ok(());
        }
        let (journal, label) = (&chart.journals.opening, chart.entry(Chart::OPENING).to_owned());
        let first = self.year.first;
        let head = Head { journal, on: first, piece: &journal.code, label, valid: first };
        self.next(page)?;
        for (account, cents) in &lasting {
            self.line(&head, chart.account(account), Some(account), *cents, page)?;
        }
        if result != 0 {
            self.line(&head, chart.carried(result), None, result, page)?;
        }
        Ok(())
    }

    /// Begins an entry, the first one below the names of the columns.
    fn next(&mut self, page: &mut Vec<u8>) -> io::Result<()> {
        if self.entries == 0 {
            write!(page, "{COLUMNS}\r\n")?;
        }
        self.entries += 1;
        Ok(())
    }

    /// A line of the entry that was begun last; cents are debited where they are more than nothing.
    fn line(
        &self,
        head: &Head<'_>,
        numbered: &Numbered,
        account: Option<&EuroAccount>,
        cents: i64,
        page: &mut Vec<u8>,
    ) -> io::Result<()> {
        let Head { journal, on, piece, label, valid } = head;
        let (id, name) = account.map_or(("", ""), |account| self.auxiliary(account));
        write!(page, "{}\t", journal.code)?;
        put(journal.name.as_str(), page);
        write!(page, "\t{}\t{}\t{}\t", self.entries, Day(*on), numbered.number)?;
        put(numbered.name.as_str(), page);
        write!(page, "\t{id}\t")?;
        put(name, page);
        write!(page, "\t{piece}\t{}\t", Day(*on))?;
        put(label, page);
        let (debit, credit) = (figure(cents.max(0)), figure((-cents).max(0)));
        write!(page, "\t{debit}\t{credit}\t\t\t{}\t\t\r\n", Day(*valid))
    }

    /// The auxiliary account of an account of a bureau, a slip or a debt, and its name.
    fn auxiliary<'a>(&'a self, account: &'a EuroAccount) -> (&'a str, &'a str) {
        match account {
            EuroAccount::Till(bureau) | EuroAccount::Receivable(bureau) => {
                (bureau.as_str(), self.bureaux.name(bureau))
            }
            EuroAccount::Transit(reference) | EuroAccount::Payable(reference) => {
                (reference.as_str(), reference.as_str())
            }
            _ => ("", ""),
        }
    }

    /// The journal that an entry belongs to.
    fn journal(&self, entry: &Entry) -> &'c Journal {
        let is_till = |account: &EuroAccount| matches!(account, EuroAccount::Till(_));
        let journals = &self.chart.journals;
        if !entry.postings.bank_movement().is_zero() {
            &journals.bank
        } else if euros(entry).any(|(debit, credit, _)| is_till(debit) || is_till(credit)) {
            &journals.till
        } else {
            &journals.other
        }
    }

    /// What an entry is called: its operation, the bureau, what it undoes and why, the paper that it came with, its note.
    fn label(&self, entry: &Entry) -> Result<String, LedgerError> {
        let operation = &entry.operation;
        let undone = self.undone(&entry.choice)?;
        let mut label = self.chart.entry(operation.act.name()).to_owned();
        let paper = match &operation.act {
            Act::Reconvert(act) => Some(act.invoice.as_str()),
            Act::Remit(act) => Some(act.slip.as_str()),
            Act::Cover(act) => Some(act.slip.as_str()),
            Act::Deposit(act) => act.slip.as_ref().map(Reference::as_str),
            Act::PayOut(act) => Some(act.payable.as_str()),
            Act::Release(act) => Some(act.payable.as_str()),
            Act::Reverse(act) => Some(act.reason.as_str()),
            _ => None,
        };
        let bureau = operation.bureau().map(|id| self.bureaux.name(id));
        let note = operation.note.as_ref().map(Text::as_str);
        for more in bureau.into_iter().chain(undone.as_deref()).chain(paper).chain(note) {
            label.push_str(", ");
            label.push_str(more);
        }
        Ok(label)
    }

    /// The day in France on which an entry was recorded.
    fn day_of(&self, recorded_at: RecordedAt, on: Date) -> Date {
        let instant = jiff::Timestamp::from_nanosecond(i128::from(recorded_at.ns()));
        let day =
            instant.ok().and_then(|instant| Date::try_from(self.france.to_datetime(instant).date()).ok());
        day.unwrap_or(on)
    }

    /// The entry that a reversal undoes, by its number and its piece.
    fn undone(&self, choice: &Choice) -> Result<Option<String>, LedgerError> {
        let Choice::Reversal { entry: number, .. } = choice else { return Ok(None) };
        let piece = self.view.entry(*number)?.map(|undone| undone.operation.reference);
        let piece = piece.map(|piece| format!(", pièce {piece}")).unwrap_or_default();
        Ok(Some(format!("écriture {number} du registre{piece}")))
    }
}

impl Form for Fec<'_> {
    fn begin(&mut self, _: Option<&Found>, page: &mut Vec<u8>) -> io::Result<()> {
        self.opening(page)
    }

    fn entry(&mut self, entry: &Entry, _: &Hash, page: &mut Vec<u8>) -> Result<(), ExportError> {
        let Entry { recorded_at, operation, .. } = entry;
        self.bureaux.hear(&operation.act);
        if euros(entry).next().is_none() {
            return Ok(());
        }
        self.next(page)?;
        let head = Head {
            journal: self.journal(entry),
            on: operation.on,
            piece: operation.reference.as_str(),
            label: self.label(entry)?,
            valid: self.day_of(*recorded_at, operation.on),
        };
        for (debit, credit, amount) in euros(entry) {
            for (account, cents) in [(debit, amount.cents()), (credit, -amount.cents())] {
                self.line(&head, self.chart.account(account), Some(account), cents, page)?;
            }
        }
        Ok(())
    }

    fn end(&mut self, _: &Exported, _: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }
}

/// What an entry moves in euros: debit, credit, amount.
fn euros(entry: &Entry) -> impl Iterator<Item = (&EuroAccount, &EuroAccount, Euros)> {
    entry.postings.iter().filter_map(|posting| match posting {
        Posting::Euros { debit, credit, amount } => Some((debit, credit, *amount)),
        Posting::Bills { .. } => None,
    })
}

/// An amount with a comma.
fn figure(cents: i64) -> String {
    Euros::from_cents(cents).to_string().replace('.', ",")
}

/// A text in the letters of the file. Signs that these do not have become those that come nearest, or a question mark.
fn put(text: &str, page: &mut Vec<u8>) {
    for letter in text.chars() {
        let plain = match letter {
            '\u{2018}' | '\u{2019}' => "'",
            '\u{201c}' | '\u{201d}' => "\"",
            '\u{2010}'..='\u{2015}' => "-",
            '\u{2026}' => "...",
            '\u{2002}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' => " ",
            letter => {
                let mut utf8 = [0; 4];
                match ISO_8859_15.encode(letter.encode_utf8(&mut utf8)) {
                    (encoded, _, false) => page.extend_from_slice(&encoded),
                    (_, _, true) => page.push(b'?'),
                }
                continue;
            }
        };
        page.extend_from_slice(plain.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_after_the_association_and_the_last_day() {
        let siren: Siren = "123 456 789".parse().unwrap();
        assert_eq!("2026".parse::<Year>().unwrap().file_name(&siren), "123456789FEC20261231.txt");
        for wrong in ["", "12345678", "1234567890", "12345678a", "１２３４５６７８９"] {
            assert!(wrong.parse::<Siren>().is_err(), "{wrong}");
        }
        for wrong in ["", "26", "1899", "3000", "2026-01", "99999"] {
            assert!(wrong.parse::<Year>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn letters_are_those_of_western_europe_with_the_euro() {
        let mut page = Vec::new();
        put("Cévennes, 5 € – l’œil… ĉ→", &mut page);
        assert_eq!(page, b"C\xe9vennes, 5 \xa4 - l'\xbdil... ??");
    }

    #[test]
    fn it_is_tomorrow_in_france_earlier_than_in_greenwich() {
        let france = TimeZone::posix(FRANCE).unwrap();
        let day = |instant: &str| france.to_datetime(instant.parse().unwrap()).date().to_string();
        assert_eq!(day("2026-07-14T21:59:59Z"), "2026-07-14");
        assert_eq!(day("2026-07-14T22:00:00Z"), "2026-07-15");
        assert_eq!(day("2026-12-31T22:59:59Z"), "2026-12-31");
        assert_eq!(day("2026-12-31T23:00:00Z"), "2027-01-01");
    }
}
