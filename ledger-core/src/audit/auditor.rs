//! The auditor: what must hold of each entry after those before it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fault::{Fact, Fault};
use super::sums::{Running, Sums, Totals};
use super::{AuditReport, Failure, failure};
use crate::ahead::Parcel;
use crate::entry::{Entry, Postings};
use crate::history::Witnesses;
use crate::index::{BadSnapshot, Index, SnapshotError, Snapshots};
use crate::journal::{Commit, End, Frontier, JournalError, Position, Reader, Root, Scan, StateHash, refusal};
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
    bad_snapshots: Vec<BadSnapshot>,
    /// The hashes of the states that blocks say were taken, for the blocks that name them.
    taken: BTreeMap<u64, StateHash>,
    /// What the sums come to after the entries that verify.
    totals: Totals,
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
            bad_snapshots: Vec::new(),
            taken: BTreeMap::new(),
            totals: Totals::default(),
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

    /// Examines the entries of some blocks, of which the postings are summed already, and says what the first thing is that
    /// does not verify. An error is a failure to read.
    pub fn examine(&mut self, parcel: Parcel, sums: Running) -> Result<Option<Failure>, LedgerError> {
        let Parcel { commits, entries, fault, .. } = parcel;
        let fault = fault.map(|error| match error {
            LedgerError::Journal(error) => error.into(),
            error => Fault::new(error.code(), error.to_string()),
        });
        for commit in &commits {
            self.reader.note_block(commit);
        }
        let mut entries = entries.iter();
        let mut totals = sums.totals.into_iter();
        let unbacked = sums.wrong.unwrap_or_default();
        for commit in commits {
            while self.entries < commit.tree_size {
                let Some(entry) = entries.next() else {
                    // The rest of a large block comes in the next parcel.
                    return Ok(fault.map(|fault| failure(commit.position, self.entries + 1, fault)));
                };
                if let Err(fault) = self.examine_entry(entry, totals.next().ok_or(&unbacked))? {
                    return Ok(Some(failure(commit.position, entry.sequence.number(), fault)));
                }
            }
            (self.root, self.blocks) = (commit.root, self.blocks + 1);
            if let Err(fault) = self.compare_states(&commit) {
                return Ok(Some(failure(commit.position, commit.tree_size, fault)));
            }
        }
        Ok(None)
    }

    /// Examines one entry. The outer error is a failure to read, the inner one what is wrong with the entry.
    fn examine_entry(
        &mut self,
        entry: &Entry,
        totals: Result<Totals, &String>,
    ) -> Result<Result<(), Fault>, LedgerError> {
        if entry.recorded_at <= self.recorded_at {
            let reason = format!("recorded at {}, not after {}", entry.recorded_at, self.recorded_at);
            let fact = Fact::Instants { recorded_at: entry.recorded_at, before: self.recorded_at };
            return Ok(Err(Fault::new("timestamp_order", reason).with(fact)));
        }
        self.recorded_at = entry.recorded_at;
        let totals = match totals {
            Ok(totals) => totals,
            Err(unbacked) => return Ok(Err(Fault::new("backing", unbacked))),
        };
        if let Err(fault) = self.judge_again(entry)? {
            return Ok(Err(fault));
        }
        match self.state.replay(entry) {
            Err(Impossible::TooLarge(beyond)) => return Ok(Err(Fault::rejected(&beyond))),
            Err(Impossible::Imbalance(imbalance)) => {
                let fault = Fault::new("backing", imbalance.to_string());
                return Ok(Err(fault.with(Fact::Imbalance(imbalance))));
            }
            Ok(()) => {}
        }
        self.index.note(entry);
        self.entries += 1;
        self.totals = totals;
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
                let fact = Fact::Reference { name: entry.operation.reference.clone(), first };
                return Ok(Err(Fault::new("repeated_reference", reason).with(fact)));
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
                )
                .with(Fact::Postings { stored, made }))
            }
            Ok(_) => Ok(()),
        })
    }

    /// Compares what a block says about states, and the snapshot of its last entry if there is one, with the state after it.
    fn compare_states(&mut self, commit: &Commit) -> Result<(), Fault> {
        let mark = commit.mark;
        // A state in a form of another version of the program cannot be compared.
        if let Some(named) = mark.named.filter(|named| named.form == State::FORM)
            && self.taken.remove(&named.sequence) != Some(named)
        {
            let reason =
                format!("the hash that it names of the state after entry {} is wrong", named.sequence);
            return Err(Fault::new("state_hash", reason).with(Fact::State(Sequence::new(named.sequence))));
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
            self.compare_snapshot(commit, hash);
        }
        Ok(())
    }

    /// Compares the snapshot of this entry with the block that ends with it, and with the state. One that differs is told, and
    /// no failure of the entries: nobody has to believe it.
    fn compare_snapshot(&mut self, commit: &Commit, hash: StateHash) {
        match self.shelf.outline(self.entries) {
            Ok(outline) => {
                let found =
                    outline.fits(Some((commit.root, commit.end()))).and_then(|()| outline.holds(hash));
                match found {
                    Ok(()) => self.compared = Some(Sequence::new(self.entries)),
                    Err(bad) => self.bad_snapshots.push(bad),
                }
            }
            Err(error) => self.note_unreadable(error),
        }
    }

    /// What the disk does not give may be whole.
    fn note_unreadable(&mut self, error: SnapshotError) {
        if let SnapshotError::Invalid { path, reason } = error {
            self.bad_snapshots.push(BadSnapshot::unreadable(path, &reason));
        }
    }

    /// The snapshots with which no state could be compared: they do not read, or no block ends with their last entry.
    fn examine_snapshots_left(&mut self) {
        for sequence in std::mem::take(&mut self.uncompared) {
            match self.shelf.read(sequence).map(|snapshot| snapshot.outline()) {
                Ok(outline) if sequence <= self.entries => {
                    self.bad_snapshots.extend(outline.fits(None).err());
                }
                // It has seen more than the journal holds.
                Ok(_) => {}
                Err(error) => self.note_unreadable(error),
            }
        }
    }

    /// What stands behind the last whole block: nothing, what a writer is writing now, or damage.
    pub fn examine_end(
        &mut self,
        storage: &Arc<dyn Storage>,
        scan: &mut Scan,
        sums: &Sums,
    ) -> Result<Option<Failure>, LedgerError> {
        let known_durable = self.witnesses.durable_beyond(self.entries)?;
        match scan.end()? {
            End::Clean(position) if known_durable > self.entries => {
                let error = JournalError::CutOff { last_sequence: self.entries, known_durable };
                Ok(Some(failure(position, self.entries + 1, error.into())))
            }
            End::Clean(position) => Ok(self.examine_all(position, sums)),
            End::Damaged { position, sequence, reason } => {
                let refused = refusal(storage, position, sequence, &reason, known_durable)?;
                let being_written = storage.lock_held().unwrap_or(false);
                // What a writer was writing just now may be whole meanwhile, and vouched for by what it wrote behind it.
                if let End::Clean(_) = scan.end()? {
                    return Ok(self.examine_all(position, sums));
                }
                let fault = match refused {
                    Some(JournalError::Damaged { evidence, .. }) => {
                        let told = format!("{reason}; {evidence}");
                        Fault::new("damaged", told).with(Fact::Damage(reason, Some(evidence)))
                    }
                    Some(error) => error.into(),
                    None if being_written => return Ok(self.examine_all(position, sums)),
                    None => Fault::new(
                        "unfinished_end",
                        format!("{reason}; nothing shows that it was ever durable"),
                    )
                    .with(Fact::Damage(reason, None)),
                };
                Ok(Some(failure(position, sequence, fault)))
            }
        }
    }

    /// What only shows once all entries are read, up to here: snapshots of none of the commits, balances of the two paths that
    /// differ.
    fn examine_all(&mut self, position: Position, sums: &Sums) -> Option<Failure> {
        self.examine_snapshots_left();
        let differing = sums.differ_from(&self.state);
        differing.map(|reason| failure(position, self.entries, Fault::new("balances", reason)))
    }

    /// What was found, and all that verifies before it.
    pub fn report(&self, failure: Option<Failure>) -> AuditReport {
        AuditReport {
            ok: failure.is_none(),
            entries: self.entries,
            root: self.root,
            blocks: Some(self.blocks),
            circulation: self.totals.circulation,
            fund: self.totals.fund,
            snapshot: self.compared,
            bad_snapshots: self.bad_snapshots.clone(),
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
