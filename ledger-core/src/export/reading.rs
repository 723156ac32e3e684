//! All entries for an export, read ahead of whoever writes the lines.

use std::ops::ControlFlow;

use super::ExportError;
use crate::ahead::{self, Parcel};
use crate::journal::{Frontier, Root, Start, Verify};
use crate::ledger::LedgerError;
use crate::view::View;

/// Shows all entries to `take`, in order, or so many whole blocks of them. Returns how many there are and the Merkle root
/// over them.
pub fn read(
    view: &View,
    up_to: Option<u64>,
    mut take: impl FnMut(&Parcel) -> Result<(), ExportError>,
) -> Result<(u64, Root), ExportError> {
    let scan = |sheaves: &mut ahead::Sheaves| {
        let mut tree = (0, Frontier::new().root());
        let scanned = view.follow_blocks(Start::genesis(), Verify::Everything, |block| {
            let commit = block.commit();
            tree = (commit.tree_size, commit.root);
            let is_last = up_to.is_some_and(|last| commit.tree_size >= last);
            let taken = sheaves.add(block);
            Ok(if is_last { ControlFlow::Break(()) } else { taken })
        });
        scanned.map(|()| tree)
    };
    let look = |mut parcel: Parcel, ()| {
        take(&parcel)?;
        Ok::<Option<LedgerError>, ExportError>(parcel.fault.take())
    };
    let scanned = ahead::read(scan, |_| (), look)?;
    match scanned {
        Ok(fault) => Err(fault.into()),
        Err(tree) => Ok(tree?),
    }
}
