//! The files of the index: which read, which are of this journal, and whether they hold what its entries say.

use std::sync::Arc;

use super::Finding;
use super::beside::IndexFound;
use crate::entry::Entry;
use crate::history::{Seen, Witnesses, seen};
use crate::index::{Flaw, IndexError, Proof, Reached, RunName, reached_by, run_names};
use crate::journal::JournalError;
use crate::storage::Storage;

/// What was read of the index before the journal, and held against it since.
pub struct Runs {
    storage: Arc<dyn Storage>,
    names: Result<Vec<RunName>, IndexError>,
    /// What is of no use, and why.
    useless: Vec<(String, String)>,
    /// What could not be read.
    unread: Vec<IndexError>,
    /// The last entry that was durable, as they show.
    through: u64,
    proof: Proof,
}

impl Runs {
    pub fn read(storage: &Arc<dyn Storage>) -> Self {
        let names = run_names(storage);
        // A journal that cannot be read is a finding of its own.
        let seen = |reached: &Reached| seen(storage, reached).unwrap_or(Seen::This);
        let proof = Proof::of(storage, |reached| seen(reached).vouches());
        let witnesses = Witnesses::of_the_index(storage).and_then(|witnesses| witnesses.durable_beyond(0));
        let mut runs = Self {
            storage: Arc::clone(storage),
            names,
            useless: Vec::new(),
            unread: Vec::new(),
            through: witnesses.unwrap_or(0),
            proof,
        };
        for name in runs.names.clone().unwrap_or_default() {
            match reached_by(storage, name) {
                Ok(reached) if seen(&reached).vouches() => {}
                Ok(_) => runs.useless.push((name.path(), "it is of another journal".to_owned())),
                Err(error) => runs.note(error),
            }
        }
        runs
    }

    fn note(&mut self, error: IndexError) {
        match error {
            IndexError::Damaged { path, reason } => {
                self.useless.push((path, format!("it does not read: {reason}")));
            }
            error if error.is_vanished() => {}
            error => self.unread.push(error),
        }
    }

    /// The last entry that they have seen durable; 0: none.
    pub fn through(&self) -> u64 {
        self.through
    }

    /// Holds them against an entry of the journal; they come in order.
    pub fn show(&mut self, entry: &Entry) {
        match self.proof.show(entry) {
            None => {}
            Some(Flaw::Forged { path, .. }) => {
                self.useless.push((path, "it does not hold what its entries say".to_owned()));
            }
            Some(Flaw::Unread(error)) => self.note(error),
        }
    }

    /// What they are worth.
    pub fn judge(self, findings: &mut Vec<Finding>) -> IndexFound {
        let unread = |path: String, error: IndexError| {
            let source = std::io::Error::other(error);
            Finding::Journal(JournalError::Io { action: "read", path, source })
        };
        let names = match self.names {
            Ok(names) => names,
            Err(error) => {
                let reason = error.to_string();
                findings.push(unread(crate::storage::INDEX_FOLDER.to_owned(), error));
                return IndexFound::Unknown { reason };
            }
        };
        let reached = self.proof.reached();
        let unknown = self.unread.first().map(ToString::to_string);
        let is_useless = reached.is_none() || !self.useless.is_empty();
        for error in self.unread {
            let path = error.path().unwrap_or(crate::storage::INDEX_FOLDER).to_owned();
            findings.push(unread(path, error));
        }
        for (path, reason) in self.useless {
            // A merge that was interrupted may leave a file that is named twice here.
            let known =
                |finding: &Finding| matches!(finding, Finding::Index { path: known, .. } if *known == path);
            if !findings.iter().any(known) && self.storage.len(&path).is_ok_and(|len| len.is_some()) {
                findings.push(Finding::Index { path, reason });
            }
        }
        match (unknown, reached) {
            (Some(reason), _) => IndexFound::Unknown { reason },
            _ if names.is_empty() => IndexFound::Absent,
            (None, Some(reached)) if !is_useless => IndexFound::Serves { reached },
            _ => IndexFound::Useless,
        }
    }
}
