//! Segment files: where blocks stand. A segment has no header of its own; it is blocks, then zeros, and its name is
//! the sequence of its first record. A block never spans two. This file finds and reads bytes; it believes none.

use std::sync::Arc;

use super::error::JournalError;
use super::position::{DIGITS, JOURNAL_FOLDER, Position, SUFFIX, segment_path};
use crate::storage::{NotAFile, OtherFile, Storage, in_memory};

/// How many bytes are read at once, unless a block is longer.
const READ_AHEAD_BYTES: usize = 256 * 1024;

/// The longest segment that is read: twice as long as one that is written, or as the longest block.
pub const SEGMENT_BYTES_MAX: u64 = 128 << 20;

/// How segment files grow. All in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// A new segment begins when a block would pass this. A block that is longer has a segment to itself.
    pub segment_len_max: u64,
    /// A segment is extended by as much as it is long, but by at least this,
    pub extend_step_min: u64,
    /// and by at most this.
    pub extend_step_max: u64,
}

impl Default for Layout {
    /// Segments of 64 MiB, extended by 1 to 16 MiB.
    fn default() -> Self {
        Self { segment_len_max: 64 << 20, extend_step_min: 1 << 20, extend_step_max: 16 << 20 }
    }
}

impl Layout {
    pub(super) fn check(&self) {
        assert!(
            0 < self.extend_step_min && self.extend_step_min <= self.extend_step_max,
            "steps have a size"
        );
    }

    /// By how much a segment that is `extended` bytes long is extended.
    pub(super) fn step(&self, extended: u64) -> u64 {
        extended.clamp(self.extend_step_min, self.extend_step_max)
    }

    /// The length to extend to, so that at least `needed` bytes are there.
    pub(super) fn extended_len(&self, extended: u64, needed: u64) -> u64 {
        needed.max((extended + self.step(extended)).min(self.segment_len_max))
    }
}

/// The first sequences of all segments, ascending. Files with another ending are none of the journal's.
///
/// # Errors
/// [`JournalError::UnknownSegment`] for a name that ends like a segment's and is none, and failures of the storage.
pub fn segments(storage: &dyn Storage) -> Result<Vec<u64>, JournalError> {
    let listed = |error| JournalError::io("list", JOURNAL_FOLDER)(error);
    let names = storage.list(JOURNAL_FOLDER).map_err(listed)?;
    if names.is_empty() {
        // A link, say, is not followed, and is not the same as a folder that is empty.
        let others = storage.others("").map_err(listed)?;
        let instead = others.into_iter().find(|(name, _)| name == JOURNAL_FOLDER);
        if let Some((_, what)) = instead.filter(|(_, what)| *what != OtherFile::Folder) {
            return Err(listed(NotAFile { what }.into()));
        }
    }
    let ours = names.iter().filter(|name| name.ends_with(SUFFIX));
    ours.map(|name| parse_name(name).ok_or_else(|| JournalError::UnknownSegment { name: name.clone() }))
        .collect()
}

fn parse_name(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(SUFFIX)?;
    let plain = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|sequence| plain && *sequence > 0)
}

/// Reads a segment through one buffer, which never grows beyond what is asked of it and there.
#[derive(Debug)]
pub(super) struct Window {
    storage: Arc<dyn Storage>,
    read_ahead: usize,
    start: Position,
    bytes: Vec<u8>,
}

impl Window {
    pub(super) fn new(storage: Arc<dyn Storage>) -> Self {
        Self::reading_ahead(storage, READ_AHEAD_BYTES)
    }

    pub(super) fn reading_ahead(storage: Arc<dyn Storage>, read_ahead: usize) -> Self {
        Self { storage, read_ahead, start: Position::START, bytes: Vec::new() }
    }

    pub(super) fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// The `len` bytes from `from` on; fewer only at the end of the segment.
    pub(super) fn bytes(&mut self, from: Position, len: usize) -> Result<&[u8], JournalError> {
        if self.held(from).is_none_or(|held| held.len() < len) {
            self.fill(from, len)?;
        }
        let held = self.held(from).unwrap_or_default();
        Ok(&held[..held.len().min(len)])
    }

    /// Forgets what was read, so that what was written since is seen.
    pub(super) fn forget(&mut self) {
        self.bytes.clear();
    }

    /// The offset of the first byte from `from` on that is not zero.
    pub(super) fn first_nonzero(&mut self, from: Position) -> Result<Option<u64>, JournalError> {
        self.search(from, |chunk| chunk.iter().position(|byte| *byte != 0))
    }

    /// The offset of the last byte from `from` on that is not zero.
    pub(super) fn last_nonzero(&mut self, from: Position) -> Result<Option<u64>, JournalError> {
        let mut last = None;
        let mut next = Some(from);
        while let Some(from) = next {
            let found = self.search(from, |chunk| chunk.iter().rposition(|byte| *byte != 0))?;
            last = found.or(last);
            next = found.map(|offset| Position { offset: offset + 1, ..from });
        }
        Ok(last)
    }

    /// Asks `find` about the bytes from `from` on, chunk by chunk, until it finds something: its offset.
    fn search(
        &mut self,
        from: Position,
        find: impl Fn(&[u8]) -> Option<usize>,
    ) -> Result<Option<u64>, JournalError> {
        let mut from = from;
        loop {
            if from.offset > SEGMENT_BYTES_MAX {
                let (path, bytes_max) = (segment_path(from.segment), SEGMENT_BYTES_MAX);
                return Err(JournalError::SegmentTooLong { path, bytes_max });
            }
            let len = self.read_ahead;
            let chunk = self.bytes(from, len)?;
            if chunk.is_empty() {
                return Ok(None);
            }
            // Most chunks are zeros alone, which this tells quickly.
            let all_zero = chunk.iter().fold(0, |all, byte| all | byte) == 0;
            if let Some(index) = (!all_zero).then(|| find(chunk)).flatten() {
                return Ok(Some(from.offset + index as u64));
            }
            from = from.after(chunk.len() as u64);
        }
    }

    /// What the buffer has from `from` on.
    fn held(&self, from: Position) -> Option<&[u8]> {
        let skipped =
            from.offset.checked_sub(self.start.offset).filter(|_| from.segment == self.start.segment)?;
        self.bytes.get(usize::try_from(skipped).ok()?..)
    }

    fn fill(&mut self, from: Position, len: usize) -> Result<(), JournalError> {
        let path = segment_path(from.segment);
        self.forget();
        let file_len = self.storage.len(&path).map_err(JournalError::io("measure", &path))?;
        let Some(file_len) = file_len else {
            return Err(JournalError::MissingSegment { path });
        };
        let available = in_memory(file_len.saturating_sub(from.offset));
        self.start = from;
        self.bytes.resize(len.max(self.read_ahead).min(available), 0);
        let count = self.storage.read_at(&path, from.offset, &mut self.bytes);
        self.bytes.truncate(*count.as_ref().unwrap_or(&0));
        count.map(drop).map_err(JournalError::io("read", &path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::position::segment_name;
    use crate::storage::Memory;

    #[test]
    fn names_are_read_as_they_are_written_and_no_other_way() {
        assert_eq!(segment_path(257), "journal/00000000000000000257.seg");
        assert_eq!(
            Position { segment: 1, offset: 4096 }.to_string(),
            "segment 00000000000000000001.seg, offset 4096"
        );
        assert_eq!(parse_name(&segment_name(u64::MAX)), Some(u64::MAX));
        for bad in
            ["1.seg", "00000000000000000000.seg", "+0000000000000000001.seg", "99999999999999999999.seg"]
        {
            assert_eq!(parse_name(bad), None, "{bad}");
        }
        let memory = Memory::new();
        memory.set_bytes("journal/notes.txt", vec![]);
        memory.set_bytes(&segment_path(9), vec![]);
        memory.set_bytes(&segment_path(1), vec![]);
        assert_eq!(segments(&memory).unwrap(), [1, 9]);
        memory.set_bytes("journal/00000000000000000001 (copy).seg", vec![]);
        assert_eq!(segments(&memory).unwrap_err().code(), "unknown_segment");
    }

    #[test]
    fn a_window_reads_no_further_than_the_segment() {
        let memory = Memory::new();
        let mut bytes = vec![0; 100];
        (bytes[40], bytes[70]) = (1, 1);
        memory.set_bytes(&segment_path(1), bytes);
        let mut window = Window::reading_ahead(Arc::new(memory), 16);
        let at = |offset| Position { segment: 1, offset };
        assert_eq!(window.bytes(at(90), 64).unwrap().len(), 10);
        assert_eq!(window.bytes(at(100), 64).unwrap().len(), 0);
        assert_eq!(window.bytes(at(999), 64).unwrap().len(), 0);
        assert_eq!(window.first_nonzero(at(3)).unwrap(), Some(40));
        assert_eq!(window.last_nonzero(at(3)).unwrap(), Some(70));
        assert_eq!(window.first_nonzero(at(71)).unwrap(), None);
        assert_eq!(
            window.bytes(Position { segment: 5, offset: 0 }, 1).unwrap_err().code(),
            "missing_segment"
        );
    }

    #[test]
    fn steps_grow_with_the_segment_and_end_with_it() {
        let layout = Layout::default();
        let mib = |count: u64| count << 20;
        assert_eq!(layout.extended_len(0, 100), mib(1));
        assert_eq!(layout.extended_len(mib(4), mib(4) + 1), mib(8));
        assert_eq!(layout.extended_len(mib(32), mib(32) + 1), mib(48));
        assert_eq!(layout.extended_len(mib(60), mib(60) + 1), mib(64));
        assert_eq!(layout.extended_len(0, mib(70)), mib(70));
    }
}
