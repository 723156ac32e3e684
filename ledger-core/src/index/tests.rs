//! The index as a whole, against a plain list of entries.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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
use crate::storage::{Faulty, Files, Memory, Overlay, ShelfFault};

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
    let live: Vec<u32> = index.published.runs.iter().map(|run| run.extent().run).collect();
    memory.alter_shelf(|pairs| {
        for key in pairs.keys().filter(|key| key[0] == b'r') {
            let run = u32::from_be_bytes(key[1..5].try_into().unwrap());
            assert!(live.contains(&run), "run {run} of {live:?}");
        }
    });
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
        let live: Vec<u32> = index.published.runs.iter().map(|run| run.extent().run).collect();
        let runs = copy.shelf_pairs().into_keys().filter(|key| key[0] == b'r');
        for run in runs.map(|key| u32::from_be_bytes(key[1..5].try_into().unwrap())) {
            assert!(live.contains(&run), "run {run} of {live:?}");
        }
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
    assert!(storage.shelf(ShelfAccess::Read).is_err());
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
fn a_shelf_in_use_is_done_without() {
    let (_, storage) = memory();
    let held = storage.shelf(ShelfAccess::Create).unwrap();
    let mut index = open(&storage);
    assert_eq!(index.trouble(), Some(&IndexError::Shelf(ShelfError::Busy)));
    feed(&mut index, 1, 50_000, 1000);
    index.settle();
    assert_eq!(index.reached(), 0);
    check_names(&index, 50_000);
    drop(held);
}

#[test]
fn a_rehearsal_reads_the_index_and_changes_nothing() {
    let (memory, storage) = memory();
    let mut index = open(&storage);
    feed(&mut index, 1, 10_000, 1000);
    index.settle();
    drop(index);
    let before = memory.shelf_pairs();
    let overlay: Arc<dyn Storage> = Arc::new(Overlay::new(storage, Arc::new(Memory::scratch())));
    let mut index = open(&overlay);
    assert_eq!((index.reached(), index.trouble()), (10_000, None));
    feed(&mut index, 10_001, 60_000, 1000);
    index.settle();
    assert_eq!(index.trouble(), Some(&IndexError::Shelf(ShelfError::ReadOnly)));
    assert_eq!(index.reached(), 10_000);
    check_names(&index, 60_000);
    drop(index);
    assert_eq!(memory.shelf_pairs(), before);
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
    for (fault, nth) in [(ShelfFault::Broken, 1), (ShelfFault::Broken, 12), (ShelfFault::Panics, 7)] {
        let faulty = Arc::new(Faulty::new(Memory::new()));
        let storage: Arc<dyn Storage> = faulty.clone();
        let mut index = open(&storage);
        feed(&mut index, 1, 40_000, 500);
        index.settle();
        assert_eq!(index.reached(), 40_000);
        faulty.fail_shelf_from(nth, fault);
        feed(&mut index, 40_001, 150_000, 500);
        index.settle();
        assert!(matches!(index.trouble(), Some(IndexError::Shelf(ShelfError::Broken { .. }))));
        let error = (1..=40_000).find_map(|old| index.candidates(&name(&format!("swap-{old}"))).err());
        let walk = |visit: &mut dyn FnMut(&Entry)| {
            (1..=150_000).for_each(|sequence| visit(&entry(sequence)));
            Ok::<(), ()>(())
        };
        assert_eq!(index.rebuild(error.clone().unwrap(), |_| Err(())), Err(()));
        index.rebuild(error.unwrap(), walk).unwrap();
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

#[test]
fn a_spoiled_shelf_is_noticed_wherever_it_is_spoiled() {
    let (memory, storage) = memory();
    let mut index = open(&storage);
    feed(&mut index, 1, 20_000, 1000);
    index.settle();
    drop(index);
    let sound = memory.shelf_pairs();
    for (number, (key, value)) in sound.iter().enumerate().step_by(23) {
        let mut spoiled = value.clone();
        match number % 3 {
            0 => spoiled[value.len() / 2] ^= 1 << (number % 8),
            1 => spoiled.truncate(number % value.len()),
            _ => spoiled.clear(),
        }
        drop(storage.shelf(ShelfAccess::Create).unwrap());
        memory.alter_shelf(|pairs| {
            pairs.clone_from(&sound);
            if number % 2 == 0 { drop(pairs.insert(key.clone(), spoiled)) } else { drop(pairs.remove(key)) }
        });
        let index = open(&storage);
        // Begun anew, or every name is found, or it says that it cannot tell.
        if index.reached() == 20_000 {
            for sequence in 1..=20_000 {
                if let Ok(found) = index.candidates(&name(&format!("swap-{sequence}"))) {
                    assert!(sequence % 10 == 0 || found.contains(&Sequence::new(sequence)), "{sequence}");
                }
            }
        }
        drop(index);
    }
}

/// All files below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[test]
fn spoiled_files_are_noticed_whichever_it_is() {
    let (_folder, place, storage) = files();
    let mut index = open(&storage);
    feed(&mut index, 1, 20_000, 1000);
    index.settle();
    drop(index);
    let sound: BTreeMap<PathBuf, Vec<u8>> =
        files_below(&place).into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
    let (mut anew, mut trouble) = (0, 0);
    for (number, (path, bytes)) in sound.iter().filter(|(_, bytes)| !bytes.is_empty()).enumerate() {
        for way in 0..3 {
            storage.drop_shelf().unwrap();
            drop(storage.shelf(ShelfAccess::Create).unwrap());
            let stands = std::fs::read(place.join("place")).unwrap();
            for path in files_below(&place) {
                std::fs::remove_file(path).unwrap();
            }
            for (path, bytes) in &sound {
                std::fs::write(path, bytes).unwrap();
            }
            std::fs::write(place.join("place"), stands).unwrap();
            let mut spoiled = bytes.clone();
            match way {
                0 => spoiled[bytes.len() / 2] ^= 1 << (number % 8),
                1 => spoiled.truncate(bytes.len() / 2),
                _ => {}
            }
            if way == 2 {
                std::fs::remove_file(path).unwrap();
            } else {
                std::fs::write(path, spoiled).unwrap();
            }
            let index = open(&storage);
            if index.reached() == 20_000 {
                for sequence in 1..=20_000 {
                    let Ok(found) = index.candidates(&name(&format!("swap-{sequence}"))) else {
                        trouble += 1;
                        break;
                    };
                    assert!(sequence % 10 == 0 || found.contains(&Sequence::new(sequence)));
                }
            } else {
                anew += 1;
            }
        }
    }
    assert!(anew > 0 && trouble > 0, "{anew} {trouble}");
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
    assert!(Lists::open(&storage).is_none());
    let mut index = open(&storage);
    let all: Vec<Entry> = (1..=30_000).map(entry).collect();
    feed(&mut index, 1, 17_000, 300);
    index.settle();
    feed(&mut index, 17_001, 30_000, 300);
    index.settle();
    assert!(Lists::open(&storage).is_none(), "the writer has it");
    drop(index);
    let lists = Lists::open(&storage).unwrap();
    assert_eq!((lists.reached().sequence, lists.reached().root), (30_000, root(30_000)));
    let (mut helped, mut more) = (0, 0);
    for filter in filters() {
        let Some(sequences) = lists.sequences(&filter) else { continue };
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
    assert!(lists.sequences(&Filter::default()).is_none());
    assert!(lists.sequences(&Filter::of_account(BillAccount::Public.into())).is_none());
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
    let lists = Lists::open(&storage).unwrap();
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
