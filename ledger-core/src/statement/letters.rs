//! Bytes become text: UTF-8, Windows-1252 (with it Latin-1), ISO-8859-15 or UTF-16, and nothing is replaced silently.

use std::borrow::Cow;

use encoding_rs::{Encoding, ISO_8859_15, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use serde::Deserialize;

use super::StatementError;
use super::wording::shown;

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
        let names = match head.trim_start_matches('\u{feff}').trim_start().split_once("<?xml") {
            Some(("", xml)) => [of_xml(xml.split("?>").next().unwrap_or_default()), ""],
            _ if head.contains("ofxheader") => {
                let header = head.split('<').next().unwrap_or_default();
                [of_ofx(header, "encoding:"), of_ofx(header, "charset:")]
            }
            _ => return Ok(Self::Auto),
        };
        let [encoding, charset] = names.map(|name| Self::named(name).ok_or(name));
        match (encoding, charset) {
            // OFX 1 says more of ASCII beside.
            (Ok(Self::Auto), Ok(beside)) => Ok(beside),
            // Two names that do not agree say nothing.
            (Ok(Self::Utf8), Ok(Self::Windows1252 | Self::Latin9)) => Ok(Self::Auto),
            (Ok(Self::Utf8), _) => Ok(Self::Utf8),
            (Ok(letters), Ok(_)) => Ok(letters),
            (Err(name), _) | (_, Err(name)) => {
                let found = format!("the encoding {}", shown(name));
                Err(wrong(1, "UTF-8, Windows-1252 or ISO-8859-1", found))
            }
        }
    }

    /// The letters of a name, which is compared by its letters and digits: `ISO8859-1` is `iso-8859-1`.
    fn named(name: &str) -> Option<Self> {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        match plain.as_str() {
            "utf8" | "unicode" | "utf16" | "utf16le" | "utf16be" => Some(Self::Utf8),
            "1252" | "windows1252" | "cp1252" | "xcp1252" | "win1252" | "ansi" | "iso88591" | "88591"
            | "latin1" | "l1" => Some(Self::Windows1252),
            "iso885915" | "885915" | "latin9" | "l9" => Some(Self::Latin9),
            "" | "none" | "ascii" | "usascii" | "iso646us" | "ansix341968" => Some(Self::Auto),
            _ => None,
        }
    }

    /// Reads the bytes. A byte order mark says more than anybody, and letters of UTF-8 beyond ASCII more than a header: hardly
    /// any text of other letters happens to be UTF-8.
    pub(super) fn read(self, bytes: &[u8]) -> Result<Cow<'_, str>, StatementError> {
        let (encoding, length) = Encoding::for_bom(bytes).or_else(|| wide(bytes)).unwrap_or((UTF_8, 0));
        let rest = bytes.get(length..).unwrap_or_default();
        let text = match (encoding == UTF_8, length) {
            (true, 0) => self.unmarked(bytes)?,
            (true, _) => utf8(rest)?,
            _ => {
                let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
                text.ok_or_else(|| wrong(1, "UTF-16", "other bytes".to_owned()))?
            }
        };
        match text.find('\0') {
            Some(at) => Err(wrong(line_at(text.as_bytes(), at), "text", "a byte of zero".to_owned())),
            None => Ok(text),
        }
    }

    fn unmarked(self, bytes: &[u8]) -> Result<Cow<'_, str>, StatementError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(_) if self == Self::Utf8 || is_mostly_utf8(bytes) => utf8(bytes),
            Err(_) if self == Self::Latin9 => Ok(ISO_8859_15.decode_without_bom_handling(bytes).0),
            Err(_) => windows_1252(bytes),
        }
    }
}

/// What an XML declaration, in small letters, calls its encoding.
fn of_xml(declaration: &str) -> &str {
    let value = || {
        let rest = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        rest.get(1..)?.split(quote).next()
    };
    value().unwrap_or_default().trim()
}

/// The keys of a header of OFX 1, in small letters.
const OFX_KEYS: [&str; 9] = [
    "ofxheader:",
    "data:",
    "version:",
    "security:",
    "encoding:",
    "charset:",
    "compression:",
    "oldfileuid:",
    "newfileuid:",
];

/// The value of a key in a header of OFX 1: it ends at its line, or where the next key begins.
fn of_ofx<'a>(header: &'a str, key: &str) -> &'a str {
    let rest = header.split_once(key).map_or("", |(_, rest)| rest);
    let line = rest.split(['\r', '\n']).next().unwrap_or_default();
    let end = OFX_KEYS.iter().filter_map(|key| line.find(key)).min().unwrap_or(line.len());
    line.get(..end).unwrap_or_default().trim()
}

/// UTF-16 without a mark: the first two letters are ASCII.
fn wide(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    match bytes.get(..4)? {
        [1..=0x7f, 0, 1..=0x7f, 0] => Some((UTF_16LE, 0)),
        [0, 1..=0x7f, 0, 1..=0x7f] => Some((UTF_16BE, 0)),
        _ => None,
    }
}

/// Whether most of what is not ASCII are letters of UTF-8: a text of UTF-8 in which one was cut or changed. In other letters
/// such pairs are rare.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut right, mut wrong) = (0_usize, 0_usize);
    if let Err(error) = std::str::from_utf8(bytes)
        && error.error_len().is_none()
    {
        // All of it is UTF-8, but for a letter that is cut off at the end.
        return !bytes.get(..error.valid_up_to()).unwrap_or_default().is_ascii();
    }
    for chunk in bytes.utf8_chunks() {
        right += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        wrong += usize::from(!chunk.invalid().is_empty());
    }
    right > wrong
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
