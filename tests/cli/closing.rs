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
