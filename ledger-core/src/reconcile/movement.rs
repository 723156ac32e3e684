//! Movements: what entries did to the account at the bank.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use smallvec::SmallVec;

use crate::date::Date;
use crate::entry::{Choice, Entry};
use crate::field::BankLine;
use crate::id::Reference;
use crate::index::names_of;
use crate::ledger::LedgerError;
use crate::money::Euros;
use crate::query::Filter;
use crate::sequence::Sequence;
use crate::state::Attestation;
use crate::view::View;

/// The net effect of an entry on `fund:deposit + own:bank`, which is not zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The entry.
    pub sequence: Sequence,
    /// Its operation's name, as `deposit`.
    pub op: &'static str,
    /// Its reference.
    pub reference: Reference,
    /// Its date.
    pub on: Date,
    /// Positive when it came to the account.
    pub amount: Euros,
    /// What a label may name it by: its reference, its slips, the payable that it pays.
    pub names: SmallVec<[Reference; 2]>,
    /// The line of the bank that it was recorded for, if it tells.
    pub bank_line: Option<BankLine>,
    /// Whether a statement attested afterwards covers its date.
    pub attested: bool,
}

/// What the journal says of the account at the bank up to a day.
#[derive(Debug, Default)]
pub(super) struct Movements {
    /// Those that were not reversed, in the order of the journal.
    pub all: Vec<Movement>,
    /// The sum of all, and of those dated before the first day of the statement.
    pub balance: Euros,
    pub balance_before: Euros,
    /// What was recorded for lines of the bank.
    pub recorded: Recorded,
}

/// What was recorded for lines of the bank, so that nothing is recorded under the same name twice.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    /// References, also of what was reversed.
    pub references: HashSet<Reference>,
    /// Fingerprints that entries carry.
    lines: HashSet<BankLine>,
}

impl Recorded {
    /// The fingerprint under which a line is recorded: its own, unless an entry carries it that stands for another line, as
    /// where equal lines were counted from the middle of a day.
    pub fn fingerprint_for(&mut self, line: BankLine) -> BankLine {
        let mut free = (line.nth..).chain(1..line.nth).map(|nth| BankLine { nth, ..line });
        let found = free.find(|line| !self.lines.contains(line)).unwrap_or(line);
        self.lines.insert(found);
        found
    }
}

impl Movements {
    /// Reads the entries up to `last`, for a statement from one day to another.
    pub fn read(
        view: &View,
        last: Option<Sequence>,
        attested: Option<&Attestation>,
        (from, through): (Date, Date),
    ) -> Result<Self, LedgerError> {
        let mut movements = Self::default();
        let Some(last) = last else { return Ok(movements) };
        let mut places: HashMap<Sequence, usize> = HashMap::new();
        let mut reversed: HashSet<usize> = HashSet::new();
        let filter = Filter { to_sequence: Some(last), ..Filter::default() };
        view.visit(&filter, |entry| {
            if entry.operation.bank_line.is_some() {
                movements.recorded.references.insert(entry.operation.reference.clone());
            }
            let amount = entry.postings.bank_movement();
            if amount.is_zero() || entry.operation.on > through {
                return ControlFlow::Continue(());
            }
            movements.balance += amount;
            if entry.operation.on < from {
                movements.balance_before += amount;
            }
            if let Choice::Reversal { entry: target, .. } = &entry.choice
                && let Some(place) = places.get(target)
            {
                reversed.insert(*place);
            } else {
                places.insert(entry.sequence, movements.all.len());
                movements.all.push(Movement::of(entry, amount, attested));
            }
            ControlFlow::Continue(())
        })?;
        let mut place = 0;
        movements.all.retain(|_| {
            place += 1;
            !reversed.contains(&(place - 1))
        });
        movements.recorded.lines = movements.all.iter().filter_map(|movement| movement.bank_line).collect();
        Ok(movements)
    }
}

impl Movement {
    fn of(entry: &Entry, amount: Euros, attested: Option<&Attestation>) -> Self {
        let on = entry.operation.on;
        Self {
            sequence: entry.sequence,
            op: entry.operation.act.name(),
            reference: entry.operation.reference.clone(),
            on,
            amount,
            names: names_of(entry).into_iter().cloned().collect(),
            bank_line: entry.operation.bank_line,
            attested: attested.is_some_and(|by| entry.sequence < by.sequence && on <= by.through),
        }
    }
}
