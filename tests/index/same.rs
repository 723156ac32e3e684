//! Random histories on a ledger whose index has a hard life, beside a ledger that has none.

use std::sync::LazyLock;

use ledger_core::storage::{Faulty, ShelfFault};
use proptest::collection::vec;
use proptest::prelude::*;

use super::generate::{histories, operations};
use super::shelved::runs;
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
    /// All that is known goes to the shelf.
    Settles,
    /// From the nth call on, the shelf fails.
    Breaks(u64, ShelfFault),
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

/// What happens to one value of the shelf, or to several.
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
    let fault = prop_oneof![Just(ShelfFault::Broken), Just(ShelfFault::Panics)];
    let fate = prop_oneof![
        6 => Just(Fate::Kept),
        2 => Just(Fate::Deleted),
        3 => any::<usize>().prop_map(Fate::Older),
        1 => Just(Fate::AnotherLedgers),
        3 => spoils().prop_map(Fate::Spoilt),
        1 => Just(Fate::Serves(Serves::Never)),
        1 => Just(Fate::Serves(Serves::ReadOnly)),
        1 => Just(Fate::Serves(Serves::Unwritable)),
    ];
    prop_oneof![
        3 => Just(Event::Nothing),
        9 => Just(Event::Settles),
        1 => (1..40_u64, fault).prop_map(|(nth, fault)| Event::Breaks(nth, fault)),
        1 => spoils().prop_map(Event::Spoilt),
        4 => fate.prop_map(Event::Reopened),
    ]
}

fn ways() -> impl Strategy<Value = Way> {
    prop_oneof![Just(Way::OneByOne), Just(Way::Each), Just(Way::Batch)]
}

/// The shelf of a ledger with another history.
static ANOTHER: LazyLock<Pairs> = LazyLock::new(|| {
    let memory = Arc::new(Memory::new());
    let mut ledger = Ledger::create(memory.clone(), Box::new(clock())).unwrap();
    ledger.post_each(&readable(&operations(7, 60))).unwrap();
    ledger.settle();
    memory.shelf_pairs()
});

fn spoil(memory: &Memory, spoils: Spoils) {
    if memory.shelf_pairs().is_empty() {
        return;
    }
    memory.alter_shelf(|pairs| {
        let keys: Vec<Vec<u8>> = pairs.keys().cloned().collect();
        let key = |value: usize| keys[value % keys.len()].clone();
        let flip = |bytes: &mut Vec<u8>, bit: usize| {
            let place = bit / 8 % bytes.len().max(1);
            bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= 1 << (bit % 8));
        };
        match spoils {
            Spoils::Flipped { value, bit } => flip(pairs.get_mut(&key(value)).unwrap(), bit),
            Spoils::Cut { value, left } => {
                let bytes = pairs.get_mut(&key(value)).unwrap();
                bytes.truncate(left % bytes.len().max(1));
            }
            Spoils::Missing { value } => drop(pairs.remove(&key(value))),
            Spoils::AllFlipped { bit } => pairs.values_mut().for_each(|bytes| flip(bytes, bit)),
        }
    });
}

/// A ledger, its storage, and what was on its shelf at times.
struct Tried {
    ledger: Option<Ledger>,
    memory: Arc<Memory>,
    faulty: Arc<Faulty<Arc<Memory>>>,
    storage: Arc<Shelved<Arc<Faulty<Arc<Memory>>>>>,
    shelves: Vec<Pairs>,
}

impl Tried {
    fn new() -> Self {
        let memory = Arc::new(Memory::new());
        let faulty = Arc::new(Faulty::new(memory.clone()));
        let storage = Arc::new(Shelved::over(faulty.clone()));
        let ledger = Some(Ledger::create(storage.clone(), Box::new(clock())).unwrap());
        Self { ledger, memory, faulty, storage, shelves: Vec::new() }
    }

    fn ledger(&mut self) -> &mut Ledger {
        self.ledger.as_mut().unwrap()
    }

    fn go_through(&mut self, event: &Event) {
        match event {
            Event::Nothing => {}
            Event::Settles => {
                self.ledger().settle();
                self.shelves.push(self.memory.shelf_pairs());
            }
            Event::Breaks(nth, fault) => self.faulty.fail_shelf_from(*nth, *fault),
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
            Fate::Deleted => self.memory.drop_shelf().unwrap(),
            Fate::Older(which) => {
                if let Some(older) = self.shelves.get(which % self.shelves.len().max(1)) {
                    put_shelf(&self.memory, older);
                }
            }
            Fate::AnotherLedgers => put_shelf(&self.memory, &ANOTHER),
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
        let most = tried.shelves.iter().map(|pairs| runs(pairs).len()).max().unwrap();
        let (first, last) = runs(tried.shelves.last().unwrap())[0];
        assert!(most > 2, "{most} runs");
        merged += usize::from(first == 1 && last > 40);
    }
    assert!(merged > 4, "{merged}");
}
