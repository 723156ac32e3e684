//! Proof: whether the live runs hold what the entries say, no more and no less. Whoever reads all entries shows them, and
//! then each run is read once. Two sums of all pairs of term and entry must be the same; they are mixed under keys that
//! nobody could know who forged a run.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::Reached;
use super::error::IndexError;
use super::folder::Cover;
use super::run::{Cursor, Run, run_hash};
use crate::entry::Entry;
use crate::storage::Storage;

/// Holds entries against the runs in which they should be found.
#[derive(Debug)]
pub struct Proof {
    keys: [u64; 2],
    runs: Vec<Arc<Run>>,
    /// The run of the entry at hand, and the sum of what was shown of it.
    at: usize,
    sum: u64,
    hashes: Vec<u64>,
}

/// What is wrong with a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It reads, and does not hold what its entries say.
    Forged {
        /// Its file.
        path: String,
    },
    /// It does not read: nobody is misled by it.
    Unread(IndexError),
}

impl Proof {
    /// A proof of the live runs in this storage, as far as `serves` finds them to be of the journal.
    pub fn of(storage: &Arc<dyn Storage>, serves: impl Fn(&Reached) -> bool) -> Self {
        let cover = Cover::find::<IndexError>(storage, |reached| Ok(serves(reached))).unwrap_or_default();
        let state = RandomState::new();
        let keys = [state.hash_one(0), state.hash_one(1)];
        Self { keys, runs: cover.runs, at: 0, sum: 0, hashes: Vec::new() }
    }

    /// The last entry that they know.
    pub fn reached(&self) -> Option<u64> {
        self.runs.last().map(|run| run.header().scope.last)
    }

    /// Shows an entry, in the order of the journal. At the last one of a run it is read.
    pub fn show(&mut self, entry: &Entry) -> Option<Flaw> {
        let run = self.runs.get(self.at)?;
        let (sequence, keys) = (entry.sequence.number(), self.keys);
        self.hashes.clear();
        let hashes = &mut self.hashes;
        run.header().scope.hasher.visit_terms(entry, |_, hash| hashes.push(run_hash(hash)));
        // A run has each of its terms once.
        hashes.sort_unstable();
        hashes.dedup();
        self.sum = hashes.iter().fold(self.sum, |sum, hash| sum.wrapping_add(mixed(keys, *hash, sequence)));
        if sequence < run.header().scope.last {
            return None;
        }
        let (run, shown) = (Arc::clone(run), std::mem::take(&mut self.sum));
        self.at += 1;
        match held(&run, keys) {
            Ok(Some(sum)) if sum == shown => None,
            Ok(_) => Some(Flaw::Forged { path: run.path().to_owned() }),
            Err(error) => Some(Flaw::Unread(error)),
        }
    }
}

/// One pair, mixed so that other pairs make another sum.
fn mixed(keys: [u64; 2], hash: u64, sequence: u64) -> u64 {
    let once = folded(hash ^ keys[0], sequence ^ keys[1]);
    folded(once ^ keys[1], keys[0] | 1)
}

/// Both halves of a product.
fn folded(one: u64, other: u64) -> u64 {
    let product = (u128::from(one) * u128::from(other)).to_le_bytes();
    let (halves, _) = product.as_chunks::<8>();
    u64::from_le_bytes(halves[0]) ^ u64::from_le_bytes(halves[1])
}

/// The sum of all that a run holds; nothing if it would not be found there.
fn held(run: &Arc<Run>, keys: [u64; 2]) -> Result<Option<u64>, IndexError> {
    run.read_filter()?;
    let mut cursor = Cursor::new(Arc::clone(run))?;
    let (mut sum, mut before) = (0_u64, None);
    while let Some(group) = cursor.group() {
        let hash = group.hash;
        if before.is_some_and(|before| before > hash) || (before != Some(hash) && !run.may_hold(hash)?) {
            return Ok(None);
        }
        group.visit(|sequence| sum = sum.wrapping_add(mixed(keys, hash, sequence)))?;
        before = Some(hash);
        cursor.advance()?;
    }
    Ok(Some(sum))
}
