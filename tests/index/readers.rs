//! Readers and a writer meet at the index: neither stops the other, and both tell what the journal holds.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ledger_core::storage::Files;

use super::season::{beginning, noted_swap, swap, swaps};
use super::*;

fn files(folder: &Path) -> Arc<Files> {
    Arc::new(Files::at(folder))
}

/// A ledger on a disk with an index that knows its first 604 entries of 704.
fn ledger_on_disk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::create(files(folder.path()), Box::new(clock())).unwrap();
    ledger.post_batch(&beginning()).unwrap();
    ledger.post_batch(&swaps(0..600)).unwrap();
    ledger.settle();
    ledger.post_batch(&swaps(600..700)).unwrap();
    folder
}

/// Asks for some swaps, among them one that is not there, and says how long the slowest answer took.
fn look(storage: &Arc<Files>) -> Duration {
    let slowest = |number: u64| {
        let began = Instant::now();
        let view = View::open(storage.clone()).unwrap();
        let found = view.entry_of(&swap(number).reference).unwrap();
        assert_eq!(found.map(|entry| entry.sequence.number()), (number < 700).then_some(number + 5));
        began.elapsed()
    };
    [3, 350, 599, 650, 9999].into_iter().map(slowest).max().unwrap()
}

/// Retries, conflicts, and something new.
fn write(ledger: &mut Ledger, new: u64) {
    for number in [3, 350, 599, 650] {
        let again = ledger.post(&swap(number)).unwrap();
        assert!(again.replayed && again.sequence.number() == number + 5);
        let Err(LedgerError::Rejected(rejection)) = ledger.post(&noted_swap(number, "another")) else {
            panic!("a conflict was not seen")
        };
        assert_eq!(rejection.code(), "reference_conflict");
    }
    assert!(!ledger.post(&swap(new)).unwrap().replayed);
}

#[test]
fn readers_use_the_index_beside_a_writer() {
    let memory = Arc::new(Memory::new());
    let mut ledger = Ledger::create(memory.clone(), Box::new(clock())).unwrap();
    ledger.post_batch(&beginning()).unwrap();
    ledger.post_batch(&swaps(0..600)).unwrap();
    ledger.settle();
    ledger.post_batch(&swaps(600..700)).unwrap();
    let storage = Arc::new(Shelved::over(memory));
    let view = View::open(storage.clone()).unwrap();
    let found = view.entry_of(&swap(3).reference).unwrap();
    assert_eq!(found.map(|entry| entry.sequence.number()), Some(8));
    assert!(storage.reads() > 0);
    write(&mut ledger, 10_001);
}

#[test]
fn a_reader_whose_files_a_writer_has_merged_looks_again() {
    let folder = ledger_on_disk();
    let storage = files(folder.path());
    let mut ledger = Ledger::open(storage.clone(), Box::new(clock())).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for round in 0..40_u64 {
        ledger.post_batch(&swaps(20_000 + round * 50..20_050 + round * 50)).unwrap();
        ledger.settle();
        seen.insert(storage.list("index").unwrap());
        look(&storage);
        look(&files(folder.path()));
    }
    assert!(seen.len() > 30, "{}", seen.len());
}

#[test]
fn a_writer_at_work_stops_no_reader() {
    let folder = ledger_on_disk();
    let mut ledger = Ledger::open(files(folder.path()), Box::new(clock())).unwrap();
    let slowest = look(&files(folder.path()));
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    write(&mut ledger, 10_001);
    drop(ledger);
    look(&files(folder.path()));
}

#[test]
fn many_readers_and_one_writer_after_another_tell_the_truth() {
    let folder = ledger_on_disk();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let storage = files(folder.path());
                while !done.load(Ordering::SeqCst) {
                    look(&storage);
                    thread::sleep(Duration::from_millis(10));
                }
            });
        }
        for round in 0..4 {
            let mut ledger = Ledger::open(files(folder.path()), Box::new(clock())).unwrap();
            write(&mut ledger, 20_000 + round);
            if round % 3 == 0 {
                ledger.settle();
            }
        }
        done.store(true, Ordering::SeqCst);
    });
    assert_sound(&files(folder.path()), 708);
}
