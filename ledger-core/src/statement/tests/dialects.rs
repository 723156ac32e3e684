//! Guards against: a statement refused, or read otherwise, because a bank writes its format in its own way.

use super::build::{ofx_of_april, transaction};
use crate::money::Euros;
use crate::statement::{Format, How, Profile, Statement, read};

fn text(text: &str) -> Statement {
    read(text.as_bytes(), How::default()).unwrap()
}

fn amounts(statement: &Statement) -> Vec<i64> {
    statement.lines.iter().map(|line| line.fingerprint.amount.cents()).collect()
}

#[test]
fn la_nef_with_other_columns_letters_and_ends_of_lines() {
    let csv = "\u{feff}Relevé\rLibellé,SOLDE,Montant,reference,date valeur,Date operation\r\
               \"un, deux\n\"\"trois\"\"\",\"1 234,50\",\"+1\u{202f}234,50\",R,1er août 2026,28 aout 2026\r";
    let statement = text(csv);
    assert_eq!(amounts(&statement), [1_234_50]);
    let line = &statement.lines[0];
    assert_eq!(
        (line.label.as_str(), line.references.as_slice()),
        ("un, deux \"trois\"", &["R".to_owned()][..])
    );
    assert_eq!(line.value_date.unwrap().to_string(), "2026-08-01");
    assert_eq!(statement.opening, Some(Euros::ZERO));
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(csv.encode_utf16().skip(1).flat_map(u16::to_le_bytes)).collect();
    assert_eq!(read(&wide, How::default()).unwrap(), statement);
}

#[test]
fn a_label_may_speak_of_encodings() {
    let csv = "Date opération,Date Valeur,Référence,Montant,Solde,Libellé\n\
               1 mai 2026,1 mai 2026,R,\"1,00\",\"1,00\",encoding=ebcdic charset:x\n";
    assert_eq!(text(csv).lines.len(), 1);
}

#[test]
fn tags_of_ofx_may_be_in_small_letters_here_and_there() {
    let ofx = ofx_of_april(&transaction("20260410", "1.00", "<MEMO>a small"), "");
    let mixed = ofx.replace("STMTTRN>", "StmtTrn>").replace("<MEMO>", "<memo>");
    assert_eq!(text(&mixed), text(&ofx));
    assert_eq!(text(&mixed).lines[0].label, "N a small");
}

#[test]
fn an_account_of_securities_beside_is_passed_over() {
    let ofx = ofx_of_april(&transaction("20260410", "1.00", ""), "");
    let securities = "<INVSTMTMSGSRSV1><INVSTMTRS><CURDEF>EUR<INVTRANLIST><INVBANKTRAN>\n\
                      <STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260411<TRNAMT>7.00</STMTTRN></INVBANKTRAN></INVTRANLIST>\
                      </INVSTMTRS></INVSTMTMSGSRSV1>";
    let both = ofx.replace("</OFX>", &format!("{securities}</OFX>"));
    assert_eq!(text(&both), text(&ofx));
    let cut = both.replace("</INVSTMTRS>", "");
    assert_eq!(read(cut.as_bytes(), How::default()).unwrap_err().code(), "truncated");
}

#[test]
fn the_order_is_found_out_and_not_assumed() {
    let header = "Date opération,Date Valeur,Référence,Montant,Solde,Libellé\n";
    let row = |day: u8, amount: &str, balance: &str, label: &str| {
        format!("{day} août 2026,{day} août 2026,R,\"{amount}\",\"{balance}\",{label}\n")
    };
    let labels = |csv: &str| text(csv).lines.into_iter().map(|line| line.label).collect::<Vec<_>>();
    let (one, two) = (row(1, "5,00", "6,00", "one"), row(1, "2,00", "8,00", "two"));
    assert_eq!(labels(&format!("{header}{one}{two}")), ["one", "two"], "oldest first, by the balances");
    assert_eq!(labels(&format!("{header}{two}{one}")), ["one", "two"], "newest first, by the balances");
    // Balances that run either way: the dates tell.
    let (one, two) = (row(1, "5,00", "5,00", "one"), row(2, "-5,00", "0,00", "two"));
    assert_eq!(labels(&format!("{header}{one}{two}")), ["one", "two"]);
    assert_eq!(labels(&format!("{header}{two}{one}")), ["one", "two"]);
    // And where nothing tells, La Nef writes the newest first.
    let (one, two) = (row(1, "5,00", "5,00", "one"), row(1, "-5,00", "0,00", "two"));
    assert_eq!(labels(&format!("{header}{two}{one}")), ["one", "two"]);
}

#[test]
fn equal_lines_are_counted_from_the_oldest() {
    let camt =
        "<Document><BkToCstmrStmt><Stmt><Acct><Id><IBAN>FR7621570000010001234567870</IBAN></Id></Acct>";
    let entry = |day: u8, label: &str| {
        format!(
            "<Ntry><Amt Ccy='EUR'>10</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-08-{day:02}</Dt>\
             </BookgDt><AddtlNtryInf>{label}</AddtlNtryInf></Ntry>"
        )
    };
    let entries = [entry(2, "c"), entry(1, "b"), entry(1, "a")].concat();
    let statement = text(&format!("{camt}{entries}</Stmt></BkToCstmrStmt></Document>"));
    let lines = statement.lines.iter().map(|line| (line.label.as_str(), line.fingerprint.nth));
    assert_eq!(lines.collect::<Vec<_>>(), [("a", 1), ("b", 2), ("c", 1)]);
}

#[test]
fn ofx_as_french_banks_write_it() {
    let ofx = |currency: &str, amount: &str| {
        format!(
            "OFXHEADER:100\nENCODING:USASCII\nCHARSET:1252\n<OFX><STMTRS>\n{currency}\n<BANKACCTFROM><BANKID>21570\
             <BRANCHID>00001<ACCTID>00012345678</BANKACCTFROM><BANKTRANLIST><DTSTART>20260801<DTEND>20260828\n\
             <STMTTRN><TRNTYPE><DTPOSTED>20260828120000.000[+2:CEST]<TRNAMT>{amount}<FITID>0001<CHECKNUM>0001<NAME>Int\u{e9}r\u{ea}ts\
             <MEMO></STMTTRN></BANKTRANLIST><BANKTRANLISTP><STMTTRNP><TRNAMT>7.00</STMTTRNP></BANKTRANLISTP>\
             <LEDGERBAL><BALAMT>+1,00<DTASOF>20260830</LEDGERBAL></STMTRS></OFX>"
        )
    };
    for currency in ["<CURDEF>EUR", "<CURDEF>EUR</CURDEF>", "<CURDEF EUR>", "CURDEF EUR", "CURDEF>EUR"] {
        for (amount, cents) in [("-12,5", -12_50), ("-12.50", -12_50), ("+12.50000", 12_50), ("12", 12_00)] {
            let latin: Vec<u8> =
                ofx(currency, amount).chars().map(|letter| u8::try_from(letter).unwrap()).collect();
            let statement = read(&latin, How::default()).unwrap();
            assert_eq!(amounts(&statement), [cents], "{currency}");
            assert_eq!(statement.lines[0].label, "Intérêts");
            assert_eq!(statement.lines[0].references, ["0001"]);
            assert_eq!(statement.ledger_balance.unwrap().on.to_string(), "2026-08-30");
        }
    }
}

#[test]
fn ofx_2_is_xml() {
    let ofx = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?OFX OFXHEADER=\"200\" VERSION=\"211\"?>\n<OFX><BANKMSGSRSV1>\
               <STMTTRNRS><STMTRS><CURDEF>EUR</CURDEF><BANKACCTFROM><ACCTID>FR7621570000010001234567870</ACCTID></BANKACCTFROM>\
               <BANKTRANLIST><DTSTART>20260801</DTSTART><DTEND>20260828</DTEND><STMTTRN><TRNTYPE>CREDIT</TRNTYPE>\
               <DTPOSTED>20260828</DTPOSTED><DTAVAIL>20260829</DTAVAIL><TRNAMT>1.00</TRNAMT><FITID>1</FITID>\
               <PAYEE><NAME>Dupont &amp; Fils</NAME><CITY>Alès</CITY></PAYEE><BANKACCTTO><ACCTID>9</ACCTID></BANKACCTTO>\
               <!-- 7 --><MEMO/></STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>";
    let statement = text(ofx);
    assert_eq!((statement.format, statement.closing), (Format::Ofx, None));
    assert_eq!(statement.account.unwrap().matches("FR76 2157 0000 0100 0123 4567 870"), Some(true));
    let line = &statement.lines[0];
    assert_eq!((line.label.as_str(), line.fingerprint.amount.cents()), ("Dupont & Fils", 1_00));
    assert_eq!(line.value_date.unwrap().to_string(), "2026-08-29");
}

#[test]
fn camt_with_reversals_batches_and_what_is_not_booked() {
    let camt = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<Document><BkToCstmrStmt><Stmt><Id>1</Id>\
        <Acct><Id><Othr><Id>00012345678</Id></Othr></Id></Acct>\
        <Bal><Tp><CdOrPrtry><Cd>PRCD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">5.0</Amt><CdtDbtInd>DBIT</CdtDbtInd></Bal>\
        <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">15.000</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>\
        <Ntry><Amt Ccy=\"EUR\">20</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>true</RvslInd><Sts><Cd>BOOK</Cd></Sts>\
        <BookgDt><Dt>2026-08-28Z</Dt></BookgDt><NtryDtls>\
        <TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy=\"USD\">22</Amt></TxAmt></AmtDtls>\
        <RltdPties><Dbtr><Pty><Nm>\u{c9}lodie</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>one</Ustrd><Ustrd>two</Ustrd></RmtInf></TxDtls>\
        <TxDtls><Refs><EndToEndId>E2</EndToEndId></Refs><RmtInf><Ustrd><![CDATA[<R&D>]]></Ustrd></RmtInf></TxDtls></NtryDtls>\
        <AddtlNtryInf>rejet &#233;mis</AddtlNtryInf></Ntry>\
        <Ntry><Amt Ccy=\"EUR\">x</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts></Ntry>\
        <Ntry><Amt Ccy=\"EUR\">7</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>INFO</Cd></Sts></Ntry>\
        </Stmt></BkToCstmrStmt></Document>";
    let latin: Vec<u8> = camt.chars().map(|letter| u8::try_from(letter).unwrap()).collect();
    let statement = read(&latin, How::default()).unwrap();
    assert_eq!(amounts(&statement), [20_00], "the indicator is the direction of the reversal itself");
    assert_eq!(statement.opening, Some(Euros::from_cents(-5_00)));
    assert_eq!((statement.pending, statement.period), (2, None));
    let line = &statement.lines[0];
    assert_eq!(line.label, "Élodie one two <R&D> rejet émis");
    assert_eq!(line.references, ["E1", "E2"]);
}

#[test]
fn cfonb_with_blanks_trimmed_and_what_completes_a_movement() {
    let opening = format!("0121570    00001     00012345678  010180{:50}0000000000000{{", "");
    let movement = format!(
        "0421570    00001EUR1 0001234567805280826  {:6}{:31}{:11}0000000000123{{REF1",
        "", "VIREMENT", ""
    );
    let rest = |qualifier: &str, text: &str| {
        format!("0521570    00001EUR2 0001234567805280826     {qualifier}{text}")
    };
    let closing = format!("0721570    00001     00012345678  280826{:50}0000000001230{{", "");
    let lines = [opening, movement, rest("LIB", "VIREMENT SEPA élan"), rest("RCN", "FACTURE 12"), closing];
    for text in [lines.join("\n"), lines.join("\r\n") + "\r\n", lines.join("\r")] {
        for bytes in
            [text.clone().into_bytes(), text.chars().map(|letter| u8::try_from(letter).unwrap()).collect()]
        {
            let statement = read(&bytes, How::default()).unwrap();
            let line = &statement.lines[0];
            assert_eq!((line.fingerprint.amount.cents(), line.value_date), (123_00, None));
            assert_eq!(line.label, "VIREMENT SEPA élan FACTURE 12");
            assert_eq!(line.references, ["REF1", "FACTURE 12"]);
            assert_eq!(statement.period.unwrap().0.to_string(), "1980-01-02");
        }
    }
}

#[test]
fn the_exports_of_other_banks_are_read_by_their_profiles() {
    let asked = |name: &str| How { profile: Profile::named(name), ..How::default() };
    let mutuel = "Date;Date de valeur;Débit;Crédit;Libellé;Solde\n\
                  01/08/2026;01/08/2026;;1 500,00;VIR LA NEF;1 500,00\n02/08/2026;03/08/2026;-12,50;;FRAIS;1 487,50\n";
    let statement = read(mutuel.as_bytes(), asked("credit-mutuel")).unwrap();
    assert_eq!((amounts(&statement), statement.opening), (vec![1_500_00, -12_50], Some(Euros::ZERO)));
    let bpce = "Numéro de compte : 00012345678;;;;;;;;;;;;\n\
                Date de comptabilisation;Libelle simplifie;Libelle operation;Reference;Informations complementaires;Type operation;\
                Categorie;Sous categorie;Debit;Credit;Date operation;Date de valeur;Pointage operation\n\
                02/08/2026;FRAIS;FRAIS;A2;;Frais;;;-12,50;;02/08/2026;02/08/2026;0\n\
                01/08/2026;VIR;VIR SEPA X;A1;swap-1;Virement;;;;+1500,00;01/08/2026;01/08/2026;0\n";
    for name in ["caisse-epargne", "credit-cooperatif"] {
        let statement = read(bpce.as_bytes(), asked(name)).unwrap();
        assert_eq!((amounts(&statement), statement.closing), (vec![1_500_00, -12_50], None));
        assert_eq!(
            (statement.format, statement.lines[0].references.as_slice()),
            (Format::Csv, &["A1".to_owned()][..])
        );
        assert!(statement.lines[0].label.ends_with("VIR SEPA X swap-1"));
        assert_eq!(statement.account.unwrap().number.as_deref(), Some("00012345678"));
    }
}

#[test]
fn columns_without_names_are_numbered() {
    let profile = "delimiter = \"\\t\"\ndate_format = \"%Y-%m-%d\"\ndecimal = \".\"\nskip = 1\npositive_is_debit = true\n\
                   [columns]\ndate = 1\namount = 2\ncurrency = 3\nlabel = [4, 5]\n";
    let profile = Profile::from_toml(profile).unwrap();
    let how = How { profile: Some(&profile), ..How::default() };
    let statement = read(b"anything\n2026-08-01\t-10.00\tEUR\ta\tb\n2026-08-02\t5\tEUR\tc\t\n", how).unwrap();
    assert_eq!(amounts(&statement), [10_00, -5_00]);
    assert_eq!(statement.lines[0].label, "a b");
    assert!(read(b"anything\n", how).unwrap().lines.is_empty());
    assert_eq!(read(b"\n2026-08-01\t1\tCHF\ta\tb\n", how).unwrap_err().code(), "wrong_currency");
    assert_eq!(read(b"\n2026-08-01\t1\tEUR\ta\n", how).unwrap_err().code(), "wrong_columns");
}
