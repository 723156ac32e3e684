//! The ledger that the targets alter: a few hundred entries, with a snapshot, the hashes of the tree and an index.

use std::sync::{Arc, LazyLock};

use ledger_core::proof::{Checkpoint, Signer, SigningKey};
use ledger_core::storage::{Memory, Storage};
use ledger_core::{Ledger, Operation, State, View};

use crate::apply::PRELUDE;

/// So many that a snapshot and a bundle of the tree are due, and some entries stand behind both.
const ENTRIES: usize = 300;
/// Operations in one block, so that there are several blocks to a segment and several segments.
const BLOCK: usize = 12;

/// A ledger in memory, and what it says.
pub struct Story {
    storage: Memory,
    pub state: State,
    pub export: Vec<u8>,
}

static STORY: LazyLock<Story> = LazyLock::new(Story::tell);

impl Story {
    /// The ledger; made once.
    pub fn get() -> &'static Self {
        &STORY
    }

    /// A copy of its storage.
    pub fn storage(&self) -> Memory {
        self.storage.snapshot()
    }

    fn tell() -> Self {
        let memory = Arc::new(Memory::scratch());
        let storage: Arc<dyn Storage> = memory.clone();
        let mut ledger = crate::or_panic(crate::create(&storage), "creating");
        let lines = PRELUDE.iter().map(|line| (*line).to_owned()).chain((PRELUDE.len()..ENTRIES).map(line));
        let operations: Vec<Operation> =
            lines.map(|line| crate::or_panic(Operation::from_json(&line), &line)).collect();
        for block in operations.chunks(BLOCK) {
            crate::or_panic(ledger.post_batch(block), "posting");
        }
        ledger.settle();
        let state = ledger.state().clone();
        drop(ledger);
        Self { storage: memory.snapshot(), state, export: crate::exported(&storage) }
    }
}

/// What the ledger records after the prelude.
fn line(number: usize) -> String {
    let what = match number % 5 {
        // Until the bureau has no bills of one any more.
        0 if number < 60 => r#""op":"swap","bureau":"a","amount":"1.00","paid":"card""#.to_owned(),
        1 => format!(
            r#""op":"enrol_member","member":"m{number}","kind":"accepter","local_group":"g","valid_until":"2026-12-31""#
        ),
        2 => r#""op":"bank_charge","amount":"0.01""#.to_owned(),
        _ => r#""op":"bank_interest","amount":"0.02""#.to_owned(),
    };
    format!(r#"{{{what},"ref":"n{number}","on":"2026-02-{:02}"}}"#, number % 28 + 1)
}

/// The key of the ledger; whoever reads this can sign with it.
pub fn key() -> SigningKey {
    key_of("example.org/aiga", 7)
}

/// The same key as it signs for the first time.
pub fn signer() -> Signer {
    let (key, nothing) = (key(), Checkpoint::of_nothing(key().verifying().name().clone()));
    let nothing = nothing.sign(&key);
    crate::or_panic(Signer::new(key, Some(&nothing), None), "a signer")
}

/// A key of the same name that has signed nothing.
pub fn other_key() -> SigningKey {
    key_of("example.org/aiga", 8)
}

fn key_of(name: &str, seed: u8) -> SigningKey {
    let name = crate::or_panic(name.parse(), name);
    crate::or_panic(SigningKey::from_seed(name, [seed; 32]), "a key")
}

/// What reads this storage.
pub fn view(storage: &Arc<dyn Storage>) -> View {
    crate::or_panic(View::open(Arc::clone(storage)), "viewing")
}

/// The ledger of this storage, opened to write.
pub fn writer(storage: &Arc<dyn Storage>) -> Ledger {
    crate::or_panic(crate::open(storage), "opening")
}
