//! A file of operations is recorded in a rehearsal first, which the ledger adopts: it ends where posting one by one ends.

use ledger_core::journal::{Layout, segments};
use ledger_core::storage::{Fault, Faulty, Files, Overlay, Step, SystemClock};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Output};

use super::generate::histories;
use super::season::{beginning, noted_swap, swap, swaps};
use super::*;

/// Posts to a rehearsal and adopts it, as a file is posted; the operations that are refused are left out.
fn adopt(
    ledger: &mut Ledger,
    storage: &Arc<dyn Storage>,
    operations: &[Operation],
    batch: usize,
) -> Result<Vec<Result<Receipt, Rejection>>, LedgerError> {
    let aside: Arc<dyn Storage> = Arc::new(Overlay::new(storage.clone(), Arc::new(Memory::scratch())));
    let mut rehearsal = ledger.rehearsal(&aside)?;
    let mut outcomes = Vec::new();
    for batch in operations.chunks(batch) {
        outcomes.extend(rehearsal.post_each(batch)?);
    }
    assert!(ledger.adopt(&rehearsal, &mut |_| ControlFlow::Continue(()))?.is_continue());
    Ok(outcomes)
}

/// What a receipt says, whichever block it was given for.
fn plain(outcomes: Vec<Result<Receipt, Rejection>>) -> Vec<Result<(u64, String, bool), Rejection>> {
    let plain =
        |receipt: Receipt| (receipt.sequence.number(), receipt.recorded_at.to_string(), receipt.replayed);
    outcomes.into_iter().map(|outcome| outcome.map(plain)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_adopted_onto_an_index_leaves_what_posting_one_by_one_leaves(
        history in histories(200),
        (first, second) in (0..200_usize, 0..200_usize),
        batch in 1..40_usize,
        settled in any::<bool>(),
        broken in proptest::option::of(1..30_u64),
    ) {
        let operations = readable(&history);
        let (first, second) = (first.min(operations.len()), second.min(operations.len()));
        let faulty = Arc::new(Faulty::new(Arc::new(Memory::new())));
        let storage: Arc<dyn Storage> = faulty.clone();
        let mut ledger = Ledger::create(storage.clone(), Box::new(clock())).unwrap();
        let mut one_by_one = without_index();
        // Some at the desk, then a file that holds some of them again, then all of it.
        for group in operations[..first].chunks(20) {
            ledger.post_each(group).unwrap();
            ledger.settle();
        }
        ask(&mut one_by_one, &operations[..first], Way::OneByOne);
        if let Some(nth) = broken {
            faulty.fail_below("index", nth);
        }
        for file in [&operations[..second], &operations[second..], &operations[..]] {
            let adopted = adopt(&mut ledger, &storage, file, batch).unwrap();
            let Answer::Each(expected) = ask(&mut one_by_one, file, Way::OneByOne) else { unreachable!() };
            prop_assert_eq!(plain(adopted), plain(expected));
            prop_assert_eq!(ledger.root(), one_by_one.root());
            if settled {
                ledger.settle();
            }
        }
        drop(ledger);
        faulty.heal();
        let mut ledger = open(&faulty);
        let Answer::Each(again) = ask(&mut ledger, &operations, Way::OneByOne) else { unreachable!() };
        let Answer::Each(expected) = ask(&mut one_by_one, &operations, Way::OneByOne) else { unreachable!() };
        prop_assert_eq!(plain(again), plain(expected));
        prop_assert_eq!(ledger.root(), one_by_one.root());
    }
}

#[test]
fn a_disk_that_fills_up_while_a_file_is_adopted_leaves_all_of_it_or_nothing() {
    const LAYOUT: Layout = Layout { segment_len_max: 9_000, extend_step_min: 2048, extend_step_max: 2048 };
    let file: Vec<Operation> = swaps(1..400);
    let mut expected = without_index();
    for operations in [beginning(), swaps(1000..1100), file.clone()] {
        ask(&mut expected, &operations, Way::OneByOne);
    }
    let mut beginnings = std::collections::BTreeSet::new();
    for step in [Step::Extend, Step::Write, Step::Sync, Step::Create] {
        for nth in (1..).step_by(3) {
            let faulty = Arc::new(Faulty::new(Arc::new(Memory::new())));
            let storage: Arc<dyn Storage> = faulty.clone();
            let mut ledger = Ledger::create_with(storage.clone(), Box::new(clock()), LAYOUT).unwrap();
            ledger.post_batch(&beginning()).unwrap();
            ledger.post_batch(&swaps(1000..1100)).unwrap();
            ledger.settle();
            faulty.fail_from(step, nth, Fault::Full);
            let adopted = adopt(&mut ledger, &storage, &file, 23);
            let code = adopted.as_ref().map_err(LedgerError::code).map(drop);
            if adopted.is_err() {
                assert!(ledger.post(&swap(5000)).is_err(), "nothing more is recorded");
            }
            faulty.heal();
            drop(ledger);
            let mut ledger = Ledger::open_with(storage.clone(), Box::new(clock()), LAYOUT).unwrap();
            let recorded = ledger.state().entries() - 104;
            beginnings.insert(recorded);
            let again = adopt(&mut ledger, &storage, &file, 23).unwrap();
            let replayed =
                again.iter().filter(|outcome| outcome.as_ref().is_ok_and(|receipt| receipt.replayed));
            assert_eq!((again.len(), replayed.count() as u64), (399, recorded));
            assert_eq!(ledger.root(), expected.root());
            ledger.settle();
            drop(ledger);
            assert_sound(&faulty, 503);
            if code.is_ok() {
                break;
            }
        }
    }
    assert_eq!(beginnings, [0, 399].into(), "however it was rehearsed");
}

#[test]
fn a_file_of_more_than_a_block_leaves_whole_parts_that_posting_again_completes() {
    const PART: u64 = ledger_core::ledger::BATCH_MAX as u64;
    let charge = |nth| format!(r#"{{"op":"bank_charge","ref":"c-{nth}","on":"2026-03-02","amount":"0.01"}}"#);
    let file: Vec<Operation> =
        (0..2 * PART + 10).map(|nth| Operation::from_json(&charge(nth)).unwrap()).collect();
    for (whole_parts, fails) in [(3_usize, false), (1, false), (1, true), (2, true)] {
        let faulty = Arc::new(Faulty::new(Arc::new(Memory::new())));
        // Writes are counted: the index has none.
        let shelved = Arc::new(Shelved::over(faulty.clone()));
        shelved.serves(Serves::Never);
        let storage: Arc<dyn Storage> = shelved;
        let mut ledger = Ledger::create(storage.clone(), Box::new(clock())).unwrap();
        ledger.post_batch(&beginning()).unwrap();
        ledger.settle();
        let begun = ledger.state().entries();
        let aside: Arc<dyn Storage> = Arc::new(Overlay::new(storage.clone(), Arc::new(Memory::scratch())));
        let mut rehearsal = ledger.rehearsal(&aside).unwrap();
        file.chunks(8192).for_each(|batch| drop(rehearsal.post_each(batch).unwrap()));
        assert_eq!(ledger.parts(&rehearsal).unwrap(), 3);
        if fails {
            faulty.fail_from(Step::Write, whole_parts as u64 + 1, Fault::Torn);
        }
        let mut told = Vec::new();
        let adopted = ledger.adopt(&rehearsal, &mut |entries| {
            told.push(entries);
            if whole_parts < 3 && told.len() == whole_parts && !fails {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        let whole = [PART, 2 * PART, file.len() as u64];
        assert_eq!(told, whole[..whole_parts]);
        assert_eq!(matches!(adopted, Ok(ControlFlow::Continue(()))), whole_parts == 3);
        assert_eq!(
            ledger.post(&swap(5000)).is_err(),
            whole_parts < 3,
            "nothing more until it is opened again"
        );
        drop((ledger, rehearsal));
        faulty.heal();
        let mut ledger = Ledger::open(storage.clone(), Box::new(clock())).unwrap();
        assert_eq!(ledger.state().entries() - begun, whole[whole_parts - 1] + u64::from(whole_parts == 3));
        let again = adopt(&mut ledger, &storage, &file, 8192).unwrap();
        let replayed = again.iter().filter(|outcome| outcome.as_ref().is_ok_and(|receipt| receipt.replayed));
        assert_eq!(replayed.count() as u64, whole[whole_parts - 1]);
    }
}

// ---- By the program, on a disk ---------------------------------------------------------------------------------

/// A ledger on a disk with an index that knows its entries, and what its folder is.
fn ledger_on_disk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let storage: Arc<dyn Storage> = Arc::new(Files::at(folder.path()));
    let mut ledger = Ledger::create(storage, Box::new(SystemClock)).unwrap();
    ledger.post_batch(&beginning()).unwrap();
    ledger.post_batch(&swaps(1000..1700)).unwrap();
    ledger.settle();
    ledger.post_batch(&swaps(1700..2000)).unwrap();
    ledger.settle();
    drop(ledger);
    assert!(folder.path().join("index").is_dir());
    folder
}

fn aiga(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aiga"));
    command.arg("--ledger").arg(folder).args(["--lang", "en"]).args(arguments).output().unwrap()
}

/// A file beside the ledger.
fn file_of(operations: &[Operation], more: &str) -> tempfile::NamedTempFile {
    let lines: Vec<String> =
        operations.iter().map(|operation| serde_json::to_string(operation).unwrap()).collect();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, format!("{}\n{more}\n", lines.join("\n"))).unwrap();
    file
}

/// All files below a folder, and their bytes.
fn bytes_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(bytes_below(&path));
        } else {
            files.insert(path.display().to_string(), std::fs::read(&path).unwrap());
        }
    }
    files
}

/// All entries, but for the instants at which they were recorded.
fn timeless(view: &View) -> Vec<Value> {
    let plain = |entry: Entry| {
        let mut value = serde_json::to_value(entry).unwrap();
        value.as_object_mut().unwrap().remove("recorded_at").unwrap();
        value
    };
    shown(view, &Filter::default()).into_iter().map(plain).collect()
}

#[test]
fn a_file_posted_by_the_program_onto_an_index_is_recorded_like_one_by_one() {
    let folder = ledger_on_disk();
    let mut file = swaps(1..300);
    file.extend(swaps(1650..1750));
    file.extend(swaps(290..310));
    let path = file_of(&file, "");
    let posted = |expected: &str| {
        let said = aiga(folder.path(), &["post", path.path().to_str().unwrap()]);
        let told = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(said.status.success() && told.contains(expected), "{told}");
    };
    posted("309 recorded, 110 known already");
    posted("0 recorded, 419 known already");
    let mut expected = without_index();
    for operations in [beginning(), swaps(1000..2000), file] {
        ask(&mut expected, &operations, Way::OneByOne);
    }
    let view = View::open(Arc::new(Files::at(folder.path()))).unwrap();
    let entries = timeless(&view);
    let one_by_one: Vec<Value> = (1..=expected.state().entries())
        .map(|sequence| {
            let entry = expected.entry(ledger_core::Sequence::new(sequence)).unwrap();
            let mut value = serde_json::to_value(entry).unwrap();
            value.as_object_mut().unwrap().remove("recorded_at").unwrap();
            value
        })
        .collect();
    assert_eq!(entries, one_by_one);
    assert_eq!(
        serde_json::to_value(view.state().unwrap().state).unwrap()["entries"],
        expected.state().entries()
    );
    assert!(aiga(folder.path(), &["audit"]).status.success());
}

#[test]
fn a_refused_file_and_a_dry_run_leave_journal_snapshots_and_index_as_they_were() {
    let folder = ledger_on_disk();
    let before = bytes_below(folder.path());
    let mut good = swaps(1..300);
    good.extend(swaps(1000..1100));
    let conflict = serde_json::to_string(&noted_swap(1500, "another")).unwrap();
    let refused = file_of(&good, &conflict);
    let (refused, good) = (refused.path().to_str().unwrap().to_owned(), (file_of(&good, ""), refused));
    let good = good.0.path().to_str().unwrap();
    for (arguments, code) in [
        (&["post", refused.as_str()][..], 1),
        (&["post", "--dry-run", good], 0),
        (&["post", "--dry-run", refused.as_str()], 1),
        (&["post", refused.as_str()], 1),
    ] {
        let said = aiga(folder.path(), arguments);
        assert_eq!(said.status.code(), Some(code), "{}", String::from_utf8_lossy(&said.stderr));
        let after = bytes_below(folder.path());
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&before), names(&after), "{arguments:?}");
        for (path, bytes) in &before {
            assert!(after.get(path) == Some(bytes), "{path} after {arguments:?}");
        }
    }
}

#[test]
fn a_rehearsal_that_is_not_adopted_leaves_nothing_behind() {
    let memory = Arc::new(Memory::new());
    let storage: Arc<dyn Storage> = memory.clone();
    let mut ledger = Ledger::create(storage.clone(), Box::new(clock())).unwrap();
    ledger.post_batch(&beginning()).unwrap();
    ledger.settle();
    let (before, index) = (segments(&memory).unwrap(), index_files(&memory));
    let aside: Arc<dyn Storage> = Arc::new(Overlay::new(storage, Arc::new(Memory::scratch())));
    let mut rehearsal = ledger.rehearsal(&aside).unwrap();
    for batch in swaps(1..30_000).chunks(5000) {
        rehearsal.post_batch(batch).unwrap();
    }
    rehearsal.settle();
    drop(rehearsal);
    ledger.settle();
    assert_eq!((segments(&memory).unwrap(), index_files(&memory)), (before, index));
    assert!(!ledger.post(&swap(1)).unwrap().replayed);
}
