//! What it costs to read a ledger of 100,000 entries from files: an audit from the first byte, the state from the newest
//! snapshot, and the floor under both: the same files read, and one SHA-256 over their blocks.

mod season;

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ledger_core::audit::audit;
use ledger_core::journal::leaf_hash;
use ledger_core::storage::{Files, Storage, SystemClock};
use ledger_core::{Ledger, View};
use season::Season;
use tempfile::TempDir;

const ENTRIES: usize = 100_000;
const BATCH: usize = 8_000;

fn reading(criterion: &mut Criterion) {
    let folder = done(TempDir::new_in(env!("CARGO_TARGET_TMPDIR")), "a folder");
    let storage: Arc<dyn Storage> = Arc::new(done(Files::make_at(folder.path()), "the folder of the ledger"));
    write(&storage);

    let mut group = criterion.benchmark_group("audit/100000");
    group.throughput(Throughput::Elements(ENTRIES as u64));
    group.sample_size(10).measurement_time(Duration::from_secs(20));
    group.bench_function("floor", |bencher| {
        bencher.iter(|| {
            for segment in segments(folder.path()) {
                let bytes = done(std::fs::read(&segment), "a segment");
                let blocks_end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
                black_box(leaf_hash(&bytes[..blocks_end]));
            }
        });
    });
    group.bench_function("audit", |bencher| {
        bencher.iter(|| {
            let report = done(audit(&storage, |_| {}), "the audit");
            assert!(report.ok && report.entries == ENTRIES as u64, "{:?}", report.failure);
        });
    });
    group.bench_function("state", |bencher| {
        bencher.iter(|| {
            let view = done(View::open(Arc::clone(&storage)), "the view");
            black_box(done(view.state(), "the state"))
        });
    });
    group.finish();
}

fn write(storage: &Arc<dyn Storage>) {
    let mut ledger = done(Ledger::create(Arc::clone(storage), Box::new(SystemClock)), "the ledger");
    let mut season = Season::new();
    let mut left = ENTRIES;
    while left > 0 {
        let count = left.min(BATCH);
        done(ledger.post_batch(&season.take(count)), "posting");
        left -= count;
    }
}

fn segments(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = done(folder.join("journal").read_dir(), "the journal");
    entries.map(|entry| done(entry, "a segment").path()).collect()
}

fn done<T, E: std::fmt::Debug>(result: Result<T, E>, what: &str) -> T {
    result.unwrap_or_else(|error| panic!("{what}: {error:?}"))
}

criterion_group!(benches, reading);
criterion_main!(benches);
