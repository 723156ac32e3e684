//! Statements of one account that follow each other: each opens with what the one before closes with.

use std::collections::VecDeque;

use hashbrown::{HashMap, HashSet};

use super::StatementError;
use super::part::Part;
use crate::money::Euros;

/// The parts, the oldest first.
pub(super) fn in_order(parts: Vec<Part>) -> Result<Vec<Part>, StatementError> {
    let follows = |order: &[usize]| chained(order.iter().filter_map(|at| parts.get(*at)));
    let as_written: Vec<usize> = (0..parts.len()).collect();
    let reversed: Vec<usize> = as_written.iter().rev().copied().collect();
    let is_dated = parts.iter().all(|part| part.days().is_some());
    let orders: Vec<Vec<usize>> = if is_dated {
        let by_date = |mut order: Vec<usize>| {
            order.sort_by_key(|at| parts.get(*at).map(|part| (part.days(), part.number)));
            order
        };
        let dated = by_date(as_written.clone());
        let followed = followed(&parts, &dated);
        vec![dated, by_date(reversed.clone()), followed, as_written, reversed]
    } else {
        vec![as_written, reversed]
    };
    let Some(order) = orders.iter().find(|order| follows(order).is_ok()) else {
        orders.first().map_or(Ok(()), |order| follows(order))?;
        return Ok(parts);
    };
    let mut slots: Vec<Option<Part>> = Vec::with_capacity(parts.len());
    let order = order.clone();
    slots.extend(parts.into_iter().map(Some));
    Ok(order.into_iter().filter_map(|at| slots.get_mut(at).and_then(Option::take)).collect())
}

/// Those that begin on one day in the order in which their balances follow each other.
fn followed(parts: &[Part], dated: &[usize]) -> Vec<usize> {
    let begins = |at: &usize| parts.get(*at).and_then(Part::days).map(|days| days.0);
    let (mut order, mut closing) = (Vec::with_capacity(dated.len()), None);
    for day in dated.chunk_by(|one, next| begins(one) == begins(next)) {
        let mut waiting: HashMap<Option<Euros>, VecDeque<usize>> = HashMap::new();
        for at in day {
            waiting.entry(parts.get(*at).and_then(Part::begins_with)).or_default().push_back(*at);
        }
        if closing.is_none() {
            closing = first_of(parts, day);
        }
        while let Some(at) = waiting.get_mut(&closing).and_then(VecDeque::pop_front) {
            order.push(at);
            closing = parts.get(at).and_then(|part| part.closing);
        }
        // What does not follow stays behind, and is told.
        let left: HashSet<usize> = waiting.into_values().flatten().collect();
        order.extend(day.iter().filter(|at| left.contains(*at)));
    }
    order
}

/// The balance that one of a day opens with and none of that day closes with.
fn first_of(parts: &[Part], day: &[usize]) -> Option<Euros> {
    let mut ends: HashMap<Option<Euros>, usize> = HashMap::new();
    let of = |at: &usize| parts.get(*at);
    for part in day.iter().filter_map(of) {
        *ends.entry(part.closing).or_default() += 1;
    }
    let mut begins = day.iter().filter_map(of).map(Part::begins_with);
    let first = day.first().and_then(of).and_then(Part::begins_with);
    begins
        .find(|opening| match ends.get_mut(opening).filter(|left| **left > 0) {
            Some(left) => {
                *left -= 1;
                false
            }
            None => true,
        })
        .unwrap_or(first)
}

/// Whether each part opens with what the one before closes with.
fn chained<'a>(parts: impl Iterator<Item = &'a Part>) -> Result<(), StatementError> {
    let mut before: Option<&Part> = None;
    for part in parts {
        if let Some(before) = before {
            apart(part.line, before.closing, part.begins_with())?;
        }
        before = Some(part);
    }
    Ok(())
}

/// Refuses what does not begin with what stood at the end before.
pub(super) fn apart(line: u64, before: Option<Euros>, begins: Option<Euros>) -> Result<(), StatementError> {
    if begins.is_some() && begins == before {
        return Ok(());
    }
    let told = |balance: Option<Euros>| {
        balance.map_or_else(|| "no balance".to_owned(), |euros| format!("{euros} €"))
    };
    Err(StatementError::PartsApart { line, expected: told(before), found: told(begins) })
}
