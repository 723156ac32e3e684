//! Guards against a backup that is not what the ledger was, or that turns out so only when it is needed.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::desk::Desk;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The bytes of the only segment of the journal in a folder.
fn segment(folder: &Path) -> Vec<u8> {
    fs::read(folder.join("journal/00000000000000000001.seg")).unwrap()
}

#[test]
fn what_was_backed_up_is_restored_to_the_same_root() {
    let desk = Desk::with_season();
    let before = desk.entries_and_root();
    for name in ["aiga.tar", "aiga"] {
        let (backup, again) = (desk.path(name), desk.path(&format!("again-{name}")));
        let told = desk.aiga(&["backup", text(&backup), "--json"]).done().json();
        assert_eq!((told["entries"].as_u64().unwrap(), told["root"].as_str().unwrap().to_owned()), before);
        desk.aiga(&["restore", text(&backup), "--ledger", text(&again)]).done();
        let audit = desk.aiga(&["audit", "--ledger", text(&again), "--json"]).done().json();
        assert_eq!((audit["entries"].as_u64().unwrap(), audit["root"].as_str().unwrap().to_owned()), before);
        let kept: Vec<_> = fs::read_dir(&again).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(kept, ["journal"], "a restored ledger begins with its journal alone");
        // Nothing is replaced, by neither.
        let code = if name == "aiga" { "not_a_free_folder" } else { "file_exists" };
        desk.aiga(&["backup", text(&backup)]).fails(1, &[code]);
        desk.aiga(&["restore", text(&backup), "--ledger", text(&again)]).fails(1, &["not_a_free_folder"]);
    }
    let french = desk.aiga(&["backup", text(&desk.path("b.tar")), "--lang", "fr"]).done().out;
    assert!(french.contains("890 écritures sont dans"), "{french}");
    assert_eq!(desk.entries_and_root(), before);
}

#[test]
fn a_backup_that_was_damaged_or_cut_is_not_restored() {
    let desk = Desk::with_season();
    let (tar, folder, place) = (desk.path("aiga.tar"), desk.path("aiga"), desk.path("place"));
    desk.aiga(&["backup", text(&tar)]).done();
    desk.aiga(&["backup", text(&folder)]).done();
    let refused = |from: &Path, code: i32| {
        desk.aiga(&["restore", text(from), "--ledger", text(&place)]).fails(code, &["error"]);
        assert!(!place.exists(), "nothing is left behind");
    };
    let whole = fs::read(&tar).unwrap();
    let spoilt = desk.path("spoilt.tar");
    for length in [0, 100, 512, 1024, 1536, 40_000, whole.len() - 4000] {
        fs::write(&spoilt, &whole[..length]).unwrap();
        refused(&spoilt, 4);
    }
    for place in (1536..70_000).step_by(5_000) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        fs::write(&spoilt, &bytes).unwrap();
        refused(&spoilt, 4);
    }
    refused(&desk.path("nothing.tar"), 1);
    // A journal that ends between two commits verifies by itself; what the backup says of itself tells.
    desk.aiga(&["interest", "1.00", "--on", "2026-08-31"]).done();
    let longer = desk.path("longer");
    desk.aiga(&["backup", text(&longer)]).done();
    fs::write(longer.join("journal/00000000000000000001.seg"), segment(&folder)).unwrap();
    refused(&longer, 4);
    desk.aiga(&["audit", "--ledger", text(&longer)]).fails(4, &["copy_differs", "890", "891"]);
    // One to which entries were added begins with what it was.
    let grown = desk.path("grown");
    desk.aiga(&["backup", text(&grown)]).done();
    desk.aiga(&["charge", "1.00", "--on", "2026-08-31", "--ledger", text(&grown)]).done();
    desk.aiga(&["restore", text(&grown), "--ledger", text(&desk.path("again"))]).done();
    let mut bytes = segment(&folder);
    bytes[20_000] ^= 1;
    fs::write(folder.join("journal/00000000000000000001.seg"), bytes).unwrap();
    refused(&folder, 4);
}

#[test]
fn a_backup_is_not_made_where_it_would_be_lost() {
    let desk = Desk::with_season();
    // A stick that is not there is no folder to be made.
    desk.aiga(&["backup", text(&desk.path("no-stick/aiga.tar"))]).fails(1, &["no-stick"]);
    assert!(!desk.path("no-stick").exists());
    let inside = desk.ledger().join("copy");
    desk.aiga(&["backup", text(&inside)]).fails(1, &["lost with it"]);
    assert!(!inside.exists());
    desk.aiga(&["backup", text(&desk.path("AIGA.TAR"))]).done();
    assert!(desk.path("AIGA.TAR").is_file());
}

#[test]
fn a_file_of_something_else_is_no_backup() {
    let desk = Desk::with_season();
    let (other, place) = (desk.path("other.tar"), desk.path("place"));
    for path in ["../../escape", "/tmp/absolute", "journal/1.seg", "keys/secret"] {
        let mut archive = tar::Builder::new(fs::File::create(&other).unwrap());
        let mut header = tar::Header::new_gnu();
        header.set_size(2);
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        archive.append(&header, &b"xy"[..]).unwrap();
        archive.finish().unwrap();
        drop(archive);
        let refused = desk.aiga(&["restore", text(&other), "--ledger", text(&place)]);
        refused.fails(4, &["not_a_backup", path, "hint"]);
        assert!(!place.exists());
    }
}

#[test]
fn a_backup_is_made_while_a_bureau_goes_on() {
    let desk = Desk::with_season();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                desk.aiga(&["charge", "0.01", "--on", "2026-08-31"]).done();
            }
        });
        for number in 0..5 {
            let (backup, again) = (desk.path(&format!("{number}.tar")), desk.path(&format!("{number}")));
            desk.aiga(&["backup", text(&backup)]).done();
            desk.aiga(&["restore", text(&backup), "--ledger", text(&again)]).done();
            let entries = desk.aiga(&["audit", "--ledger", text(&again), "--json"]).done().json()["entries"]
                .as_u64()
                .unwrap();
            assert!(entries >= 890, "{entries}");
        }
        done.store(true, Ordering::Relaxed);
    });
}
