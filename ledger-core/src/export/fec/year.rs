//! Whose FEC it is, of which year, and what the law calls the file.

use std::fmt;
use std::str::FromStr;

use jiff::civil;

use crate::date::Date;
use crate::export::Period;

/// The number of a legal person in France: nine digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Siren(String);

/// A text that is no SIREN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a SIREN has nine digits")]
pub struct InvalidSiren;

impl FromStr for Siren {
    type Err = InvalidSiren;
    fn from_str(text: &str) -> Result<Self, InvalidSiren> {
        let digits: String = text.chars().filter(|letter| *letter != ' ').collect();
        let sound = digits.len() == 9 && digits.bytes().all(|byte| byte.is_ascii_digit());
        if sound { Ok(Self(digits)) } else { Err(InvalidSiren) }
    }
}

impl fmt::Display for Siren {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A year of accounts, from January to December.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Year {
    number: i16,
    first: Date,
    last: Date,
}

/// A year that no date of the ledger lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a year is written 2026, and lies from 1900 to 2999")]
pub struct InvalidYear;

impl FromStr for Year {
    type Err = InvalidYear;
    fn from_str(text: &str) -> Result<Self, InvalidYear> {
        let number: i16 = text.parse().map_err(|_| InvalidYear)?;
        let day = |month, day| {
            let civil = civil::Date::new(number, month, day).map_err(|_| InvalidYear)?;
            Date::try_from(civil).map_err(|_| InvalidYear)
        };
        Ok(Self { number, first: day(1, 1)?, last: day(12, 31)? })
    }
}

impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

impl Year {
    /// Its days.
    pub fn period(self) -> Period {
        Period { from: Some(self.first), to: Some(self.last) }
    }

    /// The first day.
    pub fn first_day(self) -> Date {
        self.first
    }

    /// The last day.
    pub fn last_day(self) -> Date {
        self.last
    }

    /// Its number, such as 2026.
    pub(super) fn number(self) -> i16 {
        self.number
    }

    /// The name that the law gives to the file of this year: whose it is, and the day on which the year is closed.
    pub fn file_name(self, siren: &Siren) -> String {
        format!("{}FEC{}.txt", siren.0, Day(self.last))
    }
}

/// A day as `YYYYMMDD`.
pub struct Day(pub Date);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = self.0.civil();
        write!(f, "{:04}{:02}{:02}", day.year(), day.month(), day.day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_after_the_association_and_the_last_day() {
        let siren: Siren = "123 456 789".parse().unwrap();
        assert_eq!("2026".parse::<Year>().unwrap().file_name(&siren), "123456789FEC20261231.txt");
        for wrong in ["", "12345678", "1234567890", "12345678a", "１２３４５６７８９"] {
            assert!(wrong.parse::<Siren>().is_err(), "{wrong}");
        }
        for wrong in ["", "26", "1899", "3000", "2026-01", "99999"] {
            assert!(wrong.parse::<Year>().is_err(), "{wrong}");
        }
    }
}
