//! The keeper of snapshots: takes one when it is due, writes it while posting goes on, and has the journal name the hash
//! of its state; the bundles of the tree go with it.

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::snapshot::{Snapshot, Snapshots};
use crate::journal::{Bundles, Hash, StateHash, StateMark};

/// Takes snapshots at the pace at which a journal grows.
#[derive(Debug)]
pub struct Keeper {
    snapshots: Snapshots,
    bundles: Arc<Mutex<Bundles>>,
    /// The entry of the last one that was taken.
    newest: u64,
    /// The hash of a state that no block names yet.
    unnamed: Option<StateHash>,
    writing: Option<Writing>,
}

/// A snapshot that a thread is writing.
#[derive(Debug)]
struct Writing {
    thread: JoinHandle<()>,
    /// The hash of its state, once the file is there.
    hash: Receiver<StateHash>,
}

impl Keeper {
    /// A keeper of these snapshots, of which the newest that can be believed is that of the entry `newest`; 0: there is
    /// none. `unnamed` is the hash of that one's state if no block names it yet.
    pub fn new(snapshots: Snapshots, newest: u64, unnamed: Option<StateHash>) -> Self {
        let bundles = Arc::new(Mutex::new(Bundles::new(Arc::clone(snapshots.storage()))));
        Self { snapshots, bundles, newest, unnamed, writing: None }
    }

    /// A keeper that goes on from here with snapshots in another storage.
    #[must_use]
    pub fn aside(&self, snapshots: Snapshots) -> Self {
        Self::new(snapshots, self.newest, self.unnamed)
    }

    /// What the next block says about states if it ends with the entry `last`. `weight` is how much there is to write: a
    /// large state is taken less often.
    pub fn mark(&mut self, last: u64, weight: usize) -> StateMark {
        if let Some(hash) = self.writing.as_ref().and_then(|writing| writing.hash.try_recv().ok()) {
            self.unnamed = Some(hash);
        }
        StateMark { taken: Snapshots::is_due(self.newest, last, weight), named: self.unnamed }
    }

    /// Tells that a block with this mark is durable. If it says so, the state is taken and handed to a thread, with the
    /// roots of the bundles that became full since the last one.
    ///
    /// A snapshot is a convenience: that one cannot be written takes nothing from what is committed.
    pub fn committed(&mut self, mark: StateMark, take: impl FnOnce() -> (Snapshot, Vec<Hash>)) {
        self.note_named(mark);
        if !mark.taken {
            return;
        }
        self.settle();
        let (snapshot, full) = take();
        self.newest = snapshot.sequence().number();
        let (snapshots, bundles) = (self.snapshots.clone(), Arc::clone(&self.bundles));
        let (send, hash) = channel();
        let write = move || {
            if let Ok(hash) = snapshots.write(&snapshot) {
                // Nobody takes it any more where the ledger was closed meanwhile.
                let _ = send.send(hash);
            }
            let mut bundles = bundles.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = bundles.append(&full, &snapshot.frontier);
        };
        let thread = thread::Builder::new().name("snapshot".to_owned()).spawn(write).ok();
        self.writing = thread.map(|thread| Writing { thread, hash });
    }

    /// Tells that a durable block names this state.
    pub fn note_named(&mut self, mark: StateMark) {
        if mark.named == self.unnamed {
            self.unnamed = None;
        }
    }

    /// Waits until what was taken is written, or given up.
    pub fn settle(&mut self) {
        if let Some(Writing { thread, hash }) = self.writing.take() {
            // A panic there is one snapshot less.
            let _ = thread.join();
            self.unnamed = hash.try_recv().ok().or(self.unnamed);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.settle();
    }
}
