//! Guards docs/proofs.md against drifting from the program: its examples are run, its program too, and every code stands
//! in it.

use std::process::Command;

use ledger_core::proof::ProofError;

use super::desk::{Desk, Said};
use super::document::play;

const DOCUMENT: &str = include_str!("../../docs/proofs.md");

#[test]
fn the_examples_work_as_they_are_typed() {
    let desk = Desk::new();
    assert_eq!(play(&desk, DOCUMENT), 22, "commands");
    // The receipt by hand, with the program of the document.
    let program = DOCUMENT.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    desk.file("by_hand.py", program);
    let by_hand = |receipt: &str| {
        let mut python = Command::new("python3");
        Said::of(python.args(["by_hand.py", receipt]).current_dir(desk.path("")).output().unwrap())
    };
    let said = by_hand("receipt.json").done();
    assert_eq!(said.out.trim(), "entry 5 of 5 in example.org/aiga");
    let receipt = std::fs::read_to_string(desk.path("receipt.json")).unwrap();
    desk.file("changed.json", receipt.replacen("\"record\": \"B", "\"record\": \"C", 1));
    assert_ne!(by_hand("changed.json").code, 0);
}

#[test]
fn every_code_is_explained() {
    for code in ProofError::CODES {
        assert!(DOCUMENT.contains(&format!("`{code}`")), "{code}");
    }
}
