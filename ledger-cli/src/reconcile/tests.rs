//! The renderings of one report, made by hand, held against each other.

use std::sync::Arc;

use ledger_core::field::FileHash;
use ledger_core::reconcile::{
    Evidence, Match, Movement, Proposal, ProposalKind, Reason, Reconciliation, Side, Suggestion, Unexplained,
};
use ledger_core::report::Status;
use ledger_core::statement::{How, Statement, read};
use ledger_core::storage::{ManualClock, Memory};
use ledger_core::{Euros, Ledger, Operation, Sequence, View};

use super::report::{Answer, Posted, Rehearsed, Report};
use super::{page, rows};
use crate::lang::Lang;

const LEDGER: &str = r#"{"op":"found","ref":"found","on":"2026-01-02","currency":"Aïga","symbol":"Ä","code":"AIGA","denominations":[5,10,20,50],"association":"Cévennes <en> Transition","fund":{"bank":"La Nef","iban":"FR7621570000010001234567870"},"reconversion_fee":"0.02"}
{"op":"open_bureau","ref":"b1","on":"2026-01-02","bureau":"florac","name":"Librairie","local_group":"causses","terms":{"consignment":{"till_ceiling":"5000.00","deposit_within_days":30}}}
{"op":"print_bills","ref":"p1","on":"2026-01-02","bills":{"50":100}}
{"op":"supply","ref":"s1","on":"2026-01-02","bureau":"florac","bills":{"50":100}}
{"op":"swap","ref":"w1","on":"2026-03-02","bureau":"florac","bills":{"50":60},"paid":"cash"}
{"op":"remit","ref":"r1","on":"2026-03-09","bureau":"florac","amount":"1500.00","slip":"BORD-0001"}
{"op":"remit","ref":"r2","on":"2026-03-09","bureau":"florac","amount":"205.00","slip":"BORD-0002"}
{"op":"deposit","ref":"d1","on":"2026-03-11","slip":"BORD-0001","amount":"1500.00"}
{"op":"remit","ref":"r3","on":"2026-03-19","bureau":"florac","amount":"1000.00","slip":"BORD-0003"}"#;

const STATEMENT: &str = r#""Date opération","Date Valeur","Référence","Montant","Solde","Libellé"
"30 mars 2026","30 mars 2026","R4","-6,50","2.688,50","=FRAIS <script>alert(1)</script>"
"26 mars 2026","26 mars 2026","R3","195,00","2.695,00","REMISE ESPECES BORD-0002"
"25 mars 2026","25 mars 2026","R2","1.000,00","2.500,00","REMISE ESPECES BORD-0003"
"11 mars 2026","11 mars 2026","R1","1.500,00","1.500,00","REMISE ESPECES BORD-0001"
"#;

fn statement() -> Statement {
    read(STATEMENT.as_bytes(), How::default()).unwrap()
}

fn operation(json: &str) -> Operation {
    Operation::from_json(json).unwrap()
}

/// A report of four lines: one matched, two proposed, one unexplained.
pub fn report() -> Report {
    let storage = Arc::new(Memory::new());
    let clock = ManualClock::new(1_700_000_000_000_000_000, 1_000);
    let mut ledger = Ledger::create(storage.clone(), Box::new(clock)).unwrap();
    for line in LEDGER.lines() {
        ledger.post(&operation(line)).unwrap();
    }
    let standing = View::open(storage).unwrap().state().unwrap();
    let through = "2026-03-31".parse().unwrap();
    let deposit = operation(
        r#"{"op":"deposit","ref":"line-2","on":"2026-03-25","slip":"BORD-0003","amount":"1000.00"}"#,
    );
    let charge = operation(r#"{"op":"bank_charge","ref":"line-4","on":"2026-03-30","amount":"6.50"}"#);
    let found = Reconciliation {
        statement: statement(),
        movements: vec![Movement {
            sequence: Sequence::new(8),
            op: "deposit",
            reference: "d1".parse().unwrap(),
            on: "2026-03-11".parse().unwrap(),
            amount: Euros::from_cents(1500_00),
            names: ["BORD-0001".parse().unwrap()].into_iter().collect(),
            bank_line: None,
            attested: false,
            reverses: None,
        }],
        through,
        closed_through: None,
        bank_balance: Some(Euros::from_cents(2688_50)),
        ledger_balance: Euros::from_cents(1500_00),
        matched: vec![Match { line: Some(0), movements: vec![0], by: Evidence::Name }],
        proposals: vec![
            Proposal {
                line: 1,
                kind: ProposalKind::Deposit(vec!["BORD-0003".parse().unwrap()]),
                operations: vec![deposit.clone()],
                by: Evidence::Name,
            },
            Proposal {
                line: 3,
                kind: ProposalKind::BankCharge(Euros::from_cents(6_50)),
                operations: vec![charge.clone()],
                by: Evidence::Label,
            },
        ],
        unexplained: vec![Unexplained {
            side: Side::Bank,
            index: Some(2),
            date: "2026-03-26".parse().unwrap(),
            amount: Euros::from_cents(195_00),
            label: "REMISE ESPECES BORD-0002".to_owned(),
            reason: Reason::OtherAmount {
                names: vec!["BORD-0002".parse().unwrap()],
                bank: Euros::from_cents(195_00),
                ledger: Euros::from_cents(205_00),
                recorded: false,
            },
            suggestion: Some(Suggestion::Deposit {
                slips: vec!["BORD-0002".parse().unwrap()],
                amount: Euros::from_cents(195_00),
                short: Some(Euros::from_cents(10_00)),
                over: None,
                on: "2026-03-26".parse().unwrap(),
            }),
        }],
        status: Status::of(&standing.state, None, Some(through), through),
        standing,
    };
    let rehearsed = [deposit, charge].map(|operation| {
        let receipt = ledger.post(&operation).unwrap();
        let postings = ledger.entry(receipt.sequence).unwrap().unwrap().postings.iter().cloned().collect();
        Rehearsed { operation, postings, refused: None }
    });
    let hash = FileHash::from_hex(&"5".repeat(64)).unwrap();
    Report::new(&found, hash, rehearsed.into())
}

/// A page without the difference between one blank and another.
fn plain(page: &str) -> String {
    page.replace(['\u{a0}', '\u{202f}'], " ")
}

#[test]
fn the_page_holds_the_answer_and_the_figures_in_both_languages() {
    let report = report();
    let french = plain(&page::html(&report, Lang::Fr));
    for words in [
        "<html lang=\"fr\">",
        "Il reste 10,00 € à expliquer.",
        "2 688,50 €",
        "BORD-0002 : la banque a 195,00 €, le registre 205,00 €.",
        "aiga deposit BORD-0002 --amount 195.00 --short 10.00 --on 2026-03-26",
        "fund:deposit ← fund:transit:BORD-0003",
        "FR76 2157 0000 0100 0123 4567 870",
        "31/03/2026",
        &report.root.unwrap().to_string(),
    ] {
        assert!(french.contains(words), "{words} is not in {french}");
    }
    let english = plain(&page::html(&report, Lang::En));
    for words in ["<html lang=\"en\">", "10.00 € is left to explain.", "2,688.50 €", "2026-03-31"] {
        assert!(english.contains(words), "{words} is not in {english}");
    }
}

#[test]
fn what_others_have_written_is_text_on_the_page_and_no_formula_in_the_csv() {
    let report = report();
    let page = page::html(&report, Lang::Fr);
    assert!(page.contains("=FRAIS &lt;script&gt;alert(1)") && page.contains("Cévennes &lt;en&gt;"), "{page}");
    for foreign in ["<script", "http://", "https://", "<link", "<img", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    let csv = String::from_utf8(rows::csv(&report, Lang::En).unwrap()).unwrap();
    assert!(csv.contains(",'=FRAIS <script>"), "{csv}");
}

#[test]
fn the_csv_has_every_line_once_and_says_what_the_json_says() {
    let report = report();
    let json = serde_json::to_value(&report).unwrap();
    let csv = rows::csv(&report, Lang::En).unwrap();
    let mut reader = csv::Reader::from_reader(csv.as_slice());
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let of = |class: &str, side: &str| {
        rows.iter().filter(|row| &row[0] == class && &row[1] == side).collect::<Vec<_>>()
    };
    assert_eq!(of("matched", "bank").len(), 1);
    assert_eq!(json["matched"], 1);
    let proposed: Vec<&str> = of("proposed", "bank").iter().map(|row| &row[3]).collect();
    assert_eq!(proposed, ["1000.00", "-6.50"]);
    assert_eq!(json["proposals"]["deposit"][0], "BORD-0003");
    assert_eq!(json["proposals"]["bank_charge"][0], "6.50");
    let open = of("unexplained", "bank");
    assert_eq!((&open[0][3], &open[0][6]), ("195.00", "other_amount"));
    assert_eq!(json["unexplained"][0]["reason"]["code"], "other_amount");
    assert_eq!(json["unexplained"][0]["reason"]["ledger"], "205.00");
    assert_eq!(json["difference"], "1188.50");
    assert_eq!(
        (&json["difference_after_proposals"], &json["left_to_explain"]),
        (&"195.00".into(), &"-10.00".into())
    );
    let lines = rows.iter().filter(|row| &row[1] == "bank").count();
    assert_eq!(json["statement"]["lines"], lines);
}

#[test]
fn the_csv_in_french_is_as_a_french_spreadsheet_reads_it() {
    let report = report();
    let text = String::from_utf8(rows::csv(&report, Lang::Fr).unwrap()).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap();
    assert!(text.starts_with("classe;côté;date;montant;libellé;"), "{text}");
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    for row in &rows {
        let plain = row[3].strip_prefix('-').unwrap_or(&row[3]);
        let (whole, cents) = plain.split_once(',').unwrap();
        assert!(cents.len() == 2 && whole.chars().all(|digit| digit.is_ascii_digit()), "{row:?}");
        assert_eq!((row[2].len(), row[2].matches('/').count()), (10, 2), "{row:?}");
        assert!(["rapproché", "proposé", "inexpliqué"].contains(&&row[0]), "{row:?}");
        assert!(["banque", "registre"].contains(&&row[1]), "{row:?}");
        assert!(!row[5].contains('_'), "{row:?}");
    }
    let open = rows.iter().find(|row| &row[0] == "inexpliqué").unwrap();
    assert_eq!(&open[3], "195,00");
    assert_eq!(plain(&open[6]), "BORD-0002 : la banque a 195,00 €, le registre 205,00 €.");
}

#[test]
fn the_answer_is_the_first_that_holds() {
    let mut report = report();
    assert_eq!(report.answer(), Answer::Left(Euros::from_cents(-10_00)));
    report.left_to_explain = Some(Euros::ZERO);
    assert_eq!(report.answer(), Answer::SomeLeft);
    report.unexplained.clear();
    assert_eq!(report.answer(), Answer::AgreeOnceRecorded(2));
    let sentence = |report: &Report, lang| super::words::answer(report, &report.figures(lang));
    assert!(sentence(&report, Lang::Fr).contains("les 2 opérations proposées"));
    report.proposed.clear();
    assert_eq!(sentence(&report, Lang::Fr), "Le compte de La Nef et les billets concordent.");
    assert_eq!(sentence(&report, Lang::En), "The account at La Nef and the bills agree.");
    report.posted = Some(Posted { entries: 3, first: None, last: None, attested: Some(report.cut) });
    assert!(page::html(&report, Lang::Fr).contains("Le relevé est attesté jusqu’au 31/03/2026."));
    report.left_to_explain = None;
    assert_eq!(report.answer(), Answer::NoBalance(0));
}
