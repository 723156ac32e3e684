//! A group of values in OFX, such as a transaction.

use std::borrow::Cow;

use hashbrown::HashSet;

use super::figure::Figures;
use super::tags::{Tag, Tags};
use super::wording::shown;
use super::{StatementError, day};
use crate::date::Date;
use crate::money::Euros;

/// Values that are never groups themselves, so that an empty one that is not closed swallows nothing.
const VALUES: [&str; 17] = [
    "TRNTYPE",
    "DTPOSTED",
    "DTUSER",
    "DTAVAIL",
    "TRNAMT",
    "FITID",
    "CHECKNUM",
    "REFNUM",
    "NAME",
    "MEMO",
    "BANKID",
    "BRANCHID",
    "ACCTID",
    "BALAMT",
    "DTASOF",
    "CORRECTFITID",
    "CORRECTACTION",
];

/// The most tags within a group; a transaction has about twenty.
const TAGS_MAX: usize = 4096;

/// The values of one group, such as a transaction, with the name of the group within it where they stand.
#[derive(Default)]
pub(super) struct Group<'a> {
    pub line: u64,
    tags: Vec<(Tag<'a>, u64)>,
    values: Vec<Value<'a>>,
}

pub(super) struct Value<'a> {
    pub line: u64,
    within: Option<&'a str>,
    name: &'a str,
    pub text: Cow<'a, str>,
}

impl<'a> Group<'a> {
    /// Reads the group whose opening tag was read just now. In SGML only what is closed somewhere is a group.
    pub(super) fn read(&mut self, tags: &mut Tags<'a>, name: &str) -> Result<(), StatementError> {
        self.line = tags.line();
        self.tags.clear();
        self.values.clear();
        let mut closed = HashSet::new();
        loop {
            match tags.next()? {
                None => return Err(cut(tags, &format!("</{name}>"))),
                Some(Tag::Close(end)) if end == name => break,
                Some(
                    Tag::Open("STMTTRN" | "LEDGERBAL" | "BANKTRANLIST", _)
                    | Tag::Close("BANKTRANLIST" | "STMTRS"),
                ) => {
                    return Err(cut(tags, &format!("</{name}>")));
                }
                Some(tag) => {
                    if let Tag::Close(end) = tag {
                        closed.insert(end);
                    }
                    if self.tags.len() == TAGS_MAX {
                        let expected = format!("at most {TAGS_MAX} tags within <{name}>");
                        let found = "more of them".to_owned();
                        return Err(StatementError::Malformed { line: tags.line(), expected, found });
                    }
                    self.tags.push((tag, tags.line()));
                }
            }
        }
        self.sort_out(&closed)
    }

    fn sort_out(&mut self, closed: &HashSet<&'a str>) -> Result<(), StatementError> {
        let mut within: Vec<&'a str> = Vec::new();
        let mut value = None;
        let mut tags = self.tags.drain(..).peekable();
        while let Some((tag, line)) = tags.next() {
            match tag {
                Tag::Open(name, _) => {
                    let valued = matches!(tags.peek(), Some((Tag::Text(_), _)));
                    if !valued && closed.contains(name) && !VALUES.contains(&name) {
                        within.push(name);
                    }
                    value = valued.then_some(name);
                }
                Tag::Close(name) => {
                    value = None;
                    if within.last() == Some(&name) {
                        within.pop();
                    }
                }
                Tag::Text(text) => {
                    let Some(name) = value else {
                        let expected = "a tag before the text".to_owned();
                        return Err(StatementError::Malformed { line, expected, found: shown(&text) });
                    };
                    self.values.push(Value { line, within: within.last().copied(), name, text });
                }
            }
        }
        Ok(())
    }

    /// A value of the group itself; two different ones of one name are refused.
    pub(super) fn value(&self, name: &str) -> Result<Option<&Value<'a>>, StatementError> {
        let mut found = self.values.iter().filter(|value| value.within.is_none() && value.name == name);
        let first = found.next();
        match found.find(|other| first.is_some_and(|first| first.text != other.text)) {
            Some(other) => Err(bad(other.line, name, "a single value", &other.text)),
            None => Ok(first),
        }
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, StatementError> {
        Ok(self.value(name)?.map(|value| value.text.as_ref()))
    }

    /// A value of a group within the group.
    pub(super) fn within(&self, group: &str, name: &str) -> Option<&str> {
        let mut values = self.values.iter();
        values
            .find(|value| value.within == Some(group) && value.name == name)
            .map(|value| value.text.as_ref())
    }

    fn needed(&self, name: &str) -> Result<&Value<'a>, StatementError> {
        self.value(name)?.ok_or_else(|| missing(self.line, name))
    }

    pub(super) fn date(&self, name: &str) -> Result<Date, StatementError> {
        let value = self.needed(name)?;
        date(value.line, name, &value.text)
    }

    /// An amount, with a point or, as some banks write it, a comma.
    pub(super) fn amount(&self, name: &str) -> Result<Euros, StatementError> {
        let Value { line, text, .. } = self.needed(name)?;
        let decimal = if text.contains(',') { ',' } else { '.' };
        let figures = Figures { decimal, three_decimals: false, ..Figures::plain() };
        figures.read(text).map_err(|expected| bad(*line, name, expected, text))
    }
}

/// A date, with whatever time stands behind it: the day that is written.
pub(super) fn date(line: u64, field: &str, text: &str) -> Result<Date, StatementError> {
    let (day, rest) = text.split_at_checked(8).unwrap_or(("", text));
    let of_time = |byte: u8| byte.is_ascii_alphanumeric() || b".:[]+- /".contains(&byte);
    let day = day::compact(day).filter(|_| rest.bytes().all(of_time));
    day.ok_or_else(|| bad(line, field, "a date such as 20260828", text))
}

/// The file ends before this, or something else stands there.
pub(super) fn cut(tags: &Tags<'_>, expected: &str) -> StatementError {
    StatementError::Truncated { line: tags.line(), expected: expected.to_owned() }
}

/// A field that should be another.
pub(super) fn bad(line: u64, field: &str, expected: &str, found: &str) -> StatementError {
    let (field, expected) = (field.to_owned(), expected.to_owned());
    StatementError::BadField { line, field, expected, found: shown(found) }
}

/// A field that is not there.
pub(super) fn missing(line: u64, field: &str) -> StatementError {
    StatementError::MissingField { line, field: field.to_owned() }
}
