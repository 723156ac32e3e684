//! Runs: the terms of neighbouring entries, sorted by hash, never changed once they are written.
//!
//! A run is a row of numbered values: its pages, its filter, and its directory, which holds the first hash of
//! each page. What is yet to be read of it is read when it is needed.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::error::IndexError;
use super::filter::{Filter, FilterWriter, HASH_BITS, Layout};
use super::group::{GAPS_BYTES, Group, Page};
use super::stored::{self, Pair};
use super::varint;
use crate::storage::Shelf;

/// A page is closed when it has so many bytes.
const PAGE_BYTES: usize = 4096 - GAPS_BYTES / 2;

/// Hashes in one value of the directory.
const DIRECTORY_HASHES: usize = 256;

/// The part of a term's hash by which runs are sorted. One new name in 2^46 / names finds a candidate for nothing.
pub fn run_hash(hash: u64) -> u64 {
    hash >> (u64::BITS - HASH_BITS)
}

/// The key of a value of a run.
pub fn key_of(run: u32, number: u32) -> Vec<u8> {
    let mut key = vec![b'r'];
    key.extend_from_slice(&run.to_be_bytes());
    key.extend_from_slice(&number.to_be_bytes());
    key
}

/// What is known of a run before anything of it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Its name.
    pub run: u32,
    /// The first of its entries.
    pub first: u64,
    /// The last of its entries.
    pub last: u64,
    /// How many different hashes it holds.
    pub hashes: u64,
    pages: u32,
    filter: Layout,
}

impl Extent {
    /// How many entries it covers.
    pub fn entries(&self) -> u64 {
        self.last - self.first + 1
    }
}

/// A run on the shelf.
#[derive(Debug)]
pub struct Run {
    extent: Extent,
    shelf: Arc<dyn Shelf>,
    /// The first hash of each page.
    directory: OnceLock<Box<[u64]>>,
    filter: Filter,
}

impl Run {
    /// The run of this extent; reads nothing yet.
    pub fn new(shelf: Arc<dyn Shelf>, extent: Extent) -> Result<Self, IndexError> {
        if extent.first > extent.last {
            return Err(IndexError::invalid("a run has no entries"));
        }
        let filter = Filter::unread(extent.filter);
        Ok(Self { extent, shelf, directory: OnceLock::new(), filter })
    }

    pub fn shelf(&self) -> &Arc<dyn Shelf> {
        &self.shelf
    }

    pub fn extent(&self) -> &Extent {
        &self.extent
    }

    /// Whether it may hold a hash; seldom another.
    #[inline]
    pub fn may_hold(&self, hash: u64) -> Result<bool, IndexError> {
        self.filter.may_hold(hash).map_or_else(|| self.ask_unread(hash), Ok)
    }

    #[cold]
    fn ask_unread(&self, hash: u64) -> Result<bool, IndexError> {
        self.filter.ask_unread(hash, |value| self.value(self.extent.pages.saturating_add(value)))
    }

    /// Shows the entries of a hash, in order.
    pub fn visit(&self, hash: u64, mut visit: impl FnMut(u64)) -> Result<(), IndexError> {
        let directory = self.directory()?;
        // Groups of one hash may lie in several pages, and begin in one that begins with another hash.
        let first = directory.partition_point(|begins| *begins < hash).saturating_sub(1);
        let pages = directory.iter().enumerate().skip(first).take_while(|(_, begins)| **begins <= hash);
        for (number, begins) in pages {
            let mut page = self.page(number, *begins)?;
            while let Some(group) = page.group().filter(|group| group.hash <= hash) {
                if group.hash == hash {
                    group.visit(&mut visit)?;
                }
                page.advance()?;
            }
        }
        Ok(())
    }

    /// What stands behind its pages, if it was written just now.
    pub fn rest(&self) -> impl Iterator<Item = Pair> {
        let bytes = |hashes: &[u64]| hashes.iter().flat_map(|hash| hash.to_le_bytes()).collect();
        let directory = self.directory.get().map_or(&[][..], |directory| directory);
        let values = self.filter.to_values().chain(directory.chunks(DIRECTORY_HASHES).map(bytes));
        let pair = |(number, value)| stored::pair(key_of(self.extent.run, number), value);
        (self.extent.pages..).zip(values).map(pair)
    }

    fn directory(&self) -> Result<&[u64], IndexError> {
        if let Some(directory) = self.directory.get() {
            return Ok(directory);
        }
        let mut directory = Vec::new();
        let mut number = self.extent.pages.saturating_add(self.extent.filter.values());
        while directory.len() < self.extent.pages as usize {
            let value = self.value(number)?;
            let (hashes, odd) = value.as_chunks::<8>();
            if hashes.is_empty() || !odd.is_empty() {
                return Err(IndexError::invalid("a run's directory is damaged"));
            }
            directory.extend(hashes.iter().map(|hash| u64::from_le_bytes(*hash)));
            number = number.saturating_add(1);
        }
        Ok(self.directory.get_or_init(|| directory.into()))
    }

    fn page(&self, number: usize, begins: u64) -> Result<Page, IndexError> {
        let page = Page::new(self.value(u32::try_from(number).unwrap_or(u32::MAX))?)?;
        if page.group().is_some_and(|group| group.hash == begins) {
            return Ok(page);
        }
        Err(IndexError::invalid("a run's page is not what its directory says"))
    }

    fn value(&self, number: u32) -> Result<Vec<u8>, IndexError> {
        stored::need(&*self.shelf, &key_of(self.extent.run, number))
    }
}

/// Walks through the groups of a run.
#[derive(Debug)]
pub struct Cursor {
    run: Arc<Run>,
    page: Page,
    /// The next page.
    next: usize,
}

impl Cursor {
    /// The cursor at the first group.
    pub fn new(run: Arc<Run>) -> Result<Self, IndexError> {
        let mut cursor = Self { run, page: Page::new(Vec::new())?, next: 0 };
        cursor.turn()?;
        Ok(cursor)
    }

    /// The group at hand; none behind the last.
    pub fn group(&self) -> Option<Group<'_>> {
        self.page.group()
    }

    /// Goes to the next group.
    pub fn advance(&mut self) -> Result<(), IndexError> {
        self.page.advance()?;
        self.turn()
    }

    fn turn(&mut self) -> Result<(), IndexError> {
        if self.page.group().is_none()
            && let Some(begins) = self.run.directory()?.get(self.next)
        {
            self.page = self.run.page(self.next, *begins)?;
            self.next += 1;
        }
        Ok(())
    }
}

/// Writes a run from groups that come in order.
#[derive(Debug)]
pub struct RunWriter {
    extent: Extent,
    /// The group at hand, to which others of the same hash may still be added.
    open: Option<Open>,
    /// The gaps of the group at hand.
    gaps: Vec<u8>,
    page: Vec<u8>,
    /// The last hash in the page.
    page_hash: u64,
    directory: Vec<u64>,
    filter: FilterWriter,
    ready: Vec<Pair>,
    ready_bytes: usize,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    hash: u64,
    first: u64,
    last: u64,
}

impl RunWriter {
    /// A run of this name over these entries, with about so many hashes or fewer.
    pub fn new(run: u32, first: u64, last: u64, hashes: u64) -> Self {
        Self {
            extent: Extent { run, first, last, hashes: 0, pages: 0, filter: Layout::default() },
            open: None,
            gaps: Vec::with_capacity(GAPS_BYTES),
            page: Vec::new(),
            page_hash: 0,
            directory: Vec::new(),
            filter: FilterWriter::new(hashes),
            ready: Vec::new(),
            ready_bytes: 0,
        }
    }

    /// Adds a group behind the last one.
    pub fn push(&mut self, group: Group<'_>) {
        match &mut self.open {
            Some(open) if open.hash == group.hash => {
                if self.gaps.len() + varint::VARINT_MAX + group.gaps.len() <= GAPS_BYTES {
                    varint::put(&mut self.gaps, group.first - open.last);
                    self.gaps.extend_from_slice(group.gaps);
                    open.last = group.last;
                    return;
                }
            }
            _ => {
                self.filter.push(group.hash);
                self.extent.hashes += 1;
            }
        }
        self.close_group();
        self.gaps.extend_from_slice(group.gaps);
        self.open = Some(Open { hash: group.hash, first: group.first, last: group.last });
    }

    fn close_group(&mut self) {
        let Some(Open { hash, first, last }) = self.open.take() else { return };
        if self.page.is_empty() {
            self.directory.push(hash);
            self.page_hash = 0;
        }
        Group { hash, first, last, gaps: &self.gaps }.put(&mut self.page, self.page_hash);
        self.page_hash = hash;
        self.gaps.clear();
        if self.page.len() >= PAGE_BYTES {
            self.close_page();
        }
    }

    fn close_page(&mut self) {
        if !self.page.is_empty() {
            let page = std::mem::replace(&mut self.page, Vec::with_capacity(PAGE_BYTES + GAPS_BYTES));
            let number = self.extent.pages;
            self.extent.pages += 1;
            self.add(number, page);
        }
    }

    fn add(&mut self, number: u32, value: Vec<u8>) {
        let pair = stored::pair(key_of(self.extent.run, number), value);
        self.ready_bytes += pair.0.len() + pair.1.len();
        self.ready.push(pair);
    }

    /// Bytes that can be put on the shelf already.
    pub fn ready_bytes(&self) -> usize {
        self.ready_bytes
    }

    /// What can be put on the shelf already.
    pub fn take_ready(&mut self) -> Vec<Pair> {
        self.ready_bytes = 0;
        std::mem::take(&mut self.ready)
    }

    /// The run, and what is left to be put on the shelf before it is used, with its [rest](Run::rest).
    pub fn finish(mut self, shelf: Arc<dyn Shelf>) -> (Run, Vec<Pair>) {
        self.close_group();
        self.close_page();
        let ready = self.take_ready();
        let (mut extent, filter) = (self.extent, self.filter.finish());
        extent.filter = filter.layout();
        let directory = OnceLock::from(self.directory.into_boxed_slice());
        (Run { extent, shelf, directory, filter }, ready)
    }
}
