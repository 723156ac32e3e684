//! Amounts as banks write them, exact: what is not certain is refused.

use crate::limits::FIGURE_MAX_CENTS;
use crate::money::Euros;

/// How amounts are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Figures {
    /// What stands before the cents.
    pub decimal: char,
    /// What may stand between thousands.
    pub thousands: Vec<char>,
    /// Whether zeros may follow the cents.
    pub more_zeros: bool,
    /// Whether there may be three decimals; elsewhere they could be thousands.
    pub three_decimals: bool,
    /// Whether it may be less than zero.
    pub signed: bool,
}

/// A separator of thousands that is a blank may be any blank.
const BLANKS: [char; 3] = [' ', '\u{a0}', '\u{202f}'];

/// What stood there instead of an amount: the words for what was expected.
type Expected = &'static str;

impl Figures {
    /// A decimal of XML Schema: digits with a point, of which either side may be left out.
    pub(super) fn plain() -> Self {
        Self { decimal: '.', thousands: Vec::new(), more_zeros: true, three_decimals: true, signed: true }
    }

    /// Reads an amount.
    pub(super) fn read(&self, text: &str) -> Result<Euros, Expected> {
        let text = text.trim();
        let unsigned = text.strip_prefix(['+', '-', '\u{2212}']);
        let negative = unsigned.is_some() && !text.starts_with('+');
        let (whole, decimals) = match unsigned.unwrap_or(text).split_once(self.decimal) {
            // One side may be left out, not both.
            Some(("", "")) => return Err(self.expected()),
            Some((whole, decimals)) => (whole, decimals),
            None => (unsigned.unwrap_or(text), ""),
        };
        let has_point = whole.len() < unsigned.unwrap_or(text).len();
        let units = if whole.is_empty() && has_point { 0 } else { self.units(whole)? };
        let cents = self.cents(decimals)?;
        let cents = units.checked_mul(100).and_then(|units| units.checked_add(cents));
        let cents = cents
            .filter(|&cents| cents <= FIGURE_MAX_CENTS)
            .ok_or("an amount of at most 10000000000000.00")?;
        if negative && !self.signed && cents != 0 {
            return Err("an amount that is not below zero");
        }
        Ok(Euros::from_cents(if negative { -cents } else { cents }))
    }

    fn cents(&self, decimals: &str) -> Result<i64, Expected> {
        let digits = decimals.as_bytes();
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(self.expected());
        }
        if digits.len() == 3 && !self.three_decimals {
            return Err("an amount with two decimals, for three could be thousands");
        }
        let (cents, beyond) = digits.split_at(digits.len().min(2));
        let zeros = self.more_zeros && beyond.iter().all(|&digit| digit == b'0');
        if !(beyond.is_empty() || zeros) {
            return Err("an amount with at most two decimals");
        }
        let value = |place: usize| cents.get(place).map_or(0, |digit| i64::from(digit - b'0'));
        Ok(10 * value(0) + value(1))
    }

    /// Whole units: digits, or groups of three behind the first with one separator.
    fn units(&self, text: &str) -> Result<i64, Expected> {
        let separator = text.chars().find(|letter| !letter.is_ascii_digit());
        let mut units: i64 = 0;
        for (nth, group) in text.split(|letter| Some(letter) == separator).enumerate() {
            let fits = match (separator, nth) {
                (None, _) => !group.is_empty(),
                (Some(_), 0) => (1..=3).contains(&group.len()),
                (Some(_), _) => group.len() == 3,
            };
            if !fits || !group.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(self.expected());
            }
            for digit in group.bytes() {
                let next = units.checked_mul(10).and_then(|units| units.checked_add((digit - b'0').into()));
                units = next.ok_or("an amount of at most 10000000000000.00")?;
            }
        }
        match separator {
            Some(separator) if !self.separates(separator) => Err(self.expected()),
            _ => Ok(units),
        }
    }

    fn separates(&self, letter: char) -> bool {
        self.thousands.contains(&letter) || BLANKS.contains(&letter) && self.thousands.contains(&' ')
    }

    fn expected(&self) -> Expected {
        match (self.decimal, self.thousands.is_empty()) {
            (',', false) => "an amount such as -1 234,56",
            (',', true) => "an amount such as -1234,56",
            (_, false) => "an amount such as -1,234.56",
            (_, true) => "an amount such as 1234.56",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn french() -> Figures {
        Figures {
            decimal: ',',
            thousands: vec!['.', ' '],
            more_zeros: false,
            three_decimals: true,
            signed: true,
        }
    }

    #[test]
    fn every_french_way_of_writing_thousands_is_read() {
        for text in [
            "1.234,56",
            "1 234,56",
            "1\u{a0}234,56",
            "1\u{202f}234,56",
            "+1234,56",
            " 1234,56 ",
            "0001234,56",
        ] {
            assert_eq!(french().read(text), Ok(Euros::from_cents(1_234_56)), "{text:?}");
        }
        assert_eq!(french().read("-1.234.567,8"), Ok(Euros::from_cents(-1_234_567_80)));
        assert_eq!(french().read("\u{2212}12"), Ok(Euros::from_cents(-12_00)));
        assert_eq!(french().read("1.234"), Ok(Euros::from_cents(1_234_00)));
        assert_eq!(french().read("-0,00"), Ok(Euros::ZERO));
        assert_eq!(french().read("-,5"), Ok(Euros::from_cents(-50)));
        assert_eq!(french().read("12,"), Ok(Euros::from_cents(12_00)));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for text in [
            "",
            "-",
            ",",
            "-,",
            "1,234.56",
            "1.23,4",
            "1.23.456,00",
            "1.2345,00",
            "1234.567,00",
            "1 234.567,00",
            ".123,00",
            "1..234,00",
            "1e2",
            "--1",
            "- 1",
            "1-",
            "12,345",
            "12,340",
            "١٢",
            "1,2,3",
            "0x10",
            "NaN",
            "1'234,00",
            "12 €",
            "99999999999999999999",
            "10000000000000,01",
        ] {
            assert!(french().read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn xml_may_write_zeros_behind_the_cents_and_leave_one_side_out() {
        for text in ["100", "100.0", "100.00", "100.000", "100.", "+100.00000"] {
            assert_eq!(Figures::plain().read(text), Ok(Euros::from_cents(100_00)), "{text}");
        }
        for (text, cents) in [(".5", 50), ("-.05", -5), ("+.5", 50), ("12.", 12_00), ("-0.00", 0), (".00", 0)]
        {
            assert_eq!(Figures::plain().read(text), Ok(Euros::from_cents(cents)), "{text}");
        }
        for text in ["100.001", "1,00", "1 000", "1e2", ".", "+", "-.", "", "+-1", "1.0.0", "INF"] {
            assert!(Figures::plain().read(text).is_err(), "{text:?}");
        }
        let unsigned = Figures { signed: false, ..Figures::plain() };
        assert_eq!(unsigned.read("-1.00"), Err("an amount that is not below zero"));
        assert_eq!(unsigned.read("-0.00"), Ok(Euros::ZERO));
        assert_eq!(unsigned.read("+12.50"), Ok(Euros::from_cents(12_50)));
    }

    #[test]
    fn three_decimals_that_could_be_thousands_are_refused() {
        let point = Figures { three_decimals: false, ..Figures::plain() };
        let comma = Figures { decimal: ',', ..point.clone() };
        for text in ["1,650", "-1,650", "12,500", "1,655"] {
            assert!(comma.read(text).is_err(), "{text}");
            assert!(point.read(&text.replace(',', ".")).is_err(), "{text}");
        }
        assert_eq!(point.read("12.50000"), Ok(Euros::from_cents(12_50)));
        assert_eq!(comma.read("1650,0000"), Ok(Euros::from_cents(1_650_00)));
    }
}
