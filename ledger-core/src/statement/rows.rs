//! The rows of a CSV, strictly: a quote that is not closed, or letters behind one that is, are refused. (Readers of CSV
//! in general forgive both, and then a file that was cut off looks whole.)

use std::borrow::Cow;

use super::StatementError;
use super::wording::shown;

/// The most columns of a row.
const COLUMNS_MAX: usize = 1024;

/// A row.
#[derive(Debug, Default)]
pub(super) struct Row<'a> {
    /// The line of the file in which it begins, from 1.
    pub line: u64,
    /// Its cells.
    pub cells: Vec<Cow<'a, str>>,
    /// Whether nothing but the end of the file ends it: no end of a line and no quote.
    pub open_ended: bool,
    /// Whether its last cell stands between quotes.
    pub quoted_end: bool,
    /// Whether the file ends with it.
    pub last: bool,
}

impl Row<'_> {
    /// Whether the line is empty.
    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// The rows of a text, one after the other.
pub(super) struct Rows<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    delimiter: u8,
}

impl<'a> Rows<'a> {
    /// The rows of a text whose cells are separated by this.
    pub(super) fn new(text: &'a str, delimiter: u8) -> Self {
        Self { text, at: 0, line: 1, delimiter }
    }

    /// Reads the next row into this one; false at the end of the file.
    pub(super) fn read(&mut self, row: &mut Row<'a>) -> Result<bool, StatementError> {
        row.cells.clear();
        row.line = self.line;
        if self.at == self.text.len() {
            return Ok(false);
        }
        loop {
            let quoted = self.byte() == Some(b'"');
            let cell = if quoted { self.quoted(row.line)? } else { self.plain() };
            if row.cells.len() == COLUMNS_MAX {
                let (expected, found) = (format!("at most {COLUMNS_MAX} columns"), "more of them".to_owned());
                return Err(StatementError::Malformed { line: row.line, expected, found });
            }
            row.cells.push(cell);
            row.quoted_end = quoted;
            match self.byte() {
                Some(byte) if byte == self.delimiter => self.at += 1,
                Some(b'\r' | b'\n') => {
                    self.end_line();
                    row.open_ended = false;
                    break;
                }
                Some(_) => {
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    return Err(StatementError::Malformed {
                        line: self.line,
                        expected: "a separator or the end of the line behind a closing quote".to_owned(),
                        found: shown(rest.lines().next().unwrap_or_default()),
                    });
                }
                None => {
                    row.open_ended = !quoted;
                    break;
                }
            }
        }
        row.last = self.at == self.text.len();
        Ok(true)
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn plain(&mut self) -> Cow<'a, str> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let ends = |&byte: &u8| byte == self.delimiter || byte == b'\n' || byte == b'\r';
        let length = rest.as_bytes().iter().position(ends).unwrap_or(rest.len());
        self.at += length;
        Cow::Borrowed(rest.get(..length).unwrap_or_default())
    }

    /// A cell between quotes, in which a quote is written twice.
    fn quoted(&mut self, line: u64) -> Result<Cow<'a, str>, StatementError> {
        self.at += 1;
        let mut cell = Cow::Borrowed("");
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let Some(length) = rest.find('"') else {
                return Err(StatementError::Truncated { line, expected: "a closing quote".to_owned() });
            };
            let part = rest.get(..length).unwrap_or_default();
            self.line += part.bytes().filter(|&byte| byte == b'\n').count() as u64;
            self.at += length + 1;
            if cell.is_empty() {
                cell = Cow::Borrowed(part);
            } else {
                cell.to_mut().push_str(part);
            }
            if self.byte() != Some(b'"') {
                return Ok(cell);
            }
            cell.to_mut().push('"');
            self.at += 1;
        }
    }

    fn end_line(&mut self) {
        let both = self.text.as_bytes().get(self.at..self.at + 2) == Some(b"\r\n");
        self.at += if both { 2 } else { 1 };
        self.line += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<(u64, Vec<String>)>, StatementError> {
        let (mut rows, mut row, mut all) = (Rows::new(text, b','), Row::default(), Vec::new());
        while rows.read(&mut row)? {
            all.push((row.line, row.cells.iter().map(ToString::to_string).collect()));
        }
        Ok(all)
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn quotes_and_ends_of_lines_are_those_of_rfc_4180() {
        assert_eq!(
            rows("a,\"b\"\"c\",\r\n\"d\ne\",f\n\n\"\",g\"h").unwrap(),
            [row(1, &["a", "b\"c", ""]), row(2, &["d\ne", "f"]), row(4, &[""]), row(5, &["", "g\"h"])]
        );
        assert_eq!(rows("\"\"\"\"\"\",x").unwrap(), [row(1, &["\"\"", "x"])]);
        assert_eq!(rows("").unwrap(), []);
        assert_eq!(rows("a,").unwrap(), [row(1, &["a", ""])]);
    }

    #[test]
    fn a_quote_that_is_not_closed_is_a_file_cut_off() {
        assert_eq!(
            rows("a\nb,\"c\nd"),
            Err(StatementError::Truncated { line: 2, expected: "a closing quote".to_owned() })
        );
        assert_eq!(rows("\"a\"b,c").unwrap_err().code(), "malformed");
    }
}
