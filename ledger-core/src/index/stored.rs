//! Values on the shelf, each with a checksum over its key and itself, so that none is taken for another.

use crate::storage::Shelf;

use super::error::IndexError;

/// A key and its value, as they go on the shelf.
pub type Pair = (Vec<u8>, Vec<u8>);

const CRC_BYTES: usize = 4;

fn crc(key: &[u8], value: &[u8]) -> [u8; CRC_BYTES] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(value);
    hasher.finalize().to_le_bytes()
}

/// The value with its checksum.
pub fn pair(key: Vec<u8>, mut value: Vec<u8>) -> Pair {
    let crc = crc(&key, &value);
    value.extend_from_slice(&crc);
    (key, value)
}

/// The value of a key, if there is one.
pub fn get(shelf: &dyn Shelf, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
    let Some(mut value) = shelf.get(key)? else { return Ok(None) };
    let Some((bytes, found)) = value.split_last_chunk::<CRC_BYTES>() else {
        return Err(IndexError::invalid("a value is cut"));
    };
    if *found != crc(key, bytes) {
        return Err(IndexError::invalid("a value is damaged"));
    }
    value.truncate(value.len() - CRC_BYTES);
    Ok(Some(value))
}

/// The value of a key that must be there.
pub fn need(shelf: &dyn Shelf, key: &[u8]) -> Result<Vec<u8>, IndexError> {
    get(shelf, key)?.ok_or(IndexError::invalid("a value is missing"))
}
