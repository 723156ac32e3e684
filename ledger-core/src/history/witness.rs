//! Witnesses: snapshots and runs of the index are written once their entries are durable, so they vouch for them.

use std::io;
use std::sync::Arc;

use super::seen::seen;
use crate::index::{IndexError, RunName, Snapshots, durable_beyond, run_names};
use crate::journal::JournalError;
use crate::storage::{INDEX_FOLDER, Storage};

/// What stood beside a journal when it was asked. That is before the journal is read: a writer adds to these behind what it
/// adds to the journal.
#[derive(Clone, Debug)]
pub struct Witnesses {
    storage: Arc<dyn Storage>,
    snapshots: u64,
    runs: Vec<RunName>,
}

impl Witnesses {
    /// Those in this storage.
    ///
    /// # Errors
    /// Failures to see which there are: they may have seen anything.
    pub fn of(storage: &Arc<dyn Storage>) -> Result<Self, JournalError> {
        let snapshots = Snapshots::new(Arc::clone(storage)).newest_sequence()?;
        Self::beside(storage, snapshots)
    }

    /// The same, where the snapshots are known to have seen so many entries.
    ///
    /// # Errors
    /// Failures to see which files of the index there are.
    pub fn beside(storage: &Arc<dyn Storage>, snapshots: u64) -> Result<Self, JournalError> {
        let unlisted =
            |error: IndexError| JournalError::io("look into", INDEX_FOLDER)(io::Error::other(error));
        let runs = run_names(storage).map_err(unlisted)?;
        Ok(Self { storage: Arc::clone(storage), snapshots, runs })
    }

    /// The entry up to which all were durable; 0: none is known to have been.
    ///
    /// # Errors
    /// Failures to read the journal.
    pub fn durable(&self) -> Result<u64, JournalError> {
        self.durable_beyond(0)
    }

    /// The same, by those alone that have seen more than `last`: no other is asked.
    ///
    /// # Errors
    /// Failures to read the journal.
    pub fn durable_beyond(&self, last: u64) -> Result<u64, JournalError> {
        Ok(self.snapshots.max(self.index_beyond(last)?))
    }

    /// What the index alone has seen, if that is more than `last`.
    ///
    /// # Errors
    /// Failures to read the journal.
    pub fn index_beyond(&self, last: u64) -> Result<u64, JournalError> {
        durable_beyond(&self.storage, &self.runs, last, |reached| Ok(seen(&self.storage, reached)?.vouches()))
    }
}
