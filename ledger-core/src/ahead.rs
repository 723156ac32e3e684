//! Reading ahead of whoever looks at all entries: one thread verifies blocks and hashes their records, another decodes
//! them and does what needs the entries alone. What they have done waits in queues of a few parcels.

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::entry::Entry;
use crate::journal::{Commit, Hash, JOURNAL_FOLDER, JournalError, ScannedBlock};
use crate::ledger::{LedgerError, decode_all};

/// Parcels that wait between two threads.
const WAITING: usize = 4;
/// Entries in a parcel, unless the journal ends: lone records are not worth waking a thread for, and those of a large block
/// would not stay in the processor's cache.
const PARCEL: usize = 1024;

/// Some entries that were decoded.
#[derive(Debug, Default)]
pub struct Parcel {
    /// The blocks in which they stand, in order; the rest of the last may come in the next parcel.
    pub commits: Vec<Commit>,
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// The leaf of each in the Merkle tree.
    pub leaves: Vec<Hash>,
    /// What is wrong with the entry after the last.
    pub fault: Option<LedgerError>,
}

/// Some records as bytes.
#[derive(Debug, Default)]
struct Sheaf {
    commits: Vec<Commit>,
    first_sequence: u64,
    bytes: Vec<u8>,
    /// Where each record ends, and its leaf.
    ends: Vec<usize>,
    leaves: Vec<Hash>,
}

/// Takes the blocks that were verified.
#[derive(Debug)]
pub struct Sheaves {
    sheaf: Sheaf,
    send: SyncSender<Sheaf>,
}

/// Runs `scan`, which adds blocks of which everything is verified, on a thread of its own, and shows each parcel to
/// `look`, in order, until that gives something. Otherwise returns what the scan has. What `beside` makes of the entries
/// of a parcel, on the thread that decodes them, comes with it.
///
/// # Errors
/// Those of `look`, and a system that has no thread left.
pub fn read<S: Send, B: Send, T, E: From<LedgerError>>(
    scan: impl FnOnce(&mut Sheaves) -> S + Send,
    beside: impl FnMut(&[Entry]) -> B + Send,
    mut look: impl FnMut(Parcel, B) -> Result<Option<T>, E>,
) -> Result<Result<T, S>, E> {
    thread::scope(|scope| {
        let (send_sheaf, sheaves) = sync_channel(WAITING);
        let (send_parcel, parcels) = sync_channel(WAITING);
        let none_left =
            |error| LedgerError::from(JournalError::io("start a thread to read", JOURNAL_FOLDER)(error));
        let thread = || thread::Builder::new();
        let scanning = thread().spawn_scoped(scope, move || {
            let mut sheaves = Sheaves { sheaf: Sheaf::default(), send: send_sheaf };
            let scanned = scan(&mut sheaves);
            // Whoever does not take it any more has found something before it.
            let _ = sheaves.send.send(sheaves.sheaf);
            scanned
        });
        let scanning = scanning.map_err(none_left)?;
        let decode = move || decode_sheaves(&sheaves, beside, &send_parcel);
        thread().spawn_scoped(scope, decode).map_err(none_left)?;
        for (parcel, beside) in parcels {
            if let Some(found) = look(parcel, beside)? {
                return Ok(Ok(found));
            }
        }
        Ok(Err(scanning.join().unwrap_or_else(|panic| resume_unwind(panic))))
    })
}

impl Sheaves {
    /// Adds a block; breaks when nobody takes any more.
    pub fn add(&mut self, block: &ScannedBlock<'_>) -> ControlFlow<()> {
        let commit = block.commit();
        for ((sequence, record), leaf) in block.numbered().zip(block.leaves) {
            let sheaf = &mut self.sheaf;
            if sheaf.ends.is_empty() {
                sheaf.first_sequence = sequence;
            }
            if sheaf.ends.is_empty() || sequence == commit.first_sequence {
                sheaf.commits.push(commit);
            }
            sheaf.bytes.extend_from_slice(record);
            sheaf.ends.push(sheaf.bytes.len());
            sheaf.leaves.push(*leaf);
            if sheaf.ends.len() >= PARCEL && self.send.send(std::mem::take(sheaf)).is_err() {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }
}

impl Sheaf {
    fn records(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let records = self.ends.iter().enumerate().map(|(place, &end)| {
            let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
            &self.bytes[start..end]
        });
        (self.first_sequence..).zip(records)
    }
}

/// Decodes until a record is no entry.
fn decode_sheaves<B>(
    sheaves: &Receiver<Sheaf>,
    mut beside: impl FnMut(&[Entry]) -> B,
    send: &SyncSender<(Parcel, B)>,
) {
    for sheaf in sheaves {
        let mut entries = Vec::with_capacity(sheaf.ends.len());
        let fault = decode_all(sheaf.records(), &mut entries).err();
        let faulty = fault.is_some();
        let Sheaf { commits, leaves, .. } = sheaf;
        let made = beside(&entries);
        if send.send((Parcel { commits, entries, leaves, fault }, made)).is_err() || faulty {
            return;
        }
    }
}
