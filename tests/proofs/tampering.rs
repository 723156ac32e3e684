//! Every byte of what is taken home.

use ledger_core::proof::{SignedGrowth, SignedReceipt, VerifyingKey};

use super::{desk, key_of, text};

/// Each byte of a text changed in several ways, and taken out, and doubled.
fn each_change(text: &str) -> impl Iterator<Item = (usize, String)> {
    let bytes = text.as_bytes();
    (0..bytes.len()).flat_map(move |place| {
        let flipped = [1, 2, 4, 8, 16, 32, 64, 0x2a].into_iter().map(move |mask| {
            let mut bytes = bytes.to_vec();
            bytes[place] ^= mask;
            bytes
        });
        let without = [&bytes[..place], &bytes[place + 1..]].concat();
        let doubled = [&bytes[..=place], &bytes[place..]].concat();
        let changed = flipped.chain([without, doubled]).filter(move |changed| changed != bytes);
        changed.filter_map(move |bytes| Some((place, String::from_utf8(bytes).ok()?)))
    })
}

#[test]
fn no_byte_of_a_receipt_can_be_changed() {
    let desk = desk();
    let key: VerifyingKey = key_of(&desk).parse().unwrap();
    desk.aiga(&["receipt", "65", "receipt.json"]).done();
    let receipt = text(&desk, "receipt.json");
    assert!(SignedReceipt::read(&receipt, Some(&key)).is_ok());
    for (place, changed) in each_change(&receipt) {
        for named in [None, Some(&key)] {
            let Err(error) = SignedReceipt::read(&changed, named) else {
                panic!("byte {place}: {changed}");
            };
            assert!(!error.to_string().is_empty());
        }
    }
    let json: serde_json::Value = serde_json::from_str(&receipt).unwrap();
    assert!(SignedReceipt::read(&json.to_string(), None).is_err(), "the same in another form");
}

#[test]
fn no_byte_of_a_proof_of_consistency_can_be_changed() {
    let desk = desk();
    desk.aiga(&["checkpoint", "old.txt"]).done();
    desk.aiga(&["swap", "florac", "--bills", "1x5", "--paid", "cash", "--on", "2026-08-29"]).done();
    desk.aiga(&["consistency", "old.txt", "--out", "growth.json"]).done();
    let growth = text(&desk, "growth.json");
    let key: VerifyingKey = key_of(&desk).parse().unwrap();
    assert!(SignedGrowth::read(&growth, Some(&key)).is_ok());
    for (place, changed) in each_change(&growth) {
        assert!(SignedGrowth::read(&changed, None).is_err(), "byte {place}: {changed}");
    }
}
