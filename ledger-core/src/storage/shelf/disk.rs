//! `DiskShelf`: a shelf in a folder, kept by sled. Whatever sled does, the process goes on: a panic inside it is a broken
//! shelf, and a broken one is never asked again.
//!
//! What the source of this release of sled says, and what is made of it here:
//! - Its flusher thread aborts the process on an error: there is none, each change is flushed where it is made.
//! - After a flush that failed, the next one waits for ever, and closing flushes: a broken store is leaked, not closed.
//! - Iterators are copies of the tree, and dropping one flushes: nothing here iterates.
//! - Written leaves stay in memory until it is closed: it is closed and opened again now and then.
//! - Files are only cut if what was in them was freed since it was opened: it is tidied after removing.
//! - A leaf emptied by a batch is never freed: removing goes key by key.
//! - A store whose files are of different moments may spin for ever: a folder that was copied is refused.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::mem;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError, RwLock, mpsc};
use std::thread;
use std::time::Duration;

use super::super::guard;
use super::{Shelf, ShelfAccess, ShelfError, contained};

/// Keys in a leaf of the tree, at most.
const LEAF_KEYS: usize = 16;

/// Leaves kept in memory that were only read.
const CACHE_BYTES: usize = 8 << 20;

/// Bytes written between two openings, about.
const WRITTEN_BYTES_MAX: usize = 16 << 20;

/// sled runs `sync` when it opens, which waits for every disk of the machine.
const OPENING_PATIENCE: Duration = Duration::from_secs(20);

/// The file that says where the folder is, and by whose lock the shelf is taken.
const PLACE: &str = "place";

/// Freed places are known some flushes later; then one moves what lies behind them, and a later one cuts the files.
const TIDY_ROUNDS: u8 = 8;

/// The key that is written for nothing but that: a flush that writes nothing cuts no file.
const TIDIED: &[u8] = b"tidied";

type Db = sled::Db<LEAF_KEYS>;

/// A shelf in a folder of the file system.
pub struct DiskShelf {
    folder: PathBuf,
    access: ShelfAccess,
    store: RwLock<Option<Store>>,
    written_bytes: Mutex<usize>,
    /// Why nothing is asked of the store any more.
    broken: OnceLock<String>,
    _place: File,
}

/// The open store, twice, because a handle serves one thread: one to get, one to put.
struct Store {
    getting: Mutex<Db>,
    putting: Mutex<Db>,
}

impl DiskShelf {
    /// Opens the shelf in this folder, which nobody else may have open meanwhile.
    pub fn open(folder: PathBuf, access: ShelfAccess) -> Result<Self, ShelfError> {
        if access == ShelfAccess::Create {
            make_place(&folder)?;
        }
        let place = take_place(&folder)?;
        refuse_links(&folder)?;
        let store = Store::open(&folder, access)?;
        Ok(Self {
            folder,
            access,
            store: RwLock::new(Some(store)),
            written_bytes: Mutex::new(0),
            broken: OnceLock::new(),
            _place: place,
        })
    }

    /// Opens a copy of the shelf in this folder, made in a new folder: opening changes what is opened. Nobody has the
    /// shelf open while it is copied.
    pub fn open_copy(folder: &Path, copy: PathBuf) -> Result<Self, ShelfError> {
        let place = take_place(folder)?;
        refuse_links(folder)?;
        make_place(&copy)?;
        copy_files(folder, &copy)?;
        drop(place);
        Self::open(copy, ShelfAccess::Read)
    }

    /// Removes the shelf in this folder, if there is one; links are removed, not followed.
    pub fn drop_at(folder: &Path) -> io::Result<()> {
        let gone = |result: io::Result<()>| match result {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        };
        if folder.is_symlink() {
            return gone(fs::remove_file(folder));
        }
        // What is left of an interrupted removal is no shelf.
        gone(fs::remove_file(folder.join(PLACE)))?;
        gone(fs::remove_dir_all(folder))
    }

    fn with_store<T>(&self, run: impl FnOnce(&Store) -> Result<T, ShelfError>) -> Result<T, ShelfError> {
        if let Some(reason) = self.broken.get() {
            return Err(ShelfError::broken(reason));
        }
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        let store = store.as_ref().ok_or_else(|| ShelfError::broken("it is closed"))?;
        let result = contained(|| run(store));
        if let Err(error) = &result {
            let _ = self.broken.set(error.to_string());
        }
        result
    }

    fn change(
        &self,
        bytes: usize,
        run: impl FnOnce(&Db) -> Result<(), ShelfError>,
    ) -> Result<(), ShelfError> {
        if self.access == ShelfAccess::Read {
            return Err(ShelfError::ReadOnly);
        }
        let mut written_bytes = guard(&self.written_bytes);
        self.with_store(|store| run(&guard(&store.putting)))?;
        *written_bytes += bytes;
        if *written_bytes > WRITTEN_BYTES_MAX {
            *written_bytes = 0;
            self.open_again()?;
        }
        Ok(())
    }

    /// Closes the store and opens it, which gives back the memory of what was written.
    fn open_again(&self) -> Result<(), ShelfError> {
        let mut store = self.store.write().unwrap_or_else(PoisonError::into_inner);
        let opened = store.take().map_or(Ok(()), Store::close).and_then(|()| {
            *store = Some(Store::open(&self.folder, self.access)?);
            Ok(())
        });
        opened.inspect_err(|error| drop(self.broken.set(error.to_string())))
    }
}

impl Shelf for DiskShelf {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ShelfError> {
        self.with_store(|store| Ok(guard(&store.getting).get(key)?.map(|value| value.to_vec())))
    }

    fn put(&self, pairs: Vec<(Vec<u8>, Vec<u8>)>) -> Result<(), ShelfError> {
        let bytes = pairs.iter().map(|(key, value)| key.len() + value.len()).sum();
        self.change(bytes, |db| {
            let mut batch = sled::Batch::default();
            for (key, value) in pairs {
                batch.insert(key, value);
            }
            db.apply_batch(batch)?;
            db.flush()?;
            Ok(())
        })
    }

    fn remove(&self, keys: &[Vec<u8>]) -> Result<(), ShelfError> {
        self.change(0, |db| {
            keys.iter().try_for_each(|key| db.remove(key).map(drop))?;
            db.flush()?;
            Ok(())
        })
    }

    fn tidy(&self) -> Result<(), ShelfError> {
        let round = |db: &Db, round: u8| {
            db.insert(TIDIED, [round])?;
            db.flush()
        };
        self.change(0, |db| Ok((0..TIDY_ROUNDS).try_for_each(|number| round(db, number).map(drop))?))
    }
}

impl Drop for DiskShelf {
    fn drop(&mut self) {
        let store = self.store.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        match store {
            Some(store) if self.broken.get().is_some() => mem::forget(store),
            Some(store) => drop(store.close()),
            None => {}
        }
    }
}

impl fmt::Debug for DiskShelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiskShelf").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store in a thread that is left behind if it takes too long.
    fn open(folder: &Path, access: ShelfAccess) -> Result<Self, ShelfError> {
        let mut config = sled::Config::new()
            .path(folder)
            .flush_every_ms(None)
            .cache_capacity_bytes(CACHE_BYTES)
            .zstd_compression_level(1);
        if access == ShelfAccess::Read {
            // A reader's flush has nothing to do, if it does not tidy up either.
            config.target_heap_file_fill_ratio = 0.0;
        }
        let (sender, receiver) = mpsc::channel();
        let open = move || drop(sender.send(contained(|| Ok(config.open::<LEAF_KEYS>()?))));
        thread::Builder::new().name("index".to_owned()).spawn(open)?;
        let db = receiver.recv_timeout(OPENING_PATIENCE).map_err(|_| ShelfError::Busy)??;
        Ok(Self { getting: Mutex::new(db.clone()), putting: Mutex::new(db) })
    }

    fn close(self) -> Result<(), ShelfError> {
        let flushed = contained(|| Ok(guard(&self.putting).flush().map(drop)?));
        if flushed.is_err() {
            mem::forget(self);
            return flushed;
        }
        contained(|| {
            drop(self);
            Ok(())
        })
    }
}

/// Makes the folder, for the owner alone, and the file that says where it is. One that is there is left as it is.
fn make_place(folder: &Path) -> Result<(), ShelfError> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        made => made?,
    }
    let mut place = OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join(PLACE))?;
    place.write_all(place_of(folder)?.as_bytes())?;
    place.sync_all()?;
    Ok(())
}

/// Takes the lock of a shelf that is there, and stands where it was made.
fn take_place(folder: &Path) -> Result<File, ShelfError> {
    let absent = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => ShelfError::Absent,
        _ => error.into(),
    };
    if !fs::symlink_metadata(folder).map_err(absent)?.is_dir() {
        return Err(ShelfError::broken("its place is taken by something else"));
    }
    let unfinished = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => ShelfError::broken("it was not made or removed to the end"),
        _ => error.into(),
    };
    let mut place = File::open(folder.join(PLACE)).map_err(unfinished)?;
    place.try_lock().map_err(io::Error::from)?;
    let mut text = String::new();
    place.read_to_string(&mut text)?;
    if text == place_of(folder)? {
        Ok(place)
    } else {
        Err(ShelfError::broken("it was copied from elsewhere"))
    }
}

/// What tells this folder from a copy of it.
fn place_of(folder: &Path) -> io::Result<String> {
    Ok(format!("inode {}\n", folder.metadata()?.ino()))
}

/// The store would follow a link out of the ledger's folder.
fn refuse_links(folder: &Path) -> Result<(), ShelfError> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            return Err(ShelfError::broken("it holds a link"));
        }
        if kind.is_dir() {
            refuse_links(&entry.path())?;
        }
    }
    Ok(())
}

/// Copies what is in a folder into another, but for the file that says where it is.
fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    for entry in from.read_dir()? {
        let entry = entry?;
        let (name, path) = (entry.file_name(), entry.path());
        if entry.file_type()?.is_dir() {
            DirBuilder::new().mode(0o700).create(to.join(&name))?;
            copy_files(&path, &to.join(name))?;
        } else if name != PLACE {
            fs::copy(path, to.join(name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(key: u32) -> (Vec<u8>, Vec<u8>) {
        (key.to_be_bytes().to_vec(), key.to_string().into_bytes().repeat(50))
    }

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let holder = tempfile::tempdir().unwrap();
        let folder = holder.path().join("index");
        (holder, folder)
    }

    #[test]
    fn what_was_put_is_there_again() {
        let (_holder, folder) = folder();
        assert_eq!(DiskShelf::open(folder.clone(), ShelfAccess::Write).unwrap_err(), ShelfError::Absent);
        assert!(!folder.exists());
        let shelf = DiskShelf::open(folder.clone(), ShelfAccess::Create).unwrap();
        assert_eq!(folder.metadata().unwrap().mode() & 0o777, 0o700);
        shelf.put((0..500).map(pair).collect()).unwrap();
        shelf.open_again().unwrap();
        let evens: Vec<Vec<u8>> = (0..500).step_by(2).map(|key| pair(key).0).collect();
        shelf.remove(&evens).unwrap();
        drop(shelf);
        let shelf = DiskShelf::open(folder.clone(), ShelfAccess::Read).unwrap();
        for key in 0..501 {
            let (key, value) = pair(key);
            let there = key[3] % 2 == 1 && key < pair(500).0;
            assert_eq!(shelf.get(&key).unwrap(), there.then_some(value));
        }
        assert_eq!(shelf.put(vec![pair(1)]).unwrap_err(), ShelfError::ReadOnly);
        drop(shelf);
        DiskShelf::drop_at(&folder).unwrap();
        DiskShelf::drop_at(&folder).unwrap();
        assert!(!folder.exists());
    }

    #[test]
    fn a_second_handle_is_told_that_it_is_busy() {
        let (_holder, folder) = folder();
        let shelf = DiskShelf::open(folder.clone(), ShelfAccess::Create).unwrap();
        for access in [ShelfAccess::Read, ShelfAccess::Write, ShelfAccess::Create] {
            assert_eq!(DiskShelf::open(folder.clone(), access).unwrap_err(), ShelfError::Busy);
        }
        drop(shelf);
        DiskShelf::open(folder, ShelfAccess::Write).unwrap();
    }

    #[test]
    fn a_copy_and_a_link_are_refused() {
        let (holder, folder) = folder();
        let shelf = DiskShelf::open(folder.clone(), ShelfAccess::Create).unwrap();
        shelf.put(vec![pair(1)]).unwrap();
        drop(shelf);
        let copy = holder.path().join("copy");
        assert!(
            std::process::Command::new("cp").arg("-r").args([&folder, &copy]).status().unwrap().success()
        );
        let refused = |folder: &Path| DiskShelf::open(folder.to_owned(), ShelfAccess::Write).unwrap_err();
        assert!(matches!(refused(&copy), ShelfError::Broken { .. }));
        std::os::unix::fs::symlink("/tmp", folder.join("slabs/link")).unwrap();
        assert!(matches!(refused(&folder), ShelfError::Broken { .. }));
        let link = holder.path().join("link");
        std::os::unix::fs::symlink(&copy, &link).unwrap();
        assert!(matches!(refused(&link), ShelfError::Broken { .. }));
        DiskShelf::drop_at(&link).unwrap();
        assert!(!link.is_symlink() && copy.exists());
    }
}
