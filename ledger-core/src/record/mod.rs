//! Records: an entry as bytes, format version 1. The only place that knows bincode.
//!
//! The wire structs are frozen with the version: what they write is pinned by golden bytes, and described in
//! docs/journal-format.md. Nothing in a record depends on the block in which it stands; identifiers stand whole.

mod choice;
mod fields;
mod postings;

use std::borrow::Cow;

use bincode::{BorrowDecode, Encode};

use self::choice::ChoiceV1;
use self::fields::{StoredFields, ValueV1, field_code};
use self::postings::PostingV1;
use crate::date::Date;
use crate::entry::{Entry, Postings};
use crate::field::{Field, Value};
use crate::id::{BureauId, Reference};
use crate::money::Rate;
use crate::operation::{Act, FieldSource, Operation};
use crate::rejection::Rejection;
use crate::sequence::{RecordedAt, Sequence};

/// The longest record, in bytes.
pub const RECORD_MAX_BYTES: usize = 65_535;

/// The most postings that a record may hold; a deposit of a hundred slips makes about two hundred.
const POSTINGS_MAX: usize = 256;

/// Bytes that are no record of version 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record does not decode: {reason}")]
pub struct InvalidRecord {
    /// What is wrong with it.
    pub reason: String,
}

impl InvalidRecord {
    fn because(reason: &(impl ToString + ?Sized)) -> Self {
        Self { reason: reason.to_string() }
    }
}

/// What decoding a record may claim at most, in bytes of memory; a few times what the longest record needs.
const CLAIM_MAX_BYTES: usize = 1 << 20;

fn config() -> impl bincode::config::Config {
    bincode::config::standard().with_limit::<CLAIM_MAX_BYTES>()
}

#[derive(Encode, BorrowDecode)]
struct RecordV1<'a> {
    sequence: u64,
    recorded_at_ns: u64,
    op: u8,
    reference: Cow<'a, str>,
    on_days: i32,
    fields: Vec<(u8, ValueV1<'a>)>,
    choice: ChoiceV1<'a>,
    postings: Vec<PostingV1<'a>>,
}

impl From<Rejection> for InvalidRecord {
    fn from(rejection: Rejection) -> Self {
        Self::because(&rejection)
    }
}

/// Writes an entry as a record.
pub fn encode(entry: &Entry) -> Result<Vec<u8>, InvalidRecord> {
    let wire = RecordV1::of(entry);
    let bytes = bincode::encode_to_vec(&wire, config()).map_err(|error| InvalidRecord::because(&error))?;
    if bytes.len() > RECORD_MAX_BYTES {
        return Err(InvalidRecord::because(&format_args!(
            "{} bytes; at most {RECORD_MAX_BYTES}",
            bytes.len()
        )));
    }
    Ok(bytes)
}

/// Reads a record back; every byte of it must be used.
pub fn decode(bytes: &[u8]) -> Result<Entry, InvalidRecord> {
    let (wire, used): (RecordV1<'_>, usize) =
        bincode::borrow_decode_from_slice(bytes, config()).map_err(|error| InvalidRecord::because(&error))?;
    if used != bytes.len() {
        return Err(InvalidRecord::because(&format_args!("{} bytes are left over", bytes.len() - used)));
    }
    wire.into_entry()
}

impl<'a> RecordV1<'a> {
    fn of(entry: &'a Entry) -> Self {
        let Operation { reference, on, note, operator, bank_line, act } = &entry.operation;
        let mut fields = Vec::with_capacity(8);
        let mut put = |name: &str, value: Value<'a>| fields.push((field_code(name), ValueV1::of(value)));
        for (name, field) in act.fields() {
            put(name, field.to_value());
        }
        if let Some(note) = note {
            put("note", note.to_value());
        }
        if let Some(operator) = operator {
            put("operator", operator.to_value());
        }
        if let Some(bank_line) = bank_line {
            put("bank_line", bank_line.to_value());
        }
        Self {
            sequence: entry.sequence.number(),
            recorded_at_ns: entry.recorded_at.ns(),
            op: act.code(),
            reference: Cow::Borrowed(reference.as_str()),
            on_days: on.days_since_epoch(),
            fields,
            choice: ChoiceV1::of(&entry.choice),
            postings: entry.postings.iter().map(PostingV1::of).collect(),
        }
    }

    fn into_entry(self) -> Result<Entry, InvalidRecord> {
        let name = Act::name_of_code(self.op)
            .ok_or_else(|| InvalidRecord::because(&format_args!("no operation has the code {}", self.op)))?;
        let mut fields = StoredFields::of(self.fields)?;
        let act = Act::read(name, &mut fields)?.ok_or_else(|| InvalidRecord::because("no such operation"))?;
        let (note, operator) = (fields.take("note")?, fields.take("operator")?);
        let bank_line = fields.take("bank_line")?;
        fields.none_left()?;
        let operation = Operation {
            reference: identifier(&self.reference)?,
            on: day(self.on_days)?,
            note,
            operator,
            bank_line,
            act,
        };
        if self.postings.len() > POSTINGS_MAX {
            let found = self.postings.len();
            return Err(InvalidRecord::because(&format_args!("{found} postings; at most {POSTINGS_MAX}")));
        }
        let postings =
            self.postings.into_iter().map(PostingV1::into_posting).collect::<Result<Vec<_>, _>>()?;
        let stored = postings.len();
        let postings: Postings = postings.into_iter().collect();
        if postings.iter().len() != stored {
            return Err(InvalidRecord::because("a posting of nothing"));
        }
        Ok(Entry {
            sequence: Sequence::new(self.sequence),
            recorded_at: RecordedAt::from_ns(self.recorded_at_ns),
            operation,
            choice: self.choice.into_choice()?,
            postings,
        })
    }
}

fn rate(millionths: u32) -> Result<Rate, InvalidRecord> {
    Rate::from_millionths(u64::from(millionths))
        .ok_or_else(|| InvalidRecord::because("a rate from a whole on"))
}

fn day(days: i32) -> Result<Date, InvalidRecord> {
    Date::from_days_since_epoch(days).map_err(|error| InvalidRecord::because(&error))
}

fn identifier(text: &str) -> Result<Reference, InvalidRecord> {
    text.parse().map_err(|error| InvalidRecord::because(&error))
}

fn bureau_id(text: &str) -> Result<BureauId, InvalidRecord> {
    text.parse().map_err(|error| InvalidRecord::because(&error))
}
