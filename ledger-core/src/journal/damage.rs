//! Damage: why bytes are not the block that belongs there, and how it is known that they once were. Figures only;
//! what to do about it is for [`recovery`](super::recovery).

use super::position::Position;
use super::tree::Root;

/// Why bytes are not a block, or records cannot become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlockError {
    /// It does not begin with the letters that a block begins with.
    #[error("a block begins with the bytes 41 4c, not {:02x} {:02x}", found[0], found[1])]
    BadMagic {
        /// What stands there.
        found: [u8; 2],
    },
    /// The header was changed or only partly written.
    #[error("the header's checksum is {computed:08x}, not {stored:08x} as stored")]
    HeaderChecksum {
        /// As stored.
        stored: u32,
        /// As computed from the bytes.
        computed: u32,
    },
    /// A whole header of another format version.
    #[error("format version {found} is not known, only {known}: a newer program wrote this")]
    NewerVersion {
        /// As stored.
        found: u16,
        /// [`FORMAT_VERSION`](super::FORMAT_VERSION).
        known: u16,
    },
    /// A block holds 1 to [`RECORDS_MAX`](super::RECORDS_MAX) records.
    #[error("a block holds 1 to 65536 records, not {found}")]
    Count {
        /// How many.
        found: u64,
    },
    /// The length cannot be right: the block would be longer than allowed, or too short for its records.
    #[error("a block of {count} records has {min} to {max} bytes of records, not {found}")]
    Length {
        /// The number of records.
        count: u32,
        /// The least bytes that so many records take.
        min: u64,
        /// The most bytes allowed.
        max: u64,
        /// As stored or asked.
        found: u64,
    },
    /// The sequences in the header contradict one another.
    #[error(
        "a block from sequence {first_sequence} on cannot follow entries known durable through {durable_through}"
    )]
    DurableThrough {
        /// The first sequence in the block, which is at least 1.
        first_sequence: u64,
        /// The sequence said to be synced before it, which is less.
        durable_through: u64,
    },
    /// The bytes end before the block does.
    #[error("the block has {needed} bytes, of which {available} are there")]
    Truncated {
        /// Bytes of the block, or of a header if not even that is there.
        needed: u64,
        /// Bytes that are there.
        available: u64,
    },
    /// The block was changed or only partly written.
    #[error("the block's checksum is {computed:08x}, not {stored:08x} as stored")]
    TrailerChecksum {
        /// As stored.
        stored: u32,
        /// As computed from the bytes.
        computed: u32,
    },
    /// A record has 1 to [`RECORD_LEN_MAX`](super::RECORD_LEN_MAX) bytes, its length is written in the fewest bytes, and the records end
    /// where the header says.
    #[error("record {index} of the block has 1 to 65535 bytes within the block, not {found}")]
    RecordLength {
        /// Which one, from 0.
        index: u32,
        /// The length as stored or asked; what is left of the block where no length could be read.
        found: u64,
    },
    /// What it says about states is nothing that a writer says.
    #[error(
        "a block from sequence {first_sequence} on cannot say of states what it says: taken {taken}, form {form}, sequence {sequence}"
    )]
    StateMark {
        /// Whether a state was taken: 1 or 0, and not 0 unless a state is named.
        taken: u16,
        /// The form of the state that it names; 0: it names none.
        form: u16,
        /// The entry whose state it names, which is before the block.
        sequence: u64,
        /// The first sequence in the block.
        first_sequence: u64,
    },
    /// The trailer does not count the records that the header counts.
    #[error("the tree has {expected} records after this block, not {found}")]
    TreeSize {
        /// By the header.
        expected: u64,
        /// By the trailer.
        found: u64,
    },
}

/// Why the bytes at a position are not the block that belongs there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// They are not a block.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// A block of other sequences.
    #[error("the block begins with sequence {found}, not {expected}")]
    Sequence {
        /// The sequence after the block before.
        expected: u64,
        /// As stored.
        found: u64,
    },
    /// A block that was written after other records.
    #[error("the block follows the root {found}, not {expected}")]
    PreviousRoot {
        /// The root of the records before.
        expected: Root,
        /// As stored.
        found: Root,
    },
    /// The stored root is not that of the stored records.
    #[error("the records have the root {computed}, not {stored} as stored")]
    Root {
        /// From the bytes of the records.
        computed: Root,
        /// As stored.
        stored: Root,
    },
    /// Zeros where a block or the end could be, and then something else.
    #[error("zeros, and at offset {offset} something else")]
    Leftover {
        /// Where, in bytes from the beginning of the segment.
        offset: u64,
    },
    /// The segment ends, and the next one does not begin with the next sequence.
    #[error("the next segment begins with sequence {found}, not {expected}")]
    NextSegment {
        /// The next sequence.
        expected: u64,
        /// By its name.
        found: u64,
    },
}

impl Damage {
    /// Whether a write that was interrupted may leave this: bytes that are missing or wrong, and no block that is
    /// right in itself.
    pub fn may_be_torn(&self) -> bool {
        use BlockError::{BadMagic, HeaderChecksum, TrailerChecksum, Truncated};
        match self {
            Self::Block(error) => {
                matches!(
                    error,
                    BadMagic { .. } | HeaderChecksum { .. } | TrailerChecksum { .. } | Truncated { .. }
                )
            }
            Self::Leftover { .. } => true,
            Self::Sequence { .. }
            | Self::PreviousRoot { .. }
            | Self::Root { .. }
            | Self::NextSegment { .. } => false,
        }
    }
}

/// How it is known that a damaged block was once whole and durable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Evidence {
    /// The checksums there are right, so the bytes are as somebody wrote them.
    #[error("no interrupted write leaves this")]
    NotTorn,
    /// A snapshot, an index or a receipt has seen it.
    #[error("entry {sequence} was known to be durable")]
    KnownDurable {
        /// The last sequence seen.
        sequence: u64,
    },
    /// A later segment is begun only when all before it is durable.
    #[error("a later segment follows, {path}")]
    LaterSegment {
        /// Its path.
        path: String,
    },
    /// A later block was written when this was known synced.
    #[error("the block at {position} was written when entries up to {durable_through} were durable")]
    LaterBlock {
        /// Where the later block begins.
        position: Position,
        /// What it says.
        durable_through: u64,
    },
    /// A whole block behind the damage goes on from it.
    #[error("the whole block at {position} continues it with entry {first_sequence}")]
    LinkedBlock {
        /// Where that block begins.
        position: Position,
        /// Its first sequence.
        first_sequence: u64,
    },
}
