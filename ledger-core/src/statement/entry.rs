//! An entry of CAMT.053 while it is read.

use super::draft;
use super::element::Element;
use super::wording::{Label, one_line, shown};
use super::{Line, StatementError};
use crate::date::Date;
use crate::money::Euros;

/// What was read of an entry so far.
#[derive(Default)]
pub(super) struct Entry {
    line: u64,
    amount: Option<Result<Euros, StatementError>>,
    pub debit: Option<bool>,
    pub status: String,
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

    /// Its amount, or why it is none, which matters if it is booked.
    pub(super) fn amount(&mut self, amount: Result<Euros, StatementError>) {
        self.amount = Some(amount);
    }

    /// The line that it is; none if it is not booked.
    pub(super) fn end(&mut self) -> Result<Option<Line>, StatementError> {
        let entry = std::mem::take(self);
        let missing =
            |field: &str| StatementError::MissingField { line: entry.line, field: field.to_owned() };
        let bad = |line: u64, field: &str, expected: &str, found: &str| StatementError::BadField {
            line,
            field: field.to_owned(),
            expected: expected.to_owned(),
            found: shown(found),
        };
        match entry.status.as_str() {
            "BOOK" => {}
            "PDNG" | "INFO" | "FUTR" => return Ok(None),
            "" => return Err(missing("Sts")),
            other => return Err(bad(entry.line, "Sts", "BOOK, PDNG, INFO or FUTR", other)),
        }
        let amount = entry.amount.ok_or_else(|| missing("Amt"))??;
        let debit = entry.debit.ok_or_else(|| missing("CdtDbtInd"))?;
        let date = entry.date.ok_or_else(|| missing("BookgDt"))?;
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
            AcctSvcrRef, AddtlNtryInf, AddtlTxInf, Cdtr, CdtrRefInf, Dbtr, EndToEndId, MndtId, Nm, NtryDtls,
            NtryRef, Pty, Ref, Refs, RltdPties, RmtInf, Strd, TxDtls, UltmtCdtr, UltmtDbtr, Ustrd,
        };
        match path {
            [NtryRef | AcctSvcrRef] | [NtryDtls, TxDtls, Refs, EndToEndId | AcctSvcrRef | MndtId] => {
                self.reference(words);
            }
            [NtryDtls, TxDtls, RmtInf, Strd, CdtrRefInf, Ref] => self.reference(words),
            [NtryDtls, TxDtls, RmtInf, Ustrd]
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
