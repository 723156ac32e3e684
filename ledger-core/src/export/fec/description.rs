//! The description that the law asks for beside each file (A47 A-1, XI): what its fields, codes and letters mean. It is in
//! French, for whoever checks the file, and rests on nothing but what was written, so that it is the same every time.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::letters::TEXT_BYTES_MAX;
use super::year::Siren;
use super::{Encoding, FecForm, Numbering, figure};
use crate::date::Date;
use crate::export::chart::{Journal, Numbered};
use crate::operation::Found;
use crate::text::Text;

/// What a field holds: its name, its nature, its meaning.
const FIELDS: [[&str; 3]; 18] = [
    ["JournalCode", "alphanumérique", "code du journal (voir « Journaux »)"],
    ["JournalLib", "alphanumérique", "libellé du journal"],
    [
        "EcritureNum",
        "alphanumérique",
        "numéro de l'écriture, en chiffres, en séquence continue (voir « Ordre et numérotation »)",
    ],
    ["EcritureDate", "date", "date de comptabilisation, dans l'exercice"],
    ["CompteNum", "alphanumérique", "numéro de compte (voir « Comptes »)"],
    ["CompteLib", "alphanumérique", "libellé du compte"],
    [
        "CompAuxNum",
        "alphanumérique",
        "compte auxiliaire : code du bureau de change, numéro du bordereau de remise, référence de la dette ; sinon vide",
    ],
    [
        "CompAuxLib",
        "alphanumérique",
        "libellé du compte auxiliaire : nom du bureau à cette date, bordereau ou référence ; sinon vide",
    ],
    [
        "PieceRef",
        "alphanumérique",
        "référence de la pièce, unique dans le registre ; pour les à-nouveaux, le code de leur journal",
    ],
    ["PieceDate", "date", "date de la pièce, égale à EcritureDate"],
    [
        "EcritureLib",
        "alphanumérique",
        "libellé de l'écriture ; une annulation y nomme l'EcritureNum et la PieceRef de l'écriture annulée",
    ],
    ["Debit", "numérique", "montant au débit, en euros ; 0,00 sur une ligne de crédit"],
    ["Credit", "numérique", "montant au crédit, en euros ; 0,00 sur une ligne de débit"],
    ["EcritureLet", "alphanumérique", "toujours vide : le lettrage se fait par CompAuxNum"],
    ["DateLet", "date", "toujours vide"],
    [
        "ValidDate",
        "date",
        "date de validation : jour, en France métropolitaine, de l'enregistrement définitif de l'écriture",
    ],
    ["Montantdevise", "numérique", "toujours vide : tout est en euros"],
    ["Idevise", "alphanumérique", "toujours vide"],
];

/// What was written, as its description tells it.
#[derive(Clone, Debug)]
pub struct Described<'c> {
    form: FecForm<'c>,
    association: Option<Text>,
    /// The entries written.
    pub(super) entries: u64,
    lines: u64,
    /// Cents on either side.
    debits: i128,
    journals: BTreeMap<&'c str, &'c Text>,
    accounts: BTreeMap<&'c str, &'c Text>,
}

impl<'c> Described<'c> {
    /// Nothing was written yet.
    pub(super) fn new(form: FecForm<'c>) -> Self {
        let (journals, accounts) = (BTreeMap::new(), BTreeMap::new());
        Self { form, association: None, entries: 0, lines: 0, debits: 0, journals, accounts }
    }

    /// Whose ledger it is.
    pub(super) fn founded(&mut self, founding: Option<&Found>) {
        self.association = founding.map(|found| found.association.clone());
    }

    /// An entry is written.
    pub(super) fn entry(&mut self, journal: &'c Journal) {
        self.entries += 1;
        self.journals.insert(&journal.code, &journal.name);
    }

    /// A line is written.
    pub(super) fn line(&mut self, account: &'c Numbered, cents: i64) {
        self.lines += 1;
        self.debits += i128::from(cents.max(0));
        self.accounts.insert(&account.number, &account.name);
    }

    /// The description of the file of this name, in the letters of the file.
    pub fn text(&self, siren: &Siren, file: &str) -> Vec<u8> {
        let mut text = String::new();
        // Writing into memory does not fail.
        let _ = self.write(siren, file, &mut text);
        let mut page = Vec::new();
        self.form.encoding.put_whole(&text.replace('\n', "\r\n"), &mut page);
        page
    }

    fn write(&self, siren: &Siren, file: &str, text: &mut String) -> std::fmt::Result {
        let year = self.form.year;
        writeln!(text, "Description du fichier {file}")?;
        writeln!(text, "prévue par le XI de l'article A47 A-1 du Livre des procédures fiscales\n")?;
        if let Some(association) = &self.association {
            writeln!(text, "Association : {association}")?;
        }
        writeln!(text, "SIREN : {siren}")?;
        writeln!(text, "Exercice : du {} au {}", French(year.first_day()), French(year.last_day()))?;
        writeln!(text, "Logiciel : aiga {}", env!("CARGO_PKG_VERSION"))?;
        writeln!(
            text,
            "Nature : écritures comptables en euros du registre de la monnaie locale (billets en circulation, fonds de"
        )?;
        writeln!(
            text,
            "  garantie, fonds propres déposés à la même banque). Les autres comptes de l'association sont tenus ailleurs."
        )?;
        writeln!(text, "Contenu : écritures : {} ; lignes : {}", self.entries, self.lines)?;
        let sum = i64::try_from(self.debits).map_or_else(|_| format!("{} centimes", self.debits), figure);
        writeln!(text, "Total des débits, égal au total des crédits : {sum}\n")?;
        self.technical(text)?;
        self.order(text)?;
        writeln!(text, "Zones, dans l'ordre")?;
        for (place, [name, nature, meaning]) in FIELDS.iter().enumerate() {
            writeln!(text, "  {}. {name} ({nature}) : {meaning}", place + 1)?;
        }
        for (title, named) in [("Journaux", &self.journals), ("Comptes", &self.accounts)] {
            writeln!(text, "\n{title}")?;
            for (code, name) in named {
                writeln!(text, "  {code} : {name}")?;
            }
        }
        Ok(())
    }

    fn technical(&self, text: &mut String) -> std::fmt::Result {
        let encoding = self.form.encoding;
        let letters = match encoding {
            Encoding::Utf8 => "sans marque d'ordre des octets",
            Encoding::Latin9 => {
                "un octet par caractère ; une lettre absente de ce jeu devient la plus proche, ou « ? »"
            }
        };
        writeln!(text, "Informations techniques")?;
        writeln!(text, "  Jeu de caractères : {}, {letters}", encoding.name())?;
        writeln!(
            text,
            "  Structure : fichier à plat, séquentiel, un seul type d'enregistrement, longueur variable"
        )?;
        writeln!(text, "  Séparateur de zone : tabulation (caractère 9)")?;
        writeln!(
            text,
            "  Séparateur d'enregistrement : retour chariot et fin de ligne (caractères 13 et 10)"
        )?;
        writeln!(text, "  Première ligne : noms des zones")?;
        writeln!(text, "  Dates : AAAAMMJJ")?;
        writeln!(
            text,
            "  Montants : base décimale, virgule, deux décimales, sans séparateur de milliers ni signe"
        )?;
        writeln!(
            text,
            "  Textes : {TEXT_BYTES_MAX} octets au plus ; un texte plus long est coupé après un mot et finit par « ... » ou"
        )?;
        writeln!(
            text,
            "    par le caractère qui vaut trois points. Un guillemet droit devient une apostrophe, une barre verticale une"
        )?;
        writeln!(text, "    barre oblique, une tabulation ou une fin de ligne une espace.\n")
    }

    fn order(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "Ordre et numérotation")?;
        writeln!(
            text,
            "  Les écritures sont classées par ordre chronologique de validation : celui de leur enregistrement dans le"
        )?;
        writeln!(
            text,
            "  registre, où rien n'est modifié ni effacé. Une écriture enregistrée en retard se place à la suite, avec sa"
        )?;
        writeln!(text, "  propre EcritureDate.")?;
        let numbered = match self.form.numbering {
            Numbering::File => {
                "  EcritureNum : une seule séquence continue, de 1 en 1, pour tout le fichier."
            }
            Numbering::Journal => {
                "  EcritureNum : une séquence continue, de 1 en 1, pour chaque JournalCode."
            }
        };
        writeln!(text, "{numbered} Le numéro d'une")?;
        writeln!(
            text,
            "  écriture ne change jamais, quoi qu'on enregistre ensuite. Les à-nouveaux sont une écriture, qui reprend les"
        )?;
        writeln!(
            text,
            "  soldes de la veille ; elle prend son numéro quand la première écriture d'un exercice antérieur est"
        )?;
        writeln!(
            text,
            "  enregistrée, donc en tête du fichier, sauf si l'exercice avait déjà des écritures.\n"
        )
    }
}

/// A day as people write it in France.
struct French(Date);

impl std::fmt::Display for French {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let day = self.0.civil();
        write!(f, "{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
    }
}
