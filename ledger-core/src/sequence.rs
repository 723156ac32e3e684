//! The number of an entry, and the instant at which it was recorded.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::limits::CLOCK_MAX_NS;

/// The number of an entry, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequence(u64);

impl Sequence {
    /// The first entry of every ledger.
    pub const FIRST: Self = Self(1);

    /// The entry of this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The entry behind it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// When an entry was recorded: UTC, in nanoseconds since 1970; strictly increasing in a journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordedAt(u64);

impl RecordedAt {
    /// The instant so many nanoseconds after 1970-01-01T00:00Z.
    pub const fn from_ns(ns: u64) -> Self {
        Self(ns)
    }

    /// Nanoseconds since 1970-01-01T00:00Z.
    pub const fn ns(self) -> u64 {
        self.0
    }

    /// The civil date, UTC; none where a ledger has no such day.
    pub fn date(self) -> Option<Date> {
        let days = self.0 / (24 * 3600 * 1_000_000_000);
        i32::try_from(days).ok().and_then(|days| Date::from_days_since_epoch(days).ok())
    }

    /// The instant to record when the clock says `now_ns` and this one was recorded last: never earlier, never equal.
    /// None when there is no later one, to which no clock leads: this one was made by hand.
    pub fn following(self, now_ns: u64) -> Option<Self> {
        let next = self.0.checked_add(1)?;
        Some(Self(now_ns.min(CLOCK_MAX_NS).max(next)))
    }
}

impl fmt::Display for RecordedAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_nanosecond(i128::from(self.0)) {
            Ok(instant) => instant.fmt(f),
            Err(_) => write!(f, "{} ns", self.0),
        }
    }
}

impl Serialize for RecordedAt {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
