//! The index: what makes looking up quick, and nothing that the journal does not hold. Deleting it loses nothing.
//!
//! The names of the newest entries are in memory. Older ones, and what queries ask for, are in sorted runs, plain files
//! that a follower in the background writes and merges, and that readers open without a lock.
//!
//! ```text
//! lists     what a reader finds                 follower  writes runs of committed entries
//! recent    names in memory                     merge     neighbouring runs become one
//! folder    which runs there are, and live      litter    files that are not live, removed
//! run       a file: pages, filter, directory    catalog   which was replaced when, in sled
//! header    what a run says of itself           slots     the pieces of a file, each with a checksum
//! marks     where blocks begin                  filter    whether a run may hold a hash
//! terms     what an entry is found by           group     the bytes of a page
//! gathered  terms that are not in a run yet     proof     whether runs hold what entries say
//! ```

mod catalog;
mod error;
mod filter;
mod folder;
mod follower;
mod gathered;
mod group;
mod header;
mod keeper;
mod lists;
mod litter;
mod marks;
mod merge;
mod proof;
mod recent;
mod run;
mod slots;
mod snapshot;
mod terms;
mod varint;

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

pub use self::error::IndexError;
pub use self::folder::{RunName, names as run_names};
pub use self::keeper::Keeper;
pub use self::lists::Lists;
pub use self::marks::Mark;
pub use self::proof::{Flaw, Proof};
pub use self::snapshot::{BadSnapshot, Outline, SNAPSHOTS_FOLDER, Snapshot, SnapshotError, Snapshots};
pub use self::terms::names_of;

use self::folder::Cover;
use self::follower::{Committed, FLUSH_MIN_ENTRIES, Follower, Message, Published, Shared};
use self::recent::Recent;
use self::run::{Run, run_hash};
use self::terms::TermHasher;
use crate::entry::Entry;
use crate::field::BankLine;
use crate::id::Reference;
use crate::journal::{Commit, Root};
use crate::sequence::Sequence;
use crate::storage::{INDEX_FOLDER, Storage};

/// Committed entries that are handed to the follower at once; it is not even started for fewer.
const HANDED_ENTRIES: usize = 4096;

/// Entries by name, for the ledger's writer.
///
/// It answers from memory alone when its files cannot be written, and says why; see [`trouble`](Self::trouble).
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
    /// Why it was made anew, if what it was before did not read.
    made_anew: Option<IndexError>,
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
    pub first: FirstBlock,
}

/// The first block of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstBlock {
    /// The entries in it.
    pub entries: u64,
    /// The Merkle root over them.
    pub root: Root,
}

impl Index {
    /// Opens the index, as far as it reads and `serves` tells that it has seen the journal beside it; what is left of it is
    /// begun anew.
    ///
    /// It is empty if it cannot be looked into, and [`trouble`](Self::trouble) says why.
    ///
    /// # Errors
    /// Those of `serves`; the index stays as it is then.
    pub fn open<E>(
        storage: &Arc<dyn Storage>,
        mut serves: impl FnMut(&Reached) -> Result<bool, E>,
    ) -> Result<Self, E> {
        let found = Cover::find(storage, |reached| serves(reached).map_err(Refused::By));
        match found {
            Ok(cover) => Ok(Self::following(storage, &cover)),
            Err(Refused::By(error)) => Err(error),
            Err(Refused::Unlisted(trouble)) => {
                let index = Self::in_memory();
                let _ = index.shared.trouble.set(trouble);
                Ok(index)
            }
        }
    }

    /// An index to be made anew in the place of this one, of which something does not read. It begins with what is sound
    /// once the file in question is gone; in memory, where that does not help, or did not before.
    #[must_use]
    pub fn begun_anew(&mut self, storage: &Arc<dyn Storage>, trouble: IndexError) -> Self {
        let useless = trouble.useless_file().map(str::to_owned);
        let may_help = self.made_anew.is_none() && (useless.is_some() || trouble.is_vanished());
        self.stop(trouble.clone());
        let removed = useless.is_none_or(|path| storage.remove(&path).is_ok());
        let mut index = if may_help && removed {
            match Self::open(storage, |_| Ok::<_, std::convert::Infallible>(true)) {
                Ok(index) => index,
                Err(never) => match never {},
            }
        } else {
            Self::in_memory()
        };
        index.made_anew = Some(trouble);
        index
    }

    /// An index that keeps all names in memory, and has no files.
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

    fn following(storage: &Arc<dyn Storage>, cover: &Cover) -> Self {
        let hasher = cover.runs.first().map_or_else(TermHasher::random, |run| run.header().scope.hasher);
        let published = Arc::new(Published { runs: cover.runs.clone(), reached: cover.end().0 });
        let shared = Arc::new(Shared::new(Arc::clone(&published)));
        let follower = Follower::new(Arc::clone(storage), hasher, cover, Arc::clone(&shared));
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
            made_anew: None,
        }
    }

    /// The last entry that need not be shown to it again.
    pub fn reached(&self) -> u64 {
        self.published.reached
    }

    /// The last known block that begins at or before a sequence, if one was marked near it.
    pub fn block_near(&self, sequence: u64) -> Option<Mark> {
        folder::block_near(&self.published.runs, sequence.min(self.reached()))
    }

    /// Why it works from memory alone, if it does.
    pub fn trouble(&self) -> Option<&IndexError> {
        self.shared.trouble.get()
    }

    /// Why it was made anew, if what it was before did not read.
    pub fn made_anew(&self) -> Option<&IndexError> {
        self.made_anew.as_ref()
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
    /// A run does not read: then it is to be made anew.
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
            // A generation is forgotten some time after it is in a run.
            found.sort_unstable();
            found.dedup();
        }
        Ok(found)
    }

    /// Stops to write, for this reason; waits until nothing is written any more.
    fn stop(&mut self, reason: IndexError) {
        let _ = self.shared.trouble.set(reason);
        if let Following::Now(sender) = std::mem::replace(&mut self.following, Following::Never) {
            drop(sender);
            self.shared.wait_for_farewell();
        }
        self.work_alone();
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
                        let _ = self.shared.trouble.set(IndexError::io("followed", INDEX_FOLDER)(error));
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

    /// Waits until all that was committed is in runs, or given up.
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

/// Why an index was not found.
enum Refused<E> {
    By(E),
    Unlisted(IndexError),
}

impl<E> From<IndexError> for Refused<E> {
    fn from(error: IndexError) -> Self {
        Self::Unlisted(error)
    }
}

/// Up to where the run of this name has seen a journal.
///
/// # Errors
/// A file that is gone, cannot be read, or is no run of this name.
pub fn reached_by(storage: &Arc<dyn Storage>, name: RunName) -> Result<Reached, IndexError> {
    Run::open(storage, name).map(|run| folder::reached(&run))
}

/// The last entry up to which the index vouches for a journal, if that is behind `last`: `vouches` tells whether a run that
/// reads is of this journal. One that the disk does not give may be whole, and counts by its name.
///
/// # Errors
/// Those of `vouches`.
pub fn durable_beyond<E>(
    storage: &Arc<dyn Storage>,
    names: &[RunName],
    last: u64,
    vouches: impl Fn(&Reached) -> Result<bool, E>,
) -> Result<u64, E> {
    for name in names.iter().filter(|name| name.last > last) {
        match Run::open(storage, *name) {
            Ok(run) if vouches(&folder::reached(&run))? => return Ok(name.last),
            Err(error @ IndexError::Io { .. }) if !error.is_vanished() => return Ok(name.last),
            _ => {}
        }
    }
    Ok(0)
}

#[cfg(test)]
mod tests;
