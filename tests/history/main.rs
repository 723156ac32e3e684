//! The engine against the model, on histories that nobody thought up.
//!
//! Guards against the worst that a ledger can do: to accept what the rules refuse, to refuse what they allow,
//! to lose a cent on the way, or to end in another state when the same operations are replayed, repeated or
//! grouped differently. A failure prints the shortest history found that shows it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the model counts in i128, and its small numbers fit"
)]

mod coverage;
mod export;
mod posters;
mod rules;
mod season;

use ledger_core::storage::{ManualClock, Memory};
use ledger_core::{Account, Ledger, LedgerError, Operation, Receipt};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use simulation::generate::histories;
use simulation::model::{Model, Outcome};
use std::sync::Arc;

const OPERATIONS_MAX: usize = 250;

/// Histories for each property; `HISTORY_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("HISTORY_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(96)
}

// ---- The engine, as the properties need it -------------------------------------------------------------------

struct Engine {
    ledger: Ledger,
    storage: Arc<Memory>,
}

/// A clock that stands still: `recorded_at` grows by the least step from entry to entry, however they are
/// grouped and whatever was refused between them.
fn clock() -> ManualClock {
    ManualClock::new(1_798_761_600_000_000_000, 0)
}

impl Engine {
    fn new() -> Engine {
        let storage = Arc::new(Memory::new());
        let ledger = Ledger::create(storage.clone(), Box::new(clock())).expect("a new ledger in memory");
        Engine { ledger, storage }
    }

    fn after(operations: &[Value]) -> Engine {
        let mut engine = Engine::new();
        for operation in operations {
            engine.post(operation).expect("the model accepted it");
        }
        engine
    }

    /// Forgets everything but the journal.
    fn reopen(self) -> Engine {
        let Engine { ledger, storage } = self;
        drop(ledger);
        let ledger = Ledger::open(storage.clone(), Box::new(clock())).expect("the journal opens again");
        Engine { ledger, storage }
    }

    /// A receipt, or the code of the rejection.
    fn post(&mut self, operation: &Value) -> Result<Receipt, String> {
        let operation = Operation::from_json(&operation.to_string()).map_err(|no| no.code().to_owned())?;
        self.ledger.post(&operation).map_err(|error| match error {
            LedgerError::Rejected(rejection) => rejection.code().to_owned(),
            other => format!("{other:?}"),
        })
    }

    fn post_batch(&mut self, operations: &[Value]) -> Result<usize, String> {
        let operations: Vec<Operation> = operations
            .iter()
            .map(|operation| Operation::from_json(&operation.to_string()).map_err(|no| no.code().to_owned()))
            .collect::<Result<_, _>>()?;
        let receipts = self.ledger.post_batch(&operations);
        receipts.map(|receipts| receipts.len()).map_err(|error| format!("{error:?}"))
    }

    fn balance(&self, account: &str) -> i128 {
        let Ok(account) = account.parse::<Account>() else { panic!("{account} is an account") };
        self.ledger.state().balance(&account).into()
    }

    /// One more entry, legal in any founded ledger. Two ledgers whose last receipts are equal hold the same
    /// entries: the receipt tells the size and the root of the tree.
    fn last_word(mut self) -> Option<Receipt> {
        let word = json!({"op": "bank_interest", "ref": "last-word", "on": "2999-12-31", "amount": "0.01"});
        self.post(&word).ok()
    }
}

// ---- What the model says of a history ------------------------------------------------------------------------

/// The operations that are recorded, or recognised as recorded.
fn accepted(history: &[Value]) -> (Vec<Value>, Model) {
    let mut model = Model::new();
    let accepted = history.iter().filter(|operation| model.post(operation).is_ok()).cloned().collect();
    (accepted, model)
}

fn decimal(cents: i128) -> String {
    format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100)
}

fn balances_agree(engine: &Engine, model: &Model) -> Result<(), TestCaseError> {
    for (account, cents) in model.balances() {
        prop_assert_eq!(engine.balance(&account), cents, "balance of {}", account);
    }
    Ok(())
}

fn is_backed(engine: &Engine, model: &Model) -> Result<(), TestCaseError> {
    let state = engine.ledger.state();
    prop_assert_eq!(state.circulation().to_string(), decimal(model.circulation()), "circulation");
    prop_assert_eq!(state.fund().total.to_string(), decimal(model.circulation()), "fund = circulation");
    prop_assert_eq!(engine.balance("obligation"), model.circulation(), "obligation = circulation");
    Ok(())
}

// ---- The properties --------------------------------------------------------------------------------------------

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_and_the_model_judge_every_operation_alike(history in histories(OPERATIONS_MAX)) {
        let (mut engine, mut model) = (Engine::new(), Model::new());
        for (step, operation) in history.iter().enumerate() {
            let expected = model.post(operation).map_err(str::to_owned);
            let got = engine.post(operation).map(|receipt| if receipt.replayed { Outcome::Replayed(receipt.sequence.number()) } else { Outcome::Recorded(receipt.sequence.number()) });
            prop_assert_eq!(got, expected, "step {}: {}", step, operation);
            is_backed(&engine, &model)?;
            if step % 10 == 0 {
                balances_agree(&engine, &model)?;
            }
        }
        balances_agree(&engine, &model)?;
    }

    #[test]
    fn a_history_posted_a_second_time_gets_its_old_receipts_and_leaves_no_trace(
        history in histories(OPERATIONS_MAX),
    ) {
        let (accepted, model) = accepted(&history);
        let mut engine = Engine::new();
        let mut receipts = Vec::new();
        for operation in &accepted {
            receipts.push(engine.post(operation).expect("the model accepted it"));
        }
        for (operation, receipt) in accepted.iter().zip(receipts) {
            let again = engine.post(operation).expect("a replay succeeds");
            prop_assert!(again.replayed, "recorded twice: {}", operation);
            prop_assert_eq!(again.sequence, receipt.sequence);
            prop_assert_eq!(again.recorded_at, receipt.recorded_at);
        }
        balances_agree(&engine, &model)?;
        prop_assert_eq!(engine.last_word(), Engine::after(&accepted).last_word());
    }

    #[test]
    fn refused_operations_leave_no_trace(history in histories(OPERATIONS_MAX)) {
        let mut engine = Engine::new();
        for operation in &history {
            let _ = engine.post(operation);
        }
        let (accepted, _) = accepted(&history);
        prop_assert_eq!(engine.last_word(), Engine::after(&accepted).last_word());
    }

    #[test]
    fn a_ledger_opened_again_is_the_ledger_that_was_closed(
        history in histories(OPERATIONS_MAX),
        closed_after in 0..OPERATIONS_MAX,
    ) {
        let (accepted, model) = accepted(&history);
        let (before, since) = accepted.split_at(closed_after.min(accepted.len()));
        let mut engine = Engine::after(before).reopen();
        for operation in since {
            engine.post(operation).expect("the model accepted it");
        }
        let engine = engine.reopen();
        balances_agree(&engine, &model)?;
        is_backed(&engine, &model)?;
        prop_assert_eq!(engine.last_word(), Engine::after(&accepted).last_word());
    }

    #[test]
    fn however_operations_are_grouped_the_journal_is_the_same(
        history in histories(OPERATIONS_MAX),
        sizes in vec(1_usize..40, 1..20),
    ) {
        let (accepted, model) = accepted(&history);
        let mut engine = Engine::new();
        let mut rest = accepted.as_slice();
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (batch, later) = rest.split_at((*size).min(rest.len()));
            prop_assert_eq!(engine.post_batch(batch), Ok(batch.len()));
            rest = later;
        }
        balances_agree(&engine, &model)?;
        prop_assert_eq!(engine.last_word(), Engine::after(&accepted).last_word());
    }

    #[test]
    fn a_batch_with_one_bad_operation_records_nothing(
        history in histories(OPERATIONS_MAX),
        (start, place) in (0..OPERATIONS_MAX, 0..OPERATIONS_MAX),
    ) {
        let (accepted, model) = accepted(&history);
        let (before, good) = accepted.split_at(start.min(accepted.len()));
        let bad = json!({
            "op": "release", "ref": "bad", "on": "2999-12-31", "payable": "no-such-payable", "reason": "none",
        });
        let mut batch = good.to_vec();
        batch.insert(place.min(good.len()), bad);
        let mut engine = Engine::after(before);
        prop_assert!(engine.post_batch(&batch).is_err());
        let (_, model_before) = self::accepted(before);
        balances_agree(&engine, &model_before)?;
        if !good.is_empty() {
            prop_assert_eq!(engine.post_batch(good), Ok(good.len()));
        }
        balances_agree(&engine, &model)?;
        prop_assert_eq!(engine.last_word(), Engine::after(&accepted).last_word());
    }
}
