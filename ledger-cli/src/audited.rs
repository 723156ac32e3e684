//! An audit behind a bar.

use std::sync::Arc;

use ledger_core::audit::{AuditReport, Progress, audit};
use ledger_core::journal::{segment_path, segments};
use ledger_core::storage::Storage;

use crate::error::CliError;
use crate::output::{Unit, progress};

/// Audits the ledger in a storage, with a bar on a terminal.
pub fn audited(storage: &Arc<dyn Storage>) -> Result<AuditReport, CliError> {
    let lengths = segment_lengths(storage);
    let bar = progress(lengths.iter().map(|(_, bytes)| bytes).sum(), Unit::Bytes, "audit");
    let report = audit(storage, |Progress { entries, position }| {
        let before =
            lengths.iter().take_while(|(first, _)| *first < position.segment).map(|(_, bytes)| bytes);
        bar.set_position(before.sum::<u64>() + position.offset);
        bar.set_message(format!("{entries} entries"));
    });
    bar.finish_and_clear();
    Ok(report?)
}

/// The length of each segment in bytes, by the sequence of its first entry.
fn segment_lengths(storage: &Arc<dyn Storage>) -> Vec<(u64, u64)> {
    let length = |first: u64| (first, storage.len(&segment_path(first)).ok().flatten().unwrap_or(0));
    // A folder that holds something else is for the audit to report.
    segments(storage).unwrap_or_default().into_iter().map(length).collect()
}
