//! The audit: reads the journal from its first byte, trusts nothing that a writer left beside it, and comes to the same
//! figures or names the first entry that fails.
//!
//! Two paths run side by side. One sums the stored postings and checks backing from those sums, without the accounting
//! and without the state. The other takes every operation the way of a new one, over a state and an index of its own: it
//! resolves and judges it again, derives its postings anew and compares what was chosen and what was posted.

mod sums;

use std::sync::Arc;

use serde::Serialize;

use self::sums::Sums;
use crate::entry::{Entry, Postings};
use crate::index::{Names, Snapshots};
use crate::journal::{
    End, JournalError, Position, Reader, Root, Scan, Start, Verify, evidence, segment_path,
};
use crate::ledger::{LedgerError, Past, Resolution, decode, resolve};
use crate::money::{Aigas, Euros};
use crate::rejection::Rejection;
use crate::rules;
use crate::sequence::{RecordedAt, Sequence};
use crate::state::State;
use crate::storage::Storage;

/// What an audit found.
#[derive(Clone, Debug, Serialize)]
pub struct AuditReport {
    /// Whether everything verifies.
    pub ok: bool,
    /// The entries that verify, from the first on.
    pub entries: u64,
    /// The Merkle root over them.
    pub root: Root,
    /// The blocks that hold them.
    pub blocks: u64,
    /// Ä in circulation after them.
    pub circulation: Aigas,
    /// € of the guarantee fund after them.
    pub fund: Euros,
    /// The last snapshot with which the state was compared; every one that reads is.
    pub snapshot: Option<Sequence>,
    /// The first thing that does not verify.
    pub failure: Option<Failure>,
}

/// The first thing that does not verify.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The segment's file.
    pub segment: String,
    /// Where in it the block begins, in bytes.
    pub offset: u64,
    /// The entry.
    pub sequence: Sequence,
    /// A stable code.
    pub code: &'static str,
    /// What is wrong.
    pub reason: String,
}

/// How far an audit has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Entries read.
    pub entries: u64,
    /// Where the journal has been read to.
    pub position: Position,
}

/// What is wrong with an entry: a code and a sentence.
struct Fault {
    code: &'static str,
    reason: String,
}

impl Fault {
    fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }

    fn rejected(rejection: &Rejection) -> Self {
        Self::new(rejection.code(), format!("it should not have been recorded: {rejection}"))
    }
}

/// The first few postings, for a message.
fn shown(postings: &Postings) -> String {
    const SHOWN_MAX: usize = 6;
    let first: Vec<String> = postings.iter().take(SHOWN_MAX).map(ToString::to_string).collect();
    let more = postings.iter().len().saturating_sub(SHOWN_MAX);
    if more == 0 { first.join("; ") } else { format!("{}; and {more} more", first.join("; ")) }
}

/// Audits the journal in this storage. Only a failure to read is an error; what does not verify is in the report.
pub fn audit(
    storage: &Arc<dyn Storage>,
    mut progress: impl FnMut(Progress),
) -> Result<AuditReport, LedgerError> {
    let mut scan = Scan::new(Arc::clone(storage), Start::genesis(), Verify::Everything)?;
    let mut auditor = Auditor::new(storage);
    loop {
        let (position, next) = (scan.position(), scan.last_sequence() + 1);
        let block = match scan.next_block() {
            Ok(Some(block)) => block,
            Ok(None) => break,
            Err(error @ JournalError::Io { .. }) => return Err(error.into()),
            Err(error) => {
                let fault = Fault::new(error.code(), error.to_string());
                return Ok(auditor.report(Some(failure(position, next, fault))));
            }
        };
        let commit = block.commit();
        auditor.reader.note_block(&commit);
        for (sequence, record) in block.numbered() {
            if let Err(fault) = auditor.examine(sequence, record)? {
                return Ok(auditor.report(Some(failure(commit.position, sequence, fault))));
            }
        }
        (auditor.root, auditor.blocks) = (commit.root, auditor.blocks + 1);
        if let Err(fault) = auditor.compare_snapshot() {
            return Ok(auditor.report(Some(failure(commit.position, commit.tree_size, fault))));
        }
        progress(Progress { entries: commit.tree_size, position: commit.end() });
    }
    let found = auditor.examine_end(storage, &mut scan)?;
    Ok(auditor.report(found))
}

fn failure(position: Position, sequence: u64, fault: Fault) -> Failure {
    Failure {
        segment: segment_path(position.segment),
        offset: position.offset,
        sequence: Sequence::new(sequence),
        code: fault.code,
        reason: fault.reason,
    }
}

struct Auditor {
    reader: Reader,
    shelf: Snapshots,
    /// The entries of the snapshots that are still to be compared.
    uncompared: Vec<u64>,
    known_durable: u64,
    compared: Option<Sequence>,
    sums: Sums,
    state: State,
    names: Names,
    recorded_at: RecordedAt,
    entries: u64,
    blocks: u64,
    root: Root,
}

impl Auditor {
    fn new(storage: &Arc<dyn Storage>) -> Self {
        let shelf = Snapshots::new(Arc::clone(storage));
        Self {
            reader: Reader::new(Arc::clone(storage)),
            uncompared: shelf.sequences(),
            known_durable: shelf.newest_sequence(),
            shelf,
            compared: None,
            sums: Sums::default(),
            state: State::default(),
            names: Names::default(),
            recorded_at: RecordedAt::default(),
            entries: 0,
            blocks: 0,
            root: crate::journal::Frontier::new().root(),
        }
    }

    /// Examines one record. The outer error is a failure to read, the inner one what is wrong with the entry.
    fn examine(&mut self, sequence: u64, record: &[u8]) -> Result<Result<(), Fault>, LedgerError> {
        let entry = match decode(sequence, record) {
            Ok(entry) => entry,
            Err(error) => return Ok(Err(Fault::new(error.code(), error.to_string()))),
        };
        if crate::record::encode(&entry).as_deref() != Ok(record) {
            return Ok(Err(Fault::new(
                "not_canonical",
                "its bytes are not those that an entry like it is written as",
            )));
        }
        if entry.recorded_at <= self.recorded_at {
            let reason = format!("recorded at {}, not after {}", entry.recorded_at, self.recorded_at);
            return Ok(Err(Fault::new("timestamp_order", reason)));
        }
        self.recorded_at = entry.recorded_at;
        if let Err(reason) = self.sums.add(&entry.postings) {
            return Ok(Err(Fault::new("backing", reason)));
        }
        if let Err(fault) = self.judge_again(&entry)? {
            return Ok(Err(fault));
        }
        if let Err(impossible) = self.state.replay(&entry) {
            return Ok(Err(Fault::new("backing", impossible.to_string())));
        }
        self.names.note(&entry);
        self.entries += 1;
        Ok(Ok(()))
    }

    /// Takes the operation the way of a new one, and compares what was chosen for it and its postings.
    fn judge_again(&self, entry: &Entry) -> Result<Result<(), Fault>, LedgerError> {
        if let Err(rejection) = rules::shape(&entry.operation) {
            return Ok(Err(Fault::rejected(&rejection)));
        }
        let past = Past { names: &self.names, reader: &self.reader, staged: None, last: self.entries };
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
        let postings = rules::judge(&entry.operation, &resolved, &self.state);
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

    /// Compares the state with the snapshot of this entry, if there is one.
    fn compare_snapshot(&mut self) -> Result<(), Fault> {
        let Some(place) = self.uncompared.iter().position(|sequence| *sequence == self.entries) else {
            return Ok(());
        };
        self.uncompared.swap_remove(place);
        // A snapshot that does not read serves nobody, so there is nothing to compare.
        let Ok(snapshot) = self.shelf.read(self.entries) else { return Ok(()) };
        if snapshot.state != self.state || snapshot.root() != self.root {
            let reason = format!("the snapshot of entry {} holds another state", snapshot.sequence());
            return Err(Fault::new("snapshot", reason));
        }
        self.compared = Some(snapshot.sequence());
        Ok(())
    }

    /// A snapshot that reads, of an entry that is there, and with which no state could be compared.
    fn never_compared(&self) -> Option<u64> {
        let mut passed =
            self.uncompared.iter().copied().filter(|sequence| (1..=self.entries).contains(sequence));
        passed.find(|sequence| self.shelf.read(*sequence).is_ok())
    }

    /// What stands behind the last whole block: nothing, what a writer is writing now, or damage.
    fn examine_end(
        &self,
        storage: &Arc<dyn Storage>,
        scan: &mut Scan,
    ) -> Result<Option<Failure>, LedgerError> {
        let known_durable = self.known_durable;
        match scan.end()? {
            End::Clean(position) if known_durable > self.entries => {
                let error = JournalError::CutOff { last_sequence: self.entries, known_durable };
                Ok(Some(failure(position, self.entries + 1, Fault::new(error.code(), error.to_string()))))
            }
            End::Clean(position) => {
                let misplaced = self.never_compared().map(|sequence| {
                    let reason = format!("the snapshot of entry {sequence} stands where no commit ends");
                    failure(position, sequence, Fault::new("snapshot", reason))
                });
                let differing = || self.sums.differ_from(&self.state);
                Ok(misplaced.or_else(|| {
                    differing().map(|reason| failure(position, self.entries, Fault::new("balances", reason)))
                }))
            }
            End::Damaged { position, sequence, reason } => {
                let evidence = evidence(storage, position, sequence, &reason, known_durable)?;
                let being_written = storage.lock_held().unwrap_or(false);
                let fault = match evidence {
                    Some(evidence) => Fault::new("damaged", format!("{reason}; {evidence}")),
                    None if being_written => return Ok(None),
                    None => Fault::new(
                        "unfinished_end",
                        format!("{reason}; nothing shows that it was ever durable"),
                    ),
                };
                Ok(Some(failure(position, sequence, fault)))
            }
        }
    }

    fn report(&self, failure: Option<Failure>) -> AuditReport {
        AuditReport {
            ok: failure.is_none(),
            entries: self.entries,
            root: self.root,
            blocks: self.blocks,
            circulation: self.sums.circulation(),
            fund: self.sums.fund(),
            snapshot: self.compared,
            failure,
        }
    }
}
