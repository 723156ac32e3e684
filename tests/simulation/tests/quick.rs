//! Guards against a ledger that loses or alters what it has acknowledged, whatever its disk does: a few seeds of the
//! simulation, each with a long life, a disk that decays and lies, and a power cut at every step.

use std::sync::Arc;

use ledger_core::storage::{Fault, Faulty, ManualClock, Memory, Step};
use ledger_core::{Ledger, Operation};
use serde_json::json;
use simulation::tally::{ANSWERED, ENDED, FAULTS, REFUSED, TRIED, Tally};
use simulation::trial::{Effort, trial};

/// What even a few seeds do, so that none of it is forgotten.
const OFTEN: &[(&str, &str)] = &[
    (FAULTS, "a bit flipped at rest"),
    (FAULTS, "a block of another ledger"),
    (FAULTS, "a disk that lies about syncs"),
    (FAULTS, "a failure of sync, Broken"),
    (FAULTS, "a failure of write, Torn"),
    (FAULTS, "a failure of extend, Full"),
    (FAULTS, "a second writer that no lock keeps out"),
    (FAULTS, "a sector lost"),
    (FAULTS, "a segment cut off"),
    (FAULTS, "a segment missing"),
    (FAULTS, "bytes forgotten after a failed sync"),
    (FAULTS, "clock set"),
    (FAULTS, "damage to a journal that was signed"),
    (FAULTS, "failing reads"),
    (FAULTS, "power cuts"),
    (FAULTS, "short reads"),
    (FAULTS, "the lock renamed, and a second writer"),
    (FAULTS, "the power goes at each step in turn"),
    (FAULTS, "IndexDamaged"),
    (FAULTS, "SnapshotDamaged"),
    (FAULTS, "a snapshot that lies"),
    (ANSWERED, "clock_ahead"),
    (ANSWERED, "clock_behind"),
    (REFUSED, "period_not_over"),
    (REFUSED, "total_too_large"),
    (ENDED, "nothing missing"),
    (ENDED, "refused"),
    (ENDED, "the end saved aside and reported"),
    (REFUSED, "journal_moved"),
    (REFUSED, "lock_lost"),
    (TRIED, "dry runs"),
    (TRIED, "files, rehearsed and adopted"),
    (TRIED, "retries of what nobody was told of"),
    (TRIED, "second writers"),
    (TRIED, "texts that are nearly operations"),
];

/// `SIMULATION_SEEDS` asks for more.
fn seeds() -> u64 {
    std::env::var("SIMULATION_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(24)
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
    let missing: Vec<_> = OFTEN.iter().filter(|(chapter, name)| all.count(chapter, name) == 0).collect();
    assert!(missing.is_empty(), "never happened: {missing:?}");
}

#[test]
fn a_write_that_goes_nowhere_is_not_acknowledged() {
    for nth in 2..30 {
        let storage = Arc::new(Faulty::new(Memory::new()));
        let clock = || Box::new(ManualClock::new(1_772_000_000_000_000_000, 1));
        let operation = |n: u64| {
            let json = match n {
                1 => {
                    json!({"op": "found", "ref": "found", "on": "2026-03-02", "currency": "Aïga", "symbol": "Ä",
                    "code": "AIGA", "denominations": [1], "association": "Aïga", "reconversion_fee": "0",
                    "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}})
                }
                n => json!({"op": "top_up", "ref": format!("n{n}"), "on": "2026-03-02", "amount": "1.00"}),
            };
            Operation::from_json(&json.to_string()).unwrap()
        };
        let mut ledger = Ledger::create(storage.clone(), clock()).unwrap();
        (1..nth).for_each(|n| assert!(!ledger.post(&operation(n)).unwrap().replayed));
        storage.fail_once(Step::Write, 1, Fault::Lost);
        assert_eq!(ledger.post(&operation(nth)).unwrap_err().code(), "journal_moved", "entry {nth}");
        drop(ledger);
        storage.heal();
        let mut ledger = Ledger::open(storage, clock()).unwrap();
        assert_eq!(ledger.state().entries(), nth - 1);
        assert!(!ledger.post(&operation(nth)).unwrap().replayed);
    }
}

#[test]
fn a_seed_tells_the_same_story_each_time() {
    let story = |seed| trial(seed, Effort::QUICK).map(|tally| tally.to_json()).map_err(|broken| broken.what);
    assert_eq!(story(3), story(3));
}
