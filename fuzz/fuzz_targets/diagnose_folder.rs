//! Anything in the folder of a ledger: looked into without a trace, and mended where it says so.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ledger_fuzz::diagnose_folder(bytes));
