//! Why a key, a note or a proof is not believed.

use serde::Serialize;

use crate::journal::Root;
use crate::sequence::Sequence;

/// What is wrong with a key, a note or a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProofError {
    /// A text that cannot name a key.
    #[error(
        "{name:?} cannot name a key: 1 to 128 bytes, no blank, no plus, nothing that does not show, not a number, not \
         aiga-coverage/…"
    )]
    KeyName {
        /// The text.
        name: String,
    },
    /// A text that is no Ed25519 key of a signed note.
    #[error("this is no key as `aiga key show` prints it, or it was changed")]
    Key,
    /// A text that is no signed note.
    #[error("this is no signed note: a text, an empty line, and lines of signatures")]
    Note,
    /// A note with more bytes than one is read with.
    #[error("the note has {bytes} bytes; at most {bytes_max} are read")]
    NoteTooLong {
        /// How many it has.
        bytes: usize,
        /// How many may be.
        bytes_max: usize,
    },
    /// A note with more signatures than one is read with.
    #[error("the note has {signatures} signatures; at most {most} are read")]
    TooManySignatures {
        /// How many it has.
        signatures: usize,
        /// How many may be.
        most: usize,
    },
    /// The note is signed, but not by this key.
    #[error("it is not signed by the key {key}, but by {}", signed_by.join(", "))]
    OtherKey {
        /// The key that should have signed.
        key: String,
        /// The keys that say they have.
        signed_by: Vec<String>,
    },
    /// The signature of this key is not over this text.
    #[error("the signature of {key} is not right for this text: the text or the signature was changed")]
    Signature {
        /// The key.
        key: String,
    },
    /// The text of the note is no checkpoint.
    #[error("the note is no checkpoint: an origin, a size and a root, and nothing else")]
    Checkpoint,
    /// The text of the note is no statement of coverage.
    #[error("the note is no statement of coverage")]
    Coverage,
    /// A checkpoint names another ledger than its key.
    #[error("the checkpoint is of {origin}, and the key of {name}")]
    Origin {
        /// The origin.
        origin: String,
        /// The name of the key.
        name: String,
    },
    /// The text is no receipt or proof as they are written here.
    #[error("this is no {what}: {reason}")]
    Form {
        /// What it should be.
        what: &'static str,
        /// Why it is not.
        reason: String,
    },
    /// It is one, but something in it stands otherwise than it is written.
    #[error("the {what} was changed: it is not written as it was")]
    NotAsWritten {
        /// What it is.
        what: &'static str,
    },
    /// The record of a receipt is no entry.
    #[error("the record in the receipt is no entry: {reason}")]
    Record {
        /// Why.
        reason: String,
    },
    /// The readable form of a receipt says something else than its record.
    #[error("the receipt reads otherwise than its record, which is entry {sequence}")]
    ReadsOtherwise {
        /// The entry of the record.
        sequence: Sequence,
    },
    /// The proof does not lead from the record to the root.
    #[error("entry {sequence} as it stands in the receipt is not among the {size} entries of the checkpoint")]
    NotIncluded {
        /// The entry.
        sequence: Sequence,
        /// The size of the checkpoint.
        size: u64,
    },
    /// The proof does not lead from one root to the other.
    #[error("the {new} entries of the newer checkpoint do not begin with the {old} of the older one")]
    Inconsistent {
        /// The size of the older checkpoint.
        old: u64,
        /// The size of the newer one.
        new: u64,
    },
    /// The checkpoint that should be newer is smaller.
    #[error("the older checkpoint has {old} entries, and the newer one only {new}")]
    Reversed {
        /// The size of the older checkpoint.
        old: u64,
        /// The size of the newer one.
        new: u64,
    },
    /// The leaves or the journal end before the size of a checkpoint.
    #[error("there are {found} entries, and the checkpoint was signed over {size}: entries were cut off")]
    CutOff {
        /// The size of the checkpoint.
        size: u64,
        /// How many there are.
        found: u64,
    },
    /// The first entries have another root than a checkpoint.
    #[error(
        "the first {size} entries have the root {found}, and the checkpoint was signed over {signed}: an entry was \
         changed, removed or put in"
    )]
    Rewritten {
        /// The size of the checkpoint.
        size: u64,
        /// The root of the checkpoint.
        signed: Root,
        /// The root that the entries have.
        found: Root,
    },
    /// An entry of the journal is not the one of a receipt.
    #[error(
        "entry {sequence} of the journal is not the one in the receipt: it was changed, or the entries before it"
    )]
    OtherEntry {
        /// The entry.
        sequence: Sequence,
    },
    /// The figures that were signed are not those of the journal.
    #[error("{figure} was signed as {signed}, and the journal has {found}")]
    OtherFigure {
        /// Which figure.
        figure: &'static str,
        /// As signed.
        signed: String,
        /// As the journal has it.
        found: String,
    },
}

impl ProofError {
    /// A stable code, in `snake_case`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeyName { .. } => "bad_key_name",
            Self::Key => "bad_key",
            Self::Note => "not_a_note",
            Self::NoteTooLong { .. } => "note_too_long",
            Self::TooManySignatures { .. } => "too_many_signatures",
            Self::OtherKey { .. } => "other_key",
            Self::Signature { .. } => "bad_signature",
            Self::Checkpoint => "not_a_checkpoint",
            Self::Coverage => "not_a_coverage",
            Self::Origin { .. } => "other_origin",
            Self::Form { .. } => "not_a_proof",
            Self::NotAsWritten { .. } => "not_as_written",
            Self::Record { .. } => "no_entry",
            Self::ReadsOtherwise { .. } => "reads_otherwise",
            Self::NotIncluded { .. } => "not_included",
            Self::Inconsistent { .. } => "inconsistent",
            Self::Reversed { .. } => "reversed",
            Self::CutOff { .. } => "cut_off",
            Self::Rewritten { .. } => "rewritten",
            Self::OtherEntry { .. } => "other_entry",
            Self::OtherFigure { .. } => "other_figure",
        }
    }

    /// All codes, for documents that explain them.
    pub const CODES: &'static [&'static str] = &[
        "bad_key_name",
        "bad_key",
        "not_a_note",
        "note_too_long",
        "too_many_signatures",
        "other_key",
        "bad_signature",
        "not_a_checkpoint",
        "not_a_coverage",
        "other_origin",
        "not_a_proof",
        "not_as_written",
        "no_entry",
        "reads_otherwise",
        "not_included",
        "inconsistent",
        "reversed",
        "cut_off",
        "rewritten",
        "other_entry",
        "other_figure",
    ];
}
