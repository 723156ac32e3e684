//! What is printed: letters that can be seen, and the styles of this program. Whatever comes from a file, an argument or the
//! ledger passes here before a terminal reads it.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};
use ledger_core::text::{visible, without_keys, written_out};

/// The styles of this program. In a text that is not printed yet, each is a mark and its place here.
const STYLES: [Style; 6] = [
    super::BOLD,
    super::DIM,
    super::ALERT,
    super::GOOD,
    AnsiColor::Cyan.on_default().bold(),
    AnsiColor::Yellow.on_default().bold(),
];
/// Where a style begins, and where it ends: these are no characters of any text.
const BEGINS: char = '\u{fdd0}';
const ENDS: char = '\u{fdd1}';

/// A text in a style.
pub fn painted(style: Style, text: impl Display) -> String {
    match ('0'..).zip(STYLES).find(|(_, known)| *known == style) {
        Some((place, _)) => format!("{BEGINS}{place}{}{ENDS}", visible(&text.to_string())),
        None => visible(&text.to_string()).into_owned(),
    }
}

/// A text as a terminal gets it.
pub fn rendered(text: &str, colour: bool) -> String {
    let text = without_keys(text);
    let mut shown = String::with_capacity(text.len());
    let mut rest: &str = &text;
    while let Some(at) = rest.find([BEGINS, ENDS]) {
        let (before, mark) = rest.split_at(at);
        shown.push_str(&visible(before));
        let mut letters = mark.chars();
        let style = match letters.next() {
            Some(BEGINS) => {
                let place = letters.next().and_then(|place| place.to_digit(10));
                place.and_then(|place| STYLES.get(place as usize)).map(|style| style.render().to_string())
            }
            _ => Some(anstyle::Reset.render().to_string()),
        };
        shown.push_str(style.as_deref().filter(|_| colour).unwrap_or_default());
        rest = letters.as_str();
    }
    shown.push_str(&visible(rest));
    shown
}

/// JSON in which what cannot be seen is written as JSON writes it. Outside of its strings there is nothing of the kind.
pub fn escaped(json: &str) -> String {
    written_out(&without_keys(json), |letter| {
        let mut units = [0; 2];
        letter
            .encode_utf16(&mut units)
            .iter()
            .map(|unit| format!("\\u{unit:04x}"))
            .collect::<Vec<_>>()
            .concat()
    })
    .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_letters_and_our_own_styles() {
        let line = format!("{} b\u{1b}[31m\u{9b}c\u{202e}", painted(super::super::BOLD, "a\u{7}"));
        assert_eq!(rendered(&line, false), "a\\u{7} b\\u{1b}[31m\\u{9b}c\\u{202e}");
        assert_eq!(rendered(&line, true), "\u{1b}[1ma\\u{7}\u{1b}[0m b\\u{1b}[31m\\u{9b}c\\u{202e}");
        assert_eq!(rendered("a\nb\r\tc é\u{a0}10\u{202f}000 €", true), "a\\nb\\r\\tc é\u{a0}10\u{202f}000 €");
        assert_eq!(rendered("x PRIVATE+KEY+a+b+c= y", true), "x PRIVATE+KEY+… y");
    }

    #[test]
    fn json_means_the_same_and_holds_nothing_that_is_obeyed() {
        let json = serde_json::to_string("\u{1b}\u{9b}\u{7f}é\u{202e}\u{e0041}").unwrap_or_default();
        let shown = escaped(&json);
        assert_eq!(shown, r#""\u001b\u009b\u007fé\u202e\udb40\udc41""#);
        assert_eq!(serde_json::from_str::<String>(&shown).ok(), serde_json::from_str::<String>(&json).ok());
        assert_eq!(escaped("{\"a\":\"x PRIVATE+KEY+n+1+AQ==\"}"), "{\"a\":\"x PRIVATE+KEY+…\"}");
    }
}
