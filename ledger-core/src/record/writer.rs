//! The writer of a record: bytes, numbers and texts behind one another, as bincode codes them.

use bincode::Encode;
use bincode::error::EncodeError;

use super::{MARKS, config};

/// Appends to the bytes of a record.
pub(super) struct Writer<'b> {
    bytes: &'b mut Vec<u8>,
}

impl<'b> Writer<'b> {
    pub(super) fn new(bytes: &'b mut Vec<u8>) -> Self {
        Self { bytes }
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// A number; nearly all are one byte.
    pub(super) fn number(&mut self, number: impl Into<u64>) -> Result<(), EncodeError> {
        let number = number.into();
        match u8::try_from(number) {
            Ok(byte) if byte < MARKS => {
                self.byte(byte);
                Ok(())
            }
            _ => self.value(&number),
        }
    }

    pub(super) fn len(&mut self, len: usize) -> Result<(), EncodeError> {
        self.number(len as u64)
    }

    pub(super) fn signed(&mut self, number: i64) -> Result<(), EncodeError> {
        self.value(&number)
    }

    pub(super) fn text(&mut self, text: &str) -> Result<(), EncodeError> {
        self.len(text.len())?;
        self.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }

    pub(super) fn value(&mut self, value: &impl Encode) -> Result<(), EncodeError> {
        bincode::encode_into_writer(value, self, config())
    }
}

impl bincode::enc::write::Writer for &mut Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}
