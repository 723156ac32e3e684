//! The follower: writes runs of committed entries in the background, and merges them. Whatever goes wrong, it stops and
//! says so; nothing is lost by that.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::FirstBlock;
use super::error::IndexError;
use super::folder::Cover;
use super::gathered::{ENTRIES_MAX, Gathered};
use super::header::Scope;
use super::litter::Litter;
use super::marks::NewMarks;
use super::merge::Merge;
use super::run::Run;
use super::terms::{Share, TermHasher};
use crate::entry::Entry;
use crate::journal::{Commit, Root};
use crate::storage::Storage;

/// Entries collected before they are flushed, once no more wait to be collected.
const FLUSH_ENTRIES: u64 = 65_536;

/// Entries collected before they are flushed at once. A commit may be as long again.
const FLUSH_MAX_ENTRIES: u64 = 131_072;

/// Fewer entries than this are not flushed when the ledger is closed: they are shown again when it is opened.
pub const FLUSH_MIN_ENTRIES: u64 = 8_192;

/// How many times as long a run becomes by a merge, at least.
const FANOUT: u64 = 2;

/// Entries that wait to be collected, before the ledger waits for the follower.
const LAG_MAX_ENTRIES: usize = 32_768;

/// Merges of more entries are not finished when the ledger is closed.
const LAST_MERGE_ENTRIES: u64 = 1 << 20;

/// How long the ledger waits for a follower that does not move. A healthy one needs a second or two.
const PATIENCE: Duration = Duration::from_mins(1);

/// Entries of one commit.
pub type Committed = (Vec<Arc<Vec<Entry>>>, Commit);

/// What the follower is told.
pub enum Message {
    /// These entries are durable.
    Committed(Vec<Committed>),
    /// All that there is to do is to be done now; then answer.
    Settle(Sender<()>),
}

/// What can be found in runs.
#[derive(Debug, Default)]
pub struct Published {
    /// The oldest first.
    pub runs: Vec<Arc<Run>>,
    /// The last entry that they cover.
    pub reached: u64,
}

/// What the ledger and its follower both see.
#[derive(Debug)]
pub struct Shared {
    published: Mutex<Arc<Published>>,
    version: AtomicU64,
    /// Why the follower has stopped.
    pub trouble: OnceLock<IndexError>,
    lag: Mutex<Lag>,
    eased: Condvar,
}

#[derive(Debug, Default)]
struct Lag {
    entries: usize,
    gone: bool,
}

impl Shared {
    pub fn new(published: Arc<Published>) -> Self {
        Self {
            published: Mutex::new(published),
            version: AtomicU64::new(0),
            trouble: OnceLock::new(),
            lag: Mutex::default(),
            eased: Condvar::new(),
        }
    }

    /// Counts up with what is published.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// What was published last.
    pub fn published(&self) -> Arc<Published> {
        Arc::clone(&guard(&self.published))
    }

    /// Makes this what can be found in runs.
    pub fn publish(&self, published: Published) {
        *guard(&self.published) = Arc::new(published);
        self.version.fetch_add(1, Ordering::Release);
    }

    /// Waits while the follower is too far behind, and counts entries that it will get; whether it is still there. One
    /// that does not move for too long is given up.
    pub fn wait_for_room(&self, entries: usize) -> bool {
        let mut lag = guard(&self.lag);
        while lag.entries >= LAG_MAX_ENTRIES && !lag.gone {
            let before = lag.entries;
            lag = self.wait(lag, |lag| lag.entries == before);
            if lag.entries == before && !lag.gone {
                let _ = self.trouble.set(IndexError::invalid("its follower does not answer"));
                lag.gone = true;
            }
        }
        lag.entries += entries;
        !lag.gone
    }

    /// Waits until the follower is gone; not for too long.
    pub fn wait_for_farewell(&self) {
        drop(self.wait(guard(&self.lag), |_| true));
    }

    fn wait<'a>(&self, lag: MutexGuard<'a, Lag>, wait: impl Fn(&Lag) -> bool) -> MutexGuard<'a, Lag> {
        let waiting = |lag: &mut Lag| !lag.gone && wait(lag);
        let waited = self.eased.wait_timeout_while(lag, PATIENCE, waiting);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn ease(&self, entries: usize) {
        let mut lag = guard(&self.lag);
        lag.entries = lag.entries.saturating_sub(entries);
        self.eased.notify_all();
    }
}

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says that the follower is gone, however it went.
struct Farewell(Arc<Shared>);

impl Drop for Farewell {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.0.trouble.set(IndexError::invalid("its follower panicked"));
        }
        guard(&self.0.lag).gone = true;
        self.0.eased.notify_all();
        // Whoever looks for news finds the trouble.
        self.0.version.fetch_add(1, Ordering::Release);
    }
}

/// Writes runs of committed entries.
pub struct Follower {
    storage: Arc<dyn Storage>,
    hasher: TermHasher,
    /// The first block of the journal, once it is known.
    block: Option<FirstBlock>,
    runs: Vec<Arc<Run>>,
    /// The last entry in a run, and the root there.
    reached: (u64, Root),
    shared: Arc<Shared>,
    /// Terms of entries that are collected and not yet flushed.
    gathered: Gathered,
    marks: NewMarks,
    /// The last entry that was collected, and the root there.
    collected: (u64, Root),
    merge: Option<Merge>,
    litter: Litter,
}

impl Follower {
    /// A follower that goes on behind these runs.
    pub fn new(storage: Arc<dyn Storage>, hasher: TermHasher, cover: &Cover, shared: Arc<Shared>) -> Self {
        let reached = cover.end();
        Self {
            hasher,
            block: cover.first_block(),
            runs: cover.runs.clone(),
            reached,
            gathered: Gathered::from(reached.0 + 1),
            marks: NewMarks::default(),
            collected: reached,
            merge: None,
            litter: Litter::of(Arc::clone(&storage)),
            storage,
            shared,
        }
    }

    /// Follows until the ledger is closed, or until something goes wrong.
    pub fn run(mut self, inbox: &Receiver<Message>) {
        let farewell = Farewell(Arc::clone(&self.shared));
        if let Err(error) = self.follow(inbox) {
            // The next writer makes it anew.
            let _ = error.useless_file().map(|path| self.storage.remove(path));
            let _ = self.shared.trouble.set(error);
        }
        drop(self);
        drop(farewell);
    }

    fn follow(&mut self, inbox: &Receiver<Message>) -> Result<(), IndexError> {
        let mut idle = false;
        while self.shared.trouble.get().is_none() {
            let message =
                if idle { inbox.recv().map_err(|_| TryRecvError::Disconnected) } else { inbox.try_recv() };
            match message {
                Ok(Message::Committed(committed)) => {
                    for (entries, commit) in committed {
                        self.collect(&entries, &commit)?;
                    }
                    idle = false;
                }
                Ok(Message::Settle(done)) => {
                    self.flush()?;
                    self.litter.next_round();
                    while self.work()? {}
                    let _ = done.send(());
                }
                Err(TryRecvError::Empty) if self.unflushed() >= FLUSH_ENTRIES => self.flush()?,
                Err(TryRecvError::Empty) => idle = !self.work()?,
                Err(TryRecvError::Disconnected) => return self.end(),
            }
        }
        Ok(())
    }

    fn collect(&mut self, entries: &[Arc<Vec<Entry>>], commit: &Commit) -> Result<(), IndexError> {
        self.shared.ease(entries.iter().map(|entries| entries.len()).sum());
        for entry in entries.iter().flat_map(|entries| entries.iter()) {
            let sequence = entry.sequence.number();
            if sequence <= self.collected.0 {
                continue;
            }
            if sequence != self.collected.0 + 1 {
                return Err(IndexError::invalid("entries were left out"));
            }
            if self.unflushed() >= ENTRIES_MAX {
                return Err(IndexError::invalid("a commit is too long"));
            }
            self.collected.0 = sequence;
            let gathered = &mut self.gathered;
            self.hasher.visit_terms(entry, |share, hash| match share {
                Share::Few => gathered.add_rare(hash, sequence),
                Share::Many => gathered.add(hash, sequence),
            });
        }
        if self.collected.0 == commit.last_sequence() {
            self.marks.note(commit);
            self.collected.1 = commit.root;
            if commit.first_sequence == 1 {
                self.block = Some(FirstBlock { entries: commit.tree_size, root: commit.root });
            }
            if self.unflushed() >= FLUSH_MAX_ENTRIES {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn unflushed(&self) -> u64 {
        self.collected.0 - self.reached.0
    }

    fn flush(&mut self) -> Result<(), IndexError> {
        if self.unflushed() == 0 {
            return Ok(());
        }
        self.litter.begin(&self.runs)?;
        let block = self.block.ok_or(IndexError::invalid("the journal's first block was not seen"))?;
        let scope = Scope {
            hasher: self.hasher,
            first: self.reached.0 + 1,
            last: self.collected.0,
            before: self.reached.1,
            root: self.collected.1,
            block,
        };
        let gathered = std::mem::replace(&mut self.gathered, Gathered::from(self.collected.0 + 1));
        let run = gathered.into_run(&self.storage, scope, &self.marks.take())?;
        self.runs.push(Arc::new(run));
        self.reached = self.collected;
        self.litter.next_round();
        self.publish();
        Ok(())
    }

    /// Lets the runs be found.
    fn publish(&self) {
        self.shared.publish(Published { runs: self.runs.clone(), reached: self.reached.0 });
    }

    /// Does one piece of what there is to do in quiet moments; whether there was any.
    fn work(&mut self) -> Result<bool, IndexError> {
        if self.merge.is_none()
            && let Some(first) = self.due()
        {
            self.litter.begin(&self.runs)?;
            self.merge = Some(Merge::new(&self.storage, self.runs[first..].to_vec())?);
        }
        let Some(merge) = &mut self.merge else { return Ok(self.litter.remove_some()) };
        if !merge.step()? {
            self.finish_merge()?;
        }
        Ok(true)
    }

    /// The first of the youngest runs that are to be merged: the oldest one to which so much has been added that it
    /// becomes `FANOUT` times as long. So an entry is written again once for each such step, and a few runs of each
    /// length are left.
    fn due(&self) -> Option<usize> {
        let (mut first, mut younger) = (None, 0);
        for (place, run) in self.runs.iter().enumerate().rev() {
            let entries = run.header().entries();
            if younger >= (FANOUT - 1) * entries {
                first = Some(place);
            }
            younger += entries;
        }
        first
    }

    fn finish_merge(&mut self) -> Result<(), IndexError> {
        let Some(merge) = self.merge.take() else { return Ok(()) };
        let inputs = merge.inputs().to_vec();
        let run = merge.finish()?;
        let first = self.runs.iter().position(|run| Arc::ptr_eq(run, &inputs[0]));
        let first = first.ok_or(IndexError::invalid("a run was lost while it was merged"))?;
        self.runs.splice(first..first + inputs.len(), [Arc::new(run)]);
        for run in &inputs {
            self.litter.replaced(run);
        }
        self.publish();
        Ok(())
    }

    /// The ledger is closed: what is much is flushed, what is small is merged.
    fn end(&mut self) -> Result<(), IndexError> {
        if self.unflushed() >= FLUSH_MIN_ENTRIES {
            self.flush()?;
        }
        loop {
            let entries = match (&self.merge, self.due()) {
                (Some(merge), _) => merge.entries(),
                (None, Some(first)) => self.runs[first..].iter().map(|run| run.header().entries()).sum(),
                (None, None) => 0,
            };
            if entries > LAST_MERGE_ENTRIES || !self.work()? {
                break;
            }
        }
        self.litter.end(&self.runs);
        Ok(())
    }
}
