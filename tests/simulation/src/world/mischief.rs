//! Mischief: what is beside the journal, gone, damaged, old or of another ledger.

use std::sync::Arc;

use ledger_core::storage::{ManualClock, Memory, Storage};
use ledger_core::{Ledger, Operation};
use serde_json::json;

use super::{BEGINNING_NS, World};
use crate::dice::Dice;
use crate::index_files::{IndexFiles, damage, drop_index, index_files, put_index};
use crate::plan::Mischief;
use crate::tally::FAULTS;

impl World {
    pub(super) fn mischief(&mut self, mischief: Mischief) -> Result<(), String> {
        let name = format!("{mischief:?}");
        self.tally.add(FAULTS, name.split('(').next().unwrap_or_default(), 1);
        let disk = &self.disk;
        let mut files = index_files(disk);
        match mischief {
            Mischief::IndexGone => drop_index(disk),
            Mischief::IndexDamaged(seed) => {
                damage(&mut files, &mut Dice::new(seed));
                put_index(disk, &files);
            }
            Mischief::IndexOld if !files.is_empty() => {
                put_index(disk, &std::mem::replace(&mut self.old_index, files));
            }
            Mischief::IndexOld => {}
            Mischief::IndexForeign => put_index(disk, &foreign_index(self.told.len())?),
            Mischief::SnapshotsGone => self.remove_all("snapshots"),
            Mischief::TreeGone => self.remove_all("tree"),
            Mischief::SnapshotDamaged(seed) => {
                self.told.snapshots_touched = true;
                self.flip_in("snapshots", seed);
            }
            Mischief::SnapshotForged(seed) => self.forge_snapshots(seed),
            Mischief::TreeDamaged(seed) => self.flip_in("tree", seed),
            Mischief::NewestSnapshotGone => {
                if let Some(name) = disk.list("snapshots").unwrap_or_default().last() {
                    let _ = disk.remove(&format!("snapshots/{name}"));
                }
            }
        }
        Ok(())
    }

    fn remove_all(&self, folder: &str) {
        for name in self.disk.list(folder).unwrap_or_default() {
            let _ = self.disk.remove(&format!("{folder}/{name}"));
        }
    }

    /// Makes one snapshot lie, or all: another figure somewhere in the state, with a checksum that is right.
    fn forge_snapshots(&mut self, seed: u64) {
        let mut dice = Dice::new(seed);
        let mut names = self.disk.list("snapshots").unwrap_or_default();
        if dice.chance(50) {
            names = dice.pick(&names).into_iter().collect();
        }
        for name in names {
            let path = format!("snapshots/{name}");
            if let Some(forged) = self.disk.bytes(&path).and_then(|bytes| forged_snapshot(&bytes, &mut dice))
            {
                self.disk.set_bytes(&path, forged);
                self.told.snapshots_touched = true;
                self.tally.add(FAULTS, "a snapshot that lies", 1);
            }
        }
    }

    fn flip_in(&self, folder: &str, seed: u64) {
        let mut dice = Dice::new(seed);
        let Some(name) = dice.pick(&self.disk.list(folder).unwrap_or_default()) else { return };
        let path = format!("{folder}/{name}");
        let bytes = self.disk.bytes(&path).unwrap_or_default();
        if !bytes.is_empty() {
            let at = dice.below(bytes.len() as u64) as usize;
            // Of a figure it makes another figure, so that it reads as well as before.
            let digit = bytes.iter().skip(at).position(u8::is_ascii_digit);
            let (at, bit) = digit.map_or((at, dice.below(8) as u8), |behind| (at + behind, 0));
            self.disk.flip(&path, at as u64, bit);
        }
    }
}

/// A snapshot with another figure in its state, and the checksum of that.
fn forged_snapshot(bytes: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let (heading, state) = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?.split_once('\n')?;
    let balances = state.find("\"balances\":")?..state.find("\"registers\":")?;
    let mut state = state.as_bytes().to_vec();
    // A balance, which everybody looks at, or any figure.
    let within = if dice.chance(70) { balances } else { 0..state.len() };
    let places: Vec<usize> = within.filter(|at| state[*at].is_ascii_digit()).collect();
    // No digit becomes a leading zero, so that what reads as JSON still does.
    let at = dice.pick(&places)?;
    state[at] = match state[at] {
        b'1'..=b'8' => state[at] + 1,
        digit => digit ^ 1,
    };
    let mut heading: serde_json::Value = serde_json::from_str(heading).ok()?;
    *heading.get_mut("state_crc32")? = crc32fast::hash(&state).into();
    Some([format!("{heading}\n").as_bytes(), &state, b"\n"].concat())
}

/// The index of another ledger with so many entries, or one.
fn foreign_index(entries: u64) -> Result<IndexFiles, String> {
    let disk = Arc::new(Memory::new());
    let clock = Box::new(ManualClock::new(BEGINNING_NS, 1000));
    let mut ledger = Ledger::create(disk.clone(), clock).map_err(|error| error.to_string())?;
    let found = json!({"op": "found", "ref": "foreign", "on": "2026-01-02", "currency": "Occ", "symbol": "O",
        "code": "OCC", "denominations": [1], "association": "Another", "reconversion_fee": "0",
        "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}});
    let interest = (1..entries).map(|nth| {
        json!({"op": "bank_interest", "ref": format!("foreign-{nth}"), "on": "2026-01-02", "amount": "1"})
    });
    for operation in std::iter::once(found).chain(interest) {
        let operation = Operation::from_json(&operation.to_string()).map_err(|error| error.to_string())?;
        ledger.post(&operation).map_err(|error| error.to_string())?;
    }
    ledger.settle();
    drop(ledger);
    Ok(index_files(&disk))
}
