//! The clock: where the time of recording comes from. It never decides anything; a ledger assigns increasing times itself.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Nanoseconds since 1970-01-01T00:00:00 UTC, leap seconds not counted; it may stand still or step back.
    fn now_ns(&self) -> u64;
}

/// The machine's clock; a time before 1970 is told as 0.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ns(&self) -> u64 {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since_1970.as_nanos()).unwrap_or(u64::MAX)
    }
}

/// A clock for tests: it starts where it is told and advances by one step at each question.
#[derive(Debug)]
pub struct ManualClock {
    next_ns: AtomicU64,
    step_ns: u64,
}

impl ManualClock {
    /// A clock whose first answer is `start_ns`.
    pub fn new(start_ns: u64, step_ns: u64) -> Self {
        Self { next_ns: AtomicU64::new(start_ns), step_ns }
    }

    /// Makes `now_ns` the next answer, also backwards.
    pub fn set(&self, now_ns: u64) {
        self.next_ns.store(now_ns, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ns(&self) -> u64 {
        self.next_ns.fetch_add(self.step_ns, Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_steps_and_can_be_set_back() {
        let clock = ManualClock::new(100, 7);
        assert_eq!((clock.now_ns(), clock.now_ns()), (100, 107));
        clock.set(5);
        assert_eq!(clock.now_ns(), 5);
        assert!(SystemClock.now_ns() > 1_700_000_000_000_000_000);
    }
}
