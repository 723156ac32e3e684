//! Pages of a statement: a bank may tell one statement in several pieces, each with the balances at its own ends.

use hashbrown::HashMap;

use super::StatementError;
use super::chain::apart;
use super::draft::check_sum;
use super::part::{Page, Part};

/// The parts, with the pages of each statement put together. A page whose neighbour is missing is refused.
pub(super) fn joined(mut parts: Vec<Part>) -> Result<Vec<Part>, StatementError> {
    sort_pages(&mut parts);
    let mut whole: Vec<Part> = Vec::with_capacity(parts.len());
    // The statement at hand, whose next page is to come, and the number of its last page so far.
    let mut open: Option<(Part, Page, u64)> = None;
    for mut part in parts {
        let Some(page) = part.page.take() else {
            refuse_open(open.as_ref())?;
            whole.push(part);
            continue;
        };
        check_page(&part, page)?;
        let (statement, number) = match open.take() {
            Some((before, ends, so_far)) => {
                let number = page.number.unwrap_or(so_far + 1);
                if number != so_far + 1 {
                    refuse_open(Some(&(before, ends, so_far)))?;
                    return Err(missing(&part, number, so_far + 1));
                }
                (next_page(before, ends, part, page)?, number)
            }
            None => match page.number.unwrap_or(if page.begins.is_some() { 2 } else { 1 }) {
                number @ (0 | 1) => (part, number),
                // It has both balances of its own: a bank that numbers its statements so.
                _ if page.last && check_sum(&part).is_ok() && is_closed(&part) => (part, 1),
                number => return Err(missing(&part, number, number - 1)),
            },
        };
        if page.last {
            whole.push(statement);
        } else {
            open = Some((statement, page, number));
        }
    }
    refuse_open(open.as_ref())?;
    Ok(whole)
}

/// Whether a part has both balances.
fn is_closed(part: &Part) -> bool {
    part.opening.is_some() && part.closing.is_some()
}

/// The balances at the ends of a page differ by its lines.
fn check_page(part: &Part, page: Page) -> Result<(), StatementError> {
    let opening = page.begins.or(part.opening.filter(|_| page.number == Some(1)));
    let (Some(opening), Some(closing)) = (opening, page.ends) else { return Ok(()) };
    let lines = part.sum()?;
    let expected = opening + lines;
    if expected == closing {
        return Ok(());
    }
    Err(StatementError::SumDiffers { line: part.line, opening, lines, expected, closing })
}

fn missing(part: &Part, page: u64, missing: u64) -> StatementError {
    StatementError::PageMissing { line: part.line, page, missing }
}

fn refuse_open(open: Option<&(Part, Page, u64)>) -> Result<(), StatementError> {
    open.map_or(Ok(()), |(part, _, number)| Err(missing(part, *number, number.saturating_add(1))))
}

/// Pages of one name by their numbers, where those are different.
fn sort_pages(parts: &mut [Part]) {
    let mut first: HashMap<Option<String>, (usize, Vec<Option<u64>>)> = HashMap::new();
    for (at, part) in parts.iter().enumerate() {
        let number = part.page.and_then(|page| page.number);
        let (_, numbers) = first.entry(part.name.clone()).or_insert_with(|| (at, Vec::new()));
        numbers.push(number);
    }
    let distinct = |numbers: &[Option<u64>]| {
        let mut sorted: Vec<u64> = numbers.iter().copied().flatten().collect();
        sorted.sort_unstable();
        sorted.dedup();
        sorted.len() == numbers.len()
    };
    if first.iter().all(|(name, (_, numbers))| name.is_some() && distinct(numbers)) {
        parts.sort_by_key(|part| {
            let at = first.get(&part.name).map(|(at, _)| *at);
            (at, part.page.and_then(|page| page.number))
        });
    }
}

/// A statement with one page more.
fn next_page(mut before: Part, ends: Page, part: Part, page: Page) -> Result<Part, StatementError> {
    if let (Some(ended), Some(begins)) = (ends.ends, page.begins) {
        apart(part.line, Some(ended), Some(begins))?;
    }
    before.lines.extend(part.lines);
    before.pending += part.pending;
    before.closing = part.closing.or(before.closing);
    before.opening = before.opening.or(part.opening);
    before.period = match (before.period, part.period) {
        (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.max(other.1))),
        (one, other) => one.or(other),
    };
    before.counts.extend(part.counts);
    before.totals.extend(part.totals);
    Ok(before)
}
