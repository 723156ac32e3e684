//! Guards against: a download that broke off and is read as a shorter statement.
//!
//! OFX, CAMT.053 and CFONB 120 have an end that must be there. A CSV has none: cut exactly between two rows it is a
//! shorter CSV; then the rows before the cut are read, and no amount, balance or date is read in part. Only the label of
//! the last row may be: when it was cut at a quote of its own.

use proptest::prelude::*;

use super::round::{expected, found, mutuel};
use super::write;
use crate::field::BankLine;
use crate::money::Euros;
use crate::statement::{How, read};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn a_format_with_an_end_is_whole_or_refused(told in write::told(5)) {
        for bytes in [write::ofx(&told), write::camt(&told), write::cfonb(&told)] {
            for length in 0..bytes.len() {
                if let Ok(statement) = read(&bytes[..length], How::default()) {
                    prop_assert_eq!(found(&statement), expected(&told), "cut to {} of {}", length, bytes.len());
                    prop_assert_eq!(statement.closing, Some(Euros::from_cents(told.closing())));
                }
            }
        }
    }

    #[test]
    fn a_csv_is_cut_between_rows_or_refused(told in write::told(5)) {
        let whole = expected(&told);
        let bytes = write::nef(&told);
        for length in 0..bytes.len() {
            if let Ok(statement) = read(&bytes[..length], How::default()) {
                // Newest first: what is missing are the oldest.
                let read = found(&statement);
                let newest = &whole[whole.len() - read.len()..];
                prop_assert_eq!(read.len(), newest.len());
                for ((line, label), (told, whole)) in read.iter().zip(newest) {
                    prop_assert_eq!((line.date, line.amount), (told.date, told.amount), "cut to {}", length);
                    prop_assert!(label == whole || whole.contains('"') && whole.starts_with(label.as_str()));
                }
                let shorter = statement.lines.len() < whole.len();
                let missing: Euros = whole[..whole.len() - read.len()].iter().map(|line| line.0.amount).sum();
                if shorter && !read.is_empty() {
                    prop_assert_eq!(statement.opening, Some(Euros::from_cents(told.opening) + missing));
                }
            }
        }
        let bytes = write::mutuel(&told);
        for length in 0..bytes.len() {
            if let Ok(statement) = read(&bytes[..length], mutuel()) {
                let read: Vec<BankLine> = statement.lines.iter().map(|line| line.fingerprint).collect();
                let oldest: Vec<BankLine> = whole.iter().take(read.len()).map(|line| line.0).collect();
                prop_assert_eq!(read, oldest, "cut to {} of {}", length, bytes.len());
            }
        }
    }
}
