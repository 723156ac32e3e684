//! Guards against files of a ledger that others may read, and names from input that lead out of its folder.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::process::{Command, Stdio};

use super::desk::{Desk, Said, season};
use super::{end_of, interest, text};

/// Runs the program for somebody whose new files are open to all.
fn unmasked(desk: &Desk, arguments: &[&str]) -> Said {
    let mut command = Command::new("sh");
    command.args(["-c", "umask 0; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_aiga")]).args(arguments);
    command.current_dir(desk.path("")).env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    Said::of(command.output().unwrap())
}

/// All that lies in a folder is for its owner alone. How many files there are.
fn closed(path: &Path) -> usize {
    let found = path.symlink_metadata().unwrap();
    let expected = if found.is_dir() { 0o700 } else { 0o600 };
    assert_eq!(found.mode() & 0o7777, expected, "{}", path.display());
    // What lies in the folder of sled has the permissions that sled gives it.
    if !found.is_dir() || path.ends_with("index/sled") {
        return 1;
    }
    fs::read_dir(path).unwrap().map(|entry| closed(&entry.unwrap().path())).sum()
}

#[test]
fn every_new_file_and_folder_is_for_its_owner_alone() {
    let desk = Desk::new();
    let season = season("operations.jsonl");
    unmasked(&desk, &["post", text(&season)]).done();
    unmasked(&desk, &["post", &interest(&desk, "much", 0..9000)]).done();
    unmasked(&desk, &["key", "new"]).done();
    let (segment, offset) = end_of(&desk);
    let file = OpenOptions::new().write(true).open(desk.ledger().join(segment)).unwrap();
    file.write_all_at(b"torn", offset).unwrap();
    unmasked(&desk, &["doctor", "--repair"]).done();
    unmasked(&desk, &["backup", "april"]).done();
    unmasked(&desk, &["backup", "april.tar"]).done();
    unmasked(&desk, &["restore", "april.tar", "--ledger", "restored"]).done();
    unmasked(&desk, &["export", "--format", "jsonl", "journal.jsonl"]).done();
    unmasked(&desk, &["import-journal", "journal.jsonl", "--ledger", "imported"]).done();
    for folder in ["journal", "snapshots", "tree", "index", "keys", "damaged", "lock"] {
        assert!(desk.ledger().join(folder).exists(), "{folder}");
    }
    assert!(closed(&desk.ledger()) > 8);
    for copy in ["april", "april.tar", "restored", "imported"] {
        assert!(closed(&desk.path(copy)) > 0, "{copy}");
    }
}

#[test]
fn names_from_input_stay_in_the_folder() {
    let desk = Desk::with_season();
    let outside = |name: &str| desk.path(name).symlink_metadata().is_ok();
    // Two dots are a name like any other, and no path.
    desk.aiga(&["charge", "1.00", "--on", "2026-09-01", "--ref", ".."]).done();
    desk.aiga(&["journal", "--ref", ".."]).done();
    for bad in ["../escape", "/tmp/escape", "a/b"] {
        desk.aiga(&["charge", "1.00", "--on", "2026-09-01", "--ref", bad]).fails(2, &["--ref"]);
        let siren = ["export", "--format", "fec", "--year", "2026", "--siren", bad, "."];
        assert_ne!(desk.aiga(&siren).code, 0, "{bad}");
    }
    assert!(!outside("escape") && !outside("../escape"));
    // A link where a file of the ledger should be is not written through.
    let secret = desk.file("secret", "untouched");
    fs::create_dir_all(desk.ledger().join("keys")).unwrap();
    std::os::unix::fs::symlink(&secret, desk.ledger().join("keys/checkpoint.key")).unwrap();
    let said = desk.aiga(&["checkpoint"]);
    assert_ne!(said.code, 0);
    assert!(!said.err.contains("untouched"), "{}", said.err);
    assert_eq!(fs::read_to_string(secret).unwrap(), "untouched");
}
