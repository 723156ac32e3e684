//! Amounts, bills and counts as a person reads them: `1 234,56 Ä` in French, `1,234.56 Ä` in English.

use std::time::Duration;

use ledger_core::text::grouped_by;
use ledger_core::{Aigas, Bills, Date, Euros, Rate};

use crate::lang::Lang;
use crate::say;

/// Between thousands in French, and between a figure and its unit: a no-break space. Typographers would have a narrow one between
/// thousands, but spreadsheets take a figure with that for a text.
const NO_BREAK: char = '\u{a0}';

/// How figures look in a language, for a currency with this symbol.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The language.
    pub lang: Lang,
    symbol: String,
}

impl Figures {
    /// Figures of the currency with this symbol.
    pub fn new(lang: Lang, symbol: impl Into<String>) -> Self {
        Self { lang, symbol: symbol.into() }
    }

    /// An amount in the local currency.
    pub fn aigas(&self, amount: Aigas) -> String {
        format!("{}{NO_BREAK}{}", self.cents(amount.cents()), self.symbol)
    }

    /// An amount in euros.
    pub fn euros(&self, amount: Euros) -> String {
        format!("{}{NO_BREAK}€", self.cents(amount.cents()))
    }

    /// A day: `24/07/2026` in French, `2026-07-24` in English. Both are understood on the command line.
    pub fn date(&self, date: Date) -> String {
        let civil = date.civil();
        match self.lang {
            Lang::En => date.to_string(),
            Lang::Fr => format!("{:02}/{:02}/{}", civil.day(), civil.month(), civil.year()),
        }
    }

    /// A number of days; of those still to come, that they are.
    pub fn days(&self, days: i64) -> String {
        let count = self.count(days.unsigned_abs());
        let unit = if days.unsigned_abs() == 1 {
            self.lang.of("day", "jour")
        } else {
            self.lang.of("days", "jours")
        };
        if days < 0 {
            say!(self.lang, "in {count} {unit}", "dans {count} {unit}")
        } else {
            format!("{count} {unit}")
        }
    }

    /// A time that something took, in seconds.
    pub fn seconds(&self, took: Duration) -> String {
        let tenths = u64::try_from(took.as_millis() / 100).unwrap_or(u64::MAX);
        let (whole, tenth) = (self.count(tenths / 10), tenths % 10);
        format!("{whole}{}{tenth}{NO_BREAK}s", self.lang.of(".", ","))
    }

    /// A whole number.
    pub fn count(&self, number: u64) -> String {
        let between = match self.lang {
            Lang::En => ',',
            Lang::Fr => NO_BREAK,
        };
        grouped_by(number, between, "")
    }

    /// Bills, the largest first: `2×20 + 1×10`, two bills of 20 and one of 10.
    pub fn bills(&self, bills: &Bills) -> String {
        let run = |(denomination, count): (ledger_core::Denomination, i64)| {
            format!("{}×{denomination}", self.count(count.unsigned_abs()))
        };
        let runs: Vec<String> = bills.iter().map(run).collect();
        if runs.is_empty() { self.lang.no_bills().to_owned() } else { runs.join(" + ") }
    }

    /// Bills and what they are worth.
    pub fn bills_worth(&self, bills: &Bills) -> String {
        format!("{} = {}", self.bills(bills), self.aigas(bills.value()))
    }

    /// A rate in percent, with as few decimals as it has: `2%`, `2.5%`.
    pub fn rate(&self, rate: Rate) -> String {
        let (whole, rest) = (rate.millionths() / 10_000, rate.millionths() % 10_000);
        let decimals = format!("{rest:04}");
        let decimals = decimals.trim_end_matches('0');
        let point = if decimals.is_empty() { "" } else { self.lang.of(".", ",") };
        format!("{whole}{point}{decimals}{}", self.percent_sign())
    }

    const fn percent_sign(&self) -> &'static str {
        self.lang.of("%", "\u{a0}%")
    }

    /// A ratio of four decimals, such as `0.8429`, in percent.
    pub fn percent(&self, ratio: &str) -> String {
        let (sign, ratio) = ratio.strip_prefix('-').map_or(("", ratio), |rest| ("-", rest));
        let digits: String = ratio.chars().filter(char::is_ascii_digit).collect();
        let (whole, decimals) = digits.split_at(digits.len().saturating_sub(2));
        let whole = whole.parse::<u64>().unwrap_or(0);
        format!("{sign}{whole}{}{decimals}{}", self.lang.of(".", ","), self.percent_sign())
    }

    fn cents(&self, cents: i64) -> String {
        let sign = if cents < 0 { "-" } else { "" };
        let (whole, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
        let point = self.lang.of(".", ",");
        format!("{sign}{}{point}{rest:02}", self.count(whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_treasurer_reads_amounts_in_the_own_language() {
        let (french, english) = (Figures::new(Lang::Fr, "Ä"), Figures::new(Lang::En, "Ä"));
        let amount = Aigas::from_cents(123_456_789);
        assert_eq!(french.aigas(amount), "1\u{a0}234\u{a0}567,89\u{a0}Ä");
        assert_eq!(english.aigas(amount), "1,234,567.89\u{a0}Ä");
        assert_eq!(english.euros(Euros::from_cents(-5)), "-0.05\u{a0}€");
        assert_eq!(english.count(999), "999");
        assert_eq!(
            (english.percent("0.8429"), french.percent("1.0000")),
            ("84.29%".into(), "100,00\u{a0}%".into())
        );
        assert_eq!(english.percent("-0.0123"), "-1.23%");
        assert_eq!((english.days(1), english.days(-30)), ("1 day".into(), "in 30 days".into()));
        assert_eq!((french.days(1_200), french.days(-1)), ("1\u{a0}200 jours".into(), "dans 1 jour".into()));
        let [two, half] = ["0.02", "0.025"].map(|rate| rate.parse().unwrap());
        assert_eq!((english.rate(two), french.rate(half)), ("2%".into(), "2,5\u{a0}%".into()));
    }
}
