//! Guards docs/exports.md against drifting from the program: its examples are run, and its charts of accounts are the shipped ones.

use super::desk::Desk;
use super::document::{plain, play};

const DOCUMENT: &str = include_str!("../../docs/exports.md");
const CHART: &str = include_str!("../../ledger-core/src/export/chart.toml");
const PAHEKO: &str = include_str!("../../ledger-core/src/export/paheko.toml");

fn read(desk: &Desk, name: &str) -> String {
    std::fs::read_to_string(desk.path(name)).unwrap()
}

#[test]
fn the_examples_work_as_they_are_typed() {
    let desk = Desk::new();
    let typed = play(&desk, DOCUMENT);
    assert!(typed >= 25, "only {typed} commands were found");
    assert!(desk.path("copy").is_dir() && !desk.path("march").exists());

    let fec: Vec<String> = read(&desk, "123456789FEC20261231.txt").lines().map(plain).collect();
    let shown = DOCUMENT.split("```fec\n").nth(1).and_then(|block| block.split("```").next()).unwrap();
    for line in shown.lines() {
        assert!(fec.iter().any(|written| written.starts_with(&plain(line))), "{line:?} is not in {fec:#?}");
    }
    let described = read(&desk, "123456789FEC20261231-description.txt");
    let shown =
        DOCUMENT.split("```description\n").nth(1).and_then(|block| block.split("```").next()).unwrap();
    for line in shown.lines() {
        assert!(plain(&described).contains(&plain(line)), "{line:?} is not in {described}");
    }
    let ours = read(&desk, "ours.txt");
    assert!(ours.contains("CAI\tCaisse\t1\t") && ours.contains("\t706\tPrestations de services\t"));
}

#[test]
fn the_charts_of_accounts_are_those_of_the_program() {
    let numbers = |chart: &'static str| -> Vec<(&str, &str)> {
        let chart = chart.split("[carried]").next().unwrap();
        let lines = chart.lines().filter_map(|line| line.split_once(" = { number = \""));
        lines.map(|(account, rest)| (account.trim_matches('"'), rest.split('"').next().unwrap())).collect()
    };
    let (usual, paheko) = (numbers(CHART), numbers(PAHEKO));
    assert_eq!((usual.len(), paheko.len()), (13, 8));
    for (account, number) in usual {
        let there = paheko.iter().find(|(other, _)| *other == account).map_or(number, |(_, number)| number);
        let named = [
            format!("| `{account}` | {number} | {there} |"),
            format!("| `{account}:…` | {number} | {there} |"),
        ];
        assert!(named.iter().any(|row| DOCUMENT.contains(row)), "{account} {number} {there}");
    }
}
