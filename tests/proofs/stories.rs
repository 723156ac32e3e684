//! Who keeps what, and what it shows.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use ledger_core::journal::{Frontier, Root};
use ledger_core::proof::{Checkpoint, SigningKey};
use serde_json::json;

use super::desk::{Desk, season};
use super::{desk, key_of, text};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in from.read_dir().unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), &to).unwrap();
        }
    }
}

/// Another history under the same key: one entry has something more.
fn rewrite(desk: &Desk) {
    let keys = desk.path("keys-kept");
    copy(&desk.ledger().join("keys"), &keys);
    fs::remove_dir_all(desk.ledger()).unwrap();
    let operations = fs::read_to_string(season("operations.jsonl")).unwrap();
    let forged = operations.replacen("\"swap-000001\"", "\"swap-000001\",\"note\":\"forged\"", 1);
    assert_ne!(operations, forged);
    let file = desk.file("forged.jsonl", forged);
    desk.aiga(&["post", &file]).done();
    copy(&keys, &desk.ledger().join("keys"));
    fs::set_permissions(desk.ledger().join("keys"), Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(desk.ledger().join("keys/checkpoint.key"), Permissions::from_mode(0o600)).unwrap();
    desk.aiga(&["audit"]).done();
}

#[test]
fn a_member_keeps_a_receipt_and_a_rewritten_history_is_found_out() {
    let desk = desk();
    let key = key_of(&desk);
    desk.aiga(&["receipt", "swap-000001", "receipt.json"]).done();
    desk.aiga(&["checkpoint", "signed.txt"]).done();
    rewrite(&desk);
    // The key remembers what it has signed, until whoever keeps it makes it forget.
    desk.aiga(&["checkpoint", "new.txt"]).fails(4, &["other_history", "890"]);
    fs::remove_file(desk.ledger().join("keys/checkpoint.last")).unwrap();
    desk.aiga(&["checkpoint", "new.txt"]).fails(3, &["unknown_history", "checkpoint.last", "hint:"]);
    // The new ledger is sound in itself, and signs what it likes; whoever reads it sees that something was forgotten.
    desk.aiga(&["checkpoint", "new.txt", "--because", "keys moved"]).done();
    assert!(text(&desk, "new.txt").contains("\nreplaces 0 47DEQ"), "{}", text(&desk, "new.txt"));
    desk.aiga(&["checkpoint", "verify", "new.txt"]).done();
    // The receipt needs no ledger, and still holds.
    let said = desk.aiga(&["--ledger", "none", "receipt", "verify", "receipt.json", "--key", &key]).done();
    for words in
        ["#65", "2026-01-03", "swap-000001", "100.00\u{a0}Ä", "100.00\u{a0}€", "entry 65 of the 890", &key]
    {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    // The journal is not the one that was signed.
    desk.aiga(&["checkpoint", "verify", "signed.txt"]).fails(4, &["rewritten", "890", "hint:"]);
    desk.aiga(&["checkpoint", "verify", "signed.txt.coverage"]).fails(4, &["rewritten"]);
    desk.aiga(&["consistency", "signed.txt"]).fails(4, &["rewritten"]);
    desk.aiga(&["consistency", "signed.txt", "new.txt"]).fails(4, &["rewritten"]);
    desk.aiga(&["consistency", "receipt.json"]).fails(4, &["entry 65 of the journal", "other_entry"]);
    let french = desk.aiga(&["--lang", "fr", "--json", "consistency", "receipt.json"]);
    let error = &french.fails(4, &["écriture 65"]).json()["error"];
    assert_eq!((&error["code"], &error["sequence"]), (&json!("other_entry"), &json!(65)));
}

#[test]
fn a_journal_that_was_cut_is_found_out() {
    let desk = desk();
    copy(&desk.ledger(), &desk.path("older"));
    let swap = ["swap", "florac", "--bills", "1x5", "--paid", "cash", "--on", "2026-08-29", "--ref", "new"];
    desk.aiga(&swap).done();
    desk.aiga(&["checkpoint", "signed.txt"]).done();
    desk.aiga(&["receipt", "new", "receipt.json"]).done();
    fs::remove_dir_all(desk.ledger()).unwrap();
    fs::rename(desk.path("older"), desk.ledger()).unwrap();
    desk.aiga(&["checkpoint", "verify", "signed.txt"]).fails(4, &["890", "891", "cut_off"]);
    desk.aiga(&["consistency", "signed.txt"]).fails(4, &["cut_off"]);
    desk.aiga(&["consistency", "receipt.json"]).fails(4, &["cut_off"]);
    desk.aiga(&["receipt", "verify", "receipt.json"]).done();
}

#[test]
fn a_journal_that_only_grew_is_proved_to_whoever_has_both_checkpoints() {
    let desk = desk();
    let key = key_of(&desk);
    desk.aiga(&["checkpoint", "old.txt"]).done();
    let swap = ["swap", "florac", "--bills", "1x5", "--paid", "cash", "--on", "2026-08-29", "--ref", "new"];
    desk.aiga(&swap).done();
    desk.aiga(&["checkpoint", "verify", "old.txt"]).done();
    desk.aiga(&["checkpoint", "new.txt"]).done();
    desk.aiga(&["consistency", "old.txt", "new.txt", "--out", "growth.json"]).done();
    let said = desk.aiga(&["--ledger", "none", "consistency", "verify", "growth.json", "--key", &key]).done();
    assert!(said.out.contains("891") && said.out.contains("890"), "{}", said.out);
    let json = desk.aiga(&["consistency", "old.txt", "--json"]).done().json();
    assert_eq!((&json["old"]["size"], &json["new"]["size"]), (&json!(890), &json!(891)));
    assert_eq!(json["proof"].as_array().unwrap().len(), 8);
    let same = desk.aiga(&["consistency", "new.txt", "--json"]).done().json();
    assert_eq!(same["proof"], json!([]));
    desk.aiga(&["consistency", "new.txt", "old.txt"]).fails(3, &["reversed"]);
    // Whoever has a copy without the private key needs the public one, and cannot sign.
    fs::remove_dir_all(desk.ledger().join("keys")).unwrap();
    desk.aiga(&["consistency", "old.txt"]).fails(1, &["no_key"]);
    desk.aiga(&["consistency", "old.txt", "--key", &key]).done();
    desk.aiga(&["consistency", "old.txt", "--key", &key, "--out", "unsigned.json"]).fails(1, &["no_key"]);
    desk.aiga(&["checkpoint", "verify", "new.txt", "--key", &key]).done();
    desk.aiga(&["checkpoint", "another.txt"]).fails(1, &["no_key"]);
}

#[test]
fn a_key_is_made_once_and_for_its_owner_alone() {
    let desk = Desk::with_season();
    desk.aiga(&["key", "show"]).fails(1, &["no_key"]);
    let made = desk.aiga(&["key", "new", "--json"]).done().json();
    assert!(made["name"].as_str().unwrap().starts_with("aiga-ledger/"), "{made}");
    let private = desk.ledger().join("keys/checkpoint.key");
    let before = fs::read(&private).unwrap();
    assert_eq!(private.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    desk.aiga(&["key", "new"]).fails(1, &["key_exists"]);
    assert_eq!(fs::read(&private).unwrap(), before);
    for mode in [0o640, 0o604, 0o620, 0o644] {
        fs::set_permissions(&private, Permissions::from_mode(mode)).unwrap();
        desk.aiga(&["checkpoint"]).fails(5, &["key_readable", &format!("{mode:o}")]);
        desk.aiga(&["receipt", "1"]).fails(5, &["key_readable"]);
    }
    fs::set_permissions(&private, Permissions::from_mode(0o600)).unwrap();
    desk.aiga(&["checkpoint"]).done();
    fs::write(&private, "PRIVATE+KEY+nonsense\n").unwrap();
    desk.aiga(&["checkpoint"]).fails(1, &["bad_key"]);
    desk.aiga(&["key", "show"]).fails(1, &["bad_key"]);
    fs::write(&private, &before).unwrap();
    desk.aiga(&["key", "new", "--name", "two words"]).fails(2, &["two words"]);
    desk.aiga(&["--ledger", "none", "key", "new"]).fails(1, &["no_ledger"]);
    // The private key is nowhere in what is given away.
    let seed = String::from_utf8(before).unwrap();
    // What follows the name and the id; it may have a plus of its own.
    let seed = seed.trim().splitn(5, '+').nth(4).unwrap().to_owned();
    desk.aiga(&["checkpoint", "verify", "none.txt"]).fails(1, &["file"]);
    for command in [&["key", "show", "--json"][..], &["key", "show"]] {
        assert!(!desk.aiga(command).done().out.contains(&seed));
    }
}

#[test]
fn a_receipt_of_another_key_or_entry_is_refused() {
    let desk = desk();
    desk.aiga(&["receipt", "65", "receipt.json"]).done();
    desk.aiga(&["receipt", "ref:swap-000001", "same.json"]).done();
    assert_eq!(text(&desk, "receipt.json"), text(&desk, "same.json"));
    desk.aiga(&["receipt", "99999"]).fails(1, &["unknown_entry"]);
    desk.aiga(&["receipt", "no-such-ref"]).fails(1, &["unknown_entry"]);
    // Another ledger with a key of the same name.
    let other = super::desk();
    let key = key_of(&other);
    desk.aiga(&["receipt", "verify", "receipt.json", "--key", &key]).fails(3, &["other_key"]);
    let stated = desk.aiga(&["receipt", "verify", "receipt.json"]).done();
    assert!(stated.out.contains("Compare this key with the one that the association publishes"));
    let french = desk.aiga(&["--lang", "fr", "receipt", "verify", "receipt.json"]).done();
    assert!(french.out.contains("Comparez cette clé"), "{}", french.out);
    assert!(!stated.out.contains("you named"), "{}", stated.out);
    let json = desk.aiga(&["receipt", "verify", "receipt.json", "--json"]).done().json();
    assert_eq!((&json["key_from"], &json["entry"]["sequence"]), (&json!("file"), &json!(65)));
    // A receipt that went through a mail program of another system.
    let mailed = desk.file("mailed.json", text(&desk, "receipt.json").replace('\n', "\r\n"));
    desk.aiga(&["receipt", "verify", &mailed]).done();
    let mixed = {
        desk.aiga(&["receipt", "66", "other.json"]).done();
        let proof = |name: &str| {
            let json: serde_json::Value = serde_json::from_str(&text(&desk, name)).unwrap();
            json["record"].as_str().unwrap().to_owned()
        };
        let (own, other) = (proof("receipt.json"), proof("other.json"));
        desk.file("mixed.json", text(&desk, "receipt.json").replace(&own, &other))
    };
    desk.aiga(&["receipt", "verify", &mixed]).fails(3, &["not_included"]);
    desk.aiga(&["checkpoint", "verify", "receipt.json"])
        .fails(1, &["wrong_kind", "receipt.json is a receipt, not a checkpoint or a statement of coverage"]);
    // Saved again in one line, with other blanks: a receipt still, and not as it was written.
    let compact: serde_json::Value = serde_json::from_str(&text(&desk, "receipt.json")).unwrap();
    let compact = desk.file("compact.json", compact.to_string());
    desk.aiga(&["receipt", "verify", &compact]).fails(3, &["not_as_written"]);
    for command in [&["audit", &compact][..], &["--ledger", "none", "import-journal", &compact]] {
        desk.aiga(command).fails(1, &["wrong_kind", "compact.json is a receipt, not an exported journal"]);
    }
    let latin = desk.file("latin.json", b"\xe9");
    desk.aiga(&["receipt", "verify", &latin]).fails(1, &["not_a_note"]);
}

#[test]
fn the_figures_of_coverage_are_those_of_the_ledger() {
    let desk = desk();
    let made = desk.aiga(&["checkpoint", "signed.txt", "--json"]).done().json();
    let status = desk.aiga(&["status", "--json"]).done().json();
    assert_eq!(made["coverage"]["figures"]["fund"], status["fund"]);
    assert_eq!(made["coverage"]["figures"]["circulation"], status["circulation"]);
    assert_eq!(made["checkpoint"], text(&desk, "signed.txt"));
    assert_eq!(made["coverage"]["note"], text(&desk, "signed.txt.coverage"));
    assert_eq!((&made["size"], &made["root"]), (&status["entries"], &status["root"]));
    let verified = desk.aiga(&["checkpoint", "verify", "signed.txt.coverage", "--json"]).done().json();
    assert_eq!(verified["coverage"], made["coverage"]["figures"]);
    // To standard output goes the checkpoint alone, so that other programs read it.
    let piped = desk.aiga(&["checkpoint", "-", "--coverage", "beside.txt"]).done().out;
    assert_eq!(piped, text(&desk, "signed.txt"));
    assert_eq!(text(&desk, "beside.txt"), text(&desk, "signed.txt.coverage"));
    // Later entries change nothing of it.
    let swap = ["swap", "florac", "--bills", "1x5", "--paid", "cash", "--on", "2026-08-29"];
    desk.aiga(&swap).done();
    desk.aiga(&["checkpoint", "verify", "signed.txt.coverage"]).done();
    let said = desk.aiga(&["--lang", "fr", "checkpoint", "verify", "signed.txt.coverage"]).done();
    assert!(said.out.contains("en banque 9\u{a0}785,00\u{a0}€"), "{}", said.out);
}

#[test]
fn an_auditor_takes_an_export_and_a_checkpoint_to_another_machine() {
    let desk = desk();
    let key = key_of(&desk);
    desk.aiga(&["export", "--format", "jsonl", "early.jsonl"]).done();
    desk.aiga(&["interest", "0.21", "--on", "2026-08-31", "--ref", "late"]).done();
    desk.aiga(&["checkpoint", "signed.txt"]).done();
    desk.aiga(&["export", "--format", "jsonl", "journal.jsonl"]).done();
    // There is no ledger on that machine.
    let audit = |export: &str, against: &str| {
        desk.aiga(&["--ledger", "none", "audit", export, "--against", against, "--key", &key])
    };
    for signed in ["signed.txt", "signed.txt.coverage"] {
        let said = audit("journal.jsonl", signed).done();
        assert!(said.out.contains("891 entries") && said.out.contains(&key), "{}", said.out);
        let verify =
            ["--ledger", "none", "checkpoint", "verify", signed, "--export", "journal.jsonl", "--key", &key];
        desk.aiga(&verify).done();
    }
    let told = desk.aiga(&["--ledger", "none", "audit", "journal.jsonl", "--json"]).done().json();
    assert_eq!((&told["entries"], &told["against"]), (&json!(891), &json!(null)));
    // An end that was cut off verifies by itself; the checkpoint tells.
    desk.aiga(&["--ledger", "none", "audit", "early.jsonl"]).done();
    audit("early.jsonl", "signed.txt").fails(4, &["cut_off", "890", "hint:"]);
    desk.aiga(&["--ledger", "none", "audit", "journal.jsonl", "--against", "signed.txt"])
        .fails(1, &["--key"]);
    // A line that was changed is named, and the entry that it is.
    let whole = text(&desk, "journal.jsonl");
    let changed = whole.replacen("\"ref\":\"swap-000001\"", "\"ref\":\"swap-000009\"", 1);
    desk.file("changed.jsonl", changed);
    audit("changed.jsonl", "signed.txt").fails(4, &["line 66, entry 65"]);
    // With what the key signed last, the shorter journal would be refused as it is.
    fs::remove_file(desk.ledger().join("keys/checkpoint.last")).unwrap();
    rewrite(&desk);
    desk.aiga(&["export", "--format", "jsonl", "rewritten.jsonl"]).done();
    desk.aiga(&["interest", "0.21", "--on", "2026-08-31", "--ref", "late"]).done();
    desk.aiga(&["audit", "--against", "signed.txt"]).fails(4, &["rewritten", "891"]);
}

#[test]
fn whose_key_it_was_and_what_that_is_worth_is_said_everywhere() {
    let desk = desk();
    let key = key_of(&desk);
    desk.aiga(&["checkpoint", "signed.txt"]).done();
    desk.aiga(&["interest", "0.21", "--on", "2026-08-31"]).done();
    desk.aiga(&["receipt", "65", "receipt.json"]).done();
    desk.aiga(&["consistency", "signed.txt", "--out", "growth.json"]).done();
    let worth = "name that with --key: whoever keeps this ledger can put a key there";
    for (command, from, worth) in [
        (&["audit", "--against", "signed.txt"][..], "ledger", worth),
        (&["checkpoint", "verify", "signed.txt"], "ledger", worth),
        (&["checkpoint", "verify", "signed.txt.coverage"], "ledger", worth),
        (&["consistency", "signed.txt"], "ledger", worth),
        (&["consistency", "verify", "growth.json"], "file", "anybody can make a key"),
        (&["receipt", "verify", "receipt.json"], "file", "anybody can make a key"),
    ] {
        let said = |more: &[&str]| desk.aiga(&[command, more].concat()).done();
        let of = |said: serde_json::Value| match command[0] {
            "audit" => said["against"]["key_from"].clone(),
            _ => said["key_from"].clone(),
        };
        assert_eq!(of(said(&["--json"]).json()), from, "{command:?}");
        assert_eq!(of(said(&["--json", "--key", &key]).json()), "user", "{command:?}");
        assert!(said(&[]).out.contains(worth), "{command:?}");
        assert!(said(&["--lang", "fr"]).out.contains("Comparez cette clé"), "{command:?}");
        let named = said(&["--key", &key]).out;
        assert!(named.contains("Signed by the key that you named") && !named.contains("Compare"), "{named}");
    }
}

#[test]
fn a_file_that_is_something_else_is_called_by_its_name() {
    let desk = desk();
    desk.aiga(&["checkpoint", "signed.txt"]).done();
    desk.aiga(&["receipt", "65", "receipt.json"]).done();
    desk.aiga(&["consistency", "signed.txt", "--out", "growth.json"]).done();
    desk.aiga(&["export", "--format", "jsonl", "journal.jsonl"]).done();
    desk.aiga(&["backup", "copy.tar"]).done();
    let none = ["--ledger", "none"];
    for (command, is, due) in [
        (&["audit", "signed.txt"][..], "a checkpoint", "an exported journal"),
        (&["--ledger", "none", "import-journal", "receipt.json"], "a receipt", "an exported journal"),
        (&["restore", "signed.txt", none[0], none[1]], "a checkpoint", "a backup"),
        (&["restore", "journal.jsonl", none[0], none[1]], "an exported journal", "a backup"),
        (&["checkpoint", "verify", "journal.jsonl"], "an exported journal", "a checkpoint or a statement of"),
        (
            &["checkpoint", "verify", "growth.json"],
            "a proof of consistency",
            "a checkpoint or a statement of",
        ),
        (&["consistency", "signed.txt.coverage"], "a statement of coverage", "a checkpoint or a receipt"),
        (&["receipt", "verify", "signed.txt"], "a checkpoint", "a receipt"),
        (&["consistency", "verify", "receipt.json"], "a receipt", "a proof of consistency"),
        (&["audit", "--against", "copy.tar"], "a backup", "a checkpoint or a statement of"),
        (
            &["checkpoint", "verify", "signed.txt", "--key", "aiga-ledger/keys/checkpoint.key"],
            "a private key",
            "a public key",
        ),
        (&["checkpoint", "verify", "signed.txt", "--key", "signed.txt"], "a checkpoint", "a public key"),
    ] {
        desk.aiga(command).fails(1, &[&format!("is {is}, not {due}"), "wrong_kind", "hint:"]);
        assert!(!desk.path("none").exists());
    }
    desk.aiga(&["--lang", "fr", "audit", "signed.txt"])
        .fails(1, &["est un point de contrôle, pas un journal"]);
    desk.aiga(&["checkpoint", "verify", "signed.txt", "--key", "nofile.pub"])
        .fails(1, &["could not read nofile.pub"]);
    desk.aiga(&["checkpoint", "verify", "signed.txt", "--key", "a+b+c"]).fails(1, &["bad_key"]);
}

#[test]
fn an_empty_journal_that_was_signed_has_the_root_of_nothing() {
    let desk = desk();
    let private = text(&desk, "aiga-ledger/keys/checkpoint.key");
    let key = SigningKey::from_private_text(private.trim_end()).unwrap();
    let empty = Frontier::new().root();
    let sign = |root| Checkpoint::new(key.verifying().name().clone(), 0, root).sign(&key).to_string();
    let (right, wrong) = (desk.file("right.txt", sign(empty)), desk.file("wrong.txt", sign(Root([7; 32]))));
    desk.aiga(&["consistency", &right]).done();
    desk.aiga(&["consistency", &wrong]).fails(4, &["rewritten"]);
    desk.aiga(&["consistency", &wrong, &wrong]).fails(4, &["rewritten"]);
}

#[test]
fn an_entry_that_a_receipt_shows_and_the_journal_has_lost_is_missed() {
    let desk = desk();
    copy(&desk.ledger(), &desk.path("older"));
    desk.aiga(&["interest", "0.21", "--on", "2026-08-31", "--ref", "late"]).done();
    desk.aiga(&["receipt", "late", "receipt.json"]).done();
    desk.aiga(&["checkpoint", "signed.txt"]).done();
    fs::remove_dir_all(desk.ledger()).unwrap();
    fs::rename(desk.path("older"), desk.ledger()).unwrap();
    desk.aiga(&["consistency", "receipt.json", "signed.txt"]).fails(4, &["cut_off", "890", "891"]);
}

#[test]
fn nothing_is_signed_where_there_is_nothing() {
    let hint = "record an operation first";
    let desk = desk();
    let keys = desk.path("keys-kept");
    copy(&desk.ledger().join("keys"), &keys);
    let segment = desk.ledger().join("journal/00000000000000000001.seg");
    let length = fs::metadata(&segment).unwrap().len();
    fs::remove_dir_all(desk.ledger().join("snapshots")).unwrap();
    fs::write(&segment, vec![0; usize::try_from(length).unwrap()]).unwrap();
    desk.aiga(&["checkpoint"]).fails(1, &["nothing_to_sign", hint]);
}
