//! The civil date of an operation, as a person gave it. No rule compares it with a clock.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Span, civil};

use crate::as_text::as_text;
use crate::limits::{FIRST_DAY, LAST_DAY};

/// A civil date, years 1900 to 2999, written `YYYY-MM-DD`. Held as the days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// A text or number that is no date of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a date is written YYYY-MM-DD, exists in the calendar and lies from 1900 to 2999")]
pub struct InvalidDate;

const EPOCH: civil::Date = civil::date(1970, 1, 1);

impl Date {
    /// The days since 1970-01-01, negative before.
    pub const fn days_since_epoch(self) -> i32 {
        self.0
    }

    /// The date so many days after 1970-01-01.
    pub fn from_days_since_epoch(days: i32) -> Result<Self, InvalidDate> {
        if (FIRST_DAY..=LAST_DAY).contains(&days) { Ok(Self(days)) } else { Err(InvalidDate) }
    }

    /// The whole days from an earlier date to this one (negative when it is later).
    pub const fn days_after(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// The day before, but for the first day there is.
    #[must_use]
    pub(crate) fn day_before(self) -> Self {
        Self(self.0.saturating_sub(1).max(FIRST_DAY))
    }

    /// The day after, but for the last day there is.
    #[must_use]
    pub(crate) fn day_after(self) -> Self {
        Self(self.0.saturating_add(1).min(LAST_DAY))
    }

    /// The same day so many years later; of 29 February, where there is none, the 28th. At most the last day there is.
    #[must_use]
    pub fn years_later(self, years: i16) -> Self {
        let later = self.civil().checked_add(Span::new().years(years)).ok();
        later.and_then(|later| Self::try_from(later).ok()).unwrap_or(Self(LAST_DAY))
    }

    /// The calendar's date.
    pub fn civil(self) -> civil::Date {
        EPOCH.saturating_add(SignedDuration::from_hours(24 * i64::from(self.0)))
    }
}

impl TryFrom<civil::Date> for Date {
    type Error = InvalidDate;
    fn try_from(date: civil::Date) -> Result<Self, InvalidDate> {
        let days = date.duration_since(EPOCH).as_hours() / 24;
        i32::try_from(days).map_err(|_| InvalidDate).and_then(Self::from_days_since_epoch)
    }
}

impl FromStr for Date {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *text.as_bytes() else { return Err(InvalidDate) };
        if ![y0, y1, y2, y3, m0, m1, d0, d1].iter().all(u8::is_ascii_digit) {
            return Err(InvalidDate);
        }
        // Two digits are at most 99.
        let two = |tens: u8, ones: u8| (10 * (tens - b'0') + (ones - b'0')).cast_signed();
        let year = 100 * i16::from(two(y0, y1)) + i16::from(two(y2, y3));
        civil::Date::new(year, two(m0, m1), two(d0, d1)).map_err(|_| InvalidDate).and_then(Self::try_from)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.civil();
        f.pad(&format!("{:04}-{:02}-{:02}", civil.year(), civil.month(), civil.day()))
    }
}

as_text!(Date);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "20260101",
            "2026-1-01",
            "2026-01-01T00:00",
            "0999-01-01",
        ] {
            assert_eq!(text.parse::<Date>(), Err(InvalidDate), "{text}");
        }
        assert!("2028-02-29".parse::<Date>().is_ok());
    }

    #[test]
    fn days_and_dates_agree() {
        for text in ["1900-01-01", "1969-12-31", "1970-01-01", "2026-03-02", "2999-12-31"] {
            let date: Date = text.parse().unwrap();
            assert_eq!(Date::from_days_since_epoch(date.days_since_epoch()), Ok(date));
            assert_eq!(date.to_string(), text);
        }
        assert_eq!("1970-01-02".parse(), Ok(Date(1)));
        assert_eq!("1899-12-31".parse::<Date>(), Err(InvalidDate));
        for days in FIRST_DAY..=LAST_DAY {
            assert_eq!(Date::try_from(Date(days).civil()), Ok(Date(days)));
        }
        for beyond in [FIRST_DAY - 1, LAST_DAY + 1, i32::MIN, i32::MAX] {
            assert_eq!(Date::from_days_since_epoch(beyond), Err(InvalidDate));
        }
    }
}
