//! The fields of an operation in a record: each a code and a plain value, in the order of the operations' table.

use std::borrow::Cow;

use bincode::{BorrowDecode, Encode};

use super::InvalidRecord;
use crate::field::{Leaf, ReadField, Value};
use crate::operation::FieldSource;
use crate::rejection::Rejection;

/// The names of fields, in the order of their codes: the code of a field is its place here, from 1.
const FIELD_NAMES: &[&str] = &[
    "note",
    "operator",
    "bank_line",
    "currency",
    "symbol",
    "code",
    "denominations",
    "association",
    "fund",
    "reconversion_fee",
    "bureau",
    "name",
    "local_group",
    "terms",
    "member",
    "kind",
    "valid_until",
    "bills",
    "serials",
    "amount",
    "paid",
    "in",
    "out",
    "slip",
    "slips",
    "short",
    "over",
    "charge",
    "invoice",
    "payable",
    "from_till",
    "reason",
    "till",
    "debit",
    "credit",
    "entry",
    "statement",
    "through",
    "closing_balance",
    "forced_reason",
    "bank",
    "iban",
    "till_ceiling",
    "deposit_within_days",
    "date",
    "nth",
];

pub(super) fn field_code(name: &str) -> u8 {
    let place = FIELD_NAMES.iter().position(|known| *known == name);
    // Every field of the operations' table is listed above; a test walks through them all.
    place.and_then(|place| u8::try_from(place + 1).ok()).unwrap_or(0)
}

pub(super) fn field_name(code: u8) -> Result<&'static str, InvalidRecord> {
    let place = usize::from(code).checked_sub(1);
    let name = place.and_then(|place| FIELD_NAMES.get(place)).copied();
    name.ok_or_else(|| InvalidRecord::because(&format_args!("no field has the code {code}")))
}

#[derive(Encode, BorrowDecode)]
pub(super) enum LeafV1<'a> {
    Text(Cow<'a, str>),
    Cents(i64),
    Day(i32),
    Number(u64),
}

#[derive(Encode, BorrowDecode)]
pub(super) enum ValueV1<'a> {
    Text(Cow<'a, str>),
    Cents(i64),
    Day(i32),
    Number(u64),
    Texts(Vec<Cow<'a, str>>),
    Numbers(Vec<u64>),
    Counts(Vec<(u32, u64)>),
    Group(Vec<(u8, LeafV1<'a>)>),
}

/// The fields of a record: they stand in the order of the operations' table, so each is taken when its turn comes.
pub(super) struct StoredFields<'a> {
    fields: std::iter::Peekable<std::vec::IntoIter<(&'static str, Value<'a>)>>,
}

impl<'a> StoredFields<'a> {
    pub(super) fn of(stored: Vec<(u8, ValueV1<'a>)>) -> Result<Self, InvalidRecord> {
        let named = stored.into_iter().map(|(code, value)| Ok((field_name(code)?, value.into_value()?)));
        Ok(Self { fields: named.collect::<Result<Vec<_>, InvalidRecord>>()?.into_iter().peekable() })
    }

    /// Every field was taken.
    pub(super) fn none_left(&mut self) -> Result<(), InvalidRecord> {
        match self.fields.next() {
            Some((extra, _)) => {
                Err(InvalidRecord::because(&format_args!("the field `{extra}` does not go there")))
            }
            None => Ok(()),
        }
    }
}

impl FieldSource for StoredFields<'_> {
    fn take<T: ReadField>(&mut self, name: &'static str) -> Result<Option<T>, Rejection> {
        let Some((_, value)) = self.fields.next_if(|(stored, _)| *stored == name) else { return Ok(None) };
        let read = T::from_value(&value).ok_or_else(|| Rejection::InvalidValue {
            field: name.into(),
            expected: T::EXPECTED.into(),
            got: "another value".into(),
        });
        read.map(Some)
    }
}

impl<'a> ValueV1<'a> {
    pub(super) fn of(value: Value<'a>) -> Self {
        match value {
            Value::Leaf(Leaf::Text(text)) => Self::Text(text),
            Value::Leaf(Leaf::Cents(cents)) => Self::Cents(cents),
            Value::Leaf(Leaf::Day(days)) => Self::Day(days),
            Value::Leaf(Leaf::Number(number)) => Self::Number(number),
            Value::Texts(texts) => Self::Texts(texts),
            Value::Numbers(numbers) => Self::Numbers(numbers),
            Value::Counts(counts) => Self::Counts(counts),
            Value::Group(leaves) => Self::Group(
                leaves.into_iter().map(|(name, leaf)| (field_code(name), LeafV1::of(leaf))).collect(),
            ),
        }
    }

    fn into_value(self) -> Result<Value<'a>, InvalidRecord> {
        Ok(match self {
            Self::Text(text) => Value::Leaf(Leaf::Text(text)),
            Self::Cents(cents) => Value::Leaf(Leaf::Cents(cents)),
            Self::Day(days) => Value::Leaf(Leaf::Day(days)),
            Self::Number(number) => Value::Leaf(Leaf::Number(number)),
            Self::Texts(texts) => Value::Texts(texts),
            Self::Numbers(numbers) => Value::Numbers(numbers),
            Self::Counts(counts) => Value::Counts(counts),
            Self::Group(leaves) => {
                let leaves = leaves.into_iter().map(|(code, leaf)| Ok((field_name(code)?, leaf.into_leaf())));
                Value::Group(leaves.collect::<Result<Vec<_>, InvalidRecord>>()?)
            }
        })
    }
}

impl<'a> LeafV1<'a> {
    pub(super) fn of(leaf: Leaf<'a>) -> Self {
        match leaf {
            Leaf::Text(text) => Self::Text(text),
            Leaf::Cents(cents) => Self::Cents(cents),
            Leaf::Day(days) => Self::Day(days),
            Leaf::Number(number) => Self::Number(number),
        }
    }

    fn into_leaf(self) -> Leaf<'a> {
        match self {
            Self::Text(text) => Leaf::Text(text),
            Self::Cents(cents) => Leaf::Cents(cents),
            Self::Day(days) => Leaf::Day(days),
            Self::Number(number) => Leaf::Number(number),
        }
    }
}
