//! The records inside a block: each its length as LEB128 in the fewest bytes, then its bytes. What they mean is unknown here.

/// The most bytes in a record; the least is 1.
pub const RECORD_LEN_MAX: usize = 65_535;

/// Bytes of the longest length.
const VARINT_LEN_MAX: usize = 3;

/// The records of a block, in order.
#[derive(Debug, Clone)]
pub struct Records<'a> {
    rest: &'a [u8],
    left: u32,
}

impl<'a> Records<'a> {
    /// The `count` records in `bytes`, whose lengths were checked.
    pub(super) fn new(bytes: &'a [u8], count: u32) -> Self {
        Self { rest: bytes, left: count }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        // Never an error: the lengths were checked when the block was.
        let (record, rest) = split(self.rest).ok()?;
        self.rest = rest;
        self.left -= 1;
        Some(record)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl ExactSizeIterator for Records<'_> {}

/// The first record and what follows it, or the length that is wrong.
pub(super) fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), u64> {
    let (len, len_len) = read_varint(bytes).ok_or(bytes.len() as u64)?;
    let within = (1..=RECORD_LEN_MAX).contains(&len) && varint_len(len) == len_len;
    let record = bytes[len_len..].split_at_checked(len).filter(|_| within);
    record.ok_or(len as u64)
}

/// A LEB128 number and the bytes that it takes.
fn read_varint(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate().take(VARINT_LEN_MAX) {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

/// Writes a record with its length.
pub(super) fn put(record: &[u8], bytes: &mut Vec<u8>) {
    put_varint(record.len(), bytes);
    bytes.extend_from_slice(record);
}

fn put_varint(value: usize, bytes: &mut Vec<u8>) {
    let mut rest = value;
    while rest >= 0x80 {
        bytes.push(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    bytes.push(rest.to_le_bytes()[0]);
}

fn varint_len(value: usize) -> usize {
    match value {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        _ => VARINT_LEN_MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_split_off_as_it_was_put() {
        for len in [1, 127, 128, 16_383, 16_384, RECORD_LEN_MAX] {
            let mut bytes = Vec::new();
            put(&vec![7; len], &mut bytes);
            assert_eq!(bytes.len(), varint_len(len) + len);
            bytes.push(9);
            assert_eq!(split(&bytes).unwrap(), (&vec![7; len][..], &[9][..]));
        }
    }

    #[test]
    fn a_length_that_is_no_length_is_refused() {
        for (bytes, length) in [
            (&b""[..], 0),
            (b"\0", 0),
            (b"\x02a", 2),
            (b"\x81\0a", 1),
            (b"\x80\x80\x04", 65_536),
            (b"\x80\x80\x80\x01", 4),
        ] {
            assert_eq!(split(bytes), Err(length), "{bytes:?}");
        }
    }
}
