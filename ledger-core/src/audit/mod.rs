//! The audit: reads the journal from its first byte, trusts nothing that a writer left beside it, and comes to the same
//! figures or names the first entry that fails.
//!
//! Two paths run side by side. One sums the stored postings and checks backing from those sums, without the accounting
//! and without the state. The other takes every operation the way of a new one, over a state and an index of its own: it
//! resolves and judges it again, derives its postings anew and compares what was chosen and what was posted. Both walk
//! behind threads that read `ahead`: one verifies the blocks, one decodes their records, and sums.

mod auditor;
mod fault;
mod sums;

use std::sync::Arc;

use serde::Serialize;

use self::auditor::Auditor;
use self::fault::Fault;
pub use self::fault::{Fact, Told};
pub(crate) use self::sums::{Sums, Totals};
use crate::ahead::{self, Sheaves};
use crate::index::BadSnapshot;
use crate::journal::{JournalError, Position, Root, Scan, Start, Verify, segment_path};
use crate::ledger::LedgerError;
use crate::money::{Aigas, Euros};
use crate::sequence::Sequence;
use crate::state::{Shortfall, TakenBack};
use crate::storage::Storage;

/// What an audit found.
#[derive(Clone, Debug, Serialize)]
pub struct AuditReport {
    /// Whether everything verifies.
    pub ok: bool,
    /// The entries that verify, from the first on.
    pub entries: u64,
    /// The Merkle root over them.
    pub root: Root,
    /// The blocks that hold them; an export has none.
    pub blocks: Option<u64>,
    /// Ä in circulation after them.
    pub circulation: Aigas,
    /// € of the guarantee fund after them.
    pub fund: Euros,
    /// The last snapshot with which the state was compared; every one that reads is.
    pub snapshot: Option<Sequence>,
    /// Snapshots of no use. They change no answer, so they are no failure of the entries; the doctor finds the same.
    pub bad_snapshots: Vec<BadSnapshot>,
    /// Closings and attestations that were taken back.
    pub taken_back: Vec<TakenBack>,
    /// Days on which something would have been below nothing; no failure, for floors are judged in the order of recording.
    pub shortfalls: Vec<Shortfall>,
    /// The first thing that does not verify.
    pub failure: Option<Failure>,
}

/// The first thing that does not verify.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The segment's file.
    pub segment: String,
    /// Where in it the block begins, in bytes.
    pub offset: u64,
    /// The entry.
    pub sequence: Sequence,
    /// A stable code.
    pub code: &'static str,
    /// What is wrong.
    pub reason: String,
    /// The figures in the reason.
    #[serde(skip)]
    pub fact: Fact,
}

/// How far an audit has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Entries read.
    pub entries: u64,
    /// Where the journal has been read to.
    pub position: Position,
}

/// Audits the journal in this storage. Only a failure to read is an error; what does not verify is in the report.
pub fn audit(
    storage: &Arc<dyn Storage>,
    mut progress: impl FnMut(Progress),
) -> Result<AuditReport, LedgerError> {
    let scan = Scan::new(Arc::clone(storage), Start::genesis(), Verify::Everything)?;
    let mut auditor = Auditor::new(storage)?;
    let mut sums = Sums::default();
    let ended = ahead::read(
        |sheaves| scan_all(scan, sheaves),
        |entries| sums.add_all(entries),
        |parcel, running| {
            let last = parcel.commits.last().copied();
            let found = auditor.examine(parcel, running)?;
            if let (None, Some(commit)) = (&found, last) {
                progress(Progress { entries: commit.tree_size, position: commit.end() });
            }
            Ok::<_, LedgerError>(found)
        },
    )?;
    let found = match ended {
        Ok(failure) => Some(failure),
        Err(End { scan: Ok(mut scan), .. }) => auditor.examine_end(storage, &mut scan, &sums)?,
        Err(End { scan: Err(error @ JournalError::Io { .. }), .. }) => return Err(error.into()),
        Err(End { scan: Err(error), position }) => {
            Some(failure(position, auditor.entries() + 1, error.into()))
        }
    };
    Ok(auditor.report(found))
}

/// How a scan ended.
struct End {
    /// Where the next block was looked for.
    position: Position,
    /// The scan, to be asked what stands there, or why it could not go on.
    scan: Result<Scan, JournalError>,
}

fn scan_all(mut scan: Scan, sheaves: &mut Sheaves) -> End {
    loop {
        let position = scan.position();
        match scan.next_block() {
            Ok(Some(block)) if sheaves.add(&block).is_continue() => {}
            Ok(Some(_)) => return End { position, scan: Ok(scan) },
            Ok(None) => return End { position: scan.position(), scan: Ok(scan) },
            Err(error) => return End { position, scan: Err(error) },
        }
    }
}

fn failure(position: Position, sequence: u64, fault: Fault) -> Failure {
    Failure {
        segment: segment_path(position.segment),
        offset: position.offset,
        sequence: Sequence::new(sequence),
        code: fault.code,
        reason: fault.reason,
        fact: *fault.fact,
    }
}
