//! What the fuzz targets do with their bytes. Each function panics where a promise of the ledger is broken.
//!
//! The functions stand here and not in the targets, so that the corpora are replayed as an ordinary test.

mod apply;
mod decode;
mod edit;
mod export;
mod folder;
mod memory;
mod parse;
mod proof;
mod statement;
mod story;

pub use apply::apply_operations;
pub use decode::decode_block;
pub use export::{import_journal, read_chart};
pub use folder::{diagnose_folder, open_beside};
pub use parse::parse_operation;
pub use proof::{Signed, read_proof};
pub use statement::{read_profile, read_statement};
pub use story::Story;

use std::fmt::Display;
use std::sync::Arc;

use ledger_core::export::{Format, Period, export};
use ledger_core::journal::Layout;
use ledger_core::storage::{ManualClock, Storage};
use ledger_core::{Ledger, LedgerError};

/// Segments so small that a few operations cross from one to the next.
const LAYOUT: Layout =
    Layout { segment_len_max: 16 << 10, extend_step_min: 4 << 10, extend_step_max: 8 << 10 };

fn clock() -> Box<ManualClock> {
    // It stands still: an entry is recorded a nanosecond after the last, however often a refusal asked for the time.
    Box::new(ManualClock::new(1_798_761_600_000_000_000, 0))
}

fn create(storage: &Arc<dyn Storage>) -> Result<Ledger, LedgerError> {
    Ledger::create_with(Arc::clone(storage), clock(), LAYOUT)
}

fn open(storage: &Arc<dyn Storage>) -> Result<Ledger, LedgerError> {
    Ledger::open_with(Arc::clone(storage), clock(), LAYOUT)
}

fn or_panic<T, E: Display>(result: Result<T, E>, what: &str) -> T {
    result.unwrap_or_else(|error| panic!("{what}: {error}"))
}

/// The whole journal as lines of JSON.
fn exported(storage: &Arc<dyn Storage>) -> Vec<u8> {
    let mut lines = Vec::new();
    let all = Period::default();
    let written = export(&story::view(storage), Format::Jsonl, all, &mut lines, &mut |_| {});
    or_panic(written, "exporting");
    lines
}
