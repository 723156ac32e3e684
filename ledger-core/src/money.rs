//! Money: exact amounts of euros and of Aïga, and the rate of a fee.
//!
//! An amount is a whole number of cents. People and percentages meet it as a decimal; no float ever does,
//! and nothing is rounded unless a rate asks for it. Euros and Aïga are different types and cannot be added.

use std::fmt;
use std::iter::Sum;
use std::marker::PhantomData;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::as_text::as_text;
use crate::limits::{AMOUNT_MAX_CENTS, FIGURE_MAX_CENTS};
use crate::text::grouped_by;

/// The unit of an amount: euro or Aïga.
pub trait Unit: Copy + fmt::Debug + Eq + Ord + std::hash::Hash {
    /// The code in exports and JSON.
    const CODE: &'static str;
}

/// The euro, €.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Euro {}

/// The Aïga, Ä: the unit of the bills. A ledger of another currency names it when it is founded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bill {}

impl Unit for Euro {
    const CODE: &'static str = "EUR";
}

impl Unit for Bill {
    const CODE: &'static str = "AIGA";
}

/// An exact amount of one unit, in cents; negative where a balance or a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount<U: Unit> {
    cents: i64,
    unit: PhantomData<U>,
}

/// Euros, to the cent.
pub type Euros = Amount<Euro>;
/// Aïga, to the cent (a bill is a whole number of them).
pub type Aigas = Amount<Bill>;

/// Why a text is no amount or no rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// Something other than digits with at most one point.
    #[error("not a number written as 1234.56")]
    NotANumber,
    /// More decimals than the unit has; nothing is rounded silently.
    #[error("more than {max} decimals")]
    TooManyDecimals {
        /// The decimals allowed.
        max: u32,
    },
    /// Beyond what an operation may carry.
    #[error("larger than {} allows", Euros::from_cents(AMOUNT_MAX_CENTS))]
    TooLarge,
    /// A rate outside 0 ≤ rate < 1.
    #[error("a rate lies from 0 to below 1")]
    NotARate,
}

impl<U: Unit> Amount<U> {
    /// Nothing.
    pub const ZERO: Self = Self::from_cents(0);

    /// An amount of so many cents.
    pub const fn from_cents(cents: i64) -> Self {
        Self { cents, unit: PhantomData }
    }

    /// The amount in cents.
    pub const fn cents(self) -> i64 {
        self.cents
    }

    /// As an English sentence has it: `1,234.56`.
    pub fn grouped(self) -> String {
        let sign = if self.cents < 0 { "-" } else { "" };
        let cents = self.cents.unsigned_abs();
        format!("{}.{:02}", grouped_by(cents / 100, ',', sign), cents % 100)
    }

    /// Whether it is exactly nothing.
    pub const fn is_zero(self) -> bool {
        self.cents == 0
    }

    /// Whether it is more than nothing.
    pub const fn is_positive(self) -> bool {
        self.cents > 0
    }

    /// Whether it is less than nothing.
    pub const fn is_negative(self) -> bool {
        self.cents < 0
    }

    /// The amount as a decimal with two places.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.cents, 2)
    }
}

impl<U: Unit> Default for Amount<U> {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Aigas {
    /// The same number of euros: 1 Ä is worth 1 €.
    pub const fn at_par(self) -> Euros {
        Euros::from_cents(self.cents)
    }
}

impl Euros {
    /// The same number of Aïga: 1 € is worth 1 Ä.
    pub const fn at_par(self) -> Aigas {
        Aigas::from_cents(self.cents)
    }
}

/// A decimal from digits with at most one point and an optional minus: no exponent, no separator, no blank.
fn plain_decimal(text: &str) -> Result<Decimal, MoneyError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return Err(MoneyError::NotANumber);
    }
    Decimal::from_str_exact(text).map_err(|_| MoneyError::TooLarge)
}

impl<U: Unit> FromStr for Amount<U> {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let decimal = plain_decimal(text)?;
        if decimal.scale() > 2 {
            return Err(MoneyError::TooManyDecimals { max: 2 });
        }
        let cents = decimal.checked_mul(Decimal::ONE_HUNDRED).ok_or(MoneyError::TooLarge)?;
        let cents = i64::try_from(cents).map_err(|_| MoneyError::TooLarge)?;
        if cents.abs() > FIGURE_MAX_CENTS {
            return Err(MoneyError::TooLarge);
        }
        Ok(Self::from_cents(cents))
    }
}

impl<U: Unit> fmt::Display for Amount<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.cents < 0 { "-" } else { "" };
        let cents = self.cents.unsigned_abs();
        f.pad(&format!("{sign}{}.{:02}", cents / 100, cents % 100))
    }
}

as_text!(Amount<U> where U: Unit);
as_text!(Rate);

impl<U: Unit> Add for Amount<U> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::from_cents(self.cents + other.cents)
    }
}

impl<U: Unit> Sub for Amount<U> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::from_cents(self.cents - other.cents)
    }
}

impl<U: Unit> Neg for Amount<U> {
    type Output = Self;
    fn neg(self) -> Self {
        Self::from_cents(-self.cents)
    }
}

impl<U: Unit> AddAssign for Amount<U> {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl<U: Unit> SubAssign for Amount<U> {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl<U: Unit> Sum for Amount<U> {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// The rate of a fee, from 0 to below 1, with at most six decimals (parts per million inside).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate {
    millionths: u32,
}

impl Rate {
    /// A rate of so many millionths; none from a whole on.
    pub fn from_millionths(millionths: u64) -> Option<Self> {
        let millionths = u32::try_from(millionths).ok().filter(|&parts| parts < 1_000_000)?;
        Some(Self { millionths })
    }

    /// The rate in millionths.
    pub const fn millionths(self) -> u32 {
        self.millionths
    }

    /// The fee on an amount, rounded half up to the cent (the rule of the reconversion fee).
    pub fn of(self, amount: Euros) -> Euros {
        let exact = Decimal::new(i64::from(self.millionths), 6) * Decimal::from(amount.cents());
        let cents = exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        // A rate is below 1, so its part of an amount fits wherever the amount does.
        Euros::from_cents(i64::try_from(cents).unwrap_or(amount.cents()))
    }
}

impl FromStr for Rate {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let decimal = plain_decimal(text)?;
        if decimal.scale() > 6 {
            return Err(MoneyError::TooManyDecimals { max: 6 });
        }
        if decimal.is_sign_negative() || decimal >= Decimal::ONE {
            return Err(MoneyError::NotARate);
        }
        let millionths = decimal * Decimal::from(1_000_000);
        u64::try_from(millionths).ok().and_then(Self::from_millionths).ok_or(MoneyError::NotARate)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::new(i64::from(self.millionths), 6).normalize().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_third_decimal_is_refused_and_not_rounded() {
        assert_eq!("25.001".parse::<Euros>(), Err(MoneyError::TooManyDecimals { max: 2 }));
        assert_eq!("25.000".parse::<Euros>(), Err(MoneyError::TooManyDecimals { max: 2 }));
        assert_eq!("25.5".parse::<Euros>(), Ok(Euros::from_cents(2550)));
        assert_eq!("25".parse::<Euros>(), Ok(Euros::from_cents(2500)));
    }

    #[test]
    fn what_is_no_plain_number_is_refused() {
        for text in ["", "-", ".", "1.", ".5", "1e2", "1_000", "+1", " 1", "1,50", "--1", "NaN", "1.2.3", "٣"]
        {
            assert_eq!(text.parse::<Euros>(), Err(MoneyError::NotANumber), "{text:?}");
        }
        let thirty = "9".repeat(30);
        assert_eq!(thirty.parse::<Euros>(), Err(MoneyError::TooLarge));
    }

    #[test]
    fn a_fee_is_rounded_half_up() {
        let two_percent: Rate = "0.02".parse().unwrap();
        assert_eq!(two_percent.of(Euros::from_cents(100_00)), Euros::from_cents(2_00));
        assert_eq!(two_percent.of(Euros::from_cents(25)), Euros::from_cents(1));
        assert_eq!(two_percent.of(Euros::from_cents(24)), Euros::ZERO);
        assert_eq!("1".parse::<Rate>(), Err(MoneyError::NotARate));
        assert_eq!("-0.01".parse::<Rate>(), Err(MoneyError::NotARate));
        assert_eq!(two_percent.to_string(), "0.02");
    }

    proptest! {
        #[test]
        fn printing_and_parsing_agree(cents in -FIGURE_MAX_CENTS..=FIGURE_MAX_CENTS) {
            let amount = Euros::from_cents(cents);
            prop_assert_eq!(amount.to_string().parse::<Euros>(), Ok(amount));
        }
    }
}
