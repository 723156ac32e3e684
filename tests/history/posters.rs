//! Guards against eight posters at once coming to anything that one poster could not have come to: an operation recorded
//! twice or in another order than it was acknowledged, a receipt of a tree that never was, a poster left waiting.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use ledger_core::journal::Root;
use ledger_core::storage::{Faulty, Memory};
use ledger_core::{Ledger, LedgerError, Operation, Receipt, SharedLedger};
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;
use simulation::generate::histories;

use super::{Engine, Model, OPERATIONS_MAX, balances_agree, cases, clock, is_backed};

const POSTERS: usize = 8;

/// Posts each operation twice, by two of the posters, while the index is written as often as `settling` says.
/// Says what each heard of it.
fn post_from_all_sides(
    shared: &SharedLedger,
    operations: &[Operation],
    settling: usize,
) -> Vec<(usize, Result<Receipt, String>)> {
    let poster = |poster: usize| {
        let twice = operations.iter().enumerate().filter_map(|(index, operation)| {
            let mine = index % POSTERS == poster || (index + 3) % POSTERS == poster;
            mine.then(|| (index, shared.post(operation)))
        });
        let heard = twice.map(|(index, heard)| match heard {
            Ok(receipt) => (index, Ok(receipt)),
            Err(LedgerError::Rejected(rejection)) => (index, Err(rejection.code().to_owned())),
            Err(error) => panic!("{error}"),
        });
        heard.collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let posters: Vec<_> = (0..POSTERS).map(|number| scope.spawn(move || poster(number))).collect();
        (0..settling).for_each(|_| shared.with(Ledger::settle));
        posters.into_iter().flat_map(|poster| poster.join().unwrap()).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases() / 4 + 1, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn eight_posters_come_to_what_one_comes_to_in_the_order_of_their_receipts(
        history in histories(OPERATIONS_MAX),
        settling in 0..12_usize,
        breaking in option::of(1..60_u64),
    ) {
        let readable = |value: &Value| Some((value.clone(), Operation::from_json(&value.to_string()).ok()?));
        let (values, operations): (Vec<Value>, Vec<Operation>) = history.iter().filter_map(readable).unzip();
        let storage = Arc::new(Memory::new());
        let faulty = Arc::new(Faulty::new(storage.clone()));
        let shared = SharedLedger::new(Ledger::create(faulty.clone(), Box::new(clock())).unwrap());
        if let Some(nth) = breaking {
            faulty.fail_below("index", nth);
        }
        let heard = post_from_all_sides(&shared, &operations, settling);

        let mut recorded: BTreeMap<u64, usize> = BTreeMap::new();
        let mut roots: BTreeMap<u64, Root> = BTreeMap::new();
        for (index, receipt) in heard.iter().filter_map(|(index, heard)| Some((*index, heard.as_ref().ok()?))) {
            let sequence = receipt.sequence.number();
            let root = *roots.entry(receipt.tree_size).or_insert(receipt.root);
            prop_assert!(receipt.tree_size >= sequence && root == receipt.root, "one tree of each size");
            let first = *recorded.entry(sequence).or_insert(index);
            prop_assert_eq!(&operations[first], &operations[index], "one operation for each entry");
        }
        let firsts = heard.iter().filter(|(_, heard)| heard.as_ref().is_ok_and(|receipt| !receipt.replayed));
        prop_assert_eq!(firsts.count(), recorded.len(), "recorded once, whoever came first");
        prop_assert!(recorded.keys().copied().eq(1..=recorded.len() as u64), "no entry without a receipt");

        let (mut alone, mut model) = (Engine::new(), Model::new());
        for (sequence, index) in recorded {
            let receipt = alone.post(&values[index]);
            prop_assert_eq!(receipt.as_ref().map(|receipt| receipt.sequence.number()), Ok(sequence));
            prop_assert!(model.post(&values[index]).is_ok(), "the model allows what was recorded");
            if let (Some(root), Ok(receipt)) = (roots.get(&sequence), receipt) {
                prop_assert_eq!(*root, receipt.root, "the tree after {} entries", sequence);
            }
        }
        let together = Engine { ledger: shared.into_inner(), storage };
        prop_assert_eq!(together.ledger.root(), alone.ledger.root());
        balances_agree(&together, &model)?;
        is_backed(&together, &model)?;
        prop_assert_eq!(together.reopen().last_word(), alone.last_word());
    }

    #[test]
    fn eight_posters_hear_of_each_retry_what_one_hears_wherever_the_entry_lives(
        history in histories(OPERATIONS_MAX),
        groups in 1..30_usize,
        settling in 0..6_usize,
        breaking in option::of(1..60_u64),
    ) {
        let operations: Vec<Operation> =
            history.iter().filter_map(|value| Operation::from_json(&value.to_string()).ok()).collect();
        let storage = Arc::new(Memory::new());
        let mut alone = Ledger::create(storage.clone(), Box::new(clock())).unwrap();
        let mut accepted: BTreeMap<u64, Operation> = BTreeMap::new();
        for group in operations.chunks(operations.len() / groups + 1) {
            for (operation, outcome) in group.iter().zip(alone.post_each(group).unwrap()) {
                if let Ok(receipt) = outcome {
                    accepted.insert(receipt.sequence.number(), operation.clone());
                }
            }
            alone.settle();
        }
        let root = alone.root();
        drop(alone);
        let faulty = Arc::new(Faulty::new(storage));
        let shared = SharedLedger::new(Ledger::open(faulty.clone(), Box::new(clock())).unwrap());
        if let Some(nth) = breaking {
            faulty.fail_below("index", nth);
        }
        let operations: Vec<Operation> = accepted.into_values().collect();
        for (index, heard) in post_from_all_sides(&shared, &operations, settling) {
            let heard = heard.map(|receipt| (receipt.sequence.number(), receipt.replayed));
            prop_assert_eq!(heard, Ok((index as u64 + 1, true)), "{}", operations[index].reference);
        }
        prop_assert_eq!(shared.with(|ledger| ledger.root()), root);
    }
}
