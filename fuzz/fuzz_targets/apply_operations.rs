//! Sequences of operations, most of them nearly legal: the promises hold after every one.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ledger_fuzz::apply_operations(bytes));
