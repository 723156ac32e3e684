//! Why the journal refuses, in French.

use ledger_core::journal::{JournalError as E, Position, segment_path};
use ledger_core::storage::LockError;

use super::files::french_io_error;

fn place(position: &Position) -> String {
    format!("{}, octet {}", segment_path(position.segment), position.offset)
}

/// The reason in French. What is wrong with bytes stays as the format calls it.
pub fn french_journal_error(error: &E) -> Option<String> {
    Some(match error {
        E::Io { path, source, .. } => {
            format!("le fichier {path} n'a pas pu être lu ou écrit : {}", french_io_error(source))
        }
        E::NoJournal => "il n'y a pas de journal ici".to_owned(),
        E::JournalExists { path } => format!("il y a déjà un journal ici : {path}"),
        E::UnknownSegment { name } => {
            format!("« {} », dans le dossier du journal, n'est pas le nom d'un segment", name.escape_debug())
        }
        E::MissingSegment { path } => format!("il manque le segment {path}"),
        E::MissingEntries { position, expected, next_path } => {
            format!("les écritures à partir de {expected} manquent entre {} et {next_path}", place(position))
        }
        E::MisplacedSegment { path, expected } => format!(
            "le segment {path} n'est pas de ce journal : le suivant commence par l'écriture {expected}"
        ),
        E::NewerFormat { position, found, known } => format!(
            "{} a la version de format {found}, et seule {known} est connue : un programme plus récent a écrit ce journal",
            place(position)
        ),
        E::Damaged { position, sequence, reason, evidence } => format!(
            "l'écriture {sequence} est endommagée ({}), et elle ne l'a pas toujours été : {reason} ; {evidence}",
            place(position)
        ),
        E::CutOff { last_sequence, known_durable } => format!(
            "le journal finit par l'écriture {last_sequence}, mais l'écriture {known_durable} avait été enregistrée : sa \
             fin a été coupée"
        ),
        E::NoSpace { path, len_bytes, .. } => {
            format!("il n'y a pas de place pour agrandir {path} à {len_bytes} octets")
        }
        E::Poisoned => {
            "une écriture précédente a échoué : plus rien n'est enregistré avant la réouverture".to_owned()
        }
        _ => return None,
    })
}

/// Why the lock was not given, in French.
pub fn french_lock_error(error: &LockError) -> String {
    match error {
        LockError::Held { pid: Some(pid) } => format!("le registre est verrouillé par le processus {pid}"),
        LockError::Io(error) => format!("le fichier de verrou du registre : {}", french_io_error(error)),
        _ => "le registre est verrouillé par un autre programme".to_owned(),
    }
}
