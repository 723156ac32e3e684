//! Any bytes as a bank statement of every format: refused by name, or in agreement with itself.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ledger_fuzz::read_statement(bytes));
