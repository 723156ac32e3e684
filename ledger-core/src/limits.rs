//! Limits: how much a ledger holds. One table.
//!
//! The writer holds it before an entry is acknowledged, and whoever replays, audits, sums up or imports entries holds the
//! same, by asking the same functions; so what was acknowledged can always be read. No sum below overflows.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::Euros;

/// The largest amount of one operation, in cents: ten thousand million.
pub const AMOUNT_MAX_CENTS: i64 = 1_000_000_000_000;

/// The largest figure that is written down, in cents: in a record, a line of JSON or a statement. It is a bound of format 1
/// and of what is read, not of what a ledger may hold.
pub const FIGURE_MAX_CENTS: i64 = 1_000_000_000_000_000;

/// The largest swap for which the ledger chooses the bills; a larger one names them.
pub const CHOSEN_MAX: Euros = Euros::from_cents(200_000_00);

/// The largest balance of an account and the largest [total](Total), in cents: a hundred thousand million. It is ten of
/// the largest operations, so that tests come to it.
pub const BALANCE_MAX_CENTS: i64 = 10_000_000_000_000;

/// The most that all entries together move, in cents. No sum over any of them is larger, whatever their order, as for
/// figures as of a day; and what two such sums differ by is a number still.
pub const MOVED_MAX_CENTS: i64 = i64::MAX / 2;

/// The largest denomination, in Ä.
pub const DENOMINATION_MAX: u32 = 1_000_000;
/// The most denominations that a currency may have.
pub const DENOMINATIONS_MAX: usize = 64;
/// The most bills of one denomination that an operation may name.
pub const COUNT_MAX: i64 = 1_000_000_000;

/// The first day that an operation may be of, 1900-01-01, in days since 1970-01-01.
pub const FIRST_DAY: i32 = -25_567;
/// The last one, 2999-12-31.
pub const LAST_DAY: i32 = 376_199;

/// The first instant that a clock may say for the first entry of a ledger without being asked about: 2020-01-01T00:00Z, in
/// nanoseconds since 1970.
pub const CLOCK_FIRST_NS: u64 = 1_577_836_800_000_000_000;
/// The first one from which on it is asked about again: 2100-01-01T00:00Z.
pub const CLOCK_LAST_NS: u64 = 4_102_444_800_000_000_000;
/// The last instant that is taken from a clock, 2262-04-11; a later one is recorded as this. Records have room for instants
/// until 2554: what lies between is for ledgers whose clock was wrong once, which go on by single nanoseconds and never come
/// to the end.
pub const CLOCK_MAX_NS: u64 = i64::MAX.unsigned_abs();

/// From this instant on (2026-03-01T00:00Z) the rule is in force that a period is over when it is closed or attested. What was
/// recorded before stays as legal as it was, so that journals of that time pass the audit.
pub const PERIODS_OVER_FROM_NS: u64 = 1_772_323_200_000_000_000;

/// From this instant on the rule is in force that a line of the bank is of the day and amount of its entry, and stands for one.
/// What was recorded before stays as legal as it was.
pub const BANK_LINES_FROM_NS: u64 = PERIODS_OVER_FROM_NS;

/// From this instant on the rule is in force that no membership ends before it began, and that no renewal shortens one.
/// What was recorded before stays as legal as it was.
pub const MEMBERSHIPS_FROM_NS: u64 = PERIODS_OVER_FROM_NS;

/// A sum over several accounts that has a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Total {
    /// All tills.
    Tills,
    /// All slips on their way.
    Transit,
    /// All that is owed to the fund.
    Receivable,
    /// All that the fund owes.
    Payable,
    /// The account at the bank: the fund's deposit and the association's own money.
    Bank,
    /// Ä in circulation.
    Circulation,
    /// What was paid of one reconversion, or the fee taken with it.
    PaidOut,
    /// What all entries have moved.
    Moved,
}

impl Total {
    /// What it is counted in: only the circulation is one of bills.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Circulation => "Ä",
            _ => "€",
        }
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tills => "all tills together",
            Self::Transit => "all slips together",
            Self::Receivable => "all that is owed to the fund",
            Self::Payable => "all that the fund owes",
            Self::Bank => "the account at the bank",
            Self::Circulation => "the circulation",
            Self::PaidOut => "what is paid of one reconversion",
            Self::Moved => "what all entries have moved",
        })
    }
}

impl Total {
    /// The most that it may be, in cents and without sign.
    pub const fn most_cents(self) -> i64 {
        match self {
            Self::Moved => MOVED_MAX_CENTS,
            _ => BALANCE_MAX_CENTS,
        }
    }
}

/// Whether an account may hold so much, in cents.
pub const fn is_balance(cents: i64) -> bool {
    cents.unsigned_abs() <= BALANCE_MAX_CENTS.unsigned_abs()
}

/// What entries moved in all, in whichever direction, in cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moved(i64);

impl Moved {
    /// Adds what an entry moves, posting by posting.
    ///
    /// # Errors
    /// The sum in cents, or the most that a number holds, when that is more than a ledger may move.
    pub fn with(self, postings: impl IntoIterator<Item = i64>) -> Result<Self, i64> {
        let add = |sum: i64, cents: i64| sum.saturating_add(cents.saturating_abs());
        let sum = postings.into_iter().fold(self.0, add);
        if sum <= MOVED_MAX_CENTS { Ok(Self(sum)) } else { Err(sum) }
    }

    /// In cents.
    pub const fn cents(self) -> i64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_moved_ends_at_the_limit_and_never_overflows() {
        let nearly = Moved::default().with([MOVED_MAX_CENTS - 1]).unwrap();
        assert_eq!(nearly.with([1]).map(Moved::cents), Ok(MOVED_MAX_CENTS));
        assert_eq!(nearly.with([-1]).map(Moved::cents), Ok(MOVED_MAX_CENTS));
        for beyond in [vec![2], vec![1, 1], vec![i64::MAX], vec![i64::MIN], vec![i64::MAX, i64::MAX]] {
            assert!(nearly.with(beyond).is_err());
        }
    }

    #[test]
    fn an_account_holds_as_much_below_nothing_as_above() {
        for (cents, holds) in [(BALANCE_MAX_CENTS, true), (BALANCE_MAX_CENTS + 1, false), (i64::MAX, false)] {
            assert_eq!((is_balance(cents), is_balance(-cents)), (holds, holds), "{cents}");
        }
        assert!(!is_balance(i64::MIN));
    }
}
