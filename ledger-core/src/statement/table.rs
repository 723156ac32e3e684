//! A CSV by the profile of its bank.

use hashbrown::HashMap;

use super::columns::Column;
use super::figure::Figures;
use super::part::Part;
use super::places::{Amounts, Places};
use super::preamble::{Preamble, bad, is_euro};
use super::profile::{Profile, Status};
use super::rows::{Row, Rows};
use super::wording::{Label, folded, one_line, shown};
use super::{Line, StatedAccount, StatementError, draft};
use crate::date::Date;
use crate::money::Euros;

/// Reads the lines of a CSV.
pub(super) fn read(text: &str, profile: &Profile) -> Result<Vec<Part>, StatementError> {
    let mut rows = Rows::new(text, profile.delimiter);
    let mut row = Row::default();
    let mut preamble = Preamble::of(profile);
    let places = find_header(&mut rows, &mut row, profile, &mut preamble)?;
    let mut part = Part::at(if places.is_some() { row.line } else { 1 });
    part.newest_first = profile.newest_first;
    preamble.tell(&mut part)?;
    let Some(places) = places else { return Ok(vec![part]) };
    let quoted_ends = row.quoted_end;
    let mut reader = Reader {
        profile,
        places,
        minus_in_debit: None,
        quoted_ends,
        parts: vec![part],
        accounts: HashMap::new(),
    };
    if profile.columns.are_numbered() {
        // The row at hand is the first line already.
        reader.row(&row)?;
    }
    while rows.read(&mut row)? {
        reader.row(&row)?;
    }
    let mut parts = reader.parts;
    parts.iter_mut().for_each(Part::close_on_stated);
    Ok(parts)
}

/// Reads up to the header, and what stands before it; without a header, up to the first line. None when the file ends
/// and could have no header.
fn find_header<'a>(
    rows: &mut Rows<'a>,
    row: &mut Row<'a>,
    profile: &Profile,
    preamble: &mut Preamble<'_>,
) -> Result<Option<Places>, StatementError> {
    let numbered = profile.columns.are_numbered();
    let wanted: Vec<&str> = profile.columns.needed().map(Column::name).collect();
    let folded_names: Vec<String> = wanted.iter().map(|name| folded(name)).collect();
    let (mut best, mut best_count) = (String::from("nothing"), 0);
    let mut first = true;
    while rows.read(row)? {
        if row.line <= profile.skipped_lines || row.is_blank() {
            continue;
        }
        if numbered {
            let names = (1..=row.cells.len()).map(|number| format!("column {number}")).collect();
            return Places::of(profile, names, row.line).map(Some);
        }
        let names: Vec<String> = row.cells.iter().map(|cell| folded(cell)).collect();
        let count = folded_names.iter().filter(|name| names.contains(name)).count();
        if count == folded_names.len() {
            return Places::of(profile, names, row.line).map(Some);
        }
        if first || count > best_count {
            (best, best_count) = (shown(&row.cells.join(", ")), count);
        }
        first = false;
        preamble.line(row)?;
    }
    if numbered {
        return Ok(None);
    }
    Err(StatementError::MissingHeader { expected: wanted.join(", "), found: best })
}

struct Reader<'a> {
    profile: &'a Profile,
    places: Places,
    /// Whether debits are written with a minus, once one was seen.
    minus_in_debit: Option<bool>,
    /// Whether the row before ends with a quote.
    quoted_ends: bool,
    /// The accounts of the file: the first, or as many as the column of accounts names.
    parts: Vec<Part>,
    accounts: HashMap<String, usize>,
}

impl Reader<'_> {
    /// Adds the line of a row to its account, if it is booked. A field that does not read matters if that account is read.
    fn row(&mut self, row: &Row<'_>) -> Result<(), StatementError> {
        if row.is_blank() {
            return Ok(());
        }
        self.check_columns(row)?;
        let at = self.account(row);
        let read = match self.is_booked(row) {
            Ok(false) => {
                self.parts[at].pending += 1;
                return Ok(());
            }
            Ok(true) => self.line(row),
            Err(error) => Err(error),
        };
        let part = &mut self.parts[at];
        if let Some(found) = self.places.currency.map(|at| cell(row, at)) {
            let euros = is_euro(found);
            let error = || StatementError::WrongCurrency { line: row.line, found: shown(found) };
            part.currency(if euros { "EUR" } else { found }, error);
        }
        let line = part.noted(read);
        part.lines.extend(line);
        Ok(())
    }

    /// The place of the account that a row is of.
    fn account(&mut self, row: &Row<'_>) -> usize {
        let Some(name) = self.places.account.map(|at| one_line(cell(row, at))) else { return 0 };
        if let Some(at) = self.accounts.get(&name) {
            return *at;
        }
        let at = self.accounts.len();
        if at == self.parts.len() {
            let mut part = Part::at(row.line);
            part.newest_first = self.profile.newest_first;
            self.parts.push(part);
        }
        self.parts[at].account = StatedAccount::named(&name);
        self.accounts.insert(name, at);
        at
    }

    /// Whether a row counts.
    fn is_booked(&self, row: &Row<'_>) -> Result<bool, StatementError> {
        let Some(at) = self.places.status else { return Ok(true) };
        let Status { booked, not_booked } = &self.profile.status;
        let found = folded(cell(row, at));
        let is_one = |words: &[String]| words.iter().any(|word| folded(word) == found);
        match (is_one(booked), is_one(not_booked)) {
            (true, _) => Ok(true),
            (false, true) => Ok(false),
            (false, false) => {
                let expected = format!("one of {}", [booked.as_slice(), not_booked].concat().join(", "));
                Err(bad(row.line, self.name(at), expected, cell(row, at)))
            }
        }
    }

    fn check_columns(&mut self, row: &Row<'_>) -> Result<(), StatementError> {
        let (found, expected) = (row.cells.len(), self.places.names.len());
        if found != expected {
            if row.last && row.open_ended && found < expected {
                let expected = format!("{expected} columns, and found {found}");
                return Err(StatementError::Truncated { line: row.line, expected });
            }
            return Err(StatementError::WrongColumns { line: row.line, expected, found });
        }
        self.check_end(row)
    }

    /// The line of a row.
    fn line(&mut self, row: &Row<'_>) -> Result<Line, StatementError> {
        let date = self.date(row, self.places.date)?;
        let amount = self.amount(row)?;
        let mut line = draft::line(row.line, date, amount);
        line.value_date = match self.places.value_date {
            Some(at) if !cell(row, at).trim().is_empty() => Some(self.date(row, at)?),
            _ => None,
        };
        line.balance =
            self.places.balance.map(|at| self.figure(row, at, &self.profile.figures)).transpose()?;
        let mut label = Label::default();
        self.places.labels.iter().for_each(|&at| label.add(cell(row, at)));
        line.label = label.joined();
        let references = self.places.references.iter().map(|&at| one_line(cell(row, at)));
        line.references = references.filter(|reference| !reference.is_empty()).collect();
        Ok(line)
    }

    /// A file that ends in the middle of an amount would show another amount, and one that ends before a quote no label.
    fn check_end(&mut self, row: &Row<'_>) -> Result<(), StatementError> {
        let quoted_before = std::mem::replace(&mut self.quoted_ends, row.quoted_end);
        if !(row.last && row.open_ended) {
            return Ok(());
        }
        let at = self.places.names.len() - 1;
        let text = cell(row, at);
        let cents = text.rsplit_once(self.profile.figures.decimal).map_or(0, |(_, cents)| cents.len());
        let within_amount = self.places.is_amount(at) && !text.is_empty() && cents != 2;
        if within_amount || quoted_before {
            let expected = format!("the end of the line behind {}", shown(text));
            return Err(StatementError::Truncated { line: row.line, expected });
        }
        Ok(())
    }

    fn date(&self, row: &Row<'_>, at: usize) -> Result<Date, StatementError> {
        let text = cell(row, at);
        let days = &self.profile.days;
        days.read(text).ok_or_else(|| bad(row.line, self.name(at), days.expected(), text))
    }

    fn figure(&self, row: &Row<'_>, at: usize, figures: &Figures) -> Result<Euros, StatementError> {
        let text = cell(row, at);
        figures.read(text).map_err(|expected| bad(row.line, self.name(at), expected.to_owned(), text))
    }

    fn amount(&mut self, row: &Row<'_>) -> Result<Euros, StatementError> {
        let figures = &self.profile.figures;
        let amount = match self.places.amount {
            Amounts::Signed(at) => self.figure(row, at, figures)?,
            Amounts::Split { debit, credit } => self.of_two(row, debit, credit)?,
        };
        Ok(if self.profile.flipped { -amount } else { amount })
    }

    /// The amount of two columns, of which one is empty or zero.
    fn of_two(&mut self, row: &Row<'_>, debit: usize, credit: usize) -> Result<Euros, StatementError> {
        let figures = &self.profile.figures;
        let filled = |at: usize| -> Result<Option<Euros>, StatementError> {
            if cell(row, at).trim().is_empty() { Ok(None) } else { self.figure(row, at, figures).map(Some) }
        };
        let (out, into) = (filled(debit)?, filled(credit)?);
        match (out.filter(|out| !out.is_zero()), into.filter(|into| !into.is_zero())) {
            (Some(_), Some(_)) => {
                let expected = format!("empty, because there is a debit of {}", cell(row, debit).trim());
                Err(bad(row.line, self.name(credit), expected, cell(row, credit)))
            }
            (None, Some(into)) if into.is_negative() => {
                let expected = "an amount without a minus".to_owned();
                Err(bad(row.line, self.name(credit), expected, cell(row, credit)))
            }
            (None, Some(into)) => Ok(into),
            (Some(out), None) => {
                let minus = *self.minus_in_debit.get_or_insert(out.is_negative());
                if minus != out.is_negative() {
                    let with = if minus { "with" } else { "without" };
                    let expected = format!("an amount {with} a minus, as the debits before it");
                    return Err(bad(row.line, self.name(debit), expected, cell(row, debit)));
                }
                Ok(if minus { out } else { -out })
            }
            (None, None) if out.is_some() || into.is_some() => Ok(Euros::ZERO),
            (None, None) => {
                let field = format!("{} or {}", self.name(debit), self.name(credit));
                Err(StatementError::MissingField { line: row.line, field })
            }
        }
    }

    /// The name of a column as the profile writes it.
    fn name(&self, at: usize) -> &str {
        let name = self.places.names.get(at).map_or("", String::as_str);
        let is_it = |column: &&Column| folded(column.name()) == name;
        let column = self.profile.columns.all().filter(|column| !column.name().is_empty()).find(is_it);
        column.map_or(name, Column::name)
    }
}

fn cell<'a>(row: &'a Row<'_>, at: usize) -> &'a str {
    row.cells.get(at).map_or("", |cell| cell)
}
