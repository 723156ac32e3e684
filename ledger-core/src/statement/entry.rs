//! An entry of CAMT.053 while it is read.

use super::draft;
use super::element::Element;
use super::part::Part;
use super::wording::{Label, one_line, shown};
use super::{Line, StatementError};
use crate::date::Date;
use crate::money::Euros;

/// What was read of an entry so far.
#[derive(Default)]
pub(super) struct Entry {
    line: u64,
    amount: Option<Result<Euros, StatementError>>,
    /// What its amount is in, if it says it.
    pub currency: Option<String>,
    pub debit: Option<bool>,
    /// The code of its status, or the bank's own word for it.
    pub status: String,
    pub status_is_own: bool,
    /// The transactions in it that are told one by one, or how many it says to have.
    pub(super) transactions: u64,
    pub date: Option<Date>,
    pub value_date: Option<Date>,
    label: Label,
    /// What the bank says of the whole entry, after what its transactions say.
    more: Label,
    references: Vec<String>,
}

/// Beyond so many references (a batch of transfers) nothing is compared any more.
const COMPARED_REFERENCES_MAX: usize = 16;

impl Entry {
    /// Begins a new one in this line of the file.
    pub(super) fn begin(&mut self, line: u64) {
        *self = Self { line, ..Self::default() };
    }

    /// Counts a transaction that is told in it.
    pub(super) fn transaction(&mut self) {
        self.transactions = self.transactions.saturating_add(1);
    }

    /// Takes the number of transactions that it says to have.
    pub(super) fn transactions_stated(&mut self, words: &str) {
        self.transactions = words.trim().parse().unwrap_or(self.transactions).max(self.transactions);
    }

    /// Its amount, or why it is none, which matters if it is booked.
    pub(super) fn amount(&mut self, amount: Result<Euros, StatementError>) {
        self.amount = Some(amount);
    }

    /// Its amount in cents with its sign; nothing where that does not read.
    pub(super) fn cents(&self) -> i128 {
        let amount = self.amount.as_ref().and_then(|amount| amount.as_ref().ok());
        let cents = amount.map_or(0, |amount| i128::from(amount.cents()));
        if self.debit == Some(true) { -cents } else { cents }
    }

    /// Whether it is booked. A bank that has a word of its own for it must say so plainly.
    fn is_booked(&self) -> Result<bool, StatementError> {
        let word = self.status.to_ascii_uppercase();
        match (self.status_is_own, word.as_str()) {
            (_, "") => Err(self.missing("Sts")),
            (_, "BOOK") | (true, "BOOKED") => Ok(true),
            (_, "PDNG" | "INFO" | "FUTR") | (true, "PENDING" | "FUTURE") => Ok(false),
            (false, _) => Err(self.bad("Sts", "BOOK, PDNG, INFO or FUTR", &self.status)),
            (true, _) => Err(self.bad("Sts/Prtry", "BOOKED or PENDING", &self.status)),
        }
    }

    fn missing(&self, field: &str) -> StatementError {
        StatementError::MissingField { line: self.line, field: field.to_owned() }
    }

    fn bad(&self, field: &str, expected: &str, found: &str) -> StatementError {
        let (field, expected, found) = (field.to_owned(), expected.to_owned(), shown(found));
        StatementError::BadField { line: self.line, field, expected, found }
    }

    /// The line that it is; none if it is not booked. The currency of one that is belongs to the part.
    pub(super) fn end(&mut self, part: &mut Part) -> Result<Option<Line>, StatementError> {
        let mut entry = std::mem::take(self);
        if !entry.is_booked()? {
            return Ok(None);
        }
        let amount = entry.amount.take().ok_or_else(|| entry.missing("Amt"))?;
        let currency = entry.currency.take().ok_or_else(|| entry.missing("Amt@Ccy"))?;
        let line = entry.line;
        part.currency(&currency, || StatementError::WrongCurrency { line, found: shown(&currency) });
        let amount = amount?;
        let debit = entry.debit.ok_or_else(|| entry.missing("CdtDbtInd"))?;
        // The booking date may be left out; what is known then is from when it counts for interest.
        let date = entry.date.or(entry.value_date).ok_or_else(|| entry.missing("BookgDt"))?;
        let mut line = draft::line(entry.line, date, if debit { -amount } else { amount });
        line.value_date = entry.value_date;
        let mut label = entry.label;
        label.add(&entry.more.joined());
        line.label = label.joined();
        line.references = entry.references;
        Ok(Some(line))
    }

    /// What an element says in words or as a reference, by its path within the entry.
    pub(super) fn words(&mut self, path: &[Element], words: &str) {
        use Element::{
            AcctSvcrRef, AddtlNtryInf, AddtlRmtInf, AddtlTxInf, Cdtr, CdtrRefInf, Dbtr, EndToEndId, MndtId,
            Nm, NtryDtls, NtryRef, Pty, Ref, Refs, RltdPties, RmtInf, Strd, TxDtls, UltmtCdtr, UltmtDbtr,
            Ustrd,
        };
        match path {
            [NtryRef | AcctSvcrRef] | [NtryDtls, TxDtls, Refs, EndToEndId | AcctSvcrRef | MndtId] => {
                self.reference(words);
            }
            [NtryDtls, TxDtls, RmtInf, Strd, CdtrRefInf, Ref] => self.reference(words),
            [NtryDtls, TxDtls, RmtInf, Ustrd]
            | [NtryDtls, TxDtls, RmtInf, Strd, AddtlRmtInf]
            | [NtryDtls, TxDtls, AddtlTxInf]
            | [NtryDtls, TxDtls, RltdPties, Dbtr | Cdtr | UltmtDbtr | UltmtCdtr, Nm]
            | [NtryDtls, TxDtls, RltdPties, Dbtr | Cdtr | UltmtDbtr | UltmtCdtr, Pty, Nm] => {
                self.label.add(words);
            }
            [AddtlNtryInf] => self.more.add(words),
            _ => {}
        }
    }

    fn reference(&mut self, words: &str) {
        let reference = one_line(words);
        let unknown = |known: &String| *known != reference;
        let told = !reference.is_empty() && reference != "NOTPROVIDED";
        if told && self.references.iter().take(COMPARED_REFERENCES_MAX).all(unknown) {
            self.references.push(reference);
        }
    }
}
