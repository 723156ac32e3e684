//! Witnesses: snapshots and runs of the index are written, and heads are signed, once their entries are durable; so they
//! vouch for them.

use std::io;
use std::sync::Arc;

use super::head::{Head, seen_by};
use super::seen::seen;
use crate::index::{IndexError, RunName, Snapshots, durable_beyond, run_names};
use crate::journal::JournalError;
use crate::signed::Checkpoint;
use crate::storage::{INDEX_FOLDER, Storage};

/// What stood beside a journal when it was asked. That is before the journal is read: a writer adds to these behind what it
/// adds to the journal.
#[derive(Clone, Debug)]
pub struct Witnesses {
    storage: Arc<dyn Storage>,
    snapshots: u64,
    runs: Vec<RunName>,
    head: Option<Checkpoint>,
}

impl Witnesses {
    /// Those in this storage.
    ///
    /// # Errors
    /// Failures to see which there are: they may have seen anything.
    pub fn of(storage: &Arc<dyn Storage>) -> Result<Self, JournalError> {
        let head = Head::of(storage)?.checkpoint().cloned();
        Ok(Self { head, ..Self::but_the_head(storage)? })
    }

    /// Those but the head that was signed last, for whoever holds that against the journal in another way.
    ///
    /// # Errors
    /// The same.
    pub fn but_the_head(storage: &Arc<dyn Storage>) -> Result<Self, JournalError> {
        let snapshots = Snapshots::new(Arc::clone(storage)).newest_sequence()?;
        Ok(Self { snapshots, ..Self::of_the_index(storage)? })
    }

    /// The index alone.
    ///
    /// # Errors
    /// Failures to see which files of the index there are.
    pub fn of_the_index(storage: &Arc<dyn Storage>) -> Result<Self, JournalError> {
        let unlisted =
            |error: IndexError| JournalError::io("look into", INDEX_FOLDER)(io::Error::other(error));
        let runs = run_names(storage).map_err(unlisted)?;
        Ok(Self { storage: Arc::clone(storage), snapshots: 0, runs, head: None })
    }

    /// The entry up to which all were durable, as those show that have seen more than `last`: no other is asked. 0: none is
    /// known to have been.
    ///
    /// # Errors
    /// Failures to read the journal.
    pub fn durable_beyond(&self, last: u64) -> Result<u64, JournalError> {
        Ok(self.snapshots.max(self.index_beyond(last)?).max(self.head_beyond(last)?))
    }

    /// What was signed last, if that is more than `last`.
    fn head_beyond(&self, last: u64) -> Result<u64, JournalError> {
        match self.head.as_ref().filter(|head| head.size > last) {
            Some(head) if seen_by(&self.storage, head)?.vouches() => Ok(head.size),
            _ => Ok(0),
        }
    }

    /// What the index has seen, if that is more than `last`.
    fn index_beyond(&self, last: u64) -> Result<u64, JournalError> {
        durable_beyond(&self.storage, &self.runs, last, |reached| Ok(seen(&self.storage, reached)?.vouches()))
    }
}
