//! How texts of a statement are compared and shown.

use crate::text::holds_private_key;

/// The most letters of a text that a message shows.
const SHOWN_LETTERS_MAX: usize = 80;

/// A text as a message shows it: quoted, on one line, with what cannot be seen written out, and not too long.
pub(super) fn shown(text: &str) -> String {
    if text.trim().is_empty() {
        return "empty".to_owned();
    }
    if holds_private_key(text.as_bytes()) {
        return "a private key".to_owned();
    }
    let start: String = text.chars().take(SHOWN_LETTERS_MAX).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("`{}`{more}", start.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'"))
}

/// A text on one line: runs of blanks and control characters are one blank.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|letter: char| letter.is_whitespace() || letter.is_control()) {
        if !word.is_empty() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    line
}

/// A name as it is compared: small letters, no accents, single blanks.
pub(super) fn folded(text: &str) -> String {
    let plain = text.chars().flat_map(char::to_lowercase).filter_map(without_accent);
    one_line(&plain.collect::<String>())
}

/// The letter without its accent; none for an accent that stands alone.
pub(crate) fn without_accent(letter: char) -> Option<char> {
    Some(match letter {
        'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        '’' => '\'',
        '\u{300}'..='\u{36f}' => return None,
        letter => letter,
    })
}

/// Whether a text has letters that cannot be shown on a line.
pub(super) fn hides(text: &str) -> bool {
    text.contains(char::is_control)
}

/// Parts of a label, joined; what a part said already is not said again.
#[derive(Default)]
pub(super) struct Label(Vec<String>);

/// Beyond so many parts (a batch of transfers) nothing is compared any more.
const COMPARED_PARTS_MAX: usize = 16;

impl Label {
    /// Adds a part.
    pub(super) fn add(&mut self, text: &str) {
        let part = one_line(text);
        let known = |known: &String| *known == part;
        if !part.is_empty() && !self.0.iter().take(COMPARED_PARTS_MAX).any(known) {
            self.0.push(part);
        }
    }

    /// All of it.
    pub(super) fn joined(mut self) -> String {
        match self.0.len() {
            1 => self.0.swap_remove(0),
            _ => self.0.join(" "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_are_compared_without_accents_and_capitals() {
        for text in ["Date Opération", "DATE OPERATION", " date\u{a0}ope\u{301}ration "] {
            assert_eq!(folded(text), "date operation");
        }
    }

    #[test]
    fn a_message_shows_one_line_and_no_escape_sequence() {
        assert_eq!(shown("a\u{1b}[31m\n"), "`a\\u{1b}[31m\\n`");
        assert_eq!(shown(" "), "empty");
        assert_eq!(shown(&"é".repeat(90)), format!("`{}`…", "é".repeat(80)));
    }
}
