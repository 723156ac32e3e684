//! What was to be done with a file, and why it could not be, in French.

use std::io;

use ledger_core::storage::{NotAFile, OtherFile};

use crate::error::Deed;

/// Why not in French; the number of the system's error where there are no words.
pub fn french_io_error(error: &io::Error) -> String {
    if let Some(other) = NotAFile::in_error(error) {
        return format!("c'est {}, pas un fichier ordinaire", french_file_kind(other.what));
    }
    let known = match error.kind() {
        io::ErrorKind::NotFound => "il n'existe pas",
        io::ErrorKind::PermissionDenied => "la permission manque",
        io::ErrorKind::ReadOnlyFilesystem => "le disque est en lecture seule",
        io::ErrorKind::StorageFull => "il n'y a plus de place",
        io::ErrorKind::AlreadyExists => "il existe déjà",
        io::ErrorKind::NotADirectory => "ce n'est pas un dossier",
        io::ErrorKind::IsADirectory => "c'est un dossier",
        io::ErrorKind::DirectoryNotEmpty => "le dossier n'est pas vide",
        io::ErrorKind::InvalidData => "ce n'est pas un texte en UTF-8",
        io::ErrorKind::ResourceBusy => "il est occupé",
        io::ErrorKind::FileTooLarge => "il serait trop grand",
        io::ErrorKind::OutOfMemory => "la mémoire manque",
        io::ErrorKind::UnexpectedEof => "la fin vient trop tôt",
        io::ErrorKind::BrokenPipe => "personne ne lit plus à l'autre bout",
        io::ErrorKind::InvalidFilename => "ce nom n'est pas permis ici",
        io::ErrorKind::QuotaExceeded => "le quota est épuisé",
        io::ErrorKind::TimedOut => "l'attente a été trop longue",
        _ => return error.raw_os_error().map_or_else(|| "erreur du système".to_owned(), of_the_system),
    };
    known.to_owned()
}

/// An error of the system that has no kind of its own, by its number.
fn of_the_system(number: i32) -> String {
    match number {
        5 => "le disque ou le support a une erreur de lecture ou d'écriture".to_owned(),
        23 | 24 => "trop de fichiers sont ouverts".to_owned(),
        40 => "des liens mènent l'un à l'autre sans fin".to_owned(),
        _ => format!("erreur n° {number} du système"),
    }
}

/// What is no plain file.
pub const fn french_file_kind(what: OtherFile) -> &'static str {
    match what {
        OtherFile::Folder => "un dossier",
        OtherFile::Link => "un lien",
        OtherFile::Pipe => "un tube nommé",
        OtherFile::Socket => "une prise réseau",
        OtherFile::Device => "un périphérique",
    }
}

impl Deed {
    /// `could not …` a file.
    pub fn in_english(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Make => "make",
            Self::LookInto => "look into",
            Self::MakeIn => "make something in",
        }
    }

    /// `impossible …` un fichier.
    pub fn in_french(self) -> &'static str {
        match self {
            Self::Read => "de lire",
            Self::Write => "d'écrire",
            Self::Make => "de créer",
            Self::LookInto => "de regarder dans",
            Self::MakeIn => "de créer quelque chose dans",
        }
    }
}
