//! Reading ahead of an export: one thread verifies blocks and hashes their records, another decodes them. What they have
//! done waits in queues of a few parcels.

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::ExportError;
use crate::entry::Entry;
use crate::journal::{Frontier, Hash, Root, Start, Verify, leaf_hashes};
use crate::ledger::{LedgerError, decode};
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
    /// Where each record ends.
    ends: Vec<usize>,
}

/// Shows all entries to `take`, in order. Returns how many there are and the Merkle root over them.
pub fn read(
    view: &View,
    mut take: impl FnMut(Parcel) -> Result<(), ExportError>,
) -> Result<(u64, Root), ExportError> {
    thread::scope(|scope| {
        let (send_sheaf, sheaves) = sync_channel(WAITING);
        let (send_parcel, parcels) = sync_channel(WAITING);
        let scanning = scope.spawn(move || scan(view, &send_sheaf));
        let decoding = scope.spawn(move || decode_all(&sheaves, &send_parcel));
        for parcel in parcels {
            take(parcel)?;
        }
        // What an entry is, is known only if its block is sound: what the scan met comes first.
        let tree = scanning.join().unwrap_or_else(|panic| resume_unwind(panic));
        let decoded = decoding.join().unwrap_or_else(|panic| resume_unwind(panic));
        let tree = tree.and_then(|tree| decoded.map(|()| tree))?;
        Ok((tree.size(), tree.root()))
    })
}

/// Puts the records of all blocks into sheaves.
fn scan(view: &View, send: &SyncSender<(Sheaf, Vec<Hash>)>) -> Result<Frontier, LedgerError> {
    let mut tree = Frontier::new();
    let mut sheaf = Sheaf { first_sequence: 1, ..Sheaf::default() };
    view.follow_blocks(Start::genesis(), Verify::Everything, |block| {
        for (sequence, record) in block.numbered() {
            sheaf.bytes.extend_from_slice(record);
            sheaf.ends.push(sheaf.bytes.len());
            if sheaf.ends.len() >= PARCEL {
                let next = Sheaf { first_sequence: sequence + 1, ..Sheaf::default() };
                if send.send(hashed(std::mem::replace(&mut sheaf, next), &mut tree)).is_err() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    // Whoever does not take it any more has met an error before it.
    let _ = send.send(hashed(sheaf, &mut tree));
    Ok(tree)
}

/// The leaves of the records in a sheaf, which join the tree.
fn hashed(sheaf: Sheaf, tree: &mut Frontier) -> (Sheaf, Vec<Hash>) {
    let mut leaves = Vec::with_capacity(sheaf.ends.len());
    leaf_hashes(sheaf.records(), &mut leaves);
    tree.push_leaves(leaves.clone());
    (sheaf, leaves)
}

impl Sheaf {
    fn records(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.ends.iter().enumerate().map(|(place, &end)| {
            let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
            &self.bytes[start..end]
        })
    }
}

fn decode_all(sheaves: &Receiver<(Sheaf, Vec<Hash>)>, send: &SyncSender<Parcel>) -> Result<(), LedgerError> {
    for (sheaf, leaves) in sheaves {
        let records = (sheaf.first_sequence..).zip(sheaf.records());
        let entries = records.map(|(sequence, record)| decode(sequence, record)).collect::<Result<_, _>>()?;
        if send.send(Parcel { entries, leaves }).is_err() {
            break;
        }
    }
    Ok(())
}
