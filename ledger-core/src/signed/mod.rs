//! Signed checkpoints: a text with the Ed25519 signatures below it, and the size and root of a journal as such a text.
//! It knows no ledger; what may be signed of one, and what else is proved with it, is in [`proof`](crate::proof).

mod checkpoint;
mod error;
mod note;

pub use checkpoint::{Checkpoint, Replaced};
pub use error::ProofError;
pub use note::{KeyName, SignedNote, SigningKey, VerifyingKey};
