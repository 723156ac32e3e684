//! The key and the files that it signs: made once, whole or not at all, and in nobody's place.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use ledger_core::proof::SigningKey;

use super::desk::{Desk, Said};
use super::{desk, key_of, text};

fn names(folder: &Path) -> BTreeSet<String> {
    let names = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

#[test]
fn of_keys_that_are_made_at_once_one_is_made_and_published() {
    const AT_ONCE: usize = 8;
    let desk = Desk::with_season();
    for _ in 0..5 {
        let running: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let mut command = desk.command(&["key", "new"]);
                command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
                command.spawn().unwrap()
            })
            .collect();
        let said: Vec<Said> =
            running.into_iter().map(|child| Said::of(child.wait_with_output().unwrap())).collect();
        let (made, refused): (Vec<Said>, Vec<Said>) = said.into_iter().partition(|said| said.code == 0);
        assert_eq!((made.len(), refused.len()), (1, AT_ONCE - 1));
        for said in refused {
            said.fails(1, &["key_exists"]);
        }
        let keys = desk.ledger().join("keys");
        assert_eq!(
            names(&keys),
            ["checkpoint.key", "checkpoint.last", "checkpoint.pub"].map(str::to_owned).into()
        );
        let private = fs::read_to_string(keys.join("checkpoint.key")).unwrap();
        let key = SigningKey::from_private_text(private.trim_end()).unwrap();
        let public = fs::read_to_string(keys.join("checkpoint.pub")).unwrap();
        assert_eq!(public.trim_end(), key.verifying().to_string());
        assert_eq!(desk.aiga(&["checkpoint"]).done().code, 0, "it knows that it has signed nothing");
        assert!(made[0].out.starts_with(&public), "{}", made[0].out);
        fs::remove_dir_all(&keys).unwrap();
    }
}

#[test]
fn a_public_half_of_another_key_is_found_out_and_never_removed() {
    let (desk, other) = (desk(), super::desk());
    let key = key_of(&desk);
    desk.aiga(&["checkpoint", "signed.txt"]).done();
    let public = desk.ledger().join("keys/checkpoint.pub");
    for wrong in [format!("{}\n", key_of(&other)), "nonsense\n".to_owned(), String::new()] {
        fs::write(&public, &wrong).unwrap();
        for command in [
            &["key", "show"][..],
            &["checkpoint", "new.txt"],
            &["receipt", "65", "new.json"],
            &["checkpoint", "verify", "signed.txt"],
            &["consistency", "signed.txt", "--key", &key, "--out", "new.json"],
        ] {
            desk.aiga(command)
                .fails(3, &["key_mismatch", "checkpoint.pub is not the public half of", "hint:"]);
        }
        desk.aiga(&["--lang", "fr", "key", "show"]).fails(3, &["n'est pas la moitié publique de"]);
        desk.aiga(&["key", "new"]).fails(1, &["key_exists", "checkpoint.key"]);
        assert_eq!(fs::read_to_string(&public).unwrap(), wrong);
    }
    assert!(!desk.path("new.txt").exists() && !desk.path("new.json").exists());
    // The private half is enough.
    fs::remove_file(&public).unwrap();
    assert_eq!(key_of(&desk), key);
    desk.aiga(&["checkpoint", "verify", "signed.txt"]).done();
    desk.aiga(&["key", "new"]).fails(1, &["key_exists", "checkpoint.key"]);
    // And so is the public one, but for signing.
    fs::write(&public, format!("{key}\n")).unwrap();
    fs::rename(desk.ledger().join("keys/checkpoint.key"), desk.path("aside.key")).unwrap();
    desk.aiga(&["key", "new"]).fails(1, &["key_exists", "checkpoint.pub"]);
    assert_eq!(key_of(&desk), key);
    desk.aiga(&["checkpoint", "verify", "signed.txt"]).done();
    desk.aiga(&["checkpoint"]).fails(1, &["no_key"]);
}

#[test]
fn a_key_that_others_may_have_put_there_signs_nothing() {
    let desk = desk();
    let keys = desk.ledger().join("keys");
    for mode in [0o770, 0o720, 0o702, 0o777] {
        fs::set_permissions(&keys, Permissions::from_mode(mode)).unwrap();
        desk.aiga(&["checkpoint"]).fails(5, &["keys_writable", &format!("{mode:o}"), "hint:"]);
        desk.aiga(&["--lang", "fr", "receipt", "1"]).fails(5, &["keys_writable", "peuvent écrire"]);
    }
    for mode in [0o755, 0o750, 0o700] {
        fs::set_permissions(&keys, Permissions::from_mode(mode)).unwrap();
        desk.aiga(&["checkpoint"]).done();
    }
    // A link to a key is no key.
    let private = keys.join("checkpoint.key");
    fs::rename(&private, desk.path("elsewhere.key")).unwrap();
    symlink(desk.path("elsewhere.key"), &private).unwrap();
    desk.aiga(&["checkpoint"]).fails(5, &["no plain file"]);
    fs::remove_file(&private).unwrap();
    symlink(desk.path("nowhere.key"), &private).unwrap();
    desk.aiga(&["checkpoint"]).fails(5, &["no plain file"]);
    desk.aiga(&["key", "new"]).fails(1, &["key_exists"]);
    assert!(!desk.path("nowhere.key").exists());
    // None is made where others may write.
    fs::remove_dir_all(&keys).unwrap();
    fs::create_dir(&keys).unwrap();
    fs::set_permissions(&keys, Permissions::from_mode(0o770)).unwrap();
    desk.aiga(&["key", "new"]).fails(5, &["keys_writable"]);
    assert!(names(&keys).is_empty());
}

#[test]
fn names_that_mislead_name_no_key() {
    let desk = Desk::with_season();
    for name in ["aiga-coverage/1", "example\u{202e}.org", "example\u{200b}.org"] {
        desk.aiga(&["key", "new", "--name", name]).fails(2, &["cannot name a key"]);
    }
    assert!(!desk.ledger().join("keys").exists());
}

#[test]
fn nothing_that_is_there_is_written_over() {
    let desk = desk();
    desk.aiga(&["checkpoint", "old.txt"]).done();
    desk.aiga(&["receipt", "65", "receipt.json", "--html", "page.html"]).done();
    symlink("nowhere.txt", desk.path("link.txt")).unwrap();
    symlink("old.txt", desk.path("link.html")).unwrap();
    let segment = fs::read_dir(desk.ledger().join("journal")).unwrap().next().unwrap().unwrap().path();
    let (private, segment) =
        (desk.ledger().join("keys/checkpoint.key"), segment.to_str().unwrap().to_owned());
    let private = private.to_str().unwrap();
    let before = names(&desk.path(""));
    let bytes = |path: &str| fs::read(desk.path(path)).unwrap();
    for there in [private, &segment, "old.txt", "old.txt.coverage", "receipt.json", "page.html"] {
        let was = bytes(there);
        let (code, french) = if there.contains("aiga-ledger") {
            ("in_the_ledger", "est dans le dossier du registre")
        } else {
            ("file_exists", "existe déjà")
        };
        for command in [
            &["checkpoint", there][..],
            &["checkpoint", "-", "--coverage", there],
            &["receipt", "65", there],
            &["receipt", "65", there, "--html", "new.html"],
            &["consistency", "old.txt", "--out", there],
        ] {
            desk.aiga(command).fails(1, &[code, "hint:"]);
        }
        desk.aiga(&["--lang", "fr", "checkpoint", there]).fails(1, &[french]);
        assert!(bytes(there) == was, "{there}");
    }
    for there in ["old.txt", "receipt.json", "page.html", "link.txt", "link.html", "."] {
        desk.aiga(&["receipt", "66", "new.json", "--html", there]).fails(1, &["file_exists"]);
    }
    // Not even who says so replaces what is of the ledger.
    let of_the_ledger = [(private, "in_the_ledger"), (&segment, "in_the_ledger")];
    for (there, code) in of_the_ledger.into_iter().chain([("link.txt", "file_exists"), (".", "file_exists")])
    {
        let was = fs::read(there).ok();
        desk.aiga(&["receipt", "66", "new.json", "--html", there, "--replace"]).fails(1, &[code]);
        assert!(fs::read(there).ok() == was, "{there}");
    }
    desk.aiga(&["checkpoint", "link.txt"]).fails(1, &["file_exists"]);
    assert_eq!(names(&desk.path("")), before, "nothing is left behind, and nothing is half done");
    // A page is only printed, and goes when that is said.
    let page = text(&desk, "page.html");
    fs::set_permissions(desk.path("page.html"), Permissions::from_mode(0o640)).unwrap();
    desk.aiga(&["receipt", "66", "--html", "page.html", "--replace"]).done();
    assert_ne!(text(&desk, "page.html"), page);
    assert_eq!(desk.path("page.html").metadata().unwrap().permissions().mode() & 0o777, 0o640);
    desk.aiga(&["checkpoint", "verify", "old.txt"]).done();
    // What is given away is as readable as any other file.
    desk.file("any.txt", "");
    let mode = |name: &str| desk.path(name).metadata().unwrap().permissions().mode();
    assert_eq!(mode("old.txt"), mode("any.txt"));
    assert_eq!(names(&desk.path("")).len(), before.len() + 1);
}

#[test]
fn a_file_that_cannot_be_written_whole_is_not_there() {
    let desk = desk();
    desk.aiga(&["checkpoint", "/dev/full"]).fails(5, &["/dev/full"]);
    let before = names(&desk.path(""));
    // No file may grow: what a full disk does.
    for arguments in ["checkpoint new.txt", "receipt 65 new.json", "receipt 65 --html new.html"] {
        let mut shell = Command::new("/bin/sh");
        let script = format!("trap '' XFSZ; ulimit -f 0; exec {} {arguments}", env!("CARGO_BIN_EXE_aiga"));
        shell.args(["-c", &script]).current_dir(desk.path("")).env_clear().env("TMPDIR", desk.path(""));
        Said::of(shell.output().unwrap()).fails(5, &["could not write"]);
        assert_eq!(names(&desk.path("")), before, "{arguments}");
    }
    desk.aiga(&["checkpoint", "no-such-folder/new.txt"]).fails(1, &["no-such-folder"]);
}

#[test]
fn a_key_that_is_damaged_or_not_there_is_told_apart() {
    let desk = desk();
    desk.aiga(&["checkpoint", "march.txt"]).done();
    desk.aiga(&["export", "--format", "jsonl", "journal.jsonl"]).done();
    // An auditor without a ledger has forgotten to name the key.
    let audit = ["--ledger", "none", "audit", "journal.jsonl", "--against", "march.txt"];
    let said = desk.aiga(&audit).fails(1, &["no_key", "there is no ledger in none", "--key names it"]);
    assert!(!said.err.contains("key new"), "{}", said.err);
    desk.aiga(&[&["--lang", "fr"], &audit[..]].concat()).fails(1, &["pas de registre dans none", "--key"]);
    // The private half was changed: it is named.
    let private = desk.ledger().join("keys/checkpoint.key");
    let whole = text(&desk, private.to_str().unwrap());
    desk.file(private.to_str().unwrap(), &whole[..whole.len() - 5]);
    for command in [&["checkpoint", "april.txt"][..], &["key", "show"]] {
        desk.aiga(command).fails(1, &["bad_key", "checkpoint.key holds no private key", "its copy"]);
    }
    desk.aiga(&["--lang", "fr", "doctor"]).fails(3, &["bad_key", "checkpoint.key", "sa copie"]);
}
