//! A scan walks the blocks in order, across segments and in bounded memory, and verifies each against those before it.
//! It changes nothing, and it never guesses: where no whole block follows, it stops and says what stands there.

use std::sync::Arc;

use super::block::{Block, HEADER_LEN, Header, TRAILER_LEN, Trailer};
use super::commit::Commit;
use super::damage::{BlockError, Damage};
use super::error::JournalError;
use super::position::{Position, segment_path};
use super::records::Records;
use super::segment::{Window, segments};
use super::state_mark::StateMark;
use super::tree::{Frontier, Hash, Root, leaf_hashes};
use crate::storage::Storage;

/// How much a scan verifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verify {
    /// Checksums, sequences, links, and each root from the bytes of the records.
    Everything,
    /// Checksums, sequences and links; the records are not hashed again.
    Checksums,
}

/// Where a scan starts, and what it must find there.
#[derive(Debug, Clone)]
pub struct Start {
    position: Position,
    sequence: u64,
    previous_root: Option<Root>,
    frontier: Option<Frontier>,
}

impl Start {
    /// The beginning of the journal.
    pub fn genesis() -> Self {
        Self::after(Position::START, Frontier::new())
    }

    /// The block that follows the tree `frontier`; a snapshot knows its position.
    pub fn after(position: Position, frontier: Frontier) -> Self {
        let (sequence, previous_root) = (frontier.size() + 1, Some(frontier.root()));
        Self { position, sequence, previous_root, frontier: Some(frontier) }
    }

    /// The block that begins with this sequence, to be linked to `previous_root`. Without the tree before it, a scan
    /// can only verify checksums.
    pub fn linked(position: Position, sequence: u64, previous_root: Root) -> Self {
        Self { position, sequence, previous_root: Some(previous_root), frontier: None }
    }

    /// The block that begins with this sequence, whatever was before it.
    pub fn unlinked(position: Position, sequence: u64) -> Self {
        Self { position, sequence, previous_root: None, frontier: None }
    }

    /// The sequence of the first record to find.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }
}

/// Walks the journal.
#[derive(Debug)]
pub struct Scan {
    window: Window,
    segments: Vec<u64>,
    position: Position,
    sequence: u64,
    previous_root: Option<Root>,
    /// The tree so far, if everything is verified.
    frontier: Option<Frontier>,
    /// The leaves of the block that was looked at last, if everything is verified.
    leaves: Vec<Hash>,
    /// Why there is no block at `position`, after a look there.
    damage: Option<Damage>,
}

/// A verified block in its place.
#[derive(Debug, Clone, Copy)]
pub struct ScannedBlock<'a> {
    /// Where it begins.
    pub position: Position,
    /// Its header and trailer.
    pub block: Block<'a>,
    /// The leaves of its records in the tree; none unless everything is verified.
    pub leaves: &'a [Hash],
}

/// How a scan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Behind the last block there is nothing but zeros; the next block may go here.
    Clean(Position),
    /// Something that is not the next block.
    Damaged {
        /// Where.
        position: Position,
        /// The sequence that should begin there.
        sequence: u64,
        /// What is wrong.
        reason: Damage,
    },
}

impl<'a> ScannedBlock<'a> {
    /// Its records.
    pub fn records(&self) -> Records<'a> {
        self.block.records()
    }

    /// Its records with their sequences.
    pub fn numbered(&self) -> impl Iterator<Item = (u64, &'a [u8])> + use<'a> {
        (self.block.header.first_sequence..).zip(self.records())
    }

    /// What is known of it without its records.
    pub fn commit(&self) -> Commit {
        let Block { header, mark, trailer, .. } = self.block;
        Commit {
            first_sequence: header.first_sequence,
            count: header.count,
            position: self.position,
            len: header.block_len() as u64,
            tree_size: trailer.tree_size,
            root: trailer.root,
            mark,
        }
    }
}

/// A block that was found right, without the bytes.
struct Found {
    header: Header,
    mark: StateMark,
    trailer: Trailer,
    frontier: Option<Frontier>,
}

/// Why there is no block to be had.
enum Stop {
    Damage(Damage),
    Failure(JournalError),
}

impl<D: Into<Damage>> From<D> for Stop {
    fn from(damage: D) -> Self {
        Self::Damage(damage.into())
    }
}

impl From<JournalError> for Stop {
    fn from(error: JournalError) -> Self {
        Self::Failure(error)
    }
}

impl Scan {
    /// A scan of the journal in `storage`.
    ///
    /// # Errors
    /// [`JournalError::NoJournal`], [`JournalError::MissingSegment`], [`JournalError::WrongStart`] when the block
    /// before the start is not the one that `start` knows, and failures of the storage.
    ///
    /// # Panics
    /// If everything is to be verified and `start` has no tree.
    pub fn new(storage: Arc<dyn Storage>, start: Start, verify: Verify) -> Result<Self, JournalError> {
        assert!(
            verify == Verify::Checksums || start.frontier.is_some(),
            "no root without the tree before it"
        );
        let segments = segments(&storage)?;
        if segments.is_empty() {
            return Err(JournalError::NoJournal);
        }
        if !segments.contains(&start.position.segment) {
            return Err(JournalError::MissingSegment { path: segment_path(start.position.segment) });
        }
        let mut scan = Self::unchecked(Window::new(storage), start);
        scan.check_start()?;
        if verify == Verify::Checksums {
            scan.frontier = None;
        }
        Ok(scan)
    }

    /// A scan from a start that the journal itself gave.
    pub(super) fn unchecked(window: Window, start: Start) -> Self {
        let Start { position, sequence, previous_root, frontier } = start;
        let (segments, leaves) = (Vec::new(), Vec::new());
        Self { window, segments, position, sequence, previous_root, frontier, leaves, damage: None }
    }

    /// The next block, or `None` where no whole block follows; [`end`](Self::end) then says why. A scan that has ended
    /// may be asked again, and goes on if a writer has.
    ///
    /// # Errors
    /// Failures of the storage, and a folder of segments that is not in order.
    pub fn next_block(&mut self) -> Result<Option<ScannedBlock<'_>>, JournalError> {
        let Some(Found { header, mark, trailer, frontier }) = self.find()? else {
            return Ok(None);
        };
        let position = self.position;
        self.position = position.after(header.block_len() as u64);
        self.sequence = header.last_sequence() + 1;
        self.previous_root = Some(trailer.root);
        self.frontier = frontier;
        let bytes = self.window.bytes(position, header.block_len())?;
        let block = Block::checked(header, mark, trailer, bytes);
        Ok(Some(ScannedBlock { position, block, leaves: &self.leaves }))
    }

    /// What stands behind the last block.
    ///
    /// # Errors
    /// Failures of the storage.
    ///
    /// # Panics
    /// If [`next_block`](Self::next_block) was not asked to the end.
    pub fn end(&mut self) -> Result<End, JournalError> {
        assert!(self.damage.is_some(), "the end comes after the last block");
        let position = self.position;
        self.window.forget();
        self.look()?;
        let Some(damage) = self.damage else {
            // A writer went on meanwhile: the journal is whole here.
            return Ok(End::Clean(position));
        };
        let reason = match (self.window.first_nonzero(position)?, self.following_segment()) {
            (None, None) => return Ok(End::Clean(position)),
            (None, Some(found)) => Damage::NextSegment { expected: self.sequence, found },
            (Some(offset), _) => match damage {
                Damage::Block(BlockError::BadMagic { found: [0, 0] }) => Damage::Leftover { offset },
                damage => damage,
            },
        };
        Ok(End::Damaged { position, sequence: self.sequence, reason })
    }

    /// Where the next block is looked for.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The sequence of the last record seen; before the first block, the one before the start.
    pub fn last_sequence(&self) -> u64 {
        self.sequence - 1
    }

    /// The tree of all records so far, if everything is verified.
    pub fn frontier(&self) -> Option<&Frontier> {
        self.frontier.as_ref()
    }

    fn check_start(&mut self) -> Result<(), JournalError> {
        let (position, size) = (self.position, self.sequence - 1);
        let before = position.offset.checked_sub(TRAILER_LEN as u64);
        // At the beginning of a segment, the block before is in another one, and the link will tell.
        let (Some(offset), Some(root)) = (before, self.previous_root) else {
            return Ok(());
        };
        let bytes = self.window.bytes(Position { offset, ..position }, TRAILER_LEN)?;
        match bytes.first_chunk().map(Trailer::decode) {
            Some(trailer) if trailer == (Trailer { tree_size: size, root }) => Ok(()),
            _ => Err(JournalError::WrongStart { position, size }),
        }
    }

    /// The next block, here or at the beginning of the next segment.
    fn find(&mut self) -> Result<Option<Found>, JournalError> {
        if let Some(found) = self.look()? {
            return Ok(Some(found));
        }
        // A writer may be at work. Whatever it wrote here it wrote before it began a further segment, so list the
        // segments first and look again second.
        self.segments = segments(self.window.storage())?;
        self.window.forget();
        if let Some(found) = self.look()? {
            return Ok(Some(found));
        }
        let done = self.following_segment() == Some(self.sequence)
            && self.window.first_nonzero(self.position)?.is_none();
        if !done {
            return Ok(None);
        }
        self.position = Position { segment: self.sequence, offset: 0 };
        self.look()
    }

    fn look(&mut self) -> Result<Option<Found>, JournalError> {
        match self.inspect() {
            Ok(found) => {
                self.damage = None;
                Ok(Some(found))
            }
            Err(Stop::Damage(damage)) => {
                self.damage = Some(damage);
                Ok(None)
            }
            Err(Stop::Failure(error)) => Err(error),
        }
    }

    fn inspect(&mut self) -> Result<Found, Stop> {
        let head = self.window.bytes(self.position, HEADER_LEN)?;
        let Some(head) = head.first_chunk() else {
            let (needed, available) = (HEADER_LEN as u64, head.len() as u64);
            return Err(BlockError::Truncated { needed, available }.into());
        };
        let len = Header::decode(head)?.block_len();
        let block = Block::decode(self.window.bytes(self.position, len)?)?;
        let Block { header, mark, trailer, .. } = block;
        if header.first_sequence != self.sequence {
            return Err(Damage::Sequence { expected: self.sequence, found: header.first_sequence }.into());
        }
        let found = header.previous_root;
        if let Some(expected) = self.previous_root.filter(|expected| *expected != found) {
            return Err(Damage::PreviousRoot { expected, found }.into());
        }
        let frontier = self.frontier.clone().map(|mut frontier| {
            self.leaves.clear();
            leaf_hashes(block.records(), &mut self.leaves);
            frontier.push_leaves(self.leaves.clone());
            frontier
        });
        let (computed, stored) = (frontier.as_ref().map(Frontier::root), trailer.root);
        if let Some(computed) = computed.filter(|computed| *computed != stored) {
            return Err(Damage::Root { computed, stored }.into());
        }
        Ok(Found { header, mark, trailer, frontier })
    }

    /// The segment after the one that is scanned, as last listed.
    fn following_segment(&self) -> Option<u64> {
        self.segments.iter().copied().find(|first| *first > self.position.segment)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Layout, Writer};
    use super::*;
    use crate::storage::Memory;

    #[test]
    fn a_record_changed_with_its_checksum_is_found_by_hashing_alone() {
        let memory = Arc::new(Memory::new());
        let mut writer = Writer::create(memory.clone(), Layout::default()).unwrap();
        writer.append(&[b"pay 10"]).unwrap();
        writer.append(&[b"pay 20"]).unwrap();
        let path = segment_path(1);
        let mut bytes = memory.bytes(&path).unwrap();
        bytes[69] = b'9';
        let crc = crc32fast::hash(&bytes[..111]);
        bytes[111..115].copy_from_slice(&crc.to_le_bytes());
        memory.set_bytes(&path, bytes);
        let ended = |verify| {
            let mut scan = Scan::new(memory.clone(), Start::genesis(), verify).unwrap();
            while scan.next_block().unwrap().is_some() {}
            (scan.last_sequence(), scan.end().unwrap())
        };
        assert_eq!(ended(Verify::Checksums), (2, End::Clean(writer.position())));
        let (last, end) = ended(Verify::Everything);
        assert!(matches!(end, End::Damaged { sequence: 1, reason: Damage::Root { .. }, .. }), "{end:?}");
        assert_eq!(last, 0);
    }

    #[test]
    fn a_scan_that_has_ended_goes_on_with_the_writer() {
        let memory = Arc::new(Memory::new());
        let layout = Layout { segment_len_max: 200, extend_step_min: 100, extend_step_max: 100 };
        let mut writer = Writer::create(memory.clone(), layout).unwrap();
        let mut scan = Scan::new(memory, Start::genesis(), Verify::Everything).unwrap();
        for sequence in 1..5 {
            assert!(scan.next_block().unwrap().is_none());
            assert_eq!(scan.end().unwrap(), End::Clean(scan.position()));
            writer.append(&[b"one"]).unwrap();
            assert_eq!(scan.next_block().unwrap().unwrap().commit().last_sequence(), sequence);
        }
    }
}
