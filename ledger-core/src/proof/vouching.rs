//! What may be signed of a ledger, and how what was signed is held against it again: from the bytes of the journal, and
//! from no snapshot.

use super::consistency::consistency;
use super::coverage::{Coverage, CoverageFigures};
use super::growth::check_growth;
use super::inclusion::inclusion;
use super::receipt::SignedReceipt;
use super::signer::Signer;
use super::subtrees::root_at;
use crate::history::HEAD_PATH;
use crate::journal::{Commit, Frontier, Hash, Root, leaf_hash};
use crate::ledger::LedgerError;
use crate::sequence::Sequence;
use crate::signed::{Checkpoint, KeyName, ProofError};
use crate::state::State;
use crate::view::View;

/// Why nothing is vouched for.
#[derive(Debug, thiserror::Error)]
pub enum VouchError {
    /// The journal cannot be read, or does not verify.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// It is not what was signed.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The key has signed another history.
    #[error(
        "the journal does not go on from the {} entries with the root {} that this key signed last: {}",
        signed.size, signed.root, instead(reason)
    )]
    OtherHistory {
        /// What it signed last.
        signed: Box<Checkpoint>,
        /// What the journal has instead.
        reason: ProofError,
    },
    /// It is not known which history the key has signed.
    #[error("what this key signed last is not known: {HEAD_PATH} is not beside it")]
    UnknownHistory,
    /// There is nothing to sign.
    #[error("the journal has no entries yet")]
    NoEntries,
    /// There is no such entry.
    #[error("there is no entry {sequence}")]
    NoEntry {
        /// Its number.
        sequence: Sequence,
    },
}

/// The last whole block, durable: what is signed must not be taken back by a power cut.
fn last_durable(view: &View) -> Result<Commit, VouchError> {
    let block = view.last_block()?.ok_or(VouchError::NoEntries)?;
    view.make_durable(&block)?;
    Ok(block)
}

/// The journal as it stands, durable, with its figures: what a checkpoint and a statement of coverage say, and the state.
/// All of it is computed from the first entry on.
pub fn vouch(view: &View, origin: KeyName) -> Result<(Coverage, State), VouchError> {
    let block = last_durable(view)?;
    let standing = view.replayed_to(Sequence::new(block.tree_size))?;
    let checkpoint = Checkpoint::new(origin, block.tree_size, block.root);
    // The records were hashed again; the block says a root by itself.
    checkpoint.check_root(block.tree_size, standing.root.unwrap_or(block.root))?;
    let figures = CoverageFigures::of(&standing.state);
    Ok((Coverage { checkpoint, figures }, standing.state))
}

/// The receipt of an entry under the journal as it stands, durable.
pub fn receipt_of(view: &View, sequence: Sequence, signer: &Signer) -> Result<SignedReceipt, VouchError> {
    let record = view.record(sequence)?.ok_or(VouchError::NoEntry { sequence })?;
    let block = last_durable(view)?;
    let mut subtrees = view.subtrees(block)?;
    let proof =
        inclusion(sequence.number() - 1, block.tree_size, &mut subtrees).map_err(LedgerError::from)?;
    let checkpoint = Checkpoint::new(signer.verifying().name().clone(), block.tree_size, block.root);
    let note = signer.sign(view, &checkpoint)?;
    Ok(SignedReceipt::new(record, proof, note, signer.verifying().clone())?)
}

/// The checkpoint of the journal as it stands; durable, if it is going to be signed.
pub fn checkpoint_now(view: &View, origin: KeyName, to_sign: bool) -> Result<Checkpoint, VouchError> {
    let block = if to_sign { Some(last_durable(view)?) } else { view.last_block()? };
    let (size, root) = block.map_or((0, Frontier::new().root()), |block| (block.tree_size, block.root));
    Ok(Checkpoint::new(origin, size, root))
}

impl Checkpoint {
    /// Holds it against the journal, of which every byte up to its size is read. `progress` is told how many entries were.
    pub fn check_journal(&self, view: &View, progress: impl FnMut(u64)) -> Result<(), VouchError> {
        Ok(self.check(&view.tree_of(self.size, progress)?)?)
    }
}

impl Coverage {
    /// Holds its figures against the journal, replayed from the first entry, of which the checkpoint was checked. Gives the
    /// state that has them.
    pub fn check_journal(&self, view: &View) -> Result<State, VouchError> {
        let standing = view.replayed_to(Sequence::new(self.checkpoint.size))?;
        self.check(&standing.state)?;
        Ok(standing.state)
    }
}

impl SignedReceipt {
    /// Holds its entry against that of the journal.
    pub fn check_journal(&self, view: &View) -> Result<(), VouchError> {
        let sequence = self.entry().sequence;
        match view.record(sequence)? {
            Some(record) if leaf_hash(&record) == self.leaf() => Ok(()),
            Some(_) => Err(ProofError::OtherEntry { sequence }.into()),
            None => Err(cut_off(view, self.checkpoint().size)?),
        }
    }
}

/// The proof that the journal grew from one checkpoint to the other, once it has the roots of both.
pub fn growth_of(view: &View, old: &Checkpoint, new: &Checkpoint) -> Result<Vec<Hash>, VouchError> {
    if old.size > new.size {
        return Err(ProofError::Reversed { old: old.size, new: new.size }.into());
    }
    // An empty journal has one root, whatever came after it.
    for checkpoint in [old, new].into_iter().filter(|checkpoint| checkpoint.size == 0) {
        checkpoint.check(&Frontier::new())?;
    }
    if new.size == 0 {
        return Ok(Vec::new());
    }
    let Some(block) = view.block_of(Sequence::new(new.size))? else {
        return Err(cut_off(view, new.size)?);
    };
    let mut subtrees = view.subtrees(block)?;
    for checkpoint in [old, new].into_iter().filter(|checkpoint| checkpoint.size > 0) {
        let root = root_at(checkpoint.size, &mut subtrees).map_err(LedgerError::from)?;
        checkpoint.check_root(checkpoint.size, Root(root))?;
    }
    let proof = consistency(old.size, new.size, &mut subtrees).map_err(LedgerError::from)?;
    check_growth(old, new, &proof)?;
    Ok(proof)
}

/// What the journal has in place of what a key has signed. No other checkpoint is at hand.
fn instead(reason: &ProofError) -> String {
    match reason {
        ProofError::Reversed { new, .. } => format!("it has only {new}"),
        ProofError::Inconsistent { .. } => "its first entries are others".to_owned(),
        reason => reason.to_string(),
    }
}

fn cut_off(view: &View, size: u64) -> Result<VouchError, LedgerError> {
    let found = view.last_block()?.map_or(0, |block| block.tree_size);
    Ok(ProofError::CutOff { size, found }.into())
}
