//! What the readers have in common: parts of a file become one statement that agrees with itself.

use hashbrown::HashMap;

use super::figure::Figures;
use super::part::Part;
use super::wording::shown;
use super::{Format, Line, Place, StatedAccount, Statement, StatementError, chain, choice, pages, repeated};
use crate::date::Date;
use crate::field::BankLine;
use crate::money::Euros;

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
    let mut parts = choice::of_one_account(parts, wanted)?;
    if let Some(fault) = parts.iter_mut().find_map(Part::fault) {
        return Err(fault);
    }
    parts = pages::joined(repeated::once(parts)?)?;
    for part in &mut parts {
        check_lengths(part)?;
        check_counts(part)?;
        check_totals(part)?;
        put_in_order(part)?;
        check_sum(part)?;
    }
    Ok(joined(format, chain::in_order(parts)?))
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

/// A statement has as many entries as it says. Where it has pages, each may tell of itself or of the whole.
fn check_counts(part: &Part) -> Result<(), StatementError> {
    for count in &part.counts {
        let mut whole = [0_u64; 3];
        for page in part.counts.iter().filter(|page| page.field == count.field) {
            for (sum, counted) in whole.iter_mut().zip(page.counted) {
                *sum = sum.saturating_add(counted);
            }
        }
        if !count.counted.contains(&count.stated) && !whole.contains(&count.stated) {
            return Err(StatementError::BadField {
                line: count.line,
                field: count.field.to_owned(),
                expected: format!("{}, as many as there are", count.counted[0]),
                found: count.stated.to_string(),
            });
        }
    }
    Ok(())
}

/// The entries of a statement sum up to what it says, in one of the ways in which banks sum them. Where it has both of its
/// balances, those show more.
fn check_totals(part: &Part) -> Result<(), StatementError> {
    if part.opening.is_some() && part.closing.is_some() {
        return Ok(());
    }
    for total in &part.totals {
        let wrong = |expected: String| {
            let (field, found) = (total.field.to_owned(), shown(&total.stated));
            Err(StatementError::BadField { line: total.line, field, expected, found })
        };
        let stated = match Figures::plain().read(&total.stated) {
            Ok(stated) => i128::from(stated.cents()).abs(),
            Err(expected) => return wrong(expected.to_owned()),
        };
        let mut whole = [0_i128; 4];
        for page in part.totals.iter().filter(|page| page.field == total.field) {
            whole.iter_mut().zip(page.summed).for_each(|(sum, of_page)| *sum += of_page);
        }
        if !whole.into_iter().chain(total.summed).any(|sum| sum.abs() == stated) {
            let [all, ..] = total.summed;
            return wrong(format!("{}.{:02}, the sum of the entries", all / 100, all % 100));
        }
    }
    Ok(())
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

pub(super) fn check_sum(part: &Part) -> Result<(), StatementError> {
    let lines = part.sum()?;
    let (Some(opening), Some(closing)) = (part.opening, part.closing) else { return Ok(()) };
    let expected = opening + lines;
    if expected == closing {
        return Ok(());
    }
    Err(StatementError::SumDiffers { line: part.line, opening, lines, expected, closing })
}

fn joined(format: Format, parts: Vec<Part>) -> Statement {
    let mut statement = Statement {
        format,
        account: parts.first().and_then(|part| part.account.clone()),
        period: all_of_them(&parts),
        begins_within: parts.first().and_then(|part| part.begins_within),
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
