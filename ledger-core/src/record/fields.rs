//! The fields of an operation in a record: each a code and a plain value, in the order of the operations' table.

use std::borrow::Cow;
use std::convert::Infallible;

use bincode::error::EncodeError;

use super::InvalidRecord;
use super::reader::Reader;
use super::writer::Writer;
use crate::field::{Counts, Field, Leaf, Name, ReadField, Value};
use crate::operation::{FieldSink, FieldSource};
use crate::rejection::Rejection;

// The kinds of values.
const TEXT: u32 = 0;
const CENTS: u32 = 1;
const DAY: u32 = 2;
const NUMBER: u32 = 3;
const TEXTS: u32 = 4;
const NUMBERS: u32 = 5;
const COUNTS: u32 = 6;
const GROUP: u32 = 7;

/// Writes the fields of an operation, each behind its number.
pub(super) struct FieldWriter<'w, 'b>(pub(super) &'w mut Writer<'b>);

impl FieldSink<'_> for FieldWriter<'_, '_> {
    type Error = EncodeError;
    fn put<F: Field>(&mut self, name: Name, field: &F) -> Result<(), EncodeError> {
        self.0.byte(name.number());
        write_value(&field.to_value(), self.0)
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
pub(super) struct FieldReader<'r, 'a> {
    reader: &'r mut Reader<'a>,
    /// The field that stands next.
    next: Option<Name>,
    /// How many stand behind it.
    left: u64,
}

impl<'r, 'a> FieldReader<'r, 'a> {
    pub(super) fn new(reader: &'r mut Reader<'a>) -> Result<Self, InvalidRecord> {
        let left = reader.number()?;
        let mut fields = Self { reader, next: None, left };
        fields.read_name()?;
        Ok(fields)
    }

    fn read_name(&mut self) -> Result<(), InvalidRecord> {
        self.next = match self.left.checked_sub(1) {
            None => None,
            Some(left) => {
                self.left = left;
                Some(name_of(self.reader.byte()?)?)
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

impl FieldSource for FieldReader<'_, '_> {
    type Error = InvalidRecord;
    fn take<T: ReadField>(&mut self, name: Name) -> Result<Option<T>, InvalidRecord> {
        if self.next != Some(name) {
            return Ok(None);
        }
        let value = read_value(self.reader)?;
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

fn write_value(value: &Value<'_>, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
    match value {
        Value::Leaf(leaf) => write_leaf(leaf, writer),
        Value::Texts(texts) => {
            writer.number(TEXTS)?;
            writer.len(texts.len())?;
            texts.iter().try_for_each(|text| writer.text(text))
        }
        Value::Numbers(numbers) => {
            writer.number(NUMBERS)?;
            writer.len(numbers.len())?;
            numbers.iter().try_for_each(|number| writer.number(*number))
        }
        Value::Counts(counts) => {
            writer.number(COUNTS)?;
            write_counts(counts, writer)
        }
        Value::Group(leaves) => {
            writer.number(GROUP)?;
            writer.len(leaves.len())?;
            leaves.iter().try_for_each(|(name, leaf)| {
                writer.byte(name.number());
                write_leaf(leaf, writer)
            })
        }
    }
}

fn read_value<'a>(reader: &mut Reader<'a>) -> Result<Value<'a>, InvalidRecord> {
    Ok(match reader.number::<u32>()? {
        TEXTS => {
            let texts = (0..reader.number::<u64>()?).map(|_| reader.text().map(Cow::Borrowed));
            Value::Texts(texts.collect::<Result<_, _>>()?)
        }
        NUMBERS => {
            let numbers = (0..reader.number::<u64>()?).map(|_| reader.number());
            Value::Numbers(numbers.collect::<Result<_, _>>()?)
        }
        COUNTS => Value::Counts(read_counts(reader)?),
        GROUP => {
            let leaves = (0..reader.number::<u64>()?).map(|_| {
                let name = name_of(reader.byte()?)?;
                Ok((name, read_leaf(reader.number()?, reader)?))
            });
            Value::Group(leaves.collect::<Result<_, InvalidRecord>>()?)
        }
        kind => Value::Leaf(read_leaf(kind, reader)?),
    })
}

fn write_leaf(leaf: &Leaf<'_>, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
    match leaf {
        Leaf::Text(text) => {
            writer.number(TEXT)?;
            writer.text(text)
        }
        Leaf::Cents(cents) => {
            writer.number(CENTS)?;
            writer.signed(*cents)
        }
        Leaf::Day(days) => {
            writer.number(DAY)?;
            writer.signed(i64::from(*days))
        }
        Leaf::Number(number) => {
            writer.number(NUMBER)?;
            writer.number(*number)
        }
    }
}

fn read_leaf<'a>(kind: u32, reader: &mut Reader<'a>) -> Result<Leaf<'a>, InvalidRecord> {
    Ok(match kind {
        TEXT => Leaf::Text(Cow::Borrowed(reader.text()?)),
        CENTS => Leaf::Cents(reader.signed()?),
        DAY => Leaf::Day(i32::try_from(reader.signed()?).map_err(|error| InvalidRecord::because(&error))?),
        NUMBER => Leaf::Number(reader.number()?),
        kind => return Err(InvalidRecord::because(&format_args!("no value has the kind {kind} here"))),
    })
}

pub(super) fn write_counts(counts: &Counts, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
    writer.len(counts.len())?;
    counts.iter().try_for_each(|&(face, count)| {
        writer.number(face)?;
        writer.number(count)
    })
}

pub(super) fn read_counts(reader: &mut Reader<'_>) -> Result<Counts, InvalidRecord> {
    let mut counts = Counts::new();
    for _ in 0..reader.number::<u64>()? {
        counts.push((reader.number()?, reader.number()?));
    }
    Ok(counts)
}
