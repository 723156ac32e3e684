//! A trial: all that is tried with one seed. What fails is shortened until nothing can be left out, and told step by step.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::cuts::cuts;
use crate::decay::{decay, every_bit};
use crate::lies::lies;
use crate::life::life;
use crate::plan::{Plan, SMALL};
use crate::tally::Tally;

/// How often a plan is tried again, shorter, at most.
const ATTEMPTS: u32 = 400;

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Events in a life.
    pub steps: usize,
    /// Damages of its disk at rest.
    pub damages: u64,
    /// Disks that lie.
    pub lies: u64,
    /// Commits of the plan whose every step is tried.
    pub commits: usize,
    /// Unsynced changes of which every choice is tried.
    pub all_of: usize,
    /// Bits flipped in each byte of a short journal.
    pub bits: u8,
}

impl Effort {
    /// For the tests of every day.
    pub const QUICK: Effort = Effort { steps: 120, damages: 30, lies: 4, commits: 5, all_of: 4, bits: 0 };

    /// For runs that may take their time.
    pub const LONG: Effort = Effort { steps: 400, damages: 120, lies: 16, commits: 8, all_of: 7, bits: 1 };
}

/// What does not hold.
#[derive(Debug)]
pub struct Broken {
    pub seed: u64,
    pub what: String,
    /// The shortest plan found that shows it.
    plan: Plan,
    steps: usize,
}

/// Tries everything with one seed.
pub fn trial(seed: u64, effort: Effort) -> Result<Tally, Box<Broken>> {
    let lived = |plan: &Plan| {
        let world = life(plan)?;
        let mut tally = world.tally.clone();
        tally.merge(&decay(world.disk(), &world.told, plan.layout, seed, effort.damages)?);
        tally.merge(&lies(&world, seed, effort.lies)?);
        Ok(tally)
    };
    let mut tally = attempt(&Plan::life(seed, effort.steps), effort, &lived)?;
    let cut = |plan: &Plan| cuts(plan, effort.all_of);
    tally.merge(&attempt(&Plan::short(seed, effort.commits), effort, &cut)?);
    if effort.bits > 0 {
        let flipped = |plan: &Plan| {
            let world = life(plan)?;
            let first = (seed % 8) as u8;
            every_bit(world.disk(), &world.told, SMALL, first..(first + effort.bits).min(8))
        };
        tally.merge(&attempt(&Plan::short(seed, 4), effort, &flipped)?);
    }
    Ok(tally)
}

type Check<'a> = &'a dyn Fn(&Plan) -> Result<Tally, String>;

fn attempt(plan: &Plan, effort: Effort, check: Check<'_>) -> Result<Tally, Box<Broken>> {
    run(plan, check).map_err(|what| {
        let (plan, what) = shortened(plan.clone(), what, check);
        Box::new(Broken { seed: plan.seed, what, plan, steps: effort.steps })
    })
}

/// A panic of the ledger is a failure as any other.
fn run(plan: &Plan, check: Check<'_>) -> Result<Tally, String> {
    catch_unwind(AssertUnwindSafe(|| check(plan))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("a panic: {}", text.unwrap_or_default()))
    })
}

/// Leaves out events, many at once first, as long as something still fails.
fn shortened(mut plan: Plan, mut what: String, check: Check<'_>) -> (Plan, String) {
    let mut left = ATTEMPTS;
    let mut many = plan.events.len().div_ceil(2);
    while many > 0 {
        let mut from = 0;
        while from < plan.events.len() && left > 0 {
            left -= 1;
            let mut shorter = plan.clone();
            shorter.events.drain(from..(from + many).min(plan.events.len()));
            match run(&shorter, check) {
                Err(still) => (plan, what) = (shorter, still),
                Ok(_) => from += many,
            }
        }
        many /= 2;
    }
    // Then what a batch holds.
    for nth in 0..plan.events.len() {
        let mut many = plan.events[nth].operations().map_or(0, |operations| operations.len().div_ceil(2));
        while many > 0 {
            let mut from = 0;
            while from < plan.events[nth].operations().map_or(0, |operations| operations.len()) && left > 0 {
                left -= 1;
                let mut shorter = plan.clone();
                if let Some(operations) = shorter.events[nth].operations() {
                    operations.drain(from..(from + many).min(operations.len()));
                }
                match run(&shorter, check) {
                    Err(still) => (plan, what) = (shorter, still),
                    Ok(_) => from += many,
                }
            }
            many /= 2;
        }
    }
    (plan, what)
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, what, plan, steps } = self;
        writeln!(f, "seed {seed}: {what}")?;
        writeln!(f, "\nagain: cargo run --release -p simulation -- --from {seed} --seeds 1 --steps {steps}")?;
        writeln!(f, "\nthe shortest plan found that shows it, on {:?}:", plan.layout)?;
        plan.events.iter().zip(1..).try_for_each(|(event, nth)| writeln!(f, "{nth:>4}  {event}"))
    }
}
