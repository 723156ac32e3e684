//! The shelf: a store of keys and values beside the journal, for what can be made again. It may be
//! lost, damaged or taken by another process at any time, and says so; nothing in it is the only copy of anything.

mod disk;
mod memory;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use disk::DiskShelf;
pub(super) use memory::MemoryPairs;
pub use memory::{MemoryShelf, Pairs};

/// The folder of the shelf inside a ledger.
pub const SHELF_FOLDER: &str = "index";

/// Keys and values. One handle at a time; any number of threads may use it.
pub trait Shelf: Send + Sync + fmt::Debug {
    /// The value of a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ShelfError>;

    /// Stores all pairs, or none; durable on return. A key that is there gets the new value.
    fn put(&self, pairs: Vec<(Vec<u8>, Vec<u8>)>) -> Result<(), ShelfError>;

    /// Removes keys, the first first; a crash may leave the last ones. Absent keys are passed over.
    fn remove(&self, keys: &[Vec<u8>]) -> Result<(), ShelfError>;

    /// Gives back space that is not needed any more; takes its time.
    fn tidy(&self) -> Result<(), ShelfError> {
        Ok(())
    }
}

/// What a shelf is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShelfAccess {
    /// To get: putting is refused.
    Read,
    /// To get and put.
    Write,
    /// To get and put; an empty one is made where there is none.
    Create,
}

/// Why a shelf does not serve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShelfError {
    /// There is none.
    #[error("there is no index")]
    Absent,
    /// Somebody else has it open.
    #[error("the index is in use")]
    Busy,
    /// Nothing can be written here.
    #[error("the index cannot be written")]
    ReadOnly,
    /// It is damaged, or the disk refuses, or the store has a bug.
    #[error("the index is broken: {reason}")]
    Broken {
        /// What happened.
        reason: String,
    },
}

impl ShelfError {
    pub(super) fn broken(reason: impl fmt::Display) -> Self {
        Self::Broken { reason: reason.to_string() }
    }
}

impl From<std::io::Error> for ShelfError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::WouldBlock => Self::Busy,
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::broken(error),
        }
    }
}

/// Runs what may panic: a panic inside is a broken shelf.
pub(super) fn contained<T>(run: impl FnOnce() -> Result<T, ShelfError>) -> Result<T, ShelfError> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(ShelfError::broken(text.unwrap_or("it panicked")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_broken_shelf() {
        let panicking = |message: &'static str| contained::<()>(|| panic!("{message}"));
        assert_eq!(panicking("a leaf is torn"), Err(ShelfError::broken("a leaf is torn")));
        assert_eq!(contained(|| Ok(7)), Ok(7));
    }
}
