//! Positions: which segment file, and where in it. Names and numbers only; nothing is read here.

use std::fmt;

/// The folder of the segment files inside a ledger.
pub const JOURNAL_FOLDER: &str = "journal";

/// How the names of segment files end.
pub const SUFFIX: &str = ".seg";
pub(super) const DIGITS: usize = 20;

/// A place in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The segment, by the sequence of its first record.
    pub segment: u64,
    /// Bytes from the beginning of the segment.
    pub offset: u64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "segment {}, offset {}", segment_name(self.segment), self.offset)
    }
}

impl Position {
    /// The beginning of every journal.
    pub const START: Self = Self { segment: 1, offset: 0 };

    pub(crate) fn after(self, bytes: u64) -> Self {
        Self { offset: self.offset + bytes, ..self }
    }
}

/// The path of the segment whose first record has this sequence.
pub fn segment_path(first_sequence: u64) -> String {
    format!("{JOURNAL_FOLDER}/{}", segment_name(first_sequence))
}

pub(super) fn segment_name(first_sequence: u64) -> String {
    format!("{first_sequence:0DIGITS$}{SUFFIX}")
}
