//! Turnover: how far sums over entries can go, whoever recorded them.

use super::LedgerError;
use crate::entry::{Entry, Posting};
use crate::state::Impossible;

/// The most that is moved in any ledger, in cents: sums of it, and what such a sum and a balance differ by, are numbers.
const TURNOVER_MAX_CENTS: i64 = i64::MAX / 2;

/// What postings moved in all, in whichever direction, in cents. No sum of what some of them changed somewhere is larger;
/// so whoever adds up entries that no state was replayed from counts it first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Turnover {
    cents: i64,
}

impl Turnover {
    /// Counts the postings of an entry.
    ///
    /// # Errors
    /// [`LedgerError::Impossible`] when more was moved than in any ledger: the journal is forged.
    pub fn add(&mut self, entry: &Entry) -> Result<(), LedgerError> {
        let mut moved = entry.postings.iter().map(Posting::cents);
        let sum = moved.try_fold(self.cents, |sum, cents| sum.checked_add(cents.checked_abs()?));
        let (sequence, impossible) = (entry.sequence, Impossible::TooLarge);
        self.cents = sum
            .filter(|sum| *sum <= TURNOVER_MAX_CENTS)
            .ok_or(LedgerError::Impossible { sequence, impossible })?;
        Ok(())
    }
}
