//! A commit: what is known of a block once it stands in the journal. It does not hold the records.

use super::position::Position;
use super::state_mark::StateMark;
use super::tree::Root;

/// A block in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commit {
    /// The sequence of its first record.
    pub first_sequence: u64,
    /// The number of its records.
    pub count: u32,
    /// Where it begins.
    pub position: Position,
    /// Bytes of it.
    pub len: u64,
    /// The number of records up to its end, which is the sequence of its last.
    pub tree_size: u64,
    /// The Merkle root of those.
    pub root: Root,
    /// What it says about states.
    pub mark: StateMark,
}

impl Commit {
    /// The sequence of its last record.
    pub fn last_sequence(&self) -> u64 {
        self.tree_size
    }

    /// Where it ends, and the next block begins unless that is in a new segment.
    pub fn end(&self) -> Position {
        self.position.after(self.len)
    }
}
