//! Guards against: a statement that is read otherwise than the bank wrote it, whatever the format.

use hashbrown::HashMap;
use proptest::prelude::*;

use super::write::{self, Told};
use crate::field::BankLine;
use crate::money::Euros;
use crate::statement::{How, Profile, Statement, read};

/// The lines as they should be read.
pub(super) fn expected(told: &Told) -> Vec<(BankLine, String)> {
    let mut counts: HashMap<_, u32> = HashMap::new();
    let line = |line: &write::ToldLine| {
        let count = counts.entry((line.date, line.cents)).or_default();
        *count += 1;
        let amount = Euros::from_cents(line.cents);
        (BankLine { date: line.date, amount, nth: *count }, line.label.clone())
    };
    told.lines.iter().map(line).collect()
}

pub(super) fn found(statement: &Statement) -> Vec<(BankLine, String)> {
    statement.lines.iter().map(|line| (line.fingerprint, line.label.clone())).collect()
}

pub(super) fn mutuel() -> How<'static> {
    How { profile: Profile::named("credit-mutuel"), ..How::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn what_a_bank_writes_is_what_is_read(told in write::told(30)) {
        for (name, bytes) in [
            ("nef", write::nef(&told)),
            ("ofx", write::ofx(&told)),
            ("camt", write::camt(&told)),
            ("cfonb", write::cfonb(&told)),
        ] {
            let statement = read(&bytes, How::default());
            prop_assert!(statement.is_ok(), "{name}: {statement:?}\n{}", String::from_utf8_lossy(&bytes));
            let statement = statement.unwrap();
            prop_assert_eq!(found(&statement), expected(&told), "{}", name);
            let empty = told.lines.is_empty() && name == "nef";
            prop_assert_eq!(statement.closing, (!empty).then(|| Euros::from_cents(told.closing())), "{}", name);
            if name != "ofx" && !empty {
                prop_assert_eq!(statement.opening, Some(Euros::from_cents(told.opening)), "{}", name);
            }
            for (line, told) in statement.lines.iter().zip(&told.lines) {
                prop_assert_eq!(&line.references, std::slice::from_ref(&told.reference), "{}", name);
            }
            let known = told.lines.first().zip(told.lines.last()).map(|(first, last)| (first.date, last.date));
            prop_assert!(known.is_none() || statement.period == known, "{name}: {:?}", statement.period);
        }
        let statement = read(&write::mutuel(&told), mutuel()).unwrap();
        let amounts = |lines: Vec<(BankLine, String)>| lines.into_iter().map(|line| line.0).collect::<Vec<_>>();
        prop_assert_eq!(amounts(found(&statement)), amounts(expected(&told)));
    }

    #[test]
    fn the_same_bytes_in_a_line_less_cfonb(told in write::told(8)) {
        let bytes: Vec<u8> = write::cfonb(&told).into_iter().filter(|byte| !b"\r\n".contains(byte)).collect();
        prop_assert_eq!(found(&read(&bytes, How::default()).unwrap()), expected(&told));
    }
}
