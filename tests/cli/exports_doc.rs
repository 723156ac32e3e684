//! Guards docs/exports.md against drifting from the program: its examples are run, and its chart of accounts is the shipped one.

use super::desk::Desk;
use super::document::{plain, play};

const DOCUMENT: &str = include_str!("../../docs/exports.md");
const CHART: &str = include_str!("../../ledger-core/src/export/chart.toml");

/// A file in ISO 8859-15 as text; the euro and seven more letters are others there than in Latin-1, and do not occur.
fn latin(desk: &Desk, name: &str) -> String {
    std::fs::read(desk.path(name)).unwrap().into_iter().map(char::from).collect()
}

#[test]
fn the_examples_work_as_they_are_typed() {
    let desk = Desk::new();
    let typed = play(&desk, DOCUMENT);
    assert!(typed >= 25, "only {typed} commands were found");
    assert!(desk.path("copy").is_dir() && !desk.path("march").exists());

    let fec: Vec<String> = latin(&desk, "123456789FEC20261231.txt").lines().map(plain).collect();
    let shown = DOCUMENT.split("```fec\n").nth(1).and_then(|block| block.split("```").next()).unwrap();
    for line in shown.lines() {
        assert!(fec.iter().any(|written| written.starts_with(&plain(line))), "{line:?} is not in {fec:#?}");
    }
    let ours = latin(&desk, "ours.txt");
    assert!(ours.contains("CAI\tCaisse\t1\t") && ours.contains("\t706\tPrestations de services\t"));
}

#[test]
fn the_chart_of_accounts_is_that_of_the_program() {
    let chart = CHART.split("[carried]").next().unwrap();
    let numbers = chart
        .lines()
        .filter_map(|line| line.split_once(" = { number = \""))
        .map(|(account, rest)| (account.trim_matches('"'), rest.split('"').next().unwrap()));
    let mut known = 0;
    for (account, number) in numbers {
        let named = [format!("| `{account}` | {number} |"), format!("| `{account}:…` | {number} |")];
        assert!(named.iter().any(|row| DOCUMENT.contains(row)), "{account} {number}");
        known += 1;
    }
    assert_eq!(known, 13);
}
