//! Why a statement cannot be held against a ledger.

use crate::date::Date;
use crate::ledger::LedgerError;

/// Why a statement cannot be held against a ledger.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// The ledger does not read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The statement is of another account than the guarantee fund's.
    #[error("the statement is of account {stated}, and the guarantee fund's is {expected}")]
    OtherAccount {
        /// What the statement names.
        stated: String,
        /// What the ledger was founded with.
        expected: String,
    },
    /// The statement says nothing about the time up to the cut.
    #[error("the statement begins on {from}, after {through}")]
    CutBefore {
        /// The first day of the statement.
        from: Date,
        /// The cut.
        through: Date,
    },
    /// The cut lies behind what the statement covers.
    #[error("the statement reaches to {last}, not to {through}")]
    CutAfter {
        /// The last day that it declares, or that of its last line.
        last: Date,
        /// The cut.
        through: Date,
    },
    /// The cut lies in days that are still to come.
    #[error("{through} lies ahead: today is {today}")]
    CutAhead {
        /// Today.
        today: Date,
        /// The cut.
        through: Date,
    },
    /// A statement without lines, period and `--through` says nothing.
    #[error("the statement has no lines and tells no period")]
    NoPeriod,
}

impl ReconcileError {
    /// The stable name of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ledger(error) => error.code(),
            Self::OtherAccount { .. } => "other_account",
            Self::CutBefore { .. } => "cut_before",
            Self::CutAfter { .. } => "cut_after",
            Self::CutAhead { .. } => "cut_ahead",
            Self::NoPeriod => "no_period",
        }
    }
}
