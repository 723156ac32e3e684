//! Recovery: what a writer does about a damaged end. An end that was never known durable is saved aside and left out;
//! anything else is refused. It never drops a byte that it has not saved, nor a block that something vouches for.

use std::fmt;
use std::sync::Arc;

use super::block::{Block, HEADER_LEN, Header, MAGIC, TRAILER_LEN, Trailer};
use super::damage::{BlockError, Damage, Evidence};
use super::error::JournalError;
use super::position::{Position, segment_path};
use super::segment::{Window, segments};
use crate::storage::{Storage, in_memory};

/// The folder of what was set aside.
pub const DAMAGED_FOLDER: &str = "damaged";

/// Bytes copied or zeroed at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// A damaged end that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Where it began; the next block goes there.
    pub position: Position,
    /// The last entry before it.
    pub last_sequence: u64,
    /// The file in the ledger's folder that keeps its bytes.
    pub saved_to: String,
    /// How many bytes, up to the last that was not zero.
    pub bytes: u64,
    /// What was wrong.
    pub reason: Damage,
}

impl fmt::Display for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, last_sequence, saved_to, bytes, reason } = self;
        write!(
            f,
            "after entry {last_sequence}, at {position}, an unfinished end of {bytes} bytes was left out ({reason}) and \
             kept in {saved_to}; whether this very last group had been acknowledged cannot be known without a receipt \
             kept elsewhere"
        )
    }
}

/// How it is known that the block which should begin at `position` with `sequence` was durable, although the bytes there
/// are damaged. `None`: nothing vouches for it.
fn evidence(
    storage: &Arc<dyn Storage>,
    position: Position,
    sequence: u64,
    reason: &Damage,
    known_durable: u64,
) -> Result<Option<Evidence>, JournalError> {
    if !reason.may_be_torn() {
        return Ok(Some(Evidence::NotTorn));
    }
    if known_durable >= sequence {
        return Ok(Some(Evidence::KnownDurable { sequence: known_durable }));
    }
    if let Some(later) = segments(storage)?.into_iter().find(|first| *first > position.segment) {
        return Ok(Some(Evidence::LaterSegment { path: segment_path(later) }));
    }
    later_block(storage, position, sequence)
}

/// Why the bytes at `position`, where `sequence` should begin, must not be left out: they have a name of their own, or
/// something shows that they were durable. `None`: nothing does. Changes nothing.
///
/// `known_durable` is the last sequence that anything outside the journal has seen durable; 0: none.
///
/// # Errors
/// Failures of the storage.
pub fn refusal(
    storage: &Arc<dyn Storage>,
    position: Position,
    sequence: u64,
    reason: &Damage,
    known_durable: u64,
) -> Result<Option<JournalError>, JournalError> {
    if let Some(error) = named_refusal(position, reason) {
        return Ok(Some(error));
    }
    let evidence = evidence(storage, position, sequence, reason, known_durable)?;
    let reason = Box::new(*reason);
    Ok(evidence.map(|evidence| JournalError::Damaged { position, sequence, reason, evidence }))
}

/// How many bytes a damaged end has, up to the last that is not zero.
///
/// # Errors
/// Failures of the storage.
pub(crate) fn end_len(storage: &Arc<dyn Storage>, position: Position) -> Result<u64, JournalError> {
    let last = Window::new(Arc::clone(storage)).last_nonzero(position)?;
    Ok(last.map_or(0, |last| last + 1 - position.offset))
}

/// Leaves out a damaged end, or refuses to.
pub(crate) fn recover(
    storage: &Arc<dyn Storage>,
    position: Position,
    sequence: u64,
    reason: Damage,
    known_durable: u64,
) -> Result<Recovery, JournalError> {
    if let Some(error) = refusal(storage, position, sequence, &reason, known_durable)? {
        return Err(error);
    }
    let bytes = end_len(storage, position)?;
    assert!(bytes > 0, "zeros alone are a clean end");
    let saved_to = save(storage, position, bytes)?;
    wipe(storage, position, bytes)?;
    Ok(Recovery { position, last_sequence: sequence - 1, saved_to, bytes, reason })
}

/// What is not damage but has a name of its own.
fn named_refusal(position: Position, reason: &Damage) -> Option<JournalError> {
    match *reason {
        Damage::Block(BlockError::NewerVersion { found, known }) => {
            Some(JournalError::NewerFormat { position, found, known })
        }
        Damage::NextSegment { expected, found } if found > expected => {
            Some(JournalError::MissingEntries { position, expected, next_path: segment_path(found) })
        }
        Damage::NextSegment { expected, found } => {
            Some(JournalError::MisplacedSegment { path: segment_path(found), expected })
        }
        _ => None,
    }
}

/// Looks through the rest of the segment for a block that vouches for the damaged one.
fn later_block(
    storage: &Arc<dyn Storage>,
    damaged: Position,
    sequence: u64,
) -> Result<Option<Evidence>, JournalError> {
    let mut window = Window::new(Arc::clone(storage));
    let continuation =
        window.bytes(damaged, HEADER_LEN)?.first_chunk().and_then(|head| Header::decode(head).ok());
    let continuation =
        continuation.map(|header| (damaged.after(header.block_len() as u64), header.last_sequence() + 1));
    let mut from = damaged.after(1);
    loop {
        let bytes = window.bytes(from, CHUNK_BYTES)?;
        if bytes.len() < HEADER_LEN {
            return Ok(None);
        }
        let next = from.after((bytes.len() - HEADER_LEN + 1) as u64);
        for (position, header) in headers(bytes, from) {
            if header.durable_through >= sequence {
                return Ok(Some(Evidence::LaterBlock { position, durable_through: header.durable_through }));
            }
            let first_sequence = header.first_sequence;
            let continues =
                continuation == Some((position, first_sequence)) || links(&mut window, position, &header)?;
            if continues && is_whole(&mut window, position, &header)? {
                return Ok(Some(Evidence::LinkedBlock { position, first_sequence }));
            }
        }
        from = next;
    }
}

/// The headers in `bytes`, which stand at `from`, that are right in themselves.
fn headers(bytes: &[u8], from: Position) -> Vec<(Position, Header)> {
    let candidates = bytes.windows(HEADER_LEN).enumerate().filter(|(_, window)| window.starts_with(&MAGIC));
    let headers = candidates.filter_map(|(index, window)| {
        let header = Header::decode(window.first_chunk()?).ok()?;
        Some((from.after(index as u64), header))
    });
    headers.collect()
}

/// Whether the block at `position` follows the root in the trailer that would stand right before it.
fn links(window: &mut Window, position: Position, header: &Header) -> Result<bool, JournalError> {
    let Some(offset) = position.offset.checked_sub(TRAILER_LEN as u64) else {
        return Ok(false);
    };
    let bytes = window.bytes(Position { offset, ..position }, TRAILER_LEN)?;
    Ok(bytes.first_chunk().map(Trailer::decode).is_some_and(|trailer| trailer.root == header.previous_root))
}

fn is_whole(window: &mut Window, position: Position, header: &Header) -> Result<bool, JournalError> {
    Ok(Block::decode(window.bytes(position, header.block_len())?).is_ok())
}

/// Copies the damaged bytes into a new file and makes it durable.
fn save(storage: &Arc<dyn Storage>, position: Position, bytes: u64) -> Result<String, JournalError> {
    let mut window = Window::new(Arc::clone(storage));
    let path = free_path(storage, position)?;
    storage.create(&path).map_err(JournalError::io("create", &path))?;
    let mut done = 0;
    while done < bytes {
        let len = CHUNK_BYTES.min(in_memory(bytes - done));
        let chunk = window.bytes(position.after(done), len)?;
        assert_eq!(chunk.len(), len, "the segment is no shorter than its last byte");
        storage.write_at(&path, done, chunk).map_err(JournalError::io("write", &path))?;
        done += len as u64;
    }
    storage.sync(&path).map_err(JournalError::io("sync", &path))?;
    storage.sync_folder(DAMAGED_FOLDER).map_err(JournalError::io("sync", DAMAGED_FOLDER))?;
    Ok(path)
}

/// A name for the copy that no earlier one has.
fn free_path(storage: &Arc<dyn Storage>, position: Position) -> Result<String, JournalError> {
    let Position { segment, offset } = position;
    let mut path = format!("{DAMAGED_FOLDER}/{segment:020}-{offset}.bin");
    let mut copy = 1;
    while storage.len(&path).map_err(JournalError::io("measure", &path))?.is_some() {
        copy += 1;
        path = format!("{DAMAGED_FOLDER}/{segment:020}-{offset}-{copy}.bin");
    }
    Ok(path)
}

/// Makes the damaged bytes zeros again, durably.
fn wipe(storage: &Arc<dyn Storage>, position: Position, bytes: u64) -> Result<(), JournalError> {
    let path = segment_path(position.segment);
    let zeros = vec![0; CHUNK_BYTES.min(in_memory(bytes))];
    let mut done = 0;
    while done < bytes {
        let len = zeros.len().min(in_memory(bytes - done));
        let written = storage.write_at(&path, position.offset + done, &zeros[..len]);
        written.map_err(JournalError::io("write", &path))?;
        done += len as u64;
    }
    storage.sync(&path).map_err(JournalError::io("sync", &path))
}

#[cfg(test)]
mod tests {
    use super::super::{Draft, Frontier, StateMark};
    use super::*;
    use crate::storage::Memory;

    #[test]
    fn a_whole_block_that_links_to_the_damaged_one_vouches_for_it() {
        let (mut frontier, mut bytes) = (Frontier::new(), Vec::new());
        let mut ends = Vec::new();
        for record in [b"one", b"two"] {
            // Written when nothing was known durable, so that only the link tells.
            let root = frontier.root();
            let block =
                Draft::of(frontier, &[record]).unwrap().finish(0, root, StateMark::default()).unwrap();
            bytes.extend_from_slice(&block.bytes);
            frontier = block.frontier;
            ends.push(bytes.len());
        }
        let found = |damaged: usize| {
            let memory = Memory::new();
            memory.set_bytes(&segment_path(1), bytes.clone());
            memory.flip(&segment_path(1), damaged as u64, 0);
            let storage: Arc<dyn Storage> = Arc::new(memory);
            let window = Window::new(Arc::clone(&storage)).bytes(Position::START, 1000).unwrap().to_vec();
            let reason = Block::decode(&window).unwrap_err().into();
            evidence(&storage, Position::START, 1, &reason, 0).unwrap()
        };
        let position = Position { segment: 1, offset: ends[0] as u64 };
        let linked = Some(Evidence::LinkedBlock { position, first_sequence: 2 });
        assert_eq!(found(10), linked, "the header is damaged, the trailer links");
        assert_eq!(found(ends[0] - 20), linked, "the trailer is damaged, the header tells where it ends");
        assert_eq!(found(10).map(|evidence| evidence.to_string().contains("entry 2")), Some(true));
        bytes[ends[0] + 66] ^= 1;
        let storage: Arc<dyn Storage> = {
            let memory = Memory::new();
            memory.set_bytes(&segment_path(1), bytes.clone());
            memory.flip(&segment_path(1), 10, 0);
            Arc::new(memory)
        };
        let reason = Damage::Leftover { offset: 0 };
        assert_eq!(evidence(&storage, Position::START, 1, &reason, 0).unwrap(), None, "no longer whole");
    }
}
