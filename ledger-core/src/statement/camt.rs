//! CAMT.053 of ISO 20022, of any version: the statement that banks send to programs.
//!
//! The direction of an entry is its `CdtDbtInd`, also where `RvslInd` says that it reverses another one: the definition of
//! `RvslInd` in ISO 20022 has it that with `CRDT` the original was a debit. Namespaces are not looked at, they vary.

use quick_xml::Reader;
use quick_xml::errors::{Error as XmlError, SyntaxError};
use quick_xml::events::{BytesStart, Event};

use super::balances::{Balance, Balances, Pagination};
use super::counter::Counter;
use super::counts::Counts;
use super::element::Element;
use super::entry::Entry;
use super::figure::Figures;
use super::part::Part;
use super::tags::entity;
use super::wording::shown;
use super::{StatedAccount, StatementError, day};
use crate::date::Date;
use crate::money::Euros;

/// Reads every statement of the file.
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
            Ok(Event::End(_)) => camt.end()?,
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
    messages: usize,
    /// What the message and the statement at hand say of pages.
    of_message: Pagination,
    of_statement: Pagination,
    part: Part,
    balance: Balance,
    balances: Balances,
    counts: Counts,
    entry: Entry,
    parts: Vec<Part>,
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
            self.of_message = Pagination::default();
        }
        match self.within() {
            [Element::Stmt] => {
                self.part = Part::at(self.line());
                self.of_statement = Pagination::default();
                self.balances = Balances::default();
                self.counts = Counts::default();
            }
            [_, Element::Bal] => self.balance = Balance { line: self.line(), ..Balance::default() },
            [_, Element::Ntry] => {
                let line = self.line();
                self.entry.begin(line);
            }
            [_, Element::Ntry, Element::NtryDtls, Element::TxDtls] => self.entry.transaction(),
            [_, Element::Bal | Element::Ntry, Element::Amt] => self.currency(start)?,
            _ => {}
        }
        Ok(())
    }

    /// The path from the message on; empty outside of one.
    fn in_message(&self) -> &[Element] {
        self.message.and_then(|message| self.path.get(message..)).unwrap_or_default()
    }

    /// The path from the statement on; empty outside of one.
    fn within(&self) -> &[Element] {
        let within = self.in_message();
        if within.first() == Some(&Element::Stmt) { within } else { &[] }
    }

    /// Every amount says what it is in.
    fn currency(&mut self, amount: &BytesStart<'_>) -> Result<(), StatementError> {
        // Checking that no two are of one name takes the square of their number.
        let mut attributes = amount.attributes();
        let attributes = attributes.with_checks(false).filter_map(Result::ok);
        let mut currencies = attributes.filter(|attribute| attribute.key.local_name().as_ref() == "Ccy");
        let found = currencies.next().map(|attribute| attribute.value.into_owned());
        if let Some(other) = currencies.next() {
            return Err(self.malformed("a single Ccy", &other.value));
        }
        if self.within().get(1) == Some(&Element::Ntry) {
            self.entry.currency = found;
            return Ok(());
        }
        let line = self.line();
        match found {
            Some(found) => self.part_currency(&found, line),
            None => self.part.wrong(StatementError::MissingField { line, field: "Amt@Ccy".to_owned() }),
        }
        Ok(())
    }

    fn part_currency(&mut self, found: &str, line: u64) {
        self.part.currency(found, || StatementError::WrongCurrency { line, found: shown(found) });
    }

    /// The end of an element. A field that does not read matters if its account is the one that is read.
    fn end(&mut self) -> Result<(), StatementError> {
        match self.told() {
            Err(
                error @ (StatementError::BadField { .. }
                | StatementError::MissingField { .. }
                | StatementError::WrongCurrency { .. }),
            ) if !self.within().is_empty() => self.part.wrong(error),
            told => told?,
        }
        if self.within() == [Element::Stmt] {
            self.end_statement();
        }
        self.path.pop();
        self.message = self.message.filter(|&message| self.path.len() >= message);
        self.words.clear();
        Ok(())
    }

    fn told(&mut self) -> Result<(), StatementError> {
        use Element::{
            Acct, Amt, Bal, Ccy, Cd, CdOrPrtry, CdtDbtInd, Dt, DtTm, ElctrncSeqNb, FrDt, FrDtTm, FrToDt,
            GrpHdr, Iban, Id, LglSeqNb, MsgPgntn, NbOfNtries, Ntry, Othr, Stmt, StmtPgntn, Sum, ToDt, ToDtTm,
            Tp, TxsSummry,
        };
        match self.in_message() {
            &[GrpHdr, MsgPgntn, element] => self.of_message.read(element, &self.words),
            &[Stmt, StmtPgntn, element] => self.of_statement.read(element, &self.words),
            [Stmt, Id] => self.part.name = Some(self.words.trim().to_owned()),
            [Stmt, ElctrncSeqNb | LglSeqNb] => self.part.number = self.words.trim().parse().ok(),
            [Stmt, Acct, Id, Iban] | [Stmt, Acct, Id, Othr, Id] => {
                self.part.account = StatedAccount::named(&self.words);
            }
            [Stmt, Acct, Ccy] => {
                let (line, found) = (self.line(), std::mem::take(&mut self.words));
                self.part_currency(found.trim(), line);
            }
            [Stmt, FrToDt, FrDtTm | FrDt] => {
                let date = self.date("FrToDt")?;
                self.part.period = Some((date, self.part.period.map_or(date, |period| period.1)));
                self.part.begins_within = Some(date).filter(|_| day::is_within(&self.words));
            }
            [Stmt, FrToDt, ToDtTm | ToDt] => {
                let date = self.date("FrToDt")?;
                self.part.period = Some((self.part.period.map_or(date, |period| period.0), date));
            }
            [Stmt, Bal] => self.balances.add(std::mem::take(&mut self.balance))?,
            [Stmt, Bal, Tp, CdOrPrtry, Cd] => self.words.trim().clone_into(&mut self.balance.kind),
            [Stmt, Bal, Amt] => self.balance.amount = Some(self.amount("Bal/Amt")?),
            [Stmt, Bal, CdtDbtInd] => self.balance.debit = Some(self.direction("Bal/CdtDbtInd")?),
            [Stmt, Bal, Dt] | [Stmt, Bal, Dt, Dt | DtTm] if !self.words.trim().is_empty() => {
                self.balance.on = Some(self.date("Bal/Dt")?);
            }
            &[Stmt, TxsSummry, total, NbOfNtries] => {
                let line = self.line();
                let stated = self.words.trim().parse();
                let stated = stated.map_err(|_| self.bad("NbOfNtries", "a whole number"))?;
                self.counts.state(total, line, stated);
            }
            &[Stmt, TxsSummry, total, Sum] => {
                let line = self.line();
                self.counts.state_sum(total, line, &self.words);
            }
            [Stmt, Ntry] => {
                self.counts.add(&self.entry);
                let (debit, cents) = (self.entry.debit, self.entry.cents());
                match self.entry.end(&mut self.part)? {
                    Some(line) => {
                        self.counts.book(debit, cents);
                        self.part.lines.push(line);
                    }
                    None => self.part.pending += 1,
                }
            }
            [Stmt, Ntry, ..] => self.end_of_entry()?,
            _ => {}
        }
        Ok(())
    }

    fn end_of_entry(&mut self) -> Result<(), StatementError> {
        use Element::{Amt, BookgDt, Btch, Cd, CdtDbtInd, Dt, DtTm, NbOfTxs, NtryDtls, Prtry, Sts, ValDt};
        let Some(path) = self.within().get(2..) else { return Ok(()) };
        match path {
            // What is not booked is not looked at further; its status may stand behind its amount.
            [Amt] => {
                let amount = self.amount("Amt");
                self.entry.amount(amount);
            }
            [CdtDbtInd] => self.entry.debit = Some(self.direction("CdtDbtInd")?),
            [Sts] | [Sts, Cd | Prtry] => {
                let (status, is_own) = (self.words.trim(), path == [Sts, Prtry]);
                if !status.is_empty() {
                    status.clone_into(&mut self.entry.status);
                    self.entry.status_is_own = is_own;
                }
            }
            [NtryDtls, Btch, NbOfTxs] => self.entry.transactions_stated(&self.words),
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

    fn end_statement(&mut self) {
        let mut part = std::mem::take(&mut self.part);
        if let Some((from, through)) = part.period.filter(|(from, through)| from > through) {
            let (field, found) = ("FrToDt".to_owned(), shown(&through.to_string()));
            let expected = format!("{from} or later");
            part.wrong(StatementError::BadField { line: part.line, field, expected, found });
        }
        if part.account.is_none() {
            part.wrong(StatementError::MissingField { line: part.line, field: "Acct/Id".to_owned() });
        }
        std::mem::take(&mut self.balances).tell(&mut part, self.of_statement, self.of_message);
        part.totals = self.counts.totals();
        part.counts = std::mem::take(&mut self.counts).told();
        self.parts.push(part);
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
