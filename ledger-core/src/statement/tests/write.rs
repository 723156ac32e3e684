//! Writes a statement in every format, as a bank would.

#![allow(clippy::format_push_string, reason = "short is better than quick here")]

use proptest::prelude::*;

use crate::date::Date;
use crate::money::Euros;

/// What a bank knows.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub opening: i64,
    pub lines: Vec<ToldLine>,
}

#[derive(Clone, Debug)]
pub(super) struct ToldLine {
    pub date: Date,
    pub cents: i64,
    pub label: String,
    pub reference: String,
}

impl Told {
    pub(super) fn closing(&self) -> i64 {
        self.opening + self.lines.iter().map(|line| line.cents).sum::<i64>()
    }

    pub(super) fn days(&self) -> (Date, Date) {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let first = self.lines.first().map_or(day("2026-01-01"), |line| line.date);
        (first, self.lines.last().map_or(first, |line| line.date))
    }

    /// Each line with the balance after it.
    fn balanced(&self) -> Vec<(&ToldLine, i64)> {
        let mut balance = self.opening;
        let after = |line| {
            balance += ToldLine::cents(line);
            (line, balance)
        };
        self.lines.iter().map(after).collect()
    }
}

impl ToldLine {
    fn cents(&self) -> i64 {
        self.cents
    }
}

/// Statements of up to so many lines: few days and few amounts, so that equal lines come about.
pub(super) fn told(lines_max: usize) -> impl Strategy<Value = Told> {
    let cents = prop_oneof![
        4 => prop_oneof![Just(10_00), Just(-10_00), Just(20_00)],
        2 => -100_000_00..100_000_00_i64,
        1 => Just(0),
        1 => Just(1_234_567_89),
    ];
    let word = "[A-Za-z0-9éèàôç&<>'\",;:/.+-]{1,9}";
    let label = prop::collection::vec(word, 1..6).prop_map(|words| words.join(" "));
    let line = (0..4_i32, cents, label, "[A-Z]{3}[0-9]{6}");
    (-100_000_00..100_000_00_i64, prop::collection::vec(line, 0..=lines_max)).prop_map(|(opening, lines)| {
        let mut day = "2026-01-30".parse::<Date>().unwrap().days_since_epoch();
        let lines = lines.into_iter().map(|(later, cents, label, reference)| {
            day += later;
            ToldLine { date: Date::from_days_since_epoch(day).unwrap(), cents, label, reference }
        });
        Told { opening, lines: lines.collect() }
    })
}

pub(super) fn figure(cents: i64, decimal: char, thousands: &str) -> String {
    let plain = Euros::from_cents(cents.abs()).to_string();
    let (whole, decimals) = plain.split_once('.').unwrap();
    let mut grouped = String::new();
    for (nth, digit) in whole.chars().enumerate() {
        if nth > 0 && (whole.len() - nth).is_multiple_of(3) {
            grouped.push_str(thousands);
        }
        grouped.push(digit);
    }
    format!("{}{grouped}{decimal}{decimals}", if cents < 0 { "-" } else { "" })
}

const MONTHS: [&str; 12] =
    ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];

fn french(date: Date) -> String {
    let civil = date.civil();
    format!("{} {} {}", civil.day(), MONTHS[usize::try_from(civil.month() - 1).unwrap()], civil.year())
}

pub(super) fn dated(date: Date, pattern: &str) -> String {
    jiff::fmt::strtime::format(pattern, date.civil()).unwrap()
}

pub(super) fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(letter).unwrap()).collect()
}

/// Newest first, Latin-1.
pub(super) fn nef(told: &Told) -> Vec<u8> {
    let (from, to) = told.days();
    let mut text = format!(
        "\"Compte\",\"Fonds de garantie\"\r\n\"Numéro de compte\",\"00012345678\"\r\n\
         \"Période\",\"du {} au {}\"\r\n\"Devise\",\"EUR\"\r\n\r\n\
         \"Date opération\",\"Date Valeur\",\"Référence\",\"Montant\",\"Solde\",\"Libellé\"\r\n",
        french(from),
        french(to)
    );
    for (line, balance) in told.balanced().into_iter().rev() {
        text += &format!(
            "\"{0}\",\"{0}\",\"{1}\",\"{2}\",\"{3}\",\"{4}\"\r\n",
            french(line.date),
            line.reference,
            figure(line.cents, ',', "."),
            figure(balance, ',', "\u{a0}"),
            line.label.replace('"', "\"\"")
        );
    }
    latin(&text)
}

/// Oldest first, without quotes, UTF-8.
pub(super) fn mutuel(told: &Told) -> Vec<u8> {
    let mut text = "Date;Date de valeur;Débit;Crédit;Libellé;Solde\n".to_owned();
    for (line, balance) in told.balanced() {
        let amount = figure(line.cents, ',', " ");
        let (debit, credit) = if line.cents < 0 { (amount, String::new()) } else { (String::new(), amount) };
        let label = line.label.replace(['"', ';'], "_");
        let date = dated(line.date, "%d/%m/%Y");
        text += &format!("{date};{date};{debit};{credit};{label};{}\n", figure(balance, ',', " "));
    }
    text.into_bytes()
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// OFX 1 with an unknown group and an unknown value in each transaction, Windows-1252.
pub(super) fn ofx(told: &Told) -> Vec<u8> {
    let (from, to) = told.days();
    let day = |date: Date| dated(date, "%Y%m%d");
    let mut text = format!(
        "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\n\r\n\
         <OFX>\r\n<BANKMSGSRSV1>\r\n<STMTTRNRS>\r\n<STMTRS>\r\n<CURDEF>EUR\r\n<BANKACCTFROM>\r\n<BANKID>21570\r\n\
         <BRANCHID>00001\r\n<ACCTID>00012345678\r\n<ACCTTYPE>CHECKING\r\n</BANKACCTFROM>\r\n<BANKTRANLIST>\r\n\
         <DTSTART>{}\r\n<DTEND>{}\r\n",
        day(from),
        day(to)
    );
    for line in &told.lines {
        let name: String = line.label.chars().take(32).collect();
        text += &format!(
            "<STMTTRN>\r\n<TRNTYPE>OTHER\r\n<DTPOSTED>{}\r\n<X.GROUP>\r\n<TRNAMT>9.99\r\n</X.GROUP>\r\n<X.EMPTY>\r\n\
             <TRNAMT>{}\r\n<FITID>{}\r\n<NAME>{}\r\n<MEMO>{}\r\n</STMTTRN>\r\n",
            day(line.date),
            figure(line.cents, '.', ""),
            line.reference,
            escaped(name.trim()),
            escaped(&line.label)
        );
    }
    text += &format!(
        "</BANKTRANLIST>\r\n<LEDGERBAL>\r\n<BALAMT>{}\r\n<DTASOF>{}\r\n</LEDGERBAL>\r\n</STMTRS>\r\n</STMTTRNRS>\r\n\
         </BANKMSGSRSV1>\r\n</OFX>\r\n",
        figure(told.closing(), '.', ""),
        day(to)
    );
    latin(&text)
}

/// With the elements of a recent version, and what a reader does not need.
pub(super) fn camt(told: &Told) -> Vec<u8> {
    let (from, to) = told.days();
    let signed = |cents: i64| {
        let direction = if cents < 0 { "DBIT" } else { "CRDT" };
        format!("<Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>{direction}</CdtDbtInd>", figure(cents.abs(), '.', ""))
    };
    let balance = |kind: &str, cents: i64, day: Date| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{}<Dt><Dt>{day}</Dt></Dt></Bal>\n",
            signed(cents)
        )
    };
    let mut text = format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n<n:Document xmlns:n=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\
         <n:BkToCstmrStmt><n:GrpHdr><n:MsgId>M</n:MsgId></n:GrpHdr>\n<n:Stmt><n:Id>S</n:Id><n:FrToDt><n:FrDtTm>{from}T00:00:00\
         </n:FrDtTm><n:ToDtTm>{to}T23:59:59</n:ToDtTm></n:FrToDt>\
         <n:Acct><n:Id><n:IBAN>FR7621570000010001234567870</n:IBAN></n:Id><n:Ccy>EUR</n:Ccy></n:Acct>\n"
    );
    text += &balance("OPBD", told.opening, from);
    text += &balance("CLBD", told.closing(), to);
    text += &balance("CLAV", told.closing() + 1, to);
    for line in &told.lines {
        text += &format!(
            "<Ntry><NtryRef>{0}</NtryRef>{1}<Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>{2}T01:00:00+02:00</DtTm></BookgDt>\
             <ValDt><Dt>{2}</Dt></ValDt><AcctSvcrRef>{0}</AcctSvcrRef><Chrgs><Rcrd><Amt Ccy=\"EUR\">0.10</Amt></Rcrd></Chrgs>\
             <NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy=\"USD\">1.00</Amt>\
             <RmtInf><Ustrd>{3}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n",
            line.reference,
            signed(line.cents),
            line.date,
            escaped(&line.label)
        );
    }
    text += "</n:Stmt></n:BkToCstmrStmt></n:Document>\n";
    // What has no prefix here has it in a file.
    let prefixed = text.replace("<n:", "\u{1}").replace("</n:", "\u{2}").replace("<?", "\u{3}");
    let prefixed = prefixed.replace("</", "</n:").replace('<', "<n:").replace("<n:/n:", "</n:");
    prefixed.replace('\u{1}', "<n:").replace('\u{2}', "</n:").replace('\u{3}', "<?").into_bytes()
}

/// Latin-1.
pub(super) fn cfonb(told: &Told) -> Vec<u8> {
    let (from, to) = told.days();
    let amount = |cents: i64| {
        let digits = format!("{:014}", cents.abs());
        let (rest, last) = digits.split_at(13);
        let last: usize = last.parse().unwrap();
        let marks = if cents < 0 { "}JKLMNOPQR" } else { "{ABCDEFGHI" };
        format!("{rest}{}", &marks[last..=last])
    };
    let record = |code: &str, date: Date, middle: &str, rest: &str| {
        let date = dated(date, "%d%m%y");
        format!("{code}21570    00001EUR2 0001234567805{date}{middle}{rest}\r\n")
    };
    let mut text = record("01", from, &" ".repeat(50), &format!("{}{:16}", amount(told.opening), ""));
    for line in &told.lines {
        let start: String = line.label.chars().take(31).collect();
        let middle = format!("  {}{start:31}  0000001  ", dated(line.date, "%d%m%y"));
        text += &record("04", line.date, &middle, &format!("{}{:16}", amount(line.cents), line.reference));
        let whole = format!("     LIB{:70}  ", line.label);
        text += &record("05", line.date, &whole, "");
    }
    text += &record("07", to, &" ".repeat(50), &format!("{}{:16}", amount(told.closing()), ""));
    latin(&text)
}
