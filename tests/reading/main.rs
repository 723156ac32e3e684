//! Guards against: figures as of an entry or a date that are not those of the entries before it, a filter
//! that drops or adds an entry, a reader that sees half a commit, and an audit that passes a journal which is
//! damaged or forged.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod beside_a_writer;
mod damage;
mod figures;
mod filters;
mod forgery;
mod large;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use ledger_core::account::{BillAccount, EuroAccount, Side};
use ledger_core::audit::{AuditReport, audit};
use ledger_core::diagnosis::{Finding, Remedy, Repair, diagnose, repair};
use ledger_core::entry::Choice;
use ledger_core::export::{Chart, Dialect, FecForm, Format, Period, export, export_fec};
use ledger_core::index::{Snapshot, Snapshots};
use ledger_core::journal::{
    Commit, Layout, Position, Root, Scan, Start, StateHash, StateMark, Verify, Writer, segment_path,
};
use ledger_core::ledger::ClockTrust;
use ledger_core::limits::FIGURE_MAX_CENTS;
use ledger_core::open_item::OpenItem;
use ledger_core::query::Filter;
use ledger_core::reconcile::{Settings, reconcile};
use ledger_core::statement::{How, read};
use ledger_core::storage::{Lock, LockError, ManualClock, Memory, Storage};
use ledger_core::{
    Account, Act, Bills, Date, Denomination, Entry, Euros, Ledger, Operation, Posting, Postings, Receipt,
    RecordedAt, Sequence, State, View, record,
};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

const SMALL: Layout = Layout { segment_len_max: 1200, extend_step_min: 256, extend_step_max: 512 };
const LARGE: Layout = Layout { segment_len_max: 1 << 20, extend_step_min: 4096, extend_step_max: 4096 };

fn operation(json: &Value) -> Operation {
    Operation::from_json(&json.to_string()).unwrap_or_else(|rejection| panic!("{json}: {rejection}"))
}

fn create(storage: &Arc<Memory>, layout: Layout) -> Ledger {
    let clock = ManualClock::new(1_772_000_000_000_000_000, 1_000);
    Ledger::create_with(storage.clone(), Box::new(clock), layout).unwrap()
}

fn entries(storage: &Arc<Memory>, filter: &Filter) -> Vec<Entry> {
    let mut entries = Vec::new();
    let look = |entry: &Entry| {
        entries.push(entry.clone());
        ControlFlow::Continue(())
    };
    View::open(storage.clone()).unwrap().visit(filter, look).unwrap();
    entries
}

/// The season, posted one by one.
struct Season {
    storage: Arc<Memory>,
    receipts: Vec<Receipt>,
    entries: Vec<Entry>,
}

static SEASON: LazyLock<Season> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/season-2026/operations.jsonl");
    let storage = Arc::new(Memory::new());
    let mut ledger = create(&storage, Layout { segment_len_max: 20_000, ..LARGE });
    let text = std::fs::read_to_string(path).unwrap();
    let post = |line| ledger.post(&Operation::from_json(line).unwrap()).unwrap();
    let receipts: Vec<Receipt> = text.lines().map(post).collect();
    ledger.settle();
    let entries = entries(&storage, &Filter::default());
    assert_eq!((receipts.len(), entries.len()), (890, 890));
    assert!(Snapshots::new(storage.clone()).sequences().len() > 1, "snapshots to read from");
    Season { storage, receipts, entries }
});

fn top_up(n: u64) -> Operation {
    operation(&json!({"op": "top_up", "ref": format!("t{n}"), "on": "2026-03-02", "amount": "0.01"}))
}

/// Six commits, of which an audit can say what is wrong.
fn story() -> Vec<Vec<Operation>> {
    let commits = [
        json!([
            {"op": "found", "ref": "found", "currency": "Aïga", "symbol": "Ä", "code": "AIGA", "denominations": [5, 10],
             "association": "A", "reconversion_fee": "0.02", "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}},
            {"op": "open_bureau", "ref": "open", "bureau": "ales", "name": "A", "local_group": "g",
             "terms": {"consignment": {"till_ceiling": "500"}}},
            {"op": "enrol_member", "ref": "enrol", "member": "A-1", "kind": "accepter", "local_group": "g",
             "valid_until": "2026-12-31"}]),
        json!([{"op": "print_bills", "ref": "print", "bills": {"5": 100, "10": 100}},
            {"op": "supply", "ref": "supply", "bureau": "ales", "bills": {"5": 20, "10": 20}}]),
        json!([{"op": "swap", "ref": "swap", "bureau": "ales", "amount": "40", "paid": "cash"},
            {"op": "top_up", "ref": "top", "amount": "5"}, {"op": "issue", "ref": "issue", "bills": {"10": 5}}]),
        json!([{"op": "remit", "ref": "remit", "bureau": "ales", "amount": "30", "slip": "S-1"},
            {"op": "deposit", "ref": "dep", "slip": "S-1", "amount": "30"}]),
        json!([{"op": "reconvert", "ref": "rec", "member": "A-1", "bills": {"10": 2}, "invoice": "F"},
            {"op": "pay_out", "ref": "pay", "payable": "rec"}]),
        json!([{"op": "reverse", "ref": "undo", "entry": "pay", "reason": "erreur"},
            {"op": "remit", "ref": "remit-2", "bureau": "ales", "amount": "10", "slip": "S-2"}]),
    ];
    let read = |mut json: Value| {
        json["on"] = json!("2026-03-02");
        operation(&json)
    };
    commits.iter().map(|commit| commit.as_array().unwrap().iter().cloned().map(read).collect()).collect()
}

fn told(layout: Layout) -> (Arc<Memory>, Vec<Commit>) {
    let storage = Arc::new(Memory::new());
    let mut ledger = create(&storage, layout);
    for commit in story() {
        ledger.post_batch(&commit).unwrap();
    }
    let mut commits = Vec::new();
    let mut scan = Scan::new(storage.clone(), Start::genesis(), Verify::Everything).unwrap();
    while let Some(block) = scan.next_block().unwrap() {
        commits.push(block.commit());
    }
    // A copy, whose lock is free.
    (Arc::new(storage.snapshot()), commits)
}

fn audited(memory: &Memory) -> AuditReport {
    let storage: Arc<dyn Storage> = Arc::new(memory.snapshot());
    audit(&storage, |_| ()).unwrap()
}

/// What an audit found: the segment, the offset, the entry and the code.
fn found(report: &AuditReport) -> (String, u64, u64, &'static str) {
    let failure = report.failure.clone().unwrap_or_else(|| panic!("nothing was found"));
    assert!(!report.ok && !failure.reason.is_empty());
    (failure.segment, failure.offset, failure.sequence.number(), failure.code)
}
