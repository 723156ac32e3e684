//! Proofs that whoever holds them checks without the ledger: signed checkpoints, statements of coverage, receipts of
//! entries, and that a journal was only added to. What each file holds is in `docs/proofs.md`.
//!
//! ```text
//! vouching     what of a ledger may be signed, and held against it again
//! receipt      an entry, its inclusion, a checkpoint      growth       two checkpoints and their consistency
//! signer       a key that remembers what it signed last
//! coverage     signed figures                             written      the one form of a file
//! inclusion    a leaf is in a tree                        consistency  a tree begins with an older one
//! subtrees     where their hashes come from
//! ```
//!
//! Notes, their keys and checkpoints are those of `signed`.

mod consistency;
mod coverage;
mod growth;
mod inclusion;
mod receipt;
mod signer;
mod subtrees;
#[cfg(test)]
mod tests;
mod vouching;
mod written;

pub use crate::history::{HEAD_PATH, KEYS_FOLDER, PRIVATE_KEY_PATH, PUBLIC_KEY_PATH};
pub use crate::signed::{Checkpoint, KeyName, ProofError, Replaced, SignedNote, SigningKey, VerifyingKey};
pub use consistency::{consistency, verify_consistency};
pub use coverage::{Coverage, CoverageFigures};
pub use growth::{SignedGrowth, check_growth};
pub use inclusion::{inclusion, verify_inclusion};
pub use receipt::SignedReceipt;
pub use signer::Signer;
pub use subtrees::{SubtreeSource, root_at};
pub use vouching::{VouchError, checkpoint_now, growth_of, receipt_of, vouch};
