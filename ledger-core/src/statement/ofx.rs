//! OFX, versions 1 and 2: what the bank tells a program of accounts. It has no opening balance.

use std::borrow::Cow;

use hashbrown::HashSet;

use super::draft::{self, Part};
use super::figure::Figures;
use super::tags::{Tag, Tags};
use super::wording::{one_line, shown};
use super::{DatedBalance, Line, StatedAccount, StatementError, day};
use crate::date::Date;
use crate::money::Euros;

/// Reads every statement of the file.
pub(super) fn read(text: &str) -> Result<Vec<Part>, StatementError> {
    let mut tags = Tags::new(text);
    let (mut parts, mut ended) = (Vec::new(), false);
    let mut group = Group::default();
    while let Some(tag) = tags.next()? {
        match tag {
            Tag::Open(name @ ("STMTRS" | "CCSTMTRS"), _) => {
                parts.push(statement(&mut tags, name, &mut group)?);
            }
            Tag::Open("STMTTRN", _) => return Err(stray(&tags, "<STMTTRN> within <BANKTRANLIST>")),
            Tag::Close("OFX") => ended = true,
            _ => {}
        }
    }
    if !ended {
        return Err(cut(&tags, "</OFX>"));
    }
    if parts.is_empty() {
        return Err(StatementError::MissingField { line: tags.line(), field: "STMTRS".to_owned() });
    }
    Ok(parts)
}

fn cut(tags: &Tags<'_>, expected: &str) -> StatementError {
    StatementError::Truncated { line: tags.line(), expected: expected.to_owned() }
}

fn stray(tags: &Tags<'_>, expected: &str) -> StatementError {
    let found = "a tag that does not belong there".to_owned();
    StatementError::Malformed { line: tags.line(), expected: expected.to_owned(), found }
}

fn bad(line: u64, field: &str, expected: &str, found: &str) -> StatementError {
    let (field, expected) = (field.to_owned(), expected.to_owned());
    StatementError::BadField { line, field, expected, found: shown(found) }
}

fn missing(line: u64, field: &str) -> StatementError {
    StatementError::MissingField { line, field: field.to_owned() }
}

fn statement<'a>(tags: &mut Tags<'a>, name: &str, group: &mut Group<'a>) -> Result<Part, StatementError> {
    let mut part = Part { line: tags.line(), ..Part::default() };
    let (mut currency, mut listed) = (None, false);
    let mut of_currency = false;
    loop {
        let Some(tag) = tags.next()? else { return Err(cut(tags, &format!("</{name}>"))) };
        let value_of_currency = std::mem::take(&mut of_currency);
        match tag {
            Tag::Close(closed) if closed == name => break,
            Tag::Open("CURDEF", beside) if !beside.is_empty() => currency = Some(Cow::Borrowed(beside)),
            Tag::Open("CURDEF", _) => of_currency = true,
            Tag::Text(text) if value_of_currency => currency = Some(text),
            // Some banks forget the brackets.
            Tag::Text(text) if text.starts_with("CURDEF") => {
                let value = text.trim_start_matches("CURDEF").trim_start_matches(['>', ':', '=']).trim();
                currency = Some(Cow::Owned(value.to_owned()));
            }
            Tag::Open(from @ ("BANKACCTFROM" | "CCACCTFROM"), _) => {
                group.read(tags, from)?;
                part.account = Some(account(group)?);
            }
            Tag::Open("BANKTRANLIST", _) if listed => return Err(stray(tags, "one <BANKTRANLIST>")),
            Tag::Open("BANKTRANLIST", _) => {
                listed = true;
                list(tags, group, &mut part)?;
            }
            Tag::Open("LEDGERBAL", _) => {
                group.read(tags, "LEDGERBAL")?;
                let balance = DatedBalance { amount: group.amount("BALAMT")?, on: group.date("DTASOF")? };
                part.ledger_balance = Some(balance);
                part.closing = Some(balance.amount);
            }
            Tag::Open("STMTTRN", _) => return Err(stray(tags, "<STMTTRN> within <BANKTRANLIST>")),
            Tag::Open("STMTRS" | "CCSTMTRS", _) => return Err(cut(tags, &format!("</{name}>"))),
            _ => {}
        }
        if let Some(found) = currency.as_ref().filter(|currency| *currency != "EUR") {
            return Err(StatementError::WrongCurrency { line: tags.line(), found: shown(found) });
        }
    }
    if currency.is_none() {
        return Err(missing(part.line, "CURDEF"));
    }
    Ok(part)
}

fn account(group: &Group<'_>) -> Result<StatedAccount, StatementError> {
    let owned = |name: &str| group.text(name).map(|value| value.map(one_line));
    let number = owned("ACCTID")?.ok_or_else(|| missing(group.line, "ACCTID"))?;
    let named = StatedAccount::named(&number).unwrap_or_default();
    Ok(StatedAccount { bank: owned("BANKID")?, branch: owned("BRANCHID")?, ..named })
}

fn list<'a>(tags: &mut Tags<'a>, group: &mut Group<'a>, part: &mut Part) -> Result<(), StatementError> {
    let (mut start, mut end) = (None, None);
    let mut dated = None;
    loop {
        let Some(tag) = tags.next()? else { return Err(cut(tags, "</BANKTRANLIST>")) };
        match (tag, dated.take()) {
            (Tag::Close("BANKTRANLIST"), _) => break,
            (Tag::Close("STMTRS" | "CCSTMTRS" | "OFX") | Tag::Open("LEDGERBAL", _), _) => {
                return Err(cut(tags, "</BANKTRANLIST>"));
            }
            (Tag::Open(name @ ("DTSTART" | "DTEND"), _), _) => dated = Some(name),
            (Tag::Text(text), Some(name)) => {
                let date = Some(date(tags.line(), name, &text)?);
                if name == "DTSTART" { start = date } else { end = date }
            }
            (Tag::Open("STMTTRN", _), _) => {
                group.read(tags, "STMTTRN")?;
                part.lines.push(transaction(group)?);
            }
            _ => {}
        }
    }
    part.period = start.zip(end);
    Ok(())
}

fn transaction(group: &Group<'_>) -> Result<Line, StatementError> {
    // The amount is in this currency; `ORIGCURRENCY` says what it was before it became euros.
    if let Some(found) = group.within("CURRENCY", "CURSYM").filter(|&found| found != "EUR") {
        return Err(StatementError::WrongCurrency { line: group.line, found: shown(found) });
    }
    let amount = group.amount("TRNAMT")?;
    let mut line = draft::line(group.line, group.date("DTPOSTED")?, amount);
    line.value_date = match group.value("DTAVAIL")? {
        Some(value) => Some(date(value.line, "DTAVAIL", &value.text)?),
        None => None,
    };
    let name = one_line(group.text("NAME")?.or(group.within("PAYEE", "NAME")).unwrap_or_default());
    let memo = one_line(group.text("MEMO")?.unwrap_or_default());
    line.label = match (name.as_str(), memo.as_str()) {
        (name, memo) if memo.contains(name) => memo.to_owned(),
        (name, "") => name.to_owned(),
        (name, memo) => format!("{name} {memo}"),
    };
    for field in ["FITID", "CHECKNUM", "REFNUM"] {
        let reference = group.text(field)?.map(one_line).filter(|text| !text.is_empty());
        line.references.extend(reference.filter(|text| !line.references.contains(text)));
    }
    Ok(line)
}

fn date(line: u64, field: &str, text: &str) -> Result<Date, StatementError> {
    let (day, rest) = text.split_at_checked(8).unwrap_or(("", text));
    let of_time = |byte: u8| byte.is_ascii_alphanumeric() || b".:[]+- /".contains(&byte);
    let day = day::compact(day).filter(|_| rest.bytes().all(of_time));
    day.ok_or_else(|| bad(line, field, "a date such as 20260828", text))
}

/// Values that are never groups themselves, so that an empty one that is not closed swallows nothing.
const VALUES: [&str; 15] = [
    "TRNTYPE", "DTPOSTED", "DTUSER", "DTAVAIL", "TRNAMT", "FITID", "CHECKNUM", "REFNUM", "NAME", "MEMO",
    "BANKID", "BRANCHID", "ACCTID", "BALAMT", "DTASOF",
];

/// The most tags within a group; a transaction has about twenty.
const TAGS_MAX: usize = 4096;

/// The values of one group, such as a transaction, with the name of the group within it where they stand.
#[derive(Default)]
struct Group<'a> {
    line: u64,
    tags: Vec<(Tag<'a>, u64)>,
    values: Vec<Value<'a>>,
}

struct Value<'a> {
    line: u64,
    within: Option<&'a str>,
    name: &'a str,
    text: Cow<'a, str>,
}

impl<'a> Group<'a> {
    /// Reads the group whose opening tag was read just now. In SGML only what is closed somewhere is a group.
    fn read(&mut self, tags: &mut Tags<'a>, name: &str) -> Result<(), StatementError> {
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
    fn value(&self, name: &str) -> Result<Option<&Value<'a>>, StatementError> {
        let mut found = self.values.iter().filter(|value| value.within.is_none() && value.name == name);
        let first = found.next();
        match found.find(|other| first.is_some_and(|first| first.text != other.text)) {
            Some(other) => Err(bad(other.line, name, "a single value", &other.text)),
            None => Ok(first),
        }
    }

    fn text(&self, name: &str) -> Result<Option<&str>, StatementError> {
        Ok(self.value(name)?.map(|value| value.text.as_ref()))
    }

    /// A value of a group within the group.
    fn within(&self, group: &str, name: &str) -> Option<&str> {
        let mut values = self.values.iter();
        values
            .find(|value| value.within == Some(group) && value.name == name)
            .map(|value| value.text.as_ref())
    }

    fn needed(&self, name: &str) -> Result<&Value<'a>, StatementError> {
        self.value(name)?.ok_or_else(|| missing(self.line, name))
    }

    fn date(&self, name: &str) -> Result<Date, StatementError> {
        let value = self.needed(name)?;
        date(value.line, name, &value.text)
    }

    /// An amount, with a point or, as some banks write it, a comma.
    fn amount(&self, name: &str) -> Result<Euros, StatementError> {
        let Value { line, text, .. } = self.needed(name)?;
        let decimal = if text.contains(',') { ',' } else { '.' };
        let figures = Figures { decimal, ..Figures::plain() };
        figures.read(text).map_err(|expected| bad(*line, name, expected, text))
    }
}
