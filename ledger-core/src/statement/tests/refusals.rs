//! Guards against: a file that is no statement, or a damaged one, read as something; and a refusal that does not say
//! where, what was expected and what was found.

use crate::statement::{Format, How, Profile, Statement, StatementError, read};

const HEADER: &str = r#""Date opération","Date Valeur","Référence","Montant","Solde","Libellé""#;

/// A statement of La Nef with these rows, the first on line 6.
fn nef(rows: &str) -> String {
    format!(
        "\"Compte\",\"Fonds\"\n\"Devise\",\"EUR\"\n\"Numéro de compte\",\"00012345678\"\n\n{HEADER}\n{rows}"
    )
}

fn row(date: &str, amount: &str, balance: &str) -> String {
    format!("\"{date}\",\"{date}\",\"R\",\"{amount}\",\"{balance}\",\"L\"\n")
}

fn ofx(inside: &str) -> String {
    format!(
        "OFXHEADER:100\nCHARSET:1252\n\n<OFX>\n<STMTRS>\n<CURDEF>EUR\n<BANKACCTFROM>\n<ACCTID>00012345678\n\
         </BANKACCTFROM>\n<BANKTRANLIST>\n{inside}</BANKTRANLIST>\n</STMTRS>\n</OFX>\n"
    )
}

/// A transaction, which begins in line 11.
fn transaction(date: &str, amount: &str, more: &str) -> String {
    format!("<STMTTRN>\n<DTPOSTED>{date}\n<TRNAMT>{amount}\n<FITID>1\n<NAME>N\n{more}</STMTTRN>\n")
}

fn camt(inside: &str) -> String {
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\n<Stmt><Id>1</Id>\
         <Acct><Id><IBAN>FR7621570000010001234567870</IBAN></Id></Acct>\n{inside}</Stmt></BkToCstmrStmt></Document>"
    )
}

/// An entry, on line 3 if it is the first.
fn entry(amount: &str, currency: &str, direction: &str, status: &str, date: &str) -> String {
    format!(
        "<Ntry><Amt{currency}>{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>{status}</Sts>\
         <BookgDt><Dt>{date}</Dt></BookgDt></Ntry>\n"
    )
}

fn good_entry(amount: &str) -> String {
    entry(amount, " Ccy=\"EUR\"", "CRDT", "BOOK", "2026-08-28")
}

fn balance(kind: &str, amount: &str) -> String {
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt>\
         <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-08-28</Dt></Dt></Bal>\n"
    )
}

/// A record of CFONB 120.
fn record(code: &str, money: &str, date: &str, amount: &str) -> String {
    format!("{code}21570    00001{money} 00012345678  {date}{:50}{amount}{:16}\n", "", "")
}

fn cfonb(movements: &str, closing: &str) -> String {
    let opening = record("01", "EUR2", "020126", "0000000000000{");
    format!("{opening}{movements}{}", record("07", "EUR2", "280826", closing))
}

fn movement(amount: &str) -> String {
    record("04", "EUR2", "280826", amount)
}

fn text(text: &str) -> Result<Statement, StatementError> {
    read(text.as_bytes(), How::default())
}

/// Each is refused with this code, and the message says all of this.
fn refused(cases: &[(&str, &str, &[&str])]) {
    for (bytes, code, said) in cases {
        let refusal = text(bytes).expect_err(bytes);
        let message = refusal.to_string();
        assert_eq!(refusal.code(), *code, "{message}\n{bytes}");
        for words in *said {
            assert!(message.contains(words), "{words:?} is not in {message:?}");
        }
        assert!(StatementError::CODES.contains(code));
    }
}

#[test]
fn a_file_that_is_no_statement_is_called_what_it_is() {
    let cases: [(&[u8], &str); 16] = [
        (b"", "an empty file"),
        (b" \r\n\t", "an empty file"),
        (b"\xef\xbb\xbf", "an empty file"),
        (b"PK\x03\x04rest of it", "a zip archive"),
        (b"PK\x03\x04....[Content_Types].xml", "an Excel workbook (xlsx)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook (xls)"),
        (b"%PDF-1.7\n\0\0", "a PDF"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"\n <!DOCTYPE html><html>", "an HTML page"),
        (b"<html><head><title>La Nef</title>", "an HTML page"),
        (b"<?xml version=\"1.0\"?><rss/>", "an XML file of another kind"),
        (b"<Document xmlns=\"camt.052\"><BkToCstmrAcctRpt>", "a CAMT.052 report"),
        (b"<Document><BkToCstmrDbtCdtNtfctn>", "a CAMT.054 notification"),
        (b":20:STMT\n:25:FR76", "an MT940 statement"),
        (b"!Type:Bank\nD28/08/2026", "a QIF file"),
        (b"\x89PNG\r\n", "a picture"),
    ];
    for (bytes, what) in cases {
        for how in [How::default(), How { format: Some(Format::NefCsv), ..How::default() }] {
            let refusal = read(bytes, how).expect_err(what);
            assert_eq!(refusal.code(), "not_a_statement");
            assert!(refusal.to_string().contains(what), "{refusal}");
        }
    }
    assert_eq!(read(b"\0\0\0\0", How::default()).unwrap_err().code(), "encoding");
}

#[test]
fn letters_that_cannot_be_are_refused() {
    let zero = nef(&row("28 août 2026", "1,00", "1,00")).replace("\"R\"", "\"\0\"");
    refused(&[
        (&zero, "encoding", &["line 6", "expected text", "a byte of zero"]),
        ("<?xml version=\"1.0\" encoding=\"KOI8-R\"?><a/>", "encoding", &["line 1", "UTF-8", "koi8-r"]),
    ]);
    let mut latin: Vec<u8> = nef("").chars().map(|letter| u8::try_from(letter).unwrap()).collect();
    assert!(read(&latin, How::default()).is_ok());
    latin.push(0x81);
    let refusal = read(&latin, How::default()).unwrap_err();
    assert_eq!(refusal.code(), "encoding");
    assert!(refusal.to_string().contains("line 6") && refusal.to_string().contains("0x81"), "{refusal}");
    let declared =
        read(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document>\xe9</Document>", How::default());
    assert!(declared.unwrap_err().to_string().contains("line 2: expected UTF-8, and found the byte 0xE9"));
}

#[test]
fn a_header_alone_is_an_empty_statement() {
    let statement = text(&nef("")).unwrap();
    assert!(statement.lines.is_empty() && statement.closing.is_none());
    assert!(text(&nef("\n\r\n,,,,,\n")).unwrap().lines.is_empty());
    assert!(text(&cfonb("", "0000000000000{")).unwrap().lines.is_empty());
    assert!(text(&ofx("")).unwrap().lines.is_empty());
    assert!(text(&camt("")).unwrap().lines.is_empty());
}

#[test]
fn la_nef() {
    let one = |amount: &str, balance: &str| nef(&row("28 août 2026", amount, balance));
    let good = row("28 août 2026", "1,00", "1,00");
    refused(&[
        (
            "a,b\nc,d\n",
            "missing_header",
            &["Date opération, Date Valeur, Montant, Solde, Libellé, Référence", "`a, b`"],
        ),
        (&nef(&good).replace("\"Solde\"", "\"Sold\""), "missing_header", &["Solde", "Sold,"]),
        (&nef(&good).replace("Date Valeur", "Solde"), "missing_header", &["Date Valeur"]),
        (
            &nef(&good).replace("\"Libellé\"", "\"Libellé\",\"Solde\""),
            "duplicate_column",
            &["line 5", "`Solde`"],
        ),
        (&nef("\"28 août 2026\",\"1,00\"\n"), "wrong_columns", &["line 6", "expected 6", "found 2"]),
        (&nef(&good.replace('\n', ",x\n")), "wrong_columns", &["line 6", "expected 6", "found 7"]),
        (&nef(&good.replace("\"L\"", "\"L\"x")), "malformed", &["line 6", "closing quote", "`x`"]),
        (&nef(&format!("{good}{}", &good[..20])), "truncated", &["line 7", "closing quote"]),
        (&nef("28 août 2026,28 août 2026,R"), "truncated", &["line 6", "6 columns", "found 3"]),
        (
            &nef(&row("31 avril 2026", "1,00", "1,00")),
            "bad_field",
            &["line 6", "`Date opération`", "28 août 2026", "31 avril"],
        ),
        (
            &nef(&row("28/08/2026", "1,00", "1,00")),
            "bad_field",
            &["line 6", "`Date opération`", "`28/08/2026`"],
        ),
        (&one("1,234.56", "1,00"), "bad_field", &["line 6", "`Montant`", "-1 234,56", "`1,234.56`"]),
        (&one("1.23,4", "1,00"), "bad_field", &["line 6", "`Montant`", "`1.23,4`"]),
        (&one("1.23.456,00", "1,00"), "bad_field", &["line 6", "`Montant`", "`1.23.456,00`"]),
        (&one("1,005", "1,00"), "bad_field", &["line 6", "`Montant`", "two decimals", "`1,005`"]),
        (&one("1e2", "1,00"), "bad_field", &["line 6", "`Montant`", "`1e2`"]),
        (&one("", "1,00"), "bad_field", &["line 6", "`Montant`", "empty"]),
        (&one("1,00", ""), "bad_field", &["line 6", "`Solde`", "empty"]),
        (&one("1,00", "1,00").replace("EUR", "CHF"), "wrong_currency", &["line 2", "CHF", "expected EUR"]),
        (
            &one("1,00", "1,00").replace("\"Compte\",\"Fonds\"", "\"Période\",\"du 2 janv. 2026\""),
            "bad_field",
            &["line 1", "`Période`", "du … au …", "`du 2 janv. 2026`"],
        ),
    ]);
    for (amount, balance) in [("1,00", "-0,00"), ("0,00", "1,00"), ("-0,00", "1,00")] {
        assert!(text(&one(amount, balance)).is_ok(), "a balance may be zero, and a bank may tell of nothing");
    }
}

#[test]
fn a_balance_that_does_not_run_is_refused() {
    let three = |middle: &str| {
        let rows = [
            row("28 août 2026", "1,00", "6,00"),
            row("27 août 2026", "2,00", middle),
            row("26 août 2026", "3,00", "3,00"),
        ];
        nef(&rows.concat())
    };
    assert!(text(&three("5,00")).is_ok());
    refused(&[
        (&three("5,01"), "balance_breaks", &["line 7", "should be 5.00 €", "is 5.01 €"]),
        (
            &nef(&[row("26 août 2026", "1,00", "1,00"), row("27 août 2026", "1,00", "3,00")].concat()),
            "balance_breaks",
            &["line 7", "2.00", "3.00"],
        ),
        (
            &cfonb(&movement("0000000000100{"), "0000000000100A"),
            "sum_differs",
            &["line 1", "opening 0.00", "10.00", "10.01"],
        ),
        (
            &camt(&(balance("OPBD", "1.00") + &balance("CLBD", "4.00") + &good_entry("2.00"))),
            "sum_differs",
            &["line 2", "opening 1.00", "2.00", "make 3.00", "closing balance is 4.00"],
        ),
    ]);
    let most = movement("9999999999999I").repeat(11);
    refused(&[(&cfonb(&most, "0000000000000{"), "sum_too_large", &["line 12"])]);
}

#[test]
fn ofx_of_every_kind() {
    let one = |date: &str, amount: &str, more: &str| ofx(&transaction(date, amount, more));
    let good = one("20260828", "1.00", "");
    assert_eq!(text(&good).unwrap().lines.len(), 1);
    refused(&[
        (&one("2026-08-28", "1.00", ""), "bad_field", &["line 12", "`DTPOSTED`", "20260828", "`2026-08-28`"]),
        (&one("20260230", "1.00", ""), "bad_field", &["line 12", "`DTPOSTED`", "`20260230`"]),
        (&one("20260828", "1.005", ""), "bad_field", &["line 13", "`TRNAMT`", "two decimals", "`1.005`"]),
        (&one("20260828", "1e2", ""), "bad_field", &["line 13", "`TRNAMT`", "`1e2`"]),
        (&one("20260828", "1,234.56", ""), "bad_field", &["line 13", "`TRNAMT`", "`1,234.56`"]),
        (
            &one("20260828", "1.00", "<TRNAMT>2.00\n"),
            "bad_field",
            &["line 16", "`TRNAMT`", "single", "`2.00`"],
        ),
        (&good.replace("<TRNAMT>1.00\n", ""), "missing_field", &["line 11", "`TRNAMT`"]),
        (&good.replace("<TRNAMT>", "<TRNAMT"), "malformed", &["line 13", "closed by >", "<TRNAMT"]),
        (&good.replace("<CURDEF>EUR", "<CURDEF>USD"), "wrong_currency", &["USD", "EUR"]),
        (&good.replace("<CURDEF>EUR\n", ""), "missing_field", &["line 5", "CURDEF"]),
        (
            &one("20260828", "1.00", "<CURRENCY>\n<CURRATE>1.1\n<CURSYM>USD\n</CURRENCY>\n"),
            "wrong_currency",
            &["line 11", "USD"],
        ),
        (&good.replace("</STMTTRN>\n", ""), "truncated", &["</STMTTRN>"]),
        (&good.replace("</BANKTRANLIST>\n", ""), "truncated", &["</BANKTRANLIST>"]),
        (&good.replace("</STMTRS>\n", ""), "truncated", &["</STMTRS>"]),
        (&good.replace("</OFX>\n", ""), "truncated", &["</OFX>"]),
        ("<OFX></OFX>", "missing_field", &["line 1", "STMTRS"]),
    ]);
    let of_other = one("20260828", "1.00", "<ORIGCURRENCY>\n<CURRATE>1.1\n<CURSYM>USD\n</ORIGCURRENCY>\n");
    assert!(text(&of_other).is_ok(), "what was converted already is in euros");
}

#[test]
fn camt_of_every_kind() {
    let euros = " Ccy=\"EUR\"";
    let one = |amount: &str, currency: &str, direction: &str, status: &str, date: &str| {
        camt(&entry(amount, currency, direction, status, date))
    };
    let good = camt(&good_entry("1.00"));
    assert_eq!(text(&good).unwrap().lines.len(), 1);
    refused(&[
        (&one("1.00", "", "CRDT", "BOOK", "2026-08-28"), "missing_field", &["line 3", "`Amt@Ccy`"]),
        (&one("1.00", " Ccy=\"USD\"", "CRDT", "BOOK", "2026-08-28"), "wrong_currency", &["line 3", "USD"]),
        (
            &one("-1.00", euros, "CRDT", "BOOK", "2026-08-28"),
            "bad_field",
            &["line 3", "`Amt`", "not below zero", "`-1.00`"],
        ),
        (
            &one("1e2", euros, "CRDT", "BOOK", "2026-08-28"),
            "bad_field",
            &["line 3", "`Amt`", "1234.56", "`1e2`"],
        ),
        (
            &one("1.005", euros, "CRDT", "BOOK", "2026-08-28"),
            "bad_field",
            &["line 3", "`Amt`", "two decimals", "`1.005`"],
        ),
        (
            &one("1.00", euros, "C", "BOOK", "2026-08-28"),
            "bad_field",
            &["line 3", "`CdtDbtInd`", "CRDT or DBIT", "`C`"],
        ),
        (
            &one("1.00", euros, "CRDT", "BOOKED", "2026-08-28"),
            "bad_field",
            &["line 3", "`Sts`", "BOOK", "`BOOKED`"],
        ),
        (&one("1.00", euros, "CRDT", "", "2026-08-28"), "missing_field", &["line 3", "`Sts`"]),
        (
            &one("1.00", euros, "CRDT", "BOOK", "28/08/2026"),
            "bad_field",
            &["line 3", "`BookgDt`", "2026-08-28", "`28/08/2026`"],
        ),
        (&good.replace("<CdtDbtInd>CRDT</CdtDbtInd>", ""), "missing_field", &["line 3", "`CdtDbtInd`"]),
        (
            &good.replace("<BookgDt><Dt>2026-08-28</Dt></BookgDt>", ""),
            "missing_field",
            &["line 3", "`BookgDt`"],
        ),
        (&good.replace("</Ntry>", "</Ntri>"), "malformed", &["line 3", "well-formed XML"]),
        (&good.replace("<Id>1</Id>", "<Id>&foo;</Id>"), "malformed", &["line 2", "&foo;"]),
        (
            &good.replace("<IBAN>FR7621570000010001234567870</IBAN>", ""),
            "missing_field",
            &["line 2", "`Acct/Id`"],
        ),
        (&good.replace("</Acct>", "<Ccy>CHF</Ccy></Acct>"), "wrong_currency", &["line 2", "CHF"]),
        (&good.replace("</Document>", ""), "truncated", &["line 4", "the end of the document"]),
        (&good[..good.len() - 4], "truncated", &["line 4"]),
        ("<Document><BkToCstmrStmt></BkToCstmrStmt></Document>", "missing_field", &["`Stmt`"]),
    ]);
}

#[test]
fn cfonb_of_every_kind() {
    let good = cfonb(&movement("0000000000100{"), "0000000000100{");
    assert_eq!(text(&good).unwrap().lines.len(), 1);
    let with = |old: &str, new: &str| good.replacen(old, new, 1);
    let completing = record("05", "EUR2", "280826", "");
    refused(&[
        (&with("0000000000100{", "0000000000100X"), "bad_field", &["line 2", "`04 amount`", "J–R", "100X"]),
        (&with("0000000000100{", "00000000001 0{"), "bad_field", &["line 2", "`04 amount`", "1 0{"]),
        (
            &good.replacen("0421570    00001EUR2", "0421570    00001USD2", 1),
            "wrong_currency",
            &["line 2", "USD"],
        ),
        (
            &good.replacen("0421570    00001EUR2", "0421570    00001EUR ", 1),
            "bad_field",
            &["line 2", "`04 decimals`"],
        ),
        (
            &cfonb(&record("04", "EUR3", "280826", "0000000000100A"), "0000000000100{"),
            "bad_field",
            &["line 2", "`04 amount`", "3 decimals"],
        ),
        (
            &cfonb(&record("04", "EUR2", "310226", "0000000000100{"), "0000000000100{"),
            "bad_field",
            &["line 2", "`04 date`", "DDMMYY", "`310226`"],
        ),
        (
            &with("\n0421570", "\n0421571"),
            "bad_field",
            &["line 2", "`04 account`", "21570 00001 00012345678", "21571"],
        ),
        (&with("\n04", "\n09"), "malformed", &["line 2", "01, 04, 05 or 07"]),
        (
            &cfonb(&completing, "0000000000000{"),
            "malformed",
            &["line 2", "a record 04 before it", "a record 05"],
        ),
        (&good.lines().take(2).collect::<Vec<_>>().join("\n"), "truncated", &["line 2", "07"]),
        (&format!("{}\n", &good[..180]), "truncated", &["line 2", "120", "found 40"]),
        (
            &format!("{}{good}", good.lines().next().unwrap().to_owned() + "\n"),
            "malformed",
            &["line 2", "a record 07 before it"],
        ),
        (
            &with("                \n", "                x\n"),
            "malformed",
            &["line 1", "120 letters", "121 letters"],
        ),
        (
            &good.lines().skip(1).collect::<Vec<_>>().join("\n"),
            "malformed",
            &["line 1", "a record 01 before it", "04"],
        ),
    ]);
}

#[test]
fn the_csv_of_another_bank_needs_its_profile() {
    let csv = "Date;Date de valeur;Débit;Crédit;Libellé;Solde\n28/08/2026;28/08/2026;;12,50;Vir;12,50\n";
    let asked = How { format: Some(Format::Csv), ..How::default() };
    assert_eq!(read(csv.as_bytes(), asked).unwrap_err().code(), "profile_needed");
    assert_eq!(text(csv).unwrap_err().code(), "missing_header");
    let how = How { profile: Profile::named("credit-mutuel"), ..How::default() };
    let one = |row: &str| {
        let csv = format!("{}\n{row}", csv.lines().next().unwrap());
        read(csv.as_bytes(), how).unwrap_err()
    };
    for (row, code, said) in [
        (
            "28/08/2026;;1,00;2,00;L;1,00\n",
            "bad_field",
            "line 2: `Crédit` should be empty, because there is a debit of 1,00, and is `2,00`",
        ),
        ("28/08/2026;;;;L;1,00\n", "missing_field", "line 2: `Débit or Crédit` is missing"),
        (
            "28/08/2026;;;-2,00;L;1,00\n",
            "bad_field",
            "line 2: `Crédit` should be an amount without a minus, and is `-2,00`",
        ),
        (
            "28/08/2026;;-1,00;;L;1,00\n29/08/2026;;1,00;;L;0,00\n",
            "bad_field",
            "line 3: `Débit` should be an amount with a minus, as the debits before it, and is `1,00`",
        ),
        ("28/08/2026;;;12,50;Vir;12,5", "truncated", "line 2: expected the end of the line behind `12,5`"),
        (
            "28/08/26;;;12,50;Vir;12,50\n",
            "bad_field",
            "line 2: `Date` should be a date such as 28/08/2026, and is `28/08/26`",
        ),
    ] {
        let refusal = one(row);
        assert_eq!(refusal.code(), code, "{refusal}");
        assert!(refusal.to_string().ends_with(said), "{refusal}");
    }
}

#[test]
fn a_profile_that_says_nonsense_is_refused_by_key_and_line() {
    let good = include_str!("../profiles/credit-mutuel.toml");
    for (old, new, line, said) in [
        ("decimal =", "decimals =", 4, "decimals"),
        ("debit =", "dedit =", 12, "dedit"),
        ("delimiter = \";\"", "delimiter = \"x\"", 2, "`delimiter`"),
        ("encoding = \"auto\"", "encoding = \"ebcdic\"", 3, "ebcdic"),
        ("%d/%m/%Y", "%d/%m", 4, "`date_format`"),
        ("decimal = \",\"", "decimal = \";\"", 5, "`decimal`"),
        ("thousands = [\" \"]", "thousands = [\",\"]", 5, "`decimal`"),
        ("thousands = [\" \"]", "thousands = [\"x\"]", 6, "`thousands`"),
        ("credit = \"Crédit\"\n", "", 8, "`amount`, or `debit` and `credit`"),
        ("date = \"Date\"", "date = 1", 8, "all names or all numbers"),
        ("date = \"Date\"\n", "", 8, "date"),
    ] {
        assert!(good.contains(old), "{old}");
        let refusal = Profile::from_toml(&good.replacen(old, new, 1)).expect_err(new);
        let StatementError::BadProfile { line: found, reason } = &refusal else { panic!("{refusal}") };
        assert!(reason.contains(said), "{refusal}");
        assert!(*found >= line - 1 && *found <= line + 1, "{refusal}: line {line}");
    }
    assert_eq!(Profile::ready().len(), 12, "every ready profile is right");
}
