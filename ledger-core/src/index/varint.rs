//! Numbers in as few bytes as they need: seven bits to a byte, the lowest first, the highest bit set but in the last.

/// The most bytes that a number takes.
pub const VARINT_MAX: usize = 10;

/// Adds a number behind `bytes`.
pub fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

/// Takes a number from the front of `bytes`; nothing if there is none.
pub fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for (place, byte) in bytes.iter().take(VARINT_MAX).enumerate() {
        let bits = u64::from(byte & 0x7f);
        let shift = 7 * place;
        number |= bits << shift;
        if byte & 0x80 == 0 {
            *bytes = &bytes[place + 1..];
            return (number >> shift == bits).then_some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn numbers_read_back(numbers in proptest::collection::vec(
            prop_oneof![any::<u64>(), 0..300_u64, Just(u64::MAX)], 0..20,
        )) {
            let mut bytes = Vec::new();
            for number in &numbers {
                put(&mut bytes, *number);
            }
            let mut rest = &bytes[..];
            let read: Vec<u64> = std::iter::from_fn(|| take(&mut rest)).collect();
            prop_assert_eq!(read, numbers);
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn any_bytes_are_numbers_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..30)) {
            let mut rest = &bytes[..];
            while take(&mut rest).is_some() {}
        }
    }
}
