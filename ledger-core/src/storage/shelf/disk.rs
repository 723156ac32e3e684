//! `DiskShelf`: a shelf in a folder, kept by sled, which is opened only if it was closed as it should be.
//!
//! What the source of this release of sled says, and what is made of it here:
//! - A store whose files are of different moments may spin for ever, claim all memory, or abort the process: one that was
//!   not closed to its end, was copied or changed, is removed without being opened. See `seal`.
//! - Its flusher thread aborts the process on an error: there is none, each change is flushed where it is made.
//! - After a flush that failed, the next one waits for ever, and dropping flushes: a store that failed is leaked.
//! - Iterators are copies of the tree, and dropping one flushes: nothing here iterates.

use std::fmt;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::mem;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::{SHELF_FILES, Shelf, ShelfError, seal};

/// Keys in a leaf of the tree, at most.
const LEAF_KEYS: usize = 16;

/// Leaves kept in memory.
const CACHE_BYTES: usize = 1 << 20;

type Db = sled::Db<LEAF_KEYS>;

/// A shelf in a folder of the file system.
pub struct DiskShelf {
    /// The folder of the index.
    folder: PathBuf,
    /// None once it was closed, or failed.
    db: Option<Db>,
}

impl DiskShelf {
    /// Opens the shelf in the folder of an index, or makes an empty one.
    pub fn open(folder: PathBuf) -> Result<Self, ShelfError> {
        let [store, seal] = SHELF_FILES.map(|name| folder.join(name));
        if !seal::holds(&store, &seal) {
            remove(&store)?;
        }
        // From here on it counts as not closed, durably, whatever becomes of this process.
        remove(&seal)?;
        // The ledger's own folder is not made: see `Files::create`.
        for new in [&folder, &store] {
            match DirBuilder::new().mode(0o700).create(new) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error.into()),
                _ => {}
            }
        }
        File::open(&folder)?.sync_all()?;
        let config = sled::Config::new().path(&store).flush_every_ms(None).cache_capacity_bytes(CACHE_BYTES);
        Ok(Self { folder, db: Some(config.open()?) })
    }

    /// Removes the shelf in the folder of an index, whoever has it open.
    pub fn drop_at(folder: &Path) -> io::Result<()> {
        let [store, seal] = SHELF_FILES.map(|name| folder.join(name));
        remove(&seal)?;
        remove(&store)
    }

    fn db(&self) -> Result<&Db, ShelfError> {
        self.db.as_ref().ok_or_else(|| ShelfError::Failed { reason: "it is closed".to_owned() })
    }
}

impl Shelf for DiskShelf {
    fn get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, ShelfError> {
        Ok(self.db()?.get(key)?.map(|value| value.to_vec()))
    }

    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), ShelfError> {
        let db = self.db()?;
        db.insert(key, value)?;
        db.flush()?;
        Ok(())
    }

    fn close(mut self: Box<Self>, wanted: &dyn Fn() -> bool) -> Result<(), ShelfError> {
        self.db()?.flush()?;
        drop(self.db.take());
        let [store, seal] = SHELF_FILES.map(|name| self.folder.join(name));
        if wanted() { Ok(seal::write(&store, &seal)?) } else { Ok(()) }
    }
}

impl Drop for DiskShelf {
    fn drop(&mut self) {
        mem::forget(self.db.take());
    }
}

impl fmt::Debug for DiskShelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiskShelf").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// Removes a file or a folder, if it is there; a link is removed, not followed.
pub fn remove(path: &Path) -> io::Result<()> {
    let removed = match path.symlink_metadata() {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
