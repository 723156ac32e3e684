//! The files of an index: taken out, put back, spoilt.

use std::collections::BTreeMap;

use ledger_core::index::RunName;
use ledger_core::storage::{INDEX_FOLDER, Memory, Storage};

use crate::dice::Dice;

/// Bytes of a piece of a run's file, which has a checksum of its own.
const SLOT_BYTES: usize = 4096;

/// Paths, and what stands there.
pub type IndexFiles = BTreeMap<String, Vec<u8>>;

/// All files of the index.
pub fn index_files(memory: &Memory) -> IndexFiles {
    let names = memory.list(INDEX_FOLDER).unwrap_or_default();
    let paths = names.into_iter().map(|name| format!("{INDEX_FOLDER}/{name}"));
    paths.filter_map(|path| memory.bytes(&path).map(|bytes| (path, bytes))).collect()
}

/// Puts these files in the place of those that are there.
pub fn put_index(memory: &Memory, files: &IndexFiles) {
    for path in index_files(memory).into_keys() {
        let _ = memory.remove(&path);
    }
    for (path, bytes) in files {
        memory.set_bytes(path, bytes.clone());
    }
}

/// There is no index any more.
pub fn drop_index(memory: &Memory) {
    put_index(memory, &IndexFiles::new());
}

/// The entries of each live run, the oldest first.
pub fn runs(files: &IndexFiles) -> Vec<(u64, u64)> {
    let name = |path: &String| RunName::parse(path.strip_prefix("index/")?);
    let names: Vec<RunName> = files.keys().filter_map(name).collect();
    let mut live: Vec<(u64, u64)> = Vec::new();
    loop {
        let first = live.last().map_or(1, |run| run.1 + 1);
        let longest = names.iter().filter(|name| name.first == first).map(|name| name.last).max();
        let Some(last) = longest else { return live };
        live.push((first, last));
    }
}

/// Flips a bit of a byte that is not 0, at or behind this place: behind what a piece holds there are zeros, which say nothing.
pub fn flip(bytes: &mut [u8], place: usize, bit: usize) {
    if let Some(byte) = bytes.iter_mut().skip(place).find(|byte| **byte != 0) {
        *byte ^= 1 << (bit % 8);
    }
}

/// Flips a bit somewhere in a file, or one in each of its pieces but the header.
pub fn damage(files: &mut IndexFiles, dice: &mut Dice) {
    let lone = dice.chance(50);
    let Some(path) = dice.pick(&files.keys().cloned().collect::<Vec<_>>()) else { return };
    for (_, bytes) in files.iter_mut().filter(|(found, _)| !lone || **found == path) {
        if lone {
            let place = dice.below(bytes.len().max(1) as u64) as usize;
            flip(bytes, place, dice.below(8) as usize);
        } else {
            for slot in bytes.chunks_mut(SLOT_BYTES).skip(1) {
                flip(slot, dice.below(64) as usize, dice.below(8) as usize);
            }
        }
    }
}
