//! Anything in place of snapshots, index and hashes of the tree: the ledger answers as before.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ledger_fuzz::open_beside(bytes));
