//! A small season: one bureau, swaps of ten euros, now and then a slip.

use std::sync::LazyLock;

use ledger_core::Operation;
use serde_json::{Value, json};

fn operation(value: &Value) -> Operation {
    Operation::from_json(&value.to_string()).unwrap()
}

/// The entries that make a ledger in which all the others are allowed.
pub fn beginning() -> Vec<Operation> {
    let terms = json!({"consignment": {"till_ceiling": "9000000.00"}});
    [
        json!({"op": "found", "ref": "found", "on": "2026-01-02", "currency": "Aïga", "symbol": "Ä", "code": "AIGA",
            "denominations": [5, 10], "association": "Essai", "reconversion_fee": "0.02",
            "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}}),
        json!({"op": "open_bureau", "ref": "open", "on": "2026-01-02", "bureau": "florac", "name": "Florac",
            "local_group": "causses", "terms": terms}),
        json!({"op": "print_bills", "ref": "print", "on": "2026-01-02", "bills": {"10": 500_000}}),
        json!({"op": "supply", "ref": "supply", "on": "2026-01-02", "bureau": "florac", "bills": {"10": 500_000}}),
    ]
    .iter()
    .map(operation)
    .collect()
}

/// A swap for ten euros in cash.
pub fn swap(number: u64) -> Operation {
    static SWAP: LazyLock<Operation> = LazyLock::new(|| {
        operation(
            &json!({"op": "swap", "ref": "swap", "on": "2026-03-02", "bureau": "florac", "bills": {"10": 1},
            "paid": "cash"}),
        )
    });
    Operation { reference: format!("swap-{number}").parse().unwrap(), ..SWAP.clone() }
}

/// The same, with a note.
pub fn noted_swap(number: u64, note: &str) -> Operation {
    Operation { note: Some(note.parse().unwrap()), ..swap(number) }
}

pub fn swaps(numbers: std::ops::Range<u64>) -> Vec<Operation> {
    numbers.map(swap).collect()
}

/// Takes ten euros from the till to the bank, on a slip.
pub fn remit(reference: &str, slip: &str) -> Operation {
    operation(
        &json!({"op": "remit", "ref": reference, "on": "2026-03-09", "bureau": "florac", "amount": "10.00",
        "slip": slip}),
    )
}

/// The bank has counted a slip.
pub fn deposit(reference: &str, slip: &str) -> Operation {
    operation(
        &json!({"op": "deposit", "ref": reference, "on": "2026-03-11", "slip": slip, "amount": "10.00"}),
    )
}

/// Takes an entry back, by its number or its reference.
pub fn reverse(reference: &str, entry: impl Into<Value>) -> Operation {
    let entry: Value = entry.into();
    operation(
        &json!({"op": "reverse", "ref": reference, "on": "2026-03-12", "entry": entry, "reason": "erreur"}),
    )
}
