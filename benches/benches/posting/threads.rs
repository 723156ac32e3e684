//! Several threads that post to one ledger at the same time, each of which waits for its receipt before it posts again.

use std::hint::black_box;
use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use benches::done;
use benches::season::Season;
use ledger_core::{Act, Operation, SharedLedger};

use crate::contest::opened_ledger;

/// A ledger and those who post to it.
pub struct Posters {
    ledger: SharedLedger,
    season: Season,
    threads: usize,
}

impl Posters {
    /// So many threads, and a new ledger in a folder.
    pub fn new(folder: &Path, threads: usize) -> Self {
        let (ledger, season) = opened_ledger(folder);
        Self { ledger: SharedLedger::new(ledger), season, threads }
    }

    /// How long it takes until each thread has posted so many operations.
    pub fn post(&mut self, each: usize) -> Duration {
        let operations = self.swaps(self.threads * each);
        let (ledger, start) = (&self.ledger, &Barrier::new(self.threads + 1));
        let began = thread::scope(|scope| {
            for share in operations.chunks(each) {
                scope.spawn(move || {
                    start.wait();
                    for operation in share {
                        black_box(done(ledger.post(operation), "posting"));
                    }
                });
            }
            let began = Instant::now();
            start.wait();
            began
        });
        began.elapsed()
    }

    /// Swaps alone: they can be recorded in any order.
    fn swaps(&mut self, count: usize) -> Vec<Operation> {
        let operations = std::iter::repeat_with(|| self.season.next_operation());
        operations.filter(|operation| matches!(operation.act, Act::Swap(_))).take(count).collect()
    }
}
