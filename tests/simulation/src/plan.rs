//! A plan: what happens to a ledger, from a seed. It is made before anything happens, so any part of it can be left out
//! and the rest still makes sense; that is how a failure is shortened.

use std::fmt;

use ledger_core::journal::Layout;
use ledger_core::storage::{Fault, Step};
use serde_json::Value;

use crate::dice::Dice;
use crate::generate::operations;
use crate::model::{Model, Outcome};

/// What happens, and on which segments.
#[derive(Debug, Clone)]
pub struct Plan {
    pub seed: u64,
    pub layout: Layout,
    pub events: Vec<Event>,
}

/// One thing that happens.
#[derive(Debug, Clone)]
pub enum Event {
    Post(Value),
    /// All of them in one block, or none.
    Batch(Vec<Value>),
    /// Those that are allowed, in one block.
    Each(Vec<Value>),
    /// A rehearsal, block by block; it is adopted if `keep` and nothing is refused.
    File {
        blocks: Vec<Vec<Value>>,
        keep: bool,
    },
    /// An acknowledged operation once more; `altered`: with another note.
    Retry {
        nth: u64,
        altered: bool,
    },
    /// Text that is nearly an operation.
    Garble(String),
    Read(u64),
    /// Somebody else wants to write.
    SecondWriter,
    /// A second writer is let in, for this reason. One of the two records what there is in `first`, and then the other tries to
    /// record what there is in `late`.
    TwoWriters {
        why: LetIn,
        newcomer_acts: bool,
        first: Vec<Value>,
        late: Vec<Value>,
    },
    Settle,
    Reopen(Option<Mischief>),
    /// The clock is set to so many seconds after the beginning, or before it.
    Clock(i64),
    /// The nth step from now on fails, once or for ever.
    Fault {
        step: Option<Step>,
        nth: u64,
        fault: Fault,
        for_ever: bool,
        after: After,
    },
    /// The nth read while the ledger is opened, or looked at, fails.
    ReadFault {
        nth: u64,
        fault: Fault,
        opening: bool,
    },
    /// The power goes.
    Cut(u64),
}

/// What follows when something failed.
#[derive(Debug, Clone, Copy)]
pub enum After {
    /// Nothing: whoever planned it looks at what is left.
    Nothing,
    /// The ledger is opened again.
    Reopen,
    /// The power goes; of what was not durable, chance keeps some.
    Cut(u64),
    /// What could not be synced is forgotten by the system; the ledger is opened again, and then the power goes.
    Forgotten,
}

/// Why a second writer is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetIn {
    /// The lock's file was renamed.
    LockRenamed,
    /// The file system keeps no locks.
    NoLocks,
}

/// What is done to the disposable folders while nobody has the ledger open.
#[derive(Debug, Clone, Copy)]
pub enum Mischief {
    IndexGone,
    IndexDamaged(u64),
    /// The index as it was some time ago.
    IndexOld,
    /// The index of another ledger, of at most so many entries.
    IndexForeign,
    SnapshotsGone,
    SnapshotDamaged(u64),
    /// A figure changed in one or in all, and their checksums made anew.
    SnapshotForged(u64),
    NewestSnapshotGone,
    TreeGone,
    TreeDamaged(u64),
}

/// Segments so small that a short history fills several.
pub const SMALL: Layout = Layout { segment_len_max: 3000, extend_step_min: 1024, extend_step_max: 1024 };

impl Plan {
    /// A long one, with everything.
    pub fn life(seed: u64, steps: usize) -> Plan {
        let mut dice = Dice::new(seed ^ 0x11fe);
        let kib = 1 << dice.below(5);
        let layout =
            Layout { segment_len_max: 4096 * kib, extend_step_min: 512 * kib, extend_step_max: 1024 * kib };
        let early = if dice.chance(50) { 450 } else { 0 };
        let mut supply = operations(seed, early + steps * 2).into_iter();
        let mut events = Vec::new();
        if early > 0 {
            // So many at once that a snapshot is soon due.
            let mut model = Model::new();
            let opening: Vec<Value> = supply.by_ref().take(early).collect();
            let allowed = |operation: &Value| matches!(model.post(operation), Ok(Outcome::Recorded(_)));
            events.push(Event::Batch(opening.into_iter().filter(allowed).collect()));
        }
        while events.len() < steps {
            events.push(draw(&mut dice, &mut supply));
        }
        Plan { seed, layout, events }
    }

    /// A short one of operations alone: what is tried with it is tried at each of its steps.
    pub fn short(seed: u64, commits: usize) -> Plan {
        let mut dice = Dice::new(seed ^ 0x5407);
        let mut model = Model::new();
        let mut supply = operations(seed, 40 * commits).into_iter();
        let mut allowed = |many: u64| -> Vec<Value> {
            supply
                .by_ref()
                .filter(|operation| matches!(model.post(operation), Ok(Outcome::Recorded(_))))
                .take(many as usize)
                .collect()
        };
        let mut events = Vec::new();
        while events.len() < commits {
            let many = 1 + dice.below(4);
            events.push(match dice.below(8) {
                0..=4 => allowed(1).pop().map_or(Event::Settle, Event::Post),
                5 => Event::Batch(allowed(many)),
                6 => Event::File { blocks: vec![allowed(1), allowed(many)], keep: true },
                _ => Event::Reopen(None),
            });
        }
        Plan { seed, layout: SMALL, events }
    }
}

impl Event {
    /// The operations of a batch, to be shortened.
    pub fn operations(&mut self) -> Option<&mut Vec<Value>> {
        match self {
            Self::Batch(operations) | Self::Each(operations) => Some(operations),
            _ => None,
        }
    }
}

fn draw(dice: &mut Dice, supply: &mut impl Iterator<Item = Value>) -> Event {
    let many = 1 + dice.below(6) as usize;
    match dice.below(100) {
        0..=40 => supply.next().map_or(Event::Settle, Event::Post),
        41..=43 => Event::TwoWriters {
            why: if dice.chance(50) { LetIn::LockRenamed } else { LetIn::NoLocks },
            newcomer_acts: dice.chance(50),
            first: supply.take(if dice.chance(30) { 0 } else { 4 + many }).collect(),
            late: supply.take(4 + many).collect(),
        },
        44..=48 => Event::Batch(supply.take(many).collect()),
        49..=52 => Event::Each(supply.take(many).collect()),
        53..=56 => {
            let blocks = (0..=dice.below(3)).map(|_| supply.take(1 + many / 2).collect()).collect();
            Event::File { blocks, keep: dice.chance(60) }
        }
        57..=61 => Event::Retry { nth: dice.roll(), altered: dice.chance(30) },
        62..=63 => Event::Garble(garbled(dice, &supply.next().unwrap_or_default())),
        64..=69 => Event::Read(dice.roll()),
        70 => Event::SecondWriter,
        71 => Event::Settle,
        72..=76 => {
            let mischief = [
                Mischief::IndexGone,
                Mischief::IndexDamaged(dice.roll()),
                Mischief::IndexOld,
                Mischief::IndexForeign,
                Mischief::SnapshotsGone,
                Mischief::SnapshotDamaged(dice.roll()),
                Mischief::SnapshotForged(dice.roll()),
                Mischief::NewestSnapshotGone,
                Mischief::TreeGone,
                Mischief::TreeDamaged(dice.roll()),
            ];
            Event::Reopen(if dice.chance(60) { dice.pick(&mischief) } else { None })
        }
        77..=78 => Event::Clock(clock(dice)),
        79..=94 => fault(dice),
        95..=97 => Event::ReadFault {
            nth: 1 + dice.below(12),
            fault: if dice.chance(50) { Fault::Broken } else { Fault::Torn },
            opening: dice.chance(60),
        },
        _ => Event::Cut(dice.roll()),
    }
}

fn fault(dice: &mut Dice) -> Event {
    let after = match dice.below(3) {
        0 => After::Reopen,
        1 => After::Forgotten,
        _ => After::Cut(dice.roll()),
    };
    let nth = 1 + dice.below(6);
    match dice.below(10) {
        // The power goes in the middle of something: no step after it happens.
        0..=4 => Event::Fault {
            step: None,
            nth,
            fault: if dice.chance(50) { Fault::Broken } else { Fault::Torn },
            for_ever: true,
            after: After::Cut(dice.roll()),
        },
        5 => Event::Fault { step: Some(Step::Write), nth: 1, fault: Fault::Torn, for_ever: false, after },
        6 => Event::Fault { step: Some(Step::Sync), nth: 1, fault: Fault::Broken, for_ever: false, after },
        7 => Event::Fault { step: Some(Step::Extend), nth: 1, fault: Fault::Full, for_ever: false, after },
        8 => Event::Fault { step: Some(Step::Create), nth: 1, fault: Fault::Full, for_ever: false, after },
        _ => {
            let fault = [Fault::Broken, Fault::Torn, Fault::Full][dice.below(3) as usize];
            Event::Fault { step: None, nth, fault, for_ever: false, after }
        }
    }
}

/// The text of an operation, with some of it changed, cut or doubled.
fn garbled(dice: &mut Dice, operation: &Value) -> String {
    let mut bytes = operation.to_string().into_bytes();
    for _ in 0..=dice.below(3) {
        let at = dice.below(bytes.len() as u64 + 1) as usize;
        match dice.below(4) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, b"\"{}[]:,\\\x00\xff09eu-"[dice.below(15) as usize]),
            2 => bytes.drain(at..).for_each(drop),
            _ => bytes.extend_from_within(at..),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, operations: &[Value]| {
            operations.iter().try_for_each(|operation| write!(f, "\n        {operation}"))
        };
        match self {
            Self::Post(operation) => write!(f, "post {operation}"),
            Self::Batch(operations) => {
                write!(f, "post all or none of:")?;
                list(f, operations)
            }
            Self::Each(operations) => {
                write!(f, "post each of:")?;
                list(f, operations)
            }
            Self::File { blocks, keep } => {
                write!(f, "rehearse {}", if *keep { "and adopt:" } else { "and forget:" })?;
                blocks.iter().try_for_each(|block| write!(f, "\n      a block of").and(list(f, block)))
            }
            Self::TwoWriters { why, newcomer_acts, first, late } => {
                let (acts, tries) =
                    if *newcomer_acts { ("newcomer", "holder") } else { ("holder", "newcomer") };
                write!(f, "a second writer is let in ({why:?}); the {acts} posts:")?;
                list(f, first)?;
                write!(f, "\n      the {tries} then tries:")?;
                list(f, late)
            }
            other => write!(f, "{other:?}"),
        }
    }
}

/// Where the clock is set: mostly some weeks off, also a few hours or days; and now and then to 1970, or to the year 2500.
fn clock(dice: &mut Dice) -> i64 {
    const DAY: i128 = 24 * 3600;
    (match dice.below(10) {
        0 => -20_500 * DAY,
        1 => 173_000 * DAY,
        2 => dice.between(-2 * DAY, 2 * DAY),
        3 => dice.between(-800 * DAY, 800 * DAY),
        _ => dice.between(-4_000_000, 4_000_000),
    }) as i64
}
