//! What a file is, found out from its first bytes.

use super::record::is_record;
use super::{Format, StatementError};
use crate::text::holds_private_key;

/// How many bytes are looked at.
const LOOKED_AT_LEN: usize = 4096;

/// What other files begin with that are downloaded beside statements.
const OTHERS: [(&[u8], &str); 8] = [
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook (xls)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"!Type:", "a QIF file, which says neither account nor balance"),
];

/// Refuses what is no text of a statement, by name.
pub(super) fn refuse_others(bytes: &[u8]) -> Result<(), StatementError> {
    let start = bytes.trim_ascii_start();
    let other = OTHERS.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, what)| *what);
    let what = match other {
        Some(what) => what,
        None if holds_private_key(bytes) => "a private key",
        None if start.is_empty() || start == b"\xef\xbb\xbf" => "an empty file",
        None if start.starts_with(b"PK\x03\x04") => {
            let head = head(bytes);
            if contains(head, b"[Content_Types].xml") || contains(head, b"xl/") {
                "an Excel workbook (xlsx)"
            } else {
                "a zip archive"
            }
        }
        None => return Ok(()),
    };
    Err(StatementError::NotAStatement { what })
}

/// What a file is that was taken for something else, where its beginning tells: a statement of a bank, or what is downloaded
/// beside them.
pub fn recognised(bytes: &[u8]) -> Option<&'static str> {
    let other = |error: StatementError| match error {
        StatementError::NotAStatement { what } => Some(what),
        _ => None,
    };
    match refuse_others(bytes).and_then(|()| recognise(&String::from_utf8_lossy(head(bytes)))) {
        Ok(Format::Ofx | Format::Camt053 | Format::Cfonb120) => Some("a bank statement"),
        Ok(_) => None,
        Err(error) => other(error),
    }
}

/// The format of a text.
pub(super) fn recognise(text: &str) -> Result<Format, StatementError> {
    let start = text.trim_start();
    let head = String::from_utf8_lossy(head(start.as_bytes())).to_ascii_lowercase();
    let has = |what: &str| head.contains(what);
    if has("ofxheader") || has("<ofx>") {
        return Ok(Format::Ofx);
    }
    let other = if start.starts_with('<') {
        if has("<html") || has("<!doctype html") || has("<head") || has("<script") {
            "an HTML page"
        } else if has("bktocstmracctrpt") {
            "a CAMT.052 report of the day, whose entries are not final"
        } else if has("bktocstmrdbtcdtntfctn") {
            "a CAMT.054 notification, which has no balances"
        } else if has("bktocstmrstmt") || has("camt.053") {
            return Ok(Format::Camt053);
        } else {
            "an XML file of another kind"
        }
    } else if start.starts_with(":20:") || start.starts_with("{1:") {
        "an MT940 statement, which is not read"
    } else {
        return Ok(if is_cfonb(text) { Format::Cfonb120 } else { Format::NefCsv });
    };
    Err(StatementError::NotAStatement { what: other })
}

/// Whether the first line is a record of CFONB 120.
fn is_cfonb(text: &str) -> bool {
    let first = text.split(['\n', '\r']).find(|line| !line.trim().is_empty());
    first.is_some_and(is_record)
}

fn head(bytes: &[u8]) -> &[u8] {
    bytes.get(..LOOKED_AT_LEN).unwrap_or(bytes)
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}
