//! Lists: what a reader finds in the index, beside a writer or without one.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::Reached;
use super::error::IndexError;
use super::folder::{self, Cover};
use super::marks::Mark;
use super::run::{Run, run_hash};
use super::terms::{TermHasher, days_between};
use crate::query::Filter;
use crate::storage::Storage;

/// A term that more than one in so many entries have is no help: the journal is read anyway.
const RARE: u64 = 16;

/// Days that are looked up one by one, at most.
const DAYS_MAX: usize = 800;

/// The index, open to be read: a writer may go on, and a reader that finds a file gone looks again.
#[derive(Debug)]
pub struct Lists {
    hasher: TermHasher,
    reached: u64,
    runs: Vec<Arc<Run>>,
}

impl Lists {
    /// Whether the filter asks for anything that an index knows.
    pub fn may_help(filter: &Filter) -> bool {
        let Filter { reference, account, bureau, member, from, to, .. } = filter;
        let named = reference.is_some() || account.is_some() || bureau.is_some() || member.is_some();
        named || (from.is_some() && to.is_some())
    }

    /// The index in this storage, as far as `serves` finds that it has seen the journal beside it.
    pub fn open(storage: &Arc<dyn Storage>, serves: impl Fn(&Reached) -> bool) -> Option<Self> {
        let cover = Cover::find::<IndexError>(storage, |reached| Ok(serves(reached))).ok()?;
        let last = cover.runs.last()?.header().scope;
        Some(Self { hasher: last.hasher, reached: last.last, runs: cover.runs })
    }

    /// The last entry that it knows.
    pub fn reached(&self) -> u64 {
        self.reached
    }

    /// The entries up to the last known one that the filter may admit, ascending: all that it admits, and perhaps some
    /// more. Nothing when the index is no help: then the journal is to be read.
    ///
    /// # Errors
    /// A file that is [gone](IndexError::is_vanished), because a writer has merged it meanwhile, or does not read.
    pub fn find(&self, filter: &Filter) -> Result<Option<Vec<u64>>, IndexError> {
        let from = filter.from_sequence.map_or(1, super::super::sequence::Sequence::number);
        let to = filter.to_sequence.map_or(u64::MAX, super::super::sequence::Sequence::number);
        let hasher = &self.hasher;
        let terms = [
            filter.reference.as_ref().map(|name| hasher.name(name)),
            filter.account.as_ref().map(|account| hasher.account(account)),
            filter.bureau.as_ref().map(|bureau| hasher.bureau(bureau)),
            filter.member.as_ref().map(|member| hasher.member(member)),
        ];
        let days = match (filter.from, filter.to) {
            (Some(from), Some(to)) => days_between(from, to).map(|day| hasher.day(day)).collect(),
            _ => Vec::new(),
        };
        let alternatives = terms.iter().flatten().map(std::slice::from_ref);
        let dated = (1..=DAYS_MAX).contains(&days.len()).then_some(&days[..]);
        let mut found: Option<Vec<u64>> = None;
        for hashes in alternatives.chain(dated) {
            let Some(entries) = self.list(hashes, from..=to)? else { continue };
            found = Some(match found {
                Some(before) => intersection(&before, &entries),
                None => entries,
            });
        }
        Ok(found)
    }

    /// The entries that have one of these hashes, unless they are too many.
    fn list(&self, hashes: &[u64], range: RangeInclusive<u64>) -> Result<Option<Vec<u64>>, IndexError> {
        let most = usize::try_from(self.reached / RARE).unwrap_or(usize::MAX);
        let mut list = Vec::new();
        for run in &self.runs {
            if run.header().scope.first > *range.end() || run.header().scope.last < *range.start() {
                continue;
            }
            for hash in hashes {
                let mut too_many = false;
                let room = most.saturating_sub(list.len());
                let mut visited = 0;
                run.visit(run_hash(*hash), |sequence| {
                    if range.contains(&sequence) {
                        visited += 1;
                        too_many = visited > room;
                        if !too_many {
                            list.push(sequence);
                        }
                    }
                })?;
                if too_many {
                    return Ok(None);
                }
            }
        }
        list.sort_unstable();
        list.dedup();
        Ok(Some(list))
    }

    /// The last known block that begins at or before a sequence, if one was marked near it.
    pub fn block_near(&self, sequence: u64) -> Option<Mark> {
        folder::block_near(&self.runs, sequence.min(self.reached))
    }
}

fn intersection(one: &[u64], other: &[u64]) -> Vec<u64> {
    let (few, many) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    few.iter().copied().filter(|sequence| many.binary_search(sequence).is_ok()).collect()
}
