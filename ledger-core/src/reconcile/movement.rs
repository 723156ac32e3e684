//! Movements: what entries did to the account at the bank.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use smallvec::SmallVec;

use super::evidence::Evidence;
use crate::date::Date;
use crate::entry::{Choice, Entry};
use crate::field::BankLine;
use crate::id::{MemberId, Reference};
use crate::index::names_of;
use crate::ledger::{LedgerError, Turnover};
use crate::money::Euros;
use crate::operation::Act;
use crate::query::Filter;
use crate::sequence::Sequence;
use crate::state::{Attestation, State};
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
    /// The entry that it reverses.
    pub reverses: Option<Sequence>,
}

/// What the journal says of the account at the bank up to a day.
#[derive(Debug, Default)]
pub(super) struct Movements {
    /// All of them, in the order of the journal.
    pub all: Vec<Movement>,
    /// The sum of all, of those dated before the first day of the statement, and of those up to the last day of which its
    /// opening balance may hold something.
    pub balance: Euros,
    pub balance_before: Euros,
    pub balance_shared: Option<Euros>,
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
    /// What is told of the open payables by the entries that made them, whose names they have.
    pub owed: HashMap<Reference, Owed>,
}

/// What the entry that made a payable says of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Owed {
    /// To whom it is owed, where that is known.
    pub member: Option<MemberId>,
    /// It is what a count found over: nobody is paid it.
    pub counted_over: bool,
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
        state: &State,
        Span { from, through, shared }: Span,
    ) -> Result<Self, LedgerError> {
        let mut movements = Self { balance_shared: shared.map(|_| Euros::ZERO), ..Self::default() };
        let Some(last) = state.last_sequence() else { return Ok(movements) };
        let attested = state.registers().attested();
        let (mut turnover, mut counted) = (Turnover::default(), Ok(()));
        let filter = Filter { to_sequence: Some(last), ..Filter::default() };
        view.visit(&filter, |entry| {
            if entry.operation.bank_line.is_some() {
                movements.recorded.references.insert(entry.operation.reference.clone());
            }
            let reference = &entry.operation.reference;
            if state.registers().payable(reference).is_some() {
                movements.recorded.owed.insert(reference.clone(), Owed::of(entry));
            }
            let amount = entry.postings.bank_movement();
            if amount.is_zero() || entry.operation.on > through {
                return ControlFlow::Continue(());
            }
            counted = turnover.add(entry);
            if counted.is_err() {
                return ControlFlow::Break(());
            }
            movements.balance += amount;
            if entry.operation.on < from {
                movements.balance_before += amount;
            }
            if let Some(balance) =
                movements.balance_shared.as_mut().filter(|_| shared >= Some(entry.operation.on))
            {
                *balance += amount;
            }
            movements.all.push(Movement::of(entry, amount, attested));
            ControlFlow::Continue(())
        })?;
        counted.map(|()| movements)
    }

    /// Leaves out entries with their reversals: nothing has moved. One that was settled before the statement has moved all the
    /// same, and its reversal on one of the statement's days stays beside it.
    pub fn cancel(&mut self, before: Before) {
        let places: HashMap<Sequence, usize> =
            (0..).zip(&self.all).map(|(place, movement)| (movement.sequence, place)).collect();
        let mut cancelled: HashSet<Sequence> = HashSet::new();
        for reversal in &self.all {
            let target = reversal.reverses.and_then(|target| places.get(&target));
            let Some(target) = target.map(|place| &self.all[*place]) else { continue };
            if reversal.on < before.from || before.settled(target).is_none() {
                cancelled.extend([reversal.sequence, target.sequence]);
            }
        }
        self.all.retain(|movement| !cancelled.contains(&movement.sequence));
        self.recorded.lines = self.all.iter().filter_map(|movement| movement.bank_line).collect();
    }
}

/// The days of a statement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// The first and the last.
    pub from: Date,
    pub through: Date,
    /// The last of which the opening balance may hold something already.
    pub shared: Option<Date>,
}

/// The time before a statement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before {
    /// The first day of the statement of which nothing is in its opening balance, as far as the ledger tells.
    pub from: Date,
    /// Whether the statement begins with what the ledger has before.
    pub agrees: bool,
    /// The first day of which nothing can be in its opening balance: what no line shows and is older was there before.
    pub unshared: Date,
}

impl Before {
    /// The time before a statement that opens with this balance.
    pub fn of(opening: Option<Euros>, span: Span, movements: &Movements) -> Self {
        let Span { from, shared, .. } = span;
        let agrees = opening == Some(movements.balance_before);
        match shared.filter(|_| !agrees && opening.is_some()).map(Date::day_after) {
            Some(unshared) if opening == movements.balance_shared => {
                Self { from: unshared, agrees: true, unshared }
            }
            Some(unshared) => Self { from, agrees, unshared },
            None => Self { from, agrees, unshared: from },
        }
    }

    /// What tells that a movement was settled before the statement.
    pub fn settled(self, movement: &Movement) -> Option<Evidence> {
        if movement.on >= self.from {
            None
        } else if movement.attested {
            Some(Evidence::Attested)
        } else {
            let settled = self.agrees || movement.bank_line.is_some_and(|line| line.date < self.from);
            settled.then_some(Evidence::Earlier)
        }
    }
}

impl Owed {
    fn of(entry: &Entry) -> Self {
        let counted_over = matches!(entry.operation.act, Act::Count(_));
        Self { member: entry.operation.member().cloned(), counted_over }
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
            reverses: match entry.choice {
                Choice::Reversal { entry: target, .. } => Some(target),
                _ => None,
            },
        }
    }
}
