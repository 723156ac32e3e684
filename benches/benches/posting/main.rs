//! What it costs to make operations durable, one at a time, in batches and from several threads: the floor, which
//! writes and syncs as many bytes without a ledger; the ledger; and a peer, the same double entry in `SQLite`.

mod contest;
mod sqlite;
mod threads;

use std::time::Duration;

use benches::done;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tempfile::TempDir;

use crate::contest::{Contest, floor_under};
use crate::threads::Posters;

/// Operations in a commit.
const BATCHES: [usize; 3] = [1, 100, 8_000];
/// Threads that post at the same time.
const THREADS: usize = 8;

fn posting(criterion: &mut Criterion) {
    // A folder beside the build, because the usual temporary folder may lie in memory.
    let folder = done(TempDir::new_in(env!("CARGO_TARGET_TMPDIR")), "a folder");
    for batch in BATCHES {
        let mut contest = Contest::new(folder.path().join(batch.to_string()), batch);
        let mut turns = Vec::new();
        let mut group = criterion.benchmark_group(format!("posting/{batch}"));
        group.throughput(Throughput::Elements(batch as u64));
        group.sample_size(20);
        let mut measure = |name: &str, commit: &mut dyn FnMut() -> Duration| {
            group.bench_function(name, |bencher| {
                bencher.iter_custom(|times| (0..times).map(|_| commit()).sum());
            });
        };
        measure("floor", &mut || contest.floor());
        measure("post", &mut || contest.ledger());
        measure("sqlite", &mut || contest.sqlite());
        measure("in-turn", &mut || {
            let turn = [contest.floor(), contest.ledger(), contest.sqlite()];
            turns.push(turn);
            turn.iter().sum()
        });
        group.finish();
        tell(batch, &turns);
    }
}

/// The floor is one commit for the operations of all threads.
fn posting_from_threads(criterion: &mut Criterion) {
    let folder = done(TempDir::new_in(env!("CARGO_TARGET_TMPDIR")), "a folder");
    let (mut floor, mut posters) = (None, None);
    let mut group = criterion.benchmark_group(format!("posting/{THREADS}-threads"));
    group.throughput(Throughput::Elements(THREADS as u64));
    group.sample_size(20);
    group.bench_function("floor", |bencher| {
        let floor = floor.get_or_insert_with(|| floor_under(&folder.path().join("floor"), THREADS));
        bencher.iter(|| done(floor.commit(), "the floor"));
    });
    group.bench_function("post", |bencher| {
        let posters = posters.get_or_insert_with(|| Posters::new(&folder.path().join("ledger"), THREADS));
        bencher.iter_custom(|times| posters.post(done(usize::try_from(times), "a number of operations")));
    });
    group.finish();
}

/// Tells the times of commits that took turns: a disk that is slower for a while is slower for all three. Where others use
/// the machine too, the best tenth is what they left alone.
fn tell(batch: usize, turns: &[[Duration; 3]]) {
    if turns.is_empty() {
        return;
    }
    for (name, percentile) in [("medians", 50), ("the best tenth", 10)] {
        let [floor, ledger, sqlite] = [0, 1, 2].map(|which| {
            let mut times: Vec<Duration> = turns.iter().map(|turn| turn[which]).collect();
            times.sort_unstable();
            times[times.len() * percentile / 100]
        });
        let percent = |other: Duration| other.as_nanos() * 100 / ledger.as_nanos().max(1);
        println!(
            "posting/{batch} in turn, {name} of {}: floor {floor:.1?}, ledger {ledger:.1?}, SQLite {sqlite:.1?}; the \
             ledger has {} % of the floor's rate and {} % of SQLite's",
            turns.len(),
            percent(floor),
            percent(sqlite)
        );
    }
}

criterion_group!(benches, posting, posting_from_threads);
criterion_main!(benches);
