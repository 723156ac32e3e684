//! A diagnosis: what the folder of a ledger holds, what of it is wrong, and what mends it. Looking changes nothing. A
//! [repair](repair()) changes what can be made again, and leaves out an end that was never known durable; nothing else.
//!
//! ```text
//! repair    what is set aside or removed        finding   what is wrong, and its remedy
//! walk      the blocks, and how they end        beside    tree, head, lock
//! runs      the files of the index          snapshots the snapshots
//! places    what is of another type than what belongs there
//! ```

mod beside;
mod finding;
mod places;
mod repair;
mod runs;
mod snapshots;
mod walk;

use std::sync::Arc;

use serde::Serialize;

pub use self::beside::{IndexFound, LockFound};
pub use self::finding::{Finding, Remedy};
pub use self::places::Misfit;
pub use self::repair::{Repair, RepairStopped, repair};
pub use self::snapshots::{SnapshotFound, SnapshotState};
pub use self::walk::{Ending, JournalFound};

use self::beside::Beside;
use crate::entry::Entry;
use crate::journal::{DAMAGED_FOLDER, FORMAT_VERSION};
use crate::storage::Storage;

/// A file and its length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileFound {
    /// Its path in the ledger's folder.
    pub path: String,
    /// Its length in bytes.
    pub bytes: u64,
}

/// Who says that entries were durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// `blocks`, `snapshot`, `index` or `signature`.
    pub by: &'static str,
    /// The last entry that it has seen durable.
    pub through: u64,
}

/// What the folder of a ledger holds.
#[derive(Debug, Serialize)]
pub struct Diagnosis {
    /// The newest format version of a journal that this program knows.
    pub format: u16,
    /// The journal.
    pub journal: JournalFound,
    /// By whom entries are known durable.
    pub durable: Vec<Witness>,
    /// The snapshots, the newest first.
    pub snapshots: Vec<SnapshotFound>,
    /// The index.
    pub index: IndexFound,
    /// How many hashes of the tree are kept.
    pub tree_hashes: u64,
    /// The lock of the writer.
    pub lock: LockFound,
    /// What recoveries and repairs have set aside.
    pub set_aside: Vec<FileFound>,
    /// What is wrong, the worst first.
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

/// Looks at the ledger in this storage and changes nothing. What cannot be read is a finding too.
pub fn diagnose(storage: &Arc<dyn Storage>) -> Diagnosis {
    look(storage, || storage.lock_held().unwrap_or(false))
}

/// The same; `writing` tells whether another writer is at work.
fn look(storage: &Arc<dyn Storage>, writing: impl Fn() -> bool) -> Diagnosis {
    let mut findings = Vec::new();
    // What stands beside the journal is read first: a writer at work adds to the journal before it adds to these.
    let mut beside = Beside::read(storage);
    let known_durable = beside.known_durable();
    let asked = beside.sequences();
    let mut show = |entry: &Entry| beside.show(entry);
    let (journal, walked) = walk::walk(storage, known_durable, &asked, &writing, &mut show, &mut findings);
    let mut durable = vec![Witness { by: "blocks", through: walked.durable_through }];
    durable.extend(beside.witnesses());
    durable.retain(|witness| witness.through > 0);
    let at_work = writing();
    let tree_hashes = beside::tree(storage, &walked, &mut findings);
    let (snapshots, index) = beside.compare(&walked, at_work, &mut findings);
    if !at_work {
        beside::unfinished(storage, &mut findings);
    }
    places::misfits(storage, &mut findings);
    let lock = beside::lock(storage, at_work, &mut findings);
    findings.sort_by_key(Finding::remedy);
    let set_aside = files(storage, DAMAGED_FOLDER);
    let format = FORMAT_VERSION;
    Diagnosis { format, journal, durable, snapshots, index, tree_hashes, lock, set_aside, findings }
}

/// The files in a folder; those of one that cannot be read are not told here.
fn files(storage: &Arc<dyn Storage>, folder: &str) -> Vec<FileFound> {
    let names = storage.list(folder).unwrap_or_default().into_iter();
    names
        .map(|name| {
            let path = format!("{folder}/{name}");
            let bytes = storage.len(&path).ok().flatten().unwrap_or(0);
            FileFound { path, bytes }
        })
        .collect()
}
