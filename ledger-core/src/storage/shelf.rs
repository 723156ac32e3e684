//! The shelf: a store of a few keys and values beside the journal, for what can be made again at any time. Whoever opens
//! one does so on a thread that may be left behind: what stands behind it may wait, spin or panic.

mod disk;
mod seal;

use std::fmt;

pub(super) use disk::{DiskShelf, remove as remove_any};

/// The folder of the index inside a ledger.
pub const INDEX_FOLDER: &str = "index";

/// The files of the shelf in the folder of the index.
pub const SHELF_FILES: [&str; 2] = ["sled", "sled.json"];

/// Whether a file in the folder of the index is the shelf's.
pub fn is_of_the_shelf(file: &str) -> bool {
    SHELF_FILES.contains(&file)
}

/// Keys and values.
pub trait Shelf: Send + fmt::Debug {
    /// The value of a key.
    fn get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, ShelfError>;

    /// Stores a value, durably on return.
    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), ShelfError>;

    /// Closes it, so that it is opened again; unless it is not `wanted` any more by then. One that is dropped without is
    /// not opened again.
    fn close(self: Box<Self>, wanted: &dyn Fn() -> bool) -> Result<(), ShelfError>;
}

/// Why a shelf does not serve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShelfError {
    /// There is none, and none is made here.
    #[error("there is none")]
    Absent,
    /// It does not answer as it should.
    #[error("{reason}")]
    Failed {
        /// What happened.
        reason: String,
    },
}

impl From<std::io::Error> for ShelfError {
    fn from(error: std::io::Error) -> Self {
        Self::Failed { reason: error.to_string() }
    }
}
