//! Guards against: an entry that was acknowledged and then overwritten without a word, because a second program wrote to the
//! same ledger: the file `lock` was renamed, the file system keeps no locks, or a copy was restored under a ledger at work.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use ledger_core::audit::audit;
use ledger_core::journal::{Layout, segment_path};
use ledger_core::storage::{
    Clock, Faulty, Files, Lock, LockError, ManualClock, Memory, Patience, Shelf, ShelfError, Storage,
};
use ledger_core::{Ledger, LedgerError, Operation, Receipt};
use serde_json::json;

/// Small segments, so that a second writer soon begins one.
const LAYOUT: Layout = Layout { segment_len_max: 1500, extend_step_min: 512, extend_step_max: 512 };

fn clock() -> Box<dyn Clock> {
    Box::new(ManualClock::new(1_772_000_000_000_000_000, 0))
}

fn top_up(name: &str) -> Operation {
    let text = json!({"op": "top_up", "ref": name, "on": "2026-03-03", "amount": "1"});
    Operation::from_json(&text.to_string()).unwrap()
}

fn found(storage: Arc<dyn Storage>) -> Ledger {
    let founding = json!({"op": "found", "ref": "found", "on": "2026-03-02", "currency": "Aïga", "symbol": "Ä",
        "code": "AIGA", "denominations": [1, 5, 10], "association": "A", "reconversion_fee": "0.02",
        "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}});
    let mut ledger = Ledger::create_with(storage, clock(), LAYOUT).unwrap();
    ledger.post(&Operation::from_json(&founding.to_string()).unwrap()).unwrap();
    ledger
}

fn open(storage: Arc<dyn Storage>) -> Ledger {
    Ledger::open_with(storage, clock(), LAYOUT).unwrap()
}

/// Refused with this code, and nothing more is recorded.
fn refused(ledger: &mut Ledger, code: &str) {
    let said = |answer: Result<Receipt, LedgerError>| answer.map_err(|error| error.code());
    assert_eq!(said(ledger.post(&top_up("late"))), Err(code));
    assert_eq!(said(ledger.post(&top_up("later"))), Err("journal_poisoned"));
}

/// These, and no others, were recorded behind the founding.
fn holds(storage: &Arc<dyn Storage>, names: &[&str]) {
    let report = audit(storage, |_| ()).unwrap();
    assert_eq!((report.failure, report.entries), (None, names.len() as u64 + 1));
    let mut ledger = open(Arc::clone(storage));
    for name in names {
        let again = ledger.post(&top_up(name)).unwrap();
        assert!(again.replayed, "{name}");
    }
}

fn files(folder: &Path) -> Arc<dyn Storage> {
    Arc::new(Files::make_at(folder).unwrap())
}

#[test]
fn a_writer_whose_lock_was_renamed_records_nothing_more() {
    for second_records in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let mut first = found(files(folder.path()));
        first.post(&top_up("before")).unwrap();
        fs::rename(folder.path().join("lock"), folder.path().join("lock.old")).unwrap();
        let mut second = open(files(folder.path()));
        let mut names = vec!["before"];
        if second_records {
            second.post(&top_up("second")).unwrap();
            names.push("second");
        }
        refused(&mut first, "lock_lost");
        drop(first);
        second.post(&top_up("after")).unwrap();
        names.push("after");
        drop(second);
        holds(&files(folder.path()), &names);
    }
}

#[test]
fn a_writer_that_no_lock_keeps_out_overwrites_nothing() {
    // From a segment with room to one that is full, where the other begins the next.
    for before in 0..8 {
        for first_acts in [false, true] {
            let names: Vec<String> = (0..before).map(|nth| format!("before-{nth}")).collect();
            let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
            let memory = Arc::new(Memory::new());
            let lawless = Arc::new(Faulty::new(memory.clone()));
            let mut first = found(lawless.clone());
            for name in &names {
                first.post(&top_up(name)).unwrap();
            }
            lawless.keep_locks(false);
            let mut second = open(lawless.clone());
            let (acting, other) =
                if first_acts { (&mut first, &mut second) } else { (&mut second, &mut first) };
            acting.post(&top_up("acknowledged")).unwrap();
            names.push("acknowledged");
            refused(other, "journal_moved");
            acting.post(&top_up("after")).unwrap();
            names.push("after");
            drop((first, second));
            lawless.keep_locks(true);
            let storage: Arc<dyn Storage> = lawless;
            holds(&storage, &names);
        }
    }
}

#[test]
fn a_ledger_restored_under_a_writer_at_work_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let segment = folder.path().join(segment_path(1));
    let mut first = found(files(folder.path()));
    let older = fs::read(&segment).unwrap();
    first.post(&top_up("before")).unwrap();
    fs::write(folder.path().join("copy"), &older).unwrap();
    fs::rename(folder.path().join("copy"), &segment).unwrap();
    refused(&mut first, "journal_moved");
    assert!(fs::read(&segment).unwrap() == older, "nothing was written to it");
    fs::remove_file(&segment).unwrap();
    drop(first);
}

/// Lets something happen just before the next sync, when the check before the write is done.
#[derive(Debug)]
struct Meanwhile {
    inner: Arc<Memory>,
    happens: Mutex<Option<Happens>>,
}

#[derive(Debug, Clone, Copy)]
enum Happens {
    /// Another writer writes in the same place.
    Overwritten,
    /// The lock's file is renamed.
    LockRenamed,
}

#[rustfmt::skip]
impl Storage for Meanwhile {
    fn sync(&self, path: &str) -> io::Result<()> {
        match self.happens.lock().unwrap().take_if(|_| path == segment_path(1)) {
            Some(Happens::Overwritten) => {
                let bytes = self.inner.bytes(path).unwrap();
                let end = bytes.iter().rposition(|byte| *byte != 0).unwrap() as u64;
                self.inner.write_at(path, end - 20, b"other").unwrap();
            }
            Some(Happens::LockRenamed) => self.inner.lose_lock(),
            None => {}
        }
        self.inner.sync(path)
    }
    fn list(&self, folder: &str) -> io::Result<Vec<String>> { self.inner.list(folder) }
    fn len(&self, path: &str) -> io::Result<Option<u64>> { self.inner.len(path) }
    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> io::Result<usize> { self.inner.read_at(path, offset, buffer) }
    fn create(&self, path: &str) -> io::Result<()> { self.inner.create(path) }
    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> io::Result<()> { self.inner.write_at(path, offset, bytes) }
    fn extend(&self, path: &str, new_len: u64) -> io::Result<()> { self.inner.extend(path, new_len) }
    fn sync_folder(&self, folder: &str) -> io::Result<()> { self.inner.sync_folder(folder) }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> { self.inner.rename(from, to) }
    fn remove(&self, path: &str) -> io::Result<()> { self.inner.remove(path) }
    fn lock(&self) -> Result<Box<dyn Lock>, LockError> { self.inner.lock() }
    fn lock_held(&self) -> io::Result<bool> { self.inner.lock_held() }
    fn shelf(&self) -> Result<Box<dyn Shelf>, ShelfError> { self.inner.shelf() }
    fn drop_shelf(&self) -> io::Result<()> { self.inner.drop_shelf() }
}

#[test]
fn whoever_comes_between_the_check_and_the_acknowledgement_is_noticed() {
    for (happens, code) in [(Happens::Overwritten, "journal_moved"), (Happens::LockRenamed, "lock_lost")] {
        let storage = Arc::new(Meanwhile { inner: Arc::new(Memory::new()), happens: Mutex::default() });
        let mut ledger = found(storage.clone());
        *storage.happens.lock().unwrap() = Some(happens);
        refused(&mut ledger, code);
    }
}

#[test]
fn a_second_writer_waits_as_long_as_it_is_told_and_says_how_long() {
    let folder = tempfile::tempdir().unwrap();
    let first = found(files(folder.path()));
    let patience = Patience { wait: std::time::Duration::from_millis(150) };
    let storage = Files::at(folder.path()).waiting(patience);
    let error = Ledger::open_with(Arc::new(storage), clock(), LAYOUT).unwrap_err();
    let pid = std::process::id();
    let LedgerError::Lock(LockError::Held { pid: Some(holder), waited_ms }) = error else {
        panic!("{error}")
    };
    assert_eq!(holder, pid);
    assert!(waited_ms >= 150);
    drop(first);
}
