//! What an index has seen of a journal. It follows a journal only once entries are durable, so it vouches for them; an
//! index of another journal vouches for nothing.

use std::sync::Arc;

use crate::index::Reached;
use crate::journal::{Commit, JournalError, Reader, segment_path};
use crate::storage::Storage;

/// What an index is to the journal beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It has seen what the journal holds up to an entry.
    This,
    /// It has seen more of this journal than the journal still holds.
    More,
    /// It is of another journal, or of nothing.
    Another,
}

impl Seen {
    /// Whether what it has seen was durable in this journal.
    pub fn vouches(self) -> bool {
        self != Self::Another
    }
}

/// Compares what an index has seen with the journal.
///
/// # Errors
/// Failures to read: they are no reason to think less of an index.
pub fn seen(storage: &Arc<dyn Storage>, reached: &Reached) -> Result<Seen, JournalError> {
    if reached.sequence == 0 {
        return Ok(Seen::Another);
    }
    let reader = Reader::new(Arc::clone(storage));
    reader.hint(reached.sequence, || reached.mark.map(|mark| (mark.first_sequence, mark.position)));
    let block_of = |sequence| as_far_as_it_reads(reader.block_of(sequence));
    let ends = |block: Commit, entries, root| (block.tree_size, block.root) == (entries, root);
    if let Some(block) = block_of(reached.sequence)? {
        let this = ends(block, reached.sequence, reached.root);
        return Ok(if this { Seen::This } else { Seen::Another });
    }
    let same = match block_of(1)? {
        Some(block) => ends(block, reached.first.entries, reached.first.root),
        // A journal of which the first block is damaged is no other one; one that was never written to has nothing to lose.
        None => is_written(storage),
    };
    Ok(if same { Seen::More } else { Seen::Another })
}

/// What is there of a journal. What else is wrong with it, whoever opens it will say.
pub(super) fn as_far_as_it_reads<T>(
    found: Result<Option<T>, JournalError>,
) -> Result<Option<T>, JournalError> {
    match found {
        Err(error @ JournalError::Io { .. }) => Err(error),
        found => Ok(found.ok().flatten()),
    }
}

/// Whether the journal begins with anything, whole or not.
pub(super) fn is_written(storage: &Arc<dyn Storage>) -> bool {
    let mut beginning = [0; 64];
    let read = storage.read_at(&segment_path(1), 0, &mut beginning);
    read.is_ok() && beginning != [0; 64]
}

/// Whether the index has seen what the journal holds. Where it says that a block begins is believed by nobody who reads
/// on unless it has.
pub fn agrees(storage: &Arc<dyn Storage>, reached: &Reached) -> bool {
    seen(storage, reached).is_ok_and(|seen| seen == Seen::This)
}
