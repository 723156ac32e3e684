//! Guards against an acknowledgement that is not durable: a child process posts and says which entries it was told are
//! recorded, is killed without warning, and every one of them must be there, under the root it was told. So it is while
//! its index is flushed and merged: what the kill leaves of that makes nobody record an operation twice.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ledger_core::audit::audit;
use ledger_core::journal::{Layout, segments};
use ledger_core::storage::{Files, Storage, SystemClock};
use ledger_core::{Ledger, Operation, Receipt, Sequence, View};

/// How often a writer is killed; `KILL_ROUNDS` asks for more.
fn rounds() -> u64 {
    std::env::var("KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(120)
}

/// A ledger is used for so many rounds, so that opening it stays quick.
const ROUNDS_PER_LEDGER: u64 = 25;

/// Writers killed while their index grows, for each of the others so many fewer: they post more.
const ROUNDS_PER_INDEX_ROUND: u64 = 12;

const FOLDER: &str = "KILLED_WRITER_FOLDER";

/// Entries before the first swap.
const OPENING: u64 = 4;

/// Bytes of a segment, where the child is to begin one after another.
const SEGMENT: &str = "KILLED_WRITER_SEGMENT";

/// Small enough that a segment is begun every few commits.
const SMALL_SEGMENT: &str = "3000";

/// The segments of the child: of the usual size, or of the one asked for.
fn layout() -> Layout {
    let small = std::env::var(SEGMENT).ok().and_then(|bytes| bytes.parse().ok());
    small.map_or_else(Layout::default, |segment_len_max| Layout {
        segment_len_max,
        extend_step_min: 4096,
        extend_step_max: 4096,
    })
}

fn files(folder: &Path) -> Arc<dyn Storage> {
    Arc::new(Files::at(folder))
}

fn operations(lines: &[&str]) -> Vec<Operation> {
    lines.iter().map(|line| Operation::from_json(line).unwrap()).collect()
}

fn found(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    let mut ledger = Ledger::create(files(folder), Box::new(SystemClock)).unwrap();
    let opening = operations(&[
        r#"{"op":"found","ref":"found","on":"2026-01-02","currency":"Aïga","symbol":"Ä","code":"AIGA","denominations":[1,5,10],"association":"Essai","fund":{"bank":"La Nef","iban":"FR7621570000010001234567870"},"reconversion_fee":"0.02"}"#,
        r#"{"op":"open_bureau","ref":"open","on":"2026-01-02","bureau":"florac","name":"Florac","local_group":"causses","terms":{"consignment":{"till_ceiling":"9000000.00"}}}"#,
        r#"{"op":"print_bills","ref":"print","on":"2026-01-02","bills":{"10":500000}}"#,
        r#"{"op":"supply","ref":"supply","on":"2026-01-02","bureau":"florac","bills":{"10":500000}}"#,
    ]);
    assert_eq!(ledger.post_batch(&opening).unwrap().len() as u64, OPENING);
}

fn swap(number: u64) -> Operation {
    let line = format!(
        r#"{{"op":"swap","ref":"swap-{number}","on":"2026-01-03","bureau":"florac","bills":{{"10":1}},"paid":"cash"}}"#
    );
    Operation::from_json(&line).unwrap()
}

/// The child: posts alone and in batches until it is killed, and says each acknowledgement.
#[test]
fn child_posts_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let mut ledger = Ledger::open_with(files(Path::new(&folder)), Box::new(SystemClock), layout()).unwrap();
    let mut said = std::io::stdout();
    let mut number = ledger.state().entries();
    let mut say = |receipt: &Receipt| {
        writeln!(said, "\nrecorded {} {} {}", receipt.sequence, receipt.tree_size, receipt.root).unwrap();
        said.flush().unwrap();
    };
    loop {
        number += 1;
        say(&ledger.post(&swap(number)).unwrap());
        if number.is_multiple_of(7) {
            let batch: Vec<Operation> = (1..=number % 40 + 1).map(|more| swap(number + more)).collect();
            number += batch.len() as u64;
            ledger.post_batch(&batch).unwrap().iter().for_each(&mut say);
        }
    }
}

/// Another child: posts so much that its index is flushed and merged all the time, and says each acknowledged batch.
#[test]
fn child_fills_its_index_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let mut ledger = Ledger::open(files(Path::new(&folder)), Box::new(SystemClock)).unwrap();
    let mut said = std::io::stdout();
    let mut number = ledger.state().entries() - OPENING;
    for round in 0.. {
        let count = if round % 3 == 0 { 200 } else { 3000 };
        let batch: Vec<Operation> = (1..=count).map(|more| swap(number + more)).collect();
        number += count;
        let receipts = ledger.post_batch(&batch).unwrap();
        assert!(receipts.iter().all(|receipt| !receipt.replayed), "an operation was taken for another");
        let last = receipts.last().unwrap();
        writeln!(said, "\nrecorded {} {} {}", last.sequence, last.tree_size, last.root).unwrap();
        said.flush().unwrap();
        // Many small runs, and soon merged ones; or a large one behind our back.
        if ledger.state().entries() % 32_768 < 24_000 {
            ledger.settle();
        }
    }
}

/// What a child that was killed some time after its nth acknowledgement had been told: sequence, tree size and root.
fn told_before_the_kill(
    child: &str,
    folder: &Path,
    nth: usize,
    patience: Duration,
    segment: Option<&str>,
) -> Vec<(u64, u64, String)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", child, "--nocapture"])
        .env(FOLDER, folder)
        .envs(segment.map(|bytes| (SEGMENT, bytes)))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut told: Vec<(u64, u64, String)> = Vec::new();
    let parse = |line: &str| {
        let mut words = line.strip_prefix("recorded ")?.split(' ');
        Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?, words.next()?.to_owned()))
    };
    // The first acknowledgement says that it has opened the ledger and posts; the kill comes some time after.
    while told.len() < nth {
        match lines.next() {
            Some(line) => told.extend(parse(&line.unwrap())),
            None => panic!("the child ended by itself: {:?}", child.wait()),
        }
    }
    std::thread::sleep(patience);
    child.kill().unwrap();
    child.wait().unwrap();
    // A line that was cut off by the kill was not told.
    told.extend(lines.map_while(Result::ok).filter(|line| line.len() > 64).filter_map(|line| parse(&line)));
    told.retain(|(_, _, root)| root.len() == 64);
    told
}

#[test]
fn whatever_was_acknowledged_before_the_kill_is_there() {
    if std::env::var_os(FOLDER).is_some() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let mut told_in_all = 0;
    for round in 0..rounds() {
        let folder = place.path().join(format!("ledger-{}", round / ROUNDS_PER_LEDGER));
        if round % ROUNDS_PER_LEDGER == 0 {
            found(&folder);
        }
        // Spread over what a few commits take, so that the kill falls at every point of a commit.
        let patience = Duration::from_micros(round * 7919 % 9_000);
        // On every other ledger, segments begin all the time.
        let small = (round / ROUNDS_PER_LEDGER % 2 == 1).then_some(SMALL_SEGMENT);
        let told = told_before_the_kill("child_posts_until_it_is_killed", &folder, 1, patience, small);
        told_in_all += told.len();
        let ledger = Ledger::open(files(&folder), Box::new(SystemClock)).unwrap();
        let last = told.last().unwrap();
        assert!(ledger.state().entries() >= last.0, "round {round}: entry {} is lost", last.0);
        assert!(ledger.state().backing().is_ok());
        drop(ledger);
        let view = View::open(files(&folder)).unwrap();
        for (sequence, tree_size, root) in [&told[0], last] {
            let entry = view.entry(Sequence::new(*sequence)).unwrap().unwrap();
            assert_eq!(entry.sequence.number(), *sequence);
            let standing = view.state_after(Sequence::new(*tree_size)).unwrap();
            assert_eq!(standing.root.unwrap().to_string(), *root, "round {round}");
        }
        if round % ROUNDS_PER_LEDGER == ROUNDS_PER_LEDGER - 1 {
            let report = audit(&files(&folder), |_| {}).unwrap();
            assert!(report.ok, "round {round}: {:?}", report.failure);
        }
    }
    let begun =
        |ledger: u64| segments(&*files(&place.path().join(format!("ledger-{ledger}")))).unwrap().len();
    assert!(rounds() < 2 * ROUNDS_PER_LEDGER || begun(1) > 2, "segments were begun");
    println!("{} writers killed, {told_in_all} acknowledgements kept", rounds());
}

#[test]
fn a_kill_while_the_index_is_flushed_and_merged_loses_nothing_and_doubles_nothing() {
    if std::env::var_os(FOLDER).is_some() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("ledger");
    found(&folder);
    let rounds = rounds().div_ceil(ROUNDS_PER_INDEX_ROUND);
    let mut indexed = 0;
    for round in 0..rounds {
        // At every point of a flush or a merge, of the second or of a later one.
        let (nth, patience) =
            (1 + usize::try_from(round % 5).unwrap(), Duration::from_micros(round * 7919 % 40_000));
        let told =
            told_before_the_kill("child_fills_its_index_until_it_is_killed", &folder, nth, patience, None);
        // The next child opens what is left of the index.
        let standing = View::open(files(&folder)).unwrap().state().unwrap();
        assert!(standing.state.entries() >= told.last().unwrap().0, "round {round}: an entry is lost");
        indexed += u64::from(folder.join("index").is_dir());
    }
    assert!(indexed > rounds / 2, "the index was there in {indexed} rounds of {rounds}");
    let report = audit(&files(&folder), |_| {}).unwrap();
    assert!(report.ok, "{:?}", report.failure);
    let mut ledger = Ledger::open(files(&folder), Box::new(SystemClock)).unwrap();
    let (entries, root) = (ledger.state().entries(), ledger.root());
    let numbers: Vec<u64> = (1..=entries - OPENING).collect();
    for numbers in numbers.chunks(10_000) {
        let again: Vec<Operation> = numbers.iter().map(|number| swap(*number)).collect();
        for (number, receipt) in numbers.iter().zip(ledger.post_batch(&again).unwrap()) {
            assert!(
                receipt.replayed && receipt.sequence.number() == number + OPENING,
                "swap {number}: {receipt:?}"
            );
        }
    }
    assert_eq!((ledger.state().entries(), ledger.root()), (entries, root));
    println!("{rounds} writers killed while their index grew, {entries} entries, each once");
}
