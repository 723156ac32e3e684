//! Marks: where some blocks begin, so that an entry is found without walking through a segment. Each run has those of the
//! blocks that begin in it.

use super::error::IndexError;
use super::slots::PAYLOAD_MAX;
use crate::journal::{Commit, Position};

/// Entries between two marks, at least; blocks may be further apart.
const MARK_ENTRIES: u64 = 256;

/// Bytes of a mark.
const MARK_BYTES: usize = 24;

/// Marks in one slot.
pub const SLOT_MARKS: usize = PAYLOAD_MAX / MARK_BYTES;

/// A block of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The sequence of its first record.
    pub first_sequence: u64,
    /// Where it begins.
    pub position: Position,
}

/// Marks of entries that are not yet in a run.
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

    /// The marks of a run, and none are left.
    pub fn take(&mut self) -> Vec<Mark> {
        std::mem::take(&mut self.marks)
    }
}

/// The bytes of the marks in a slot.
pub fn to_bytes(marks: &[Mark]) -> Vec<u8> {
    let numbers = |mark: &Mark| [mark.first_sequence, mark.position.segment, mark.position.offset];
    marks.iter().flat_map(numbers).flat_map(u64::to_le_bytes).collect()
}

/// The marks in a slot.
pub fn read(bytes: &[u8]) -> Result<Vec<Mark>, IndexError> {
    let (marks, odd) = bytes.as_chunks::<MARK_BYTES>();
    if marks.is_empty() || !odd.is_empty() {
        return Err(IndexError::invalid("its marks are damaged"));
    }
    let mark = |bytes: &[u8; MARK_BYTES]| {
        let (numbers, _) = bytes.as_chunks::<8>();
        let [first_sequence, segment, offset] = [numbers[0], numbers[1], numbers[2]].map(u64::from_le_bytes);
        Mark { first_sequence, position: Position { segment, offset } }
    };
    Ok(marks.iter().map(mark).collect())
}

/// The last mark at or before a sequence, in so many slots of marks that ascend.
pub fn last_at(
    slots: u32,
    read: impl Fn(u32) -> Result<Vec<Mark>, IndexError>,
    sequence: u64,
) -> Result<Option<Mark>, IndexError> {
    let (mut from, mut to) = (0, slots);
    let mut found = None;
    while from < to {
        let middle = from + (to - from) / 2;
        // No block begins with entry 0, whatever stands in the file.
        let before = read(middle)?.into_iter().filter(|mark| (1..=sequence).contains(&mark.first_sequence));
        match before.max_by_key(|mark| mark.first_sequence) {
            Some(mark) => {
                found = Some(mark);
                from = middle + 1;
            }
            None => to = middle,
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(first_sequence: u64) -> Mark {
        Mark { first_sequence, position: Position { segment: 1, offset: 64 * first_sequence } }
    }

    #[test]
    fn the_last_mark_before_an_entry_is_found_in_whatever_slot_it_stands() {
        let marks: Vec<Mark> = (1..1000).map(|number| mark(number * 300)).collect();
        let slots: Vec<Vec<u8>> = marks.chunks(SLOT_MARKS).map(to_bytes).collect();
        assert!(slots.len() > 4 && slots.iter().all(|slot| slot.len() <= PAYLOAD_MAX));
        for sequence in (1..310_000).step_by(97).chain([299, 300, 301]) {
            let found = last_at(
                u32::try_from(slots.len()).unwrap(),
                |number| read(&slots[number as usize]),
                sequence,
            );
            let expected = marks.iter().rfind(|mark| mark.first_sequence <= sequence).copied();
            assert_eq!(found.unwrap(), expected, "{sequence}");
        }
        assert_eq!(last_at(0, |_| Ok(Vec::new()), 5), Ok(None));
    }

    #[test]
    fn a_mark_before_the_first_entry_leads_nowhere() {
        let near = |firsts: &[u64]| {
            let bytes = to_bytes(&firsts.iter().copied().map(mark).collect::<Vec<_>>());
            last_at(1, |_| read(&bytes), 100).unwrap().map(|mark| mark.first_sequence)
        };
        assert_eq!(near(&[0]), None);
        assert_eq!(near(&[7]), Some(7));
        assert_eq!(near(&[7, 0, 101]), Some(7));
        assert!(read(&[0; MARK_BYTES - 1]).is_err() && read(&[]).is_err());
    }
}
