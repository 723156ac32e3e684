//! Guards against many posters at once, over a disk that fails, coming to anything that one could not have come to: an
//! acknowledgement that does not last, an order that is not the journal's, a poster left waiting.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use ledger_core::audit::audit;
use ledger_core::journal::{Frontier, Layout, leaf_hash};
use ledger_core::storage::{Fault, Faulty, ManualClock, Memory, Step, Storage};
use ledger_core::{Ledger, LedgerError, Operation, Receipt, Sequence, SharedLedger, View};
use serde_json::{Value, json};
use simulation::dice::Dice;

const POSTERS: u64 = 6;
const EACH: u64 = 8;
const SMALL: Layout = Layout { segment_len_max: 3000, extend_step_min: 1024, extend_step_max: 1024 };

fn operation(json: &Value) -> Operation {
    Operation::from_json(&json.to_string()).unwrap()
}

fn interest(poster: u64, nth: u64) -> Operation {
    let reference = format!("interest-{poster}-{nth}");
    operation(&json!({"op": "bank_interest", "ref": reference, "on": "2026-03-02", "amount": "0.01"}))
}

fn founded(disk: &Arc<Faulty<Arc<Memory>>>) -> Ledger {
    let clock = ManualClock::new(1_798_761_600_000_000_000, 0);
    let mut ledger = Ledger::create_with(disk.clone(), Box::new(clock), SMALL).unwrap();
    let found = json!({"op": "found", "ref": "found", "on": "2026-01-02", "currency": "Aïga", "symbol": "Ä",
        "code": "AIGA", "denominations": [1, 5, 10], "association": "Cévennes", "reconversion_fee": "0.02",
        "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}});
    ledger.post(&operation(&found)).unwrap();
    ledger
}

/// What each poster was told, until the first failure that it heard of.
fn post_together(shared: &SharedLedger) -> Vec<Receipt> {
    let post = |poster| {
        let mut told = Vec::new();
        for nth in 0..EACH {
            match shared.post(&interest(poster, nth)) {
                Ok(receipt) => told.push(receipt),
                Err(LedgerError::Journal(error)) => {
                    assert!(["journal_io", "journal_poisoned"].contains(&error.code()), "{error}");
                    break;
                }
                Err(error) => panic!("{error}"),
            }
        }
        assert!(told.is_sorted_by_key(|receipt| receipt.sequence), "a poster's own order is the journal's");
        told
    };
    thread::scope(|scope| {
        let posters: Vec<_> = (0..POSTERS).map(|poster| scope.spawn(move || post(poster))).collect();
        posters.into_iter().flat_map(|poster| poster.join().unwrap()).collect()
    })
}

#[test]
fn what_many_posters_were_told_outlives_a_power_cut_at_any_step() {
    let mut dice = Dice::new(6);
    for nth in 1..70 {
        let memory = Arc::new(Memory::new());
        let disk = Arc::new(Faulty::new(memory.clone()));
        let ledger = founded(&disk);
        disk.fail_from(None, nth, if nth % 2 == 0 { Fault::Torn } else { Fault::Broken });
        let shared = SharedLedger::new(ledger);
        let told = post_together(&shared);
        let kept: Vec<bool> = (0..memory.unsynced()).map(|_| dice.chance(50)).collect();
        let left = Arc::new(memory.crash_keeping(&kept));
        drop(shared);

        let clock = ManualClock::new(1_798_761_600_000_000_000, 0);
        let mut ledger = Ledger::open_with(left.clone(), Box::new(clock), SMALL).unwrap();
        let view = View::open(left.clone()).unwrap();
        let mut tree = Frontier::new();
        let mut roots = BTreeMap::new();
        for sequence in 1..=ledger.state().entries() {
            tree.push_leaf(leaf_hash(&view.record(Sequence::new(sequence)).unwrap().unwrap()));
            roots.insert(sequence, tree.root());
        }
        for receipt in &told {
            let entry = ledger.entry(receipt.sequence).unwrap().unwrap();
            assert_eq!(entry.operation.reference, receipt.reference, "step {nth}");
            assert_eq!(roots.get(&receipt.tree_size), Some(&receipt.root), "step {nth}");
        }
        // Whoever heard nothing asks again: nothing is recorded twice.
        for poster in 0..POSTERS {
            for nth in 0..EACH {
                ledger.post(&interest(poster, nth)).unwrap();
            }
        }
        assert_eq!(ledger.state().entries(), 1 + POSTERS * EACH, "step {nth}");
        drop(ledger);
        let storage: Arc<dyn Storage> = left;
        assert!(audit(&storage, |_| {}).unwrap().ok, "step {nth}");
    }
}

#[test]
fn those_who_wait_together_share_a_sync() {
    let disk = Arc::new(Faulty::new(Arc::new(Memory::new())));
    let shared = SharedLedger::new(founded(&disk));
    // Who comes first commits alone, and one of the others for all of them; in some round, all have come in time.
    let shared_one = (0..50).any(|round| {
        let before = disk.steps().len();
        let arrived = AtomicU64::new(0);
        let post = |poster| {
            arrived.fetch_add(1, Ordering::SeqCst);
            shared.post(&interest(poster, round)).unwrap()
        };
        thread::scope(|scope| {
            shared.with(|_| {
                let post = &post;
                (0..POSTERS).for_each(|poster| drop(scope.spawn(move || post(poster))));
                while arrived.load(Ordering::SeqCst) < POSTERS {
                    thread::yield_now();
                }
                thread::sleep(Duration::from_millis(5));
            });
        });
        disk.steps()[before..].iter().filter(|step| **step == Step::Sync).count() <= 2
    });
    assert!(shared_one, "each of {POSTERS} had a sync of its own, 50 times");
}
