//! Queries: with the index, with an old, foreign or damaged one, and beside a writer, they show what reading the
//! journal shows.

use std::sync::LazyLock;

use ledger_core::{Act, Sequence};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use super::generate::operations;
use super::*;

/// A ledger with a long history, and its index when it knew all of it, and less.
struct Told {
    memory: Arc<Memory>,
    entries: Vec<Entry>,
    indexes: Vec<IndexFiles>,
}

fn told(seed: u64) -> Told {
    let memory = Arc::new(Memory::new());
    let mut ledger = Ledger::create(memory.clone(), Box::new(clock())).unwrap();
    let mut indexes = Vec::new();
    for (number, group) in readable(&operations(seed, 1800)).chunks(9).enumerate() {
        ledger.post_each(group).unwrap();
        if number % 15 == 7 {
            ledger.settle();
            indexes.push(index_files(&memory));
        }
    }
    drop(ledger);
    let entries = shown(&view_without_index(&memory), &Filter::default());
    assert!(entries.len() > 800 && indexes.len() > 8, "{} entries", entries.len());
    Told { memory, entries, indexes }
}

static TOLD: LazyLock<Told> = LazyLock::new(|| told(3));
static ANOTHER: LazyLock<Told> = LazyLock::new(|| told(5));

/// Any mix of all that can be asked for, most of it there.
fn filters() -> impl Strategy<Value = Filter> {
    let entry = || select(&TOLD.entries[..]);
    let sequence = || (0..TOLD.entries.len() as u64 + 50).prop_map(Sequence::new);
    let account = entry().prop_filter_map("postings", |entry| Some(entry.postings.iter().last()?.credit()));
    let debit = entry().prop_filter_map("postings", |entry| Some(entry.postings.iter().last()?.debit()));
    let bureau = entry().prop_filter_map("a bureau", |entry| entry.operation.bureau().cloned());
    let member = entry().prop_filter_map("a member", |entry| entry.operation.member().cloned());
    let op = select(Act::NAMES).prop_map(ToOwned::to_owned);
    let date = || entry().prop_map(|entry| entry.operation.on);
    let reference = prop_oneof![
        8 => entry().prop_map(|entry| entry.operation.reference),
        1 => Just("no-such-ref".parse().unwrap()),
        1 => Just("s1".parse().unwrap()),
    ];
    (
        (weighted(0.2, sequence()), weighted(0.2, sequence()), weighted(0.2, date()), weighted(0.2, date())),
        weighted(0.1, reference),
        (weighted(0.1, op), weighted(0.3, prop_oneof![account, debit])),
        weighted(0.2, prop_oneof![9 => bureau, 1 => Just("nowhere".parse().unwrap())]),
        weighted(0.2, prop_oneof![9 => member, 1 => Just("nobody".parse().unwrap())]),
    )
        .prop_map(
            |((from_sequence, to_sequence, from, to), reference, (op, account), bureau, member)| Filter {
                from_sequence,
                to_sequence,
                reference,
                op,
                account,
                bureau,
                member,
                from,
                to,
            },
        )
}

/// The same ledger with this index.
fn with_index(files: &IndexFiles) -> Arc<Shelved<Arc<Memory>>> {
    let memory = Arc::new(TOLD.memory.snapshot());
    put_index(&memory, files);
    Arc::new(Shelved::over(memory))
}

/// The views that are compared: the index knows all but the last entries, or half of them, or nothing of this ledger, or
/// it is damaged, or a writer is at work.
static VIEWS: LazyLock<Vec<(&str, View)>> = LazyLock::new(|| {
    let (newest, half) = (TOLD.indexes.last().unwrap(), &TOLD.indexes[TOLD.indexes.len() / 2]);
    let mut damaged = newest.clone();
    for bytes in damaged.values_mut() {
        bytes.chunks_mut(4096).skip(2).step_by(3).for_each(|slot| flip(slot, 9, 4));
    }
    let mut full_of_holes = newest.clone();
    let second = full_of_holes.keys().nth(1).cloned();
    if let Some(path) = second {
        full_of_holes.remove(&path);
    }
    let held = with_index(newest);
    Box::leak(Box::new(open(&held)));
    let view = |files| View::open(with_index(files)).unwrap();
    vec![
        ("newest", view(newest)),
        ("half", view(half)),
        ("another's", view(ANOTHER.indexes.last().unwrap())),
        ("damaged", view(&damaged)),
        ("holes", view(&full_of_holes)),
        ("held", View::open(held).unwrap()),
        ("none", view_without_index(&TOLD.memory)),
    ]
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_query_shows_what_a_look_at_every_entry_shows(filter in filters()) {
        let expected: Vec<&Entry> = TOLD.entries.iter().filter(|entry| filter.admits(entry)).collect();
        for (name, view) in &*VIEWS {
            let found = shown(view, &filter);
            let numbers = |entries: &mut dyn Iterator<Item = &Entry>| entries.map(|e| e.sequence).collect::<Vec<_>>();
            prop_assert_eq!(numbers(&mut found.iter()), numbers(&mut expected.iter().copied()), "{}", name);
            prop_assert!(found.iter().eq(expected.iter().copied()), "{}", name);
        }
    }

    #[test]
    fn a_query_that_is_broken_off_shows_the_first_entries(filter in filters(), count in 1..20_usize) {
        for (name, view) in &*VIEWS {
            let mut found = Vec::new();
            view.visit(&filter, |entry| {
                found.push(entry.sequence);
                if found.len() < count { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            }).unwrap();
            let expected = TOLD.entries.iter().filter(|entry| filter.admits(entry)).map(|entry| entry.sequence);
            prop_assert_eq!(found, expected.take(count).collect::<Vec<_>>(), "{}", name);
        }
    }
}

#[test]
fn the_index_is_asked_and_spares_the_reading() {
    let storage = with_index(TOLD.indexes.last().unwrap());
    let view = View::open(storage.clone()).unwrap();
    for entry in TOLD.entries.iter().step_by(100) {
        let filter = Filter { reference: Some(entry.operation.reference.clone()), ..Filter::default() };
        let before = storage.reads();
        assert_eq!(shown(&view, &filter), std::slice::from_ref(entry));
        assert!(storage.reads() > before);
    }
    // What it does not know is read.
    assert_eq!(shown(&view, &Filter::default()).len(), TOLD.entries.len());
}

#[test]
fn damage_under_a_listed_entry_is_told_like_without_an_index() {
    for entry in TOLD.entries.iter().skip(20).step_by(150) {
        let memory = Arc::new(TOLD.memory.snapshot());
        put_index(&memory, TOLD.indexes.last().unwrap());
        let commit = ledger_core::journal::Reader::new(memory.clone());
        let commit = commit.block_of(entry.sequence.number()).unwrap().unwrap();
        let path = ledger_core::journal::segment_path(commit.position.segment);
        memory.flip(&path, commit.position.offset + commit.len / 2, 2);
        let filter = Filter { reference: Some(entry.operation.reference.clone()), ..Filter::default() };
        let visit = |view: &View| {
            let error = view.visit(&filter, |_| ControlFlow::Continue(())).unwrap_err();
            // The index may have seen more entries durable than whatever else shows it.
            let told = error.to_string();
            (error.code(), told.split("; ").next().unwrap().to_owned())
        };
        let (with, without) =
            (visit(&View::open(memory.clone()).unwrap()), visit(&view_without_index(&memory)));
        assert_eq!(with, without);
        assert_eq!(with.0, "journal_damaged");
    }
}
