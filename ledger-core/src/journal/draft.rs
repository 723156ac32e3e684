//! A draft: a block that is being put together, record by record, while what goes before it may still be on its way to
//! the disk. It knows the tree that it continues, and nothing of files.

use std::ops::Range;

use super::block::{
    BLOCK_LEN_MAX, HEADER_LEN, Header, RECORDS_MAX, TRAILER_LEN, Trailer, check_count, check_records_len,
};
use super::damage::BlockError;
use super::records::{self, RECORD_LEN_MAX};
use super::state_mark::{STATE_MARK_LEN, StateMark};
use super::tree::{Frontier, Hash, Root, leaf_hashes};

/// Records that wait to be hashed together.
const TOGETHER: usize = 512;
/// Bytes that say how long a record is, at most.
const LENGTH_LEN_MAX: usize = 3;

/// What a block still has room for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    records: u32,
    bytes: usize,
}

impl Default for Room {
    /// That of an empty block.
    fn default() -> Self {
        Self { records: RECORDS_MAX, bytes: BLOCK_LEN_MAX - HEADER_LEN - STATE_MARK_LEN - TRAILER_LEN }
    }
}

impl Room {
    fn holds(self, record_len: usize) -> bool {
        self.records > 0 && LENGTH_LEN_MAX + record_len <= self.bytes
    }

    /// Takes the room of a record, if there is enough; whether there was.
    pub(super) fn take(&mut self, record_len: usize) -> bool {
        let holds = self.holds(record_len);
        if holds {
            (self.records, self.bytes) = (self.records - 1, self.bytes - LENGTH_LEN_MAX - record_len);
        }
        holds
    }
}

/// A block without its header and trailer.
#[derive(Debug)]
pub struct Draft {
    first_sequence: u64,
    count: u32,
    room: Room,
    /// Room for the header, then the records with their lengths.
    bytes: Vec<u8>,
    /// Where the records stand that are not in the tree yet.
    unhashed: Vec<Range<usize>>,
    /// The tree over all others.
    frontier: Frontier,
    /// The leaves of its records that are in the tree.
    leaves: Vec<Hash>,
    /// The bundles of it that became full in this block.
    bundles: Vec<Hash>,
}

/// A block that can be written.
#[derive(Debug)]
pub struct Finished {
    /// What its first bytes say.
    pub header: Header,
    /// What it says about states.
    pub mark: StateMark,
    /// What its last bytes say.
    pub trailer: Trailer,
    /// The tree up to its end.
    pub frontier: Frontier,
    /// The roots of the bundles that it makes full.
    pub bundles: Vec<Hash>,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl Draft {
    /// An empty draft of the block that follows the tree `frontier`.
    pub fn after(frontier: Frontier) -> Self {
        Self {
            first_sequence: frontier.size() + 1,
            count: 0,
            room: Room::default(),
            bytes: vec![0; HEADER_LEN],
            unhashed: Vec::new(),
            frontier,
            leaves: Vec::new(),
            bundles: Vec::new(),
        }
    }

    /// A draft that holds these records.
    ///
    /// # Errors
    /// Those of [`push`](Self::push).
    pub fn of<R: AsRef<[u8]>>(frontier: Frontier, records: &[R]) -> Result<Self, BlockError> {
        let mut draft = Self::after(frontier);
        records.iter().try_for_each(|record| draft.push(record.as_ref()))?;
        Ok(draft)
    }

    /// The sequence of its first record.
    pub fn first_sequence(&self) -> u64 {
        self.first_sequence
    }

    /// The sequence of its last record; the one before the first while there is none.
    pub fn last_sequence(&self) -> u64 {
        self.first_sequence + u64::from(self.count) - 1
    }

    /// The number of its records.
    pub fn count(&self) -> usize {
        self.count as usize
    }

    /// Whether a record of this length still fits in the block.
    pub fn has_room(&self, record_len: usize) -> bool {
        self.room.holds(record_len)
    }

    /// Ends it, and begins the draft of the block behind it in its place.
    #[must_use]
    pub fn turn(&mut self) -> Self {
        self.hash();
        let next = Self::after(self.frontier.clone());
        std::mem::replace(self, next)
    }

    /// Adds a record.
    ///
    /// # Errors
    /// [`BlockError::RecordLength`] when it is empty or longer than [`RECORD_LEN_MAX`].
    pub fn push(&mut self, record: &[u8]) -> Result<(), BlockError> {
        if !(1..=RECORD_LEN_MAX).contains(&record.len()) {
            return Err(BlockError::RecordLength { index: self.count, found: record.len() as u64 });
        }
        records::put(record, &mut self.bytes);
        self.count += 1;
        self.room.take(record.len());
        self.unhashed.push(self.bytes.len() - record.len()..self.bytes.len());
        if self.unhashed.len() >= TOGETHER {
            self.hash();
        }
        Ok(())
    }

    /// The leaves of its records, in order.
    pub fn leaves(&mut self) -> &[Hash] {
        self.hash();
        &self.leaves
    }

    /// Puts the waiting records into the tree.
    fn hash(&mut self) {
        let mut leaves: Vec<Hash> = Vec::new();
        leaf_hashes(self.unhashed.drain(..).map(|place| &self.bytes[place]), &mut leaves);
        self.leaves.extend_from_slice(&leaves);
        self.frontier.push_bundling(leaves, &mut self.bundles);
    }

    /// The whole block, of format 2 if `mark` says anything. `previous_root` is the root of the tree that the draft continues,
    /// which the caller has at hand.
    ///
    /// # Errors
    /// Too few or too many records, or too long together: [`BlockError::Count`], [`BlockError::Length`].
    ///
    /// # Panics
    /// If `durable_through` is not before the block.
    pub fn finish(
        mut self,
        durable_through: u64,
        previous_root: Root,
        mark: StateMark,
    ) -> Result<Finished, BlockError> {
        let first_sequence = self.first_sequence;
        assert!(durable_through < first_sequence, "only what was written can be durable");
        let count = check_count(self.count.into())?;
        let records_len = check_records_len(count, (self.bytes.len() - HEADER_LEN) as u64)?;
        self.hash();
        let marked = !mark.is_empty();
        let header = Header { marked, records_len, first_sequence, count, durable_through, previous_root };
        let trailer = Trailer { tree_size: self.frontier.size(), root: self.frontier.root() };
        header.put(&mut self.bytes[..HEADER_LEN]);
        if marked {
            // Seldom: once for each snapshot, and once for its hash.
            self.bytes.splice(HEADER_LEN..HEADER_LEN, mark.bytes());
        }
        trailer.put(&mut self.bytes);
        assert_eq!(self.bytes.len(), header.block_len(), "a block is as long as its header says");
        let Self { frontier, bundles, bytes, .. } = self;
        Ok(Finished { header, mark, trailer, frontier, bundles, bytes })
    }
}
