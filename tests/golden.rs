//! Guards against: a change of the program after which a journal of format version 1 does not open, reads as
//! something else, or comes to other figures.
//!
//! tests/data/golden-v1 holds such a journal as bytes (its segments, without the zeros behind the last
//! block), the operations it was made of (an empty line ends a commit) and the figures it comes to. Once
//! version 1 is released, these bytes may never be made anew: a change that needs other bytes is format
//! version 2, with a folder of its own. Before that, remove `journal/` and `expected.json` there and run this
//! test with `GOLDEN_WRITE=1`; it writes only what is absent.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "golden/format_2.rs"]
mod format_2;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use ledger_core::audit::audit;
use ledger_core::entry::Choice;
use ledger_core::field::Field;
use ledger_core::journal::{Layout, Root, Scan, Start, Verify, segment_path};
use ledger_core::open_item::OpenItem;
use ledger_core::query::Filter;
use ledger_core::storage::{ManualClock, Memory, Storage};
use ledger_core::{Act, Entry, Ledger, Operation, State, View, record};
use serde_json::{Value, json};

/// Segments so small that the journal has more than one.
const LAYOUT: Layout = Layout { segment_len_max: 4096, extend_step_min: 1024, extend_step_max: 1024 };

fn path(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/golden-v1")).join(name)
}

/// The golden journal, read from its files once.
static GOLDEN: LazyLock<Memory> = LazyLock::new(|| {
    let may_write = std::env::var("GOLDEN_WRITE").is_ok_and(|value| value == "1");
    if may_write && !path("journal").exists() {
        write_segments(&post().0, &path("journal"));
    }
    let memory = read_segments(&path("journal"));
    if may_write && !path("expected.json").exists() {
        let standing = View::open(Arc::new(memory.snapshot())).unwrap().state().unwrap();
        let figures = figures(standing.root.unwrap(), &standing.state);
        fs::write(path("expected.json"), format!("{figures:#}\n")).unwrap();
    }
    memory
});

fn golden() -> Arc<dyn Storage> {
    Arc::new(GOLDEN.snapshot())
}

fn expected() -> Value {
    LazyLock::force(&GOLDEN);
    serde_json::from_slice(&fs::read(path("expected.json")).unwrap()).unwrap()
}

/// Posts the operations to a new ledger in memory.
fn post() -> (Arc<Memory>, Ledger) {
    let memory = Arc::new(Memory::new());
    let clock = ManualClock::new(1_772_000_000_123_456_789, 1_000_000_007);
    let mut ledger = Ledger::create_with(memory.clone(), Box::new(clock), LAYOUT).unwrap();
    let text = fs::read_to_string(path("operations.jsonl")).unwrap();
    for commit in text.split("\n\n") {
        let read =
            |line| Operation::from_json(line).unwrap_or_else(|rejection| panic!("{line}: {rejection}"));
        let operations: Vec<Operation> = commit.lines().map(read).collect();
        ledger.post_batch(&operations).unwrap_or_else(|refused| panic!("{refused:?}"));
    }
    (memory, ledger)
}

/// The segments in a folder.
fn read_segments(folder: &Path) -> Memory {
    let memory = Memory::new();
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        let name = format!("journal/{}", file.file_name().display());
        memory.set_bytes(&name, fs::read(file.path()).unwrap());
    }
    memory
}

/// Writes the segments into a folder, each up to the end of its last block.
fn write_segments(memory: &Arc<Memory>, folder: &Path) {
    let mut ends = BTreeMap::new();
    let mut scan = Scan::new(memory.clone(), Start::genesis(), Verify::Everything).unwrap();
    while let Some(block) = scan.next_block().unwrap() {
        let end = block.commit().end();
        ends.insert(segment_path(end.segment), usize::try_from(end.offset).unwrap());
    }
    fs::create_dir_all(folder).unwrap();
    for (segment, end) in ends {
        let name = segment.strip_prefix("journal/").unwrap();
        fs::write(folder.join(name), &memory.bytes(&segment).unwrap()[..end]).unwrap();
    }
}

fn figures(root: Root, state: &State) -> Value {
    let euros = state.balances().all_euros().map(|(account, amount)| (account.to_string(), json!(amount)));
    let bills = state.balances().all_bills();
    let bills = bills.map(|(account, bills)| (account.to_string(), bills.to_json()));
    let balances: BTreeMap<String, Value> = euros.chain(bills).collect();
    json!({
        "root": root.to_string(),
        "entries": state.entries(),
        "circulation": state.circulation(),
        "fund": state.fund(),
        "balances": balances,
    })
}

/// The bytes of each record with the entry that it holds.
fn records() -> Vec<(Vec<u8>, Entry)> {
    let mut records = Vec::new();
    let mut scan = Scan::new(golden(), Start::genesis(), Verify::Everything).unwrap();
    while let Some(block) = scan.next_block().unwrap() {
        records.extend(block.records().map(|bytes| (bytes.to_vec(), record::decode(bytes).unwrap())));
    }
    records
}

#[test]
fn the_golden_journal_opens_with_its_root_and_its_figures() {
    let view = View::open(golden()).unwrap().state().unwrap();
    assert_eq!(figures(view.root.unwrap(), &view.state), expected());
    let ledger = Ledger::open(golden(), Box::new(ManualClock::new(0, 1))).unwrap();
    assert_eq!(figures(ledger.root(), ledger.state()), expected());
    assert_eq!(ledger.recovery(), None);
}

#[test]
fn the_golden_journal_passes_the_audit() {
    let report = audit(&golden(), |_| ()).unwrap();
    assert_eq!(report.failure, None);
    assert_eq!(report.root.to_string(), expected()["root"]);
    assert_eq!(report.entries, expected()["entries"]);
    assert_eq!(report.circulation.to_string(), expected()["circulation"]);
    assert_eq!(report.fund.to_string(), expected()["fund"]["total"]);
    assert!(report.blocks >= Some(8), "{:?} blocks", report.blocks);
    assert!(golden().list("journal").unwrap().len() >= 2, "segments");
}

#[test]
fn the_golden_journal_goes_on() {
    let storage = golden();
    let clock = Box::new(ManualClock::new(1_790_000_000_000_000_000, 1));
    let mut ledger = Ledger::open(Arc::clone(&storage), clock).unwrap();
    let top_up = r#"{"op":"top_up","ref":"later","on":"2026-04-01","amount":"5.00"}"#;
    let receipt = ledger.post(&Operation::from_json(top_up).unwrap()).unwrap();
    assert_eq!(receipt.tree_size, expected()["entries"].as_u64().unwrap() + 1);
    drop(ledger);
    assert_eq!(audit(&storage, |_| ()).unwrap().root, receipt.root);
}

#[test]
fn a_golden_record_is_written_today_as_it_was_then() {
    for (bytes, entry) in records() {
        assert_eq!(record::encode(&entry).unwrap(), bytes, "entry {}", entry.sequence);
    }
}

#[test]
fn the_same_operations_make_the_same_records_today() {
    let (memory, ledger) = post();
    let mut golden = records().into_iter();
    let look = |entry: &Entry| {
        assert_eq!(Some(entry), golden.next().map(|(_, entry)| entry).as_ref());
        std::ops::ControlFlow::Continue(())
    };
    View::open(memory).unwrap().visit(&Filter::default(), look).unwrap();
    assert_eq!(golden.next(), None);
    assert_eq!(ledger.root().to_string(), expected()["root"]);
}

#[test]
fn a_flipped_bit_makes_another_entry_or_none() {
    for (bytes, entry) in records() {
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            if let Ok(other) = record::decode(&flipped) {
                assert_ne!(other, entry, "bit {bit} of entry {} means nothing", entry.sequence);
                assert_eq!(record::encode(&other), Ok(flipped), "bit {bit} of entry {}", entry.sequence);
            }
        }
    }
}

#[test]
fn no_entry_has_another_record_whatever_a_byte_is_changed_to() {
    for (bytes, entry) in records() {
        for place in 0..bytes.len() {
            for byte in [0, 1, 2, 5, 249, 250, 251, 252, 253, 254, 255] {
                let mut other = bytes.clone();
                // Behind a mark, what followed is a number of several bytes, perhaps one that needs fewer.
                other[place] = byte;
                for other in [other.clone(), [&other[..=place], &[0], &other[place + 1..]].concat()] {
                    let written = record::decode(&other).map(|entry| record::encode(&entry).unwrap());
                    assert!(
                        written.is_err() || written == Ok(other),
                        "byte {place} of entry {}",
                        entry.sequence
                    );
                }
            }
        }
    }
}

#[test]
fn a_record_cut_short_or_with_a_byte_too_many_is_none() {
    for (mut bytes, entry) in records() {
        for len in 0..bytes.len() {
            assert!(record::decode(&bytes[..len]).is_err(), "{len} bytes of entry {}", entry.sequence);
        }
        bytes.push(0);
        assert!(record::decode(&bytes).is_err(), "entry {} and a byte", entry.sequence);
    }
}

/// The account without the name in it.
fn family(account: &str) -> String {
    match account.rsplit_once(':') {
        Some((family, _)) if account.matches(':').count() == 2 => format!("{family}:…"),
        _ => account.to_owned(),
    }
}

#[test]
fn the_golden_journal_holds_every_operation_field_choice_and_account() {
    let entries: Vec<Entry> = records().into_iter().map(|(_, entry)| entry).collect();
    for name in Act::NAMES {
        let of_name = || entries.iter().filter(|entry| entry.operation.act.name() == *name);
        assert!(of_name().next().is_some(), "no {name}");
        for (field, _) in Act::schema(name).unwrap() {
            let has = |entry: &Entry| entry.operation.act.fields().iter().any(|(known, _)| known == field);
            assert!(of_name().any(has), "no {name} with {field}");
        }
    }
    let common = |has: fn(&Operation) -> bool| entries.iter().any(|entry| has(&entry.operation));
    assert!(common(|operation| operation.note.is_some()));
    assert!(common(|operation| operation.operator.is_some()));
    assert!(common(|operation| operation.bank_line.is_some_and(|line| line.amount.is_negative())));

    let choices: BTreeSet<&str> = entries.iter().flat_map(|entry| kinds(&entry.choice)).collect();
    assert_eq!(
        choices.into_iter().collect::<Vec<_>>(),
        ["bills", "euros since", "fee", "nothing", "payable", "rate", "reconversion", "reversal", "slip"]
    );

    let postings = || entries.iter().flat_map(|entry| entry.postings.iter());
    let families: BTreeSet<String> = postings()
        .flat_map(|posting| [posting.debit(), posting.credit()])
        .map(|a| family(&a.to_string()))
        .collect();
    let all = "bills:bureau:… bills:printed bills:vault circulation:bureau:… circulation:public fund:deposit \
        fund:payable:… fund:receivable:… fund:till:… fund:transit:… obligation own:bank own:charges own:fees \
        own:gains own:interest own:losses own:operating";
    assert_eq!(families.into_iter().collect::<Vec<_>>(), all.split_whitespace().collect::<Vec<_>>());
}

/// The kind of a choice, and those of the open items in it.
fn kinds(choice: &Choice) -> Vec<&'static str> {
    let item = |item: &OpenItem| match item {
        OpenItem::Slip(_) => "slip",
        OpenItem::Payable(payable) if payable.reconversion.is_some() => "reconversion",
        OpenItem::Payable(_) => "payable",
    };
    match choice {
        Choice::Nothing => vec!["nothing"],
        Choice::Bills(_) => vec!["bills"],
        Choice::Rate(_) => vec!["rate"],
        Choice::Fee(_) => vec!["fee"],
        Choice::EurosSince(_) => vec!["euros since"],
        Choice::Reversal { restored, .. } => {
            std::iter::once("reversal").chain(restored.iter().map(|(_, restored)| item(restored))).collect()
        }
    }
}
