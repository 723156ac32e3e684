//! Random histories on a ledger whose index has a hard life, beside a ledger that has none.

use std::sync::LazyLock;

use ledger_core::storage::Faulty;
use proptest::collection::vec;
use proptest::prelude::*;

use super::generate::{histories, operations};
use super::*;

const OPERATIONS_MAX: usize = 250;

/// Histories; `HISTORY_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("HISTORY_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(48)
}

/// What happens to the index after some operations.
#[derive(Clone, Debug)]
enum Event {
    Nothing,
    /// All that is known goes to runs.
    Settles,
    /// From the nth step on its files on, each fails.
    Breaks(u64),
    /// Behind the ledger's back, while it is open.
    Spoilt(Spoils),
    /// The ledger is closed and opened again, and meanwhile this.
    Reopened(Fate),
}

/// What happens to the index while the ledger is closed.
#[derive(Clone, Debug)]
enum Fate {
    Kept,
    Deleted,
    /// An earlier copy is put back.
    Older(usize),
    AnotherLedgers,
    Spoilt(Spoils),
    Serves(Serves),
}

/// What happens to one file of the index, or to all.
#[derive(Clone, Copy, Debug)]
enum Spoils {
    Flipped { value: usize, bit: usize },
    Cut { value: usize, left: usize },
    Missing { value: usize },
    AllFlipped { bit: usize },
}

fn spoils() -> impl Strategy<Value = Spoils> {
    let any = || any::<usize>();
    prop_oneof![
        3 => (any(), any()).prop_map(|(value, bit)| Spoils::Flipped { value, bit }),
        2 => (any(), any()).prop_map(|(value, left)| Spoils::Cut { value, left }),
        2 => any().prop_map(|value| Spoils::Missing { value }),
        1 => any().prop_map(|bit| Spoils::AllFlipped { bit }),
    ]
}

fn events() -> impl Strategy<Value = Event> {
    let fate = prop_oneof![
        6 => Just(Fate::Kept),
        2 => Just(Fate::Deleted),
        3 => any::<usize>().prop_map(Fate::Older),
        1 => Just(Fate::AnotherLedgers),
        3 => spoils().prop_map(Fate::Spoilt),
        1 => Just(Fate::Serves(Serves::Never)),
        1 => Just(Fate::Serves(Serves::ReadOnly)),
    ];
    prop_oneof![
        3 => Just(Event::Nothing),
        9 => Just(Event::Settles),
        1 => (1..40_u64).prop_map(Event::Breaks),
        1 => spoils().prop_map(Event::Spoilt),
        4 => fate.prop_map(Event::Reopened),
    ]
}

fn ways() -> impl Strategy<Value = Way> {
    prop_oneof![Just(Way::OneByOne), Just(Way::Each), Just(Way::Batch)]
}

/// The index of a ledger with another history.
static ANOTHER: LazyLock<IndexFiles> = LazyLock::new(|| {
    let memory = Arc::new(Memory::new());
    let mut ledger = Ledger::create(memory.clone(), Box::new(clock())).unwrap();
    ledger.post_each(&readable(&operations(7, 60))).unwrap();
    ledger.settle();
    index_files(&memory)
});

fn spoil(memory: &Memory, spoils: Spoils) {
    let mut files = index_files(memory);
    let paths: Vec<String> = files.keys().cloned().collect();
    let Some(last) = paths.len().checked_sub(1) else { return };
    let path = |value: usize| paths[value % (last + 1)].clone();
    match spoils {
        Spoils::Flipped { value, bit } => {
            let bytes = files.get_mut(&path(value)).unwrap();
            let place = bit / 8 % bytes.len().max(1);
            flip(bytes, place, bit);
        }
        Spoils::Cut { value, left } => {
            let bytes = files.get_mut(&path(value)).unwrap();
            bytes.truncate(left % bytes.len().max(1));
        }
        Spoils::Missing { value } => drop(files.remove(&path(value))),
        Spoils::AllFlipped { bit } => {
            files
                .values_mut()
                .flat_map(|bytes| bytes.chunks_mut(4096))
                .for_each(|slot| flip(slot, bit % 40, bit));
        }
    }
    put_index(memory, &files);
}

/// A ledger, its storage, and what its index was at times.
struct Tried {
    ledger: Option<Ledger>,
    memory: Arc<Memory>,
    faulty: Arc<Faulty<Arc<Memory>>>,
    storage: Arc<Shelved<Arc<Faulty<Arc<Memory>>>>>,
    indexes: Vec<IndexFiles>,
}

impl Tried {
    fn new() -> Self {
        let memory = Arc::new(Memory::new());
        let faulty = Arc::new(Faulty::new(memory.clone()));
        let storage = Arc::new(Shelved::over(faulty.clone()));
        let ledger = Some(Ledger::create(storage.clone(), Box::new(clock())).unwrap());
        Self { ledger, memory, faulty, storage, indexes: Vec::new() }
    }

    fn ledger(&mut self) -> &mut Ledger {
        self.ledger.as_mut().unwrap()
    }

    fn go_through(&mut self, event: &Event) {
        match event {
            Event::Nothing => {}
            Event::Settles => {
                self.ledger().settle();
                self.indexes.push(index_files(&self.memory));
            }
            Event::Breaks(nth) => self.faulty.fail_below("index", *nth),
            Event::Spoilt(spoils) => spoil(&self.memory, *spoils),
            Event::Reopened(fate) => {
                self.ledger = None;
                self.faulty.heal();
                self.storage.serves(Serves::Plainly);
                self.meet(fate);
                self.ledger = Some(open(&self.storage));
            }
        }
    }

    fn meet(&mut self, fate: &Fate) {
        match fate {
            Fate::Kept => {}
            Fate::Deleted => drop_index(&self.memory),
            Fate::Older(which) => {
                if let Some(older) = self.indexes.get(which % self.indexes.len().max(1)) {
                    put_index(&self.memory, older);
                }
            }
            Fate::AnotherLedgers => put_index(&self.memory, &ANOTHER),
            Fate::Spoilt(spoils) => spoil(&self.memory, *spoils),
            Fate::Serves(serves) => self.storage.serves(*serves),
        }
    }
}

fn figures_agree(one: &Ledger, other: &Ledger) -> Result<(), TestCaseError> {
    prop_assert_eq!(one.root(), other.root());
    let figures = |ledger: &Ledger| serde_json::to_value(ledger.state()).unwrap();
    prop_assert_eq!(figures(one), figures(other));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_becomes_of_the_index_the_answers_and_the_root_are_those_of_a_ledger_without(
        history in histories(OPERATIONS_MAX),
        steps in vec((1..12_usize, ways(), events()), 8..40),
    ) {
        let operations = readable(&history);
        let (mut tried, mut plain) = (Tried::new(), without_index());
        let mut rest = operations.as_slice();
        for (count, way, event) in steps.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (group, later) = rest.split_at((*count).min(rest.len()));
            rest = later;
            prop_assert_eq!(ask(tried.ledger(), group, *way), ask(&mut plain, group, *way));
            prop_assert_eq!(tried.ledger().root(), plain.root());
            tried.go_through(event);
        }
        figures_agree(tried.ledger(), &plain)?;
        // And once more all of it, wherever it is found now.
        for group in operations.chunks(17) {
            prop_assert_eq!(ask(tried.ledger(), group, Way::Each), ask(&mut plain, group, Way::Each));
        }
        tried.go_through(&Event::Reopened(Fate::Kept));
        for group in operations.chunks(13) {
            prop_assert_eq!(ask(tried.ledger(), group, Way::OneByOne), ask(&mut plain, group, Way::OneByOne));
        }
        figures_agree(tried.ledger(), &plain)?;
        tried.ledger = None;
        assert_sound(&tried.memory, plain.state().entries());
        let (with, without) = (View::open(tried.memory.clone()).unwrap(), view_without_index(&tried.memory));
        for operation in operations.iter().step_by(5) {
            let found = [&with, &without].map(|view| view.entry_of(&operation.reference).unwrap());
            prop_assert_eq!(&found[0], &found[1]);
        }
    }
}

#[test]
fn these_histories_do_reach_runs_and_merged_runs() {
    let mut merged = 0;
    for seed in 0..8 {
        let mut tried = Tried::new();
        for group in readable(&operations(seed, OPERATIONS_MAX)).chunks(10) {
            tried.ledger().post_each(group).unwrap();
            tried.go_through(&Event::Settles);
        }
        let most = tried.indexes.iter().map(|files| runs(files).len()).max().unwrap();
        let (first, last) = runs(tried.indexes.last().unwrap())[0];
        assert!(most > 2, "{most} runs");
        merged += usize::from(first == 1 && last > 40);
    }
    assert!(merged > 4, "{merged}");
}
