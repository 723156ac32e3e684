//! Guards against a month that is closed before the bank's statement was found to agree, or in another century.

use super::desk::{Desk, season};

fn reconcile_through(desk: &Desk, day: &str) {
    let statement = season("nef.csv");
    desk.aiga(&["reconcile", statement.to_str().unwrap(), "--through", day, "--post", "--yes"]).done();
}

#[test]
fn a_month_is_closed_when_its_statement_was_found_to_agree() {
    let desk = Desk::with_season();
    let before = desk.entries_and_root();
    desk.aiga(&["close-period", "2026-06-30"]).fails(1, &["not_attested", "2026-06-30", "hint"]);
    assert_eq!(desk.entries_and_root(), before);
    reconcile_through(&desk, "2026-05-31");
    desk.aiga(&["close-period", "2026-06-30"]).fails(1, &["not_attested", "only through 2026-05-31"]);
    reconcile_through(&desk, "2026-06-30");
    let status = desk.aiga(&["status"]).done().out;
    assert!(status.contains("Statement agreed through 2026-06-30"), "{status}");
    desk.aiga(&["close-period", "2026-06-30"]).done();
    let status = desk.aiga(&["status", "--json"]).done().json();
    assert_eq!(status["closed_through"], "2026-06-30");
    assert_eq!(status["attested_through"], "2026-06-30");
}

#[test]
fn a_period_is_closed_without_a_statement_for_a_reason_that_stays() {
    let desk = Desk::with_season();
    let forced = ["close-period", "2026-06-30", "--force", "statement lost by the bank", "--json"];
    let entry = desk.aiga(&forced).done().json()["entry"].clone();
    assert_eq!(entry["operation"]["forced_reason"], "statement lost by the bank");
}

#[test]
fn a_slip_of_the_pen_does_not_close_two_centuries() {
    let desk = Desk::with_season();
    desk.aiga(&["close-period", "2206-06-30"]).fails(1, &["in_the_future", "2206-06-30", "2026-08-2"]);
    desk.aiga(&["close-period", "2026-08-31", "--lang", "fr"]).fails(1, &["31/08/2026", "conseil"]);
    let refused = desk.aiga(&["close-period", "2206-06-30", "--json"]).fails(1, &[]).json();
    assert_eq!(refused["error"]["through"], "2206-06-30");
    desk.aiga(&["close-period", "2026-08-31", "--force", "no entries in the last days"]).done();
}

#[test]
fn a_month_that_was_changed_after_its_statement_agreed_is_not_closed() {
    let desk = Desk::with_season();
    reconcile_through(&desk, "2026-06-30");
    desk.aiga(&["interest", "3.00", "--on", "2026-06-15", "--ref", "wrong"]).done();
    let refused = desk.aiga(&["close-period", "2026-05-31", "--json"]).fails(1, &[]).json();
    assert_eq!(refused["error"]["code"], "no_longer_agrees");
    desk.aiga(&["close-period", "2026-06-30", "--lang", "fr"]).fails(1, &["30/06/2026", "conseil"]);
    desk.aiga(&["reverse", "ref:wrong", "--reason", "typed twice", "--on", "2026-06-15"]).done();
    desk.aiga(&["close-period", "2026-06-30"]).done();
}

#[test]
fn no_door_closes_a_period_to_come_and_the_audit_shows_what_was_taken_back() {
    let desk = Desk::with_season();
    let line =
        r#"{"op":"close_period","ref":"dead","on":"2026-08-31","through":"2999-12-31","forced_reason":"r"}"#;
    let file = desk.file("dead.jsonl", line);
    desk.aiga(&["post", &file]).fails(1, &["period_not_over", "nothing of the file was recorded"]);
    desk.aiga(&["close-period", "2999-12-31", "--force", "r"]).fails(1, &["period_not_over", "hint"]);

    desk.aiga(&["close-period", "2026-07-31", "--force", "June was meant", "--ref", "close"]).done();
    desk.aiga(&["swap", "florac", "--amount", "10", "--paid", "card", "--on", "2026-07-30"]).fails(1, &[]);
    desk.aiga(&["reverse", "close", "--reason", "June was meant"]).done();
    let told = "Taken back: the closing through 2026-07-31";
    for command in [&["status"][..], &["audit"]] {
        let out = desk.aiga(command).done().out;
        assert!(out.contains(told) && out.contains("June was meant"), "{out}");
    }
    let statement = season("nef.csv");
    let json = desk.aiga(&["reconcile", statement.to_str().unwrap(), "--json"]).out;
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["taken_back"][0]["what"], "closing");
    let french = desk.aiga(&["status", "--lang", "fr"]).done().out;
    assert!(french.contains("Repris : clôture jusqu'au 31/07/2026"), "{french}");
    assert!(desk.aiga(&["status", "--json"]).done().json()["closed_through"].is_null());
}

#[test]
fn a_statement_attested_by_mistake_is_taken_back_and_attested_anew() {
    let desk = Desk::with_season();
    reconcile_through(&desk, "2026-06-30");
    let journal = desk.aiga(&["journal", "--op", "attest_statement", "--json"]).done().out;
    let entry: serde_json::Value = serde_json::from_str(journal.lines().last().unwrap()).unwrap();
    let number = entry["sequence"].to_string();
    desk.aiga(&["reverse", &number, "--reason", "another account"]).done();
    desk.aiga(&["close-period", "2026-06-30"]).fails(1, &["not_attested"]);
    reconcile_through(&desk, "2026-06-30");
    desk.aiga(&["close-period", "2026-06-30"]).done();
    assert_eq!(desk.aiga(&["audit", "--json"]).done().json()["ok"], true);
}

#[test]
fn whoever_takes_back_a_closing_is_told_which_days_are_open_again() {
    let desk = Desk::with_season();
    for day in ["2026-05-31", "2026-06-30", "2026-07-31"] {
        desk.aiga(&["close-period", day, "--force", "r", "--ref", day]).done();
    }
    let reverse =
        |entry: &str, lang: &str| desk.aiga(&["reverse", entry, "--reason", "r", "--lang", lang]).done().out;
    let out = reverse("2026-07-31", "en");
    assert!(out.contains("The days from 2026-07-01 to 2026-07-31 are open again."), "{out}");
    let out = reverse("2026-06-30", "fr");
    assert!(out.contains("Les jours du 01/06/2026 au 30/06/2026 sont de nouveau ouverts."), "{out}");
    let out = reverse("2026-05-31", "en");
    assert!(out.contains("All days to 2026-05-31 are open again."), "{out}");
    // All of them are told, by whoever reads.
    let status = desk.aiga(&["status"]).done().out;
    assert_eq!(status.matches("Taken back: the closing through").count(), 3, "{status}");
    reconcile_through(&desk, "2026-06-30");
    let journal = desk.aiga(&["journal", "--op", "attest_statement", "--json"]).done().out;
    let entry: serde_json::Value = serde_json::from_str(journal.lines().last().unwrap()).unwrap();
    let out = reverse(&entry["sequence"].to_string(), "en");
    assert!(out.contains("No statement is attested any more for the days to 2026-06-30."), "{out}");
}
