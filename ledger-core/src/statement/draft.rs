//! What the readers have in common: parts of a file become one statement that agrees with itself.

use hashbrown::{HashMap, HashSet};

use super::{DatedBalance, Format, Line, Place, StatedAccount, Statement, StatementError};
use crate::date::Date;
use crate::field::BankLine;
use crate::limits::FIGURE_MAX_CENTS;
use crate::money::Euros;

/// What a file says in one piece of one account: all of it, or the statement of a day.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Where it begins.
    pub line: u64,
    pub account: Option<StatedAccount>,
    pub period: Option<(Date, Date)>,
    pub opening: Option<Euros>,
    pub closing: Option<Euros>,
    pub ledger_balance: Option<DatedBalance>,
    /// In the order of the file.
    pub lines: Vec<Line>,
    pub pending: usize,
    /// The order where neither balances nor dates tell it.
    pub newest_first: bool,
}

/// A line whose place among equal ones is not known yet.
pub(super) fn line(at: u64, date: Date, amount: Euros) -> Line {
    Line {
        place: Place::of_line(at),
        fingerprint: BankLine { date, amount, nth: 0 },
        value_date: None,
        label: String::new(),
        references: Vec::new(),
        balance: None,
    }
}

/// The parts of one account as one statement.
pub(super) fn join(
    format: Format,
    parts: Vec<Part>,
    wanted: Option<&str>,
) -> Result<Statement, StatementError> {
    parts.iter().try_for_each(check_account)?;
    let mut parts = of_one_account(parts, wanted)?;
    for part in &mut parts {
        check_lengths(part)?;
        put_in_order(part)?;
        check_sum(part)?;
    }
    let as_written = chained(parts.iter()).is_ok() && !is_newest_first(&parts);
    if !as_written && chained(parts.iter().rev()).is_ok() {
        parts.reverse();
    }
    chained(parts.iter())?;
    Ok(joined(format, parts))
}

/// The longest label of a line, and the longest of its references together, in bytes.
const FIELD_BYTES_MAX: usize = 64 * 1024;
/// The longest name of an account, in bytes.
const ACCOUNT_BYTES_MAX: usize = 64;

/// No bank says so much of one movement; whoever shows, compares or matches it may take it to be short.
fn check_lengths(part: &Part) -> Result<(), StatementError> {
    for line in &part.lines {
        let references = line.references.iter().map(String::len).sum();
        for (field, bytes) in [("label", line.label.len()), ("references", references)] {
            if bytes > FIELD_BYTES_MAX {
                let (line, bytes_max) = (line.place.line(), FIELD_BYTES_MAX);
                return Err(StatementError::FieldTooLong { line, field, bytes, bytes_max });
            }
        }
    }
    Ok(())
}

fn check_account(part: &Part) -> Result<(), StatementError> {
    let Some(account) = &part.account else { return Ok(()) };
    let StatedAccount { iban, bank, branch, number } = account;
    let bytes = [iban, bank, branch, number].into_iter().flatten().map(String::len).max().unwrap_or(0);
    if bytes <= ACCOUNT_BYTES_MAX {
        return Ok(());
    }
    Err(StatementError::FieldTooLong {
        line: part.line,
        field: "account",
        bytes,
        bytes_max: ACCOUNT_BYTES_MAX,
    })
}

fn of_one_account(mut parts: Vec<Part>, wanted: Option<&str>) -> Result<Vec<Part>, StatementError> {
    let accounts = distinct(&parts);
    let found = |accounts: &[Option<StatedAccount>]| {
        let name = |account: &Option<StatedAccount>| {
            account.as_ref().map_or_else(|| "an account without a name".to_owned(), ToString::to_string)
        };
        accounts.iter().map(name).collect::<Vec<String>>()
    };
    let chosen = match wanted {
        // One account that has no name can only be the one that is meant.
        Some(_) if matches!(accounts.as_slice(), [None]) => None,
        Some(asked) => {
            let is_it =
                |account: &&Option<StatedAccount>| account.as_ref().is_some_and(|account| account.is(asked));
            let chosen: Vec<Option<StatedAccount>> = accounts.iter().filter(is_it).cloned().collect();
            match chosen.as_slice() {
                [] => {
                    let found = found(&accounts);
                    return Err(StatementError::NoSuchAccount { asked: asked.to_owned(), found });
                }
                [Some(chosen)] => Some(chosen.clone()),
                several => return Err(StatementError::SeveralAccounts { found: found(several) }),
            }
        }
        None if accounts.len() > 1 => {
            return Err(StatementError::SeveralAccounts { found: found(&accounts) });
        }
        None => None,
    };
    if chosen.is_some() {
        parts.retain(|part| part.account == chosen);
    }
    Ok(parts)
}

fn distinct(parts: &[Part]) -> Vec<Option<StatedAccount>> {
    let mut seen = HashSet::new();
    let accounts = parts.iter().map(|part| &part.account).filter(|account| seen.insert(*account));
    accounts.cloned().collect()
}

/// Oldest first: what the running balance proves, else what the dates say, else what the format is used to.
fn put_in_order(part: &mut Part) -> Result<(), StatementError> {
    let newest_first = by_dates(&part.lines).unwrap_or(part.newest_first);
    let stated = !part.lines.is_empty() && part.lines.iter().all(|line| line.balance.is_some());
    let newest_first = if stated {
        match (runs(part.lines.iter()), runs(part.lines.iter().rev())) {
            (Ok(()), Err(_)) => false,
            (Err(_), Ok(())) => true,
            (Ok(()), Ok(())) => newest_first,
            (Err(as_written), Err(reversed)) => return Err(if newest_first { reversed } else { as_written }),
        }
    } else {
        newest_first
    };
    if newest_first {
        part.lines.reverse();
    }
    if stated && let (Some(first), Some(last)) = (part.lines.first(), part.lines.last()) {
        let before = first.balance.map(|balance| balance - first.fingerprint.amount);
        part.opening = part.opening.or(before);
        part.closing = part.closing.or(last.balance);
    }
    Ok(())
}

/// Whether the newest line stands first; none when the dates do not tell.
fn by_dates(lines: &[Line]) -> Option<bool> {
    let dates = || lines.iter().map(|line| line.fingerprint.date);
    let pairs = || dates().zip(dates().skip(1));
    let rises = pairs().filter(|(one, next)| one < next).count();
    let falls = pairs().filter(|(one, next)| one > next).count();
    (rises != falls).then_some(falls > rises)
}

/// Whether each balance follows from the one before.
fn runs<'a>(lines: impl Iterator<Item = &'a Line>) -> Result<(), StatementError> {
    let mut before: Option<Euros> = None;
    for line in lines {
        let Some(found) = line.balance else { return Ok(()) };
        // Amounts and balances are far from the ends of their type.
        let expected = before.map(|before| before + line.fingerprint.amount);
        if let Some(expected) = expected.filter(|&expected| expected != found) {
            return Err(StatementError::BalanceBreaks { line: line.place.line(), expected, found });
        }
        before = Some(found);
    }
    Ok(())
}

fn check_sum(part: &Part) -> Result<(), StatementError> {
    let mut lines = Euros::ZERO;
    for line in &part.lines {
        lines += line.fingerprint.amount;
        if lines.cents().abs() > FIGURE_MAX_CENTS {
            return Err(StatementError::SumTooLarge { line: line.place.line() });
        }
    }
    let (Some(opening), Some(closing)) = (part.opening, part.closing) else { return Ok(()) };
    let expected = opening + lines;
    if expected == closing {
        return Ok(());
    }
    Err(StatementError::SumDiffers { line: part.line, opening, lines, expected, closing })
}

/// Whether each part opens with what the one before closes with.
fn chained<'a>(parts: impl Iterator<Item = &'a Part>) -> Result<(), StatementError> {
    let mut before: Option<&Part> = None;
    for part in parts {
        if let Some(before) = before
            && (part.opening.is_none() || part.opening != before.closing)
        {
            let told = |balance: Option<Euros>| {
                balance.map_or_else(|| "no balance".to_owned(), |euros| format!("{euros} €"))
            };
            let (expected, found) = (told(before.closing), told(part.opening));
            return Err(StatementError::PartsApart { line: part.line, expected, found });
        }
        before = Some(part);
    }
    Ok(())
}

/// Whether the first part is of later days than the last.
fn is_newest_first(parts: &[Part]) -> bool {
    let begins = |part: &Part| {
        let first = || part.lines.first().map(|line| line.fingerprint.date);
        part.period.map(|period| period.0).or_else(first)
    };
    let (first, last) = (parts.first().and_then(begins), parts.last().and_then(begins));
    first.zip(last).is_some_and(|(first, last)| first > last)
}

fn joined(format: Format, parts: Vec<Part>) -> Statement {
    let mut statement = Statement {
        format,
        account: parts.first().and_then(|part| part.account.clone()),
        period: all_of_them(&parts),
        opening: parts.first().and_then(|part| part.opening),
        closing: parts.last().and_then(|part| part.closing),
        ledger_balance: parts.last().and_then(|part| part.ledger_balance),
        lines: Vec::new(),
        pending: parts.iter().map(|part| part.pending).sum(),
    };
    for part in parts {
        if statement.lines.is_empty() {
            statement.lines = part.lines;
        } else {
            statement.lines.extend(part.lines);
        }
    }
    statement.lines.sort_by_key(|line| line.fingerprint.date);
    count_equals(&mut statement.lines);
    statement
}

/// From the first day of any part to the last, if every part declares its days.
fn all_of_them(parts: &[Part]) -> Option<(Date, Date)> {
    let periods: Option<Vec<(Date, Date)>> = parts.iter().map(|part| part.period).collect();
    let periods = periods?;
    let first = periods.iter().map(|period| period.0).min()?;
    Some((first, periods.iter().map(|period| period.1).max()?))
}

fn count_equals(lines: &mut [Line]) {
    let mut counts: HashMap<(Date, Euros), u32> = HashMap::new();
    for line in lines {
        let count = counts.entry((line.fingerprint.date, line.fingerprint.amount)).or_default();
        *count += 1;
        line.fingerprint.nth = *count;
    }
}
