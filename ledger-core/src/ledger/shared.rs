//! A ledger that many threads post to. Whoever comes while a commit is under way waits, and one of those who waited
//! commits for all of them: one applies at a time, one sync serves many, and the order of the acknowledgements is
//! that of the journal.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::{BATCH_MAX, BatchError, Ledger, LedgerError};
use crate::entry::Receipt;
use crate::operation::Operation;
use crate::rejection::Rejection;

/// A ledger behind a queue.
#[derive(Debug)]
pub struct SharedLedger {
    ledger: Mutex<Ledger>,
    queue: Mutex<Queue>,
}

/// Who waits, in the order in which they came.
#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<Arc<Request>>,
    /// Whether somebody commits just now, or was told to.
    led: bool,
}

/// An operation that somebody waits for.
#[derive(Debug)]
struct Request {
    operation: Operation,
    turn: Mutex<Turn>,
    changed: Condvar,
}

/// What somebody who waits is to do.
#[derive(Debug)]
enum Turn {
    Wait,
    /// Commit for all who wait.
    Lead,
    /// Nothing of the commit happened, for a reason that whoever led has: ask again.
    Again,
    Done(Result<Receipt, Rejection>),
}

impl Request {
    fn tell(&self, turn: Turn) {
        *guard(&self.turn) = turn;
        self.changed.notify_one();
    }

    fn wait(&self) -> Turn {
        let waits = |turn: &mut Turn| matches!(turn, Turn::Wait);
        let turn = self.changed.wait_while(guard(&self.turn), waits);
        std::mem::replace(&mut turn.unwrap_or_else(PoisonError::into_inner), Turn::Wait)
    }
}

impl SharedLedger {
    /// Shares a ledger.
    pub fn new(ledger: Ledger) -> Self {
        Self { ledger: Mutex::new(ledger), queue: Mutex::default() }
    }

    /// The ledger again.
    pub fn into_inner(self) -> Ledger {
        self.ledger.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the ledger, or posts to it alone. Whoever posts elsewhere waits meanwhile.
    pub fn with<T>(&self, look: impl FnOnce(&mut Ledger) -> T) -> T {
        look(&mut guard(&self.ledger))
    }

    /// Records an operation. On return it is durable.
    pub fn post(&self, operation: &Operation) -> Result<Receipt, LedgerError> {
        let turn = || Mutex::new(Turn::Wait);
        let request =
            Arc::new(Request { operation: operation.clone(), turn: turn(), changed: Condvar::new() });
        loop {
            let leads = {
                let mut queue = guard(&self.queue);
                queue.waiting.push(Arc::clone(&request));
                !std::mem::replace(&mut queue.led, true)
            };
            match if leads { Turn::Lead } else { request.wait() } {
                Turn::Done(outcome) => return Ok(outcome?),
                Turn::Again | Turn::Wait => {}
                Turn::Lead => return self.lead(&request),
            }
        }
    }

    /// Records all operations in one commit, or none.
    pub fn post_batch(&self, operations: &[Operation]) -> Result<Vec<Receipt>, BatchError> {
        self.with(|ledger| ledger.post_batch(operations))
    }

    /// Commits for all who wait, the leader among them, and has one of those who came meanwhile lead on.
    fn lead(&self, leader: &Arc<Request>) -> Result<Receipt, LedgerError> {
        let mut group = Group { shared: self, requests: Vec::new() };
        {
            let mut queue = guard(&self.queue);
            let count = queue.waiting.len().min(BATCH_MAX);
            group.requests.extend(queue.waiting.drain(..count));
        }
        let operations: Vec<Operation> =
            group.requests.iter().map(|request| request.operation.clone()).collect();
        let outcomes = guard(&self.ledger).post_each(&operations)?;
        let mut own = None;
        for (request, outcome) in group.requests.drain(..).zip(outcomes) {
            if Arc::ptr_eq(&request, leader) {
                own = Some(outcome);
            } else {
                request.tell(Turn::Done(outcome));
            }
        }
        match own {
            Some(outcome) => Ok(outcome?),
            None => unreachable!("who leads waits among the others"),
        }
    }
}

/// Those for whom somebody commits. However that ends, nobody of them waits in vain, and the next one leads.
struct Group<'a> {
    shared: &'a SharedLedger,
    requests: Vec<Arc<Request>>,
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        self.requests.drain(..).for_each(|request| request.tell(Turn::Again));
        let mut queue = guard(&self.shared.queue);
        match queue.waiting.first() {
            Some(next) => next.tell(Turn::Lead),
            None => queue.led = false,
        }
    }
}

/// A panic elsewhere leaves a queue as it is, and a ledger that unwinds what it does not commit.
fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
