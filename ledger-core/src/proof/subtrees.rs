//! Where the hashes of a proof come from.

use std::ops::Range;

use crate::journal::{Hash, JournalError, Subtrees, node_hash};

/// Gives the roots of full subtrees.
pub trait SubtreeSource {
    /// Why it cannot.
    type Error;

    /// The root of the full subtree of 2^`level` leaves that begins with the leaf `index` · 2^`level`.
    ///
    /// # Errors
    /// When it cannot.
    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

impl SubtreeSource for Subtrees<'_> {
    type Error = JournalError;

    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, JournalError> {
        Subtrees::subtree(self, level, index)
    }
}

/// The root of the tree of the first `size` leaves, at least one.
///
/// # Errors
/// Those of the source.
pub fn root_at<S: SubtreeSource>(size: u64, source: &mut S) -> Result<Hash, S::Error> {
    root_of(0..size, source)
}

/// The greatest power of two below a number of leaves: how many go to the left.
pub(super) fn below(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

/// The root over some leaves, which begin where a subtree of at least as many does.
pub(super) fn root_of<S: SubtreeSource>(leaves: Range<u64>, source: &mut S) -> Result<Hash, S::Error> {
    let mut first = leaves.start;
    let mut lefts = Vec::new();
    loop {
        let left = leaves.end - first;
        let level = left.ilog2();
        lefts.push(source.subtree(level, first >> level)?);
        if left.is_power_of_two() {
            break;
        }
        first += 1 << level;
    }
    let last = lefts.pop().unwrap_or_else(|| unreachable!("at least one"));
    Ok(lefts.iter().rev().fold(last, |right, left| node_hash(left, &right)))
}
