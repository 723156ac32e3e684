//! Posting: what goes to the ledger, and what it answers held against the model.

use std::ops::ControlFlow;
use std::sync::Arc;

use ledger_core::journal::{JournalError, Reader};
use ledger_core::storage::{Memory, Overlay, Storage};
use ledger_core::{BatchError, LedgerError, Operation, Receipt, Rejection, record};
use serde_json::{Value, json};

use super::{Expected, World, known};
use crate::model::{Model, Outcome, Verdict};
use crate::tally::{ANSWERED, REFUSED, TRIED};
use crate::told::balances_agree;

impl World {
    pub fn post(&mut self, operation: &Value) -> Result<(), String> {
        let expected = match self.told.model.judge(operation) {
            Ok(Verdict::Known(sequence)) => Ok(Outcome::Replayed(sequence)),
            Ok(Verdict::Sound(..)) => Ok(Outcome::Recorded(self.told.len() + 1)),
            Err(code) => Err(code),
        };
        let Some(parsed) = self.parse(operation, expected)? else { return Ok(()) };
        match self.ledger()?.post(&parsed) {
            Ok(receipt) => self.acknowledged(operation, &parsed, &receipt, expected),
            Err(LedgerError::Rejected(rejection)) => self.rejected(operation, &rejection, expected),
            Err(error) => {
                let pending = if expected.is_ok() { vec![vec![operation.clone()]] } else { Vec::new() };
                self.failed(&error, pending)
            }
        }
    }

    /// The operation, if its text is one; otherwise the refusal is compared.
    fn parse(&mut self, operation: &Value, expected: Expected) -> Result<Option<Operation>, String> {
        match Operation::from_json(&operation.to_string()) {
            Ok(parsed) => Ok(Some(parsed)),
            Err(rejection) => self.rejected(operation, &rejection, expected).map(|()| None),
        }
    }

    fn rejected(
        &mut self,
        operation: &Value,
        rejection: &Rejection,
        expected: Expected,
    ) -> Result<(), String> {
        self.tally.add(ANSWERED, "rejections, code compared", 1);
        let code = rejection.code();
        self.tally.add(REFUSED, code, 1);
        demand!(expected == Err(code), "rejected as {code}, not {expected:?}: {operation}");
        Ok(())
    }

    fn acknowledged(
        &mut self,
        operation: &Value,
        parsed: &Operation,
        receipt: &Receipt,
        expected: Expected,
    ) -> Result<(), String> {
        let sequence = receipt.sequence.number();
        let outcome =
            if receipt.replayed { Outcome::Replayed(sequence) } else { Outcome::Recorded(sequence) };
        demand!(expected == Ok(outcome), "{outcome:?}, not {expected:?}: {operation}");
        demand!(receipt.reference == parsed.reference, "a receipt for {}: {operation}", receipt.reference);
        if receipt.replayed {
            self.tally.add(ANSWERED, "old receipts for retries", 1);
            let known = &mut self.told.entries[sequence as usize - 1];
            let found = Receipt { replayed: false, ..receipt.clone() };
            if let Some(first) = &known.receipt {
                demand!(*first == found, "another receipt than the first: {found:?}, not {first:?}");
            }
            let entry = record::decode(&known.record).map_err(|error| error.to_string())?;
            demand!(entry.recorded_at == receipt.recorded_at, "another instant: {receipt:?}");
            known.receipt = Some(found);
        } else {
            self.tally.add(ANSWERED, "entries acknowledged", 1);
            let bytes = self.reader.record(sequence).map_err(|error| error.to_string())?;
            let bytes = bytes.ok_or_else(|| format!("entry {sequence} was acknowledged and is not there"))?;
            let before = self.told.entries.last().and_then(|known| record::decode(&known.record).ok());
            let later = before.is_none_or(|before| before.recorded_at < receipt.recorded_at);
            demand!(later, "entry {sequence} was not recorded later than the one before");
            let known = known(operation.clone(), &bytes, Some(receipt.clone()))?;
            let entry = record::decode(&bytes).map_err(|error| error.to_string())?;
            demand!(entry.operation == *parsed, "entry {sequence} is not what was posted");
            self.told.learn(known)?;
        }
        let (size, root) = (receipt.tree_size, receipt.root);
        if let Some(expected) = self.told.root_after(size) {
            demand!(expected == root, "a receipt with another root over {size} entries");
        }
        demand!(size >= sequence, "a receipt of a tree of {size} for entry {sequence}");
        Ok(())
    }

    /// What the model expects of each, one after another; one that is refused is left out for those behind it. Those that
    /// are no operations at all are left out, once their refusal was compared.
    fn expect_all(&mut self, operations: &[Value], model: &mut Model) -> Result<Vec<Posted>, String> {
        let mut all = Vec::new();
        for operation in operations {
            let expected = model.post(operation);
            if let Some(parsed) = self.parse(operation, expected)? {
                all.push(Posted { operation: operation.clone(), parsed, expected });
            }
        }
        Ok(all)
    }

    pub(super) fn batch(&mut self, operations: &[Value]) -> Result<(), String> {
        self.tally.add(TRIED, "batches, all or none", 1);
        let all = self.expect_all(operations, &mut self.told.model.clone())?;
        let parsed: Vec<Operation> = all.iter().map(|posted| posted.parsed.clone()).collect();
        let refused = refusals(&all);
        match self.ledger()?.post_batch(&parsed) {
            Ok(receipts) => {
                demand!(refused.is_empty(), "a batch was recorded in spite of {refused:?}");
                demand!(receipts.len() == all.len(), "{} receipts for {}", receipts.len(), all.len());
                self.all_acknowledged(&all, receipts.into_iter().map(Ok).collect())
            }
            Err(BatchError::Rejected(rejected)) => {
                let found: Vec<(usize, &str)> =
                    rejected.iter().map(|rejected| (rejected.index, rejected.rejection.code())).collect();
                demand!(found == refused, "of a batch {found:?} were rejected, not {refused:?}");
                self.tally.add(ANSWERED, "batches of which nothing was recorded", 1);
                self.unchanged()
            }
            Err(BatchError::Ledger(error)) => {
                // One that is refused keeps the others from being written at all.
                let pending = if refused.is_empty() { vec![fresh(&all)] } else { Vec::new() };
                self.failed(&error, pending)
            }
        }
    }

    pub(super) fn each(&mut self, operations: &[Value]) -> Result<(), String> {
        self.tally.add(TRIED, "groups, each for itself", 1);
        let all = self.expect_all(operations, &mut self.told.model.clone())?;
        let parsed: Vec<Operation> = all.iter().map(|posted| posted.parsed.clone()).collect();
        match self.ledger()?.post_each(&parsed) {
            Ok(outcomes) => self.all_acknowledged(&all, outcomes),
            Err(error) => self.failed(&error, vec![fresh(&all)]),
        }
    }

    fn all_acknowledged(
        &mut self,
        all: &[Posted],
        outcomes: Vec<Result<Receipt, Rejection>>,
    ) -> Result<(), String> {
        for (Posted { operation, parsed, expected }, outcome) in all.iter().zip(outcomes) {
            match outcome {
                Ok(receipt) => self.acknowledged(operation, parsed, &receipt, *expected)?,
                Err(rejection) => self.rejected(operation, &rejection, *expected)?,
            }
        }
        let told = &self.told;
        self.ledger.as_ref().map_or(Ok(()), |ledger| {
            demand!(ledger.root() == told.root(), "another root than that of what was acknowledged");
            balances_agree(ledger.state(), &told.model).map(drop)
        })
    }

    /// Nothing was recorded: not in the ledger, and not in its journal.
    fn unchanged(&self) -> Result<(), String> {
        let Some(ledger) = &self.ledger else { return Ok(()) };
        demand!(ledger.root() == self.told.root(), "the root has changed although nothing was recorded");
        balances_agree(ledger.state(), &self.told.model)?;
        let last = Reader::new(self.disk.clone()).last().map_err(|error| error.to_string())?;
        let size = last.map_or(0, |block| block.tree_size);
        demand!(size == self.told.len(), "the journal has {size} entries, not {}", self.told.len());
        Ok(())
    }

    pub(super) fn file(&mut self, blocks: &[Vec<Value>], keep: bool) -> Result<(), String> {
        self.tally.add(TRIED, if keep { "files, rehearsed and adopted" } else { "dry runs" }, 1);
        let overlay: Arc<dyn Storage> =
            Arc::new(Overlay::new(self.device.clone(), Arc::new(Memory::scratch())));
        let mut rehearsal = self.ledger()?.rehearsal(&overlay).map_err(|error| error.to_string())?;
        let mut model = self.told.model.clone();
        let (mut written, mut whole) = (Vec::new(), true);
        for block in blocks {
            let all = self.expect_all(block, &mut model)?;
            let parsed: Vec<Operation> = all.iter().map(|posted| posted.parsed.clone()).collect();
            let outcomes = rehearsal.post_each(&parsed).map_err(|error| format!("in a dry run: {error}"))?;
            // Whether a block names the hash of a snapshot must not depend on how quick a thread is.
            rehearsal.settle();
            for (Posted { operation, expected, .. }, outcome) in all.iter().zip(outcomes) {
                let found = outcome.as_ref().map_err(Rejection::code).map(|receipt| {
                    let sequence = receipt.sequence.number();
                    if receipt.replayed { Outcome::Replayed(sequence) } else { Outcome::Recorded(sequence) }
                });
                demand!(found == *expected, "a dry run says {found:?}, not {expected:?}: {operation}");
                whole &= found.is_ok();
            }
            written.push(fresh(&all));
        }
        balances_agree(rehearsal.state(), &model).map_err(|what| format!("in a dry run, {what}"))?;
        self.unchanged().map_err(|what| format!("a dry run has left a trace: {what}"))?;
        written.retain(|block| !block.is_empty());
        if !keep || !whole {
            return Ok(());
        }
        let mut told = 0;
        // All of it fits in one block, however it was rehearsed.
        let written = if written.is_empty() { written } else { vec![written.concat()] };
        let adopted = self.ledger()?.adopt(&rehearsal, &mut |recorded| {
            told = recorded;
            ControlFlow::Continue(())
        });
        match adopted {
            Ok(ended) => {
                demand!(ended.is_continue(), "nobody has asked it to stop");
                demand!(self.ledger()?.root() == rehearsal.root(), "another root than rehearsed");
                self.adopted(&written.concat())
            }
            Err(error) => {
                // It has the index open, and ends with the process that failed.
                drop(rehearsal);
                demand!(told == 0, "{told} were told of, and then it failed: {error}");
                // The state is behind: the ledger may not be looked at any more.
                if matches!(error, LedgerError::Journal(JournalError::NoSpace { .. })) {
                    self.close();
                }
                self.come_back(&error, written)
            }
        }
    }

    /// These are in the journal, without receipts.
    fn adopted(&mut self, operations: &[Value]) -> Result<(), String> {
        for operation in operations {
            let sequence = self.told.len() + 1;
            let bytes = self.reader.record(sequence).map_err(|error| error.to_string())?;
            let bytes = bytes.ok_or_else(|| format!("entry {sequence} was adopted and is not there"))?;
            self.told.learn(known(operation.clone(), &bytes, None)?)?;
            self.tally.add(ANSWERED, "entries acknowledged", 1);
        }
        Ok(())
    }

    pub(super) fn retry(&mut self, nth: u64, altered: bool) -> Result<(), String> {
        if self.told.is_empty() {
            return Ok(());
        }
        let mut operation = self.told.entries[(nth % self.told.len()) as usize].operation.clone();
        if altered {
            operation["note"] = json!("another note");
        }
        self.tally.add(TRIED, if altered { "conflicting retries" } else { "retries" }, 1);
        self.post(&operation)
    }

    pub(super) fn garble(&mut self, text: &str) -> Result<(), String> {
        self.tally.add(TRIED, "texts that are nearly operations", 1);
        match (Operation::from_json(text), serde_json::from_str::<Value>(text)) {
            (Ok(_), Err(error)) => Err(format!("read although it is no JSON ({error}): {text}")),
            // It may have become another operation, or the same written in another way.
            (Ok(_), Ok(value)) => {
                let written = value.to_string();
                if written == text { self.post(&value) } else { Ok(()) }
            }
            (Err(_), _) => Ok(()),
        }
    }
}

/// An operation that was read, and what the model expects of it.
struct Posted {
    operation: Value,
    parsed: Operation,
    expected: Expected,
}

/// Those that are refused, by their place.
fn refusals(all: &[Posted]) -> Vec<(usize, &'static str)> {
    let refused = all.iter().enumerate();
    refused.filter_map(|(index, posted)| Some((index, posted.expected.err()?))).collect()
}

/// Those that are new entries.
fn fresh(all: &[Posted]) -> Vec<Value> {
    let fresh = all.iter().filter(|posted| matches!(posted.expected, Ok(Outcome::Recorded(_))));
    fresh.map(|posted| posted.operation.clone()).collect()
}
