//! Checkpoints (c2sp.org/tlog-checkpoint): the size and the root of a journal, signed.

use data_encoding::BASE64;

use super::error::ProofError;
use super::note::{KeyName, SignedNote, SigningKey, VerifyingKey};
use crate::journal::{Frontier, Root};

/// How many entries a journal had, and their Merkle root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which ledger: the name of its key.
    pub origin: KeyName,
    /// The number of entries.
    pub size: u64,
    /// The Merkle root over them.
    pub root: Root,
}

impl Checkpoint {
    /// The three lines that are signed.
    pub fn text(&self) -> String {
        let Self { origin, size, root } = self;
        format!("{origin}\n{size}\n{}\n", BASE64.encode(&root.0))
    }

    /// Signs the checkpoint of the ledger with this key.
    pub fn sign(size: u64, root: Root, key: &SigningKey) -> SignedNote {
        let origin = key.verifying().name().clone();
        SignedNote::sign(Self { origin, size, root }.text(), key)
    }

    /// What a signed note says, once this key has signed it.
    ///
    /// # Errors
    /// Those of [`SignedNote::verify`]; [`ProofError::Checkpoint`], [`ProofError::Origin`].
    pub fn open(note: &SignedNote, key: &VerifyingKey) -> Result<Self, ProofError> {
        let checkpoint = Self::parse(note.verify(key)?)?;
        let (origin, name) = (&checkpoint.origin, key.name());
        if origin == name {
            return Ok(checkpoint);
        }
        Err(ProofError::Origin { origin: origin.to_string(), name: name.to_string() })
    }

    /// Reads the text of a note: three lines, and no more.
    ///
    /// # Errors
    /// [`ProofError::Checkpoint`].
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        let checkpoint = read(text).ok_or(ProofError::Checkpoint)?;
        if checkpoint.text() == text { Ok(checkpoint) } else { Err(ProofError::Checkpoint) }
    }

    /// Holds it against the tree of the first entries of a journal or an export: as many as its size, or all when there
    /// are fewer.
    ///
    /// # Errors
    /// [`ProofError::CutOff`], [`ProofError::Rewritten`].
    pub fn check(&self, tree: &Frontier) -> Result<(), ProofError> {
        self.check_root(tree.size(), tree.root())
    }

    /// The same, where size and root are known already.
    ///
    /// # Errors
    /// Those of [`check`](Self::check).
    pub fn check_root(&self, entries: u64, found: Root) -> Result<(), ProofError> {
        self.check_reached(entries)?;
        let (size, signed) = (self.size, self.root);
        if found == signed { Ok(()) } else { Err(ProofError::Rewritten { size, signed, found }) }
    }

    /// Whether a journal of so many entries has all of its own.
    ///
    /// # Errors
    /// [`ProofError::CutOff`].
    pub fn check_reached(&self, entries: u64) -> Result<(), ProofError> {
        if entries < self.size { Err(ProofError::CutOff { size: self.size, found: entries }) } else { Ok(()) }
    }
}

fn read(text: &str) -> Option<Checkpoint> {
    let mut lines = text.lines();
    let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
    let root = BASE64.decode(root.as_bytes()).ok()?.try_into().ok()?;
    Some(Checkpoint { origin: origin.parse().ok()?, size: size.parse().ok()?, root: Root(root) })
}
