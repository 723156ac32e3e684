//! Guards against a season whose figures are not those that other code computed from the same operations.

use super::desk::{Desk, season};

#[test]
fn the_season_posted_through_the_program_has_the_expected_figures() {
    let desk = Desk::with_season();
    let expected: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(season("expected.json")).unwrap()).unwrap();
    let status = desk.aiga(&["status", "--json"]).done().json();
    for figure in ["entries", "circulation", "fund", "own_bank", "printed", "vault", "stock", "float"] {
        assert_eq!(status[figure], expected[figure], "{figure}");
    }
    let audit = desk.aiga(&["audit", "--json"]).done().json();
    assert_eq!(audit["ok"], true);
    assert_eq!((&audit["entries"], &audit["root"]), (&status["entries"], &status["root"]));
}

#[test]
fn the_season_posted_twice_changes_nothing() {
    let desk = Desk::with_season();
    let before = desk.entries_and_root();
    let again = desk.aiga(&["post", "--json", season("operations.jsonl").to_str().unwrap()]).done().json();
    assert_eq!((&again["recorded"], &again["replayed"]), (&0.into(), &890.into()));
    assert_eq!(desk.entries_and_root(), before);
}

#[test]
fn the_season_through_standard_input_gives_the_same_state() {
    let desk = Desk::new();
    let operations = std::fs::File::open(season("operations.jsonl")).unwrap();
    let output = desk.command(&["post", "-"]).stdin(operations).output().unwrap();
    assert!(output.status.success());
    let status = desk.aiga(&["status", "--json"]).done().json();
    assert_eq!((&status["entries"], &status["circulation"]), (&890.into(), &"10635.00".into()));
}

#[test]
fn figures_as_of_a_date_are_those_of_the_entries_dated_up_to_it() {
    let desk = Desk::with_season();
    let january = desk.aiga(&["status", "--json", "--as-of", "2026-01-31"]).done().json();
    assert_eq!(january["circulation"], january["fund"]["total"]);
    let lines = std::fs::read_to_string(season("operations.jsonl")).unwrap();
    let dated = |line: &&str| {
        serde_json::from_str::<serde_json::Value>(line).unwrap()["on"].as_str().unwrap() <= "2026-01-31"
    };
    assert_eq!(january["entries"], lines.lines().filter(dated).count());
    let whole = desk.aiga(&["status", "--json", "--as-of", "2026-12-31"]).done().json();
    assert_eq!(whole["circulation"], "10635.00");
}

#[test]
fn the_demo_plays_the_season_and_leaves_a_ledger_to_look_at() {
    let desk = Desk::new();
    let said = desk.aiga(&["demo", "demo-ledger"]).done();
    let out = said.out.replace(['\u{a0}', '\u{202f}'], " ");
    for words in ["10,635.00 Ä", "10,635.00 €", "890"] {
        assert!(out.contains(words), "{words} is not in: {out}");
    }
    // What it says to try next works when it is pasted.
    let next: Vec<&str> = out.lines().filter(|line| line.contains("aiga --ledger demo-ledger ")).collect();
    assert_eq!(next.len(), 5, "{out}");
    for command in next {
        let words: Vec<&str> = command.split_whitespace().skip(1).collect();
        let said = desk.aiga(&words);
        // The season's statement holds a slip that the bank counted short.
        let code = if words.contains(&"reconcile") { 3 } else { 0 };
        assert_eq!(said.code, code, "{command}: {}{}", said.out, said.err);
    }
    assert!(out.contains("demo-ledger/reconciliation.html"), "{out}");
    let page = std::fs::read_to_string(desk.path("demo-ledger/reconciliation.html")).unwrap();
    assert!(page.contains("is left to explain."), "{page}");
    desk.aiga(&["--ledger", "demo-ledger", "audit"]).done();
}
