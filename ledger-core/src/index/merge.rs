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

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::super::filter::HASH_BITS;
    use super::super::gathered::Gathered;
    use super::super::run::run_hash;
    use super::*;
    use crate::storage::{Memory, ShelfAccess, Storage};

    type Model = BTreeMap<u64, BTreeSet<u64>>;

    /// A few hashes that nearly all entries have, and many that one has.
    fn term() -> impl Strategy<Value = u64> {
        prop_oneof![
            3 => 0..4_u64,
            2 => (0..4_u64).prop_map(|hash| run_hash(u64::MAX) - hash),
            3 => any::<u64>().prop_map(run_hash),
            1 => any::<u8>().prop_map(|hash| u64::from(hash) << 38),
        ]
    }

    fn hold(run: &Run, model: &Model) -> Result<(), TestCaseError> {
        for hash in model.keys().copied().chain([1, 5, 1 << 45, run_hash(u64::MAX) - 9]) {
            let expected: Vec<u64> = model.get(&hash).into_iter().flatten().copied().collect();
            let mut found = Vec::new();
            run.visit(hash, |sequence| found.push(sequence)).unwrap();
            prop_assert_eq!(&found, &expected);
            prop_assert!(expected.is_empty() || run.may_hold(hash).unwrap());
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn runs_and_their_merges_hold_what_a_map_holds(
            runs in proptest::collection::vec(
                proptest::collection::vec((term(), 1..6_u64, any::<bool>()), 1..4000),
                1..5,
            ),
        ) {
            let shelf = Memory::new().shelf(ShelfAccess::Create).unwrap();
            let (mut last, mut all, mut inputs) = (0, Model::new(), Vec::new());
            for (name, terms) in (0..).zip(&runs) {
                let (first, mut model) = (last + 1, Model::new());
                let mut gathered = Gathered::from(first);
                for (hash, gap, rare) in terms {
                    last += gap - 1;
                    last = last.max(first);
                    let whole = *hash << (u64::BITS - HASH_BITS);
                    if *rare { gathered.add_rare(whole, last) } else { gathered.add(whole, last) }
                    model.entry(*hash).or_default().insert(last);
                    all.entry(*hash).or_default().insert(last);
                }
                let (run, values) = gathered.into_run(Arc::clone(&shelf), name, last);
                shelf.put(values).unwrap();
                hold(&run, &model)?;
                let read = Arc::new(Run::new(Arc::clone(&shelf), run.extent().clone()).unwrap());
                hold(&read, &model)?;
                inputs.push(read);
            }
            let mut merge = Merge::new(99, inputs).unwrap();
            loop {
                let ready = merge.step().unwrap();
                if ready.is_empty() { break }
                shelf.put(ready).unwrap();
            }
            let (run, ready) = merge.finish(Arc::clone(&shelf));
            shelf.put(ready.into_iter().chain(run.rest()).collect()).unwrap();
            prop_assert_eq!((run.extent().first, run.extent().last), (1, last));
            prop_assert_eq!(run.extent().hashes, all.len() as u64);
            hold(&run, &all)?;
            hold(&Run::new(shelf, run.extent().clone()).unwrap(), &all)?;
        }
    }
}
