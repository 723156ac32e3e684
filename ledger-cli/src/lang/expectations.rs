//! What a reader of statements expected and what it found, in French. The core tells both in words, of which these are all that come;
//! what is quoted, names of fields and accounts, figures and days stay as they are.

/// Words of the core beside those of French; what stands at `{}` is taken over.
const PHRASES: [(&str, &str); 54] = [
    ("a date such as {}", "une date comme {}"),
    ("a date as DDMMYY", "une date de la forme JJMMAA"),
    ("a date as DDMMYY, or blank", "une date de la forme JJMMAA, ou des espaces"),
    (
        "du … au … with two dates, the earlier first",
        "« du … au … » avec deux dates, la plus ancienne d'abord",
    ),
    ("{} or later", "{} ou après"),
    ("an amount such as {}", "un montant comme {}"),
    ("an amount of at most {}", "un montant de {} au plus"),
    ("an amount that is not below zero", "un montant qui n'est pas inférieur à zéro"),
    (
        "an amount with two decimals, for three could be thousands",
        "un montant à deux décimales, car trois pourraient être des milliers",
    ),
    ("an amount with at most two decimals", "un montant à deux décimales au plus"),
    ("an amount without a minus", "un montant sans signe moins"),
    (
        "an amount with a minus, for TRNTYPE is a debit",
        "un montant avec un signe moins, car TRNTYPE est un débit",
    ),
    (
        "an amount with a minus, as the debits before it",
        "un montant avec un signe moins, comme les débits précédents",
    ),
    (
        "an amount without a minus, as the debits before it",
        "un montant sans signe moins, comme les débits précédents",
    ),
    ("an amount in whole cents (it has 3 decimals)", "un montant en centimes entiers (il a 3 décimales)"),
    (
        "13 digits and one of { A–I (plus) or } J–R (minus)",
        "13 chiffres, puis { ou A à I (plus), ou } ou J à R (moins)",
    ),
    ("empty, because there is a debit of {}", "rien, puisqu'il y a un débit de {}"),
    ("{}, as many as there are", "{}, autant qu'il y en a"),
    ("{}, the sum of the entries", "{}, la somme des mouvements"),
    ("a digit from 0 to 3", "un chiffre de 0 à 3"),
    ("a whole number", "un nombre entier"),
    ("an account number", "un numéro de compte"),
    ("{}, as in the record 01", "{}, comme dans l'enregistrement 01"),
    ("a single value", "une seule valeur"),
    ("a single Ccy", "un seul Ccy"),
    ("the FITID of a single transaction", "le FITID d'une seule opération"),
    ("one of {}", "l'un de : {}"),
    ("CRDT or DBIT", "CRDT ou DBIT"),
    ("DELETE or REPLACE", "DELETE ou REPLACE"),
    ("BOOK, PDNG, INFO or FUTR", "BOOK, PDNG, INFO ou FUTR"),
    ("BOOKED or PENDING", "BOOKED ou PENDING"),
    ("a record 01, 04, 05 or 07", "un enregistrement 01, 04, 05 ou 07"),
    ("a record 07 that closes the account", "un enregistrement 07 qui clôt le compte"),
    ("a record {} before it", "un enregistrement {} avant lui"),
    ("a record of {} letters, and found {}", "un enregistrement de {} caractères ; trouvé : {}"),
    ("a record of {} letters", "un enregistrement de {} caractères"),
    ("a record {}", "un enregistrement {}"),
    ("{} letters", "{} caractères"),
    ("at most {} tags within {}", "{} balises au plus dans {}"),
    ("at most {} columns", "{} colonnes au plus"),
    ("{} columns, and found {}", "{} colonnes ; trouvé : {}"),
    ("more of them", "davantage"),
    ("a tag before the text", "une balise devant le texte"),
    ("a tag that is closed by >", "une balise fermée par >"),
    ("a tag that does not belong there", "une balise qui n'a rien à faire là"),
    ("<STMTTRN> within <BANKTRANLIST>", "<STMTTRN> dans <BANKTRANLIST>"),
    ("one <BANKTRANLIST>", "une seule <BANKTRANLIST>"),
    ("an entity of XML", "une entité de XML"),
    ("well-formed XML", "du XML bien formé"),
    ("the end of the document", "la fin du document"),
    (
        "a separator or the end of the line behind a closing quote",
        "un séparateur ou la fin de la ligne après un guillemet fermant",
    ),
    ("a closing quote", "un guillemet fermant"),
    ("the end of the line behind {}", "la fin de la ligne après {}"),
    ("the rest of a letter", "la suite d'un caractère"),
];

/// The same of encodings, of balances and of names.
const OTHERS: [(&str, &str); 15] = [
    ("UTF-8, Windows-1252 or ISO-8859-1", "UTF-8, Windows-1252 ou ISO-8859-1"),
    ("UTF-8 or Windows-1252", "UTF-8 ou Windows-1252"),
    ("text", "du texte"),
    ("the encoding {}", "l'encodage {}"),
    ("other bytes", "d'autres octets"),
    ("a byte of zero", "un octet nul"),
    ("the byte {}", "l'octet {}"),
    ("no balance", "aucun solde"),
    ("an account without a name", "un compte sans nom"),
    // Of what is open at the end of XML, in the words of its reader.
    ("its end ({}comment{})", "la fin d'un commentaire"),
    ("its end ({}CDATA{})", "la fin d'une section CDATA"),
    ("its end ({}DOCTYPE{})", "la fin d'une déclaration DOCTYPE"),
    ("its end ({}processing instruction{})", "la fin d'une instruction de traitement"),
    ("its end ({}attribute{})", "la fin de la valeur d'un attribut"),
    ("its end ({})", "la fin d'une balise"),
];

/// Words that stand alone.
const WORDS: [(&str, &str); 3] =
    [("empty", "vide"), ("nothing", "rien"), ("a private key", "une clé privée")];

/// Fields that the core names itself: those of CFONB behind the code of their record, two columns of which one is needed, and
/// others. A bank's own names stay.
const FIELDS: [(&str, &str); 9] = [
    ("{} account", "{} compte"),
    ("{} amount", "{} montant"),
    ("{} date", "{} date"),
    ("{} value date", "{} date de valeur"),
    ("{} decimals", "{} décimales"),
    ("account", "compte"),
    ("label", "libellé"),
    ("references", "références"),
    ("the line before the header", "la ligne avant les noms des colonnes"),
];

/// A field's name in French, where it is the core that names it.
pub fn french_field(told: &str) -> String {
    let of_record = |held: &[&str]| held.iter().all(|code| ["01", "04", "05", "07"].contains(code));
    let mut known = FIELDS
        .iter()
        .filter_map(|(english, french)| filled(french, &held(told, english).filter(|held| of_record(held))?));
    known.next().unwrap_or_else(|| told.replace(" or ", " ou "))
}

/// These words of the core in French; as they are where they are no words but a name, a figure or something quoted.
pub fn french_expectation(told: &str) -> String {
    known(told).unwrap_or_else(|| told.to_owned())
}

fn known(told: &str) -> Option<String> {
    let mut all = WORDS.iter().chain(&PHRASES).chain(&OTHERS);
    all.find_map(|(english, french)| filled(french, &held(told, english)?))
}

/// What stands at the holes of a phrase, if a text is one.
fn held<'a>(told: &'a str, phrase: &str) -> Option<Vec<&'a str>> {
    let mut pieces = phrase.split("{}");
    let mut rest = told.strip_prefix(pieces.next()?)?;
    let mut held = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        // The last piece is what the text ends with; what was quoted may hold any words.
        let at = if pieces.peek().is_none() {
            rest.len().checked_sub(piece.len()).filter(|_| rest.ends_with(piece))?
        } else {
            rest.find(piece)?
        };
        held.push(rest.get(..at)?);
        rest = rest.get(at + piece.len()..)?;
    }
    rest.is_empty().then_some(held)
}

/// A phrase with this at its holes.
fn filled(phrase: &str, held: &[&str]) -> Option<String> {
    let mut pieces = phrase.split("{}");
    let mut whole = pieces.next()?.to_owned();
    for (piece, held) in pieces.zip(held) {
        whole.push_str(held);
        whole.push_str(piece);
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use ledger_core::statement::{How, Profile, StatementError, read};

    use super::*;

    const OFX: &str = "OFXHEADER:100\nENCODING:USASCII\nCHARSET:1252\n\n<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM>\
        <BANKID>21570<ACCTID>00012345678</BANKACCTFROM><BANKTRANLIST><DTSTART>20260401<DTEND>20260430\n<STMTTRN>\
        <TRNTYPE>DEBIT<DTPOSTED>20260410<TRNAMT>-1.00<FITID>A<NAME>N</STMTTRN>\n<STMTTRN><DTPOSTED>20260411<TRNAMT>2.00\
        <FITID>B<CORRECTFITID>A<CORRECTACTION>REPLACE</STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>2.00<DTASOF>20260430\
        </LEDGERBAL></STMTRS></OFX>";
    const CAMT: &str = "<?xml version=\"1.0\"?><Document><!-- a --><BkToCstmrStmt><Stmt><Id>S</Id><FrToDt><FrDt>2026-04-01\
        </FrDt><ToDt>2026-04-30</ToDt></FrToDt><Acct><Id><IBAN>FR7621570000010001234567870</IBAN></Id></Acct>\n<Bal><Tp>\
        <CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal><TxsSummry>\
        <TtlNtries><NbOfNtries>1</NbOfNtries><Sum>1.00</Sum></TtlNtries></TxsSummry>\n<Ntry><Amt Ccy=\"EUR\">1.00</Amt>\
        <CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-04-10</Dt></BookgDt><AddtlNtryInf><![CDATA[a]]>&amp;\
        </AddtlNtryInf></Ntry><Ntry><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Prtry>PENDING</Prtry></Sts>\
        </Ntry></Stmt></BkToCstmrStmt></Document>";
    const NEF: &str = "\"Numéro de compte\",\"00012345678\"\n\"Période\",\"du 1 avril 2026 au 30 avril 2026\"\n\"Devise\",\"EUR\"\n\
        \"Date opération\",\"Date Valeur\",\"Référence\",\"Montant\",\"Solde\",\"Libellé\"\n\
        \"10 avr. 2026\",\"10 avr. 2026\",\"R\",\"1 050,00\",\"1 050,00\",\"L\"\n\"9 avr. 2026\",\"\",\"R\",\"0,00\",\"0,00\",\"L\"\n";
    const CIC: &str = "Date;Date de valeur;Débit;Crédit;Libellé;Solde\n09/04/2026;09/04/2026;-4,50;;FRAIS;95,50\n\
        10/04/2026;10/04/2026;;50,00;VIR;145,50\n11/04/2026;;-1,00;;F;144,50";
    const QONTO: &str = "Statut;Date de la valeur (UTC);Nom de la contrepartie;Montant total (TTC);Devise;Référence;Solde;IBAN du compte\n\
        Exécuté;10-04-2026 10:00:00;X;50,00;EUR;REF;150,00;FR7621570000010001234567870\n";

    fn cfonb() -> String {
        let record = |code: &str, day: &str, amount: &str| {
            format!("{code}21570    00001EUR2 00012345678  {day}  {:6}{:42}{amount}{:16}\n", "", "", "")
        };
        let (open, close) =
            (record("01", "310326", "0000000000100{"), record("07", "300426", "0000000000200A"));
        open + &record("04", "100426", "0000000000100A") + &record("05", "100426", "0000000000000{") + &close
    }

    /// A text that needs no words: quoted, a figure, a day, a tag, the name of an encoding.
    fn is_plain(text: &str) -> bool {
        text.starts_with('`') || !text.trim().contains(' ')
    }

    fn check(error: &StatementError, seen: &mut Vec<String>) {
        match error {
            StatementError::Malformed { expected, found, .. }
            | StatementError::BadField { expected, found, .. }
            | StatementError::PartsApart { expected, found, .. } => {
                told(expected, seen, error);
                told(found, seen, error);
            }
            StatementError::Encoding { expected, found, .. } => {
                told(expected, seen, error);
                told(found, seen, error);
            }
            StatementError::Truncated { expected, .. } => told(expected, seen, error),
            _ => {}
        }
    }

    fn told(text: &str, seen: &mut Vec<String>, error: &StatementError) {
        match known(text) {
            Some(french) => seen.push(french),
            None => assert!(is_plain(text) || text.ends_with(" €"), "{text} has no French, in: {error}"),
        }
    }

    /// The next of a series of numbers that look like chance and are the same each time.
    fn next(state: &mut u64, below: usize) -> usize {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((*state >> 33) % below as u64).unwrap()
    }

    /// Pieces that a damaged file may have.
    const PIECES: [&str; 20] = [
        "",
        "<",
        ">",
        "\"",
        "x",
        "-",
        "1,650",
        "1.234",
        "-1.00",
        "9",
        "\n",
        ";",
        "<a",
        "<!--",
        "<![CDATA[",
        "&x;",
        "99999999999999",
        "<BANKTRANLIST>",
        "<STMTTRN>",
        "\0",
    ];

    #[test]
    fn whatever_a_reader_of_statements_expects_and_finds_is_told_in_french() {
        let cfonb = cfonb();
        let bases: [(&str, Option<&str>); 6] = [
            (OFX, None),
            (CAMT, None),
            (&cfonb, None),
            (NEF, None),
            (CIC, Some("cic")),
            (QONTO, Some("qonto")),
        ];
        let (mut seen, mut state, mut refused) = (Vec::new(), 15_u64, 0);
        for (base, profile) in bases {
            let how = How { profile: profile.and_then(Profile::named), ..How::default() };
            read(base.as_bytes(), how).unwrap_or_else(|error| panic!("{error}: {base}"));
            for _ in 0..4000 {
                let mut bytes = base.as_bytes().to_vec();
                let at = next(&mut state, bytes.len());
                let end = (at + next(&mut state, 12)).min(bytes.len());
                bytes.splice(at..end, PIECES[next(&mut state, PIECES.len())].bytes());
                if next(&mut state, 8) == 0 {
                    bytes.truncate(at);
                }
                if let Err(error) = read(&bytes, how) {
                    refused += 1;
                    check(&error, &mut seen);
                }
            }
        }
        seen.sort();
        seen.dedup();
        assert!(refused > 5000 && seen.len() > 40, "{refused} refused, {} texts", seen.len());
    }

    #[test]
    fn a_phrase_keeps_what_it_holds() {
        for (english, french) in [
            ("empty, because there is a debit of 4,50", "rien, puisqu'il y a un débit de 4,50"),
            ("1, as many as there are", "1, autant qu'il y en a"),
            ("a record of 120 letters, and found 7", "un enregistrement de 120 caractères ; trouvé : 7"),
            ("at most 4096 tags within <STMTTRN>", "4096 balises au plus dans <STMTTRN>"),
            ("its end (tag not closed: `>` not found before end of input)", "la fin d'une balise"),
            ("</OFX>", "</OFX>"),
            ("`a record 01`", "`a record 01`"),
        ] {
            assert_eq!(french_expectation(english), french);
        }
        for (english, french) in [
            ("04 value date", "04 date de valeur"),
            ("label", "libellé"),
            ("Débit or Crédit", "Débit ou Crédit"),
            ("Date", "Date"),
            ("Posting date", "Posting date"),
        ] {
            assert_eq!(french_field(english), french);
        }
        for (english, french) in WORDS.iter().chain(&PHRASES).chain(&OTHERS).chain(&FIELDS) {
            assert!(english.matches("{}").count() >= french.matches("{}").count(), "{english}");
        }
    }
}
