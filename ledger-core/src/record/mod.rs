//! Records: an entry as bytes, format version 1. The only place that knows bincode.
//!
//! What is written here is frozen with the version: it is pinned by golden bytes, and described in
//! docs/journal-format.md. Nothing in a record depends on the block in which it stands; identifiers stand whole.

mod choice;
mod fields;
mod postings;
mod reader;
mod writer;

use bincode::error::{DecodeError, EncodeError};

use self::choice::{read_choice, write_choice};
use self::fields::{FieldCount, FieldReader, FieldWriter};
use self::postings::{read_posting, write_posting};
use self::reader::Reader;
use self::writer::Writer;
use crate::date::Date;
use crate::entry::{Entry, Postings};
use crate::id::{BureauId, Reference};
use crate::money::Rate;
use crate::operation::{Act, BANK_LINE, FieldSource, NOTE, OPERATOR, Operation};
use crate::rejection::Rejection;
use crate::sequence::{RecordedAt, Sequence};

/// The longest record, in bytes.
pub const RECORD_MAX_BYTES: usize = 65_535;

/// The most postings that a record may hold; a deposit of a hundred slips makes about two hundred.
const POSTINGS_MAX: u64 = 256;

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

impl From<Rejection> for InvalidRecord {
    fn from(rejection: Rejection) -> Self {
        Self::because(&rejection)
    }
}

impl From<EncodeError> for InvalidRecord {
    fn from(error: EncodeError) -> Self {
        Self::because(&error)
    }
}

impl From<DecodeError> for InvalidRecord {
    fn from(error: DecodeError) -> Self {
        Self::because(&error)
    }
}

/// What decoding a record may claim at most, in bytes of memory; a few times what the longest record needs.
const CLAIM_MAX_BYTES: usize = 1 << 20;

fn config() -> impl bincode::config::Config {
    bincode::config::standard().with_limit::<CLAIM_MAX_BYTES>()
}

/// From this byte on, a byte does not stand for itself: it marks a number of several bytes.
const MARKS: u8 = 251;

/// Writes an entry as a record.
pub fn encode(entry: &Entry) -> Result<Vec<u8>, InvalidRecord> {
    let mut bytes = Vec::with_capacity(256);
    encode_into(entry, &mut bytes)?;
    Ok(bytes)
}

/// Writes an entry as a record behind these bytes; they are left as they were when it cannot be one.
pub fn encode_into(entry: &Entry, bytes: &mut Vec<u8>) -> Result<(), InvalidRecord> {
    let start = bytes.len();
    let written = write(entry, bytes).map_err(InvalidRecord::from);
    let written = written.and_then(|()| match bytes.len() - start {
        0..=RECORD_MAX_BYTES => Ok(()),
        len => Err(InvalidRecord::because(&format_args!("{len} bytes; at most {RECORD_MAX_BYTES}"))),
    });
    if written.is_err() {
        bytes.truncate(start);
    }
    written
}

fn write(entry: &Entry, bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
    let operation = &entry.operation;
    let mut writer = Writer::new(bytes);
    writer.number(entry.sequence.number())?;
    writer.number(entry.recorded_at.ns())?;
    writer.byte(operation.act.code());
    writer.text(operation.reference.as_str())?;
    writer.signed(i64::from(operation.on.days_since_epoch()))?;
    let mut fields = FieldCount::default();
    let Ok(()) = operation.put_fields(&mut fields);
    writer.number(fields.0)?;
    operation.put_fields(&mut FieldWriter(&mut writer))?;
    write_choice(&entry.choice, &mut writer)?;
    writer.len(entry.postings.iter().len())?;
    entry.postings.iter().try_for_each(|posting| write_posting(posting, &mut writer))
}

/// Reads a record back. Every byte of it must be used, and all of them must be those that the entry would be written in,
/// so that no entry has two records.
pub fn decode(bytes: &[u8]) -> Result<Entry, InvalidRecord> {
    read(bytes)
}

/// Reads a record back, and puts the entry behind these without moving it about.
pub fn decode_behind(bytes: &[u8], entries: &mut Vec<Entry>) -> Result<(), InvalidRecord> {
    entries.push(read(bytes)?);
    Ok(())
}

#[allow(clippy::inline_always, reason = "an entry is large, and is made where it is to be")]
#[inline(always)]
fn read(bytes: &[u8]) -> Result<Entry, InvalidRecord> {
    let mut reader = Reader::new(bytes);
    let sequence = Sequence::new(reader.number()?);
    let recorded_at = RecordedAt::from_ns(reader.number()?);
    let code = reader.byte()?;
    let reference = identifier(reader.text()?)?;
    let on = day(reader.signed()?)?;
    let mut fields = FieldReader::new(&mut reader)?;
    let act = Act::read(code, &mut fields)?
        .ok_or_else(|| InvalidRecord::because(&format_args!("no operation has the code {code}")))?;
    let (note, operator) = (fields.take(NOTE)?, fields.take(OPERATOR)?);
    let bank_line = fields.take(BANK_LINE)?;
    fields.none_left()?;
    let operation = Operation { reference, on, note, operator, bank_line, act };
    let choice = read_choice(&mut reader)?;
    let count = reader.number::<u64>()?;
    if count > POSTINGS_MAX {
        return Err(InvalidRecord::because(&format_args!("{count} postings; at most {POSTINGS_MAX}")));
    }
    let mut postings = Postings::none();
    for _ in 0..count {
        let posting = read_posting(&mut reader)?;
        if posting.cents() == 0 {
            return Err(InvalidRecord::because("a posting of nothing"));
        }
        postings.push(posting);
    }
    match reader.left() {
        [] => Ok(Entry { sequence, recorded_at, operation, choice, postings }),
        left => Err(InvalidRecord::because(&format_args!("{} bytes are left over", left.len()))),
    }
}

fn rate(millionths: u32) -> Result<Rate, InvalidRecord> {
    Rate::from_millionths(u64::from(millionths))
        .ok_or_else(|| InvalidRecord::because("a rate from a whole on"))
}

fn day(days: i64) -> Result<Date, InvalidRecord> {
    let days = i32::try_from(days).map_err(|error| InvalidRecord::because(&error))?;
    Date::from_days_since_epoch(days).map_err(|error| InvalidRecord::because(&error))
}

fn identifier(text: &str) -> Result<Reference, InvalidRecord> {
    text.parse().map_err(|error| InvalidRecord::because(&error))
}

fn bureau_id(text: &str) -> Result<BureauId, InvalidRecord> {
    text.parse().map_err(|error| InvalidRecord::because(&error))
}
