//! The index: what makes looking up quick, and nothing that the journal does not hold. Deleting it loses nothing.

mod keeper;
mod names;
mod snapshot;

pub use keeper::Keeper;
pub use names::{Names, names_of};
pub use snapshot::{Snapshot, SnapshotError, Snapshots};
