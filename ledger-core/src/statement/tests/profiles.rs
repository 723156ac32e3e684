//! Guards the profiles that come with the program: an export as each bank is known to write it, and what it says.

use crate::statement::{How, Profile, Statement, StatementError, read};

/// A profile, an export in UTF-8, and its lines as `day amount label`, its closing balance, and what else it says.
const EXPORTS: [(&str, &str, &[&str], &str, &str); 8] = [
    (
        "credit-agricole",
        "\nTéléchargement du 30/04/2026;\n\n\nASSOCIATION LES GALETS\nCompte de Dépôt carte n° 00012345678;\n\
         Solde au 30/04/2026 1 234,56 €\n\nListe des opérations du compte entre le 01/04/2026 et le 30/04/2026;\n\n\
         Date;Libellé;Débit euros;Crédit euros;\n28/04/2026;\"VIREMENT EN VOTRE FAVEUR\nswap-0004\n\n\";;1 000,00;\n\
         02/04/2026;\"COTISATION\ntenue de compte\";6,50;;\n",
        &[
            "2026-04-02 -6.50 COTISATION tenue de compte",
            "2026-04-28 1000.00 VIREMENT EN VOTRE FAVEUR swap-0004",
        ],
        "1234.56",
        "00012345678 2026-04-01 2026-04-30",
    ),
    (
        "boursobank",
        "\u{feff}dateOp;dateVal;label;category;categoryParent;supplierFound;amount;comment;accountNum;accountLabel;accountbalance\n\
         2026-04-28;2026-04-29;\"VIR SEPA swap-0004\";\"Virements\";\"\";\"\";1 000,00;;00012345678;\"COMPTE\";1234.56\n\
         2026-04-02;2026-04-02;\"FRAIS\";\"Frais\";\"\";\"\";-6,50;;00012345678;\"COMPTE\";1234.56\n",
        &["2026-04-02 -6.50 FRAIS", "2026-04-28 1000.00 VIR SEPA swap-0004"],
        "-",
        "00012345678 - -",
    ),
    (
        "la-banque-postale",
        "Numéro Compte   ;0012345N030\nType         ;CCP\nCompte tenu en  ;euros\nDate            ;28/04/2026\n\
         Solde (EUROS)   ;+1234,56\n\nDate;Libellé;Montant(EUROS)\n28/04/2026;\"VIREMENT DE swap-0004\";+1000,00\n\
         02/04/2026;\"COTISATION\";-6,50\n",
        &["2026-04-02 -6.50 COTISATION", "2026-04-28 1000.00 VIREMENT DE swap-0004"],
        "1234.56",
        "0012345N030 - -",
    ),
    (
        "societe-generale",
        "=\"0000100012345678\";01/04/2026;30/04/2026;2;30/04/2026;1 234,56 EUR\n\n\
         Date de l'opération;Libellé;Détail de l'écriture;Montant de l'opération;Devise\n\
         28/04/2026;VIR RECU;VIR RECU swap-0004;1000,00;EUR\n02/04/2026;FRAIS;tenue de compte;-6,50;EUR\n",
        &["2026-04-02 -6.50 FRAIS tenue de compte", "2026-04-28 1000.00 VIR RECU VIR RECU swap-0004"],
        "1234.56",
        "0000100012345678 2026-04-01 2026-04-30",
    ),
    (
        "bnp-paribas",
        "Compte de chèques;Compte;****5678;30/04/2026;;1 234,56\n\n\
         Date operation;Libelle court;Type operation;Libelle operation;Montant operation en euro\n\
         28/04/2026;VIR;VIREMENT;VIR SEPA swap-0004;1000,00\n02/04/2026;FRAIS;FRAIS;TENUE DE COMPTE;-6,50\n",
        &["2026-04-02 -6.50 TENUE DE COMPTE", "2026-04-28 1000.00 VIR SEPA swap-0004"],
        "-",
        "- - -",
    ),
    (
        "cic",
        "Date;Date de valeur;Débit;Crédit;Libellé;Solde\n28/04/2026;28/04/2026;;1000,00;VIR swap-0004;1234,56\n\
         02/04/2026;02/04/2026;6,50;;FRAIS;234,56\n",
        &["2026-04-02 -6.50 FRAIS", "2026-04-28 1000.00 VIR swap-0004"],
        "1234.56",
        "- - -",
    ),
    (
        "banque-populaire",
        "Date de comptabilisation;Libelle simplifie;Libelle operation;Reference;Informations complementaires;Type operation;\
         Categorie;Sous categorie;Debit;Credit;Date operation;Date de valeur;Pointage operation\n\
         28/04/2026;VIR;VIR SEPA;R2;swap-0004;Virement;;;;+1000,00;28/04/2026;28/04/2026;0\n\
         02/04/2026;FRAIS;FRAIS;R1;;Frais;;;-6,50;;02/04/2026;02/04/2026;0\n",
        &["2026-04-02 -6.50 FRAIS", "2026-04-28 1000.00 VIR VIR SEPA swap-0004"],
        "-",
        "- - -",
    ),
    (
        "qonto",
        "Statut;Date de la valeur (UTC);Date de l'opération (UTC);Montant total (TTC);Débit;Crédit;Solde;Devise;IBAN du compte;\
         Nom de la contrepartie;Référence\n\
         Refusé;29-04-2026 08:00:00;29-04-2026 08:00:00;-9,00;9,00;;;EUR;FR7621570000010001234567870;BOUTIQUE;\n\
         Exécuté;28-04-2026 10:00:00;27-04-2026 22:30:00;1 000,00;;1 000,00;1 234,56;EUR;FR7621570000010001234567870;MARIE;swap-0004\n\
         Exécuté;02-04-2026 10:00:00;02-04-2026 09:00:00;-6,50;6,50;;234,56;EUR;FR7621570000010001234567870;Qonto;abonnement\n",
        &["2026-04-02 -6.50 Qonto", "2026-04-28 1000.00 MARIE"],
        "1234.56",
        "FR7621570000010001234567870 - -",
    ),
];

fn read_as(name: &str, text: &str) -> Result<Statement, StatementError> {
    read(text.as_bytes(), How { profile: Profile::named(name), ..How::default() })
}

#[test]
fn the_export_of_each_bank_is_read_by_its_profile() {
    for (name, text, lines, closing, says) in EXPORTS {
        let statement = read_as(name, text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found = statement
            .lines
            .iter()
            .map(|line| format!("{} {} {}", line.fingerprint.date, line.fingerprint.amount, line.label));
        assert_eq!(found.collect::<Vec<_>>(), lines, "{name}");
        let told = statement.closing.map_or_else(|| "-".to_owned(), |closing| closing.to_string());
        assert_eq!(told, closing, "{name}");
        let account = statement.account.map_or_else(|| "-".to_owned(), |account| account.to_string());
        let days = statement.period.map_or_else(|| "- -".to_owned(), |(from, to)| format!("{from} {to}"));
        assert_eq!(format!("{account} {days}"), says, "{name}");
        // The same in the letters of these banks, and with their ends of lines.
        let latin = encoding_rs::WINDOWS_1252.encode(text.trim_start_matches('\u{feff}')).0.replace_ends();
        let same = read(&latin, How { profile: Profile::named(name), ..How::default() }).unwrap();
        assert_eq!(same.lines.len(), lines.len(), "{name}");
        assert_eq!(same.closing, statement.closing, "{name}");
    }
}

/// Ends of lines as Windows writes them.
trait ReplaceEnds {
    fn replace_ends(&self) -> Vec<u8>;
}

impl ReplaceEnds for [u8] {
    fn replace_ends(&self) -> Vec<u8> {
        self.iter().flat_map(|byte| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] }).collect()
    }
}

#[test]
fn a_balance_of_another_day_than_the_last_is_no_closing_balance() {
    let (name, text, ..) = EXPORTS[0];
    let later = text.replace("Solde au 30/04/2026", "Solde au 07/05/2026");
    let statement = read_as(name, &later).unwrap();
    assert_eq!((statement.closing, statement.opening), (None, None));
    assert_eq!(statement.ledger_balance.unwrap().on.to_string(), "2026-05-07");
    let refusal = read_as(name, &text.replace("1 234,56 €", "1,2,3 €")).unwrap_err();
    assert!(refusal.to_string().starts_with("line 7: `Solde au …` should be an amount"), "{refusal}");
}

#[test]
fn a_file_of_several_accounts_is_read_by_account() {
    let (name, text, ..) = EXPORTS[1];
    let both = text.replacen("00012345678", "00099999999", 1);
    assert_eq!(read_as(name, &both).unwrap_err().code(), "several_accounts");
    let asked = How { profile: Profile::named(name), account: Some("00099999999"), ..How::default() };
    assert_eq!(read(both.as_bytes(), asked).unwrap().lines.len(), 1);
}

#[test]
fn a_line_counts_by_its_status_alone() {
    let (name, text, ..) = EXPORTS[7];
    assert_eq!(read_as(name, text).unwrap().pending, 1);
    let refusal = read_as(name, &text.replace("Refusé", "Rejoué")).unwrap_err();
    assert!(refusal.to_string().contains("`Statut` should be one of Exécuté, Refusé"), "{refusal}");
    let profile = include_str!("../profiles/qonto.toml")
        .replace("[status]\nbooked = [\"Exécuté\"]\n", "[status]\nbooked = []\n");
    assert_eq!(Profile::from_toml(&profile).unwrap_err().code(), "bad_profile");
}

#[test]
fn of_two_columns_of_one_name_the_profile_says_which() {
    let csv = "Date;Libellé;Montant;Montant\n02/04/2026 09:30;a;1,00;2,00\n";
    let profile = |amount: &str| {
        let text = format!(
            "delimiter = \";\"\ndate_format = \"%d/%m/%Y\"\ndecimal = \",\"\n[columns]\ndate = \"Date\"\nlabel = \"Libellé\"\n\
             amount = {amount}\n"
        );
        Profile::from_toml(&text).unwrap()
    };
    let amount = |which: &str| {
        let profile = profile(which);
        let read = read(csv.as_bytes(), How { profile: Some(&profile), ..How::default() })?;
        Ok::<_, StatementError>(read.lines[0].fingerprint.amount.to_string())
    };
    assert_eq!(amount("\"Montant\"").unwrap_err().code(), "duplicate_column");
    assert_eq!(amount("{ name = \"Montant\", nth = 1 }").unwrap(), "1.00");
    assert_eq!(amount("{ name = \"Montant\", nth = 2 }").unwrap(), "2.00");
    assert_eq!(amount("{ name = \"Montant\", nth = 3 }").unwrap_err().code(), "missing_field");
}
