//! A statement that stands in a file twice, as where downloads were put one behind the other. Where statements have names
//! (CAMT.053), the same one twice is one. Elsewhere nothing tells whether it is, and it is refused: if its lines add up to
//! nothing, no balance would show that they are counted twice.

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use super::part::{Page, Part};
use super::{Line, StatementError};
use crate::date::Date;
use crate::money::Euros;

/// The parts of one account, each once.
pub(super) fn once(parts: Vec<Part>) -> Result<Vec<Part>, StatementError> {
    let mut is_first = Vec::with_capacity(parts.len());
    let mut known: HashMap<Told<'_>, u64> = HashMap::new();
    for part in &parts {
        if part.lines.is_empty() {
            is_first.push(true);
            continue;
        }
        match known.entry(Told::of(part)) {
            Entry::Occupied(first) if part.name.is_none() => {
                return Err(StatementError::Repeated { line: part.line, first: *first.get() });
            }
            Entry::Occupied(_) => is_first.push(false),
            Entry::Vacant(new) => {
                new.insert(part.line);
                is_first.push(true);
            }
        }
    }
    drop(known);
    Ok(parts.into_iter().zip(is_first).filter_map(|(part, is_first)| is_first.then_some(part)).collect())
}

/// Everything that a part tells, but where it stands.
#[derive(PartialEq, Eq, Hash)]
struct Told<'a> {
    name: Option<&'a str>,
    number: Option<u64>,
    page: Option<Page>,
    period: Option<(Date, Date)>,
    balances: [Option<Euros>; 2],
    dated: Option<(Euros, Date)>,
    lines: Vec<ToldLine<'a>>,
}

/// What a line tells: days, amount, balance, words.
type ToldLine<'a> = (Date, Option<Date>, Euros, Option<Euros>, &'a str, &'a [String]);

impl<'a> Told<'a> {
    fn of(part: &'a Part) -> Self {
        Self {
            name: part.name.as_deref(),
            number: part.number,
            page: part.page,
            period: part.period,
            balances: [part.opening, part.closing],
            dated: part.ledger_balance.map(|balance| (balance.amount, balance.on)),
            lines: part.lines.iter().map(told).collect(),
        }
    }
}

fn told(line: &Line) -> ToldLine<'_> {
    let Line { fingerprint, value_date, label, references, balance, .. } = line;
    (fingerprint.date, *value_date, fingerprint.amount, *balance, label, references)
}
