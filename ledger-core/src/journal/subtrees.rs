//! Subtrees: the hashes that a proof is made of, from the bundles that are kept and the records that make up the rest. All
//! of them are held against the root that stands in a block before one is given.

use super::bundles::{hashed, stored, tree, visit_leaves};
use super::commit::Commit;
use super::damage::{Damage, Evidence};
use super::error::JournalError;
use super::reader::Reader;
use super::tree::{BUNDLE_LEAVES, BUNDLE_LEVEL, Frontier, Hash, Root};
use crate::storage::in_memory;

/// The tree over the records up to the end of a block.
#[derive(Debug)]
pub struct Subtrees<'a> {
    reader: &'a Reader,
    block: Commit,
    bundles: Vec<Hash>,
    /// The tree of the leaves behind the last full bundle.
    behind: Frontier,
    /// The leaves of the bundle that was looked into last.
    leaves: Option<(u64, Vec<Hash>)>,
}

impl<'a> Subtrees<'a> {
    /// The tree up to the end of this block. What is not kept in the file `tree/256`, or is not what the block's root says,
    /// is hashed from the records.
    ///
    /// # Errors
    /// Failures of the storage; [`JournalError::Damaged`] when the records do not make up the root.
    pub fn up_to(reader: &'a Reader, block: Commit) -> Result<Self, JournalError> {
        let mut bundles = stored(reader.storage(), block.tree_size / BUNDLE_LEAVES);
        let mut behind = hashed(reader, &mut bundles, block.tree_size)?;
        if tree(&bundles, &behind).root() != block.root {
            bundles.clear();
            behind = hashed(reader, &mut bundles, block.tree_size)?;
        }
        let computed = tree(&bundles, &behind).root();
        if computed != block.root {
            return Err(damaged(&block, computed));
        }
        Ok(Self { reader, block, bundles, behind, leaves: None })
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.block.tree_size
    }

    /// The root over all of them.
    pub fn root(&self) -> Root {
        self.block.root
    }

    /// The root of the full subtree of 2^`level` leaves that begins with the leaf `index` · 2^`level`.
    ///
    /// # Errors
    /// Those of [`up_to`](Self::up_to).
    ///
    /// # Panics
    /// If the tree does not reach so far.
    pub fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, JournalError> {
        let (first, leaves) = (index << level, 1_u64 << level);
        assert!(first + leaves <= self.size(), "a subtree lies within its tree");
        let nodes = match level.checked_sub(BUNDLE_LEVEL) {
            Some(above) => &self.bundles[range(index << above, 1 << above)],
            None => &self.leaves(first / BUNDLE_LEAVES)?[range(first % BUNDLE_LEAVES, leaves)],
        };
        let mut subtree = Frontier::new();
        subtree.push_leaves(nodes.to_vec());
        Ok(subtree.root().0)
    }

    /// The leaves of one bundle, or of what is behind the last.
    fn leaves(&mut self, bundle: u64) -> Result<&[Hash], JournalError> {
        if self.leaves.as_ref().is_none_or(|(there, _)| *there != bundle) {
            self.leaves = Some((bundle, self.read_leaves(bundle)?));
        }
        Ok(self.leaves.as_ref().map_or(&[], |(_, leaves)| leaves))
    }

    fn read_leaves(&self, bundle: u64) -> Result<Vec<Hash>, JournalError> {
        let first = bundle * BUNDLE_LEAVES + 1;
        let last = (first + BUNDLE_LEAVES - 1).min(self.size());
        let mut leaves = Vec::new();
        visit_leaves(self.reader, first, last, |more| leaves.extend(more))?;
        let mut found = Frontier::new();
        found.push_leaves(leaves.clone());
        let right = match self.bundles.get(in_memory(bundle)) {
            Some(root) => found.root().0 == *root,
            None => found == self.behind,
        };
        if right {
            return Ok(leaves);
        }
        let block = self.reader.block_of(first)?.unwrap_or(self.block);
        Err(damaged(&block, found.root()))
    }
}

fn range(first: u64, many: u64) -> std::ops::Range<usize> {
    in_memory(first)..in_memory(first + many)
}

fn damaged(block: &Commit, computed: Root) -> JournalError {
    let reason = Box::new(Damage::Root { stored: block.root, computed });
    let (position, sequence) = (block.position, block.first_sequence);
    JournalError::Damaged { position, sequence, reason, evidence: Evidence::NotTorn }
}
