//! Lies: a disk that says yes to a sync and makes nothing durable. What it was honest about stays; of the rest, what is left
//! is a true beginning, or refused.

use std::sync::Arc;

use ledger_core::storage::{Fault, Step};
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::plan::{Event, SMALL};
use crate::survey::{Kind, stones, survey};
use crate::tally::{FAULTS, Tally};
use crate::told::Told;
use crate::world::World;

/// Goes on with a copy of a disk that begins to lie, and cuts the power.
pub fn lies(world: &World, seed: u64, tries: u64) -> Result<Tally, String> {
    let mut tally = Tally::default();
    let mut dice = Dice::new(seed ^ 0x11e5);
    for _ in 0..tries {
        let mut liar = World::on(Arc::new(world.disk().snapshot()), world.told.clone(), SMALL);
        liar.open_whole()?;
        let honest = liar.told.len();
        let step = dice.pick(&[None, Some(Step::Sync), Some(Step::SyncFolder)]).flatten();
        liar.device().fail_from(step, 1 + dice.below(3), Fault::Lies);
        let posts = 1 + dice.below(8);
        let repents_before = dice.below(2 * posts);
        for nth in 0..posts {
            if nth == repents_before {
                liar.device().heal();
            }
            let many = 1 + dice.below(3);
            liar.event(&Event::Batch((0..many).map(|place| interest(nth * 10 + place)).collect()))?;
        }
        let stones = stones(liar.disk())?;
        let told: Told = liar.told.clone();
        // What is written in the background comes before, each time alike.
        liar.settle();
        liar.cut(dice.roll());
        let rules = (Kind::Wrong, honest.min(told.len()));
        let found = survey(liar.disk(), &told, &stones, SMALL, rules, &mut dice);
        tally.merge(&found.map_err(|what| format!("a disk that lies about {step:?}: {what}"))?);
        tally.merge(&liar.tally);
        tally.add(FAULTS, "a disk that lies about syncs", 1);
    }
    Ok(tally)
}

fn interest(nth: u64) -> Value {
    json!({"op": "bank_interest", "ref": format!("lie-{nth}"), "on": "2999-12-31", "amount": "0.01"})
}
