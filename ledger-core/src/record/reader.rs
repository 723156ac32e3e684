//! The reader of a record: bytes, numbers and texts behind one another, as bincode codes them.

use bincode::BorrowDecode;

use super::{InvalidRecord, MARKS, config};

/// The bytes of a record that are not read yet.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> usize {
        self.bytes.len()
    }

    #[inline]
    pub(super) fn byte(&mut self) -> Result<u8, InvalidRecord> {
        match self.bytes {
            [byte, rest @ ..] => {
                self.bytes = rest;
                Ok(*byte)
            }
            [] => self.value(),
        }
    }

    /// A number; nearly all are one byte.
    #[inline]
    pub(super) fn number<T: From<u8> + BorrowDecode<'a, ()>>(&mut self) -> Result<T, InvalidRecord> {
        match self.bytes {
            [byte, rest @ ..] if *byte < MARKS => {
                self.bytes = rest;
                Ok(T::from(*byte))
            }
            _ => self.value(),
        }
    }

    #[inline]
    pub(super) fn text(&mut self) -> Result<&'a str, InvalidRecord> {
        let len = usize::try_from(self.number::<u64>()?).map_err(|error| InvalidRecord::because(&error))?;
        let Some((text, rest)) = self.bytes.split_at_checked(len) else {
            return Err(InvalidRecord::because("a text is longer than what is left"));
        };
        self.bytes = rest;
        str::from_utf8(text).map_err(|error| InvalidRecord::because(&error))
    }

    /// A value as bincode has it.
    #[inline(never)]
    pub(super) fn value<T: BorrowDecode<'a, ()>>(&mut self) -> Result<T, InvalidRecord> {
        let (value, used) = bincode::borrow_decode_from_slice(self.bytes, config())?;
        self.bytes = &self.bytes[used..];
        Ok(value)
    }
}
