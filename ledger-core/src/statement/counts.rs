//! How many entries a statement of CAMT.053 says that it has and what they sum up to, and what it has.

use super::element::Element;
use super::entry::Entry;
use super::part::{Count, Total};

/// Numbers of entries: all, those into the account, those out of it.
type Numbers = [u64; 3];

/// What was counted of a statement so far, and what it says of it.
#[derive(Default)]
pub(super) struct Counts {
    entries: Numbers,
    booked: Numbers,
    transactions: Numbers,
    stated: Vec<(usize, u64, u64)>,
    /// Sums in cents, of the same three: of all entries, without their signs and with them, and of those that are booked.
    sums: [[i128; 4]; 3],
    sums_stated: Vec<(usize, u64, String)>,
}

/// Where a summary says how many, for each of the numbers.
const FIELDS: [&str; 3] = [
    "TxsSummry/TtlNtries/NbOfNtries",
    "TxsSummry/TtlCdtNtries/NbOfNtries",
    "TxsSummry/TtlDbtNtries/NbOfNtries",
];

/// Where it says a sum.
const SUM_FIELDS: [&str; 3] =
    ["TxsSummry/TtlNtries/Sum", "TxsSummry/TtlCdtNtries/Sum", "TxsSummry/TtlDbtNtries/Sum"];

impl Counts {
    /// Takes the number that a summary states in this line of the file.
    pub fn state(&mut self, total: Element, line: u64, stated: u64) {
        // A file with more of them says no more.
        if let Some(which) = which(total).filter(|_| self.stated.len() < FIELDS.len()) {
            self.stated.push((which, line, stated));
        }
    }

    /// Takes the sum that a summary states in this line of the file.
    pub fn state_sum(&mut self, total: Element, line: u64, stated: &str) {
        if let Some(which) = which(total).filter(|_| self.sums_stated.len() < SUM_FIELDS.len()) {
            self.sums_stated.push((which, line, stated.trim().to_owned()));
        }
    }

    /// Counts an entry, booked or not.
    pub fn add(&mut self, entry: &Entry) {
        for at in places(entry.debit) {
            self.entries[at] += 1;
            self.transactions[at] = self.transactions[at].saturating_add(entry.transactions.max(1));
            self.sums[at][0] += entry.cents().abs();
            self.sums[at][1] += entry.cents();
        }
    }

    /// Counts one that is booked.
    pub fn book(&mut self, debit: Option<bool>, cents: i128) {
        for at in places(debit) {
            self.booked[at] += 1;
            self.sums[at][2] += cents.abs();
            self.sums[at][3] += cents;
        }
    }

    /// The sums that are stated, and what they may be of.
    pub fn totals(&mut self) -> Vec<Total> {
        let total = |(which, line, stated): (usize, u64, String)| Total {
            line,
            field: SUM_FIELDS[which],
            stated,
            summed: self.sums[which],
        };
        std::mem::take(&mut self.sums_stated).into_iter().map(total).collect()
    }

    /// What is stated, and what it may have counted.
    pub fn told(self) -> Vec<Count> {
        let count = |(which, line, stated): (usize, u64, u64)| {
            let counted = [self.entries[which], self.booked[which], self.transactions[which]];
            Count { line, field: FIELDS[which], stated, counted }
        };
        self.stated.into_iter().map(count).collect()
    }
}

/// Which of the numbers a summary tells.
fn which(total: Element) -> Option<usize> {
    match total {
        Element::TtlNtries => Some(0),
        Element::TtlCdtNtries => Some(1),
        Element::TtlDbtNtries => Some(2),
        _ => None,
    }
}

/// Where an entry of this direction is counted.
fn places(debit: Option<bool>) -> impl Iterator<Item = usize> {
    debit.map(|debit| 1 + usize::from(debit)).into_iter().chain([0])
}
