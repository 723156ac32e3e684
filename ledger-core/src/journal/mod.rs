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
//! segment   files, read and extended            block     the bytes of a commit
//!                                               draft     a block in the making
//!                                               state_mark  what it says about states
//! position  which file, and where in it         damage    why bytes are no block
//!                                               records   the bytes of each entry
//!                                               tree      the Merkle root
//! subtrees  hashes for proofs, verified         bundles   roots of 256 leaves each, kept in a file
//!                                               lanes     many hashes at once
//! ```

mod block;
mod bundles;
mod commit;
mod damage;
mod draft;
mod error;
mod lanes;
mod position;
mod reader;
mod records;
mod recovery;
mod scan;
mod segment;
mod state_mark;
mod subtrees;
mod tree;
mod writer;

pub use block::{
    BLOCK_LEN_MAX, Block, FORMAT_VERSION, HEADER_LEN, Header, RECORDS_LEN_MAX, RECORDS_MAX, TRAILER_LEN,
    Trailer,
};
pub(crate) use bundles::stored as stored_bundles;
pub use bundles::{BUNDLES_PATH, Bundles};
pub use commit::Commit;
pub use damage::{BlockError, Damage, Evidence};
pub use draft::{Draft, Finished};
pub use error::JournalError;
pub(crate) use position::SUFFIX as SEGMENT_SUFFIX;
pub use position::{JOURNAL_FOLDER, Position, segment_path};
pub use reader::Reader;
pub use records::{RECORD_LEN_MAX, Records};
pub use recovery::{DAMAGED_FOLDER, Recovery, refusal};
pub(crate) use recovery::{end_len, recover};
pub use scan::{End, Scan, ScannedBlock, Start, Verify};
pub use segment::{Layout, SEGMENT_BYTES_MAX, segments};
pub use state_mark::{STATE_MARK_LEN, StateHash, StateMark};
pub use subtrees::Subtrees;
pub use tree::{
    BUNDLE_LEAVES, Frontier, FrontierError, Hash, Root, RootError, leaf_hash, leaf_hashes, node_hash,
};
pub use writer::{Adopter, Writer};
