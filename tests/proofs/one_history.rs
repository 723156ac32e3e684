//! A key signs one history: what it signed last goes with it, and another history is signed only with a reason, in sight.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

use super::{Desk, desk, text};

/// The ledger, restored into another folder from a backup, with the copy of its keys.
fn restored(desk: &Desk) {
    desk.aiga(&["backup", "copy.tar"]).done();
    desk.aiga(&["restore", "copy.tar", "--ledger", "restored"]).done();
    let keys = desk.path("restored/keys");
    fs::create_dir(&keys).unwrap();
    fs::set_permissions(&keys, Permissions::from_mode(0o700)).unwrap();
    copy_keys(desk);
}

fn copy_keys(desk: &Desk) {
    for file in fs::read_dir(desk.ledger().join("keys")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), desk.path("restored/keys").join(file.file_name())).unwrap();
    }
}

fn swap(desk: &Desk, ledger: &str, reference: &str) {
    let top_up = ["top-up", "1", "--on", "2026-08-31", "--ref", reference];
    desk.aiga(&[&["--ledger", ledger], &top_up[..]].concat()).done();
}

#[test]
fn a_restored_copy_that_went_another_way_is_not_signed_with_the_same_key() {
    let desk = desk();
    desk.aiga(&["checkpoint", "first.txt"]).done();
    restored(&desk);
    // Both go on from what was signed, so both may be signed: whichever comes first.
    swap(&desk, "aiga-ledger", "one-way");
    swap(&desk, "restored", "another-way");
    desk.aiga(&["checkpoint", "second.txt"]).done();
    copy_keys(&desk);
    let refusal = ["other_history", "does not go on from the 891 entries", "hint:"];
    for command in [&["checkpoint", "third.txt"][..], &["receipt", "1", "receipt.json"]] {
        desk.aiga(&[&["--ledger", "restored"], command].concat()).fails(4, &refusal);
    }
    let consistency = ["--ledger", "restored", "consistency", "first.txt", "--out", "growth.json"];
    desk.aiga(&consistency).fails(4, &refusal);
    desk.aiga(&["--ledger", "restored", "--lang", "fr", "checkpoint"])
        .fails(4, &["le journal n'est pas la suite des 891 écritures", "--because RAISON"]);
    for name in ["third.txt", "third.txt.coverage", "receipt.json", "growth.json"] {
        assert!(!desk.path(name).exists(), "{name}");
    }
    // The first of them is as it was: signed again, at the same size, and further on.
    desk.aiga(&["checkpoint"]).done();
    swap(&desk, "aiga-ledger", "further-on");
    desk.aiga(&["checkpoint", "fourth.txt"]).done();
    desk.aiga(&["consistency", "second.txt", "fourth.txt"]).done();
}

#[test]
fn another_history_is_signed_with_a_reason_that_everybody_reads() {
    let desk = desk();
    restored(&desk);
    swap(&desk, "aiga-ledger", "one-way");
    desk.aiga(&["checkpoint", "second.txt"]).done();
    copy_keys(&desk);
    // The restored copy is shorter than what was signed: entries are missing, whoever asks.
    desk.aiga(&["--ledger", "restored", "checkpoint"])
        .fails(4, &["other_history", "signed last: it has only "])
        .lacks("older checkpoint");
    desk.aiga(&["--ledger", "restored", "--lang", "fr", "checkpoint"])
        .fails(4, &["signées en dernier : il n'en a que "])
        .lacks("l'ancien point de contrôle");
    for command in ["status", "audit", "doctor"] {
        desk.aiga(&["--ledger", "restored", command]).fails(4, &["journal_cut_off", "890", "891"]);
    }
    let top_up = ["--ledger", "restored", "top-up", "1", "--on", "2026-08-31", "--ref", "another-way"];
    desk.aiga(&top_up).fails(4, &["journal_cut_off"]);
    desk.aiga(&["--ledger", "restored", "backup", "short.tar"]).fails(4, &["journal_cut_off"]);
    let because = ["--because", "le disque de décembre est perdu"];
    desk.aiga(&[&["--ledger", "restored", "checkpoint", "third.txt"], &because[..]].concat()).done();
    let signed = text(&desk, "third.txt");
    let line = signed.lines().nth(3).unwrap();
    assert!(
        line.starts_with("replaces 891 ") && line.ends_with(" le disque de décembre est perdu"),
        "{signed}"
    );
    desk.aiga(&["--ledger", "restored", "checkpoint", "verify", "third.txt"]).done();
    // From then on it is this history that goes on, and a checkpoint has three lines again.
    desk.aiga(&["--ledger", "restored", "doctor"]).done();
    desk.aiga(&["--ledger", "restored", "checkpoint", "fourth.txt"]).done();
    assert_eq!(text(&desk, "fourth.txt").lines().nth(3), Some(""));
    desk.aiga(&["--ledger", "restored", "consistency", "third.txt", "fourth.txt"]).done();
}

#[test]
fn a_key_that_came_without_what_it_signed_last_asks_before_it_signs() {
    let desk = desk();
    // A new key has signed nothing, and knows it.
    let last = desk.ledger().join("keys/checkpoint.last");
    assert!(fs::read_to_string(&last).unwrap().lines().nth(1) == Some("0"));
    desk.aiga(&["doctor"]).done();
    restored(&desk);
    fs::remove_file(desk.path("restored/keys/checkpoint.last")).unwrap();
    swap(&desk, "aiga-ledger", "one-way");
    swap(&desk, "restored", "another-way");
    desk.aiga(&["checkpoint", "second.txt"]).done();
    for command in [&["checkpoint", "third.txt"][..], &["receipt", "1", "receipt.json"]] {
        let refusal = ["unknown_history", "keys/checkpoint.last is not beside it", "--because REASON"];
        desk.aiga(&[&["--ledger", "restored"], command].concat()).fails(3, &refusal);
    }
    desk.aiga(&["--ledger", "restored", "--lang", "fr", "checkpoint"])
        .fails(3, &["on ne sait pas ce que cette clé a signé", "--because RAISON"]);
    for name in ["third.txt", "third.txt.coverage", "receipt.json"] {
        assert!(!desk.path(name).exists(), "{name}");
    }
    let because = ["--because", "le dossier keys/ est revenu incomplet"];
    desk.aiga(&[&["--ledger", "restored", "checkpoint", "third.txt"], &because[..]].concat()).done();
    let signed = text(&desk, "third.txt");
    assert!(signed.lines().nth(3).unwrap().starts_with("replaces 0 "), "{signed}");
    assert!(signed.contains("le dossier keys/ est revenu incomplet"), "{signed}");
    desk.aiga(&["--ledger", "restored", "checkpoint", "fourth.txt"]).done();
}

#[test]
fn a_damaged_end_that_the_key_has_signed_is_refused_by_all_and_never_overwritten() {
    let desk = desk();
    swap(&desk, "aiga-ledger", "the-last");
    desk.aiga(&["checkpoint", "signed.txt"]).done();
    // Nothing else is left that tells.
    for folder in ["snapshots", "index"] {
        let _ = fs::remove_dir_all(desk.ledger().join(folder));
    }
    let journal = desk.ledger().join("journal");
    let segment = fs::read_dir(journal).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read(&segment).unwrap();
    let end = whole.iter().rposition(|byte| *byte != 0).unwrap();
    let start = whole.windows(8).position(|bytes| bytes == b"the-last").unwrap();
    let mut damaged = whole.clone();
    damaged[start] ^= 1;
    let mut zeroed = whole.clone();
    let block = (0..start).rev().find(|at| whole[*at..].starts_with(&whole[..2])).unwrap();
    zeroed[block..=end].fill(0);
    for (bytes, code) in [(damaged, "journal_damaged"), (zeroed, "journal_cut_off")] {
        fs::write(&segment, &bytes).unwrap();
        let top_up = ["top-up", "1", "--on", "2026-08-31", "--ref", "over-it"];
        for command in
            [&["status"][..], &["backup", "copy.tar"], &top_up, &["doctor"], &["doctor", "--repair"]]
        {
            desk.aiga(command).fails(4, &[code]);
        }
        desk.aiga(&["audit"]).fails(4, &[code.trim_start_matches("journal_")]);
        desk.aiga(&["checkpoint"]).fails(4, &["other_history"]);
        assert!(fs::read(&segment).unwrap() == bytes, "nothing is written over it");
    }
    fs::write(&segment, whole).unwrap();
    desk.aiga(&["doctor"]).done();
}

#[test]
fn what_was_signed_last_is_kept_beside_the_key_and_must_be_what_it_signed() {
    let desk = desk();
    desk.aiga(&["checkpoint", "first.txt"]).done();
    let last = desk.ledger().join("keys/checkpoint.last");
    assert_eq!(fs::read_to_string(&last).unwrap(), text(&desk, "first.txt"));
    assert_eq!(last.metadata().unwrap().mode() & 0o777, 0o600);
    for lie in ["", "no note\n", &text(&desk, "first.txt").replace("890", "889")] {
        fs::write(&last, lie).unwrap();
        desk.aiga(&["checkpoint"]).fails(if lie.contains("889") { 3 } else { 1 }, &["checkpoint.last"]);
        assert_eq!(fs::read_to_string(&last).unwrap(), lie);
        desk.aiga(&["doctor"]).fails(3, &["checkpoint.last"]);
    }
}

#[test]
fn a_key_of_another_user_or_in_a_folder_of_everybody_signs_nothing() {
    let desk = desk();
    fs::set_permissions(desk.ledger(), Permissions::from_mode(0o777)).unwrap();
    desk.aiga(&["checkpoint"]).fails(5, &["keys_writable", "mode 777"]);
    fs::set_permissions(desk.ledger(), Permissions::from_mode(0o755)).unwrap();
    desk.aiga(&["checkpoint"]).done();
    let private = desk.ledger().join("keys/checkpoint.key");
    // Only the system's administrator can give a file away.
    if chown(&private, Some(12345), None).is_ok() {
        desk.aiga(&["checkpoint"]).fails(5, &["key_of_another", "user 12345", "hint:"]);
        desk.aiga(&["--lang", "fr", "receipt", "1"]).fails(5, &["appartient à l'utilisateur 12345"]);
        desk.aiga(&["checkpoint", "verify", "nothing.txt"]).fails(1, &["nothing.txt"]);
    }
}
