//! Merging: neighbouring runs become one, page by page, in bounded memory.

use std::sync::Arc;

use super::error::IndexError;
use super::run::{Cursor, Run, RunWriter};
use super::stored::Pair;
use crate::storage::Shelf;

/// Bytes written at once, about.
const STEP_BYTES: usize = 4 << 20;

/// A merge under way.
#[derive(Debug)]
pub struct Merge {
    name: u32,
    inputs: Vec<Arc<Run>>,
    /// The oldest first.
    cursors: Vec<Cursor>,
    writer: RunWriter,
}

impl Merge {
    /// Begins to merge neighbouring runs, the oldest first, into one of this name.
    pub fn new(name: u32, inputs: Vec<Arc<Run>>) -> Result<Self, IndexError> {
        let (Some(oldest), Some(youngest)) = (inputs.first(), inputs.last()) else {
            return Err(IndexError::invalid("there are no runs to merge"));
        };
        let hashes = inputs.iter().map(|run| run.extent().hashes).sum();
        let writer = RunWriter::new(name, oldest.extent().first, youngest.extent().last, hashes);
        let cursors = inputs.iter().map(|run| Cursor::new(Arc::clone(run))).collect::<Result<_, _>>()?;
        Ok(Self { name, inputs, cursors, writer })
    }

    /// The name of the run in the making.
    pub fn name(&self) -> u32 {
        self.name
    }

    /// The runs that it replaces.
    pub fn inputs(&self) -> &[Arc<Run>] {
        &self.inputs
    }

    /// Entries of the runs that it replaces.
    pub fn entries(&self) -> u64 {
        self.inputs.iter().map(|run| run.extent().entries()).sum()
    }

    /// Goes on for a while: what can be put on the shelf now, nothing when all groups are merged.
    pub fn step(&mut self) -> Result<Vec<Pair>, IndexError> {
        while self.writer.ready_bytes() < STEP_BYTES {
            let hashes = self.cursors.iter().filter_map(Cursor::group).map(|group| group.hash);
            let Some(least) = hashes.min() else { return Ok(Vec::new()) };
            for cursor in &mut self.cursors {
                while let Some(group) = cursor.group().filter(|group| group.hash == least) {
                    self.writer.push(group);
                    cursor.advance()?;
                }
            }
        }
        Ok(self.writer.take_ready())
    }

    /// The merged run, and what is left to be put on the shelf before it is used.
    pub fn finish(self, shelf: Arc<dyn Shelf>) -> (Run, Vec<Pair>) {
        self.writer.finish(shelf)
    }
}
