//! Plain values as text, put into memory without a formatter: for what is written by the million. Each gives the same text
//! as its `Display`.

use crate::account::Account;
use crate::date::Date;
use crate::money::{Amount, Unit};
use crate::sequence::RecordedAt;

const NS_PER_SECOND: u64 = 1_000_000_000;
const SECONDS_PER_DAY: u64 = 86_400;

/// What is written.
pub type Page = Vec<u8>;

/// A whole number.
pub fn whole(number: u64, page: &mut Page) {
    page.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// A number below 100 with two digits.
fn two(number: u64, page: &mut Page) {
    let digit = |digit: u64| b'0' + u8::try_from(digit % 10).unwrap_or_default();
    page.extend_from_slice(&[digit(number / 10), digit(number)]);
}

/// An amount with two decimals.
pub fn amount<U: Unit>(amount: Amount<U>, page: &mut Page) {
    if amount.is_negative() {
        page.push(b'-');
    }
    let cents = amount.cents().unsigned_abs();
    whole(cents / 100, page);
    page.push(b'.');
    two(cents % 100, page);
}

/// A day.
pub fn day(date: Date, page: &mut Page) {
    let civil = date.civil();
    let part = |number: i8| u64::from(number.unsigned_abs());
    let year = u64::from(civil.year().unsigned_abs());
    two(year / 100, page);
    two(year % 100, page);
    page.push(b'-');
    two(part(civil.month()), page);
    page.push(b'-');
    two(part(civil.day()), page);
}

/// An instant, with as many decimals as it needs.
pub fn instant(instant: RecordedAt, page: &mut Page) {
    let (seconds, mut rest) = (instant.ns() / NS_PER_SECOND, instant.ns() % NS_PER_SECOND);
    let date =
        i32::try_from(seconds / SECONDS_PER_DAY).ok().and_then(|days| Date::from_days_since_epoch(days).ok());
    let Some(date) = date else {
        page.extend_from_slice(instant.to_string().as_bytes());
        return;
    };
    day(date, page);
    let time = seconds % SECONDS_PER_DAY;
    for (mark, part) in [(b'T', time / 3600), (b':', time / 60 % 60), (b':', time % 60)] {
        page.push(mark);
        two(part, page);
    }
    if rest > 0 {
        page.push(b'.');
        while rest > 0 {
            let place = NS_PER_SECOND / 10;
            page.push(b'0' + u8::try_from(rest / place).unwrap_or_default());
            rest = rest % place * 10;
        }
    }
    page.push(b'Z');
}

/// An account.
pub fn account(account: &Account, page: &mut Page) {
    let (fixed, id) = account.parts();
    page.extend_from_slice(fixed.as_bytes());
    page.extend_from_slice(id.as_bytes());
}

/// A text as a string of JSON.
pub fn quoted(text: &str, page: &mut Page) {
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        page.push(b'"');
        page.extend_from_slice(text.as_bytes());
        page.push(b'"');
    } else {
        page.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::Euros;

    fn written(put: impl FnOnce(&mut Page)) -> String {
        let mut page = Page::new();
        put(&mut page);
        String::from_utf8(page).unwrap()
    }

    proptest! {
        #[test]
        fn everything_is_written_as_it_is_shown(
            ns in prop_oneof![0..=u64::MAX, (0..4_000_000_000_u64).prop_map(|seconds| seconds * NS_PER_SECOND)],
            cents in any::<i64>(),
            days in -25_567..=376_199,
            text in ".*",
        ) {
            let (at, date) = (RecordedAt::from_ns(ns), Date::from_days_since_epoch(days).unwrap());
            prop_assert_eq!(written(|page| instant(at, page)), at.to_string());
            let euros = Euros::from_cents(cents);
            prop_assert_eq!(written(|page| amount(euros, page)), euros.to_string());
            prop_assert_eq!(written(|page| day(date, page)), date.to_string());
            prop_assert_eq!(written(|page| quoted(&text, page)), serde_json::to_string(&text).unwrap());
        }
    }
}
