//! A season with known answers, in four formats.

use std::path::PathBuf;

use ledger_core::Operation;
use ledger_core::reconcile::{ProposalKind, Reconciliation, Settings};
use ledger_core::statement::{How, read};
use serde_json::{Value, json};

use crate::bank::{Books, euros};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/data/season-2026")
}

fn posted() -> Books {
    let mut books = Books::empty();
    let lines = std::fs::read_to_string(folder().join("operations.jsonl")).unwrap();
    let operations: Vec<Operation> = lines.lines().map(|line| Operation::from_json(line).unwrap()).collect();
    books.ledger.post_batch(&operations).unwrap();
    books
}

fn proposals(found: &Reconciliation) -> Value {
    let (mut deposit, mut pay_out, mut interest, mut charges) = (vec![], vec![], vec![], vec![]);
    for proposal in &found.proposals {
        match &proposal.kind {
            ProposalKind::Deposit(slips) => deposit.extend(slips.iter().map(ToString::to_string)),
            ProposalKind::PayOut(payables) => pay_out.extend(payables.iter().map(ToString::to_string)),
            ProposalKind::BankInterest(amount) => interest.push(amount.to_string()),
            ProposalKind::BankCharge(amount) => charges.push(amount.to_string()),
        }
    }
    for list in [&mut deposit, &mut pay_out, &mut interest, &mut charges] {
        list.sort();
    }
    json!({"deposit": deposit, "pay_out": pay_out, "bank_interest": interest, "bank_charge": charges})
}

#[test]
fn the_season_is_reconciled_from_each_format() {
    let expected: Value =
        serde_json::from_slice(&std::fs::read(folder().join("expected.json")).unwrap()).unwrap();
    let expected = &expected["statement"];
    for file in ["nef.csv", "nef.ofx", "nef.camt053.xml", "nef.cfonb120.txt"] {
        let mut books = posted();
        let statement = read(&std::fs::read(folder().join(file)).unwrap(), How::default()).unwrap();
        let found = books.reconcile(&statement);
        assert_eq!(json!(found.ledger_balance), expected["ledger_balance"], "{file}");
        assert_eq!(json!(found.difference()), expected["difference"], "{file}");
        assert_eq!(json!(found.difference_after_proposals()), expected["difference_after_proposals"]);
        assert_eq!(proposals(&found), expected["proposals"], "{file}");
        let [left] = &found.unexplained[..] else { panic!("{file}: {:#?}", found.unexplained) };
        assert_eq!((left.reason.code(), left.amount), ("other_amount", euros("195.00")));
        assert!(!books.settle(&statement, &Settings::default()), "one slip is left");
        let found = books.reconcile(&statement);
        assert!(found.proposals.is_empty(), "{file}: {:#?}", found.proposals);
        assert_eq!(json!(found.difference()), expected["difference_after_proposals"], "{file}");
    }
}
