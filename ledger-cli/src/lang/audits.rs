//! What does not verify: of an audit, by its code, and of an export, by the field.

use ledger_core::Rejection;
use ledger_core::audit::{Fact, Failure};
use ledger_core::export::LineFact;
use ledger_core::index::BadSnapshot;

use super::Lang;
use super::journal::{french_damage, french_evidence, french_imbalance, french_journal_error};
use super::rejections::rejection_in;

/// What is wrong, in this language, with the same figures.
pub fn failure_in(lang: Lang, failure: &Failure) -> String {
    let figures = || french_fact(&failure.fact);
    match lang {
        Lang::En => failure.reason.clone(),
        Lang::Fr => match (french_failure(failure.code), figures()) {
            (said, None) => said.to_owned(),
            (said, Some(figures)) => format!("{said} : {figures}"),
        },
    }
}

fn french_fact(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::None => return None,
        Fact::Rejected(rejection) => rejection_in(Lang::Fr, rejection),
        Fact::Reference { name, first } => format!("la référence {name} est celle de l'écriture {first}"),
        Fact::Instants { recorded_at, before } => {
            format!("enregistrée à {recorded_at}, la précédente à {before}")
        }
        Fact::Imbalance(imbalance) => french_imbalance(imbalance),
        Fact::Postings { stored, made } => {
            format!("enregistrés : [{stored}] ; ceux de l'opération : [{made}]")
        }
        Fact::State(sequence) => format!("l'empreinte de l'état après l'écriture {sequence} est fausse"),
        Fact::Damage(damage, None) => french_damage(damage),
        Fact::Damage(damage, Some(evidence)) => {
            format!("{} ; {}", french_damage(damage), french_evidence(evidence))
        }
        Fact::Journal(told) => return french_journal_error(&told.0),
    })
}

/// What is wrong with a snapshot, in this language.
pub fn bad_snapshot_in(lang: Lang, bad: &BadSnapshot) -> String {
    match lang {
        Lang::En => bad.to_string(),
        Lang::Fr => {
            let path = &bad.path;
            format!("l'instantané {path} ne se lit pas, n'est pas de ce registre, ou contient un autre état")
        }
    }
}

fn french_failure(code: &str) -> &'static str {
    match code {
        "damaged" => "les octets de ce bloc ont été modifiés, et ils avaient été entiers",
        "unfinished_end" => {
            "cette fin n'est pas une écriture entière ; rien ne montre qu'elle l'ait jamais été"
        }
        "timestamp_order" => "elle n'a pas été enregistrée après celle qui la précède",
        "backing" => "après elle, la circulation, le fonds et l'obligation ne concordent plus",
        "impossible_state" => "après elle, le registre est dans un état où aucun ne peut être",
        "repeated_reference" => "sa référence est déjà celle d'une autre écriture",
        "choice" => "ce qui a été choisi pour elle n'est pas ce que le registre a donné",
        "postings" => "ses mouvements ne sont pas ceux que fait son opération",
        "balances" => "les soldes recalculés à partir des mouvements ne sont pas ceux de l'état",
        "invalid_record" => "ce qui est enregistré n'est pas une écriture",
        "newer_format" => "un programme plus récent a écrit la suite",
        "journal_cut_off" => {
            "la fin du journal a été coupée : une écriture plus récente avait été enregistrée"
        }
        "missing_entries" => "des écritures manquent ici",
        "missing_segment" => "le segment manque",
        "misplaced_segment" => "un segment n'est pas de ce journal",
        "unknown_segment" => "un fichier du dossier du journal ne porte pas le nom d'un segment",
        code if Rejection::CODES.contains(&code) => "les règles ne permettaient pas de l'enregistrer",
        _ => "cela ne se vérifie pas",
    }
}

/// Why a line is not one that a ledger has exported, by the field in which that shows; the whole line where there is none.
pub fn french_line_reason(field: &str, fact: &LineFact) -> String {
    match fact {
        LineFact::None => french_field_reason(field).to_owned(),
        LineFact::CutOff => "le fichier a été coupé : la fin manque à partir d'ici".to_owned(),
        LineFact::Behind => "rien ne suit la dernière ligne d'un export".to_owned(),
        LineFact::Rejected(rejection) => {
            format!("les règles ne permettaient pas de l'enregistrer : {}", rejection_in(Lang::Fr, rejection))
        }
    }
}

fn french_field_reason(field: &str) -> &'static str {
    match field {
        "" => "la ligne n'est pas celle que le registre a écrite",
        "format" | "version" => "ce n'est pas une forme d'export que ce programme lit",
        "partial" => "l'export n'est pas celui du journal entier",
        "sequence" => "ce n'est pas le numéro qui vient ici",
        "recorded_at" => "ce n'est pas un instant après celui de l'écriture précédente",
        "choice" => "ce n'est pas ce que le registre a choisi pour cette opération",
        "leaf" => "ce n'est pas l'empreinte de cette écriture",
        "entries" | "tree_size" => "ce n'est pas le nombre des écritures qui précèdent",
        "root" => "ce n'est pas la racine des écritures qui précèdent",
        field if field.starts_with("postings") => "ce ne sont pas les mouvements que fait cette opération",
        _ => "cette opération n'a pas pu être enregistrée ainsi",
    }
}
