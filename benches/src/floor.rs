//! The floor under a commit: as many bytes written into zeros that were laid out before, and `fdatasync`. No ledger on
//! this disk can be quicker.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The least that a disk writes, in bytes.
const PAGE_LEN: usize = 4096;
/// The file is this long, in bytes; when it is full it is written again from its beginning.
const FILE_LEN: usize = 64 << 20;

/// A file that takes commits of one length.
pub struct Floor {
    file: File,
    pages: Vec<u8>,
    offset: usize,
}

impl Floor {
    /// Lays the file out for commits of so many bytes, rounded up to whole pages.
    pub fn new(path: &Path, commit_len: usize) -> io::Result<Self> {
        let mut file = File::create(path)?;
        file.write_all(&vec![0; FILE_LEN])?;
        file.sync_all()?;
        Ok(Self { file, pages: vec![0xa5; commit_len.next_multiple_of(PAGE_LEN)], offset: 0 })
    }

    /// One commit.
    pub fn commit(&mut self) -> io::Result<()> {
        if self.offset + self.pages.len() > FILE_LEN {
            self.offset = 0;
        }
        self.file.write_all_at(&self.pages, self.offset as u64)?;
        self.offset += self.pages.len();
        self.file.sync_data()
    }
}
