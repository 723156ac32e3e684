//! Marks: where some blocks begin, so that an entry is found without walking through a segment.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::error::IndexError;
use super::stored::{self, Pair};
use crate::journal::{Commit, Position};
use crate::storage::Shelf;

/// Entries between two marks, at least; blocks may be further apart.
const MARK_ENTRIES: u64 = 256;

/// Entries whose marks are one value.
const PAGE_ENTRIES: u64 = 8192;

/// The most entries of a block, in pages.
const BLOCK_PAGES: u64 = 9;

/// Bytes of a mark.
const MARK_BYTES: usize = 24;

/// A block of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The sequence of its first record.
    pub first_sequence: u64,
    /// Where it begins.
    pub position: Position,
}

/// Marks that are not yet on the shelf.
#[derive(Debug, Default)]
pub struct NewMarks {
    marks: Vec<Mark>,
    last: Option<u64>,
}

impl NewMarks {
    /// Marks a block, unless one shortly before it is marked.
    pub fn note(&mut self, commit: &Commit) {
        let first_sequence = commit.first_sequence;
        if self.last.is_none_or(|last| first_sequence >= last + MARK_ENTRIES) {
            self.marks.push(Mark { first_sequence, position: commit.position });
            self.last = Some(first_sequence);
        }
    }

    /// The marks as they go on the shelf, with those that are there already.
    pub fn take_pairs(&mut self, shelf: &dyn Shelf) -> Result<Vec<Pair>, IndexError> {
        let mut pages: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
        for mark in std::mem::take(&mut self.marks) {
            let page = mark.first_sequence / PAGE_ENTRIES;
            let bytes = match pages.entry(page) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(stored::get(shelf, &key_of(page))?.unwrap_or_default()),
            };
            for number in [mark.first_sequence, mark.position.segment, mark.position.offset] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
        }
        Ok(pages.into_iter().map(|(page, bytes)| stored::pair(key_of(page), bytes)).collect())
    }
}

fn key_of(page: u64) -> Vec<u8> {
    let mut key = vec![b'm'];
    key.extend_from_slice(&page.to_be_bytes());
    key
}

/// The last marked block that begins at or before a sequence, if there is one near it.
pub fn block_near(shelf: &dyn Shelf, sequence: u64) -> Result<Option<Mark>, IndexError> {
    let last = sequence / PAGE_ENTRIES;
    for page in (last.saturating_sub(BLOCK_PAGES)..=last).rev() {
        let Some(bytes) = stored::get(shelf, &key_of(page))? else { continue };
        let (marks, odd) = bytes.as_chunks::<MARK_BYTES>();
        if !odd.is_empty() {
            return Err(IndexError::invalid("a page of marks is damaged"));
        }
        let marks = marks.iter().map(|bytes| {
            let (numbers, _) = bytes.as_chunks::<8>();
            let [first_sequence, segment, offset] =
                [numbers[0], numbers[1], numbers[2]].map(u64::from_le_bytes);
            Mark { first_sequence, position: Position { segment, offset } }
        });
        // No block begins with entry 0, whatever stands on the shelf.
        let before = marks.filter(|mark| (1..=sequence).contains(&mark.first_sequence));
        if let Some(mark) = before.max_by_key(|mark| mark.first_sequence) {
            return Ok(Some(mark));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Memory, ShelfAccess, Storage};

    #[test]
    fn a_mark_before_the_first_entry_leads_nowhere() {
        let shelf = Memory::scratch().shelf(ShelfAccess::Create).unwrap();
        let page = |first: u64| [first, 1, 64].map(u64::to_le_bytes).concat();
        let near = |bytes: Vec<u8>| {
            shelf.put(vec![stored::pair(key_of(0), bytes)]).unwrap();
            block_near(&*shelf, 100).unwrap().map(|mark| mark.first_sequence)
        };
        assert_eq!(near(page(0)), None);
        assert_eq!(near(page(7)), Some(7));
        assert_eq!(near([page(7), page(0), page(101)].concat()), Some(7));
    }
}
