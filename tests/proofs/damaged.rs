//! Nothing is vouched for over a journal that is damaged, or from a snapshot that somebody has changed.

use std::fs;

use super::desk;

/// Where each block of the only segment begins.
fn blocks(bytes: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while bytes.get(at..at + 2) == Some(b"AL") {
        found.push(at);
        let mark = if bytes[at + 2] == 2 { 44 } else { 0 };
        at += 108 + mark + u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
    }
    found
}

#[test]
fn no_proof_is_made_over_a_damaged_journal() {
    let desk = desk();
    for number in 0..5 {
        desk.aiga(&["interest", "0.01", "--on", "2026-08-31", "--ref", &format!("late-{number}")]).done();
    }
    desk.aiga(&["checkpoint", "signed.txt"]).done();
    let segment = desk.ledger().join("journal/00000000000000000001.seg");
    let whole = fs::read(&segment).unwrap();
    let blocks = blocks(&whole);
    assert_eq!(blocks.len(), 6);
    for index in [true, false] {
        if !index {
            fs::remove_dir_all(desk.ledger().join("index")).ok();
            fs::remove_dir_all(desk.ledger().join("tree")).ok();
        }
        for at in &blocks[..5] {
            let mut bytes = whole.clone();
            bytes[at + 70] ^= 1;
            fs::write(&segment, bytes).unwrap();
            for command in [
                &["receipt", "895"][..],
                &["receipt", "3"],
                &["receipt", "late-0"],
                &["receipt", "late-4"],
                &["checkpoint"],
                &["consistency", "signed.txt"],
                &["checkpoint", "verify", "signed.txt"],
            ] {
                desk.aiga(command).fails(4, &["journal_damaged"]);
            }
        }
        // The very last commit may have been interrupted; who has it signed knows better.
        let mut bytes = whole.clone();
        bytes[blocks[5] + 70] ^= 1;
        fs::write(&segment, bytes).unwrap();
        desk.aiga(&["consistency", "signed.txt"]).fails(4, &[]);
        fs::write(&segment, &whole).unwrap();
    }
    desk.aiga(&["consistency", "signed.txt"]).done();
}

#[test]
fn figures_are_signed_from_the_entries_and_not_from_a_snapshot() {
    let desk = desk();
    desk.aiga(&["checkpoint", "signed.txt"]).done();
    let snapshots = desk.ledger().join("snapshots");
    for snapshot in fs::read_dir(&snapshots).unwrap() {
        let path = snapshot.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let (head, state) = text.split_once('\n').unwrap();
        let state = state.trim_end().replace("9785.00", "99785.00").replace("10635.00", "100635.00");
        let mut head: serde_json::Value = serde_json::from_str(head).unwrap();
        head["state_crc32"] = crc32fast::hash(state.as_bytes()).into();
        fs::write(&path, format!("{head}\n{state}\n")).unwrap();
    }
    desk.aiga(&["checkpoint", "verify", "signed.txt.coverage"]).done();
    let again = desk.aiga(&["checkpoint", "--json"]).done().json();
    assert_eq!(again["coverage"]["figures"]["fund"]["deposit"], "9785.00", "{again}");
    // The audit compares every snapshot.
    let said = desk.aiga(&["audit"]).fails(3, &["bad_snapshot", "aiga doctor --repair"]);
    assert!(said.out.contains("890 entries"), "it goes on: {}", said.out);
    desk.aiga(&["--lang", "fr", "audit"]).fails(3, &["bad_snapshot", "contient un autre état"]);
    let json = desk.aiga(&["audit", "--json"]).fails(3, &[]).json();
    assert!(json["bad_snapshots"][0]["path"].is_string(), "{json}");
    desk.aiga(&["doctor"]).fails(3, &["bad_snapshot"]);
    desk.aiga(&["doctor", "--repair"]).done();
    desk.aiga(&["audit"]).done();
}
