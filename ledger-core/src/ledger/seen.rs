//! What an index has seen of a journal. It follows a journal only once entries are durable, so it vouches for them; an
//! index of another journal vouches for nothing.

use std::sync::Arc;

use crate::index::{Lists, Reached};
use crate::journal::{Commit, JournalError, Reader};
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

/// Compares what an index has seen with the journal.
///
/// # Errors
/// Failures to read: they are no reason to think less of an index.
pub fn seen(storage: &Arc<dyn Storage>, reached: &Reached) -> Result<Seen, JournalError> {
    let reader = Reader::new(Arc::clone(storage));
    reader.hint(reached.sequence, || reached.mark.map(|mark| (mark.first_sequence, mark.position)));
    let block_of = |sequence| match reader.block_of(sequence) {
        Err(error @ JournalError::Io { .. }) => Err(error),
        found => Ok(found.ok().flatten()),
    };
    let ends = |block: &Commit, entries, root| (block.tree_size, block.root) == (entries, root);
    if let Some(block) = block_of(reached.sequence)? {
        let this = ends(&block, reached.sequence, reached.root);
        return Ok(if this { Seen::This } else { Seen::Another });
    }
    let Some((first, known)) = block_of(1)?.zip(reached.first) else { return Ok(Seen::Another) };
    Ok(if ends(&first, known.entries, known.root) { Seen::More } else { Seen::Another })
}

/// Whether the index has seen what the journal holds. Where it says that a block begins is believed by nobody who reads
/// on unless it has.
pub fn agrees(storage: &Arc<dyn Storage>, reached: &Reached) -> bool {
    seen(storage, reached).is_ok_and(|seen| seen == Seen::This)
}

/// The last entry that the index has seen of this journal; 0 where there is none, or somebody has it open.
///
/// # Errors
/// Failures to read the journal.
pub fn seen_durable(storage: &Arc<dyn Storage>) -> Result<u64, JournalError> {
    let Some(reached) = Lists::open(storage).map(|lists| lists.reached()) else { return Ok(0) };
    Ok(match seen(storage, &reached)? {
        Seen::This | Seen::More => reached.sequence,
        Seen::Another => 0,
    })
}
