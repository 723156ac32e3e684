//! Why the index does not answer. Nothing is lost by it: what it knew stands in the journal.

use std::io;

/// The index does not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// One of its files could not be read or written.
    #[error("the index: {path} could not be {action}: {reason}")]
    Io {
        /// What was to be done with it.
        action: &'static str,
        /// The file, or the folder.
        path: String,
        /// How it failed.
        kind: io::ErrorKind,
        /// What the system says.
        reason: String,
    },
    /// One of its files is damaged, or was never an index.
    #[error("the index: {path} does not read: {reason}")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// What stands there cannot be an index.
    #[error("the index does not read: {reason}")]
    Invalid {
        /// What is wrong.
        reason: &'static str,
    },
}

impl IndexError {
    pub(super) fn invalid(reason: &'static str) -> Self {
        Self::Invalid { reason }
    }

    /// A failure to read or write this file.
    pub(super) fn io(action: &'static str, path: &str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io { action, path, kind: error.kind(), reason: error.to_string() }
    }

    /// The same, of this file.
    pub(super) fn of(self, path: &str) -> Self {
        match self {
            Self::Invalid { reason } => Self::Damaged { path: path.to_owned(), reason },
            error => error,
        }
    }

    /// Whether the file is not there any more: somebody has merged it into another, or removed it.
    pub fn is_vanished(&self) -> bool {
        matches!(self, Self::Io { kind: io::ErrorKind::NotFound, .. })
    }

    /// The file in question.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Io { path, .. } | Self::Damaged { path, .. } => Some(path),
            Self::Invalid { .. } => None,
        }
    }

    /// The file that is of no use, if it is one.
    pub(super) fn useless_file(&self) -> Option<&str> {
        match self {
            Self::Damaged { path, .. } => Some(path),
            _ => None,
        }
    }
}
