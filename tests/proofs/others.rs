//! Checkpoints, proofs and codes, read by programs that others wrote: `signed_note` and `tlog_tiles` of a transparency
//! log, with another Ed25519 and another SHA-256, and `rqrr`, which reads QR codes.

use data_encoding::BASE64;
use serde_json::Value;
use signed_note::{Note, Signer, StandardSigner, StandardVerifier, VerifierList};
use tlog_tiles::{Checkpoint, Hash, check_record, check_tree, record_hash};

use super::desk::Desk;
use super::{desk, key_of, text};

/// The checkpoint in a note, verified by the other program.
fn opened(note: &str, key: &str) -> Checkpoint {
    let known = VerifierList::new(vec![Box::new(StandardVerifier::new(key).unwrap())]);
    let note = Note::from_bytes(note.as_bytes()).unwrap();
    let (verified, unverified) = note.verify(&known).unwrap();
    assert_eq!((verified.len(), unverified.len()), (1, 0));
    Checkpoint::from_bytes(note.text()).unwrap()
}

fn hashes(proof: &Value) -> Vec<Hash> {
    let texts = proof.as_array().unwrap().iter().map(|hash| hash.as_str().unwrap());
    texts.map(|hash| Hash::parse_hash(hash).unwrap()).collect()
}

fn json(desk: &Desk, name: &str) -> Value {
    serde_json::from_str(&text(desk, name)).unwrap()
}

#[test]
fn another_program_verifies_our_checkpoints_and_statements() {
    let desk = desk();
    let key = key_of(&desk);
    desk.aiga(&["checkpoint", "signed.txt"]).done();
    let checkpoint = opened(&text(&desk, "signed.txt"), &key);
    assert_eq!(
        (checkpoint.origin(), checkpoint.size(), checkpoint.extension()),
        ("example.org/aiga", 890, "")
    );
    let known = VerifierList::new(vec![Box::new(StandardVerifier::new(&key).unwrap())]);
    let coverage = Note::from_bytes(text(&desk, "signed.txt.coverage").as_bytes()).unwrap();
    coverage.verify(&known).unwrap();
    assert!(Checkpoint::from_bytes(coverage.text()).is_err(), "figures are never a checkpoint");
    // The notes are written as the other program writes them.
    let note = Note::from_bytes(text(&desk, "signed.txt").as_bytes()).unwrap();
    assert_eq!(note.to_bytes(), text(&desk, "signed.txt").into_bytes());
}

#[test]
fn our_private_key_signs_in_another_program_and_we_believe_it() {
    let desk = desk();
    desk.aiga(&["checkpoint", "signed.txt"]).done();
    let signer = StandardSigner::new(text(&desk, "aiga-ledger/keys/checkpoint.key").trim()).unwrap();
    let ours = text(&desk, "signed.txt");
    let mut note =
        Note::new(ours.split_once("\n\n").map(|(text, _)| format!("{text}\n")).unwrap().as_bytes(), &[])
            .unwrap();
    note.add_sigs(&[&signer as &dyn Signer]).unwrap();
    assert_eq!(String::from_utf8(note.to_bytes()).unwrap(), ours, "Ed25519 has one signature for each text");
    let theirs = desk.file("theirs.txt", note.to_bytes());
    desk.aiga(&["checkpoint", "verify", &theirs]).done();
}

#[test]
fn another_program_verifies_our_receipts() {
    let desk = desk();
    let key = key_of(&desk);
    for sequence in [1, 2, 64, 65, 255, 256, 257, 511, 512, 513, 768, 769, 889, 890] {
        let name = format!("{sequence}.json");
        desk.aiga(&["receipt", &sequence.to_string(), &name]).done();
        let receipt = json(&desk, &name);
        let checkpoint = opened(receipt["checkpoint"].as_str().unwrap(), &key);
        let record = BASE64.decode(receipt["record"].as_str().unwrap().as_bytes()).unwrap();
        let (proof, leaf) = (hashes(&receipt["proof"]), record_hash(&record));
        let check = |index| check_record(&proof, checkpoint.size(), *checkpoint.hash(), index, leaf);
        assert!(check(sequence - 1).is_ok(), "{sequence}");
        assert!(check(sequence % 890).is_err(), "{sequence}");
    }
}

#[test]
fn another_program_verifies_that_we_only_grew() {
    let desk = Desk::new();
    let operations = std::fs::read_to_string(super::desk::season("operations.jsonl")).unwrap();
    let lines: Vec<&str> = operations.lines().collect();
    let mut signed = Vec::new();
    for size in [1, 255, 256, 257, 300, 512, 640, 890] {
        let part = desk.file("part.jsonl", lines[..size].join("\n"));
        desk.aiga(&["post", &part]).done();
        if size == 1 {
            desk.aiga(&["key", "new", "--name", "example.org/aiga"]).done();
        }
        let name = format!("{size}.txt");
        desk.aiga(&["checkpoint", &name]).done();
        signed.push(name);
    }
    let key = key_of(&desk);
    for (place, old) in signed.iter().enumerate() {
        for new in &signed[place..] {
            let name = format!("{old}-{new}.json");
            desk.aiga(&["consistency", old, new, "--out", &name]).done();
            let growth = json(&desk, &name);
            let [old, new] = ["old", "new"].map(|name| opened(growth[name].as_str().unwrap(), &key));
            let (proof, t, n) = (hashes(&growth["proof"]), new.size(), old.size());
            if t > n {
                assert!(check_tree(&proof, t, *new.hash(), n, *old.hash()).is_ok(), "{n} in {t}");
                assert!(check_tree(&proof, t, *new.hash(), n, *new.hash()).is_err(), "{n} in {t}");
            } else {
                assert!(proof.is_empty() && old.hash() == new.hash());
            }
        }
    }
}

/// The code on a page, dark or light for each of its units.
fn drawn(page: &str) -> Vec<Vec<bool>> {
    let between = |from: &str, to: &str| page.split_once(from).unwrap().1.split_once(to).unwrap().0;
    let side: usize = between("viewBox=\"0 0 ", " ").parse().unwrap();
    let mut rows = vec![vec![false; side]; side];
    for run in between("path d=\"", "\"").split_terminator('z') {
        let numbers = run.split(|letter: char| !letter.is_ascii_digit()).filter(|text| !text.is_empty());
        let numbers: Vec<usize> = numbers.map(|text| text.parse().unwrap()).collect();
        let (x, y, width) = (numbers[0], numbers[1], numbers[2]);
        rows[y][x..x + width].fill(true);
    }
    rows
}

#[test]
fn another_program_reads_the_code_on_the_page() {
    const PIXELS: usize = 4;
    let desk = desk();
    for lang in ["en", "fr"] {
        let name = format!("{lang}.json");
        desk.aiga(&["--lang", lang, "receipt", "65", &name, "--html", "receipt.html", "--replace"]).done();
        let (page, receipt) = (text(&desk, "receipt.html"), json(&desk, &name));
        let drawn = drawn(&page);
        let side = drawn.len() * PIXELS;
        let dark = |x: usize, y: usize| if drawn[y / PIXELS][x / PIXELS] { 0 } else { 255 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, dark);
        let (_, content) = image.detect_grids().pop().unwrap().decode().unwrap();
        let key = opened(receipt["checkpoint"].as_str().unwrap(), &key_of(&desk));
        let record = BASE64.decode(receipt["record"].as_str().unwrap().as_bytes()).unwrap();
        let hex = |hash: Hash| data_encoding::HEXUPPER.encode(&hash.0);
        let id = key_of(&desk).split('+').nth(1).unwrap().to_uppercase();
        let expected = format!("AIGA:1:65:{}:890:{}:{id}", hex(record_hash(&record)), hex(*key.hash()));
        assert_eq!(content, expected);
        assert!(page.contains("Cévennes") && page.contains("swap-000001"), "{lang}");
        assert!(!page.contains("<script") && !page.contains("http:") && !page.contains("https:"));
    }
}
