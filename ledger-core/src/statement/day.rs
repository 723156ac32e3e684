//! Dates as banks write them.

use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Zoned, civil};

use super::wording::folded;
use crate::date::Date;

/// How dates are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Days {
    /// Day, French name of the month (whole or abbreviated), year.
    French,
    /// A pattern of `strptime`.
    Pattern(String),
}

impl Days {
    /// Reads a date.
    pub(super) fn read(&self, text: &str) -> Option<Date> {
        match self {
            Self::French => french(text),
            Self::Pattern(pattern) => {
                let text = text.trim();
                let read = |text: &str| civil::Date::strptime(pattern, text).ok();
                let date = read(text).or_else(|| read(without_time(text)?))?;
                Date::try_from(date).ok()
            }
        }
    }

    /// What a person should have written.
    pub(super) fn expected(&self) -> String {
        match self {
            Self::French => "a date such as 28 août 2026".to_owned(),
            Self::Pattern(pattern) => {
                let sample = strtime::format(pattern, &noon(civil::date(2026, 8, 28)));
                format!("a date such as {}", sample.unwrap_or_else(|_| pattern.clone()))
            }
        }
    }

    /// Whether every date that is written so reads as itself.
    pub(super) fn is_whole(&self) -> bool {
        let Self::Pattern(pattern) = self else { return true };
        [civil::date(2026, 8, 28), civil::date(1999, 11, 3)].into_iter().all(|date| {
            let written = strtime::format(pattern, &noon(date));
            written.is_ok_and(|text| civil::Date::strptime(pattern, text).is_ok_and(|read| read == date))
        })
    }
}

/// A day as an instant that every pattern can write, with time and zone.
fn noon(date: civil::Date) -> Zoned {
    date.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap_or_default()
}

/// A date without the time of day behind it; none if something else stands there.
fn without_time(text: &str) -> Option<&str> {
    let at = text.find([' ', 'T', '\u{a0}'])?;
    let (date, time) = text.split_at_checked(at)?;
    let time = time.trim_start_matches([' ', 'T', '\u{a0}']);
    let of_time = |byte: u8| byte.is_ascii_digit() || b":.,+-Z".contains(&byte);
    let (hour, rest) = time.split_once([':', 'h'])?;
    let is_time = (1..=2).contains(&hour.len()) && hour.bytes().all(|byte| byte.is_ascii_digit());
    (is_time && rest.bytes().all(of_time)).then_some(date)
}

/// The months, without accents; each may be cut after as many letters as the second figure says, with or without a dot.
const MONTHS: [(&str, usize); 12] = [
    ("janvier", 3),
    ("fevrier", 3),
    ("mars", 3),
    ("avril", 3),
    ("mai", 3),
    ("juin", 4),
    ("juillet", 4),
    ("aout", 3),
    ("septembre", 3),
    ("octobre", 3),
    ("novembre", 3),
    ("decembre", 3),
];

fn french(text: &str) -> Option<Date> {
    let text = folded(text);
    let mut words = text.split(' ');
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let name = month.strip_suffix('.').unwrap_or(month);
    let of_name = |(whole, letters): &(&str, usize)| name.len() >= *letters && whole.starts_with(name);
    let month = 1 + MONTHS.iter().position(of_name)?;
    let day = day.strip_suffix("er").unwrap_or(day);
    let digits =
        |text: &str, most: usize| text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    if words.next().is_some() || !digits(day, 2) || year.len() != 4 || !digits(year, 4) {
        return None;
    }
    civil(year.parse().ok()?, i8::try_from(month).ok()?, day.parse().ok()?)
}

/// `YYYYMMDD`.
pub(super) fn compact(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    civil(text.get(..4)?.parse().ok()?, text.get(4..6)?.parse().ok()?, text.get(6..)?.parse().ok()?)
}

/// `DDMMYY`: years 00 to 79 are of this century, 80 to 99 of the last.
pub(super) fn short(text: &str) -> Option<Date> {
    if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year: i16 = text.get(4..)?.parse().ok()?;
    let century = if year < 80 { 2000 } else { 1900 };
    civil(century + year, text.get(2..4)?.parse().ok()?, text.get(..2)?.parse().ok()?)
}

/// A date or an instant of XML: the day that is written, in the zone that is written.
pub(super) fn of_xml(text: &str) -> Option<Date> {
    let text = text.trim();
    let rest = text.get(10..)?;
    let of_time = |byte: u8| byte.is_ascii_digit() || b"T:.+-Z".contains(&byte);
    if !rest.bytes().all(of_time) || rest.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    text.get(..10)?.parse().ok()
}

/// Whether an instant of XML lies within its day, and not at its beginning.
pub(super) fn is_within(text: &str) -> bool {
    let time = text.trim().split_once('T').map_or("", |(_, time)| time);
    time.bytes().take_while(|byte| b":.0123456789".contains(byte)).any(|byte| (b'1'..=b'9').contains(&byte))
}

fn civil(year: i16, month: i8, day: i8) -> Option<Date> {
    civil::Date::new(year, month, day).ok().and_then(|date| Date::try_from(date).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "it is compared with what was read")]
    fn date(text: &str) -> Option<Date> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn french_months_are_read_in_every_spelling() {
        for text in [
            "1 févr. 2026",
            "1 fevr 2026",
            "1er février 2026",
            "01 FÉV. 2026",
            "1\u{a0}fe\u{301}vrier\u{202f}2026",
        ] {
            assert_eq!(french(text), date("2026-02-01"), "{text:?}");
        }
        for (text, expected) in [
            ("2 janv. 2026", "2026-01-02"),
            ("3 mars 2026", "2026-03-03"),
            ("4 avr. 2026", "2026-04-04"),
            ("5 mai 2026", "2026-05-05"),
            ("6 juin 2026", "2026-06-06"),
            ("7 juil. 2026", "2026-07-07"),
            ("8 août 2026", "2026-08-08"),
            ("9 sept. 2026", "2026-09-09"),
            ("10 oct. 2026", "2026-10-10"),
            ("11 nov. 2026", "2026-11-11"),
            ("12 déc. 2026", "2026-12-12"),
        ] {
            assert_eq!(french(text), date(expected), "{text}");
        }
        for text in [
            "31 févr. 2026",
            "1 jui. 2026",
            "1 m 2026",
            "1 mai 26",
            "mai 2026",
            "1 mai 2026 2",
            "+1 mai 2026",
            "1 maie 2026",
            "",
        ] {
            assert_eq!(french(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_year_of_two_digits_turns_at_eighty() {
        assert_eq!(short("280826"), date("2026-08-28"));
        assert_eq!(short("311279"), date("2079-12-31"));
        assert_eq!(short("010180"), date("1980-01-01"));
        assert_eq!(short("310226"), None);
        assert_eq!(short("28 826"), None);
    }

    #[test]
    fn xml_says_the_day_with_or_without_time_and_zone() {
        for text in ["2026-08-28", "2026-08-28Z", "2026-08-28+02:00", "2026-08-28T23:59:59.9+02:00"] {
            assert_eq!(of_xml(text), date("2026-08-28"), "{text}");
        }
        for text in ["2026-08-281", "28/08/2026", "2026-8-28", "20260828", "2026-08-28 x", "", "2026-02-30"] {
            assert_eq!(of_xml(text), None, "{text}");
        }
    }

    #[test]
    fn a_pattern_that_loses_something_is_not_whole() {
        for (pattern, whole) in [
            ("%d/%m/%Y", true),
            ("%d/%m/%y", true),
            ("%d-%m-%Y %H:%M:%S", true),
            ("%Y-%m-%dT%H:%M:%S%z", true),
            ("%d/%m", false),
            ("%H:%M", false),
            ("%q", false),
        ] {
            assert_eq!(Days::Pattern(pattern.to_owned()).is_whole(), whole, "{pattern}");
        }
        let days = Days::Pattern("%d/%m/%Y".to_owned());
        assert_eq!(days.read("28/08/26"), None);
        for text in
            ["28/08/2026 23:59:59", "28/08/2026 00:00", "28/08/2026T9:30:00.000+02:00", "28/08/2026 à"]
        {
            assert_eq!(days.read(text), date("2026-08-28").filter(|_| !text.ends_with('à')), "{text}");
        }
    }
}
