//! What can go wrong in the journal: data for the caller to show, never a text to parse.

use std::io;

use super::damage::{BlockError, Damage, Evidence};
use super::position::Position;

/// Why the journal refuses.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The storage failed.
    #[error("could not {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: String,
        /// How it failed.
        source: io::Error,
    },
    /// There is no segment at all.
    #[error("there is no journal here")]
    NoJournal,
    /// A journal cannot be created where there is one.
    #[error("there is a journal here already: {path}")]
    JournalExists {
        /// Its first segment.
        path: String,
    },
    /// A file in the journal's folder is named nearly like a segment.
    #[error("{name:?} in the folder of the journal is not the name of a segment")]
    UnknownSegment {
        /// The file's name.
        name: String,
    },
    /// A segment is longer than any that is written, and was not read to its end.
    #[error("the segment {path} has more than {bytes_max} bytes, and none that is written has")]
    SegmentTooLong {
        /// Its path.
        path: String,
        /// How far it was read.
        bytes_max: u64,
    },
    /// A segment that must be there is not.
    #[error("the segment {path} is missing")]
    MissingSegment {
        /// Its path.
        path: String,
    },
    /// A segment is missing, or the end of the one before it.
    #[error("the entries from {expected} on are missing between {position} and {next_path}")]
    MissingEntries {
        /// Where they should begin.
        position: Position,
        /// The sequence of the first of them.
        expected: u64,
        /// The next segment that is there.
        next_path: String,
    },
    /// A segment is named after a sequence that an earlier segment holds: a copy, or part of another ledger.
    #[error("the segment {path} is not of this journal: the next one begins with entry {expected}")]
    MisplacedSegment {
        /// Its path.
        path: String,
        /// The sequence with which a segment could begin here.
        expected: u64,
    },
    /// A block of a format version to come.
    #[error(
        "{position} has format version {found}, and only {known} is known: a newer program wrote this journal"
    )]
    NewerFormat {
        /// Where.
        position: Position,
        /// The version there.
        found: u16,
        /// The newest one known.
        known: u16,
    },
    /// Damage that no interrupted write explains, so nothing may be left out.
    #[error("entry {sequence} is damaged at {position}: {reason}; {evidence}")]
    Damaged {
        /// Where the damaged block begins.
        position: Position,
        /// The sequence of its first record.
        sequence: u64,
        /// What is wrong there.
        reason: Box<Damage>,
        /// How it is known that this was once whole.
        evidence: Evidence,
    },
    /// The journal ends before an entry that was known to be durable.
    #[error(
        "the journal ends with entry {last_sequence}, but entry {known_durable} was written: its end was cut off"
    )]
    CutOff {
        /// The last entry that is there.
        last_sequence: u64,
        /// The last entry known.
        known_durable: u64,
    },
    /// A snapshot's position is not where it says.
    #[error("the block before {position} does not end with entry {size}")]
    WrongStart {
        /// Where to start.
        position: Position,
        /// The number of entries that should be before it.
        size: u64,
    },
    /// The records cannot make a block.
    #[error("the records do not make a block: {0}")]
    Limits(BlockError),
    /// There is no space to extend the journal: nothing was written, and a later try may succeed.
    #[error("no space to extend {path} to {len_bytes} bytes: {source}")]
    NoSpace {
        /// The segment.
        path: String,
        /// The length asked.
        len_bytes: u64,
        /// What the storage said.
        source: io::Error,
    },
    /// The lock's file was renamed, removed or replaced, or another writer has taken the lock: nothing was acknowledged.
    #[error("the ledger's lock was taken away while it was held: another program may be writing")]
    LockLost,
    /// The journal does not end where this writer left it: another one was at work, or its files were replaced. Nothing
    /// was acknowledged.
    #[error(
        "{position} is not as it was left, where entry {sequence} was to be written: another program wrote to the journal"
    )]
    Moved {
        /// Where the block was to be written, or had been.
        position: Position,
        /// The sequence of its first record.
        sequence: u64,
    },
    /// An earlier write or sync failed, so what is durable is not known before the journal is opened again.
    #[error("an earlier write to the journal failed: nothing is written until it is opened again")]
    Poisoned,
}

impl JournalError {
    /// A stable name for this error, in `snake_case`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "journal_io",
            Self::NoJournal => "no_journal",
            Self::JournalExists { .. } => "journal_exists",
            Self::UnknownSegment { .. } => "unknown_segment",
            Self::SegmentTooLong { .. } => "segment_too_long",
            Self::MissingSegment { .. } => "missing_segment",
            Self::MissingEntries { .. } => "missing_entries",
            Self::MisplacedSegment { .. } => "misplaced_segment",
            Self::NewerFormat { .. } => "newer_format",
            Self::Damaged { .. } => "journal_damaged",
            Self::CutOff { .. } => "journal_cut_off",
            Self::WrongStart { .. } => "wrong_start",
            Self::Limits(_) => "block_limits",
            Self::NoSpace { .. } => "no_space",
            Self::LockLost => "lock_lost",
            Self::Moved { .. } => "journal_moved",
            Self::Poisoned => "journal_poisoned",
        }
    }

    /// Makes an I/O error say what was tried on which file.
    pub(crate) fn io(action: &'static str, path: &str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}
