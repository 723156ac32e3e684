//! The tags of OFX, of version 1 (SGML, in which values are not closed) and of version 2 (XML) alike.

use std::borrow::Cow;

use super::StatementError;
use super::counter::Counter;
use super::wording::shown;

/// A tag, or the text behind one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tag<'a> {
    /// `<NAME>`; what else stands between the brackets is beside it.
    Open(&'a str, &'a str),
    /// `</NAME>`
    Close(&'a str),
    /// Text that is not blank.
    Text(Cow<'a, str>),
}

/// The tags of a text, one after the other.
pub(super) struct Tags<'a> {
    text: &'a str,
    at: usize,
    counter: Counter<'a>,
    line: u64,
}

impl<'a> Tags<'a> {
    /// The tags behind what stands before the first one.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: text.find('<').unwrap_or(text.len()), counter: Counter::new(text), line: 1 }
    }

    /// The line that was read last, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// What comes next; none at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Tag<'a>>, StatementError> {
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            self.line = self.counter.line_at(self.at);
            if rest.is_empty() {
                return Ok(None);
            }
            let Some(tag) = rest.strip_prefix('<') else {
                let text = rest.split('<').next().unwrap_or_default();
                self.at += text.len();
                match text.trim() {
                    "" => continue,
                    text => return Ok(Some(Tag::Text(unescaped(text)))),
                }
            };
            if let Some(data) = tag.strip_prefix("![CDATA[") {
                let data = self.until(data, "]]>", 9)?;
                return Ok(Some(Tag::Text(Cow::Borrowed(data.trim()))));
            }
            if let Some(comment) = tag.strip_prefix("!--") {
                self.until(comment, "-->", 4)?;
                continue;
            }
            let inside = self.until(tag, ">", 1)?;
            if inside.contains('<') {
                return Err(StatementError::Malformed {
                    line: self.line,
                    expected: "a tag that is closed by >".to_owned(),
                    found: shown(&format!("<{}", inside.lines().next().unwrap_or_default())),
                });
            }
            match inside.as_bytes().first() {
                Some(b'?' | b'!') => {}
                Some(b'/') => return Ok(Some(Tag::Close(inside.get(1..).unwrap_or_default().trim()))),
                _ => {
                    let inside = inside.trim();
                    let (name, more) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
                    return Ok(Some(Tag::Open(name, more.trim())));
                }
            }
        }
    }

    /// What stands before the end of a tag, of which so many bytes were seen.
    fn until(&mut self, rest: &'a str, end: &str, seen: usize) -> Result<&'a str, StatementError> {
        let Some((inside, _)) = rest.split_once(end) else {
            return Err(StatementError::Truncated { line: self.line, expected: end.to_owned() });
        };
        self.at += seen + inside.len() + end.len();
        Ok(inside)
    }
}

/// The longest entity, without & and ;.
const ENTITY_LEN_MAX: usize = 8;

/// A text with its entities resolved; an ampersand that begins none is one.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut parts = text.split('&');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.bytes().take(ENTITY_LEN_MAX + 1).position(|byte| byte == b';');
        let letter = end.and_then(|end| entity(part.get(..end)?).zip(part.get(end + 1..)));
        if let Some((letter, rest)) = letter {
            plain.push(letter);
            plain.push_str(rest);
        } else {
            plain.push('&');
            plain.push_str(part);
        }
    }
    Cow::Owned(plain)
}

/// The letter of an entity of XML, or of a number.
pub(super) fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|&letter| letter != '\0')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_letters_and_a_bare_ampersand_stays() {
        assert_eq!(
            unescaped("a &amp; b &lt;&#233;&#xE9;&gt; &quot; R&D &foo; &"),
            "a & b <éé> \" R&D &foo; &"
        );
    }

    #[test]
    fn both_versions_are_the_same_tags() {
        let mut tags = Tags::new(
            "X:1\n\n<?OFX a?><!-- <no> --><OFX>\n<NAME>a &amp; b\n<MEMO/>c</MEMO><![CDATA[<d>]]></OFX>",
        );
        let mut all = Vec::new();
        while let Some(tag) = tags.next().unwrap() {
            all.push((tag, tags.line()));
        }
        let text = |text: &'static str| Tag::Text(Cow::Borrowed(text));
        assert_eq!(
            all,
            [
                (Tag::Open("OFX", ""), 3),
                (Tag::Open("NAME", ""), 4),
                (text("a & b"), 4),
                (Tag::Open("MEMO/", ""), 5),
                (text("c"), 5),
                (Tag::Close("MEMO"), 5),
                (text("<d>"), 5),
                (Tag::Close("OFX"), 5)
            ]
        );
    }
}
