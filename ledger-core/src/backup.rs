//! Backup: the journal's blocks, byte by byte, in another storage. A writer may be at work meanwhile: the copy is what
//! had been committed when it ended.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::journal::{Frontier, JOURNAL_FOLDER, Position, Root, Start, Verify, segment_path};
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

/// Why a journal was not copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// It cannot be read, or does not verify.
    #[error(transparent)]
    Source(#[from] LedgerError),
    /// The copy cannot be written.
    #[error("the copy could not be written: {0}")]
    Target(#[source] io::Error),
}

/// Copies the journal to a storage without one, and makes the copy durable. Each block is verified on the way, its root
/// included; damage that was once durable is refused. `progress` is told the bytes copied so far.
pub fn copy_journal(
    view: &View,
    to: &Arc<dyn Storage>,
    mut progress: impl FnMut(u64),
) -> Result<Copied, CopyError> {
    let mut copy = Copy { to, at: Position::START, waiting: Vec::new(), bytes: 0 };
    copy.begin_segment(Position::START).map_err(CopyError::Target)?;
    let mut failed = None;
    let mut copied = Copied { entries: 0, root: Frontier::new().root() };
    view.follow_blocks(Start::genesis(), Verify::Everything, |scanned| {
        if let Err(error) = copy.add(scanned.position, scanned.block.bytes()) {
            failed = Some(error);
            return Ok(ControlFlow::Break(()));
        }
        progress(copy.bytes);
        let commit = scanned.commit();
        copied = Copied { entries: commit.tree_size, root: commit.root };
        Ok(ControlFlow::Continue(()))
    })?;
    let ended = failed.map_or(Ok(()), Err).and_then(|()| copy.end_segment());
    ended.map(|()| copied).map_err(CopyError::Target)
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
    fn begin_segment(&mut self, position: Position) -> io::Result<()> {
        self.at = position;
        self.to.create(&segment_path(position.segment))
    }

    fn add(&mut self, position: Position, block: &[u8]) -> io::Result<()> {
        if position.segment != self.at.segment {
            self.end_segment()?;
            self.begin_segment(position)?;
        }
        self.waiting.extend_from_slice(block);
        self.bytes += block.len() as u64;
        if self.waiting.len() >= WRITTEN_AT_ONCE { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> io::Result<()> {
        self.to.write_at(&segment_path(self.at.segment), self.at.offset, &self.waiting)?;
        self.at = self.at.after(self.waiting.len() as u64);
        self.waiting.clear();
        Ok(())
    }

    fn end_segment(&mut self) -> io::Result<()> {
        self.write()?;
        self.to.sync(&segment_path(self.at.segment))?;
        self.to.sync_folder(JOURNAL_FOLDER)
    }
}
