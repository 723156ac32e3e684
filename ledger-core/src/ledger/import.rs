//! Importing: entries that a ledger has recorded, recorded again as they were. Each operation goes the way of a new one;
//! what comes of it must be the entry.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Ledger, LedgerError, Outcome, Proposal};
use crate::entry::{Entry, Posting};
use crate::journal::Root;
use crate::operation::Operation;
use crate::rejection::Rejection;
use crate::storage::Clock;

/// Why nothing of some entries was recorded again.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// This ledger would not have recorded one of them, or not so.
    #[error("`{field}`: {reason}")]
    Unlike {
        /// Its place among them, from 0.
        index: usize,
        /// The field of the entry that is not as this ledger makes it.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The ledger could not do it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// A clock that tells when each entry was recorded.
#[derive(Debug)]
struct Recorded {
    instants_ns: Vec<u64>,
    next: AtomicUsize,
}

impl Clock for Recorded {
    fn now_ns(&self) -> u64 {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        self.instants_ns.get(next).copied().unwrap_or_default()
    }
}

impl Ledger {
    /// Records entries as another ledger recorded them, all in one commit, or none. Returns the root over all entries of
    /// this ledger.
    ///
    /// # Errors
    /// [`ImportError::Unlike`] for the first entry that does not follow from those before it.
    pub fn import(&mut self, entries: &[Entry]) -> Result<Root, ImportError> {
        let operations: Vec<Operation> = entries.iter().map(|entry| entry.operation.clone()).collect();
        let instants_ns = entries.iter().map(|entry| entry.recorded_at.ns()).collect();
        let recorded = Arc::new(Recorded { instants_ns, next: AtomicUsize::new(0) });
        let clock = std::mem::replace(&mut self.clock, recorded);
        let proposal = self.propose(&operations);
        self.clock = clock;
        let Proposal { outcomes, staged, draft } = proposal?;
        let mut made = staged.chunks().iter().flat_map(|chunk| chunk.iter());
        let mut unlike = None;
        for (index, (outcome, entry)) in outcomes.iter().zip(entries).enumerate() {
            if let Some((field, reason)) = difference(entry, outcome, &mut made) {
                unlike = Some(ImportError::Unlike { index, field, reason });
                break;
            }
        }
        if let Some(unlike) = unlike {
            self.unwind(staged);
            return Err(unlike);
        }
        self.commit(staged, draft)?;
        Ok(self.root())
    }
}

/// The field in which an entry is not what its operation made here, and how.
fn difference<'a>(
    entry: &Entry,
    outcome: &Result<Outcome, Rejection>,
    made: &mut impl Iterator<Item = &'a Entry>,
) -> Option<(String, String)> {
    match outcome {
        Err(rejection) => {
            let reason = format!("it should not have been recorded: {rejection} ({})", rejection.code());
            return Some(("operation".to_owned(), reason));
        }
        Ok(Outcome { replayed: true, sequence, .. }) => {
            let reason = format!("it is recorded already as entry {sequence}");
            return Some(("operation".to_owned(), reason));
        }
        Ok(_) => {}
    }
    let made = made.next()?;
    if entry.sequence != made.sequence {
        return Some((
            "sequence".to_owned(),
            format!("{} stands where {} belongs", entry.sequence, made.sequence),
        ));
    }
    if entry.recorded_at != made.recorded_at {
        let reason =
            format!("{} is not after that of the entry before, or beyond all times", entry.recorded_at);
        return Some(("recorded_at".to_owned(), reason));
    }
    if entry.choice != made.choice {
        return Some(("choice".to_owned(), "it is not what the ledger gives for this operation".to_owned()));
    }
    let (given, derived) = (entry.postings.iter(), made.postings.iter());
    if given.len() != derived.len() {
        let reason = format!("there are {}; the operation makes {}", given.len(), derived.len());
        return Some(("postings".to_owned(), reason));
    }
    let unlike = |(_, (given, derived)): &(usize, (&Posting, &Posting))| given != derived;
    given.zip(derived).enumerate().find(unlike).map(|(place, (given, derived))| {
        (format!("postings[{place}]"), format!("[{given}] is not [{derived}], which the operation makes"))
    })
}
