//! Any text as the export of a journal: refused by name, or exported again in the same bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ledger_fuzz::import_journal(bytes));
