//! Guards against: two accounts read as one, and days of one account that do not follow each other.

use crate::money::Euros;
use crate::statement::{How, Statement, StatementError, read};

const ONE: &str = "FR7621570000010001234567870";
const OTHER: &str = "FR7621570000010009999999970";

fn stmt(id: &str, iban: &str, opening: &str, amount: &str, closing: &str) -> String {
    let balance = |kind: &str, amount: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd></Bal>"
        )
    };
    format!(
        "<Stmt><Id>{id}</Id><FrToDt><FrDtTm>2026-08-{id}T00:00:00</FrDtTm><ToDtTm>2026-08-{id}T23:59:59</ToDtTm></FrToDt>\
         <Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{}{}\
         <Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
         <BookgDt><DtTm>2026-08-{id}T12:00:00+02:00</DtTm></BookgDt></Ntry></Stmt>\n",
        balance("OPBD", opening),
        balance("CLBD", closing)
    )
}

fn camt(statements: &[String], account: Option<&str>) -> Result<Statement, StatementError> {
    let text = format!("<Document><BkToCstmrStmt>\n{}</BkToCstmrStmt></Document>", statements.concat());
    read(text.as_bytes(), How { account, ..How::default() })
}

#[test]
fn days_of_one_account_are_joined_whatever_their_order() {
    let days = [stmt("10", ONE, "1.00", "2.00", "3.00"), stmt("11", ONE, "3.00", "4.00", "7.00")];
    let mut reversed = days.clone();
    reversed.reverse();
    for days in [days, reversed] {
        let statement = camt(&days, None).unwrap();
        assert_eq!(
            (statement.opening, statement.closing),
            (Some(Euros::from_cents(1_00)), Some(Euros::from_cents(7_00)))
        );
        let (from, to) = statement.period.unwrap();
        assert_eq!(format!("{from} {to}"), "2026-08-10 2026-08-11");
        let days: Vec<String> =
            statement.lines.iter().map(|line| line.fingerprint.date.to_string()).collect();
        assert_eq!(days, ["2026-08-10", "2026-08-11"]);
    }
}

#[test]
fn days_that_follow_each_other_either_way_are_put_in_order_by_their_dates() {
    let out = stmt("11", ONE, "3.00", "2.00", "1.00")
        .replace("2.00</Amt><CdtDbtInd>CRDT", "2.00</Amt><CdtDbtInd>DBIT");
    let days = [out, stmt("10", ONE, "1.00", "2.00", "3.00")];
    let statement = camt(&days, None).unwrap();
    assert_eq!(
        (statement.opening, statement.closing),
        (Some(Euros::from_cents(1_00)), Some(Euros::from_cents(1_00)))
    );
}

#[test]
fn the_same_day_twice_is_one() {
    let day = stmt("10", ONE, "1.00", "2.00", "3.00");
    assert_eq!(camt(&[day.clone(), day], None).unwrap().lines.len(), 1);
}

#[test]
fn a_day_that_is_missing_is_refused() {
    let days = [stmt("10", ONE, "1.00", "2.00", "3.00"), stmt("12", ONE, "4.00", "1.00", "5.00")];
    let refusal = camt(&days, None).unwrap_err();
    assert_eq!(refusal.code(), "parts_apart");
    assert_eq!(
        refusal.to_string(),
        "line 3: this part opens with 4.00 €, and the one before it closes with 3.00 €"
    );
}

#[test]
fn of_several_accounts_one_is_asked_for() {
    let both = [stmt("10", ONE, "1.00", "2.00", "3.00"), stmt("10", OTHER, "0.00", "9.00", "9.00")];
    let refusal = camt(&both, None).unwrap_err();
    assert_eq!(refusal, StatementError::SeveralAccounts { found: vec![ONE.to_owned(), OTHER.to_owned()] });
    for asked in [OTHER, "FR76 2157 0000 0100 0999 9999 970", "00099999999"] {
        assert_eq!(camt(&both, Some(asked)).unwrap().closing, Some(Euros::from_cents(9_00)), "{asked}");
    }
    let refusal = camt(&both, Some("FR7630006000011234567890189")).unwrap_err();
    assert_eq!(refusal.code(), "no_such_account");
    assert!(refusal.to_string().contains(ONE), "{refusal}");
    assert_eq!(camt(&both[..1], Some(OTHER)).unwrap_err().code(), "no_such_account");
}

#[test]
fn several_accounts_share_a_file_of_cfonb() {
    let record = |code: &str, number: &str, amount: &str| {
        format!("{code}21570    00001EUR2 {number}  280826{:50}{amount}{:16}\n", "", "")
    };
    let account = |number: &str, amount: &str| {
        record("01", number, "0000000000000{") + &record("04", number, amount) + &record("07", number, amount)
    };
    let text = account("00012345678", "0000000000100{") + &account("00099999999", "0000000000200{");
    let refusal = read(text.as_bytes(), How::default()).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "the file has several accounts, name one of them: 21570 00001 00012345678, 21570 00001 00099999999"
    );
    let how = How { account: Some(OTHER), ..How::default() };
    assert_eq!(read(text.as_bytes(), how).unwrap().closing, Some(Euros::from_cents(20_00)));
    let twice = account("00012345678", "0000000000100{").repeat(2);
    assert_eq!(read(twice.as_bytes(), How::default()).unwrap_err().code(), "repeated");
}
