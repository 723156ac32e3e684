//! A ledger that many threads post to. One commit, and its one sync, serves all who waited for it, and the order of the
//! acknowledgements is that of the journal.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::queue::Queue;
use super::{BATCH_MAX, BatchError, Ledger, LedgerError};
use crate::entry::Receipt;
use crate::operation::Operation;
use crate::rejection::Rejection;

/// A ledger behind a queue.
#[derive(Debug)]
pub struct SharedLedger {
    ledger: Mutex<Ledger>,
    queue: Queue<Operation, Result<Receipt, Rejection>>,
}

impl SharedLedger {
    /// Shares a ledger.
    pub fn new(ledger: Ledger) -> Self {
        Self { ledger: Mutex::new(ledger), queue: Queue::new() }
    }

    /// The ledger again.
    pub fn into_inner(self) -> Ledger {
        self.ledger.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the ledger, or posts to it alone. Whoever posts elsewhere waits meanwhile.
    pub fn with<T>(&self, look: impl FnOnce(&mut Ledger) -> T) -> T {
        look(&mut self.guard())
    }

    /// Records an operation. On return it is durable.
    pub fn post(&self, operation: &Operation) -> Result<Receipt, LedgerError> {
        let commit = |operations: &[Operation]| self.guard().post_each(operations);
        Ok(self.queue.ask(operation.clone(), BATCH_MAX, commit)??)
    }

    /// Records all operations in one commit, or none.
    pub fn post_batch(&self, operations: &[Operation]) -> Result<Vec<Receipt>, BatchError> {
        self.with(|ledger| ledger.post_batch(operations))
    }

    /// A panic elsewhere leaves a ledger that unwinds what it does not commit.
    fn guard(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
