//! Free text: notes, names of bureaux, reasons, invoices. Opaque to the ledger, and no place for people's names.

use std::fmt;
use std::str::FromStr;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// The longest text, in bytes of UTF-8.
pub const TEXT_MAX_BYTES: usize = 500;

/// A text that is empty, too long, or holds control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a text is 1 to {TEXT_MAX_BYTES} bytes without control characters")]
pub struct InvalidText;

/// One line of text, 1 to 500 bytes, without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "CompactString")]
pub struct Text(CompactString);

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Text {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, InvalidText> {
        Self::try_from(CompactString::from(text))
    }
}

impl TryFrom<CompactString> for Text {
    type Error = InvalidText;
    fn try_from(text: CompactString) -> Result<Self, InvalidText> {
        let fits = (1..=TEXT_MAX_BYTES).contains(&text.len());
        if fits && !text.chars().any(hidden) { Ok(Self(text)) } else { Err(InvalidText) }
    }
}

/// Whether a letter is a control character, or one that turns the direction of the text around it.
pub(crate) fn hidden(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
