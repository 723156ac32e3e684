//! What it costs to make operations durable, one at a time and in batches, beside the floor under both: the same number of
//! bytes written into zeros and synced, without a ledger.

mod season;

use std::fs::File;
use std::hint::black_box;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ledger_core::storage::{Files, SystemClock};
use ledger_core::{Ledger, record};
use season::Season;
use tempfile::TempDir;

/// Operations in a commit.
const BATCHES: [usize; 3] = [1, 100, 8_000];
/// The header and the trailer of a block.
const BLOCK_FRAME_LEN: usize = 64 + 44;
/// The floor writes into a file of this many zeros, again from its beginning when it is full.
const FLOOR_FILE_LEN: usize = 64 << 20;

fn posting(criterion: &mut Criterion) {
    // A folder beside the build, because the usual temporary folder may lie in memory.
    let folder = done(TempDir::new_in(env!("CARGO_TARGET_TMPDIR")), "a folder");
    for batch in BATCHES {
        let ledger_folder = folder.path().join(format!("ledger-{batch}"));
        let (mut ledger, mut season) = opened_season(&ledger_folder);
        let floor_file = zeros(&folder.path().join(format!("floor-{batch}")));
        let block = vec![0xa5; block_len(&mut ledger, &mut season, batch)];

        let mut group = criterion.benchmark_group(format!("posting/{batch}"));
        group.throughput(Throughput::Elements(batch as u64));
        group.sample_size(20);
        group.bench_function("floor", |bencher| {
            let mut offset = 0;
            bencher.iter(|| {
                offset = if offset + block.len() > FLOOR_FILE_LEN { 0 } else { offset };
                let written = floor_file.write_all_at(&block, offset as u64);
                done(written.and_then(|()| floor_file.sync_data()), "the floor");
                offset += block.len();
            });
        });
        group.bench_function("post", |bencher| {
            bencher.iter_batched(
                || season.take(batch),
                |operations| black_box(done(ledger.post_batch(&operations), "posting")),
                BatchSize::PerIteration,
            );
        });
        group.finish();
    }
}

/// A new ledger in files, through the opening of the season.
fn opened_season(folder: &Path) -> (Ledger, Season) {
    let storage = Arc::new(done(Files::make_at(folder), "the folder of the ledger"));
    let mut ledger = done(Ledger::create(storage, Box::new(SystemClock)), "the ledger");
    let mut season = Season::new();
    done(ledger.post_batch(&season.take(1_000)), "the opening");
    (ledger, season)
}

/// The bytes of a block of so many entries, from the records of some that were just posted.
fn block_len(ledger: &mut Ledger, season: &mut Season, batch: usize) -> usize {
    let receipts = done(ledger.post_batch(&season.take(100)), "a sample");
    let record_len = |sequence| {
        let entry = done(ledger.entry(sequence), "reading").unwrap_or_else(|| panic!("no entry {sequence}"));
        done(record::encode(&entry), "encoding").len() + 1
    };
    let sample: usize = receipts.iter().map(|receipt| record_len(receipt.sequence)).sum();
    BLOCK_FRAME_LEN + sample * batch / receipts.len()
}

fn zeros(path: &Path) -> File {
    let laid_out = || -> io::Result<File> {
        let mut file = File::create(path)?;
        file.write_all(&vec![0; FLOOR_FILE_LEN])?;
        file.sync_all()?;
        Ok(file)
    };
    done(laid_out(), "the file of the floor")
}

fn done<T, E: std::fmt::Debug>(result: Result<T, E>, what: &str) -> T {
    result.unwrap_or_else(|error| panic!("{what}: {error:?}"))
}

criterion_group!(benches, posting);
criterion_main!(benches);
