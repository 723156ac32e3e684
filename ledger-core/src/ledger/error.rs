//! What posting to a ledger can answer other than a receipt.

use super::ClockDoubt;
use crate::index::IndexError;
use crate::journal::JournalError;
use crate::record::InvalidRecord;
use crate::rejection::Rejection;
use crate::sequence::{RecordedAt, Sequence};
use crate::state::{Imbalance, Impossible};
use crate::storage::LockError;
use crate::text::grouped_by;

/// Why a ledger did not do what it was asked. Only [`Rejected`](Self::Rejected) speaks of the operation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The rules do not allow the operation; nothing of it is recorded.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The journal cannot be read or written, or does not verify.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The index does not answer. The ledger does without it from the next operation on.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// Another writer has the ledger.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The ledger's folder cannot be made durable.
    #[error("the ledger's folder: {source}")]
    Folder {
        /// How it failed.
        source: std::io::Error,
    },
    /// An entry's record is no entry.
    #[error("entry {sequence}: {invalid}")]
    Record {
        /// Which entry.
        sequence: Sequence,
        /// What is wrong with it.
        invalid: InvalidRecord,
    },
    /// An entry leaves what no ledger can be in.
    #[error("after entry {sequence}, {impossible}; the journal is forged, or a bug wrote it")]
    Impossible {
        /// Which entry.
        sequence: Sequence,
        /// What it leaves.
        impossible: Impossible,
    },
    /// The clock is far from the last entry, and nobody said that it is right. Nothing is recorded.
    #[error(transparent)]
    Doubtful(ClockDoubt),
    /// There is no later instant for another entry, to which no clock leads.
    #[error("the last entry was recorded at {last}, and there is no later instant; no clock made it")]
    Clock {
        /// When the last entry was recorded.
        last: RecordedAt,
    },
    /// Circulation and fund would not agree: a bug. Nothing is written any more.
    #[error("{imbalance}: this is a bug of the program, and nothing was recorded")]
    Imbalance {
        /// The figures.
        imbalance: Imbalance,
    },
    /// An imbalance was met before.
    #[error("the ledger met a bug of the program before and records nothing more; open it again")]
    Broken,
    /// More operations than one block takes.
    #[error("{} operations in one batch; at most {} go together", counted(*.operations), counted(*.most))]
    BatchTooLarge {
        /// How many there are.
        operations: usize,
        /// How many may be.
        most: usize,
    },
    /// Operations that make more than fits in one block, where they were to be recorded together.
    #[error("the {} operations of one batch make more than one block takes", counted(*.operations))]
    BatchTooLong {
        /// How many there are.
        operations: usize,
    },
}

impl LedgerError {
    /// A stable code, in `snake_case`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rejected(rejection) => rejection.code(),
            Self::Journal(error) => error.code(),
            Self::Index(_) => "index",
            Self::Lock(error) => error.code(),
            Self::Folder { .. } => "io",
            Self::Record { .. } => "invalid_record",
            Self::Impossible { .. } => "impossible_state",
            Self::Doubtful(doubt) => doubt.code(),
            Self::Clock { .. } => "clock",
            Self::Imbalance { .. } => "imbalance",
            Self::Broken => "broken",
            Self::BatchTooLarge { .. } => "batch_too_large",
            Self::BatchTooLong { .. } => "block_limits",
        }
    }
}

/// An operation of a batch that the rules do not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedOperation {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// Why.
    pub rejection: Rejection,
}

/// Why nothing of a batch was recorded.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// Some of its operations are not allowed. Each is judged as if those before it that were rejected were not there.
    #[error("{} operations were rejected", counted(.0.len()))]
    Rejected(Vec<RejectedOperation>),
    /// The ledger could not do it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// A count as a sentence has it.
fn counted(count: usize) -> String {
    grouped_by(count as u64, ',', "")
}
