//! The reader: finds records by their sequence. It needs no lock, changes nothing, and stops at the last whole block;
//! whether an unfinished end is damage is not its question.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use super::commit::Commit;
use super::error::JournalError;
use super::position::Position;
use super::scan::{Scan, ScannedBlock, Start, Verify};
use super::segment::{Window, segments};
use crate::storage::Storage;

/// Records between two marks, at least: what is walked to find one, at most, if its blocks are lone records.
const MARK_RECORDS: u64 = 256;

/// A mark that is further away than this is worth a look at the names of the segments.
const FAR_RECORDS: u64 = 16 * MARK_RECORDS;

/// Bytes read at once to find one record.
const READ_AHEAD_BYTES: usize = 64 * 1024;

/// Blocks that are kept once they were looked into: at most so many,
const KEPT_BLOCKS: usize = 16;
/// and so many bytes, unless one alone has more.
const KEPT_BYTES: usize = 64 * 1024 * 1024;

/// Random access to the records of a journal.
///
/// It remembers where some blocks are; what it has not been told it finds by walking from the last mark, or from the
/// beginning of the segment, and remembers.
#[derive(Debug)]
pub struct Reader {
    storage: Arc<dyn Storage>,
    /// Where blocks begin, by their first sequence.
    marks: Mutex<BTreeMap<u64, Position>>,
    /// The blocks that were looked into last, the latest first: neighbours are often asked for next, and what an operation
    /// rests on often lies in a few.
    found: Mutex<Vec<FoundBlock>>,
}

/// A whole block, its records laid out so that each is found at once.
#[derive(Debug)]
struct FoundBlock {
    commit: Commit,
    bytes: Vec<u8>,
    /// Where each record ends in `bytes`.
    ends: Vec<usize>,
}

impl FoundBlock {
    fn of(block: ScannedBlock<'_>) -> Self {
        let commit = block.commit();
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for record in block.records() {
            bytes.extend_from_slice(record);
            ends.push(bytes.len());
        }
        Self { commit, bytes, ends }
    }

    fn holds(&self, sequence: u64) -> bool {
        (self.commit.first_sequence..=self.commit.last_sequence()).contains(&sequence)
    }

    fn record(&self, sequence: u64) -> Option<&[u8]> {
        let place = usize::try_from(sequence.checked_sub(self.commit.first_sequence)?).ok()?;
        let start = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.bytes.get(start..*self.ends.get(place)?)
    }
}

impl Reader {
    /// A reader that knows nothing yet; touches nothing.
    pub fn new(storage: Arc<dyn Storage>) -> Self {
        Self { storage, marks: Mutex::default(), found: Mutex::default() }
    }

    pub(super) fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// Tells of a block, so that it need not be looked for.
    pub fn note_block(&self, commit: &Commit) {
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let before = marks.range(..=commit.first_sequence).next_back();
        if before.is_none_or(|(sequence, _)| commit.first_sequence - sequence >= MARK_RECORDS) {
            marks.insert(commit.first_sequence, commit.position);
        }
    }

    /// Tells where a block begins, if somebody knows one near a sequence and this reader does not. It is believed once the
    /// block is found there, whole and with its sequence: whoever says so may be wrong.
    pub fn hint(&self, sequence: u64, known: impl FnOnce() -> Option<(u64, Position)>) {
        let mark = self.known(sequence);
        if mark.is_some_and(|(first, _)| sequence - first <= FAR_RECORDS) || self.keeps(sequence) {
            return;
        }
        if let Some((first_sequence, position)) = known().filter(|known| Some(*known) != mark) {
            // Marks the block. What cannot be read is left to whoever looks for the record.
            let _ = self.walk(first_sequence, position, |_| ControlFlow::Break(()));
        }
    }

    /// The block that holds the record of this sequence; `None` when the whole blocks end before it.
    ///
    /// # Errors
    /// Failures of the storage, a missing segment.
    pub fn block_of(&self, sequence: u64) -> Result<Option<Commit>, JournalError> {
        self.find(sequence, |block| block.commit)
    }

    /// Runs `read` on the bytes of a record; `None` when the whole blocks end before it.
    ///
    /// # Errors
    /// Failures of the storage, a missing segment.
    pub fn with_record<T>(
        &self,
        sequence: u64,
        read: impl FnOnce(&[u8]) -> T,
    ) -> Result<Option<T>, JournalError> {
        self.find(sequence, |block| block.record(sequence).map(read)).map(Option::flatten)
    }

    /// A copy of a record; `None` when the whole blocks end before it.
    ///
    /// # Errors
    /// Failures of the storage, a missing segment.
    pub fn record(&self, sequence: u64) -> Result<Option<Vec<u8>>, JournalError> {
        self.with_record(sequence, <[u8]>::to_vec)
    }

    /// A scan that begins with a known block, at or before the one that should hold this sequence, and verifies checksums.
    ///
    /// # Errors
    /// Failures of the storage, [`JournalError::NoJournal`], a missing segment.
    pub fn scan_near(&self, sequence: u64) -> Result<Scan, JournalError> {
        let start = match self.mark(sequence)? {
            Some((first_sequence, position)) => Start::unlinked(position, first_sequence),
            None => Start::genesis(),
        };
        Scan::new(Arc::clone(&self.storage), start, Verify::Checksums)
    }

    /// The last whole block; `None` in an empty journal.
    ///
    /// # Errors
    /// Failures of the storage, [`JournalError::NoJournal`].
    pub fn last(&self) -> Result<Option<Commit>, JournalError> {
        let mut before = u64::MAX;
        // A writer may have begun a segment and not yet written to it: then the block is in the one before.
        while let Some((sequence, position)) = self.mark(before)? {
            let mut last = None;
            self.walk(sequence, position, |block| {
                last = Some(block.commit());
                ControlFlow::<()>::Continue(())
            })?;
            if last.is_some() {
                return Ok(last);
            }
            before = sequence - 1;
        }
        Ok(None)
    }

    /// Whether the block with this record is at hand.
    fn keeps(&self, sequence: u64) -> bool {
        let kept = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().any(|block| block.holds(sequence))
    }

    fn find<T>(&self, sequence: u64, read: impl FnOnce(&FoundBlock) -> T) -> Result<Option<T>, JournalError> {
        let mut kept = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = kept.iter().position(|block| block.holds(sequence)) {
            kept[..=place].rotate_right(1);
            return Ok(Some(read(&kept[0])));
        }
        let Some((first, position)) = self.mark(sequence)? else {
            return Ok(None);
        };
        let behind = kept.iter().map(|block| (block.commit.tree_size + 1, block.commit.end()));
        let nearest =
            behind.filter(|(next, _)| (first..=sequence).contains(next)).max_by_key(|(next, _)| *next);
        let (first, position) = nearest.unwrap_or((first, position));
        let found = self.walk(first, position, |block| {
            if block.block.header.last_sequence() < sequence {
                return ControlFlow::Continue(());
            }
            ControlFlow::Break(FoundBlock::of(block))
        })?;
        let Some(block) = found else { return Ok(None) };
        kept.insert(0, block);
        let mut bytes = 0;
        let within = kept.iter().take(KEPT_BLOCKS).take_while(|block| {
            bytes += block.bytes.len();
            bytes <= KEPT_BYTES
        });
        let within = within.count().max(1);
        kept.truncate(within);
        Ok(Some(read(&kept[0])))
    }

    /// Shows the blocks from a mark on to `visit` until it breaks, and marks them.
    fn walk<T>(
        &self,
        first_sequence: u64,
        position: Position,
        mut visit: impl FnMut(ScannedBlock<'_>) -> ControlFlow<T>,
    ) -> Result<Option<T>, JournalError> {
        let window = Window::reading_ahead(Arc::clone(&self.storage), READ_AHEAD_BYTES);
        let mut scan = Scan::unchecked(window, Start::unlinked(position, first_sequence));
        while let Some(block) = scan.next_block()? {
            self.note_block(&block.commit());
            if let ControlFlow::Break(found) = visit(block) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The last known beginning of a block at or before a sequence.
    fn mark(&self, sequence: u64) -> Result<Option<(u64, Position)>, JournalError> {
        if let Some(mark) = self.known(sequence).filter(|(first, _)| sequence - first <= FAR_RECORDS) {
            return Ok(Some(mark));
        }
        let segments = segments(&self.storage)?;
        if segments.is_empty() {
            return Err(JournalError::NoJournal);
        }
        let begins = segments.into_iter().map(|segment| (segment, Position { segment, offset: 0 }));
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).extend(begins);
        Ok(self.known(sequence))
    }

    /// The last mark at or before a sequence.
    fn known(&self, sequence: u64) -> Option<(u64, Position)> {
        let marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        marks.range(..=sequence).next_back().map(|(first, position)| (*first, *position))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Layout, Writer};
    use super::*;
    use crate::storage::Memory;

    fn journal(blocks: u64) -> (Arc<Memory>, Writer, Vec<Commit>) {
        let memory = Arc::new(Memory::new());
        let layout = Layout { segment_len_max: 100_000, extend_step_min: 4096, extend_step_max: 4096 };
        let mut writer = Writer::create(memory.clone(), layout).unwrap();
        let commits = (0..blocks).map(|block| {
            let records = (0..=block % 3).map(|record| format!("{block}/{record}"));
            writer.append(&records.collect::<Vec<_>>()).unwrap()
        });
        let commits = commits.collect();
        (memory, writer, commits)
    }

    #[test]
    fn every_record_is_found_told_or_untold() {
        let (memory, _, commits) = journal(1500);
        assert!(segments(&memory).unwrap().len() > 1);
        let (told, untold) = (Reader::new(memory.clone()), Reader::new(memory));
        for commit in &commits {
            told.note_block(commit);
        }
        for (block, commit) in commits.iter().enumerate().rev().step_by(7) {
            for reader in [&told, &untold] {
                assert_eq!(reader.block_of(commit.last_sequence()).unwrap().as_ref(), Some(commit));
                let first = reader.record(commit.first_sequence).unwrap().unwrap();
                assert_eq!(first, format!("{block}/0").into_bytes());
            }
        }
        assert_eq!(untold.record(0).unwrap(), None);
        assert_eq!(untold.record(3001).unwrap(), None);
        assert_eq!(untold.record(u64::MAX).unwrap(), None);
    }

    #[test]
    fn a_hint_that_is_wrong_changes_nothing() {
        let (memory, _, commits) = journal(1500);
        let far = commits.iter().position(|commit| commit.first_sequence > 2 * FAR_RECORDS / 3).unwrap();
        let (true_one, other) = (commits[far], commits[far - 1]);
        let record = true_one.first_sequence;
        let inside = Position { offset: true_one.position.offset + 1, ..true_one.position };
        let nowhere = Position { segment: 77, offset: 5 };
        for wrong in
            [(record, other.position), (record, inside), (record - 1, true_one.position), (record, nowhere)]
        {
            let reader = Reader::new(memory.clone());
            reader.hint(record, || Some(wrong));
            assert_eq!(reader.block_of(record).unwrap(), Some(true_one), "{wrong:?}");
        }
    }

    #[test]
    fn a_scan_from_near_a_record_goes_on_to_the_end() {
        let (memory, _, commits) = journal(1000);
        let mut scan = Reader::new(memory).scan_near(commits[400].last_sequence()).unwrap();
        let mut found = Vec::new();
        while let Some(block) = scan.next_block().unwrap() {
            found.push(block.commit());
        }
        assert!(found.len() >= 600 && commits.ends_with(&found));
    }

    #[test]
    fn the_last_block_is_found_before_a_segment_that_is_still_empty() {
        let (memory, writer, commits) = journal(5);
        let reader = Reader::new(memory.clone());
        assert_eq!(reader.last().unwrap().as_ref(), commits.last());
        memory.set_bytes(&super::super::segment_path(writer.last_sequence() + 1), vec![]);
        assert_eq!(Reader::new(memory).last().unwrap().as_ref(), commits.last());
        assert_eq!(Reader::new(Arc::new(Memory::new())).last().unwrap_err().code(), "no_journal");
        assert_eq!(Reader::new(journal(0).0).last().unwrap(), None);
    }
}
