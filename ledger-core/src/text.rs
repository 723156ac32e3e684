//! Free text: notes, names of bureaux, reasons, invoices. Opaque to the ledger, and no place for people's names.
//!
//! What is recorded cannot be taken back, and goes to terminals, spreadsheets and other books. So a new text holds only
//! letters that can be seen: no controls, no marks that turn the direction, no other invisible ones (general category Cf,
//! Zl, Zp, and the fillers), nothing that is no character, nothing of which only its sender knows what it means. Accents,
//! blanks that do not break, emoji with their joiners and variants stay. A text that an older program recorded is read as
//! it stands, and [shown](visible) with those letters written out.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use compact_str::CompactString;
use serde::{Deserialize, Deserializer, Serialize};

/// The longest text, in bytes of UTF-8.
pub const TEXT_MAX_BYTES: usize = 500;

/// Why something is no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// It is empty or too long.
    #[error("a text has 1 to {TEXT_MAX_BYTES} bytes, and this has {bytes}")]
    Length {
        /// How long it is.
        bytes: usize,
    },
    /// A letter of it cannot be seen.
    #[error("U+{:04X}, letter {place}, is a control or cannot be seen", u32::from(*.letter))]
    Unseen {
        /// Which.
        letter: char,
        /// Its place, from 1.
        place: usize,
    },
}

/// One line of text, 1 to 500 bytes of letters that can be seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Text(CompactString);

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A text as it stands in a journal: what an older program let in is in there for good.
    pub(crate) fn recorded(text: &str) -> Option<Self> {
        let fits = (1..=TEXT_MAX_BYTES).contains(&text.len());
        (fits && !text.chars().any(hidden)).then(|| Self(text.into()))
    }
}

impl FromStr for Text {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, InvalidText> {
        if !(1..=TEXT_MAX_BYTES).contains(&text.len()) {
            return Err(InvalidText::Length { bytes: text.len() });
        }
        if plain(text) {
            return Ok(Self(text.into()));
        }
        match unseen(text).next() {
            None => Ok(Self(text.into())),
            Some((at, letter)) => {
                let place = 1 + text.get(..at).unwrap_or_default().chars().count();
                Err(InvalidText::Unseen { letter, place })
            }
        }
    }
}

/// Of what was recorded: snapshots, exports.
impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = CompactString::deserialize(deserializer)?;
        Self::recorded(&text).ok_or_else(|| {
            let why = text.parse::<Self>().err().map(|error| error.to_string());
            serde::de::Error::custom(why.unwrap_or_default())
        })
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Whether a letter is a control character, or one that turns the direction of the text around it: what no text that was
/// ever recorded holds.
pub(crate) fn hidden(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The letters of a text that cannot be seen, and where they begin, in bytes. A joiner or a variant within an emoji is
/// part of what is seen.
pub fn unseen(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut before = None;
    let mut letters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        loop {
            let (at, letter) = letters.next()?;
            let next = letters.peek().map(|(_, next)| *next);
            let part_of_emoji = match letter {
                '\u{200d}' => before.is_some_and(is_emoji) && next.is_some_and(is_emoji),
                '\u{fe0e}' | '\u{fe0f}' => before.is_some_and(|before| is_emoji(before) || is_keycap(before)),
                _ => false,
            };
            before = Some(letter);
            if is_unseen(letter) && !part_of_emoji {
                return Some((at, letter));
            }
        }
    })
}

/// A text as it may be shown anywhere: what cannot be seen is written out, as `\u{202e}`, and so are the ends of lines.
pub fn visible(text: &str) -> Cow<'_, str> {
    written_out(text, |letter| match letter {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        letter => letter.escape_unicode().collect(),
    })
}

/// A text for a file of another program, which may take no letter that cannot be seen: it stands there as `<U+FEFF>`.
pub(crate) fn numbered(text: &str) -> Cow<'_, str> {
    written_out(text, |letter| format!("<U+{:04X}>", u32::from(letter)))
}

/// How the file of a signed note's private key begins.
pub(crate) const PRIVATE_KEY: &str = "PRIVATE+KEY+";

/// Whether bytes hold a private key, so that no message may quote them.
pub fn holds_private_key(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'P') {
        rest = rest.get(at..).unwrap_or_default();
        if rest.starts_with(PRIVATE_KEY.as_bytes()) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

/// A text without the private keys in it, each up to a letter that stands in none.
pub fn without_keys(text: &str) -> Cow<'_, str> {
    if !holds_private_key(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split(PRIVATE_KEY);
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.find(ends_key).and_then(|end| part.get(end..)).unwrap_or_default();
        shown.push_str(PRIVATE_KEY);
        shown.push('…');
        shown.push_str(rest);
    }
    Cow::Owned(shown)
}

fn ends_key(letter: char) -> bool {
    letter.is_whitespace() || letter.is_control() || "\"'`\\<>(),;«»".contains(letter)
}

/// What is wrong with a file in TOML: the line, from 1, and the reason, of which no more than a line is told. The file is
/// not quoted.
pub(crate) fn toml_fault(text: &str, error: &toml::de::Error) -> (u64, String) {
    const REASON_LETTERS_MAX: usize = 200;
    let at = error.span().map_or(0, |span| span.start).min(text.len());
    let line = 1 + text.bytes().take(at).filter(|&byte| byte == b'\n').count() as u64;
    // Without a place there is nothing that would be quoted, and the key is named.
    let reason = if error.span().is_some() { error.message().to_owned() } else { error.to_string() };
    let one_line = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    (line, one_line.chars().take(REASON_LETTERS_MAX).collect())
}

/// A whole number as a sentence has it, in English: `1,234`.
pub fn grouped(number: i64) -> String {
    grouped_by(number.unsigned_abs(), ',', if number < 0 { "-" } else { "" })
}

/// A whole number behind its sign, with this letter between thousands.
pub fn grouped_by(number: u64, between: char, sign: &str) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 2);
    grouped.push_str(sign);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(between);
        }
        grouped.push(digit);
    }
    grouped
}

/// A text in which what cannot be seen is written out by this.
pub fn written_out(text: &str, write: impl Fn(char) -> String) -> Cow<'_, str> {
    if plain(text) {
        return Cow::Borrowed(text);
    }
    let (mut shown, mut done) = (String::new(), 0);
    for (at, letter) in unseen(text) {
        shown.push_str(text.get(done..at).unwrap_or_default());
        shown.push_str(&write(letter));
        done = at + letter.len_utf8();
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(shown)
}

/// Whether all letters are those of a keyboard without accents, which is found out quickly.
fn plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Whether a letter cannot be seen, or is none.
#[rustfmt::skip]
fn is_unseen(letter: char) -> bool {
    // The last two of each plane are no characters.
    letter.is_control() || u32::from(letter) & 0xfffe == 0xfffe || matches!(letter,
        // Format characters (Cf), and the separators of lines and paragraphs.
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
        | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        // Fillers, and what chooses a variant of the letter before.
        | '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}'
        | '\u{3164}' | '\u{ffa0}' | '\u{fe00}'..='\u{fe0f}'
        // No characters, and those of private use.
        | '\u{fdd0}'..='\u{fdef}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}'
    )
}

/// Whether a letter is a pictograph, or what may follow one in a sequence.
fn is_emoji(letter: char) -> bool {
    matches!(letter, '\u{a9}' | '\u{ae}' | '\u{203c}'..='\u{3299}' | '\u{1f000}'..='\u{1faff}' | '\u{fe0f}')
        && !matches!(letter, '\u{2060}'..='\u{206f}' | '\u{2800}')
}

/// Whether a letter becomes a key on a pad by a variant.
fn is_keycap(letter: char) -> bool {
    letter.is_ascii_digit() || matches!(letter, '#' | '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_blanks_accents_and_emoji_are_texts() {
        for text in [
            "Œuvre d'été à Nîmes, l’Aïga: 20\u{a0}%\u{202f}!",
            "e\u{301}te\u{301}",
            "👩\u{200d}🌾 \u{2764}\u{fe0f} 1\u{fe0f}\u{20e3} 👍🏽 🇫🇷",
            "🏳\u{fe0f}\u{200d}🌈",
            "Ä – « 10 € » … №",
            "日本語 العربية עברית",
        ] {
            assert_eq!(text.parse::<Text>().map(|text| text.to_string()), Ok(text.to_owned()));
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn what_cannot_be_seen_is_refused_by_its_number_and_place() {
        for letter in [
            '\u{0}',
            '\n',
            '\u{7f}',
            '\u{85}',
            '\u{9b}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{200f}',
            '\u{2028}',
            '\u{2029}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{206f}',
            '\u{3164}',
            '\u{e000}',
            '\u{f8ff}',
            '\u{fdd0}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{fff9}',
            '\u{fffe}',
            '\u{1ffff}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e007f}',
            '\u{10fffd}',
        ] {
            let text = format!("été{letter}!");
            assert_eq!(text.parse::<Text>(), Err(InvalidText::Unseen { letter, place: 4 }), "{letter:?}");
            let shown = visible(&text).into_owned();
            assert!(shown.starts_with("été\\") && shown.ends_with('!'), "{shown}");
            assert_eq!(unseen(&shown).count(), 0);
        }
        let error = "a\u{202e}".parse::<Text>().unwrap_err();
        assert_eq!(error.to_string(), "U+202E, letter 2, is a control or cannot be seen");
        assert_eq!("".parse::<Text>(), Err(InvalidText::Length { bytes: 0 }));
        assert_eq!("é".repeat(251).parse::<Text>(), Err(InvalidText::Length { bytes: 502 }));
    }

    #[test]
    fn what_was_recorded_is_read_as_it_stands() {
        for text in ["\u{feff}note", "a\u{2028}b", "a\u{200f}b", "\u{e0041}", "soft\u{ad}hyphen"] {
            assert!(text.parse::<Text>().is_err());
            assert_eq!(Text::recorded(text).map(|text| text.as_str().to_owned()), Some(text.to_owned()));
            let json = serde_json::to_string(text).unwrap();
            assert_eq!(serde_json::from_str::<Text>(&json).unwrap().as_str(), text);
        }
        for never in ["", "\u{1b}[31m", "a\u{202e}b"] {
            assert_eq!(Text::recorded(never), None);
        }
    }
}
