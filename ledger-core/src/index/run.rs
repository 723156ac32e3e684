//! Runs: the terms of neighbouring entries, sorted by hash, never changed once they are written.
//!
//! A run is a file of slots: its header, its pages, its filter, its directory, which holds the first hash of each page,
//! and its marks. What is yet to be read of it is read when it is needed. The file gets its name once it is whole.

use std::sync::{Arc, OnceLock};

use super::error::IndexError;
use super::filter::{Filter, FilterWriter, HASH_BITS};
use super::folder::RunName;
use super::group::{GAPS_BYTES, Group, Page};
use super::header::{Header, Scope};
use super::marks::Mark;
use super::slots::{self, PAYLOAD_MAX, SLOT_BYTES};
use super::{marks, varint};
use crate::storage::{INDEX_FOLDER, Storage};

/// Hashes in one slot of the directory.
const DIRECTORY_HASHES: usize = PAYLOAD_MAX / 8;

/// The least bytes of a group in a page.
const GROUP_BYTES_MIN: u64 = 2;

/// The bytes of a run's file, at most: some for the file, and some for each entry. An entry can have hundreds of terms.
const FILE_BYTES: u64 = 1 << 20;
const ENTRY_BYTES_MAX: u64 = 16 << 10;

/// The part of a term's hash by which runs are sorted. One new name in 2^46 / names finds a candidate for nothing.
pub fn run_hash(hash: u64) -> u64 {
    hash >> (u64::BITS - HASH_BITS)
}

/// A run in its file.
#[derive(Debug)]
pub struct Run {
    storage: Arc<dyn Storage>,
    path: String,
    header: Header,
    /// The first hash of each page.
    directory: OnceLock<Box<[u64]>>,
    filter: Filter,
}

impl Run {
    /// The run in the file of this name; reads its header and nothing else yet.
    ///
    /// # Errors
    /// A file that is gone, cannot be read, or is no run of this name.
    pub fn open(storage: &Arc<dyn Storage>, name: RunName) -> Result<Self, IndexError> {
        let path = name.path();
        // Asked first: so the storage notices a file that was replaced under the name of another.
        let len = storage.len(&path).map_err(IndexError::io("measured", &path))?;
        let mut slot = [0; SLOT_BYTES];
        let read = storage.read_at(&path, 0, &mut slot).map_err(IndexError::io("read", &path))?;
        let header = Header::read(&slot[..read], name.owner()).map_err(|error| error.of(&path))?;
        let hashes_max = u64::from(header.pages) * (PAYLOAD_MAX as u64 / GROUP_BYTES_MIN);
        let len_max = header.entries().saturating_mul(ENTRY_BYTES_MAX).saturating_add(FILE_BYTES);
        if len != Some(header.file_len()) || header.file_len() > len_max || header.hashes > hashes_max {
            return Err(IndexError::invalid("its length is not what its header says").of(&path));
        }
        let filter = Filter::unread(header.filter);
        Ok(Self { storage: Arc::clone(storage), path, header, directory: OnceLock::new(), filter })
    }

    /// Its file.
    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn name(&self) -> RunName {
        RunName { first: self.header.scope.first, last: self.header.scope.last }
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Whether it may hold a hash; seldom another.
    #[inline]
    pub fn may_hold(&self, hash: u64) -> Result<bool, IndexError> {
        self.filter.may_hold(hash).map_or_else(|| self.ask_unread(hash), Ok)
    }

    #[cold]
    fn ask_unread(&self, hash: u64) -> Result<bool, IndexError> {
        let first = self.header.filter_slot();
        let asked = self.filter.ask_unread(hash, |value| self.slot(first.saturating_add(value)));
        asked.map_err(|error| error.of(&self.path))
    }

    /// Reads the whole filter, which may not have been worth it until now.
    pub fn read_filter(&self) -> Result<(), IndexError> {
        let first = self.header.filter_slot();
        self.filter.read(|value| self.slot(first.saturating_add(value))).map_err(|error| error.of(&self.path))
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
                    group.visit(&mut visit).map_err(|error| error.of(&self.path))?;
                }
                page.advance().map_err(|error| error.of(&self.path))?;
            }
        }
        Ok(())
    }

    /// The last marked block that begins at or before a sequence, if one was marked in this run.
    pub fn mark_at(&self, sequence: u64) -> Result<Option<Mark>, IndexError> {
        let first_slot = self.header.marks_slot();
        let read = |number: u32| marks::read(&self.slot(first_slot.saturating_add(number))?);
        marks::last_at(self.header.marks, read, sequence).map_err(|error| error.of(&self.path))
    }

    /// All its marks.
    pub fn marks(&self) -> Result<Vec<Mark>, IndexError> {
        let first_slot = self.header.marks_slot();
        let mut all = Vec::new();
        for number in 0..self.header.marks {
            let slot = self.slot(first_slot.saturating_add(number))?;
            all.extend(marks::read(&slot).map_err(|error| error.of(&self.path))?);
        }
        Ok(all)
    }

    fn directory(&self) -> Result<&[u64], IndexError> {
        if let Some(directory) = self.directory.get() {
            return Ok(directory);
        }
        let damaged = || IndexError::invalid("its directory is damaged").of(&self.path);
        let mut directory = Vec::new();
        for number in 0..self.header.directory {
            let slot = self.slot(self.header.directory_slot().saturating_add(number))?;
            let (hashes, odd) = slot.as_chunks::<8>();
            if hashes.is_empty() || !odd.is_empty() {
                return Err(damaged());
            }
            directory.extend(hashes.iter().map(|hash| u64::from_le_bytes(*hash)));
        }
        if directory.len() != self.header.pages as usize {
            return Err(damaged());
        }
        Ok(self.directory.get_or_init(|| directory.into()))
    }

    fn page(&self, number: usize, begins: u64) -> Result<Page, IndexError> {
        let slot = u32::try_from(number).unwrap_or(u32::MAX).saturating_add(Header::FIRST_PAGE);
        let page = Page::new(self.slot(slot)?).map_err(|error| error.of(&self.path))?;
        if page.group().is_some_and(|group| group.hash == begins) {
            return Ok(page);
        }
        Err(IndexError::invalid("a page is not what its directory says").of(&self.path))
    }

    /// What the slot with this number holds.
    fn slot(&self, number: u32) -> Result<Vec<u8>, IndexError> {
        let mut slot = vec![0; SLOT_BYTES];
        let read = self.storage.read_at(&self.path, slots::offset_of(number), &mut slot);
        let read = read.map_err(IndexError::io("read", &self.path))?;
        let payload = slots::get(&slot[..read], self.header.owner(), number);
        Ok(payload.map_err(|error| error.of(&self.path))?.to_vec())
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
        self.page.advance().map_err(|error| error.of(&self.run.path))?;
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

/// Makes a run of groups that come in order, and writes it to its file.
#[derive(Debug)]
pub struct RunWriter {
    header: Header,
    file: RunFile,
    /// The group at hand, to which others of the same hash may still be added.
    open: Option<Open>,
    /// The gaps of the group at hand.
    gaps: Vec<u8>,
    page: Vec<u8>,
    /// The last hash in the page.
    page_hash: u64,
    directory: Vec<u64>,
    filter: FilterWriter,
    /// Slots that are not written yet.
    ready: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    hash: u64,
    first: u64,
    last: u64,
}

impl RunWriter {
    /// A run of this scope, with about so many hashes or fewer. Its file is begun under another name.
    pub fn new(storage: &Arc<dyn Storage>, scope: Scope, hashes: u64) -> Result<Self, IndexError> {
        let header = Header::new(scope);
        let file = RunFile::create(storage, RunName { first: scope.first, last: scope.last })?;
        Ok(Self {
            header,
            file,
            open: None,
            gaps: Vec::with_capacity(GAPS_BYTES),
            page: Vec::new(),
            page_hash: 0,
            directory: Vec::new(),
            filter: FilterWriter::new(hashes),
            ready: Vec::new(),
        })
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
                self.header.hashes += 1;
            }
        }
        self.close_group();
        self.gaps.extend_from_slice(group.gaps);
        self.open = Some(Open { hash: group.hash, first: group.first, last: group.last });
    }

    fn close_group(&mut self) {
        let Some(Open { hash, first, last }) = self.open.take() else { return };
        let group = Group { hash, first, last, gaps: &self.gaps };
        let before = self.page.len();
        if before > 0 {
            group.put(&mut self.page, self.page_hash);
            if self.page.len() > PAYLOAD_MAX {
                self.page.truncate(before);
                self.close_page();
            }
        }
        if self.page.is_empty() {
            self.directory.push(hash);
            Group { hash, first, last, gaps: &self.gaps }.put(&mut self.page, 0);
        }
        self.page_hash = hash;
        self.gaps.clear();
    }

    fn close_page(&mut self) {
        if !self.page.is_empty() {
            let number = self.header.filter_slot();
            slots::put(&mut self.ready, self.header.owner(), number, &self.page);
            self.header.pages += 1;
            self.page.clear();
        }
    }

    /// Bytes that can be written already.
    pub fn ready_bytes(&self) -> usize {
        self.ready.len()
    }

    /// Writes what can be written already.
    pub fn write_ready(&mut self) -> Result<(), IndexError> {
        self.file.append(&self.ready)?;
        self.ready.clear();
        Ok(())
    }

    /// Writes the rest, and gives the file its name: then all of it is durable.
    pub fn finish(mut self, marks: &[Mark]) -> Result<Run, IndexError> {
        self.close_group();
        self.close_page();
        let (filter, owner) = (self.filter.finish(), self.header.owner());
        self.header.filter = filter.layout();
        let mut number = self.header.filter_slot();
        let mut put = |payload: &[u8]| {
            slots::put(&mut self.ready, owner, number, payload);
            number += 1;
        };
        filter.to_values().for_each(|value| put(&value));
        for hashes in self.directory.chunks(DIRECTORY_HASHES) {
            put(&hashes.iter().flat_map(|hash| hash.to_le_bytes()).collect::<Vec<u8>>());
            self.header.directory += 1;
        }
        for marks in marks.chunks(marks::SLOT_MARKS) {
            put(&marks::to_bytes(marks));
            self.header.marks += 1;
        }
        self.file.append(&self.ready)?;
        self.file.finish(&self.header.to_slot()?)?;
        let directory = OnceLock::from(self.directory.into_boxed_slice());
        let RunFile { storage, name, .. } = self.file;
        Ok(Run { storage, path: name.path(), header: self.header, directory, filter })
    }
}

/// The file of a run in the making.
#[derive(Debug)]
struct RunFile {
    storage: Arc<dyn Storage>,
    name: RunName,
    unfinished: String,
    len: u64,
}

impl RunFile {
    fn create(storage: &Arc<dyn Storage>, name: RunName) -> Result<Self, IndexError> {
        let unfinished = name.unfinished_path();
        let io = |error| IndexError::io("created", &unfinished)(error);
        if storage.len(&unfinished).map_err(io)?.is_some() {
            storage.remove(&unfinished).map_err(io)?;
        }
        storage.create(&unfinished).map_err(io)?;
        let storage = Arc::clone(storage);
        // The header comes last, in front.
        Ok(Self { storage, name, unfinished, len: slots::offset_of(Header::FIRST_PAGE) })
    }

    /// Writes slots behind the others, durably: so no long file is left to be made durable in the end.
    fn append(&mut self, slots: &[u8]) -> Result<(), IndexError> {
        let io = |error| IndexError::io("written", &self.unfinished)(error);
        self.storage.write_at(&self.unfinished, self.len, slots).map_err(io)?;
        self.storage.sync(&self.unfinished).map_err(io)?;
        self.len += slots.len() as u64;
        Ok(())
    }

    fn finish(&self, header: &[u8]) -> Result<(), IndexError> {
        let io = |error| IndexError::io("written", &self.unfinished)(error);
        self.storage.write_at(&self.unfinished, 0, header).map_err(io)?;
        self.storage.sync(&self.unfinished).map_err(io)?;
        self.storage.rename(&self.unfinished, &self.name.path()).map_err(io)?;
        self.storage.sync_folder(INDEX_FOLDER).map_err(io)
    }
}
