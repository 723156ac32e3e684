//! Guards against a limit that docs/limits.md does not tell, or that is another: what is just within is recorded and read
//! again, what is just beyond is refused by name.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

#[allow(dead_code, reason = "the desk serves other tests too")]
#[path = "cli/desk.rs"]
mod desk;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use ledger_core::audit::audit;
use ledger_core::storage::{ManualClock, Memory, Storage};
use ledger_core::{Ledger, Operation};
use serde_json::{Value, json};

use self::desk::Desk;

/// A row of the table, an operation just within it, one just beyond it, and the code of its refusal.
struct Limit {
    row: &'static str,
    most: &'static str,
    within: Value,
    beyond: Value,
    code: &'static str,
}

fn limit(row: &'static str, most: &'static str, code: &'static str, of: impl Fn(bool) -> Value) -> Limit {
    Limit { row, most, within: of(false), beyond: of(true), code }
}

fn top_up(fields: &Value) -> Value {
    let mut operation = json!({"op": "top_up", "amount": "1.00"});
    operation.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    operation
}

fn print_bills(fields: &Value) -> Value {
    let mut operation = json!({"op": "print_bills", "bills": {"5": 1}});
    operation.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    operation
}

fn limits() -> Vec<Limit> {
    let more = usize::from;
    let bureau = |terms: Value, name: &str| json!({"op": "open_bureau", "bureau": "ales", "name": name, "local_group": "g", "terms": terms});
    let consigned =
        |days: usize| json!({"consignment": {"till_ceiling": "1.00", "deposit_within_days": days}});
    vec![
        limit(
            "a ref, a slip, the id of a bureau, a member or an operator",
            "64 of `A-Z a-z 0-9 . _ -`",
            "invalid_value",
            |beyond| top_up(&json!({"ref": "r".repeat(64 + more(beyond))})),
        ),
        limit("a note, a reason, a name, an invoice", "500 bytes of UTF-8", "invalid_value", |beyond| {
            top_up(&json!({"note": "é".repeat(250) + &"e".repeat(more(beyond))}))
        }),
        limit("an amount of an operation", "10,000,000,000.00", "amount_too_large", |beyond| {
            top_up(&json!({"amount": if beyond { "10000000000.01" } else { "10000000000.00" }}))
        }),
        limit("bills of one denomination in an operation", "1,000,000,000", "invalid_value", |beyond| {
            print_bills(&json!({"bills": {"1": 1_000_000_000 + more(beyond)}}))
        }),
        limit("first serials of an operation", "64", "invalid_value", |beyond| {
            print_bills(&json!({"serials": vec!["s".repeat(500); 64 + more(beyond)]}))
        }),
        limit("days to deposit, in the terms of a bureau", "3,650", "invalid_value", |beyond| {
            bureau(consigned(3650 + more(beyond)), "Alès")
        }),
        limit("a day", "2999-12-31, from 1900-01-01 on", "invalid_value", |beyond| {
            top_up(&json!({"on": if beyond { "3000-01-01" } else { "2999-12-31" }}))
        }),
        limit("lines of a statement of one date and amount", "4,294,967,295", "invalid_value", |beyond| {
            let nth = u64::from(u32::MAX) + u64::from(beyond);
            top_up(&json!({"bank_line": {"date": "2026-03-02", "amount": "1.00", "nth": nth}}))
        }),
    ]
}

fn founding(denominations: &[u32]) -> Value {
    json!({"op": "found", "ref": "found", "on": "2026-03-02", "currency": "Aïga", "symbol": "Ä", "code": "AIGA",
        "denominations": denominations, "association": "A", "reconversion_fee": "0.02",
        "fund": {"bank": "La Nef", "iban": "FR76"}})
}

fn ledger() -> (Arc<dyn Storage>, Ledger) {
    let storage: Arc<dyn Storage> = Arc::new(Memory::new());
    let clock = Box::new(ManualClock::new(1_772_000_000_000_000_000, 1));
    let ledger = Ledger::create(storage.clone(), clock).unwrap();
    (storage, ledger)
}

/// Posts an operation: its code where it is refused.
fn post(ledger: &mut Ledger, operation: &Value) -> Result<(), &'static str> {
    let operation = Operation::from_json(&operation.to_string()).map_err(|rejection| rejection.code())?;
    ledger.post(&operation).map(drop).map_err(|error| error.code())
}

#[test]
fn what_is_just_within_is_recorded_and_what_is_just_beyond_is_refused_by_name() {
    let doc = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/limits.md")).unwrap();
    let (storage, mut ledger) = ledger();
    post(&mut ledger, &founding(&[1, 5])).unwrap();
    let mut rows = BTreeSet::new();
    for (number, Limit { row, most, mut within, mut beyond, code }) in limits().into_iter().enumerate() {
        for operation in [&mut within, &mut beyond] {
            let fields = operation.as_object_mut().unwrap();
            fields.entry("ref").or_insert_with(|| json!(format!("limit-{number}")));
            fields.entry("on").or_insert_with(|| json!("2026-03-02"));
        }
        assert_eq!(post(&mut ledger, &within), Ok(()), "{row}: {within}");
        assert_eq!(post(&mut ledger, &beyond), Err(code), "{row}: {beyond}");
        rows.insert(format!("| {row} | {most} | `{code}` |"));
    }
    drop(ledger);
    assert!(audit(&storage, |_| ()).unwrap().ok, "what is recorded is read again");
    for row in rows {
        assert!(doc.contains(&row), "not in docs/limits.md: {row}");
    }
}

#[test]
fn a_currency_has_64_denominations_of_at_most_a_million() {
    let denominations: Vec<u32> = (0..64).map(|n| 1_000_000 - n).rev().collect();
    let (_, mut fresh) = ledger();
    post(&mut fresh, &founding(&denominations)).unwrap();
    let one_more: Vec<u32> = [&[7], &denominations[..]].concat();
    for beyond in [one_more, vec![1, 1_000_001]] {
        let (_, mut ledger) = ledger();
        assert_eq!(post(&mut ledger, &founding(&beyond)), Err("invalid_value"));
    }
}

#[test]
fn a_file_of_the_largest_operations_is_posted_exported_and_imported() {
    let desk = Desk::new();
    let mut lines = founding(&[1, 5]).to_string() + "\n";
    for number in 0..1100 {
        let serials = vec!["s".repeat(500); 64];
        let print = json!({"op": "print_bills", "ref": format!("print-{number}"), "on": "2026-03-02",
            "bills": {"5": 1}, "serials": serials, "note": "n".repeat(500)});
        writeln!(lines, "{print}").unwrap();
    }
    // More than a block takes.
    assert!(lines.len() > 33 << 20);
    let file = desk.file("large.jsonl", lines);
    desk.aiga(&["post", &file]).done();
    let before = desk.entries_and_root();
    assert_eq!(before.0, 1101);
    desk.aiga(&["export", "--format", "jsonl", "journal.jsonl"]).done();
    desk.aiga(&["--ledger", "copy", "import-journal", "journal.jsonl"]).done();
    let audit = desk.aiga(&["--ledger", "copy", "audit", "--json"]).done().json();
    assert_eq!(audit["root"], before.1);
}

#[test]
fn a_line_of_more_than_64_kib_is_refused_and_not_read_out() {
    let desk = Desk::with_season();
    let long = format!(
        r#"{{"op":"top_up","ref":"a","on":"2026-09-01","amount":"1.00","note":"{}"}}"#,
        "n".repeat(65_536)
    );
    let said = desk.aiga(&["post", &desk.file("long.jsonl", long)]).fails(1, &["line 1", "65536"]);
    assert!(said.out.len() + said.err.len() < 1000);
}
