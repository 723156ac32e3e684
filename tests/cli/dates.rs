//! Guards against a slip of the pen in a date, and against a clock that was wrong once.

use std::sync::Arc;

use ledger_core::ledger::ClockTrust;
use ledger_core::storage::{Files, ManualClock};
use ledger_core::{Ledger, Operation};

use super::desk::Desk;

#[test]
fn a_day_to_come_is_asked_about_at_the_keyboard_and_told_of_in_a_file() {
    let desk = Desk::with_season();
    let before = desk.entries_and_root();
    let mistyped = ["swap", "florac", "--amount", "10", "--paid", "card", "--on", "2206-03-02"];
    desk.aiga(&mistyped).fails(2, &["date_ahead", "2206-03-02", "--yes"]);
    desk.aiga(&[&mistyped[..], &["--lang", "fr"]].concat()).fails(2, &["02/03/2206", "--yes"]);
    assert_eq!(desk.entries_and_root(), before, "nothing is recorded");
    // A fee is announced.
    desk.aiga(&["fee", "0.04", "--on", "2206-03-01"]).done();

    let line = r#"{"op":"top_up","ref":"far","on":"2206-03-02","amount":"1"}"#;
    let file = desk.file("far.jsonl", format!("{line}\n"));
    let said = desk.aiga(&["post", &file]).done();
    assert!(said.err.contains("line 1: dated 2206-03-02, after today"), "{}", said.err);
    let again = desk.aiga(&["post", &file, "--json"]).done().json();
    assert_eq!(again["warnings"], serde_json::json!([]), "it was recorded before");
    let line = r#"{"op":"top_up","ref":"far-2","on":"2206-03-02","amount":"1"}"#;
    let file = desk.file("far-2.jsonl", format!("{line}\n"));
    let warnings = desk.aiga(&["post", &file, "--json"]).done().json()["warnings"].clone();
    assert_eq!((&warnings[0]["code"], &warnings[0]["line"]), (&"date_ahead".into(), &1.into()));
    // A reversal is of today, but never before what it reverses.
    let reversal =
        desk.aiga(&["reverse", "far", "--reason", "year mistyped", "--json", "--yes"]).done().json();
    assert_eq!(reversal["entry"]["operation"]["on"], "2206-03-02");

    desk.aiga(&[&mistyped[..], &["--yes"]].concat()).done();
}

#[test]
fn a_ledger_whose_clock_was_wrong_once_asks_and_goes_on() {
    let desk = Desk::new();
    std::fs::create_dir_all(desk.ledger()).unwrap();
    // Somebody recorded in the year 2500, and said that the clock was right.
    let clock = Box::new(ManualClock::new(16_725_225_600_000_000_000, 1));
    let files = Arc::new(Files::make_at(desk.ledger()).unwrap());
    let mut ledger = Ledger::create(files, clock).unwrap();
    ledger.trust_clock(ClockTrust::Confirmed);
    let found = r#"{"op":"found","ref":"f","on":"2026-01-02","currency":"Aïga","symbol":"Ä","code":"AIGA",
        "denominations":[1],"association":"A","fund":{"bank":"La Nef","iban":"FR7621570000010001234567870"},
        "reconversion_fee":"0"}"#;
    ledger.post(&Operation::from_json(&found.replace('\n', " ")).unwrap()).unwrap();
    drop(ledger);

    let post = ["top-up", "5", "--on", "2026-01-05", "--ref", "t"];
    desk.aiga(&post).fails(1, &["clock_behind", "2262-04-11T23:47:16", "--clock-is-right"]);
    desk.aiga(&[&post[..], &["--lang", "fr"]].concat()).fails(1, &["l'horloge indique", "--clock-is-right"]);
    let error = desk.aiga(&[&post[..], &["--json"]].concat()).fails(1, &[]).json()["error"].clone();
    assert_eq!(error["last"], "2262-04-11T23:47:16.854775807Z");
    let said = desk.aiga(&[&post[..], &["--clock-is-right"]].concat()).done();
    assert!(said.err.contains("a nanosecond apart"), "{}", said.err);
    let file = desk.file("one.jsonl", r#"{"op":"top_up","ref":"u","on":"2026-01-05","amount":"1"}"#);
    desk.aiga(&["post", &file]).fails(1, &["clock_behind"]);
    desk.aiga(&["post", &file, "--clock-is-right"]).done();
    assert_eq!(desk.aiga(&["audit", "--json"]).done().json()["entries"], 3);
}

#[test]
fn the_account_of_the_fund_is_a_number_that_a_bank_could_have_given() {
    let desk = Desk::new();
    let init = |iban: &str| desk.aiga(&["init", "--association", "A", "--iban", iban, "--on", "2026-01-02"]);
    init("coucou").fails(1, &["invalid_value", "coucou", "IBAN"]);
    assert!(!desk.ledger().exists(), "nothing is left of it");
    init("FR76 2157 0000 0100 0123 4567 870").done();
}

#[test]
fn what_an_amendment_leaves_as_it_is_is_so_as_of_its_day() {
    let desk = Desk::with_season();
    // From October on, Florac may keep 500 euros for ten days.
    let october = ["--on", "2026-10-01", "--ref", "october"];
    let amend = ["bureau", "amend", "florac", "--till-ceiling", "500", "--deposit-within", "10"];
    desk.aiga(&[&amend[..], &october].concat()).done();
    // Of September only the ceiling is amended: the thirty days in force then stay.
    let september = ["--on", "2026-09-01", "--ref", "september"];
    let said = desk
        .aiga(&[&["bureau", "amend", "florac", "--till-ceiling", "1500"][..], &september].concat())
        .done();
    assert!(said.out.contains("till up to 1,500.00\u{a0}€, deposit within 30 days"), "{}", said.out);
}
