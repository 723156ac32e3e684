//! The state mark: what a block of format 2 says about states. It binds snapshots to the journal: a snapshot is believed
//! only if a block behind it names the hash of its state.
//!
//! ```text
//! 44   taken u16 (1: a state was taken after this block) · form u16 · sequence u64 · SHA-256 [32]; the last three are 0
//!      where no state is named
//! ```

use super::damage::BlockError;
use super::lanes;
use super::tree::Hash;

/// Bytes of a state mark.
pub const STATE_MARK_LEN: usize = 44;

/// The hash of the state after an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateHash {
    /// The entry.
    pub sequence: u64,
    /// The version of the canonical form, from 1 on.
    pub form: u16,
    /// The SHA-256 of the state's canonical form.
    pub sha256: Hash,
}

impl StateHash {
    /// The hash of a state in this version of the canonical form.
    pub fn of(sequence: u64, form: u16, canonical: &[u8]) -> Self {
        Self { sequence, form, sha256: lanes::sha256(canonical) }
    }
}

/// What a block says about states. One that says nothing is written in format 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StateMark {
    /// The state after this block was taken for a snapshot; a later block may name its hash.
    pub taken: bool,
    /// The hash of a state that was taken after an earlier block.
    pub named: Option<StateHash>,
}

impl StateMark {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn bytes(&self) -> [u8; STATE_MARK_LEN] {
        let mut bytes = [0; STATE_MARK_LEN];
        bytes[..2].copy_from_slice(&u16::from(self.taken).to_le_bytes());
        if let Some(StateHash { sequence, form, sha256 }) = &self.named {
            bytes[2..4].copy_from_slice(&form.to_le_bytes());
            bytes[4..12].copy_from_slice(&sequence.to_le_bytes());
            bytes[12..].copy_from_slice(sha256);
        }
        bytes
    }

    /// Reads the mark of a block that begins with the entry `first_sequence`.
    ///
    /// # Errors
    /// [`BlockError::StateMark`] when no writer writes such a mark.
    pub(super) fn decode(bytes: &[u8; STATE_MARK_LEN], first_sequence: u64) -> Result<Self, BlockError> {
        let (taken, rest) = bytes.split_first_chunk().unwrap_or_else(|| unreachable!("44 bytes"));
        let (form, rest) = rest.split_first_chunk().unwrap_or_else(|| unreachable!("42 bytes"));
        let (sequence, sha256) = rest.split_first_chunk().unwrap_or_else(|| unreachable!("40 bytes"));
        let (taken, form) = (u16::from_le_bytes(*taken), u16::from_le_bytes(*form));
        let sequence = u64::from_le_bytes(*sequence);
        let sha256 = *sha256.first_chunk().unwrap_or_else(|| unreachable!("32 bytes"));
        let named = (form > 0).then_some(StateHash { sequence, form, sha256 });
        let mark = Self { taken: taken == 1, named };
        let names_one = named.is_none() || (1..first_sequence).contains(&sequence);
        if !mark.is_empty() && mark.bytes() == *bytes && names_one {
            Ok(mark)
        } else {
            Err(BlockError::StateMark { taken, form, sequence, first_sequence })
        }
    }
}
