//! The audit: reads the journal from its first byte, trusts nothing that a writer left beside it, and comes to the same
//! figures or names the first entry that fails.
//!
//! Two paths run side by side. One sums the stored postings and checks backing from those sums, without the accounting
//! and without the state. The other judges every operation again, derives its postings anew and compares.

mod sums;

use std::sync::Arc;

use serde::Serialize;

use self::sums::Sums;
use crate::entry::{Choice, Entry};
use crate::index::{Names, Snapshot, Snapshots};
use crate::journal::{
    End, JournalError, Position, Reader, Root, Scan, Start, Verify, evidence, segment_path,
};
use crate::ledger::{LedgerError, decode};
use crate::money::{Aigas, Euros};
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
    /// The snapshot with which the state was compared.
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
    snapshot: Option<Snapshot>,
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
        Self {
            reader: Reader::new(Arc::clone(storage)),
            snapshot: Snapshots::new(Arc::clone(storage)).newest(|_, _| true),
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
        if entry.recorded_at <= self.recorded_at {
            let reason = format!("recorded at {}, not after {}", entry.recorded_at, self.recorded_at);
            return Ok(Err(Fault::new("timestamp_order", reason)));
        }
        self.recorded_at = entry.recorded_at;
        if let Some(first) = self.namesake(&entry)? {
            let reason = format!("its reference {} is that of entry {first}", entry.operation.reference);
            return Ok(Err(Fault::new("repeated_reference", reason)));
        }
        if let Err(reason) = self.sums.add(&entry.postings) {
            return Ok(Err(Fault::new("backing", reason)));
        }
        let undone = match &entry.choice {
            Choice::Reversal { entry: undone, .. } => self.earlier(*undone, entry.sequence)?,
            _ => None,
        };
        if let Err(fault) = self.rederive(&entry, undone.as_ref()) {
            return Ok(Err(fault));
        }
        self.state.apply(&entry);
        self.names.note(&entry);
        self.entries += 1;
        Ok(self.state.backing().map_err(|imbalance| Fault::new("backing", imbalance.to_string())))
    }

    fn rederive(&self, entry: &Entry, undone: Option<&Entry>) -> Result<(), Fault> {
        let derived = rules::rederive(entry, undone, &self.state).map_err(|rejection| {
            Fault::new(rejection.code(), format!("it should not have been recorded: {rejection}"))
        })?;
        let Some(derived) = derived else {
            return Err(Fault::new("choice", "what was chosen for it is not what the ledger gave"));
        };
        if derived == entry.postings {
            return Ok(());
        }
        let shown = |postings: &crate::entry::Postings| {
            postings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        };
        let reason = format!(
            "its postings are [{}]; its operation makes [{}]",
            shown(&entry.postings),
            shown(&derived)
        );
        Err(Fault::new("postings", reason))
    }

    /// The earlier entry with the same reference, if there is one.
    fn namesake(&self, entry: &Entry) -> Result<Option<Sequence>, LedgerError> {
        for candidate in self.names.candidates(&entry.operation.reference) {
            let earlier = self.earlier(candidate, entry.sequence)?;
            if earlier.is_some_and(|earlier| earlier.operation.reference == entry.operation.reference) {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }

    fn earlier(&self, sequence: Sequence, than: Sequence) -> Result<Option<Entry>, LedgerError> {
        if sequence >= than || sequence.number() == 0 {
            return Ok(None);
        }
        let number = sequence.number();
        self.reader.with_record(number, |bytes| decode(number, bytes))?.transpose()
    }

    /// Compares the state with the newest snapshot when it is reached.
    fn compare_snapshot(&mut self) -> Result<(), Fault> {
        let Some(snapshot) =
            self.snapshot.as_ref().filter(|snapshot| snapshot.sequence().number() == self.entries)
        else {
            return Ok(());
        };
        if snapshot.state != self.state || snapshot.root() != self.root {
            let reason = format!("the snapshot of entry {} holds another state", snapshot.sequence());
            return Err(Fault::new("snapshot", reason));
        }
        self.compared = Some(snapshot.sequence());
        Ok(())
    }

    /// What stands behind the last whole block: nothing, what a writer is writing now, or damage.
    fn examine_end(
        &self,
        storage: &Arc<dyn Storage>,
        scan: &mut Scan,
    ) -> Result<Option<Failure>, LedgerError> {
        let known_durable = self.snapshot.as_ref().map_or(0, |snapshot| snapshot.sequence().number());
        match scan.end()? {
            End::Clean(position) if known_durable > self.entries => {
                let error = JournalError::CutOff { last_sequence: self.entries, known_durable };
                Ok(Some(failure(position, self.entries + 1, Fault::new(error.code(), error.to_string()))))
            }
            End::Clean(_) => Ok(self
                .sums
                .differ_from(&self.state)
                .map(|reason| failure(scan.position(), self.entries, Fault::new("balances", reason)))),
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
