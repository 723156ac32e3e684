//! Filters: whether a run may hold a hash. In parts, each of the hashes of one range, so that they can be made and read one
//! by one.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use xorf::{BinaryFuse16, Filter as _};

use super::error::IndexError;

/// Bits of a hash: what is left of 64 by the place of an entry in a new run.
pub const HASH_BITS: u32 = 46;

/// Hashes in a part, at most on average.
const PART_HASHES: u64 = 8192;

/// The most parts, as a power of two: beyond it they hold more hashes.
const PARTS_BITS_MAX: u32 = 16;

/// The filter of a run.
pub struct Filter {
    parts: Box<[Part]>,
    shift: u32,
}

/// A part, which may be read only when it is asked for again. A cache line, so that looking at one is one miss.
#[derive(Default)]
#[repr(align(64))]
struct Part {
    loaded: OnceLock<Loaded>,
    asked: AtomicBool,
}

enum Loaded {
    Nothing,
    /// A filter could not be made.
    Anything,
    Some(BinaryFuse16),
}

impl Filter {
    /// A filter of so many parts (a power of two), which are yet to be read.
    pub fn unread(parts: u32) -> Result<Self, IndexError> {
        if !parts.is_power_of_two() || parts.ilog2() > PARTS_BITS_MAX {
            return Err(IndexError::invalid("a run's filter has an odd number of parts"));
        }
        let shift = HASH_BITS - parts.ilog2();
        Ok(Self { parts: (0..parts).map(|_| Part::default()).collect(), shift })
    }

    /// In how many parts it is.
    pub fn parts(&self) -> u32 {
        u32::try_from(self.parts.len()).unwrap_or(u32::MAX)
    }

    /// The bytes of its parts, all of which were made or read.
    pub fn to_bytes(&self) -> impl Iterator<Item = Vec<u8>> {
        self.parts.iter().map(|part| part.loaded.get().unwrap_or(&Loaded::Nothing).to_bytes())
    }

    /// Whether the run may hold this hash; a new one is let through once in 65,536 times.
    ///
    /// The first question to a part is let through too: `read` is asked for its bytes only when there is a second one.
    pub fn may_hold(
        &self,
        hash: u64,
        read: impl FnOnce(u32) -> Result<Vec<u8>, IndexError>,
    ) -> Result<bool, IndexError> {
        let number = u32::try_from(hash >> self.shift).unwrap_or(u32::MAX);
        let Some(part) = self.parts.get(number as usize) else { return Ok(false) };
        let loaded = match part.loaded.get() {
            Some(loaded) => loaded,
            None if !part.asked.swap(true, Ordering::Relaxed) => return Ok(true),
            None => {
                let loaded = Loaded::from_bytes(&read(number)?)?;
                part.loaded.get_or_init(|| loaded)
            }
        };
        Ok(match loaded {
            Loaded::Nothing => false,
            Loaded::Anything => true,
            Loaded::Some(filter) => filter.contains(&hash),
        })
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter").field("parts", &self.parts.len()).finish_non_exhaustive()
    }
}

impl Loaded {
    fn of(hashes: &[u64]) -> Self {
        if hashes.is_empty() {
            return Self::Nothing;
        }
        BinaryFuse16::try_from(hashes).map_or(Self::Anything, Self::Some)
    }

    fn to_bytes(&self) -> Vec<u8> {
        let filter = match self {
            Self::Nothing => return vec![0],
            Self::Anything => return vec![1],
            Self::Some(filter) => filter,
        };
        let layout = &filter.descriptor;
        let mut bytes = vec![2];
        bytes.extend_from_slice(&layout.seed.to_le_bytes());
        bytes.extend_from_slice(&layout.segment_length.to_le_bytes());
        bytes.extend_from_slice(&layout.segment_count_length.to_le_bytes());
        filter.fingerprints.iter().for_each(|print| bytes.extend_from_slice(&print.to_le_bytes()));
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, IndexError> {
        match bytes {
            [0] => Ok(Self::Nothing),
            [1] => Ok(Self::Anything),
            [2, rest @ ..] => {
                fuse(rest).map(Self::Some).ok_or(IndexError::invalid("a run's filter is damaged"))
            }
            _ => Err(IndexError::invalid("a run's filter is damaged")),
        }
    }
}

fn fuse(bytes: &[u8]) -> Option<BinaryFuse16> {
    let (seed, bytes) = bytes.split_first_chunk()?;
    let (length, bytes) = bytes.split_first_chunk()?;
    let (count, bytes) = bytes.split_first_chunk()?;
    let (segment_length, segment_count_length) = (u32::from_le_bytes(*length), u32::from_le_bytes(*count));
    let (prints, odd) = bytes.as_chunks::<2>();
    let fingerprints: Box<[u16]> = prints.iter().map(|print| u16::from_le_bytes(*print)).collect();
    // Three probes, in three neighbouring segments: none may lie behind the end.
    let needed = segment_length.checked_mul(2)?.checked_add(segment_count_length)?;
    let fits = odd.is_empty()
        && segment_length.is_power_of_two()
        && segment_count_length.is_multiple_of(segment_length)
        && fingerprints.len() >= needed as usize;
    // The type of a layout cannot be named, so that of another filter is filled in.
    let mut filter = BinaryFuse16::try_from(&[0][..]).ok().filter(|_| fits)?;
    filter.fingerprints = fingerprints;
    filter.descriptor.seed = u64::from_le_bytes(*seed);
    filter.descriptor.segment_length = segment_length;
    filter.descriptor.segment_length_mask = segment_length - 1;
    filter.descriptor.segment_count_length = segment_count_length;
    Some(filter)
}

/// Makes a filter from hashes that come in order, each once.
#[derive(Debug)]
pub struct FilterWriter {
    filter: Filter,
    /// The part to which `hashes` belong.
    part: usize,
    hashes: Vec<u64>,
}

impl FilterWriter {
    /// A filter of about so many hashes, or fewer.
    pub fn new(hashes: u64) -> Self {
        let parts = hashes.div_ceil(PART_HASHES).next_power_of_two().min(1 << PARTS_BITS_MAX);
        let shift = HASH_BITS - parts.ilog2();
        let parts = (0..parts).map(|_| Part::default()).collect();
        Self { filter: Filter { parts, shift }, part: 0, hashes: Vec::new() }
    }

    /// Adds a hash, which is greater than the last one.
    pub fn push(&mut self, hash: u64) {
        let part = usize::try_from(hash >> self.filter.shift).unwrap_or(usize::MAX);
        if part != self.part {
            self.finish_part();
            self.part = part;
        }
        self.hashes.push(hash);
    }

    fn finish_part(&mut self) {
        if let Some(part) = self.filter.parts.get(self.part) {
            let _ = part.loaded.set(Loaded::of(&self.hashes));
        }
        self.hashes.clear();
    }

    /// The filter.
    pub fn finish(mut self) -> Filter {
        self.finish_part();
        for part in &self.filter.parts {
            part.loaded.get_or_init(|| Loaded::Nothing);
        }
        self.filter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: u64) -> u64 {
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - HASH_BITS)
    }

    #[test]
    fn a_filter_holds_its_hashes_and_few_others_read_or_made() {
        let mut hashes: Vec<u64> = (0..100_000).map(hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let mut writer = FilterWriter::new(hashes.len() as u64);
        for hash in &hashes {
            writer.push(*hash);
        }
        let made = writer.finish();
        let bytes: Vec<Vec<u8>> = made.to_bytes().collect();
        assert_eq!(bytes.len(), 16);
        let total: usize = bytes.iter().map(Vec::len).sum();
        assert!(total < hashes.len() * 27 / 10, "{total}");
        let read = Filter::unread(16).unwrap();
        for filter in [&made, &read] {
            let ask = |hash| filter.may_hold(hash, |part| Ok(bytes[part as usize].clone())).unwrap();
            assert!(hashes.iter().all(|hash| ask(*hash)));
            let strangers = (100_000..1_100_000).map(hash).filter(|hash| ask(*hash)).count();
            assert!(strangers < 60, "{strangers} of 1,000,000");
        }
    }

    #[test]
    fn small_and_damaged_filters() {
        let empty = FilterWriter::new(0).finish();
        assert_eq!(empty.to_bytes().collect::<Vec<_>>(), [[0]]);
        assert!(!empty.may_hold(7, |_| unreachable!()).unwrap());
        let mut one = FilterWriter::new(1);
        one.push(7);
        let one = one.finish();
        let bytes: Vec<Vec<u8>> = one.to_bytes().collect();
        assert!(one.may_hold(7, |_| unreachable!()).unwrap());
        for length in 0..bytes[0].len() {
            assert!(Loaded::from_bytes(&bytes[0][..length]).is_err(), "{length}");
        }
        let mut spoiled = bytes[0].clone();
        spoiled[16] = 0xff;
        assert!(Loaded::from_bytes(&spoiled).is_err());
        assert!(Filter::unread(3).is_err() && Filter::unread(0).is_err());
    }
}
