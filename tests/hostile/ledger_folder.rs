//! Guards against what somebody, or a broken copy, has put into the folder of a ledger or into a backup.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::process::Command;

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
        assert!(said.code == 0 || command == ["doctor"], "{command:?}: {}{}", said.out, said.err);
    }
    let doctor = desk.bounded(&["doctor"]);
    assert!(doctor.code == 0 || doctor.out.contains("bad_snapshot"), "{}", doctor.out);
    assert_eq!(desk.entries_and_root().0, before.0 + 1, "the interest");
}

#[test]
fn what_is_no_file_in_the_folder_is_named_and_not_waited_for() {
    let desk = Desk::with_season();
    let newest = newest_snapshot(&desk);
    for place in ["aiga-ledger/lock", &newest, "aiga-ledger/tree/256", "aiga-ledger/damaged/1.bin"] {
        let path = desk.path(place);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let kept = fs::read(&path).ok();
        for make in ["mkfifo", "mkdir", "ln -s /dev/zero"] {
            let _ = fs::remove_file(&path);
            let mut words = make.split(' ');
            let made = Command::new(words.next().unwrap()).args(words).arg(&path).status().unwrap();
            assert!(made.success(), "{make} {place}");
            for command in COMMANDS {
                let said = desk.bounded(command);
                let records = command[0] == "interest";
                let expected = if place.ends_with("lock") && records { &[5][..] } else { &[0, 3, 5] };
                assert!(
                    expected.contains(&said.code),
                    "{command:?}, {make} {place}: {}{}",
                    said.out,
                    said.err
                );
                assert!(
                    said.code != 5
                        || said.err.contains("no plain file")
                        || said.out.contains("no plain file")
                );
            }
            if path.is_dir() && !path.is_symlink() { fs::remove_dir(&path) } else { fs::remove_file(&path) }
                .unwrap();
        }
        if let Some(kept) = kept {
            fs::write(&path, kept).unwrap();
        }
    }
    desk.bounded(&["audit"]).done();
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
