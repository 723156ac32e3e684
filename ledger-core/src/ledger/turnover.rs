//! Turnover: how far sums over entries can go, whoever recorded them.

use super::LedgerError;
use crate::entry::Entry;
use crate::limits::Moved;
use crate::state::moved_with;

/// What postings moved in all, in whichever direction. No sum of what some of them changed somewhere is larger; so whoever
/// adds up entries that no state was replayed from counts it first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Turnover {
    moved: Moved,
}

impl Turnover {
    /// Counts the postings of an entry.
    ///
    /// # Errors
    /// [`LedgerError::Impossible`] when more was moved than in any ledger: the writer holds the same limit, so the journal
    /// is forged.
    pub fn add(&mut self, entry: &Entry) -> Result<(), LedgerError> {
        let sequence = entry.sequence;
        self.moved = moved_with(self.moved, entry)
            .map_err(|beyond| LedgerError::Impossible { sequence, impossible: beyond.into() })?;
        Ok(())
    }
}
