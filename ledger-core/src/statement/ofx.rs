//! OFX, versions 1 and 2: what the bank tells a program of accounts. It has no opening balance.

use std::borrow::Cow;

use super::correction::{Correction, Transaction};
use super::group::{Group, bad, cut, date, missing};
use super::part::Part;
use super::tags::{Tag, Tags};
use super::wording::{one_line, shown};
use super::{DatedBalance, StatedAccount, StatementError, correction, draft};

/// Reads every statement of the file.
pub(super) fn read(text: &str) -> Result<Vec<Part>, StatementError> {
    let text = in_capitals(text);
    let mut tags = Tags::new(&text);
    let (mut parts, mut ended) = (Vec::new(), false);
    let mut group = Group::default();
    while let Some(tag) = tags.next()? {
        match tag {
            Tag::Open(name @ ("STMTRS" | "CCSTMTRS"), _) => {
                parts.push(statement(&mut tags, name, &mut group)?);
            }
            Tag::Open("INVSTMTRS", _) => pass_over(&mut tags, "INVSTMTRS")?,
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

/// Passes over what is another account's, such as one of securities, to its end.
fn pass_over(tags: &mut Tags<'_>, name: &str) -> Result<(), StatementError> {
    while let Some(tag) = tags.next()? {
        if tag == Tag::Close(name) {
            return Ok(());
        }
    }
    Err(cut(tags, &format!("</{name}>")))
}

/// The text with its tags in capitals, as they are nearly always.
fn in_capitals(text: &str) -> Cow<'_, str> {
    let is_small = |tag: &str| tag.trim_start_matches('/').split(['>', ' ']).next().is_some_and(has_small);
    if !text.split('<').skip(1).any(is_small) {
        return Cow::Borrowed(text);
    }
    let mut is_tag = false;
    let capital = |letter: char| {
        is_tag = letter == '<' || is_tag && !matches!(letter, '>' | ' ' | '!' | '?');
        if is_tag { letter.to_ascii_uppercase() } else { letter }
    };
    Cow::Owned(text.chars().map(capital).collect())
}

fn has_small(name: &str) -> bool {
    !name.starts_with(['!', '?']) && name.bytes().any(|byte| byte.is_ascii_lowercase())
}

fn stray(tags: &Tags<'_>, expected: &str) -> StatementError {
    let found = "a tag that does not belong there".to_owned();
    StatementError::Malformed { line: tags.line(), expected: expected.to_owned(), found }
}

fn statement<'a>(tags: &mut Tags<'a>, name: &str, group: &mut Group<'a>) -> Result<Part, StatementError> {
    let mut part = Part::at(tags.line());
    let (mut currency, mut listed) = (None, false);
    let mut of_currency = false;
    loop {
        let Some(tag) = tags.next()? else { return Err(cut(tags, &format!("</{name}>"))) };
        let value_of_currency = std::mem::take(&mut of_currency);
        let found = match tag {
            Tag::Close(closed) if closed == name => break,
            Tag::Open("CURDEF", beside) if !beside.is_empty() => Some(Cow::Borrowed(beside)),
            Tag::Open("CURDEF", _) => {
                of_currency = true;
                None
            }
            Tag::Text(text) if value_of_currency => Some(text),
            // Some banks forget the brackets.
            Tag::Text(text) if text.starts_with("CURDEF") => {
                let value = text.trim_start_matches("CURDEF").trim_start_matches(['>', ':', '=']).trim();
                Some(Cow::Owned(value.to_owned()))
            }
            Tag::Open(from @ ("BANKACCTFROM" | "CCACCTFROM"), _) => {
                group.read(tags, from)?;
                part.account = part.noted(account(group));
                None
            }
            Tag::Open("BANKTRANLIST", _) if listed => return Err(stray(tags, "one <BANKTRANLIST>")),
            Tag::Open("BANKTRANLIST", _) => {
                listed = true;
                list(tags, group, &mut part)?;
                None
            }
            Tag::Open("LEDGERBAL", _) => {
                group.read(tags, "LEDGERBAL")?;
                part.ledger_balance = part.noted(balance(group)).flatten();
                None
            }
            Tag::Open("STMTTRN", _) => return Err(stray(tags, "<STMTTRN> within <BANKTRANLIST>")),
            Tag::Open("STMTRS" | "CCSTMTRS", _) => return Err(cut(tags, &format!("</{name}>"))),
            _ => None,
        };
        if let Some(found) = &found {
            let line = tags.line();
            part.currency(found, || StatementError::WrongCurrency { line, found: shown(found) });
        }
        currency = currency.or(found);
    }
    if currency.is_none() {
        part.wrong(missing(part.line, "CURDEF"));
    }
    part.close_on_stated();
    Ok(part)
}

fn account(group: &Group<'_>) -> Result<StatedAccount, StatementError> {
    let owned = |name: &str| group.text(name).map(|value| value.map(one_line));
    let number = owned("ACCTID")?.ok_or_else(|| missing(group.line, "ACCTID"))?;
    let named = StatedAccount::named(&number).unwrap_or_default();
    Ok(StatedAccount { bank: owned("BANKID")?, branch: owned("BRANCHID")?, ..named })
}

/// The balance in the books; none where the bank leaves it out, and its tag there.
fn balance(group: &Group<'_>) -> Result<Option<DatedBalance>, StatementError> {
    if group.value("BALAMT")?.is_none() {
        return Ok(None);
    }
    Ok(Some(DatedBalance { amount: group.amount("BALAMT")?, on: group.date("DTASOF")? }))
}

fn list<'a>(tags: &mut Tags<'a>, group: &mut Group<'a>, part: &mut Part) -> Result<(), StatementError> {
    let (mut start, mut end) = (None, None);
    let (mut dated, mut transactions) = (None, Vec::new());
    loop {
        let Some(tag) = tags.next()? else { return Err(cut(tags, "</BANKTRANLIST>")) };
        match (tag, dated.take()) {
            (Tag::Close("BANKTRANLIST"), _) => break,
            (Tag::Close("STMTRS" | "CCSTMTRS" | "OFX") | Tag::Open("LEDGERBAL", _), _) => {
                return Err(cut(tags, "</BANKTRANLIST>"));
            }
            (Tag::Open(name @ ("DTSTART" | "DTEND"), _), _) => dated = Some(name),
            (Tag::Text(text), Some(name)) => {
                let date = part.noted(date(tags.line(), name, &text));
                if name == "DTSTART" { start = date } else { end = date }
            }
            (Tag::Open("STMTTRN", _), _) => {
                group.read(tags, "STMTTRN")?;
                transactions.extend(part.noted(transaction(group)));
            }
            _ => {}
        }
    }
    part.period = start.zip(end);
    if let Some((from, through)) = part.period.filter(|(from, through)| from > through) {
        part.wrong(bad(part.line, "DTEND", &format!("{from} or later"), &through.to_string()));
    }
    part.noted(correction::signed(&transactions));
    part.lines = part.noted(correction::corrected(transactions)).unwrap_or_default();
    Ok(())
}

fn transaction(group: &Group<'_>) -> Result<Transaction, StatementError> {
    // The amount is in this currency; `ORIGCURRENCY` says what it was before it became euros.
    if let Some(found) = group.within("CURRENCY", "CURSYM").filter(|found| !found.eq_ignore_ascii_case("EUR"))
    {
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
    let id = group.text("FITID")?.map(one_line);
    let kind = group.text("TRNTYPE")?.map(one_line);
    Ok(Transaction { line, id, kind, correction: correction_of(group)? })
}

fn correction_of(group: &Group<'_>) -> Result<Option<Correction>, StatementError> {
    let deletes = match group.value("CORRECTACTION")? {
        None => None,
        Some(value) => Some(match value.text.trim() {
            "DELETE" => true,
            "REPLACE" => false,
            other => return Err(bad(value.line, "CORRECTACTION", "DELETE or REPLACE", other)),
        }),
    };
    match (group.text("CORRECTFITID")?.map(one_line), deletes) {
        (None, None) => Ok(None),
        (Some(of), Some(deletes)) => Ok(Some(Correction { of, deletes })),
        (None, Some(_)) => Err(missing(group.line, "CORRECTFITID")),
        (Some(_), None) => Err(missing(group.line, "CORRECTACTION")),
    }
}
