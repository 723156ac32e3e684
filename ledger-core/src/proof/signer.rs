//! The signer: a key that remembers the last checkpoint that it signed, and signs no other history unless it is told why.
//! Two signed roots of one size convince nobody of either.

use super::coverage::Coverage;
use super::vouching::{VouchError, growth_of};
use crate::signed::{Checkpoint, ProofError, Replaced, SignedNote, SigningKey, VerifyingKey};
use crate::text::Text;
use crate::view::View;

/// A key with what it signed last.
#[derive(Debug)]
pub struct Signer {
    key: SigningKey,
    last: Option<Checkpoint>,
    because: Option<Text>,
}

impl Signer {
    /// The signer that has signed the note `last`: one [of nothing](Checkpoint::of_nothing) if it is new, and none if it is
    /// not known what it has signed. With a reason, it signs another history too.
    ///
    /// # Errors
    /// [`ProofError`], when `last` is no checkpoint that this key has signed.
    pub fn new(
        key: SigningKey,
        last: Option<&SignedNote>,
        because: Option<Text>,
    ) -> Result<Self, ProofError> {
        let last = last.map(|note| Checkpoint::open(note, key.verifying())).transpose()?;
        Ok(Self { key, last, because })
    }

    /// The public half of the key.
    pub fn verifying(&self) -> &VerifyingKey {
        self.key.verifying()
    }

    /// Signs a checkpoint of the journal, which must begin with the entries that were signed last. Where it does not and
    /// there is a reason, the note tells what it replaces, and why. The caller keeps the note as what was signed last, durably,
    /// before anybody sees it.
    ///
    /// # Errors
    /// [`VouchError::OtherHistory`], [`VouchError::UnknownHistory`], and failures to read the journal.
    pub fn sign(&self, view: &View, checkpoint: &Checkpoint) -> Result<SignedNote, VouchError> {
        let replacing = |last: &Checkpoint, reason: &Text| {
            let replaces = Some(Replaced { size: last.size, root: last.root, reason: reason.clone() });
            Checkpoint { replaces, ..checkpoint.clone() }.sign(&self.key)
        };
        let Some(last) = &self.last else {
            let nothing = Checkpoint::of_nothing(checkpoint.origin.clone());
            let reason = self.because.as_ref().ok_or(VouchError::UnknownHistory)?;
            return Ok(replacing(&nothing, reason));
        };
        match (growth_of(view, last, checkpoint), &self.because) {
            (Ok(_), _) => Ok(checkpoint.sign(&self.key)),
            (Err(VouchError::Proof(_)), Some(reason)) => Ok(replacing(last, reason)),
            (Err(VouchError::Proof(reason)), None) => {
                Err(VouchError::OtherHistory { signed: Box::new(last.clone()), reason })
            }
            (Err(failure), _) => Err(failure),
        }
    }

    /// Signs a statement of coverage of a checkpoint that it has signed.
    pub fn sign_coverage(&self, coverage: &Coverage) -> SignedNote {
        coverage.sign(&self.key)
    }
}
