//! Matching: which items the lines of a statement stand for. Each step takes what it is sure of and leaves the rest to the
//! next: fingerprints, names, amounts within the window, sums, words for interest and charges.
//!
//! ```text
//! recorded  what the journal tells   names    what a label names
//! named     what labels tell         nearest  days beside each other
//! amounts   what amounts tell        sums     several that make up one
//! ```

mod amounts;
mod named;
mod names;
mod nearest;
mod recorded;
mod sums;

use std::collections::BTreeMap;

use smallvec::SmallVec;

use self::names::{Named, Names};
use self::sums::Search;
use super::Settings;
use super::evidence::Evidence;
use super::item::{Item, What};
use super::label::Labelled;
use super::movement::Movement;
use super::proposal::ProposalKind;
use super::reason::{Reason, Suggestion};
use crate::date::Date;
use crate::field::BankLine;
use crate::id::MemberId;
use crate::money::Euros;
use crate::state::State;
use crate::statement::Line;

/// Steps of all searches for sums together.
const SEARCH_STEPS: u64 = 20_000_000;

/// Candidates that are told, at most.
const TOLD_MAX: usize = 8;

/// What became of a line.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// Nothing yet.
    Open,
    /// It stands for these movements.
    Matched(SmallVec<[usize; 1]>, Evidence),
    /// This would explain it.
    Proposed(ProposalKind, Evidence),
    /// Nothing explains it.
    Left(Reason, Option<Suggestion>),
}

/// Lines, items, and what stands for what so far.
pub(super) struct Matching<'a> {
    lines: &'a [Line],
    movements: &'a [Movement],
    settings: &'a Settings,
    /// The last day through which a statement was attested.
    attested: Option<Date>,
    /// The first day of the statement, where nothing tells that it is there as a whole.
    doubtful: Option<Date>,
    items: Vec<Item>,
    /// What waits for the bank, by amount.
    waiting: BTreeMap<Euros, Vec<usize>>,
    named: Vec<Named>,
    labelled: Vec<Option<Labelled>>,
    pub outcomes: Vec<Outcome>,
    /// Reversals of what was settled before the statement, each with what was recorded in its place.
    pub corrections: Vec<[usize; 2]>,
}

impl<'a> Matching<'a> {
    /// All lines are open. `items` are the movements, in order, and then what waits for the bank.
    pub fn new(
        lines: &'a [Line],
        movements: &'a [Movement],
        items: Vec<Item>,
        settings: &'a Settings,
        attested: Option<Date>,
        doubtful: Option<Date>,
        state: &State,
    ) -> Self {
        let dictionary = Names::of(&items, state.registers().members().map(|(id, _)| id));
        let named = lines.iter().map(|line| dictionary.in_line(line)).collect();
        let rule = |line: &Line| settings.rules.of(&line.label, line.fingerprint.amount);
        let labelled = lines.iter().map(rule).collect();
        let outcomes = vec![Outcome::Open; lines.len()];
        let mut waiting: BTreeMap<Euros, Vec<usize>> = BTreeMap::new();
        for (place, item) in items.iter().enumerate().skip(movements.len()) {
            waiting.entry(item.amount).or_default().push(place);
        }
        let corrections = Vec::new();
        Self {
            lines,
            movements,
            settings,
            attested,
            doubtful,
            items,
            waiting,
            named,
            labelled,
            outcomes,
            corrections,
        }
    }

    /// Goes through all steps; no line is open afterwards.
    pub fn run(&mut self) {
        for line in (0..self.lines.len()).filter(|line| self.lines[*line].fingerprint.amount.is_zero()) {
            self.outcomes[line] = Outcome::Matched(SmallVec::new(), Evidence::Zero);
        }
        self.by_fingerprint(true);
        self.by_name();
        self.by_fingerprint(false);
        self.by_other_name();
        self.by_correction();
        for movements in [true, false] {
            self.by_amount(movements);
        }
        let mut search = Search::of_steps(SEARCH_STEPS);
        for movements in [true, false] {
            self.by_sum(movements, &mut search);
        }
        self.by_label();
        for line in 0..self.lines.len() {
            if self.is_open(line) {
                self.outcomes[line] = Outcome::Left(self.reason_left(line), None);
            }
        }
    }

    /// Movements that no line stands for.
    pub fn movements_left(&self) -> impl Iterator<Item = usize> {
        (0..self.movements.len()).filter(|place| !self.items[*place].taken)
    }

    fn is_open(&self, line: usize) -> bool {
        matches!(self.outcomes[line], Outcome::Open)
    }

    fn amount(&self, line: usize) -> Euros {
        self.lines[line].fingerprint.amount
    }

    fn sum(&self, items: &[usize]) -> Euros {
        items.iter().map(|item| self.items[*item].amount).sum()
    }

    fn free(&self, items: &[usize], movements: bool) -> SmallVec<[usize; 2]> {
        let wanted = |item: &usize| !self.items[*item].taken && self.items[*item].is_movement() == movements;
        items.iter().copied().filter(wanted).collect()
    }

    /// What settles these items, which wait for the bank and are all of one kind.
    fn kind_of(&self, items: &[usize]) -> ProposalKind {
        let (mut slips, mut payables) = (Vec::new(), Vec::new());
        for item in items {
            match &self.items[*item].what {
                What::Slip(slip) => slips.push(slip.clone()),
                What::Payable(payable) => payables.push(payable.clone()),
                What::Movement(_) => {}
            }
        }
        if payables.is_empty() { ProposalKind::Deposit(slips) } else { ProposalKind::PayOut(payables) }
    }

    /// The line stands for these items: movements, or things that wait for the bank.
    fn take(&mut self, line: usize, items: &[usize], by: Evidence) {
        for item in items {
            self.items[*item].taken = true;
        }
        let movement = |item: &usize| match self.items[*item].what {
            What::Movement(place) => Some(place),
            What::Slip(_) | What::Payable(_) => None,
        };
        let movements: SmallVec<[usize; 1]> = items.iter().filter_map(movement).collect();
        self.outcomes[line] = if movements.is_empty() {
            Outcome::Proposed(self.kind_of(items), by)
        } else {
            Outcome::Matched(movements, by)
        };
    }

    /// The line could stand for any of these as well, or for the only one as well as another line.
    fn doubt(&mut self, line: usize, items: impl IntoIterator<Item = usize>) {
        let told: SmallVec<[usize; 2]> = items.into_iter().take(TOLD_MAX).collect();
        let reason = match (told.as_slice(), self.labelled[line]) {
            ([only], Some(_)) => Reason::WordsDiffer { name: self.items[*only].name().clone() },
            ([only], None) => Reason::Contested { name: self.items[*only].name().clone() },
            (several, _) => Reason::Ambiguous {
                candidates: several.iter().map(|item| self.items[*item].name().to_string()).collect(),
            },
        };
        self.outcomes[line] = Outcome::Left(reason, None);
    }

    /// What waits for the bank and is of the line's amount, within the window.
    fn waiting_of(&self, line: usize) -> Vec<usize> {
        let BankLine { date, amount, .. } = self.lines[line].fingerprint;
        let fits = |item: &Item| !item.taken && item.is_within(date, self.settings.window_days);
        let waiting = self.waiting.get(&amount).into_iter().flatten().copied();
        waiting.filter(|item| fits(&self.items[*item])).collect()
    }

    /// Whether a line may stand for an item that its label does not name.
    fn may_stand_for(&self, line: usize, item: usize) -> bool {
        let date = self.lines[line].fingerprint.date;
        let excluded = match self.items[item].what {
            What::Movement(place) => {
                let Movement { op, bank_line, attested, .. } = &self.movements[place];
                // One that was recorded for a line stands for no other, nor does one that was settled by then.
                bank_line.is_some()
                    || (*attested && self.attested.is_some_and(|through| date > through))
                    || (self.labelled[line].is_some() && !matches!(*op, "bank_interest" | "bank_charge"))
            }
            What::Slip(_) => self.labelled[line].is_some() || !self.named[line].surely.is_empty(),
            What::Payable(_) => {
                // One who is named is paid what is owed to him, and not to another.
                let (named, owed_to) = (&self.named[line], &self.items[item].member);
                let another =
                    |member: &MemberId| !named.members.is_empty() && !named.members.contains(member);
                self.labelled[line].is_some()
                    || !named.surely.is_empty()
                    || owed_to.as_ref().is_some_and(another)
            }
        };
        !excluded && self.items[item].is_within(date, self.settings.window_days)
    }
}
