//! Guards against: a statement that contradicts itself, or is only a part of one, taken for a whole one.

use super::build::{
    IBAN, balance, camt, entry, ledgerbal, ofx_of_april, record, record_of, stmt, stmtrs, transaction,
};
use crate::statement::{How, StatementError, read};

fn refusal(text: &str, account: Option<&str>) -> StatementError {
    read(text.as_bytes(), How { account, ..How::default() }).expect_err(text)
}

/// Each is refused with this code and these words.
fn refused(cases: &[(String, &str, &str)]) {
    for (text, code, words) in cases {
        let refusal = refusal(text, None);
        assert_eq!(refusal.code(), *code, "{refusal}\n{text}");
        assert!(refusal.to_string().contains(words), "{refusal}\n{text}");
    }
}

#[test]
fn a_page_alone_is_no_statement() {
    let opening = balance("OPBD", "100.00", "2026-04-01");
    let (interim, closing) =
        (balance("ITBD", "140.00", "2026-04-30"), balance("CLBD", "140.00", "2026-04-30"));
    let lines = entry("2026-04-10", "40.00");
    let page = |number: u8, last: bool, inside: &str| {
        stmt(&format!("<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{last}</LastPgInd></StmtPgntn>{inside}"))
    };
    let first = page(1, false, &(opening.clone() + &interim + &lines));
    let message = |inside: &str| {
        let pages = "<GrpHdr><MsgPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></MsgPgntn></GrpHdr>";
        camt(&stmt(inside)).replace("<BkToCstmrStmt>", &format!("<BkToCstmrStmt>{pages}"))
    };
    refused(&[
        (
            camt(&first),
            "page_missing",
            "line 3: this is page 1 of a statement, and page 2 is not in the file",
        ),
        (
            camt(&stmt(&(opening.clone() + &interim + &lines))),
            "page_missing",
            "page 1 of a statement, and page 2",
        ),
        (
            camt(&page(2, true, &(interim.clone() + &closing))),
            "page_missing",
            "page 2 of a statement, and page 1",
        ),
        (camt(&stmt(&(interim.clone() + &closing))), "page_missing", "page 2 of a statement, and page 1"),
        (message(&(opening.clone() + &lines)), "page_missing", "page 1 of a statement, and page 2"),
        (
            camt(&(first.clone() + &page(3, true, &(interim.clone() + &closing)))),
            "page_missing",
            "page 1 of a statement, and page 2",
        ),
        (
            camt(&(first + &page(2, true, &(balance("ITBD", "141.00", "") + &closing)))),
            "parts_apart",
            "opens with 141.00 €, and the one before it closes with 140.00 €",
        ),
        (
            camt(&page(1, false, &(opening + &balance("ITBD", "141.00", "") + &lines))),
            "sum_differs",
            "make 140.00 €; the closing balance is 141.00 €",
        ),
    ]);
}

#[test]
fn what_could_be_read_in_two_ways_is_refused_by_line_and_field() {
    let one = |amount: &str, more: &str| ofx_of_april(&transaction("20260410", amount, more), "");
    let three =
        "line 13: `TRNAMT` should be an amount with two decimals, for three could be thousands, and is";
    let lines = |count: &str, field: &str| {
        let summary = format!("<TxsSummry><{field}><NbOfNtries>{count}</NbOfNtries></{field}></TxsSummry>\n");
        camt(&stmt(&(summary + &entry("2026-04-10", "40.00") + &entry("2026-04-10", "-1.00"))))
    };
    let same = transaction("20260410", "1.00", "<FITID>A");
    let correcting = transaction("20260410", "1.00", "<FITID>B<CORRECTFITID>A<CORRECTACTION>DELETE");
    refused(&[
        (one("1,650", ""), "bad_field", three),
        (one("1.400", ""), "bad_field", three),
        (one("-12.500", ""), "bad_field", three),
        (
            ofx_of_april("", "<LEDGERBAL><BALAMT>1.400<DTASOF>20260430</LEDGERBAL>"),
            "bad_field",
            "`BALAMT` should be an amount with two decimals",
        ),
        (one("1.00", "<FITID>B<CORRECTFITID>A"), "missing_field", "`CORRECTACTION`"),
        (one("1.00", "<FITID>B<CORRECTACTION>DELETE"), "missing_field", "`CORRECTFITID`"),
        (one("1.00", "<CORRECTFITID>A<CORRECTACTION>UNDO"), "bad_field", "DELETE or REPLACE"),
        (
            ofx_of_april(&(same.clone() + &same + &correcting), ""),
            "bad_field",
            "`CORRECTFITID` should be the FITID of a single transaction, and is `A`",
        ),
        (
            lines("3", "TtlNtries"),
            "bad_field",
            "line 3: `TxsSummry/TtlNtries/NbOfNtries` should be 2, as many as there are",
        ),
        (lines("2", "TtlCdtNtries"), "bad_field", "should be 1, as many as there are, and is 2"),
        (lines("0", "TtlDbtNtries"), "bad_field", "should be 1, as many as there are, and is 0"),
        (
            camt(&stmt(&entry("2026-04-10", "1.00").replace("BOOK", "<Prtry>VALIDE</Prtry>"))),
            "bad_field",
            "`Sts/Prtry` should be BOOKED or PENDING, and is `VALIDE`",
        ),
    ]);
}

#[test]
fn a_statement_that_stands_there_twice_is_not_counted_twice() {
    // Its lines add up to nothing, so that no balance shows it.
    let cfonb = [
        record("01", "310326", 100_00),
        record("04", "100426", 40_00),
        record("04", "110426", -40_00),
        record("07", "300426", 100_00),
    ];
    let lines = transaction("20260410", "40.00", "<FITID>1") + &transaction("20260411", "-40.00", "<FITID>2");
    let ofx = stmtrs("EUR", "", "00012345678", &lines, &ledgerbal("100.00", "20260430"));
    refused(&[
        (cfonb.concat().repeat(2), "repeated", "line 5: this statement stands at line 1 already"),
        (super::build::ofx(&ofx.repeat(2)), "repeated", "line 16: this statement stands at line 12 already"),
    ]);
    let lines = entry("2026-04-10", "40.00") + &entry("2026-04-11", "-40.00");
    let lines = balance("OPBD", "100.00", "2026-04-01") + &balance("CLBD", "100.00", "2026-04-30") + &lines;
    let camt = camt(&(stmt(&lines) + &stmt(&(lines + " "))));
    assert_eq!(read(camt.as_bytes(), How::default()).unwrap().lines.len(), 2);
    let quiet = [record("01", "310326", 1_00), record("07", "300426", 1_00)].concat().repeat(2);
    assert!(read(quiet.as_bytes(), How::default()).is_ok());
}

#[test]
fn a_sum_of_entries_that_is_none_is_refused_where_no_balances_show_more() {
    let summary =
        |field: &str, sum: &str| format!("<TxsSummry><{field}><Sum>{sum}</Sum></{field}></TxsSummry>\n");
    let lines = entry("2026-04-10", "40.00") + &entry("2026-04-10", "-1.00");
    let stated = |field: &str, sum: &str| camt(&stmt(&(summary(field, sum) + &lines)));
    for (field, sum) in [
        ("TtlNtries", "41"),
        ("TtlNtries", "39.00"),
        ("TtlNtries", "-39.00"),
        ("TtlCdtNtries", "40.00000"),
        ("TtlDbtNtries", "1"),
        ("TtlDbtNtries", "-1.00"),
    ] {
        assert!(read(stated(field, sum).as_bytes(), How::default()).is_ok(), "{field} {sum}");
    }
    refused(&[
        (
            stated("TtlCdtNtries", "41.00"),
            "bad_field",
            "line 3: `TxsSummry/TtlCdtNtries/Sum` should be 40.00, the sum of the entries, and is `41.00`",
        ),
        (stated("TtlDbtNtries", "0"), "bad_field", "should be 1.00, the sum of the entries, and is `0`"),
        (stated("TtlNtries", "40"), "bad_field", "should be 41.00, the sum of the entries, and is `40`"),
        (stated("TtlNtries", "1.234"), "bad_field", "an amount with at most two decimals"),
    ]);
    // Both balances prove the entries; banks sum them in ways of their own.
    let balances = balance("OPBD", "1.00", "2026-04-01") + &balance("CLBD", "40.00", "2026-04-30");
    let proven = camt(&stmt(&(balances + &summary("TtlNtries", "7") + &lines)));
    assert!(read(proven.as_bytes(), How::default()).is_ok());
}

#[test]
fn amounts_of_ofx_without_a_sign_are_refused() {
    let of = |kind: &str, amount: &str| transaction("20260410", amount, "").replace("OTHER", kind);
    let read = |lines: &[String]| read(ofx_of_april(&lines.concat(), "").as_bytes(), How::default());
    let wrong = "line 13: `TRNAMT` should be an amount with a minus, for TRNTYPE is a debit, and is `5.00`";
    for lines in [
        vec![of("DEBIT", "5.00")],
        vec![of("DEBIT", "5.00"), of("CREDIT", "7.00")],
        vec![of("DIRECTDEBIT", "5.00"), of("CREDIT", "-7.00")],
    ] {
        assert_eq!(read(&lines).unwrap_err().to_string(), wrong, "{lines:?}");
    }
    // A bank that calls everything a debit has signs that tell; so has a reversal among others.
    for lines in [
        vec![of("DEBIT", "5.00"), of("DEBIT", "-7.00")],
        vec![of("DEBIT", "5.00"), of("OTHER", "-7.00")],
        vec![of("CHECK", "5.00"), of("CREDIT", "7.00")],
    ] {
        assert!(read(&lines).is_ok(), "{lines:?}");
    }
}

#[test]
fn a_period_that_ends_before_it_begins_is_refused() {
    let ofx = ofx_of_april("", "").replace("<DTEND>20260430", "<DTEND>20260331");
    let days = "<FrToDt><FrDt>2026-04-30</FrDt><ToDt>2026-04-01</ToDt></FrToDt>";
    refused(&[
        (ofx, "bad_field", "line 12: `DTEND` should be 2026-04-01 or later, and is `2026-03-31`"),
        (
            camt(&stmt(days)),
            "bad_field",
            "line 3: `FrToDt` should be 2026-04-30 or later, and is `2026-04-01`",
        ),
    ]);
}

#[test]
fn cfonb_is_known_by_its_shape_and_its_bad_field_named() {
    let april = |opened: &str| {
        [record("01", opened, 100_00), record("04", "100426", 40_00), record("07", "300426", 140_00)].concat()
    };
    let days = |missing: usize| {
        let day = |opened: &str, closed: &str, before: i64| {
            record("01", opened, before) + &record("04", closed, 1_00) + &record("07", closed, before + 1_00)
        };
        let mut days =
            vec![day("010426", "020426", 1_00), day("310326", "010426", 0), day("020426", "030426", 2_00)];
        days.remove(missing);
        days.concat()
    };
    refused(&[
        (april("      "), "bad_field", "line 1: `01 date` should be a date as DDMMYY, and is empty"),
        (april("310226"), "bad_field", "line 1: `01 date` should be a date as DDMMYY, and is `310226`"),
        (april("31/3/6"), "bad_field", "line 1: `01 date`"),
        (
            april("300526"),
            "bad_field",
            "line 3: `07 date` should be 2026-05-30 or later, and is `2026-04-30`",
        ),
        (days(0), "parts_apart", "this part opens with 2.00 €, and the one before it closes with 1.00 €"),
    ]);
}

#[test]
fn only_the_account_that_is_read_must_be_right() {
    let number = "00099999999";
    let ours = [record("01", "310326", 1_00), record("07", "300426", 1_00)].concat();
    let theirs = |money: &str| {
        record_of("01", money, number, "310326", 1_00) + &record_of("07", money, number, "300426", 1_00)
    };
    let dollars = ours.clone() + &theirs("USD2");
    assert_eq!(refusal(&dollars, Some(number)).to_string(), "line 3: the currency is `USD`; expected EUR");
    let damaged = ours + &theirs("EUR2").replace("310326", "990326");
    assert_eq!(refusal(&damaged, None).code(), "several_accounts");
    assert_eq!(refusal(&damaged, Some(number)).code(), "bad_field");
    assert!(read(damaged.as_bytes(), How { account: Some(IBAN), ..How::default() }).is_ok());
    let dollars = stmtrs("USD", "<BANKID>1", "99999", &transaction("20260410", "x", ""), "");
    let both = ofx_of_april("", "").replace("</BANKMSGSRSV1>", &(dollars + "</BANKMSGSRSV1>"));
    assert_eq!(refusal(&both, Some("1 99999")).to_string(), "line 14: the currency is `USD`; expected EUR");
    assert!(read(both.as_bytes(), How::default()).is_ok());
}

#[test]
fn every_account_is_found_by_the_name_that_is_shown() {
    let account = |bank: &str, number: &str| stmtrs("EUR", bank, number, "", "");
    let text = [
        account("<BANKID>21570<BRANCHID>00001", "00012345678"),
        account("<BANKID>21570<BRANCHID>00001", "12345678"),
        account("<BANKID>NEFSFR2L", "00012345678"),
        account("<BANKID>21570", "FR7621570000010001234567870"),
        account("", "LIVRET-2 bis"),
        "<STMTTRNRS><STMTRS><CURDEF>EUR<BANKTRANLIST></BANKTRANLIST></STMTRS></STMTTRNRS>".to_owned(),
    ];
    let text = super::build::ofx(&text.concat());
    let StatementError::SeveralAccounts { found } = refusal(&text, None) else { panic!("{text}") };
    assert_eq!(found.len(), 6);
    for name in &found {
        for asked in [name.clone(), name.to_lowercase(), format!(" {} ", name.replace(' ', "  "))] {
            let read = read(text.as_bytes(), How { account: Some(&asked), ..How::default() });
            let read = read.unwrap_or_else(|error| panic!("{asked}: {error}"));
            let shown = read.account.map_or_else(|| found[5].clone(), |account| account.to_string());
            assert_eq!(shown, *name);
        }
    }
}
