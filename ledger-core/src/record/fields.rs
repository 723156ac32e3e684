//! The fields of an operation in a record: each a code and a plain value, in the order of the operations' table.

use std::borrow::Cow;
use std::convert::Infallible;

use bincode::de::BorrowDecoder;
use bincode::enc::Encoder;
use bincode::error::{DecodeError, EncodeError};
use bincode::{BorrowDecode, Encode};

use super::InvalidRecord;
use crate::field::{Counts, Field, Leaf, Name, ReadField, Value};
use crate::operation::{FieldSink, FieldSource};
use crate::rejection::Rejection;

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
    Counts(CountsV1),
    Group(Vec<(u8, LeafV1<'a>)>),
}

/// Bills: face values and counts.
pub(super) struct CountsV1(pub(super) Counts);

impl Encode for CountsV1 {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        self.0.len().encode(encoder)?;
        self.0.iter().try_for_each(|count| count.encode(encoder))
    }
}

impl<'a, C> BorrowDecode<'a, C> for CountsV1 {
    fn borrow_decode<D: BorrowDecoder<'a, Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
        let len = usize::borrow_decode(decoder)?;
        (0..len).map(|_| BorrowDecode::borrow_decode(decoder)).collect::<Result<_, _>>().map(Self)
    }
}

/// Writes the fields of an operation, each behind its number.
pub(super) struct FieldWriter<'e, E>(pub(super) &'e mut E);

impl<E: Encoder> FieldSink<'_> for FieldWriter<'_, E> {
    type Error = EncodeError;
    fn put<F: Field>(&mut self, name: Name, field: &F) -> Result<(), EncodeError> {
        name.number().encode(self.0)?;
        ValueV1::of(field.to_value()).encode(self.0)
    }
}

/// Counts the fields of an operation.
#[derive(Default)]
pub(super) struct FieldCount(pub(super) u64);

impl FieldSink<'_> for FieldCount {
    type Error = Infallible;
    fn put<F: Field>(&mut self, _: Name, _: &F) -> Result<(), Infallible> {
        self.0 += 1;
        Ok(())
    }
}

/// The fields of a record: they stand in the order of the operations' table, so each is taken when its turn comes.
pub(super) struct FieldReader<'d, D> {
    decoder: &'d mut D,
    /// The field that stands next.
    next: Option<Name>,
    /// How many stand behind it.
    left: u64,
}

impl<'a, 'd, D: BorrowDecoder<'a, Context = ()>> FieldReader<'d, D> {
    pub(super) fn new(decoder: &'d mut D) -> Result<Self, InvalidRecord> {
        let left = u64::borrow_decode(decoder)?;
        let mut reader = Self { decoder, next: None, left };
        reader.read_name()?;
        Ok(reader)
    }

    fn read_name(&mut self) -> Result<(), InvalidRecord> {
        self.next = match self.left.checked_sub(1) {
            None => None,
            Some(left) => {
                self.left = left;
                Some(name_of(u8::borrow_decode(self.decoder)?)?)
            }
        };
        Ok(())
    }

    /// Every field was taken.
    pub(super) fn none_left(&self) -> Result<(), InvalidRecord> {
        match self.next {
            Some(extra) => {
                let extra = extra.as_str();
                Err(InvalidRecord::because(&format_args!("the field `{extra}` does not go there")))
            }
            None => Ok(()),
        }
    }
}

impl<'a, D: BorrowDecoder<'a, Context = ()>> FieldSource for FieldReader<'_, D> {
    type Error = InvalidRecord;
    fn take<T: ReadField>(&mut self, name: Name) -> Result<Option<T>, InvalidRecord> {
        if self.next != Some(name) {
            return Ok(None);
        }
        let value = ValueV1::borrow_decode(self.decoder)?.into_value()?;
        self.read_name()?;
        let read = T::from_value(&value).ok_or_else(|| Rejection::InvalidValue {
            field: name.as_str().into(),
            expected: T::EXPECTED.into(),
            got: "another value".into(),
        });
        Ok(Some(read?))
    }
}

fn name_of(number: u8) -> Result<Name, InvalidRecord> {
    Name::of_number(number)
        .ok_or_else(|| InvalidRecord::because(&format_args!("no field has the code {number}")))
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
            Value::Counts(counts) => Self::Counts(CountsV1(counts)),
            Value::Group(leaves) => Self::Group(
                leaves.into_iter().map(|(name, leaf)| (name.number(), LeafV1::of(leaf))).collect(),
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
            Self::Counts(CountsV1(counts)) => Value::Counts(counts),
            Self::Group(leaves) => {
                let leaves = leaves.into_iter().map(|(code, leaf)| Ok((name_of(code)?, leaf.into_leaf())));
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
