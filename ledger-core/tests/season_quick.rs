use ledger_core::{storage::*, *};
use std::sync::Arc;
#[test]
fn season() {
    let storage: Arc<dyn Storage> = Arc::new(Memory::new());
    let mut ledger =
        Ledger::create(storage.clone(), Box::new(ManualClock::new(1_700_000_000_000_000_000, 1000))).unwrap();
    let text = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/data/season-2026/operations.jsonl"
    ))
    .unwrap();
    for (n, line) in text.lines().enumerate() {
        let op = Operation::from_json(line).unwrap_or_else(|e| panic!("{} {e}", n + 1));
        ledger.post(&op).unwrap_or_else(|e| panic!("{} {e} {line}", n + 1));
    }
    let today = "2026-08-31".parse().unwrap();
    let status = report::Status::of(ledger.state(), Some(ledger.root()), None, today);
    println!("{}", serde_json::to_string_pretty(&status).unwrap());
    let root = ledger.root();
    let state = ledger.state().clone();
    drop(ledger);
    let a = audit::audit(&storage, |_| {}).unwrap();
    println!("{}", serde_json::to_string_pretty(&a).unwrap());
    assert!(a.ok);
    let ledger =
        Ledger::open(storage.clone(), Box::new(ManualClock::new(1_700_000_000_000_000_000, 1000))).unwrap();
    assert_eq!(ledger.root(), root);
    assert_eq!(*ledger.state(), state);
    let v = View::open(storage).unwrap();
    let s = v.state().unwrap();
    assert_eq!(s.root, Some(root));
    assert_eq!(s.state, state);
}
