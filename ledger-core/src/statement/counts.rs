//! How many entries a statement of CAMT.053 says that it has, and how many it has.

use super::element::Element;
use super::entry::Entry;
use super::part::Count;

/// Numbers of entries: all, those into the account, those out of it.
type Numbers = [u64; 3];

/// What was counted of a statement so far, and what it says of it.
#[derive(Default)]
pub(super) struct Counts {
    entries: Numbers,
    booked: Numbers,
    transactions: Numbers,
    stated: Vec<(usize, u64, u64)>,
}

/// Where a summary says how many, for each of the numbers.
const FIELDS: [&str; 3] = [
    "TxsSummry/TtlNtries/NbOfNtries",
    "TxsSummry/TtlCdtNtries/NbOfNtries",
    "TxsSummry/TtlDbtNtries/NbOfNtries",
];

impl Counts {
    /// Takes what a summary states in this line of the file.
    pub fn state(&mut self, total: Element, line: u64, stated: u64) {
        let which = match total {
            Element::TtlNtries => 0,
            Element::TtlCdtNtries => 1,
            Element::TtlDbtNtries => 2,
            _ => return,
        };
        // A file with more of them says no more.
        if self.stated.len() < FIELDS.len() {
            self.stated.push((which, line, stated));
        }
    }

    /// Counts an entry, booked or not.
    pub fn add(&mut self, entry: &Entry) {
        for at in places(entry.debit) {
            self.entries[at] += 1;
            self.transactions[at] = self.transactions[at].saturating_add(entry.transactions.max(1));
        }
    }

    /// Counts one that is booked.
    pub fn book(&mut self, debit: Option<bool>) {
        for at in places(debit) {
            self.booked[at] += 1;
        }
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

/// Where an entry of this direction is counted.
fn places(debit: Option<bool>) -> impl Iterator<Item = usize> {
    debit.map(|debit| 1 + usize::from(debit)).into_iter().chain([0])
}
