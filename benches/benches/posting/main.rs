//! What it costs to make operations durable, one at a time and in batches: the floor, which writes and syncs as many
//! bytes without a ledger; the ledger; and a peer, the same double entry in `SQLite`.

mod sqlite;

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use benches::floor::Floor;
use benches::season::Season;
use benches::{done, used};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ledger_core::storage::{Files, SystemClock};
use ledger_core::{Ledger, Operation};
use tempfile::TempDir;

use crate::sqlite::Sqlite;

/// Operations in a commit.
const BATCHES: [usize; 3] = [1, 100, 8_000];
/// The bureaux, the members and the bills, which come before the first swap.
const OPENING: usize = 1_000;

fn posting(criterion: &mut Criterion) {
    // A folder beside the build, because the usual temporary folder may lie in memory.
    let folder = done(TempDir::new_in(env!("CARGO_TARGET_TMPDIR")), "a folder");
    for batch in BATCHES {
        let place = |name: &str| folder.path().join(format!("{name}-{batch}"));
        let (mut ledger, mut season) = opened_ledger(&place("ledger"));
        let commit_len = commit_len(&place("ledger"), &mut ledger, &mut season, batch);
        println!("posting/{batch}: a commit has {commit_len} bytes, {} for each entry", commit_len / batch);
        let mut floor = done(Floor::new(&place("floor"), commit_len), "the floor");
        let (mut sqlite, mut its_season) = opened_sqlite(&place("sqlite"));

        let mut group = criterion.benchmark_group(format!("posting/{batch}"));
        group.throughput(Throughput::Elements(batch as u64));
        group.sample_size(20);
        group.bench_function("floor", |bencher| bencher.iter(|| done(floor.commit(), "the floor")));
        group.bench_function("post", |bencher| {
            let operations = || season.take(batch);
            bencher.iter_batched(
                operations,
                |operations| post(&mut ledger, &operations),
                BatchSize::PerIteration,
            );
        });
        group.bench_function("sqlite", |bencher| {
            let operations = || its_season.take(batch);
            let post = |operations: Vec<Operation>| done(sqlite.post_batch(&operations), "posting to SQLite");
            bencher.iter_batched(operations, post, BatchSize::PerIteration);
        });
        group.finish();
    }
}

fn post(ledger: &mut Ledger, operations: &[Operation]) {
    if let [operation] = operations {
        black_box(done(ledger.post(operation), "posting"));
    } else {
        black_box(done(ledger.post_batch(operations), "posting"));
    }
}

/// A new ledger in files, through the opening of the season.
fn opened_ledger(folder: &Path) -> (Ledger, Season) {
    let storage = Arc::new(done(Files::make_at(folder), "the folder of the ledger"));
    let mut ledger = done(Ledger::create(storage, Box::new(SystemClock)), "the ledger");
    let mut season = Season::new();
    done(ledger.post_batch(&season.take(OPENING)), "the opening");
    (ledger, season)
}

/// The same in a database.
fn opened_sqlite(file: &Path) -> (Sqlite, Season) {
    let mut sqlite = done(Sqlite::create(file), "the database");
    let mut season = Season::new();
    done(sqlite.post_batch(&season.take(OPENING)), "the opening");
    (sqlite, season)
}

/// The bytes that one commit adds to the journal, as the mean of a few.
fn commit_len(folder: &Path, ledger: &mut Ledger, season: &mut Season, batch: usize) -> usize {
    const COMMITS: usize = 10;
    let journal_len = || done(used::journal_bytes(folder), "the journal");
    let before = journal_len();
    for _ in 0..COMMITS {
        post(ledger, &season.take(batch));
    }
    done(usize::try_from(journal_len() - before), "a length") / COMMITS
}

criterion_group!(benches, posting);
criterion_main!(benches);
