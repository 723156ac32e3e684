//! A receipt to take home: an entry, the proof that it is in the journal, and the checkpoint that says which journal.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::inclusion::verify_inclusion;
use super::written::{expect_format, hashes_of_text, hashes_to_text, read, write};
use crate::entry::Entry;
use crate::journal::{Hash, leaf_hash};
use crate::record;
use crate::signed::{Checkpoint, ProofError, SignedNote, VerifyingKey};

const FORMAT: &str = "aiga-receipt/1";
const WHAT: &str = "receipt";

/// An entry of a journal, proved. One that was [read](Self::read) holds together in every byte; whether its key is the
/// association's, only the association can say.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedReceipt {
    record: Vec<u8>,
    entry: Entry,
    proof: Vec<Hash>,
    note: SignedNote,
    checkpoint: Checkpoint,
    key: VerifyingKey,
}

/// The file. A key is not left out and not put in.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: String,
    sequence: u64,
    entry: Value,
    record: String,
    proof: Vec<String>,
    checkpoint: String,
    key: String,
}

impl SignedReceipt {
    /// The receipt of a record under a checkpoint that this key has signed.
    ///
    /// # Errors
    /// [`ProofError`], when the parts do not belong together.
    pub fn new(
        record: Vec<u8>,
        proof: Vec<Hash>,
        note: SignedNote,
        key: VerifyingKey,
    ) -> Result<Self, ProofError> {
        let entry =
            record::decode(&record).map_err(|invalid| ProofError::Record { reason: invalid.reason })?;
        let checkpoint = Checkpoint::open(&note, &key)?;
        let (sequence, size) = (entry.sequence, checkpoint.size);
        let index = sequence.number().checked_sub(1);
        let included = index
            .is_some_and(|index| verify_inclusion(index, size, leaf_hash(&record), &proof, checkpoint.root));
        if !included {
            return Err(ProofError::NotIncluded { sequence, size });
        }
        Ok(Self { record, entry, proof, note, checkpoint, key })
    }

    /// Reads a receipt and checks all of it: the signature by `named`, or by the key that the file itself names; that the
    /// record is under the checkpoint; that it reads as its record; and that no byte is otherwise than it was written.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn read(text: &str, named: Option<&VerifyingKey>) -> Result<Self, ProofError> {
        let file: Written = read(text, WHAT)?;
        expect_format(&file.format, FORMAT, WHAT)?;
        let stated: VerifyingKey = file.key.parse()?;
        let note = SignedNote::parse(&file.checkpoint)?;
        if let Some(named) = named.filter(|named| **named != stated) {
            return Err(ProofError::OtherKey { key: named.to_string(), signed_by: vec![file.key] });
        }
        let record = BASE64.decode(file.record.as_bytes());
        let record = record.map_err(|error| ProofError::Form { what: WHAT, reason: error.to_string() })?;
        let receipt = Self::new(record, hashes_of_text(&file.proof, WHAT)?, note, stated)?;
        let sequence = receipt.entry.sequence;
        if file.entry != receipt.readable() || file.sequence != sequence.number() {
            return Err(ProofError::ReadsOtherwise { sequence });
        }
        if receipt.to_text() == text { Ok(receipt) } else { Err(ProofError::NotAsWritten { what: WHAT }) }
    }

    /// Whether a text is meant to be one; it may yet be none.
    pub fn is_meant_by(text: &str) -> bool {
        text.trim_start().starts_with('{') && text.contains(FORMAT)
    }

    /// The file.
    pub fn to_text(&self) -> String {
        write(&Written {
            format: FORMAT.to_owned(),
            sequence: self.entry.sequence.number(),
            entry: self.readable(),
            record: BASE64.encode(&self.record),
            proof: hashes_to_text(&self.proof),
            checkpoint: self.note.to_string(),
            key: self.key.to_string(),
        })
    }

    /// The entry as scripts read it.
    fn readable(&self) -> Value {
        serde_json::to_value(&self.entry).unwrap_or_else(|_| unreachable!("an entry is texts and numbers"))
    }

    /// The entry that the record is.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The hash of the record as a leaf.
    pub fn leaf(&self) -> Hash {
        leaf_hash(&self.record)
    }

    /// The signed checkpoint.
    pub fn note(&self) -> &SignedNote {
        &self.note
    }

    /// What was signed.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The key that signed it.
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }
}
