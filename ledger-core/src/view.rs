//! A view of a ledger for those who only read: no lock, nothing changed, a consistent prefix of the journal while a
//! writer appends. It verifies what it reads; what lies before the snapshot from which it starts, only an audit reads.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::date::Date;
use crate::entry::Entry;
use crate::history::{Witnesses, agrees};
use crate::id::Reference;
use crate::index::{Lists, Snapshot, Snapshots};
use crate::journal::{
    Commit, End, Frontier, JOURNAL_FOLDER, JournalError, Reader, Root, Scan, ScannedBlock, Start, Subtrees,
    Verify, leaf_hash, refusal, segment_path,
};
use crate::ledger::{LedgerError, add_up, decode, replay};
use crate::query::Filter;
use crate::sequence::Sequence;
use crate::state::State;
use crate::storage::Storage;

/// How often the index is looked into while a writer replaces its files, before the journal is read instead.
const LOOKS: u32 = 3;

/// Reads a ledger.
#[derive(Debug)]
pub struct View {
    storage: Arc<dyn Storage>,
    reader: Reader,
    snapshots: Snapshots,
    unread_end: Mutex<Option<UnreadEnd>>,
    /// Who says what was durable.
    witnesses: fn(&Arc<dyn Storage>) -> Result<Witnesses, JournalError>,
}

/// What stands behind the last whole block and was left out: nothing shows that it was ever durable, and no writer is at
/// work on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnreadEnd {
    /// The segment's file.
    pub segment: String,
    /// Where in it the end begins, in bytes.
    pub offset: u64,
    /// The entry that should begin there; what was read ends with the one before.
    pub sequence: Sequence,
}

/// A state and the Merkle root over the entries that made it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The state.
    pub state: State,
    /// The root; none for figures as of a date, which are no prefix of the journal.
    pub root: Option<Root>,
}

impl View {
    /// Looks at the ledger in this storage, which must hold a journal.
    pub fn open(storage: Arc<dyn Storage>) -> Result<Self, LedgerError> {
        if crate::journal::segments(&storage)?.is_empty() {
            return Err(JournalError::NoJournal.into());
        }
        let reader = Reader::new(Arc::clone(&storage));
        let snapshots = Snapshots::new(Arc::clone(&storage));
        Ok(Self { storage, reader, snapshots, unread_end: Mutex::default(), witnesses: Witnesses::of })
    }

    /// The same for whoever is going to sign. The head that the key signed last is not asked here: a
    /// [`Signer`](crate::proof::Signer) holds it against the journal, and can be told why another history is signed.
    pub fn to_sign(storage: Arc<dyn Storage>) -> Result<Self, LedgerError> {
        Ok(Self { witnesses: Witnesses::but_the_head, ..Self::open(storage)? })
    }

    /// What this view has left out, if it has come to the end of the journal and there was something.
    pub fn unread_end(&self) -> Option<UnreadEnd> {
        self.unread_end.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The state after the last whole block.
    pub fn state(&self) -> Result<Standing, LedgerError> {
        self.state_after(Sequence::new(u64::MAX))
    }

    /// The state after this entry, or after the last one when there are fewer.
    pub fn state_after(&self, last: Sequence) -> Result<Standing, LedgerError> {
        let snapshot = self.snapshots.newest_named(last.number(), |_| true);
        starting_at(snapshot, |snapshot| self.replay_to(snapshot, last))
    }

    /// The figures as of a civil date: of all entries dated up to it, whenever they were recorded.
    pub fn state_on(&self, date: Date) -> Result<Standing, LedgerError> {
        let serves = |state: &State| state.latest_on().is_none_or(|latest| latest <= date);
        starting_at(self.snapshots.newest_named(u64::MAX, serves), |snapshot| {
            let (mut state, start) = beginning(snapshot);
            self.follow(start, |_, entry| {
                if entry.operation.on <= date {
                    add_up(&mut state, entry)?;
                }
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(Standing { state, root: None })
        })
    }

    /// Shows the entries that a filter admits, in the order of the journal, until `visit` breaks. The index is asked where
    /// they are, if it is there, free and of this journal; what it does not know is read.
    pub fn visit(
        &self,
        filter: &Filter,
        mut visit: impl FnMut(&Entry) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        let mut first = filter.from_sequence.map_or(1, Sequence::number).max(1);
        if let Some((listed, reached)) = self.listed(filter) {
            first = first.max(reached + 1);
            for sequence in listed {
                let Some(entry) = self.entry(Sequence::new(sequence))? else {
                    // The index saw it, so something is wrong with the journal; reading on tells what.
                    first = sequence;
                    break;
                };
                if filter.admits(&entry) && visit(&entry).is_break() {
                    return Ok(());
                }
            }
        }
        if filter.to_sequence.is_some_and(|last| last.number() < first) {
            return Ok(());
        }
        self.read_from(first, filter, visit)
    }

    /// The entries that the filter may admit among those that the index knows, and the last of those.
    fn listed(&self, filter: &Filter) -> Option<(Vec<u64>, u64)> {
        if !Lists::may_help(filter) {
            return None;
        }
        for _ in 0..LOOKS {
            let lists = Lists::open(&self.storage, |reached| agrees(&self.storage, reached))?;
            match lists.find(filter) {
                Ok(sequences) => {
                    let sequences = sequences?;
                    for &sequence in &sequences {
                        self.reader.hint(sequence, || {
                            lists.block_near(sequence).map(|mark| (mark.first_sequence, mark.position))
                        });
                    }
                    return Some((sequences, lists.reached()));
                }
                // A writer has merged it into another meanwhile.
                Err(error) if error.is_vanished() => {}
                Err(_) => return None,
            }
        }
        None
    }

    /// Shows the entries from a sequence on that a filter admits.
    fn read_from(
        &self,
        first: u64,
        filter: &Filter,
        mut visit: impl FnMut(&Entry) -> ControlFlow<()>,
    ) -> Result<(), LedgerError> {
        // Where the entry is not found, walking on from the one before tells whether there are just fewer, or damage is in
        // the way.
        let start = match (self.reader.block_of(first)?, self.reader.block_of(first - 1)?) {
            (Some(block), _) => Start::unlinked(block.position, block.first_sequence),
            (None, Some(before)) => Start::linked(before.end(), before.tree_size + 1, before.root),
            (None, None) => Start::genesis(),
        };
        self.follow(start, |_, entry| {
            let behind = filter.to_sequence.is_some_and(|last| entry.sequence > last);
            if behind {
                return Ok(ControlFlow::Break(()));
            }
            let within = entry.sequence.number() >= first;
            Ok(if within && filter.admits(entry) { visit(entry) } else { ControlFlow::Continue(()) })
        })
    }

    /// The entry of this number.
    pub fn entry(&self, sequence: Sequence) -> Result<Option<Entry>, LedgerError> {
        let number = sequence.number();
        if number == 0 {
            return Ok(None);
        }
        let entry = self.reader.with_record(number, |bytes| decode(number, bytes))?.transpose()?;
        if entry.is_none() {
            self.check_missing(number)?;
        }
        Ok(entry)
    }

    /// The entry that an operation with this reference made.
    pub fn entry_of(&self, reference: &Reference) -> Result<Option<Entry>, LedgerError> {
        let filter = Filter { reference: Some(reference.clone()), ..Filter::default() };
        let mut found = None;
        self.visit(&filter, |entry| {
            found = Some(entry.clone());
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    /// The bytes of an entry.
    pub fn record(&self, sequence: Sequence) -> Result<Option<Vec<u8>>, LedgerError> {
        let number = sequence.number();
        if number == 0 {
            return Ok(None);
        }
        let record = self.reader.record(number)?;
        if record.is_none() {
            self.check_missing(number)?;
        }
        Ok(record)
    }

    /// The last whole block. What it says may not be durable yet; see [`make_durable`](Self::make_durable). Damage behind it
    /// that was once durable is refused.
    pub fn last_block(&self) -> Result<Option<Commit>, LedgerError> {
        let last = self.reader.last()?;
        let behind = match &last {
            Some(block) => Start::linked(block.end(), block.tree_size + 1, block.root),
            None => Start::genesis(),
        };
        self.follow_blocks(behind, Verify::Checksums, |_| Ok(ControlFlow::Break(())))?;
        Ok(last)
    }

    /// The block that holds this entry; none when there are fewer.
    pub fn block_of(&self, sequence: Sequence) -> Result<Option<Commit>, LedgerError> {
        let block = self.reader.block_of(sequence.number())?;
        if block.is_none() {
            self.check_missing(sequence.number())?;
        }
        Ok(block)
    }

    /// Where an entry was not found: there are fewer, or damage is in the way, which is refused.
    fn check_missing(&self, sequence: u64) -> Result<(), LedgerError> {
        let Some(last) = self.last_block()?.filter(|last| last.tree_size >= sequence) else {
            return Ok(());
        };
        let mut stands_in = None;
        self.follow_blocks(Start::genesis(), Verify::Checksums, |block| {
            stands_in = (block.commit().tree_size >= sequence).then_some(block.position.segment);
            Ok(if stands_in.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        // It stands where it belongs, so a segment that is named after an entry between has hidden it.
        let hides = |first: &u64| stands_in.is_some_and(|segment| (segment + 1..=sequence).contains(first));
        match crate::journal::segments(&self.storage)?.into_iter().find(hides) {
            Some(first) => {
                let (path, expected) = (segment_path(first), last.tree_size + 1);
                Err(JournalError::MisplacedSegment { path, expected }.into())
            }
            None => Ok(()),
        }
    }

    /// The state after this entry, replayed from the first one: no snapshot is believed. Fewer entries than asked for are
    /// for the caller to notice, by the root.
    pub fn replayed_to(&self, last: Sequence) -> Result<Standing, LedgerError> {
        self.replay_to(None, last)
    }

    /// Makes all up to the end of a block durable. Whoever signs something about it asks for this first: what a power cut
    /// takes away must not have been vouched for. It needs the right to write.
    pub fn make_durable(&self, block: &Commit) -> Result<(), LedgerError> {
        let path = segment_path(block.position.segment);
        self.storage.sync(&path).map_err(JournalError::io("sync", &path))?;
        self.storage.sync_folder(JOURNAL_FOLDER).map_err(JournalError::io("sync", JOURNAL_FOLDER))?;
        Ok(())
    }

    /// The hashes of the tree up to the end of a block, for proofs about it.
    pub fn subtrees(&self, block: Commit) -> Result<Subtrees<'_>, LedgerError> {
        Ok(Subtrees::up_to(&self.reader, block)?)
    }

    /// The tree of the first `size` entries, or of all when there are fewer: every byte up to there is read and verified,
    /// and nothing else believed. `progress` is told how many entries were read.
    pub fn tree_of(&self, size: u64, mut progress: impl FnMut(u64)) -> Result<Frontier, LedgerError> {
        let witnesses = (self.witnesses)(&self.storage)?;
        let mut scan = Scan::new(Arc::clone(&self.storage), Start::genesis(), Verify::Everything)?;
        let mut tree = Frontier::new();
        while tree.size() < size {
            let Some(block) = scan.next_block()? else {
                self.check_end(&mut scan, &witnesses)?;
                break;
            };
            if block.commit().tree_size > size {
                let asked = block.numbered().take_while(|(sequence, _)| *sequence <= size);
                asked.for_each(|(_, record)| tree.push_leaf(leaf_hash(record)));
            } else if let Some(verified) = scan.frontier() {
                tree = verified.clone();
            }
            progress(tree.size());
        }
        Ok(tree)
    }

    fn replay_to(&self, snapshot: Option<&Snapshot>, last: Sequence) -> Result<Standing, LedgerError> {
        let (mut state, start) = beginning(snapshot);
        let mut frontier = snapshot.map(|snapshot| snapshot.frontier.clone()).unwrap_or_default();
        self.follow(start, |record, entry| {
            if entry.sequence > last {
                return Ok(ControlFlow::Break(()));
            }
            replay(&mut state, entry)?;
            frontier.push_leaf(leaf_hash(record));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Standing { state, root: Some(frontier.root()) })
    }

    /// Shows the entries from a start on, until `visit` breaks or the whole blocks end.
    fn follow(
        &self,
        start: Start,
        mut visit: impl FnMut(&[u8], &Entry) -> Result<ControlFlow<()>, LedgerError>,
    ) -> Result<(), LedgerError> {
        self.follow_blocks(start, Verify::Checksums, |block| {
            for (sequence, record) in block.numbered() {
                if visit(record, &decode(sequence, record)?)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        })
    }

    /// Shows the blocks from a start on, until `visit` breaks or the whole blocks end.
    ///
    /// An unfinished end is left out, and [kept](Self::unread_end) for whoever tells of it. Damage that was once durable is
    /// refused.
    pub(crate) fn follow_blocks(
        &self,
        start: Start,
        verify: Verify,
        mut visit: impl FnMut(&ScannedBlock<'_>) -> Result<ControlFlow<()>, LedgerError>,
    ) -> Result<(), LedgerError> {
        // Asked before the scan: a writer may add entries, and snapshots of them, behind the end that the scan sees.
        let witnesses = (self.witnesses)(&self.storage)?;
        let mut scan = Scan::new(Arc::clone(&self.storage), start, verify)?;
        while let Some(block) = scan.next_block()? {
            if visit(&block)?.is_break() {
                return Ok(());
            }
        }
        self.check_end(&mut scan, &witnesses)
    }

    /// Refuses an end that is not the one up to which something was known durable, and keeps what else is left out.
    fn check_end(&self, scan: &mut Scan, witnesses: &Witnesses) -> Result<(), LedgerError> {
        let known_durable = witnesses.durable_beyond(scan.last_sequence())?;
        let unread = match scan.end()? {
            End::Clean(_) if known_durable > scan.last_sequence() => {
                let last_sequence = scan.last_sequence();
                return Err(JournalError::CutOff { last_sequence, known_durable }.into());
            }
            End::Clean(_) => None,
            End::Damaged { position, sequence, reason } => {
                let refused = refusal(&self.storage, position, sequence, &reason, known_durable)?;
                let at_work = self.storage.lock_held().unwrap_or(false);
                // What a writer was writing just now may be whole meanwhile, and vouched for by what it wrote behind it.
                match (scan.end()?, refused) {
                    (End::Clean(_), _) => None,
                    (End::Damaged { .. }, Some(error)) => return Err(error.into()),
                    (End::Damaged { .. }, None) if at_work => None,
                    (End::Damaged { .. }, None) => Some(UnreadEnd {
                        segment: segment_path(position.segment),
                        offset: position.offset,
                        sequence: Sequence::new(sequence),
                    }),
                }
            }
        };
        *self.unread_end.lock().unwrap_or_else(PoisonError::into_inner) = unread;
        Ok(())
    }
}

/// Reads from a snapshot; one that does not fit the journal after all is passed over.
fn starting_at<T>(
    snapshot: Option<Snapshot>,
    read: impl Fn(Option<&Snapshot>) -> Result<T, LedgerError>,
) -> Result<T, LedgerError> {
    if let Some(snapshot) = snapshot
        && let Ok(result) = read(Some(&snapshot))
    {
        return Ok(result);
    }
    read(None)
}

/// The state to start from, and where the journal goes on behind it.
fn beginning(snapshot: Option<&Snapshot>) -> (State, Start) {
    match snapshot {
        Some(snapshot) => (snapshot.state.clone(), snapshot.start()),
        None => (State::default(), Start::genesis()),
    }
}
