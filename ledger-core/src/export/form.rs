//! What every form of an export does: something before the entries, something for each, something behind them.

use std::io;

use super::{ExportError, Exported};
use crate::entry::{Entry, Posting};
use crate::journal::Hash;
use crate::money::{Bill, Euro, Unit};
use crate::operation::{Act, Found};

/// A form of an export. It writes into memory, which is handed on from time to time.
pub trait Form {
    /// What comes before the entries; the founding is that of the ledger, if it has one.
    fn begin(&mut self, founding: Option<&Found>, page: &mut Vec<u8>) -> io::Result<()>;
    /// An entry, and the leaf of its record in the Merkle tree.
    fn entry(&mut self, entry: &Entry, leaf: &Hash, page: &mut Vec<u8>) -> Result<(), ExportError>;
    /// An entry that is not in the period. Most forms do not look at it.
    fn beside(&mut self, _: &Entry) {}
    /// What comes behind the entries.
    fn end(&mut self, exported: &Exported, page: &mut Vec<u8>) -> io::Result<()>;
}

/// The founding, if this entry is one.
pub fn founding(entry: &Entry) -> Option<&Found> {
    if let Act::Found(found) = &entry.operation.act { Some(found) } else { None }
}

/// The unit that a posting moves.
pub fn unit_of(posting: &Posting) -> &'static str {
    match posting {
        Posting::Bills { .. } => Bill::CODE,
        Posting::Euros { .. } => Euro::CODE,
    }
}

/// The bills that a posting moves, as `2x50 1x10`: two of 50 and one of 10.
pub fn bills_of(posting: &Posting) -> Option<String> {
    let Posting::Bills { bills, .. } = posting else { return None };
    let runs: Vec<String> = bills.iter().map(|(face, count)| format!("{count}x{face}")).collect();
    Some(runs.join(" "))
}
