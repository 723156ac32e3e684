//! Guards against an export that cannot be read back, or books of which another tool says that they are wrong, on
//! histories that nobody thought up.

use super::{Engine, OPERATIONS_MAX, accepted, cases, clock};
use ledger_core::export::{Format, Period, export, import};
use ledger_core::storage::Memory;
use ledger_core::{Ledger, Sequence, View};
use proptest::prelude::*;
use simulation::generate::{histories, operations};
use std::sync::Arc;

fn exported(storage: &Arc<Memory>, format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    let view = View::open(storage.clone()).expect("a view");
    export(&view, format, Period::default(), &mut bytes, &mut |_| {}).expect("an export in memory");
    bytes
}

/// The entry of a line, serialised by itself, up to the leaf.
fn as_serialised(storage: &Arc<Memory>, line: &str) -> String {
    let line: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
    let sequence = Sequence::new(line["sequence"].as_u64().expect("a number"));
    let entry = View::open(storage.clone()).expect("a view").entry(sequence).expect("it reads");
    let text = serde_json::to_string(&entry.expect("it is there")).expect("it is serialised");
    format!("{},\"leaf\":\"", &text[..text.len() - 1])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases() / 2, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_exported_history_is_imported_to_the_same_root(history in histories(OPERATIONS_MAX)) {
        let engine = Engine::after(&accepted(&history).0);
        let bytes = exported(&engine.storage, Format::Jsonl);
        let lines: Vec<&str> = std::str::from_utf8(&bytes).expect("JSON is UTF-8").lines().collect();
        for line in &lines[1..lines.len() - 1] {
            prop_assert!(line.starts_with(&as_serialised(&engine.storage, line)), "{}", line);
        }
        let copy = Arc::new(Memory::new());
        let mut ledger = Ledger::create(copy.clone(), Box::new(clock())).expect("a new ledger in memory");
        let imported = import(&mut ledger, bytes.as_slice(), &mut |_| {});
        prop_assert!(imported.is_ok(), "{:?}", imported);
        prop_assert_eq!(ledger.root(), engine.ledger.root());
        prop_assert_eq!(ledger.state(), engine.ledger.state());
        drop(ledger);
        prop_assert_eq!(exported(&copy, Format::Jsonl), bytes);
    }
}

/// Random histories for the tools that `.ci/exports` runs: into the folder that `AIGA_EXPORTS` names.
#[test]
fn random_histories_are_written_for_other_tools() {
    let Some(folder) = std::env::var_os("AIGA_EXPORTS") else { return };
    for seed in 1..=4 {
        let engine = Engine::after(&accepted(&operations(seed, 1500)).0);
        let file = std::path::Path::new(&folder).join(format!("history-{seed}.jsonl"));
        std::fs::write(file, exported(&engine.storage, Format::Jsonl)).expect("the export is written");
    }
}
