//! What the journal tells: lines that entries were recorded for, and corrections of what was settled.

use std::collections::BTreeMap;

use super::{Matching, Outcome};
use crate::date::Date;
use crate::field::BankLine;
use crate::money::Euros;
use crate::reconcile::evidence::Evidence;
use crate::reconcile::movement::Movement;
use crate::reconcile::reason::Reason;

impl Matching<'_> {
    /// Entries that were recorded for a line. Where a download begins in the middle of a day, equal lines are counted
    /// otherwise; so what a label names goes before, and then any fingerprint of that day and amount serves.
    pub(super) fn by_fingerprint(&mut self, exactly: bool) {
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

    /// A mistake of a closed month is reversed on an open day, and what is right is recorded on the same day: the only movement
    /// of that day and amount behind the reversal. The bank knows of neither.
    pub(super) fn by_correction(&mut self) {
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
}
