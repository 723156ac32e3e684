//! Cuts: the power goes at every step of a short plan, and of what is not durable then, everything that chance could keep is
//! kept in turn.

use std::sync::Arc;

use ledger_core::View;
use ledger_core::storage::{Fault, INDEX_FOLDER};
use serde_json::json;

use crate::dice::Dice;
use crate::plan::Plan;
use crate::tally::{CHECKED, FAULTS, TRIED, Tally};
use crate::told::balances_agree;
use crate::world::{World, choices};

/// Cuts the power at every step. Up to `all_of` unsynced changes, every choice of them is tried.
pub fn cuts(plan: &Plan, all_of: usize) -> Result<Tally, String> {
    let mut tally = Tally::default();
    let mut dice = Dice::new(plan.seed ^ 0xc075);
    for fault in [Fault::Broken, Fault::Torn] {
        for nth in 1.. {
            let mut world = World::new(plan.layout);
            world.stop_at(nth, fault);
            for event in &plan.events {
                world.event(event).map_err(|what| format!("up to step {nth}: {what}"))?;
                if world.has_stopped() {
                    break;
                }
            }
            tally.merge(&world.tally);
            if !world.has_stopped() {
                break;
            }
            tally.add(FAULTS, "the power goes at each step in turn", 1);
            reader(&world, &mut tally).map_err(|what| format!("a reader at step {nth}: {what}"))?;
            let of_index = world.disk().unsynced_in(INDEX_FOLDER);
            let unsynced = of_index.iter().filter(|of_index| !**of_index).count();
            let images: u64 = if unsynced <= all_of { 1 << unsynced } else { 1 << all_of };
            for image in 0..images {
                let kept = choices(world.disk(), plan.seed ^ image, |change| {
                    if unsynced <= all_of { image >> change & 1 == 1 } else { dice.chance(50) }
                });
                after(&world, &kept, plan, &mut tally)
                    .map_err(|what| format!("{fault:?} at step {nth}, kept are {kept:?}: {what}"))?;
            }
        }
    }
    Ok(tally)
}

/// The ledger opens with all that was acknowledged, goes on, and stays.
fn after(world: &World, kept: &[bool], plan: &Plan, tally: &mut Tally) -> Result<(), String> {
    let left = Arc::new(world.disk().crash_keeping(kept));
    let mut left = World::on(left, world.told.clone(), plan.layout);
    left.open_whole()?;
    if !left.told.is_empty() {
        left.post(&json!({"op": "bank_interest", "ref": "after-cut", "on": "2999-12-31", "amount": "1"}))?;
    }
    left.cut(0);
    left.open_whole().map_err(|what| format!("the second time, {what}"))?;
    tally.merge(&left.tally);
    tally.add(TRIED, "disks as power cuts may leave them", 1);
    Ok(())
}

/// Whoever reads in this instant sees whole blocks.
fn reader(world: &World, tally: &mut Tally) -> Result<(), String> {
    let Ok(view) = View::open(Arc::new(world.disk().snapshot())) else {
        demand!(world.told.is_empty(), "the journal is not there");
        return Ok(());
    };
    let standing = view.state().map_err(|error| error.to_string())?;
    let (found, possible) = (standing.state.entries(), world.told.possible_sizes());
    demand!(possible.contains(&found), "{found} entries, and there may be {possible:?}");
    if found == world.told.len() {
        demand!(standing.root == Some(world.told.root()), "another root");
        tally.add(CHECKED, "balances", balances_agree(&standing.state, &world.told.model)?);
    }
    tally.add(CHECKED, "reads in the middle of a write", 1);
    Ok(())
}
