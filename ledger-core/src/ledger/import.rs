//! Importing: what a ledger has recorded, recorded again as it was. Each operation goes the way of a new one; whoever imports
//! sees what comes of it before it is recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Instants, Ledger, LedgerError, Outcome, Proposal};
use crate::entry::Entry;
use crate::journal::{Draft, Hash};
use crate::operation::Operation;
use crate::rejection::Rejection;
use crate::sequence::{RecordedAt, Sequence};
use crate::storage::Clock;

/// What became of an operation.
#[derive(Clone, Copy, Debug)]
pub enum Made<'a> {
    /// A new entry, and its leaf in the Merkle tree.
    Entry(&'a Entry, &'a Hash),
    /// Nothing: it is recorded already, as this entry.
    Recorded(Sequence),
    /// Nothing: the rules do not allow it.
    Rejected(&'a Rejection),
}

/// A clock that tells when each entry was recorded.
#[derive(Debug)]
struct Recorded {
    instants: Vec<RecordedAt>,
    next: AtomicUsize,
}

impl Clock for Recorded {
    fn now_ns(&self) -> u64 {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        self.instants.get(next).map_or(0, |instant| instant.ns())
    }
}

impl Ledger {
    /// Records operations as another ledger recorded them, at these instants, all in one commit if they fit in a block. `agree` is shown what becomes
    /// of each, in order; when it refuses, none is recorded. An instant that is not after the one before is moved behind it.
    pub fn import<E: From<LedgerError>>(
        &mut self,
        operations: &[Operation],
        instants: Vec<RecordedAt>,
        agree: impl FnOnce(&[Made<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let recorded = Arc::new(Recorded { instants, next: AtomicUsize::new(0) });
        // When it was recorded is known; no clock has a say in it.
        let instants = std::mem::replace(&mut self.instants, Instants::known(recorded));
        let proposal = self.propose(operations);
        self.instants = instants;
        let Proposal { outcomes, staged, mut drafts } = proposal?;
        if outcomes.len() < operations.len() {
            self.unwind(staged);
            return Err(LedgerError::BatchTooLong { operations: operations.len() }.into());
        }
        let entries = staged.chunks().iter().flat_map(|chunk| chunk.iter());
        let mut entries = entries.zip(drafts.iter_mut().flat_map(Draft::leaves));
        let mut made = Vec::with_capacity(outcomes.len());
        for outcome in &outcomes {
            made.extend(match outcome {
                Err(rejection) => Some(Made::Rejected(rejection)),
                Ok(Outcome { replayed: true, sequence, .. }) => Some(Made::Recorded(*sequence)),
                Ok(_) => entries.next().map(|(entry, leaf)| Made::Entry(entry, leaf)),
            });
        }
        if let Err(refusal) = agree(&made) {
            self.unwind(staged);
            return Err(refusal);
        }
        self.commit(staged, drafts)?;
        Ok(())
    }
}
