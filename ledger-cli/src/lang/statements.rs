//! What is wrong with a bank's statement, in French.

use ledger_core::reconcile::{NotReady, ReconcileError};
use ledger_core::statement::StatementError as E;

use super::expectations::{french_expectation as french, french_field};
use super::figures::{day, euros};
use super::settings::french_settings_reason;

/// The most names that a message lists, as in English.
const LISTED_MAX: usize = 20;

fn listed(names: &[String]) -> String {
    let (first, more) = names.split_at(names.len().min(LISTED_MAX));
    let more = if more.is_empty() { String::new() } else { format!(" et {} de plus", more.len()) };
    let first: Vec<String> = first.iter().map(|name| french(name)).collect();
    format!("{}{more}", first.join(", "))
}

/// A balance as the core tells it, or that there is none.
fn french_balance(told: &str) -> String {
    let amount = told.strip_suffix(" €").and_then(|amount| amount.parse().ok());
    amount.map_or_else(|| french(told), euros)
}

/// Why a file is no statement.
pub fn french_statement_error(error: &E) -> String {
    match error {
        E::NotAStatement { what } => format!("c'est {}, pas un relevé bancaire", french_kind(what)),
        E::Encoding { line, expected, found } => {
            format!("ligne {line} : {} ; attendu : {}", french(found), french(expected))
        }
        E::MissingHeader { expected, found } => {
            format!("aucune ligne ne nomme les colonnes : attendu {expected}, trouvé {}", french(found))
        }
        E::DuplicateColumn { line, field } => {
            format!("ligne {line} : la colonne « {field} » y est deux fois")
        }
        E::WrongColumns { line, expected, found } => {
            format!("ligne {line} : {expected} colonnes attendues, {found} trouvées")
        }
        E::Malformed { line, expected, found } => {
            format!("ligne {line} : {} ; attendu : {}", french(found), french(expected))
        }
        E::MissingField { line, field } => format!("ligne {line} : il manque « {} »", french_field(field)),
        E::BadField { line, field, expected, found } => {
            let (field, expected, found) = (french_field(field), french(expected), french(found));
            format!("ligne {line} : « {field} » vaut {found} ; attendu : {expected}")
        }
        E::WrongCurrency { line, found } => {
            format!("ligne {line} : la devise est {} ; attendu : EUR", french(found))
        }
        E::SeveralAccounts { found } => {
            format!("le fichier contient plusieurs comptes, nommez-en un : {}", listed(found))
        }
        E::NoSuchAccount { asked, found } => {
            format!("le fichier ne contient pas le compte {asked} ; il contient {}", listed(found))
        }
        E::BalanceBreaks { line, expected, found } => {
            format!("ligne {line} : le solde devrait être {} et vaut {}", euros(*expected), euros(*found))
        }
        E::SumDiffers { line, opening, lines, expected, closing } => format!(
            "ligne {line} : le solde initial {} et les lignes, {}, font {} ; le solde final est {}",
            euros(*opening),
            euros(*lines),
            euros(*expected),
            euros(*closing)
        ),
        E::PartsApart { line, expected, found } => {
            let (found, expected) = (french_balance(found), french_balance(expected));
            format!("ligne {line} : cette partie commence avec {found}, la précédente finit avec {expected}")
        }
        E::Repeated { line, first } => {
            format!("ligne {line} : ce relevé se trouve déjà à la ligne {first}")
        }
        E::PageMissing { line, page, missing } => format!(
            "ligne {line} : c'est la page {page} d'un relevé, et la page {missing} n'est pas dans le fichier"
        ),
        E::FieldTooLong { line, field, bytes, bytes_max } => {
            let field = french_field(field);
            format!("ligne {line} : « {field} » a {bytes} octets ; attendu : {bytes_max} au plus")
        }
        E::SumTooLarge { line } => {
            format!("ligne {line} : les sommes dépassent ce qu'un compte peut contenir")
        }
        E::Truncated { line, expected } => {
            format!("le fichier est coupé à la ligne {line} ; attendu : {}", french(expected))
        }
        E::ProfileNeeded => {
            "le CSV d'une autre banque demande un profil qui dit comment il est écrit".to_owned()
        }
        E::BadProfile { line, reason } => {
            format!("le profil, ligne {line} : {}", french_settings_reason(reason))
        }
        other => other.to_string(),
    }
}

/// What a file is, in French.
pub fn french_kind(what: &str) -> &str {
    match what {
        "a bank statement" => "un relevé bancaire",
        "a table (CSV)" => "un tableau (CSV)",
        "a text" => "un texte",
        "a file in JSON" => "un fichier JSON",
        "a file of another program" => "un fichier d'un autre programme",
        "a CAMT.052 report of the day, whose entries are not final" => {
            "un rapport du jour CAMT.052, dont les écritures ne sont pas définitives"
        }
        "a CAMT.054 notification, which has no balances" => "un avis CAMT.054, qui n'a pas de soldes",
        "an MT940 statement, which is not read" => "un relevé MT940, qui ne se lit pas ici",
        "a QIF file, which says neither account nor balance" => {
            "un fichier QIF, qui ne dit ni le compte ni le solde"
        }
        "a PDF" => "un PDF",
        "an Excel workbook (xls)" => "un classeur Excel (xls)",
        "an Excel workbook (xlsx)" => "un classeur Excel (xlsx)",
        "a gzip archive" | "a 7z archive" | "a zip archive" => "une archive",
        "an RTF document" => "un document RTF",
        "a picture" => "une image",
        "an empty file" => "un fichier vide",
        "a private key" => "une clé privée",
        "an HTML page" => "une page HTML",
        "an XML file of another kind" => "un fichier XML d'une autre sorte",
        other => other,
    }
}

/// Why a statement cannot be held against a ledger; none where the ledger itself does not read.
pub fn french_reconcile_error(error: &ReconcileError) -> Option<String> {
    Some(match error {
        ReconcileError::OtherAccount { stated, expected } => {
            format!("le relevé est celui du compte {stated} ; celui du fonds de garantie est {expected}")
        }
        ReconcileError::CutBefore { from, through } => {
            format!("le relevé commence le {}, après le {}", day(*from), day(*through))
        }
        ReconcileError::CutAfter { last, through } => {
            format!("le relevé va jusqu'au {}, pas jusqu'au {}", day(*last), day(*through))
        }
        ReconcileError::CutAhead { today, through } => {
            format!("le {} est à venir : nous sommes le {}", day(*through), day(*today))
        }
        ReconcileError::NoPeriod => "le relevé n'a ni ligne ni période".to_owned(),
        _ => return None,
    })
}

/// Why a period is not ready to be closed.
pub fn french_not_ready(refusal: NotReady) -> String {
    match refusal {
        NotReady::NotAttested { through, attested_through: None } => {
            format!("aucun relevé n'a été attesté jusqu'au {}", day(through))
        }
        NotReady::NotAttested { through, attested_through: Some(attested) } => {
            format!(
                "aucun relevé n'a été attesté jusqu'au {}, seulement jusqu'au {}",
                day(through),
                day(attested)
            )
        }
        NotReady::NoLongerAgrees { attested_through, bank, ledger } => {
            format!(
                "le relevé attesté jusqu'au {} se solde à {} ; le registre y a maintenant {}",
                day(attested_through),
                euros(bank),
                euros(ledger)
            )
        }
        NotReady::InTheFuture { through, latest } => {
            format!("le {} est après la dernière écriture, qui est du {}", day(through), day(latest))
        }
        other => other.to_string(),
    }
}
