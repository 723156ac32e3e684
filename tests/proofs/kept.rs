//! The bundles beside the journal: whatever is done to their file, proofs are the same, and the writer mends it.

use std::sync::Arc;

use ledger_core::journal::{BUNDLES_PATH, Root, leaf_hash};
use ledger_core::proof::{consistency, inclusion, root_at, verify_consistency, verify_inclusion};
use ledger_core::storage::{ManualClock, Memory, Storage};
use ledger_core::{Ledger, Sequence, View};

use super::{beginning, swaps};

const ENTRIES: u64 = 3000;

fn clock() -> ManualClock {
    ManualClock::new(1_767_340_800_000_000_000, 1000)
}

fn ledger(memory: &Arc<Memory>) -> Ledger {
    let mut ledger = Ledger::create(Arc::clone(memory) as Arc<dyn Storage>, Box::new(clock())).unwrap();
    ledger.post_batch(&beginning()).unwrap();
    // Blocks of all lengths, and single entries.
    let mut next = 4;
    for many in [1, 2, 3, 5, 250, 255, 256, 257, 700].into_iter().cycle() {
        let end = (next + many).min(ENTRIES);
        ledger.post_batch(&swaps(next..end)).unwrap();
        ledger.settle();
        next = end;
        if next == ENTRIES {
            return ledger;
        }
    }
    unreachable!("it has so many")
}

fn bundles(memory: &Memory) -> Option<Vec<u8>> {
    let len = memory.len(BUNDLES_PATH).unwrap()?;
    let mut bytes = vec![0; usize::try_from(len).unwrap()];
    memory.read_at(BUNDLES_PATH, 0, &mut bytes).unwrap();
    Some(bytes)
}

/// Proofs of some entries and sizes hold.
fn prove(memory: &Arc<Memory>, sizes: &[u64]) {
    let view = View::open(Arc::clone(memory) as Arc<dyn Storage>).unwrap();
    for &size in sizes {
        let block = view.block_of(Sequence::new(size)).unwrap().unwrap();
        let mut subtrees = view.subtrees(block).unwrap();
        let root = Root(root_at(size, &mut subtrees).unwrap());
        assert_eq!(root, view.tree_of(size, |_| {}).unwrap().root(), "{size}");
        for index in [0, 1, 255, 256, 257, size / 2, size - 1].into_iter().filter(|index| *index < size) {
            let record = view.record(Sequence::new(index + 1)).unwrap().unwrap();
            let proof = inclusion(index, size, &mut subtrees).unwrap();
            assert!(verify_inclusion(index, size, leaf_hash(&record), &proof, root), "{index} in {size}");
        }
        for old in [1, 4, 256, 300, 1024, size].into_iter().filter(|old| *old <= size) {
            let proof = consistency(old, size, &mut subtrees).unwrap();
            let old_root = Root(root_at(old, &mut subtrees).unwrap());
            assert!(verify_consistency(old, size, old_root, root, &proof), "{old} in {size}");
        }
    }
}

const SIZES: [u64; 12] = [1, 2, 5, 255, 256, 257, 511, 512, 513, 1999, 2816, ENTRIES];

#[test]
fn whatever_the_file_holds_the_proofs_are_right() {
    let memory = Arc::new(Memory::new());
    drop(ledger(&memory));
    let right = bundles(&memory).unwrap();
    assert!(right.len() >= 32 * 9, "{} bytes are kept", right.len());
    prove(&memory, &SIZES);
    let mut flipped = right.clone();
    flipped[40] ^= 1;
    let shifted = [&right[32..], &right[..32]].concat();
    let longer = [&right[..], &[7; 32 * 40]].concat();
    for wrong in [
        Vec::new(),
        right[..32 * 3].to_vec(),
        right[..50].to_vec(),
        flipped,
        shifted,
        vec![0; right.len()],
        longer,
    ] {
        memory.set_bytes(BUNDLES_PATH, wrong.clone());
        prove(&memory, &SIZES);
        assert_eq!(bundles(&memory).unwrap(), wrong, "a reader writes nothing");
    }
    memory.remove(BUNDLES_PATH).unwrap();
    prove(&memory, &SIZES);
    assert_eq!(bundles(&memory), None);
}

#[test]
fn the_writer_mends_the_file() {
    let memory = Arc::new(Memory::new());
    drop(ledger(&memory));
    let right = bundles(&memory).unwrap();
    let mut flipped = right.clone();
    flipped[70] ^= 4;
    let longer = [&right[..], &[7; 32 * 40]].concat();
    for wrong in [None, Some(Vec::new()), Some(right[..33].to_vec()), Some(flipped), Some(longer)] {
        let memory = Arc::new(memory.snapshot());
        match wrong {
            Some(wrong) => memory.set_bytes(BUNDLES_PATH, wrong),
            None => memory.remove(BUNDLES_PATH).unwrap(),
        }
        let mut ledger = Ledger::open(Arc::clone(&memory) as Arc<dyn Storage>, Box::new(clock())).unwrap();
        ledger.post_batch(&swaps(ENTRIES..ENTRIES + 1000)).unwrap();
        ledger.settle();
        let after = bundles(&memory).unwrap();
        assert_eq!(after.len(), 32 * 15, "3,996 entries fill 15 bundles");
        assert_eq!(after[..right.len()], right);
        prove(&memory, &[ENTRIES + 700]);
    }
}

#[test]
fn a_journal_whose_records_are_not_under_its_root_proves_nothing() {
    let memory = Arc::new(Memory::new());
    drop(ledger(&memory));
    let view = View::open(Arc::clone(&memory) as Arc<dyn Storage>).unwrap();
    let block = view.block_of(Sequence::new(10)).unwrap().unwrap();
    // One byte of a record is another, and the checksum is made right again.
    let path = ledger_core::journal::segment_path(block.position.segment);
    let len = usize::try_from(block.len).unwrap();
    let mut bytes = vec![0; len];
    memory.read_at(&path, block.position.offset, &mut bytes).unwrap();
    let last = len - 44 - 1;
    bytes[last] ^= 1;
    let crc = crc32fast::hash(&bytes[..len - 4]);
    bytes[len - 4..].copy_from_slice(&crc.to_le_bytes());
    memory.write_at(&path, block.position.offset, &bytes).unwrap();
    let view = View::open(Arc::clone(&memory) as Arc<dyn Storage>).unwrap();
    let last = view.last_block().unwrap().unwrap();
    let mut subtrees = view.subtrees(last).unwrap();
    let proved = inclusion(10, last.tree_size, &mut subtrees);
    assert_eq!(proved.unwrap_err().code(), "journal_damaged");
    assert!(view.tree_of(ENTRIES, |_| {}).is_err());
    memory.remove(BUNDLES_PATH).unwrap();
    assert!(view.subtrees(last).is_err());
}
