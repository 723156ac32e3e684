//! Groups: some of the entries of one hash, and the pages in which they stand, sorted by hash and sequence.
//!
//! A page is a row of groups. A group is the hash, less that of the group before it in the page; the first sequence,
//! doubled, and odd when there are more; then the last sequence less the first, the bytes of the gaps, and the gaps
//! between the sequences. All are variable-length numbers.

use std::ops::Range;

use super::error::IndexError;
use super::varint;

/// Bytes of the gaps of one group, at most.
pub const GAPS_BYTES: usize = 1024;

/// Some of the entries of one hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    pub hash: u64,
    pub first: u64,
    pub last: u64,
    /// The gaps between its sequences, as variable-length numbers.
    pub gaps: &'a [u8],
}

impl Group<'_> {
    /// The group of a single entry.
    pub fn single(hash: u64, sequence: u64) -> Self {
        Self { hash, first: sequence, last: sequence, gaps: &[] }
    }

    /// Shows its sequences.
    pub fn visit(&self, mut visit: impl FnMut(u64)) -> Result<(), IndexError> {
        let (mut sequence, mut rest) = (self.first, self.gaps);
        visit(sequence);
        while let Some(gap) = varint::take(&mut rest) {
            sequence = sequence.checked_add(gap).ok_or(INVALID)?;
            visit(sequence);
        }
        if rest.is_empty() && sequence == self.last { Ok(()) } else { Err(INVALID) }
    }

    /// Adds it behind the other groups of a page, the last of which has the hash `before`.
    pub fn put(&self, page: &mut Vec<u8>, before: u64) {
        varint::put(page, self.hash - before);
        let more = !self.gaps.is_empty();
        varint::put(page, self.first << 1 | u64::from(more));
        if more {
            varint::put(page, self.last - self.first);
            varint::put(page, self.gaps.len() as u64);
            page.extend_from_slice(self.gaps);
        }
    }
}

const INVALID: IndexError = IndexError::Invalid { reason: "a group is damaged" };

/// Reads a page, group by group.
#[derive(Debug)]
pub struct Page {
    bytes: Vec<u8>,
    at: usize,
    group: Option<Spot>,
}

/// A group in its page.
#[derive(Clone, Debug)]
struct Spot {
    hash: u64,
    first: u64,
    last: u64,
    gaps: Range<usize>,
}

impl Page {
    /// The page at its first group.
    pub fn new(bytes: Vec<u8>) -> Result<Self, IndexError> {
        let mut page = Self { bytes, at: 0, group: None };
        page.advance()?;
        Ok(page)
    }

    /// The group at hand; none behind the last.
    pub fn group(&self) -> Option<Group<'_>> {
        let Spot { hash, first, last, gaps } = self.group.as_ref()?;
        Some(Group { hash: *hash, first: *first, last: *last, gaps: &self.bytes[gaps.clone()] })
    }

    /// Goes to the next group.
    pub fn advance(&mut self) -> Result<(), IndexError> {
        let before = self.group.take().map_or(0, |spot| spot.hash);
        if self.at < self.bytes.len() {
            self.group = Some(self.read(before).ok_or(INVALID)?);
        }
        Ok(())
    }

    fn read(&mut self, before: u64) -> Option<Spot> {
        let mut rest = &self.bytes[self.at..];
        let hash = before.checked_add(varint::take(&mut rest)?)?;
        let head = varint::take(&mut rest)?;
        let (first, mut last, mut gaps) = (head >> 1, head >> 1, 0);
        if head & 1 == 1 {
            last = first.checked_add(varint::take(&mut rest)?)?;
            gaps = usize::try_from(varint::take(&mut rest)?).ok()?;
        }
        let start = self.bytes.len() - rest.len();
        self.at = start.checked_add(gaps).filter(|end| *end <= self.bytes.len())?;
        Some(Spot { hash, first, last, gaps: start..self.at })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn groups_read_back() {
        let gaps = [3, 200, 1].into_iter().fold(Vec::new(), |mut gaps, gap| {
            varint::put(&mut gaps, gap);
            gaps
        });
        let groups = [
            Group::single(7, 1),
            Group { hash: 7, first: 2, last: 206, gaps: &gaps },
            Group::single(u64::MAX, 1 << 40),
        ];
        let (mut bytes, mut before) = (Vec::new(), 0);
        for group in &groups {
            group.put(&mut bytes, before);
            before = group.hash;
        }
        let mut page = Page::new(bytes).unwrap();
        for group in &groups {
            assert_eq!(page.group().as_ref(), Some(group));
            page.advance().unwrap();
        }
        assert_eq!(page.group(), None);
        let mut sequences = Vec::new();
        groups[1].visit(|sequence| sequences.push(sequence)).unwrap();
        assert_eq!(sequences, [2, 5, 205, 206]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_bytes_are_groups_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let mut page = Page::new(bytes);
            while let Ok(read) = &mut page && let Some(group) = read.group() {
                let _ = group.visit(|_| {});
                if read.advance().is_err() { break }
            }
        }
    }
}
