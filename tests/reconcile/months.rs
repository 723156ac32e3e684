//! Properties: months whose lines name their slips, in one file or in several that overlap, in whatever order the files are
//! taken; and lines and movements of any kind, which are each in one class, while the fund stays backed.

use ledger_core::Date;
use ledger_core::reconcile::Settings;
use ledger_core::statement::Statement;
use proptest::prelude::*;
use serde_json::json;

use crate::bank::{Books, check_partition, statement_of};

/// The day so many days after 2 March.
fn day(days: u32) -> String {
    let first: Date = "2026-03-02".parse().unwrap();
    Date::from_days_since_epoch(first.days_since_epoch() + i32::try_from(days).unwrap()).unwrap().to_string()
}

/// What happens at the bank: so many days after a slip was made, with what amount, and whether it is recorded by hand.
#[derive(Clone, Debug)]
struct Slip {
    made: u32,
    later: u32,
    euros: u32,
    recorded: bool,
    pays_out: bool,
}

fn slip() -> impl Strategy<Value = Slip> {
    (0..20_u32, 0..6_u32, 1..6_u32, prop::bool::weighted(0.4), prop::bool::weighted(0.2)).prop_map(
        |(made, later, tens, recorded, pays_out)| Slip { made, later, euros: tens * 50, recorded, pays_out },
    )
}

type Row = (String, String, String);

/// The ledger before it is reconciled, and the rows of the bank in order.
fn season(slips: &[Slip]) -> (Books, Vec<Row>) {
    let mut books = Books::founded();
    let mut rows: Vec<(Row, Option<serde_json::Value>)> = Vec::new();
    for (number, slip) in slips.iter().enumerate() {
        let name = format!("BORD-{number:04}");
        let amount = format!("{}.00", slip.euros);
        let (made, booked) = (day(slip.made), day(slip.made + slip.later));
        books.slip(&name, &made, &amount);
        let entry =
            slip.recorded.then(|| json!({"op": "deposit", "on": booked, "slip": name, "amount": amount}));
        rows.push(((booked.clone(), amount, format!("REMISE ESPECES {name}")), entry));
        if slip.pays_out {
            // What came in some days ago goes out to an accepter.
            let (name, paid) = (format!("rec-{number:05}"), day(slip.made + slip.later + 10));
            books.reconversion(&name, &booked, &json!({"10": 1}));
            let entry = slip.recorded.then(|| json!({"op": "pay_out", "on": paid, "payable": name}));
            rows.push(((paid, "-9.80".to_owned(), format!("VIREMENT SEPA FAVEUR A-001 {name}")), entry));
        }
    }
    rows.sort_by(|one, other| one.0.0.cmp(&other.0.0));
    // Recorded in the order of the bank: a pay-out needs the money there.
    for (_, entry) in &rows {
        if let Some(entry) = entry {
            books.post(entry.clone());
        }
    }
    (books, rows.into_iter().map(|(row, _)| row).collect())
}

/// The rows from one day to another, with the balance before them.
fn part(rows: &[Row], from: &str, through: &str) -> Statement {
    let cents = |row: &Row| row.1.parse::<ledger_core::Euros>().unwrap();
    let opening: ledger_core::Euros = rows.iter().filter(|row| row.0.as_str() < from).map(cents).sum();
    let within = |row: &&Row| (from..=through).contains(&row.0.as_str());
    let rows: Vec<(&str, &str, &str)> =
        rows.iter().filter(within).map(|row| (row.0.as_str(), row.1.as_str(), row.2.as_str())).collect();
    statement_of((from, through), &opening.to_string(), &rows)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn one_file_or_several_that_overlap_in_order_settle_the_same(
        slips in prop::collection::vec(slip(), 1..12),
        cuts in prop::collection::btree_set(1..34_u32, 0..4),
        overlap in 0..5_u32,
        order in any::<prop::sample::Index>(),
    ) {
        let (mut at_once, rows) = season(&slips);
        prop_assert!(at_once.settle(&part(&rows, &day(0), &day(40)), &Settings::default()), "all lines name what they stand for");
        let mut files: Vec<Statement> = Vec::new();
        let mut from = 0;
        for until in cuts.into_iter().chain([40]) {
            files.push(part(&rows, &day(u32::saturating_sub(from, overlap)), &day(until)));
            from = until + 1;
        }
        let (mut in_parts, _) = season(&slips);
        // Only what the bank paid before it had the money would be refused out of order: there is no pay-out then.
        if slips.iter().all(|slip| !slip.pays_out) {
            let first = order.index(files.len());
            files.rotate_left(first);
        }
        for file in &files {
            in_parts.settle(file, &Settings::default());
        }
        prop_assert_eq!(in_parts.balances(), at_once.balances());
        for file in &files {
            let found = in_parts.reconcile(file);
            prop_assert!(found.proposals.is_empty());
            prop_assert_eq!(found.unexplained.len(), 0, "{:#?}", found.unexplained);
        }
    }

    #[test]
    fn whatever_the_bank_says_each_line_and_movement_has_one_class(
        slips in prop::collection::vec(slip(), 0..10),
        lines in prop::collection::vec((0..40_u32, -6..12_i32, 0..9_usize, 0..12_u32), 0..25),
    ) {
        let (mut books, mut rows) = season(&slips);
        for (days, tens, kind, number) in lines {
            let amount = if tens == 0 { "4.90".to_owned() } else { format!("{}.00", tens * 25) };
            let label = match kind {
                0 | 1 => "VERSEMENT".to_owned(),
                2 => "FRAIS DE TENUE DE COMPTE".to_owned(),
                3 => "INTERETS CREDITEURS".to_owned(),
                4..=6 => format!("REMISE BORD-{number:04}"),
                7 => format!("VIREMENT SEPA rec-{number:05}"),
                _ => format!("REMISE BORD-{number:04} BORD-{:04}", number + 1),
            };
            rows.push((day(days), amount, label));
        }
        rows.sort();
        let borrowed: Vec<(&str, &str, &str)> =
            rows.iter().map(|row| (row.0.as_str(), row.1.as_str(), row.2.as_str())).collect();
        let statement = statement_of((&day(0), &day(60)), "10000.00", &borrowed);
        let found = books.reconcile(&statement);
        check_partition(&found);
        let operations: Vec<_> = found.operations().cloned().collect();
        // The bank may have paid what the ledger does not have: then nothing is recorded.
        if books.ledger.post_batch(&operations).is_ok() {
            books.ledger.state().backing().unwrap();
            let again = books.reconcile(&statement);
            prop_assert!(again.difference() == found.difference_after_proposals());
        }
    }
}
