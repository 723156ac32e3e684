//! Growth: that a journal under a newer checkpoint begins with all entries under an older one.

use serde::{Deserialize, Serialize};

use super::consistency::verify_consistency;
use super::written::{expect_format, hashes_of_text, hashes_to_text, read, write};
use crate::journal::Hash;
use crate::signed::{Checkpoint, ProofError, SignedNote, VerifyingKey};

const FORMAT: &str = "aiga-consistency/1";
const WHAT: &str = "proof of consistency";

/// Two checkpoints that one key has signed, and the proof that one grew out of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedGrowth {
    notes: [SignedNote; 2],
    old: Checkpoint,
    new: Checkpoint,
    proof: Vec<Hash>,
    key: VerifyingKey,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: String,
    old: String,
    new: String,
    proof: Vec<String>,
    key: String,
}

impl SignedGrowth {
    /// Puts checkpoints and proof together.
    ///
    /// # Errors
    /// [`ProofError`], when they do not belong together.
    pub fn new(
        old: SignedNote,
        new: SignedNote,
        proof: Vec<Hash>,
        key: VerifyingKey,
    ) -> Result<Self, ProofError> {
        let notes = [old, new];
        let [old, new] = [Checkpoint::open(&notes[0], &key)?, Checkpoint::open(&notes[1], &key)?];
        check_growth(&old, &new, &proof)?;
        Ok(Self { notes, old, new, proof, key })
    }

    /// Reads a file and checks all of it, in every byte; the signatures by `named`, or by the key that the file itself
    /// names.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn read(text: &str, named: Option<&VerifyingKey>) -> Result<Self, ProofError> {
        let file: Written = read(text, WHAT)?;
        expect_format(&file.format, FORMAT, WHAT)?;
        let stated: VerifyingKey = file.key.parse()?;
        if let Some(named) = named.filter(|named| **named != stated) {
            return Err(ProofError::OtherKey { key: named.to_string(), signed_by: vec![file.key] });
        }
        let (old, new) = (SignedNote::parse(&file.old)?, SignedNote::parse(&file.new)?);
        let growth = Self::new(old, new, hashes_of_text(&file.proof, WHAT)?, stated)?;
        if growth.to_text() == text { Ok(growth) } else { Err(ProofError::NotAsWritten { what: WHAT }) }
    }

    /// The file.
    pub fn to_text(&self) -> String {
        write(&Written {
            format: FORMAT.to_owned(),
            old: self.notes[0].to_string(),
            new: self.notes[1].to_string(),
            proof: hashes_to_text(&self.proof),
            key: self.key.to_string(),
        })
    }

    /// The older checkpoint.
    pub fn older(&self) -> &Checkpoint {
        &self.old
    }

    /// The newer one.
    pub fn newer(&self) -> &Checkpoint {
        &self.new
    }

    /// How one grew out of the other.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The key that signed both.
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }
}

/// Whether the proof leads from one checkpoint to the other.
pub fn check_growth(old: &Checkpoint, new: &Checkpoint, proof: &[Hash]) -> Result<(), ProofError> {
    if old.size > new.size {
        return Err(ProofError::Reversed { old: old.size, new: new.size });
    }
    if verify_consistency(old.size, new.size, old.root, new.root, proof) {
        return Ok(());
    }
    Err(ProofError::Inconsistent { old: old.size, new: new.size })
}
