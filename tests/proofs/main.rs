//! Guards against: a proof that only this program believes, one that is believed after a change, and a history that is
//! replaced without anybody noticing who has kept a receipt or a checkpoint.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod damaged;
#[path = "../cli/desk.rs"]
#[allow(dead_code, reason = "shared with the tests of the command line")]
mod desk;
#[path = "../cli/document.rs"]
mod document;
mod frozen;
mod kept;
mod keys;
mod one_history;
mod others;
mod proofs_doc;
mod stories;
mod tampering;

use desk::Desk;
use ledger_core::Operation;
use serde_json::{Value, json};

/// A ledger of the season with a key.
fn desk() -> Desk {
    let desk = Desk::with_season();
    desk.aiga(&["key", "new", "--name", "example.org/aiga"]).done();
    desk
}

/// The public key of the ledger.
fn key_of(desk: &Desk) -> String {
    desk.aiga(&["key", "show"]).done().out.trim().to_owned()
}

fn text(desk: &Desk, name: &str) -> String {
    std::fs::read_to_string(desk.path(name)).unwrap()
}

/// What makes a ledger in which swaps are allowed.
fn beginning() -> Vec<Operation> {
    let terms = json!({"consignment": {"till_ceiling": "9000000.00"}});
    let operations = [
        json!({"op": "found", "ref": "found", "on": "2026-01-02", "currency": "Aïga", "symbol": "Ä", "code": "AIGA",
            "denominations": [5, 10], "association": "Essai", "reconversion_fee": "0.02",
            "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}}),
        json!({"op": "open_bureau", "ref": "open", "on": "2026-01-02", "bureau": "florac", "name": "Florac",
            "local_group": "causses", "terms": terms}),
        json!({"op": "print_bills", "ref": "print", "on": "2026-01-02", "bills": {"10": 500_000}}),
        json!({"op": "supply", "ref": "supply", "on": "2026-01-02", "bureau": "florac", "bills": {"10": 500_000}}),
    ];
    operations.iter().map(operation).collect()
}

fn operation(json: &Value) -> Operation {
    Operation::from_json(&json.to_string()).unwrap()
}

fn swaps(numbers: std::ops::Range<u64>) -> Vec<Operation> {
    let swap = |number| {
        operation(
            &json!({"op": "swap", "ref": format!("swap-{number}"), "on": "2026-03-02", "bureau": "florac",
            "bills": {"10": 1}, "paid": "cash"}),
        )
    };
    numbers.map(swap).collect()
}
