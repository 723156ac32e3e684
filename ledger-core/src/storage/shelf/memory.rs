//! `MemoryShelf`: a shelf for tests and dry runs. It never touches a disk.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::super::guard;
use super::{Shelf, ShelfAccess, ShelfError};

/// Keys and values, in order.
pub type Pairs = BTreeMap<Vec<u8>, Vec<u8>>;

/// What outlives the handles.
#[derive(Debug, Default)]
pub(in super::super) struct MemoryPairs {
    pub pairs: Mutex<Pairs>,
    open: AtomicBool,
}

impl MemoryPairs {
    /// The same pairs, opened by nobody.
    pub fn copy(&self) -> Self {
        Self { pairs: Mutex::new(guard(&self.pairs).clone()), open: AtomicBool::new(false) }
    }
}

/// The one handle to pairs in memory.
#[derive(Debug)]
pub struct MemoryShelf {
    held: Arc<MemoryPairs>,
    access: ShelfAccess,
}

impl MemoryShelf {
    pub(in super::super) fn open(held: Arc<MemoryPairs>, access: ShelfAccess) -> Result<Self, ShelfError> {
        if held.open.swap(true, Ordering::SeqCst) {
            return Err(ShelfError::Busy);
        }
        Ok(Self { held, access })
    }

    fn change(&self, change: impl FnOnce(&mut Pairs)) -> Result<(), ShelfError> {
        if self.access == ShelfAccess::Read {
            return Err(ShelfError::ReadOnly);
        }
        change(&mut guard(&self.held.pairs));
        Ok(())
    }
}

impl Shelf for MemoryShelf {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ShelfError> {
        Ok(guard(&self.held.pairs).get(key).cloned())
    }

    fn put(&self, pairs: Vec<(Vec<u8>, Vec<u8>)>) -> Result<(), ShelfError> {
        self.change(|held| held.extend(pairs))
    }

    fn remove(&self, keys: &[Vec<u8>]) -> Result<(), ShelfError> {
        self.change(|held| keys.iter().for_each(|key| drop(held.remove(key))))
    }
}

impl Drop for MemoryShelf {
    fn drop(&mut self) {
        self.held.open.store(false, Ordering::SeqCst);
    }
}
