//! Guards what the fuzzer has found and its seeds: each file of the corpora goes through its target, on any toolchain.

use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut files: Vec<_> = corpus.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", corpus.display());
    for file in files {
        println!("{}", file.display());
        run(&std::fs::read(&file).unwrap());
    }
}

#[test]
fn decode_block() {
    replay("decode_block", ledger_fuzz::decode_block);
}

#[test]
fn apply_operations() {
    replay("apply_operations", ledger_fuzz::apply_operations);
}

#[test]
fn parse_operation() {
    replay("parse_operation", ledger_fuzz::parse_operation);
}

#[test]
fn read_statement() {
    replay("read_statement", ledger_fuzz::read_statement);
}

#[test]
fn read_profile() {
    replay("read_profile", ledger_fuzz::read_profile);
}

#[test]
fn read_proof() {
    replay("read_proof", ledger_fuzz::read_proof);
}

#[test]
fn import_journal() {
    replay("import_journal", ledger_fuzz::import_journal);
}

#[test]
fn read_chart() {
    replay("read_chart", ledger_fuzz::read_chart);
}

#[test]
fn open_beside() {
    replay("open_beside", ledger_fuzz::open_beside);
}

#[test]
fn diagnose_folder() {
    replay("diagnose_folder", ledger_fuzz::diagnose_folder);
}
