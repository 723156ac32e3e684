//! Matching: which items the lines of a statement stand for. Each step takes what it is sure of and leaves the rest to the
//! next: fingerprints, names, amounts within the window, sums, words for interest and charges.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use super::Settings;
use super::item::{Item, What};
use super::label::Labelled;
use super::movement::Movement;
use super::names::{Named, Names};
use super::proposal::ProposalKind;
use super::reason::{Reason, Suggestion};
use super::reconciliation::Evidence;
use super::sums::{AMOUNTS_MAX, Part, Search, Sum};
use crate::date::Date;
use crate::field::{BankLine, Slips};
use crate::money::Euros;
use crate::statement::Line;

/// Steps of all searches for sums together.
const SEARCH_STEPS: u64 = 20_000_000;

/// Rounds in which lines and items of one amount that are nearest to each other are taken.
const ROUNDS: usize = 16;

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
    ) -> Self {
        let dictionary = Names::of(&items);
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
            Outcome::Proposed(ProposalKind::of(items.iter().map(|item| &self.items[*item])), by)
        } else {
            Outcome::Matched(movements, by)
        };
    }

    /// Entries that were recorded for a line. Where a download begins in the middle of a day, equal lines are counted
    /// otherwise; so what a label names goes before, and then any fingerprint of that day and amount serves.
    fn by_fingerprint(&mut self, exactly: bool) {
        let mut recorded: BTreeMap<BankLine, Vec<usize>> = BTreeMap::new();
        for (place, movement) in self.movements.iter().enumerate() {
            if let Some(line) = movement.bank_line.filter(|_| !self.items[place].taken) {
                recorded.entry(line).or_default().push(place);
            }
        }
        for line in 0..self.lines.len() {
            let asked = self.lines[line].fingerprint;
            let nths = if exactly { asked.nth..=asked.nth } else { 0..=u32::MAX };
            let within = BankLine { nth: *nths.start(), ..asked }..=BankLine { nth: *nths.end(), ..asked };
            let group = recorded.range(within).next().map(|(found, group)| (*found, group.clone()));
            let Some((found, group)) = group.filter(|_| self.is_open(line)) else { continue };
            let other =
                self.named[line].surely.iter().any(|item| !self.items[*item].taken && !group.contains(item));
            if exactly && other && !self.named[line].surely.iter().any(|item| group.contains(item)) {
                continue;
            }
            let (bank, ledger) = (asked.amount, self.sum(&group));
            let is_doubtful = self.doubtful == Some(asked.date);
            let waiting = if is_doubtful { self.waiting_of(line) } else { Vec::new() };
            if !waiting.is_empty() {
                self.doubt(line, group.into_iter().take(1).chain(waiting));
            } else if bank == ledger {
                self.take(line, &group, Evidence::BankLine);
                recorded.remove(&found);
            } else if !exactly {
                self.outcomes[line] = Outcome::Left(Reason::BankLineDiffers { bank, ledger }, None);
            }
        }
    }

    /// What waits for the bank and is of the line's amount, within the window.
    fn waiting_of(&self, line: usize) -> Vec<usize> {
        let BankLine { date, amount, .. } = self.lines[line].fingerprint;
        let fits = |item: &Item| !item.taken && item.is_within(date, self.settings.window_days);
        let waiting = self.waiting.get(&amount).into_iter().flatten().copied();
        waiting.filter(|item| fits(&self.items[*item])).collect()
    }

    /// The line could stand for any of these as well.
    fn doubt(&mut self, line: usize, items: impl IntoIterator<Item = usize>) {
        let told = items.into_iter().take(TOLD_MAX);
        let candidates = told.map(|item| self.items[item].name().to_string()).collect();
        self.outcomes[line] = Outcome::Left(Reason::Ambiguous { candidates }, None);
    }

    /// Labels that name something of the line's amount.
    fn by_name(&mut self) {
        for movements in [true, false] {
            for line in 0..self.lines.len() {
                if !self.is_open(line) {
                    continue;
                }
                let named = self.named[line].clone();
                for list in [&named.surely, &named.perhaps] {
                    let possible =
                        |item: &usize| movements || self.items[*item].on <= self.lines[line].fingerprint.date;
                    let free: SmallVec<[usize; 2]> =
                        self.free(list, movements).into_iter().filter(possible).collect();
                    let alone =
                        free.iter().copied().filter(|item| self.items[*item].amount == self.amount(line));
                    if !movements && alone.clone().count() > 1 {
                        let alone: Vec<usize> = alone.collect();
                        self.doubt(line, alone);
                        break;
                    }
                    let date = self.lines[line].fingerprint.date;
                    let nearest = alone.min_by_key(|item| date.days_after(self.items[*item].on).abs());
                    if let Some(item) = nearest {
                        self.take(line, &[item], Evidence::Name);
                    } else if (2..=Slips::MOST).contains(&free.len()) && self.sum(&free) == self.amount(line)
                    {
                        self.take(line, &free, Evidence::Name);
                    } else {
                        continue;
                    }
                    break;
                }
            }
        }
    }

    /// Labels that name something else than what the bank moved: nothing but a person can tell what happened.
    fn by_other_name(&mut self) {
        for line in 0..self.lines.len() {
            let named = self.named[line].surely.clone();
            if !self.is_open(line) || named.is_empty() {
                continue;
            }
            let BankLine { date, amount: bank, .. } = self.lines[line].fingerprint;
            let (waiting, recorded) = (self.free(&named, false), self.free(&named, true));
            let early = waiting.iter().find(|item| self.items[**item].on > date);
            let (reason, suggestion) = if let Some(early) = early {
                let Item { on, .. } = self.items[*early];
                (Reason::TooEarly { name: self.items[*early].name().clone(), from: on }, None)
            } else if !waiting.is_empty() {
                (self.other_amount(&waiting, bank), self.deposit_of(&waiting, bank, date))
            } else if !recorded.is_empty() {
                (self.other_amount(&recorded, bank), None)
            } else {
                // What it names is settled; something else of its amount may still be recorded, such as a bounced cheque.
                continue;
            };
            self.outcomes[line] = Outcome::Left(reason, suggestion);
        }
    }

    /// A mistake of a closed month is reversed on an open day, and what is right is recorded on the same day: the only movement
    /// of that day and amount behind the reversal. The bank knows of neither.
    fn by_correction(&mut self) {
        let free = |place: &usize| !self.items[*place].taken;
        let (reversals, others): (Vec<usize>, Vec<usize>) = (0..self.movements.len())
            .filter(free)
            .partition(|place| self.movements[*place].reverses.is_some());
        let mut places: BTreeMap<(Date, Euros), Vec<usize>> = BTreeMap::new();
        for reversal in &reversals {
            let Movement { on, amount, .. } = self.movements[*reversal];
            places.insert((on, -amount), Vec::new());
        }
        for other in others {
            let Movement { on, amount, .. } = self.movements[other];
            if let Some(places) = places.get_mut(&(on, amount)) {
                places.push(other);
            }
        }
        for reversal in reversals {
            let Movement { on, amount, .. } = self.movements[reversal];
            let behind = |other: &&usize| **other > reversal && !self.items[**other].taken;
            let mut found = places.get(&(on, -amount)).into_iter().flatten().filter(behind);
            if let (Some(&other), None) = (found.next(), found.next()) {
                self.items[reversal].taken = true;
                self.items[other].taken = true;
                self.corrections.push([reversal, other]);
            }
        }
    }

    /// Why nothing explains a line.
    fn reason_left(&self, line: usize) -> Reason {
        let named = &self.named[line].surely;
        let settled = named.iter().find_map(|item| match self.items[*item].what {
            What::Movement(place) => Some((*item, self.movements[place].sequence)),
            What::Slip(_) | What::Payable(_) => None,
        });
        match (settled, named.first()) {
            (Some((item, entry)), _) => Reason::Settled { name: self.items[item].name().clone(), entry },
            (None, Some(item)) => Reason::Proposed { name: self.items[*item].name().clone() },
            (None, None) => Reason::NothingLikeIt { window_days: self.settings.window_days },
        }
    }

    fn other_amount(&self, items: &[usize], bank: Euros) -> Reason {
        let names = items.iter().map(|item| self.items[*item].name().clone()).collect();
        Reason::OtherAmount { names, bank, ledger: self.sum(items) }
    }

    /// The deposit that would record that the bank counted less or more than the slips say.
    fn deposit_of(&self, items: &[usize], bank: Euros, on: Date) -> Option<Suggestion> {
        let ProposalKind::Deposit(slips) = ProposalKind::of(items.iter().map(|item| &self.items[*item]))
        else {
            return None;
        };
        let missing = self.sum(items) - bank;
        let short = missing.is_positive().then_some(missing);
        let over = missing.is_negative().then_some(-missing);
        bank.is_positive().then_some(Suggestion::Deposit { slips, amount: bank, short, over, on })
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
            What::Slip(_) | What::Payable(_) => {
                self.labelled[line].is_some() || !self.named[line].surely.is_empty()
            }
        };
        !excluded && self.items[item].is_within(date, self.settings.window_days)
    }

    /// The only item of the line's amount within the window, or the nearest one.
    fn by_amount(&mut self, movements: bool) {
        let mut groups: BTreeMap<Euros, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for line in (0..self.lines.len()).filter(|line| self.is_open(*line)) {
            groups.entry(self.amount(line)).or_default().0.push(line);
        }
        for (place, item) in self.items.iter().enumerate() {
            if !item.taken
                && item.is_movement() == movements
                && let Some(group) = groups.get_mut(&item.amount)
            {
                group.1.push(place);
            }
        }
        for (mut lines, mut items) in groups.into_values() {
            if items.is_empty() {
                continue;
            }
            lines.sort_by_key(|line| self.lines[*line].fingerprint.date);
            items.sort_by_key(|item| self.items[*item].on);
            self.pair(lines, items);
        }
    }

    /// Pairs lines and items of one amount, both in order of their dates.
    fn pair(&mut self, mut lines: Vec<usize>, mut items: Vec<usize>) {
        // As many of both, each within the window of its own: which is which makes no difference.
        let fits = |(line, item): (&usize, &usize)| self.may_stand_for(*line, *item);
        if lines.len() == items.len() && lines.iter().zip(&items).all(fits) {
            lines.iter().zip(&items).for_each(|(line, item)| self.take(*line, &[*item], Evidence::Amount));
            return;
        }
        for _ in 0..ROUNDS {
            let line_days: Vec<i32> = lines.iter().map(|line| self.day_of_line(*line)).collect();
            let item_days: Vec<i32> = items.iter().map(|item| self.day_of_item(*item)).collect();
            let pairs: Vec<(usize, usize)> = (lines.iter().zip(&line_days))
                .filter_map(|(line, day)| {
                    let item =
                        only_nearest(&item_days, *day, |place| self.may_stand_for(*line, items[place]))?;
                    let back = only_nearest(&line_days, item_days[item], |place| {
                        self.may_stand_for(lines[place], items[item])
                    })?;
                    (lines[back] == *line).then_some((*line, items[item]))
                })
                .collect();
            for (line, item) in &pairs {
                self.take(*line, &[*item], Evidence::Amount);
            }
            lines.retain(|line| self.is_open(*line));
            items.retain(|item| !self.items[*item].taken);
            if pairs.is_empty() {
                break;
            }
        }
        for line in lines {
            let possible = items.iter().copied().filter(|item| self.may_stand_for(line, *item));
            let possible: Vec<usize> = possible.take(TOLD_MAX).collect();
            if !possible.is_empty() {
                self.doubt(line, possible);
            }
        }
    }

    fn day_of_line(&self, line: usize) -> i32 {
        self.lines[line].fingerprint.date.days_since_epoch()
    }

    fn day_of_item(&self, item: usize) -> i32 {
        self.items[item].on.days_since_epoch()
    }

    /// Several items of the line's sign within the window that make up its amount.
    fn by_sum(&mut self, movements: bool, search: &mut Search) {
        let mut sorted: Vec<usize> = (0..self.items.len())
            .filter(|item| !self.items[*item].taken && self.items[*item].is_movement() == movements)
            .collect();
        sorted.sort_by_key(|item| self.items[*item].on);
        let window = i32::from(self.settings.window_days);
        for line in 0..self.lines.len() {
            if !self.is_open(line) || self.labelled[line].is_some() {
                continue;
            }
            let (amount, day) = (self.amount(line), self.day_of_line(line));
            let first = sorted.partition_point(|item| self.day_of_item(*item) < day - window);
            let within =
                sorted[first..].iter().copied().take_while(|item| self.day_of_item(*item) <= day + window);
            let possible = within.filter(|item| {
                let Item { taken, amount: part, .. } = self.items[*item];
                !taken && part.is_positive() == amount.is_positive() && self.may_stand_for(line, *item)
            });
            let possible: Vec<usize> = possible.take(AMOUNTS_MAX).collect();
            let part = |item: &usize| Part {
                cents: self.items[*item].amount.cents().unsigned_abs(),
                day: self.day_of_item(*item),
            };
            let parts: Vec<Part> = possible.iter().map(part).collect();
            let items = |places: &[usize]| places.iter().map(|place| possible[*place]).collect::<Vec<_>>();
            match search.find(amount.cents().unsigned_abs(), &parts, !movements) {
                Sum::Of(places) => self.take(line, &items(&places), Evidence::Sum),
                Sum::Ambiguous(places) => self.doubt(line, items(&places)),
                Sum::TooMany => self.outcomes[line] = Outcome::Left(Reason::NotSearched, None),
                Sum::Nothing => {}
            }
        }
    }

    /// Interest and charges, by their words.
    fn by_label(&mut self) {
        for line in (0..self.lines.len()).filter(|line| self.is_open(*line)).collect::<Vec<_>>() {
            let amount = self.amount(line);
            let kind = match self.labelled[line] {
                Some(Labelled::Interest) => ProposalKind::BankInterest(amount),
                Some(Labelled::Charge) => ProposalKind::BankCharge(-amount),
                None => continue,
            };
            let waiting = self.waiting_of(line);
            if waiting.is_empty() {
                self.outcomes[line] = Outcome::Proposed(kind, Evidence::Label);
            } else {
                self.doubt(line, waiting);
            }
        }
    }
}

/// How far from the nearest day is looked for one that is possible.
const LOOKED_AT: usize = 32;

/// Of days in order, the place of the possible one that is nearest to a day, if no other is as near.
fn only_nearest(days: &[i32], day: i32, possible: impl Fn(usize) -> bool) -> Option<usize> {
    let first = days.partition_point(|other| *other < day);
    let (mut before, mut after) = (first, first);
    let mut found: Option<(u32, usize)> = None;
    for _ in 0..LOOKED_AT {
        let left = before.checked_sub(1).map(|place| (day.abs_diff(days[place]), place));
        let right = days.get(after).map(|other| (day.abs_diff(*other), after));
        let (distance, place) = match (left, right) {
            (Some(left), Some(right)) if left.0 < right.0 => left,
            (_, Some(right)) => right,
            (Some(left), None) => left,
            (None, None) => break,
        };
        if let Some((least, nearest)) = found
            && distance > least
        {
            return Some(nearest);
        }
        if place < before {
            before = place;
        } else {
            after = place + 1;
        }
        match found {
            _ if !possible(place) => {}
            Some(_) => return None,
            None => found = Some((distance, place)),
        }
    }
    found.map(|(_, place)| place)
}
