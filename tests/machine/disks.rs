//! Guards against a disk that is full or read-only, a user without the right, or too few files to open, being taken for
//! anything else; and against an operation that is lost or half there because of it.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::desk::{Desk, Said};
use super::disk::{Disk, nobody};
use super::{copy, interest, text};

const SWAP: [&str; 8] = ["swap", "florac", "--bills", "1x5", "--paid", "cash", "--on", "2026-08-29"];

/// An error that a person can act on: in both languages it names what failed, and says what to do.
fn told(desk: &Desk, arguments: &[&str], code: i32, naming: &[&str]) {
    desk.aiga(&[arguments, &["--lang", "en"]].concat()).fails(code, &[naming, &["error", "hint:"]].concat());
    desk.aiga(&[arguments, &["--lang", "fr"]].concat())
        .fails(code, &[naming, &["erreur", "conseil :"]].concat());
}

/// The season on a disk of its own.
fn season_on(size: &str) -> Option<(Desk, Disk, String)> {
    let desk = Desk::with_season();
    let volume = Disk::mount(desk.path("disk"), size)?;
    let ledger = volume.at.join("ledger");
    copy(&desk.ledger(), &ledger);
    let ledger = text(&ledger).to_owned();
    Some((desk, volume, ledger))
}

#[test]
fn a_full_disk_is_refused_and_what_was_acknowledged_is_there() {
    let Some((desk, volume, ledger)) = season_on("8m") else { return };
    volume.fill(0);
    let full = ["--ledger", &ledger];
    // The zeros that were laid out ahead take it still.
    desk.aiga(&[&full[..], &SWAP].concat()).done();
    let many = interest(&desk, "many", 0..40_000);
    told(&desk, &[&full[..], &["post", &many]].concat(), 5, &["space", "journal/00000000000000000001.seg"]);
    let entries = |at_least: u64| {
        let audit = desk.aiga(&[&full[..], &["audit", "--json"]].concat()).done().json();
        let entries = audit["entries"].as_u64().unwrap();
        assert!(entries >= at_least, "{entries} of {at_least}");
        entries
    };
    entries(891);
    let status = desk.aiga(&[&full[..], &["status", "--json"]].concat()).done().json();
    assert_eq!(status["circulation"], "10640.00");
    // There is room again: what was refused is simply done again, and nothing is there twice.
    volume.clear();
    volume.remount("size=64m");
    // Only the index may have been begun where there was no room for it.
    desk.aiga(&[&full[..], &["doctor", "--repair"]].concat()).done();
    desk.aiga(&[&full[..], &["post", &many]].concat()).done();
    assert_eq!(entries(40_891), 40_891);
}

#[test]
fn nothing_is_left_where_there_is_no_room_for_it() {
    let Some((desk, volume, ledger)) = season_on("8m") else { return };
    volume.fill(16);
    let at = |name: &str| text(&volume.at.join(name)).to_owned();
    let full = ["--ledger", &ledger];
    let copies: [(&[&str], &str); 3] = [
        (&["backup", &at("april.tar")], "april.tar"),
        (&["backup", &at("april")], "april"),
        (&["export", "--format", "jsonl", &at("journal.jsonl")], "journal.jsonl"),
    ];
    for (arguments, name) in copies {
        desk.aiga(&[&full[..], arguments].concat()).fails(5, &["error", "space"]);
        assert!(!volume.at.join(name).exists(), "{name} is there and not whole");
    }
    let init =
        ["--ledger", &at("new"), "init", "--association", "Essai", "--iban", "FR7621570000010001234567870"];
    desk.aiga(&init).fails(5, &["space", "hint"]);
    let left: Vec<_> = fs::read_dir(&volume.at).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name == "ledger" || name == "filler" || name == "new"), "{left:?}");
    volume.clear();
    desk.aiga(&init).done();
}

#[test]
fn a_read_only_disk_is_read_and_not_written() {
    let Some((desk, volume, ledger)) = season_on("8m") else { return };
    volume.remount("ro");
    let there = ["--ledger", &ledger];
    for command in
        [&["status"][..], &["audit"], &["journal"], &["doctor"], &["backup", text(&desk.path("copy"))]]
    {
        desk.aiga(&[&there[..], command].concat()).done();
    }
    desk.aiga(&[&there[..], &SWAP[..], &["--dry-run"]].concat()).done();
    let swap = [&there[..], &SWAP].concat();
    told(&desk, &swap, 5, &["lock_io"]);
    desk.aiga(&[&swap[..], &["--lang", "en"]].concat()).fails(5, &["ead-only", "lock"]);
    desk.aiga(&[&swap[..], &["--lang", "fr"]].concat()).fails(5, &["verrou", "en lecture seule"]);
    volume.remount("rw");
    desk.aiga(&[&there[..], &SWAP].concat()).done();
}

#[test]
fn a_user_without_the_right_is_told_which_folder() {
    let desk = Desk::with_season();
    let Some(nobody) = nobody(env!("CARGO_BIN_EXE_aiga").as_ref()) else { return };
    let mode = |mode: &str, path: &str| {
        assert!(Command::new("chmod").args(["-R", mode]).arg(desk.path(path)).status().unwrap().success());
    };
    let asked = |arguments: &[&str], lang: &str| {
        let mut command =
            desk.command(&[&["--ledger", text(&desk.ledger()), "--lang", lang], arguments].concat());
        Said::of(command.uid(nobody).gid(nobody).current_dir("/").output().unwrap())
    };
    assert!(Command::new("chmod").arg("0755").arg(desk.path("")).status().unwrap().success());
    for (lang, hint) in [("en", "hint:"), ("fr", "conseil :")] {
        for command in [&["status"][..], &["audit"], &SWAP] {
            asked(command, lang).fails(5, &[text(&desk.ledger()), "ermission", hint]);
        }
    }
    // Whoever may read and not write reads.
    mode("a+rX", "aiga-ledger");
    asked(&["status"], "en").done();
    asked(&["audit"], "en").done();
    asked(&SWAP, "en").fails(5, &["lock", "ermission", "hint:"]);
    let mine = desk.path("mine");
    fs::create_dir(&mine).unwrap();
    asked(&["backup", text(&mine.join("april"))], "en").fails(5, &["mine", "ermission"]);
    assert_eq!(desk.entries_and_root().0, 890);
}

#[test]
fn too_few_files_to_open_lose_nothing() {
    let desk = Desk::with_season();
    desk.aiga(&["post", &interest(&desk, "much", 0..9000)]).done();
    let program = env!("CARGO_BIN_EXE_aiga");
    let mut refused = 0;
    for files in (3..27).step_by(3) {
        let reference = format!("scarce-{files}");
        let charge =
            format!("ulimit -n {files}; exec {program} charge 0.01 --on 2026-09-02 --ref {reference}");
        let mut command = Command::new("sh");
        command.args(["-c", &charge]).current_dir(desk.path("")).env("LC_ALL", "C.UTF-8");
        let said = command.output().unwrap();
        desk.aiga(&["audit"]).done();
        let there = desk.aiga(&["journal", "--ref", &reference]).code == 0;
        match said.status.code() {
            Some(0) => assert!(there, "{files} files: acknowledged and lost"),
            Some(5 | 127) => refused += 1,
            // Before it begins, or while a thread cannot be had.
            code => panic!("{files} files: {code:?} {}", String::from_utf8_lossy(&said.stderr)),
        }
    }
    assert!((1..8).contains(&refused), "{refused} of 8 were refused");
    // The index may have been given up on the way.
    desk.aiga(&["doctor", "--repair"]).done();
}
