//! CFONB 120: the fixed-width statement of French banks. Records of 120 letters: 01 opens an account, 04 is a movement, 05
//! completes it, 07 closes.

use super::part::Part;
use super::record::{END_OF_FILE, RECORD_LEN, Record};
use super::wording::{Label, one_line};
use super::{Line, StatedAccount, StatementError, draft};
use crate::date::Date;

/// Reads every account of the file, and every statement of an account.
pub(super) fn read(text: &str) -> Result<Vec<Part>, StatementError> {
    let mut reader = Reader::default();
    // The blanks at the end of the last record may be gone already.
    let text = text.trim_end();
    if text.contains(['\n', '\r']) {
        let end_of_line = if text.contains('\n') { '\n' } else { '\r' };
        for (at, record) in (1..).zip(text.split(end_of_line)) {
            let record = record.trim_matches(END_OF_FILE);
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
    open: Option<(Part, Option<Date>)>,
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
            "04" => self.movement = Some(movement(record, part)),
            "05" => {
                let is_wrong = part.is_wrong();
                match (part.lines.last_mut(), &mut self.movement) {
                    (Some(line), Some(words)) => complete(record, line, words),
                    _ if is_wrong => {}
                    _ => return Err(misplaced(record, "a record 04")),
                }
            }
            _ => self.closing(record)?,
        }
        Ok(())
    }

    fn opening(&mut self, record: &Record<'_>, account: StatedAccount) -> Result<(), StatementError> {
        if self.open.is_some() {
            return Err(misplaced(record, "a record 07"));
        }
        let mut part = Part::at(record.line);
        part.account = Some(account);
        note_currency(record, &mut part);
        part.opening = part.noted(record.amount());
        let opened = part.noted(record.date());
        self.open = Some((part, opened));
        Ok(())
    }

    /// The balance of a record 01 is that at the end of its day: the statement begins on the day after, or on that of a line
    /// that is older.
    fn closing(&mut self, record: &Record<'_>) -> Result<(), StatementError> {
        let Some((mut part, opened)) = self.open.take() else { return Err(misplaced(record, "a record 01")) };
        note_currency(record, &mut part);
        part.closing = part.noted(record.amount());
        let closed = part.noted(record.date());
        if let (Some(opened), Some(closed)) = (opened, closed) {
            if closed < opened {
                part.wrong(record.bad("date", &format!("{opened} or later"), &closed.to_string()));
            }
            let oldest = part.lines.iter().map(|line| line.fingerprint.date).min();
            let first = oldest.map_or(closed, |oldest| oldest.min(closed)).min(opened.day_after());
            part.period = Some((first, closed));
            part.begins_within = Some(opened);
        }
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

fn note_currency(record: &Record<'_>, part: &mut Part) {
    if let Some(found) = record.currency() {
        part.currency(found, || record.wrong_currency(found));
    }
}

fn movement(record: &Record<'_>, part: &mut Part) -> Words {
    note_currency(record, part);
    let words = Words { own: one_line(record.columns(48, 79)), more: Label::default() };
    let read = || -> Result<Line, StatementError> {
        let amount = record.amount()?;
        let mut line = draft::line(record.line, record.date()?, amount);
        line.value_date = record.value_date()?;
        let reference = one_line(record.columns(104, RECORD_LEN));
        line.references.extend(Some(reference).filter(|reference| !reference.is_empty()));
        Ok(line)
    };
    let line = part.noted(read());
    part.lines.extend(line);
    words
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
