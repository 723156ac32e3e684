//! Why the journal refuses, in French.

use ledger_core::LedgerError;
use ledger_core::journal::{
    BlockError as B, Damage as D, Evidence, JournalError as E, Position, segment_path,
};
use ledger_core::ledger::ClockDoubt;
use ledger_core::state::{Imbalance, Impossible};
use ledger_core::storage::LockError;

use super::Lang;
use super::figures::{aigas, euros};
use super::files::french_io_error;
use super::rejections::rejection_in;
use crate::output::Figures;

fn counted(number: u64) -> String {
    Figures::new(Lang::Fr, "").count(number)
}

fn place(position: &Position) -> String {
    format!("{}, octet {}", segment_path(position.segment), position.offset)
}

/// The reason in French.
pub fn french_journal_error(error: &E) -> Option<String> {
    Some(match error {
        E::Io { path, source, .. } => {
            format!("le fichier {path} n'a pas pu être lu ou écrit : {}", french_io_error(source))
        }
        E::NoJournal => "il n'y a pas de journal ici".to_owned(),
        E::JournalExists { path } => format!("il y a déjà un journal ici : {path}"),
        E::SegmentTooLong { path, bytes_max } => {
            let most = counted(*bytes_max);
            format!("le segment {path} a plus de {most} octets, et aucun segment écrit n'en a autant")
        }
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
            "l'écriture {sequence} est endommagée ({}), et elle ne l'a pas toujours été : {} ; {}",
            place(position),
            french_damage(reason),
            french_evidence(evidence)
        ),
        E::CutOff { last_sequence, known_durable } => format!(
            "le journal finit par l'écriture {last_sequence}, mais l'écriture {known_durable} avait été enregistrée : sa \
             fin a été coupée"
        ),
        E::WrongStart { position, size } => {
            format!("le bloc avant {} ne finit pas par l'écriture {size}", place(position))
        }
        E::Limits(error) => {
            format!("les enregistrements ne font pas un bloc : {}", french_block_error(error))
        }
        E::NoSpace { path, len_bytes, .. } => {
            let len = counted(*len_bytes);
            format!("il n'y a pas de place pour agrandir {path} à {len} octets")
        }
        E::LockLost => "le verrou du registre a été retiré pendant qu'il était tenu : un autre programme est peut-être en \
                        train d'écrire"
            .to_owned(),
        E::Moved { position, sequence } => format!(
            "{} n'est plus tel qu'il était, là où l'écriture {sequence} devait être enregistrée : un autre programme a écrit \
             dans le journal",
            place(position)
        ),
        E::Poisoned => {
            "une écriture précédente a échoué : plus rien n'est enregistré avant la réouverture".to_owned()
        }
        _ => return None,
    })
}

/// What is wrong with the bytes of a block.
pub fn french_damage(damage: &D) -> String {
    match damage {
        D::Block(error) => french_block_error(error),
        D::Sequence { expected, found } => {
            format!("le bloc commence par l'écriture {found}, et non {expected}")
        }
        D::PreviousRoot { expected, found } => format!("le bloc suit la racine {found}, et non {expected}"),
        D::Root { computed, stored } => {
            format!("ce qui est enregistré a la racine {computed}, et non {stored} comme le bloc le dit")
        }
        D::Leftover { offset } => format!("des zéros, puis autre chose à l'octet {offset}"),
        D::NextSegment { expected, found } => {
            format!("le segment suivant commence par l'écriture {found}, et non {expected}")
        }
        other => other.to_string(),
    }
}

fn french_block_error(error: &B) -> String {
    match error {
        B::BadMagic { found: [first, second] } => {
            format!("un bloc commence par les octets 41 4c, et non {first:02x} {second:02x}")
        }
        B::HeaderChecksum { stored, computed } => {
            format!(
                "la somme de contrôle de l'en-tête est {computed:08x}, et non {stored:08x} comme il le dit"
            )
        }
        B::NewerVersion { found, known } => {
            format!(
                "la version de format {found} n'est pas connue, seulement {known} : un programme plus récent l'a écrite"
            )
        }
        B::Count { found } => format!("un bloc contient 1 à 65536 écritures, et non {found}"),
        B::Length { count, min, max, found } => {
            format!("un bloc de {count} écritures en a {min} à {max} octets, et non {found}")
        }
        B::DurableThrough { first_sequence, durable_through } => format!(
            "un bloc qui commence par l'écriture {first_sequence} ne peut suivre des écritures durables jusqu'à {durable_through}"
        ),
        B::Truncated { needed, available } => {
            format!("le bloc fait {needed} octets, dont {available} sont là")
        }
        B::TrailerChecksum { stored, computed } => {
            format!("la somme de contrôle du bloc est {computed:08x}, et non {stored:08x} comme il le dit")
        }
        B::RecordLength { index, found } => {
            format!("l'enregistrement {index} du bloc y occupe 1 à 65535 octets, et non {found}")
        }
        B::TreeSize { expected, found } => {
            format!("l'arbre compte {expected} écritures après ce bloc, et non {found}")
        }
        other => other.to_string(),
    }
}

/// How it is known that a damaged block was once whole and durable.
pub fn french_evidence(evidence: &Evidence) -> String {
    match evidence {
        Evidence::NotTorn => "une interruption ne laisse rien de tel".to_owned(),
        Evidence::KnownDurable { sequence } => format!("l'écriture {sequence} était connue comme durable"),
        Evidence::LaterSegment { path } => format!("un segment postérieur suit, {path}"),
        Evidence::LaterBlock { position, durable_through } => format!(
            "le bloc postérieur ({}) dit durables les écritures jusqu'à {durable_through}",
            place(position)
        ),
        Evidence::LinkedBlock { position, first_sequence } => {
            format!("le bloc entier qui suit ({}) continue avec l'écriture {first_sequence}", place(position))
        }
        other => other.to_string(),
    }
}

/// Why a ledger did not do what it was asked, in French; refusals and what is wrong with the journal have words of their own.
pub fn french_ledger_error(error: &LedgerError) -> Option<String> {
    Some(match error {
        LedgerError::Index(_) => {
            "l'index ne répond pas ; le registre s'en passe dès la prochaine opération".to_owned()
        }
        LedgerError::Folder { source } => format!("le dossier du registre : {}", french_io_error(source)),
        LedgerError::Record { sequence, .. } => {
            format!("l'écriture {sequence} : ce qui est enregistré n'est pas une écriture")
        }
        LedgerError::Impossible { sequence, impossible } => format!(
            "après l'écriture {sequence}, {} ; le journal est falsifié, ou un défaut du programme l'a écrit",
            match impossible {
                Impossible::Imbalance(imbalance) => french_imbalance(imbalance),
                Impossible::TooLarge(beyond) => rejection_in(Lang::Fr, beyond),
            }
        ),
        LedgerError::Clock { last } => format!(
            "la dernière écriture est du {last}, et il n'y a pas d'instant plus tardif ; aucune horloge ne l'a produite"
        ),
        LedgerError::Doubtful(doubt) => french_clock_doubt(*doubt),
        LedgerError::Imbalance { imbalance } => format!(
            "{} : c'est un défaut du programme, et rien n'a été enregistré",
            french_imbalance(imbalance)
        ),
        LedgerError::Broken => {
            "le registre a rencontré un défaut du programme et n'enregistre plus rien ; rouvrez-le".to_owned()
        }
        LedgerError::BatchTooLong { operations } => {
            let operations = counted(*operations as u64);
            format!("les {operations} opérations d'un lot font plus qu'un bloc ne peut contenir")
        }
        LedgerError::BatchTooLarge { operations, most } => {
            let (operations, most) = (counted(*operations as u64), counted(*most as u64));
            format!("{operations} opérations à la fois ; {most} au plus vont ensemble")
        }
        _ => return None,
    })
}

pub fn french_imbalance(imbalance: &Imbalance) -> String {
    let Imbalance { circulation, fund, obligation } = *imbalance;
    let (circulation, fund, obligation) = (aigas(circulation), euros(fund), euros(obligation));
    format!("la circulation {circulation}, le fonds {fund} et l'obligation {obligation} ne concordent pas")
}

/// Why the lock was not given, in French.
pub fn french_lock_error(error: &LockError) -> String {
    match error {
        LockError::Held { pid, waited_ms } => {
            let (by, seconds, tenths) = (holder(*pid), waited_ms / 1000, waited_ms % 1000 / 100);
            format!("le registre est verrouillé par {by} ; attendu {seconds},{tenths} s")
        }
        LockError::Io(error) => format!("le fichier de verrou du registre : {}", french_io_error(error)),
        _ => "le registre est verrouillé par un autre programme".to_owned(),
    }
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(|| "un autre programme".to_owned(), |pid| format!("le processus {pid}"))
}

/// Why a clock is asked about.
pub fn french_clock_doubt(doubt: ClockDoubt) -> String {
    match doubt {
        ClockDoubt::Behind { clock, last } => format!(
            "l'horloge indique {clock}, plus d'un jour avant la dernière écriture, du {last} ; est-elle juste ?"
        ),
        ClockDoubt::Ahead { clock, last } => format!(
            "l'horloge indique {clock}, plus d'un an après la dernière écriture, du {last} ; est-elle juste ?"
        ),
        ClockDoubt::Unlikely { clock } => format!(
            "l'horloge indique {clock}, et le registre n'a pas d'écriture à laquelle la comparer ; est-elle juste ?"
        ),
    }
}
