//! What stands beside a journal: snapshots, index, hashes of the tree, the head that was signed last, the lock. None of it is
//! the only copy of anything, but a snapshot, an index and a head that read show that entries were durable.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::runs::Runs;
use super::snapshots::{SnapshotFound, SnapshotsRead};
use super::walk::Walked;
use super::{Finding, Witness, files};
use crate::entry::Entry;
use crate::history::{HEAD_PATH, Head, Seen, seen_by};
use crate::index::SNAPSHOTS_FOLDER;
use crate::journal::{BUNDLES_PATH, JournalError, stored_bundles};
use crate::signed::Checkpoint;
use crate::storage::{NotAFile, Storage, pid_in};

/// The ending of a file that is being made.
const UNFINISHED: &str = ".unfinished";

/// The index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum IndexFound {
    /// There is none: a writer makes one when it is worth it.
    Absent,
    /// It knows the journal up to an entry.
    Serves {
        /// That entry.
        reached: u64,
    },
    /// It has to be made anew.
    Useless,
    /// It could not be looked into.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// The writer's lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LockFound {
    /// Nobody writes.
    Free,
    /// Somebody writes.
    Held {
        /// The process, where it could be read.
        pid: Option<u32>,
    },
    /// Nobody writes, and the last writer was ended before it could say so.
    Left {
        /// That process.
        pid: u32,
    },
}

/// What was read before the journal.
pub struct Beside {
    snapshots: SnapshotsRead,
    runs: Runs,
    head: Result<Head, JournalError>,
    /// What it is to the journal, where it is a checkpoint of any entries.
    head_seen: Option<Seen>,
}

impl Beside {
    /// Reads the snapshots, up to where the index has seen the journal, and what was signed last.
    pub fn read(storage: &Arc<dyn Storage>) -> Self {
        let snapshots = SnapshotsRead::read(storage);
        let head = Head::of(storage);
        let checkpoint = head.as_ref().ok().and_then(Head::checkpoint);
        // A journal that cannot be read is a finding of its own.
        let head_seen = checkpoint.map(|head| seen_by(storage, head).unwrap_or(Seen::This));
        Self { snapshots, runs: Runs::read(storage), head, head_seen }
    }

    /// The newest snapshot that reads, the index, and the head that was signed last.
    pub fn witnesses(&self) -> Vec<Witness> {
        let snapshot = Some(self.snapshots.through()).filter(|through| *through > 0);
        let snapshot = snapshot.map(|through| Witness { by: "snapshot", through });
        let index = Some(self.runs.through()).filter(|through| *through > 0);
        let index = index.map(|through| Witness { by: "index", through });
        let head = self.checkpoint().filter(|_| self.head_seen.is_some_and(Seen::vouches));
        let head = head.map(|head| Witness { by: "signature", through: head.size });
        snapshot.into_iter().chain(index).chain(head).collect()
    }

    fn checkpoint(&self) -> Option<&Checkpoint> {
        self.head.as_ref().ok().and_then(Head::checkpoint)
    }

    /// The last entry that they have seen durable; 0: none.
    pub fn known_durable(&self) -> u64 {
        self.witnesses().iter().map(|witness| witness.through).max().unwrap_or(0)
    }

    /// Holds the index against an entry of the journal; they come in order.
    pub fn show(&mut self, entry: &Entry) {
        self.runs.show(entry);
    }

    /// The entries after which they know the root.
    pub fn sequences(&self) -> BTreeSet<u64> {
        let head = self.checkpoint().map(|head| head.size);
        self.snapshots.sequences().chain(head).collect()
    }

    /// Holds them against the journal, as far as it reads.
    pub fn compare(
        self,
        walked: &Walked,
        at_work: bool,
        findings: &mut Vec<Finding>,
    ) -> (Vec<SnapshotFound>, IndexFound) {
        judge_head(self.head, self.head_seen, walked, findings);
        let index = self.runs.judge(findings);
        (self.snapshots.judge(walked, at_work, findings), index)
    }
}

/// Holds the head that was signed last against the journal.
fn judge_head(
    head: Result<Head, JournalError>,
    seen: Option<Seen>,
    walked: &Walked,
    findings: &mut Vec<Finding>,
) {
    let reason = match head {
        Err(error) => return findings.push(Finding::Journal(error)),
        Ok(Head::Absent) => return,
        Ok(Head::Useless(reason)) => reason,
        Ok(Head::Signed(head)) => {
            let other = walked.roots.get(&head.size).is_some_and(|root| *root != head.root);
            if !other && seen != Some(Seen::Another) {
                return;
            }
            format!("the journal does not go on from the {} entries with the root {}", head.size, head.root)
        }
    };
    findings.push(Finding::Head { path: HEAD_PATH.to_owned(), reason });
}

/// Holds the stored hashes of the tree against those of the journal: how many there are.
pub fn tree(storage: &Arc<dyn Storage>, walked: &Walked, findings: &mut Vec<Finding>) -> u64 {
    let stored = stored_bundles(storage, walked.bundles.len() as u64);
    if !walked.bundles.starts_with(&stored) {
        findings.push(Finding::Tree { path: BUNDLES_PATH.to_owned() });
    }
    stored.len() as u64
}

/// The files that somebody began; nobody is at work now.
pub fn unfinished(storage: &Arc<dyn Storage>, findings: &mut Vec<Finding>) {
    let tree = BUNDLES_PATH.split_once('/').map_or("", |(folder, _)| folder);
    let files = [SNAPSHOTS_FOLDER, tree].into_iter().flat_map(|folder| files(storage, folder));
    let unfinished = files.filter(|file| file.path.ends_with(UNFINISHED));
    findings.extend(unfinished.map(|file| Finding::Unfinished { path: file.path }));
}

/// The lock, which somebody else holds or not.
pub fn lock(storage: &Arc<dyn Storage>, at_work: bool, findings: &mut Vec<Finding>) -> LockFound {
    let mut text = [0; 16];
    let read = storage.read_at("lock", 0, &mut text).unwrap_or_else(|source| {
        // What is there instead keeps every writer out.
        if NotAFile::in_error(&source).is_some() {
            let path = "lock".to_owned();
            findings.push(Finding::Journal(JournalError::Io { action: "open", path, source }));
        }
        0
    });
    match (at_work, pid_in(&text[..read])) {
        (true, pid) => LockFound::Held { pid },
        (false, Some(pid)) => LockFound::Left { pid },
        (false, None) => LockFound::Free,
    }
}
