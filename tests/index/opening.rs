//! Opening: what the index and the snapshots say is held against the journal, and what they hide is found all the same.

use ledger_core::index::Snapshots;
use ledger_core::journal::{Commit, Layout, Scan, Start, Verify, segment_path};

use super::season::{beginning, deposit, remit, reverse, swap, swaps};
use super::*;

const LAYOUT: Layout = Layout { segment_len_max: 30_000, extend_step_min: 4096, extend_step_max: 4096 };

/// A ledger of many blocks, with snapshots; its index knows the first entries, if any.
struct Kept {
    memory: Arc<Memory>,
    entries: u64,
    /// The index as it was at times: after each tenth of the blocks.
    indexes: Vec<IndexFiles>,
    /// The journal and the snapshots as they were then.
    earlier: Vec<Memory>,
    blocks: Vec<Commit>,
}

fn reopened(memory: &Arc<Memory>) -> Result<Ledger, LedgerError> {
    Ledger::open_with(memory.clone(), Box::new(clock()), LAYOUT)
}

/// Posts `batches` batches of 20 swaps from `first` on, and settles after each tenth.
fn kept(first: u64, batches: u64) -> Kept {
    let memory = Arc::new(Memory::new());
    let mut ledger = Ledger::create_with(memory.clone(), Box::new(clock()), LAYOUT).unwrap();
    ledger.post_batch(&beginning()).unwrap();
    let (mut indexes, mut earlier) = (Vec::new(), Vec::new());
    for batch in 0..batches {
        ledger.post_batch(&swaps(first + batch * 20..first + (batch + 1) * 20)).unwrap();
        if batch % (batches / 10) == 0 {
            ledger.settle();
            indexes.push(index_files(&memory));
            earlier.push(memory.snapshot());
        }
    }
    ledger.settle();
    let entries = ledger.state().entries();
    drop(ledger);
    indexes.push(index_files(&memory));
    let mut blocks = Vec::new();
    let mut scan = Scan::new(memory.clone(), Start::genesis(), Verify::Everything).unwrap();
    while let Some(block) = scan.next_block().unwrap() {
        blocks.push(block.commit());
    }
    let snapshots = Snapshots::new(memory.clone()).sequences();
    assert!(snapshots[0] > entries / 2 && blocks.last().unwrap().position.segment > 1, "{snapshots:?}");
    Kept { memory, entries, indexes, earlier, blocks }
}

impl Kept {
    /// A copy of it all, to be damaged.
    fn copy(&self) -> Arc<Memory> {
        Arc::new(self.memory.snapshot())
    }

    fn newest_snapshot(&self) -> u64 {
        Snapshots::new(self.memory.clone()).sequences()[0]
    }

    /// The block of an entry.
    fn block_of(&self, sequence: u64) -> Commit {
        *self.blocks.iter().find(|block| block.last_sequence() >= sequence).unwrap()
    }
}

fn damage(memory: &Memory, block: &Commit) {
    memory.flip(&segment_path(block.position.segment), block.position.offset + block.len / 2, 3);
}

/// The code of a refusal, with the place where damage was found.
fn refusal<T: std::fmt::Debug>(result: Result<T, LedgerError>) -> (&'static str, String) {
    let error = result.unwrap_err();
    (error.code(), error.to_string())
}

/// Posts a little more and all again, as a ledger of the same entries would that has no index.
fn goes_on_like_the_plain_ledger(memory: &Arc<Memory>, first: u64, batches: u64) {
    let newest = Snapshots::new(memory.clone()).sequences()[0];
    let mut ledger = reopened(memory).unwrap();
    let mut plain = without_index();
    let mut posted = beginning();
    plain.post_batch(&posted).unwrap();
    for batch in 0..batches {
        let swaps = swaps(first + batch * 20..first + (batch + 1) * 20);
        plain.post_batch(&swaps).unwrap();
        posted.extend(swaps);
    }
    assert_eq!(ledger.root(), plain.root());
    let more =
        [remit("remit-1", "S-1"), deposit("deposit-1", "S-1"), reverse("undo", "deposit-1"), swap(999_999)];
    assert_eq!(ask(&mut ledger, &more, Way::Each), ask(&mut plain, &more, Way::Each));
    ledger.settle();
    for group in posted.chunks(300) {
        let (one, other) = (ask(&mut ledger, group, Way::Each), ask(&mut plain, group, Way::Each));
        assert_eq!(one, other);
    }
    assert_eq!(ledger.root(), plain.root());
    drop(ledger);
    // A snapshot that is of another ledger is an audit's to name; there are others.
    memory.remove(&Snapshots::path_of(newest)).unwrap();
    assert_sound(memory, plain.state().entries());
}

#[test]
fn a_snapshot_that_does_not_fit_is_done_without() {
    let (kept, other) = (kept(1000, 60), kept(5000, 60));
    let newest = format!("snapshots/{:020}.json", kept.newest_snapshot());
    let others = other.memory.bytes(&newest).unwrap();
    let mut garbled = kept.memory.bytes(&newest).unwrap();
    let middle = garbled.len() / 2;
    garbled[middle] ^= 4;
    for bytes in [others, garbled, Vec::new(), b"{}\n{}\n".to_vec()] {
        for index in [None, Some(&kept.indexes[10]), Some(&kept.indexes[3]), Some(&other.indexes[10])] {
            let memory = kept.copy();
            memory.set_bytes(&newest, bytes.clone());
            match index {
                None => drop_index(&memory),
                Some(files) => put_index(&memory, files),
            }
            goes_on_like_the_plain_ledger(&memory, 1000, 60);
        }
    }
}

#[test]
fn an_index_that_has_seen_other_entries_is_begun_anew() {
    let (kept, other) = (kept(1000, 60), kept(5000, 60));
    for (tenth, earlier) in kept.earlier.iter().enumerate().skip(2).step_by(3) {
        let memory = Arc::new(earlier.snapshot());
        put_index(&memory, &other.indexes[tenth]);
        goes_on_like_the_plain_ledger(&memory, 1000, tenth as u64 * 6 + 1);
        let known = runs(&index_files(&memory));
        assert_eq!(known.last().unwrap().1, 4 + (tenth as u64 * 6 + 1) * 20 + 4);
    }
}

#[test]
fn an_index_that_has_seen_more_of_this_journal_shows_that_it_was_cut_off() {
    let kept = kept(1000, 60);
    for (tenth, earlier) in kept.earlier.iter().enumerate().skip(2).step_by(3) {
        let memory = Arc::new(earlier.snapshot());
        put_index(&memory, &kept.indexes[10]);
        // Each time again: what shows it is not thrown away.
        for _ in 0..2 {
            let (code, told) = refusal(reopened(&memory));
            assert_eq!(code, "journal_cut_off", "{told}");
            assert_eq!(index_files(&memory), kept.indexes[10]);
        }
        let audited = audit(&(memory.clone() as Arc<dyn Storage>), |_| {}).unwrap();
        assert_eq!(audited.failure.unwrap().code, "journal_cut_off");
        // Whoever knows better, because it is an older copy that was meant to go on, deletes it.
        drop_index(&memory);
        goes_on_like_the_plain_ledger(&memory, 1000, tenth as u64 * 6 + 1);
    }
}

#[test]
fn a_journal_cut_off_before_its_snapshot_is_refused_whatever_the_index_says() {
    let kept = kept(1000, 60);
    for index in [None, Some(&kept.indexes[2]), Some(&kept.indexes[10])] {
        let memory = Arc::new(kept.earlier[4].snapshot());
        let newest = format!("snapshots/{:020}.json", kept.newest_snapshot());
        memory.set_bytes(&newest, kept.memory.bytes(&newest).unwrap());
        match index {
            None => drop_index(&memory),
            Some(files) => put_index(&memory, files),
        }
        let (code, told) = refusal(reopened(&memory));
        assert_eq!(code, "journal_cut_off", "{told}");
    }
}

/// What an opening says of a journal with damage before its snapshot, when its index is missing, or older than the damage.
fn refused_at(memory: &Arc<Memory>, index: Option<&IndexFiles>, code: &str, saying: &str) {
    match index {
        None => drop_index(memory),
        Some(files) => put_index(memory, files),
    }
    let (found, told) = refusal(reopened(memory));
    assert!(found == code && told.contains(saying), "{found}: {told}; not {code}: {saying}");
}

#[test]
fn damage_before_the_snapshot_is_found_where_the_index_is_made_anew_over_it() {
    let kept = kept(1000, 60);
    for damaged in [1, 2, 100, kept.blocks[12].first_sequence, kept.newest_snapshot()] {
        let block = kept.block_of(damaged);
        let memory = kept.copy();
        damage(&memory, &block);
        let saying = format!("entry {} is damaged at {}", block.first_sequence, block.position);
        // The audit names it, and so does an opening that has to read it.
        let storage: Arc<dyn Storage> = memory.clone();
        let failure = audit(&storage, |_| ()).unwrap().failure.unwrap();
        assert_eq!(
            (failure.sequence.number(), failure.offset),
            (block.first_sequence, block.position.offset)
        );
        refused_at(&memory, None, "journal_damaged", &saying);
        let reached =
            |files: &&IndexFiles| runs(files).last().is_some_and(|run| run.1 < block.first_sequence);
        for older in kept.indexes.iter().filter(reached) {
            refused_at(&memory, Some(older), "journal_damaged", &saying);
        }
        assert_eq!(
            memory.bytes(&segment_path(1)).unwrap().len(),
            kept.memory.bytes(&segment_path(1)).unwrap().len()
        );
    }
}

#[test]
fn a_missing_older_segment_is_found_where_the_index_is_made_anew_over_it() {
    let kept = kept(1000, 60);
    let segments = ledger_core::journal::segments(&kept.memory).unwrap();
    assert!(segments.len() > 3 && segments[2] < kept.newest_snapshot());
    for (place, segment) in segments[..2].iter().enumerate() {
        let memory = kept.copy();
        memory.remove(&segment_path(*segment)).unwrap();
        let storage: Arc<dyn Storage> = memory.clone();
        assert!(!audit(&storage, |_| ()).is_ok_and(|report| report.ok));
        let code = if place == 0 { "missing_segment" } else { "journal_damaged" };
        let (found, told) = {
            drop_index(&memory);
            refusal(reopened(&memory))
        };
        assert!(found == code || found == "missing_entries", "{found}: {told}");
        assert!(!told.contains("cut off"), "{told}");
    }
}

#[test]
fn an_operation_whose_entry_is_damaged_is_never_recorded_a_second_time() {
    let kept = kept(1000, 60);
    let block = kept.block_of(200);
    for index in [&kept.indexes[10], &kept.indexes[4]] {
        let memory = kept.copy();
        put_index(&memory, index);
        damage(&memory, &block);
        let mut ledger = reopened(&memory).unwrap();
        let root = ledger.root();
        let saying = format!("entry {} is damaged at {}", block.first_sequence, block.position);
        for sequence in 5..=kept.entries {
            match ledger.post(&swap(1000 + sequence - 5)) {
                Ok(receipt) => {
                    assert!(receipt.replayed && receipt.sequence.number() == sequence);
                    assert!(
                        !(block.first_sequence..=block.last_sequence()).contains(&sequence),
                        "{sequence}"
                    );
                }
                // Shortly behind the damage, an entry is not found for it.
                Err(error) => {
                    assert!(
                        error.code() == "journal_damaged" && error.to_string().contains(&saying),
                        "{error}"
                    );
                    assert!(
                        (block.first_sequence..=kept.newest_snapshot()).contains(&sequence),
                        "{sequence}"
                    );
                }
            }
        }
        assert_eq!((ledger.root(), ledger.state().entries()), (root, kept.entries));
        // New operations are none of its business, but for those that take something back there.
        let (code, _) = refusal(ledger.post(&reverse("undo", block.first_sequence)));
        assert_eq!(code, "journal_damaged");
        assert!(!ledger.post(&swap(999_999)).unwrap().replayed);
    }
}
