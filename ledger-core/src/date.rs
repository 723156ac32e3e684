//! The civil date of an operation, as a person gave it. Never compared with a clock.

use std::fmt;
use std::str::FromStr;

use jiff::civil;

use crate::as_text::as_text;

/// A civil date, years 1900 to 2999, written `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

/// A text or number that is no date of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a date is written YYYY-MM-DD and exists in the calendar")]
pub struct InvalidDate;

const EPOCH: civil::Date = civil::date(1970, 1, 1);

impl Date {
    /// The days since 1970-01-01, negative before.
    pub fn days_since_epoch(self) -> i32 {
        (self.0 - EPOCH).get_days()
    }

    /// The date so many days after 1970-01-01.
    pub fn from_days_since_epoch(days: i32) -> Result<Self, InvalidDate> {
        let date = EPOCH.checked_add(jiff::Span::new().try_days(days).map_err(|_| InvalidDate)?);
        date.map_err(|_| InvalidDate).and_then(Self::try_from)
    }

    /// The whole days from an earlier date to this one (negative when it is later).
    pub fn days_after(self, earlier: Self) -> i32 {
        self.days_since_epoch() - earlier.days_since_epoch()
    }

    /// The calendar's date.
    pub fn civil(self) -> civil::Date {
        self.0
    }
}

impl TryFrom<civil::Date> for Date {
    type Error = InvalidDate;
    fn try_from(date: civil::Date) -> Result<Self, InvalidDate> {
        if (1900..=2999).contains(&date.year()) { Ok(Self(date)) } else { Err(InvalidDate) }
    }
}

impl FromStr for Date {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let digits = |range: std::ops::Range<usize>| {
            let part = text.get(range).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
            part.and_then(|part| part.parse::<i16>().ok()).ok_or(InvalidDate)
        };
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(InvalidDate);
        }
        let small = |number: i16| i8::try_from(number).map_err(|_| InvalidDate);
        let (year, month, day) = (digits(0..4)?, small(digits(5..7)?)?, small(digits(8..10)?)?);
        civil::Date::new(year, month, day).map_err(|_| InvalidDate).and_then(Self::try_from)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day()))
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
    }
}
