//! Reading ahead of an export: one thread verifies blocks, by the hashes of their records, another decodes them. What they
//! have done waits in queues of a few parcels.

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::ExportError;
use crate::entry::Entry;
use crate::journal::{Frontier, Hash, Root, Start, Verify};
use crate::ledger::{LedgerError, decode_all};
use crate::view::View;

/// Parcels that wait between two threads.
const WAITING: usize = 4;
/// Entries in a parcel, unless the journal ends.
const PARCEL: usize = 1024;

/// Some entries.
#[derive(Debug, Default)]
pub struct Parcel {
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// The leaf of each in the Merkle tree.
    pub leaves: Vec<Hash>,
}

/// Some records as bytes.
#[derive(Debug, Default)]
struct Sheaf {
    first_sequence: u64,
    bytes: Vec<u8>,
    /// Where each record ends, and its leaf.
    ends: Vec<usize>,
    leaves: Vec<Hash>,
}

/// Shows all entries to `take`, in order, or so many whole blocks of them. Returns how many there are and the Merkle root
/// over them.
pub fn read(
    view: &View,
    up_to: Option<u64>,
    mut take: impl FnMut(Parcel) -> Result<(), ExportError>,
) -> Result<(u64, Root), ExportError> {
    thread::scope(|scope| {
        let (send_sheaf, sheaves) = sync_channel(WAITING);
        let (send_parcel, parcels) = sync_channel(WAITING);
        let scanning = scope.spawn(move || scan(view, up_to, &send_sheaf));
        let decoding = scope.spawn(move || decode_sheaves(&sheaves, &send_parcel));
        for parcel in parcels {
            take(parcel)?;
        }
        // What an entry is, is known only if its block is sound: what the scan met comes first.
        let tree = scanning.join().unwrap_or_else(|panic| resume_unwind(panic));
        let decoded = decoding.join().unwrap_or_else(|panic| resume_unwind(panic));
        let tree = tree.and_then(|tree| decoded.map(|()| tree))?;
        Ok(tree)
    })
}

/// Puts the records of all blocks into sheaves. Returns the size and the root of the tree over them.
fn scan(view: &View, up_to: Option<u64>, send: &SyncSender<Sheaf>) -> Result<(u64, Root), LedgerError> {
    let mut tree = (0, Frontier::new().root());
    let mut sheaf = Sheaf { first_sequence: 1, ..Sheaf::default() };
    view.follow_blocks(Start::genesis(), Verify::Everything, |block| {
        for ((sequence, record), leaf) in block.numbered().zip(block.leaves) {
            sheaf.bytes.extend_from_slice(record);
            sheaf.ends.push(sheaf.bytes.len());
            sheaf.leaves.push(*leaf);
            if sheaf.ends.len() >= PARCEL {
                let next = Sheaf { first_sequence: sequence + 1, ..Sheaf::default() };
                if send.send(std::mem::replace(&mut sheaf, next)).is_err() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        let commit = block.commit();
        tree = (commit.tree_size, commit.root);
        let is_last = up_to.is_some_and(|last| commit.tree_size >= last);
        Ok(if is_last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    // Whoever does not take it any more has met an error before it.
    let _ = send.send(sheaf);
    Ok(tree)
}

impl Sheaf {
    fn records(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.ends.iter().enumerate().map(|(place, &end)| {
            let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
            &self.bytes[start..end]
        })
    }
}

fn decode_sheaves(sheaves: &Receiver<Sheaf>, send: &SyncSender<Parcel>) -> Result<(), LedgerError> {
    for sheaf in sheaves {
        let records = (sheaf.first_sequence..).zip(sheaf.records());
        let mut entries = Vec::with_capacity(sheaf.ends.len());
        decode_all(records, &mut entries)?;
        if send.send(Parcel { entries, leaves: sheaf.leaves }).is_err() {
            break;
        }
    }
    Ok(())
}
