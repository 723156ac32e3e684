//! Opening a ledger to write, and posting again what it has: each in a process that has seen nothing of it yet.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use benches::done;
use benches::season::Season;
use ledger_core::storage::{Files, SystemClock};
use ledger_core::{Ledger, Sequence};

use crate::BATCH;
use crate::posting::milliseconds;

/// Milliseconds until a writer can post.
pub fn open(folder: &Path) -> f64 {
    let began = Instant::now();
    let ledger = opened(folder);
    let took = milliseconds(began.elapsed());
    drop(ledger);
    took
}

/// Milliseconds to answer the first batch of the ledger once more.
pub fn retry(folder: &Path) -> f64 {
    let mut ledger = opened(folder);
    let recorded = ledger.state().last_sequence().map_or(0, Sequence::number);
    let operations = Season::new().take(done(usize::try_from(recorded), "a batch").min(BATCH));
    let began = Instant::now();
    let receipts = done(ledger.post_batch(&operations), "posting again");
    let took = milliseconds(began.elapsed());
    assert!(receipts.iter().all(|receipt| receipt.replayed), "all of it was recorded before");
    took
}

fn opened(folder: &Path) -> Ledger {
    done(Ledger::open(Arc::new(Files::at(folder)), Box::new(SystemClock)), "the ledger")
}
