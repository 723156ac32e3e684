//! Litter: files in the folder of the index that are not live. Runs that a merge has replaced stay until the next flush,
//! for whoever has just chosen them; what is there without a reason goes before anything is written.

use std::sync::{Arc, Weak};

use super::catalog::{self, Catalog, CatalogKeeper};
use super::error::IndexError;
use super::folder::RunName;
use super::run::Run;
use crate::storage::{INDEX_FOLDER, Storage, is_of_the_shelf};

/// A run that was replaced.
#[derive(Debug)]
struct Replaced {
    name: RunName,
    /// Who may still look into it, in this process.
    run: Weak<Run>,
    /// The round in which it was replaced.
    round: u64,
}

/// What is to be removed.
#[derive(Debug)]
pub struct Litter {
    storage: Arc<dyn Storage>,
    replaced: Vec<Replaced>,
    /// Counts flushes, from process to process if the catalog is there.
    round: u64,
    /// None before the first write.
    catalog: Option<CatalogKeeper>,
}

impl Litter {
    /// The litter in this storage; touches nothing yet.
    pub fn of(storage: Arc<dyn Storage>) -> Self {
        Self { storage, replaced: Vec::new(), round: 0, catalog: None }
    }

    /// Before the first write: removes what is neither live nor kept for a reader.
    pub fn begin(&mut self, live: &[Arc<Run>]) -> Result<(), IndexError> {
        if self.catalog.is_some() {
            return Ok(());
        }
        // An earlier layout, and what was put there.
        let clear = |keep: &dyn Fn(&str) -> bool| {
            self.storage.clear(INDEX_FOLDER, keep).map_err(IndexError::io("cleared", INDEX_FOLDER))
        };
        clear(&|file| RunName::parse(file).is_some() || is_of_the_shelf(file))?;
        let (keeper, known) = CatalogKeeper::open(&self.storage);
        let is_live = |name: &RunName| live.iter().any(|run| run.name() == *name);
        let replaced = known
            .replaced
            .iter()
            .filter_map(|old| Some((RunName::parse(&old.run)?, old.round)))
            .filter(|(name, _)| !is_live(name))
            .map(|(name, round)| Replaced { name, run: Weak::new(), round })
            .collect::<Vec<_>>();
        let kept = |file: &str| {
            let wanted =
                |name: RunName| is_live(&name) || replaced.iter().any(|old: &Replaced| old.name == name);
            RunName::parse(file).is_some_and(wanted) || is_of_the_shelf(file)
        };
        clear(&kept)?;
        (self.replaced, self.round, self.catalog) = (replaced, known.round, Some(keeper));
        Ok(())
    }

    /// A run was replaced by a longer one.
    pub fn replaced(&mut self, run: &Arc<Run>) {
        self.replaced.push(Replaced { name: run.name(), run: Arc::downgrade(run), round: self.round });
    }

    /// Another flush: what was replaced before it may go.
    pub fn next_round(&mut self) {
        self.round = self.round.wrapping_add(1);
    }

    /// Removes a run that nobody needs and nobody looks at any more; whether there was one. One that cannot be removed is
    /// left to the next writer.
    pub fn remove_some(&mut self) -> bool {
        let free = |old: &Replaced| old.round != self.round && old.run.strong_count() == 0;
        let Some(place) = self.replaced.iter().position(free) else { return false };
        let _ = self.storage.remove(&self.replaced.swap_remove(place).name.path());
        true
    }

    /// The ledger is closed: the catalog says which runs are live, and which were replaced.
    pub fn end(&mut self, live: &[Arc<Run>]) {
        let Some(keeper) = self.catalog.take() else { return };
        let replaced =
            self.replaced.iter().map(|old| catalog::Replaced { run: old.name.file(), round: old.round });
        keeper.close(&Catalog {
            round: self.round,
            live: live.iter().map(|run| run.name().file()).collect(),
            replaced: replaced.collect(),
        });
    }
}
