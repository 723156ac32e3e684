//! The figures of one size.

use serde::{Deserialize, Serialize};

/// A ledger of one size.
#[derive(Debug, Serialize, Deserialize)]
pub struct Row {
    pub entries: u64,
    pub posting: Posting,
    pub opening: Opening,
    pub asking: Asking,
    /// `aiga post` of a million lines of JSON into a new ledger, as a whole process.
    pub lines_s: Option<f64>,
}

/// Making it, in batches of 8,000. Megabytes are of 1,000,000 bytes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Posting {
    /// Over all batches.
    pub entries_per_s: f64,
    /// In the first tenth.
    pub early_entries_per_s: f64,
    /// In the last tenth.
    pub late_entries_per_s: f64,
    pub batch_p50_ms: f64,
    pub batch_p99_ms: f64,
    pub batch_max_ms: f64,
    /// Closing the ledger at the end, with what its threads have left to do.
    pub close_ms: f64,
    /// The most that the process ever had in memory.
    pub peak_memory_mb: f64,
    /// How the memory grew after the first tenth, or after the first million entries; from a million on.
    pub memory_bytes_per_entry: Option<f64>,
    /// Blocks only, without the zeros behind them.
    pub journal_bytes_per_entry: f64,
    pub index_bytes_per_entry: f64,
    pub snapshots_bytes: u64,
    /// The reference of an entry in the middle.
    pub middle_reference: String,
}

/// Opening it to write, each time in a new process.
#[derive(Debug, Serialize, Deserialize)]
pub struct Opening {
    pub open_ms: f64,
    /// Posting the first batch again, right after opening: all receipts, nothing recorded.
    pub retry_ms: f64,
}

/// Whole processes of `aiga`, from their start to their end.
#[derive(Debug, Serialize, Deserialize)]
pub struct Asking {
    pub status_ms: f64,
    /// `aiga journal --ref`, of an entry in the middle.
    pub journal_ms: f64,
    pub audit_s: f64,
    pub audit_entries_per_s: f64,
    pub swap_ms: f64,
}

/// A figure to four digits: what a clock tells beyond them is chance.
pub fn rounded(figure: f64) -> f64 {
    format!("{figure:.3e}").parse().unwrap_or(figure)
}
