//! The names of the entries that are not yet in a run, in memory, in generations that are forgotten as a whole.

use std::collections::VecDeque;

use hashbrown::HashTable;

use crate::sequence::Sequence;

/// Entries of a generation, before the next one begins.
const GENERATION_ENTRIES: u64 = 65_536;

/// The names of the newest entries.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    /// The oldest first.
    generations: VecDeque<Generation>,
    /// Nothing will be forgotten: the newest generation grows without end.
    kept: bool,
}

#[derive(Clone, Debug)]
struct Generation {
    first: u64,
    last: u64,
    names: HashTable<Occurrence>,
}

/// A hash of a name, and an entry in which it occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Occurrence {
    hash: u64,
    sequence: u64,
}

impl Recent {
    /// Notes that a name with this hash occurs in an entry, which is the newest.
    pub fn note(&mut self, hash: u64, sequence: u64) {
        let kept = self.kept;
        let fits = |newest: &&mut Generation| kept || sequence < newest.first + GENERATION_ENTRIES;
        let newest = match self.generations.back_mut().filter(fits) {
            Some(newest) => newest,
            None => self.begin(sequence),
        };
        newest.last = newest.last.max(sequence);
        newest.names.insert_unique(hash, Occurrence { hash, sequence }, |known| known.hash);
    }

    fn begin(&mut self, first: u64) -> &mut Generation {
        // The next generation is likely to be as large as the last.
        let names = HashTable::with_capacity(self.generations.back().map_or(0, |last| last.names.len()));
        self.generations.push_back_mut(Generation { first, last: first, names })
    }

    /// Forgets that a name occurs in an entry.
    pub fn forget(&mut self, hash: u64, sequence: u64) {
        let occurrence = Occurrence { hash, sequence };
        for generation in self.generations.iter_mut().rev() {
            if let Ok(found) = generation.names.find_entry(hash, |known| *known == occurrence) {
                found.remove();
                return;
            }
        }
    }

    /// Shows the entries in which a name with this hash occurs.
    pub fn visit(&self, hash: u64, mut visit: impl FnMut(Sequence)) {
        for generation in &self.generations {
            let same = generation.names.iter_hash(hash).filter(|known| known.hash == hash);
            same.for_each(|known| visit(Sequence::new(known.sequence)));
        }
    }

    /// Forgets the generations whose entries are all in runs, which have reached this one.
    pub fn drop_reached(&mut self, reached: u64) {
        while self.generations.front().is_some_and(|oldest| oldest.last <= reached) {
            self.generations.pop_front();
        }
    }

    /// Keeps all from now on.
    pub fn keep_all(&mut self) {
        self.kept = true;
    }
}
