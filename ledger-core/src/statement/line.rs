//! A line of a statement and where it stands.

use std::fmt;

use serde::Serialize;

use crate::date::Date;
use crate::field::BankLine;
use crate::money::Euros;

/// Where something stands in the file of the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Place(u64);

impl Place {
    /// The line of the file, from 1. In XML it is the one in which the entry begins.
    pub const fn of_line(line: u64) -> Self {
        Self(line)
    }

    /// The line of the file, from 1.
    pub const fn line(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.0)
    }
}

/// One movement of the account, as the bank tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it stands in the file.
    pub place: Place,
    /// The booking date, the amount, and which line of that date and amount it is, counted within this statement from
    /// the oldest line to the newest. A statement that begins in the middle of a day counts from there; only statements
    /// that overlap can show that.
    pub fingerprint: BankLine,
    /// From when the bank counts it for interest.
    pub value_date: Option<Date>,
    /// Everything that the bank says in words.
    pub label: String,
    /// The references of the bank and of whoever ordered the movement.
    pub references: Vec<String>,
    /// The balance that the bank states after it.
    pub balance: Option<Euros>,
}
