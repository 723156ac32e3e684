//! What amounts, sums and words tell.

use std::collections::BTreeMap;

use super::nearest::only_nearest;
use super::sums::{AMOUNTS_MAX, Part, Search, Sum};
use super::{Matching, Outcome, TOLD_MAX};
use crate::money::Euros;
use crate::reconcile::evidence::Evidence;
use crate::reconcile::item::Item;
use crate::reconcile::label::Labelled;
use crate::reconcile::proposal::ProposalKind;
use crate::reconcile::reason::Reason;

/// Rounds in which lines and items of one amount that are nearest to each other are taken.
const ROUNDS: usize = 16;

impl Matching<'_> {
    /// The only item of the line's amount within the window, or the nearest one.
    pub(super) fn by_amount(&mut self, movements: bool) {
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
    pub(super) fn by_sum(&mut self, movements: bool, search: &mut Search) {
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
    pub(super) fn by_label(&mut self) {
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
