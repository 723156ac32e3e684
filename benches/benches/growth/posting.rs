//! Making a ledger of many entries: how long each batch took, what it took in memory, what it left on the disk.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use benches::season::Season;
use benches::{done, used};
use ledger_core::Ledger;
use ledger_core::storage::{Files, SystemClock};

use crate::row::{Posting, rounded};
use crate::{BATCH, memory};

/// One commit.
struct Batch {
    entries: u64,
    took: Duration,
    /// Bytes that the process has in memory after it.
    memory: u64,
}

/// Posts so many operations of a season to a new ledger. Each batch is made before its clock starts.
pub fn post_all(folder: &Path, entries: u64) -> Posting {
    let storage = Arc::new(done(Files::make_at(folder), "the folder of the ledger"));
    let mut ledger = done(Ledger::create(storage, Box::new(SystemClock)), "the ledger");
    let mut season = Season::new();
    let mut batches: Vec<Batch> = Vec::new();
    let mut middle_reference = None;
    let mut posted = 0;
    while posted < entries {
        let count = (entries - posted).min(BATCH as u64);
        let operations = season.take(done(usize::try_from(count), "a batch"));
        posted += count;
        if posted >= entries / 2 && middle_reference.is_none() {
            middle_reference = operations.last().map(|operation| operation.reference.to_string());
        }
        let began = Instant::now();
        let receipts = done(ledger.post_batch(&operations), "posting");
        batches.push(Batch { entries: count, took: began.elapsed(), memory: memory::now() });
        drop(receipts);
    }
    let began = Instant::now();
    drop(ledger);
    let close = began.elapsed();

    let tenth = batches.len().div_ceil(10);
    let mut times: Vec<Duration> = whole(&batches).iter().map(|batch| batch.took).collect();
    times.sort_unstable();
    let at = |percent: usize| rounded(milliseconds(times[(times.len() * percent).div_ceil(100).max(1) - 1]));
    let per_entry = |bytes: u64| rounded(bytes as f64 / entries as f64);
    Posting {
        entries_per_s: rate(&batches),
        early_entries_per_s: rate(&batches[..tenth]),
        late_entries_per_s: rate(&batches[batches.len() - tenth..]),
        batch_p50_ms: at(50),
        batch_p99_ms: at(99),
        batch_max_ms: at(100),
        close_ms: rounded(milliseconds(close)),
        peak_memory_mb: rounded(memory::peak() as f64 / 1e6),
        memory_bytes_per_entry: memory_growth(&batches),
        journal_bytes_per_entry: per_entry(done(used::journal_bytes(folder), "the journal")),
        index_bytes_per_entry: per_entry(on_disk(&folder.join("index"))),
        snapshots_bytes: on_disk(&folder.join("snapshots")),
        middle_reference: middle_reference.unwrap_or_default(),
    }
}

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The batches that are as large as can be; a last one may be smaller, and so is one that is all.
fn whole(batches: &[Batch]) -> &[Batch] {
    match batches {
        [before @ .., last] if !before.is_empty() && last.entries < BATCH as u64 => before,
        batches => batches,
    }
}

fn rate(batches: &[Batch]) -> f64 {
    let entries: u64 = batches.iter().map(|batch| batch.entries).sum();
    let took: Duration = batches.iter().map(|batch| batch.took).sum();
    rounded(entries as f64 / took.as_secs_f64())
}

/// Bytes an entry, from the most in memory during the first tenth, or the first million entries of a ledger that has more
/// than ten, to the most during as many at the end. Memory goes up and down with what happens to be under way; its peaks
/// tell what stays. In a ledger of less than a million entries they tell nothing.
fn memory_growth(batches: &[Batch]) -> Option<f64> {
    let million = 1_000_000 / BATCH;
    let window = million.min(batches.len() / 10);
    let (early, late) = (&batches[..window], &batches[batches.len() - window..]);
    let peak = |batches: &[Batch]| batches.iter().map(|batch| batch.memory).max().unwrap_or(0);
    let between: u64 = batches[window..].iter().map(|batch| batch.entries).sum();
    let growth = (peak(late) as f64 - peak(early) as f64) / between.max(1) as f64;
    (batches.len() >= million).then(|| rounded(growth))
}

/// What the files below a folder take on the disk, in bytes; an absent one takes none.
fn on_disk(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let taken = entries.map(|entry| {
        let entry = done(entry, "a file");
        let metadata = done(entry.metadata(), "a file");
        if metadata.is_dir() { on_disk(&entry.path()) } else { metadata.blocks() * 512 }
    });
    taken.sum()
}
