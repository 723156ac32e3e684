//! Guards against: a refusal that cannot be provoked, that carries wrong figures, that comes with another
//! code when two rules are broken at once, or that leaves a trace in the ledger.
//!
//! Every code of `Rejection::CODES` is provoked here. Each story is a test that also tells which codes it
//! provoked, so that the last one can say which are missing.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::process::{ExitCode, Termination};
use std::sync::Arc;

use ledger_core::storage::{ManualClock, Memory};
use ledger_core::{Ledger, LedgerError, Operation, Receipt, Rejection};
use serde_json::{Value, json};

/// The codes that a story provoked.
struct Told(BTreeSet<&'static str>);

impl Termination for Told {
    fn report(self) -> ExitCode {
        assert!(!self.0.is_empty(), "a story here provokes something");
        ExitCode::SUCCESS
    }
}

struct Story {
    ledger: Ledger,
    posted: u32,
    told: Told,
}

impl Story {
    fn of_an_empty_ledger() -> Self {
        let clock = ManualClock::new(1_798_761_600_000_000_000, 1_000);
        let ledger = Ledger::create(Arc::new(Memory::new()), Box::new(clock)).unwrap();
        Self { ledger, posted: 0, told: Told(BTreeSet::new()) }
    }

    /// `ales` on consignment with a ceiling of 200 €, `ganges` with none, `florac` prefunded; an accepter and an
    /// individual; bills at `ales`, none in circulation. Entries 1 to 8.
    fn begin() -> Self {
        let mut story = Self::of_an_empty_ledger();
        story.tell(json!({"op": "found", "ref": "found", "on": "2026-01-02", "currency": "Aïga", "symbol": "Ä", "code": "AIGA",
            "denominations": [1, 5, 10, 50], "association": "A", "reconversion_fee": "0.02",
            "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}}));
        for (bureau, terms) in [
            ("ales", json!({"consignment": {"till_ceiling": "200.00"}})),
            ("ganges", json!({"consignment": {}})),
            ("florac", json!("prefunded")),
        ] {
            story.tell(json!({"op": "open_bureau", "ref": format!("open-{bureau}"), "bureau": bureau,
                "name": "B", "local_group": "g", "terms": terms}));
        }
        for (member, kind, until) in [("A-1", "accepter", "2026-12-31"), ("U-1", "individual", "2026-06-30")]
        {
            story.tell(json!({"op": "enrol_member", "member": member, "kind": kind, "local_group": "g",
                "valid_until": until}));
        }
        story.tell(json!({"op": "print_bills", "bills": {"1": 100, "5": 100, "10": 100, "50": 100}}));
        story.tell(json!({"op": "supply", "bureau": "ales", "bills": {"1": 20, "5": 20, "10": 40}}));
        story
    }

    fn try_line(&mut self, line: &str) -> Result<Receipt, Rejection> {
        match self.ledger.post(&Operation::from_json(line)?) {
            Ok(receipt) => Ok(receipt),
            Err(LedgerError::Rejected(rejection)) => Err(rejection),
            Err(other) => panic!("{line}: {other}"),
        }
    }

    /// With a reference of its own and a day in March, unless the operation brings them.
    fn line(&mut self, mut operation: Value) -> String {
        self.posted += 1;
        for (field, value) in [("ref", format!("e{}", self.posted)), ("on", "2026-03-02".to_owned())] {
            if operation.get(field).is_none() {
                operation[field] = json!(value);
            }
        }
        operation.to_string()
    }

    fn tell(&mut self, operation: Value) -> u64 {
        let line = self.line(operation);
        let receipt = self.try_line(&line).unwrap_or_else(|rejection| panic!("{line}: {rejection}"));
        assert!(!receipt.replayed, "{line}");
        receipt.sequence.number()
    }

    fn refusal(&mut self, line: &str) -> Rejection {
        let (root, state) = (self.ledger.root(), self.ledger.state().clone());
        let Err(rejection) = self.try_line(line) else { panic!("not refused: {line}") };
        assert_eq!(self.ledger.root(), root, "{line}");
        assert!(*self.ledger.state() == state, "a refusal leaves no trace: {line}");
        self.told.0.insert(rejection.code());
        rejection
    }

    /// The operation is refused with this code and these figures, as they stand in JSON.
    fn refuses(&mut self, operation: Value, code: &str, mut figures: Value) {
        let line = self.line(operation);
        figures["code"] = json!(code);
        assert_eq!(serde_json::to_value(self.refusal(&line)).unwrap(), figures, "{line}");
    }

    fn refuses_code(&mut self, operation: Value, code: &str) {
        let line = self.line(operation);
        assert_eq!(self.refusal(&line).code(), code, "{line}");
    }

    /// 100 € swapped at `ales` and remitted under the slip `S-1`.
    fn remit_a_hundred(&mut self) {
        self.tell(json!({"op": "swap", "bureau": "ales", "bills": {"10": 10}, "paid": "cash"}));
        self.tell(json!({"op": "remit", "ref": "remit", "bureau": "ales", "amount": "100", "slip": "S-1"}));
    }

    /// 50 € issued, and reconverted by the accepter under the reference `rec`.
    fn reconvert_fifty(&mut self) -> u64 {
        self.tell(json!({"op": "issue", "bills": {"50": 1}}));
        self.tell(
            json!({"op": "reconvert", "ref": "rec", "member": "A-1", "bills": {"50": 1}, "invoice": "F"}),
        )
    }
}

// ---- Shape ------------------------------------------------------------------------------------------------

#[test]
fn a_line_that_is_no_operation() -> Told {
    let mut story = Story::begin();
    let mut refuse = |line: &str, expected: Value| {
        assert_eq!(serde_json::to_value(story.refusal(line)).unwrap(), expected, "{line}");
    };
    refuse(r#"{"op":"top_up","op":"top_up"}"#, json!({"code": "duplicate_field", "field": "op"}));
    refuse(r#"{"op":"swop"}"#, json!({"code": "unknown_operation", "operation": "swop"}));
    refuse(r#"{"ref":"a"}"#, json!({"code": "missing_field", "field": "op"}));
    refuse(
        r#"{"op":"top_up","on":"2026-03-02","amount":"5"}"#,
        json!({"code": "missing_field", "field": "ref"}),
    );
    refuse(
        r#"{"op":"top_up","ref":"a","on":"2026-03-02","amount":"5","bureau":"ales"}"#,
        json!({"code": "unknown_field", "operation": "top_up", "field": "bureau"}),
    );
    refuse(
        r#"{"op":"top_up","ref":"a","on":"2026-03-02","amount":"5.000"}"#,
        json!({"code": "invalid_value", "field": "amount", "got": "\"5.000\"",
            "expected": "an amount as text with at most two decimals, such as \"25.00\""}),
    );
    for line in [
        r#"["op"]"#,
        r#"{"op":"top_up","ref":"a","on":"2026-02-29","amount":"5"}"#,
        r#"{"op":"top_up","ref":"a","on":"2026-03-02","amount":5}"#,
        r#"{"op":"top_up","ref":"a b","on":"2026-03-02","amount":"5"}"#,
        r#"{"op":"print_bills","ref":"a","on":"2026-03-02","bills":{"10":-1}}"#,
        r#"{"op":"print_bills","ref":"a","on":"2026-03-02","bills":{"10":1.5}}"#,
        r#"{"op":"reverse","ref":"a","on":"2026-03-02","entry":0,"reason":"r"}"#,
    ] {
        assert_eq!(story.refusal(line).code(), "invalid_value", "{line}");
    }
    let cut_off = story.refusal(r#"{"op":"top_up","#);
    assert!(matches!(cut_off, Rejection::MalformedJson { column: 15, .. }), "{cut_off:?}");
    story.told
}

#[test]
fn amounts_that_are_none_or_too_many_and_bills_that_are_none() -> Told {
    let mut story = Story::begin();
    let top_up = |amount: &str| json!({"op": "top_up", "amount": amount});
    story.refuses(top_up("0"), "not_positive", json!({"field": "amount", "got": "0.00"}));
    story.refuses(top_up("-5"), "not_positive", json!({"field": "amount", "got": "-5.00"}));
    let figures = json!({"field": "amount", "got": "10000000000.01", "most": "10000000000.00"});
    story.refuses(top_up("10000000000.01"), "amount_too_large", figures);
    story.tell(top_up("10000000000"));
    let large = json!({"op": "swap", "bureau": "ales", "amount": "200001", "paid": "cash"});
    let figures = json!({"field": "amount", "got": "200001.00", "most": "200000.00"});
    story.refuses(large, "amount_too_large", figures);
    story.refuses(json!({"op": "issue", "bills": {"10": 0}}), "empty_bills", json!({"field": "bills"}));
    let exchange = json!({"op": "exchange", "in": {"10": 1}, "out": {}});
    story.refuses(exchange, "empty_bills", json!({"field": "out"}));
    story.told
}

#[test]
fn fields_that_do_not_go_together() -> Told {
    let mut story = Story::begin();
    let both = json!({"op": "swap", "bureau": "ales", "bills": {"10": 1}, "amount": "10", "paid": "cash"});
    story.refuses(both, "conflicting_fields", json!({"field": "bills", "other": "amount"}));
    let neither = json!({"op": "swap", "bureau": "ales", "paid": "cash"});
    story.refuses(neither, "missing_field", json!({"field": "bills"}));
    let both = json!({"op": "deposit", "slip": "a", "slips": ["b"], "amount": "10"});
    story.refuses(both, "conflicting_fields", json!({"field": "slip", "other": "slips"}));
    let twice = json!({"op": "deposit", "slips": ["a", "b", "a"], "amount": "10"});
    story.refuses(twice, "repeated_slip", json!({"slip": "a"}));
    let unequal = json!({"op": "exchange", "in": {"10": 1}, "out": {"5": 1}});
    story.refuses(unequal, "unequal_exchange", json!({"taken": "10.00", "given": "5.00"}));
    story.refuses(json!({"op": "amend_bureau", "bureau": "ales"}), "nothing_to_amend", json!({}));
    story.refuses(json!({"op": "amend_member", "member": "A-1"}), "nothing_to_amend", json!({}));
    let office = json!({"op": "open_bureau", "bureau": "office", "name": "O", "local_group": "g"});
    story.refuses(office, "reserved_name", json!({"name": "office"}));
    let till = json!({"op": "count", "bills": {}, "till": "5"});
    story.refuses(till, "unexpected_field", json!({"field": "till"}));
    let line = json!({"date": "2026-03-02", "amount": "5.00", "nth": 1});
    let interest = |op: &str| json!({"op": op, "amount": "5", "bank_line": line});
    story.tell(interest("bank_interest"));
    let swap = json!({"op": "swap", "bureau": "ales", "amount": "5", "paid": "cash", "bank_line": line});
    story.refuses(swap, "unexpected_field", json!({"field": "bank_line"}));
    story.told
}

#[test]
fn a_reclassification_that_no_rule_allows() -> Told {
    let mut story = Story::begin();
    for (debit, credit) in [
        ("fund:deposit", "own:bank"),
        ("fund:deposit", "fund:payable:another"),
        ("fund:transit:S-1", "fund:payable:P-1"),
        ("bills:vault", "circulation:public"),
    ] {
        let act = json!({"op": "reclassify", "ref": "mine", "debit": debit, "credit": credit, "amount": "5",
            "reason": "r"});
        story.refuses(act, "reclassify_not_allowed", json!({"debit": debit, "credit": credit}));
    }
    story.told
}

// ---- The reference and the period -------------------------------------------------------------------------

#[test]
fn a_name_is_used_once() -> Told {
    let mut story = Story::begin();
    let first = story.tell(json!({"op": "top_up", "ref": "virement", "amount": "5", "operator": "u1"}));
    for (field, other) in [
        ("amount", json!({"op": "top_up", "ref": "virement", "amount": "6", "operator": "u2"})),
        ("op", json!({"op": "bank_interest", "ref": "virement", "amount": "5"})),
        (
            "on",
            json!({"op": "top_up", "ref": "virement", "on": "2026-03-03", "amount": "5", "operator": "u1"}),
        ),
        ("note", json!({"op": "top_up", "ref": "virement", "amount": "5", "operator": "u2", "note": "n"})),
        ("operator", json!({"op": "top_up", "ref": "virement", "amount": "5"})),
    ] {
        let figures = json!({"reference": "virement", "sequence": first, "field": field});
        story.refuses(other, "reference_conflict", figures);
    }
    story.remit_a_hundred();
    let top_up = json!({"op": "top_up", "ref": "S-1", "amount": "5"});
    story.refuses(top_up, "reference_in_use", json!({"name": "S-1", "sequence": 11}));
    for (slip, sequence) in [("S-1", 11), ("virement", 9)] {
        let remit = json!({"op": "remit", "bureau": "ales", "amount": "1", "slip": slip});
        story.refuses(remit, "reference_in_use", json!({"name": slip, "sequence": sequence}));
    }
    story.told
}

#[test]
fn before_the_founding_and_after_the_closing() -> Told {
    let mut story = Story::of_an_empty_ledger();
    story.refuses(json!({"op": "top_up", "amount": "5"}), "not_founded", json!({}));
    let mut story = Story { told: story.told, ..Story::begin() };
    story.tell(json!({"op": "close_period", "through": "2026-03-31"}));
    let top_up = |on: &str| json!({"op": "top_up", "on": on, "amount": "5"});
    let figures = json!({"on": "2026-03-31", "closed_through": "2026-03-31"});
    story.refuses(top_up("2026-03-31"), "period_closed", figures);
    story.tell(top_up("2026-04-01"));
    let again = json!({"op": "close_period", "on": "2026-04-02", "through": "2026-03-31"});
    let figures = json!({"through": "2026-03-31", "closed_through": "2026-03-31"});
    story.refuses(again, "period_not_increasing", figures);
    story.told
}

// ---- Existence --------------------------------------------------------------------------------------------

#[test]
fn what_is_there_already_and_what_is_not() -> Told {
    let mut story = Story::begin();
    let found = json!({"op": "found", "currency": "Aïga", "symbol": "Ä", "code": "AIGA", "denominations": [1],
        "association": "B", "reconversion_fee": "0", "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}});
    story.refuses(found, "already_founded", json!({}));
    let twenty = json!({"op": "print_bills", "bills": {"10": 1, "20": 1}});
    story.refuses(twenty, "unknown_denomination", json!({"denomination": 20}));
    let open = json!({"op": "open_bureau", "bureau": "ales", "name": "B", "local_group": "g"});
    story.refuses(open, "bureau_exists", json!({"bureau": "ales"}));
    let swap = |bureau: &str| json!({"op": "swap", "bureau": bureau, "amount": "5", "paid": "cash"});
    story.refuses(swap("sumene"), "unknown_bureau", json!({"bureau": "sumene"}));
    story.tell(json!({"op": "close_bureau", "bureau": "ganges"}));
    story.refuses(swap("ganges"), "bureau_closed", json!({"bureau": "ganges"}));
    for operation in [
        json!({"op": "remit", "bureau": "florac", "amount": "5", "slip": "S-1"}),
        json!({"op": "count", "bureau": "florac", "bills": {}, "till": "5"}),
        json!({"op": "destroy_bills", "bureau": "florac", "bills": {"1": 1}}),
    ] {
        let figures = json!({"bureau": "florac", "expected": "a bureau on consignment"});
        story.refuses(operation, "wrong_terms", figures);
    }
    let enrol = json!({"op": "enrol_member", "member": "A-1", "kind": "individual", "local_group": "g",
        "valid_until": "2026-12-31"});
    story.refuses(enrol, "member_exists", json!({"member": "A-1"}));
    let renew = json!({"op": "renew_member", "member": "A-2", "valid_until": "2026-12-31"});
    story.refuses(renew, "unknown_member", json!({"member": "A-2"}));
    story.told
}

#[test]
fn a_slip_that_is_not_on_its_way() -> Told {
    let mut story = Story::begin();
    let deposit = |slip: &str| json!({"op": "deposit", "slip": slip, "amount": "100"});
    story.refuses(deposit("S-1"), "unknown_slip", json!({"slip": "S-1"}));
    story.remit_a_hundred();
    let deposited = story.tell(deposit("S-1"));
    story.refuses(deposit("S-1"), "already_deposited", json!({"slip": "S-1", "sequence": deposited}));
    story.tell(json!({"op": "swap", "ref": "carte", "bureau": "ales", "bills": {"10": 10}, "paid": "card"}));
    let revoked = story.tell(json!({"op": "reclassify", "debit": "fund:receivable:ales",
        "credit": "fund:transit:carte", "amount": "100", "reason": "paiement annulé"}));
    story.refuses(deposit("carte"), "slip_closed", json!({"slip": "carte", "sequence": revoked}));
    story.told
}

#[test]
fn a_deposit_that_does_not_add_up() -> Told {
    let mut story = Story::begin();
    story.remit_a_hundred();
    story.tell(json!({"op": "supply", "ref": "sup", "bureau": "florac", "bills": {"50": 1}}));
    let deposit =
        json!({"op": "deposit", "slip": "S-1", "amount": "96", "short": "2", "over": "3", "charge": "1"});
    story.refuses(deposit, "amount_mismatch", json!({"expected": "100.00", "actual": "96.00"}));
    let both = json!({"op": "deposit", "slips": ["S-1", "sup"], "amount": "149", "short": "1"});
    story.refuses(both, "slips_of_several_bureaux", json!({"first": "ales", "other": "florac"}));
    let revoked = json!({"op": "reclassify", "debit": "fund:receivable:ales", "credit": "fund:transit:sup",
        "amount": "50", "reason": "jamais payé"});
    let figures = json!({"slip": "sup", "bureau": "ales", "expected": "florac"});
    story.refuses(revoked, "wrong_bureau", figures);
    story.told
}

#[test]
fn a_day_before_that_of_what_it_rests_on() -> Told {
    let mut story = Story::begin();
    story.remit_a_hundred();
    story.reconvert_fifty();
    let refuses = |story: &mut Story, mut operation: Value, on: &str, what: &str, since: &str| {
        operation["on"] = json!(on);
        story.refuses(operation, "dated_before", json!({"on": on, "what": what, "since": since}));
    };
    let (founding, before) = ("2026-01-02", "2026-01-01");
    let swap = json!({"op": "swap", "bureau": "ales", "amount": "5", "paid": "cash"});
    refuses(&mut story, swap.clone(), "1900-01-01", "founding", founding);
    refuses(&mut story, json!({"op": "set_fee", "reconversion_fee": "0.03"}), before, "founding", founding);

    story.tell(
        json!({"op": "open_bureau", "on": "2026-03-10", "bureau": "mende", "name": "B", "local_group": "g"}),
    );
    let supply = json!({"op": "supply", "bureau": "mende", "bills": {"5": 1}});
    refuses(&mut story, supply.clone(), "2026-03-09", "bureau mende", "2026-03-10");
    let owed = json!({"op": "reclassify", "debit": "fund:receivable:mende", "credit": "fund:deposit",
        "amount": "5", "reason": "impayé"});
    refuses(&mut story, owed, "2026-03-09", "bureau mende", "2026-03-10");
    story.tell(json!({"op": "amend_bureau", "on": "2026-03-12", "bureau": "mende", "terms": "prefunded"}));
    refuses(&mut story, supply, "2026-03-11", "bureau mende", "2026-03-12");

    story.tell(json!({"op": "enrol_member", "on": "2026-03-10", "member": "U-2", "kind": "individual",
        "local_group": "g", "valid_until": "2026-12-31"}));
    let mut by_member = swap;
    by_member["member"] = json!("U-2");
    refuses(&mut story, by_member, "2026-03-09", "member U-2", "2026-03-10");

    refuses(
        &mut story,
        json!({"op": "pay_out", "payable": "rec"}),
        "2026-03-01",
        "payable rec",
        "2026-03-02",
    );
    story.tell(json!({"op": "reconvert", "ref": "rec-2", "on": "2026-03-05", "member": "A-1",
        "bills": {"10": 1}, "invoice": "F"}));
    refuses(
        &mut story,
        json!({"op": "pay_out", "payable": "rec-2"}),
        "2026-03-04",
        "payable rec-2",
        "2026-03-05",
    );
    refuses(
        &mut story,
        json!({"op": "reverse", "entry": "rec-2", "reason": "erreur"}),
        "2026-03-04",
        "payable rec-2",
        "2026-03-05",
    );
    story.tell(json!({"op": "swap", "ref": "late", "on": "2026-03-05", "bureau": "ales", "amount": "5", "paid": "cash"}));
    refuses(
        &mut story,
        json!({"op": "reverse", "entry": "late", "reason": "erreur"}),
        "2026-03-04",
        "entry late",
        "2026-03-05",
    );
    story.told
}

#[test]
fn a_slip_that_a_reversal_opened_again_is_deposited_no_earlier() -> Told {
    let mut story = Story::begin();
    story.remit_a_hundred();
    let deposit = |day: &str| json!({"op": "deposit", "on": day, "slip": "S-1", "amount": "100"});
    let early = json!({"on": "2026-03-01", "what": "slip S-1", "since": "2026-03-02"});
    story.refuses(deposit("2026-03-01"), "dated_before", early);
    let first = story.tell(deposit("2026-03-07"));
    story.tell(json!({"op": "reverse", "on": "2026-03-08", "entry": first, "reason": "un jour trop tôt"}));
    let again = json!({"on": "2026-03-07", "what": "slip S-1", "since": "2026-03-08"});
    story.refuses(deposit("2026-03-07"), "dated_before", again.clone());
    // Nor is the slip undone earlier.
    let undo = |day: &str| json!({"op": "reverse", "on": day, "entry": "remit", "reason": "jamais remis"});
    story.refuses(undo("2026-03-07"), "dated_before", again);
    story.tell(deposit("2026-03-08"));

    // A payable of which a part was given back is paid no earlier either.
    story.reconvert_fifty();
    let part = |day: &str| json!({"op": "pay_out", "on": day, "payable": "rec", "amount": "20"});
    let paid = story.tell(part("2026-03-05"));
    story.tell(json!({"op": "reverse", "on": "2026-03-09", "entry": paid, "reason": "virement rejeté"}));
    let again = json!({"on": "2026-03-08", "what": "payable rec", "since": "2026-03-09"});
    story.refuses(part("2026-03-08"), "dated_before", again);
    story.tell(part("2026-03-09"));
    story.told
}

#[test]
fn money_that_somebody_in_particular_is_not_owed() -> Told {
    let mut story = Story::begin();
    // A person brings 50 Ä to the bureau, which counts them: nobody is reimbursed for them.
    story.tell(json!({"op": "issue", "bills": {"50": 1}}));
    let found = json!({"1": 20, "5": 20, "10": 40, "50": 1});
    story.tell(json!({"op": "count", "ref": "over", "bureau": "ales", "bills": found}));
    let over = json!({"payable": "over"});
    story.refuses(
        json!({"op": "pay_out", "payable": "over", "from_till": "ales"}),
        "count_not_paid_out",
        over.clone(),
    );
    story.refuses(json!({"op": "pay_out", "payable": "over", "amount": "10"}), "count_not_paid_out", over);
    // In bills it can be given back.
    story.tell(json!({"op": "swap", "bureau": "ales", "bills": {"10": 5}, "paid": {"credit": "over"}}));

    // What an accepter is owed is not released on the same day, nor set off.
    story.reconvert_fifty();
    let release = |on: &str| json!({"op": "release", "on": on, "payable": "rec", "reason": "jamais réclamé"});
    for on in ["2026-03-02", "2031-03-01"] {
        let figures = json!({"payable": "rec", "on": on, "from": "2031-03-02"});
        story.refuses(release(on), "released_too_early", figures);
    }
    story.tell(json!({"op": "count", "bills": {"1": 80, "5": 80, "10": 60, "50": 98}}));
    let set_off = json!({"op": "reclassify", "debit": "fund:payable:rec", "credit": "fund:receivable:office",
        "amount": "50", "reason": "compensation"});
    story.refuses(set_off, "credit_not_allowed", json!({"payable": "rec"}));
    story.tell(release("2031-03-02"));
    story.told
}

#[test]
fn bills_of_the_public_that_a_prefunded_bureau_counts_as_its_own() -> Told {
    let mut story = Story::begin();
    story.tell(json!({"op": "issue", "bills": {"10": 5}}));
    story.tell(json!({"op": "supply", "bureau": "florac", "bills": {"50": 1}}));
    let count = |bills: Value| json!({"op": "count", "bureau": "florac", "bills": bills});
    let figures = json!({"bureau": "florac", "held": "50.00", "counted": "60.00"});
    story.refuses(count(json!({"50": 1, "10": 1})), "float_exceeded", figures);
    // A bill of 50 may have become five of 10, and less may be there.
    story.tell(count(json!({"10": 5})));
    story.tell(count(json!({"10": 4})));
    story.told
}

#[test]
fn a_line_of_the_bank_that_is_not_this_one() -> Told {
    let mut story = Story::begin();
    let line = |date: &str, amount: &str| json!({"date": date, "amount": amount, "nth": 1});
    let issue = |line: Value| json!({"op": "issue", "bills": {"50": 1}, "bank_line": line});
    for (date, amount) in [("2026-03-02", "60.00"), ("2026-03-03", "50.00"), ("2026-03-02", "-50.00")] {
        let figures = json!({"date": date, "amount": amount, "on": "2026-03-02", "moved": "50.00"});
        story.refuses(issue(line(date, amount)), "bank_line_mismatch", figures);
    }
    let right = line("2026-03-02", "50.00");
    let first = story.tell(issue(right.clone()));
    story.refuses(issue(right.clone()), "bank_line_in_use", json!({"sequence": first}));
    story.tell(issue(json!({"date": "2026-03-02", "amount": "50.00", "nth": 2})));
    // Undone, the line is free again.
    story.tell(json!({"op": "reverse", "entry": first, "reason": "erreur"}));
    story.tell(issue(right));

    // A bank books a collected order of pay-outs as one line; together they are no more than it.
    story.reconvert_fifty();
    let part = |amount: &str, line: &Value| json!({"op": "pay_out", "payable": "rec", "amount": amount, "bank_line": line});
    let collected = line("2026-03-02", "-29.40");
    story.tell(part("10", &collected));
    let second = story.tell(part("10", &collected));
    story.refuses(part("20", &collected), "bank_line_in_use", json!({"sequence": second}));
    story.tell(part("10", &collected));
    story.told
}

#[test]
fn a_deposit_of_which_little_is_the_slips() -> Told {
    let mut story = Story::begin();
    story.remit_a_hundred();
    let eaten = json!({"op": "deposit", "slip": "S-1", "amount": "0.01", "charge": "99.99"});
    story.refuses(eaten, "charge_too_large", json!({"charge": "99.99", "most": "50.00"}));
    let over = json!({"op": "deposit", "slip": "S-1", "amount": "1100.01", "over": "1000.01"});
    story.refuses(over, "over_too_large", json!({"over": "1000.01", "most": "1000.00"}));
    story.tell(json!({"op": "deposit", "slip": "S-1", "amount": "1050", "over": "1000", "charge": "50"}));
    story.told
}

#[test]
fn own_funds_that_a_reversal_would_overdraw() -> Told {
    let mut story = Story::begin();
    let interest = story.tell(json!({"op": "bank_interest", "amount": "10"}));
    story.tell(json!({"op": "withdraw_surplus", "amount": "8"}));
    let undo = |entry: u64| json!({"op": "reverse", "entry": entry, "reason": "erreur"});
    story.refuses(undo(interest), "own_funds_insufficient", json!({"held": "2.00", "asked": "10.00"}));
    // A pay-out that was a mistake, or came back, is undone though its fee was withdrawn since: the fund gains by it.
    story.reconvert_fifty();
    let paid = story.tell(json!({"op": "pay_out", "payable": "rec"}));
    story.tell(json!({"op": "withdraw_surplus", "amount": "3"}));
    story.tell(undo(paid));
    story.told
}

#[test]
fn what_the_fund_does_not_owe() -> Told {
    let mut story = Story::begin();
    let pay = |payable: &str| json!({"op": "pay_out", "payable": payable});
    story.refuses(pay("rec"), "unknown_payable", json!({"payable": "rec"}));
    story.reconvert_fifty();
    let swap = json!({"op": "swap", "bureau": "ales", "amount": "50", "paid": {"credit": "rec"}});
    story.refuses(swap, "credit_not_allowed", json!({"payable": "rec"}));
    let paid = story.tell(pay("rec"));
    story.refuses(pay("rec"), "payable_settled", json!({"payable": "rec", "sequence": paid}));
    story.told
}

#[test]
fn an_entry_that_cannot_be_undone() -> Told {
    let mut story = Story::begin();
    let reverse = |entry: Value| json!({"op": "reverse", "entry": entry, "reason": "erreur"});
    story.refuses(reverse(json!(99)), "unknown_entry", json!({"entry": 99}));
    story.refuses(reverse(json!("nothing")), "unknown_entry", json!({"entry": "nothing"}));
    story.refuses(reverse(json!("open-ales")), "nothing_to_reverse", json!({"entry": "open-ales"}));
    let interest = story.tell(json!({"op": "bank_interest", "ref": "interest", "amount": "5"}));
    let by = story.tell(reverse(json!("interest")));
    story.refuses(reverse(json!(interest)), "already_reversed", json!({"entry": interest, "by": by}));
    story.refuses(reverse(json!(by)), "reversal_of_reversal", json!({"entry": by}));
    story.told
}

// ---- Members, stock, ceiling and funds --------------------------------------------------------------------

#[test]
fn a_member_who_may_not() -> Told {
    let mut story = Story::begin();
    story.tell(json!({"op": "issue", "bills": {"10": 5}}));
    let reconvert = |member: &str, on: &str| {
        let bills = json!({"10": 1});
        json!({"op": "reconvert", "on": on, "member": member, "bills": bills, "invoice": "F"})
    };
    story.refuses(reconvert("U-1", "2026-03-02"), "not_an_accepter", json!({"member": "U-1"}));
    let figures = json!({"member": "A-1", "valid_until": "2026-12-31", "on": "2027-01-01"});
    story.refuses(reconvert("A-1", "2027-01-01"), "membership_expired", figures);
    story.tell(reconvert("A-1", "2026-12-31"));
    // A membership began on 2 March, and runs until the end of the year.
    let began =
        |op: &str, until: &str| json!({"op": op, "on": "2026-04-01", "member": "A-1", "valid_until": until});
    for op in ["amend_member", "renew_member"] {
        let figures = json!({"member": "A-1", "valid_until": "2026-03-01", "since": "2026-03-02"});
        story.refuses(began(op, "2026-03-01"), "membership_ends_before", figures);
    }
    let enrol = json!({"op": "enrol_member", "on": "2026-04-01", "member": "U-9", "kind": "individual", "local_group": "g",
        "valid_until": "2026-03-31"});
    let figures = json!({"member": "U-9", "valid_until": "2026-03-31", "since": "2026-04-01"});
    story.refuses(enrol, "membership_ends_before", figures);
    let figures = json!({"member": "A-1", "valid_until": "2026-12-30", "current": "2026-12-31"});
    story.refuses(began("renew_member", "2026-12-30"), "renewal_shortens", figures);
    // The same end once more changes nothing; an amendment may shorten, down to the first day.
    story.tell(began("renew_member", "2026-12-31"));
    story.tell(began("amend_member", "2026-03-02"));
    story.told
}

#[test]
fn bills_that_are_not_there() -> Told {
    let mut story = Story::begin();
    let swap = json!({"op": "swap", "bureau": "ales", "bills": {"10": 41, "5": 21}, "paid": "card"});
    let figures = json!({"bureau": "ales", "denomination": 10, "held": 40, "asked": 41});
    story.refuses(swap, "insufficient_stock", figures);
    let supply = json!({"op": "supply", "bureau": "ales", "bills": {"50": 101}});
    let figures = json!({"bureau": null, "denomination": 50, "held": 100, "asked": 101});
    story.refuses(supply, "insufficient_stock", figures);
    let swap = json!({"op": "swap", "bureau": "ales", "amount": "7.50", "paid": "card"});
    story.refuses(swap, "no_exact_bills", json!({"bureau": "ales", "amount": "7.50", "held": "520.00"}));
    story.tell(json!({"op": "issue", "bills": {"10": 2}}));
    let reconvert = json!({"op": "reconvert", "member": "A-1", "bills": {"10": 3}, "invoice": "F"});
    story.refuses(reconvert, "insufficient_circulation", json!({"denomination": 10, "held": 2, "asked": 3}));
    story.told
}

#[test]
fn a_bureau_that_still_holds_something() -> Told {
    let mut story = Story::begin();
    let close = |bureau: &str| json!({"op": "close_bureau", "bureau": bureau});
    let holds =
        |account: &str, balance: &str| json!({"bureau": "ales", "account": account, "balance": balance});
    story.refuses(close("ales"), "bureau_not_empty", holds("bills:bureau:ales", "520.00"));
    let amend = json!({"op": "amend_bureau", "bureau": "ales", "terms": "prefunded"});
    story.refuses(amend.clone(), "bureau_not_empty", holds("bills:bureau:ales", "520.00"));
    story.tell(json!({"op": "swap", "bureau": "ales", "bills": {"10": 10}, "paid": "cash"}));
    story.tell(json!({"op": "return_bills", "bureau": "ales", "bills": {"1": 20, "5": 20, "10": 30}}));
    story.refuses(close("ales"), "bureau_not_empty", holds("fund:till:ales", "100.00"));
    story.tell(json!({"op": "remit", "bureau": "ales", "amount": "98", "slip": "S-1"}));
    story.tell(json!({"op": "count", "bureau": "ales", "bills": {}, "till": "0"}));
    story.refuses(amend, "bureau_not_empty", holds("fund:receivable:ales", "2.00"));
    story.refuses(close("ales"), "bureau_not_empty", holds("fund:transit:S-1", "98.00"));
    story.tell(json!({"op": "deposit", "slip": "S-1", "amount": "98"}));
    story.tell(close("ales"));
    story.told
}

#[test]
fn a_till_that_would_hold_too_much() -> Told {
    let mut story = Story::begin();
    let swap = |bills: Value| json!({"op": "swap", "bureau": "ales", "bills": bills, "paid": "cheque"});
    let figures = json!({"bureau": "ales", "ceiling": "200.00", "till": "201.00"});
    story.refuses(swap(json!({"10": 20, "1": 1})), "till_ceiling_exceeded", figures.clone());
    story.tell(swap(json!({"10": 20})));
    story.refuses(swap(json!({"1": 1})), "till_ceiling_exceeded", figures);
    let count = json!({"op": "count", "bureau": "ganges", "bills": {}, "till": "0.01"});
    let figures = json!({"bureau": "ganges", "ceiling": "0.00", "till": "0.01"});
    story.refuses(count, "till_ceiling_exceeded", figures);
    story.told
}

#[test]
fn euros_that_are_not_there() -> Told {
    let mut story = Story::begin();
    story.remit_a_hundred();
    let remit = json!({"op": "remit", "bureau": "ales", "amount": "1", "slip": "S-2"});
    story.refuses(remit, "insufficient_till", json!({"bureau": "ales", "held": "0.00", "asked": "1.00"}));
    let revoked = json!({"op": "reclassify", "debit": "fund:receivable:ales", "credit": "fund:transit:S-1",
        "amount": "100.01", "reason": "perdu"});
    let figures = json!({"slip": "S-1", "held": "100.00", "asked": "100.01"});
    story.refuses(revoked, "transit_exceeded", figures);
    let cover = json!({"op": "cover", "bureau": "office", "amount": "1", "slip": "S-2"});
    let figures = json!({"bureau": "office", "held": "0.00", "asked": "1.00"});
    story.refuses(cover, "receivable_exceeded", figures);
    story.reconvert_fifty();
    let pay = |amount: &str| json!({"op": "pay_out", "payable": "rec", "amount": amount});
    let figures = json!({"payable": "rec", "held": "50.00", "asked": "50.01"});
    story.refuses(pay("50.01"), "payable_exceeded", figures);
    story.tell(json!({"op": "bank_charge", "amount": "10"}));
    // 50 € leave and a fee of 1 € stays; the bank holds 40 €.
    story.refuses(pay("50"), "bank_insufficient", json!({"held": "40.00", "asked": "49.00"}));
    story.tell(json!({"op": "top_up", "amount": "13"}));
    let withdraw = json!({"op": "withdraw_surplus", "amount": "3.01"});
    story.refuses(withdraw, "own_funds_insufficient", json!({"held": "3.00", "asked": "3.01"}));
    story.told
}

#[test]
fn a_balance_beyond_all_measure() -> Told {
    let mut story = Story::begin();
    let top_up =
        |n: u32| json!({"op": "top_up", "ref": format!("t{n}"), "on": "2026-03-02", "amount": "10000000000"});
    let batch: Vec<Operation> =
        (0..10).map(|n| Operation::from_json(&top_up(n).to_string()).unwrap()).collect();
    story.ledger.post_batch(&batch).unwrap();
    let most = "100000000000.00";
    let figures = json!({"account": "own:bank", "balance": "110000000000.00", "most": most});
    story.refuses(top_up(10), "balance_too_large", figures);
    // The fund may owe much to many, each of whom is owed no more than an operation carries.
    let owed = |n: u32| {
        let credit = format!("fund:payable:u{n}");
        json!({"op": "reclassify", "ref": format!("u{n}"), "debit": "fund:deposit", "credit": credit,
            "amount": "10000000000", "reason": "unknown payer"})
    };
    let bounced = |bureau: &str| {
        let debit = format!("fund:receivable:{bureau}");
        json!({"op": "reclassify", "debit": debit, "credit": "fund:deposit", "amount": "10000000000",
            "reason": "bounced"})
    };
    let earlier = story.told.0;
    let mut story = Story::begin();
    story.told.0 = earlier;
    for n in 0..10 {
        story.tell(owed(n));
        story.tell(bounced(["ales", "office"][n as usize % 2]));
    }
    let figures = json!({"total": "payable", "amount": "110000000000.00", "most": most});
    story.refuses(owed(10), "total_too_large", figures);
    let figures = json!({"total": "receivable", "amount": "110000000000.00", "most": most});
    story.refuses(bounced("ales"), "total_too_large", figures);
    story.told
}

#[test]
fn a_period_that_is_not_over_or_was_closed_by_mistake() -> Told {
    let mut story = Story::begin();
    let close = |through: &str| json!({"op": "close_period", "on": "2027-01-01", "through": through});
    let attest = |hash: &str, through: &str| {
        json!({"op": "attest_statement", "on": "2027-01-01",
        "statement": hash.repeat(16), "through": through, "closing_balance": "0"})
    };
    let reverse =
        |entry: u64| json!({"op": "reverse", "on": "2027-01-01", "entry": entry, "reason": "by mistake"});
    // Everything is recorded on 2027-01-01, UTC.
    for day in ["2999-12-31", "2027-01-01"] {
        let figures = json!({"through": day, "recorded_on": "2027-01-01"});
        story.refuses(close(day), "period_not_over", figures.clone());
        story.refuses(attest("00ff", day), "period_not_over", figures);
    }
    for hash in
        ["0000".repeat(16), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned()]
    {
        let mut nothing = attest("00ff", "2026-11-30");
        nothing["statement"] = json!(hash);
        story.refuses_code(nothing, "invalid_value");
    }
    let first = story.tell(close("2026-06-30"));
    let second = story.tell(close("2026-12-31"));
    story.refuses(reverse(first), "not_the_last_closing", json!({"entry": first, "last": second}));
    let in_november = json!({"op": "top_up", "on": "2026-11-05", "amount": "1"});
    story.refuses_code(in_november.clone(), "period_closed");
    // Reversed even on one of its own days: where a year was mistyped, there may be no other.
    let mut reversal = reverse(second);
    reversal["on"] = json!("2027-01-01");
    story.tell(reversal);
    story.tell(in_november);
    let in_june = json!({"op": "top_up", "on": "2026-06-05", "amount": "1"});
    story.refuses_code(in_june.clone(), "period_closed");
    story.tell(reverse(first));
    story.tell(in_june);
    assert_eq!(story.ledger.state().registers().closed_through(), None);
    // Of two attestations the one through the later day counts, until it is taken back.
    let attested =
        |story: &Story| story.ledger.state().registers().attested().map(|by| by.through.to_string());
    let november = story.tell(attest("00ff", "2026-11-30"));
    story.tell(attest("01ff", "2026-03-31"));
    assert_eq!(attested(&story).as_deref(), Some("2026-11-30"));
    story.tell(reverse(november));
    assert_eq!(attested(&story).as_deref(), Some("2026-03-31"));
    story.refuses_code(reverse(november), "already_reversed");
    let taken_back = story.ledger.state().registers().closings().taken_back();
    let told: Vec<_> = taken_back.iter().map(|taken| (taken.entry.number(), taken.reason.as_str())).collect();
    let reason = "by mistake";
    assert_eq!(told, [(second, reason), (first, reason), (november, reason)]);
    story.told
}

#[test]
fn the_account_of_the_fund_has_a_real_number() {
    let mut story = Story::of_an_empty_ledger();
    let found = |iban: &str| {
        json!({"op": "found", "ref": "found", "currency": "Aïga", "symbol": "Ä", "code": "AIGA",
        "denominations": [1, 5], "association": "A", "reconversion_fee": "0.02",
        "fund": {"bank": "La Nef", "iban": iban}})
    };
    for wrong in ["coucou", "FR76", "FR7621570000010001234567871"] {
        let expected =
            "a bank and an IBAN whose check digits are right, such as \"FR76 3000 6000 0112 3456 7890 189\"";
        story.refuses(
            found(wrong),
            "invalid_value",
            json!({"field": "fund", "expected": expected, "got": wrong}),
        );
    }
    story.tell(found("FR76 2157 0000 0100 0123 4567 870"));
}

// ---- All of them, and which comes first -------------------------------------------------------------------

#[test]
fn every_rejection_there_is_was_provoked_here() {
    let stories = [
        a_line_that_is_no_operation(),
        amounts_that_are_none_or_too_many_and_bills_that_are_none(),
        fields_that_do_not_go_together(),
        a_reclassification_that_no_rule_allows(),
        a_name_is_used_once(),
        before_the_founding_and_after_the_closing(),
        what_is_there_already_and_what_is_not(),
        a_slip_that_is_not_on_its_way(),
        a_deposit_that_does_not_add_up(),
        a_day_before_that_of_what_it_rests_on(),
        a_slip_that_a_reversal_opened_again_is_deposited_no_earlier(),
        money_that_somebody_in_particular_is_not_owed(),
        bills_of_the_public_that_a_prefunded_bureau_counts_as_its_own(),
        a_line_of_the_bank_that_is_not_this_one(),
        a_deposit_of_which_little_is_the_slips(),
        own_funds_that_a_reversal_would_overdraw(),
        what_the_fund_does_not_owe(),
        an_entry_that_cannot_be_undone(),
        a_member_who_may_not(),
        bills_that_are_not_there(),
        a_bureau_that_still_holds_something(),
        a_till_that_would_hold_too_much(),
        euros_that_are_not_there(),
        a_balance_beyond_all_measure(),
        a_period_that_is_not_over_or_was_closed_by_mistake(),
    ];
    let provoked: BTreeSet<&str> = stories.into_iter().flat_map(|told| told.0).collect();
    assert_eq!(provoked, Rejection::CODES.iter().copied().collect::<BTreeSet<_>>());
}

#[test]
fn of_two_rules_broken_at_once_the_earlier_one_is_named() {
    let mut story = Story::of_an_empty_ledger();
    story.refuses_code(json!({"op": "swap", "bureau": "x", "amount": "5", "paid": "cash"}), "not_founded");
    let mut story = Story::begin();
    story.remit_a_hundred();
    story.tell(json!({"op": "reclassify", "debit": "fund:receivable:ales", "credit": "fund:transit:S-1",
        "amount": "60", "reason": "perdu"}));
    story.tell(json!({"op": "swap", "bureau": "ales", "bills": {"10": 15}, "paid": "cash"}));
    let known = json!({"op": "top_up", "ref": "known", "on": "2026-01-15", "amount": "5"});
    story.tell(known.clone());
    story.tell(json!({"op": "close_period", "through": "2026-01-31"}));

    let closed = "2026-01-15";
    let late = "2027-01-01";
    for (code, operation) in [
        // Shape before the reference.
        ("not_positive", json!({"op": "top_up", "ref": "known", "amount": "0"})),
        ("missing_field", json!({"op": "top_up", "ref": "known"})),
        // The reference before the period.
        ("reference_conflict", json!({"op": "top_up", "ref": "known", "on": closed, "amount": "6"})),
        ("reference_in_use", json!({"op": "top_up", "ref": "S-1", "on": closed, "amount": "6"})),
        // The period before existence.
        ("period_closed", json!({"op": "swap", "on": closed, "bureau": "x", "amount": "5", "paid": "cash"})),
        ("period_closed", json!({"op": "close_period", "on": closed, "through": "2026-01-01"})),
        // Within existence: the bills, the bureau, the member, the slip, its date.
        ("unknown_denomination", json!({"op": "supply", "bureau": "x", "bills": {"20": 1}})),
        (
            "unknown_bureau",
            json!({"op": "swap", "bureau": "x", "member": "x", "amount": "5", "paid": "cash"}),
        ),
        (
            "unknown_member",
            json!({"op": "swap", "bureau": "ales", "member": "x", "amount": "5", "paid": {"credit": "x"}}),
        ),
        ("amount_mismatch", json!({"op": "deposit", "on": "2026-03-01", "slip": "S-1", "amount": "41"})),
        // Existence before the member.
        (
            "unknown_bureau",
            json!({"op": "reconvert", "bureau": "x", "member": "U-1", "bills": {"1": 1}, "invoice": "F"}),
        ),
        (
            "unknown_payable",
            json!({"op": "swap", "on": late, "bureau": "ales", "member": "U-1", "amount": "5",
                "paid": {"credit": "x"}}),
        ),
        // An accepter first, then the day; both before the stock.
        (
            "not_an_accepter",
            json!({"op": "reconvert", "on": late, "member": "U-1", "bills": {"50": 9}, "invoice": "F"}),
        ),
        (
            "membership_expired",
            json!({"op": "swap", "on": late, "bureau": "ales", "member": "U-1", "bills": {"50": 9},
                "paid": "card"}),
        ),
        // The stock before the ceiling.
        ("insufficient_stock", json!({"op": "swap", "bureau": "ales", "bills": {"50": 9}, "paid": "cash"})),
        ("no_exact_bills", json!({"op": "swap", "bureau": "ales", "amount": "900", "paid": "cash"})),
        // The ceiling before the funds: 100 € would come back from a slip of 40 €, into a till of 150 €.
        ("till_ceiling_exceeded", json!({"op": "reverse", "entry": "remit", "reason": "erreur"})),
        // Within funds: what is held by the fund's parts before what the bank holds.
        ("receivable_exceeded", json!({"op": "write_off", "bureau": "ales", "amount": "61"})),
        ("own_funds_insufficient", json!({"op": "write_off", "bureau": "ales", "amount": "60"})),
    ] {
        story.refuses_code(operation, code);
    }
    let receipt = story.try_line(&known.to_string()).unwrap();
    assert!(receipt.replayed, "what was recorded is acknowledged again, in a closed period too");
}
