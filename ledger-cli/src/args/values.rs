//! How values are written on the command line: bills as `2x20,1x10`, amounts as `50`, `50.00` or `50,00`.

use ledger_core::Sequence;
use ledger_core::field::{Denominations, EntryName, Means, Paid};
use ledger_core::limits::COUNT_MAX;
use ledger_core::statement::Format;
use ledger_core::text::grouped;
use ledger_core::{Bills, Date, Denomination, Euros, Rate, Reference};

/// Every format of statements.
const FORMATS: [Format; 5] = [Format::NefCsv, Format::Ofx, Format::Camt053, Format::Cfonb120, Format::Csv];

/// The help for bills.
pub const BILLS_FORM: &str = "COUNTxBILL,...";

/// What `--replace` means, wherever it is.
pub const REPLACE: &str = "Take the place of a file that is there already";

/// Bills as `COUNTxBILL`, separated by commas: `2x20,1x10` is two bills of 20 and one of 10.
pub fn bills(text: &str) -> Result<Bills, String> {
    if matches!(text.trim(), "none" | "0") {
        return Ok(Bills::none());
    }
    let mut bills = Bills::none();
    for run in text.split([',', '+', ' ']).filter(|run| !run.is_empty()) {
        let (count, face) = run.split_once(['x', 'X', '×', '*']).ok_or_else(|| not_bills(run))?;
        let count = count.parse::<i64>().ok().filter(|count| *count >= 0);
        if count.is_some_and(|count| count > COUNT_MAX) {
            return Err(format!("{run:?} is more than {} bills, the most of one kind", grouped(COUNT_MAX)));
        }
        let denomination = face.parse().ok().and_then(Denomination::new);
        let (Some(count), Some(denomination)) = (count, denomination) else { return Err(not_bills(run)) };
        bills.add(denomination, count);
    }
    if bills.is_empty() {
        Err(format!("no bill in {text:?}; write `none` if there is none"))
    } else {
        Ok(bills)
    }
}

fn not_bills(run: &str) -> String {
    format!("{run:?} is not COUNTxBILL, such as 2x20 for two bills of 20")
}

/// An amount with at most two decimals, after a point or a comma.
pub fn euros(text: &str) -> Result<Euros, String> {
    text.replacen(',', ".", 1).parse().map_err(|error| format!("{error}; write 50, 50.00 or 50,00"))
}

/// A rate as `0.02`, `0,02` or `2%`.
pub fn rate(text: &str) -> Result<Rate, String> {
    let form = |error: &dyn std::fmt::Display| format!("{error}; write 0.02 or 2%");
    let Some(percent) = text.strip_suffix('%') else {
        return text.replacen(',', ".", 1).parse().map_err(|error| form(&error));
    };
    let hundredths = euros(percent.trim_end()).map_err(|error| form(&error))?.cents();
    let millionths = u64::try_from(hundredths).ok().and_then(|hundredths| hundredths.checked_mul(100));
    millionths.and_then(Rate::from_millionths).ok_or_else(|| form(&"a rate lies from 0% to below 100%"))
}

/// A day of the calendar, as `2026-03-02` or `02/03/2026`, the day before the month.
pub fn date(text: &str) -> Result<Date, String> {
    let parts: Vec<&str> = text.split('/').collect();
    let iso = match parts.as_slice() {
        [day, month, year] => format!("{year}-{month}-{day}"),
        _ => text.to_owned(),
    };
    iso.parse().map_err(|_| {
        "a date is written 2026-03-02 or 02/03/2026, exists in the calendar and lies from 1900 to 2999"
            .to_owned()
    })
}

/// The names of the formats of statements.
pub fn format_names() -> clap::builder::PossibleValuesParser {
    FORMATS.map(Format::as_str).into()
}

/// The format of this name.
pub fn format(name: &str) -> Option<Format> {
    FORMATS.into_iter().find(|format| format.as_str() == name)
}

/// How a swap was paid: a means of payment, or `credit:REF`.
pub fn paid(text: &str) -> Result<Paid, String> {
    if let Some(payable) = text.strip_prefix("credit:") {
        return payable.parse().map(Paid::Credit).map_err(|error| format!("credit:REF: {error}"));
    }
    let means = text.parse::<Means>().map(Paid::By);
    means.map_err(|_| "expected cash, cheque, card, transfer or credit:REF".to_owned())
}

/// An entry by its number or its ref; a ref made of digits alone is written `ref:123`.
pub fn entry_name(text: &str) -> Result<EntryName, String> {
    if let Ok(number) = text.parse::<u64>() {
        return Ok(EntryName::Sequence(Sequence::new(number)));
    }
    let reference = text.strip_prefix("ref:").unwrap_or(text);
    reference.parse::<Reference>().map(EntryName::Reference).map_err(|error| error.to_string())
}

/// The denominations of a currency, separated by commas.
pub fn denominations(text: &str) -> Result<Denominations, String> {
    let faces = text.split(',').map(|face| face.trim().parse().ok().and_then(Denomination::new));
    let faces = faces.collect::<Option<Vec<_>>>().and_then(Denominations::new);
    faces.ok_or_else(|| "expected distinct whole denominations, such as 1,2,5,10,20,50".to_owned())
}

/// The numbers of entries, both inclusive: `10..20`, `10..`, `..20` or `10`.
pub fn entries(text: &str) -> Result<(Option<Sequence>, Option<Sequence>), String> {
    let number = |text: &str| {
        let parsed = text.parse::<u64>().map(Sequence::new);
        parsed.map_err(|_| format!("{text:?} is no entry's number; write 10..20, 10.., ..20 or 10"))
    };
    let Some((first, last)) = text.split_once("..") else {
        return number(text).map(|only| (Some(only), Some(only)));
    };
    let end = |text: &str| if text.is_empty() { Ok(None) } else { number(text).map(Some) };
    Ok((end(first)?, end(last.trim_start_matches('='))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bills_are_counts_of_faces_in_any_order() {
        let written = bills("1x10,2x20").unwrap();
        assert_eq!(written.to_string(), "2×20 1×10");
        assert_eq!(bills("2×20 1*10").unwrap(), written);
        assert_eq!(bills("1x20,1x10,1X20").unwrap(), written);
        assert!(bills("none").unwrap().is_empty());
        for wrong in ["", "20", "2x", "x20", "-1x20", "2x2.5", "2x0", "99999999999999999999x1", "0x20"] {
            assert!(bills(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn amounts_take_a_point_or_a_comma() {
        for text in ["50", "50.00", "50,00", "50,0"] {
            assert_eq!(euros(text), Ok(Euros::from_cents(50_00)), "{text}");
        }
        for wrong in ["50,000", "1,234.56", "", "abc", "5e1", "999999999999999999999999999999"] {
            assert!(euros(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(rate("3%"), rate("0.03"));
        assert_eq!(rate("2,5%"), rate("0.025"));
        assert!(rate("100%").is_err() && rate("-1%").is_err() && rate("2").is_err());
    }

    #[test]
    fn days_exist_and_the_day_stands_before_the_month_where_the_year_is_last() {
        assert_eq!(date("02/03/2026"), date("2026-03-02"));
        for wrong in ["2026-02-30", "30/02/2026", "03/2026", "2/3/2026", "", "2026/03/02"] {
            assert!(date(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_entry_is_a_number_or_a_ref() {
        assert_eq!(entry_name("12"), Ok(EntryName::Sequence(Sequence::new(12))));
        assert_eq!(entry_name("ref:12").unwrap().to_string(), "ref:12");
        assert!(matches!(entry_name("swap-1"), Ok(EntryName::Reference(_))));
        assert_eq!(entries("10.."), Ok((Some(Sequence::new(10)), None)));
        assert!(entries("a..b").is_err());
    }
}
