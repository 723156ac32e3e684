//! What does not verify: of an audit, by its code, and of an export, by the field.

use ledger_core::Rejection;
use ledger_core::audit::Failure;
use ledger_core::index::BadSnapshot;

use super::Lang;

/// What is wrong, in this language. In French the figures are those of the place alone.
pub fn failure_in(lang: Lang, failure: &Failure) -> &str {
    match lang {
        Lang::En => &failure.reason,
        Lang::Fr => french_failure(failure.code),
    }
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
pub fn french_line_reason(field: &str) -> &'static str {
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
