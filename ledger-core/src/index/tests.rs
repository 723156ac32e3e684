//! The index as a whole, against a plain list of entries.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::*;
use crate::account::{Account, BillAccount, EuroAccount};
use crate::bills::Bills;
use crate::date::Date;
use crate::entry::{Choice, Postings};
use crate::id::{BureauId, MemberId};
use crate::journal::{Position, StateMark};
use crate::money::Euros;
use crate::operation::{Act, Operation};
use crate::query::Filter;
use crate::sequence::RecordedAt;
use crate::storage::{Fault, Faulty, Files, Lock, LockError, Memory, Overlay, Shelf, ShelfError, Step};

/// `SplitMix64`.
fn dice(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn name(text: &str) -> Reference {
    text.parse().unwrap()
}

/// Entries of a season: swaps, and now and then a slip that is remitted and deposited.
fn entry(sequence: u64) -> Entry {
    thread_local! {
        static SWAP: Operation = Operation::from_json(
            r#"{"op":"swap","ref":"x","on":"2026-01-02","bureau":"b","bills":{"5":1},"paid":"cash","member":"m"}"#,
        ).unwrap();
    }
    let mut operation = SWAP.with(Clone::clone);
    let bureau: BureauId = format!("bureau-{}", dice(sequence) % 8).parse().unwrap();
    let member: MemberId = format!("U-{:04}", dice(sequence + 1) % 400).parse().unwrap();
    operation.reference = name(&format!("swap-{sequence}"));
    operation.on =
        Date::from_days_since_epoch(20_000 + i32::try_from(sequence / 40 + dice(sequence) % 3).unwrap())
            .unwrap();
    let mut postings = Postings::none();
    let (five, euros) = (Bills::none(), Euros::from_cents(500));
    let slip = name(&format!("slip-{}", sequence / 50));
    let till = EuroAccount::Till(bureau.clone());
    match sequence % 50 {
        20 => postings.euros(EuroAccount::Transit(slip), till, euros),
        40 => postings.euros(EuroAccount::Deposit, EuroAccount::Transit(slip), euros),
        _ => {
            let bills = match &operation.act {
                Act::Swap(swap) => swap.bills.clone().unwrap_or(five),
                _ => five,
            };
            postings.bills(BillAccount::Public, BillAccount::Stock(bureau.clone()), &bills);
            postings.euros(till, EuroAccount::Obligation, euros);
        }
    }
    if let Act::Swap(swap) = &mut operation.act {
        swap.bureau = bureau;
        swap.member = Some(member);
    }
    let sequence = Sequence::new(sequence);
    let recorded_at = RecordedAt::from_ns(sequence.number());
    Entry { sequence, recorded_at, operation, choice: Choice::Nothing, postings }
}

fn root(size: u64) -> Root {
    let mut root = [7; 32];
    root[..8].copy_from_slice(&size.to_le_bytes());
    Root(root)
}

fn block(first: u64, last: u64) -> Commit {
    Commit {
        first_sequence: first,
        count: u32::try_from(last - first + 1).unwrap(),
        position: Position { segment: 1, offset: first * 100 },
        len: 100,
        tree_size: last,
        root: root(last),
        mark: StateMark::default(),
    }
}

/// Notes and commits entries in blocks of this many.
fn feed(index: &mut Index, first: u64, last: u64, block_entries: u64) {
    let mut next = first;
    while next <= last {
        let end = (next + block_entries - 1).min(last);
        let entries: Vec<Entry> = (next..=end).map(entry).collect();
        for entry in &entries {
            index.note(entry);
        }
        index.committed(vec![Arc::new(entries)], &block(next, end));
        next = end + 1;
    }
}

fn open(storage: &Arc<dyn Storage>) -> Index {
    let serves = |reached: &Reached| Ok::<_, IndexError>(reached.root == root(reached.sequence));
    Index::open(storage, serves).unwrap()
}

fn lists(storage: &Arc<dyn Storage>) -> Option<Lists> {
    Lists::open(storage, |reached| reached.root == root(reached.sequence))
}

/// Where a name is, as plain numbers.
fn found(index: &Index, text: &str) -> Vec<u64> {
    index.candidates(&name(text)).unwrap().iter().map(|sequence| sequence.number()).collect()
}

/// Asks for some names of the first `last` entries, and for strangers.
fn check_names(index: &Index, last: u64) {
    for sequence in (1..=last).step_by(997).chain([last]) {
        let expected: &[u64] = if [20, 40].contains(&(sequence % 50)) { &[] } else { &[sequence] };
        assert!(found(index, &format!("swap-{sequence}")).ends_with(expected));
        let slip = sequence / 50;
        let both = [slip * 50 + 20, slip * 50 + 40].map(|at| (1..=last).contains(&at).then_some(at));
        let both: Vec<u64> = both.into_iter().flatten().collect();
        assert_eq!(found(index, &format!("slip-{slip}")), both, "slip {slip} of {last}");
    }
    for stranger in 0..500 {
        assert_eq!(found(index, &format!("stranger-{stranger}")), [0; 0]);
    }
}

fn memory() -> (Arc<Memory>, Arc<dyn Storage>) {
    let memory = Arc::new(Memory::new());
    (memory.clone(), memory)
}

/// The files of the index, and their bytes.
fn index_files(memory: &Memory) -> BTreeMap<String, Vec<u8>> {
    let paths = memory.list("index").unwrap().into_iter().map(|name| format!("index/{name}"));
    paths.map(|path| (path.clone(), memory.bytes(&path).unwrap())).collect()
}

fn put_index(memory: &Memory, files: &BTreeMap<String, Vec<u8>>) {
    for path in index_files(memory).keys() {
        memory.remove(path).unwrap();
    }
    for (path, bytes) in files {
        memory.set_bytes(path, bytes.clone());
    }
}

/// There is a file for each run, and nothing else.
fn assert_only_live(memory: &Memory, index: &Index) {
    let live = index.published.runs.iter().map(|run| run.path().to_owned());
    let live: std::collections::BTreeSet<String> = live.collect();
    assert_eq!(index_files(memory).into_keys().collect::<std::collections::BTreeSet<_>>(), live);
}

fn files() -> (tempfile::TempDir, PathBuf, Arc<dyn Storage>) {
    let folder = tempfile::tempdir().unwrap();
    let storage: Arc<dyn Storage> = Arc::new(Files::make_at(folder.path()).unwrap());
    let index = folder.path().join("index");
    (folder, index, storage)
}

#[test]
fn names_are_found_in_memory_in_runs_and_in_merged_runs() {
    let (_, storage) = memory();
    let mut index = open(&storage);
    feed(&mut index, 1, 20_000, 1000);
    check_names(&index, 20_000);
    assert_eq!(index.reached(), 0);
    index.settle();
    assert_eq!(index.reached(), 20_000);
    check_names(&index, 20_000);
    feed(&mut index, 20_001, 200_000, 1000);
    check_names(&index, 200_000);
    index.settle();
    assert!(index.published.runs.len() < 8, "{}", index.published.runs.len());
    assert_eq!(index.trouble(), None);
    check_names(&index, 200_000);
    drop(index);
    let index = open(&storage);
    assert_eq!(index.reached(), 200_000);
    // The second question reads the filters.
    check_names(&index, 200_000);
    check_names(&index, 200_000);
}

#[test]
fn what_is_replaced_is_removed() {
    let (memory, storage) = memory();
    let mut index = open(&storage);
    feed(&mut index, 1, 150_000, 1000);
    index.settle();
    index.settle();
    assert_only_live(&memory, &index);
}

#[test]
fn a_process_that_ends_at_any_moment_leaves_a_sound_index() {
    let (memory, storage) = memory();
    let mut index = open(&storage);
    let mut copies = Vec::new();
    for last in (10_000..=300_000).step_by(10_000) {
        feed(&mut index, last - 9_999, last, 1000);
        // The follower is anywhere now: in a flush, in a merge, removing what was replaced.
        copies.push((last, memory.crash()));
    }
    let mut some = 0;
    for (last, copy) in copies.into_iter().step_by(3) {
        let copy = Arc::new(copy);
        let storage: Arc<dyn Storage> = copy.clone();
        let mut index = open(&storage);
        let reached = index.reached();
        assert!(reached <= last && index.trouble().is_none());
        some += u64::from(reached > 0);
        feed(&mut index, reached + 1, last + 10_000, 1000);
        index.settle();
        assert_eq!((index.reached(), index.trouble()), (last + 10_000, None));
        check_names(&index, last + 10_000);
        index.settle();
        assert_only_live(&copy, &index);
    }
    assert!(some > 3, "{some}");
}

#[test]
fn an_entry_that_was_not_recorded_is_forgotten() {
    let (_, storage) = memory();
    let mut index = open(&storage);
    feed(&mut index, 1, 100, 10);
    index.note(&entry(101));
    assert_eq!(found(&index, "swap-101"), [101]);
    index.forget(&entry(101));
    assert_eq!(found(&index, "swap-101"), [0; 0]);
    check_names(&index, 100);
}

#[test]
fn few_entries_leave_no_trace_and_many_are_flushed_at_the_end() {
    let (_, storage) = memory();
    let mut index = open(&storage);
    feed(&mut index, 1, 5000, 1000);
    drop(index);
    assert!(storage.list("index").unwrap().is_empty());
    let mut index = open(&storage);
    feed(&mut index, 1, 10_000, 1000);
    drop(index);
    assert_eq!(open(&storage).reached(), 10_000);
}

#[test]
fn an_index_of_another_journal_is_begun_anew() {
    let (_, storage) = memory();
    let mut index = open(&storage);
    feed(&mut index, 1, 10_000, 1000);
    index.settle();
    drop(index);
    let mut index = Index::open(&storage, |_| Ok::<_, IndexError>(false)).unwrap();
    assert_eq!((index.reached(), index.trouble()), (0, None));
    assert_eq!(found(&index, "swap-3"), [0; 0]);
    feed(&mut index, 1, 10_000, 1000);
    index.settle();
    assert_eq!((index.reached(), index.trouble()), (10_000, None));
    check_names(&index, 10_000);
}

#[test]
fn a_folder_that_cannot_be_written_is_done_without() {
    for step in [Step::Create, Step::Write, Step::Sync, Step::Rename, Step::SyncFolder] {
        let faulty = Arc::new(Faulty::new(Memory::new()));
        let storage: Arc<dyn Storage> = faulty.clone();
        let mut index = open(&storage);
        faulty.fail_from(step, 1, Fault::Full);
        feed(&mut index, 1, 50_000, 1000);
        index.settle();
        assert!(matches!(index.trouble(), Some(IndexError::Io { .. })), "{step:?}");
        check_names(&index, 50_000);
    }
}

#[test]
fn a_rehearsal_reads_the_index_and_changes_nothing() {
    let (memory, storage) = memory();
    let mut index = open(&storage);
    feed(&mut index, 1, 10_000, 1000);
    index.settle();
    drop(index);
    let before = index_files(&memory);
    let overlay: Arc<dyn Storage> = Arc::new(Overlay::new(storage, Arc::new(Memory::scratch())));
    let mut index = open(&overlay);
    assert_eq!((index.reached(), index.trouble()), (10_000, None));
    feed(&mut index, 10_001, 60_000, 1000);
    index.settle();
    assert_eq!((index.reached(), index.trouble()), (60_000, None));
    check_names(&index, 60_000);
    drop(index);
    assert_eq!(index_files(&memory), before);
}

#[test]
fn what_becomes_of_an_index_aside_is_no_news() {
    let (_, storage) = memory();
    let mut index = open(&storage);
    feed(&mut index, 1, 20_000, 1000);
    index.settle();
    let mut aside = index.aside();
    feed(&mut aside, 20_001, 21_000, 1000);
    check_names(&aside, 21_000);
    drop(aside);
    check_names(&index, 20_000);
    feed(&mut index, 20_001, 40_000, 1000);
    index.settle();
    assert_eq!((index.reached(), index.trouble()), (40_000, None));
    check_names(&index, 40_000);
}

#[test]
fn a_follower_that_breaks_in_the_middle_loses_nothing() {
    for nth in [1, 12, 25] {
        let faulty = Arc::new(Faulty::new(Memory::new()));
        let storage: Arc<dyn Storage> = faulty.clone();
        let mut index = open(&storage);
        feed(&mut index, 1, 40_000, 500);
        index.settle();
        assert_eq!(index.reached(), 40_000);
        faulty.fail_below("index", nth);
        feed(&mut index, 40_001, 150_000, 500);
        index.settle();
        assert!(matches!(index.trouble(), Some(IndexError::Io { .. })), "{nth}");
        let error = (1..=40_000).find_map(|old| index.candidates(&name(&format!("swap-{old}"))).err());
        let mut index = index.begun_anew(&storage, error.unwrap());
        feed(&mut index, 1, 150_000, 500);
        check_names(&index, 150_000);
        feed(&mut index, 150_001, 160_000, 500);
        check_names(&index, 160_000);
        drop(index);
        // What was flushed before is sound.
        faulty.heal();
        let index = open(&storage);
        assert!(index.reached() >= 40_000);
        check_names(&index, index.reached());
    }
}

/// Opens an index of 20,000 entries and asks for all names: each is found, or it says that it cannot tell and is begun anew,
/// in runs, with what is left of it.
fn tells_no_lies(storage: &Arc<dyn Storage>) -> (u64, bool) {
    let mut index = open(storage);
    let reached = index.reached();
    feed(&mut index, reached + 1, 20_000, 1000);
    let mut broken = false;
    for sequence in (1..=20_000).filter(|sequence| sequence % 10 != 0) {
        let asked = name(&format!("swap-{sequence}"));
        let found = index.candidates(&asked).or_else(|error| {
            assert!(!broken, "it breaks once: {error}");
            broken = true;
            index = index.begun_anew(storage, error);
            let reached = index.reached();
            feed(&mut index, reached + 1, 20_000, 1000);
            index.settle();
            assert_eq!((index.reached(), index.trouble()), (20_000, None));
            index.candidates(&asked)
        });
        assert!(found.unwrap().contains(&Sequence::new(sequence)), "{sequence}");
    }
    (reached, broken)
}

#[test]
fn a_spoiled_file_is_noticed_wherever_it_is_spoiled() {
    let (memory, storage) = memory();
    let mut index = open(&storage);
    for (first, last) in [(1, 12_000), (12_001, 17_000), (17_001, 20_000)] {
        feed(&mut index, first, last, 1000);
        index.settle();
    }
    drop(index);
    let sound = index_files(&memory);
    let (mut anew, mut broken) = (0, 0);
    for (path, bytes) in &sound {
        let slots = bytes.len() / 4096;
        let places = (0..slots).step_by(1 + slots / 12).chain([slots - 1]).map(|slot| slot * 4096);
        for (number, place) in places.enumerate() {
            let mut spoiled = bytes.clone();
            match number % 4 {
                0 => spoiled[place + 5 + number] ^= 1 << (number % 8),
                1 => spoiled[place..place + 4096].fill(0),
                2 => spoiled.truncate(place + number),
                _ => spoiled.extend_from_slice(&bytes[place..place + 4096]),
            }
            put_index(&memory, &sound);
            memory.set_bytes(path, spoiled);
            let (reached, broke) = tells_no_lies(&storage);
            anew += u32::from(reached < 20_000);
            broken += u32::from(broke);
        }
        put_index(&memory, &sound);
        memory.remove(path).unwrap();
        assert!(tells_no_lies(&storage).0 < 20_000);
    }
    assert!(anew > 3 && broken > 3, "{anew} {broken}");
}

#[test]
fn what_stands_in_the_place_of_a_run_is_passed_over_and_removed() {
    let (folder, place, storage) = files();
    let mut index = open(&storage);
    feed(&mut index, 1, 20_000, 1000);
    index.settle();
    let run = folder.path().join(index.published.runs[0].path());
    drop(index);
    let (bytes, elsewhere) = (std::fs::read(&run).unwrap(), folder.path().join("elsewhere"));
    std::fs::write(&elsewhere, &bytes).unwrap();
    let command = |program: &str, path: &std::path::Path| {
        assert!(std::process::Command::new(program).arg(path).status().unwrap().success());
    };
    for way in 0..6 {
        let _ = std::fs::remove_file(&run);
        match way {
            0 => std::os::unix::fs::symlink(&elsewhere, &run).unwrap(),
            1 => command("mkfifo", &run),
            2 => std::fs::create_dir(&run).unwrap(),
            3 => std::fs::File::create(&run).unwrap().set_len(20 << 30).unwrap(),
            // The layout of an earlier release, and a link to somewhere.
            4 => {
                std::fs::create_dir_all(place.join("slabs/7")).unwrap();
                std::fs::write(place.join("place"), "inode 7\n").unwrap();
                std::os::unix::fs::symlink(folder.path(), place.join("link")).unwrap();
            }
            _ => {
                std::fs::remove_dir_all(&place).unwrap();
                std::fs::write(&place, "no folder").unwrap();
            }
        }
        let began = Instant::now();
        let mut index = open(&storage);
        assert_eq!(index.reached(), 0, "{way}");
        feed(&mut index, 1, 20_000, 1000);
        index.settle();
        assert_eq!((index.reached(), index.trouble()), (20_000, None), "{way}");
        check_names(&index, 20_000);
        drop(index);
        assert!(began.elapsed() < Duration::from_secs(30), "{way}");
        assert!(run.symlink_metadata().unwrap().is_file());
        let names = place.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        assert_eq!(names, ["00000000000000000001-00000000000000020000.run", "sled", "sled.json"], "{way}");
        assert!(elsewhere.is_file() && std::fs::read(&elsewhere).unwrap() == bytes);
    }
}

/// A storage whose shelf does something else than to answer.
#[derive(Debug)]
struct Bad {
    inner: Memory,
    way: u32,
    dropped: AtomicU32,
}

#[derive(Debug)]
struct BadShelf(u32);

fn never() -> ! {
    loop {
        std::thread::sleep(Duration::from_hours(1));
    }
}

impl Shelf for BadShelf {
    fn get(&mut self, _: &[u8]) -> Result<Option<Vec<u8>>, ShelfError> {
        match self.0 {
            3 => never(),
            4 => panic!("injected"),
            5 => Err(ShelfError::Failed { reason: "injected".to_owned() }),
            6 => Ok(Some(vec![b'['; 100_000])),
            7 => Ok(Some(br#"{"format":1,"round":18446744073709551615,"live":[],"replaced":[]}"#.to_vec())),
            _ => Ok(None),
        }
    }
    fn put(&mut self, _: &[u8], _: &[u8]) -> Result<(), ShelfError> {
        match self.0 {
            8 => never(),
            9 => panic!("injected"),
            _ => Ok(()),
        }
    }
    fn close(self: Box<Self>, _: &dyn Fn() -> bool) -> Result<(), ShelfError> {
        match self.0 {
            10 => never(),
            11 => panic!("injected"),
            12 => Err(ShelfError::Failed { reason: "injected".to_owned() }),
            _ => Ok(()),
        }
    }
}

#[rustfmt::skip]
impl Storage for Bad {
    fn list(&self, folder: &str) -> std::io::Result<Vec<String>> { self.inner.list(folder) }
    fn len(&self, path: &str) -> std::io::Result<Option<u64>> { self.inner.len(path) }
    fn read_at(&self, path: &str, at: u64, buffer: &mut [u8]) -> std::io::Result<usize> { self.inner.read_at(path, at, buffer) }
    fn create(&self, path: &str) -> std::io::Result<()> { self.inner.create(path) }
    fn write_at(&self, path: &str, at: u64, bytes: &[u8]) -> std::io::Result<()> { self.inner.write_at(path, at, bytes) }
    fn extend(&self, path: &str, len: u64) -> std::io::Result<()> { self.inner.extend(path, len) }
    fn sync(&self, path: &str) -> std::io::Result<()> { self.inner.sync(path) }
    fn sync_folder(&self, folder: &str) -> std::io::Result<()> { self.inner.sync_folder(folder) }
    fn rename(&self, from: &str, to: &str) -> std::io::Result<()> { self.inner.rename(from, to) }
    fn remove(&self, path: &str) -> std::io::Result<()> { self.inner.remove(path) }
    fn lock(&self) -> Result<Box<dyn Lock>, LockError> { self.inner.lock() }
    fn lock_held(&self) -> std::io::Result<bool> { self.inner.lock_held() }
    fn shelf(&self) -> Result<Box<dyn Shelf>, ShelfError> {
        match self.way {
            0 => never(),
            1 => panic!("injected"),
            2 => Err(ShelfError::Failed { reason: "injected".to_owned() }),
            way => Ok(Box::new(BadShelf(way))),
        }
    }
    fn drop_shelf(&self) -> std::io::Result<()> {
        self.dropped.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

#[test]
fn whatever_stands_behind_the_shelf_nobody_waits_for_it() {
    std::thread::scope(|scope| {
        for way in 0..13 {
            scope.spawn(move || {
                let bad = Arc::new(Bad { inner: Memory::new(), way, dropped: AtomicU32::new(0) });
                let storage: Arc<dyn Storage> = bad.clone();
                let began = Instant::now();
                let mut index = open(&storage);
                feed(&mut index, 1, 20_000, 1000);
                index.settle();
                feed(&mut index, 20_001, 60_000, 1000);
                index.settle();
                assert_eq!((index.reached(), index.trouble()), (60_000, None), "{way}");
                check_names(&index, 60_000);
                drop(index);
                assert!(began.elapsed() < Duration::from_mins(1), "{way}");
                assert_eq!(bad.dropped.load(Ordering::SeqCst), u32::from(!(6..8).contains(&way)), "{way}");
                let index = open(&storage);
                assert_eq!(index.reached(), 60_000);
                check_names(&index, 60_000);
            });
        }
    });
}

#[test]
fn a_forged_run_is_found_by_whoever_reads_all_entries() {
    let (memory, storage) = memory();
    let mut index = open(&storage);
    feed(&mut index, 1, 20_000, 1000);
    index.settle();
    let scope = {
        let scope = index.published.runs[0].header().scope;
        header::Scope { first: 1, last: 20_000, ..scope }
    };
    drop(index);
    let sound = index_files(&memory);
    let prove = || {
        let mut proof = Proof::of(&storage, |_| true);
        assert_eq!(proof.reached(), Some(20_000));
        (1..=20_000).find_map(|sequence| proof.show(&entry(sequence)).map(|flaw| (sequence, flaw)))
    };
    assert_eq!(prove(), None);
    // One term left out, one added, one of another entry: each with checksums that are right.
    let forge = |skipped: u64, added: Option<u64>, moved: u64| {
        let mut gathered = gathered::Gathered::from(1);
        for sequence in 1..=20_000 {
            let mut place = 0;
            scope.hasher.visit_terms(&entry(sequence), |share, hash| {
                place += 1;
                match share {
                    _ if sequence == skipped && place == 1 => {}
                    terms::Share::Few => gathered.add_rare(hash, sequence),
                    terms::Share::Many => gathered.add(hash, sequence),
                }
                if sequence == moved && place == 1 {
                    gathered.add_rare(hash, sequence + 1);
                }
            });
            if added == Some(sequence) {
                gathered.add_rare(scope.hasher.name(&name("stranger")), sequence);
            }
        }
        gathered.into_run(&storage, scope, &[]).unwrap();
    };
    forge(0, None, 0);
    assert_eq!(prove(), None);
    for (skipped, added, moved) in [(5000, None, 0), (20_000, None, 0), (0, Some(77), 0), (8000, None, 7999)]
    {
        forge(skipped, added, moved);
        let Some((20_000, Flaw::Forged { path })) = prove() else { panic!("it was not found") };
        assert!(sound.contains_key(&path));
    }
    put_index(&memory, &sound);
    assert_eq!(prove(), None);
}

#[test]
fn names_are_found_on_a_disk_again() {
    let (_folder, place, storage) = files();
    let mut index = open(&storage);
    for last in (5_000..=300_000).step_by(5_000) {
        feed(&mut index, last - 4_999, last, 1000);
        // The follower is at work beside.
        check_names(&index, last);
    }
    index.settle();
    check_names(&index, 300_000);
    assert_eq!(index.trouble(), None);
    drop(index);
    assert!(place.is_dir());
    let index = open(&storage);
    assert_eq!(index.reached(), 300_000);
    check_names(&index, 300_000);
    check_names(&index, 300_000);
}

fn filters() -> impl Iterator<Item = Filter> {
    let accounts = [
        Account::from(BillAccount::Public),
        BillAccount::Stock("bureau-3".parse().unwrap()).into(),
        EuroAccount::Transit(name("slip-77")).into(),
        EuroAccount::Till("bureau-1".parse().unwrap()).into(),
    ];
    let pick = |seed: u64, of: u64| dice(seed).checked_rem(of).unwrap_or(0);
    (0..400).map(move |seed: u64| {
        let seed = seed * 20;
        let some = |at: u64| pick(seed + at, 3) == 0;
        let from = pick(seed + 10, 900);
        let day = |days: u64| Date::from_days_since_epoch(20_000 + i32::try_from(days).unwrap()).unwrap();
        Filter {
            from_sequence: some(1).then(|| Sequence::new(pick(seed + 2, 30_000))),
            to_sequence: some(3).then(|| Sequence::new(pick(seed + 4, 40_000))),
            reference: (pick(seed, 10) == 0).then(|| name(&format!("swap-{}", pick(seed + 5, 31_000)))),
            account: some(6).then(|| accounts[usize::try_from(pick(seed + 7, 4)).unwrap()].clone()),
            bureau: some(8).then(|| format!("bureau-{}", pick(seed, 9)).parse().unwrap()),
            member: some(9).then(|| format!("U-{:04}", pick(seed, 410)).parse().unwrap()),
            from: some(11).then(|| day(from)),
            to: some(12).then(|| day(from + pick(seed + 13, 40))),
            op: None,
        }
    })
}

#[test]
fn lists_hold_all_that_a_scan_finds() {
    let (_, storage) = memory();
    assert!(lists(&storage).is_none());
    let mut index = open(&storage);
    let all: Vec<Entry> = (1..=30_000).map(entry).collect();
    feed(&mut index, 1, 17_000, 300);
    index.settle();
    feed(&mut index, 17_001, 30_000, 300);
    index.settle();
    // The writer goes on beside.
    let lists = lists(&storage).unwrap();
    assert_eq!(lists.reached(), 30_000);
    let (mut helped, mut more) = (0, 0);
    for filter in filters() {
        let Some(sequences) = lists.find(&filter).unwrap() else { continue };
        helped += 1;
        assert!(sequences.is_sorted_by(|a, b| a < b));
        let admitted = all.iter().filter(|entry| filter.admits(entry)).map(|entry| entry.sequence.number());
        let mut rest = sequences.iter();
        for sequence in admitted {
            assert!(rest.any(|listed| *listed == sequence), "{sequence} {filter:?}");
            more -= 1;
        }
        more += i64::try_from(sequences.len()).unwrap();
        let bounds = (
            filter.from_sequence.map_or(0, Sequence::number),
            filter.to_sequence.map_or(30_000, Sequence::number),
        );
        assert!(sequences.iter().all(|sequence| (bounds.0..=bounds.1).contains(sequence)));
    }
    assert!(helped > 150, "{helped}");
    println!("{helped} lists, {more} sequences too many");
    assert!(lists.find(&Filter::default()).unwrap().is_none());
    assert!(lists.find(&Filter::of_account(BillAccount::Public.into())).unwrap().is_none());
}

#[test]
fn blocks_are_found_near_their_entries() {
    let (_, storage) = memory();
    let mut index = open(&storage);
    feed(&mut index, 1, 20_000, 7);
    feed(&mut index, 20_001, 85_000, 65_000);
    feed(&mut index, 85_001, 86_000, 1);
    index.settle();
    drop(index);
    let lists = lists(&storage).unwrap();
    for sequence in (1..=86_000).step_by(101) {
        let mark = lists.block_near(sequence).unwrap();
        assert_eq!(mark.position.offset, mark.first_sequence * 100);
        let near = match sequence {
            20_001..=85_000 => 20_001 - 256,
            _ => sequence.saturating_sub(256 + 7),
        };
        assert!((near..=sequence).contains(&mark.first_sequence), "{sequence} {mark:?}");
    }
    assert!(lists.block_near(u64::MAX).is_some());
    assert!(lists.block_near(0).is_none());
}

#[test]
fn nothing_but_the_next_entry_is_taken() {
    let (_, storage) = memory();
    let mut index = open(&storage);
    feed(&mut index, 1, 10_000, 1000);
    // Entries that are shown again are passed over.
    feed(&mut index, 9_001, 12_000, 1000);
    index.settle();
    assert_eq!((index.reached(), index.trouble()), (12_000, None));
    check_names(&index, 12_000);
    feed(&mut index, 12_101, 13_000, 1000);
    index.settle();
    assert_eq!(index.trouble(), Some(&IndexError::invalid("entries were left out")));
    assert_eq!(found(&index, "swap-12999"), [12_999]);
}
