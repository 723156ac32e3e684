//! What it costs to read a ledger of 100,000 entries from files: an audit from the first byte, the state from the newest
//! snapshot, opening it to write, and the floor under all: the same files read, and one SHA-256 over their blocks.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use benches::season::Season;
use benches::{done, used};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ledger_core::audit::audit;
use ledger_core::journal::leaf_hash;
use ledger_core::storage::{Files, Storage, SystemClock};
use ledger_core::{Ledger, View};
use tempfile::TempDir;

const ENTRIES: usize = 100_000;
const BATCH: usize = 8_000;

fn reading(criterion: &mut Criterion) {
    // A folder beside the build, because the usual temporary folder may lie in memory.
    let folder = done(TempDir::new_in(env!("CARGO_TARGET_TMPDIR")), "a folder");
    let storage: Arc<dyn Storage> = Arc::new(done(Files::make_at(folder.path()), "the folder of the ledger"));
    write(&storage);

    let mut group = criterion.benchmark_group("audit/100000");
    group.throughput(Throughput::Elements(ENTRIES as u64));
    group.sample_size(10).measurement_time(Duration::from_secs(20));
    group.bench_function("floor", |bencher| bencher.iter(|| read(folder.path())));
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
    group.bench_function("open", |bencher| {
        bencher.iter_custom(|times| (0..times).map(|_| opening(&storage)).sum());
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

/// Reads the segments and hashes their blocks.
fn read(folder: &Path) {
    for segment in done(used::segments(folder), "the segments") {
        let bytes = done(std::fs::read(&segment), "a segment");
        let blocks_end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        black_box(leaf_hash(&bytes[..blocks_end]));
    }
}

/// How long it takes until a writer can post; closing it is not counted.
fn opening(storage: &Arc<dyn Storage>) -> Duration {
    let began = Instant::now();
    let ledger = done(Ledger::open(Arc::clone(storage), Box::new(SystemClock)), "the ledger");
    let took = began.elapsed();
    drop(black_box(ledger));
    took
}

criterion_group!(benches, reading);
criterion_main!(benches);
