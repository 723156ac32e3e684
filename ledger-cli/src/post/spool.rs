//! Spooling: all of an input that has no length, a pipe or a terminal, read before anything is done with it, so that nobody
//! waits for whoever writes it. What is long is kept in a file without a name; what has no end, or no operation in it, is given up.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};

use ledger_core::Operation;
use tempfile::SpooledTempFile;

use super::source::{LINE_BYTES_MAX, SKIPPED_BYTES_MAX, UNREAD_LINES_MAX};

/// What is kept in memory, in bytes.
const IN_MEMORY: usize = 8 << 20;
/// Reads all of it. Of a line that is too long, only so much is kept that this is seen.
pub fn spool(input: impl Read) -> io::Result<SpooledTempFile> {
    let mut input = BufReader::with_capacity(1 << 18, input);
    let mut spooled = SpooledTempFile::new(IN_MEMORY);
    // How many lines were looked at, until one is an operation.
    let (mut line, mut strange) = (Vec::new(), Some(0));
    loop {
        line.clear();
        if input.by_ref().take(LINE_BYTES_MAX + 1).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.last() != Some(&b'\n') && line.len() as u64 > LINE_BYTES_MAX {
            skip_line(&mut input)?;
            line.push(b'\n');
        }
        spooled.write_all(&line)?;
        if let Some(lines) = &mut strange {
            let is_operation =
                std::str::from_utf8(&line).is_ok_and(|line| Operation::from_json(line).is_ok());
            *lines += 1;
            if is_operation {
                strange = None;
            } else if *lines > UNREAD_LINES_MAX {
                return Err(io::ErrorKind::InvalidInput.into());
            }
        }
    }
    spooled.seek(SeekFrom::Start(0))?;
    Ok(spooled)
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    let mut rest = input.take(SKIPPED_BYTES_MAX);
    rest.skip_until(b'\n')?;
    if rest.limit() > 0 { Ok(()) } else { Err(io::ErrorKind::FileTooLarge.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spooled(input: impl Read) -> io::Result<String> {
        let mut text = String::new();
        spool(input)?.read_to_string(&mut text).map(|_| text)
    }

    #[test]
    fn all_of_an_input_is_kept_but_for_what_no_line_has() {
        let operation = r#"{"op":"close_bureau","ref":"REF","on":"2026-03-02","bureau":"florac"}"#;
        let text = format!("{operation}\n\nnot JSON\n{operation}");
        assert_eq!(spooled(text.as_bytes()).unwrap(), text);
        let long = format!("{}\n{operation}\n", "x".repeat(200_000));
        let kept = spooled(long.as_bytes()).unwrap();
        assert_eq!(kept.lines().map(str::len).collect::<Vec<_>>(), [65_537, operation.len()]);
    }

    #[test]
    fn an_input_without_an_end_is_given_up() {
        assert_eq!(spooled(io::repeat(0)).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        let lines = io::Cursor::new("no operation\n".repeat(2000)).chain(io::repeat(b'\n'));
        assert_eq!(spooled(lines).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}
