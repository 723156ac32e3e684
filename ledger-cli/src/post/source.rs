//! A file of operations, read as lines in batches: once, in bounded memory, and in a thread of its own.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use indicatif::ProgressBar;
use ledger_core::ledger::{FILE_BATCH, FILE_BATCH_BYTES};
use ledger_core::{Operation, Rejection};

use super::spool::spool;
use crate::error::{CliError, Deed, no_thread};
use crate::input::{Input, too_large};

/// The longest line, in bytes.
pub(super) const LINE_BYTES_MAX: u64 = 64 * 1024;
/// What of a longer line is passed over to find the next one, in bytes.
pub(super) const SKIPPED_BYTES_MAX: u64 = 64 << 20;
/// The most lines of a file that hold no operation.
pub(super) const UNREAD_LINES_MAX: u64 = 100_000;
/// Batches that may wait between the thread that reads and the one that posts.
const WAITING: usize = 2;
/// What some programs put before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// An operation with the number of its line, or why the line holds none.
type Line = (u64, Result<Operation, Rejection>);

/// A file of operations, or standard input.
pub struct Source {
    name: String,
    input: BufReader<Box<dyn Read + Send>>,
    /// Its length; 0 where that is not known.
    bytes: u64,
    /// The first line, once somebody has looked at it.
    first: Option<Line>,
    /// Lines and bytes read so far.
    number: u64,
    offset: u64,
    /// Lines that held no operation.
    unread: u64,
    buffer: Vec<u8>,
}

/// Some lines: the operations in them, and the lines that hold none.
#[derive(Debug, Default)]
pub struct Batch {
    /// The number of the line of each operation, from 1.
    pub lines: Vec<u64>,
    /// The operations.
    pub operations: Vec<Operation>,
    /// The lines that are no operation, and why.
    pub unread: Vec<(u64, Rejection)>,
    /// How far the file was read after them.
    offset: u64,
}

impl Source {
    /// Opens a file; `-` is standard input. What is no file, as a pipe, is read to its end here.
    pub fn open(path: &Path) -> Result<Self, CliError> {
        let input = Input::open_or_stdin(path)?;
        let name =
            if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() };
        match input.length() {
            // Whoever writes it may take his time.
            0 => {
                let spooled = spool(input).map_err(|error| unreadable(&name, &error))?;
                Ok(Self::new(name, spooled, 0))
            }
            bytes => Ok(Self::new(name, input, bytes)),
        }
    }

    /// A file that is in memory already.
    pub fn bytes_of(name: &str, bytes: &'static [u8]) -> Self {
        Self::new(name.to_owned(), bytes, bytes.len() as u64)
    }

    fn new(name: String, input: impl Read + Send + 'static, bytes: u64) -> Self {
        let input: Box<dyn Read + Send> = Box::new(input);
        let input = BufReader::with_capacity(1 << 18, input);
        Self { name, input, bytes, first: None, number: 0, offset: 0, unread: 0, buffer: Vec::new() }
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its length; 0 where that is not known.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The first operation, or why the first line is none; nothing in a file without lines.
    pub fn first(&mut self) -> Result<Option<&Result<Operation, Rejection>>, CliError> {
        if self.first.is_none() {
            self.first = self.read_line().map_err(|error| self.unreadable(&error))?;
        }
        Ok(self.first.as_ref().map(|(_, line)| line))
    }

    /// Hands over all lines in batches. They are read and parsed in a thread of their own.
    pub fn each_batch(
        &mut self,
        bar: &ProgressBar,
        mut take: impl FnMut(Batch) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let source = &mut *self;
        let read = thread::scope(|scope| {
            let (send, batches) = sync_channel(WAITING);
            let reader = thread::Builder::new().name("read".to_owned());
            let reader =
                reader.spawn_scoped(scope, move || source.read(&send)).map_err(|error| no_thread(&error))?;
            for batch in batches {
                let offset = batch.offset;
                take(batch)?;
                bar.set_position(offset);
            }
            Ok::<_, CliError>(reader.join())
        })?;
        match read {
            Ok(read) => read.map_err(|error| self.unreadable(&error)),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    fn read(&mut self, send: &SyncSender<Batch>) -> io::Result<()> {
        loop {
            let batch = self.batch()?;
            // If nobody takes more, what went wrong is known there.
            if (batch.operations.is_empty() && batch.unread.is_empty()) || send.send(batch).is_err() {
                return Ok(());
            }
        }
    }

    fn batch(&mut self) -> io::Result<Batch> {
        let mut batch = Batch::default();
        let begun = self.offset;
        while self.offset - begun < FILE_BATCH_BYTES
            && batch.operations.len() + batch.unread.len() < FILE_BATCH
            && let Some((line, read)) = self.next_line()?
        {
            match read {
                Ok(operation) => {
                    batch.lines.push(line);
                    batch.operations.push(operation);
                }
                Err(rejection) => self.unread(&mut batch, line, rejection)?,
            }
        }
        batch.offset = self.offset;
        Ok(batch)
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => self.read_line(),
        }
    }

    /// Reads the next line that is not blank.
    fn read_line(&mut self) -> io::Result<Option<Line>> {
        loop {
            self.buffer.clear();
            let read = self.input.by_ref().take(LINE_BYTES_MAX + 1).read_until(b'\n', &mut self.buffer)?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            self.offset += read as u64;
            if read as u64 > LINE_BYTES_MAX && self.buffer.last() != Some(&b'\n') {
                self.skip_line()?;
                let reason = format!("the line has more than {LINE_BYTES_MAX} bytes");
                return Ok(Some((self.number, Err(malformed(reason, LINE_BYTES_MAX)))));
            }
            let mut line = self.buffer.as_slice();
            if self.number == 1 {
                line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
            }
            let line = line.trim_ascii();
            if !line.is_empty() {
                return Ok(Some((self.number, operation(line))));
            }
        }
    }

    /// Passes over the rest of a line that is too long. One that does not end is no line.
    fn skip_line(&mut self) -> io::Result<()> {
        let skipped = self.input.by_ref().take(SKIPPED_BYTES_MAX).skip_until(b'\n')? as u64;
        self.offset += skipped;
        if skipped == SKIPPED_BYTES_MAX { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(()) }
    }

    /// A line that holds no operation. Of something that has no other lines, the end is not waited for.
    fn unread(&mut self, batch: &mut Batch, line: u64, rejection: Rejection) -> io::Result<()> {
        self.unread += 1;
        batch.unread.push((line, rejection));
        if self.unread > UNREAD_LINES_MAX { Err(io::ErrorKind::InvalidInput.into()) } else { Ok(()) }
    }

    fn unreadable(&self, error: &io::Error) -> CliError {
        unreadable(&self.name, error)
    }
}

fn unreadable(name: &str, error: &io::Error) -> CliError {
    let path = Path::new(name);
    match error.kind() {
        io::ErrorKind::FileTooLarge => too_large(path, LINE_BYTES_MAX + SKIPPED_BYTES_MAX),
        io::ErrorKind::InvalidInput => {
            let message = format!("{name} has more than {UNREAD_LINES_MAX} lines that are no operation");
            CliError::not_found("no_operations", message)
                .in_french(format!(
                    "{name} a plus de {UNREAD_LINES_MAX} lignes qui ne sont pas des opérations"
                ))
                .with_figure("lines_max", UNREAD_LINES_MAX)
        }
        _ => CliError::file(Deed::Read, path, error),
    }
}

fn operation(line: &[u8]) -> Result<Operation, Rejection> {
    match std::str::from_utf8(line) {
        Ok(line) => Operation::from_json(line),
        Err(error) => {
            let at = error.valid_up_to() as u64 + 1;
            Err(malformed(format!("byte {at} of the line is not UTF-8"), at))
        }
    }
}

fn malformed(reason: String, column: u64) -> Rejection {
    Rejection::MalformedJson { reason, column: usize::try_from(column).unwrap_or(usize::MAX) }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const CLOSE: &str = r#"{"op":"close_bureau","ref":"REF","on":"2026-03-02","bureau":"florac"}"#;

    fn read(text: impl Into<Vec<u8>>) -> Vec<(u64, Option<String>)> {
        let text = text.into();
        let length = text.len() as u64;
        let mut source = Source::new("test".to_owned(), Cursor::new(text), length);
        let mut read = Vec::new();
        let took = source.each_batch(&ProgressBar::hidden(), |batch| {
            read.extend(batch.lines.iter().zip(&batch.operations).map(|(line, _)| (*line, None)));
            read.extend(batch.unread.iter().map(|(line, rejection)| (*line, Some(rejection.to_string()))));
            Ok(())
        });
        assert!(took.is_ok());
        read.sort();
        read
    }

    #[test]
    fn windows_line_ends_blank_lines_and_a_byte_order_mark_are_fine() {
        let text = format!("\u{feff}{CLOSE}\r\n\r\n  \n{CLOSE}");
        assert_eq!(read(text), [(1, None), (4, None)]);
        assert_eq!(read(""), []);
    }

    #[test]
    fn a_line_that_is_not_utf8_or_endless_is_named_and_the_next_is_read() {
        let mut text = b"{\"op\":\"\xff\"}\n".to_vec();
        text.extend(vec![b'x'; 200_000]);
        text.extend(format!("\n{CLOSE}\n{{\"op\":").into_bytes());
        let read = read(text);
        assert_eq!(read.len(), 4);
        assert!(read[0].1.as_ref().unwrap().contains("byte 8 of the line is not UTF-8"));
        assert!(read[1].1.as_ref().unwrap().contains("more than 65536 bytes"));
        assert_eq!(read[2], (3, None));
        assert!(read[3].1.as_ref().unwrap().starts_with("not JSON"), "a file cut in the middle");
    }
}
