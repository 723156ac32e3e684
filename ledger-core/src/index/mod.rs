//! The index: what makes looking up quick, and nothing that the journal does not hold. Deleting it loses nothing.
//!
//! The names of the newest entries are in memory. Older ones, and what queries ask for, are on the shelf, in sorted runs
//! that a follower in the background writes and merges; see `run`, `follower` and `catalog`.
//!
//! ```text
//! lists     what a reader finds                 follower  takes entries to the shelf
//! recent    names in memory                     merge     neighbouring runs become one
//! catalog   which runs there are                run       sorted pages, a filter, a directory
//! marks     where blocks begin                  filter    whether a run may hold a hash
//! terms     what an entry is found by           group     the bytes of a page
//! gathered  terms that are not on the shelf yet
//! ```

#![allow(clippy::similar_names, reason = "a shelf is near to self by name alone")]

mod catalog;
mod error;
mod filter;
mod follower;
mod gathered;
mod group;
mod keeper;
mod lists;
mod marks;
mod merge;
mod recent;
mod run;
mod snapshot;
mod stored;
mod terms;
mod varint;

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

pub use self::error::IndexError;
pub use self::keeper::Keeper;
pub use self::lists::Lists;
pub use self::marks::Mark;
pub use self::snapshot::{SNAPSHOTS_FOLDER, Snapshot, SnapshotError, Snapshots};
pub use self::terms::names_of;

use self::catalog::Catalog;
use self::follower::{Committed, FLUSH_MIN_ENTRIES, Follower, Message, Published, Shared};
use self::recent::Recent;
use self::run::{Run, run_hash};
use self::terms::TermHasher;
use crate::entry::Entry;
use crate::field::BankLine;
use crate::id::Reference;
use crate::journal::{Commit, Root};
use crate::sequence::Sequence;
use crate::storage::{Shelf, ShelfAccess, ShelfError, Storage};

/// How often a shelf that is in use is asked for again: readers have it for a moment.
const SHELF_ATTEMPTS: u32 = 100;
const SHELF_PAUSE: Duration = Duration::from_millis(10);

/// Committed entries that are handed to the follower at once; it is not even started for fewer.
const HANDED_ENTRIES: usize = 4096;

/// Entries by name, for the ledger's writer.
///
/// It answers from memory alone when the shelf cannot be had, and says why; see [`trouble`](Self::trouble).
#[derive(Debug)]
pub struct Index {
    hasher: TermHasher,
    recent: Recent,
    published: Arc<Published>,
    /// The version of what is published.
    version: u64,
    shared: Arc<Shared>,
    /// Committed entries that are not yet handed to the follower.
    waiting: Vec<Committed>,
    waiting_entries: usize,
    following: Following,
}

/// What became of the follower.
enum Following {
    /// There was nothing to do for it yet.
    Later(Box<Follower>),
    /// It hears until the sender is dropped.
    Now(Sender<Message>),
    /// There is none: all names are kept in memory.
    Never,
}

/// Up to where an index has seen a journal.
#[derive(Clone, Copy, Debug)]
pub struct Reached {
    /// The last entry that it knows.
    pub sequence: u64,
    /// The Merkle root there.
    pub root: Root,
    /// A block near it.
    pub mark: Option<Mark>,
    /// By what the journal is known again.
    pub first: Option<FirstBlock>,
}

/// The first block of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstBlock {
    /// The entries in it.
    pub entries: u64,
    /// The Merkle root over them.
    pub root: Root,
}

impl Reached {
    fn of(catalog: &Catalog, shelf: &dyn Shelf) -> Self {
        let mark = marks::block_near(shelf, catalog.reached).ok().flatten();
        Self { sequence: catalog.reached, root: catalog.root, mark, first: catalog.first }
    }
}

/// A shelf, its catalog, and the runs of it.
type Found = (Arc<dyn Shelf>, Catalog, Vec<Arc<Run>>);

impl Index {
    /// Opens the index, or makes an empty one. `serves` tells whether it has seen the journal beside it: an index of
    /// which that is not so, or that does not read, is dropped and begun anew.
    ///
    /// All names are kept in memory if it cannot be had: [`reached`](Self::reached) is 0 then, and
    /// [`trouble`](Self::trouble) says why.
    ///
    /// # Errors
    /// Those of `serves`; the index stays as it is then.
    pub fn open<E>(
        storage: &Arc<dyn Storage>,
        serves: impl FnOnce(&Reached) -> Result<bool, E>,
    ) -> Result<Self, E> {
        let found = match find(storage) {
            Ok(Some((shelf, catalog, runs))) if serves(&Reached::of(&catalog, &*shelf))? => {
                return Ok(Self::following(storage, Some(shelf), catalog, runs));
            }
            Ok(Some(found)) => {
                drop(found);
                storage.drop_shelf().map_err(|error| ShelfError::from(error).into())
            }
            found => found.map(drop),
        };
        if let Err(error) = found {
            let index = Self::in_memory();
            let _ = index.shared.trouble.set(error);
            return Ok(index);
        }
        Ok(Self::following(storage, None, Catalog::empty(), Vec::new()))
    }

    /// An index that keeps all names in memory, and has no shelf.
    pub fn in_memory() -> Self {
        let published = Arc::<Published>::default();
        let shared = Arc::new(Shared::new(Arc::clone(&published)));
        let mut index = Self::assemble(TermHasher::random(), published, shared, Following::Never);
        index.recent.keep_all();
        index
    }

    /// An index that knows what this one knows, and keeps what comes in memory.
    #[must_use]
    pub fn aside(&self) -> Self {
        let published = Arc::clone(&self.published);
        // What becomes of the one is no news for the other.
        let shared = Arc::new(Shared::new(Arc::clone(&published)));
        let mut index = Self::assemble(self.hasher, published, shared, Following::Never);
        index.recent = self.recent.clone();
        index.recent.keep_all();
        index
    }

    fn following(
        storage: &Arc<dyn Storage>,
        shelf: Option<Arc<dyn Shelf>>,
        catalog: Catalog,
        runs: Vec<Arc<Run>>,
    ) -> Self {
        let published = Arc::new(Published { runs, reached: catalog.reached });
        let shared = Arc::new(Shared::new(Arc::clone(&published)));
        let hasher = catalog.hasher;
        let follower = Follower::new(Arc::clone(storage), shelf, catalog, Arc::clone(&shared));
        let following = Following::Later(Box::new(follower));
        Self::assemble(hasher, published, shared, following)
    }

    fn assemble(
        hasher: TermHasher,
        published: Arc<Published>,
        shared: Arc<Shared>,
        following: Following,
    ) -> Self {
        Self {
            hasher,
            recent: Recent::default(),
            published,
            version: shared.version(),
            shared,
            waiting: Vec::new(),
            waiting_entries: 0,
            following,
        }
    }

    /// The last entry that need not be shown to it again.
    pub fn reached(&self) -> u64 {
        self.published.reached
    }

    /// The last known block that begins at or before a sequence, if one was marked near it.
    pub fn block_near(&self, sequence: u64) -> Option<Mark> {
        let run = self.published.runs.first()?;
        marks::block_near(&**run.shelf(), sequence.min(self.reached())).ok().flatten()
    }

    /// Why it works from memory alone, if it does.
    pub fn trouble(&self) -> Option<&IndexError> {
        self.shared.trouble.get()
    }

    /// Notes the names of an entry, which comes behind all that were noted. It may be forgotten until it is committed.
    pub fn note(&mut self, entry: &Entry) {
        let sequence = entry.sequence.number();
        if sequence > self.reached() {
            let Self { hasher, recent, .. } = self;
            hasher.visit_names(entry, |hash| recent.note(hash, sequence));
        }
    }

    /// Forgets an entry that was noted and is not recorded after all.
    pub fn forget(&mut self, entry: &Entry) {
        let sequence = entry.sequence.number();
        let Self { hasher, recent, .. } = self;
        hasher.visit_names(entry, |hash| recent.forget(hash, sequence));
    }

    /// The entries in which a name may occur, ascending: all in which it occurs, and seldom another.
    ///
    /// # Errors
    /// The shelf broke under it: then it is to be [rebuilt](Self::rebuild).
    pub fn candidates(&self, name: &Reference) -> Result<SmallVec<[Sequence; 4]>, IndexError> {
        self.candidates_by(self.hasher.name(name))
    }

    /// The entries that may have been recorded for a line of the bank, ascending.
    ///
    /// # Errors
    /// As [`candidates`](Self::candidates).
    pub fn candidates_of_line(&self, line: &BankLine) -> Result<SmallVec<[Sequence; 4]>, IndexError> {
        self.candidates_by(self.hasher.line(line))
    }

    fn candidates_by(&self, hash: u64) -> Result<SmallVec<[Sequence; 4]>, IndexError> {
        let mut found = SmallVec::new();
        for run in &self.published.runs {
            if run.may_hold(run_hash(hash))? {
                run.visit(run_hash(hash), |sequence| found.push(Sequence::new(sequence)))?;
            }
        }
        self.recent.visit(hash, |sequence| found.push(sequence));
        if found.len() > 1 {
            // A generation is forgotten some time after it is on the shelf.
            found.sort_unstable();
            found.dedup();
        }
        Ok(found)
    }

    /// Gives up the shelf for this reason. `walk` shows all committed entries, and their names are kept in memory; when
    /// it fails, the index is as before.
    pub fn rebuild<E>(
        &mut self,
        reason: IndexError,
        walk: impl FnOnce(&mut dyn FnMut(&Entry)) -> Result<(), E>,
    ) -> Result<(), E> {
        let reached = self.reached();
        let mut older = Recent::default();
        older.keep_all();
        walk(&mut |entry| {
            let sequence = entry.sequence.number();
            if sequence <= reached {
                self.hasher.visit_names(entry, |hash| older.note(hash, sequence));
            }
        })?;
        let _ = self.shared.trouble.set(reason);
        // The follower finds the trouble and goes; nothing waits for it, because the shelf may not answer any more.
        self.work_alone();
        self.recent.add_older(older);
        self.published = Arc::<Published>::default();
        Ok(())
    }

    /// Tells that these entries, noted before, are durable.
    ///
    /// May wait while the follower is too far behind.
    pub fn committed(&mut self, entries: Vec<Arc<Vec<Entry>>>, commit: &Commit) {
        self.refresh();
        if matches!(self.following, Following::Never) {
            return;
        }
        self.waiting_entries += entries.iter().map(|entries| entries.len()).sum::<usize>();
        self.waiting.push((entries, *commit));
        if self.waiting_entries >= HANDED_ENTRIES {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let entries = std::mem::take(&mut self.waiting_entries);
        if self.shared.wait_for_room(entries) {
            self.tell(Message::Committed(waiting));
        } else {
            self.work_alone();
        }
    }

    /// There is no follower any more, and nothing is forgotten. What it has published can still be read.
    fn work_alone(&mut self) {
        self.recent.keep_all();
        self.following = Following::Never;
        self.waiting = Vec::new();
    }

    /// Starts the follower if it is not yet at work. One that has stopped hears nothing.
    fn tell(&mut self, message: Message) {
        self.following = match std::mem::replace(&mut self.following, Following::Never) {
            Following::Later(follower) => {
                let (sender, inbox) = channel();
                let follow = thread::Builder::new().name("follower".to_owned());
                match follow.spawn(move || follower.run(&inbox)) {
                    Ok(_) => Following::Now(sender),
                    Err(error) => {
                        let _ = self.shared.trouble.set(ShelfError::from(error).into());
                        self.work_alone();
                        Following::Never
                    }
                }
            }
            following => following,
        };
        if let Following::Now(sender) = &self.following {
            let _ = sender.send(message);
        }
    }

    /// Looks for news of the follower.
    fn refresh(&mut self) {
        let version = self.shared.version();
        if matches!(self.following, Following::Never) || version == self.version {
            return;
        }
        self.version = version;
        self.published = self.shared.published();
        self.recent.drop_reached(self.published.reached);
        if self.shared.trouble.get().is_some() {
            self.work_alone();
        }
    }

    /// Waits until all that was committed is on the shelf, or given up.
    pub fn settle(&mut self) {
        // What is replaced can be removed once nobody looks at it: the second time.
        for _ in 0..2 {
            if self.waiting_entries > 0 {
                self.hand_over();
            }
            let (done, settled) = channel();
            self.tell(Message::Settle(done));
            // An error is a follower that has gone.
            let _ = settled.recv();
            self.refresh();
        }
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        let started = matches!(self.following, Following::Now(..));
        if started || self.waiting_entries as u64 >= FLUSH_MIN_ENTRIES {
            self.hand_over();
        }
        // What was replaced can be removed when nobody looks at it.
        self.published = Arc::default();
        if let Following::Now(sender) = std::mem::replace(&mut self.following, Following::Never) {
            drop(sender);
            self.shared.wait_for_farewell();
        }
        // The shelf is free when this returns, even if the follower has not quite gone.
        self.shared.publish(Published::default());
    }
}

impl std::fmt::Debug for Following {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Later(_) => "Later",
            Self::Now(..) => "Now",
            Self::Never => "Never",
        })
    }
}

/// The index on the shelf; none where there is none that reads, and one may be made.
fn find(storage: &Arc<dyn Storage>) -> Result<Option<Found>, IndexError> {
    let shelf = match open_shelf(storage) {
        Err(ShelfError::Absent) => return Ok(None),
        Err(ShelfError::Broken { .. }) => None,
        shelf => Some(shelf?),
    };
    if let Some(shelf) = shelf {
        match read(&shelf) {
            Ok((catalog, runs)) => return Ok(Some((shelf, catalog, runs))),
            Err(error) if error.withholds() => return Err(error),
            Err(_) => {}
        }
    }
    storage.drop_shelf().map_err(ShelfError::from)?;
    Ok(None)
}

fn open_shelf(storage: &Arc<dyn Storage>) -> Result<Arc<dyn Shelf>, ShelfError> {
    for _ in 1..SHELF_ATTEMPTS {
        match storage.shelf(ShelfAccess::Write) {
            Err(ShelfError::Busy) => thread::sleep(SHELF_PAUSE),
            shelf => return shelf,
        }
    }
    storage.shelf(ShelfAccess::Write)
}

fn read(shelf: &Arc<dyn Shelf>) -> Result<(Catalog, Vec<Arc<Run>>), IndexError> {
    let catalog = Catalog::read(&**shelf)?;
    let runs = catalog.runs.iter().map(|extent| Run::new(Arc::clone(shelf), extent.clone()).map(Arc::new));
    let runs = runs.collect::<Result<_, _>>()?;
    Ok((catalog, runs))
}

#[cfg(test)]
mod tests;
