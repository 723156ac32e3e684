//! Backup: the journal's blocks, byte by byte, in another storage. A writer may be at work meanwhile: the copy is what
//! had been committed when it ended.

use std::ops::ControlFlow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::journal::{Frontier, JOURNAL_FOLDER, JournalError, Position, Root, Start, Verify, segment_path};
use crate::ledger::LedgerError;
use crate::storage::Storage;
use crate::view::View;

/// Bytes that are written at once, unless a block has more.
const WRITTEN_AT_ONCE: usize = 1 << 20;

/// What was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copied {
    /// Entries.
    pub entries: u64,
    /// The Merkle root over them.
    pub root: Root,
}

/// Copies the journal to a storage without one, and makes the copy durable. Each block is verified on the way, its root
/// included; damage that was once durable is refused. `progress` is told the bytes copied so far.
pub fn copy_journal(
    view: &View,
    to: &Arc<dyn Storage>,
    mut progress: impl FnMut(u64),
) -> Result<Copied, LedgerError> {
    let mut copy = Copy { to, at: Position::START, waiting: Vec::new(), bytes: 0 };
    copy.begin_segment(Position::START)?;
    let mut copied = Copied { entries: 0, root: Frontier::new().root() };
    view.follow_blocks(Start::genesis(), Verify::Everything, |scanned| {
        if scanned.position.segment != copy.at.segment {
            copy.end_segment()?;
            copy.begin_segment(scanned.position)?;
        }
        copy.add(scanned.block.bytes())?;
        progress(copy.bytes);
        let commit = scanned.commit();
        copied = Copied { entries: commit.tree_size, root: commit.root };
        Ok(ControlFlow::Continue(()))
    })?;
    copy.end_segment()?;
    Ok(copied)
}

/// A copy under way.
struct Copy<'a> {
    to: &'a Arc<dyn Storage>,
    /// Where the bytes that wait go.
    at: Position,
    waiting: Vec<u8>,
    bytes: u64,
}

impl Copy<'_> {
    fn begin_segment(&mut self, position: Position) -> Result<(), JournalError> {
        let path = segment_path(position.segment);
        self.at = position;
        self.to.create(&path).map_err(JournalError::io("create", &path))
    }

    fn add(&mut self, block: &[u8]) -> Result<(), JournalError> {
        self.waiting.extend_from_slice(block);
        self.bytes += block.len() as u64;
        if self.waiting.len() >= WRITTEN_AT_ONCE { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), JournalError> {
        let path = segment_path(self.at.segment);
        self.to.write_at(&path, self.at.offset, &self.waiting).map_err(JournalError::io("write", &path))?;
        self.at = self.at.after(self.waiting.len() as u64);
        self.waiting.clear();
        Ok(())
    }

    fn end_segment(&mut self) -> Result<(), JournalError> {
        self.write()?;
        let path = segment_path(self.at.segment);
        self.to.sync(&path).map_err(JournalError::io("sync", &path))?;
        self.to.sync_folder(JOURNAL_FOLDER).map_err(JournalError::io("sync", JOURNAL_FOLDER))
    }
}
