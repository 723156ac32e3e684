//! What was to be done with a file, and why it could not be, in French.

use std::io;

use ledger_core::storage::{NotAFile, OtherFile};

use crate::error::Deed;

/// Why not in French; the words of the system where there are no others.
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
        _ => return error.to_string(),
    };
    known.to_owned()
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
