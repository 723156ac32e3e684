//! Why bytes are no statement, with a stable code, the line of the file and figures.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use crate::money::Euros;

/// Why bytes could not be read as a statement. Lines are those of the file, from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, IntoStaticStr, VariantNames, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
#[rustfmt::skip]
#[expect(missing_docs, reason = "each message says what its figures are")]
pub enum StatementError {
    #[error("this is {what}, not a bank statement")]
    NotAStatement { what: &'static str },
    #[error("line {line}: expected {expected}, and found {found}")]
    Encoding { line: u64, expected: &'static str, found: String },
    #[error("no line names the columns: expected {expected}, and found {found}")]
    MissingHeader { expected: String, found: String },
    #[error("line {line}: the column `{field}` stands there twice")]
    DuplicateColumn { line: u64, field: String },
    #[error("line {line}: expected {expected} columns, and found {found}")]
    WrongColumns { line: u64, expected: usize, found: usize },
    #[error("line {line}: {found}; expected {expected}")]
    Malformed { line: u64, expected: String, found: String },
    #[error("line {line}: `{field}` is missing")]
    MissingField { line: u64, field: String },
    #[error("line {line}: `{field}` should be {expected}, and is {found}")]
    BadField { line: u64, field: String, expected: String, found: String },
    #[error("line {line}: the currency is {found}; expected EUR")]
    WrongCurrency { line: u64, found: String },
    #[error("the file has several accounts, name one of them: {}", listed(found))]
    SeveralAccounts { found: Vec<String> },
    #[error("the file has no account {asked}; found {}", listed(found))]
    NoSuchAccount { asked: String, found: Vec<String> },
    #[error("line {line}: the balance should be {} €, and is {} €", .expected.grouped(), .found.grouped())]
    BalanceBreaks { line: u64, expected: Euros, found: Euros },
    #[error(
        "line {line}: opening {} € and the lines, {} €, make {} €; the closing balance is {} €",
        .opening.grouped(), .lines.grouped(), .expected.grouped(), .closing.grouped()
    )]
    SumDiffers { line: u64, opening: Euros, lines: Euros, expected: Euros, closing: Euros },
    #[error("line {line}: this part opens with {found}, and the one before it closes with {expected}")]
    PartsApart { line: u64, expected: String, found: String },
    #[error("line {line}: this statement stands at line {first} already")]
    Repeated { line: u64, first: u64 },
    #[error("line {line}: this is page {page} of a statement, and page {missing} is not in the file")]
    PageMissing { line: u64, page: u64, missing: u64 },
    #[error("line {line}: `{field}` has {bytes} bytes; expected at most {bytes_max}")]
    FieldTooLong { line: u64, field: &'static str, bytes: usize, bytes_max: usize },
    #[error("line {line}: the sums pass what an account may hold")]
    SumTooLarge { line: u64 },
    #[error("the file is cut off at line {line}: expected {expected}")]
    Truncated { line: u64, expected: String },
    #[error("the CSV of another bank needs a profile of how it is written")]
    ProfileNeeded,
    #[error("the profile, line {line}: {reason}")]
    BadProfile { line: u64, reason: String },
}

/// The most names that a message lists.
const LISTED_MAX: usize = 20;

fn listed(names: &[String]) -> String {
    let (first, more) = names.split_at(names.len().min(LISTED_MAX));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    format!("{}{more}", first.join(", "))
}

impl StatementError {
    /// The code of every error.
    pub const CODES: &'static [&'static str] = <Self as VariantNames>::VARIANTS;

    /// The line of the file in which something is wrong, from 1; none where it is the file as a whole.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::Encoding { line, .. }
            | Self::DuplicateColumn { line, .. }
            | Self::WrongColumns { line, .. }
            | Self::Malformed { line, .. }
            | Self::MissingField { line, .. }
            | Self::BadField { line, .. }
            | Self::WrongCurrency { line, .. }
            | Self::BalanceBreaks { line, .. }
            | Self::SumDiffers { line, .. }
            | Self::PartsApart { line, .. }
            | Self::Repeated { line, .. }
            | Self::PageMissing { line, .. }
            | Self::FieldTooLong { line, .. }
            | Self::SumTooLarge { line }
            | Self::Truncated { line, .. }
            | Self::BadProfile { line, .. } => Some(*line),
            Self::NotAStatement { .. }
            | Self::MissingHeader { .. }
            | Self::SeveralAccounts { .. }
            | Self::NoSuchAccount { .. }
            | Self::ProfileNeeded => None,
        }
    }

    /// The error's stable code, in `snake_case`.
    pub fn code(&self) -> &'static str {
        self.into()
    }
}
