//! Staged entries: applied to the state, and not yet durable. They are put away in chunks, so that the first ones can be
//! encoded and hashed while the last ones are still judged.

use std::sync::Arc;

use crate::entry::Entry;
use crate::sequence::Sequence;
use crate::state::Undo;

/// Entries that are encoded and hashed together.
pub const CHUNK: usize = 512;

/// Entries that follow one another, with what it takes to unwind them.
#[derive(Debug, Default)]
pub struct Staged {
    /// Full chunks.
    sealed: Vec<Arc<Vec<Entry>>>,
    /// The chunk at hand.
    open: Vec<Entry>,
    undos: Vec<Undo>,
    weight: usize,
}

impl Staged {
    /// Adds an entry, and hands out the chunk that it fills.
    pub fn push(&mut self, entry: Entry, undo: Undo) -> Option<Arc<Vec<Entry>>> {
        self.weight += 1 + entry.postings.iter().len();
        self.open.push(entry);
        self.undos.push(undo);
        if self.open.len() < CHUNK { None } else { self.seal() }
    }

    /// Hands out the last chunk, if there is something in it.
    pub fn seal(&mut self) -> Option<Arc<Vec<Entry>>> {
        if self.open.is_empty() {
            return None;
        }
        let chunk = Arc::new(std::mem::take(&mut self.open));
        self.sealed.push(Arc::clone(&chunk));
        Some(chunk)
    }

    /// All chunks.
    pub fn into_chunks(mut self) -> Vec<Arc<Vec<Entry>>> {
        self.seal();
        self.sealed
    }

    /// Takes out all but the first `count` entries, in order. None can be asked for by its number after that.
    pub fn split_off(&mut self, count: usize) -> Self {
        self.seal();
        let mut entries: Vec<Entry> = self.sealed.drain(..).flat_map(Arc::unwrap_or_clone).collect();
        let (behind, undos) = (entries.split_off(count), self.undos.split_off(count));
        self.sealed.push(Arc::new(entries));
        Self { sealed: vec![Arc::new(behind)], open: Vec::new(), undos, weight: 0 }
    }

    /// How much it holds in memory, counted in postings.
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.undos.is_empty()
    }

    /// The staged entry of this number.
    pub fn entry(&self, sequence: Sequence) -> Option<&Entry> {
        let first = self.sealed.first().map_or(self.open.first(), |chunk| chunk.first())?.sequence;
        let place = usize::try_from(sequence.number().checked_sub(first.number())?).ok()?;
        match self.sealed.get(place / CHUNK) {
            Some(chunk) => chunk.get(place % CHUNK),
            None => self.open.get(place.checked_sub(self.sealed.len() * CHUNK)?),
        }
    }

    /// All of them, in order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.sealed.iter().flat_map(|chunk| chunk.iter()).chain(&self.open)
    }

    /// The chunks that were handed out.
    pub fn chunks(&self) -> &[Arc<Vec<Entry>>] {
        &self.sealed
    }

    /// Each entry with its undo, the last first.
    pub fn unwind(mut self, mut undo: impl FnMut(&Entry, Undo)) {
        self.seal();
        let entries = self.sealed.iter().rev().flat_map(|chunk| chunk.iter().rev());
        for (entry, undone) in entries.zip(self.undos.into_iter().rev()) {
            undo(entry, undone);
        }
    }
}
