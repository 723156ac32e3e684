//! CAMT.053 of ISO 20022, of any version: the statement that banks send to programs.
//!
//! The direction of an entry is its `CdtDbtInd`, also where `RvslInd` says that it reverses another one: the definition of
//! `RvslInd` in ISO 20022 has it that with `CRDT` the original was a debit. Namespaces are not looked at, they vary.

use hashbrown::HashSet;
use quick_xml::Reader;
use quick_xml::errors::{Error as XmlError, SyntaxError};
use quick_xml::events::{BytesStart, Event};

use super::counter::Counter;
use super::draft::Part;
use super::element::Element;
use super::entry::Entry;
use super::figure::Figures;
use super::tags::entity;
use super::wording::shown;
use super::{StatedAccount, StatementError, day};
use crate::date::Date;
use crate::money::Euros;

/// Reads every statement of the file; the same one twice is one.
pub(super) fn read(text: &str) -> Result<Vec<Part>, StatementError> {
    let mut camt = Camt { text, counter: Counter::new(text), ..Camt::default() };
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut began = 0;
    loop {
        let event = reader.read_event();
        camt.at = began;
        match event {
            Ok(Event::Start(start)) => camt.start(&start)?,
            Ok(Event::End(_)) => {
                let end = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
                camt.end(end)?;
            }
            Ok(Event::Text(text)) => camt.words.push_str(&text),
            Ok(Event::CData(text)) => camt.words.push_str(&text),
            Ok(Event::GeneralRef(name)) => match entity(&name) {
                Some(letter) => camt.words.push(letter),
                None => return Err(camt.malformed("an entity of XML", &format!("&{};", &*name))),
            },
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => return Err(camt.no_xml(&error, reader.error_position())),
        }
        began = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
    }
    camt.finish()
}

#[derive(Default)]
struct Camt<'a> {
    text: &'a str,
    /// Where the element or text at hand begins, in bytes.
    at: usize,
    counter: Counter<'a>,
    path: Vec<Element>,
    /// How deep the elements of the message at hand are; none outside of one.
    message: Option<usize>,
    words: String,
    seen: HashSet<&'a str>,
    /// Where the statement at hand begins, in bytes.
    began: usize,
    messages: usize,
    part: Part,
    balance: Balance,
    entry: Entry,
    parts: Vec<Part>,
}

/// A balance of a statement.
#[derive(Default)]
struct Balance {
    line: u64,
    kind: String,
    amount: Option<Euros>,
    debit: Option<bool>,
}

impl Camt<'_> {
    /// The line of the file at hand, from 1.
    fn line(&mut self) -> u64 {
        self.counter.line_at(self.at)
    }

    fn malformed(&mut self, expected: &str, found: &str) -> StatementError {
        StatementError::Malformed { line: self.line(), expected: expected.to_owned(), found: shown(found) }
    }

    fn no_xml(&mut self, error: &XmlError, at: u64) -> StatementError {
        self.at = usize::try_from(at).unwrap_or(self.text.len());
        let line = self.line();
        match error {
            // Something was opened and is not closed: a tag, a comment.
            XmlError::Syntax(syntax) if *syntax != SyntaxError::InvalidBangMarkup => {
                StatementError::Truncated { line, expected: format!("its end ({syntax})") }
            }
            error => StatementError::Malformed {
                line,
                expected: "well-formed XML".to_owned(),
                found: shown(&error.to_string()),
            },
        }
    }

    fn bad(&mut self, field: &str, expected: &str) -> StatementError {
        let found = shown(&self.words);
        StatementError::BadField {
            line: self.line(),
            field: field.to_owned(),
            expected: expected.to_owned(),
            found,
        }
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), StatementError> {
        let tag = start.local_name().as_ref().parse().unwrap_or(Element::Other);
        self.words.clear();
        self.path.push(tag);
        if tag == Element::BkToCstmrStmt && self.message.is_none() {
            self.message = Some(self.path.len());
            self.messages += 1;
        }
        match self.within() {
            [Element::Stmt] => {
                self.began = self.at;
                self.part = Part { line: self.line(), ..Part::default() };
            }
            [_, Element::Bal] => self.balance = Balance { line: self.line(), ..Balance::default() },
            [_, Element::Ntry] => {
                let line = self.line();
                self.entry.begin(line);
            }
            [_, Element::Bal | Element::Ntry, Element::Amt] => self.currency(start)?,
            _ => {}
        }
        Ok(())
    }

    /// The path from the statement on; empty outside of one.
    fn within(&self) -> &[Element] {
        let within = self.message.and_then(|message| self.path.get(message..)).unwrap_or_default();
        if within.first() == Some(&Element::Stmt) { within } else { &[] }
    }

    /// Every amount that counts is in euros, and says so.
    fn currency(&mut self, amount: &BytesStart<'_>) -> Result<(), StatementError> {
        // Checking that no two are of one name takes the square of their number.
        let mut attributes = amount.attributes();
        let attributes = attributes.with_checks(false).filter_map(Result::ok);
        let mut currencies = attributes.filter(|attribute| attribute.key.local_name().as_ref() == "Ccy");
        match currencies.next().map(|attribute| attribute.value) {
            Some(found) if found == "EUR" => match currencies.next() {
                None => Ok(()),
                Some(other) => Err(self.malformed("a single Ccy", &other.value)),
            },
            Some(found) => Err(StatementError::WrongCurrency { line: self.line(), found: shown(&found) }),
            None => Err(StatementError::MissingField { line: self.line(), field: "Amt@Ccy".to_owned() }),
        }
    }

    fn end(&mut self, end: usize) -> Result<(), StatementError> {
        use Element::{
            Acct, Amt, Bal, Ccy, Cd, CdOrPrtry, CdtDbtInd, FrDt, FrDtTm, FrToDt, Iban, Id, Ntry, Othr, Stmt,
            ToDt, ToDtTm, Tp,
        };
        match self.within() {
            [Stmt] => self.end_statement(end)?,
            [Stmt, Acct, Id, Iban] | [Stmt, Acct, Id, Othr, Id] => {
                self.part.account = StatedAccount::named(&self.words);
            }
            [Stmt, Acct, Ccy] if self.words.trim() != "EUR" => {
                let found = shown(&self.words);
                return Err(StatementError::WrongCurrency { line: self.line(), found });
            }
            [Stmt, FrToDt, FrDtTm | FrDt] => {
                let date = self.date("FrToDt")?;
                self.part.period = Some((date, self.part.period.map_or(date, |period| period.1)));
            }
            [Stmt, FrToDt, ToDtTm | ToDt] => {
                let date = self.date("FrToDt")?;
                self.part.period = Some((self.part.period.map_or(date, |period| period.0), date));
            }
            [Stmt, Bal] => self.end_balance()?,
            [Stmt, Bal, Tp, CdOrPrtry, Cd] => self.words.trim().clone_into(&mut self.balance.kind),
            [Stmt, Bal, Amt] => self.balance.amount = Some(self.amount("Bal/Amt")?),
            [Stmt, Bal, CdtDbtInd] => self.balance.debit = Some(self.direction("Bal/CdtDbtInd")?),
            [Stmt, Ntry] => match self.entry.end()? {
                Some(line) => self.part.lines.push(line),
                None => self.part.pending += 1,
            },
            [Stmt, Ntry, ..] => self.end_of_entry()?,
            _ => {}
        }
        self.path.pop();
        self.message = self.message.filter(|&message| self.path.len() >= message);
        self.words.clear();
        Ok(())
    }

    fn end_of_entry(&mut self) -> Result<(), StatementError> {
        use Element::{Amt, BookgDt, Cd, CdtDbtInd, Dt, DtTm, Sts, ValDt};
        let Some(path) = self.within().get(2..) else { return Ok(()) };
        match path {
            // What is not booked is not looked at further; its status may stand behind its amount.
            [Amt] => {
                let amount = self.amount("Amt");
                self.entry.amount(amount);
            }
            [CdtDbtInd] => self.entry.debit = Some(self.direction("CdtDbtInd")?),
            [Sts] | [Sts, Cd] => {
                let status = self.words.trim();
                if !status.is_empty() {
                    status.clone_into(&mut self.entry.status);
                }
            }
            [BookgDt, Dt | DtTm] => self.entry.date = Some(self.date("BookgDt")?),
            [ValDt, Dt | DtTm] => self.entry.value_date = Some(self.date("ValDt")?),
            _ => {
                let mut short = [Element::Other; 6];
                let length = path.len();
                if let Some(short) = short.get_mut(..length) {
                    short.copy_from_slice(path);
                    self.entry.words(short, &self.words);
                }
            }
        }
        Ok(())
    }

    fn date(&mut self, field: &str) -> Result<Date, StatementError> {
        day::of_xml(&self.words).ok_or_else(|| self.bad(field, "a date such as 2026-08-28"))
    }

    fn amount(&mut self, field: &str) -> Result<Euros, StatementError> {
        let figures = Figures { signed: false, ..Figures::plain() };
        figures.read(&self.words).map_err(|expected| self.bad(field, expected))
    }

    /// Whether it is a debit.
    fn direction(&mut self, field: &str) -> Result<bool, StatementError> {
        match self.words.trim() {
            "CRDT" => Ok(false),
            "DBIT" => Ok(true),
            _ => Err(self.bad(field, "CRDT or DBIT")),
        }
    }

    fn end_balance(&mut self) -> Result<(), StatementError> {
        let Balance { line, kind, amount, debit } = std::mem::take(&mut self.balance);
        let missing = |field: &str| StatementError::MissingField { line, field: field.to_owned() };
        let place = match kind.as_str() {
            "OPBD" => &mut self.part.opening,
            "CLBD" => &mut self.part.closing,
            // What the statement before closed with: the same as OPBD, where there is one.
            "PRCD" if self.part.opening.is_none() => &mut self.part.opening,
            _ => return Ok(()),
        };
        let amount = amount.ok_or_else(|| missing("Bal/Amt"))?;
        let debit = debit.ok_or_else(|| missing("Bal/CdtDbtInd"))?;
        *place = Some(if debit { -amount } else { amount });
        Ok(())
    }

    fn end_statement(&mut self, end: usize) -> Result<(), StatementError> {
        let part = std::mem::take(&mut self.part);
        let content = self.text.get(self.began..end).unwrap_or_default();
        if part.account.is_none() {
            return Err(StatementError::MissingField { line: part.line, field: "Acct/Id".to_owned() });
        }
        if self.seen.insert(content) {
            self.parts.push(part);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<Part>, StatementError> {
        self.at = self.text.len();
        let line = self.line();
        let missing = |field: &str| StatementError::MissingField { line, field: field.to_owned() };
        if !self.path.is_empty() {
            return Err(StatementError::Truncated { line, expected: "the end of the document".to_owned() });
        }
        match (self.messages, self.parts.is_empty()) {
            (0, _) => Err(missing("BkToCstmrStmt")),
            (_, true) => Err(missing("Stmt")),
            _ => Ok(self.parts),
        }
    }
}
