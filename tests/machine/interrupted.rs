//! Guards against a command that is interrupted (SIGINT, SIGTERM) and does not say what is recorded, records half of what was to be
//! recorded together, or leaves files that nobody finds.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::desk::{Desk, Said};
use super::{interest, text};

/// What ends a process when it is asked to, and the exit code then.
const SIGNALS: [(&str, i32); 2] = [("-INT", 130), ("-TERM", 143)];

fn send(signal: &str, to: &Child) {
    Command::new("kill").args([signal, &to.id().to_string()]).status().unwrap();
}

fn begin(desk: &Desk, arguments: &[&str]) -> Child {
    desk.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// What it said; nothing where the signal came before the program could answer one.
fn ended(process: Child) -> Option<Said> {
    let output = process.wait_with_output().unwrap();
    output.status.code().is_some().then(|| Said::of(output))
}

/// The names in the desk's folder, which is the temporary folder too.
fn names(desk: &Desk) -> BTreeSet<String> {
    let list = fs::read_dir(desk.path("")).unwrap();
    list.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_file_that_fits_in_one_block_is_recorded_whole_or_not_at_all_and_said_so() {
    let desk = Desk::with_season();
    let (mut before, mut stopped) = (890, 0);
    for round in 0..12_u8 {
        let file = interest(&desk, &format!("round-{round}"), 0..20_000);
        let there = names(&desk);
        let post = begin(&desk, &["post", &file]);
        thread::sleep(Duration::from_millis(u64::from(round) * 25));
        let (signal, code) = SIGNALS[usize::from(round % 2)];
        send(signal, &post);
        let said = ended(post);
        let entries = desk.entries_and_root().0;
        let Some(said) = said else {
            assert_eq!((entries, names(&desk)), (before, there));
            continue;
        };
        if said.code == 0 {
            assert_eq!(entries, before + 20_000, "{}", said.out);
        } else {
            said.fails(code, &["interrupted", "nothing was recorded"]);
            assert_eq!(entries, before);
            stopped += 1;
        }
        before = entries;
        assert_eq!(names(&desk), there, "nothing is left");
    }
    assert!(stopped > 0, "none was interrupted");
    desk.aiga(&["audit"]).done();
}

#[test]
fn a_file_that_goes_in_parts_says_so_and_how_far_it_came() {
    let desk = Desk::with_season();
    // Every third line is blank, so that lines and operations are not counted alike.
    let text = fs::read_to_string(interest(&desk, "large", 0..150_000)).unwrap();
    let spaced: String = text.lines().enumerate().fold(String::new(), |mut spaced, (nth, line)| {
        spaced.push_str(line);
        spaced.push_str(if nth % 2 == 1 { "\n\n" } else { "\n" });
        spaced
    });
    let file = desk.file("large.jsonl", spaced);
    let there = names(&desk);
    let mut post = begin(&desk, &["post", "--json", &file]);
    let mut errors = BufReader::new(post.stderr.take().unwrap());
    let mut line = String::new();
    errors.read_line(&mut line).unwrap();
    assert!(line.contains("in 3 parts"), "{line}");
    send("-TERM", &post);
    errors.read_to_string(&mut line).unwrap();
    let said = Said::of(post.wait_with_output().unwrap());
    assert_eq!(said.code, 143, "{}{line}", said.out);
    let error = &said.json()["error"];
    let (recorded, next) = (error["recorded"].as_u64().unwrap(), error["next_line"].as_u64().unwrap());
    assert!([65_536, 131_072].contains(&recorded), "{error}");
    assert_eq!(next, recorded + recorded / 2 + 1);
    assert_eq!((&error["code"], &error["parts"]), (&"interrupted".into(), &3.into()));
    assert!(line.contains(&format!("nothing from line {next} on")), "{line}");
    assert_eq!(desk.entries_and_root().0, 890 + recorded);
    assert_eq!(names(&desk), there);
    let again = desk.aiga(&["post", "--json", &file]).done().json();
    assert_eq!((&again["recorded"], &again["replayed"]), (&(150_000 - recorded).into(), &recorded.into()));
    desk.aiga(&["audit"]).done();
}

#[test]
fn what_waits_for_its_input_or_for_the_lock_ends_at_once() {
    let desk = Desk::with_season();
    let lock = fs::OpenOptions::new().write(true).open(desk.ledger().join("lock")).unwrap();
    lock.lock().unwrap();
    for (signal, code) in SIGNALS {
        let mut reading = desk
            .command(&["post", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let input = reading.stdin.take();
        let waiting = begin(&desk, &["charge", "1.00", "--on", "2026-08-31", "--wait", "600", "--json"]);
        thread::sleep(Duration::from_millis(400));
        for process in [reading, waiting] {
            send(signal, &process);
            Said::of(process.wait_with_output().unwrap())
                .fails(code, &["interrupted: nothing was recorded"])
                .lacks("file");
        }
        drop(input);
    }
    drop(lock);
    assert_eq!(desk.entries_and_root().0, 890);
}

#[test]
fn what_is_being_made_is_gone_when_it_is_interrupted_and_can_be_made_again() {
    let desk = Desk::with_season();
    desk.aiga(&["post", &interest(&desk, "many", 0..60_000)]).done();
    desk.aiga(&["export", "--format", "jsonl", "journal.jsonl"]).done();
    desk.aiga(&["backup", "whole.tar"]).done();
    let commands: [&[&str]; 6] = [
        &["export", "--format", "hledger", "made"],
        &["backup", "made.tar"],
        &["backup", "made"],
        &["--ledger", "made", "restore", "whole.tar"],
        &["--ledger", "made", "import-journal", "journal.jsonl"],
        &["audit", "journal.jsonl"],
    ];
    let there = names(&desk);
    for command in commands {
        let mut stopped = 0;
        for round in 0..6_u8 {
            let (signal, code) = SIGNALS[usize::from(round % 2)];
            let process = begin(&desk, command);
            thread::sleep(Duration::from_millis(20 + 30 * u64::from(round)));
            send(signal, &process);
            let Some(said) = ended(process) else {
                assert_eq!(names(&desk), there, "{command:?}");
                continue;
            };
            if said.code != 0 {
                said.fails(code, &["interrupted", "no file was made"]).lacks("recorded");
                assert_eq!(names(&desk), there, "{command:?}");
                stopped += 1;
            }
            for made in ["made", "made.tar"].map(|name| desk.path(name)) {
                let _ = if made.is_dir() { fs::remove_dir_all(made) } else { fs::remove_file(made) };
            }
        }
        assert!(stopped > 0, "{command:?} was never interrupted");
    }
    desk.aiga(&["--ledger", "made", "restore", text(&desk.path("whole.tar"))]).done();
}

#[test]
fn an_export_that_nobody_reads_to_its_end_is_no_success() {
    let desk = Desk::with_season();
    for form in ["jsonl", "csv", "hledger"] {
        let mut export = begin(&desk, &["export", "--format", form, "-"]);
        let mut first = String::new();
        BufReader::with_capacity(64, export.stdout.take().unwrap()).read_line(&mut first).unwrap();
        Said::of(export.wait_with_output().unwrap()).fails(141, &["output_cut"]);
    }
}
