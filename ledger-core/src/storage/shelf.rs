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
    /// The system does not give its files, for a reason that says nothing about them.
    #[error("the index could not be read: {reason}")]
    Unread {
        /// What the system says.
        reason: String,
    },
    /// It is damaged, or the store has a bug.
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
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ if is_of_the_system(&error) => Self::Unread { reason: error.to_string() },
            _ => Self::broken(error),
        }
    }
}

/// Whether the disk, a right or a resource was missing. The store hands on what the system said as text.
fn is_of_the_system(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{OutOfMemory, PermissionDenied, QuotaExceeded, StorageFull};
    // EIO, ENFILE and EMFILE have no kind of their own.
    const NUMBERS: [&str; 3] = ["(os error 5)", "(os error 23)", "(os error 24)"];
    let kind = matches!(error.kind(), PermissionDenied | StorageFull | QuotaExceeded | OutOfMemory);
    kind || NUMBERS.iter().any(|number| error.to_string().contains(number))
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
    fn what_the_system_refuses_says_nothing_about_the_shelf() {
        let said = |number| std::io::Error::from_raw_os_error(number);
        let unread = |error: std::io::Error| matches!(ShelfError::from(error), ShelfError::Unread { .. });
        for number in [5, 12, 13, 23, 24, 28] {
            assert!(unread(said(number)), "{}", said(number));
            assert!(unread(std::io::Error::new(
                said(number).kind(),
                format!("in the heap: {}", said(number))
            )));
        }
        for number in [2, 20, 21, 40] {
            assert!(!unread(said(number)), "{}", said(number));
        }
        assert!(!unread(std::io::Error::new(std::io::ErrorKind::InvalidData, "a torn page")));
    }

    #[test]
    fn a_panic_is_a_broken_shelf() {
        let panicking = |message: &'static str| contained::<()>(|| panic!("{message}"));
        assert_eq!(panicking("a leaf is torn"), Err(ShelfError::broken("a leaf is torn")));
        assert_eq!(contained(|| Ok(7)), Ok(7));
    }
}
