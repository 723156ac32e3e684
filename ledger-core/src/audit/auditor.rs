//! The auditor: what must hold of each entry after those before it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fault::Fault;
use super::sums::Sums;
use super::{AuditReport, Failure, failure};
use crate::ahead::Parcel;
use crate::entry::{Entry, Postings};
use crate::history::Witnesses;
use crate::index::{Index, Snapshots};
use crate::journal::{
    End, Frontier, JournalError, Position, Reader, Root, Scan, StateHash, StateMark, refusal,
};
use crate::ledger::{LedgerError, Past, Resolution, resolve};
use crate::rejection::Rejection;
use crate::rules;
use crate::sequence::{RecordedAt, Sequence};
use crate::state::{Impossible, State};
use crate::storage::Storage;

/// Walks over the entries.
pub struct Auditor {
    reader: Reader,
    shelf: Snapshots,
    /// The entries of the snapshots that are still to be compared.
    uncompared: Vec<u64>,
    witnesses: Witnesses,
    compared: Option<Sequence>,
    /// The hashes of the states that blocks say were taken, for the blocks that name them.
    taken: BTreeMap<u64, StateHash>,
    sums: Sums,
    state: State,
    index: Index,
    recorded_at: RecordedAt,
    entries: u64,
    blocks: u64,
    root: Root,
}

impl Auditor {
    /// An auditor of the journal in this storage, before its first entry.
    pub fn new(storage: &Arc<dyn Storage>) -> Result<Self, LedgerError> {
        let shelf = Snapshots::new(Arc::clone(storage));
        Ok(Self {
            reader: Reader::new(Arc::clone(storage)),
            uncompared: shelf.sequences(),
            witnesses: Witnesses::of(storage)?,
            shelf,
            compared: None,
            taken: BTreeMap::new(),
            sums: Sums::default(),
            state: State::default(),
            index: Index::in_memory(),
            recorded_at: RecordedAt::default(),
            entries: 0,
            blocks: 0,
            root: Frontier::new().root(),
        })
    }

    /// The entries that verify so far.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Examines the entries of some blocks, and says what the first thing is that does not verify. An error is a failure
    /// to read.
    pub fn examine(&mut self, parcel: Parcel) -> Result<Option<Failure>, LedgerError> {
        let Parcel { commits, entries, fault, .. } = parcel;
        let fault = fault.map(|error| Fault::new(error.code(), error.to_string()));
        for commit in &commits {
            self.reader.note_block(commit);
        }
        let mut entries = entries.iter();
        for commit in commits {
            while self.entries < commit.tree_size {
                let Some(entry) = entries.next() else {
                    // The rest of a large block comes in the next parcel.
                    return Ok(fault.map(|fault| failure(commit.position, self.entries + 1, fault)));
                };
                if let Err(fault) = self.examine_entry(entry)? {
                    return Ok(Some(failure(commit.position, entry.sequence.number(), fault)));
                }
            }
            (self.root, self.blocks) = (commit.root, self.blocks + 1);
            if let Err(fault) = self.compare_states(commit.mark) {
                return Ok(Some(failure(commit.position, commit.tree_size, fault)));
            }
        }
        Ok(None)
    }

    /// Examines one entry. The outer error is a failure to read, the inner one what is wrong with the entry.
    fn examine_entry(&mut self, entry: &Entry) -> Result<Result<(), Fault>, LedgerError> {
        if entry.recorded_at <= self.recorded_at {
            let reason = format!("recorded at {}, not after {}", entry.recorded_at, self.recorded_at);
            return Ok(Err(Fault::new("timestamp_order", reason)));
        }
        self.recorded_at = entry.recorded_at;
        if let Err(reason) = self.sums.add(&entry.postings) {
            return Ok(Err(Fault::new("backing", reason)));
        }
        if let Err(fault) = self.judge_again(entry)? {
            return Ok(Err(fault));
        }
        match self.state.replay(entry) {
            Err(Impossible::TooLarge(beyond)) => return Ok(Err(Fault::rejected(&beyond))),
            Err(Impossible::Imbalance(imbalance)) => {
                return Ok(Err(Fault::new("backing", imbalance.to_string())));
            }
            Ok(()) => {}
        }
        self.index.note(entry);
        self.entries += 1;
        Ok(Ok(()))
    }

    /// Takes the operation the way of a new one, and compares what was chosen for it and its postings.
    fn judge_again(&self, entry: &Entry) -> Result<Result<(), Fault>, LedgerError> {
        if let Err(rejection) = rules::shape(&entry.operation) {
            return Ok(Err(Fault::rejected(&rejection)));
        }
        let past = Past { index: &self.index, reader: &self.reader, staged: None, last: self.entries };
        let resolved = match resolve(&entry.operation, &self.state, &past) {
            Ok(Resolution::New(resolved)) => resolved,
            Ok(Resolution::Recorded(first, _))
            | Err(LedgerError::Rejected(Rejection::ReferenceConflict { sequence: first, .. })) => {
                let reason = format!("its reference {} is that of entry {first}", entry.operation.reference);
                return Ok(Err(Fault::new("repeated_reference", reason)));
            }
            Err(LedgerError::Rejected(rejection)) => return Ok(Err(Fault::rejected(&rejection))),
            Err(failure) => return Err(failure),
        };
        let postings = rules::judge(&entry.operation, &resolved, &self.state, entry.recorded_at);
        Ok(match postings {
            Err(rejection) => Err(Fault::rejected(&rejection)),
            Ok(_) if resolved.choice != entry.choice => {
                Err(Fault::new("choice", "what was chosen for it is not what the ledger gave"))
            }
            Ok(postings) if postings != entry.postings => {
                let (stored, made) = (shown(&entry.postings), shown(&postings));
                Err(Fault::new(
                    "postings",
                    format!("its postings are [{stored}]; its operation makes [{made}]"),
                ))
            }
            Ok(_) => Ok(()),
        })
    }

    /// Compares what a block says about states, and the snapshot of its last entry if there is one, with the state after it.
    fn compare_states(&mut self, mark: StateMark) -> Result<(), Fault> {
        // A state in a form of another version of the program cannot be compared.
        if let Some(named) = mark.named.filter(|named| named.form == State::FORM)
            && self.taken.remove(&named.sequence) != Some(named)
        {
            let reason =
                format!("the hash that it names of the state after entry {} is wrong", named.sequence);
            return Err(Fault::new("state_hash", reason));
        }
        let snapshot = self.uncompared.iter().position(|sequence| *sequence == self.entries);
        if !mark.taken && snapshot.is_none() {
            return Ok(());
        }
        let hash = self.state.hash();
        if mark.taken {
            self.taken.insert(self.entries, hash);
        }
        if let Some(place) = snapshot {
            self.uncompared.swap_remove(place);
            self.compare_snapshot(hash)?;
        }
        Ok(())
    }

    /// Compares the snapshot of this entry with the state.
    fn compare_snapshot(&mut self, hash: StateHash) -> Result<(), Fault> {
        // A snapshot that does not read serves nobody, so there is nothing to compare.
        let Ok((stored, root)) = self.shelf.hash_and_root(self.entries) else { return Ok(()) };
        if stored != hash || root != self.root {
            let reason = format!("the snapshot of entry {} holds another state", self.entries);
            return Err(Fault::new("snapshot", reason));
        }
        self.compared = Some(Sequence::new(self.entries));
        Ok(())
    }

    /// A snapshot that reads, of an entry that is there, and with which no state could be compared.
    fn never_compared(&self) -> Option<u64> {
        let mut passed =
            self.uncompared.iter().copied().filter(|sequence| (1..=self.entries).contains(sequence));
        passed.find(|sequence| self.shelf.hash_and_root(*sequence).is_ok())
    }

    /// What stands behind the last whole block: nothing, what a writer is writing now, or damage.
    pub fn examine_end(
        &self,
        storage: &Arc<dyn Storage>,
        scan: &mut Scan,
    ) -> Result<Option<Failure>, LedgerError> {
        let known_durable = self.witnesses.durable_beyond(self.entries)?;
        match scan.end()? {
            End::Clean(position) if known_durable > self.entries => {
                let error = JournalError::CutOff { last_sequence: self.entries, known_durable };
                Ok(Some(failure(position, self.entries + 1, Fault::new(error.code(), error.to_string()))))
            }
            End::Clean(position) => Ok(self.examine_all(position)),
            End::Damaged { position, sequence, reason } => {
                let refused = refusal(storage, position, sequence, &reason, known_durable)?;
                let being_written = storage.lock_held().unwrap_or(false);
                // What a writer was writing just now may be whole meanwhile, and vouched for by what it wrote behind it.
                if let End::Clean(_) = scan.end()? {
                    return Ok(self.examine_all(position));
                }
                let fault = match refused {
                    Some(JournalError::Damaged { evidence, .. }) => {
                        Fault::new("damaged", format!("{reason}; {evidence}"))
                    }
                    Some(error) => Fault::new(error.code(), error.to_string()),
                    None if being_written => return Ok(self.examine_all(position)),
                    None => Fault::new(
                        "unfinished_end",
                        format!("{reason}; nothing shows that it was ever durable"),
                    ),
                };
                Ok(Some(failure(position, sequence, fault)))
            }
        }
    }

    /// What only shows once all entries are read, up to here: snapshots of none of the commits, balances of the two paths that
    /// differ.
    fn examine_all(&self, position: Position) -> Option<Failure> {
        let misplaced = self.never_compared().map(|sequence| {
            let reason = format!("the snapshot of entry {sequence} stands where no commit ends");
            failure(position, sequence, Fault::new("snapshot", reason))
        });
        let differing = || self.sums.differ_from(&self.state);
        misplaced.or_else(|| {
            differing().map(|reason| failure(position, self.entries, Fault::new("balances", reason)))
        })
    }

    /// What was found, and all that verifies before it.
    pub fn report(&self, failure: Option<Failure>) -> AuditReport {
        AuditReport {
            ok: failure.is_none(),
            entries: self.entries,
            root: self.root,
            blocks: Some(self.blocks),
            circulation: self.sums.circulation(),
            fund: self.sums.fund(),
            snapshot: self.compared,
            taken_back: self.state.registers().closings().taken_back().to_vec(),
            shortfalls: self.state.shortfalls(),
            failure,
        }
    }
}

/// The first few postings, for a message.
fn shown(postings: &Postings) -> String {
    const SHOWN_MAX: usize = 6;
    let first: Vec<String> = postings.iter().take(SHOWN_MAX).map(ToString::to_string).collect();
    let more = postings.iter().len().saturating_sub(SHOWN_MAX);
    if more == 0 { first.join("; ") } else { format!("{}; and {more} more", first.join("; ")) }
}
