//! `import_journal` and `read_chart`: guard against an export that crashes whoever imports it or that is taken although a
//! byte of it is another, and against a chart of accounts that makes a file of entries that nobody accepts.

use std::sync::Arc;

use ledger_core::Ledger;
use ledger_core::audit::audit;
use ledger_core::export::{Chart, FecForm, export_fec, import};
use ledger_core::storage::{Memory, Storage};

use crate::edit::Edits;
use crate::memory::bounded;
use crate::story::{Story, view};

/// Imports the bytes; behind a first byte of ff they are edits of a true export.
pub fn import_journal(bytes: &[u8]) {
    match bytes.split_first() {
        Some((0xff, edits)) => {
            let mut export = Story::get().export.clone();
            Edits::new(edits).edit(&mut export);
            examine(&export);
        }
        _ => examine(bytes),
    }
}

fn examine(text: &[u8]) {
    let storage: Arc<dyn Storage> = Arc::new(Memory::scratch());
    let mut ledger: Ledger = crate::or_panic(crate::create(&storage), "creating");
    match bounded(text.len(), || import(&mut ledger, text, &mut |_| {})) {
        Ok(imported) => {
            drop(ledger);
            let report = crate::or_panic(audit(&storage, |_| {}), "auditing");
            assert!(report.ok && report.root == imported.root && report.entries == imported.entries);
            assert!(crate::exported(&storage) == text, "what was imported is exported otherwise");
        }
        Err(error) => assert!(!error.code().is_empty() && !error.to_string().is_empty()),
    }
}

/// Reads the bytes as a chart of accounts, and exports a year by it.
pub fn read_chart(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let chart = match bounded(bytes.len(), || Chart::with(text)) {
        Ok(chart) => chart,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let storage: Arc<dyn Storage> = Arc::new(Story::get().storage());
    let (view, year) = (view(&storage), crate::or_panic("2026".parse(), "a year"));
    let mut file = Vec::new();
    let form = FecForm::of(year, &chart);
    let (exported, described) = crate::or_panic(export_fec(&view, form, &mut file, &mut |_| {}), "the file");
    assert!(!described.text(&crate::or_panic("123456789".parse(), "a SIREN"), "a file").is_empty());
    assert!(exported.entries > 0);
    let mut balance = 0;
    for line in file.split(|byte| *byte == b'\n').skip(1).filter(|line| !line.is_empty()) {
        let fields: Vec<&[u8]> =
            line.strip_suffix(b"\r").unwrap_or(line).split(|byte| *byte == b'\t').collect();
        assert_eq!(fields.len(), 18, "{}", line.escape_ascii());
        // What must not be empty: journal, number, date, account and their names, the wording.
        let named = [0, 1, 2, 3, 4, 5, 8, 9, 10].iter().all(|place| !fields[*place].is_empty());
        assert!(named, "{}", line.escape_ascii());
        balance += cents(fields[11]) - cents(fields[12]);
    }
    assert_eq!(balance, 0, "debits and credits are the same");
}

fn cents(amount: &[u8]) -> i64 {
    let digits: String = amount.iter().filter(|byte| **byte != b',').map(|byte| char::from(*byte)).collect();
    crate::or_panic(digits.parse(), &digits)
}
