//! The letters of a FEC: its encodings, what no text of it holds, and how long a text is at most.

use std::borrow::Cow;

use encoding_rs::ISO_8859_15;

use crate::text::numbered;

/// The longest text of a field, in bytes of UTF-8. Paheko takes no wording that is longer.
pub const TEXT_BYTES_MAX: usize = 200;
/// What stands at the end of a text that was cut.
const CUT: char = '\u{2026}';
/// The letters nearest to those from U+0100 on.
const LATIN_EXTENDED_A: &str = "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOo\
     RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

/// How the letters are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, without a mark at the beginning: every letter there is.
    #[default]
    Utf8,
    /// ISO 8859-15, one byte for each letter. A letter that it does not have becomes the nearest one, or `?`.
    Latin9,
}

impl Encoding {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Latin9 => "ISO 8859-15",
        }
    }

    /// Writes a text as a field: nothing in it ends or quotes a field, and it has at most `TEXT_BYTES_MAX` bytes.
    pub fn put(self, text: &str, page: &mut Vec<u8>) {
        self.put_whole(&cut(&plain(text)), page);
    }

    /// Writes a text as it stands.
    pub fn put_whole(self, text: &str, page: &mut Vec<u8>) {
        match self {
            Self::Utf8 => page.extend_from_slice(text.as_bytes()),
            Self::Latin9 => text.chars().for_each(|letter| put_latin9(letter, page)),
        }
    }
}

/// A text without what another program takes for the end of a field, or for the beginning of a quoted one.
fn plain(text: &str) -> String {
    let spaced: String =
        text.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter }).collect();
    let replaced = |letter| match letter {
        '"' => '\'',
        '|' => '/',
        letter => letter,
    };
    numbered(&spaced).chars().map(replaced).collect()
}

/// A text that is short enough, cut behind a word; within one only where there is no blank before it, and never within a
/// letter and its accents.
fn cut(text: &str) -> Cow<'_, str> {
    if text.len() <= TEXT_BYTES_MAX {
        return text.into();
    }
    let room = TEXT_BYTES_MAX - CUT.len_utf8();
    let ends = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= room);
    let end = ends.filter(|at| is_between_letters(text, *at)).last().unwrap_or_default();
    let (head, rest) = text.split_at(end);
    let word = if rest.starts_with(' ') { None } else { head.rfind(' ') };
    let head = word.map_or(head, |blank| head.split_at(blank).0);
    format!("{}{CUT}", head.trim_end_matches([' ', ','])).into()
}

/// Whether one letter ends and another begins here.
fn is_between_letters(text: &str, at: usize) -> bool {
    let (before, behind) = text.split_at(at);
    let joined = behind.chars().next().is_some_and(|letter| is_accent(letter) || letter == JOINER);
    !joined && !before.ends_with(JOINER)
}

/// What joins two signs into one.
const JOINER: char = '\u{200d}';

/// Whether this changes the letter before it: an accent, a variant, a tone.
fn is_accent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// A letter in ISO 8859-15; one that it does not have as the nearest it has.
fn put_latin9(letter: char, page: &mut Vec<u8>) {
    let nearest = match letter {
        '\u{2018}'..='\u{201b}' | '\u{201c}'..='\u{201f}' | '\u{2032}' | '\u{2033}' => "'",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        '\u{2026}' => "...",
        '\u{132}' => "IJ",
        '\u{133}' => "ij",
        '\u{218}' => "S",
        '\u{219}' => "s",
        '\u{21a}' => "T",
        '\u{21b}' => "t",
        letter if is_accent(letter) || letter == JOINER => "",
        letter => {
            let mut utf8 = [0; 4];
            match ISO_8859_15.encode(letter.encode_utf8(&mut utf8)) {
                (encoded, _, false) => page.extend_from_slice(&encoded),
                (_, _, true) => page.push(extended(letter).unwrap_or(b'?')),
            }
            return;
        }
    };
    page.extend_from_slice(nearest.as_bytes());
}

/// The letter nearest to one of Latin Extended-A.
fn extended(letter: char) -> Option<u8> {
    let place = u32::from(letter).checked_sub(0x100)?;
    LATIN_EXTENDED_A.as_bytes().get(usize::try_from(place).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(encoding: Encoding, text: &str) -> Vec<u8> {
        let mut page = Vec::new();
        encoding.put(text, &mut page);
        page
    }

    #[test]
    fn utf_8_has_every_letter_and_iso_8859_15_the_nearest() {
        let text = "Cévennes, 5 € – l’œil… ĉ→";
        assert_eq!(written(Encoding::Utf8, text), text.as_bytes());
        assert_eq!(written(Encoding::Latin9, text), b"C\xe9vennes, 5 \xa4 - l'\xbdil... c?");
        assert_eq!(
            written(Encoding::Latin9, "Dvořák, Łódź, Ĳssel, e\u{301}t, ſ"),
            b"Dvor\xe1k, L\xf3dz, IJssel, et, s"
        );
        assert_eq!(LATIN_EXTENDED_A.len(), 128);
    }

    #[test]
    fn nothing_in_a_text_ends_or_quotes_a_field() {
        let text = "\"Chez Paul\" | bar\u{a0}tabac\u{2028}\u{202f}5";
        assert_eq!(written(Encoding::Utf8, text), b"'Chez Paul' / bar tabac  5");
        assert_eq!(written(Encoding::Latin9, "“Chez Paul”"), b"'Chez Paul'");
    }

    #[test]
    fn a_long_text_ends_behind_a_word() {
        let text = "é".repeat(60) + " et encore " + &"é".repeat(60);
        assert_eq!(cut(&text), "é".repeat(60) + " et encore…");
        assert_eq!(cut(&"é".repeat(101)), "é".repeat(98) + "…");
        assert_eq!(cut(&"é".repeat(100)), "é".repeat(100), "as it is");
        // An accent of its own stays with its letter: 3 bytes each.
        assert_eq!(cut(&"e\u{301}".repeat(67)), "e\u{301}".repeat(65) + "…");
        let family = "\u{1f468}\u{200d}\u{1f469}";
        assert_eq!(cut(&family.repeat(20)), family.repeat(17) + "…");
    }

    proptest! {
        #[test]
        fn every_text_fits_in_both_encodings(text in "[ -~éŁ€“\\u{300}\\u{200d}\u{1f468}→\"|]{0,160}") {
            for encoding in [Encoding::Utf8, Encoding::Latin9] {
                let page = written(encoding, &text);
                prop_assert!(page.len() <= TEXT_BYTES_MAX, "{} bytes", page.len());
                prop_assert!(!page.iter().any(|byte| b"\t\r\n\"|".contains(byte)));
            }
        }
    }
}
