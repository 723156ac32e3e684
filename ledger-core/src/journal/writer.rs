//! The writer: appends blocks, one for each commit, and says so only when they are durable. It never overwrites a block
//! and never writes beyond the zeros that were laid out before. The caller holds the ledger's lock; before and after each
//! block the writer looks whether it still does, and whether the journal ends where it left it.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::block::{Block, HEADER_LEN, Header, TRAILER_LEN, Trailer};
use super::commit::Commit;
use super::draft::{Draft, Finished, Room};
use super::error::JournalError;
use super::position::{JOURNAL_FOLDER, Position, segment_path};
use super::recovery::{Recovery, recover};
use super::scan::{End, Scan, ScannedBlock, Start, Verify};
use super::segment::{Layout, Window, segments};
use super::state_mark::StateMark;
use super::tree::{Frontier, Hash, Root};
use crate::storage::{Lock, Storage, in_memory};

/// Whoever has records adopted.
pub trait Adopter<E> {
    /// What a block that ends with the entry `last` says about states; whether it is the last of them.
    fn mark(&mut self, last: u64, is_end: bool) -> StateMark;

    /// A block was appended, and is durable. After a break, no further one is.
    fn appended(&mut self, block: &ScannedBlock<'_>) -> Result<ControlFlow<()>, E>;
}

/// The one that appends to a journal.
#[derive(Debug)]
pub struct Writer {
    storage: Arc<dyn Storage>,
    layout: Layout,
    frontier: Frontier,
    /// The roots of the bundles that became full and that nobody has taken.
    bundles: Vec<Hash>,
    /// The frontier's root, which the next block repeats.
    root: Root,
    /// Where the next block goes, if it fits there.
    position: Position,
    /// The segment's path.
    path: String,
    /// The last bytes before `position`, which no other writer may have changed.
    tail: Vec<u8>,
    /// The ledger's lock; none in a rehearsal.
    lock: Option<Arc<dyn Lock>>,
    /// The length to which the segment is known to be laid out with zeros.
    extended: u64,
    /// Whether the storage was told that the next extension will come.
    hinted: bool,
    poisoned: bool,
}

impl Writer {
    /// Begins a journal.
    ///
    /// # Errors
    /// [`JournalError::JournalExists`], and failures of the storage.
    pub fn create(storage: Arc<dyn Storage>, layout: Layout) -> Result<Self, JournalError> {
        if let Some(first) = segments(&storage)?.first() {
            return Err(JournalError::JournalExists { path: segment_path(*first) });
        }
        let path = segment_path(Position::START.segment);
        storage.create(&path).map_err(JournalError::io("create", &path))?;
        storage.sync_folder(JOURNAL_FOLDER).map_err(JournalError::io("sync", JOURNAL_FOLDER))?;
        Self::at(storage, layout, Position::START, Frontier::new())
    }

    /// Opens a journal: verifies all of it, shows each block to `each`, and leaves out a damaged end that nothing
    /// vouches for (see [`Recovery`]).
    ///
    /// `known_durable` is the last sequence that anything outside the journal has seen durable: a snapshot, a
    /// receipt; 0: none.
    ///
    /// # Errors
    /// Those of `each`, any [`JournalError`] about the state of the journal, and failures of the storage.
    pub fn open<E: From<JournalError>>(
        storage: Arc<dyn Storage>,
        layout: Layout,
        known_durable: u64,
        each: &mut dyn FnMut(&ScannedBlock<'_>) -> Result<(), E>,
    ) -> Result<(Self, Option<Recovery>), E> {
        Self::open_at(storage, layout, Start::genesis(), known_durable, each)
    }

    /// The same from a snapshot on: what is before `start` is known durable, and not read.
    ///
    /// # Errors
    /// Those of [`open`](Self::open), and [`JournalError::WrongStart`].
    ///
    /// # Panics
    /// If `start` has no tree.
    pub fn open_at<E: From<JournalError>>(
        storage: Arc<dyn Storage>,
        layout: Layout,
        start: Start,
        known_durable: u64,
        each: &mut dyn FnMut(&ScannedBlock<'_>) -> Result<(), E>,
    ) -> Result<(Self, Option<Recovery>), E> {
        let known_durable = known_durable.max(start.sequence() - 1);
        let mut scan = Scan::new(Arc::clone(&storage), start, Verify::Everything)?;
        let mut last = None;
        while let Some(block) = scan.next_block()? {
            each(&block)?;
            last = Some(block.commit());
        }
        let recovery = match scan.end()? {
            End::Damaged { position, sequence, reason } => {
                Some(recover(&storage, position, sequence, reason, known_durable)?)
            }
            End::Clean(_) if known_durable > scan.last_sequence() => {
                return Err(
                    JournalError::CutOff { last_sequence: scan.last_sequence(), known_durable }.into()
                );
            }
            End::Clean(_) => None,
        };
        settle(&storage, scan.position(), last)?;
        let frontier = scan.frontier().cloned().unwrap_or_else(|| unreachable!("everything is verified"));
        Ok((Self::at(storage, layout, scan.position(), frontier)?, recovery))
    }

    fn at(
        storage: Arc<dyn Storage>,
        layout: Layout,
        position: Position,
        frontier: Frontier,
    ) -> Result<Self, JournalError> {
        layout.check();
        let path = segment_path(position.segment);
        let extended = storage.len(&path).map_err(JournalError::io("measure", &path))?.unwrap_or(0);
        let mut tail = vec![0; in_memory(position.offset).min(TRAILER_LEN)];
        let before = position.offset - tail.len() as u64;
        let read = storage.read_at(&path, before, &mut tail).map_err(JournalError::io("read", &path))?;
        if read < tail.len() {
            // It was all there a moment ago.
            return Err(JournalError::io("read", &path)(io::ErrorKind::UnexpectedEof.into()));
        }
        Ok(Self {
            storage,
            layout,
            bundles: Vec::new(),
            root: frontier.root(),
            frontier,
            position,
            path,
            tail,
            lock: None,
            extended,
            hinted: false,
            poisoned: false,
        })
    }

    /// Appends nothing more once this lock is lost.
    pub fn guard_with(&mut self, lock: Arc<dyn Lock>) {
        self.lock = Some(lock);
    }

    /// Another writer that goes on from here in another storage, which shows the same journal up to here.
    pub fn aside(&self, storage: Arc<dyn Storage>) -> Result<Self, JournalError> {
        Self::at(storage, self.layout, self.position, self.frontier.clone())
    }

    /// Appends the records that a writer [aside](Self::aside) has written since, in as few blocks as they fit in, and shows
    /// each block when it is durable. Once `each` breaks, no more are appended.
    ///
    /// # Errors
    /// Those of `each` and of [`commit`](Self::commit). Blocks before the one that failed are durable.
    pub fn adopt<E: From<JournalError>>(
        &mut self,
        aside: &Self,
        each: &mut dyn Adopter<E>,
    ) -> Result<ControlFlow<()>, E> {
        if self.poisoned {
            return Err(JournalError::Poisoned.into());
        }
        // Until the end, whoever called is behind the journal.
        self.poisoned = true;
        let (mut scan, mut draft) = (self.behind(aside), self.draft());
        while let Some(block) = scan.next_block()? {
            for record in block.records() {
                if !draft.has_room(record.len()) {
                    let full = draft.turn();
                    let mark = each.mark(full.last_sequence(), false);
                    if self.append_draft(full, mark, each)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                draft.push(record).map_err(JournalError::Limits)?;
            }
        }
        if draft.count() > 0 {
            let mark = each.mark(draft.last_sequence(), true);
            if self.append_draft(draft, mark, each)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        if self.root != aside.root {
            let (last_sequence, known_durable) = (scan.last_sequence(), aside.last_sequence());
            return Err(JournalError::CutOff { last_sequence, known_durable }.into());
        }
        self.poisoned = false;
        self.extend_ahead();
        Ok(ControlFlow::Continue(()))
    }

    /// In how many blocks the records of a writer aside fit.
    pub fn parts(&self, aside: &Self) -> Result<u64, JournalError> {
        let (mut scan, mut parts, mut room) = (self.behind(aside), 0, Room::default());
        while let Some(block) = scan.next_block()? {
            for record in block.records() {
                if parts == 0 || !room.take(record.len()) {
                    (parts, room) = (parts + 1, Room::default());
                    room.take(record.len());
                }
            }
        }
        Ok(parts)
    }

    /// The blocks of a writer aside that stand behind the last one here.
    fn behind(&self, aside: &Self) -> Scan {
        let start = Start::linked(self.position, self.last_sequence() + 1, self.root);
        Scan::unchecked(Window::new(Arc::clone(&aside.storage)), start)
    }

    /// Appends a block and shows it.
    fn append_draft<E: From<JournalError>>(
        &mut self,
        draft: Draft,
        mark: StateMark,
        each: &mut dyn Adopter<E>,
    ) -> Result<ControlFlow<()>, E> {
        let finished = draft.finish(self.last_sequence(), self.root, mark).map_err(JournalError::Limits)?;
        let Finished { header, mark, trailer, frontier, bundles, bytes } = finished;
        let commit = self.place(header, mark, trailer, &bytes)?;
        self.frontier = frontier;
        self.bundles.extend(bundles);
        let block = Block::checked(header, mark, trailer, &bytes);
        each.appended(&ScannedBlock { position: commit.position, block, leaves: &[] })
    }

    /// An empty draft of the next block.
    pub fn draft(&self) -> Draft {
        Draft::after(self.frontier.clone())
    }

    /// Appends one block of `records`, and returns when it is durable.
    ///
    /// # Errors
    /// Those of [`Draft::push`], as [`JournalError::Limits`], and of [`commit`](Self::commit).
    pub fn append<R: AsRef<[u8]>>(&mut self, records: &[R]) -> Result<Commit, JournalError> {
        let draft = Draft::of(self.frontier.clone(), records).map_err(JournalError::Limits)?;
        self.commit(draft, StateMark::default())
    }

    /// Appends a block that says this about states, and returns when it is durable.
    ///
    /// # Errors
    /// [`JournalError::Limits`] when the records cannot make a block, [`JournalError::NoSpace`] when the disk is full:
    /// nothing was written then, and a later call may succeed. [`JournalError::LockLost`] and [`JournalError::Moved`] when
    /// another writer is or was at work. After these and any other error, what is durable is not known, and every later
    /// call is [`JournalError::Poisoned`].
    ///
    /// # Panics
    /// If the draft does not follow the last block.
    pub fn commit(&mut self, draft: Draft, mark: StateMark) -> Result<Commit, JournalError> {
        if self.poisoned {
            return Err(JournalError::Poisoned);
        }
        assert_eq!(draft.first_sequence(), self.last_sequence() + 1, "a block follows the last one");
        // Each block is synced before the next is written, so all before this one is durable.
        let finished = draft.finish(self.last_sequence(), self.root, mark).map_err(JournalError::Limits)?;
        let Finished { header, mark, trailer, frontier, bundles, bytes } = finished;
        let placed = self.place(header, mark, trailer, &bytes);
        self.poisoned = matches!(&placed, Err(error) if !matches!(error, JournalError::NoSpace { .. }));
        let commit = placed?;
        self.frontier = frontier;
        self.bundles.extend(bundles);
        self.extend_ahead();
        Ok(commit)
    }

    /// Writes a block behind the last one and makes it durable. The frontier is left to the caller.
    fn place(
        &mut self,
        header: Header,
        mark: StateMark,
        trailer: Trailer,
        bytes: &[u8],
    ) -> Result<Commit, JournalError> {
        let len = bytes.len() as u64;
        self.check_end(header.first_sequence)?;
        self.make_room(header.first_sequence, len)?;
        self.write(bytes)?;
        self.check_written(header.first_sequence, bytes)?;
        let commit = Commit {
            first_sequence: header.first_sequence,
            count: header.count,
            position: self.position,
            len,
            tree_size: trailer.tree_size,
            root: trailer.root,
            mark,
        };
        (self.root, self.position) = (commit.root, commit.end());
        self.tail.clear();
        self.tail.extend_from_slice(&bytes[bytes.len() - TRAILER_LEN..]);
        Ok(commit)
    }

    /// Makes sure that nobody else writes: the lock is held, and behind the last block, which stands as it was written, are
    /// zeros and no other segment. What another writer has acknowledged is never overwritten.
    fn check_end(&self, sequence: u64) -> Result<(), JournalError> {
        self.check_lock()?;
        let mut found = [0; TRAILER_LEN + HEADER_LEN];
        let found = self.read(self.position.offset - self.tail.len() as u64, &mut found)?;
        let next = segment_path(sequence);
        let stands = found.split_at_checked(self.tail.len()).is_some_and(|(tail, place)| {
            tail == self.tail && place.iter().take(HEADER_LEN).all(|byte| *byte == 0)
        });
        let alone = next == self.path
            || self.storage.len(&next).map_err(JournalError::io("measure", &next))?.is_none();
        if stands && alone {
            return Ok(());
        }
        Err(JournalError::Moved { position: self.position, sequence })
    }

    /// Makes sure that a block that was written and synced is there, and that the lock was held until it was: a writer who
    /// comes later reads it.
    fn check_written(&self, sequence: u64, block: &[u8]) -> Result<(), JournalError> {
        let (head, tail) = (&block[..HEADER_LEN], &block[block.len() - TRAILER_LEN..]);
        let behind = self.position.offset + (block.len() - TRAILER_LEN) as u64;
        for (offset, expected) in [(self.position.offset, head), (behind, tail)] {
            let mut found = [0; HEADER_LEN];
            let found = self.read(offset, &mut found[..expected.len()])?;
            if found != expected {
                return Err(JournalError::Moved { position: self.position, sequence });
            }
        }
        self.check_lock()
    }

    fn check_lock(&self) -> Result<(), JournalError> {
        let Some(lock) = &self.lock else { return Ok(()) };
        let held = lock.still_held().map_err(JournalError::io("look at", "lock"))?;
        if held { Ok(()) } else { Err(JournalError::LockLost) }
    }

    /// Reads the segment as its path leads to it now, and not as it was opened once.
    fn read<'a>(&self, offset: u64, buffer: &'a mut [u8]) -> Result<&'a [u8], JournalError> {
        let path = &self.path;
        if self.storage.len(path).map_err(JournalError::io("measure", path))?.is_none() {
            return Err(JournalError::MissingSegment { path: path.clone() });
        }
        let count = self.storage.read_at(path, offset, buffer).map_err(JournalError::io("read", path))?;
        Ok(&buffer[..count])
    }

    /// The sequence of the last record; 0 in an empty journal.
    pub fn last_sequence(&self) -> u64 {
        self.frontier.size()
    }

    /// The Merkle root of all records.
    pub fn root(&self) -> Root {
        self.root
    }

    /// The tree of all records, as a snapshot keeps it.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The roots of the last bundles that became full, as far as nobody has taken them yet.
    pub fn take_bundles(&mut self) -> Vec<Hash> {
        std::mem::take(&mut self.bundles)
    }

    /// Where the last block ends: with [`frontier`](Self::frontier), the start of a later [`open_at`](Self::open_at).
    pub fn position(&self) -> Position {
        self.position
    }

    /// Whether a write or a sync failed, so that nothing more can be appended.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }

    /// Lays out zeros for the `len` bytes of a block, in this segment or in a new one.
    fn make_room(&mut self, first_sequence: u64, len: u64) -> Result<(), JournalError> {
        let begun = self.position.offset > 0;
        if begun && self.position.offset + len > self.layout.segment_len_max {
            self.begin_segment(first_sequence)?;
        }
        let needed = self.position.offset + len;
        if needed > self.extended {
            let new_len = self.layout.extended_len(self.extended, needed);
            self.storage
                .extend(&self.path, new_len)
                .map_err(|source| no_space("extend", &self.path, new_len, source))?;
            (self.extended, self.hinted) = (new_len, false);
        }
        assert!(needed <= self.extended, "a block goes where zeros are");
        Ok(())
    }

    fn begin_segment(&mut self, segment: u64) -> Result<(), JournalError> {
        let path = segment_path(segment);
        let position = Position { segment, offset: 0 };
        self.storage.create(&path).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => JournalError::Moved { position, sequence: segment },
            _ => no_space("create", &path, 0, source),
        })?;
        (self.position, self.path) = (position, path);
        self.tail.clear();
        (self.extended, self.hinted) = (0, false);
        self.storage.sync_folder(JOURNAL_FOLDER).map_err(JournalError::io("sync", JOURNAL_FOLDER))
    }

    fn write(&self, block: &[u8]) -> Result<(), JournalError> {
        let path = &self.path;
        let written = self.storage.write_at(path, self.position.offset, block);
        written.map_err(JournalError::io("write", path))?;
        self.storage.sync(path).map_err(JournalError::io("sync", path))
    }

    /// Has the next zeros laid out in the background when less than half a step of them is left.
    fn extend_ahead(&mut self) {
        let left = self.extended - self.position.offset;
        let new_len = self.layout.extended_len(self.extended, 0);
        if !self.hinted && new_len > self.extended && left < self.layout.step(self.extended) / 2 {
            self.storage.extend_ahead(&self.path, new_len);
            self.hinted = true;
        }
    }
}

/// Makes durable what a scan has found. After a failed sync, an operating system may hold the last block in memory and
/// not think of writing it, so it is written once more.
fn settle(storage: &Arc<dyn Storage>, position: Position, last: Option<Commit>) -> Result<(), JournalError> {
    if let Some(Commit { position, len, .. }) = last {
        let path = segment_path(position.segment);
        let mut bytes = vec![0; in_memory(len)];
        storage.read_at(&path, position.offset, &mut bytes).map_err(JournalError::io("read", &path))?;
        let changed = |error| io::Error::new(io::ErrorKind::InvalidData, error);
        Block::decode(&bytes).map_err(changed).map_err(JournalError::io("read again", &path))?;
        storage.write_at(&path, position.offset, &bytes).map_err(JournalError::io("write", &path))?;
        storage.sync(&path).map_err(JournalError::io("sync", &path))?;
    }
    let path = segment_path(position.segment);
    storage.sync(&path).map_err(JournalError::io("sync", &path))?;
    storage.sync_folder(JOURNAL_FOLDER).map_err(JournalError::io("sync", JOURNAL_FOLDER))
}

/// A full disk is a refusal; anything else is a failure.
fn no_space(action: &'static str, path: &str, len_bytes: u64, source: io::Error) -> JournalError {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            JournalError::NoSpace { path: path.to_owned(), len_bytes, source }
        }
        _ => JournalError::Io { action, path: path.to_owned(), source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Fault, Faulty, Memory, Step};

    /// Three lone records of 90 bytes fit in a segment.
    const SMALL: Layout = Layout { segment_len_max: 600, extend_step_min: 256, extend_step_max: 256 };

    fn reopen(storage: Arc<dyn Storage>) -> (Writer, Vec<Vec<u8>>) {
        let mut records = Vec::new();
        let opened = Writer::open::<JournalError>(storage, SMALL, 0, &mut |block| {
            records.extend(block.records().map(<[u8]>::to_vec));
            Ok(())
        });
        let (writer, recovery) = opened.unwrap();
        assert_eq!(recovery, None);
        (writer, records)
    }

    #[test]
    fn blocks_go_from_segment_to_segment_and_are_read_back() {
        let memory = Arc::new(Memory::new());
        let mut writer = Writer::create(memory.clone(), SMALL).unwrap();
        let records: Vec<Vec<u8>> = (0..10).map(|record| vec![record; 90]).collect();
        let commits: Vec<Commit> =
            records.iter().map(|record| writer.append(std::slice::from_ref(record)).unwrap()).collect();
        assert_eq!(segments(&memory).unwrap(), [1, 4, 7, 10]);
        assert_eq!(commits[9].tree_size, 10);
        let (mut again, read) = reopen(memory.clone());
        assert_eq!(read, records);
        assert_eq!((again.root(), again.position()), (writer.root(), writer.position()));
        again.append(&[b"more"]).unwrap();
        assert_eq!(reopen(memory).1.len(), 11);
    }

    #[test]
    fn a_block_longer_than_a_segment_has_one_to_itself() {
        let memory = Arc::new(Memory::new());
        let mut writer = Writer::create(memory.clone(), SMALL).unwrap();
        for len in [10, 2000, 10] {
            writer.append(&[vec![7; len]]).unwrap();
        }
        assert_eq!(segments(&memory).unwrap(), [1, 2, 3]);
        assert_eq!(reopen(memory).1.len(), 3);
    }

    #[test]
    fn a_journal_is_created_once_and_may_be_empty() {
        let memory = Arc::new(Memory::new());
        let open = |storage| Writer::open::<JournalError>(storage, SMALL, 0, &mut |_| Ok(()));
        assert_eq!(open(memory.clone()).unwrap_err().code(), "no_journal");
        Writer::create(memory.clone(), SMALL).unwrap();
        assert_eq!(Writer::create(memory.clone(), SMALL).unwrap_err().code(), "journal_exists");
        assert_eq!(reopen(memory).0.last_sequence(), 0);
    }

    #[test]
    fn a_failed_write_or_sync_poisons() {
        for (step, fault) in
            [(Step::Write, Fault::Torn), (Step::Sync, Fault::Broken), (Step::Extend, Fault::Broken)]
        {
            let faulty = Arc::new(Faulty::new(Memory::new()));
            let mut writer = Writer::create(faulty.clone(), SMALL).unwrap();
            faulty.fail_once(step, 1, fault);
            assert_eq!(writer.append(&[b"one"]).unwrap_err().code(), "journal_io");
            assert_eq!(writer.append(&[b"two"]).unwrap_err().code(), "journal_poisoned");
            assert!(writer.is_poisoned() && writer.last_sequence() == 0);
        }
    }

    #[test]
    fn a_full_disk_refuses_and_later_appends_go_on() {
        let faulty = Arc::new(Faulty::new(Memory::new()));
        let mut writer = Writer::create(faulty.clone(), SMALL).unwrap();
        for record in 0..10_u8 {
            // Each new segment first finds no room for its name, then none for its bytes.
            for step in [Step::Create, Step::Extend] {
                faulty.fail_once(step, 1, Fault::Full);
                if let Err(error) = writer.append(&[[record; 90]]) {
                    assert_eq!(error.code(), "no_space");
                }
            }
            faulty.heal();
            writer.append(&[[record; 90]]).unwrap();
        }
        assert_eq!(reopen(faulty).0.root(), writer.root());
    }

    #[test]
    fn too_much_for_a_block_is_refused_and_harmless() {
        let mut writer = Writer::create(Arc::new(Memory::new()), SMALL).unwrap();
        assert_eq!(writer.append::<&[u8]>(&[]).unwrap_err().code(), "block_limits");
        assert_eq!(writer.append(&[vec![0; 65_536]]).unwrap_err().code(), "block_limits");
        assert_eq!(writer.append(&[b"one"]).unwrap().first_sequence, 1);
    }

    #[test]
    fn a_snapshot_spares_reading_what_is_before_it() {
        let memory = Arc::new(Memory::new());
        let mut writer = Writer::create(memory.clone(), SMALL).unwrap();
        writer.append(&[b"one", b"two"]).unwrap();
        let (position, frontier) = (writer.position(), writer.frontier().clone());
        writer.append(&[b"six"]).unwrap();
        let open_at = |position, frontier| {
            let mut first = None;
            let start = Start::after(position, frontier);
            Writer::open_at::<JournalError>(memory.clone(), SMALL, start, 0, &mut |block| {
                first = first.or(Some(block.commit().first_sequence));
                Ok(())
            })
            .map(|(writer, _)| (writer.root(), first))
        };
        assert_eq!(open_at(position, frontier.clone()).unwrap(), (writer.root(), Some(3)));
        let elsewhere = Position { offset: position.offset + 1, ..position };
        assert_eq!(open_at(elsewhere, frontier.clone()).unwrap_err().code(), "wrong_start");
        memory.set_bytes(&segment_path(1), vec![0; 70]);
        assert_eq!(open_at(position, frontier).unwrap_err().code(), "wrong_start");
    }
}
