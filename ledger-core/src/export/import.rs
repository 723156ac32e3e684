//! Importing a journal from its export in JSON lines: what was done is taken from each line and goes the way of a new operation;
//! what comes of it must be exported as the line stands, byte for byte. The root over all must be the one in the last line.

use std::io::{self, BufRead};
use std::sync::mpsc::sync_channel;
use std::thread;

use super::jsonl::{Read, put_entry, read_line};
use super::lines::{Batch, End, Lines};
use crate::audit::{AuditReport, Sums, Totals};
use crate::entry::{Entry, Posting};
use crate::journal::Root;
use crate::ledger::{Ledger, LedgerError, Made};
use crate::money::{Aigas, Euros};
use crate::rejection::Rejection;
use crate::state::{Shortfall, TakenBack};

/// Batches that wait between the thread that reads and the one that records.
const WAITING: usize = 2;

/// What is said of a line that means the same, but is not what the exporter writes.
pub const NOT_AS_EXPORTED: &str = "it does not stand as it is exported, byte for byte";

/// A journal that was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// How many entries it has.
    pub entries: u64,
    /// The Merkle root over them.
    pub root: Root,
    /// Ä in circulation after them, summed from their postings.
    pub circulation: Aigas,
    /// € of the guarantee fund after them, summed from their postings.
    pub fund: Euros,
    /// Closings and attestations that were taken back.
    pub taken_back: Vec<TakenBack>,
    /// Days on which something would have been below nothing.
    pub shortfalls: Vec<Shortfall>,
}

impl From<Imported> for AuditReport {
    /// What an audit of the export says: a journal that was imported verifies.
    fn from(imported: Imported) -> Self {
        let Imported { entries, root, circulation, fund, taken_back, shortfalls } = imported;
        let (blocks, snapshot, bad_snapshots, failure) = (None, None, Vec::new(), None);
        Self {
            ok: true,
            entries,
            root,
            blocks,
            circulation,
            fund,
            snapshot,
            bad_snapshots,
            shortfalls,
            taken_back,
            failure,
        }
    }
}

/// What is wrong with a line beyond its field, for whoever tells it in another language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LineFact {
    /// The field says all of it.
    #[default]
    None,
    /// The file was cut off here.
    CutOff,
    /// Something follows the last line.
    Behind,
    /// The rules did not allow the operation.
    Rejected(Box<Rejection>),
}

/// Why a journal was not imported. What the ledger has taken by then is to be thrown away.
#[derive(Debug, thiserror::Error)]
pub enum ImportJournalError {
    /// The file is no journal that a ledger has exported, or somebody has changed it.
    #[error("line {line}{}{reason}", at(*.entry, .field))]
    Line {
        /// The number of the line, from 1.
        line: u64,
        /// The entry that stands on it, if one does.
        entry: Option<u64>,
        /// The field in it; empty when it is the whole line.
        field: String,
        /// What is wrong.
        reason: String,
        /// What of it is more than the field tells.
        fact: LineFact,
    },
    /// The file cannot be read.
    #[error("the file could not be read: {0}")]
    Input(#[from] io::Error),
    /// The ledger could not do it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Behind the number of a line: the entry that stands there, and the field.
fn at(entry: Option<u64>, field: &str) -> String {
    let entry = entry.map(|entry| format!(", entry {entry}")).unwrap_or_default();
    let field = if field.is_empty() { String::new() } else { format!(", field `{field}`") };
    format!("{entry}{field}: ")
}

impl ImportJournalError {
    /// A stable code, in `snake_case`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Line { .. } => "invalid_export",
            Self::Input(_) => "file",
            Self::Ledger(error) => error.code(),
        }
    }

    /// The same with what the field does not tell.
    pub(super) fn with(mut self, more: LineFact) -> Self {
        if let Self::Line { fact, .. } = &mut self {
            *fact = more;
        }
        self
    }

    /// Of a line without an entry: the header, the last line, or none at all.
    pub(super) fn line(line: u64, field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Line { line, entry: None, field: field.into(), reason: reason.into(), fact: LineFact::None }
    }

    /// Of the line of an entry: the first stands behind the header.
    pub(super) fn entry(line: u64, field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Line {
            line,
            entry: Some(line - 1),
            field: field.into(),
            reason: reason.into(),
            fact: LineFact::None,
        }
    }
}

/// Imports a journal into a ledger, which must be empty. `progress` is told how many bytes were read.
///
/// # Errors
/// When it fails, the ledger may hold some of the entries.
pub fn import(
    ledger: &mut Ledger,
    input: impl BufRead + Send,
    progress: &mut dyn FnMut(u64),
) -> Result<Imported, ImportJournalError> {
    let lines = Lines::new(input);
    let mut sums = Sums::default();
    let End { line, tail } = thread::scope(|scope| {
        let (send, batches) = sync_channel(WAITING);
        let reader = thread::Builder::new().name("import".to_owned());
        reader.spawn_scoped(scope, move || lines.read_all(&send))?;
        for mut batch in batches {
            if !batch.operations.is_empty() {
                let instants = std::mem::take(&mut batch.instants);
                ledger.import(&batch.operations, instants, |made| agree(&batch, made, &mut sums))?;
            }
            progress(batch.offset);
            if let Some(end) = batch.end {
                return end;
            }
        }
        Err(ImportJournalError::line(1, "", "nobody has read it to its end"))
    })?;
    let (entries, root) = (tail.entries, ledger.root());
    if root != tail.root {
        let reason = format!("{}; the entries before it make {root}", tail.root);
        return Err(ImportJournalError::line(line, "root", reason));
    }
    if let Some(reason) = sums.differ_from(ledger.state()) {
        return Err(ImportJournalError::line(line, "", reason));
    }
    let taken_back = ledger.state().registers().closings().taken_back().to_vec();
    let (Totals { circulation, fund }, shortfalls) = (sums.totals(), ledger.state().shortfalls());
    Ok(Imported { entries, root, circulation, fund, taken_back, shortfalls })
}

/// Every line must be what is exported of what was made of it. The postings are summed beside.
fn agree(batch: &Batch, made: &[Made<'_>], sums: &mut Sums) -> Result<(), ImportJournalError> {
    let mut page = Vec::new();
    for ((number, line), made) in (batch.first_line..).zip(batch.lines()).zip(made) {
        page.clear();
        if let Made::Entry(entry, leaf) = made {
            put_entry(entry, leaf, &mut page)?;
            let summed = sums.add(&entry.postings);
            summed.map_err(|reason| ImportJournalError::entry(number, "postings", reason))?;
        }
        if page != line.as_bytes() {
            let (field, reason) = difference(line, made);
            let fact = match made {
                Made::Rejected(rejection) => LineFact::Rejected(Box::new((*rejection).clone())),
                _ => LineFact::None,
            };
            return Err(ImportJournalError::entry(number, field, reason).with(fact));
        }
    }
    Ok(())
}

/// The field in which a line is not what is exported of what was made of it, and how.
fn difference(line: &str, made: &Made<'_>) -> (String, String) {
    let (given, leaf) = match read_line(line) {
        Ok(Read::Entry(given, leaf)) => (given, leaf),
        Ok(Read::Tail(_)) => return (String::new(), NOT_AS_EXPORTED.to_owned()),
        Err(no) => return (no.field.to_owned(), no.reason),
    };
    let (made, made_leaf) = match made {
        Made::Entry(made, leaf) => (made, leaf),
        Made::Recorded(sequence) => {
            return ("operation".to_owned(), format!("it is recorded already as entry {sequence}"));
        }
        Made::Rejected(rejection) => {
            let reason = format!("it should not have been recorded: {rejection} ({})", rejection.code());
            return ("operation".to_owned(), reason);
        }
    };
    if let Some(difference) = difference_of_entries(&given, made) {
        return difference;
    }
    if leaf != **made_leaf {
        let reason = format!("{}; the record of this line has {}", Root(leaf), Root(**made_leaf));
        return ("leaf".to_owned(), reason);
    }
    (String::new(), NOT_AS_EXPORTED.to_owned())
}

/// The field in which an entry is not what its operation made here, and how.
fn difference_of_entries(given: &Entry, made: &Entry) -> Option<(String, String)> {
    if given.sequence != made.sequence {
        let reason = format!("{} stands where {} belongs", given.sequence, made.sequence);
        return Some(("sequence".to_owned(), reason));
    }
    if given.recorded_at != made.recorded_at {
        let reason =
            format!("{} is not after that of the entry before, or beyond all times", given.recorded_at);
        return Some(("recorded_at".to_owned(), reason));
    }
    if given.choice != made.choice {
        return Some(("choice".to_owned(), "it is not what the ledger gives for this operation".to_owned()));
    }
    let (given, derived) = (given.postings.iter(), made.postings.iter());
    if given.len() != derived.len() {
        let reason = format!("there are {}; the operation makes {}", given.len(), derived.len());
        return Some(("postings".to_owned(), reason));
    }
    let unlike = |(_, (given, derived)): &(usize, (&Posting, &Posting))| given != derived;
    given.zip(derived).enumerate().find(unlike).map(|(place, (given, derived))| {
        (format!("postings[{place}]"), format!("[{given}] is not [{derived}], which the operation makes"))
    })
}
