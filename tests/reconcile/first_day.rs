//! Guards against: the first day of a statement taken for another. CFONB 120 begins with the balance at the end of a day, other
//! banks date their opening balance by the day before or in the middle of a day, and OFX tells a balance of the day of the
//! download.

use ledger_core::reconcile::{Evidence, Settings};
use ledger_core::statement::{How, Statement, read};

use crate::bank::{Books, euros};

/// A statement of CFONB 120: day of 01 and its balance in cents, lines, day of 07.
fn cfonb(opened: (&str, i64), lines: &[(&str, i64, &str)], closed: &str) -> Statement {
    let record = |code: &str, day: &str, cents: i64, label: &str| {
        let digits = format!("{:014}", cents.abs());
        let (rest, last) = digits.split_at(13);
        let marks = if cents < 0 { "}JKLMNOPQR" } else { "{ABCDEFGHI" };
        let last: usize = last.parse().unwrap();
        let last = &marks[last..=last];
        format!(
            "{code}21570    00001EUR2 00012345678  {day}  {:6}{label:31}{:11}{rest}{last}{:16}\n",
            "", "", ""
        )
    };
    let closing = opened.1 + lines.iter().map(|line| line.1).sum::<i64>();
    let lines: String = lines.iter().map(|(day, cents, label)| record("04", day, *cents, label)).collect();
    let text = record("01", opened.0, opened.1, "") + &lines + &record("07", closed, closing, "");
    read(text.as_bytes(), How::default()).unwrap()
}

/// A ledger whose 100 € of 31 March the bank knows of, and 40 € by card of April.
fn books() -> Books {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-28", "100.00");
    books.deposit("BORD-0001", "2026-03-31", "100.00");
    books.post(serde_json::json!({"op": "swap", "ref": "swap-0003", "on": "2026-04-08", "bureau": "ales",
        "amount": "40.00", "paid": "card"}));
    books
}

const CARD: (&str, i64, &str) = ("100426", 40_00, "REMISE CARTES SWAP-0003");

#[test]
fn what_was_booked_by_the_end_of_the_day_of_01_is_in_the_balance_of_01() {
    let mut books = books();
    let april = cfonb(("310326", 100_00), &[CARD], "300426");
    let found = books.reconcile(&april);
    assert!(found.is_explained(), "{:#?}", found.unexplained);
    assert_eq!(found.three_way().bank, Some(euros("140.00")));
    assert!(books.settle(&april, &Settings::default()));
    // 07 of one file is 01 of the next, of the same day.
    books.slip("BORD-0002", "2026-04-28", "60.00");
    let may = cfonb(("300426", 140_00), &[("040526", 60_00, "REMISE BORD-0002")], "310526");
    assert!(books.settle(&may, &Settings::default()));
}

#[test]
fn a_line_of_the_day_of_01_stands_beside_what_was_booked_on_it_before() {
    let mut books = books();
    books.slip("BORD-0002", "2026-03-30", "60.00");
    let lines = [("310326", 60_00, "REMISE BORD-0002"), CARD];
    let april = cfonb(("310326", 100_00), &lines, "300426");
    let found = books.reconcile(&april);
    assert!(found.is_explained(), "{:#?}", found.unexplained);
    assert_eq!(found.proposals.len(), 2);
    assert!(books.settle(&april, &Settings::default()));
    let again = books.reconcile(&april);
    assert!(again.is_explained() && again.proposals.is_empty(), "{again:#?}");
    let earlier = again.matched.iter().filter(|one| one.line.is_none()).collect::<Vec<_>>();
    assert!(earlier.iter().all(|one| one.by == Evidence::Earlier || one.by == Evidence::Attested));
    assert_eq!(earlier.len(), 1);
}

#[test]
fn an_entry_of_that_day_that_the_bank_does_not_know_is_told() {
    let mut books = books();
    books.slip("BORD-0009", "2026-03-30", "7.00");
    books.deposit("BORD-0009", "2026-03-31", "7.00");
    let lines = [("310326", 1_00, "VIREMENT INCONNU"), CARD];
    let found = books.reconcile(&cfonb(("310326", 100_00), &lines, "300426"));
    let codes: Vec<&str> = found.unexplained.iter().map(|one| one.reason.code()).collect();
    assert_eq!(codes, ["opening_differs", "nothing_like_it"]);
    assert_eq!(found.unexplained[0].amount, euros("-7.00"));
}

#[test]
fn an_opening_balance_of_camt_may_be_dated_by_the_day_before() {
    let text = |opened: &str, declared: &str, lines: &str, closing: &str| {
        let balance = |kind: &str, amount: &str, day: &str| {
            format!(
                "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt>\
                 <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
            )
        };
        format!(
            "<Document><BkToCstmrStmt><Stmt>{declared}<Acct><Id><IBAN>FR7621570000010001234567870</IBAN></Id></Acct>{}{}\
             {lines}</Stmt></BkToCstmrStmt></Document>",
            balance("OPBD", "100.00", opened),
            balance("CLBD", closing, "2026-04-30")
        )
    };
    let line = "<Ntry><Amt Ccy=\"EUR\">40</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-04-10</Dt>\
                </BookgDt><AddtlNtryInf>SWAP-0003</AddtlNtryInf></Ntry>";
    let declared =
        "<FrToDt><FrDtTm>2026-03-31T22:00:00Z</FrDtTm><ToDtTm>2026-04-30T22:00:00Z</ToDtTm></FrToDt>";
    for (opened, declared) in [("2026-03-31", ""), ("2026-04-01", ""), ("2026-04-01", declared)] {
        let statement = read(text(opened, declared, line, "140.00").as_bytes(), How::default()).unwrap();
        assert!(books().settle(&statement, &Settings::default()), "{opened} {declared}");
    }
    // A month in which nothing moved is attested as any other.
    let mut quiet = Books::founded();
    quiet.slip("BORD-0001", "2026-03-28", "100.00");
    quiet.deposit("BORD-0001", "2026-03-31", "100.00");
    let statement = read(text("2026-03-31", "", "", "100.00").as_bytes(), How::default()).unwrap();
    assert!(quiet.settle(&statement, &Settings::default()));
    assert_eq!(quiet.reconcile(&statement).through.to_string(), "2026-04-30");
}

#[test]
fn the_balance_of_the_day_of_a_download_says_nothing_of_the_month() {
    let ofx = |balance: &str, on: &str| {
        format!(
            "<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>NEFSFR2L<BRANCHID>00001<ACCTID>00012345678</BANKACCTFROM>\
             <BANKTRANLIST><DTSTART>20260401<DTEND>20260430<STMTTRN><DTPOSTED>20260410<TRNAMT>40.00<FITID>1\
             <NAME>SWAP-0003</STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>{balance}<DTASOF>{on}</LEDGERBAL></STMTRS></OFX>"
        )
    };
    let later = read(ofx("533.40", "20260520").as_bytes(), How::default()).unwrap();
    let mut books = books();
    let found = books.reconcile(&later);
    assert!(found.proposals.len() == 1 && found.is_explained(), "{:#?}", found.unexplained);
    assert_eq!((found.bank_balance, found.difference()), (None, None));
    assert!(!books.settle(&later, &Settings::default()), "nothing is attested without a balance");
    let same = read(ofx("140.00", "20260430").as_bytes(), How::default()).unwrap();
    assert!(books.settle(&same, &Settings::default()));
}
