//! Classes: each line and each movement is in exactly one.

use super::evidence::Evidence;
use super::matching::Outcome;
use super::movement::{Movement, Recorded};
use super::proposal::Proposal;
use super::reason::Reason;
use super::reconciliation::{Match, Side, Unexplained};
use crate::date::Date;
use crate::money::Euros;
use crate::statement::Line;

/// Which class each line and each movement is in.
#[derive(Default)]
pub(super) struct Classes {
    pub matched: Vec<Match>,
    pub proposals: Vec<Proposal>,
    pub unexplained: Vec<Unexplained>,
}

impl Classes {
    /// These movements were settled without a line of the statement.
    pub fn settle(&mut self, movements: Vec<usize>, by: Evidence) {
        self.matched.push(Match { line: None, movements, by });
    }

    pub fn add_line(
        &mut self,
        line: usize,
        outcome: Outcome,
        stated: &Line,
        recorded: &mut Recorded,
        closed: Option<Date>,
    ) {
        let fingerprint = stated.fingerprint;
        let outcome = match (outcome, closed) {
            (Outcome::Proposed(..), Some(through)) if fingerprint.date <= through => {
                Outcome::Left(Reason::Closed { through }, None)
            }
            (outcome, _) => outcome,
        };
        match outcome {
            Outcome::Matched(movements, by) => {
                self.matched.push(Match { line: Some(line), movements: movements.into_vec(), by });
            }
            Outcome::Proposed(kind, by) => {
                let operations = kind.operations(recorded.fingerprint_for(fingerprint), &recorded.references);
                self.proposals.push(Proposal { line, kind, operations, by });
            }
            Outcome::Left(reason, suggestion) => self.unexplained.push(Unexplained {
                side: Side::Bank,
                index: Some(line),
                date: fingerprint.date,
                amount: fingerprint.amount,
                label: stated.label.clone(),
                reason,
                suggestion,
            }),
            Outcome::Open => unreachable!("no line is left open"),
        }
    }

    pub fn add_movement(&mut self, place: usize, movement: &Movement, unshared: Date) {
        if movement.on < unshared {
            return self.settle(vec![place], Evidence::Earlier);
        }
        self.unexplained.push(Unexplained {
            side: Side::Ledger,
            index: Some(place),
            date: movement.on,
            amount: movement.amount,
            label: format!("{} {}", movement.op, movement.reference),
            reason: Reason::NoLine,
            suggestion: None,
        });
    }

    /// What a statement attested before has settled on both sides: the same amounts on the one as on the other.
    pub fn settle_attested(&mut self, movements: &[Movement], through: Date) {
        let settled = |one: &Unexplained| match (one.side, one.index) {
            // A doubt stays a doubt.
            (Side::Bank, Some(_)) => one.date <= through && !one.reason.is_doubt(),
            (Side::Ledger, Some(place)) => movements[place].attested,
            (_, None) => false,
        };
        let amounts = |side: Side| -> Vec<Euros> {
            let of_side = self.unexplained.iter().filter(|one| one.side == side && settled(one));
            let mut amounts: Vec<Euros> = of_side.map(|one| one.amount).collect();
            amounts.sort_unstable();
            amounts
        };
        // Equal totals are not enough: what was never seen may add up to nothing.
        if amounts(Side::Bank) != amounts(Side::Ledger) {
            return;
        }
        let (settled, left) = std::mem::take(&mut self.unexplained).into_iter().partition(settled);
        self.unexplained = left;
        self.matched.extend(Vec::into_iter(settled).filter_map(|one: Unexplained| {
            let (line, movements) = match one.side {
                Side::Bank => (one.index, Vec::new()),
                Side::Ledger => (None, vec![one.index?]),
            };
            Some(Match { line, movements, by: Evidence::Attested })
        }));
    }

    /// A download that begins in the middle of a day opens with what was settled earlier on that day: with all that no line
    /// shows, or else it says nothing.
    fn settle_first_day(&mut self, movements: &[Movement], from: Date, missing: Euros) -> bool {
        let earlier = |one: &Unexplained| {
            let movement = one.index.filter(|_| one.side == Side::Ledger).map(|place| &movements[place]);
            movement.is_some_and(|movement| {
                movement.on == from && (movement.attested || movement.bank_line.is_some())
            })
        };
        let amounts = self.unexplained.iter().filter(|one| earlier(one)).map(|one| one.amount);
        if amounts.sum::<Euros>() != missing {
            return false;
        }
        for one in self.unexplained.extract_if(.., |one| earlier(one)).collect::<Vec<_>>() {
            self.settle(one.index.into_iter().collect(), Evidence::Earlier);
        }
        true
    }

    /// The opening balance of the statement is held against what was settled before the first day of which it holds nothing.
    pub fn check_opening(&mut self, movements: &[Movement], from: Date, unshared: Date, bank: Euros) {
        let settled = self.matched.iter().filter(|one| one.line.is_none()).flat_map(|one| &one.movements);
        let before = settled.map(|place| &movements[*place]).filter(|movement| movement.on < unshared);
        let ledger = before.map(|movement| movement.amount).sum();
        if bank != ledger && !self.settle_first_day(movements, from, bank - ledger) {
            self.unexplained.push(Unexplained {
                side: Side::Bank,
                index: None,
                date: from,
                amount: bank - ledger,
                label: String::new(),
                reason: Reason::OpeningDiffers { bank, ledger },
                suggestion: None,
            });
        }
    }
}
