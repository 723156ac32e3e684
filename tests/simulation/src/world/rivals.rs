//! Rivals: two writers at one journal, because the lock was taken away or is not kept. Neither overwrites what the other has
//! acknowledged, and whoever comes too late is told.

use ledger_core::{Ledger, LedgerError, Operation};
use serde_json::Value;

use super::World;
use crate::plan::LetIn;
use crate::tally::{FAULTS, REFUSED};

impl World {
    pub(super) fn two_writers(
        &mut self,
        why: LetIn,
        newcomer_acts: bool,
        first: &[Value],
        late: &[Value],
    ) -> Result<(), String> {
        if self.armed.is_some() || self.told.is_empty() {
            return Ok(());
        }
        self.ledger()?.settle();
        // Who has lost the lock records nothing, so there the newcomer acts.
        let newcomer_acts = newcomer_acts || why == LetIn::LockRenamed;
        match why {
            LetIn::LockRenamed => {
                self.tally.add(FAULTS, "the lock renamed, and a second writer", 1);
                self.disk.lose_lock();
            }
            LetIn::NoLocks => {
                self.tally.add(FAULTS, "a second writer that no lock keeps out", 1);
                self.device.keep_locks(false);
            }
        }
        let holder = self.ledger.take();
        self.open_whole()?;
        let newcomer = self.ledger.take();
        let (acting, mut other) = if newcomer_acts { (newcomer, holder) } else { (holder, newcomer) };
        self.ledger = acting;
        let before = self.told.len();
        first.iter().try_for_each(|operation| self.post(operation))?;
        if why == LetIn::LockRenamed || self.told.len() > before {
            other.as_mut().map_or(Ok(()), |other| self.comes_too_late(other, late))?;
        }
        drop(other);
        self.device.keep_locks(true);
        self.close();
        self.open_whole()
    }

    /// Whatever it is asked to record, nothing is acknowledged by the one that comes too late.
    fn comes_too_late(&mut self, other: &mut Ledger, late: &[Value]) -> Result<(), String> {
        let mut told = false;
        for operation in late {
            let Ok(operation) = Operation::from_json(&operation.to_string()) else { continue };
            match other.post(&operation) {
                Ok(receipt) if receipt.replayed => {}
                Err(LedgerError::Rejected(_)) => {}
                Err(error) => {
                    let code = error.code();
                    let known = if told {
                        code == "journal_poisoned"
                    } else {
                        ["lock_lost", "journal_moved"].contains(&code)
                    };
                    demand!(known, "who comes too late is told {code}: {error}");
                    self.tally.add(REFUSED, code, 1);
                    told = true;
                }
                Ok(receipt) => {
                    return Err(format!("two writers were given entry {}: {operation:?}", receipt.sequence));
                }
            }
        }
        Ok(())
    }
}
