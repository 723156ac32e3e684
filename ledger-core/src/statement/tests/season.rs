//! Guards against: the same season told by four formats and read as four different ones.

use crate::money::Euros;
use crate::statement::{DatedBalance, Format, How, Line, Statement, read};

pub(super) const NEF: &[u8] = include_bytes!("../../../../tests/data/season-2026/nef.csv");
pub(super) const OFX: &[u8] = include_bytes!("../../../../tests/data/season-2026/nef.ofx");
pub(super) const CAMT: &[u8] = include_bytes!("../../../../tests/data/season-2026/nef.camt053.xml");
pub(super) const CFONB: &[u8] = include_bytes!("../../../../tests/data/season-2026/nef.cfonb120.txt");
const IBAN: &str = "FR76 2157 0000 0100 0123 4567 870";

fn season(bytes: &[u8]) -> Statement {
    read(bytes, How::default()).unwrap()
}

#[test]
fn the_four_formats_tell_the_same_season() {
    let nef = season(NEF);
    assert_eq!(nef.format, Format::NefCsv);
    assert_eq!(nef.lines.len(), 222);
    assert_eq!(nef.opening, Some(Euros::ZERO));
    assert_eq!(nef.lines.first().unwrap().fingerprint.amount, Euros::from_cents(4_800_00));
    for (bytes, format, pending) in [
        (NEF, Format::NefCsv, 0),
        (OFX, Format::Ofx, 0),
        (CAMT, Format::Camt053, 1),
        (CFONB, Format::Cfonb120, 0),
    ] {
        let statement = season(bytes);
        assert_eq!((statement.format, statement.pending), (format, pending));
        assert_eq!(statement.closing, Some(Euros::from_cents(10_781_37)), "{format}");
        assert_eq!(statement.lines.last().unwrap().fingerprint.date.to_string(), "2026-08-28");
        let account = statement.account.unwrap();
        assert_eq!((account.matches(IBAN), account.matches("FR76...")), (Some(true), None), "{format}");
        let fingerprints = |lines: &[Line]| lines.iter().map(|line| line.fingerprint).collect::<Vec<_>>();
        assert_eq!(fingerprints(&statement.lines), fingerprints(&nef.lines), "{format}");
        for (line, same) in statement.lines.iter().zip(&nef.lines) {
            assert_eq!(line.label, same.label, "{format}, {}", line.place);
            assert!(same.references.iter().all(|reference| line.references.contains(reference)), "{format}");
            assert_eq!(line.value_date.unwrap_or(line.fingerprint.date), same.value_date.unwrap());
        }
        if ![Format::Camt053, Format::Ofx].contains(&format) {
            let days = statement.period.map(|(from, to)| format!("{from} {to}"));
            // The balance that CFONB 120 begins with is that at the end of 2 January.
            let first = if format == Format::Cfonb120 { 3 } else { 2 };
            assert_eq!(days, Some(format!("2026-01-0{first} 2026-08-28")), "{format}");
        }
    }
}

#[test]
fn a_line_says_where_it_stands_in_the_file() {
    assert_eq!(season(NEF).lines.last().unwrap().place.line(), 8);
    assert_eq!(season(CFONB).lines.first().unwrap().place.line(), 2);
    assert_eq!(season(CAMT).lines.first().unwrap().place.line(), 7);
    assert_eq!(season(OFX).lines.first().unwrap().place.to_string(), "line 40");
}

#[test]
fn the_balance_of_ofx_has_its_day_and_no_opening() {
    let statement = season(OFX);
    let on = "2026-08-28".parse().unwrap();
    let amount = Euros::from_cents(10_781_37);
    assert_eq!(statement.ledger_balance, Some(DatedBalance { amount, on }));
    assert_eq!(statement.opening, None);
}

#[test]
fn the_lines_between_the_first_and_the_last_balance_are_all_there() {
    for bytes in [NEF, CAMT, CFONB] {
        let statement = season(bytes);
        let sum: Euros = statement.lines.iter().map(|line| line.fingerprint.amount).sum();
        assert_eq!(statement.opening.unwrap() + sum, statement.closing.unwrap());
    }
}
