//! A repair: what stands in the way and holds nothing of its own is set aside or removed, and an end that nothing vouches
//! for is left out as a writer would. What entries were known durable in is never touched.

use std::sync::Arc;

use super::places::Misfit;
use super::{Ending, Finding, Remedy, files, look};
use crate::index::BadSnapshot;
use crate::journal::{DAMAGED_FOLDER, JournalError, Recovery, recover};
use crate::ledger::LedgerError;
use crate::storage::Storage;

/// Bytes copied at once.
const PIECE_BYTES: usize = 256 * 1024;

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repair {
    /// The end that was not finished was left out of the journal.
    EndLeftOut(Recovery),
    /// A file was moved.
    SetAside {
        /// Where it was.
        path: String,
        /// Where it is.
        saved_to: String,
    },
    /// A file of the index was removed; the next writer makes another.
    IndexRemoved {
        /// Where it was.
        path: String,
    },
}

/// A repair that could not go on.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
pub struct RepairStopped {
    /// What was done before; it stays done.
    pub done: Vec<Repair>,
    /// The file that keeps all of what was being cut when it stopped, if there is one already.
    pub kept: Option<String>,
    /// Why it could not go on.
    pub source: LedgerError,
}

/// Repairs the ledger in this storage, and says what was done: nothing, where anything but a repair is needed.
///
/// # Errors
/// [`LedgerError::Lock`] while a writer is at work, and failures of the storage; with what was done before.
pub fn repair(storage: &Arc<dyn Storage>) -> Result<Vec<Repair>, Box<RepairStopped>> {
    let mut done = Vec::new();
    let lock = match storage.lock() {
        Ok(lock) => lock,
        Err(error) => return Err(Box::new(RepairStopped { done, kept: None, source: error.into() })),
    };
    let found = look(storage, || false);
    let sound = !matches!(found.journal.end, Ending::Refused | Ending::BeingWritten);
    if !sound || found.findings.iter().any(|finding| finding.remedy() != Remedy::Repair) {
        return Ok(done);
    }
    let known_durable = found.durable.iter().map(|witness| witness.through).max().unwrap_or(0);
    for finding in found.findings {
        let (before, bytes) = (files(storage, DAMAGED_FOLDER), cut_bytes(storage, &finding));
        match mend(storage, finding, known_durable) {
            Ok(repair) => done.push(repair),
            Err(error) => {
                let mut after = files(storage, DAMAGED_FOLDER).into_iter();
                let copy = after.find(|file| Some(file.bytes) == bytes && !before.contains(file));
                let kept = copy.map(|file| file.path);
                return Err(Box::new(RepairStopped { done, kept, source: error.into() }));
            }
        }
    }
    drop(lock);
    Ok(done)
}

/// How many bytes are kept before this is mended, where any are.
fn cut_bytes(storage: &Arc<dyn Storage>, finding: &Finding) -> Option<u64> {
    match finding {
        Finding::UnfinishedEnd { bytes, .. } => Some(*bytes),
        Finding::Snapshot(BadSnapshot { path, .. })
        | Finding::Tree { path }
        | Finding::Unfinished { path } => storage.len(path).ok().flatten(),
        Finding::Index { .. } | Finding::Head { .. } | Finding::Misfit(_) | Finding::Journal(_) => None,
    }
}

fn mend(storage: &Arc<dyn Storage>, finding: Finding, known_durable: u64) -> Result<Repair, JournalError> {
    Ok(match finding {
        Finding::UnfinishedEnd { position, sequence, reason, .. } => {
            Repair::EndLeftOut(recover(storage, position, sequence, reason, known_durable)?)
        }
        Finding::Index { path, .. } => {
            storage.remove(&path).map_err(JournalError::io("remove", &path))?;
            Repair::IndexRemoved { path }
        }
        Finding::Snapshot(BadSnapshot { path, .. })
        | Finding::Tree { path }
        | Finding::Unfinished { path } => {
            let saved_to = set_aside(storage, &path)?;
            Repair::SetAside { path, saved_to }
        }
        Finding::Misfit(Misfit { path, .. }) => {
            let saved_to = move_aside(storage, &path)?;
            Repair::SetAside { path, saved_to }
        }
        // Neither is a repair's to mend.
        Finding::Head { path, reason } => {
            return Err(JournalError::io("read", &path)(std::io::Error::other(reason)));
        }
        Finding::Journal(error) => return Err(error),
    })
}

/// Moves a file among what was set aside: durably there before it is gone here.
fn set_aside(storage: &Arc<dyn Storage>, path: &str) -> Result<String, JournalError> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let saved_to = free_name(storage, &format!("{folder}-{name}"))?;
    storage.create(&saved_to).map_err(JournalError::io("create", &saved_to))?;
    if let Err(error) = copy(storage, path, &saved_to) {
        // Half of a copy is none.
        let _ = storage.remove(&saved_to);
        return Err(error);
    }
    storage.sync_folder(DAMAGED_FOLDER).map_err(JournalError::io("sync", DAMAGED_FOLDER))?;
    storage.remove(path).map_err(JournalError::io("remove", path))?;
    storage.sync_folder(folder).map_err(JournalError::io("sync", folder))?;
    Ok(saved_to)
}

/// The same for what is no plain file, or stands where a folder belongs: there is nothing in it to be copied.
fn move_aside(storage: &Arc<dyn Storage>, path: &str) -> Result<String, JournalError> {
    let (folder, _) = path.rsplit_once('/').unwrap_or(("", path));
    let saved_to = free_name(storage, &path.replace('/', "-"))?;
    // So that the folder is there, durably.
    storage.create(&saved_to).map_err(JournalError::io("create", &saved_to))?;
    storage.remove(&saved_to).map_err(JournalError::io("remove", &saved_to))?;
    storage.rename(path, &saved_to).map_err(JournalError::io("move", path))?;
    storage.sync_folder(DAMAGED_FOLDER).map_err(JournalError::io("sync", DAMAGED_FOLDER))?;
    storage.sync_folder(folder).map_err(JournalError::io("sync", folder))?;
    Ok(saved_to)
}

/// Copies all bytes of a file into an empty one, durably.
fn copy(storage: &Arc<dyn Storage>, from: &str, to: &str) -> Result<(), JournalError> {
    let (mut piece, mut offset) = (vec![0; PIECE_BYTES], 0);
    loop {
        let read = storage.read_at(from, offset, &mut piece).map_err(JournalError::io("read", from))?;
        if read == 0 {
            return storage.sync(to).map_err(JournalError::io("sync", to));
        }
        storage.write_at(to, offset, &piece[..read]).map_err(JournalError::io("write", to))?;
        offset += read as u64;
    }
}

/// A name among what was set aside that nothing has.
fn free_name(storage: &Arc<dyn Storage>, name: &str) -> Result<String, JournalError> {
    let mut path = format!("{DAMAGED_FOLDER}/{name}");
    let mut copy = 1;
    let others = storage.others(DAMAGED_FOLDER).map_err(JournalError::io("look into", DAMAGED_FOLDER))?;
    let is_other = |path: &str| {
        others.iter().any(|(name, _)| path.strip_prefix(DAMAGED_FOLDER) == Some(&format!("/{name}")))
    };
    while is_other(&path) || storage.len(&path).map_err(JournalError::io("measure", &path))?.is_some() {
        copy += 1;
        path = format!("{DAMAGED_FOLDER}/{name}-{copy}");
    }
    Ok(path)
}
