//! Guards against a field without an end: what takes the square of its length, or memory many times the file.

use super::Desk;

const MIB: usize = 1 << 20;

fn ofx(memo: &str, more: &str) -> String {
    format!(
        "OFXHEADER:100\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>21570<ACCTID>123</BANKACCTFROM>\
         <BANKTRANLIST><STMTTRN><DTPOSTED>20260302<TRNAMT>1.00<FITID>1<MEMO>{memo}{more}</STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS>\
         </BANKMSGSRSV1></OFX>\n"
    )
}

fn camt(amount: &str, words: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><Stmt><Id>1</Id>\
         <Acct><Id><Othr><Id>123456</Id></Othr></Id></Acct><Ntry><Amt {amount}>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>\
         <BookgDt><Dt>2026-03-02</Dt></BookgDt><NtryDtls><TxDtls><RmtInf>{words}</RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"
    )
}

fn csv(label: &str) -> String {
    format!(
        "\"Numéro de compte\",\"123\"\n\"Date opération\",\"Date Valeur\",\"Référence\",\"Montant\",\"Solde\",\"Libellé\"\n\"2 mars 2026\",\"2 mars 2026\",\"R\",\"1,00\",\"1,00\",\"{label}\"\n"
    )
}

fn cfonb(completing: usize) -> String {
    let record = |code: &str, amount: &str| {
        format!(
            "{code}21570    00001EUR2 00012345678  020326  020326{:31} 0000000{amount:0>14}{:16}\n",
            "LABEL", "REF"
        )
    };
    let record = |code: &str, amount: &str| {
        let mut line: Vec<char> = record(code, "").chars().take(90).collect();
        line.resize(90, ' ');
        let line: String = line.into_iter().collect();
        format!("{line}{amount:0>14}{:16}\n", "")
    };
    let more = (0..completing)
        .map(|number| format!("0521570    00001EUR2 00012345678  020326     RCN{number:<70}  \n"));
    format!(
        "{}{}{}{}",
        record("01", "{"),
        record("04", "10{"),
        more.collect::<Vec<_>>().concat(),
        record("07", "10{")
    )
}

#[test]
fn a_label_of_fifty_megabytes_is_refused_by_name_and_in_time() {
    let desk = Desk::with_season();
    let long = "REMISE BORD-0001 ".repeat(50 * MIB / 17);
    let cases = [
        ("memo.ofx", ofx(&long, ""), "field_too_long"),
        ("name.ofx", ofx("x", &format!("<NAME>{long}")), "field_too_long"),
        ("entities.ofx", ofx(&"&amp;".repeat(10 * MIB), ""), "field_too_long"),
        ("tags.ofx", ofx("x", &"<A>b".repeat(10 * MIB)), "malformed"),
        ("words.xml", camt("Ccy=\"EUR\"", &format!("<Ustrd>{long}</Ustrd>")), "field_too_long"),
        ("parts.xml", camt("Ccy=\"EUR\"", &"<Ustrd>ab</Ustrd>".repeat(3 * MIB)), ""),
        (
            "many.xml",
            camt(
                "Ccy=\"EUR\"",
                &(0..2 * MIB).map(|n| format!("<Ustrd>{n}</Ustrd>")).collect::<Vec<_>>().concat(),
            ),
            "field_too_long",
        ),
        (
            "attributes.xml",
            camt(&(0..2 * MIB).map(|n| format!("a{n}=\"\" ")).collect::<Vec<_>>().concat(), ""),
            "missing_field",
        ),
        ("deep.xml", camt("Ccy=\"EUR\"", &"<A>".repeat(10 * MIB)), "malformed"),
        ("label.csv", csv(&long), "field_too_long"),
        ("quotes.csv", csv(&"\"\"".repeat(20 * MIB)), "field_too_long"),
        ("commas.csv", format!("{}\n", ",".repeat(50 * MIB)), "malformed"),
        ("references.txt", cfonb(400_000), "field_too_long"),
        ("account.csv", csv("x").replacen("123", &"9".repeat(40 * MIB), 1), "field_too_long"),
    ];
    for (name, bytes, code) in cases {
        let file = desk.file(name, bytes);
        for command in ["show", "reconcile"] {
            let words =
                if command == "show" { &["statement", "show", &file][..] } else { &["reconcile", &file] };
            let said = desk.bounded(words);
            assert!(said.err.len() < 4096, "{name}: {} bytes", said.err.len());
            if !code.is_empty() {
                assert!(said.code == 1, "{name}: {}{}", said.code, said.err);
                // A tag that is not closed is a file cut off.
                assert!(said.err.contains(code) || said.err.contains("truncated"), "{name}: {}", said.err);
            }
        }
        std::fs::remove_file(&file).unwrap();
    }
}

#[test]
fn a_label_of_sixty_four_kibibytes_is_read_and_shown_short() {
    let desk = Desk::new();
    let file = desk.file("long.csv", csv(&"é".repeat(32 * 1024)));
    let shown = desk.bounded(&["statement", "show", &file]).done();
    assert!(shown.out.len() < 4096 && shown.out.contains("éé…"), "{}", shown.out.len());
    let json = desk.bounded(&["statement", "show", &file, "--json"]).done().json();
    assert_eq!(json["lines"][0]["label"].as_str().unwrap().len(), 64 * 1024);
    let file = desk.file("long.csv", csv(&"é".repeat(32 * 1024 + 1)));
    desk.bounded(&["statement", "show", &file]).fails(1, &["field_too_long", "65538", "65536"]);
    desk.bounded(&["statement", "show", &file, "--lang", "fr"]).fails(1, &["65538 octets"]);
}
