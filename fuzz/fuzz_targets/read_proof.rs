//! Any text as a proof, a note or a key: refused by name, or written in one way and believed for good reason.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ledger_fuzz::read_proof(bytes));
