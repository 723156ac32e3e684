//! The ledger: the only writer. It takes operations, records those that the rules allow, and acknowledges what is
//! durable.
//!
//! An operation goes one straight way: shape → resolve → judge → postings → apply → encode → commit → receipt. What
//! fails on the way is unwound, and nothing of it is recorded.

mod error;
mod import;
mod instants;
mod past;
mod queue;
mod replayed;
mod resolve;
mod shared;
mod staged;
mod turnover;

/// What the queue waits with.
mod sync {
    pub(super) use std::sync::{Arc, Condvar, Mutex, MutexGuard};
}

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::sync::{Arc, mpsc};
use std::thread;

pub use self::error::{BatchError, LedgerError, RejectedOperation};
pub use self::import::Made;
use self::instants::Instants;
pub use self::instants::{ClockDoubt, ClockTrust};
pub(crate) use self::past::Past;
use self::replayed::{Replayed, decoded, index_block, visit_durable};
pub(crate) use self::resolve::{Resolution, resolve};
pub use self::shared::SharedLedger;
use self::staged::{CHUNK, Staged};
pub use self::turnover::Turnover;
use crate::entry::{Entry, Receipt};
use crate::history::Witnesses;
use crate::index::{Index, IndexError, Keeper, Snapshot, Snapshots};
use crate::journal::{
    Adopter, Draft, JournalError, Layout, Reader, Recovery, Root, ScannedBlock, StateMark, Writer,
};
use crate::operation::Operation;
use crate::record;
use crate::rejection::Rejection;
use crate::rules;
use crate::sequence::{RecordedAt, Sequence};
use crate::state::State;
use crate::storage::{Clock, Lock, Storage};

/// The most operations that one batch takes: a batch is one block of the journal.
pub const BATCH_MAX: usize = 65_536;
/// Operations of a file that are read and judged together.
pub const FILE_BATCH: usize = 8192;
/// And the bytes of their lines.
pub const FILE_BATCH_BYTES: u64 = 12 << 20;
/// What is staged at once, in postings: a short operation, as a reversal, may make a long entry.
const STAGED_MAX: usize = 500_000;

/// A ledger open for writing. There is one at a time.
#[derive(Debug)]
pub struct Ledger {
    storage: Arc<dyn Storage>,
    state: State,
    index: Index,
    journal: Writer,
    reader: Reader,
    snapshots: Keeper,
    /// Whether it goes on from another ledger, aside.
    rehearsing: bool,
    instants: Instants,
    recovery: Option<Recovery>,
    /// A bug was met: nothing more is written.
    broken: bool,
    /// Held until all else is closed. None in a rehearsal.
    _lock: Option<Arc<dyn Lock>>,
}

/// What became of an operation that the rules allow: its receipt, but for the tree, which its commit will tell.
struct Outcome {
    sequence: Sequence,
    recorded_at: RecordedAt,
    replayed: bool,
}

/// Operations that were judged, and the blocks of those that the rules allow: one, unless they make more than fits in one.
struct Proposal {
    outcomes: Vec<Result<Outcome, Rejection>>,
    staged: Staged,
    drafts: Vec<Draft>,
}

impl Ledger {
    /// Creates an empty ledger where there is none.
    pub fn create(storage: Arc<dyn Storage>, clock: Box<dyn Clock>) -> Result<Self, LedgerError> {
        Self::create_with(storage, clock, Layout::default())
    }

    /// Creates an empty ledger with segments of another size.
    pub fn create_with(
        storage: Arc<dyn Storage>,
        clock: Box<dyn Clock>,
        layout: Layout,
    ) -> Result<Self, LedgerError> {
        let lock = storage.lock()?;
        let journal = Writer::create(Arc::clone(&storage), layout)?;
        storage.sync_folder("").map_err(|source| LedgerError::Folder { source })?;
        let (state, recovery) = (State::default(), None);
        let reader = Reader::new(Arc::clone(&storage));
        let index = Index::open(&storage, |_| Ok::<_, LedgerError>(false))?;
        let empty = Replayed { state, index, reader, journal, recovery, newest_snapshot: 0, unnamed: None };
        let keeper = Keeper::new(Snapshots::new(Arc::clone(&storage)), 0, None);
        Ok(Self::assemble(empty, storage, keeper, clock, lock))
    }

    /// Opens a ledger: takes the state of the newest snapshot, verifies and replays the journal behind it, and leaves out a
    /// damaged end that was never known durable (see [`recovery`](Self::recovery)). What lies before the snapshot, an
    /// [audit](crate::audit) verifies.
    pub fn open(storage: Arc<dyn Storage>, clock: Box<dyn Clock>) -> Result<Self, LedgerError> {
        Self::open_with(storage, clock, Layout::default())
    }

    /// Opens a ledger and goes on with segments of another size.
    pub fn open_with(
        storage: Arc<dyn Storage>,
        clock: Box<dyn Clock>,
        layout: Layout,
    ) -> Result<Self, LedgerError> {
        Self::open_watched(storage, clock, layout, &mut |_, _| {})
    }

    /// The same; where the index has to be made anew, `progress` is told how many entries were read, and of how many.
    pub fn open_watched(
        storage: Arc<dyn Storage>,
        clock: Box<dyn Clock>,
        layout: Layout,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Self, LedgerError> {
        let lock = storage.lock()?;
        let snapshots = Snapshots::new(Arc::clone(&storage));
        // What stands beside the journal vouches for its entries, whether it can be believed or not.
        let witnesses = Witnesses::of(&storage)?;
        let newest = snapshots.newest_named(u64::MAX, |_| true);
        let known_durable =
            witnesses.durable_beyond(newest.as_ref().map_or(0, |newest| newest.sequence().number()))?;
        let replayed = Replayed::after(newest, &storage, layout, known_durable, progress)?;
        let keeper = Keeper::new(snapshots, replayed.newest_snapshot, replayed.unnamed);
        Ok(Self::assemble(replayed, storage, keeper, clock, lock))
    }

    fn assemble(
        replayed: Replayed,
        storage: Arc<dyn Storage>,
        snapshots: Keeper,
        clock: Box<dyn Clock>,
        lock: Box<dyn Lock>,
    ) -> Self {
        let Replayed { state, index, reader, mut journal, recovery, .. } = replayed;
        let (instants, lock) = (Instants::by(Arc::from(clock)), Arc::from(lock));
        journal.guard_with(Arc::clone(&lock));
        Self {
            storage,
            state,
            index,
            journal,
            reader,
            snapshots,
            rehearsing: false,
            instants,
            recovery,
            broken: false,
            _lock: Some(lock),
        }
    }

    /// Records an operation. On return it is durable.
    pub fn post(&mut self, operation: &Operation) -> Result<Receipt, LedgerError> {
        let mut outcomes = self.post_each(std::slice::from_ref(operation))?;
        match outcomes.pop() {
            Some(outcome) => outcome.map_err(LedgerError::Rejected),
            None => unreachable!("one operation has one outcome"),
        }
    }

    /// Records all operations in one commit, or none. Every operation is judged: one that is rejected is left out for
    /// those behind it, so that all that is wrong is told at once.
    pub fn post_batch(&mut self, operations: &[Operation]) -> Result<Vec<Receipt>, BatchError> {
        let Proposal { outcomes, staged, drafts } = self.propose(operations)?;
        if outcomes.iter().any(Result::is_err) {
            self.unwind(staged);
            let rejected = |(index, outcome): (usize, Result<Outcome, Rejection>)| {
                outcome.err().map(|rejection| RejectedOperation { index, rejection })
            };
            return Err(BatchError::Rejected(
                outcomes.into_iter().enumerate().filter_map(rejected).collect(),
            ));
        }
        if outcomes.len() < operations.len() || drafts.len() > 1 {
            self.unwind(staged);
            return Err(LedgerError::BatchTooLong { operations: operations.len() }.into());
        }
        let first = self.commit(staged, drafts)?;
        let receipt = |(outcome, operation): (Result<Outcome, Rejection>, &Operation)| match outcome {
            Ok(outcome) => self.receipt(&outcome, operation, first),
            Err(_) => unreachable!("no operation was rejected"),
        };
        outcomes
            .into_iter()
            .zip(operations)
            .map(receipt)
            .collect::<Result<_, _>>()
            .map_err(BatchError::Ledger)
    }

    /// Records those operations that the rules allow, and says of each what became of it. They go in one commit, or, where
    /// they make more than fits in a block, in as many as it takes: after a failure, those of the first ones may be recorded.
    pub fn post_each(
        &mut self,
        operations: &[Operation],
    ) -> Result<Vec<Result<Receipt, Rejection>>, LedgerError> {
        let mut answers = Vec::with_capacity(operations.len());
        while answers.len() < operations.len() {
            let rest = &operations[answers.len()..];
            let Proposal { outcomes, staged, drafts } = self.propose(rest)?;
            let first = self.commit(staged, drafts)?;
            for (outcome, operation) in outcomes.into_iter().zip(rest) {
                answers.push(match outcome {
                    Ok(outcome) => Ok(self.receipt(&outcome, operation, first)?),
                    Err(rejection) => Err(rejection),
                });
            }
        }
        Ok(answers)
    }

    /// Stages operations, all of them unless they make too much to be held at once, and puts their records into drafts. In a
    /// large batch the second is done by another thread while the first goes on.
    fn propose(&mut self, operations: &[Operation]) -> Result<Proposal, LedgerError> {
        if self.broken {
            return Err(LedgerError::Broken);
        }
        if operations.len() > BATCH_MAX {
            return Err(LedgerError::BatchTooLarge { operations: operations.len(), most: BATCH_MAX });
        }
        let draft = self.journal.draft();
        let (outcomes, staged, drafts) = if operations.len() <= CHUNK {
            let (outcomes, mut staged) = self.stage_all(operations, &mut drop)?;
            let drafts = compose(draft, staged.seal());
            (outcomes, staged, drafts)
        } else {
            let (send, chunks) = mpsc::channel();
            thread::scope(|scope| {
                let composer = thread::Builder::new()
                    .name("compose".to_owned())
                    .spawn_scoped(scope, move || compose(draft, chunks));
                let (outcomes, mut staged) =
                    self.stage_all(operations, &mut |chunk| drop(send.send(chunk)))?;
                staged.seal().into_iter().for_each(|chunk| drop(send.send(chunk)));
                drop(send);
                let drafts = match composer {
                    Ok(composer) => composer.join().unwrap_or_else(|panic| resume_unwind(panic)),
                    // No thread was to be had, so this one does both.
                    Err(_) => compose(self.journal.draft(), staged.chunks().iter().cloned()),
                };
                Ok::<_, LedgerError>((outcomes, staged, drafts))
            })?
        };
        match drafts {
            Ok(drafts) => Ok(Proposal { outcomes, staged, drafts }),
            Err(failure) => {
                self.unwind(staged);
                Err(failure)
            }
        }
    }

    /// Stages operations until they weigh too much, and hands out each chunk of entries as it fills.
    fn stage_all(
        &mut self,
        operations: &[Operation],
        filled: &mut dyn FnMut(Arc<Vec<Entry>>),
    ) -> Result<(Vec<Result<Outcome, Rejection>>, Staged), LedgerError> {
        let mut staged = Staged::default();
        let mut outcomes = Vec::with_capacity(operations.len());
        for operation in operations {
            if staged.weight() >= STAGED_MAX {
                break;
            }
            match self.stage(operation, &mut staged, filled) {
                Ok(outcome) => outcomes.push(Ok(outcome)),
                Err(LedgerError::Rejected(rejection)) => outcomes.push(Err(rejection)),
                Err(failure) => {
                    self.unwind(staged);
                    return Err(failure);
                }
            }
        }
        Ok((outcomes, staged))
    }

    /// Takes one operation from its shape to an applied entry, which is not yet committed.
    fn stage(
        &mut self,
        operation: &Operation,
        staged: &mut Staged,
        filled: &mut dyn FnMut(Arc<Vec<Entry>>),
    ) -> Result<Outcome, LedgerError> {
        rules::shape(operation)?;
        let resolution = match resolve(operation, &self.state, &Past { staged: Some(staged), ..self.past() })
        {
            Err(LedgerError::Index(trouble)) => {
                self.rebuild_index(trouble, Some(staged))?;
                resolve(operation, &self.state, &Past { staged: Some(staged), ..self.past() })
            }
            resolution => resolution,
        };
        let resolved = match resolution? {
            Resolution::Recorded(sequence, recorded_at) => {
                return Ok(Outcome { sequence, recorded_at, replayed: true });
            }
            Resolution::New(resolved) => resolved,
        };
        let recorded_at = self.instants.next(self.last_instant())?;
        let postings = rules::judge(operation, &resolved, &self.state, recorded_at)?;
        let entry = Entry {
            sequence: self.state.last_sequence().map_or(Sequence::FIRST, Sequence::next),
            recorded_at,
            operation: operation.clone(),
            choice: resolved.choice,
            postings,
        };
        let undo = self.state.apply(&entry)?;
        if let Err(imbalance) = self.state.backing() {
            self.state.unwind(&entry, undo);
            self.broken = true;
            return Err(LedgerError::Imbalance { imbalance });
        }
        self.index.note(&entry);
        let outcome = Outcome { sequence: entry.sequence, recorded_at: entry.recorded_at, replayed: false };
        staged.push(entry, undo).into_iter().for_each(filled);
        Ok(outcome)
    }

    /// Makes anew what of the index does not read: in runs if they can be written, and then read, or else in memory.
    fn rebuild_index(&mut self, trouble: IndexError, staged: Option<&Staged>) -> Result<(), LedgerError> {
        let mut index = self.index.begun_anew(&self.storage, trouble);
        let (first, last) = (index.reached() + 1, self.journal.last_sequence());
        if first <= last {
            visit_durable(&self.reader, first, last, &mut |block| {
                index_block(&mut index, block, decoded(block)?);
                Ok(())
            })?;
        }
        staged.into_iter().flat_map(Staged::entries).for_each(|entry| index.note(entry));
        self.index = index;
        Ok(())
    }

    /// When the last entry was recorded.
    fn last_instant(&self) -> Option<RecordedAt> {
        self.state.last_sequence().map(|_| self.state.recorded_at())
    }

    /// Says whether a clock that is far from the last entry is believed from now on. It is not, unless somebody who looked
    /// at it said so.
    pub fn trust_clock(&mut self, trust: ClockTrust) {
        self.instants.trust(trust);
    }

    /// Why the clock would have been asked about, where it was believed all the same: entries go on from the last one.
    pub fn overruled_doubt(&self) -> Option<ClockDoubt> {
        self.instants.overruled()
    }

    /// Makes the staged entries durable, block by block, or unwinds those that are not. Says which entry is the first of them;
    /// the next one to come, if there are none.
    fn commit(&mut self, mut staged: Staged, drafts: Vec<Draft>) -> Result<Sequence, LedgerError> {
        let first = Sequence::new(self.journal.last_sequence() + 1);
        if staged.is_empty() {
            return Ok(first);
        }
        let weight = self.state.weight();
        let (mut mark, mut left) = (StateMark::default(), drafts.len());
        for draft in drafts {
            left -= 1;
            // The state is that after all of them, and a rehearsal's blocks are not those that will be in the journal.
            mark = self.snapshots.mark(draft.last_sequence(), weight);
            mark.taken &= left == 0 && !self.rehearsing;
            let behind = if left > 0 { staged.split_off(draft.count()) } else { Staged::default() };
            match self.journal.commit(draft, mark) {
                Ok(commit) => {
                    self.snapshots.note_named(mark);
                    self.reader.note_block(&commit);
                    self.index.committed(std::mem::replace(&mut staged, behind).into_chunks(), &commit);
                }
                Err(failure) => {
                    self.unwind(behind);
                    self.unwind(staged);
                    return Err(failure.into());
                }
            }
        }
        self.snapshot(mark);
        Ok(first)
    }

    /// Takes the state for a snapshot, if the last block says so.
    fn snapshot(&mut self, mark: StateMark) {
        let Self { snapshots, state, journal, rehearsing, .. } = self;
        snapshots.committed(mark, || {
            let (frontier, position) = (journal.frontier().clone(), journal.position());
            // The bundles of a rehearsal are left to the ledger that adopts it.
            let bundles = if *rehearsing { Vec::new() } else { journal.take_bundles() };
            (Snapshot { state: state.clone(), frontier, position }, bundles)
        });
    }

    fn unwind(&mut self, staged: Staged) {
        staged.unwind(|entry, undo| {
            self.index.forget(entry);
            self.state.unwind(entry, undo);
        });
    }

    /// The receipt of an operation; `first` is the first entry that was committed just now.
    fn receipt(
        &self,
        outcome: &Outcome,
        operation: &Operation,
        first: Sequence,
    ) -> Result<Receipt, LedgerError> {
        let Outcome { sequence, recorded_at, replayed } = *outcome;
        let now = (self.journal.last_sequence(), self.journal.root());
        let (tree_size, root) = if sequence >= first {
            now
        } else {
            self.reader.block_of(sequence.number())?.map_or(now, |commit| (commit.tree_size, commit.root))
        };
        let reference = operation.reference.clone();
        Ok(Receipt { reference, sequence, recorded_at, tree_size, root, replayed })
    }

    /// Waits until what is written in the background is there: snapshots and the index.
    pub fn settle(&mut self) {
        // One after the other, so that they write in the same order each time.
        self.snapshots.settle();
        self.index.settle();
    }

    /// A ledger that goes on from here and records in `aside`, which shows this ledger's journal (an
    /// [`Overlay`](crate::storage::Overlay)). Nothing of it is recorded here unless it is [adopted](Self::adopt).
    pub fn rehearsal(&self, aside: &Arc<dyn Storage>) -> Result<Self, LedgerError> {
        Ok(Self {
            storage: Arc::clone(aside),
            state: self.state.clone(),
            index: self.index.aside(),
            journal: self.journal.aside(Arc::clone(aside))?,
            reader: Reader::new(Arc::clone(aside)),
            snapshots: self.snapshots.aside(Snapshots::new(Arc::clone(aside))),
            rehearsing: true,
            instants: self.instants.clone(),
            recovery: None,
            broken: self.broken,
            _lock: None,
        })
    }

    /// Records all that a rehearsal has recorded, which must have begun where this ledger stands: in one block, all or
    /// nothing, if it fits in one, and otherwise in as few as it takes, each durable before the next is written. `recorded` is
    /// told how many entries are durable after each, and may break there. After a break or a failure the ledger records
    /// nothing more; what was told is in the journal.
    pub fn adopt(
        &mut self,
        rehearsal: &Self,
        recorded: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, LedgerError> {
        // What did not read there does not read here.
        if let Some(trouble) = rehearsal.index.made_anew().filter(|_| self.index.made_anew().is_none()) {
            self.rebuild_index(trouble.clone(), None)?;
        }
        let before = self.journal.last_sequence();
        let Self { journal, reader, index, snapshots, .. } = self;
        let weight = rehearsal.state.weight();
        let mut adopting =
            Adopting { before, weight, mark: StateMark::default(), reader, index, snapshots, recorded };
        let adopted = journal.adopt(&rehearsal.journal, &mut adopting)?;
        let mark = adopting.mark;
        if adopted.is_continue() {
            self.state = rehearsal.state.clone();
            self.snapshot(mark);
        }
        Ok(adopted)
    }

    /// In how many blocks, each all or nothing, a rehearsal that began where this ledger stands would be recorded.
    pub fn parts(&self, rehearsal: &Self) -> Result<u64, LedgerError> {
        Ok(self.journal.parts(&rehearsal.journal)?)
    }

    /// The state after the last entry.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The Merkle root over all entries.
    pub fn root(&self) -> Root {
        self.journal.root()
    }

    /// What was left out when the ledger was opened, if its end was damaged.
    pub fn recovery(&self) -> Option<&Recovery> {
        self.recovery.as_ref()
    }

    /// An entry by its number.
    pub fn entry(&self, sequence: Sequence) -> Result<Option<Entry>, LedgerError> {
        self.past().entry(sequence)
    }

    /// The entry that an operation with this reference made.
    pub fn entry_of(&mut self, reference: &crate::id::Reference) -> Result<Option<Entry>, LedgerError> {
        match self.past().entry_of(reference) {
            Err(LedgerError::Index(trouble)) => {
                self.rebuild_index(trouble, None)?;
                self.past().entry_of(reference)
            }
            found => found,
        }
    }

    fn past(&self) -> Past<'_> {
        Past { index: &self.index, reader: &self.reader, staged: None, last: self.journal.last_sequence() }
    }
}

/// What a ledger does with each block of a rehearsal.
struct Adopting<'a> {
    before: u64,
    /// That of the state after all of them.
    weight: usize,
    /// What the last block says.
    mark: StateMark,
    reader: &'a Reader,
    index: &'a mut Index,
    snapshots: &'a mut Keeper,
    recorded: &'a mut dyn FnMut(u64) -> ControlFlow<()>,
}

impl Adopter<LedgerError> for Adopting<'_> {
    fn mark(&mut self, last: u64, is_end: bool) -> StateMark {
        self.mark = self.snapshots.mark(last, self.weight);
        // Of those between, no state is at hand.
        self.mark.taken &= is_end;
        self.mark
    }

    fn appended(&mut self, block: &ScannedBlock<'_>) -> Result<ControlFlow<()>, LedgerError> {
        self.snapshots.note_named(self.mark);
        self.reader.note_block(&block.commit());
        index_block(self.index, block, decoded(block)?);
        Ok((self.recorded)(block.commit().tree_size - self.before))
    }
}

/// Encodes entries and adds them to the draft of a block, and to further ones where it is full.
fn compose(
    mut draft: Draft,
    chunks: impl IntoIterator<Item = Arc<Vec<Entry>>>,
) -> Result<Vec<Draft>, LedgerError> {
    let (mut drafts, mut record) = (Vec::new(), Vec::new());
    for chunk in chunks {
        for entry in chunk.iter() {
            let sequence = entry.sequence;
            record.clear();
            record::encode_into(entry, &mut record)
                .map_err(|invalid| LedgerError::Record { sequence, invalid })?;
            if draft.count() > 0 && !draft.has_room(record.len()) {
                drafts.push(draft.turn());
            }
            draft.push(&record).map_err(JournalError::Limits)?;
        }
    }
    drafts.push(draft);
    Ok(drafts)
}

/// Applies an entry of the journal; one that no ledger could have recorded is refused.
pub(crate) fn replay(state: &mut State, entry: &Entry) -> Result<(), LedgerError> {
    let sequence = entry.sequence;
    state.replay(entry).map_err(|impossible| LedgerError::Impossible { sequence, impossible })
}

/// Adds an entry to some of the journal's, as for figures as of a day.
pub(crate) fn add_up(state: &mut State, entry: &Entry) -> Result<(), LedgerError> {
    let sequence = entry.sequence;
    state.add_up(entry).map_err(|impossible| LedgerError::Impossible { sequence, impossible })
}

/// Decodes a record of the journal, and holds its sequence against its place.
pub(crate) fn decode(sequence: u64, bytes: &[u8]) -> Result<Entry, LedgerError> {
    let sequence = Sequence::new(sequence);
    let entry = record::decode(bytes).map_err(|invalid| LedgerError::Record { sequence, invalid })?;
    in_its_place(&entry, sequence)?;
    Ok(entry)
}

/// Decodes records of the journal, each with the sequence of its place, behind these entries. After an error they are those
/// before the record in question.
pub(crate) fn decode_all<'a>(
    records: impl Iterator<Item = (u64, &'a [u8])>,
    entries: &mut Vec<Entry>,
) -> Result<(), LedgerError> {
    for (sequence, bytes) in records {
        let (sequence, before) = (Sequence::new(sequence), entries.len());
        record::decode_behind(bytes, entries).map_err(|invalid| LedgerError::Record { sequence, invalid })?;
        let placed = in_its_place(&entries[before], sequence);
        placed.inspect_err(|_| entries.truncate(before))?;
    }
    Ok(())
}

fn in_its_place(entry: &Entry, sequence: Sequence) -> Result<(), LedgerError> {
    if entry.sequence == sequence {
        return Ok(());
    }
    let reason = format!("it calls itself entry {}", entry.sequence);
    Err(LedgerError::Record { sequence, invalid: record::InvalidRecord { reason } })
}
