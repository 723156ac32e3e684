//! Slots: the pieces of 4 KiB of which a run's file is made, each with a checksum over what it holds, its place and its
//! run, so that none is taken for another.

use super::error::IndexError;

/// Bytes of a slot.
pub const SLOT_BYTES: usize = 4096;

const CRC_BYTES: usize = 4;
const LEN_BYTES: usize = 2;

/// Bytes that a slot can hold.
pub const PAYLOAD_MAX: usize = SLOT_BYTES - CRC_BYTES - LEN_BYTES;

/// The run to which a slot belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    pub first: u64,
    pub last: u64,
    /// What tells its file from others of the same name; 0 for the header, which says what it is for the rest.
    pub salt: u64,
}

/// Where a slot begins in its file.
pub fn offset_of(number: u32) -> u64 {
    u64::from(number) * SLOT_BYTES as u64
}

/// Adds a slot with this number behind `file`. The payload fits.
pub fn put(file: &mut Vec<u8>, owner: Owner, number: u32, payload: &[u8]) {
    debug_assert!(payload.len() <= PAYLOAD_MAX, "a slot holds {PAYLOAD_MAX} bytes");
    let start = file.len();
    let len = u16::try_from(payload.len()).unwrap_or(u16::MAX).to_le_bytes();
    file.extend_from_slice(&crc(owner, number, len, payload));
    file.extend_from_slice(&len);
    file.extend_from_slice(payload);
    file.resize(start + SLOT_BYTES, 0);
}

/// What the slot with this number holds.
pub fn get(slot: &[u8], owner: Owner, number: u32) -> Result<&[u8], IndexError> {
    let cut = IndexError::invalid("a piece of it is cut");
    let Some((found, rest)) = slot.split_first_chunk::<CRC_BYTES>() else { return Err(cut) };
    let Some((len, rest)) = rest.split_first_chunk::<LEN_BYTES>() else { return Err(cut) };
    let Some(payload) = rest.get(..usize::from(u16::from_le_bytes(*len))) else { return Err(cut) };
    if *found != crc(owner, number, *len, payload) {
        return Err(IndexError::invalid("a piece of it is damaged"));
    }
    Ok(payload)
}

fn crc(owner: Owner, number: u32, len: [u8; LEN_BYTES], payload: &[u8]) -> [u8; CRC_BYTES] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&owner.first.to_le_bytes());
    hasher.update(&owner.last.to_le_bytes());
    hasher.update(&owner.salt.to_le_bytes());
    hasher.update(&number.to_le_bytes());
    hasher.update(&len);
    hasher.update(payload);
    hasher.finalize().to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Owner = Owner { first: 1, last: 9, salt: 5 };

    #[test]
    fn a_slot_reads_back_in_its_place_and_nowhere_else() {
        let mut file = Vec::new();
        put(&mut file, OWNER, 0, b"header");
        put(&mut file, OWNER, 1, &[7; PAYLOAD_MAX]);
        let (zero, one) = file.split_at(SLOT_BYTES);
        assert_eq!(get(zero, OWNER, 0), Ok(&b"header"[..]));
        assert_eq!(get(one, OWNER, 1), Ok(&[7; PAYLOAD_MAX][..]));
        assert!(get(zero, OWNER, 1).is_err() && get(zero, Owner { last: 8, ..OWNER }, 0).is_err());
        assert!(get(zero, Owner { salt: 6, ..OWNER }, 0).is_err());
        for len in [0, 3, 5, 9, SLOT_BYTES - 1] {
            assert!(get(&one[..len], OWNER, 1).is_err(), "{len}");
        }
        for bit in 0..SLOT_BYTES * 8 {
            let mut flipped = one.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(get(&flipped, OWNER, 1).is_err(), "{bit}");
        }
    }
}
