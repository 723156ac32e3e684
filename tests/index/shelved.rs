//! A storage whose shelf does as it is told.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use ledger_core::storage::{Lock, LockError, Pairs, Shelf, ShelfAccess, ShelfError, Storage};

/// How the shelf can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serves {
    /// As it is.
    Plainly,
    /// There is none, and none can be made.
    Never,
    /// Somebody else has it.
    Busy,
    /// It opens to be read alone.
    ReadOnly,
    /// It opens, and refuses whatever is put there.
    Unwritable,
}

/// Another storage with a shelf that does as it is told, and counts what is asked of it.
#[derive(Debug)]
pub struct Shelved<S> {
    inner: S,
    serves: Mutex<Serves>,
    gets: Arc<AtomicU64>,
}

impl<S: Storage> Shelved<S> {
    pub fn over(inner: S) -> Self {
        Self { inner, serves: Mutex::new(Serves::Plainly), gets: Arc::default() }
    }

    /// From now on, it can be had like this.
    pub fn serves(&self, serves: Serves) {
        *self.serves.lock().unwrap() = serves;
    }

    /// How many values were asked for.
    pub fn gets(&self) -> u64 {
        self.gets.load(Ordering::SeqCst)
    }
}

#[derive(Debug)]
struct Handle {
    inner: Arc<dyn Shelf>,
    unwritable: bool,
    gets: Arc<AtomicU64>,
}

impl Shelf for Handle {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ShelfError> {
        self.gets.fetch_add(1, Ordering::SeqCst);
        self.inner.get(key)
    }
    fn put(&self, pairs: Vec<(Vec<u8>, Vec<u8>)>) -> Result<(), ShelfError> {
        if self.unwritable { Err(ShelfError::ReadOnly) } else { self.inner.put(pairs) }
    }
    fn remove(&self, keys: &[Vec<u8>]) -> Result<(), ShelfError> {
        if self.unwritable { Err(ShelfError::ReadOnly) } else { self.inner.remove(keys) }
    }
}

#[rustfmt::skip]
impl<S: Storage> Storage for Shelved<S> {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> { self.inner.list(folder) }
    fn len(&self, path: &str) -> io::Result<Option<u64>> { self.inner.len(path) }
    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read_at(path, offset, buffer)
    }
    fn create(&self, path: &str) -> io::Result<()> { self.inner.create(path) }
    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.inner.write_at(path, offset, bytes)
    }
    fn extend(&self, path: &str, new_len: u64) -> io::Result<()> { self.inner.extend(path, new_len) }
    fn sync(&self, path: &str) -> io::Result<()> { self.inner.sync(path) }
    fn sync_folder(&self, folder: &str) -> io::Result<()> { self.inner.sync_folder(folder) }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> { self.inner.rename(from, to) }
    fn remove(&self, path: &str) -> io::Result<()> { self.inner.remove(path) }
    fn lock(&self) -> Result<Box<dyn Lock>, LockError> { self.inner.lock() }
    fn lock_held(&self) -> io::Result<bool> { self.inner.lock_held() }

    fn shelf(&self, access: ShelfAccess) -> Result<Arc<dyn Shelf>, ShelfError> {
        let serves = *self.serves.lock().unwrap();
        match serves {
            Serves::Never => return Err(ShelfError::Absent),
            Serves::Busy => return Err(ShelfError::Busy),
            Serves::ReadOnly if access != ShelfAccess::Read => return Err(ShelfError::ReadOnly),
            _ => {}
        }
        let (inner, gets) = (self.inner.shelf(access)?, self.gets.clone());
        Ok(Arc::new(Handle { inner, unwritable: serves == Serves::Unwritable, gets }))
    }
    fn drop_shelf(&self) -> io::Result<()> {
        match *self.serves.lock().unwrap() {
            Serves::ReadOnly | Serves::Unwritable => Err(io::ErrorKind::ReadOnlyFilesystem.into()),
            _ => self.inner.drop_shelf(),
        }
    }
}

/// The entries of each run of an index, the oldest first.
pub fn runs(pairs: &Pairs) -> Vec<(u64, u64)> {
    let Some(catalog) = pairs.get(&b"catalog"[..]) else { return Vec::new() };
    let catalog: serde_json::Value = serde_json::from_slice(&catalog[..catalog.len() - 4]).unwrap();
    let number = |run: &serde_json::Value, field: &str| run[field].as_u64().unwrap();
    catalog["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| (number(run, "first"), number(run, "last")))
        .collect()
}
