//! Checkpoints (c2sp.org/tlog-checkpoint): the size and the root of a journal, signed.

use data_encoding::BASE64;

use super::error::ProofError;
use super::note::{KeyName, SignedNote, SigningKey, VerifyingKey};
use crate::journal::{Frontier, Root};
use crate::text::Text;

/// How many entries a journal had, and their Merkle root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which ledger: the name of its key.
    pub origin: KeyName,
    /// The number of entries.
    pub size: u64,
    /// The Merkle root over them.
    pub root: Root,
    /// What the same key had signed of another history, and why it signs this one.
    pub replaces: Option<Replaced>,
}

/// A checkpoint of another history, which a later one under the same key does not go on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// The number of its entries; 0 where it is not known any more what was signed.
    pub size: u64,
    /// The Merkle root over them.
    pub root: Root,
    /// Why another history is signed.
    pub reason: Text,
}

/// How the line of a replaced checkpoint begins.
const REPLACES: &str = "replaces ";

impl Checkpoint {
    /// The checkpoint of a journal that goes on from all that was signed before.
    pub fn new(origin: KeyName, size: u64, root: Root) -> Self {
        Self { origin, size, root, replaces: None }
    }

    /// The checkpoint of a journal without entries: what a key goes on from that has signed nothing yet.
    pub fn of_nothing(origin: KeyName) -> Self {
        Self::new(origin, 0, Frontier::new().root())
    }

    /// The lines that are signed: three, and one more where it replaces another.
    pub fn text(&self) -> String {
        let Self { origin, size, root, replaces } = self;
        let replaced = replaces.as_ref().map_or_else(String::new, |Replaced { size, root, reason }| {
            format!("{REPLACES}{size} {} {reason}\n", BASE64.encode(&root.0))
        });
        format!("{origin}\n{size}\n{}\n{replaced}", BASE64.encode(&root.0))
    }

    /// Signs it. Whether it may be signed, a [`Signer`](crate::proof::Signer) knows.
    pub fn sign(&self, key: &SigningKey) -> SignedNote {
        SignedNote::sign(self.text(), key)
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

    /// Reads the text of a note: three lines, or four, and no more.
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
    let replaces = match lines.next() {
        Some(line) => Some(read_replaced(line)?),
        None => None,
    };
    Some(Checkpoint {
        origin: origin.parse().ok()?,
        size: size.parse().ok()?,
        root: read_root(root)?,
        replaces,
    })
}

fn read_replaced(line: &str) -> Option<Replaced> {
    let (size, rest) = line.strip_prefix(REPLACES)?.split_once(' ')?;
    let (root, reason) = rest.split_once(' ')?;
    Some(Replaced { size: size.parse().ok()?, root: read_root(root)?, reason: reason.parse().ok()? })
}

fn read_root(text: &str) -> Option<Root> {
    Some(Root(BASE64.decode(text.as_bytes()).ok()?.try_into().ok()?))
}
