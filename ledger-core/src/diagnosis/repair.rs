//! A repair: what stands in the way and holds nothing of its own is set aside or removed, and an end that nothing vouches
//! for is left out as a writer would. What entries were known durable in is never touched.

use std::sync::Arc;

use super::{Ending, Finding, Remedy, look};
use crate::journal::{DAMAGED_FOLDER, JournalError, Recovery, recover};
use crate::ledger::LedgerError;
use crate::storage::{Shelf, ShelfError, Storage, in_memory};

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
    /// The index was removed; the next writer makes another.
    IndexRemoved,
}

/// Repairs the ledger in this storage, and says what was done: nothing, where anything but a repair is needed. `index` is
/// that of [`diagnose`](super::diagnose).
///
/// # Errors
/// [`LedgerError::Lock`] while a writer is at work, and failures of the storage; what was done before stays done.
pub fn repair(
    storage: &Arc<dyn Storage>,
    index: Result<Arc<dyn Shelf>, ShelfError>,
) -> Result<Vec<Repair>, LedgerError> {
    let lock = storage.lock()?;
    let found = look(storage, index, || false);
    let sound = !matches!(found.journal.end, Ending::Refused | Ending::BeingWritten);
    if !sound || found.findings.iter().any(|finding| finding.remedy() != Remedy::Repair) {
        return Ok(Vec::new());
    }
    let known_durable = found.durable.iter().map(|witness| witness.through).max().unwrap_or(0);
    let mut done = Vec::new();
    for finding in found.findings {
        done.push(match finding {
            Finding::UnfinishedEnd { position, sequence, reason, .. } => {
                Repair::EndLeftOut(recover(storage, position, sequence, reason, known_durable)?)
            }
            Finding::Index { .. } => {
                storage.drop_shelf().map_err(JournalError::io("remove", "index"))?;
                Repair::IndexRemoved
            }
            Finding::Snapshot { path, .. } | Finding::Tree { path } | Finding::Unfinished { path } => {
                let saved_to = set_aside(storage, &path)?;
                Repair::SetAside { path, saved_to }
            }
            Finding::Journal(error) => return Err(error.into()),
        });
    }
    drop(lock);
    Ok(done)
}

/// Moves a file among what was set aside: durably there before it is gone here.
fn set_aside(storage: &Arc<dyn Storage>, path: &str) -> Result<String, JournalError> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let len = storage.len(path).map_err(JournalError::io("measure", path))?.unwrap_or(0);
    let mut bytes = vec![0; in_memory(len)];
    let read = storage.read_at(path, 0, &mut bytes).map_err(JournalError::io("read", path))?;
    let saved_to = free_name(storage, &format!("{folder}-{name}"))?;
    storage.create(&saved_to).map_err(JournalError::io("create", &saved_to))?;
    storage.write_at(&saved_to, 0, &bytes[..read]).map_err(JournalError::io("write", &saved_to))?;
    storage.sync(&saved_to).map_err(JournalError::io("sync", &saved_to))?;
    storage.sync_folder(DAMAGED_FOLDER).map_err(JournalError::io("sync", DAMAGED_FOLDER))?;
    storage.remove(path).map_err(JournalError::io("remove", path))?;
    storage.sync_folder(folder).map_err(JournalError::io("sync", folder))?;
    Ok(saved_to)
}

/// A name among what was set aside that nothing has.
fn free_name(storage: &Arc<dyn Storage>, name: &str) -> Result<String, JournalError> {
    let mut path = format!("{DAMAGED_FOLDER}/{name}");
    let mut copy = 1;
    while storage.len(&path).map_err(JournalError::io("measure", &path))?.is_some() {
        copy += 1;
        path = format!("{DAMAGED_FOLDER}/{name}-{copy}");
    }
    Ok(path)
}
