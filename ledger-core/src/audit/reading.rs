//! Reading ahead of the examination: one thread verifies blocks and hashes their records, another decodes them. What they
//! have done waits in queues of a few parcels.

use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::fault::Fault;
use crate::entry::Entry;
use crate::journal::{Commit, JournalError, Position, Scan};
use crate::ledger::{LedgerError, decode_all};

/// Parcels that wait between two threads.
const WAITING: usize = 4;
/// Entries in a parcel, unless the journal ends: lone records are not worth waking a thread for, and those of a large block
/// would not stay in the processor's cache.
const PARCEL: usize = 1024;

/// Some entries that were decoded.
#[derive(Debug, Default)]
pub struct Parcel {
    /// The blocks in which they stand, in order.
    pub commits: Vec<Commit>,
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// What is wrong with the entry after the last.
    pub fault: Option<Fault>,
}

/// How the reading ended.
pub struct End {
    /// Where the next block was looked for.
    pub position: Position,
    /// The scan, to be asked what stands there, or why it could not go on.
    pub scan: Result<Scan, JournalError>,
}

/// Some blocks as bytes.
#[derive(Default)]
struct Sheaf {
    commits: Vec<Commit>,
    bytes: Vec<u8>,
    records: Vec<(u64, Range<usize>)>,
}

/// Reads to the end, and shows each parcel to `examine`, in order, until that gives something.
pub fn read<T>(
    scan: Scan,
    mut examine: impl FnMut(Parcel) -> Result<Option<T>, LedgerError>,
) -> Result<Result<T, End>, LedgerError> {
    thread::scope(|scope| {
        let (send_sheaf, sheaves) = sync_channel(WAITING);
        let (send_parcel, parcels) = sync_channel(WAITING);
        let scanning = scope.spawn(move || scan_all(scan, &send_sheaf));
        scope.spawn(move || decode_sheaves(&sheaves, &send_parcel));
        for parcel in parcels {
            if let Some(found) = examine(parcel)? {
                return Ok(Ok(found));
            }
        }
        Ok(Err(scanning.join().unwrap_or_else(|panic| resume_unwind(panic))))
    })
}

fn scan_all(mut scan: Scan, send: &SyncSender<Sheaf>) -> End {
    let mut sheaf = Sheaf::default();
    loop {
        let position = scan.position();
        let block = match scan.next_block() {
            Ok(Some(block)) => block,
            Ok(None) => {
                // Whoever does not take it any more has found something before it.
                let _ = send.send(sheaf);
                return End { position: scan.position(), scan: Ok(scan) };
            }
            Err(error) => {
                let _ = send.send(sheaf);
                return End { position, scan: Err(error) };
            }
        };
        sheaf.commits.push(block.commit());
        for (sequence, record) in block.numbered() {
            let start = sheaf.bytes.len();
            sheaf.bytes.extend_from_slice(record);
            sheaf.records.push((sequence, start..sheaf.bytes.len()));
        }
        if sheaf.records.len() >= PARCEL && send.send(std::mem::take(&mut sheaf)).is_err() {
            return End { position, scan: Ok(scan) };
        }
    }
}

fn decode_sheaves(sheaves: &Receiver<Sheaf>, send: &SyncSender<Parcel>) {
    for Sheaf { commits, bytes, records } in sheaves {
        for records in records.chunks(PARCEL) {
            let within = |commit: &&Commit| {
                let behind = records.first().is_some_and(|(first, _)| commit.tree_size < *first);
                let ahead = records.last().is_some_and(|(last, _)| commit.first_sequence > *last);
                !behind && !ahead
            };
            let commits = commits.iter().filter(within).copied().collect();
            let mut parcel = Parcel { commits, entries: Vec::with_capacity(records.len()), fault: None };
            let numbered = records.iter().map(|(sequence, place)| (*sequence, &bytes[place.clone()]));
            if let Err(error) = decode_all(numbered, &mut parcel.entries) {
                parcel.fault = Some(Fault::new(error.code(), error.to_string()));
            }
            let faulty = parcel.fault.is_some();
            if send.send(parcel).is_err() || faulty {
                return;
            }
        }
    }
}
