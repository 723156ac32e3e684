//! Merging: neighbouring runs become one, page by page, in bounded memory.

use std::sync::Arc;

use super::error::IndexError;
use super::header::Scope;
use super::run::{Cursor, Run, RunWriter};
use crate::storage::Storage;

/// Bytes written at once, about.
const STEP_BYTES: usize = 4 << 20;

/// A merge under way.
#[derive(Debug)]
pub struct Merge {
    inputs: Vec<Arc<Run>>,
    /// The oldest first.
    cursors: Vec<Cursor>,
    writer: RunWriter,
}

impl Merge {
    /// Begins to merge neighbouring runs, the oldest first, into one.
    pub fn new(storage: &Arc<dyn Storage>, inputs: Vec<Arc<Run>>) -> Result<Self, IndexError> {
        let (Some(oldest), Some(youngest)) = (inputs.first(), inputs.last()) else {
            return Err(IndexError::invalid("there are no runs to merge"));
        };
        let youngest = youngest.header().scope;
        let scope = Scope { last: youngest.last, root: youngest.root, ..oldest.header().scope };
        let hashes = inputs.iter().map(|run| run.header().hashes).sum();
        let cursors = inputs.iter().map(|run| Cursor::new(Arc::clone(run))).collect::<Result<_, _>>()?;
        let writer = RunWriter::new(storage, scope, hashes)?;
        Ok(Self { inputs, cursors, writer })
    }

    /// The runs that it replaces.
    pub fn inputs(&self) -> &[Arc<Run>] {
        &self.inputs
    }

    /// Entries of the runs that it replaces.
    pub fn entries(&self) -> u64 {
        self.inputs.iter().map(|run| run.header().entries()).sum()
    }

    /// Goes on for a while, and writes what is ready; false when all groups are merged.
    pub fn step(&mut self) -> Result<bool, IndexError> {
        while self.writer.ready_bytes() < STEP_BYTES {
            let hashes = self.cursors.iter().filter_map(Cursor::group).map(|group| group.hash);
            let Some(least) = hashes.min() else { return Ok(false) };
            for cursor in &mut self.cursors {
                while let Some(group) = cursor.group().filter(|group| group.hash == least) {
                    self.writer.push(group);
                    cursor.advance()?;
                }
            }
        }
        self.writer.write_ready()?;
        Ok(true)
    }

    /// The merged run, once it is whole.
    pub fn finish(self) -> Result<Run, IndexError> {
        let mut marks = Vec::new();
        for run in &self.inputs {
            marks.extend(run.marks()?);
        }
        self.writer.finish(&marks)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::super::FirstBlock;
    use super::super::filter::HASH_BITS;
    use super::super::gathered::Gathered;
    use super::super::run::run_hash;
    use super::super::terms::TermHasher;
    use super::*;
    use crate::journal::Frontier;
    use crate::storage::Memory;

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
            let storage: Arc<dyn Storage> = Arc::new(Memory::scratch());
            let scope = |first, last| Scope {
                hasher: TermHasher::random(),
                first,
                last,
                before: Frontier::new().root(),
                root: Frontier::new().root(),
                block: FirstBlock { entries: 1, root: Frontier::new().root() },
            };
            let (mut last, mut all, mut inputs) = (0, Model::new(), Vec::new());
            for terms in &runs {
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
                let run = gathered.into_run(&storage, scope(first, last), &[]).unwrap();
                hold(&run, &model)?;
                let read = Arc::new(Run::open(&storage, run.name()).unwrap());
                hold(&read, &model)?;
                inputs.push(read);
            }
            let mut merge = Merge::new(&storage, inputs).unwrap();
            while merge.step().unwrap() {}
            let run = merge.finish().unwrap();
            prop_assert_eq!((run.header().scope.first, run.header().scope.last), (1, last));
            prop_assert_eq!(run.header().hashes, all.len() as u64);
            hold(&run, &all)?;
            hold(&Run::open(&storage, run.name()).unwrap(), &all)?;
        }
    }
}
