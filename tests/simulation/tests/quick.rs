//! Guards against a ledger that loses or alters what it has acknowledged, whatever its disk does: a few seeds of the
//! simulation, each with a long life, a disk that decays and lies, and a power cut at every step.

use simulation::tally::Tally;
use simulation::trial::{Effort, trial};

/// `SIMULATION_SEEDS` asks for more.
fn seeds() -> u64 {
    std::env::var("SIMULATION_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(12)
}

#[test]
fn nothing_that_was_acknowledged_is_lost_or_altered() {
    let begun = std::time::Instant::now();
    let mut all = Tally::default();
    let from = std::env::var("SIMULATION_FROM").ok().and_then(|from| from.parse().ok()).unwrap_or(1);
    for seed in from..from + seeds() {
        match trial(seed, Effort::QUICK) {
            Ok(tally) => all.merge(&tally),
            Err(broken) => panic!("{broken}"),
        }
    }
    println!("{all}{:?}", begun.elapsed());
}
