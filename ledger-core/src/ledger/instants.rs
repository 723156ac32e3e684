//! Instants: when each entry is recorded. The clock is believed while it is near the last entry; otherwise whoever posts is
//! asked first, because an instant that was recorded can never be taken back.

use std::sync::Arc;

use serde::Serialize;

use super::LedgerError;
use crate::limits::{CLOCK_FIRST_NS, CLOCK_LAST_NS};
use crate::sequence::RecordedAt;
use crate::storage::Clock;

/// How far a clock may lie behind the last entry: a day, in nanoseconds.
const BEHIND_MAX_NS: u64 = 24 * 3600 * 1_000_000_000;
/// How far it may lie ahead of it: a year of 366 days.
const AHEAD_MAX_NS: u64 = 366 * BEHIND_MAX_NS;

/// Whether a clock is believed that is far from the last entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockTrust {
    /// It is asked about: nothing is recorded.
    #[default]
    Asked,
    /// Somebody said that it is right.
    Confirmed,
}

/// Why a clock is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code")]
pub enum ClockDoubt {
    /// More than a day behind the last entry.
    #[error("the clock says {clock}, more than a day before the last entry of {last}; is it right?")]
    #[serde(rename = "clock_behind")]
    Behind {
        /// What the clock says.
        clock: RecordedAt,
        /// When the last entry was recorded.
        last: RecordedAt,
    },
    /// More than a year ahead of the last entry.
    #[error("the clock says {clock}, more than a year after the last entry of {last}; is it right?")]
    #[serde(rename = "clock_ahead")]
    Ahead {
        /// What the clock says.
        clock: RecordedAt,
        /// When the last entry was recorded.
        last: RecordedAt,
    },
    /// No entry to compare it with, and not of this century.
    #[error("the clock says {clock}, and the ledger has no entry to compare it with; is it right?")]
    #[serde(rename = "clock_unlikely")]
    Unlikely {
        /// What the clock says.
        clock: RecordedAt,
    },
}

impl ClockDoubt {
    /// Why a clock that says `now_ns` is asked about, if it is; `last` is when the last entry was recorded.
    pub fn of(now_ns: u64, last: Option<RecordedAt>) -> Option<Self> {
        let clock = RecordedAt::from_ns(now_ns);
        let Some(last) = last else {
            return (!(CLOCK_FIRST_NS..CLOCK_LAST_NS).contains(&now_ns)).then_some(Self::Unlikely { clock });
        };
        if last.ns().saturating_sub(now_ns) > BEHIND_MAX_NS {
            return Some(Self::Behind { clock, last });
        }
        (now_ns.saturating_sub(last.ns()) > AHEAD_MAX_NS).then_some(Self::Ahead { clock, last })
    }

    /// A stable code, in `snake_case`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Behind { .. } => "clock_behind",
            Self::Ahead { .. } => "clock_ahead",
            Self::Unlikely { .. } => "clock_unlikely",
        }
    }
}

/// Gives each entry its instant.
#[derive(Clone, Debug)]
pub(super) struct Instants {
    clock: Arc<dyn Clock>,
    trust: ClockTrust,
    /// Why the clock would have been asked about, where it was believed all the same.
    overruled: Option<ClockDoubt>,
}

impl Instants {
    /// By this clock, which is asked about.
    pub(super) fn by(clock: Arc<dyn Clock>) -> Self {
        Self { clock, trust: ClockTrust::default(), overruled: None }
    }

    /// By what is known already.
    pub(super) fn known(clock: Arc<dyn Clock>) -> Self {
        Self { clock, trust: ClockTrust::Confirmed, overruled: None }
    }

    pub(super) fn trust(&mut self, trust: ClockTrust) {
        self.trust = trust;
    }

    pub(super) fn overruled(&self) -> Option<ClockDoubt> {
        self.overruled
    }

    /// The instant of the next entry, later than that of the last.
    pub(super) fn next(&mut self, last: Option<RecordedAt>) -> Result<RecordedAt, LedgerError> {
        let now_ns = self.clock.now_ns();
        if let Some(doubt) = ClockDoubt::of(now_ns, last) {
            if self.trust == ClockTrust::Asked {
                return Err(LedgerError::Doubtful(doubt));
            }
            self.overruled = Some(doubt);
        }
        let last = last.unwrap_or_default();
        last.following(now_ns).ok_or(LedgerError::Clock { last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_asked_about_from_a_day_behind_and_a_year_ahead() {
        let last = RecordedAt::from_ns(1_772_000_000_000_000_000);
        let code = |now_ns| ClockDoubt::of(now_ns, Some(last)).map(ClockDoubt::code);
        for (now_ns, expected) in [
            (last.ns() - BEHIND_MAX_NS, None),
            (last.ns() - BEHIND_MAX_NS - 1, Some("clock_behind")),
            (0, Some("clock_behind")),
            (last.ns() + AHEAD_MAX_NS, None),
            (last.ns() + AHEAD_MAX_NS + 1, Some("clock_ahead")),
            (u64::MAX, Some("clock_ahead")),
        ] {
            assert_eq!(code(now_ns), expected, "{now_ns}");
        }
        let first = |now_ns| ClockDoubt::of(now_ns, None).map(ClockDoubt::code);
        assert_eq!(
            (first(0), first(last.ns()), first(u64::MAX)),
            (Some("clock_unlikely"), None, Some("clock_unlikely"))
        );
    }
}
