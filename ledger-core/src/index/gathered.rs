//! Gathered terms: those of entries that are not yet in a run, and the run that they make.

use std::iter::Peekable;
use std::sync::Arc;

use hashbrown::HashTable;

use super::error::IndexError;
use super::filter::HASH_BITS;
use super::group::{GAPS_BYTES, Group};
use super::header::Scope;
use super::marks::Mark;
use super::run::{Run, RunWriter, run_hash};
use super::varint::{self, VARINT_MAX};
use crate::storage::Storage;

/// The most entries that can be gathered: what is left of 64 bits by a hash.
pub const ENTRIES_MAX: u64 = 1 << (u64::BITS - HASH_BITS);

/// Terms of entries that follow one another.
#[derive(Debug)]
pub struct Gathered {
    /// The first entry.
    first: u64,
    /// Terms that few entries have: sorted when they make a run.
    few: Vec<Term>,
    /// Terms that many entries have.
    many: HashTable<List>,
}

/// A hash, and behind it the place of its entry among those that are gathered: so terms are sorted by both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Term(u64);

impl Term {
    fn hash(self) -> u64 {
        self.0 / ENTRIES_MAX
    }

    fn place(self) -> u64 {
        self.0 % ENTRIES_MAX
    }
}

/// The entries of a hash, as they will stand in the pages.
#[derive(Debug)]
struct List {
    hash: u64,
    groups: Vec<OpenGroup>,
}

#[derive(Debug)]
struct OpenGroup {
    first: u64,
    last: u64,
    gaps: Vec<u8>,
}

impl List {
    fn add(&mut self, sequence: u64) {
        match self.groups.last_mut() {
            Some(group) if group.last == sequence => {}
            Some(group) if group.gaps.len() + VARINT_MAX <= GAPS_BYTES => {
                varint::put(&mut group.gaps, sequence - group.last);
                group.last = sequence;
            }
            _ => self.groups.push(OpenGroup { first: sequence, last: sequence, gaps: Vec::new() }),
        }
    }

    fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        let hash = self.hash;
        self.groups.iter().map(move |OpenGroup { first, last, gaps }| Group {
            hash,
            first: *first,
            last: *last,
            gaps,
        })
    }
}

impl Gathered {
    /// No terms yet; the first entry will be this one.
    pub fn from(first: u64) -> Self {
        Self { first, few: Vec::new(), many: HashTable::new() }
    }

    /// Adds a term, by its whole hash, that few entries have. Entries come in order, fewer than [`ENTRIES_MAX`].
    pub fn add_rare(&mut self, hash: u64, sequence: u64) {
        self.few.push(Term(run_hash(hash) * ENTRIES_MAX + (sequence - self.first)));
    }

    /// Adds a term that many entries have.
    pub fn add(&mut self, hash: u64, sequence: u64) {
        let hash = run_hash(hash);
        let list = self.many.entry(hash, |list| list.hash == hash, |list| list.hash);
        list.or_insert_with(|| List { hash, groups: Vec::new() }).get_mut().add(sequence);
    }

    /// Writes a run of them, with the marks of its blocks. They are the entries of this scope.
    pub fn into_run(
        mut self,
        storage: &Arc<dyn Storage>,
        scope: Scope,
        marks: &[Mark],
    ) -> Result<Run, IndexError> {
        self.few.sort_unstable();
        self.few.dedup();
        let mut lists: Vec<List> = self.many.into_iter().collect();
        lists.sort_unstable_by_key(|list| list.hash);
        let hashes = self.few.chunk_by(|one, other| one.hash() == other.hash()).count() + lists.len();
        let mut writer = RunWriter::new(storage, scope, hashes as u64)?;
        let mut few = self.few.iter().copied().peekable();
        for mut list in lists {
            push_while(&mut writer, &mut few, self.first, |hash| hash < list.hash);
            // A rare term may have the same hash.
            if few.peek().is_some_and(|term| term.hash() == list.hash) {
                list = joined(&list, &mut few, self.first);
            }
            list.groups().for_each(|group| writer.push(group));
        }
        push_while(&mut writer, &mut few, self.first, |_| true);
        writer.finish(marks)
    }
}

fn push_while(
    writer: &mut RunWriter,
    few: &mut Peekable<impl Iterator<Item = Term>>,
    first: u64,
    wanted: impl Fn(u64) -> bool,
) {
    while let Some(term) = few.next_if(|term| wanted(term.hash())) {
        writer.push(Group::single(term.hash(), first + term.place()));
    }
}

/// The list with the rare terms of its hash.
fn joined(list: &List, few: &mut Peekable<impl Iterator<Item = Term>>, first: u64) -> List {
    let mut sequences = Vec::new();
    for group in list.groups() {
        // Its gaps were put here.
        let _ = group.visit(|sequence| sequences.push(sequence));
    }
    while let Some(term) = few.next_if(|term| term.hash() == list.hash) {
        sequences.push(first + term.place());
    }
    sequences.sort_unstable();
    let mut joined = List { hash: list.hash, groups: Vec::new() };
    for sequence in sequences {
        joined.add(sequence);
    }
    joined
}
