//! The keeper of snapshots: takes one when it is due, and writes it while posting goes on; the bundles of the tree go
//! with it.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::snapshot::{Snapshot, Snapshots};
use crate::journal::{Bundles, Hash};

/// Takes snapshots at the pace at which a journal grows.
#[derive(Debug)]
pub struct Keeper {
    snapshots: Snapshots,
    bundles: Arc<Mutex<Bundles>>,
    /// The entry of the last one that was taken.
    newest: u64,
    writing: Option<JoinHandle<()>>,
}

impl Keeper {
    /// A keeper of these snapshots, of which the newest is that of the entry `newest`; 0: there is none.
    pub fn new(snapshots: Snapshots, newest: u64) -> Self {
        let bundles = Arc::new(Mutex::new(Bundles::new(Arc::clone(snapshots.storage()))));
        Self { snapshots, bundles, newest, writing: None }
    }

    /// Takes a snapshot if one is due when the durable entries have reached `sequence`, and hands it to a thread of its
    /// own, with the roots of the bundles that became full since the last one. `weight` is how much there is to write: a
    /// large state is written less often.
    ///
    /// A snapshot is a convenience: that one cannot be written takes nothing from what is committed.
    pub fn take_if_due(
        &mut self,
        sequence: u64,
        weight: usize,
        take: impl FnOnce() -> (Snapshot, Vec<Hash>),
    ) {
        if !Snapshots::is_due(self.newest, sequence, weight) {
            return;
        }
        self.settle();
        self.newest = sequence;
        let (snapshots, bundles) = (self.snapshots.clone(), Arc::clone(&self.bundles));
        let (snapshot, full) = take();
        let write = move || {
            let _ = snapshots.write(&snapshot);
            let mut bundles = bundles.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = bundles.append(&full, &snapshot.frontier);
        };
        self.writing = thread::Builder::new().name("snapshot".to_owned()).spawn(write).ok();
    }

    /// Waits until what was taken is written, or given up.
    pub fn settle(&mut self) {
        // A panic there is one snapshot less.
        self.writing.take().into_iter().for_each(|writing| drop(writing.join()));
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.settle();
    }
}
