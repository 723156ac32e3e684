//! Bills: objects counted by denomination. An amount of Ä is never stored beside them; it is their value.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::limits::DENOMINATION_MAX;
use crate::money::Aigas;

/// The face value of a bill, in whole Ä.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Denomination(u32);

impl Denomination {
    /// A face value from 1 to 1,000,000 Ä.
    pub fn new(face: u32) -> Option<Self> {
        (1..=DENOMINATION_MAX).contains(&face).then_some(Self(face))
    }

    /// The face value in whole Ä.
    pub const fn face(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Denomination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Bills by denomination, the largest first; a denomination of which there are none is not listed.
///
/// Counts are negative only in differences and in the figures as of a date, where entries are not in the
/// order in which they were recorded.
#[derive(Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(from = "BTreeMap<Denomination, i64>")]
pub struct Bills(SmallVec<[(Denomination, i64); 3]>);

impl Clone for Bills {
    /// All at once, which is quicker than one after the other.
    fn clone(&self) -> Self {
        Self(SmallVec::from_slice(&self.0))
    }
}

impl Bills {
    /// No bills.
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What they are worth; more than a ledger can hold is told as the most that an amount can be.
    pub fn value(&self) -> Aigas {
        let add = |sum: i64, (denomination, count): (Denomination, i64)| {
            sum.checked_add(i64::from(denomination.face()).checked_mul(count)?)
        };
        let whole = self.iter().try_fold(0, add).and_then(|whole| whole.checked_mul(100));
        Aigas::from_cents(whole.unwrap_or_else(|| self.value_of_many_cents()))
    }

    /// The same where a sum on the way is too large.
    #[cold]
    fn value_of_many_cents(&self) -> i64 {
        let worth = |(denomination, count)| i128::from(Denomination::face(denomination)) * i128::from(count);
        let worth: i128 = self.iter().map(worth).sum();
        let most = if worth.is_negative() { i64::MIN } else { i64::MAX };
        i64::try_from(worth.saturating_mul(100)).unwrap_or(most)
    }

    /// How many of a denomination there are.
    pub fn count(&self, denomination: Denomination) -> i64 {
        self.slot(denomination).map_or(0, |slot| self.0[slot].1)
    }

    /// Each denomination of which there are some, the largest first, with its count.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Denomination, i64)> {
        self.0.iter().copied()
    }

    /// The face values and counts, as the journal stores them: without a sign.
    pub(crate) fn counts(&self) -> SmallVec<[(u32, u64); 3]> {
        self.iter().map(|(denomination, count)| (denomination.face(), count.unsigned_abs())).collect()
    }

    /// The bills of these face values and counts, listed as [`counts`](Self::counts) lists them, with at most so many of
    /// each; none when there is no such list.
    pub(crate) fn listed(counts: &[(u32, u64)], most: i64) -> Option<Self> {
        let mut bills = SmallVec::with_capacity(counts.len());
        let mut above = u32::MAX;
        for &(face, count) in counts {
            let count = i64::try_from(count).ok().filter(|count| (1..=most).contains(count))?;
            if face >= above {
                return None;
            }
            above = face;
            bills.push((Denomination::new(face)?, count));
        }
        Some(Self(bills))
    }

    /// Adds so many bills of a denomination (takes them away where the count is negative).
    pub fn add(&mut self, denomination: Denomination, count: i64) {
        match self.slot(denomination) {
            Ok(slot) => {
                self.0[slot].1 += count;
                if self.0[slot].1 == 0 {
                    self.0.remove(slot);
                }
            }
            Err(slot) if count != 0 => self.0.insert(slot, (denomination, count)),
            Err(_) => {}
        }
    }

    /// As many less as they are more.
    #[must_use]
    pub fn negated(&self) -> Self {
        let mut negated = self.clone();
        negated.0.iter_mut().for_each(|(_, count)| *count = -*count);
        negated
    }

    /// Adds all of the other bills.
    pub fn add_all(&mut self, other: &Self) {
        other.iter().for_each(|(denomination, count)| self.add(denomination, count));
    }

    /// Takes all of the other bills away.
    pub fn take_all(&mut self, other: &Self) {
        other.iter().for_each(|(denomination, count)| self.add(denomination, -count));
    }

    /// These bills less the others, split in what is over and what is missing.
    pub fn over_and_missing(&self, others: &Self) -> (Self, Self) {
        let mut difference = self.clone();
        difference.take_all(others);
        let part = |sign: i64| {
            let signed = difference.iter().map(|(denomination, count)| (denomination, count * sign));
            Self(signed.filter(|&(_, count)| count > 0).collect())
        };
        (part(1), part(-1))
    }

    /// The place of a denomination, or that where it would stand; they are few.
    fn slot(&self, denomination: Denomination) -> Result<usize, usize> {
        for (place, &(listed, _)) in self.0.iter().enumerate() {
            if listed <= denomination {
                return if listed == denomination { Ok(place) } else { Err(place) };
            }
        }
        Err(self.0.len())
    }

    /// The fewest of these bills that make the amount exactly; among equally few, the choice with the most of
    /// the largest denomination, then of the next. None when no choice makes it.
    ///
    /// Bounded change-making by dynamic programming, a layer per denomination from the smallest up. The work is
    /// (denominations × amount in Ä), so the caller bounds the amount.
    pub fn choose(&self, amount: Aigas) -> Option<Self> {
        if amount.cents() <= 0 || amount.cents() % 100 != 0 || amount > self.value() {
            return None;
        }
        let target = usize::try_from(amount.cents() / 100).ok()?;
        let mut layers = vec![vec![NO_CHOICE; target + 1]];
        layers[0][0] = 0;
        for &(denomination, count) in self.0.iter().rev() {
            let layer =
                fewest_with(layers.last()?, denomination.face() as usize, usize::try_from(count).ok()?);
            layers.push(layer);
        }
        if layers.last()?[target] == NO_CHOICE {
            return None;
        }
        let mut chosen = Self::none();
        let mut rest = target;
        for (index, &(denomination, count)) in self.0.iter().enumerate() {
            let layer = layers.len() - 1 - index;
            let face = denomination.face() as usize;
            let most = (rest / face).min(usize::try_from(count).ok()?);
            let makes_it = |&used: &usize| {
                let below = layers[layer - 1][rest - used * face];
                below != NO_CHOICE && below as usize + used == layers[layer][rest] as usize
            };
            let used = (0..=most).rev().find(makes_it)?;
            chosen.add(denomination, i64::try_from(used).ok()?);
            rest -= used * face;
        }
        Some(chosen)
    }
}

/// Stands for an amount that no choice makes.
const NO_CHOICE: u32 = u32::MAX;

/// For each amount, the fewest bills when up to `count` bills of `face` may be added to what `below` needs:
/// a sliding minimum over each residue of the face value.
fn fewest_with(below: &[u32], face: usize, count: usize) -> Vec<u32> {
    let mut layer = vec![NO_CHOICE; below.len()];
    let mut window: VecDeque<(usize, i64)> = VecDeque::new();
    for residue in 0..face.min(below.len()) {
        // Candidates by step, their cost made comparable by taking off one bill for each step.
        window.clear();
        for (step, amount) in (residue..below.len()).step_by(face).enumerate() {
            let level = i64::try_from(step).unwrap_or(i64::MAX);
            if below[amount] != NO_CHOICE {
                let cost = i64::from(below[amount]) - level;
                while window.back().is_some_and(|&(_, other)| other >= cost) {
                    window.pop_back();
                }
                window.push_back((step, cost));
            }
            while window.front().is_some_and(|&(oldest, _)| step - oldest > count) {
                window.pop_front();
            }
            if let Some(&(_, cost)) = window.front() {
                layer[amount] = u32::try_from(cost + level).unwrap_or(NO_CHOICE);
            }
        }
    }
    layer
}

impl FromIterator<(Denomination, i64)> for Bills {
    fn from_iter<I: IntoIterator<Item = (Denomination, i64)>>(counted: I) -> Self {
        let mut bills = Self::none();
        counted.into_iter().for_each(|(denomination, count)| bills.add(denomination, count));
        bills
    }
}

impl From<BTreeMap<Denomination, i64>> for Bills {
    fn from(counted: BTreeMap<Denomination, i64>) -> Self {
        counted.into_iter().collect()
    }
}

impl Serialize for Bills {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl fmt::Display for Bills {
    /// `2×20 1×10` for two bills of 20 and one of 10, the largest denomination first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (denomination, count)) in self.iter().enumerate() {
            let gap = if index == 0 { "" } else { " " };
            write!(f, "{gap}{count}×{denomination}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cmp::Reverse;

    fn bills(counted: &[(u32, i64)]) -> Bills {
        counted.iter().map(|&(face, count)| (Denomination::new(face).unwrap(), count)).collect()
    }

    #[test]
    fn sixty_from_one_fifty_and_three_twenties_is_three_twenties() {
        let stock = bills(&[(50, 1), (20, 3)]);
        assert_eq!(stock.choose(Aigas::from_cents(60_00)), Some(bills(&[(20, 3)])));
        assert_eq!(stock.choose(Aigas::from_cents(80_00)), None);
        assert_eq!(stock.choose(Aigas::from_cents(50_50)), None);
    }

    #[test]
    fn equally_few_bills_prefer_the_largest() {
        let stock = bills(&[(6, 1), (5, 2), (4, 1)]);
        assert_eq!(stock.choose(Aigas::from_cents(10_00)), Some(bills(&[(6, 1), (4, 1)])));
    }

    proptest! {
        #[test]
        fn no_choice_by_hand_is_better(
            counts in prop::collection::vec(0_i64..4, 4),
            faces in prop::sample::subsequence(vec![1_u32, 2, 3, 5, 7, 10], 4),
            amount in 1_i64..60,
        ) {
            let stock: Bills = faces.iter().zip(&counts).map(|(&face, &count)| (Denomination::new(face).unwrap(), count)).collect();
            let mut best: Option<(i64, Vec<Reverse<i64>>)> = None;
            for code in 0..256 {
                let taken: Vec<i64> = (0..4).map(|digit| (code >> (2 * digit)) & 3).collect();
                if taken.iter().zip(&counts).any(|(taken, held)| taken > held) { continue; }
                let value: i64 = taken.iter().zip(&faces).map(|(taken, &face)| taken * i64::from(face)).sum();
                if value == amount {
                    let rank = (taken.iter().sum(), taken.iter().rev().map(|&count| Reverse(count)).collect());
                    if best.as_ref().is_none_or(|best| rank < *best) { best = Some(rank); }
                }
            }
            let chosen = stock.choose(Aigas::from_cents(amount * 100)).map(|chosen| {
                let by_face: Vec<i64> = faces.iter().map(|&face| chosen.count(Denomination::new(face).unwrap())).collect();
                (by_face.iter().sum(), by_face.iter().rev().map(|&count| Reverse(count)).collect())
            });
            prop_assert_eq!(chosen, best);
        }
    }
}
