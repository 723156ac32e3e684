//! Fields that point at something: an entry, a line of the bank's statement, a file.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value as JsonValue;

use super::{Field, Leaf, Name, ReadField, Value, euros_in_bounds};
use crate::date::Date;
use crate::id::Reference;
use crate::json::Json;
use crate::money::Euros;
use crate::sequence::Sequence;

/// How an operation names an entry: by its number or by its reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum EntryName {
    /// Its sequence.
    Sequence(Sequence),
    /// Its reference.
    Reference(Reference),
}

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sequence(sequence) => sequence.fmt(f),
            // A reference of digits alone would read as a number.
            Self::Reference(reference) if reference.as_str().bytes().all(|byte| byte.is_ascii_digit()) => {
                write!(f, "ref:{reference}")
            }
            Self::Reference(reference) => reference.fmt(f),
        }
    }
}

impl Field for EntryName {
    fn to_value(&self) -> Value<'_> {
        match self {
            Self::Sequence(sequence) => Value::number(sequence.number()),
            Self::Reference(reference) => Value::text(reference.as_str()),
        }
    }
    fn to_json(&self) -> JsonValue {
        match self {
            Self::Sequence(sequence) => JsonValue::from(sequence.number()),
            Self::Reference(reference) => JsonValue::from(reference.as_str()),
        }
    }
}

impl ReadField for EntryName {
    const EXPECTED: &'static str = "an entry's number from 1, or its ref as text";
    fn from_value(value: &Value<'_>) -> Option<Self> {
        match value {
            Value::Leaf(Leaf::Number(number)) => Some(Self::Sequence(Sequence::new(*number))),
            _ => value.as_text()?.parse().ok().map(Self::Reference),
        }
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        match json {
            Json::Whole(0) => None,
            Json::Whole(number) => Some(Self::Sequence(Sequence::new(*number))),
            _ => json.as_text()?.parse().ok().map(Self::Reference),
        }
    }
}

/// The fingerprint of a line of the bank's statement: its date, amount, and its place among the lines of that
/// date and amount (from 1). No label, so no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BankLine {
    /// The booking date.
    pub date: Date,
    /// The amount, negative when it left the account.
    pub amount: Euros,
    /// Which line of that date and amount, from 1.
    pub nth: u32,
}

const DATE: Name = Name::of("date");
const AMOUNT: Name = Name::of("amount");
const NTH: Name = Name::of("nth");

impl Field for BankLine {
    fn to_value(&self) -> Value<'_> {
        Value::Group(vec![
            (DATE, Leaf::Day(self.date.days_since_epoch())),
            (AMOUNT, Leaf::Cents(self.amount.cents())),
            (NTH, Leaf::Number(u64::from(self.nth))),
        ])
    }
    fn to_json(&self) -> JsonValue {
        serde_json::json!({ "date": self.date, "amount": self.amount, "nth": self.nth })
    }
}

impl ReadField for BankLine {
    const EXPECTED: &'static str = "{\"date\":\"2026-08-28\",\"amount\":\"10.00\",\"nth\":1}";
    fn from_value(value: &Value<'_>) -> Option<Self> {
        match value.as_group()? {
            [(DATE, Leaf::Day(days)), (AMOUNT, Leaf::Cents(cents)), (NTH, Leaf::Number(nth))] => Some(Self {
                date: Date::from_days_since_epoch(*days).ok()?,
                amount: euros_in_bounds(*cents)?,
                nth: u32::try_from(*nth).ok().filter(|&nth| nth > 0)?,
            }),
            _ => None,
        }
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let Json::Object(fields) = json else { return None };
        let named = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        let Json::Whole(nth) = named("nth")? else { return None };
        let nth = u32::try_from(*nth).ok().filter(|&nth| nth > 0 && fields.len() == 3)?;
        Some(Self {
            date: Date::from_json(named("date")?)?,
            amount: Euros::from_json(named("amount")?)?,
            nth,
        })
    }
}

/// The SHA-256 of a file, written as 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileHash(String);

impl FileHash {
    /// The hash of these digits; none when they are not 64 lowercase hexadecimal digits.
    pub fn from_hex(digits: &str) -> Option<Self> {
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (digits.len() == 64 && digits.bytes().all(hexadecimal)).then(|| Self(digits.to_owned()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the hash of no file: zeros, or what an empty input gives.
    pub fn is_of_nothing(&self) -> bool {
        const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        self.0 == EMPTY || self.0.bytes().all(|digit| digit == b'0')
    }
}

impl Field for FileHash {
    fn to_value(&self) -> Value<'_> {
        Value::text(&self.0)
    }
    fn to_json(&self) -> JsonValue {
        JsonValue::from(self.0.as_str())
    }
}

impl ReadField for FileHash {
    const EXPECTED: &'static str =
        "the SHA-256 of a file that is not empty, as 64 lowercase hexadecimal digits";
    fn from_value(value: &Value<'_>) -> Option<Self> {
        Self::from_hex(value.as_text()?)
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        Self::from_hex(json.as_text()?)
    }
}
