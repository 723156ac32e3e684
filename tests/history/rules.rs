//! Stories worked out by hand, so that the model itself is held against something.

use serde_json::{Value, json};
use simulation::model::{Code, Model, Outcome, choose};

struct Story {
    model: Model,
    told: u32,
}

impl Story {
    /// A founded ledger with a consigned bureau `ales`, a prefunded one `florac`, an accepter and a full vault.
    fn begin() -> Story {
        let mut story = Story { model: Model::new(), told: 0 };
        story.tell(json!({"op": "found", "currency": "Aïga", "symbol": "Ä", "code": "AIGA",
            "denominations": [1, 2, 5, 10, 20, 50], "association": "A", "reconversion_fee": "0.02",
            "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}}));
        story.tell(json!({"op": "open_bureau", "bureau": "ales", "name": "A", "local_group": "g",
            "terms": {"consignment": {"till_ceiling": "200.00"}}}));
        story.tell(json!({"op": "open_bureau", "bureau": "florac", "name": "F", "local_group": "g",
            "terms": "prefunded"}));
        story.tell(json!({"op": "enrol_member", "member": "A-1", "kind": "accepter", "local_group": "g",
            "valid_until": "2026-12-31"}));
        story.tell(json!({"op": "print_bills", "bills": {"1": 100, "5": 100, "10": 100, "50": 100}}));
        story.tell(json!({"op": "supply", "bureau": "ales", "bills": {"1": 20, "5": 20, "10": 20}}));
        story
    }

    /// Posts with a reference of its own (`e1`, `e2`, …) and a day in March, unless it brings them.
    fn post(&mut self, mut operation: Value) -> Result<Outcome, Code> {
        self.told += 1;
        for (field, value) in [("ref", json!(format!("e{}", self.told))), ("on", json!("2026-03-02"))] {
            if operation.get(field).is_none() {
                operation[field] = value;
            }
        }
        self.model.post(&operation)
    }

    fn tell(&mut self, operation: Value) {
        let shown = operation.to_string();
        assert!(matches!(self.post(operation), Ok(Outcome::Recorded(_))), "{shown}");
    }

    fn says(&self, account: &str, cents: i128) {
        assert_eq!(self.model.balance(account), cents, "{account}");
    }
}

#[test]
fn a_reconversion_paid_in_parts_loses_no_cent_of_its_fee() {
    let mut story = Story::begin();
    story.tell(json!({"op": "issue", "bills": {"5": 1, "1": 1}}));
    story.tell(json!({"op": "reconvert", "ref": "rec", "member": "A-1", "bills": {"5": 1}, "invoice": "F"}));
    story.tell(json!({"op": "pay_out", "payable": "rec", "amount": "0.24"}));
    story.says("own:fees", 0);
    story.tell(json!({"op": "pay_out", "payable": "rec", "amount": "0.01"}));
    story.says("own:fees", 1);
    story.tell(json!({"op": "pay_out", "payable": "rec"}));
    story.says("own:fees", 10);
    story.says("fund:payable:rec", 0);
    story.says("fund:deposit", 100);
    assert_eq!(story.post(json!({"op": "pay_out", "payable": "rec"})), Err("payable_settled"));
}

#[test]
fn a_fee_taken_too_early_is_not_handed_back_when_the_part_before_it_is_reversed() {
    let mut story = Story::begin();
    story.tell(json!({"op": "issue", "bills": {"5": 1}}));
    story.tell(json!({"op": "reconvert", "ref": "rec", "member": "A-1", "bills": {"5": 1}, "invoice": "F"}));
    story.tell(json!({"op": "pay_out", "ref": "first", "payable": "rec", "amount": "0.24"}));
    story.tell(json!({"op": "pay_out", "payable": "rec", "amount": "0.01"}));
    story.tell(json!({"op": "reverse", "entry": "first", "reason": "erreur"}));
    story.tell(json!({"op": "pay_out", "payable": "rec", "amount": "0.01"}));
    story.says("own:fees", 1);
}

#[test]
fn a_slip_counted_short_and_over_at_once_settles_the_receivable_it_just_made() {
    let mut story = Story::begin();
    story.tell(json!({"op": "swap", "bureau": "ales", "bills": {"10": 10}, "paid": "cash"}));
    story.tell(json!({"op": "remit", "bureau": "ales", "amount": "100", "slip": "S"}));
    story.tell(json!({"op": "deposit", "ref": "dep", "slip": "S", "amount": "103.5",
        "short": "2", "over": "6", "charge": "0.50"}));
    story.says("fund:receivable:ales", 0);
    story.says("fund:payable:dep", 400);
    story.says("fund:deposit", 10_400);
    story.says("own:bank", -50);
    assert_eq!(story.post(json!({"op": "deposit", "slip": "S", "amount": "100"})), Err("already_deposited"));
    story.tell(json!({"op": "reverse", "entry": "dep", "reason": "erreur"}));
    story.tell(json!({"op": "deposit", "slip": "S", "amount": "100"}));
}

#[test]
fn a_till_stays_within_its_ceiling_and_a_remit_makes_room() {
    let mut story = Story::begin();
    let swap = |tens: u32| json!({"op": "swap", "bureau": "ales", "bills": {"10": tens}, "paid": "cash"});
    story.tell(swap(19));
    story.tell(json!({"op": "swap", "bureau": "ales", "bills": {"5": 2}, "paid": "cheque"}));
    assert_eq!(story.post(swap(1)), Err("till_ceiling_exceeded"));
    story.tell(json!({"op": "remit", "bureau": "ales", "amount": "10", "slip": "S"}));
    story.tell(swap(1));
}

#[test]
fn a_count_presumes_missing_bills_in_circulation_and_the_bureau_owes_them() {
    let mut story = Story::begin();
    story.tell(json!({"op": "swap", "bureau": "ales", "bills": {"10": 5}, "paid": "cash"}));
    // One ten is missing, and the till holds 3 € more than it should.
    story.tell(json!({"op": "count", "ref": "c", "bureau": "ales", "bills": {"1": 20, "5": 20, "10": 14},
        "till": "53"}));
    story.says("fund:receivable:ales", 700);
    story.says("fund:till:ales", 5_300);
    story.tell(json!({"op": "count", "ref": "d", "bureau": "ales", "bills": {"1": 20, "5": 20, "10": 15}}));
    story.says("fund:receivable:ales", 0);
    story.says("fund:payable:d", 300);
    story.says("circulation:public", 5_000);
}

#[test]
fn a_prefunded_bureau_pays_first_and_its_swaps_bring_no_euros() {
    let mut story = Story::begin();
    story.tell(json!({"op": "supply", "ref": "sup", "bureau": "florac", "bills": {"50": 2}}));
    story.says("fund:transit:sup", 10_000);
    story.tell(json!({"op": "swap", "bureau": "florac", "amount": "50", "paid": "card"}));
    story.says("circulation:bureau:florac", 5_000);
    assert_eq!(story.model.fund_total(), 10_000);
    story.tell(json!({"op": "deposit", "slip": "sup", "amount": "100"}));
    story.tell(json!({"op": "return_bills", "ref": "ret", "bureau": "florac", "bills": {"50": 1}}));
    story.says("fund:payable:ret", 5_000);
    let credit = json!({"op": "swap", "bureau": "ales", "amount": "30", "paid": {"credit": "ret"}});
    story.tell(credit);
    story.says("fund:payable:ret", 2_000);
}

#[test]
fn a_retry_with_other_fields_is_a_conflict_even_when_only_the_note_differs() {
    let mut story = Story::begin();
    let top_up = json!({"op": "top_up", "ref": "t", "amount": "5"});
    story.tell(top_up.clone());
    assert!(matches!(story.post(top_up.clone()), Ok(Outcome::Replayed(_))));
    let mut same_amount = top_up.clone();
    same_amount["amount"] = json!("5.00");
    assert!(matches!(story.post(same_amount), Ok(Outcome::Replayed(_))));
    let mut noted = top_up;
    noted["note"] = json!("encore");
    assert_eq!(story.post(noted), Err("reference_conflict"));
}

#[test]
fn the_fewest_bills_are_handed_out_and_then_the_largest() {
    let stock = [(1, 9), (5, 4), (10, 6), (20, 3), (25, 2), (50, 1)].into();
    assert_eq!(choose(&stock, 3_000), Ok([(25, 1), (5, 1)].into()));
    assert_eq!(choose(&stock, 6_000), Ok([(50, 1), (10, 1)].into()));
    assert_eq!(choose(&[(50, 1), (20, 3)].into(), 6_000), Ok([(20, 3)].into()));
    assert_eq!(choose(&stock, 3_050), Err("no_exact_bills"));
    assert_eq!(choose(&[(50, 1), (20, 1)].into(), 6_000), Err("no_exact_bills"));
}
