//! Guards against a doctor that changes what it looks at, calls a damaged ledger sound, or repairs what only a backup has.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::desk::{Desk, Said};
use super::disk::{Disk, nobody};
use super::{SEGMENT, contents, copy, end_of, interest, text};

const CHARGE: [&str; 4] = ["charge", "0.01", "--on", "2026-08-31"];

fn codes(said: &Said) -> Vec<String> {
    let json = said.json();
    let findings = json["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

/// What the doctor finds, with this exit code; it changes nothing.
fn found(desk: &Desk, code: i32, expected: &[&str]) -> Said {
    let before = contents(&desk.ledger());
    let said = desk.aiga(&["doctor", "--json"]).fails(code, &[]);
    assert_eq!(codes(&said), expected, "{}", said.out);
    for lang in ["en", "fr"] {
        desk.aiga(&["doctor", "--lang", lang]).fails(code, expected);
    }
    assert_eq!(contents(&desk.ledger()), before, "looking changes nothing");
    said
}

/// Repairs, after which all is well and the ledger goes on.
fn repaired(desk: &Desk, entries: u64) {
    desk.aiga(&["doctor", "--repair"]).done();
    found(desk, 0, &[]);
    assert_eq!(desk.aiga(&["audit", "--json"]).done().json()["entries"], entries);
    desk.aiga(&CHARGE).done();
}

fn alter(desk: &Desk, path: &str, offset: u64, bytes: &[u8]) {
    let file = OpenOptions::new().write(true).open(desk.ledger().join(path)).unwrap();
    file.write_all_at(bytes, offset).unwrap();
}

#[test]
fn a_sound_ledger_is_said_to_be_sound_and_left_alone() {
    let desk = Desk::with_season();
    let said = found(&desk, 0, &[]).json();
    let journal = &said["found"]["journal"];
    assert_eq!((&journal["entries"], &journal["end"]["state"]), (&890.into(), &"clean".into()));
    assert_eq!(journal["root"].as_str().unwrap(), desk.entries_and_root().1);
    assert_eq!(said["found"]["durable"][0]["through"], 890);
    let before = contents(&desk.ledger().join("journal"));
    desk.aiga(&["doctor", "--repair"]).done();
    assert_eq!(contents(&desk.ledger().join("journal")), before);
}

#[test]
fn an_unfinished_end_is_explained_and_set_aside_when_asked() {
    let desk = Desk::with_season();
    let (segment, offset) = end_of(&desk);
    alter(&desk, &segment, offset, b"AL\x01\0 torn by a power cut");
    let told = desk.aiga(&["doctor"]).fails(3, &["890", "unfinished_end", "receipt", "--repair"]).out;
    assert!(told.contains("All entries before it are there"), "{told}");
    assert!(!told.contains("holds all its entries"), "only a receipt could tell: {told}");
    desk.aiga(&["doctor", "--lang", "fr"]).fails(3, &["n'a pas abouti", "reçu", "conseil"]);
    found(&desk, 3, &["unfinished_end"]);
    repaired(&desk, 890);
    let saved: Vec<_> = fs::read_dir(desk.ledger().join("damaged")).unwrap().collect();
    let saved = fs::read(saved[0].as_ref().unwrap().path()).unwrap();
    assert_eq!(saved, b"AL\x01\0 torn by a power cut", "nothing is cut that is not kept");
}

#[test]
fn a_writer_tells_in_the_language_asked_for_what_it_has_left_out() {
    for (lang, words) in [("en", ["was left out", "receipt"]), ("fr", ["laissée de côté", "reçu"])] {
        let desk = Desk::with_season();
        let (segment, offset) = end_of(&desk);
        alter(&desk, &segment, offset, b"AL\x01\0 torn by a power cut");
        let said = desk.aiga(&[&CHARGE[..], &["--lang", lang]].concat()).done();
        for word in [words[0], words[1], "damaged/", &offset.to_string()] {
            assert!(said.err.contains(word), "{word} is not in {}", said.err);
        }
    }
}

#[test]
fn what_was_known_durable_is_never_left_out() {
    let desk = Desk::with_season();
    alter(&desk, SEGMENT, 5_000, b"\0\0\0\0");
    let place = &found(&desk, 4, &["journal_damaged"]).json()["findings"][0]["place"];
    assert_eq!(
        (&place["segment"], &place["offset"], &place["entry"]),
        (&SEGMENT.into(), &0.into(), &1.into())
    );
    desk.aiga(&["doctor", "--lang", "fr"]).fails(4, &["l'écriture 1 est endommagée", "octet 0", "restore"]);
    desk.aiga(&["doctor"]).fails(4, &["restore", "CANNOT BE USED", "durable"]);
    let before = contents(&desk.ledger().join("journal"));
    desk.aiga(&["doctor", "--repair"]).fails(4, &["journal_damaged", "restore"]);
    assert_eq!(contents(&desk.ledger().join("journal")), before);
    // Neither is it when all of it is gone, as long as a snapshot saw it.
    fs::remove_dir_all(desk.ledger().join("journal")).unwrap();
    found(&desk, 4, &["journal_cut_off"]);
    desk.aiga(&["doctor", "--repair"]).fails(4, &["890"]);
    assert!(!desk.ledger().join("damaged").exists());
}

#[test]
fn what_can_be_made_again_is_set_aside_and_nothing_is_lost() {
    let desk = Desk::with_season();
    let snapshot = "snapshots/00000000000000000890.json";
    alter(&desk, snapshot, 300, b"????");
    fs::write(desk.ledger().join("snapshots/00000000000000000900.json.unfinished"), "{").unwrap();
    alter(&desk, "tree/256", 3, b"????");
    found(&desk, 3, &["bad_tree", "bad_snapshot", "unfinished_file"]);
    desk.aiga(&["doctor", "--lang", "fr"])
        .fails(3, &["instantané", "aucune écriture ne manque", "toutes ses écritures"]);
    let told = desk.aiga(&["doctor"]).fails(3, &["holds all its entries", "passed over"]).out;
    assert_eq!(told.matches(snapshot).count(), 1, "{told}");
    repaired(&desk, 890);
    // A snapshot of another ledger is none of this one.
    let other = Desk::with_season();
    fs::copy(other.ledger().join(snapshot), desk.ledger().join(snapshot)).unwrap();
    found(&desk, 3, &["bad_snapshot"]);
    repaired(&desk, 891);
}

#[test]
fn an_index_is_looked_into_and_what_is_of_no_use_is_removed() {
    let desk = Desk::with_season();
    desk.aiga(&["post", &interest(&desk, "much", 0..9000)]).done();
    let said = found(&desk, 0, &[]).json();
    assert_eq!(said["found"]["index"]["state"], "serves", "{said}");
    assert!(said["found"]["index"]["reached"].as_u64().unwrap() > 8000, "{said}");
    // A copy of the folder has all that the index has seen as well.
    let again = desk.path("again");
    copy(&desk.ledger(), &again);
    desk.aiga(&["doctor", "--ledger", text(&again)]).done();
    let names = fs::read_dir(again.join("index")).unwrap().map(|file| file.unwrap().path());
    let run = names.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "run")).unwrap();
    let whole = fs::read(&run).unwrap();
    for (place, bytes) in [(20, &b"????"[..]), (4096 + 9, b"????")] {
        let mut damaged = whole.clone();
        damaged[place..place + bytes.len()].copy_from_slice(bytes);
        fs::write(&run, damaged).unwrap();
        desk.aiga(&["doctor", "--ledger", text(&again)])
            .fails(3, &["bad_index", ".run", "--repair` removes it"]);
        desk.aiga(&["doctor", "--lang", "fr", "--ledger", text(&again)]).fails(3, &["de l'index"]);
        let audit = desk.aiga(&["audit", "--ledger", text(&again), "--json"]).done().json();
        assert_eq!(audit["entries"], 9890);
        desk.aiga(&["doctor", "--repair", "--ledger", text(&again)]).done();
        assert!(!run.exists());
    }
}

#[test]
fn a_newer_format_is_named_by_every_command() {
    let desk = Desk::with_season();
    let mut bytes = fs::read(desk.ledger().join(SEGMENT)).unwrap();
    bytes[2] = 3;
    let crc = crc32fast::hash(&bytes[..60]);
    bytes[60..64].copy_from_slice(&crc.to_le_bytes());
    fs::write(desk.ledger().join(SEGMENT), bytes).unwrap();
    found(&desk, 4, &["newer_format"]);
    desk.aiga(&["doctor"]).fails(4, &["newer program"]);
    desk.aiga(&["doctor", "--lang", "fr"]).fails(4, &["format 3", "plus récent"]);
    fs::remove_dir_all(desk.ledger().join("snapshots")).unwrap();
    for command in [&["status"][..], &["audit"], &["journal"], &CHARGE, &["doctor", "--repair"]] {
        desk.aiga(command).fails(4, &["newer_format", "newer program"]);
    }
}

#[test]
fn what_is_no_ledger_is_said_to_be_none() {
    let desk = Desk::new();
    fs::create_dir(desk.path("letters")).unwrap();
    desk.file("letters/letter.txt", "Dear treasurer");
    for place in ["letters", "letters/letter.txt", "nowhere"] {
        desk.aiga(&["doctor", "--ledger", place]).fails(1, &["no_ledger", place, "hint"]);
        desk.aiga(&["doctor", "--repair", "--ledger", place]).fails(1, &["no_ledger"]);
    }
    assert_eq!(fs::read_dir(desk.path("letters")).unwrap().count(), 1);
    assert!(!desk.path("nowhere").exists());
}

#[test]
fn a_file_is_said_to_be_one_and_what_to_do_with_it() {
    let desk = Desk::with_season();
    desk.aiga(&["backup", "april"]).done();
    desk.aiga(&["backup", "april.tar"]).done();
    desk.aiga(&["export", "--format", "jsonl", "journal.jsonl"]).done();
    desk.file("journal.gz", b"\x1f\x8b\x08\0 whatever is in it");
    desk.file("letter.txt", "Dear treasurer");
    let files = [
        ("april.tar", "a backup", "une sauvegarde", "aiga restore"),
        ("journal.jsonl", "an exported journal", "un journal exporté", "aiga audit"),
        ("journal.gz", "compressed with gzip", "compressé par gzip", "gunzip"),
        ("letter.txt", "is a file", "est un fichier", "--ledger"),
    ];
    for (file, is, est, what_to_do) in files {
        for command in [&["doctor", file][..], &["doctor", "--repair", file], &["status", "--ledger", file]] {
            let en = desk.aiga(&[command, &["--lang", "en"]].concat());
            en.fails(1, &["no_ledger", file, is, "and a ledger is a folder", "hint:", what_to_do]);
            let fr = desk.aiga(&[command, &["--lang", "fr"]].concat());
            fr.fails(1, &["no_ledger", file, est, "un registre est un dossier", "conseil :", what_to_do]);
        }
        assert_eq!(desk.aiga(&["doctor", file, "--json"]).fails(1, &[]).json()["error"]["code"], "no_ledger");
    }
    // What it advises is what helps, and a folder that was named is the one that is looked at.
    desk.aiga(&["restore", "april.tar", "--ledger", "new"]).done();
    desk.aiga(&["audit", "journal.jsonl"]).done();
    for folder in ["april", "new"] {
        let said = desk.aiga(&["doctor", folder, "--json"]).done().json();
        assert_eq!((&said["folder"], &said["found"]["journal"]["entries"]), (&folder.into(), &890.into()));
    }
}

#[test]
fn what_is_compressed_is_said_to_be_so_and_what_a_backup_lacks() {
    let desk = Desk::with_season();
    let file = desk.file("april.gz", b"\x1f\x8b\x08\0\0 whatever is in it");
    for command in [
        &["audit", &file][..],
        &["import-journal", &file, "--ledger", "new"],
        &["restore", &file, "--ledger", "new"],
    ] {
        let en = desk.aiga(&[command, &["--lang", "en"]].concat());
        en.fails(1, &["wrong_kind", &file, "is compressed with gzip, not", "hint: gunzip it first"]);
        let fr = desk.aiga(&[command, &["--lang", "fr"]].concat());
        fr.fails(1, &["wrong_kind", &file, "compressé par gzip", "conseil : décompressez-le d'abord"]);
    }
    let mut piped = desk.command(&["audit", "-"]);
    let piped = piped.stdin(fs::File::open(&file).unwrap()).output().unwrap();
    Said::of(piped).fails(1, &["wrong_kind", "compressed with gzip"]);
    desk.aiga(&["statement", "show", &file]).fails(1, &["not_a_statement", "gzip", "unpack", "gunzip"]);
    desk.aiga(&["statement", "show", &file, "--lang", "fr"]).fails(1, &["archive", "décompressez", "gunzip"]);
    assert!(!desk.path("new").exists());
    // A tar of a journal that somebody made does not say what it should hold.
    let mut tar = Command::new("tar");
    let tar = tar.args(["cf", "mine.tar", SEGMENT]).current_dir(desk.ledger()).status().unwrap();
    assert!(tar.success());
    fs::rename(desk.ledger().join("mine.tar"), desk.path("mine.tar")).unwrap();
    desk.aiga(&["restore", "mine.tar", "--ledger", "new"])
        .fails(4, &["not_a_backup", "backup.json", "hint:"]);
}

#[test]
fn a_writer_at_work_is_named_and_not_disturbed() {
    let desk = Desk::with_season();
    let lock = OpenOptions::new().write(true).open(desk.ledger().join("lock")).unwrap();
    lock.lock().unwrap();
    lock.write_all_at(b"4711\n", 0).unwrap();
    let (segment, offset) = end_of(&desk);
    alter(&desk, &segment, offset, b"AL half a block");
    let said = found(&desk, 0, &[]).json();
    assert_eq!(
        (&said["found"]["lock"]["pid"], &said["found"]["journal"]["end"]["state"]),
        (&4711.into(), &"being_written".into())
    );
    desk.aiga(&["doctor", "--repair", "--wait", "0"]).fails(5, &["locked", "4711"]);
    drop(lock);
    // It was killed: its number is still there, and nobody holds the lock.
    let said = found(&desk, 3, &["unfinished_end"]).json();
    assert_eq!(said["notes"][0]["code"], "writer_ended");
}

#[test]
fn a_file_that_is_not_the_ledgers_is_left_to_a_person() {
    let desk = Desk::with_season();
    let copy = "journal/00000000000000000001 (copy).seg";
    fs::copy(desk.ledger().join(SEGMENT), desk.ledger().join(copy)).unwrap();
    found(&desk, 3, &["unknown_segment"]);
    desk.aiga(&["doctor", "--repair"]).fails(3, &["(copy).seg", "move that file"]);
    fs::remove_file(desk.ledger().join(copy)).unwrap();
    fs::write(desk.ledger().join("shopping.txt"), "bread").unwrap();
    fs::create_dir(desk.path(".aiga-x1.unfinished")).unwrap();
    let notes = found(&desk, 0, &[]).json()["notes"].to_string();
    assert!(notes.contains("shopping.txt") && notes.contains(".aiga-x1.unfinished"), "{notes}");
}

#[test]
fn a_key_that_others_may_read_is_told() {
    let desk = Desk::with_season();
    desk.aiga(&["key", "new"]).done();
    found(&desk, 0, &[]);
    let key = desk.ledger().join("keys/checkpoint.key");
    assert!(Command::new("chmod").arg("0644").arg(&key).status().unwrap().success());
    let said = found(&desk, 3, &["key_readable"]);
    let secret = fs::read_to_string(&key).unwrap();
    assert!(!said.out.contains(secret.trim().splitn(5, '+').nth(4).unwrap()), "no secret is told");
}

#[test]
fn a_ledger_on_a_read_only_disk_is_looked_at() {
    let desk = Desk::with_season();
    let Some(volume) = Disk::mount(desk.path("disk"), "8m") else { return };
    let ledger = volume.at.join("ledger");
    copy(&desk.ledger(), &ledger);
    volume.remount("ro");
    let said = desk.aiga(&["doctor", "--ledger", text(&ledger), "--json"]).done().json();
    assert_eq!((&said["writable"], &said["found"]["journal"]["entries"]), (&false.into(), &890.into()));
    desk.aiga(&["doctor", "--repair", "--ledger", text(&ledger)]).fails(5, &["hint"]);
}

#[test]
fn whoever_may_not_read_it_is_told_so() {
    let desk = Desk::with_season();
    let Some(nobody) = nobody(env!("CARGO_BIN_EXE_aiga").as_ref()) else { return };
    let open = |path| assert!(Command::new("chmod").arg("0755").arg(path).status().unwrap().success());
    open(desk.path(""));
    let asked = |arguments: &[&str]| {
        let mut command = desk.command(arguments);
        Said::of(command.uid(nobody).gid(nobody).current_dir("/").output().unwrap())
    };
    let ledger = desk.ledger();
    asked(&["doctor", "--ledger", text(&ledger)]).fails(5, &[text(&ledger), "ermission"]);
    open(desk.ledger());
    asked(&["doctor", "--ledger", text(&ledger)]).fails(5, &["ermission"]);
}

#[test]
fn what_was_not_read_is_not_said_to_be_there() {
    let desk = Desk::with_season();
    fs::copy(desk.ledger().join(SEGMENT), desk.ledger().join("journal/copy.seg")).unwrap();
    let said = found(&desk, 3, &["unknown_segment"]);
    assert_eq!(said.json()["found"]["journal"]["entries"], 0, "nothing was read");
    let told = desk.aiga(&["doctor"]).fails(3, &["not read to its end", "copy.seg", "keep it"]).out;
    assert!(!told.contains("holds all"), "{told}");
    desk.aiga(&["doctor", "--lang", "fr"]).fails(3, &["n'a pas été lu jusqu'au bout", "copy.seg"]);
    desk.aiga(&["status"]).fails(4, &["unknown_segment", "`aiga doctor` says"]);
    fs::remove_file(desk.ledger().join("journal/copy.seg")).unwrap();
    found(&desk, 0, &[]);
}

/// The program, run by somebody to whom permissions apply and whose desk this is.
fn ordinary(desk: &Desk) -> Option<impl Fn(&[&str]) -> Said> {
    let root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let user = if root { Some(nobody(env!("CARGO_BIN_EXE_aiga").as_ref())?) } else { None };
    if let Some(user) = user {
        let owner = format!("{user}:{user}");
        let given = Command::new("chown").args(["-R", &owner]).arg(desk.path("")).status().unwrap();
        assert!(given.success());
    }
    Some(move |arguments: &[&str]| {
        let mut command = desk.command(arguments);
        if let Some(user) = user {
            command.uid(user).gid(user);
        }
        Said::of(command.output().unwrap())
    })
}

fn mode(desk: &Desk, mode: &str, path: &str) {
    assert!(Command::new("chmod").arg(mode).arg(desk.ledger().join(path)).status().unwrap().success());
}

#[test]
fn a_snapshot_that_may_not_be_read_is_not_called_useless() {
    let desk = Desk::with_season();
    let snapshot = "snapshots/00000000000000000890.json";
    let (segment, end) = end_of(&desk);
    let Some(aiga) = ordinary(&desk) else { return };
    mode(&desk, "0000", snapshot);
    for (lang, words) in
        [("en", ["was read to its end", "not read: 1"]), ("fr", ["jusqu'au bout", "non lus : 1"])]
    {
        let told = [words[0], words[1], snapshot, "journal_io"];
        aiga(&["doctor", "--lang", lang]).fails(5, &told);
        aiga(&["doctor", "--repair", "--lang", lang]).fails(5, &told);
    }
    let found = aiga(&["doctor", "--json"]).fails(5, &[]).json();
    assert_eq!(found["found"]["snapshots"][0]["state"], "unread");
    // A last block that looks unfinished is one that the snapshot has seen: neither a repair nor a writer cuts it.
    let journal = fs::read(desk.ledger().join(&segment)).unwrap();
    alter(&desk, &segment, end - 20, b"????");
    let before = contents(&desk.ledger().join("journal"));
    let told = ["journal_io", "unfinished_end", "`aiga doctor --repair` touches nothing"];
    aiga(&["doctor"]).fails(5, &told);
    aiga(&["doctor", "--repair"]).fails(5, &told);
    aiga(&["doctor", "--lang", "fr"]).fails(5, &["`aiga doctor --repair` ne touche à rien"]);
    aiga(&CHARGE).fails(4, &["journal_damaged", "890"]);
    assert_eq!(contents(&desk.ledger().join("journal")), before);
    assert!(desk.ledger().join(snapshot).exists() && !desk.ledger().join("damaged").exists());
    mode(&desk, "0600", snapshot);
    aiga(&["doctor"]).fails(4, &["journal_damaged"]);
    fs::write(desk.ledger().join(&segment), journal).unwrap();
    aiga(&["doctor"]).done();
    mode(&desk, "0000", "snapshots");
    aiga(&["doctor"]).fails(5, &["could not look into snapshots", "journal_io"]);
    mode(&desk, "0700", "snapshots");
}

#[test]
fn a_repair_that_cannot_go_on_tells_what_it_has_done_and_where_the_copies_are() {
    let desk = Desk::with_season();
    let snapshot = "snapshots/00000000000000000890.json";
    alter(&desk, snapshot, 300, b"????");
    let torn = fs::read(desk.ledger().join(snapshot)).unwrap();
    let (segment, offset) = end_of(&desk);
    let Some(aiga) = ordinary(&desk) else { return };
    mode(&desk, "0500", "snapshots");
    let copy = "damaged/snapshots-00000000000000000890.json";
    let tear = || alter(&desk, &segment, offset, b"AL\x01\0 torn by a power cut");
    tear();
    let en = [
        "could not remove",
        snapshot,
        "done before that: Left out the unfinished end",
        "a copy of what",
        copy,
    ];
    aiga(&["doctor", "--repair"]).fails(5, &en);
    assert_eq!(fs::read(desk.ledger().join(copy)).unwrap(), torn, "it is where it says");
    assert_eq!(fs::read(desk.ledger().join(snapshot)).unwrap(), torn, "it is not gone");
    tear();
    let fr = ["erreur", snapshot, "fait avant cela : Fin inachevée", "une copie", &format!("{copy}-2")];
    aiga(&["doctor", "--repair", "--lang", "fr"]).fails(5, &fr);
    tear();
    let error = &aiga(&["doctor", "--repair", "--json"]).fails(5, &[]).json()["error"];
    assert_eq!(error["kept"], format!("{copy}-3"));
    assert!(error["repairs"][0].as_str().unwrap().contains("damaged/"), "{error}");
    mode(&desk, "0700", "snapshots");
    aiga(&["doctor", "--repair"]).done();
    assert_eq!(aiga(&["audit", "--json"]).done().json()["entries"], 890);
}
