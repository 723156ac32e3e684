//! Guards against an acknowledgement that is not durable: a child process posts and says which entries it was told are
//! recorded, is killed without warning, and every one of them must be there, under the root it was told.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ledger_core::audit::audit;
use ledger_core::storage::{Files, Storage, SystemClock};
use ledger_core::{Ledger, Operation, Receipt, Sequence, View};

/// How often a writer is killed; `KILL_ROUNDS` asks for more.
fn rounds() -> u64 {
    std::env::var("KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(200)
}

/// A ledger is used for so many rounds, so that opening it stays quick.
const ROUNDS_PER_LEDGER: u64 = 25;

const FOLDER: &str = "KILLED_WRITER_FOLDER";

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
        r#"{"op":"found","ref":"found","on":"2026-01-02","currency":"Aïga","symbol":"Ä","code":"AIGA","denominations":[1,5,10],"association":"Essai","fund":{"bank":"La Nef","iban":"FR76"},"reconversion_fee":"0.02"}"#,
        r#"{"op":"open_bureau","ref":"open","on":"2026-01-02","bureau":"florac","name":"Florac","local_group":"causses","terms":{"consignment":{"till_ceiling":"9000000.00"}}}"#,
        r#"{"op":"print_bills","ref":"print","on":"2026-01-02","bills":{"10":500000}}"#,
        r#"{"op":"supply","ref":"supply","on":"2026-01-02","bureau":"florac","bills":{"10":500000}}"#,
    ]);
    ledger.post_batch(&opening).unwrap();
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
    let mut ledger = Ledger::open(files(Path::new(&folder)), Box::new(SystemClock)).unwrap();
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

/// What a killed child had been told: sequence, tree size and root.
fn told_before_the_kill(folder: &Path, patience: Duration) -> Vec<(u64, u64, String)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_posts_until_it_is_killed", "--nocapture"])
        .env(FOLDER, folder)
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
    while told.is_empty() {
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
        let told = told_before_the_kill(&folder, patience);
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
    println!("{} writers killed, {told_in_all} acknowledgements kept", rounds());
}
