//! The program on a real machine: processes that are killed, disks that are full or read-only, users without the right,
//! several at once. What was acknowledged is there, and what cannot be saved is refused by name.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

#[allow(dead_code, reason = "the desk serves other tests too")]
#[path = "../cli/desk.rs"]
mod desk;
mod disk;
mod disks;
mod doctor;
mod index;
mod interrupted;
mod killed;
mod permissions;
mod several;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The only segment of a small ledger.
const SEGMENT: &str = "journal/00000000000000000001.seg";

/// A path as an argument.
fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Where the blocks of a ledger's last segment end, as the doctor says.
fn end_of(desk: &desk::Desk) -> (String, u64) {
    let found = desk.aiga(&["doctor", "--json"]).json();
    let end = &found["found"]["journal"]["end"];
    (end["segment"].as_str().unwrap().to_owned(), end["offset"].as_u64().unwrap())
}

/// All that a folder holds: bytes, permissions, and when each was changed.
fn contents(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, u32, i64, i64)> {
    let mut all = BTreeMap::new();
    let found = folder.metadata().unwrap();
    let bytes = if found.is_dir() { Vec::new() } else { fs::read(folder).unwrap() };
    all.insert(folder.to_owned(), (bytes, found.mode(), found.ctime(), found.ctime_nsec()));
    if found.is_dir() {
        for entry in fs::read_dir(folder).unwrap() {
            all.extend(contents(&entry.unwrap().path()));
        }
    }
    all
}

/// Copies a folder, as `cp -r` does.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() { copy(&path, &to) } else { fs::copy(path, to).map(drop).unwrap() }
    }
}

/// A file of so many operations that bring a cent of interest each.
fn interest(desk: &desk::Desk, name: &str, numbers: std::ops::Range<u32>) -> String {
    let line =
        |n| format!(r#"{{"op":"bank_interest","ref":"{name}-{n}","on":"2026-09-01","amount":"0.01"}}"#);
    let lines: Vec<String> = numbers.map(line).collect();
    desk.file(&format!("{name}.jsonl"), lines.join("\n") + "\n")
}
