//! Every variant of every format, as strict as a reader that others wrote may want it. `.ci/statements` has such readers read
//! them.

#![allow(clippy::format_push_string, reason = "short is better than quick here")]

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::round::{expected, found};
use super::write::{self, Told, camt, cfonb, dated, escaped, figure, latin};
use crate::money::Euros;
use crate::statement::{How, read};

/// How many statements are written.
const STATEMENTS: usize = 16;

/// The names of the files that tell this, with their bytes.
fn variants(told: &Told) -> Vec<(&'static str, Vec<u8>)> {
    let of_1252 = "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\n\
                   COMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n";
    let of_utf_8 = of_1252.replace("USASCII", "UTF-8").replace("1252", "NONE");
    let of_xml = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<?OFX OFXHEADER=\"200\" VERSION=\"211\" \
                  SECURITY=\"NONE\" OLDFILEUID=\"NONE\" NEWFILEUID=\"NONE\"?>\n";
    let version_8 = String::from_utf8(camt(told)).unwrap();
    let plain = version_8.replace("<n:", "<").replace("</n:", "</").replace("xmlns:n=", "xmlns=");
    let version_2 =
        plain.replace("053.001.08", "053.001.02").replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>");
    let records = cfonb(told);
    let unix = records.iter().copied().filter(|byte| *byte != b'\r').collect();
    vec![
        ("ofx-1-1252.ofx", latin(&(of_1252.to_owned() + &ofx(told, false)))),
        ("ofx-1-utf-8.ofx", (of_utf_8 + &ofx(told, false)).into_bytes()),
        ("ofx-2.ofx", (of_xml.to_owned() + &ofx(told, true)).into_bytes()),
        ("camt-02.xml", version_2.into_bytes()),
        ("camt-08.xml", plain.clone().into_bytes()),
        ("camt-13.xml", plain.replace("053.001.08", "053.001.13").into_bytes()),
        ("camt-08-prefix.xml", version_8.into_bytes()),
        ("cfonb-dos.txt", records),
        ("cfonb-unix.txt", unix),
    ]
}

/// OFX with all that its standard asks for, its values closed or not.
fn ofx(told: &Told, closed: bool) -> String {
    let value = |name: &str, text: &str| {
        let end = if closed { format!("</{name}>") } else { String::new() };
        format!("<{name}>{text}{end}\r\n")
    };
    let (from, to) = told.days();
    let (from, to) = (dated(from, "%Y%m%d"), dated(to, "%Y%m%d"));
    let status = format!("<STATUS>\r\n{}{}</STATUS>\r\n", value("CODE", "0"), value("SEVERITY", "INFO"));
    let mut text = format!(
        "<OFX>\r\n<SIGNONMSGSRSV1>\r\n<SONRS>\r\n{status}{}{}</SONRS>\r\n</SIGNONMSGSRSV1>\r\n<BANKMSGSRSV1>\r\n<STMTTRNRS>\r\n\
         {}{status}<STMTRS>\r\n{}<BANKACCTFROM>\r\n{}{}{}{}</BANKACCTFROM>\r\n<BANKTRANLIST>\r\n{}{}",
        value("DTSERVER", &to),
        value("LANGUAGE", "FRA"),
        value("TRNUID", "1"),
        value("CURDEF", "EUR"),
        value("BANKID", "21570"),
        value("BRANCHID", "00001"),
        value("ACCTID", "00012345678"),
        value("ACCTTYPE", "CHECKING"),
        value("DTSTART", &from),
        value("DTEND", &to)
    );
    for line in &told.lines {
        text += "<STMTTRN>\r\n";
        text += &value("TRNTYPE", "OTHER");
        text += &value("DTPOSTED", &dated(line.date, "%Y%m%d"));
        text += &value("TRNAMT", &figure(line.cents, '.', ""));
        text += &value("FITID", &line.reference);
        text += &value("NAME", escaped(line.label.chars().take(32).collect::<String>().trim()).as_str());
        text += &value("MEMO", &escaped(&line.label));
        text += "</STMTTRN>\r\n";
    }
    text += &format!(
        "</BANKTRANLIST>\r\n<LEDGERBAL>\r\n{}{}</LEDGERBAL>\r\n</STMTRS>\r\n</STMTTRNRS>\r\n</BANKMSGSRSV1>\r\n</OFX>\r\n",
        value("BALAMT", &figure(told.closing(), '.', "")),
        value("DTASOF", &to)
    );
    text
}

#[test]
fn statements_of_every_variant_are_written_and_read() {
    let folder = std::env::var_os("AIGA_STATEMENTS");
    let mut runner = TestRunner::deterministic();
    for nth in 0..STATEMENTS {
        let told = write::told(12).new_tree(&mut runner).unwrap().current();
        for (name, bytes) in variants(&told) {
            let statement =
                read(&bytes, How::default()).unwrap_or_else(|error| panic!("{nth}, {name}: {error}"));
            assert_eq!(found(&statement), expected(&told), "{nth}, {name}");
            assert_eq!(statement.closing, Some(Euros::from_cents(told.closing())), "{nth}, {name}");
            if let Some(folder) = &folder {
                std::fs::write(std::path::Path::new(folder).join(format!("{nth:02}-{name}")), bytes).unwrap();
            }
        }
    }
}
