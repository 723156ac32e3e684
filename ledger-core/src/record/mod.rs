//! Records: an entry as bytes, format version 1. The only place that knows bincode.
//!
//! The wire structs are frozen with the version: what they write is pinned by golden bytes, and described in
//! docs/journal-format.md. Nothing in a record depends on the block in which it stands; identifiers stand whole.

mod choice;
mod fields;
mod postings;

use bincode::de::read::{BorrowReader, SliceReader};
use bincode::de::{BorrowDecoder, DecoderImpl};
use bincode::enc::EncoderImpl;
use bincode::enc::write::Writer;
use bincode::error::{DecodeError, EncodeError};
use bincode::{BorrowDecode, Encode};

use self::choice::ChoiceV1;
use self::fields::{FieldCount, FieldReader, FieldWriter};
use self::postings::PostingV1;
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

/// Bytes that are appended to others.
struct Appended<'a>(&'a mut Vec<u8>);

impl Writer for Appended<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

/// Writes an entry as a record.
pub fn encode(entry: &Entry) -> Result<Vec<u8>, InvalidRecord> {
    let mut bytes = Vec::with_capacity(256);
    encode_into(entry, &mut bytes)?;
    Ok(bytes)
}

/// Writes an entry as a record behind these bytes; they are left as they were when it cannot be one.
pub fn encode_into(entry: &Entry, bytes: &mut Vec<u8>) -> Result<(), InvalidRecord> {
    let start = bytes.len();
    let written = write(entry, bytes).and_then(|()| match bytes.len() - start {
        0..=RECORD_MAX_BYTES => Ok(()),
        len => Err(InvalidRecord::because(&format_args!("{len} bytes; at most {RECORD_MAX_BYTES}"))),
    });
    if written.is_err() {
        bytes.truncate(start);
    }
    written
}

fn write(entry: &Entry, bytes: &mut Vec<u8>) -> Result<(), InvalidRecord> {
    let operation = &entry.operation;
    let mut encoder = EncoderImpl::new(Appended(bytes), config());
    entry.sequence.number().encode(&mut encoder)?;
    entry.recorded_at.ns().encode(&mut encoder)?;
    operation.act.code().encode(&mut encoder)?;
    operation.reference.as_str().encode(&mut encoder)?;
    operation.on.days_since_epoch().encode(&mut encoder)?;
    let mut fields = FieldCount::default();
    let Ok(()) = operation.put_fields(&mut fields);
    fields.0.encode(&mut encoder)?;
    operation.put_fields(&mut FieldWriter(&mut encoder))?;
    ChoiceV1::of(&entry.choice).encode(&mut encoder)?;
    entry.postings.iter().len().encode(&mut encoder)?;
    for posting in &entry.postings {
        PostingV1::of(posting).encode(&mut encoder)?;
    }
    Ok(())
}

/// Reads a record back; every byte of it must be used.
pub fn decode(bytes: &[u8]) -> Result<Entry, InvalidRecord> {
    let mut decoder = DecoderImpl::new(SliceReader::new(bytes), config(), ());
    let entry = read(&mut decoder)?;
    match decoder.borrow_reader().take_bytes(1) {
        Ok(_) => Err(InvalidRecord::because("bytes are left over")),
        Err(_) => Ok(entry),
    }
}

fn read<'a, D: BorrowDecoder<'a, Context = ()>>(decoder: &mut D) -> Result<Entry, InvalidRecord> {
    let sequence = Sequence::new(u64::borrow_decode(decoder)?);
    let recorded_at = RecordedAt::from_ns(u64::borrow_decode(decoder)?);
    let code = u8::borrow_decode(decoder)?;
    let reference = identifier(<&str>::borrow_decode(decoder)?)?;
    let on = day(i32::borrow_decode(decoder)?)?;
    let mut fields = FieldReader::new(decoder)?;
    let act = Act::read(code, &mut fields)?
        .ok_or_else(|| InvalidRecord::because(&format_args!("no operation has the code {code}")))?;
    let (note, operator) = (fields.take(NOTE)?, fields.take(OPERATOR)?);
    let bank_line = fields.take(BANK_LINE)?;
    fields.none_left()?;
    let operation = Operation { reference, on, note, operator, bank_line, act };
    let choice = ChoiceV1::borrow_decode(decoder)?.into_choice()?;
    let count = usize::borrow_decode(decoder)?;
    if count > POSTINGS_MAX {
        return Err(InvalidRecord::because(&format_args!("{count} postings; at most {POSTINGS_MAX}")));
    }
    let posting = |_| match PostingV1::borrow_decode(decoder)?.into_posting()? {
        posting if posting.cents() == 0 => Err(InvalidRecord::because("a posting of nothing")),
        posting => Ok(posting),
    };
    let postings = (0..count).map(posting).collect::<Result<Postings, _>>()?;
    Ok(Entry { sequence, recorded_at, operation, choice, postings })
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
