//! Any text as a profile of a bank's CSV, and a CSV read by it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ledger_fuzz::read_profile(bytes));
