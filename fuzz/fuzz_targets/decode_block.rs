//! Bytes that claim to be a block of the journal: refused by name, or decoded without loss.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ledger_fuzz::decode_block(bytes));
