//! Names: in which entries a reference, slip or payable occurs. Held in memory and filled from the journal.
//!
//! Only a hash is kept of each name, so an answer is a list of candidates, to be compared with the entries themselves.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

use super::terms::names_of;
use crate::entry::Entry;
use crate::id::Reference;
use crate::sequence::Sequence;

/// A hash of a name, and an entry in which it occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Occurrence {
    hash: u64,
    sequence: Sequence,
}

/// The entries in which each name occurs.
#[derive(Clone, Debug, Default)]
pub struct Names {
    occurrences: HashTable<Occurrence>,
    /// Seeded anew in each process, so that nobody can choose names that collide.
    hasher: RandomState,
}

impl Names {
    /// Notes the names of an entry: its reference, and the slips and payables that its postings touch.
    pub fn note(&mut self, entry: &Entry) {
        for name in names_of(entry) {
            let occurrence = self.occurrence(name, entry.sequence);
            self.occurrences.insert_unique(occurrence.hash, occurrence, |known| known.hash);
        }
    }

    /// Forgets an entry that was noted last and is not recorded after all.
    pub fn forget(&mut self, entry: &Entry) {
        for name in names_of(entry) {
            let occurrence = self.occurrence(name, entry.sequence);
            if let Ok(found) = self.occurrences.find_entry(occurrence.hash, |known| *known == occurrence) {
                found.remove();
            }
        }
    }

    /// The entries in which the name may occur, the first first.
    pub fn candidates(&self, name: &Reference) -> Vec<Sequence> {
        let hash = self.hasher.hash_one(name.as_str());
        let same = self.occurrences.iter_hash(hash).filter(|known| known.hash == hash);
        let mut sequences: Vec<Sequence> = same.map(|known| known.sequence).collect();
        sequences.sort_unstable();
        sequences
    }

    fn occurrence(&self, name: &Reference, sequence: Sequence) -> Occurrence {
        Occurrence { hash: self.hasher.hash_one(name.as_str()), sequence }
    }
}
