//! The clock: it may be set to any time, and is believed only near the last entry.

use ledger_core::ledger::ClockTrust;
use ledger_core::storage::Clock;
use ledger_core::{LedgerError, Operation, record};
use serde_json::json;

use super::World;
use crate::model::Verdict;
use crate::tally::ANSWERED;
use crate::told::civil_day;

const SECOND_NS: i128 = 1_000_000_000;
const DAY_NS: i128 = 24 * 3600 * SECOND_NS;
/// 2020-01-01 and 2100-01-01.
const CENTURY_NS: std::ops::Range<i128> = 1_577_836_800 * SECOND_NS..4_102_444_800 * SECOND_NS;

impl World {
    /// Sees that a ledger whose clock is far from its last entry asks about it and records nothing, and then says that it
    /// is right.
    pub(super) fn ask_about_clock(&mut self) -> Result<(), String> {
        self.tell_the_day();
        let Some(code) = self.doubt() else {
            self.ledger()?.trust_clock(ClockTrust::Asked);
            return Ok(());
        };
        let (reference, on) = (format!("clock-{}", self.events), "2999-12-31");
        let operation = if self.told.is_empty() {
            json!({"op": "found", "ref": reference, "on": "2026-01-02", "currency": "Aïga", "symbol": "Ä", "code": "AIGA",
                "denominations": [1, 5], "association": "A", "reconversion_fee": "0",
                "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}})
        } else {
            json!({"op": "bank_interest", "ref": reference, "on": on, "amount": "0.01"})
        };
        if self.armed.is_none() && matches!(self.told.model.judge(&operation), Ok(Verdict::Sound(..))) {
            let operation =
                Operation::from_json(&operation.to_string()).map_err(|error| error.to_string())?;
            let root = self.told.root();
            let ledger = self.ledger()?;
            ledger.trust_clock(ClockTrust::Asked);
            match ledger.post(&operation) {
                Err(LedgerError::Doubtful(doubt)) => {
                    demand!(doubt.code() == code, "it asks about the clock as {}, not {code}", doubt.code());
                }
                other => return Err(format!("the clock was believed, not {code}: {other:?}")),
            }
            demand!(ledger.root() == root, "something was recorded by a clock that was asked about");
            self.tally.add(ANSWERED, code, 1);
        }
        self.ledger()?.trust_clock(ClockTrust::Confirmed);
        Ok(())
    }

    /// Tells the model on which day entries are recorded now: the clock's, or the last entry's where that is later.
    pub(super) fn tell_the_day(&mut self) {
        let last = self.told.entries.last().and_then(|known| record::decode(&known.record).ok());
        let last_ns = last.map_or(0, |last| last.recorded_at.ns());
        // No clock is believed beyond 2262.
        let now_ns = self.clock.now_ns().min(i64::MAX as u64);
        self.told.model.recorded_on = civil_day(now_ns.max(last_ns));
    }

    /// The code under which a ledger should ask about its clock; none when it need not.
    fn doubt(&self) -> Option<&'static str> {
        let now = i128::from(self.clock.now_ns());
        let Some(last) = self.told.entries.last().and_then(|known| record::decode(&known.record).ok()) else {
            return (!CENTURY_NS.contains(&now)).then_some("clock_unlikely");
        };
        let apart = now - i128::from(last.recorded_at.ns());
        if apart < -DAY_NS {
            return Some("clock_behind");
        }
        (apart > 366 * DAY_NS).then_some("clock_ahead")
    }
}
