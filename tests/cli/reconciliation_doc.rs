//! Guards docs/reconciliation.md against drifting from the program: its examples are run, and every code stands in it.

use ledger_core::statement::StatementError;

use super::desk::Desk;
use super::document::play;

const DOCUMENT: &str = include_str!("../../docs/reconciliation.md");

/// Reasons, refusals of a statement that reads, evidence, kinds of proposals.
const CODES: [&str; 29] = [
    "nothing_like_it",
    "other_amount",
    "ambiguous",
    "settled",
    "too_early",
    "bank_line_differs",
    "no_line",
    "opening_differs",
    "proposed",
    "not_searched",
    "other_account",
    "cut_before",
    "cut_after",
    "no_period",
    "bad_rules",
    "not_attested",
    "in_the_future",
    "bank_line",
    "name",
    "amount",
    "sum",
    "label",
    "attested",
    "earlier",
    "deposit",
    "pay_out",
    "bank_interest",
    "bank_charge",
    "nef-csv",
];

#[test]
fn the_examples_work_as_they_are_typed() {
    let desk = Desk::new();
    let typed = play(&desk, DOCUMENT);
    assert!(typed >= 25, "only {typed} commands were found");
    let status = desk.aiga(&["status", "--json"]).done().json();
    assert_eq!(status["closed_through"], "2026-04-30");
    assert!(desk.path("april.html").is_file() && desk.path("april-lines.csv").is_file());
}

#[test]
fn every_code_is_explained() {
    for code in CODES.iter().chain(StatementError::CODES) {
        assert!(DOCUMENT.contains(&format!("`{code}`")), "{code}");
    }
}
