//! Decay: a disk at rest is damaged, in one place at a time.

use std::fmt;
use std::sync::Arc;

use ledger_core::journal::{Layout, segment_path};
use ledger_core::proof::{Checkpoint, HEAD_PATH, PUBLIC_KEY_PATH, SigningKey};
use ledger_core::storage::{ManualClock, Memory, Storage};
use ledger_core::{Ledger, Operation};

use crate::dice::Dice;
use crate::survey::{Kind, Stone, stones, survey};
use crate::tally::{FAULTS, Tally};
use crate::told::Told;

const SECTOR_BYTES: usize = 512;

/// One damage.
#[derive(Debug, Clone)]
enum Damage {
    Bit {
        path: String,
        offset: u64,
        bit: u8,
    },
    Sector {
        path: String,
        sector: usize,
        filled: Filled,
    },
    Shortened {
        path: String,
        len: usize,
    },
    Missing {
        path: String,
    },
    /// The first segment's content under this name.
    Doubled {
        path: String,
    },
    ForeignSegment {
        path: String,
    },
    ForeignBlock {
        nth: usize,
    },
    Swapped {
        one: String,
        other: String,
    },
    Behind {
        path: String,
        offset: usize,
    },
}

#[derive(Debug, Clone, Copy)]
enum Filled {
    Zeros,
    Noise,
    /// What another sector of the file holds.
    Misdirected,
}

impl Damage {
    fn draw(disk: &Memory, stones: &[Stone], dice: &mut Dice) -> Damage {
        let segments = disk.list("journal").unwrap_or_default();
        let segment = |dice: &mut Dice| {
            let name = dice.pick(&segments).unwrap_or_default();
            format!("journal/{name}")
        };
        let path = segment(dice);
        let len = disk.bytes(&path).map_or(0, |bytes| bytes.len() as u64);
        // Mostly where something stands, and not in the zeros behind.
        let used = stones.iter().rfind(|stone| segment_path(stone.position.segment) == path);
        let used = used.map_or(1, |stone| stone.position.offset + stone.bytes.len() as u64);
        let reach = if dice.chance(85) { used } else { len };
        match dice.below(20) {
            0..=6 => Damage::Bit { path, offset: dice.below(reach), bit: dice.below(8) as u8 },
            7..=11 => {
                let filled = [Filled::Zeros, Filled::Noise, Filled::Misdirected][dice.below(3) as usize];
                Damage::Sector { path, sector: dice.below(reach.div_ceil(512)) as usize, filled }
            }
            12 | 13 => Damage::Shortened { path, len: dice.below(reach) as usize },
            14 => Damage::Missing { path },
            15 => {
                let sequence = 2 + dice.below(stones.last().map_or(1, |stone| stone.last) + 3);
                Damage::Doubled { path: segment_path(sequence) }
            }
            16 => Damage::ForeignSegment { path },
            17 => Damage::ForeignBlock { nth: dice.below(stones.len() as u64) as usize },
            18 => Damage::Swapped { one: path, other: segment(dice) },
            _ => {
                Damage::Behind { path, offset: (used + dice.below(len.saturating_sub(used).max(1))) as usize }
            }
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Bit { .. } => "a bit flipped at rest",
            Self::Sector { filled: Filled::Zeros, .. } => "a sector lost",
            Self::Sector { filled: Filled::Noise, .. } => "a sector of noise",
            Self::Sector { filled: Filled::Misdirected, .. } => "a sector of another place",
            Self::Shortened { .. } => "a segment cut off",
            Self::Missing { .. } => "a segment missing",
            Self::Doubled { .. } => "a segment doubled",
            Self::ForeignSegment { .. } => "a segment of another ledger",
            Self::ForeignBlock { .. } => "a block of another ledger",
            Self::Swapped { .. } => "segments swapped",
            Self::Behind { .. } => "bytes behind the end",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::ForeignSegment { .. } | Self::ForeignBlock { .. } => Kind::Foreign,
            _ => Kind::Wrong,
        }
    }

    /// Whether it puts another ledger in the place of this one: that is no damage, and only a receipt kept elsewhere tells.
    fn replaces_all(&self, stones: &[Stone]) -> bool {
        match self {
            Self::ForeignSegment { path } => {
                stones.iter().all(|stone| segment_path(stone.position.segment) == *path)
            }
            Self::ForeignBlock { .. } => stones.len() == 1,
            _ => false,
        }
    }

    fn apply(&self, disk: &Memory, twin: &Memory, stones: &[Stone], dice: &mut Dice) {
        let bytes = |path: &str| disk.bytes(path).unwrap_or_default();
        match self {
            Self::Bit { path, offset, bit } => {
                let mut changed = bytes(path);
                if let Some(byte) = changed.get_mut(*offset as usize) {
                    *byte ^= 1 << bit;
                }
                disk.set_bytes(path, changed);
            }
            Self::Sector { path, sector, filled } => {
                let mut changed = bytes(path);
                let start = (sector * SECTOR_BYTES).min(changed.len());
                let end = (start + SECTOR_BYTES).min(changed.len());
                let from =
                    dice.below((changed.len() - (end - start)) as u64 / 512 + 1) as usize * SECTOR_BYTES;
                match filled {
                    Filled::Zeros => changed[start..end].fill(0),
                    Filled::Noise => changed[start..end].fill_with(|| dice.roll() as u8),
                    Filled::Misdirected => changed.copy_within(from..from + (end - start), start),
                }
                disk.set_bytes(path, changed);
            }
            Self::Shortened { path, len } => disk.set_bytes(path, bytes(path)[..*len].to_vec()),
            Self::Missing { path } => drop(disk.remove(path)),
            Self::Doubled { path } => disk.set_bytes(path, bytes(&segment_path(1))),
            Self::ForeignSegment { path } => {
                if let Some(foreign) = twin.bytes(path) {
                    disk.set_bytes(path, foreign);
                }
            }
            Self::ForeignBlock { nth } => {
                let stone = &stones[*nth];
                let (path, start) = (segment_path(stone.position.segment), stone.position.offset as usize);
                let foreign = twin.bytes(&path).unwrap_or_default();
                if let Some(block) = foreign.get(start..start + stone.bytes.len()) {
                    let mut changed = bytes(&path);
                    changed[start..start + block.len()].copy_from_slice(block);
                    disk.set_bytes(&path, changed);
                }
            }
            Self::Swapped { one, other } => {
                let (first, second) = (bytes(one), bytes(other));
                disk.set_bytes(one, second);
                disk.set_bytes(other, first);
            }
            Self::Behind { path, offset } => {
                let mut changed = bytes(path);
                changed.resize(changed.len().max(offset + 40), 0);
                changed[*offset..offset + 40].fill_with(|| dice.roll() as u8);
                disk.set_bytes(path, changed);
            }
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self:?}", self.name())
    }
}

/// Damages copies of a disk that is whole, one place in each.
pub fn decay(
    disk: &Arc<Memory>,
    told: &Told,
    layout: Layout,
    seed: u64,
    tries: u64,
) -> Result<Tally, String> {
    let mut tally = Tally::default();
    let stones = stones(disk)?;
    if stones.is_empty() {
        return Ok(tally);
    }
    let twin = twin(told, &stones, layout)?;
    let mut dice = Dice::new(seed ^ 0xdeca);
    for _ in 0..tries {
        let damage = Damage::draw(disk, &stones, &mut dice);
        if damage.replaces_all(&stones) {
            continue;
        }
        let damaged = Arc::new(disk.snapshot());
        if dice.chance(30) {
            sign(&damaged, told)?;
            tally.add(FAULTS, "damage to a journal that was signed", 1);
        }
        damage.apply(&damaged, &twin, &stones, &mut dice);
        let rules = (damage.kind(), 0);
        let found = survey(&damaged, told, &stones, layout, rules, &mut dice);
        tally.merge(&found.map_err(|what| format!("{damage}: {what}"))?);
        tally.add(FAULTS, damage.name(), 1);
    }
    Ok(tally)
}

/// Has the key of the ledger sign all that was acknowledged.
fn sign(disk: &Memory, told: &Told) -> Result<(), String> {
    let name = "example.org/simulation".parse().map_err(|error| format!("{error}"))?;
    let key = SigningKey::from_seed(name, [7; 32]).map_err(|error| error.to_string())?;
    let head = Checkpoint::new(key.verifying().name().clone(), told.len(), told.root()).sign(&key);
    disk.set_bytes(PUBLIC_KEY_PATH, format!("{}\n", key.verifying()).into_bytes());
    disk.set_bytes(HEAD_PATH, head.to_string().into_bytes());
    Ok(())
}

/// Flips every bit of a journal, one after another.
pub fn every_bit(
    disk: &Arc<Memory>,
    told: &Told,
    layout: Layout,
    bits: std::ops::Range<u8>,
) -> Result<Tally, String> {
    let mut tally = Tally::default();
    let stones = stones(disk)?;
    let mut dice = Dice::new(0xb175);
    for name in disk.list("journal").map_err(|error| error.to_string())? {
        let path = format!("journal/{name}");
        let end = stones.iter().filter(|stone| segment_path(stone.position.segment) == path);
        let end = end.map(|stone| stone.position.offset + stone.bytes.len() as u64).max().unwrap_or(0);
        for offset in 0..end + 8 {
            for bit in bits.clone() {
                let damage = Damage::Bit { path: path.clone(), offset, bit };
                let damaged = Arc::new(disk.snapshot());
                damage.apply(&damaged, disk, &stones, &mut dice);
                let found = survey(&damaged, told, &stones, layout, (Kind::Wrong, 0), &mut dice);
                tally.merge(&found.map_err(|what| format!("{damage}: {what}"))?);
                tally.add(FAULTS, "a bit flipped at rest, each in turn", 1);
            }
        }
    }
    Ok(tally)
}

/// Another ledger with the same operations in the same blocks, recorded at other instants: its blocks fit everywhere but
/// in the tree.
fn twin(told: &Told, stones: &[Stone], layout: Layout) -> Result<Memory, String> {
    let disk = Arc::new(Memory::new());
    let clock = ManualClock::new(3_786_912_000_000_000_000, 1000);
    let mut ledger =
        Ledger::create_with(disk.clone(), Box::new(clock), layout).map_err(|error| error.to_string())?;
    for stone in stones {
        let operations = told.entries[stone.first as usize - 1..stone.last as usize].iter();
        let operations: Result<Vec<Operation>, _> =
            operations.map(|known| Operation::from_json(&known.operation.to_string())).collect();
        let operations = operations.map_err(|error| error.to_string())?;
        let posted = ledger.post_batch(&operations).map_err(|error| error.to_string())?;
        demand!(posted.iter().all(|receipt| !receipt.replayed), "the twin has an entry twice");
    }
    ledger.settle();
    Ok(disk.snapshot())
}
