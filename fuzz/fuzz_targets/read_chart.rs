//! Any text as a chart of accounts: refused by name, or a file of entries by it that balances.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ledger_fuzz::read_chart(bytes));
