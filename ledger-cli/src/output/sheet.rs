//! A page to read and to print: no script, nothing from elsewhere, every text escaped.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::lang::Lang;

/// A page with a title, the association's name behind it, a style of its own, and a body.
pub fn sheet(lang: Lang, title: &str, association: Option<&str>, style: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(lang.of("en", "fr")) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { (title) @if let Some(association) = association { " – " (association) } }
                style { (PreEscaped(style)) }
            }
            body { (body) }
        }
    };
    page.into_string()
}

/// A sentence with the blanks of French before its high signs, which no line breaks at.
pub fn typeset(text: &str, lang: Lang) -> String {
    if lang == Lang::En {
        return text.to_owned();
    }
    text.replace(" :", "\u{a0}:")
        .replace(" ;", "\u{202f};")
        .replace("« ", "«\u{a0}")
        .replace(" »", "\u{a0}»")
        .replace("n° ", "n°\u{a0}")
        .replace('\'', "’")
}
