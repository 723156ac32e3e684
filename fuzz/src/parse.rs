//! `parse_operation`: guards against a line of input that crashes the ledger, or that means something else once it is
//! written out again.

use std::sync::Arc;

use ledger_core::entry::{Choice, Postings};
use ledger_core::storage::{Memory, Storage};
use ledger_core::{Entry, LedgerError, Operation, RecordedAt, Sequence, record};

use crate::memory::bounded;

/// Reads the bytes as one line of JSON.
pub fn parse_operation(bytes: &[u8]) {
    let Ok(line) = std::str::from_utf8(bytes) else { return };
    let operation = match bounded(bytes.len(), || Operation::from_json(line)) {
        Ok(operation) => operation,
        Err(rejection) => {
            assert!(!rejection.to_string().is_empty() && !rejection.code().is_empty());
            return;
        }
    };
    reads_back_from_json(&operation);
    reads_back_from_a_record(&operation);
    is_judged(&operation);
}

fn reads_back_from_json(operation: &Operation) {
    let json = match serde_json::to_string(operation) {
        Ok(json) => json,
        Err(error) => panic!("{operation:?} has no form in JSON: {error}"),
    };
    assert_eq!(Operation::from_json(&json).as_ref(), Ok(operation), "{json}");
}

fn reads_back_from_a_record(operation: &Operation) {
    let entry = Entry {
        sequence: Sequence::FIRST,
        recorded_at: RecordedAt::from_ns(1),
        operation: operation.clone(),
        choice: Choice::Nothing,
        postings: Postings::none(),
    };
    // The one reason not to encode is its length: no operation is long enough for that.
    let record = match record::encode(&entry) {
        Ok(record) => record,
        Err(error) => panic!("{operation:?}: {error}"),
    };
    assert_eq!(record::decode(&record), Ok(entry));
}

/// An empty ledger judges it without a crash; only a founding can be recorded.
fn is_judged(operation: &Operation) {
    let storage: Arc<dyn Storage> = Arc::new(Memory::scratch());
    let mut ledger = match crate::create(&storage) {
        Ok(ledger) => ledger,
        Err(error) => panic!("no ledger could be created: {error}"),
    };
    match ledger.post(operation) {
        Ok(_) => assert_eq!(operation.act.name(), "found"),
        Err(LedgerError::Rejected(_)) => {}
        Err(error) => panic!("{operation:?}: {error}"),
    }
}
