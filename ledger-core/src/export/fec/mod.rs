//! The *fichier des écritures comptables* of a year, as French law asks for it (Livre des procédures fiscales, A47 A-1):
//! 18 columns between tabs, the entries in the order in which they were recorded, which is that of their validation, and a
//! [description](Described) of the file.
//!
//! It holds what moves euros. A bill is worth its face there from the day on which it circulates, by `obligation`; bills
//! that nobody has bought are no asset and do not occur.

mod description;
mod letters;
mod numbers;
mod opening;
mod year;

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::tz::TimeZone;

pub use self::description::Described;
pub use self::letters::Encoding;
pub use self::numbers::Numbering;
use self::numbers::Numbers;
use self::opening::Opening;
use self::year::Day;
pub use self::year::{InvalidSiren, InvalidYear, Siren, Year};
use super::before::{Before, Bureaux};
use super::chart::{Chart, Journal, Numbered};
use super::form::Form;
use super::{ExportError, Exported, walk};
use crate::account::EuroAccount;
use crate::date::Date;
use crate::entry::{Choice, Entry, Posting};
use crate::id::Reference;
use crate::journal::Hash;
use crate::money::Euros;
use crate::operation::{Act, Found};
use crate::sequence::{RecordedAt, Sequence};
use crate::text::Text;
use crate::view::View;

/// The columns, in the order of the law.
const COLUMNS: &str = "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\t\
     PieceRef\tPieceDate\tEcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise";
/// The hour in France since 1996: the rule of the European Union, not a table that changes with the machine.
const FRANCE: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// What a FEC is to be like.
#[derive(Clone, Copy, Debug)]
pub struct FecForm<'c> {
    /// The year.
    pub year: Year,
    /// The accounts, the journals, what entries are called.
    pub chart: &'c Chart,
    /// What is numbered together.
    pub numbering: Numbering,
    /// How letters are written.
    pub encoding: Encoding,
}

impl<'c> FecForm<'c> {
    /// The file of a year, numbered through and in UTF-8.
    pub fn of(year: Year, chart: &'c Chart) -> Self {
        Self { year, chart, numbering: Numbering::default(), encoding: Encoding::default() }
    }
}

/// Exports a year as the *fichier des écritures comptables* of French law. The entries counted are those of the file, the
/// opening balances among them; nothing is written where there are none.
pub fn export_fec<'c>(
    view: &View,
    form: FecForm<'c>,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(u64),
) -> Result<(Exported, Described<'c>), ExportError> {
    let (year, period) = (form.year, form.year.period());
    let (mut first, mut undone) = (None, BTreeMap::new());
    let mut hear = |entry: &Entry| {
        if period.holds(entry.operation.on) {
            if let Choice::Reversal { entry: number, .. } = &entry.choice {
                undone.insert(*number, None);
            }
        } else if entry.operation.on < year.first_day() && first.is_none() {
            first = opening::First::of(entry);
        }
    };
    let before = Before::hearing(view, period, &mut hear, progress)?;
    let read = before.read;
    let mut fec = Fec::new(form, before, first, undone);
    let exported = walk(view, period, read, &mut fec, out, progress)?;
    match fec.written.entries {
        0 => Err(ExportError::NoEntries { year }),
        entries => Ok((Exported { entries, ..exported }, fec.written)),
    }
}

/// Writes the file.
struct Fec<'c> {
    form: FecForm<'c>,
    opening: Opening,
    /// What the bureaux are called on the day of the entry.
    bureaux: Bureaux,
    numbers: Numbers<'c>,
    /// The entries that reversals of this year undo, once they were met.
    undone: BTreeMap<Sequence, Option<Undone>>,
    france: TimeZone,
    written: Described<'c>,
}

/// An entry that is reversed, as it stands in the file of its year.
struct Undone {
    year: i16,
    journal: String,
    number: u64,
    piece: Reference,
}

/// What all lines of an entry share.
struct Head<'c, 'a> {
    journal: &'c Journal,
    number: u64,
    on: Date,
    piece: &'a str,
    label: String,
    valid: Date,
}

/// A line of an entry: the account of the chart, that of the ledger, cents debited where they are more than nothing.
type Line<'c, 'a> = (&'c Numbered, Option<&'a EuroAccount>, i64);

impl<'c> Fec<'c> {
    fn new(
        form: FecForm<'c>,
        before: Before,
        first: Option<opening::First>,
        undone: BTreeMap<Sequence, Option<Undone>>,
    ) -> Self {
        Self {
            form,
            opening: Opening::new(before.sums, first),
            bureaux: before.bureaux,
            numbers: Numbers::new(form.chart, form.numbering),
            undone,
            france: TimeZone::posix(FRANCE).unwrap_or(TimeZone::UTC),
            written: Described::new(form),
        }
    }

    /// Writes the opening balances once they have a number and another entry, or the end of the file, follows. They are
    /// valid from the first day of the year, or from when the first entry before it was recorded; but never after the
    /// entry that follows them, which may be dated ahead.
    fn open(&mut self, following: Option<Date>, page: &mut Vec<u8>) -> io::Result<()> {
        let FecForm { chart, year, .. } = self.form;
        // Where nothing follows, what is settled needs no line.
        let Some((number, balances)) = self.opening.take(chart, following.is_some()) else { return Ok(()) };
        let first = year.first_day();
        let begun = self.opening.first().map_or(first, |entry| self.day_of(entry.recorded_at, first));
        let valid = following.into_iter().fold(begun.max(first), Date::min);
        let (journal, label) = (&chart.journals.opening, chart.entry(Chart::OPENING).to_owned());
        let head = Head { journal, number, on: first, piece: &journal.code, label, valid };
        let lines: Vec<Line<'c, '_>> = balances
            .iter()
            .map(|(account, cents)| match account {
                Some(account) => (chart.account(account), Some(account), *cents),
                None => (chart.carried(*cents), None, *cents),
            })
            .collect();
        self.write(&head, &lines, page)
    }

    /// Writes an entry, the first one below the names of the columns.
    fn write(&mut self, head: &Head<'c, '_>, lines: &[Line<'c, '_>], page: &mut Vec<u8>) -> io::Result<()> {
        if self.written.entries == 0 {
            write!(page, "{COLUMNS}\r\n")?;
        }
        self.written.entry(head.journal);
        for line in lines {
            self.line(head, *line, page)?;
            self.written.line(line.0, line.2);
        }
        Ok(())
    }

    fn line(&self, head: &Head<'_, '_>, line: Line<'_, '_>, page: &mut Vec<u8>) -> io::Result<()> {
        let Head { journal, number, on, piece, label, valid } = head;
        let (numbered, account, cents) = line;
        let (id, name) = account.map_or(("", ""), |account| self.auxiliary(account));
        let letters = self.form.encoding;
        write!(page, "{}\t", journal.code)?;
        letters.put(journal.name.as_str(), page);
        write!(page, "\t{number}\t{}\t{}\t", Day(*on), numbered.number)?;
        letters.put(numbered.name.as_str(), page);
        write!(page, "\t{id}\t")?;
        letters.put(name, page);
        write!(page, "\t{piece}\t{}\t", Day(*on))?;
        letters.put(label, page);
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
        let journals = &self.form.chart.journals;
        if !entry.postings.bank_movement().is_zero() {
            &journals.bank
        } else if euros(entry).any(|(debit, credit, _)| is_till(debit) || is_till(credit)) {
            &journals.till
        } else {
            &journals.other
        }
    }

    /// What an entry is called: its operation, what it undoes, the bureau, the paper that it came with or the reason, its
    /// note. A long one is cut at its end, so what names another entry stands at the beginning.
    fn label(&self, entry: &Entry) -> String {
        let operation = &entry.operation;
        let undone = self.undone(&entry.choice);
        let mut label = self.form.chart.entry(operation.act.name()).to_owned();
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
        for more in undone.as_deref().into_iter().chain(bureau).chain(paper).chain(note) {
            label.push_str(", ");
            label.push_str(more);
        }
        label
    }

    /// The day in France on which an entry was recorded.
    fn day_of(&self, recorded_at: RecordedAt, on: Date) -> Date {
        let instant = jiff::Timestamp::from_nanosecond(i128::from(recorded_at.ns()));
        let day =
            instant.ok().and_then(|instant| Date::try_from(self.france.to_datetime(instant).date()).ok());
        day.unwrap_or(on)
    }

    /// The entry that a reversal undoes, by its number in the file of its year and its piece.
    fn undone(&self, choice: &Choice) -> Option<String> {
        let Choice::Reversal { entry: sequence, .. } = choice else { return None };
        let Undone { year, journal, number, piece } = self.undone.get(sequence)?.as_ref()?;
        let series = match self.form.numbering {
            Numbering::File => String::new(),
            Numbering::Journal => format!("{journal} "),
        };
        let of = if *year == self.form.year.number() { String::new() } else { format!(" de {year}") };
        Some(format!("écriture {series}{number}{of}, pièce {piece}"))
    }

    /// Counts an entry of any year, and keeps its number where a reversal asks for it.
    fn count(&mut self, entry: &Entry) -> u64 {
        let (year, journal) = (entry.operation.on.civil().year(), self.journal(entry));
        if year < self.form.year.number() {
            self.opening.begin(|| self.numbers.opening(self.form.year.number()));
        }
        let number = self.numbers.next(year, journal);
        if let Some(undone) = self.undone.get_mut(&entry.sequence) {
            let (journal, piece) = (journal.code.clone(), entry.operation.reference.clone());
            *undone = Some(Undone { year, journal, number, piece });
        }
        number
    }
}

impl Form for Fec<'_> {
    fn begin(&mut self, founding: Option<&Found>, _: &mut Vec<u8>) -> io::Result<()> {
        self.written.founded(founding);
        Ok(())
    }

    fn beside(&mut self, entry: &Entry) {
        if euros(entry).next().is_some() {
            self.count(entry);
        }
    }

    fn entry(&mut self, entry: &Entry, _: &Hash, page: &mut Vec<u8>) -> Result<(), ExportError> {
        let Entry { recorded_at, operation, .. } = entry;
        self.bureaux.hear(&operation.act);
        if euros(entry).next().is_none() {
            return Ok(());
        }
        let valid = self.day_of(*recorded_at, operation.on);
        self.open(Some(valid), page)?;
        let number = self.count(entry);
        let head = Head {
            journal: self.journal(entry),
            number,
            on: operation.on,
            piece: operation.reference.as_str(),
            label: self.label(entry),
            valid,
        };
        let chart = self.form.chart;
        let both =
            |(debit, credit, amount): (_, _, Euros)| [(debit, amount.cents()), (credit, -amount.cents())];
        let lines = euros(entry).flat_map(both);
        let lines: Vec<Line<'_, '_>> =
            lines.map(|(account, cents)| (chart.account(account), Some(account), cents)).collect();
        Ok(self.write(&head, &lines, page)?)
    }

    fn end(&mut self, _: &Exported, page: &mut Vec<u8>) -> io::Result<()> {
        self.open(None, page)
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

#[cfg(test)]
mod tests {
    use super::*;

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
