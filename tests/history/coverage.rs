//! The generator really produces what the properties are to be held against: every kind of operation, accepted
//! and rejected, and every code a rejection can have.

use serde_json::json;
use simulation::generate::operations;
use simulation::model::{Model, Outcome};
use std::collections::BTreeMap;

/// So many histories, from the seeds 1, 2, 3, …, each of so many operations.
const HISTORIES: u64 = 24;
const LENGTH: usize = 600;

const KINDS: &str = "found open_bureau amend_bureau close_bureau enrol_member amend_member renew_member set_fee \
    print_bills destroy_bills supply return_bills issue swap exchange remit deposit reconvert pay_out release count \
    cover write_off reclassify bank_interest bank_charge top_up withdraw_surplus reverse attest_statement \
    close_period";

/// Every code but those of the text (`malformed_json`, `duplicate_field`).
const CODES: &str = "unknown_operation missing_field unknown_field invalid_value not_positive amount_too_large \
    empty_bills conflicting_fields repeated_slip unequal_exchange nothing_to_amend reclassify_not_allowed \
    reserved_name unexpected_field reference_conflict reference_in_use not_founded period_closed already_founded \
    unknown_denomination bureau_exists unknown_bureau bureau_closed wrong_terms member_exists unknown_member \
    unknown_slip already_deposited slip_closed unknown_payable payable_settled credit_not_allowed unknown_entry \
    reversal_of_reversal nothing_to_reverse already_reversed slips_of_several_bureaux wrong_bureau amount_mismatch \
    dated_before released_too_early count_not_paid_out charge_too_large over_too_large bank_line_mismatch \
    bank_line_in_use float_exceeded period_not_increasing period_not_over \
    not_the_last_closing not_an_accepter membership_expired membership_ends_before renewal_shortens insufficient_stock no_exact_bills \
    insufficient_circulation bureau_not_empty till_ceiling_exceeded insufficient_till transit_exceeded \
    receivable_exceeded payable_exceeded own_funds_insufficient bank_insufficient \
    balance_too_large total_too_large";

#[test]
fn two_dozen_histories_hold_every_kind_and_every_refusal() {
    let mut kinds: BTreeMap<String, [u32; 3]> = BTreeMap::new();
    let mut codes: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 1..=HISTORIES {
        let mut model = Model::new();
        for operation in operations(seed, LENGTH) {
            let kind = operation["op"].as_str().unwrap_or("(none)").to_owned();
            let column = match model.post(&operation) {
                Ok(Outcome::Recorded(_)) => 0,
                Ok(Outcome::Replayed(_)) => 1,
                Err(code) => {
                    *codes.entry(code).or_default() += 1;
                    2
                }
            };
            kinds.entry(kind).or_default()[column] += 1;
        }
    }

    println!("{:<20}{:>9}{:>9}{:>9}", "kind", "recorded", "replayed", "rejected");
    for (kind, [recorded, replayed, rejected]) in &kinds {
        println!("{kind:<20}{recorded:>9}{replayed:>9}{rejected:>9}");
    }
    for (code, times) in &codes {
        println!("{code:<28}{times:>6}");
    }
    let recorded: u32 = kinds.values().map(|counts| counts[0]).sum();
    let all: u32 = kinds.values().flatten().sum();
    println!("recorded {recorded} of {all}");
    let seen = |kind: &str| kinds.get(kind).copied().unwrap_or_default();
    let missing: Vec<&str> = KINDS
        .split_whitespace()
        .filter(|kind| seen(kind)[0] == 0 || seen(kind)[2] == 0)
        .chain(CODES.split_whitespace().filter(|code| !codes.contains_key(code)))
        .collect();
    assert!(missing.is_empty(), "never happened: {missing:?}");
    assert!(recorded * 2 >= all, "at least half of the operations are legal");
}

#[test]
fn the_same_seed_tells_the_same_story_and_a_shorter_one_is_its_beginning() {
    let long = operations(7, 400);
    assert_eq!(long, operations(7, 400));
    assert_eq!(long[..150], operations(7, 150));
}

#[test]
fn a_balance_never_passes_a_hundred_thousand_million() {
    let mut model = Model::new();
    let found = operations(1, 10).into_iter().find(|op| op["op"] == "found").expect("a founding");
    model.post(&found).expect("legal");
    let top_up =
        |n: u32| json!({"op": "top_up", "ref": format!("t{n}"), "on": "2026-01-05", "amount": "10000000000"});
    for n in 0..10 {
        model.post(&top_up(n)).expect("still within");
    }
    assert_eq!(model.post(&top_up(10)), Err("balance_too_large"));
}

#[test]
fn no_history_makes_the_model_break_its_own_promise() {
    for seed in 0..150 {
        let mut model = Model::new();
        for operation in operations(seed, 500) {
            let _ = model.post(&operation);
        }
    }
}
