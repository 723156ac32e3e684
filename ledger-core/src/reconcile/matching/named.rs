//! What labels name.

use smallvec::SmallVec;

use super::{Matching, Outcome};
use crate::date::Date;
use crate::field::{BankLine, Slips};
use crate::money::Euros;
use crate::reconcile::evidence::Evidence;
use crate::reconcile::item::{Item, What};
use crate::reconcile::proposal::ProposalKind;
use crate::reconcile::reason::{Reason, Suggestion};

impl Matching<'_> {
    /// Labels that name something of the line's amount.
    pub(super) fn by_name(&mut self) {
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
    pub(super) fn by_other_name(&mut self) {
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

    /// Why nothing explains a line.
    pub(super) fn reason_left(&self, line: usize) -> Reason {
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
        let recorded = items.iter().any(|item| self.items[*item].is_movement());
        Reason::OtherAmount { names, bank, ledger: self.sum(items), recorded }
    }

    /// The deposit that would record that the bank counted less or more than the slips say.
    fn deposit_of(&self, items: &[usize], bank: Euros, on: Date) -> Option<Suggestion> {
        let ProposalKind::Deposit(slips) = self.kind_of(items) else {
            return None;
        };
        let missing = self.sum(items) - bank;
        let short = missing.is_positive().then_some(missing);
        let over = missing.is_negative().then_some(-missing);
        bank.is_positive().then_some(Suggestion::Deposit { slips, amount: bank, short, over, on })
    }
}
