//! Lots: the euros of a till by the date on which they came, so that each has an age. First in, first out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use smallvec::SmallVec;

use crate::date::Date;
use crate::money::Euros;

/// What a till holds, by date. Their sum is the till's balance.
///
/// Lots are all of one sign: euros that come in make up first for those that are missing, and the other way round. They
/// are negative only in figures as of a date, where euros may leave before the day on which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "BTreeMap<Date, Euros>")]
pub struct Lots(SmallVec<[(Date, Euros); 4]>);

/// The lots that a movement changed, by how much.
pub type LotChanges = SmallVec<[(Date, Euros); 2]>;

impl Lots {
    /// The date of the oldest euro.
    pub fn oldest(&self) -> Option<Date> {
        self.0.first().map(|&(date, _)| date)
    }

    /// Each date with the euros that came on it, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (Date, Euros)> {
        self.0.iter().copied().filter(|(_, amount)| amount.is_positive())
    }

    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Euros come in, of this date.
    pub fn put(&mut self, on: Date, amount: Euros) -> LotChanges {
        self.fill(on, amount, |lot| -lot, |part| part)
    }

    /// Euros go out, the oldest first.
    pub fn take(&mut self, on: Date, amount: Euros) -> LotChanges {
        self.fill(on, amount, |lot| lot, |part| -part)
    }

    /// Spreads an amount over the lots that have room for it, the oldest first, and the rest over the lot of `on`.
    fn fill(
        &mut self,
        on: Date,
        amount: Euros,
        room: fn(Euros) -> Euros,
        signed: fn(Euros) -> Euros,
    ) -> LotChanges {
        let mut rest = amount;
        let mut changes = LotChanges::new();
        for &(date, lot) in &self.0 {
            let part = room(lot).min(rest);
            // When one has no room, none has.
            if !part.is_positive() {
                break;
            }
            changes.push((date, signed(part)));
            rest -= part;
        }
        if rest.is_positive() {
            changes.push((on, signed(rest)));
        }
        self.change(&changes, |part| part);
        changes
    }

    /// Unwinds changes.
    pub fn unwind(&mut self, changes: &LotChanges) {
        self.change(changes, |part| -part);
    }

    fn change(&mut self, changes: &LotChanges, signed: fn(Euros) -> Euros) {
        for &(date, part) in changes {
            let part = signed(part);
            match self.0.binary_search_by_key(&date, |&(known, _)| known) {
                Ok(place) => {
                    self.0[place].1 += part;
                    if self.0[place].1.is_zero() {
                        self.0.remove(place);
                    }
                }
                Err(place) => self.0.insert(place, (date, part)),
            }
        }
    }
}

impl From<BTreeMap<Date, Euros>> for Lots {
    fn from(lots: BTreeMap<Date, Euros>) -> Self {
        Self(lots.into_iter().collect())
    }
}

impl Serialize for Lots {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_euro_leaves_first_and_comes_back_when_unwound() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let euros = Euros::from_cents;
        let mut lots = Lots::default();
        lots.put(day("2026-01-05"), euros(10_00));
        lots.put(day("2026-01-03"), euros(20_00));
        let before = lots.clone();
        let taken = lots.take(day("2026-01-12"), euros(25_00));
        assert_eq!(taken.as_slice(), [(day("2026-01-03"), euros(-20_00)), (day("2026-01-05"), euros(-5_00))]);
        assert_eq!(lots.oldest(), Some(day("2026-01-05")));
        lots.unwind(&taken);
        assert_eq!(lots, before);
    }
}
