//! Why the index does not answer. Nothing is lost by it: what it knew stands in the journal.

use crate::storage::ShelfError;

/// The index does not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The shelf on which it stands does not serve.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    /// What stands there cannot be an index, or not this ledger's.
    #[error("the index does not read: {reason}")]
    Invalid {
        /// What is wrong.
        reason: &'static str,
    },
}

impl IndexError {
    /// Whether it may be sound, and know what is not told now.
    pub fn withholds(&self) -> bool {
        matches!(self, Self::Shelf(ShelfError::Busy | ShelfError::ReadOnly | ShelfError::Unread { .. }))
    }

    pub(super) fn invalid(reason: &'static str) -> Self {
        Self::Invalid { reason }
    }
}
