//! Storage: named files inside one ledger folder, behind one trait, so that tests can crash after any write.
//!
//! This is the only place that does I/O. It never interprets a byte, and it never leaves its folder: a path is
//! relative, made of plain names joined by `/` (`journal/00000000000000000001.seg`), and checked as such.

mod clock;
mod faulty;
mod files;
mod lock_file;
mod memory;
mod overlay;
mod plain;
mod shelf;
mod whole;

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use clock::{Clock, ManualClock, SystemClock};
pub use faulty::{Fault, Faulty, Step};
pub use files::Files;
pub use lock_file::Patience;
pub(crate) use lock_file::pid_in;
pub use memory::Memory;
pub use overlay::Overlay;
pub use plain::{NotAFile, OtherFile, open_plain};
pub use shelf::{INDEX_FOLDER, Shelf, ShelfError, is_of_the_shelf};
pub use whole::{read_full, read_whole};

/// Named files inside one ledger folder.
///
/// What is *written* can be read back at once; what is *durable* survives a power cut. Bytes become durable by
/// [`sync`](Storage::sync) or [`extend`](Storage::extend), names (of files created, renamed or removed) by
/// [`sync_folder`](Storage::sync_folder). A path that is not made of plain names is `InvalidInput`; an absent file
/// is `NotFound` unless said otherwise, and a name of something that is no plain file (a folder, a pipe, a device, a link)
/// is an error that holds [`NotAFile`]: nobody waits for it. A folder that is a link is not followed: to whoever lists it, it is
/// empty, and nothing is read or written behind it. The empty path is the ledger folder itself, where a folder is meant.
pub trait Storage: Send + Sync + fmt::Debug {
    /// The plain names of the files in `folder`, sorted; an absent folder has none.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;

    /// What has a name in `folder` and is no plain file, sorted by name. A storage of files alone has nothing else.
    fn others(&self, _folder: &str) -> io::Result<Vec<(String, OtherFile)>> {
        Ok(Vec::new())
    }

    /// The length in bytes, or `None` when there is no such file.
    fn len(&self, path: &str) -> io::Result<Option<u64>>;

    /// Reads into `buffer` from `offset` on and says how many bytes; fewer than asked only at the end of the file.
    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Makes an empty file, for the owner alone; `AlreadyExists` when there is one. Missing folders are made, durably;
    /// the new name itself is durable after [`sync_folder`](Storage::sync_folder).
    fn create(&self, path: &str) -> io::Result<()>;

    /// Writes all of `bytes` at `offset`; the file grows when they pass its end.
    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Lengthens the file to `new_len` bytes with real zeros (not a hole), durable on return. A full disk is
    /// `StorageFull`; the file then keeps whatever length was reached, and its earlier bytes. Never shortens.
    fn extend(&self, path: &str, new_len: u64) -> io::Result<()>;

    /// A hint that `extend(path, new_len)` will be asked soon, so that it may be done in the background. That later
    /// call waits for it and returns its errors. Does nothing by default.
    fn extend_ahead(&self, _path: &str, _new_len: u64) {}

    /// Makes the bytes of the file durable (`fdatasync`).
    fn sync(&self, path: &str) -> io::Result<()>;

    /// Makes the names in `folder` durable.
    fn sync_folder(&self, folder: &str) -> io::Result<()>;

    /// Gives a file another name, replacing a file that has it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, path: &str) -> io::Result<()>;

    /// Takes the ledger's one writer's lock, held until the returned value is dropped.
    ///
    /// # Errors
    /// [`LockError::Held`] when a writer has it, in this process or another, after as long a wait as the storage is set to.
    fn lock(&self) -> Result<Box<dyn Lock>, LockError>;

    /// Whether some writer holds the lock now; a writer never notices the question.
    fn lock_held(&self) -> io::Result<bool>;

    /// Removes whatever stands in a folder but the names that `keep` admits: files, folders, links (which are not followed).
    /// Something else in the place of the folder is removed as well.
    fn clear(&self, folder: &str, keep: &dyn Fn(&str) -> bool) -> io::Result<()> {
        let names = self.list(folder)?.into_iter().filter(|name| !keep(name));
        names.into_iter().try_for_each(|name| self.remove(&format!("{folder}/{name}")))
    }

    /// Opens the shelf in the folder of the index, or makes an empty one there. There is none by default. It may not return:
    /// it is called on a thread that can be left behind.
    ///
    /// # Errors
    /// [`ShelfError::Absent`] where there is none.
    fn shelf(&self) -> Result<Box<dyn Shelf>, ShelfError> {
        Err(ShelfError::Absent)
    }

    /// Removes the shelf, whoever has it open.
    fn drop_shelf(&self) -> io::Result<()> {
        Ok(())
    }
}

/// The writer's lock, given up when dropped.
pub trait Lock: Send + Sync + fmt::Debug {
    /// Whether it still keeps other writers out. It does not once its file was renamed or replaced, or once another writer
    /// was let in, on a file system that does not keep locks.
    fn still_held(&self) -> io::Result<bool>;
}

/// Why the writer's lock was not given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// A writer holds it.
    #[error("the ledger is locked by {}; waited {}", holder(*.pid), seconds(*.waited_ms))]
    Held {
        /// The holder's process id, where it could be read.
        pid: Option<u32>,
        /// How long it was waited for.
        waited_ms: u64,
    },
    /// The lock file could not be opened or locked.
    #[error("the ledger's lock file: {0}")]
    Io(#[from] io::Error),
}

impl LockError {
    /// A stable name for this error, in `snake_case`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Held { .. } => "locked",
            Self::Io(_) => "lock_io",
        }
    }
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another writer".to_owned(), |pid| format!("process {pid}"))
}

fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

impl<S: Storage + ?Sized> Storage for Arc<S> {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        (**self).list(folder)
    }
    fn others(&self, folder: &str) -> io::Result<Vec<(String, OtherFile)>> {
        (**self).others(folder)
    }
    fn len(&self, path: &str) -> io::Result<Option<u64>> {
        (**self).len(path)
    }
    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        (**self).read_at(path, offset, buffer)
    }
    fn create(&self, path: &str) -> io::Result<()> {
        (**self).create(path)
    }
    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        (**self).write_at(path, offset, bytes)
    }
    fn extend(&self, path: &str, new_len: u64) -> io::Result<()> {
        (**self).extend(path, new_len)
    }
    fn extend_ahead(&self, path: &str, new_len: u64) {
        (**self).extend_ahead(path, new_len);
    }
    fn sync(&self, path: &str) -> io::Result<()> {
        (**self).sync(path)
    }
    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        (**self).sync_folder(folder)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        (**self).rename(from, to)
    }
    fn remove(&self, path: &str) -> io::Result<()> {
        (**self).remove(path)
    }
    fn lock(&self) -> Result<Box<dyn Lock>, LockError> {
        (**self).lock()
    }
    fn lock_held(&self) -> io::Result<bool> {
        (**self).lock_held()
    }
    fn clear(&self, folder: &str, keep: &dyn Fn(&str) -> bool) -> io::Result<()> {
        (**self).clear(folder, keep)
    }
    fn shelf(&self) -> Result<Box<dyn Shelf>, ShelfError> {
        (**self).shelf()
    }
    fn drop_shelf(&self) -> io::Result<()> {
        (**self).drop_shelf()
    }
}

/// Refuses a path that is not made of plain names, so that none leads out of the folder.
fn check_path(path: &str) -> io::Result<()> {
    let plain = |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['\\', '\0']);
    if path.split('/').all(plain) {
        Ok(())
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, format!("not a path inside the ledger: {path:?}")))
    }
}

/// The same for a folder, which may be the ledger folder itself.
fn check_folder(folder: &str) -> io::Result<()> {
    if folder.is_empty() { Ok(()) } else { check_path(folder) }
}

/// The folder part of a path and the name in it.
fn split_path(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn not_found(path: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("no file {path}"))
}

fn already_exists(path: &str) -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, format!("there is a file {path} already"))
}

/// A length or an offset in memory; what memory cannot address is beyond the end of everything in it.
pub(crate) fn in_memory(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// What a mutex guards here is consistent after every statement, so a panic elsewhere does not spoil it.
fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_paths() {
        for good in ["lock", "journal/00000000000000000001.seg", "a/b/c"] {
            assert!(check_path(good).is_ok(), "{good}");
        }
        for bad in ["", "/etc/passwd", "..", "journal/../../x", "a//b", "a/", "./a", "a\\b", "a\0b"] {
            assert!(check_path(bad).is_err(), "{bad:?}");
        }
        assert!(check_folder("").is_ok());
    }
}
