//! Writes statements by hand, a piece at a time.

/// The IBAN of the account in all of them, and its number.
pub(super) const IBAN: &str = "FR7621570000010001234567870";

/// A balance of CAMT.053, of a credit; without a day if that is empty.
pub(super) fn balance(kind: &str, amount: &str, day: &str) -> String {
    let on = if day.is_empty() { String::new() } else { format!("<Dt><Dt>{day}</Dt></Dt>") };
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt>\
         <CdtDbtInd>CRDT</CdtDbtInd>{on}</Bal>"
    )
}

/// An entry into the account; a debit where the amount begins with a minus.
pub(super) fn entry(day: &str, amount: &str) -> String {
    let (direction, amount) = amount.strip_prefix('-').map_or(("CRDT", amount), |amount| ("DBIT", amount));
    format!(
        "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>BOOK</Sts>\
         <BookgDt><Dt>{day}</Dt></BookgDt></Ntry>"
    )
}

/// A statement of CAMT.053 of an account, with this beside.
pub(super) fn stmt_of(iban: &str, inside: &str) -> String {
    format!("<Stmt><Id>S</Id><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{inside}</Stmt>\n")
}

pub(super) fn stmt(inside: &str) -> String {
    stmt_of(IBAN, inside)
}

pub(super) fn camt(statements: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<Document><BkToCstmrStmt>\n{statements}</BkToCstmrStmt></Document>")
}

/// A transaction of OFX with these tags beside.
pub(super) fn transaction(day: &str, amount: &str, more: &str) -> String {
    format!("<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{day}<TRNAMT>{amount}<NAME>N{more}</STMTTRN>\n")
}

/// A statement of OFX of an account and its currency: April, if there is no other list.
pub(super) fn stmtrs(currency: &str, bank: &str, number: &str, transactions: &str, balance: &str) -> String {
    format!(
        "<STMTTRNRS><STMTRS><CURDEF>{currency}<BANKACCTFROM>{bank}<ACCTID>{number}</BANKACCTFROM>\
         <BANKTRANLIST><DTSTART>20260401<DTEND>20260430\n{transactions}</BANKTRANLIST>{balance}</STMTRS></STMTTRNRS>\n"
    )
}

pub(super) const HEADER: &str = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n\
                                 COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n";

pub(super) fn ofx(statements: &str) -> String {
    format!("{HEADER}<OFX><BANKMSGSRSV1>\n{statements}</BANKMSGSRSV1></OFX>\n")
}

/// The account of `IBAN`, in euros.
pub(super) fn ofx_of_april(transactions: &str, balance: &str) -> String {
    ofx(&stmtrs("EUR", "<BANKID>21570<BRANCHID>00001", "00012345678", transactions, balance))
}

pub(super) fn ledgerbal(amount: &str, on: &str) -> String {
    format!("<LEDGERBAL><BALAMT>{amount}<DTASOF>{on}</LEDGERBAL>")
}

/// A record of CFONB 120, of an account of `IBAN`'s bank.
pub(super) fn record_of(code: &str, money: &str, number: &str, day: &str, cents: i64) -> String {
    let digits = format!("{:014}", cents.abs());
    let (rest, last) = digits.split_at(13);
    let marks = if cents < 0 { "}JKLMNOPQR" } else { "{ABCDEFGHI" };
    let last = last.parse::<usize>().map(|last| &marks[last..=last]).unwrap_or_default();
    format!("{code}21570    00001{money} {number}  {day}  {:6}{:42}{rest}{last}{:16}\r\n", "", "", "")
}

pub(super) fn record(code: &str, day: &str, cents: i64) -> String {
    record_of(code, "EUR2", "00012345678", day, cents)
}
