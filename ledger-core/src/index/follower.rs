//! The follower: takes committed entries to the shelf in the background, and merges runs there. Whatever goes wrong, it
//! stops and says so; nothing is lost by that.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use super::FirstBlock;
use super::catalog::Catalog;
use super::error::IndexError;
use super::gathered::{ENTRIES_MAX, Gathered};
use super::marks::NewMarks;
use super::merge::Merge;
use super::run::{self, Run};
use super::stored::Pair;
use super::terms::Share;
use crate::entry::Entry;
use crate::journal::{Commit, Root};
use crate::storage::{Shelf, ShelfAccess, Storage};

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

/// Values of an old run that are removed at once.
const LITTER_VALUES: u32 = 4096;

/// How long the ledger waits for a follower that does not move. A healthy one needs a second or two.
const PATIENCE: Duration = Duration::from_mins(1);

/// Bytes put at once, about.
const PUT_BYTES: usize = 4 << 20;

/// Entries of one commit.
pub type Committed = (Vec<Arc<Vec<Entry>>>, Commit);

/// What the follower is told.
pub enum Message {
    /// These entries are durable.
    Committed(Vec<Committed>),
    /// All that there is to do is to be done now; then answer.
    Settle(Sender<()>),
}

/// What can be found on the shelf.
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

    /// Makes this what can be found on the shelf.
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

/// A run whose values are to be removed.
struct Litter {
    name: u32,
    /// Who may still look into it.
    run: Weak<Run>,
    /// How many values are left, once they are counted.
    values: Option<u32>,
}

/// Takes committed entries to the shelf.
pub struct Follower {
    storage: Arc<dyn Storage>,
    shelf: Option<Arc<dyn Shelf>>,
    catalog: Catalog,
    runs: Vec<Arc<Run>>,
    shared: Arc<Shared>,
    /// Terms of entries that are collected and not yet flushed.
    gathered: Gathered,
    marks: NewMarks,
    /// The last entry that was collected, and the root there.
    collected: (u64, Root),
    merge: Option<Merge>,
    litter: Vec<Litter>,
    /// Something was removed: space may be given back in the next quiet moment.
    untidy: bool,
}

impl Follower {
    pub fn new(
        storage: Arc<dyn Storage>,
        shelf: Option<Arc<dyn Shelf>>,
        mut catalog: Catalog,
        shared: Arc<Shared>,
    ) -> Self {
        // A run may have been begun under the next name and not finished.
        catalog.litter.push(catalog.next_run);
        catalog.next_run += 1;
        let litter = |name: &u32| Litter { name: *name, run: Weak::new(), values: None };
        Self {
            storage,
            shelf,
            runs: shared.published().runs.clone(),
            gathered: Gathered::from(catalog.reached + 1),
            marks: NewMarks::default(),
            collected: (catalog.reached, catalog.root),
            merge: None,
            litter: catalog.litter.iter().map(litter).collect(),
            untidy: false,
            catalog,
            shared,
        }
    }

    /// Follows until the ledger is closed, or until something goes wrong.
    pub fn run(mut self, inbox: &Receiver<Message>) {
        let farewell = Farewell(Arc::clone(&self.shared));
        if let Err(error) = self.follow(inbox) {
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
            self.catalog.hasher.visit_terms(entry, |share, hash| match share {
                Share::Few => gathered.add_rare(hash, sequence),
                Share::Many => gathered.add(hash, sequence),
            });
        }
        if self.collected.0 == commit.last_sequence() {
            self.marks.note(commit);
            self.collected.1 = commit.root;
            if commit.first_sequence == 1 {
                self.catalog.first = Some(FirstBlock { entries: commit.tree_size, root: commit.root });
            }
            if self.unflushed() >= FLUSH_MAX_ENTRIES {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn unflushed(&self) -> u64 {
        self.collected.0 - self.catalog.reached
    }

    fn flush(&mut self) -> Result<(), IndexError> {
        if self.unflushed() == 0 {
            return Ok(());
        }
        let shelf = match &self.shelf {
            Some(shelf) => Arc::clone(shelf),
            None => Arc::clone(self.shelf.insert(self.storage.shelf(ShelfAccess::Create)?)),
        };
        let name = self.next_name();
        let gathered = std::mem::replace(&mut self.gathered, Gathered::from(self.collected.0 + 1));
        let (run, mut pairs) = gathered.into_run(Arc::clone(&shelf), name, self.collected.0);
        pairs.extend(self.marks.take_pairs(&*shelf)?);
        self.runs.push(Arc::new(run));
        (self.catalog.reached, self.catalog.root) = self.collected;
        self.record(&*shelf, pairs)
    }

    fn next_name(&mut self) -> u32 {
        self.catalog.next_run += 1;
        self.catalog.next_run - 1
    }

    /// Puts values with the catalog that makes them part of the index, and publishes the runs.
    fn record(&mut self, shelf: &dyn Shelf, mut pairs: Vec<Pair>) -> Result<(), IndexError> {
        self.catalog.runs = self.runs.iter().map(|run| run.extent().clone()).collect();
        let unfinished = self.merge.iter().map(Merge::name);
        self.catalog.litter = self.litter.iter().map(|litter| litter.name).chain(unfinished).collect();
        pairs.push(self.catalog.to_pair()?);
        shelf.put(pairs)?;
        self.shared.publish(Published { runs: self.runs.clone(), reached: self.catalog.reached });
        Ok(())
    }

    /// Does one piece of what there is to do in quiet moments; whether there was any.
    fn work(&mut self) -> Result<bool, IndexError> {
        let Some(shelf) = self.shelf.clone() else { return Ok(false) };
        if self.merge.is_none()
            && let Some(first) = self.due()
        {
            let name = self.next_name();
            self.merge = Some(Merge::new(name, self.runs[first..].to_vec())?);
        }
        let Some(merge) = &mut self.merge else { return self.remove_litter(&*shelf) };
        let ready = merge.step()?;
        if ready.is_empty() {
            self.finish_merge(&shelf)?;
        } else {
            shelf.put(ready)?;
        }
        Ok(true)
    }

    /// The first of the youngest runs that are to be merged: the oldest one to which so much has been added that it
    /// becomes `FANOUT` times as long. So an entry is written again once for each such step, and a few runs of each
    /// length are left.
    fn due(&self) -> Option<usize> {
        let (mut first, mut younger) = (None, 0);
        for (place, run) in self.runs.iter().enumerate().rev() {
            let entries = run.extent().entries();
            if younger >= (FANOUT - 1) * entries {
                first = Some(place);
            }
            younger += entries;
        }
        first
    }

    fn finish_merge(&mut self, shelf: &Arc<dyn Shelf>) -> Result<(), IndexError> {
        let Some(merge) = self.merge.take() else { return Ok(()) };
        let inputs = merge.inputs().to_vec();
        let (run, mut last) = merge.finish(Arc::clone(shelf));
        let mut bytes = 0;
        for pair in run.rest() {
            bytes += pair.1.len();
            last.push(pair);
            if bytes >= PUT_BYTES {
                bytes = 0;
                shelf.put(std::mem::take(&mut last))?;
            }
        }
        let first = self.runs.iter().position(|run| Arc::ptr_eq(run, &inputs[0]));
        let first = first.ok_or(IndexError::invalid("a run was lost while it was merged"))?;
        self.runs.splice(first..first + inputs.len(), [Arc::new(run)]);
        let litter =
            |run: &Arc<Run>| Litter { name: run.extent().run, run: Arc::downgrade(run), values: None };
        self.litter.extend(inputs.iter().map(litter));
        self.record(&**shelf, last)
    }

    /// Removes some values that nobody needs and nobody looks at any more; whether there were any.
    fn remove_litter(&mut self, shelf: &dyn Shelf) -> Result<bool, IndexError> {
        let Some(place) = self.litter.iter().position(|litter| litter.run.strong_count() == 0) else {
            return self.tidy(shelf);
        };
        let litter = &mut self.litter[place];
        let values = match litter.values {
            Some(values) => values,
            None => count_values(shelf, litter.name)?,
        };
        // From the last one, so that what is left can be counted.
        let left = values.saturating_sub(LITTER_VALUES);
        let keys: Vec<Vec<u8>> =
            (left..values).rev().map(|number| run::key_of(litter.name, number)).collect();
        if !keys.is_empty() {
            shelf.remove(&keys)?;
            self.untidy = true;
        }
        litter.values = Some(left);
        if left == 0 {
            self.litter.swap_remove(place);
        }
        Ok(true)
    }

    fn tidy(&mut self, shelf: &dyn Shelf) -> Result<bool, IndexError> {
        if self.untidy {
            shelf.tidy()?;
            // The catalog forgets what was removed, and putting it lets files that became shorter be cut.
            self.record(shelf, Vec::new())?;
        }
        Ok(std::mem::take(&mut self.untidy))
    }

    /// The ledger is closed: what is much is flushed, what is small is merged.
    fn end(&mut self) -> Result<(), IndexError> {
        if self.unflushed() >= FLUSH_MIN_ENTRIES {
            self.flush()?;
        }
        loop {
            let entries = match (&self.merge, self.due()) {
                (Some(merge), _) => merge.entries(),
                (None, Some(first)) => self.runs[first..].iter().map(|run| run.extent().entries()).sum(),
                (None, None) => 0,
            };
            if entries > LAST_MERGE_ENTRIES || !self.work()? {
                return Ok(());
            }
        }
    }
}

/// How many values of a run there are: they are put from the first on, and removed from the last on.
fn count_values(shelf: &dyn Shelf, run: u32) -> Result<u32, IndexError> {
    let there = |number: u32| shelf.get(&run::key_of(run, number)).map(|value| value.is_some());
    let (mut some, mut none) = (0, 1);
    while there(none - 1)? {
        some = none;
        none = none.saturating_mul(2);
    }
    // `some` values are there, and the one before `none` is not.
    while some + 1 < none {
        let middle = some + (none - some) / 2;
        if there(middle - 1)? { some = middle } else { none = middle }
    }
    Ok(some)
}
