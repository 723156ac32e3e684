//! Values that hold from a day on: what is amended is amended from the amendment's own day, whenever it was recorded.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use smallvec::SmallVec;

use crate::date::Date;

/// A value and the days from which it has another. There is always one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<Date, T>", bound(deserialize = "T: Deserialize<'de>"))]
pub struct Dated<T>(SmallVec<[(Date, T); 1]>);

impl<T> Dated<T> {
    /// A value from its first day on.
    pub fn from(on: Date, value: T) -> Self {
        Self(SmallVec::from_iter([(on, value)]))
    }

    /// The value in force on a day; before the first day, the first one.
    pub fn on(&self, day: Date) -> &T {
        let after = self.0.partition_point(|(from, _)| *from <= day);
        &self.0[after.saturating_sub(1)].1
    }

    /// The value in force in the end.
    pub fn latest(&self) -> &T {
        &self.0[self.0.len() - 1].1
    }

    /// Sets the value from a day on, for good: what was set for later days is given up.
    pub fn replace(&mut self, on: Date, value: T) {
        self.0.retain(|(from, _)| *from < on);
        self.0.push((on, value));
    }

    /// Sets the value from a day on. Of two for one day the one set later counts.
    pub fn set(&mut self, on: Date, value: T) {
        match self.0.binary_search_by_key(&on, |&(from, _)| from) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (on, value)),
        }
    }
}

/// A list of no value.
#[derive(Debug, thiserror::Error)]
#[error("there is no value")]
pub struct NoValue;

impl<T> TryFrom<BTreeMap<Date, T>> for Dated<T> {
    type Error = NoValue;
    fn try_from(values: BTreeMap<Date, T>) -> Result<Self, NoValue> {
        if values.is_empty() { Err(NoValue) } else { Ok(Self(values.into_iter().collect())) }
    }
}

impl<T: Serialize> Serialize for Dated<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(from, value)| (from, value)))
    }
}
