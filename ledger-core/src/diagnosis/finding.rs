//! A finding: one thing that is wrong in the folder of a ledger, and its remedy.

use std::fmt;

use serde::Serialize;

use super::places::Misfit;
use crate::index::BadSnapshot;
use crate::journal::{Damage, JournalError, Position};

/// What mends a finding; the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Entries that were known durable are not there: a backup has them.
    Backup,
    /// A newer program.
    NewerProgram,
    /// Whoever may read it, or a disk that reads.
    Access,
    /// A person: something is there that is not the ledger's.
    Person,
    /// A [repair](super::repair()).
    Repair,
}

/// One thing that is wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum Finding {
    /// The journal is refused, or a file of the ledger could not be read.
    Journal(JournalError),
    /// An end that no entry is known to have stood in.
    UnfinishedEnd {
        /// Where it begins.
        position: Position,
        /// The entry that would stand there.
        sequence: u64,
        /// How long it is.
        bytes: u64,
        /// What is wrong there.
        reason: Damage,
    },
    /// A snapshot whose bytes are no snapshot, or not of this journal, or not the state that its entries make.
    Snapshot(BadSnapshot),
    /// A file of the index that does not read, is not of this journal, or does not hold what its entries say.
    Index {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The file of what the key signed last is no checkpoint that the key beside it has signed, or of another journal.
    Head {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Something in a place where something else belongs.
    Misfit(Misfit),
    /// The file of the tree holds other hashes than the journal's.
    Tree {
        /// The file.
        path: String,
    },
    /// A file that somebody began and did not finish.
    Unfinished {
        /// The file.
        path: String,
    },
}

impl Finding {
    /// A stable name, in `snake_case`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Journal(error) => error.code(),
            Self::UnfinishedEnd { .. } => "unfinished_end",
            Self::Snapshot(_) => BadSnapshot::CODE,
            Self::Index { .. } => "bad_index",
            Self::Tree { .. } => "bad_tree",
            Self::Head { .. } => "bad_head",
            Self::Misfit(_) => "wrong_file_type",
            Self::Unfinished { .. } => "unfinished_file",
        }
    }

    /// Where it is in the journal, and the entry that begins or should begin there.
    pub fn place(&self) -> Option<(Position, u64)> {
        match self {
            Self::Journal(
                JournalError::Damaged { position, sequence, .. }
                | JournalError::MissingEntries { position, expected: sequence, .. },
            )
            | Self::UnfinishedEnd { position, sequence, .. } => Some((*position, *sequence)),
            _ => None,
        }
    }

    /// What mends it.
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Journal(error) => match error {
                JournalError::NewerFormat { .. } => Remedy::NewerProgram,
                JournalError::UnknownSegment { .. }
                | JournalError::MisplacedSegment { .. }
                | JournalError::SegmentTooLong { .. } => Remedy::Person,
                JournalError::Io { .. } => Remedy::Access,
                _ => Remedy::Backup,
            },
            // It is the only copy, and what it had seen is not known.
            Self::Head { .. } => Remedy::Person,
            Self::Misfit(misfit) => misfit.remedy(),
            _ => Remedy::Repair,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal(error) => error.fmt(f),
            Self::UnfinishedEnd { position, sequence, bytes, reason } => write!(
                f,
                "the last write was not finished: after entry {}, at {position}, stand {bytes} bytes that are no entry \
                 ({reason})",
                sequence - 1
            ),
            Self::Snapshot(bad) => bad.fmt(f),
            Self::Index { path, reason } => write!(f, "{path}, of the index, is of no use: {reason}"),
            Self::Head { path, reason } => {
                write!(f, "{path}, what the key signed last, vouches for nothing: {reason}")
            }
            Self::Misfit(misfit) => misfit.fmt(f),
            Self::Tree { path } => write!(f, "{path} holds hashes that are not those of the journal"),
            Self::Unfinished { path } => write!(f, "{path} was begun and not finished"),
        }
    }
}
