//! Any text as an operation: refused by name, or read without loss.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ledger_fuzz::parse_operation(bytes));
