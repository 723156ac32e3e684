//! A storage whose folder of the index does as it is told.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use ledger_core::storage::{Lock, LockError, Shelf, ShelfError, Storage};

/// How the index can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serves {
    /// As it is.
    Plainly,
    /// There is none, and none can be made.
    Never,
    /// It can be read, and nothing can be written there.
    ReadOnly,
}

/// Another storage with an index that does as it is told, and counts how often it is read.
#[derive(Debug)]
pub struct Shelved<S> {
    inner: S,
    serves: Mutex<Serves>,
    reads: AtomicU64,
}

impl<S: Storage> Shelved<S> {
    pub fn over(inner: S) -> Self {
        Self { inner, serves: Mutex::new(Serves::Plainly), reads: AtomicU64::new(0) }
    }

    /// From now on, it can be had like this.
    pub fn serves(&self, serves: Serves) {
        *self.serves.lock().unwrap() = serves;
    }

    /// How often files of the index were read.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::SeqCst)
    }

    fn changes(&self, path: &str) -> io::Result<()> {
        let refused = *self.serves.lock().unwrap() != Serves::Plainly && path.starts_with("index");
        if refused { Err(io::ErrorKind::ReadOnlyFilesystem.into()) } else { Ok(()) }
    }
}

impl<S: Storage> Storage for Shelved<S> {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let none = folder == "index" && *self.serves.lock().unwrap() == Serves::Never;
        if none { Ok(Vec::new()) } else { self.inner.list(folder) }
    }
    fn len(&self, path: &str) -> io::Result<Option<u64>> {
        self.inner.len(path)
    }
    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.reads.fetch_add(u64::from(path.starts_with("index/")), Ordering::SeqCst);
        self.inner.read_at(path, offset, buffer)
    }
    fn create(&self, path: &str) -> io::Result<()> {
        self.changes(path)?;
        self.inner.create(path)
    }
    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.changes(path)?;
        self.inner.write_at(path, offset, bytes)
    }
    fn extend(&self, path: &str, new_len: u64) -> io::Result<()> {
        self.inner.extend(path, new_len)
    }
    fn sync(&self, path: &str) -> io::Result<()> {
        self.inner.sync(path)
    }
    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        self.inner.sync_folder(folder)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.changes(to)?;
        self.inner.rename(from, to)
    }
    fn remove(&self, path: &str) -> io::Result<()> {
        self.changes(path)?;
        self.inner.remove(path)
    }
    fn lock(&self) -> Result<Box<dyn Lock>, LockError> {
        self.inner.lock()
    }
    fn lock_held(&self) -> io::Result<bool> {
        self.inner.lock_held()
    }
    fn shelf(&self) -> Result<Box<dyn Shelf>, ShelfError> {
        self.inner.shelf()
    }
}
