//! The same for blocks of format 2: which states were taken, and the hashes that the journal names. tests/data/golden-v2
//! holds the journal of golden-v1, and behind it so many lone entries that a snapshot was due and its hash was named.

use ledger_core::index::Snapshots;
use ledger_core::journal::{StateHash, StateMark};

use super::*;

/// Lone entries behind those of golden-v1.
const LATER: u64 = 260;

/// Where the state is taken: as soon as 256 entries are there.
const TAKEN: u64 = 256;

fn file(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/golden-v2")).join(name)
}

/// Posts what the journal was made of. The snapshot is waited for, so that the next block names it.
fn posted() -> (Arc<Memory>, Ledger) {
    let (memory, mut ledger) = post();
    for number in 0..LATER {
        let interest = json!({"op": "bank_interest", "ref": format!("later-{number}"), "on": "2026-12-31", "amount": "0.01"});
        ledger.post(&Operation::from_json(&interest.to_string()).unwrap()).unwrap();
        ledger.settle();
    }
    (memory, ledger)
}

static MARKED: LazyLock<Memory> = LazyLock::new(|| {
    let may_write = std::env::var("GOLDEN_WRITE").is_ok_and(|value| value == "1");
    if may_write && !file("journal").exists() {
        write_segments(&posted().0, &file("journal"));
    }
    let memory = read_segments(&file("journal"));
    if may_write && !file("expected.json").exists() {
        let marks: Vec<Value> = marks(&memory).into_iter().map(shown).collect();
        let root = View::open(Arc::new(memory.snapshot())).unwrap().state().unwrap().root.unwrap();
        let expected = json!({"root": root.to_string(), "marks": marks});
        fs::write(file("expected.json"), format!("{expected:#}\n")).unwrap();
    }
    memory
});

/// What the blocks say about states, each with the block's last entry.
fn marks(memory: &Memory) -> Vec<(u64, StateMark)> {
    let mut marks = Vec::new();
    let mut scan = Scan::new(Arc::new(memory.snapshot()), Start::genesis(), Verify::Everything).unwrap();
    while let Some(block) = scan.next_block().unwrap() {
        let commit = block.commit();
        marks.extend((!commit.mark.is_empty()).then_some((commit.tree_size, commit.mark)));
    }
    marks
}

fn shown((sequence, mark): (u64, StateMark)) -> Value {
    let named = mark.named.map(|StateHash { sequence, form, sha256 }| {
        json!({"sequence": sequence, "form": form, "sha256": Root(sha256).to_string()})
    });
    json!({"block_through": sequence, "taken": mark.taken, "named": named})
}

#[test]
fn the_journal_names_the_state_that_was_taken() {
    let expected: Value = serde_json::from_slice(&{
        LazyLock::force(&MARKED);
        fs::read(file("expected.json")).unwrap()
    })
    .unwrap();
    let marks = marks(&MARKED);
    assert_eq!(marks.iter().copied().map(shown).collect::<Vec<_>>(), *expected["marks"].as_array().unwrap());
    let named = marks.iter().find_map(|(_, mark)| mark.named).unwrap();
    assert_eq!((marks[0].0, marks[0].1.taken, named.sequence), (TAKEN, true, TAKEN));
    // The hash is that of the state which the entries make today.
    let storage: Arc<dyn Storage> = Arc::new(MARKED.snapshot());
    let view = View::open(Arc::clone(&storage)).unwrap();
    let state = view.replayed_to(ledger_core::Sequence::new(TAKEN)).unwrap().state;
    assert_eq!(state.hash(), named);
    let report = audit(&storage, |_| ()).unwrap();
    assert_eq!(report.failure, None);
    assert_eq!(report.root.to_string(), expected["root"]);
}

#[test]
fn the_same_operations_make_the_same_bytes_and_a_snapshot_that_is_believed() {
    let (memory, ledger) = posted();
    drop(ledger);
    for name in MARKED.list("journal").unwrap() {
        let path = format!("journal/{name}");
        let (then, now) = (MARKED.bytes(&path).unwrap(), memory.bytes(&path).unwrap());
        assert!(now[..then.len()] == then && now[then.len()..].iter().all(|byte| *byte == 0), "{path}");
    }
    let believed = Snapshots::new(memory).newest_named(u64::MAX, |_| true).unwrap();
    assert_eq!(believed.sequence().number(), TAKEN);
}
