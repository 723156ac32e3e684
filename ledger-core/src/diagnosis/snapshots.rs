//! The snapshots: which read, which are of this journal, and whether they hold the state that its entries make.

use std::io::ErrorKind;
use std::sync::Arc;

use serde::Serialize;

use super::Finding;
use super::walk::Walked;
use crate::index::{BadSnapshot, Outline, Snapshot, SnapshotError, Snapshots};
use crate::journal::{JournalError, Scan, Start, StateHash, Verify};
use crate::ledger::{LedgerError, decode, replay};
use crate::state::State;
use crate::storage::Storage;

/// A snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SnapshotFound {
    /// Its file.
    pub path: String,
    /// Its last entry.
    pub sequence: u64,
    /// What it is worth.
    pub state: SnapshotState,
}

/// What a snapshot is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotState {
    /// A reader may start from it: the journal names its hash.
    Serves,
    /// It fits, and no block names its hash yet, so nobody starts from it. The next block that is written names the newest one.
    Unnamed,
    /// It does not read, is of another journal, or holds another state.
    Useless,
    /// It reads, but the journal does not: it shows that its entries were durable.
    Ahead,
    /// The disk or a right stood in the way, so that nothing can be said of it.
    Unread,
}

/// What was read of the snapshots before the journal.
pub struct SnapshotsRead {
    storage: Arc<dyn Storage>,
    /// The newest first.
    snapshots: Vec<(u64, Result<Snapshot, SnapshotError>)>,
    /// Why it is not known which there are.
    unlisted: Option<JournalError>,
}

impl SnapshotsRead {
    pub fn read(storage: &Arc<dyn Storage>) -> Self {
        let shelf = Snapshots::new(Arc::clone(storage));
        let read = |sequence: u64| match shelf.read(sequence) {
            // A writer at work has thinned it out.
            Err(SnapshotError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => None,
            snapshot => Some((sequence, snapshot)),
        };
        let listed = shelf.listed();
        let (sequences, unlisted) = listed.map_or_else(|error| (Vec::new(), Some(error)), |all| (all, None));
        let snapshots = sequences.into_iter().filter_map(read).collect();
        Self { storage: Arc::clone(storage), snapshots, unlisted }
    }

    /// The last entry of the newest that reads; 0: there is none.
    pub fn through(&self) -> u64 {
        self.snapshots.iter().find(|(_, snapshot)| snapshot.is_ok()).map_or(0, |(sequence, _)| *sequence)
    }

    /// The entries after which they know the root.
    pub fn sequences(&self) -> impl Iterator<Item = u64> {
        self.snapshots.iter().map(|(sequence, _)| *sequence)
    }

    /// Holds them against the journal, as far as it reads.
    pub fn judge(self, walked: &Walked, at_work: bool, findings: &mut Vec<Finding>) -> Vec<SnapshotFound> {
        findings.extend(self.unlisted.map(Finding::Journal));
        let mut entries = Entries::of(&self.storage);
        // The oldest first, so that the entries are read once.
        let mut found: Vec<_> = self
            .snapshots
            .into_iter()
            .rev()
            .map(|(sequence, snapshot)| {
                let judged = judge(sequence, snapshot, walked, at_work, &mut entries);
                let state = judged.unwrap_or_else(|finding| {
                    let unread = matches!(finding, Finding::Journal(_));
                    findings.push(finding);
                    if unread { SnapshotState::Unread } else { SnapshotState::Useless }
                });
                SnapshotFound { path: Snapshots::path_of(sequence), sequence, state }
            })
            .collect();
        found.reverse();
        found
    }
}

/// What one of them is worth, or what is wrong with it.
fn judge(
    sequence: u64,
    snapshot: Result<Snapshot, SnapshotError>,
    walked: &Walked,
    at_work: bool,
    entries: &mut Entries,
) -> Result<SnapshotState, Finding> {
    let snapshot = snapshot.map_err(|error| match error {
        SnapshotError::Invalid { path, reason } => Finding::Snapshot(BadSnapshot::unreadable(path, &reason)),
        SnapshotError::Io { path, source } => {
            Finding::Journal(JournalError::Io { action: "read", path, source })
        }
    })?;
    if sequence > walked.entries {
        return Ok(if at_work { SnapshotState::Serves } else { SnapshotState::Ahead });
    }
    let outline: Outline = snapshot.outline();
    outline.fits(walked.marks.get(&sequence).copied()).map_err(Finding::Snapshot)?;
    if let Some(named) = walked.named.get(&sequence) {
        outline.holds(*named).map_err(Finding::Snapshot)?;
        entries.begin_at(snapshot);
        return Ok(SnapshotState::Serves);
    }
    // What of the journal does not read, or what in it is impossible, is told elsewhere.
    if let Ok(hash) = entries.state_after(sequence) {
        outline.holds(hash).map_err(Finding::Snapshot)?;
        entries.begin_at(snapshot);
    }
    Ok(SnapshotState::Unnamed)
}

/// The entries between one snapshot and the next, replayed where no block names the second: nobody but an audit replays all.
struct Entries {
    storage: Arc<dyn Storage>,
    state: State,
    start: Start,
}

impl Entries {
    fn of(storage: &Arc<dyn Storage>) -> Self {
        Self { storage: Arc::clone(storage), state: State::default(), start: Start::genesis() }
    }

    /// Begins after a snapshot that was found right.
    fn begin_at(&mut self, snapshot: Snapshot) {
        (self.start, self.state) = (snapshot.start(), snapshot.state);
    }

    fn state_after(&self, sequence: u64) -> Result<StateHash, LedgerError> {
        let mut state = self.state.clone();
        let mut scan = Scan::new(Arc::clone(&self.storage), self.start.clone(), Verify::Checksums)?;
        while scan.last_sequence() < sequence {
            let Some(block) = scan.next_block()? else { break };
            block.numbered().try_for_each(|(number, record)| replay(&mut state, &decode(number, record)?))?;
        }
        Ok(state.hash())
    }
}
