//! `EcritureNum`: which number an entry has in the file of its year.
//!
//! A number never changes, whatever is recorded later: entries are counted in the order of the journal, which only grows at
//! its end, and the opening balances of a year take their number where the first entry of an earlier year is recorded. In
//! the usual case that is before all entries of the year. Where it is not, a file may have been handed over already that has
//! no opening balances, and its numbers stay as they are.

use std::collections::BTreeMap;

use crate::export::chart::{Chart, Journal};

/// What is counted together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbering {
    /// All entries of the file.
    #[default]
    File,
    /// The entries of each journal.
    Journal,
}

/// Counts the entries of all years.
pub struct Numbers<'c> {
    chart: &'c Chart,
    numbering: Numbering,
    /// How many entries of a year stand in a series.
    counts: BTreeMap<(i16, &'c str), u64>,
    /// The earliest year so far.
    earliest: Option<i16>,
}

impl<'c> Numbers<'c> {
    /// Before the first entry.
    pub fn new(chart: &'c Chart, numbering: Numbering) -> Self {
        Self { chart, numbering, counts: BTreeMap::new(), earliest: None }
    }

    /// Counts the next entry of the journal that moves euros, and returns its number in the file of its year.
    pub fn next(&mut self, year: i16, journal: &'c Journal) -> u64 {
        let series = self.series(journal);
        let opened = self.is_opened(year) && series == self.series(&self.chart.journals.opening);
        let count = self.counts.entry((year, series)).or_default();
        *count += 1;
        let number = *count + u64::from(opened);
        self.earliest = Some(self.earliest.map_or(year, |earliest| earliest.min(year)));
        number
    }

    /// The number that the opening balances of a year take when an entry of an earlier year is counted next.
    pub fn opening(&self, year: i16) -> u64 {
        let series = self.series(&self.chart.journals.opening);
        self.counts.get(&(year, series)).map_or(1, |count| count + 1)
    }

    /// Whether an entry of an earlier year was counted.
    pub fn is_opened(&self, year: i16) -> bool {
        self.earliest.is_some_and(|earliest| earliest < year)
    }

    fn series(&self, journal: &'c Journal) -> &'c str {
        match self.numbering {
            Numbering::File => "",
            Numbering::Journal => &journal.code,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_balances_that_come_late_take_the_next_number() {
        let chart = Chart::shipped().unwrap();
        let (bank, other) = (&chart.journals.bank, &chart.journals.other);
        let mut through = Numbers::new(&chart, Numbering::File);
        assert_eq!([through.next(2027, bank), through.next(2027, other)], [1, 2]);
        assert!(!through.is_opened(2027));
        assert_eq!(through.opening(2027), 3);
        assert_eq!(through.next(2026, other), 1);
        assert!(through.is_opened(2027) && !through.is_opened(2026));
        assert_eq!([through.next(2027, bank), through.next(2026, bank)], [4, 2]);
        assert_eq!(through.next(2028, bank), 2, "behind the opening balances of 2028");
    }

    #[test]
    fn each_journal_has_numbers_of_its_own() {
        let chart = Chart::shipped().unwrap();
        let (bank, other) = (&chart.journals.bank, &chart.journals.other);
        let mut numbers = Numbers::new(&chart, Numbering::Journal);
        assert_eq!([numbers.next(2026, bank), numbers.next(2026, other)], [1, 1]);
        assert_eq!((numbers.opening(2027), numbers.next(2027, bank), numbers.next(2026, bank)), (1, 1, 2));

        // One code for the opening balances and the rest is one series.
        let one =
            Chart::with("[journals]\nopening = { code = \"OD\", name = \"Opérations diverses\" }").unwrap();
        let (bank, other) = (&one.journals.bank, &one.journals.other);
        let mut numbers = Numbers::new(&one, Numbering::Journal);
        assert_eq!(
            [numbers.next(2026, bank), numbers.next(2027, other), numbers.next(2027, bank)],
            [1, 2, 1]
        );
    }
}
