//! What was recorded once is found wherever it lives: in the batch at hand, in memory, in a run, in a merged run.

use ledger_core::storage::Faulty;
use serde_json::json;

use super::season::{beginning, deposit, noted_swap, remit, reverse, swap, swaps};
use super::*;

fn begun() -> (Arc<Memory>, Ledger) {
    let memory = Arc::new(Memory::new());
    let mut ledger = Ledger::create(memory.clone(), Box::new(clock())).unwrap();
    ledger.post_batch(&beginning()).unwrap();
    (memory, ledger)
}

fn refused(ledger: &mut Ledger, operation: &Operation) -> serde_json::Value {
    match ledger.post(operation) {
        Err(LedgerError::Rejected(rejection)) => serde_json::to_value(rejection).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// All that can be said of swap 1, slip S-1 (remitted by `remit-1`, deposited by `deposit-1`) and its deposit, wherever
/// they live.
fn is_known(ledger: &mut Ledger, first: &[Receipt]) {
    let [swapped, remitted, deposited] = first else { panic!("three receipts") };
    let root = ledger.root();
    for (operation, receipt) in
        [(swap(1), swapped), (remit("remit-1", "S-1"), remitted), (deposit("deposit-1", "S-1"), deposited)]
    {
        let again = ledger.post(&operation).unwrap();
        assert_eq!(again, Receipt { replayed: true, ..receipt.clone() });
    }
    let [swapped, remitted, deposited] = first.iter().map(|receipt| receipt.sequence).collect::<Vec<_>>()[..]
    else {
        unreachable!()
    };
    let conflict = refused(ledger, &noted_swap(1, "another"));
    let expected =
        json!({"code": "reference_conflict", "reference": "swap-1", "sequence": swapped, "field": "note"});
    assert_eq!(conflict, expected);
    let conflict = refused(ledger, &deposit("remit-1", "S-1"));
    let expected =
        json!({"code": "reference_conflict", "reference": "remit-1", "sequence": remitted, "field": "op"});
    assert_eq!(conflict, expected);
    // A slip's name is no reference, and no second slip's.
    let in_use = refused(ledger, &swap_named("S-1"));
    assert_eq!(in_use, json!({"code": "reference_in_use", "name": "S-1", "sequence": remitted}));
    let taken = refused(ledger, &remit("remit-again", "S-1"));
    assert_eq!(taken["sequence"], json!(remitted), "{taken}");
    let taken = refused(ledger, &remit("remit-again", "swap-1"));
    assert_eq!(taken["sequence"], json!(swapped), "{taken}");
    // How the slip ended is told with the entry.
    let ended = refused(ledger, &deposit("deposit-again", "S-1"));
    assert_eq!(ended, json!({"code": "already_deposited", "slip": "S-1", "sequence": deposited}));
    assert_eq!(ledger.entry(swapped).unwrap().unwrap().operation, swap(1));
    assert_eq!(ledger.entry_of(&"remit-1".parse().unwrap()).unwrap().unwrap().sequence, remitted);
    assert_eq!(ledger.entry_of(&"S-1".parse().unwrap()).unwrap(), None);
    assert_eq!(ledger.root(), root);
}

fn swap_named(reference: &str) -> Operation {
    Operation { reference: reference.parse().unwrap(), ..swap(1) }
}

fn first_operations() -> [Operation; 3] {
    [swap(1), remit("remit-1", "S-1"), deposit("deposit-1", "S-1")]
}

#[test]
fn it_is_found_in_the_batch_at_hand() {
    let (_, mut ledger) = begun();
    let mut batch: Vec<Operation> = first_operations().into();
    // More than is encoded together, so that it lies in a part of the batch that was handed on.
    batch.extend(swaps(100..2000));
    batch.extend(first_operations());
    batch.extend([noted_swap(1, "another"), swap_named("S-1"), remit("r", "S-1"), deposit("d", "S-1")]);
    let outcomes = ledger.post_each(&batch).unwrap();
    let (first, again, refused) = (&outcomes[..3], &outcomes[1903..1906], &outcomes[1906..]);
    for (first, again) in first.iter().zip(again) {
        let first = first.clone().unwrap();
        assert_eq!(again, &Ok(Receipt { replayed: true, ..first }));
    }
    let codes: Vec<&str> = refused.iter().map(|refused| refused.as_ref().unwrap_err().code()).collect();
    assert_eq!(codes[..2], ["reference_conflict", "reference_in_use"]);
    assert_eq!(codes[3], "already_deposited");
    assert_eq!(ledger.state().entries(), 4 + 3 + 1900);
}

#[test]
fn it_is_found_in_memory_in_a_run_in_merged_runs_after_reopening_and_after_the_index_was_lost() {
    let (memory, mut ledger) = begun();
    let first = ledger.post_batch(&first_operations()).unwrap();
    is_known(&mut ledger, &first);
    assert!(index_files(&memory).is_empty(), "in memory");

    ledger.settle();
    assert_eq!(runs(&index_files(&memory)), [(1, 7)], "in a run");
    is_known(&mut ledger, &first);

    for round in 0..9 {
        ledger.post_batch(&swaps(100 + round * 10..110 + round * 10)).unwrap();
        ledger.settle();
    }
    let merged = runs(&index_files(&memory));
    assert!(merged[0].1 > 30 && merged.last().unwrap().1 == 97, "in a merged run: {merged:?}");
    is_known(&mut ledger, &first);

    drop(ledger);
    let mut ledger = open(&memory);
    is_known(&mut ledger, &first);
    // The second question to a run reads its filter.
    is_known(&mut ledger, &first);

    drop(ledger);
    drop_index(&memory);
    let mut ledger = open(&memory);
    is_known(&mut ledger, &first);
    ledger.settle();
    is_known(&mut ledger, &first);

    drop(ledger);
    for path in index_files(&memory).into_keys() {
        memory.set_bytes(&path, Vec::new());
    }
    let mut ledger = open(&memory);
    is_known(&mut ledger, &first);
    drop_index(&memory);
    ledger.settle();
    is_known(&mut ledger, &first);
    // Takes a deposit back, whose slip is known from the past alone.
    let undo = reverse("undo", "deposit-1");
    ledger.post(&undo).unwrap();
    ledger.post(&Operation { on: undo.on, ..deposit("deposit-2", "S-1") }).unwrap();
    assert_sound(&memory, 99);
}

#[test]
fn a_year_of_swaps_is_flushed_while_they_are_posted_and_every_one_of_them_is_known() {
    const SWAPS: u64 = 210_000;
    let (memory, mut ledger) = begun();
    let first = ledger.post_batch(&first_operations()).unwrap();
    let batches: Vec<Vec<Operation>> =
        (0..SWAPS).step_by(10_000).map(|from| swaps(1000 + from..1000 + from + 10_000)).collect();
    for batch in &batches {
        ledger.post_batch(batch).unwrap();
    }
    is_known(&mut ledger, &first);
    drop(ledger);
    let merged = runs(&index_files(&memory));
    assert!(merged[0].1 > 100_000, "flushed and merged in the background: {merged:?}");
    let mut ledger = open(&memory);
    let root = ledger.root();
    is_known(&mut ledger, &first);
    for batch in batches.iter().step_by(5) {
        let sequences = 8 + number_of(&batch[0]) - 1000..;
        for (sequence, receipt) in sequences.zip(ledger.post_batch(batch).unwrap()) {
            assert!(receipt.replayed && receipt.sequence.number() == sequence);
        }
    }
    assert_eq!((ledger.root(), ledger.state().entries()), (root, 7 + SWAPS));
}

fn number_of(swap: &Operation) -> u64 {
    swap.reference.as_str().strip_prefix("swap-").unwrap().parse().unwrap()
}

#[test]
fn a_look_at_an_index_that_breaks_finds_the_entry_in_the_journal() {
    let faulty = Arc::new(Faulty::new(Memory::new()));
    let mut ledger = Ledger::create(faulty.clone(), Box::new(clock())).unwrap();
    ledger.post_batch(&beginning()).unwrap();
    let first = ledger.post_batch(&first_operations()).unwrap();
    ledger.settle();
    drop(ledger);
    let mut ledger = open(&faulty);
    faulty.fail_below("index", 1);
    let reference = swap(1).reference;
    assert_eq!(ledger.entry_of(&reference).unwrap().unwrap().operation, swap(1));
    assert!(!ledger.post(&swap(2)).unwrap().replayed);
    is_known(&mut ledger, &first);
}
