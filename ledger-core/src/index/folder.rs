//! The folder of the index: a file for each run, named after its first and its last entry. Which of them are live follows
//! from their names and headers alone; the others are litter, which the writer removes.

use std::sync::Arc;

use super::error::IndexError;
use super::run::Run;
use super::slots::Owner;
use super::{FirstBlock, Reached, marks::Mark};
use crate::journal::{Frontier, Root};
use crate::storage::{INDEX_FOLDER, Storage};

const SUFFIX: &str = ".run";

/// The name of a run's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunName {
    /// Its first entry.
    pub first: u64,
    /// Its last entry.
    pub last: u64,
}

impl RunName {
    /// The name, if it is one as a writer gives it.
    pub fn parse(file: &str) -> Option<Self> {
        let (first, last) = file.strip_suffix(SUFFIX)?.split_once('-')?;
        let name = Self { first: first.parse().ok()?, last: last.parse().ok()? };
        (name.file() == file && (1..=name.last).contains(&name.first)).then_some(name)
    }

    /// The file's name in the folder of the index.
    pub fn file(self) -> String {
        format!("{:020}-{:020}{SUFFIX}", self.first, self.last)
    }

    /// The file.
    pub fn path(self) -> String {
        format!("{INDEX_FOLDER}/{}", self.file())
    }

    /// The file while it is written.
    pub(super) fn unfinished_path(self) -> String {
        format!("{}.unfinished", self.path())
    }

    pub(super) fn owner(self) -> Owner {
        Owner { first: self.first, last: self.last, salt: 0 }
    }
}

/// The runs that are there, by their names; those that end last come first, and of these the longest.
///
/// # Errors
/// Failures to see which there are.
pub fn names(storage: &Arc<dyn Storage>) -> Result<Vec<RunName>, IndexError> {
    let files = storage.list(INDEX_FOLDER).map_err(IndexError::io("listed", INDEX_FOLDER))?;
    let mut names: Vec<RunName> = files.iter().filter_map(|file| RunName::parse(file)).collect();
    names.sort_unstable_by_key(|name| (std::cmp::Reverse(name.last), name.first));
    Ok(names)
}

/// Runs that follow one another from the first entry on, of one journal and under one key.
#[derive(Debug, Default)]
pub struct Cover {
    /// The oldest first.
    pub runs: Vec<Arc<Run>>,
}

impl Cover {
    /// The longest runs that follow one another, as far as their headers agree, up to the last one of which `serves` is true.
    ///
    /// # Errors
    /// Failures to see which files there are, or those of `serves`.
    pub fn find<E: From<IndexError>>(
        storage: &Arc<dyn Storage>,
        mut serves: impl FnMut(&Reached) -> Result<bool, E>,
    ) -> Result<Self, E> {
        let names = names(storage)?;
        let mut cover = Self::default();
        while let Some(next) = cover.next(storage, &names) {
            cover.runs.push(Arc::new(next));
        }
        while let Some(reached) = cover.reached() {
            if serves(&reached)? {
                break;
            }
            cover.runs.pop();
        }
        Ok(cover)
    }

    /// The longest run that goes on where the cover ends, and reads.
    fn next(&self, storage: &Arc<dyn Storage>, names: &[RunName]) -> Option<Run> {
        let (first, before) = self.runs.last().map_or_else(
            || (1, Frontier::new().root()),
            |run| (run.header().scope.last + 1, run.header().scope.root),
        );
        let mut longest: Vec<RunName> = names.iter().copied().filter(|name| name.first == first).collect();
        longest.sort_unstable_by_key(|name| std::cmp::Reverse(name.last));
        longest.into_iter().find_map(|name| {
            let run = Run::open(storage, name).ok()?;
            let goes_on = run.header().scope.before == before
                && self.runs.first().is_none_or(|oldest| {
                    (oldest.header().scope.hasher, oldest.header().scope.block)
                        == (run.header().scope.hasher, run.header().scope.block)
                });
            goes_on.then_some(run)
        })
    }

    /// Up to where it has seen a journal; nothing when there are no runs.
    pub fn reached(&self) -> Option<Reached> {
        Some(reached(self.runs.last()?))
    }

    /// The last entry that it knows, and the root there.
    pub fn end(&self) -> (u64, Root) {
        self.runs.last().map_or_else(
            || (0, Frontier::new().root()),
            |run| (run.header().scope.last, run.header().scope.root),
        )
    }

    /// The first block of the journal, if it is known.
    pub fn first_block(&self) -> Option<FirstBlock> {
        self.runs.first().map(|run| run.header().scope.block)
    }
}

/// Up to where a run has seen a journal.
pub fn reached(run: &Run) -> Reached {
    let header = run.header();
    let mark = run.mark_at(header.scope.last).ok().flatten();
    Reached { sequence: header.scope.last, root: header.scope.root, mark, first: header.scope.block }
}

/// The last block that begins at or before a sequence and was marked, if one was marked near it.
pub fn block_near(runs: &[Arc<Run>], sequence: u64) -> Option<Mark> {
    let behind = runs.partition_point(|run| run.header().scope.first <= sequence);
    // A run in which no block begins is that of the end of a long one.
    runs[..behind].iter().rev().take(2).find_map(|run| run.mark_at(sequence).ok().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_a_writer_gives_are_names() {
        let name = RunName { first: 1, last: 65_536 };
        assert_eq!(name.file(), "00000000000000000001-00000000000000065536.run");
        assert_eq!(RunName::parse(&name.file()), Some(name));
        for file in [
            "1-65536.run",
            "00000000000000000000-00000000000000065536.run",
            "00000000000000000009-00000000000000000008.run",
            "00000000000000000001-00000000000000065536.run.unfinished",
            "00000000000000000001-00000000000000065536",
            "+0000000000000000001-00000000000000065536.run",
            "place",
        ] {
            assert_eq!(RunName::parse(file), None, "{file}");
        }
    }
}
