//! The header of a run's file: all that is known of the run before anything else of it is read.

use std::hash::{BuildHasher, RandomState};

use serde::{Deserialize, Serialize};

use super::FirstBlock;
use super::error::IndexError;
use super::filter::Layout;
use super::slots::{self, Owner};
use super::terms::TermHasher;
use crate::journal::Root;

/// The version of the file's form; another one is passed over, and made anew.
const FORMAT: u32 = 3;

/// Of what a run is made: entries of a journal, under the key of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The key of the hashes.
    pub hasher: TermHasher,
    /// The first of its entries.
    pub first: u64,
    /// The last of its entries.
    pub last: u64,
    /// The Merkle root before its first entry.
    pub before: Root,
    /// The Merkle root at its last entry.
    pub root: Root,
    /// The first block of the journal.
    pub block: FirstBlock,
}

/// What a run is of, and where its parts stand in its file: pages, filter, directory, marks, in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    format: u32,
    /// What tells this file from others of its name.
    salt: u64,
    /// Of what it is made.
    #[serde(flatten)]
    pub scope: Scope,
    /// How many different hashes it holds.
    pub hashes: u64,
    /// Slots of its pages.
    pub pages: u32,
    /// How its filter is laid out.
    pub filter: Layout,
    /// Slots of its directory.
    pub directory: u32,
    /// Slots of its marks.
    pub marks: u32,
}

impl Header {
    /// The header of a run of which nothing is written yet.
    pub fn new(scope: Scope) -> Self {
        let (format, salt, filter) = (FORMAT, RandomState::new().hash_one(scope.first), Layout::default());
        let (hashes, pages, directory, marks) = (0, 0, 0, 0);
        Self { format, salt, scope, hashes, pages, filter, directory, marks }
    }

    /// How many entries it covers.
    pub fn entries(&self) -> u64 {
        self.scope.last - self.scope.first + 1
    }

    /// To whom its slots belong, but for that of the header.
    pub fn owner(&self) -> Owner {
        Owner { first: self.scope.first, last: self.scope.last, salt: self.salt }
    }

    /// The slot of its first page.
    pub const FIRST_PAGE: u32 = 1;

    /// The slot at which its filter begins.
    pub fn filter_slot(&self) -> u32 {
        Self::FIRST_PAGE.saturating_add(self.pages)
    }

    /// The slot at which its directory begins.
    pub fn directory_slot(&self) -> u32 {
        self.filter_slot().saturating_add(self.filter.values())
    }

    /// The slot at which its marks begin.
    pub fn marks_slot(&self) -> u32 {
        self.directory_slot().saturating_add(self.directory)
    }

    /// The bytes of its file.
    pub fn file_len(&self) -> u64 {
        slots::offset_of(self.marks_slot().saturating_add(self.marks))
    }

    /// The header in this slot, which is that of the file.
    pub fn read(slot: &[u8], owner: Owner) -> Result<Self, IndexError> {
        let text = slots::get(slot, owner, 0)?;
        let header: Self =
            serde_json::from_slice(text).map_err(|_| IndexError::invalid("its header does not read"))?;
        if header.format != FORMAT {
            return Err(IndexError::invalid("its format is not known"));
        }
        if (header.scope.first, header.scope.last) != (owner.first, owner.last)
            || !(1..=header.scope.last).contains(&header.scope.first)
        {
            return Err(IndexError::invalid("its header is that of another file"));
        }
        Ok(header)
    }

    /// The slot that holds it.
    pub fn to_slot(&self) -> Result<Vec<u8>, IndexError> {
        let text = serde_json::to_vec(self).ok().filter(|text| text.len() <= slots::PAYLOAD_MAX);
        let text = text.ok_or(IndexError::invalid("its header cannot be written"))?;
        let mut slot = Vec::with_capacity(slots::SLOT_BYTES);
        slots::put(&mut slot, Owner { salt: 0, ..self.owner() }, 0, &text);
        Ok(slot)
    }
}
