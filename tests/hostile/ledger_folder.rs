//! Guards against what somebody, or a broken copy, has put into the folder of a ledger or into a backup.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::symlink;

use super::Desk;

/// Every command that opens the ledger.
const COMMANDS: [&[&str]; 6] = [
    &["status"],
    &["account", "fund:deposit"],
    &["journal", "--last", "3"],
    &["audit"],
    &["doctor"],
    &["interest", "0.01", "--on", "2026-09-01"],
];

fn newest_snapshot(desk: &Desk) -> String {
    let names = fs::read_dir(desk.ledger().join("snapshots")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    format!("aiga-ledger/snapshots/{}", names.max().expect("a snapshot"))
}

#[test]
fn a_snapshot_of_twenty_gib_costs_neither_memory_nor_the_answer() {
    let desk = Desk::with_season();
    let (before, newest) = (desk.entries_and_root(), newest_snapshot(&desk));
    // Whole at its beginning, and without an end.
    desk.sparse(&newest, 20);
    for command in COMMANDS {
        let said = desk.bounded(command);
        let told = ["doctor", "audit"].contains(&command[0]) && said.code == 3;
        assert!(said.code == 0 || told, "{command:?}: {}{}", said.out, said.err);
    }
    let doctor = desk.bounded(&["doctor"]);
    assert!(doctor.code == 0 || doctor.out.contains("bad_snapshot"), "{}", doctor.out);
    assert_eq!(desk.entries_and_root().0, before.0 + 1, "the interest");
}

/// Puts something else into the place of a file or a folder, and keeps what was there.
fn replace(desk: &Desk, place: &str, make: &str) {
    let (path, kept) = (desk.path("aiga-ledger").join(place), desk.path("kept"));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    if path.symlink_metadata().is_ok() {
        fs::rename(&path, &kept).unwrap();
    }
    match make {
        "pipe" => drop(desk.pipe(&format!("aiga-ledger/{place}"))),
        "folder" => fs::create_dir(&path).unwrap(),
        "file" => fs::write(&path, "not ours\n").unwrap(),
        "device" => symlink("/dev/zero", &path).unwrap(),
        "link" if kept.is_dir() => symlink(&kept, &path).unwrap(),
        "link" => symlink(desk.path("nowhere"), &path).unwrap(),
        other => panic!("{other}"),
    }
}

fn put_back(desk: &Desk, place: &str) {
    let (path, kept) = (desk.path("aiga-ledger").join(place), desk.path("kept"));
    match path.symlink_metadata() {
        Ok(there) if there.is_dir() => fs::remove_dir_all(&path).unwrap(),
        Ok(_) => fs::remove_file(&path).unwrap(),
        Err(_) => {}
    }
    if kept.exists() {
        fs::rename(&kept, &path).unwrap();
    }
}

/// The kinds of what may stand in a place where a folder, or else a file, belongs.
const INSTEAD_OF_A_FOLDER: [&str; 4] = ["pipe", "file", "device", "link"];
const INSTEAD_OF_A_FILE: [&str; 4] = ["pipe", "folder", "device", "link"];

#[test]
fn what_is_of_the_wrong_type_is_named_and_nobody_waits_for_it() {
    let desk = Desk::with_season();
    desk.aiga(&["key", "new"]).done();
    let snapshot = newest_snapshot(&desk);
    let snapshot = snapshot.strip_prefix("aiga-ledger/").unwrap();
    let places = [
        ("lock", INSTEAD_OF_A_FILE),
        (snapshot, INSTEAD_OF_A_FILE),
        ("tree/256", INSTEAD_OF_A_FILE),
        ("index/00000000000000000001-00000000000000000890.run", INSTEAD_OF_A_FILE),
        ("journal/00000000000000000001.seg", INSTEAD_OF_A_FILE),
        ("keys/checkpoint.key", INSTEAD_OF_A_FILE),
        ("keys/checkpoint.pub", INSTEAD_OF_A_FILE),
        ("keys/checkpoint.last", INSTEAD_OF_A_FILE),
        ("backup.json", INSTEAD_OF_A_FILE),
        ("index", INSTEAD_OF_A_FOLDER),
        ("snapshots", INSTEAD_OF_A_FOLDER),
        ("tree", INSTEAD_OF_A_FOLDER),
        ("journal", INSTEAD_OF_A_FOLDER),
        ("damaged", INSTEAD_OF_A_FOLDER),
    ];
    let derived = |place: &str| ["snapshots", "tree", "index"].iter().any(|name| place.starts_with(name));
    for (place, kinds) in places {
        for kind in kinds {
            replace(&desk, place, kind);
            let doctor = desk.bounded(&["doctor"]);
            let all = format!("{}{}", doctor.out, doctor.err);
            assert!(doctor.code != 0 && all.contains(place), "{place}, {kind}: {all}");
            for command in COMMANDS.into_iter().filter(|command| command[0] != "doctor") {
                let said = desk.bounded(command);
                let all = format!("{}{}", said.out, said.err);
                let read = said.code == 0 || all.contains("bad_snapshot");
                let named = [1, 4, 5].contains(&said.code) && all.contains(place.split('/').next().unwrap());
                assert!(
                    if derived(place) { read } else { read || named },
                    "{command:?}, {place}, {kind}: {all}"
                );
            }
            let repaired = desk.bounded(&["doctor", "--repair"]);
            if derived(place) {
                let all = format!("{}{}", repaired.out, repaired.err);
                assert_eq!(repaired.code, 0, "{place}, {kind}: {all}");
                desk.bounded(&["doctor"]).done();
            }
            put_back(&desk, place);
        }
    }
    desk.bounded(&["audit"]).done();
    desk.bounded(&["doctor", "--repair"]).done();
}

#[test]
fn a_folder_that_is_a_link_is_not_followed() {
    let desk = Desk::with_season();
    let elsewhere = desk.path("elsewhere");
    fs::rename(desk.ledger().join("snapshots"), &elsewhere).unwrap();
    symlink(&elsewhere, desk.ledger().join("snapshots")).unwrap();
    let names = || {
        let names = fs::read_dir(&elsewhere).unwrap().map(|entry| entry.unwrap().file_name());
        names.collect::<std::collections::BTreeSet<_>>()
    };
    let before = names();
    let line = |n: u32| format!(r#"{{"op":"top_up","ref":"n{n}","on":"2026-09-01","amount":"1.00"}}"#);
    let many = (0..600).map(line).collect::<Vec<_>>().join("\n");
    let file = desk.file("many.jsonl", many);
    desk.aiga(&["post", &file]).done();
    assert_eq!(names(), before, "nothing is written or removed there");
    desk.aiga(&["doctor"]).fails(3, &["wrong_file_type", "snapshots is a link; expected a folder"]);
    desk.aiga(&["--lang", "fr", "doctor"]).fails(3, &["snapshots est un lien ; attendu : un dossier"]);
    desk.aiga(&["doctor", "--repair"]).done();
    assert!(desk.ledger().join("damaged/snapshots").is_symlink());
    assert_eq!(names(), before, "only the link is moved");
    // A key may be kept elsewhere; then nobody but its owner knows what it signed.
    desk.aiga(&["key", "new"]).done();
    desk.aiga(&["checkpoint", "signed.txt"]).done();
    fs::rename(desk.ledger().join("keys"), desk.path("stick")).unwrap();
    symlink(desk.path("stick"), desk.ledger().join("keys")).unwrap();
    desk.aiga(&["checkpoint"]).done();
    desk.aiga(&["doctor"]).done();
}

#[test]
fn a_segment_that_does_not_end_is_named() {
    let desk = Desk::with_season();
    desk.sparse("aiga-ledger/journal/00000000000000000001.seg", 20);
    for command in [&["audit"][..], &["doctor"], &["interest", "0.01", "--on", "2026-09-01"]] {
        let said = desk.bounded(command);
        assert!(said.code != 0, "{command:?}: {}{}", said.out, said.err);
        assert!(format!("{}{}", said.out, said.err).contains("segment_too_long"), "{}{}", said.out, said.err);
    }
}

#[test]
fn a_backup_that_promises_twenty_gib_claims_nothing() {
    let desk = Desk::with_season();
    desk.aiga(&["backup", "good.tar"]).done();
    let name = |name: &str| {
        let mut header = [0; 100];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header
    };
    let cases: [(&str, u8); 4] = [
        ("backup.json", b'0'),
        ("journal/00000000000000000001.seg", b'0'),
        ("././@LongLink", b'L'),
        ("pax", b'x'),
    ];
    for (path, kind) in cases {
        let mut header = [0; 512];
        header[..100].copy_from_slice(&name(path));
        header[100..108].copy_from_slice(b"0000600\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", 7_u64 << 30).as_bytes());
        header[148..156].copy_from_slice(b"        ");
        header[156] = kind;
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let mut tar = File::create(desk.path("bad.tar")).unwrap();
        tar.write_all(&header).unwrap();
        tar.set_len(8 << 30).unwrap();
        tar.seek(SeekFrom::End(0)).unwrap();
        desk.bounded(&["--ledger", "new", "restore", "bad.tar"]).fails(4, &["not_a_backup"]);
        assert!(!desk.path("new").exists());
    }
    let folder = desk.path("kept");
    desk.aiga(&["backup", "kept"]).done();
    fs::remove_file(folder.join("backup.json")).unwrap();
    desk.pipe("kept/backup.json");
    desk.bounded(&["--ledger", "new", "restore", "kept"]).fails(5, &["not_a_file"]);
    desk.bounded(&["audit", "--ledger", "kept"]).fails(5, &["not_a_file"]);
    fs::remove_file(folder.join("backup.json")).unwrap();
    desk.sparse("kept/backup.json", 20);
    desk.bounded(&["--ledger", "new", "restore", "kept"]).fails(1, &["too_large"]);
}
