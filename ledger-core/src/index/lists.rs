//! Lists: what a reader finds in the index while no writer has it.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::Reached;
use super::catalog::Catalog;
use super::error::IndexError;
use super::marks::{self, Mark};
use super::run::{Run, run_hash};
use super::terms::days_between;
use crate::query::Filter;
use crate::storage::{Shelf, ShelfAccess, Storage};

/// A term that more than one in so many entries have is no help: the journal is read anyway.
const RARE: u64 = 16;

/// Days that are looked up one by one, at most.
const DAYS_MAX: usize = 800;

/// The index, open to be read. A writer waits while it is, so it is to be dropped at once.
#[derive(Debug)]
pub struct Lists {
    shelf: Arc<dyn Shelf>,
    catalog: Catalog,
    runs: Vec<Run>,
}

impl Lists {
    /// Whether the filter asks for anything that an index knows.
    pub fn may_help(filter: &Filter) -> bool {
        let Filter { reference, account, bureau, member, from, to, .. } = filter;
        let named = reference.is_some() || account.is_some() || bureau.is_some() || member.is_some();
        named || (from.is_some() && to.is_some())
    }

    /// The index in this storage, if there is one and nobody else has it open. It may be of another journal:
    /// [`reached`](Self::reached) is to be held against this one.
    pub fn open(storage: &Arc<dyn Storage>) -> Option<Self> {
        Self::on(storage.shelf(ShelfAccess::Read).ok()?).ok()
    }

    /// The index on this shelf.
    pub fn on(shelf: Arc<dyn Shelf>) -> Result<Self, IndexError> {
        let catalog = Catalog::read(&*shelf)?;
        let runs = catalog.runs.iter().map(|extent| Run::new(Arc::clone(&shelf), extent.clone()));
        let runs = runs.collect::<Result<_, _>>()?;
        Ok(Self { shelf, catalog, runs })
    }

    /// Up to where it has seen the journal.
    pub fn reached(&self) -> Reached {
        Reached::of(&self.catalog, &*self.shelf)
    }

    /// The entries up to the last known one that the filter may admit, ascending: all that it admits, and perhaps some
    /// more. Nothing when the index is no help, or not sound: then the journal is to be read.
    pub fn sequences(&self, filter: &Filter) -> Option<Vec<u64>> {
        self.find(filter).ok().flatten()
    }

    fn find(&self, filter: &Filter) -> Result<Option<Vec<u64>>, IndexError> {
        let first = filter.from_sequence.map_or(1, super::super::sequence::Sequence::number);
        let last = filter.to_sequence.map_or(u64::MAX, super::super::sequence::Sequence::number);
        let hasher = &self.catalog.hasher;
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
            let Some(list) = self.list(hashes, first..=last)? else { continue };
            found = Some(match found {
                Some(before) => intersection(&before, &list),
                None => list,
            });
        }
        Ok(found)
    }

    /// The entries that have one of these hashes, unless they are too many.
    fn list(&self, hashes: &[u64], range: RangeInclusive<u64>) -> Result<Option<Vec<u64>>, IndexError> {
        let most = usize::try_from(self.catalog.reached / RARE).unwrap_or(usize::MAX);
        let mut list = Vec::new();
        for run in &self.runs {
            if run.extent().first > *range.end() || run.extent().last < *range.start() {
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
        marks::block_near(&*self.shelf, sequence.min(self.catalog.reached)).ok().flatten()
    }
}

fn intersection(one: &[u64], other: &[u64]) -> Vec<u64> {
    let (few, many) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    few.iter().copied().filter(|sequence| many.binary_search(sequence).is_ok()).collect()
}
