//! Guards against a machine with little: a small stack or few addresses end in words, not in an abort.

use std::fs::File;
use std::process::Stdio;

use super::Desk;
use super::desk::season;

/// Commands of every kind.
const COMMANDS: [&[&str]; 8] = [
    &["status"],
    &["audit"],
    &["journal", "--last", "1"],
    &["doctor"],
    &["interest", "0.01", "--on", "2026-09-01"],
    &["reconcile", "nef.csv"],
    &["export", "--format", "jsonl", "-"],
    &["statement", "show", "nef.csv"],
];

#[test]
fn a_small_stack_is_enough() {
    let desk = Desk::with_season();
    std::fs::copy(season("nef.csv"), desk.path("nef.csv")).unwrap();
    for command in COMMANDS {
        let said = desk.within(command, "ulimit -s 256", Stdio::null());
        assert!([0, 3].contains(&said.code), "{command:?}: {}{}", said.out, said.err);
    }
    let nested = [("[", "]"), ("{\"a\":", "}")]
        .map(|(open, close)| format!("{}1{}", open.repeat(10_000), close.repeat(10_000)));
    for (name, bytes) in [("a.jsonl", nested[0].clone()), ("b.jsonl", nested[1].clone())] {
        let file = desk.file(name, format!("{bytes}\n"));
        desk.within(&["post", &file], "ulimit -s 256", Stdio::null()).fails(1, &["malformed_json"]);
    }
    let toml = desk.file("a.toml", format!("interest = {}1{}\n", "[".repeat(100_000), "]".repeat(100_000)));
    desk.within(&["reconcile", "nef.csv", "--rules", &toml], "ulimit -s 256", Stdio::null())
        .fails(1, &["bad_rules"]);
    desk.within(&["statement", "show", "nef.csv", "--profile", &toml], "ulimit -s 256", Stdio::null())
        .fails(1, &["bad_profile"]);
    let input = File::open(season("operations.jsonl")).unwrap();
    desk.within(&["--ledger", "other", "post", "-"], "ulimit -s 256", input.into()).done();
}

#[test]
fn few_addresses_end_in_words() {
    let desk = Desk::with_season();
    std::fs::copy(season("nef.csv"), desk.path("nef.csv")).unwrap();
    for kib in [300_000, 150_000, 80_000] {
        for command in COMMANDS {
            let said = desk.within(command, &format!("ulimit -v {kib}"), Stdio::null());
            let words = said.err.contains("error: ") && said.err.contains("hint: ");
            assert!(
                [0, 3].contains(&said.code) || words,
                "{command:?} in {kib} KiB: {} {}",
                said.code,
                said.err
            );
        }
    }
}
