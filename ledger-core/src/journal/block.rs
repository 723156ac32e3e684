//! A block: the bytes of one commit. It is checked before it is believed, and never knows where it stands.
//!
//! ```text
//! header   64   "AL" · version u16 · records length u32 · first sequence u64 · count u32 · durable through u64
//!               · previous root [32] · CRC-32 of the 60 bytes before
//! mark     44   what it says about states, in format 2 alone: see `state_mark`
//! records       each: length (LEB128), bytes
//! trailer  44   tree size u64 · root [32] · CRC-32 of everything before
//! ```

use super::damage::BlockError;
use super::records::{self, Records};
use super::state_mark::{STATE_MARK_LEN, StateMark};
use super::tree::Root;

/// The newest format version. A block that says nothing about states is written in version 1.
pub const FORMAT_VERSION: u16 = 2;
const VERSION_WITHOUT_MARK: u16 = 1;
/// Bytes of a header.
pub const HEADER_LEN: usize = 64;
/// Bytes of a trailer.
pub const TRAILER_LEN: usize = 44;
/// The most records in a block.
pub const RECORDS_MAX: u32 = 65_536;
/// The most bytes in a block, header and trailer included: 32 MiB.
pub const BLOCK_LEN_MAX: usize = 32 * 1024 * 1024;
/// The most bytes of records with their lengths that are written in one block.
pub const RECORDS_LEN_MAX: usize = BLOCK_LEN_MAX - HEADER_LEN - STATE_MARK_LEN - TRAILER_LEN;

pub(super) const MAGIC: [u8; 2] = *b"AL";
const CRC_LEN: usize = 4;

/// What the first 64 bytes of a block say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Whether a state mark follows: format 2.
    pub marked: bool,
    /// Bytes of all records with their lengths.
    pub records_len: u32,
    /// The sequence of the first record; that of a journal's first is 1.
    pub first_sequence: u64,
    /// The number of records.
    pub count: u32,
    /// The last sequence that was known synced when this block was written; 0: none.
    pub durable_through: u64,
    /// The Merkle root of all records before this block.
    pub previous_root: Root,
}

/// What the last 44 bytes of a block say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trailer {
    /// The number of records up to the end of this block.
    pub tree_size: u64,
    /// Their Merkle root.
    pub root: Root,
}

/// A block whose checksums and lengths are right. Whether it fits the blocks before it is another question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block<'a> {
    /// Its header.
    pub header: Header,
    /// What it says about states.
    pub mark: StateMark,
    /// Its trailer.
    pub trailer: Trailer,
    bytes: &'a [u8],
}

impl Header {
    /// Reads a header.
    ///
    /// The magic, the version and the checksum stand in the same places in every version to come, so that a newer
    /// format is told from damage.
    ///
    /// # Errors
    /// [`BlockError`], anything but those of records and trailer.
    pub fn decode(bytes: &[u8; HEADER_LEN]) -> Result<Self, BlockError> {
        let mut fields = Fields(bytes);
        let found = fields.take();
        if found != MAGIC {
            return Err(BlockError::BadMagic { found });
        }
        let (stored, computed) = checksum(bytes);
        if stored != computed {
            return Err(BlockError::HeaderChecksum { stored, computed });
        }
        let found = u16::from_le_bytes(fields.take());
        if !(VERSION_WITHOUT_MARK..=FORMAT_VERSION).contains(&found) {
            return Err(BlockError::NewerVersion { found, known: FORMAT_VERSION });
        }
        let header = Self {
            marked: found == FORMAT_VERSION,
            records_len: u32::from_le_bytes(fields.take()),
            first_sequence: u64::from_le_bytes(fields.take()),
            count: u32::from_le_bytes(fields.take()),
            durable_through: u64::from_le_bytes(fields.take()),
            previous_root: Root(fields.take()),
        };
        header.check().map(|()| header)
    }

    /// Bytes of the whole block, at most [`BLOCK_LEN_MAX`].
    pub fn block_len(&self) -> usize {
        self.records_start() + self.records_len as usize + TRAILER_LEN
    }

    /// Where the records begin.
    fn records_start(&self) -> usize {
        HEADER_LEN + if self.marked { STATE_MARK_LEN } else { 0 }
    }

    /// The sequence of the last record.
    pub fn last_sequence(&self) -> u64 {
        self.first_sequence + u64::from(self.count) - 1
    }

    fn check(&self) -> Result<(), BlockError> {
        let Self { records_len, first_sequence, count, durable_through, .. } = *self;
        check_count(count.into())?;
        check_len(count, records_len.into(), BLOCK_LEN_MAX - self.records_start() - TRAILER_LEN)?;
        if durable_through >= first_sequence || first_sequence.checked_add(u64::from(count)).is_none() {
            return Err(BlockError::DurableThrough { first_sequence, durable_through });
        }
        Ok(())
    }

    /// Writes the header where room was left for it.
    pub(super) fn put(&self, room: &mut [u8]) {
        let mut bytes = Vec::with_capacity(HEADER_LEN);
        bytes.extend_from_slice(&MAGIC);
        let version = if self.marked { FORMAT_VERSION } else { VERSION_WITHOUT_MARK };
        bytes.extend_from_slice(&version.to_le_bytes());
        bytes.extend_from_slice(&self.records_len.to_le_bytes());
        bytes.extend_from_slice(&self.first_sequence.to_le_bytes());
        bytes.extend_from_slice(&self.count.to_le_bytes());
        bytes.extend_from_slice(&self.durable_through.to_le_bytes());
        bytes.extend_from_slice(&self.previous_root.0);
        put_checksum(&mut bytes);
        room.copy_from_slice(&bytes);
    }
}

impl Trailer {
    pub(super) fn decode(bytes: &[u8; TRAILER_LEN]) -> Self {
        let mut fields = Fields(bytes);
        Self { tree_size: u64::from_le_bytes(fields.take()), root: Root(fields.take()) }
    }

    /// Writes the trailer behind the records.
    pub(super) fn put(&self, block: &mut Vec<u8>) {
        block.extend_from_slice(&self.tree_size.to_le_bytes());
        block.extend_from_slice(&self.root.0);
        put_checksum(block);
    }
}

impl<'a> Block<'a> {
    /// Reads the block that `bytes` begin with, and checks all that it says of itself.
    ///
    /// # Errors
    /// [`BlockError`].
    pub fn decode(bytes: &'a [u8]) -> Result<Self, BlockError> {
        let available = bytes.len() as u64;
        let Some(head) = bytes.first_chunk() else {
            return Err(BlockError::Truncated { needed: HEADER_LEN as u64, available });
        };
        let header = Header::decode(head)?;
        let Some(bytes) = bytes.get(..header.block_len()) else {
            return Err(BlockError::Truncated { needed: header.block_len() as u64, available });
        };
        let (stored, computed) = checksum(bytes);
        if stored != computed {
            return Err(BlockError::TrailerChecksum { stored, computed });
        }
        let mark = if header.marked {
            let mark = bytes[HEADER_LEN..].first_chunk().unwrap_or_else(|| unreachable!("it is longer"));
            StateMark::decode(mark, header.first_sequence)?
        } else {
            StateMark::default()
        };
        let trailer = bytes.last_chunk().unwrap_or_else(|| unreachable!("a block is longer than that"));
        let block = Self { header, mark, trailer: Trailer::decode(trailer), bytes };
        block.check_records()?;
        let (expected, found) = (header.last_sequence(), block.trailer.tree_size);
        if expected == found { Ok(block) } else { Err(BlockError::TreeSize { expected, found }) }
    }

    /// A block that was decoded before from these bytes.
    pub(super) fn checked(header: Header, mark: StateMark, trailer: Trailer, bytes: &'a [u8]) -> Self {
        assert_eq!(bytes.len(), header.block_len(), "the same bytes");
        Self { header, mark, trailer, bytes }
    }

    /// All of it.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The records, in order.
    pub fn records(&self) -> Records<'a> {
        Records::new(self.records_bytes(), self.header.count)
    }

    fn records_bytes(&self) -> &'a [u8] {
        &self.bytes[self.header.records_start()..self.bytes.len() - TRAILER_LEN]
    }

    fn check_records(&self) -> Result<(), BlockError> {
        let mut rest = self.records_bytes();
        for index in 0..self.header.count {
            rest = records::split(rest).map_err(|found| BlockError::RecordLength { index, found })?.1;
        }
        if rest.is_empty() {
            Ok(())
        } else {
            Err(BlockError::RecordLength { index: self.header.count, found: rest.len() as u64 })
        }
    }
}

/// A number of records that a block may have.
pub(super) fn check_count(found: u64) -> Result<u32, BlockError> {
    let count = u32::try_from(found).ok().filter(|count| (1..=RECORDS_MAX).contains(count));
    count.ok_or(BlockError::Count { found })
}

/// A length that so many records may have together when they are written. Room is left for a state mark, so that it
/// never depends on one whether they fit.
pub(super) fn check_records_len(count: u32, found: u64) -> Result<u32, BlockError> {
    check_len(count, found, RECORDS_LEN_MAX)
}

fn check_len(count: u32, found: u64, max: usize) -> Result<u32, BlockError> {
    // The least record is one byte, after a length of one byte.
    let (min, max) = (2 * u64::from(count), max as u64);
    let records_len = u32::try_from(found).ok().filter(|_| (min..=max).contains(&found));
    records_len.ok_or(BlockError::Length { count, min, max, found })
}

fn put_checksum(bytes: &mut Vec<u8>) {
    let crc = crc32fast::hash(bytes);
    bytes.extend_from_slice(&crc.to_le_bytes());
}

/// The CRC-32 stored at the end of `bytes`, and that of the bytes before it.
fn checksum(bytes: &[u8]) -> (u32, u32) {
    let (body, stored) =
        bytes.split_last_chunk::<CRC_LEN>().unwrap_or_else(|| unreachable!("never so short"));
    (u32::from_le_bytes(*stored), crc32fast::hash(body))
}

/// Reads fixed fields one after another.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (field, rest) =
            self.0.split_first_chunk().unwrap_or_else(|| unreachable!("fields fill the header"));
        self.0 = rest;
        *field
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::draft::Draft;
    use super::super::state_mark::StateHash;
    use super::super::tree::Frontier;
    use super::*;

    fn marked_block(mark: StateMark) -> Vec<u8> {
        let mut frontier = Frontier::new();
        frontier.push_leaves(vec![[1; 32]; 9]);
        let root = frontier.root();
        Draft::of(frontier, &[b"swap"]).unwrap().finish(9, root, mark).unwrap().bytes
    }

    fn block_of(records: &[Vec<u8>]) -> Vec<u8> {
        let draft = Draft::of(Frontier::new(), records).unwrap();
        draft.finish(0, Frontier::new().root(), StateMark::default()).unwrap().bytes
    }

    /// The block with some bytes changed and both checksums made right again.
    fn forged(mut block: Vec<u8>, offset: usize, bytes: &[u8]) -> Vec<u8> {
        block[offset..offset + bytes.len()].copy_from_slice(bytes);
        let len = block.len();
        let header = crc32fast::hash(&block[..60]);
        block[60..64].copy_from_slice(&header.to_le_bytes());
        let trailer = crc32fast::hash(&block[..len - 4]);
        block[len - 4..].copy_from_slice(&trailer.to_le_bytes());
        block
    }

    #[test]
    fn the_bytes_of_a_block_are_these() {
        let block = block_of(&[b"swap".to_vec(), vec![7; 200]]);
        assert_eq!(block.len(), 64 + (1 + 4) + (2 + 200) + 44);
        assert_eq!(&block[..28], b"AL\x01\0\xcf\0\0\0\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0");
        assert_eq!(&block[28..60], Frontier::new().root().0);
        assert_eq!(&block[64..71], b"\x04swap\xc8\x01");
        assert_eq!(block[271..279], 2_u64.to_le_bytes());
        assert_eq!(crc32fast::hash(b"123456789"), 0xcbf4_3926, "the CRC-32 of zlib");
    }

    #[test]
    fn each_lie_is_refused_by_name() {
        let block = block_of(&[b"swap".to_vec(), b"remit".to_vec()]);
        let refusal =
            |offset, bytes: &[u8]| Block::decode(&forged(block.clone(), offset, bytes)).unwrap_err();
        assert_eq!(refusal(0, b"XL"), BlockError::BadMagic { found: *b"XL" });
        assert_eq!(refusal(2, &[3]), BlockError::NewerVersion { found: 3, known: 2 });
        assert_eq!(refusal(2, &[0]), BlockError::NewerVersion { found: 0, known: 2 });
        assert_eq!(refusal(16, &[0]), BlockError::Count { found: 0 });
        assert!(matches!(refusal(4, &[3, 0, 0, 0]), BlockError::Length { min: 4, found: 3, .. }));
        assert!(matches!(refusal(4, &[0xff; 4]), BlockError::Length { found: 0xffff_ffff, .. }));
        assert!(matches!(refusal(4, &[99]), BlockError::Truncated { needed: 207, available: 119 }));
        assert_eq!(refusal(8, &[0]), BlockError::DurableThrough { first_sequence: 0, durable_through: 0 });
        assert_eq!(refusal(20, &[1]), BlockError::DurableThrough { first_sequence: 1, durable_through: 1 });
        assert_eq!(refusal(64, &[0]), BlockError::RecordLength { index: 0, found: 0 });
        assert_eq!(refusal(69, &[6]), BlockError::RecordLength { index: 1, found: 6 });
        assert_eq!(refusal(69, &[4]), BlockError::RecordLength { index: 2, found: 1 });
        assert_eq!(
            refusal(64, &[0x84, 0]),
            BlockError::RecordLength { index: 0, found: 4 },
            "4 takes one byte"
        );
        assert_eq!(refusal(75, &[3]), BlockError::TreeSize { expected: 2, found: 3 });
        assert!(matches!(
            Block::decode(&block[..9]),
            Err(BlockError::Truncated { needed: 64, available: 9 })
        ));
    }

    #[test]
    fn a_block_of_format_2_says_which_states_were_taken() {
        let named = Some(StateHash { sequence: 7, form: 1, sha256: [0xab; 32] });
        for mark in [StateMark { taken: true, named: None }, StateMark { taken: false, named }] {
            let bytes = marked_block(mark);
            assert_eq!((&bytes[..4], bytes.len()), (&b"AL\x02\0"[..], 64 + 44 + 5 + 44));
            let block = Block::decode(&bytes).unwrap();
            assert_eq!((block.mark, block.records().next()), (mark, Some(&b"swap"[..])));
        }
        let bytes = marked_block(StateMark { taken: true, named });
        assert_eq!(bytes[64..76], [1, 0, 1, 0, 7, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(bytes[76..108], [0xab; 32]);
        assert_eq!(marked_block(StateMark::default())[2], 1, "one that says nothing is of format 1");
        // Neither what nobody knows, nor a state of an entry to come or of none, nor a mark that says nothing.
        for (offset, lie) in [(64, &[3][..]), (64, &[0; 44]), (66, &[0]), (68, &[10]), (68, &[0])] {
            let refused = Block::decode(&forged(bytes.clone(), offset, lie)).unwrap_err();
            assert!(matches!(refused, BlockError::StateMark { first_sequence: 10, .. }), "{refused}");
        }
    }

    #[test]
    fn limits_hold_when_writing() {
        let refusal = |records: &[Vec<u8>]| {
            let draft = Draft::of(Frontier::new(), records);
            draft.and_then(|draft| draft.finish(0, Frontier::new().root(), StateMark::default())).unwrap_err()
        };
        assert_eq!(refusal(&[]), BlockError::Count { found: 0 });
        assert_eq!(refusal(&vec![vec![1]; 65_537]), BlockError::Count { found: 65_537 });
        assert_eq!(refusal(&[vec![1], vec![]]), BlockError::RecordLength { index: 1, found: 0 });
        assert_eq!(refusal(&[vec![1; 65_536]]), BlockError::RecordLength { index: 0, found: 65_536 });
        assert!(matches!(refusal(&vec![vec![1; 65_535]; 512]), BlockError::Length { .. }));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn a_block_reads_as_it_was_written(
            records in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..300), 1..40),
            bit in any::<proptest::sample::Index>(),
        ) {
            let mut bytes = block_of(&records);
            let block = Block::decode(&bytes).unwrap();
            prop_assert_eq!(block.records().len(), records.len());
            prop_assert!(block.records().eq(records.iter().map(Vec::as_slice)));
            prop_assert_eq!(block.header.block_len(), bytes.len());
            let bit = bit.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(Block::decode(&bytes).is_err());
        }
    }
}
