//! Guards against an index that changes what the ledger answers. Whatever becomes of it (there, deleted, old, another
//! ledger's, damaged, breaking in use, not to be had), a receipt, a refusal, a figure and a root are those of a ledger that
//! has none.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod adoption;
mod disk;
mod opening;
mod queries;
mod readers;
mod retries;
mod same;
mod season;
mod shelved;

use std::ops::ControlFlow;
use std::sync::Arc;

use ledger_core::audit::audit;
use ledger_core::ledger::RejectedOperation;
use ledger_core::query::Filter;
use ledger_core::storage::{ManualClock, Memory, Storage};
use ledger_core::{BatchError, Entry, Ledger, LedgerError, Operation, Receipt, Rejection, View};
use shelved::{Serves, Shelved};
use simulation::generate;
use simulation::index_files::{IndexFiles, drop_index, flip, index_files, put_index, runs};

/// A clock that stands still: `recorded_at` grows by the least step from entry to entry.
fn clock() -> ManualClock {
    ManualClock::new(1_798_761_600_000_000_000, 0)
}

fn open(storage: &Arc<impl Storage + 'static>) -> Ledger {
    Ledger::open(storage.clone(), Box::new(clock())).unwrap()
}

/// A new ledger that never has an index.
fn without_index() -> Ledger {
    let shelved = Shelved::over(Arc::new(Memory::new()));
    shelved.serves(Serves::Never);
    Ledger::create(Arc::new(shelved), Box::new(clock())).unwrap()
}

/// A view of what is in memory now, for which there is no index.
fn view_without_index(memory: &Memory) -> View {
    let shelved = Shelved::over(Arc::new(memory.snapshot()));
    shelved.serves(Serves::Never);
    View::open(Arc::new(shelved)).unwrap()
}

/// The operations in a history; lines that are none are left out.
fn readable(history: &[serde_json::Value]) -> Vec<Operation> {
    history.iter().filter_map(|value| Operation::from_json(&value.to_string()).ok()).collect()
}

/// How operations are posted.
#[derive(Clone, Copy, Debug)]
enum Way {
    OneByOne,
    Each,
    Batch,
}

/// What a ledger says to some operations.
#[derive(Debug, PartialEq)]
enum Answer {
    Each(Vec<Result<Receipt, Rejection>>),
    Refused(Vec<RejectedOperation>),
}

fn ask(ledger: &mut Ledger, operations: &[Operation], way: Way) -> Answer {
    match way {
        Way::OneByOne => {
            let answer = |operation| match ledger.post(operation) {
                Ok(receipt) => Ok(receipt),
                Err(LedgerError::Rejected(rejection)) => Err(rejection),
                Err(error) => panic!("{error}"),
            };
            Answer::Each(operations.iter().map(answer).collect())
        }
        Way::Each => Answer::Each(ledger.post_each(operations).unwrap()),
        Way::Batch => match ledger.post_batch(operations) {
            Ok(receipts) => Answer::Each(receipts.into_iter().map(Ok).collect()),
            Err(BatchError::Rejected(rejected)) => Answer::Refused(rejected),
            Err(error) => panic!("{error}"),
        },
    }
}

fn shown(view: &View, filter: &Filter) -> Vec<Entry> {
    let mut entries = Vec::new();
    let look = |entry: &Entry| {
        entries.push(entry.clone());
        ControlFlow::Continue(())
    };
    view.visit(filter, look).unwrap();
    entries
}

fn assert_sound(storage: &Arc<impl Storage + 'static>, entries: u64) {
    let storage: Arc<dyn Storage> = storage.clone();
    let report = audit(&storage, |_| ()).unwrap();
    assert!(report.ok && report.entries == entries, "{:?}", report.failure);
}
