//! What an index has seen of a journal. It follows a journal only once entries are durable, so it vouches for them; an
//! index of another journal vouches for nothing.

use std::sync::Arc;

use crate::index::{IndexError, Lists, Reached};
use crate::journal::{Commit, JournalError, Reader, segment_path};
use crate::storage::{SHELF_FOLDER, ShelfAccess, ShelfError, Storage};

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
    // What else is wrong with a journal, whoever opens it will say.
    let block_of = |sequence| match reader.block_of(sequence) {
        Err(error @ JournalError::Io { .. }) => Err(error),
        found => Ok(found.ok().flatten()),
    };
    let ends = |block: Commit, entries, root| (block.tree_size, block.root) == (entries, root);
    if let Some(block) = block_of(reached.sequence)? {
        let this = ends(block, reached.sequence, reached.root);
        return Ok(if this { Seen::This } else { Seen::Another });
    }
    let same = match (block_of(1)?, reached.first) {
        (Some(block), Some(known)) => ends(block, known.entries, known.root),
        (Some(_), None) => false,
        // A journal of which the first block is damaged is no other one; one that was never written to has nothing to lose.
        (None, _) => is_written(storage),
    };
    Ok(if same { Seen::More } else { Seen::Another })
}

/// Whether the journal begins with anything, whole or not.
fn is_written(storage: &Arc<dyn Storage>) -> bool {
    let mut beginning = [0; 64];
    let read = storage.read_at(&segment_path(1), 0, &mut beginning);
    read.is_ok() && beginning != [0; 64]
}

/// Whether the index has seen what the journal holds. Where it says that a block begins is believed by nobody who reads
/// on unless it has.
pub fn agrees(storage: &Arc<dyn Storage>, reached: &Reached) -> bool {
    seen(storage, reached).is_ok_and(|seen| seen == Seen::This)
}

/// The last entry that the index has seen of this journal; 0 where there is none that reads, or a writer has it open.
///
/// # Errors
/// Failures to read the journal, or the index.
pub fn seen_durable(storage: &Arc<dyn Storage>) -> Result<u64, JournalError> {
    let lists = storage.shelf(ShelfAccess::Read).map_err(IndexError::from).and_then(Lists::on);
    match lists.map(|lists| lists.reached()) {
        Ok(reached) if seen(storage, &reached)?.vouches() => Ok(reached.sequence),
        Err(IndexError::Shelf(error @ ShelfError::Unread { .. })) => {
            Err(JournalError::io("read", SHELF_FOLDER)(std::io::Error::other(error)))
        }
        _ => Ok(0),
    }
}
