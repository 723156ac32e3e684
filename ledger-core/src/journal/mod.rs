//! The journal: records in blocks, blocks in segment files, and a Merkle tree over the records. Bytes only: nothing
//! here knows what a record means.
//!
//! A commit is one block, written and synced before anybody hears of it. Blocks follow one another in segment files
//! that are extended ahead with zeros; each names the Merkle root before it and carries the root after it. The exact
//! bytes are in `docs/journal-format.md`.
//!
//! ```text
//! writer    append a block                      reader    find a record, no lock
//! recovery  what to do with a damaged end
//! scan      walk the blocks and verify them
//! segment   files, positions                    block     the bytes of a commit
//!                                               records   the bytes of each entry
//!                                               tree      the Merkle root
//! ```

mod block;
mod commit;
mod error;
mod reader;
mod records;
mod recovery;
mod scan;
mod segment;
mod tree;
mod writer;

pub use block::{
    BLOCK_LEN_MAX, Block, FORMAT_VERSION, HEADER_LEN, Header, RECORDS_MAX, TRAILER_LEN, Trailer, encode,
};
pub use commit::Commit;
pub use error::{BlockError, JournalError};
pub use reader::Reader;
pub use records::{RECORD_LEN_MAX, Records};
pub use recovery::{Evidence, Recovery, evidence};
pub use scan::{Damage, End, Scan, ScannedBlock, Start, Verify};
pub use segment::{JOURNAL_FOLDER, Layout, Position, segment_path, segments};
pub use tree::{Frontier, FrontierError, Hash, Root, RootError, leaf_hash, node_hash};
pub use writer::Writer;
