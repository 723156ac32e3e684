//! A CSV by the profile of its bank.

use super::figure::Figures;
use super::part::Part;
use super::profile::{Before, Column, Profile};
use super::rows::{Row, Rows};
use super::wording::{Label, folded, one_line, shown};
use super::{Line, StatedAccount, StatementError, draft};
use crate::date::Date;
use crate::money::Euros;

/// Where each column stands in a row, and how many there are.
struct Places {
    date: usize,
    value_date: Option<usize>,
    labels: Vec<usize>,
    references: Vec<usize>,
    amount: Amounts,
    balance: Option<usize>,
    currency: Option<usize>,
    names: Vec<String>,
}

enum Amounts {
    Signed(usize),
    Split { debit: usize, credit: usize },
}

/// Reads the lines of a CSV.
pub(super) fn read(text: &str, profile: &Profile) -> Result<Part, StatementError> {
    let mut rows = Rows::new(text, profile.delimiter);
    let mut row = Row::default();
    let mut part = Part::at(1);
    part.newest_first = profile.newest_first;
    let places = find_header(&mut rows, &mut row, profile, &mut part)?;
    let Some(places) = places else { return Ok(part) };
    let mut reader = Reader { profile, places, minus_in_debit: None, quoted_ends: row.quoted_end };
    if profile.columns.are_numbered() {
        // The row at hand is the first line already.
        part.lines.extend(reader.line(&row)?);
    }
    while rows.read(&mut row)? {
        part.lines.extend(reader.line(&row)?);
    }
    Ok(part)
}

/// Reads up to the header, and what stands before it; without a header, up to the first line. None when the file ends
/// and could have no header.
fn find_header<'a>(
    rows: &mut Rows<'a>,
    row: &mut Row<'a>,
    profile: &Profile,
    part: &mut Part,
) -> Result<Option<Places>, StatementError> {
    let numbered = profile.columns.are_numbered();
    let wanted: Vec<&str> = profile.columns.all().map(Column::name).collect();
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
            part.line = row.line;
            return Places::of(profile, names, row.line).map(Some);
        }
        if first || count > best_count {
            (best, best_count) = (shown(&row.cells.join(", ")), count);
        }
        first = false;
        preamble(row, profile, part)?;
    }
    if numbered {
        return Ok(None);
    }
    Err(StatementError::MissingHeader { expected: wanted.join(", "), found: best })
}

impl Column {
    fn name(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Number(_) => "",
        }
    }
}

impl Places {
    fn of(profile: &Profile, names: Vec<String>, line: u64) -> Result<Self, StatementError> {
        let place = |column: &Column| match column {
            Column::Number(number) if *number <= names.len() => Ok(number - 1),
            Column::Number(number) => {
                Err(StatementError::WrongColumns { line, expected: *number, found: names.len() })
            }
            Column::Name(name) => {
                let is_it = folded(name);
                let mut found = names.iter().enumerate().filter(|(_, known)| **known == is_it);
                match (found.next(), found.next()) {
                    (Some((at, _)), None) => Ok(at),
                    (None, _) => Err(StatementError::MissingField { line, field: name.clone() }),
                    (Some(_), Some(_)) => Err(StatementError::DuplicateColumn { line, field: name.clone() }),
                }
            }
        };
        let columns = &profile.columns;
        let maybe = |column: &Option<Column>| column.as_ref().map(place).transpose();
        let amount = match (&columns.amount, &columns.debit, &columns.credit) {
            (None, Some(debit), Some(credit)) => {
                Amounts::Split { debit: place(debit)?, credit: place(credit)? }
            }
            (Some(amount), _, _) => Amounts::Signed(place(amount)?),
            _ => return Err(StatementError::MissingField { line, field: "amount".to_owned() }),
        };
        Ok(Self {
            date: place(&columns.date)?,
            value_date: maybe(&columns.value_date)?,
            labels: columns.label.as_slice().iter().map(place).collect::<Result<_, _>>()?,
            references: columns.reference.as_slice().iter().map(place).collect::<Result<_, _>>()?,
            amount,
            balance: maybe(&columns.balance)?,
            currency: maybe(&columns.currency)?,
            names,
        })
    }

    /// The last column, if nothing but an amount tells whether it was cut off.
    fn is_amount(&self, at: usize) -> bool {
        let amount = match self.amount {
            Amounts::Signed(place) => place == at,
            Amounts::Split { debit, credit } => debit == at || credit == at,
        };
        amount || self.balance == Some(at)
    }
}

/// What a line before the header says of the account.
fn preamble(row: &Row<'_>, profile: &Profile, part: &mut Part) -> Result<(), StatementError> {
    let Before { account, period, currency } = &profile.before;
    if let Some(value) = value_of(row, account.as_deref()) {
        part.account = StatedAccount::named(&value);
    }
    if let Some(value) = value_of(row, currency.as_deref()) {
        check_currency(&value, row.line)?;
    }
    if let (Some(value), Some(name)) = (value_of(row, period.as_deref()), period) {
        let words = one_line(&value);
        let days = words.strip_prefix("du ").and_then(|days| days.split_once(" au "));
        let days = days.and_then(|(from, to)| Some((profile.days.read(from)?, profile.days.read(to)?)));
        let days = days.filter(|(from, to)| from <= to);
        let expected = || "du … au … with two dates, the earlier first".to_owned();
        part.period = Some(days.ok_or_else(|| bad(row.line, name, expected(), &value))?);
    }
    Ok(())
}

/// What stands behind a name: in the next cell, or behind a colon.
fn value_of(row: &Row<'_>, name: Option<&str>) -> Option<String> {
    let (name, cell) = (folded(name?), row.cells.first()?);
    let (key, rest) = cell.split_once(':').unwrap_or((cell, ""));
    if folded(key) != name {
        return None;
    }
    let value = if rest.trim().is_empty() { row.cells.get(1)? } else { rest };
    Some(value.trim().to_owned())
}

fn check_currency(text: &str, line: u64) -> Result<(), StatementError> {
    if ["eur", "€", "euro", "euros"].contains(&folded(text).as_str()) {
        return Ok(());
    }
    Err(StatementError::WrongCurrency { line, found: shown(text) })
}

fn bad(line: u64, field: &str, expected: String, found: &str) -> StatementError {
    StatementError::BadField { line, field: field.to_owned(), expected, found: shown(found) }
}

struct Reader<'a> {
    profile: &'a Profile,
    places: Places,
    /// Whether debits are written with a minus, once one was seen.
    minus_in_debit: Option<bool>,
    /// Whether the row before ends with a quote.
    quoted_ends: bool,
}

impl Reader<'_> {
    /// The line of a row; none for an empty one.
    fn line(&mut self, row: &Row<'_>) -> Result<Option<Line>, StatementError> {
        let (found, expected) = (row.cells.len(), self.places.names.len());
        if row.is_blank() {
            return Ok(None);
        }
        if found != expected {
            if row.last && row.open_ended && found < expected {
                let expected = format!("{expected} columns, and found {found}");
                return Err(StatementError::Truncated { line: row.line, expected });
            }
            return Err(StatementError::WrongColumns { line: row.line, expected, found });
        }
        self.check_end(row)?;
        let date = self.date(row, self.places.date)?;
        let amount = self.amount(row)?;
        if let Some(at) = self.places.currency {
            check_currency(cell(row, at), row.line)?;
        }
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
        Ok(Some(line))
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
