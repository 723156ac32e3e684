//! A survey: what a ledger makes of a disk that was damaged, held against all that was acknowledged.
//!
//! The promise is the same for every damage: what is shown is true, and either nothing is missing or it is refused. Only an
//! end of which nothing is left on the disk that tells of it can be missing; a receipt kept elsewhere tells then.

use std::sync::Arc;

use ledger_core::audit::audit;
use ledger_core::index::{Snapshots, reached_by, run_names};
use ledger_core::journal::{HEADER_LEN, JournalError, Layout, Position, Scan, Start, Verify, segment_path};
use ledger_core::ledger::ClockTrust;
use ledger_core::proof::HEAD_PATH;
use ledger_core::storage::{ManualClock, Memory, Storage};
use ledger_core::{Ledger, LedgerError, Operation, Sequence, View, record};

use crate::dice::Dice;
use crate::tally::{CHECKED, ENDED, REFUSED, Tally};
use crate::told::{Told, balances_agree};

/// A block as it stood before the damage.
#[derive(Debug, Clone)]
pub struct Stone {
    pub position: Position,
    pub bytes: Vec<u8>,
    pub first: u64,
    pub last: u64,
}

impl Stone {
    /// Whether these of its bytes are still what they were.
    fn stands(&self, disk: &Memory, len: usize) -> bool {
        let segment = disk.bytes(&segment_path(self.position.segment)).unwrap_or_default();
        let place = self.position.offset as usize;
        segment.get(place..place + len) == Some(&self.bytes[..len])
    }
}

/// The blocks of a disk that is whole.
pub fn stones(disk: &Arc<Memory>) -> Result<Vec<Stone>, String> {
    let mut scan =
        Scan::new(disk.clone(), Start::genesis(), Verify::Checksums).map_err(|error| error.to_string())?;
    let mut stones = Vec::new();
    while let Some(block) = scan.next_block().map_err(|error| error.to_string())? {
        let commit = block.commit();
        stones.push(Stone {
            position: block.position,
            bytes: block.block.bytes().to_vec(),
            first: commit.first_sequence,
            last: commit.tree_size,
        });
    }
    Ok(stones)
}

/// The last entry of which something on the disk still tells that it was durable: a snapshot; the beginning of a block,
/// which says what was durable before it; a segment, which is begun when all before it is durable.
fn vouched(disk: &Arc<Memory>, stones: &[Stone]) -> u64 {
    let snapshot = Snapshots::new(disk.clone()).newest_sequence().unwrap_or(0);
    let told = stones.iter().filter_map(|stone| {
        let begun = disk.bytes(&segment_path(stone.position.segment)).is_some();
        let (header, segment) = (stone.stands(disk, HEADER_LEN), begun && stone.position.offset == 0);
        (header || segment).then_some(stone.first - 1)
    });
    told.max().unwrap_or(0).max(snapshot)
}

/// The last entry that the index has seen, if the journal is known again by its first block.
fn indexed(disk: &Arc<Memory>, told: &Told, stones: &[Stone]) -> u64 {
    let storage: Arc<dyn Storage> = disk.clone();
    let known_again = stones.first().is_some_and(|first| first.stands(disk, first.bytes.len()));
    let names = run_names(&storage).unwrap_or_default();
    let seen = names.into_iter().filter_map(|name| reached_by(&storage, name).ok());
    let mut of_this = seen.filter(|seen| known_again && told.root_after(seen.sequence) == Some(seen.root));
    of_this.next().map_or(0, |seen| seen.sequence)
}

/// The last entry that the key has signed, if anything is left of the journal's beginning.
fn signed(disk: &Arc<Memory>, told: &Told) -> u64 {
    let begun =
        disk.bytes(&segment_path(1)).is_some_and(|bytes| bytes.iter().take(64).any(|byte| *byte != 0));
    if begun && disk.bytes(HEAD_PATH).is_some() { told.len() } else { 0 }
}

/// What was done to the disk, as far as it matters for what can be noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bytes that are not what was written.
    Wrong,
    /// Whole blocks of another ledger, right in themselves. An entry that is asked for by itself is not held against the
    /// tree, so it is not compared.
    Foreign,
}

/// Compares what is shown of a damaged disk with what was told. `sure`: so many entries may not be missing in silence.
pub fn survey(
    damaged: &Arc<Memory>,
    told: &Told,
    stones: &[Stone],
    layout: Layout,
    (kind, sure): (Kind, u64),
    dice: &mut Dice,
) -> Result<Tally, String> {
    let mut tally = Tally::default();
    let vouched = vouched(damaged, stones).max(sure);
    // A whole block of another ledger speaks against the index, and against what was signed.
    let (indexed, signed) = match kind {
        Kind::Wrong => (indexed(damaged, told, stones), signed(damaged, told)),
        Kind::Foreign => (0, 0),
    };
    tally.add(CHECKED, "damage behind which the index has seen an entry", u64::from(indexed > vouched));
    tally.add(
        CHECKED,
        "damage to an entry that the key has signed",
        u64::from(signed > vouched.max(indexed)),
    );
    let vouched = vouched.max(indexed).max(signed);
    readers(damaged, told, kind, vouched, dice, &mut tally)?;
    let disk = Arc::new(damaged.snapshot());
    let clock = ManualClock::new(1_800_000_000_000_000_000, 1000);
    let mut ledger = match Ledger::open_with(disk.clone(), Box::new(clock), layout) {
        Ok(ledger) => ledger,
        Err(error) => {
            precise(&error)?;
            tally.add(REFUSED, error.code(), 1);
            tally.add(ENDED, "refused", 1);
            return Ok(tally);
        }
    };
    // Instants are looked at where a world asks about its clock.
    ledger.trust_clock(ClockTrust::Confirmed);
    let (found, all) = (ledger.state().entries(), told.len());
    demand!(found <= all, "{found} entries, of {all} that were acknowledged");
    demand!(found >= vouched, "{found} entries and no refusal, although entry {vouched} is known durable");
    demand!(Some(ledger.root()) == told.root_after(found), "another root over {found} entries");
    tally.add(CHECKED, "balances", balances_agree(ledger.state(), &told.model_after(found))?);
    if found == all {
        tally.add(ENDED, "nothing missing", 1);
    } else if ledger.recovery().is_some() {
        tally.add(ENDED, "the end saved aside and reported", 1);
    } else {
        demand!(is_gone(damaged, stones, found), "{} entries are left out in silence", all - found);
        tally.add(ENDED, "the end gone, nothing left that tells", 1);
    }
    if kind == Kind::Foreign || found == 0 {
        return Ok(tally);
    }
    for _ in 0..3 {
        let sequence = 1 + dice.below(found);
        let text = told.entries[sequence as usize - 1].operation.to_string();
        let operation = Operation::from_json(&text).map_err(|error| error.to_string())?;
        match ledger.post(&operation) {
            Ok(receipt) => {
                let same = receipt.replayed && receipt.sequence.number() == sequence;
                demand!(same, "entry {sequence} was recorded a second time: {receipt:?}");
                tally.add(CHECKED, "retries over damage", 1);
            }
            Err(LedgerError::Rejected(rejection)) => {
                return Err(format!("a retry of entry {sequence} is rejected: {rejection}"));
            }
            Err(error) => precise(&error)?,
        }
    }
    Ok(tally)
}

/// Whether nothing but zeros stands where the block behind this entry began, and no segment behind.
fn is_gone(disk: &Memory, stones: &[Stone], last: u64) -> bool {
    let Some(stone) = stones.iter().find(|stone| stone.first > last) else { return true };
    let segment = disk.bytes(&segment_path(stone.position.segment)).unwrap_or_default();
    segment.iter().skip(stone.position.offset as usize).all(|byte| *byte == 0)
}

/// A refusal names what is wrong: of the journal, and not of the operation.
fn precise(error: &LedgerError) -> Result<(), String> {
    let named = matches!(
        error,
        LedgerError::Journal(_) | LedgerError::Record { .. } | LedgerError::Impossible { .. }
    ) && !matches!(error, LedgerError::Journal(JournalError::Io { .. } | JournalError::Poisoned));
    demand!(named, "damage is told as {}: {error}", error.code());
    Ok(())
}

/// What readers and an audit show is true, or refused; what is vouched for is not missing in silence.
fn readers(
    damaged: &Arc<Memory>,
    told: &Told,
    kind: Kind,
    vouched: u64,
    dice: &mut Dice,
    tally: &mut Tally,
) -> Result<(), String> {
    let storage: Arc<dyn Storage> = damaged.clone();
    match audit(&storage, |_| {}) {
        Ok(report) => {
            demand!(report.entries <= told.len(), "an audit of {} entries", report.entries);
            // Before what fails, whole blocks of another ledger may stand, right in themselves.
            let same = told.root_after(report.entries) == Some(report.root);
            let foreign = kind == Kind::Foreign && !report.ok;
            demand!(same || foreign, "an audit with another root over {} entries", report.entries);
            demand!(!report.ok || report.entries >= vouched, "an audit finds nothing missing");
            tally.add(CHECKED, "audits of damage", 1);
        }
        Err(error) => precise(&error)?,
    }
    let view = match View::open(storage) {
        Ok(view) => view,
        Err(error) => return precise(&error),
    };
    match view.state() {
        Ok(standing) => {
            let found = standing.state.entries();
            demand!(found >= vouched, "a reader shows {found} entries, although {vouched} are known durable");
            let same = found <= told.len() && standing.root == told.root_after(found);
            demand!(same, "a reader shows another root over {found} entries");
            balances_agree(&standing.state, &told.model_after(found))?;
            tally.add(CHECKED, "reads over damage", 1);
        }
        Err(error) => precise(&error)?,
    }
    if kind == Kind::Foreign {
        return Ok(());
    }
    for _ in 0..4 {
        let sequence = 1 + dice.below(told.len().max(1));
        match view.entry(Sequence::new(sequence)) {
            Ok(Some(entry)) => {
                let bytes = record::encode(&entry).map_err(|error| error.to_string())?;
                let known = told.entries.get(sequence as usize - 1).map(|known| &known.record);
                demand!(known == Some(&bytes), "a reader shows another entry {sequence}");
                tally.add(CHECKED, "reads over damage", 1);
            }
            Ok(None) => demand!(sequence > vouched, "a reader says that there is no entry {sequence}"),
            Err(error) => precise(&error)?,
        }
    }
    Ok(())
}
