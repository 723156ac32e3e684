//! What a journal makes of an empty ledger when it is opened: the state, an index that knows all names, and where it goes on.

use std::sync::Arc;

use super::{LedgerError, decode_all, replay};
use crate::entry::Entry;
use crate::history::seen;
use crate::index::{Index, Snapshot, Snapshots};
use crate::journal::{
    End, Evidence, JournalError, Layout, Reader, Recovery, ScannedBlock, Start, StateHash, Writer,
};
use crate::state::State;
use crate::storage::Storage;

/// A journal that was read to its end.
pub struct Replayed {
    pub state: State,
    pub index: Index,
    pub reader: Reader,
    pub journal: Writer,
    pub recovery: Option<Recovery>,
    /// The last entry of which a snapshot can be believed; 0: there is none.
    pub newest_snapshot: u64,
    /// The hash of its state, if no block names it yet.
    pub unnamed: Option<StateHash>,
}

impl Replayed {
    /// Reads the journal: up to the snapshot only what the index has not seen, from there on everything. What is
    /// `known_durable` must be there. `progress` is told each entry that was read before the snapshot, and how many there are up to it.
    pub fn after(
        snapshot: Option<Snapshot>,
        storage: &Arc<dyn Storage>,
        layout: Layout,
        known_durable: u64,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Self, LedgerError> {
        let (mut state, start) = match snapshot {
            Some(snapshot) => {
                let start = snapshot.start();
                (snapshot.state, start)
            }
            None => (State::default(), Start::genesis()),
        };
        let reader = Reader::new(Arc::clone(storage));
        let mut index =
            Index::open(storage, |reached| Ok::<_, LedgerError>(seen(storage, reached)?.vouches()))?;
        let before = start.sequence() - 1;
        if index.reached() < before {
            let first = index.reached() + 1;
            visit_durable(&reader, first, before, &mut |block| {
                progress(block.commit().tree_size, before);
                index_block(&mut index, block, decoded(block)?);
                Ok(())
            })?;
        }
        let mut unnamed = Unnamed::after(before, storage);
        let mut replay_block = |block: &ScannedBlock<'_>| -> Result<(), LedgerError> {
            reader.note_block(&block.commit());
            let entries = decoded(block)?;
            entries.iter().try_for_each(|entry| replay(&mut state, entry))?;
            index_block(&mut index, block, entries);
            unnamed.pass(block, &state);
            Ok(())
        };
        let (journal, recovery) =
            Writer::open_at(Arc::clone(storage), layout, start, known_durable, &mut replay_block)?;
        let unnamed = unnamed.hash;
        let newest_snapshot = unnamed.map_or(before, |hash| hash.sequence);
        Ok(Self { state, index, reader, journal, recovery, newest_snapshot, unnamed })
    }
}

/// A snapshot behind the one from which the replay starts, which no block names yet: the writer ended before it could. It is
/// held against the replayed state, and the next block names it if it is the same.
struct Unnamed {
    snapshots: Snapshots,
    /// The newest one.
    newest: Option<u64>,
    /// Its hash, once it was found to be right.
    hash: Option<StateHash>,
}

impl Unnamed {
    fn after(before: u64, storage: &Arc<dyn Storage>) -> Self {
        let snapshots = Snapshots::new(Arc::clone(storage));
        let newest = snapshots.sequences().into_iter().next().filter(|newest| *newest > before);
        Self { snapshots, newest, hash: None }
    }

    /// Looks at a replayed block, and the state after it.
    fn pass(&mut self, block: &ScannedBlock<'_>, state: &State) {
        let (mark, sequence) = (block.block.mark, block.commit().tree_size);
        if mark.named == self.hash {
            self.hash = None;
        }
        if mark.taken && self.newest == Some(sequence) {
            let hash = state.hash();
            self.hash = self.snapshots.outline(sequence).ok().map(|outline| outline.hash);
            self.hash = self.hash.filter(|stored| *stored == hash);
        }
    }
}

/// Notes the names in a durable block, unless the index knows them.
pub fn index_block(index: &mut Index, block: &ScannedBlock<'_>, entries: Vec<Entry>) {
    if block.commit().tree_size > index.reached() {
        for entry in &entries {
            index.note(entry);
        }
        index.committed(vec![Arc::new(entries)], &block.commit());
    }
}

/// The entries in a block.
pub fn decoded(block: &ScannedBlock<'_>) -> Result<Vec<Entry>, LedgerError> {
    let mut entries = Vec::with_capacity(block.records().len());
    decode_all(block.numbered(), &mut entries)?;
    Ok(entries)
}

/// Shows the blocks with the entries from `first` to `last`, which were durable once, whatever is damaged now.
pub fn visit_durable(
    reader: &Reader,
    first: u64,
    last: u64,
    visit: &mut dyn FnMut(&ScannedBlock<'_>) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    let cut_off = |last_sequence| JournalError::CutOff { last_sequence, known_durable: last };
    let mut scan = reader.scan_near(first)?;
    while scan.last_sequence() < last {
        let Some(block) = scan.next_block()? else {
            return Err(match scan.end()? {
                End::Clean(_) => cut_off(scan.last_sequence()),
                End::Damaged { position, sequence, reason } => {
                    let evidence = Evidence::KnownDurable { sequence: last };
                    JournalError::Damaged { position, sequence, reason: Box::new(reason), evidence }
                }
            }
            .into());
        };
        let commit = block.commit();
        reader.note_block(&commit);
        if commit.last_sequence() >= first {
            visit(&block)?;
        }
    }
    Ok(())
}
