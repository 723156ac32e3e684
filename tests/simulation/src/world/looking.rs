//! Looking: what readers are shown, beside the writer and through reads that fail.

use std::sync::Arc;

use ledger_core::audit::audit;
use ledger_core::journal::leaf_hash;
use ledger_core::proof::{inclusion, verify_inclusion};
use ledger_core::query::Filter;
use ledger_core::storage::{Fault, Step, Storage};
use ledger_core::{LedgerError, Sequence, View, record};

use super::World;
use crate::dice::Dice;
use crate::tally::{CHECKED, FAULTS, REFUSED, TRIED};
use crate::told::{Told, balances_agree};

impl World {
    pub(super) fn second_writer(&mut self) -> Result<(), String> {
        self.tally.add(TRIED, "second writers", 1);
        let code = self.open().map(drop).map_err(|error| error.code());
        demand!(code == Err("locked"), "a second writer is let in: {code:?}");
        Ok(())
    }

    pub(super) fn read(&mut self, seed: u64) -> Result<(), String> {
        let storage: Arc<dyn Storage> = self.disk.clone();
        let looked = look(&storage, &self.told, seed).map_err(|what| format!("a reader: {what}"))?;
        self.tally.add(CHECKED, "reads beside the writer", looked);
        if self.told.is_empty() {
            return Ok(());
        }
        let sequence = 1 + seed % self.told.len();
        let known = &self.told.entries[sequence as usize - 1];
        let expected = record::decode(&known.record).map_err(|error| error.to_string())?;
        let Some(ledger) = &mut self.ledger else { return Ok(()) };
        self.tally.add(CHECKED, "entries asked of the writer", 2);
        let by_number = ledger.entry(Sequence::new(sequence)).map_err(|error| error.to_string())?;
        let by_name = ledger.entry_of(&expected.operation.reference).map_err(|error| error.to_string())?;
        demand!(by_number.as_ref() == Some(&expected), "entry {sequence} by its number is {by_number:?}");
        demand!(by_name.as_ref() == Some(&expected), "entry {sequence} by its name is {by_name:?}");
        Ok(())
    }

    /// Asks the writer for every entry by its name.
    pub(super) fn known_by_name(&mut self) -> Result<(), String> {
        let Some(ledger) = &mut self.ledger else { return Ok(()) };
        for known in &self.told.entries {
            let expected = record::decode(&known.record).map_err(|error| error.to_string())?;
            let found = ledger.entry_of(&expected.operation.reference).map_err(|error| error.to_string())?;
            demand!(
                found.as_ref() == Some(&expected),
                "entry {} by its name is {found:?}",
                expected.sequence
            );
        }
        self.tally.add(CHECKED, "entries asked of the writer", self.told.len());
        Ok(())
    }

    /// A read that fails, or comes short, while the ledger is opened or looked at: an error, or the truth.
    pub(super) fn read_fault(&mut self, nth: u64, fault: Fault, opening: bool) -> Result<(), String> {
        self.tally.add(FAULTS, if fault == Fault::Torn { "short reads" } else { "failing reads" }, 1);
        let refused = if opening {
            self.close();
            self.device.fail_once(Step::Read, nth, fault);
            let opened = self.open();
            self.device.heal();
            match opened {
                Ok(ledger) => self.opened(ledger).map(|()| None)?,
                Err(error) => Some(error),
            }
        } else {
            self.device.fail_once(Step::Read, nth, fault);
            let view = View::open(self.device.clone()).and_then(|view| view.state());
            self.device.heal();
            match view {
                Ok(standing) => {
                    let root = self.told.root();
                    demand!(standing.root == Some(root), "a failing read shows another root");
                    balances_agree(&standing.state, &self.told.model).map(|_| None)?
                }
                Err(error) => Some(error),
            }
        };
        if let Some(error) = refused {
            self.tally.add(REFUSED, error.code(), 1);
        }
        if self.ledger.is_none() {
            self.open_whole().map_err(|what| format!("after a read had failed, {what}"))?;
        }
        Ok(())
    }
}

/// Looks at a whole ledger as a reader does, without its lock, and compares. Says how many things were compared.
pub fn look(storage: &Arc<dyn Storage>, told: &Told, seed: u64) -> Result<u64, String> {
    let text = |error: LedgerError| error.to_string();
    let mut dice = Dice::new(seed);
    let view = View::open(Arc::clone(storage)).map_err(text)?;
    let standing = view.state().map_err(text)?;
    demand!(standing.root == Some(told.root()), "another root over all entries");
    let mut compared = 2 + balances_agree(&standing.state, &told.model)?;
    if told.is_empty() {
        return Ok(compared);
    }
    let sequence = 1 + dice.below(told.len());
    let known = &told.entries[sequence as usize - 1];
    let expected = record::decode(&known.record).map_err(|error| error.to_string())?;
    let found = view.entry(Sequence::new(sequence)).map_err(text)?;
    demand!(found.as_ref() == Some(&expected), "entry {sequence} is {found:?}");
    let found = view.entry_of(&expected.operation.reference).map_err(text)?;
    demand!(found.as_ref() == Some(&expected), "entry {sequence} by its name is {found:?}");
    let missing = view.entry(Sequence::new(told.len() + 1)).map_err(text)?;
    demand!(missing.is_none(), "an entry behind the last: {missing:?}");
    compared += 3;
    match dice.below(5) {
        0 => {
            let standing = view.state_after(Sequence::new(sequence)).map_err(text)?;
            demand!(standing.root == told.root_after(sequence), "another root after entry {sequence}");
            compared += balances_agree(&standing.state, &told.model_after(sequence))?;
        }
        1 => {
            let filter = Filter { from_sequence: Some(Sequence::new(sequence)), ..Filter::default() };
            let mut next = sequence;
            let mut wrong = None;
            view.visit(&filter, |entry| {
                let known = told.entries.get(next as usize - 1);
                let bytes = record::encode(entry).ok();
                if known.map(|known| &known.record) != bytes.as_ref() {
                    wrong = Some(entry.sequence);
                }
                next += 1;
                std::ops::ControlFlow::Continue(())
            })
            .map_err(text)?;
            demand!(wrong.is_none() && next == told.len() + 1, "a list shows {wrong:?}, up to {next}");
            compared += next - sequence;
        }
        2 => {
            let block = view.last_block().map_err(text)?.ok_or("no last block")?;
            let mut tree = view.subtrees(block).map_err(text)?;
            let proof = inclusion(sequence - 1, told.len(), &mut tree).map_err(|error| error.to_string())?;
            let leaf = leaf_hash(&known.record);
            let proved = verify_inclusion(sequence - 1, told.len(), leaf, &proof, told.root());
            demand!(proved, "entry {sequence} is not proved");
            compared += 1;
        }
        3 => {
            let report = audit(storage, |_| {}).map_err(text)?;
            demand!(report.ok, "an audit finds {:?}", report.failure);
            // One that was touched is passed over by everybody, and told by the audit.
            let bad = &report.bad_snapshots;
            demand!(bad.is_empty() || told.snapshots_touched, "an audit finds {bad:?}");
            demand!(
                (report.entries, report.root) == (told.len(), told.root()),
                "an audit of {} entries",
                report.entries
            );
            compared += report.entries;
        }
        _ => {}
    }
    Ok(compared)
}
