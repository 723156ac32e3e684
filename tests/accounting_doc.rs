//! Guards docs/accounting.md against drifting from the engine: every example of the document is posted, in its
//! order, to one ledger, and what the engine derives is compared with the document line by line.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::Arc;

use ledger_core::storage::{ManualClock, Memory};
use ledger_core::{Account, Ledger, LedgerError, Operation, Rejection};

const DOCUMENT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/accounting.md"));

/// Every kind of operation that the ledger has. The document must show each of them recorded.
const KINDS: [&str; 31] = [
    "found",
    "open_bureau",
    "amend_bureau",
    "close_bureau",
    "enrol_member",
    "amend_member",
    "renew_member",
    "set_fee",
    "print_bills",
    "destroy_bills",
    "supply",
    "return_bills",
    "issue",
    "swap",
    "exchange",
    "remit",
    "deposit",
    "reconvert",
    "pay_out",
    "release",
    "count",
    "cover",
    "write_off",
    "reclassify",
    "bank_interest",
    "bank_charge",
    "top_up",
    "withdraw_surplus",
    "reverse",
    "attest_statement",
    "close_period",
];
const EXAMPLES_MIN: usize = 60;
const REFUSALS_MIN: usize = 12;

/// A fenced block: the line of its first content, counted from 1, its tag and its content.
struct Block {
    line: usize,
    tag: &'static str,
    lines: Vec<&'static str>,
    /// Whether nothing, not even an empty line, stands between it and the block before.
    follows_directly: bool,
}

/// What the document asks for, in its order.
enum Step {
    Example { line: usize, operation: String, expected: Vec<String> },
    Balances { line: usize, rows: Vec<&'static str> },
}

fn blocks(document: &'static str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    let mut closed_at = 0;
    for (number, text) in (1..).zip(document.lines()) {
        match (open.as_mut(), text.strip_prefix("```")) {
            (None, Some(tag)) => {
                let follows_directly = closed_at + 1 == number;
                open = Some(Block { line: number + 1, tag, lines: Vec::new(), follows_directly });
            }
            (Some(_), Some(_)) => {
                blocks.extend(open.take());
                closed_at = number;
            }
            (Some(block), None) => block.lines.push(text),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "accounting.md: the last block is not closed");
    blocks
}

fn steps(document: &'static str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut blocks = blocks(document).into_iter();
    while let Some(block) = blocks.next() {
        let line = block.line;
        match block.tag {
            "json" => {
                let answer = blocks.next().filter(|next| next.tag == "postings" && next.follows_directly);
                let Some(answer) = answer else {
                    panic!("accounting.md:{line}: no block of postings follows this example directly");
                };
                let expected = answer.lines.iter().copied().map(normalised).collect();
                steps.push(Step::Example { line, operation: block.lines.join("\n"), expected });
            }
            "balances" => steps.push(Step::Balances { line, rows: block.lines }),
            other => panic!("accounting.md:{line}: a block tagged {other:?} belongs to no example"),
        }
    }
    steps
}

/// The document aligns its columns; the engine writes single blanks.
fn normalised(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn must<T, E: Display>(result: Result<T, E>, line: usize, what: &str) -> T {
    result.unwrap_or_else(|error| panic!("accounting.md:{line}: {what}: {error}"))
}

fn refused(rejection: &Rejection) -> Vec<String> {
    vec![format!("rejected {}", rejection.code())]
}

/// What the engine makes of an operation, in the words of the document.
fn answer(ledger: &mut Ledger, operation: &str, line: usize) -> Vec<String> {
    let operation = match Operation::from_json(operation) {
        Ok(operation) => operation,
        Err(rejection) => return refused(&rejection),
    };
    let receipt = match ledger.post(&operation) {
        Ok(receipt) => receipt,
        Err(LedgerError::Rejected(rejection)) => return refused(&rejection),
        Err(error) => panic!("accounting.md:{line}: the ledger failed: {error}"),
    };
    let Some(entry) = must(ledger.entry(receipt.sequence), line, "reading the entry back") else {
        panic!("accounting.md:{line}: a receipt was given, and the entry is not there");
    };
    let postings: Vec<String> =
        entry.postings.iter().map(|posting| normalised(&posting.to_string())).collect();
    if postings.is_empty() { vec!["none".to_owned()] } else { postings }
}

/// A balance as the document writes it.
fn balance(ledger: &Ledger, name: &str, line: usize) -> String {
    match name {
        "circulation" => ledger.state().circulation().to_string(),
        "fund" => ledger.state().fund().total.to_string(),
        _ => {
            let account = must(name.parse::<Account>(), line, name);
            let cents: i64 = ledger.state().balance(&account);
            let sign = if cents < 0 { "-" } else { "" };
            let cents = cents.unsigned_abs();
            format!("{sign}{}.{:02}", cents / 100, cents % 100)
        }
    }
}

fn kind_of(operation: &str, line: usize) -> String {
    let value: serde_json::Value = must(serde_json::from_str(operation), line, "the example is no JSON");
    value["op"].as_str().unwrap_or_default().to_owned()
}

/// No balance is ever left unchecked: with every step the two sides of the promise are equal.
fn assert_backed(ledger: &Ledger, line: usize) {
    let circulation = ledger.state().circulation().to_string();
    let fund = ledger.state().fund().total.to_string();
    assert_eq!(
        circulation, fund,
        "accounting.md:{line}: circulation (left) is not backed by the fund (right)"
    );
}

#[test]
fn every_example_of_the_accounting_document_is_what_the_engine_does() {
    let clock = ManualClock::new(1_778_000_000_000_000_000, 1_000);
    let mut ledger = must(Ledger::create(Arc::new(Memory::new()), Box::new(clock)), 1, "creating the ledger");
    let mut recorded = BTreeSet::new();
    let mut refusals = BTreeSet::new();
    let mut examples = 0;

    for step in steps(DOCUMENT) {
        match step {
            Step::Example { line, operation, expected } => {
                let got = answer(&mut ledger, &operation, line);
                assert!(
                    got == expected,
                    "accounting.md:{line}: {operation}\n  expected:\n    {}\n  got:\n    {}\n",
                    expected.join("\n    "),
                    got.join("\n    "),
                );
                assert_backed(&ledger, line);
                match got[0].strip_prefix("rejected ") {
                    Some(code) => refusals.insert(code.to_owned()),
                    None => recorded.insert(kind_of(&operation, line)),
                };
                examples += 1;
            }
            Step::Balances { line, rows } => {
                for (line, row) in (line..).zip(rows) {
                    let Some((name, expected)) = row.split_once(' ') else {
                        panic!("accounting.md:{line}: {row:?} is not an account and an amount");
                    };
                    let got = balance(&ledger, name, line);
                    let expected = expected.trim();
                    assert!(got == expected, "accounting.md:{line}: {name}: expected {expected}, got {got}");
                }
            }
        }
    }

    let missing: Vec<_> = KINDS.iter().filter(|kind| !recorded.contains(**kind)).collect();
    assert!(missing.is_empty(), "accounting.md shows no recorded example of {missing:?}");
    assert!(examples >= EXAMPLES_MIN, "accounting.md: {examples} examples, at least {EXAMPLES_MIN} are due");
    assert!(refusals.len() >= REFUSALS_MIN, "accounting.md shows only these refusals: {refusals:?}");
}
