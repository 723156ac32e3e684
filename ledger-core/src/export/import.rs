//! Importing a journal from its export in JSON lines: every entry is taken the way of a new one, compared with what comes of
//! it, and recorded to the same bytes. The root over all must be the one in the last line.

use std::io::{self, BufRead, Read as _};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use super::form::founding;
use super::jsonl::{InvalidLine, Read, Tail, put, put_entry, read_header, read_line};
use crate::entry::Entry;
use crate::journal::{Hash, Root, leaf_hashes};
use crate::ledger::{ImportError, Ledger, LedgerError};
use crate::operation::Found;
use crate::record;
use crate::text::Text;

/// Entries that go together in one block.
const BATCH: usize = 8192;
/// Batches that wait between the thread that reads and the one that records.
const WAITING: usize = 2;
/// The longest line, in bytes: several times the longest record.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// What is said of a line that means the same, but is not what the exporter writes.
const NOT_AS_EXPORTED: &str = "it does not stand as it is exported, byte for byte";

/// A journal that was imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// How many entries it has.
    pub entries: u64,
    /// The Merkle root over them.
    pub root: Root,
}

/// Why a journal was not imported. What the ledger has taken by then is to be thrown away.
#[derive(Debug, thiserror::Error)]
pub enum ImportJournalError {
    /// The file is no journal that a ledger has exported, or somebody has changed it.
    #[error("line {line}{}{reason}", at(*.line, .field))]
    Line {
        /// The number of the line, from 1.
        line: u64,
        /// The field in it; empty when it is the whole line.
        field: String,
        /// What is wrong.
        reason: String,
    },
    /// The file cannot be read.
    #[error("the file could not be read: {0}")]
    Input(#[from] io::Error),
    /// The ledger could not do it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// The entry that stands on a line of which this field is wrong.
fn entry_on(line: u64, field: &str) -> Option<u64> {
    let of_the_last_line = matches!(field, "entries" | "tree_size" | "root");
    line.checked_sub(1).filter(|entry| *entry > 0 && !of_the_last_line)
}

/// Behind the number of a line: the entry that stands there, and the field.
fn at(line: u64, field: &str) -> String {
    let entry = entry_on(line, field);
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

    /// The entry that stands on the line, if one does.
    pub fn entry(&self) -> Option<u64> {
        match self {
            Self::Line { line, field, .. } => entry_on(*line, field),
            _ => None,
        }
    }

    fn line(line: u64, field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Line { line, field: field.into(), reason: reason.into() }
    }
}

/// Some lines, and how the file goes on behind them.
#[derive(Debug, Default)]
struct Batch {
    entries: Vec<Entry>,
    /// The number of the line of each entry.
    lines: Vec<u64>,
    /// What each line says of the entry's leaf.
    leaves: Vec<Hash>,
    /// The record of each entry.
    records: Vec<Vec<u8>>,
    /// The place of the first entry whose line stands otherwise than it is exported.
    unlike: Option<usize>,
    /// Bytes read so far.
    offset: u64,
    /// What stands behind the entries, when they are the last.
    end: Option<Result<End, ImportJournalError>>,
}

impl Batch {
    /// Holds the records against the leaves of their lines, many at a time, and the lines against what is exported. Behind
    /// the first that differs, the batch ends.
    fn check_lines(&mut self) {
        let mut made = Vec::with_capacity(self.records.len());
        leaf_hashes(self.records.iter().map(Vec::as_slice), &mut made);
        let mut pairs = self.leaves.iter().zip(&made).enumerate();
        let other = pairs.find(|(_, (said, made))| said != made);
        let (place, error) = match (other, self.unlike) {
            (Some((place, (said, made))), unlike) if unlike.is_none_or(|unlike| place <= unlike) => {
                let reason = format!("{}; the record of this line has {}", Root(*said), Root(*made));
                (place, ImportJournalError::line(self.lines[place], "leaf", reason))
            }
            (_, Some(place)) => (place, ImportJournalError::line(self.lines[place], "", NOT_AS_EXPORTED)),
            (_, None) => return,
        };
        self.end = Some(Err(error));
        // The entry itself goes before this error: its own fields tell more, if one of them is not right.
        self.entries.truncate(place + 1);
    }
}

/// The last line.
#[derive(Clone, Copy, Debug)]
struct End {
    line: u64,
    tail: Tail,
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
    let lines = Lines { input, number: 0, offset: 0, buffer: Vec::new(), founding: [None, None] };
    let End { line, tail } = thread::scope(|scope| {
        let (send, batches) = sync_channel(WAITING);
        scope.spawn(move || read_all(lines, &send));
        for Batch { entries, lines, offset, end, .. } in batches {
            record_again(ledger, &entries, &lines)?;
            progress(offset);
            if let Some(end) = end {
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
    Ok(Imported { entries, root })
}

fn record_again(ledger: &mut Ledger, entries: &[Entry], lines: &[u64]) -> Result<(), ImportJournalError> {
    if entries.is_empty() {
        return Ok(());
    }
    match ledger.import(entries) {
        Ok(_) => Ok(()),
        Err(ImportError::Unlike { index, field, reason }) => {
            Err(ImportJournalError::line(lines.get(index).copied().unwrap_or_default(), field, reason))
        }
        Err(ImportError::Ledger(error)) => Err(error.into()),
    }
}

/// Reads the whole file, and hands over batches until nobody takes them any more or the last says how it ended.
fn read_all(mut lines: Lines<impl BufRead>, send: &SyncSender<Batch>) {
    let mut batch = Batch::default();
    let end = loop {
        match lines.next_into(&mut batch) {
            Ok(None) if batch.entries.len() >= BATCH => {
                batch.offset = lines.offset;
                batch.check_lines();
                let is_last = batch.end.is_some();
                if send.send(std::mem::take(&mut batch)).is_err() || is_last {
                    return;
                }
            }
            Ok(None) => {}
            Ok(Some(end)) => break Ok(end),
            Err(error) => break Err(error),
        }
    };
    (batch.offset, batch.end) = (lines.offset, Some(end));
    batch.check_lines();
    // Whoever does not take it any more has met an error before it.
    let _ = send.send(batch);
}

/// A file, line by line.
struct Lines<R> {
    input: R,
    /// Lines and bytes read so far.
    number: u64,
    offset: u64,
    buffer: Vec<u8>,
    /// What the header says of the association and its currency.
    founding: [Option<Text>; 2],
}

impl<R: BufRead> Lines<R> {
    /// Reads a line: the header, an entry into the batch, or the end.
    fn next_into(&mut self, batch: &mut Batch) -> Result<Option<End>, ImportJournalError> {
        let invalid = |number, no: InvalidLine| ImportJournalError::line(number, no.field, no.reason);
        let Some(line) = self.read_line()? else {
            let line = self.number;
            return Err(ImportJournalError::line(
                line,
                "",
                "the file ends here, without its last line: it was cut off",
            ));
        };
        let number = self.number;
        if number == 1 {
            let header = read_header(&line).map_err(|no| invalid(1, no))?;
            if header.partial {
                return Err(ImportJournalError::line(1, "partial", "only a whole journal makes a ledger"));
            }
            self.expect(|page| put(&header, page))?;
            self.founding = [header.association, header.currency];
            return Ok(None);
        }
        match read_line(&line).map_err(|no| invalid(number, no))? {
            Read::Entry(entry, leaf) => {
                if number == 2 {
                    self.check_header(founding(&entry))?;
                }
                let mut page = Vec::with_capacity(self.buffer.len());
                put_entry(&entry, &leaf, &mut page)?;
                if page != self.buffer {
                    batch.unlike.get_or_insert(batch.entries.len());
                }
                let record = record::encode(&entry);
                let record = record.map_err(|no| ImportJournalError::line(number, "", no.to_string()))?;
                batch.entries.push(*entry);
                batch.lines.push(number);
                batch.leaves.push(leaf);
                batch.records.push(record);
                Ok(None)
            }
            Read::Tail(tail) => self.end(tail).map(Some),
        }
    }

    /// The line that was read last must be this one.
    fn expect(&self, write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Result<(), ImportJournalError> {
        let mut page = Vec::new();
        write(&mut page)?;
        if page == self.buffer {
            Ok(())
        } else {
            Err(ImportJournalError::line(self.number, "", NOT_AS_EXPORTED))
        }
    }

    /// What the header says must be what the first entry says.
    fn check_header(&self, found: Option<&Found>) -> Result<(), ImportJournalError> {
        let founded = [found.map(|found| &found.association), found.map(|found| &found.code)];
        for ((field, said), founded) in
            ["association", "currency"].into_iter().zip(&self.founding).zip(founded)
        {
            if said.as_ref() != founded {
                let shown = |text: Option<&Text>| text.map_or("nobody", Text::as_str).to_owned();
                let reason = format!("{:?}; the founding says {:?}", shown(said.as_ref()), shown(founded));
                return Err(ImportJournalError::line(1, field, reason));
            }
        }
        Ok(())
    }

    /// What the last line says must be what was read, and nothing may follow it.
    fn end(&mut self, tail: Tail) -> Result<End, ImportJournalError> {
        let (line, read) = (self.number, self.number - 2);
        if read == 0 {
            self.check_header(None)?;
        }
        self.expect(|page| put(&tail, page))?;
        for (field, said) in [("entries", tail.entries), ("tree_size", tail.tree_size)] {
            if said != read {
                let reason = format!("{said}; {read} entries stand before it");
                return Err(ImportJournalError::line(line, field, reason));
            }
        }
        match self.read_line()? {
            None => Ok(End { line, tail }),
            Some(_) => Err(ImportJournalError::line(self.number, "", "nothing goes behind the last line")),
        }
    }

    fn read_line(&mut self) -> Result<Option<String>, ImportJournalError> {
        self.buffer.clear();
        let read = self.input.by_ref().take(LINE_BYTES_MAX + 1).read_until(b'\n', &mut self.buffer)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.offset += read as u64;
        if read as u64 > LINE_BYTES_MAX {
            let reason = format!("it has more than {LINE_BYTES_MAX} bytes");
            return Err(ImportJournalError::line(self.number, "", reason));
        }
        match std::str::from_utf8(&self.buffer) {
            Ok(line) => Ok(Some(line.to_owned())),
            Err(error) => {
                let reason = format!("byte {} is not UTF-8", error.valid_up_to() + 1);
                Err(ImportJournalError::line(self.number, "", reason))
            }
        }
    }
}
