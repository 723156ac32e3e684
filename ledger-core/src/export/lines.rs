//! The lines of an exported journal, read in batches: what was done in each entry, and the bytes in which the line says what
//! came of it.

use std::io::{self, BufRead, Read as _};
use std::ops::Range;
use std::sync::mpsc::SyncSender;

use super::import::{ImportJournalError, LineFact, NOT_AS_EXPORTED};
use super::jsonl::{InvalidLine, Read, Tail, done_on, is_entry, put, read_header, read_line};
use crate::ledger::{FILE_BATCH, FILE_BATCH_BYTES};
use crate::operation::{Act, Found, Operation};
use crate::sequence::RecordedAt;
use crate::text::Text;

/// The longest line, in bytes: several times the longest record.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// Some lines with entries, and how the file goes on behind them.
#[derive(Debug, Default)]
pub struct Batch {
    /// What was done, in the order of the lines.
    pub operations: Vec<Operation>,
    /// When each was recorded.
    pub instants: Vec<RecordedAt>,
    /// The number of the first line.
    pub first_line: u64,
    /// The lines, each with its end.
    bytes: String,
    places: Vec<Range<usize>>,
    /// Bytes of the file read so far.
    pub offset: u64,
    /// What stands behind the entries, when they are the last.
    pub end: Option<Result<End, ImportJournalError>>,
}

impl Batch {
    /// The lines, in order.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = &str> {
        self.places.iter().map(|place| &self.bytes[place.clone()])
    }

    fn is_full(&self) -> bool {
        self.operations.len() >= FILE_BATCH || self.bytes.len() as u64 >= FILE_BATCH_BYTES
    }

    fn push(&mut self, number: u64, line: &str, operation: Operation, instant: RecordedAt) {
        if self.operations.is_empty() {
            self.first_line = number;
        }
        self.operations.push(operation);
        self.instants.push(instant);
        self.places.push(self.bytes.len()..self.bytes.len() + line.len());
        self.bytes.push_str(line);
    }
}

/// The last line.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// Its number.
    pub line: u64,
    /// What it says.
    pub tail: Tail,
}

/// A file, line by line.
pub struct Lines<R> {
    input: R,
    /// Lines and bytes read so far.
    number: u64,
    offset: u64,
    buffer: Vec<u8>,
    /// What the header says of the association and its currency.
    founding: [Option<Text>; 2],
}

impl<R: BufRead> Lines<R> {
    /// The lines of a file, from its first on.
    pub fn new(input: R) -> Self {
        Self { input, number: 0, offset: 0, buffer: Vec::new(), founding: [None, None] }
    }

    /// Reads the whole file, and hands over batches until nobody takes them any more or the last says how it ended.
    pub fn read_all(mut self, send: &SyncSender<Batch>) {
        let mut batch = Batch::default();
        let end = loop {
            match self.next_into(&mut batch) {
                Ok(None) if batch.is_full() => {
                    batch.offset = self.offset;
                    if send.send(std::mem::take(&mut batch)).is_err() {
                        return;
                    }
                }
                Ok(None) => {}
                Ok(Some(end)) => break Ok(end),
                Err(error) => break Err(error),
            }
        };
        (batch.offset, batch.end) = (self.offset, Some(end));
        // Whoever does not take it any more has met an error before it.
        let _ = send.send(batch);
    }

    /// Reads a line: the header, an entry into the batch, or the end.
    fn next_into(&mut self, batch: &mut Batch) -> Result<Option<End>, ImportJournalError> {
        if !self.read_line()? {
            let reason = "it is missing, and so is the last line: the file was cut off";
            return Err(ImportJournalError::line(self.number + 1, "", reason).with(LineFact::CutOff));
        }
        let number = self.number;
        if !self.buffer.ends_with(b"\n") {
            let reason = "the file ends within this line: it was cut off";
            return Err(ImportJournalError::line(number, "", reason).with(LineFact::CutOff));
        }
        let line = str::from_utf8(&self.buffer).map_err(|error| {
            let reason = format!("byte {} is not UTF-8", error.valid_up_to() + 1);
            ImportJournalError::line(number, "", reason)
        })?;
        let invalid = |no: InvalidLine| {
            let of = if is_entry(line) { ImportJournalError::entry } else { ImportJournalError::line };
            of(number, no.field.to_owned(), no.reason)
        };
        if number == 1 {
            let header = read_header(line).map_err(invalid)?;
            if header.partial {
                return Err(ImportJournalError::line(1, "partial", "only a whole journal makes a ledger"));
            }
            self.expect(|page| put(&header, page))?;
            self.founding = [header.association, header.currency];
            return Ok(None);
        }
        let (operation, instant) = match done_on(line) {
            Some(done) => done,
            None => match read_line(line).map_err(invalid)? {
                Read::Entry(entry, _) => (entry.operation, entry.recorded_at),
                Read::Tail(tail) => return self.end(tail).map(Some),
            },
        };
        if number == 2 {
            self.check_header(if let Act::Found(found) = &operation.act { Some(found) } else { None })?;
        }
        batch.push(number, line, operation, instant);
        Ok(None)
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
        if self.read_line()? {
            let reason = "nothing goes behind the last line";
            return Err(ImportJournalError::line(self.number, "", reason).with(LineFact::Behind));
        }
        Ok(End { line, tail })
    }

    /// Reads the next line as bytes; false at the end of the file.
    fn read_line(&mut self) -> Result<bool, ImportJournalError> {
        self.buffer.clear();
        let read = self.input.by_ref().take(LINE_BYTES_MAX + 1).read_until(b'\n', &mut self.buffer)?;
        if read == 0 {
            return Ok(false);
        }
        self.number += 1;
        self.offset += read as u64;
        if read as u64 > LINE_BYTES_MAX {
            let reason = format!("it has more than {LINE_BYTES_MAX} bytes");
            return Err(ImportJournalError::line(self.number, "", reason));
        }
        Ok(true)
    }
}
