//! Guards against: a valid statement that is refused or read otherwise. One table for all formats: the file, and its lines,
//! opening, closing and days.

use super::build::{
    HEADER, IBAN, balance, camt, entry, ledgerbal, ofx, ofx_of_april, record, record_of, stmt, stmt_of,
    stmtrs, transaction,
};
use crate::statement::{How, read};

/// A valid file, and what it says. Lines are `day amount`, with blanks between; `-` is what it does not tell.
struct Valid {
    what: &'static str,
    bytes: Vec<u8>,
    account: Option<&'static str>,
    lines: &'static str,
    opening: &'static str,
    closing: &'static str,
    days: &'static str,
}

fn valid(
    what: &'static str,
    bytes: impl Into<Vec<u8>>,
    lines: &'static str,
    [opening, closing, days]: [&'static str; 3],
) -> Valid {
    Valid { what, bytes: bytes.into(), account: None, lines, opening, closing, days }
}

fn asked(what: &'static str, account: &'static str, file: &str, lines: &'static str) -> Valid {
    Valid { account: Some(account), ..valid(what, file, lines, ["", "", ""]) }
}

fn read_all(table: Vec<Valid>) {
    let told =
        |euros: Option<crate::money::Euros>| euros.map_or_else(|| "-".to_owned(), |euros| euros.to_string());
    for Valid { what, bytes, account, lines, opening, closing, days } in table {
        let statement = read(&bytes, How { account, ..How::default() })
            .unwrap_or_else(|error| panic!("{what}: {error}\n{}", String::from_utf8_lossy(&bytes)));
        let found = statement
            .lines
            .iter()
            .map(|line| format!("{} {}", line.fingerprint.date, line.fingerprint.amount));
        assert_eq!(found.collect::<Vec<_>>().join(" "), lines, "{what}");
        if account.is_some() {
            continue;
        }
        assert_eq!(
            (told(statement.opening), told(statement.closing)),
            (opening.into(), closing.into()),
            "{what}"
        );
        let period = statement.period.map_or_else(|| "-".to_owned(), |(from, to)| format!("{from} {to}"));
        assert_eq!(period, days, "{what}");
    }
}

const APRIL: &str = "2026-04-01 2026-04-30";

#[test]
fn cfonb_120() {
    let april =
        [record("01", "310326", 100_00), record("04", "100426", 40_00), record("07", "300426", 140_00)]
            .concat();
    let first_day = [
        record("01", "310326", 100_00),
        record("04", "310326", 20_00),
        record("04", "010426", -5_00),
        record("07", "300426", 115_00),
    ];
    let day = |opened: &str, closed: &str, before: i64, amount: i64| {
        record("01", opened, before) + &record("04", closed, amount) + &record("07", closed, before + amount)
    };
    let [two, three, four] = [
        day("310326", "010426", 100_00, 12_00),
        day("010426", "020426", 112_00, -2_00),
        day("020426", "030426", 110_00, 5_00),
    ];
    let unordered = [three.clone(), two.clone(), four.clone()].concat();
    let many = "2026-04-01 12.00 2026-04-02 -2.00 2026-04-03 5.00";
    let other = |money: &str| {
        record_of("01", money, "00099999999", "310326", 1_00)
            + &record_of("07", money, "00099999999", "300426", 1_00)
    };
    let one = "2026-04-10 40.00";
    let balances = ["100.00", "140.00", APRIL];
    read_all(vec![
        valid("01 is the balance at the end of its day", april.clone(), one, balances),
        valid(
            "lines of the day of 01",
            first_day.concat(),
            "2026-03-31 20.00 2026-04-01 -5.00",
            ["100.00", "115.00", "2026-03-31 2026-04-30"],
        ),
        valid(
            "a month without lines",
            record("01", "310326", 7_00) + &record("07", "300426", 7_00),
            "",
            ["7.00", "7.00", APRIL],
        ),
        valid(
            "01 and 07 of one day",
            day("010426", "010426", 0, -1_00),
            "2026-04-01 -1.00",
            ["0.00", "-1.00", "2026-04-01 2026-04-01"],
        ),
        valid("days out of order", unordered, many, ["100.00", "115.00", "2026-04-01 2026-04-03"]),
        valid(
            "days, the newest first",
            [four, three, two].concat(),
            many,
            ["100.00", "115.00", "2026-04-01 2026-04-03"],
        ),
        valid("the end of a file of DOS", april.clone() + "\u{1a}", one, balances),
        valid("the same on a line of its own", april.clone() + "\u{1a}\r\n\u{1a}\u{1a}\r\n", one, balances),
        valid("records without ends of lines", april.replace("\r\n", ""), one, balances),
        valid("ends of lines of a Mac", april.replace("\r\n", "\r"), one, balances),
        valid("a mark of UTF-8", format!("\u{feff}{april}"), one, balances),
        valid("blank lines around", format!("\r\n\r\n{april}\r\n"), one, balances),
        valid("another account in dollars", april.clone() + &other("USD2"), one, balances),
        asked(
            "of two accounts the one asked for",
            "21570 00001 00012345678",
            &(april.clone() + &other("EUR2")),
            one,
        ),
        asked("its number alone", "12345678", &(april.clone() + &other("EUR2")), one),
        asked("its number as a RIB", "21570 00001 00012345678 70", &(april + &other("EUR2")), one),
    ]);
}

#[test]
fn ofx_1_and_2() {
    let at = ledgerbal("140.00", "20260430");
    let lines = transaction("20260410", "40.00", "");
    let april = ofx_of_april(&lines, &at);
    let one = "2026-04-10 40.00";
    let (told, untold) = (["-", "140.00", APRIL], ["-", "-", APRIL]);
    let of = |amount: &str| ofx_of_april(&transaction("20260410", amount, ""), &at);
    let header = |header: &str| april.replace(HEADER, header);
    let names = ["ASCII", "latin-1", "ISO8859-1", "ISO-8859-1", "Windows 1252", "cp-1252", "US-ASCII", ""];
    let lists = |correction: &str| {
        ofx_of_april(
            &(transaction("20260409", "12.00", "<FITID>F1") + correction),
            &ledgerbal("100.00", "20260430"),
        )
    };
    let second = |currency: &str| stmtrs(currency, "<BANKID>1", "99999", "", "");
    let both = |currency: &str| april.replace("</BANKMSGSRSV1>", &(second(currency) + "</BANKMSGSRSV1>"));
    let of_may =
        stmtrs("EUR", "<BANKID>21570<BRANCHID>00001", "00012345678", "", "").replace("0260401", "0260501");
    let of_may = of_may
        .replace("20260430", "20260531")
        .replace("</STMTRS>", &(ledgerbal("140.00", "20260531") + "</STMTRS>"));
    let mut table = vec![
        valid("as it is mostly", april.clone(), one, told),
        valid(
            "a balance of the day of the download",
            ofx_of_april(&lines, &ledgerbal("533.40", "20260520")),
            one,
            untold,
        ),
        valid(
            "a balance older than a line",
            ofx_of_april(&lines, &ledgerbal("100.00", "20260409")),
            one,
            untold,
        ),
        valid(
            "a balance before the quiet end of the list",
            ofx_of_april(&lines, &ledgerbal("140.00", "20260415")),
            one,
            told,
        ),
        valid("an empty balance", ofx_of_april(&lines, &ledgerbal("", "20260430")), one, untold),
        valid("no balance", ofx_of_april(&lines, ""), one, untold),
        valid("tags in small letters", small(&april), one, told),
        valid("a currency in small letters", april.replace("<CURDEF>EUR", "<CURDEF>eur"), one, told),
        valid("five decimals", of("40.00000"), one, told),
        valid("cents alone", of(".50"), "2026-04-10 0.50", told),
        valid("a point behind", of("40."), one, told),
        valid("a plus", of("+40,0"), one, told),
        valid("less than nothing of nothing", of("-0.00"), "2026-04-10 0.00", told),
        valid(
            "a day with its time",
            ofx_of_april(&transaction("20260410235959.999[+1:CET]", "40.00", ""), &at),
            one,
            told,
        ),
        valid("all of the header in a line", header(&HEADER.replace('\n', " ")), one, told),
        valid("and without blanks", header(&HEADER.replace('\n', "")), one, told),
        valid("no header", header(""), one, told),
        valid(
            "a line that was deleted",
            lists(&transaction("20260409", "12.00", "<FITID>F2<CORRECTFITID>F1<CORRECTACTION>DELETE")),
            "",
            ["-", "100.00", APRIL],
        ),
        valid(
            "a line that was replaced, twice",
            lists(
                &(transaction("20260410", "13.00", "<FITID>F2<CORRECTFITID>F1<CORRECTACTION>REPLACE")
                    + &transaction("20260411", "14.00", "<FITID>F3<CORRECTFITID>F2<CORRECTACTION>REPLACE")),
            ),
            "2026-04-11 14.00",
            ["-", "100.00", APRIL],
        ),
        valid(
            "corrections of lines of an earlier download",
            ofx_of_april(
                &(transaction("20260410", "13.00", "<FITID>F2<CORRECTFITID>F0<CORRECTACTION>REPLACE")
                    + &transaction("20260411", "14.00", "<FITID>F3<CORRECTFITID>F9<CORRECTACTION>DELETE")),
                "",
            ),
            "2026-04-10 13.00",
            untold,
        ),
        valid("another account in dollars", both("USD"), one, told),
        valid(
            "two months of one account, the later first",
            ofx(&(of_may + &stmtrs("EUR", "<BANKID>21570<BRANCHID>00001", "00012345678", &lines, &at))),
            one,
            ["-", "140.00", "2026-04-01 2026-05-31"],
        ),
        asked("of two accounts the one asked for", "21570 00001 00012345678", &both("EUR"), one),
        asked("in groups of an IBAN", "fr76 2157 0000 0100 0123 4567 870", &both("EUR"), one),
        asked("the other one", "1 99999", &both("EUR"), ""),
    ];
    for name in names {
        table.push(valid("a name of its letters", header(&HEADER.replace("1252", name)), one, told));
        table.push(valid("the same as encoding", header(&HEADER.replace("USASCII", name)), one, told));
    }
    read_all(table);
}

/// The same with its tags in small letters.
fn small(text: &str) -> String {
    let mut is_tag = false;
    let letter = |letter: char| {
        is_tag = letter == '<' || is_tag && letter != '>';
        if is_tag { letter.to_ascii_lowercase() } else { letter }
    };
    text.chars().map(letter).collect()
}

#[test]
fn camt_053() {
    let opening = balance("OPBD", "100.00", "2026-04-01");
    let closing = |amount: &str| balance("CLBD", amount, "2026-04-30");
    let balances = || opening.clone() + &closing("140.00");
    let one = "2026-04-10 40.00";
    let told = ["100.00", "140.00", APRIL];
    let entry_of = |amount: &str| entry("2026-04-10", amount);
    let whole = camt(&stmt(&(balances() + &entry_of("40.00"))));
    let other = |currency: &str| {
        let inside = balances().replace("EUR", currency) + &entry_of("40.00").replace("EUR", currency);
        stmt_of("FR7630006000011234567890189", &inside)
    };
    let summary = "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries><TtlCdtNtries><NbOfNtries>1</NbOfNtries>\
                   </TtlCdtNtries></TxsSummry>";
    let pending = entry_of("3.00").replace("BOOK", "PDNG").replace("EUR", "USD");
    let batch = "<NtryDtls><TxDtls><Amt Ccy=\"EUR\">30</Amt></TxDtls><TxDtls><Amt Ccy=\"EUR\">10</Amt></TxDtls></NtryDtls></Ntry>";
    read_all(vec![
        valid("without FrToDt", whole.clone(), one, told),
        valid(
            "a quiet month without FrToDt",
            camt(&stmt(&(opening.clone() + &closing("100.00")))),
            "",
            ["100.00", "100.00", APRIL],
        ),
        valid(
            "a quiet month that says what closed the one before",
            camt(&stmt(&(balance("PRCD", "100.00", "2026-03-31") + &closing("100.00")))),
            "",
            ["100.00", "100.00", APRIL],
        ),
        valid("no day of any balance", camt(&stmt(&entry_of("40.00"))), one, ["-", "-", "-"]),
        valid(
            "counts of all entries",
            camt(
                &stmt(&(summary.to_owned() + &balances() + &entry_of("40.00") + &pending))
                    .replace("<TtlCdtNtries><NbOfNtries>1", "<TtlCdtNtries><NbOfNtries>2"),
            ),
            one,
            told,
        ),
        valid(
            "counts of what is in a batch",
            camt(&stmt(&(summary.to_owned() + &balances() + &entry_of("40.00").replace("</Ntry>", batch)))),
            one,
            told,
        ),
        valid(
            "another account in francs",
            camt(&(stmt(&(balances() + &entry_of("40.00"))) + &other("CHF"))),
            one,
            told,
        ),
        valid(
            "the account of two currencies",
            camt(
                &(stmt(&(balances() + &entry_of("40.00")))
                    + &other("USD").replace("FR7630006000011234567890189", IBAN)),
            ),
            one,
            told,
        ),
        asked(
            "of two accounts the one asked for",
            IBAN,
            &camt(&(stmt(&(balances() + &entry_of("40.00"))) + &other("EUR"))),
            one,
        ),
    ]);
}

#[test]
fn camt_053_in_other_words() {
    let opening = balance("OPBD", "100.00", "2026-04-01");
    let closing = |amount: &str| balance("CLBD", amount, "2026-04-30");
    let entry_of = |amount: &str| entry("2026-04-10", amount);
    let balances = || opening.clone() + &closing("140.00");
    let one = "2026-04-10 40.00";
    let told = ["100.00", "140.00", APRIL];
    let whole = camt(&stmt(&(balances() + &entry_of("40.00"))));
    let with = |old: &str, new: &str| whole.replace(old, new);
    let status = |status: &str| with("<Sts>BOOK</Sts>", status);
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    read_all(vec![
        valid(
            "cents alone",
            with("40.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>", ".50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>")
                .replace("140.00", "100.50"),
            "2026-04-10 0.50",
            ["100.00", "100.50", APRIL],
        ),
        valid("a point behind, and a plus", with(">40.00<", ">+40.<"), one, told),
        valid(
            "less than nothing of nothing",
            with(">40.00<", ">-0.00<").replace("140.00", "100"),
            "2026-04-10 0.00",
            ["100.00", "100.00", APRIL],
        ),
        valid("three decimals, which XML never groups", with(">40.00<", ">40.000<"), one, told),
        valid(
            "a day with its time",
            with("<BookgDt><Dt>2026-04-10</Dt>", "<BookgDt><DtTm>2026-04-10T23:59:59+02:00</DtTm>"),
            one,
            told,
        ),
        valid("a value date alone", with("BookgDt", "ValDt"), one, told),
        valid("a status of version 8", status("<Sts><Cd>BOOK</Cd></Sts>"), one, told),
        valid("a status in the bank's words", status("<Sts><Prtry>BOOKED</Prtry></Sts>"), one, told),
        valid("a prefix", with("<", "<n:").replace("<n:/", "</n:").replace("<n:?", "<?"), one, told),
        valid(
            "a name of its letters",
            with("<?xml version=\"1.0\"?>", "<?xml version=\"1.0\" encoding='ASCII'?>"),
            one,
            told,
        ),
        valid("UTF-16 without a mark", utf_16(&with("?>", " encoding=\"UTF-16\"?>")), one, told),
    ]);
}

#[test]
fn camt_053_in_pages() {
    let opening = balance("OPBD", "100.00", "2026-04-01");
    let closing = |amount: &str| balance("CLBD", amount, "2026-04-30");
    let entry_of = |amount: &str| entry("2026-04-10", amount);
    let balances = || opening.clone() + &closing("140.00");
    let one = "2026-04-10 40.00";
    let told = ["100.00", "140.00", APRIL];
    let page = |number: u8, last: bool, inside: &str| {
        stmt(&format!("<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{last}</LastPgInd></StmtPgntn>{inside}"))
    };
    let interim = |amount: &str| balance("ITBD", amount, "2026-04-30");
    let pages = [
        page(1, false, &(opening.clone() + &interim("140.00") + &entry_of("40.00"))),
        page(2, false, &(interim("140.00") + &interim("130.00") + &entry("2026-04-11", "-10.00"))),
        page(3, true, &(interim("130.00") + &closing("131.00") + &entry("2026-04-12", "1.00"))),
    ];
    let three = "2026-04-10 40.00 2026-04-11 -10.00 2026-04-12 1.00";
    let told_of_pages = ["100.00", "131.00", APRIL];
    let [first, second, third] = pages.clone();
    let unmarked = |page: &str| page.replace("StmtPgntn", "AddtlStmtInf");
    read_all(vec![
        valid("in pages", camt(&pages.concat()), three, told_of_pages),
        valid(
            "in pages out of order",
            camt(&[third.clone(), first.clone(), second.clone()].concat()),
            three,
            told_of_pages,
        ),
        valid(
            "in pages that only their balances mark",
            camt(&[unmarked(&first), unmarked(&second), unmarked(&third)].concat()),
            three,
            told_of_pages,
        ),
        valid("a single page", camt(&page(1, true, &(balances() + &entry_of("40.00")))), one, told),
    ]);
}
