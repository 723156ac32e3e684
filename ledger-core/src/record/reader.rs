//! The reader of a record: bytes, numbers and texts behind one another, as bincode codes them. A number in more bytes than
//! it needs is refused, so that what was read would be written in the same bytes.

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

    /// The bytes that are left.
    pub(super) fn left(&self) -> &'a [u8] {
        self.bytes
    }

    #[inline]
    pub(super) fn byte(&mut self) -> Result<u8, InvalidRecord> {
        let (byte, rest) = self.bytes.split_first().ok_or_else(cut_off)?;
        self.bytes = rest;
        Ok(*byte)
    }

    /// A number; nearly all are one byte.
    #[inline]
    pub(super) fn number<T: From<u8> + TryFrom<u64>>(&mut self) -> Result<T, InvalidRecord> {
        match self.bytes {
            [byte, rest @ ..] if *byte < MARKS => {
                self.bytes = rest;
                Ok(T::from(*byte))
            }
            _ => {
                let number = self.long_number()?;
                T::try_from(number).map_err(|_| InvalidRecord::because(&format_args!("the number {number}")))
            }
        }
    }

    /// A number behind its mark, which says how many bytes it has: 2, 4 or 8.
    fn long_number(&mut self) -> Result<u64, InvalidRecord> {
        let (number, less) = match self.byte()? - MARKS {
            0 => (u64::from(u16::from_le_bytes(self.array()?)), u64::from(MARKS) - 1),
            1 => (u64::from(u32::from_le_bytes(self.array()?)), u64::from(u16::MAX)),
            2 => (u64::from_le_bytes(self.array()?), u64::from(u32::MAX)),
            _ => return Err(InvalidRecord::because("a number of more than eight bytes")),
        };
        if number > less {
            Ok(number)
        } else {
            Err(InvalidRecord::because(&format_args!(
                "the number {number} stands in more bytes than it needs"
            )))
        }
    }

    /// A number with a sign: twice the number, and for one below zero one less than twice what it lacks.
    #[inline]
    pub(super) fn signed(&mut self) -> Result<i64, InvalidRecord> {
        let folded: u64 = self.number()?;
        let half = (folded >> 1).cast_signed();
        Ok(if folded & 1 == 0 { half } else { !half })
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
    pub(super) fn value<T: BorrowDecode<'a, ()>>(&mut self) -> Result<T, InvalidRecord> {
        let (value, used) = bincode::borrow_decode_from_slice(self.bytes, config())?;
        self.bytes = &self.bytes[used..];
        Ok(value)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], InvalidRecord> {
        let (array, rest) = self.bytes.split_first_chunk().ok_or_else(cut_off)?;
        self.bytes = rest;
        Ok(*array)
    }
}

fn cut_off() -> InvalidRecord {
    InvalidRecord::because("it ends too early")
}
