//! Bundles: the roots of full subtrees of 256 leaves, one after another in the file `tree/256`, so that a proof need not
//! hash the whole journal. Disposable: it is never believed, but held against a root that stands in the journal.

use std::io;
use std::sync::Arc;

use super::error::JournalError;
use super::reader::Reader;
use super::tree::{BUNDLE_LEAVES, Frontier, Hash, leaf_hashes};
use crate::storage::{Storage, in_memory};

/// The file: 32 bytes for each bundle.
pub const BUNDLES_PATH: &str = "tree/256";

const HASH_LEN: u64 = 32;

/// What the file holds, at most so many bundles from the first on; nothing where it cannot be read. To be verified.
pub(crate) fn stored(storage: &Arc<dyn Storage>, most: u64) -> Vec<Hash> {
    let Ok(Some(len)) = storage.len(BUNDLES_PATH) else { return Vec::new() };
    let mut bytes = vec![0; in_memory((len / HASH_LEN).min(most) * HASH_LEN)];
    let read = storage.read_at(BUNDLES_PATH, 0, &mut bytes).unwrap_or(0);
    bytes.truncate(read);
    bytes.as_chunks().0.to_vec()
}

/// Hashes the records behind so many bundles, up to the record `last`: adds the bundles that they make full, and gives
/// the tree of those that make none full.
pub(super) fn hashed(reader: &Reader, bundles: &mut Vec<Hash>, last: u64) -> Result<Frontier, JournalError> {
    // A bundle begins where the trees of all levels below it begin, so that it may be hashed as if it were the first.
    let mut frontier = Frontier::new();
    visit_leaves(reader, bundles.len() as u64 * BUNDLE_LEAVES + 1, last, |leaves| {
        frontier.push_bundling(leaves, bundles);
    })?;
    let behind = frontier.size() % BUNDLE_LEAVES;
    let nodes = frontier.nodes();
    let nodes = nodes[nodes.len() - behind.count_ones() as usize..].to_vec();
    Ok(Frontier::from_parts(behind, nodes).unwrap_or_else(|_| unreachable!("a node for each bit")))
}

/// The tree that begins with these bundles and ends with a tree of less than one.
pub(super) fn tree(bundles: &[Hash], behind: &Frontier) -> Frontier {
    let mut above = Frontier::new();
    above.push_leaves(bundles.to_vec());
    let size = bundles.len() as u64 * BUNDLE_LEAVES + behind.size();
    let nodes = [above.nodes(), behind.nodes()].concat();
    Frontier::from_parts(size, nodes).unwrap_or_else(|_| unreachable!("a node for each bit"))
}

/// Shows the hashes of the leaves from one record to another, those of a block together.
pub(super) fn visit_leaves(
    reader: &Reader,
    first: u64,
    last: u64,
    mut visit: impl FnMut(Vec<Hash>),
) -> Result<(), JournalError> {
    if first > last {
        return Ok(());
    }
    let mut scan = reader.scan_near(first)?;
    while scan.last_sequence() < last {
        let Some(block) = scan.next_block()? else {
            return Err(JournalError::CutOff { last_sequence: scan.last_sequence(), known_durable: last });
        };
        reader.note_block(&block.commit());
        let asked = block.numbered().filter(|(sequence, _)| (first..=last).contains(sequence));
        let records: Vec<&[u8]> = asked.map(|(_, record)| record).collect();
        let mut leaves = Vec::with_capacity(records.len());
        leaf_hashes(records.into_iter(), &mut leaves);
        visit(leaves);
    }
    Ok(())
}

/// Writes the file, as the journal grows. It is not synced: what a power cut leaves of it is found out and made anew.
#[derive(Debug)]
pub struct Bundles {
    storage: Arc<dyn Storage>,
    /// How many bundles of the file are known to be right.
    known: Option<u64>,
}

impl Bundles {
    /// The file in this storage; touches nothing.
    pub fn new(storage: Arc<dyn Storage>) -> Self {
        Self { storage, known: None }
    }

    /// Makes the file hold the bundles of a tree, of which these are the last. The first time, what it holds is held
    /// against the tree, and what is missing or wrong is made from the journal.
    ///
    /// # Errors
    /// Failures of the storage and of the journal: the file may be short or wrong then, and the next call mends it.
    pub fn append(&mut self, last: &[Hash], tree_now: &Frontier) -> Result<(), JournalError> {
        let whole = tree_now.size() / BUNDLE_LEAVES;
        let before = whole.saturating_sub(last.len() as u64);
        match self.known.take() {
            Some(known) if known == whole => {}
            Some(known) if known == before => self.put(BUNDLES_PATH, before, last)?,
            _ => self.mend(last, before, tree_now)?,
        }
        self.known = Some(whole);
        Ok(())
    }

    fn mend(&self, last: &[Hash], before: u64, tree_now: &Frontier) -> Result<(), JournalError> {
        let whole = before + last.len() as u64;
        let len = self.storage.len(BUNDLES_PATH).map_err(JournalError::io("measure", BUNDLES_PATH))?;
        let there = stored(&self.storage, before);
        let kept = there.len() as u64;
        let bundles = self.completed(there, last, before)?;
        if fit(&bundles, tree_now) && len.is_none_or(|len| len <= whole * HASH_LEN) {
            return self.put(BUNDLES_PATH, kept, &bundles[in_memory(kept)..]);
        }
        let bundles =
            if fit(&bundles, tree_now) { bundles } else { self.completed(Vec::new(), last, before)? };
        self.replace(&bundles)
    }

    /// These bundles, those of the journal behind them, and the last ones.
    fn completed(
        &self,
        mut bundles: Vec<Hash>,
        last: &[Hash],
        before: u64,
    ) -> Result<Vec<Hash>, JournalError> {
        hashed(&Reader::new(Arc::clone(&self.storage)), &mut bundles, before * BUNDLE_LEAVES)?;
        bundles.extend(last);
        Ok(bundles)
    }

    fn put(&self, path: &str, first: u64, bundles: &[Hash]) -> Result<(), JournalError> {
        if bundles.is_empty() {
            return Ok(());
        }
        match self.storage.create(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(JournalError::io("create", path)(error));
            }
            _ => {}
        }
        let written = self.storage.write_at(path, first * HASH_LEN, bundles.as_flattened());
        written.map_err(JournalError::io("write", path))
    }

    /// Puts another file in its place, so that nothing of it is left.
    fn replace(&self, bundles: &[Hash]) -> Result<(), JournalError> {
        let unfinished = format!("{BUNDLES_PATH}.unfinished");
        if self.storage.len(&unfinished).map_err(JournalError::io("measure", &unfinished))?.is_some() {
            self.storage.remove(&unfinished).map_err(JournalError::io("remove", &unfinished))?;
        }
        self.put(&unfinished, 0, bundles)?;
        self.storage.rename(&unfinished, BUNDLES_PATH).map_err(JournalError::io("rename", &unfinished))
    }
}

/// Whether these are the bundles of a tree.
fn fit(bundles: &[Hash], tree_now: &Frontier) -> bool {
    let behind = (tree_now.size() % BUNDLE_LEAVES).count_ones() as usize;
    let above = &tree_now.nodes()[..tree_now.nodes().len() - behind];
    let whole = bundles.len() as u64 == tree_now.size() / BUNDLE_LEAVES;
    whole && tree(bundles, &Frontier::new()).nodes() == above
}
