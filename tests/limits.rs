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
use ledger_core::export::{Chart, Dialect, FecForm, Format, Period, export, export_fec, import};
use ledger_core::reconcile::{Settings, reconcile};
use ledger_core::report::Status;
use ledger_core::statement::{How, read};
use ledger_core::storage::{ManualClock, Memory, Storage};
use ledger_core::{Ledger, Operation, View};
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
        limit(
            "a note, a reason, a name, an invoice",
            "500 bytes of UTF-8, of letters that can be seen",
            "invalid_value",
            |beyond| top_up(&json!({"note": "é".repeat(250) + &"e".repeat(more(beyond))})),
        ),
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
        "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}})
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

/// A name of 64 bytes.
fn long(name: &str) -> String {
    format!("{name}-{}", "x".repeat(63 - name.len()))
}

#[test]
fn short_lines_that_make_long_entries_are_cut_by_what_they_make() {
    const DEPOSITS: u32 = 1700;
    let desk = Desk::new();
    let bureau = long("ales");
    let on = "2026-03-02";
    let mut lines = founding(&[1, 5]).to_string() + "\n";
    let mut add = |line: Value| writeln!(lines, "{line}").unwrap();
    add(
        json!({"op": "open_bureau", "ref": "open", "on": on, "bureau": bureau, "name": "A", "local_group": "g"}),
    );
    add(json!({"op": "print_bills", "ref": "print", "on": on, "bills": {"5": 100 * DEPOSITS}}));
    add(json!({"op": "supply", "ref": "supply", "on": on, "bureau": bureau, "bills": {"5": 100 * DEPOSITS}}));
    for deposit in 0..DEPOSITS {
        let slips: Vec<String> = (0..100).map(|slip| long(&format!("slip-{deposit}-{slip}"))).collect();
        for slip in &slips {
            add(
                json!({"op": "swap", "ref": slip, "on": on, "bureau": bureau, "bills": {"5": 1}, "paid": "card"}),
            );
        }
        let reference = long(&format!("deposit-{deposit}"));
        add(json!({"op": "deposit", "ref": reference, "on": on, "slips": slips, "amount": "500.00"}));
    }
    desk.aiga(&["post", &desk.file("deposits.jsonl", lines)]).done();
    let before = desk.entries_and_root().0;
    let mut reversals = String::new();
    for deposit in 0..DEPOSITS {
        let entry = long(&format!("deposit-{deposit}"));
        let line = json!({"op": "reverse", "ref": format!("r-{deposit}"), "on": on, "entry": entry, "reason": "twice"});
        writeln!(reversals, "{line}").unwrap();
    }
    // A line is short, and what it makes is long: more than a block takes of them.
    let said = desk.aiga(&["post", "--json", &desk.file("reversals.jsonl", reversals)]).done().json();
    assert_eq!((&said["recorded"], &said["parts"]), (&DEPOSITS.into(), &2.into()));
    assert_eq!(desk.entries_and_root().0, before + u64::from(DEPOSITS));
    desk.aiga(&["export", "--format", "jsonl", "journal.jsonl"]).done();
    desk.aiga(&["--ledger", "copy", "import-journal", "journal.jsonl"]).done();
    assert_eq!(
        desk.aiga(&["--ledger", "copy", "audit", "--json"]).done().json()["root"],
        desk.entries_and_root().1
    );
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

/// Posts operations until one is refused, and says with which code.
fn post_until_refused(ledger: &mut Ledger, operation: impl Fn(u32) -> Value) -> (u32, &'static str) {
    for number in 0..1000 {
        if let Err(code) = post(ledger, &operation(number)) {
            return (number, code);
        }
    }
    panic!("never refused: {}", operation(0));
}

/// A ledger in which nothing more of many kinds can be recorded: what nobody knows the payer of, cheques that bounced, the
/// association's money, bills, and money that came and went, so that as of some days there was more of it than ever at once.
fn filled() -> Arc<dyn Storage> {
    const MOST: &str = "10000000000.00";
    let (storage, mut ledger) = ledger();
    post(&mut ledger, &founding(&[1, 5])).unwrap();
    let bureau = json!({"op": "open_bureau", "ref": "ales", "on": "2026-03-02", "bureau": "ales", "name": "Alès",
        "local_group": "g", "terms": "prefunded"});
    post(&mut ledger, &bureau).unwrap();
    let named = |name: &str, n: u32, on: &str, fields: Value| {
        let mut operation = json!({"ref": format!("{name}-{n}"), "on": on});
        operation.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        operation
    };
    for n in 0..15 {
        let dated = |op: &str, on: &str| named(op, n + 5000, on, json!({"op": op, "amount": MOST}));
        post(&mut ledger, &dated("top_up", "2026-03-02")).unwrap();
        post(&mut ledger, &dated("withdraw_surplus", "2026-03-20")).unwrap();
    }
    // The pairs of the issue: what is owed and what is missing grow, and the account at the bank stays as it is.
    let pair = |n: u32| {
        let owed = format!("fund:payable:owed-{}", n / 2);
        let (name, debit, credit) = if n.is_multiple_of(2) {
            ("owed", "fund:deposit", owed.as_str())
        } else {
            ("missing", "fund:receivable:ales", "fund:deposit")
        };
        let fields =
            json!({"op": "reclassify", "debit": debit, "credit": credit, "amount": MOST, "reason": "r"});
        named(name, n / 2, "2026-03-03", fields)
    };
    assert_eq!(post_until_refused(&mut ledger, pair), (20, "total_too_large"));
    let interest = |n| named("interest", n, "2026-03-04", json!({"op": "bank_interest", "amount": MOST}));
    assert_eq!(post_until_refused(&mut ledger, interest), (10, "balance_too_large"));
    let print =
        |n| named("print", n, "2026-03-05", json!({"op": "print_bills", "bills": {"5": 1_000_000_000}}));
    assert_eq!(post_until_refused(&mut ledger, print), (20, "balance_too_large"));
    let supply = |n| {
        let bills = json!({"5": 500_000_000});
        named("supply", n, "2026-03-06", json!({"op": "supply", "bureau": "ales", "bills": bills}))
    };
    let (supplied, code) = post_until_refused(&mut ledger, supply);
    assert_eq!(code, if supplied == 40 { "insufficient_stock" } else { "total_too_large" });
    storage
}

#[test]
fn what_is_acknowledged_up_to_every_limit_is_read_by_every_reader() {
    let storage = filled();
    let clock = || Box::new(ManualClock::new(1_772_000_000_000_000_000, 1));
    let whole = audit(&storage, |_| ()).unwrap();
    assert!(whole.ok, "{:?}", whole.failure);

    let view = View::open(storage.clone()).unwrap();
    assert_eq!(view.state().unwrap().root, Some(whole.root));
    for day in ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-19", "2026-03-31"] {
        let standing = view.state_on(day.parse().unwrap()).unwrap();
        let (day, today) = (day.parse().unwrap(), "2026-03-31".parse().unwrap());
        Status::of(&standing.state, None, Some(day), today);
    }
    let period = Period { from: Some("2026-03-03".parse().unwrap()), to: None };
    for format in [Format::Jsonl, Format::Csv(Dialect::Plain), Format::Hledger, Format::Beancount] {
        for period in [Period::default(), period] {
            if format != Format::Jsonl || period.from.is_none() {
                export(&view, format, period, &mut Vec::new(), &mut |_| ()).unwrap();
            }
        }
    }
    let (year, chart) = ("2026".parse().unwrap(), Chart::with("").unwrap());
    export_fec(&view, FecForm::of(year, &chart), &mut Vec::new(), &mut |_| ()).unwrap();

    let mut lines = Vec::new();
    export(&view, Format::Jsonl, Period::default(), &mut lines, &mut |_| ()).unwrap();
    let mut copy = Ledger::create(Arc::new(Memory::new()), clock()).unwrap();
    import(&mut copy, &lines[..], &mut |_| ()).unwrap();
    assert_eq!(copy.root(), whole.root);

    let march = "\"Date opération\",\"Date Valeur\",\"Référence\",\"Montant\",\"Solde\",\"Libellé\"\n\
                 \"2 mars 2026\",\"2 mars 2026\",\"R1\",\"0,01\",\"0,01\",\"VIREMENT\"\n";
    let statement = read(march.as_bytes(), How::default()).unwrap();
    reconcile(&view, statement, &Settings::default()).unwrap();

    let mut ledger = Ledger::open(storage, clock()).unwrap();
    assert_eq!(ledger.root(), whole.root);
    post(
        &mut ledger,
        &json!({"op": "set_fee", "ref": "fee", "on": "2026-03-21", "reconversion_fee": "0.03"}),
    )
    .unwrap();
}
