//! Guards against: an acknowledged operation that is lost or half there, a failure after which the ledger
//! remembers what it did not record, an operation recorded twice, and a dry run that leaves traces.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::sync::Arc;

use ledger_core::audit::audit;
use ledger_core::index::Snapshots;
use ledger_core::journal::{Layout, segments};
use ledger_core::ledger::{ClockDoubt, ClockTrust};
use ledger_core::storage::{Clock, Fault, Faulty, ManualClock, Memory, Overlay, Step, Storage};
use ledger_core::{BatchError, Ledger, LedgerError, Operation, Receipt, Sequence, View};
use serde_json::{Value, json};

/// Small segments, so that a short history fills several.
const LAYOUT: Layout = Layout { segment_len_max: 4096, extend_step_min: 1024, extend_step_max: 2048 };

/// A clock that stands still: `recorded_at` grows by the least step, so the same operations have the same root.
fn clock() -> Box<dyn Clock> {
    Box::new(ManualClock::new(1_772_000_000_000_000_000, 0))
}

fn operation(json: &Value) -> Operation {
    Operation::from_json(&json.to_string()).unwrap()
}

fn founding() -> Vec<Operation> {
    let on = "2026-03-02";
    vec![
        operation(&json!({"op": "found", "ref": "found", "on": on, "currency": "Aïga", "symbol": "Ä",
            "code": "AIGA", "denominations": [1, 5, 10, 50], "association": "A", "reconversion_fee": "0.02",
            "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}})),
        operation(&json!({"op": "open_bureau", "ref": "open", "on": on, "bureau": "ales", "name": "A",
            "local_group": "g", "terms": {"consignment": {"till_ceiling": "5000.00"}}})),
        operation(&json!({"op": "print_bills", "ref": "print", "on": on, "bills": {"5": 1000, "10": 1000}})),
        operation(
            &json!({"op": "supply", "ref": "supply", "on": on, "bureau": "ales", "bills": {"5": 500, "10": 500}}),
        ),
    ]
}

fn swap(n: u32) -> Operation {
    operation(&json!({"op": "swap", "ref": format!("swap-{n}"), "on": "2026-03-03", "bureau": "ales",
        "amount": "5", "paid": "cash"}))
}

fn remit(slip: &str, amount: &str) -> Operation {
    operation(&json!({"op": "remit", "ref": format!("remit-{slip}"), "on": "2026-03-04", "bureau": "ales",
        "amount": amount, "slip": slip}))
}

fn swaps(numbers: std::ops::Range<u32>) -> Vec<Operation> {
    numbers.map(swap).collect()
}

/// A ledger with so many swaps, posted one by one.
fn with_swaps(storage: Arc<dyn Storage>, swaps: u32) -> Ledger {
    let mut ledger = Ledger::create_with(storage, clock(), LAYOUT).unwrap();
    ledger.post_batch(&founding()).unwrap();
    for n in 0..swaps {
        ledger.post(&swap(n)).unwrap();
    }
    ledger
}

fn open(storage: &Arc<Memory>) -> Result<Ledger, LedgerError> {
    Ledger::open_with(storage.clone(), clock(), LAYOUT)
}

fn code<T>(outcome: Result<T, LedgerError>) -> &'static str {
    outcome.err().map_or("no error", |error| error.code())
}

/// All that somebody may see of a ledger, to compare before and after.
fn seen(ledger: &Ledger) -> (ledger_core::journal::Root, ledger_core::State) {
    (ledger.root(), ledger.state().clone())
}

// ---- Durability -------------------------------------------------------------------------------------------

/// Commits that end in a snapshot and go on behind it: 4 + 1 + 1 + 252 + 1 + 2 entries.
fn commits() -> Vec<Vec<Operation>> {
    let last = vec![remit("S-1", "25"), swap(900)];
    vec![founding(), swaps(0..1), swaps(1..2), swaps(2..254), swaps(254..255), last]
}

/// Posts the commits until something fails; the receipts of those acknowledged.
fn work(storage: Arc<dyn Storage>) -> Vec<Receipt> {
    let Ok(mut ledger) = Ledger::create_with(storage, clock(), LAYOUT) else { return Vec::new() };
    let mut acknowledged = Vec::new();
    for commit in commits() {
        let Ok(receipts) = ledger.post_batch(&commit) else { break };
        acknowledged.extend(receipts);
    }
    acknowledged
}

/// Opens what a power cut has left: what was acknowledged is there, no commit is there by half, and the history
/// posted to its end comes to the same root as if nothing had happened.
fn check_after_a_power_cut(left: Memory, acknowledged: &[Receipt], whole: &[Receipt]) {
    let left = Arc::new(left);
    let mut ledger = match open(&left) {
        Ok(ledger) => ledger,
        Err(error) => {
            assert!(error.code() == "no_journal" && acknowledged.is_empty(), "{error}");
            return;
        }
    };
    let entries = ledger.state().entries();
    assert!(entries >= acknowledged.len() as u64, "{entries} entries of {}", acknowledged.len());
    assert!(entries == 0 || whole.iter().any(|receipt| receipt.tree_size == entries), "half a commit");
    for receipt in acknowledged {
        let entry = ledger.entry(receipt.sequence).unwrap().unwrap();
        assert_eq!(entry.operation.reference, receipt.reference);
        assert_eq!(entry.recorded_at, receipt.recorded_at);
    }
    let again = commits().iter().flat_map(|commit| ledger.post_batch(commit).unwrap()).collect::<Vec<_>>();
    for (again, first) in again.iter().zip(whole) {
        assert_eq!(
            (again.sequence, again.root, again.tree_size),
            (first.sequence, first.root, first.tree_size)
        );
        assert_eq!(again.replayed, again.sequence.number() <= entries);
    }
    drop(ledger);
    let storage: Arc<dyn Storage> = left;
    assert_eq!(audit(&storage, |_| ()).unwrap().failure, None);
}

#[test]
fn a_power_cut_after_any_step_keeps_all_that_was_acknowledged_and_nothing_by_half() {
    let whole = work(Arc::new(Memory::new()));
    let mut random = 7_u64;
    for fault in [Fault::Broken, Fault::Torn] {
        for step in 1.. {
            let memory = Arc::new(Memory::new());
            let faulty = Arc::new(Faulty::new(memory.clone()));
            faulty.fail_from(None, step, fault);
            let acknowledged = work(faulty.clone());
            assert_eq!(acknowledged, whole[..acknowledged.len()]);
            check_after_a_power_cut(memory.crash(), &acknowledged, &whole);
            for _ in 0..3 {
                let mut chance = || {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    random >> 63 == 1
                };
                let kept: Vec<bool> = (0..memory.unsynced()).map(|_| chance()).collect();
                check_after_a_power_cut(memory.crash_keeping(&kept), &acknowledged, &whole);
            }
            if (faulty.steps().len() as u64) < step {
                break;
            }
        }
    }
}

#[test]
fn a_failed_sync_or_write_stops_the_ledger_until_it_is_opened_again() {
    for (step, fault) in
        [(Step::Sync, Fault::Broken), (Step::Write, Fault::Torn), (Step::Write, Fault::Broken)]
    {
        let memory = Arc::new(Memory::new());
        let faulty = Arc::new(Faulty::new(memory.clone()));
        let mut ledger = with_swaps(faulty.clone(), 2);
        let before = seen(&ledger);
        faulty.fail_once(step, 1, fault);
        assert_eq!(code(ledger.post(&swap(2))), "journal_io");
        assert_eq!(code(ledger.post(&swap(2))), "journal_poisoned");
        assert!(matches!(
            ledger.post_batch(&swaps(3..5)),
            Err(BatchError::Ledger(error)) if error.code() == "journal_poisoned"
        ));
        assert!(seen(&ledger) == before, "nothing is remembered of what was not recorded");
        assert_eq!(ledger.entry_of(&"swap-2".parse().unwrap()).unwrap(), None);
        let replayed = ledger.post(&swap(1)).unwrap();
        assert!(replayed.replayed, "what was recorded is still acknowledged");
        drop(ledger);
        let mut ledger = open(&memory).unwrap();
        assert_eq!(
            ledger.post(&swap(2)).unwrap().sequence.number(),
            7,
            "one entry, whether it survived or not"
        );
        assert_eq!(ledger.state().entries(), 7);
        assert_eq!(seen(&ledger), seen(&with_swaps(Arc::new(Memory::new()), 3)));
    }
}

#[test]
fn a_full_disk_refuses_and_the_operation_is_posted_once_there_is_room() {
    let faulty = Arc::new(Faulty::new(Memory::new()));
    let mut ledger = with_swaps(faulty.clone(), 0);
    let mut refused = 0;
    for n in 0..80 {
        for step in [Step::Create, Step::Extend] {
            let before = seen(&ledger);
            faulty.fail_once(step, 1, Fault::Full);
            match ledger.post(&swap(n)) {
                Err(error) => {
                    assert_eq!(error.code(), "no_space");
                    assert!(seen(&ledger) == before);
                    refused += 1;
                }
                Ok(receipt) => assert_eq!(receipt.sequence.number(), u64::from(n) + 5),
            }
            faulty.heal();
        }
        ledger.post(&swap(n)).unwrap();
    }
    assert!(refused > 4 && segments(&faulty).unwrap().len() > 2, "{refused} refusals");
    assert!(seen(&ledger) == seen(&with_swaps(Arc::new(Memory::new()), 80)), "as if nothing had happened");
}

#[test]
fn a_snapshot_that_cannot_be_written_takes_nothing_from_what_is_recorded() {
    for step in [Step::Create, Step::Write, Step::Sync, Step::Rename, Step::SyncFolder] {
        let faulty = Arc::new(Faulty::new(Memory::new()));
        let mut ledger = Ledger::create(faulty.clone(), clock()).unwrap();
        ledger.post_batch(&founding()).unwrap();
        // A commit writes and syncs the journal first, and then the snapshot.
        let nth = if matches!(step, Step::Write | Step::Sync) { 2 } else { 1 };
        faulty.fail_once(step, nth, Fault::Broken);
        ledger.post_batch(&swaps(0..260)).unwrap();
        ledger.settle();
        ledger.post(&swap(260)).unwrap();
        drop(ledger);
        let ledger = Ledger::open(faulty, clock()).unwrap();
        assert_eq!(ledger.state().entries(), 265, "{step:?}");
    }
}

// ---- Batches and retries ----------------------------------------------------------------------------------

#[test]
fn a_batch_is_recorded_whole_or_not_at_all_and_all_that_is_wrong_is_told() {
    let mut ledger = with_swaps(Arc::new(Memory::new()), 2);
    let before = seen(&ledger);
    let batch = [swap(10), remit("S-1", "16"), swap(11), remit("S-2", "20"), remit("S-3", "0.01")];
    match ledger.post_batch(&batch) {
        Err(BatchError::Rejected(rejected)) => {
            let told: Vec<_> = rejected.iter().map(|one| (one.index, one.rejection.code())).collect();
            assert_eq!(told, [(1, "insufficient_till"), (4, "insufficient_till")]);
        }
        other => panic!("{other:?}"),
    }
    assert!(seen(&ledger) == before);
    assert_eq!(ledger.entry_of(&"swap-10".parse().unwrap()).unwrap(), None);

    let each = ledger.post_each(&batch).unwrap();
    let told: Vec<_> =
        each.iter().map(|one| one.as_ref().map(|receipt| receipt.sequence.number()).ok()).collect();
    assert_eq!(told, [Some(7), None, Some(8), Some(9), None]);
    assert_eq!(ledger.state().fund().tills.to_string(), "0.00");
    assert!(ledger.post_batch(&[]).unwrap().is_empty());
}

#[test]
fn a_batch_whose_commit_fails_is_unwound_whole() {
    let faulty = Arc::new(Faulty::new(Memory::new()));
    let mut ledger = with_swaps(faulty.clone(), 3);
    let before = seen(&ledger);
    let mut batch = vec![remit("S-1", "15")];
    batch.push(operation(
        &json!({"op": "deposit", "ref": "dep", "on": "2026-03-05", "slip": "S-1", "amount": "10",
        "short": "5"}),
    ));
    batch.push(operation(
        &json!({"op": "reverse", "ref": "undo", "on": "2026-03-05", "entry": "dep", "reason": "r"}),
    ));
    batch.extend(swaps(3..40));
    faulty.fail_once(Step::Extend, 1, Fault::Full);
    let refused = ledger.post_batch(&batch);
    assert!(matches!(refused, Err(BatchError::Ledger(error)) if error.code() == "no_space"));
    assert!(seen(&ledger) == before);
    let receipts = ledger.post_batch(&batch).unwrap();
    assert_eq!(receipts.len(), 40);
    let mut other = with_swaps(Arc::new(Memory::new()), 3);
    other.post_batch(&batch).unwrap();
    assert!(seen(&ledger) == seen(&other));
}

#[test]
fn more_than_a_block_takes_is_refused_before_anything_is_done() {
    let mut ledger = with_swaps(Arc::new(Memory::new()), 0);
    let before = seen(&ledger);
    let batch = vec![swap(0); 65_537];
    assert!(
        matches!(ledger.post_batch(&batch), Err(BatchError::Ledger(error)) if error.code() == "batch_too_large")
    );
    assert!(seen(&ledger) == before);
    let receipts = ledger.post_batch(&batch[1..]).unwrap();
    assert_eq!(receipts.iter().filter(|receipt| !receipt.replayed).count(), 1);
    assert_eq!(ledger.state().entries(), 5);
}

#[test]
fn a_retry_gets_the_first_receipt_in_the_same_batch_later_and_after_opening_again() {
    let memory = Arc::new(Memory::new());
    let mut ledger = with_swaps(memory.clone(), 1);
    let receipts = ledger.post_batch(&[swap(5), swap(6), swap(5), swap(0)]).unwrap();
    let [first, second, again, old] = &receipts[..] else { panic!("{receipts:?}") };
    assert_eq!((first.sequence.number(), second.sequence.number()), (6, 7));
    assert_eq!((first.tree_size, first.root), (7, ledger.root()));
    let original = |receipt: &Receipt| Receipt { replayed: true, ..receipt.clone() };
    assert_eq!(*again, original(first));
    assert_eq!((old.sequence.number(), old.tree_size, old.replayed), (5, 5, true));

    ledger.post_batch(&swaps(10..300)).unwrap();
    let before = seen(&ledger);
    assert_eq!(ledger.post(&swap(5)).unwrap(), original(first));
    assert_eq!(ledger.post(&swap(0)).unwrap(), *old);
    assert!(seen(&ledger) == before, "a retry records nothing");
    drop(ledger);
    let mut ledger = open(&memory).unwrap();
    assert_eq!(ledger.post(&swap(5)).unwrap(), original(first));
    let mut mixed = ledger.post_batch(&[swap(400), swap(6), swap(0)]).unwrap();
    assert_eq!(mixed.pop().unwrap(), *old);
    assert_eq!(mixed.pop().unwrap(), original(second));
    assert_eq!(mixed.pop().unwrap().sequence.number(), before.1.entries() + 1);
}

// ---- Time, locks and segments -----------------------------------------------------------------------------

/// A clock that a test can set while the ledger has it.
#[derive(Debug)]
struct Shared(Arc<ManualClock>);

impl Clock for Shared {
    fn now_ns(&self) -> u64 {
        self.0.now_ns()
    }
}

/// An instant so many nanoseconds after 2026-03-01.
const fn march(ns: u64) -> u64 {
    1_772_323_200_000_000_000 + ns
}

#[test]
fn a_clock_that_jumps_back_still_gives_increasing_times() {
    let (memory, clock) = (Arc::new(Memory::new()), Arc::new(ManualClock::new(march(5_000_000), 10)));
    let mut ledger = Ledger::create(memory.clone(), Box::new(Shared(clock.clone()))).unwrap();
    let mut times = Vec::new();
    times.extend(ledger.post_batch(&founding()).unwrap().iter().map(|receipt| receipt.recorded_at.ns()));
    assert_eq!(times, [5_000_000, 5_000_010, 5_000_020, 5_000_030].map(march));
    for (n, now_ns) in [(0, 4_000_000), (1, 0), (2, 6_000_000)] {
        clock.set(march(now_ns));
        times.push(ledger.post(&swap(n)).unwrap().recorded_at.ns());
    }
    drop(ledger);
    let mut ledger = Ledger::open(memory.clone(), Box::new(ManualClock::new(march(1), 0))).unwrap();
    times.push(ledger.post(&swap(3)).unwrap().recorded_at.ns());
    assert_eq!(times[4..], [5_000_031, 5_000_032, 6_000_000, 6_000_001].map(march));
    drop(ledger);
    let storage: Arc<dyn Storage> = memory;
    assert!(audit(&storage, |_| ()).unwrap().ok);
}

const DAY_NS: u64 = 24 * 3600 * 1_000_000_000;

/// A ledger whose clock can be set, with some entries of March 2026.
fn with_clock(memory: &Arc<Memory>) -> (Arc<ManualClock>, Ledger) {
    let clock = Arc::new(ManualClock::new(march(0), 10));
    let mut ledger = Ledger::create(memory.clone(), Box::new(Shared(clock.clone()))).unwrap();
    ledger.post_batch(&founding()).unwrap();
    (clock, ledger)
}

#[test]
fn a_clock_far_from_the_last_entry_is_asked_about_and_nothing_is_recorded() {
    let (clock, mut ledger) = with_clock(&Arc::new(Memory::new()));
    let (root, last) = (ledger.root(), ledger.state().recorded_at());
    let year_2500 = 16_725_225_600_000_000_000;
    for (now_ns, code) in
        [(0, "clock_behind"), (march(0) - 2 * DAY_NS, "clock_behind"), (year_2500, "clock_ahead")]
    {
        clock.set(now_ns);
        assert_eq!(ledger.post(&swap(1)).unwrap_err().code(), code);
        let batch = ledger.post_batch(&[swap(1), swap(2)]).unwrap_err();
        assert!(matches!(batch, BatchError::Ledger(LedgerError::Doubtful(_))), "{batch}");
        assert_eq!((ledger.root(), ledger.state().recorded_at()), (root, last));
    }
    clock.set(march(2 * DAY_NS));
    ledger.post(&swap(1)).unwrap();
    assert_eq!(ledger.overruled_doubt(), None);
}

#[test]
fn a_ledger_whose_clock_was_wrong_once_goes_on_for_ever() {
    let memory = Arc::new(Memory::new());
    let (clock, mut ledger) = with_clock(&memory);
    clock.set(16_725_225_600_000_000_000);
    ledger.trust_clock(ClockTrust::Confirmed);
    let far = ledger.post(&swap(1)).unwrap().recorded_at;
    assert_eq!(far.to_string(), "2262-04-11T23:47:16.854775807Z");
    drop(ledger);
    // The clock is right again, and the ledger has to be told so: it is centuries behind.
    let mut ledger = Ledger::open(memory.clone(), Box::new(ManualClock::new(march(DAY_NS), 10))).unwrap();
    assert_eq!(ledger.post(&swap(2)).unwrap_err().code(), "clock_behind");
    ledger.trust_clock(ClockTrust::Confirmed);
    let receipts = ledger.post_batch(&[swap(2), swap(3)]).unwrap();
    assert_eq!(receipts[0].recorded_at.ns() - far.ns(), 1);
    assert_eq!(receipts[1].recorded_at.ns() - far.ns(), 2);
    assert_eq!(ledger.overruled_doubt().map(ClockDoubt::code), Some("clock_behind"));
    drop(ledger);
    let storage: Arc<dyn Storage> = memory;
    assert!(audit(&storage, |_| ()).unwrap().ok);
}

#[test]
fn a_ledger_that_an_older_program_closed_for_ever_is_opened_again() {
    let memory = Arc::new(Memory::new());
    // In February 2026 the rule was not in force yet.
    let february = 1_772_000_000_000_000_000;
    let clock = Arc::new(ManualClock::new(february, 10));
    let mut ledger = Ledger::create(memory.clone(), Box::new(Shared(clock.clone()))).unwrap();
    ledger.post_batch(&founding()).unwrap();
    let post = |ledger: &mut Ledger, line: &str| {
        ledger.post(&Operation::from_json(line).unwrap()).map_err(|error| error.code())
    };
    let dead = r#"{"op":"close_period","ref":"dead","on":"2026-03-03","through":"2999-12-31"}"#;
    post(&mut ledger, dead).unwrap();
    clock.set(march(30 * DAY_NS));
    assert_eq!(ledger.post(&swap(1)).unwrap_err().code(), "period_closed");
    assert_eq!(post(&mut ledger, &dead.replace("dead", "again")), Err("period_closed"));
    drop(ledger);
    let mut ledger = Ledger::open(memory.clone(), Box::new(Shared(clock))).unwrap();
    let back =
        r#"{"op":"reverse","ref":"back","on":"2026-03-31","entry":"dead","reason":"the year was mistyped"}"#;
    post(&mut ledger, back).unwrap();
    ledger.post(&swap(1)).unwrap();
    assert_eq!(ledger.state().registers().closed_through(), None);
    drop(ledger);
    let storage: Arc<dyn Storage> = memory;
    assert!(audit(&storage, |_| ()).unwrap().ok);
}

#[test]
fn a_ledger_is_not_founded_by_a_clock_of_another_century() {
    for (now_ns, founded) in [(0, false), (march(0), true), (4_102_444_800_000_000_000, false)] {
        let clock = Box::new(ManualClock::new(now_ns, 1));
        let mut ledger = Ledger::create(Arc::new(Memory::new()), clock).unwrap();
        let said = ledger.post_batch(&founding()).map(drop);
        assert_eq!(said.is_ok(), founded, "{said:?}");
        if !founded {
            ledger.trust_clock(ClockTrust::Confirmed);
            ledger.post_batch(&founding()).unwrap();
        }
    }
}

#[test]
fn there_is_one_writer_and_one_ledger_in_a_place() {
    let memory = Arc::new(Memory::new());
    assert_eq!(code(open(&memory)), "no_journal");
    let ledger = with_swaps(memory.clone(), 1);
    assert_eq!(code(open(&memory)), "locked");
    assert_eq!(code(Ledger::create(memory.clone(), clock())), "locked");
    assert_eq!(
        View::open(memory.clone()).unwrap().state().unwrap().state,
        *ledger.state(),
        "readers need no lock"
    );
    drop(ledger);
    assert_eq!(code(Ledger::create(memory.clone(), clock())), "journal_exists");
    drop(open(&memory).unwrap());
    assert!(!memory.lock_held().unwrap(), "a ledger that could not be created holds no lock");
}

#[test]
fn segments_follow_one_another_and_the_ledger_is_the_same() {
    let (small, large) = (Arc::new(Memory::new()), Arc::new(Memory::new()));
    let mut ledger = with_swaps(small.clone(), 300);
    let mut one_segment = Ledger::create(large.clone(), clock()).unwrap();
    one_segment.post_batch(&[founding(), swaps(0..300)].concat()).unwrap();
    assert!(segments(&small).unwrap().len() > 10 && segments(&large).unwrap().len() == 1);
    assert!(seen(&ledger) == seen(&one_segment), "a root knows nothing of blocks and segments");
    for sequence in [1, 5, 137, 304] {
        let entry = ledger.entry(Sequence::new(sequence)).unwrap();
        assert!(entry.is_some() && entry == one_segment.entry(Sequence::new(sequence)).unwrap());
    }
    assert_eq!(ledger.entry(Sequence::new(305)).unwrap(), None);
    ledger.post(&remit("S-1", "1500")).unwrap();
    one_segment.post(&remit("S-1", "1500")).unwrap();
    drop(ledger);
    assert!(seen(&open(&small).unwrap()) == seen(&one_segment));
}

// ---- Snapshots and dry runs -------------------------------------------------------------------------------

fn snapshot_path(memory: &Memory) -> String {
    format!("snapshots/{}", memory.list("snapshots").unwrap().last().unwrap())
}

#[test]
fn a_ledger_opens_the_same_with_a_snapshot_damaged_gone_or_of_another_ledger() {
    let memory = Arc::new(Memory::new());
    let before = seen(&with_swaps(memory.clone(), 280));
    let path = snapshot_path(&memory);
    let bytes = memory.bytes(&path).unwrap();
    let check = |what: &str, change: &dyn Fn(&Memory)| {
        let changed = Arc::new(memory.snapshot());
        change(&changed);
        let view = View::open(changed.clone()).unwrap().state().unwrap();
        assert!(view.state == before.1 && view.root == Some(before.0), "{what}: reading");
        let storage: Arc<dyn Storage> = changed.clone();
        assert_eq!(audit(&storage, |_| ()).unwrap().root, before.0, "{what}: audit");
        let mut ledger = open(&changed).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(seen(&ledger) == before, "{what}: opening");
        ledger.post(&swap(280)).unwrap();
    };
    check("whole", &|_| ());
    check("gone", &|changed| changed.remove(&path).unwrap());
    check("empty", &|changed| changed.set_bytes(&path, Vec::new()));
    check("no text", &|changed| changed.set_bytes(&path, vec![0xff; 900]));
    check("cut short", &|changed| changed.set_bytes(&path, bytes[..bytes.len() - 9].to_vec()));
    check("unfinished", &|changed| changed.set_bytes(&format!("{path}.unfinished"), bytes[..50].to_vec()));
    check("no number", &|changed| changed.set_bytes("snapshots/latest.json", bytes.clone()));
    for offset in (0..bytes.len() as u64).step_by(37) {
        check(&format!("bit at {offset}"), &|changed| changed.flip(&path, offset, 1));
    }
    // Of another ledger, of as many entries: only what they swapped differs.
    let other = Arc::new(Memory::new());
    let mut ledger = Ledger::create_with(other.clone(), clock(), LAYOUT).unwrap();
    ledger.post_batch(&founding()).unwrap();
    for n in 1000..1280 {
        ledger.post(&swap(n)).unwrap();
    }
    drop(ledger);
    let foreign = other.bytes(&path).unwrap();
    let changed = Arc::new(memory.snapshot());
    changed.set_bytes(&path, foreign);
    let view = View::open(changed.clone()).unwrap().state().unwrap();
    assert!(view.state == before.1 && view.root == Some(before.0));
    assert!(seen(&open(&changed).unwrap()) == before);
}

#[test]
fn a_snapshot_that_is_ahead_of_the_journal_tells_that_its_end_was_cut_off() {
    let memory = Arc::new(Memory::new());
    drop(with_swaps(memory.clone(), 280));
    let (short, sequence) = (Arc::new(Memory::new()), Snapshots::new(memory.clone()).sequences()[0]);
    drop(with_swaps(short.clone(), 100));
    let path = snapshot_path(&memory);
    short.set_bytes(&path, memory.bytes(&path).unwrap());
    assert!(sequence > 104);
    assert_eq!(code(open(&short)), "journal_cut_off");
    assert_eq!(code(View::open(short.clone()).unwrap().state()), "journal_cut_off");
    let storage: Arc<dyn Storage> = short;
    let failure = audit(&storage, |_| ()).unwrap().failure.unwrap();
    assert_eq!((failure.code, failure.sequence.number()), ("journal_cut_off", 105));
}

/// Every file and its bytes.
fn contents(memory: &Memory) -> BTreeMap<String, Vec<u8>> {
    let inside = |folder: &str| {
        let names = memory.list(folder).unwrap().into_iter();
        names
            .map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") })
            .collect::<Vec<_>>()
    };
    let paths = ["", "journal", "snapshots", "index", "damaged"].into_iter().flat_map(inside);
    paths.map(|path| (path.clone(), memory.bytes(&path).unwrap())).collect()
}

#[test]
fn a_dry_run_tells_what_would_be_and_leaves_the_ledger_as_it_is() {
    let base = Arc::new(Memory::new());
    let ledger = with_swaps(base.clone(), 240);
    let before = contents(&base);
    let overlay = Arc::new(Overlay::new(base.clone(), Arc::new(Memory::scratch())));
    let mut dry = Ledger::open_with(overlay.clone(), clock(), LAYOUT).unwrap();
    for n in 240..280 {
        dry.post(&swap(n)).unwrap();
    }
    let would_be = seen(&dry);
    assert_eq!(View::open(overlay.clone()).unwrap().state().unwrap().root, Some(would_be.0));
    dry.settle();
    assert!(!Snapshots::new(overlay.clone()).sequences().is_empty(), "a snapshot, aside");
    drop((dry, overlay));
    assert!(contents(&base) == before);
    drop(ledger);
    let mut ledger = open(&base).unwrap();
    for n in 240..280 {
        ledger.post(&swap(n)).unwrap();
    }
    assert!(seen(&ledger) == would_be, "and then it is so");
}
