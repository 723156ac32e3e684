//! Bytes become text: UTF-8, Windows-1252 (with it Latin-1) or UTF-16, and nothing is replaced silently.

use std::borrow::Cow;

use encoding_rs::{Encoding, ISO_8859_15, UTF_8, WINDOWS_1252};
use serde::Deserialize;

use super::StatementError;

/// The letters of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Letters {
    /// UTF-8 if it is, or else Windows-1252.
    #[default]
    Auto,
    /// UTF-8.
    #[serde(rename = "utf-8")]
    Utf8,
    /// Windows-1252; ISO-8859-1 is read as it, as everywhere.
    #[serde(rename = "windows-1252")]
    Windows1252,
    /// ISO-8859-15: Latin with the sign of the euro.
    #[serde(rename = "iso-8859-15")]
    Latin9,
}

/// Where a file declares its letters, in bytes.
const HEAD_LEN: usize = 1024;

impl Letters {
    /// What the head of an XML or OFX file declares.
    pub(super) fn declared(bytes: &[u8]) -> Result<Self, StatementError> {
        let head = bytes.get(..HEAD_LEN).unwrap_or(bytes).to_ascii_lowercase();
        let head = String::from_utf8_lossy(&head);
        // Elsewhere these words are words.
        let head = match head.trim_start().split_once("<?xml") {
            Some(("", xml)) => xml.split("?>").next(),
            _ if head.contains("ofxheader") => head.split('<').next(),
            _ => None,
        };
        let Some(head) = head else { return Ok(Self::Auto) };
        let name = |of: &str| {
            let rest = head.split_once(of)?.1.trim_start();
            let rest = rest.strip_prefix([':', '=']).unwrap_or(rest).trim_start_matches([' ', '"', '\'']);
            let ends = |letter: char| !(letter.is_ascii_alphanumeric() || letter == '-' || letter == '_');
            Some(rest.split(ends).next().unwrap_or_default().to_owned())
        };
        let encoding = name("encoding").unwrap_or_default();
        let declared = match encoding.as_str() {
            // OFX 1 says more of it beside.
            "usascii" | "us-ascii" => name("charset:").unwrap_or_default(),
            _ => encoding,
        };
        match declared.as_str() {
            "utf-8" | "utf8" | "unicode" | "utf-16" => Ok(Self::Utf8),
            "1252" | "windows-1252" | "cp1252" | "iso-8859-1" | "8859-1" | "latin1" => Ok(Self::Windows1252),
            "iso-8859-15" | "8859-15" => Ok(Self::Latin9),
            "" | "none" | "us-ascii" | "usascii" => Ok(Self::Auto),
            other => Err(wrong(1, "UTF-8, Windows-1252 or ISO-8859-1", format!("the encoding {other}"))),
        }
    }

    /// Reads the bytes. A byte order mark says more than anybody.
    pub(super) fn read(self, bytes: &[u8]) -> Result<Cow<'_, str>, StatementError> {
        let text = match Encoding::for_bom(bytes) {
            Some((encoding, length)) if encoding == UTF_8 => utf8(bytes.get(length..).unwrap_or_default())?,
            Some((encoding, length)) => {
                let rest = bytes.get(length..).unwrap_or_default();
                let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
                text.ok_or_else(|| wrong(1, "UTF-16", "other bytes".to_owned()))?
            }
            None => self.unmarked(bytes)?,
        };
        match text.find('\0') {
            Some(at) => Err(wrong(line_at(text.as_bytes(), at), "text", "a byte of zero".to_owned())),
            None => Ok(text),
        }
    }

    fn unmarked(self, bytes: &[u8]) -> Result<Cow<'_, str>, StatementError> {
        match self {
            Self::Utf8 => utf8(bytes),
            Self::Windows1252 => windows_1252(bytes),
            Self::Latin9 => Ok(ISO_8859_15.decode_without_bom_handling(bytes).0),
            Self::Auto => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Cow::Borrowed(text)),
                // Letters of UTF-8 before, and one that is cut off at the end.
                Err(error) if error.error_len().is_none() && !bytes[..error.valid_up_to()].is_ascii() => {
                    utf8(bytes)
                }
                Err(_) => windows_1252(bytes),
            },
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, StatementError> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
        let at = error.valid_up_to();
        let line = line_at(bytes, at);
        match error.error_len() {
            None => StatementError::Truncated { line, expected: "the rest of a letter".to_owned() },
            Some(_) => wrong(line, "UTF-8", byte(bytes, at)),
        }
    })
}

fn windows_1252(bytes: &[u8]) -> Result<Cow<'_, str>, StatementError> {
    if let Some(at) = bytes.iter().position(|byte| [0x81, 0x8d, 0x8f, 0x90, 0x9d].contains(byte)) {
        return Err(wrong(line_at(bytes, at), "UTF-8 or Windows-1252", byte(bytes, at)));
    }
    Ok(WINDOWS_1252.decode_without_bom_handling(bytes).0)
}

fn byte(bytes: &[u8], at: usize) -> String {
    bytes.get(at).map_or_else(String::new, |byte| format!("the byte 0x{byte:02X}"))
}

fn wrong(line: u64, expected: &'static str, found: String) -> StatementError {
    StatementError::Encoding { line, expected, found }
}

/// The line in which a byte stands, from 1.
pub(super) fn line_at(bytes: &[u8], at: usize) -> u64 {
    1 + bytes.iter().take(at).filter(|&&byte| byte == b'\n').count() as u64
}
