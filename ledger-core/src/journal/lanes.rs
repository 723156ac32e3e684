//! SHA-256 of many short messages side by side: a lane for each, sixteen at once, in the vector registers that the
//! processor has. The function is that of FIPS 180-4; where the processor computes it itself, or there are few
//! messages, the `ring` crate does. A test holds both against each other.

#![allow(clippy::many_single_char_names, reason = "the names of FIPS 180-4")]
#![allow(clippy::inline_always, reason = "instructions are chosen where the whole is compiled together")]

use pulp::{Arch, NullaryFnOnce};
use ring::digest::{Context, SHA256};

use super::tree::Hash;

/// Messages hashed at once.
const LANES: usize = 16;
/// Fewer messages are hashed one after another.
const FEW: usize = 8;
/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;
/// Bytes at the end of the last block that hold the length of the message in bits.
const LENGTH: usize = 8;

/// A word of each lane.
type Words = [u32; LANES];

/// Appends the SHA-256 of each message, with the byte `prefix` before it.
pub(super) fn hash_each<'a>(
    prefix: u8,
    mut messages: impl ExactSizeIterator<Item = &'a [u8]>,
    hashes: &mut Vec<Hash>,
) {
    hashes.reserve(messages.len());
    let arch = Arch::new();
    while messages.len() >= FEW && !computed_by_the_processor() {
        let mut lanes: [&[u8]; LANES] = [&[]; LANES];
        let mut used = 0;
        for (lane, message) in lanes.iter_mut().zip(&mut messages) {
            *lane = message;
            used += 1;
        }
        arch.dispatch(Lanes { prefix, messages: &lanes[..used], hashes });
    }
    hashes.extend(messages.map(|message| hash_one(prefix, message)));
}

/// The SHA-256 of one message, with the byte `prefix` before it.
pub(super) fn hash_one(prefix: u8, message: &[u8]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(&[prefix]);
    context.update(message);
    finish(context)
}

/// The SHA-256 of a message as it is.
pub(super) fn sha256(message: &[u8]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(message);
    finish(context)
}

fn finish(context: Context) -> Hash {
    let mut hash = Hash::default();
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

fn computed_by_the_processor() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("sha");
    #[cfg(target_arch = "aarch64")]
    return std::arch::is_aarch64_feature_detected!("sha2");
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    return false;
}

/// Up to [`LANES`] messages, hashed with the best instructions that [`Arch`] has found.
struct Lanes<'a> {
    prefix: u8,
    messages: &'a [&'a [u8]],
    hashes: &'a mut Vec<Hash>,
}

impl NullaryFnOnce for Lanes<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { prefix, messages, hashes } = self;
        let blocks = |message: &[u8]| (1 + message.len() + 1 + LENGTH).div_ceil(BLOCK);
        let most = messages.iter().map(|message| blocks(message)).max().unwrap_or(0);
        let mut state = INITIAL.map(|word| [word; LANES]);
        let first = hashes.len();
        hashes.resize(first + messages.len(), Hash::default());
        for block in 0..most {
            let mut schedule = [[0; LANES]; 16];
            for (lane, message) in messages.iter().enumerate() {
                let bytes = padded(prefix, message, block, blocks(message));
                for (words, bytes) in schedule.iter_mut().zip(bytes.as_chunks::<4>().0) {
                    words[lane] = u32::from_be_bytes(*bytes);
                }
            }
            compress(&mut state, &mut schedule);
            for (lane, message) in messages.iter().enumerate() {
                if block + 1 == blocks(message) {
                    let hash = hashes[first + lane].as_chunks_mut::<4>().0;
                    hash.iter_mut().zip(&state).for_each(|(bytes, words)| *bytes = words[lane].to_be_bytes());
                }
            }
        }
    }
}

/// One block of `prefix`, the message, a one bit, zeros, and the length in bits.
#[inline(always)]
fn padded(prefix: u8, message: &[u8], block: usize, blocks: usize) -> [u8; BLOCK] {
    let mut bytes = [0; BLOCK];
    // The message stands one byte later than its own offsets say.
    let (skip, from) = if block == 0 { (1, 0) } else { (0, block * BLOCK - 1) };
    if block == 0 {
        bytes[0] = prefix;
    }
    let rest = message.get(from..).unwrap_or_default();
    let count = rest.len().min(BLOCK - skip);
    bytes[skip..skip + count].copy_from_slice(&rest[..count]);
    let end = 1 + message.len();
    if end / BLOCK == block {
        bytes[end % BLOCK] = 0x80;
    }
    if block + 1 == blocks {
        bytes[BLOCK - LENGTH..].copy_from_slice(&(8 * end as u64).to_be_bytes());
    }
    bytes
}

/// The compression function of FIPS 180-4, section 6.2.2, on all lanes.
#[inline(always)]
fn compress(state: &mut [Words; 8], schedule: &mut [Words; 16]) {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for (round, constant) in ROUND_CONSTANTS.iter().enumerate() {
        let at = |offset: usize| (round + offset) % 16;
        if round >= 16 {
            let (w, s0, s1, w7) = (schedule[at(0)], schedule[at(1)], schedule[at(14)], schedule[at(9)]);
            schedule[at(0)] = each(|lane| {
                let s0 = s0[lane].rotate_right(7) ^ s0[lane].rotate_right(18) ^ (s0[lane] >> 3);
                let s1 = s1[lane].rotate_right(17) ^ s1[lane].rotate_right(19) ^ (s1[lane] >> 10);
                w[lane].wrapping_add(s0).wrapping_add(w7[lane]).wrapping_add(s1)
            });
        }
        let w = &schedule[at(0)];
        let first = each(|lane| {
            let s1 = e[lane].rotate_right(6) ^ e[lane].rotate_right(11) ^ e[lane].rotate_right(25);
            let chosen = (e[lane] & f[lane]) ^ (!e[lane] & g[lane]);
            h[lane].wrapping_add(s1).wrapping_add(chosen).wrapping_add(*constant).wrapping_add(w[lane])
        });
        let second = each(|lane| {
            let s0 = a[lane].rotate_right(2) ^ a[lane].rotate_right(13) ^ a[lane].rotate_right(22);
            let majority = (a[lane] & b[lane]) ^ (a[lane] & c[lane]) ^ (b[lane] & c[lane]);
            s0.wrapping_add(majority)
        });
        (h, g, f) = (g, f, e);
        e = each(|lane| d[lane].wrapping_add(first[lane]));
        (d, c, b) = (c, b, a);
        a = each(|lane| first[lane].wrapping_add(second[lane]));
    }
    for (words, change) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *words = each(|lane| words[lane].wrapping_add(change[lane]));
    }
}

#[inline(always)]
fn each(word: impl Fn(usize) -> u32) -> Words {
    let mut words = [0; LANES];
    for (lane, place) in words.iter_mut().enumerate() {
        *place = word(lane);
    }
    words
}

/// The first 32 bits of the fractional parts of the square roots of the first 8 primes.
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
#[rustfmt::skip]
const ROUND_CONSTANTS: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn in_lanes(prefix: u8, messages: &[Vec<u8>]) -> Vec<Hash> {
        let mut hashes = Vec::new();
        for messages in messages.chunks(LANES) {
            let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
            Arch::new().dispatch(Lanes { prefix, messages: &messages, hashes: &mut hashes });
        }
        hashes
    }

    #[test]
    fn every_length_around_the_ends_of_blocks_is_padded_right() {
        let messages: Vec<Vec<u8>> =
            (0..300).map(|len: u16| (0..len).map(|byte| byte.to_le_bytes()[0]).collect()).collect();
        let expected: Vec<Hash> = messages.iter().map(|message| hash_one(1, message)).collect();
        assert_eq!(in_lanes(1, &messages), expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn lanes_of_different_lengths_give_the_hashes_of_ring(
            prefix in any::<u8>(),
            messages in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 0..40),
        ) {
            let expected: Vec<Hash> = messages.iter().map(|message| hash_one(prefix, message)).collect();
            prop_assert_eq!(&in_lanes(prefix, &messages), &expected);
            let mut hashes = Vec::new();
            hash_each(prefix, messages.iter().map(Vec::as_slice), &mut hashes);
            prop_assert_eq!(hashes, expected);
        }
    }
}
