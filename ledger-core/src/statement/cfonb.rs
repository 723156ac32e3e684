//! CFONB 120: the fixed-width statement of French banks. Records of 120 letters: 01 opens an account, 04 is a movement, 05
//! completes it, 07 closes.

use super::draft::{self, Part};
use super::wording::{Label, one_line, shown};
use super::{Line, StatedAccount, StatementError, day};
use crate::date::Date;
use crate::limits::FIGURE_MAX_CENTS;
use crate::money::Euros;

/// A record, in letters.
const RECORD_LEN: usize = 120;
/// What an amount needs of a record; banks cut off the blanks behind.
const AMOUNT_END: usize = 104;
/// What a completing record needs.
const QUALIFIER_END: usize = 48;

/// Reads every account of the file, and every statement of an account.
pub(super) fn read(text: &str) -> Result<Vec<Part>, StatementError> {
    let mut reader = Reader::default();
    // The blanks at the end of the last record may be gone already.
    let text = text.trim_end();
    if text.contains(['\n', '\r']) {
        let end_of_line = if text.contains('\n') { '\n' } else { '\r' };
        for (at, record) in (1..).zip(text.split(end_of_line)) {
            if !record.trim().is_empty() {
                reader.record(&Record::of(at, record)?)?;
            }
        }
    } else {
        // Records without ends of lines: each counts as a line.
        let mut rest = text;
        for at in 1.. {
            if rest.is_empty() {
                break;
            }
            let end = rest.char_indices().nth(RECORD_LEN).map_or(rest.len(), |(end, _)| end);
            let (record, behind) = rest.split_at(end);
            reader.record(&Record::of(at, record)?)?;
            rest = behind;
        }
    }
    reader.end_movement();
    reader.finish()
}

/// A record and where it stands.
struct Record<'a> {
    line: u64,
    text: &'a str,
    code: &'a str,
}

impl<'a> Record<'a> {
    fn of(line: u64, text: &'a str) -> Result<Self, StatementError> {
        let text = text.trim_end_matches(['\r', '\u{1a}']);
        let record = Self { line, text, code: text.get(..2).unwrap_or_default() };
        let needed = match record.code {
            "01" | "04" | "07" => AMOUNT_END,
            "05" => QUALIFIER_END,
            _ => {
                let (expected, found) = ("a record 01, 04, 05 or 07".to_owned(), shown(text));
                return Err(StatementError::Malformed { line, expected, found });
            }
        };
        let length = text.chars().count();
        let beyond = record.columns(RECORD_LEN, length);
        if length < needed {
            let expected = format!("a record of {RECORD_LEN} letters, and found {length}");
            return Err(StatementError::Truncated { line, expected });
        }
        if !beyond.trim().is_empty() {
            let expected = format!("a record of {RECORD_LEN} letters");
            let found = format!("{length} letters");
            return Err(StatementError::Malformed { line, expected, found });
        }
        Ok(record)
    }

    /// The letters from one column to before another, counted from 0.
    fn columns(&self, from: usize, to: usize) -> &'a str {
        if self.text.is_ascii() {
            return self.text.get(from..to.min(self.text.len())).unwrap_or_default();
        }
        let at = |column: usize| self.text.char_indices().nth(column).map_or(self.text.len(), |(at, _)| at);
        self.text.get(at(from)..at(to)).unwrap_or_default()
    }

    fn bad(&self, field: &str, expected: &str, found: &str) -> StatementError {
        let (field, expected) = (format!("{} {field}", self.code), expected.to_owned());
        StatementError::BadField { line: self.line, field, expected, found: shown(found) }
    }

    fn account(&self) -> Result<StatedAccount, StatementError> {
        let part = |from, to| Some(one_line(self.columns(from, to))).filter(|part| !part.is_empty());
        let number = part(21, 32).ok_or_else(|| self.bad("account", "an account number", ""))?;
        Ok(StatedAccount { iban: None, bank: part(2, 7), branch: part(11, 16), number: Some(number) })
    }

    /// Euros; in records of balances some banks say nothing.
    fn check_currency(&self) -> Result<(), StatementError> {
        match self.columns(16, 19) {
            "EUR" => Ok(()),
            "   " if self.code != "04" => Ok(()),
            found => Err(StatementError::WrongCurrency { line: self.line, found: shown(found) }),
        }
    }

    fn date(&self) -> Result<Date, StatementError> {
        let text = self.columns(34, 40);
        day::short(text).ok_or_else(|| self.bad("date", "a date as DDMMYY", text))
    }

    fn value_date(&self) -> Result<Option<Date>, StatementError> {
        let text = self.columns(42, 48);
        if text.trim().is_empty() {
            return Ok(None);
        }
        day::short(text).map(Some).ok_or_else(|| self.bad("value date", "a date as DDMMYY, or blank", text))
    }

    /// The amount, whose last letter is a digit and the sign at once.
    fn amount(&self) -> Result<Euros, StatementError> {
        let text = self.columns(90, AMOUNT_END);
        let expected = "13 digits and one of { A–I (plus) or } J–R (minus)";
        let digits = text.strip_suffix(|letter: char| letter.is_ascii());
        let (Some(digits), Some(&last)) = (digits, text.as_bytes().last()) else {
            return Err(self.bad("amount", expected, text));
        };
        let (digit, negative) = match last {
            b'{' => (0, false),
            b'A'..=b'I' => (last - b'A' + 1, false),
            b'}' => (0, true),
            b'J'..=b'R' => (last - b'J' + 1, true),
            _ => return Err(self.bad("amount", expected, text)),
        };
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.bad("amount", expected, text));
        }
        let units: i64 = digits.parse().map_err(|_| self.bad("amount", expected, text))?;
        let cents = self.cents(10 * units + i64::from(digit), text)?;
        Ok(Euros::from_cents(if negative { -cents } else { cents }))
    }

    /// Cents, from units with as many decimals as the record says.
    fn cents(&self, units: i64, text: &str) -> Result<i64, StatementError> {
        let factor = match self.columns(19, 20) {
            "0" => 100,
            "1" => 10,
            "2" => 1,
            " " if self.code != "04" => 1,
            "3" if units % 10 == 0 => return Ok(units / 10),
            "3" => return Err(self.bad("amount", "an amount in whole cents (it has 3 decimals)", text)),
            found => return Err(self.bad("decimals", "a digit from 0 to 3", found)),
        };
        let cents = units * factor;
        if cents > FIGURE_MAX_CENTS {
            return Err(self.bad("amount", "an amount of at most 10000000000000.00", text));
        }
        Ok(cents)
    }
}

/// Qualifiers of completing records that are references: of the customer, of the transfer, of the mandate.
const REFERENCES: [&str; 3] = ["RCN", "REF", "RUM"];

/// Beyond so many references nothing is compared any more.
const COMPARED_MAX: usize = 16;

/// What is read one record after the other.
#[derive(Default)]
struct Reader {
    line: u64,
    /// The accounts that are closed.
    parts: Vec<Part>,
    /// The account at hand, and the day of its opening balance.
    open: Option<(Part, Date)>,
    /// The words of the movement at hand.
    movement: Option<Words>,
}

/// The words of a movement: its own, and those of the records that complete it.
struct Words {
    own: String,
    more: Label,
}

impl Reader {
    fn record(&mut self, record: &Record<'_>) -> Result<(), StatementError> {
        self.line = record.line;
        let account = record.account()?;
        if record.code != "05" {
            self.end_movement();
        }
        if record.code == "01" {
            return self.opening(record, account);
        }
        let Some((part, _)) = &mut self.open else { return Err(misplaced(record, "a record 01")) };
        if part.account.as_ref() != Some(&account) {
            let expected = part.account.as_ref().map(|account| format!("{account}, as in the record 01"));
            return Err(record.bad("account", &expected.unwrap_or_default(), &account.to_string()));
        }
        match record.code {
            "04" => self.movement = Some(movement(record, part)?),
            "05" => match (part.lines.last_mut(), &mut self.movement) {
                (Some(line), Some(words)) => complete(record, line, words),
                _ => return Err(misplaced(record, "a record 04")),
            },
            _ => self.closing(record)?,
        }
        Ok(())
    }

    fn opening(&mut self, record: &Record<'_>, account: StatedAccount) -> Result<(), StatementError> {
        if self.open.is_some() {
            return Err(misplaced(record, "a record 07"));
        }
        record.check_currency()?;
        let part = Part {
            line: record.line,
            account: Some(account),
            opening: Some(record.amount()?),
            ..Part::default()
        };
        self.open = Some((part, record.date()?));
        Ok(())
    }

    fn closing(&mut self, record: &Record<'_>) -> Result<(), StatementError> {
        record.check_currency()?;
        let (amount, closed) = (record.amount()?, record.date()?);
        let Some((mut part, opened)) = self.open.take() else { return Err(misplaced(record, "a record 01")) };
        if closed < opened {
            return Err(record.bad("date", &format!("{opened} or later"), &closed.to_string()));
        }
        part.closing = Some(amount);
        part.period = Some((opened, closed));
        self.parts.push(part);
        Ok(())
    }

    fn end_movement(&mut self) {
        let line = self.open.as_mut().and_then(|(part, _)| part.lines.last_mut());
        if let (Some(line), Some(words)) = (line, self.movement.take()) {
            let mut label = Label::default();
            label.add(&words.own);
            label.add(&words.more.joined());
            line.label = label.joined();
        }
    }

    fn finish(self) -> Result<Vec<Part>, StatementError> {
        if self.open.is_some() || self.parts.is_empty() {
            let expected = "a record 07 that closes the account".to_owned();
            return Err(StatementError::Truncated { line: self.line, expected });
        }
        Ok(self.parts)
    }
}

fn misplaced(record: &Record<'_>, before: &str) -> StatementError {
    StatementError::Malformed {
        line: record.line,
        expected: format!("{before} before it"),
        found: format!("a record {}", record.code),
    }
}

fn movement(record: &Record<'_>, part: &mut Part) -> Result<Words, StatementError> {
    record.check_currency()?;
    let amount = record.amount()?;
    let mut line = draft::line(record.line, record.date()?, amount);
    line.value_date = record.value_date()?;
    let reference = one_line(record.columns(104, RECORD_LEN));
    line.references.extend(Some(reference).filter(|reference| !reference.is_empty()));
    part.lines.push(line);
    Ok(Words { own: one_line(record.columns(48, 79)), more: Label::default() })
}

fn complete(record: &Record<'_>, line: &mut Line, words: &mut Words) {
    let text = one_line(record.columns(48, 118));
    let qualifier = record.columns(45, 48);
    let known = || line.references.iter().take(COMPARED_MAX).any(|known| *known == text);
    if REFERENCES.contains(&qualifier) && !text.is_empty() && !known() {
        line.references.push(text.clone());
    }
    // The label once more, in full.
    if qualifier == "LIB" && text.starts_with(&words.own) {
        words.own.clear();
    }
    words.more.add(&text);
}
