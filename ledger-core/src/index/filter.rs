//! Filters: whether a run may hold a hash, from memory, so that a new name costs no look at the disk.
//!
//! A filter is a row of lines, each a cache line of 32 prints. The high bits of a hash say at which line its print
//! stands: there, or in the lines behind if that one is full. Hashes come sorted, so a filter is written from front to
//! back. The low 16 bits are the print; 8 more bits stand beside, and are looked at when a print is the same.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Deserialize, Serialize};

use super::error::IndexError;

/// Bits of a hash: what is left of 64 by the place of an entry in a new run.
pub const HASH_BITS: u32 = 46;

/// Prints of a line.
const PRINTS: usize = 32;

/// Prints of a line on average: fewer, so that few hashes stand behind their line.
const PRINTS_MEAN: u64 = 26;

/// Lines of one slot of the file.
const VALUE_LINES: u32 = 42;

/// Bytes of a line in the file: its prints, and what stands beside them.
const LINE_BYTES: usize = 3 * PRINTS;

/// How many lines a filter has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Those at which prints are to stand.
    homes: u32,
    /// Those, and behind them the ones that were needed because the last ones were full.
    lines: u32,
}

impl Layout {
    /// How many slots of the file that makes.
    pub fn values(self) -> u32 {
        self.lines.div_ceil(VALUE_LINES)
    }

    /// The line at which a hash is to stand; greater hashes never stand before it.
    fn home_of(self, hash: u64) -> usize {
        // The 32 highest bits of the hash are a fraction of all homes.
        let line = ((hash >> (HASH_BITS - u32::BITS)) * u64::from(self.homes)) >> u32::BITS;
        usize::try_from(line).unwrap_or(usize::MAX)
    }
}

/// The filter of a run, which may not be read yet.
pub struct Filter {
    layout: Layout,
    lines: OnceLock<Lines>,
    /// Questions that were let through because it is not read.
    asked: AtomicU32,
}

struct Lines {
    prints: Box<[Line]>,
    beside: Box<[[u8; PRINTS]]>,
}

/// Prints, 0 where there is none.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([u16; PRINTS]);

impl Line {
    /// All prints are compared at once, which takes fewer instructions than to stop at the first.
    #[inline]
    fn has(&self, print: u16) -> bool {
        self.0.iter().fold(0, |hits, known| hits | u16::from(*known == print)) != 0
    }

    #[inline]
    fn is_full(&self) -> bool {
        self.0[PRINTS - 1] != 0
    }
}

fn print_of(hash: u64) -> u16 {
    let [low, high, ..] = hash.to_le_bytes();
    u16::from_le_bytes([low, high]).max(1)
}

fn beside_of(hash: u64) -> u8 {
    hash.to_le_bytes()[2]
}

impl Filter {
    /// The filter of this layout, which is yet to be read.
    pub fn unread(layout: Layout) -> Self {
        Self { layout, lines: OnceLock::new(), asked: AtomicU32::new(0) }
    }

    /// How many lines it has.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Whether the run may hold this hash, if the filter is read. Of new ones about 2 in a million are let through.
    #[inline]
    pub fn may_hold(&self, hash: u64) -> Option<bool> {
        Some(self.lines.get()?.may_hold(self.layout.home_of(hash), hash))
    }

    /// The same when it is not read: the first questions are let through, and `read` is asked for its values only when
    /// there have been so many that reading it is worth it.
    #[cold]
    pub fn ask_unread(
        &self,
        hash: u64,
        read: impl FnMut(u32) -> Result<Vec<u8>, IndexError>,
    ) -> Result<bool, IndexError> {
        if self.asked.fetch_add(1, Ordering::Relaxed) > self.layout.values() / 16 {
            self.read(read)?;
        }
        Ok(self.may_hold(hash).unwrap_or(true))
    }

    /// Reads it, if it is not read yet.
    pub fn read(&self, read: impl FnMut(u32) -> Result<Vec<u8>, IndexError>) -> Result<(), IndexError> {
        if self.lines.get().is_none() {
            let lines = Lines::read(self.layout, read)?;
            self.lines.get_or_init(|| lines);
        }
        Ok(())
    }

    /// The bytes of its values, if it was written or read.
    pub fn to_values(&self) -> impl Iterator<Item = Vec<u8>> {
        let lines = self.lines.get();
        let prints = lines.map_or(&[][..], |lines| &lines.prints).chunks(VALUE_LINES as usize);
        let beside = lines.map_or(&[][..], |lines| &lines.beside).chunks(VALUE_LINES as usize);
        prints.zip(beside).map(|(prints, beside)| {
            let prints = prints.iter().flat_map(|line| line.0).flat_map(u16::to_le_bytes);
            prints.chain(beside.iter().flatten().copied()).collect()
        })
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter").field("layout", &self.layout).finish_non_exhaustive()
    }
}

impl Lines {
    #[inline]
    fn may_hold(&self, home: usize, hash: u64) -> bool {
        let print = print_of(hash);
        let Some(line) = self.prints.get(home) else { return false };
        (line.has(print) || line.is_full()) && self.may_hold_from(home, print, beside_of(hash))
    }

    fn may_hold_from(&self, home: usize, print: u16, beside: u8) -> bool {
        let lines = self.prints.iter().zip(&self.beside).skip(home);
        for (line, more) in lines {
            if line.has(print) && line.0.iter().zip(more).any(|pair| pair == (&print, &beside)) {
                return true;
            }
            if !line.is_full() {
                return false;
            }
        }
        false
    }

    fn read(
        layout: Layout,
        mut read: impl FnMut(u32) -> Result<Vec<u8>, IndexError>,
    ) -> Result<Self, IndexError> {
        let (mut prints, mut beside) = (Vec::new(), Vec::new());
        for value in 0..layout.values() {
            let bytes = read(value)?;
            let (shorts, bytes_beside) = bytes.split_at(bytes.len() / 3 * 2);
            let (shorts, _) = shorts.as_chunks::<2>();
            let (new_prints, _) = shorts.as_chunks::<PRINTS>();
            prints.extend(new_prints.iter().map(|line| Line(line.map(u16::from_le_bytes))));
            beside.extend_from_slice(bytes_beside.as_chunks().0);
            if !bytes.len().is_multiple_of(LINE_BYTES) {
                return Err(IndexError::invalid("a run's filter is damaged"));
            }
        }
        if prints.len() != layout.lines as usize {
            return Err(IndexError::invalid("a run's filter has not all its lines"));
        }
        Ok(Self { prints: prints.into(), beside: beside.into() })
    }
}

/// Writes a filter from hashes that come in order, each once.
pub struct FilterWriter {
    layout: Layout,
    prints: Vec<Line>,
    beside: Vec<[u8; PRINTS]>,
    /// The line of the last print, and how many it has.
    line: usize,
    count: usize,
}

impl FilterWriter {
    /// A filter of so many hashes, or not many fewer.
    pub fn new(hashes: u64) -> Self {
        let homes = u32::try_from(hashes / PRINTS_MEAN + 1).unwrap_or(u32::MAX);
        let (prints, beside) = (Vec::with_capacity(homes as usize), Vec::with_capacity(homes as usize));
        Self { layout: Layout { homes, lines: 0 }, prints, beside, line: 0, count: 0 }
    }

    /// Adds a hash, which is greater than the last one.
    pub fn push(&mut self, hash: u64) {
        let home = self.layout.home_of(hash);
        if home > self.line {
            (self.line, self.count) = (home, 0);
        } else if self.count == PRINTS {
            (self.line, self.count) = (self.line + 1, 0);
        }
        if self.prints.len() <= self.line {
            self.prints.resize(self.line + 1, Line([0; PRINTS]));
            self.beside.resize(self.line + 1, [0; PRINTS]);
        }
        self.prints[self.line].0[self.count] = print_of(hash);
        self.beside[self.line][self.count] = beside_of(hash);
        self.count += 1;
    }

    /// The filter.
    pub fn finish(mut self) -> Filter {
        self.layout.lines = u32::try_from(self.prints.len()).unwrap_or(u32::MAX);
        let filter = Filter::unread(self.layout);
        let lines = Lines { prints: self.prints.into(), beside: self.beside.into() };
        filter.lines.get_or_init(|| lines);
        filter
    }
}

impl fmt::Debug for FilterWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilterWriter").field("layout", &self.layout).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hash(number: u64) -> u64 {
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - HASH_BITS)
    }

    fn write(mut hashes: Vec<u64>) -> Filter {
        hashes.sort_unstable();
        hashes.dedup();
        let mut writer = FilterWriter::new(hashes.len() as u64);
        for hash in hashes {
            writer.push(hash);
        }
        writer.finish()
    }

    #[test]
    fn a_filter_holds_its_hashes_and_few_others() {
        let written = write((0..100_000).map(hash).collect());
        let values: Vec<Vec<u8>> = written.to_values().collect();
        assert_eq!(u32::try_from(values.len()), Ok(written.layout().values()));
        let total: usize = values.iter().map(Vec::len).sum();
        assert!(total < 100_000 * 38 / 10, "{total}");
        let read = Filter::unread(written.layout());
        for filter in [&written, &read] {
            let ask = |hash| {
                let unread = || filter.ask_unread(hash, |value| Ok(values[value as usize].clone())).unwrap();
                filter.may_hold(hash).unwrap_or_else(unread)
            };
            assert!((0..100_000).all(|number| ask(hash(number))));
            let strangers = (100_000..1_100_000).filter(|number| ask(hash(*number))).count();
            assert!(strangers < 20, "{strangers} of 1,000,000");
        }
    }

    #[test]
    fn a_filter_is_read_when_it_is_asked_often() {
        let written = write((0..100_000).map(hash).collect());
        let values: Vec<Vec<u8>> = written.to_values().collect();
        let (read, reads) = (Filter::unread(written.layout()), std::cell::Cell::new(0));
        let ask = |hash| {
            let value = |value| {
                reads.set(reads.get() + 1);
                Ok(values[value as usize].clone())
            };
            read.may_hold(hash).unwrap_or_else(|| read.ask_unread(hash, value).unwrap())
        };
        assert_eq!((ask(hash(200_000)), reads.get()), (true, 0));
        let strangers = (200_000..200_100).filter(|number| ask(hash(*number))).count();
        assert!(strangers < 10 && reads.get() == values.len(), "{strangers}");
    }

    #[test]
    fn damaged_values_are_refused() {
        let written = write((0..2000).map(hash).collect());
        let values: Vec<Vec<u8>> = written.to_values().collect();
        for length in 0..values[1].len() {
            let cut = |value| Ok(values[value as usize][..if value == 1 { length } else { 4032 }].to_vec());
            assert!(Lines::read(written.layout(), cut).is_err(), "{length}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_hashes_are_held(
            hashes in proptest::collection::vec(
                prop_oneof![any::<u64>(), 0..500_u64, (0..500_u64).prop_map(|low| u64::MAX - low)],
                0..600,
            ),
        ) {
            let hashes: Vec<u64> = hashes.into_iter().map(|hash| hash & ((1 << HASH_BITS) - 1)).collect();
            let written = write(hashes.clone());
            for hash in hashes {
                prop_assert_eq!(written.may_hold(hash), Some(true));
            }
        }
    }
}
