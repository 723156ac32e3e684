//! A life: a plan from its first event to its last.

use crate::plan::Plan;
use crate::tally::{TRIED, Tally};
use crate::world::World;

/// Lives through a plan. What fails comes with the number of the event, from 1.
pub fn life(plan: &Plan) -> Result<World, String> {
    let mut world = World::new(plan.layout);
    for (event, nth) in plan.events.iter().zip(1..) {
        world.event(event).map_err(|what| format!("event {nth}: {what}"))?;
    }
    world.close();
    world.device().heal();
    world.open_whole().map_err(|what| format!("at the end, {what}"))?;
    world.close();
    let mut tally = Tally::default();
    tally.add(TRIED, "lives of a ledger", 1);
    tally.add(TRIED, "events in them", plan.events.len() as u64);
    world.tally.merge(&tally);
    Ok(world)
}
