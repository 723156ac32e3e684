//! What a treasurer meets in a month.

use ledger_core::account::BillAccount;
use ledger_core::field::Field;
use ledger_core::reconcile::{Evidence, LabelRules, ProposalKind, Reason, Settings, Side, Suggestion};
use serde_json::json;

use crate::bank::{Books, euros, statement, statement_of};

#[test]
fn a_slip_named_in_the_label_is_proposed_whatever_the_bank_makes_of_its_letters() {
    for label in ["REMISE ESPECES BORD-0007", "remise bord-0007 ales", "REMISE BORD 0007", "DEP.BORD0007"] {
        let mut books = Books::founded();
        books.slip("BORD-0007", "2026-03-02", "120.00");
        books.slip("BORD-0008", "2026-03-02", "120.00");
        let lines = [("2026-03-30", "120.00", label)];
        let found = books.reconcile(&statement("0.00", &lines));
        let [proposal] = &found.proposals[..] else { panic!("{label}: {found:#?}") };
        assert_eq!(proposal.kind, ProposalKind::Deposit(vec!["BORD-0007".parse().unwrap()]));
        assert_eq!(proposal.by, Evidence::Name);
        assert!(found.is_explained());
        assert!(books.settle(&statement("0.00", &lines), &Settings::default()));
        let again = books.reconcile(&statement("0.00", &lines));
        assert!(again.is_explained() && again.proposals.is_empty());
        assert_eq!(again.matched.len(), 1);
    }
}

#[test]
fn a_slip_of_another_amount_says_so_with_both_figures() {
    let mut books = Books::founded();
    books.slip("BORD-0057", "2026-03-02", "205.00");
    let found = books.reconcile(&statement("0.00", &[("2026-03-05", "195.00", "REMISE BORD-0057")]));
    let [left] = &found.unexplained[..] else { panic!("{found:#?}") };
    let names = vec!["BORD-0057".parse().unwrap()];
    assert_eq!(
        left.reason,
        Reason::OtherAmount {
            names: names.clone(),
            bank: euros("195.00"),
            ledger: euros("205.00"),
            recorded: false
        }
    );
    let (amount, short, on) = (euros("195.00"), Some(euros("10.00")), "2026-03-05".parse().unwrap());
    assert_eq!(left.suggestion, Some(Suggestion::Deposit { slips: names, amount, short, over: None, on }));
    assert!(found.proposals.is_empty() && !found.is_explained());
    // The bank counted ten less: that is what is left to explain, and not the whole line.
    assert_eq!(found.difference_after_proposals(), Some(euros("195.00")));
    assert_eq!(found.left_to_explain(), Some(euros("-10.00")));
}

#[test]
fn an_amount_alone_tells_within_the_window() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-02", "80.00");
    let line = |date| statement("0.00", &[(date, "80.00", "VERSEMENT")]);
    assert_eq!(books.reconcile(&line("2026-03-12")).proposals.len(), 1);
    let late = books.reconcile(&line("2026-03-13"));
    assert_eq!(late.unexplained[0].reason, Reason::NothingLikeIt { window_days: 10 });
    let early = books.reconcile(&line("2026-03-01"));
    assert_eq!(early.unexplained[0].reason.code(), "nothing_like_it");
    let patient = Settings { window_days: 11, ..Settings::default() };
    assert_eq!(books.held_against(&line("2026-03-13"), &patient).proposals.len(), 1);
}

#[test]
fn two_slips_that_are_as_good_are_both_shown() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-02", "80.00");
    books.slip("BORD-0002", "2026-03-02", "80.00");
    let found = books.reconcile(&statement("0.00", &[("2026-03-05", "80.00", "VERSEMENT")]));
    let candidates = vec!["BORD-0001".to_owned(), "BORD-0002".to_owned()];
    assert_eq!(found.unexplained[0].reason, Reason::Ambiguous { candidates });
    // Two lines for two slips leave no doubt about what is settled.
    let lines = [("2026-03-05", "80.00", "VERSEMENT"), ("2026-03-06", "80.00", "VERSEMENT")];
    let found = books.reconcile(&statement("0.00", &lines));
    assert!(found.is_explained());
    assert_eq!(found.proposals.len(), 2);
    // The nearer one is better.
    books.slip("BORD-0003", "2026-03-08", "35.00");
    books.slip("BORD-0004", "2026-03-09", "35.00");
    let found = books.reconcile(&statement("0.00", &[("2026-03-10", "35.00", "VERSEMENT")]));
    assert_eq!(found.proposals[0].kind, ProposalKind::Deposit(vec!["BORD-0004".parse().unwrap()]));
}

#[test]
fn several_slips_in_one_deposit_and_several_reconversions_in_one_payment() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-02", "300.00");
    books.slip("BORD-0002", "2026-03-03", "155.00");
    books.slip("BORD-0003", "2026-03-04", "70.00");
    books.reconversion("rec-1", "2026-03-05", &json!({"10": 10}));
    books.reconversion("rec-2", "2026-03-06", &json!({"10": 5}));
    let lines =
        [("2026-03-06", "455.00", "REMISE ESPECES"), ("2026-03-10", "-147.00", "VIREMENT SEPA FAVEUR A-001")];
    let found = books.reconcile(&statement("0.00", &lines));
    assert!(found.is_explained(), "{found:#?}");
    let names = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect::<Vec<_>>();
    assert_eq!(found.proposals[0].kind, ProposalKind::Deposit(names(&["BORD-0001", "BORD-0002"])));
    assert_eq!(found.proposals[1].kind, ProposalKind::PayOut(names(&["rec-1", "rec-2"])));
    assert_eq!((found.proposals[1].by, found.proposals[1].operations.len()), (Evidence::Sum, 2));
    assert!(books.settle(&statement("0.00", &lines), &Settings::default()));
    assert_eq!(books.reconcile(&statement("0.00", &lines)).matched.len(), 2);
}

#[test]
fn who_is_named_is_not_paid_what_another_is_owed() {
    let mut books = Books::founded();
    books.post(json!({"op": "enrol_member", "on": "2026-03-01", "member": "A-008", "kind": "accepter",
        "local_group": "g", "valid_until": "2027-01-01"}));
    books.slip("BORD-0001", "2026-03-02", "300.00");
    books.deposit("BORD-0001", "2026-03-03", "300.00");
    books.reconversion("rec-1", "2026-03-05", &json!({"10": 10}));
    let lines = |label| {
        statement("0.00", &[("2026-03-03", "300.00", "REMISE BORD-0001"), ("2026-03-10", "-98.00", label)])
    };
    // What A-001 is owed has this amount; the bank paid A-008.
    for label in ["VIR SEPA A-008", "VIREMENT A 008 F-17", "VIR A008"] {
        let found = books.reconcile(&lines(label));
        assert!(found.proposals.is_empty(), "{label}: {:?}", found.proposals);
        assert_eq!(found.unexplained[0].reason.code(), "nothing_like_it", "{label}");
    }
    for label in ["VIR SEPA A-001", "VIR SEPA", "VIR A-001 POUR A-008"] {
        assert_eq!(books.reconcile(&lines(label)).proposals.len(), 1, "{label}");
    }
    // Nor does a sum lead to it.
    books.reconversion("rec-2", "2026-03-06", &json!({"10": 5}));
    let sum = statement(
        "0.00",
        &[("2026-03-03", "300.00", "REMISE BORD-0001"), ("2026-03-10", "-147.00", "VIR A-008")],
    );
    assert!(books.reconcile(&sum).proposals.is_empty());
}

#[test]
fn one_slip_for_two_lines_is_told_of_both() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-05", "80.00");
    let lines = [("2026-03-06", "80.00", "VERSEMENT"), ("2026-03-06", "80.00", "VERSEMENT")];
    let found = books.reconcile(&statement("0.00", &lines));
    let reasons: Vec<&Reason> = found.unexplained.iter().map(|left| &left.reason).collect();
    let contested = Reason::Contested { name: "BORD-0001".parse().unwrap() };
    assert_eq!(reasons, [&contested, &contested]);
}

#[test]
fn what_a_count_found_over_is_not_proposed_to_be_paid() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-02", "300.00");
    books.deposit("BORD-0001", "2026-03-03", "300.00");
    books
        .post(json!({"op": "swap", "on": "2026-03-03", "bureau": "ales", "amount": "40.00", "paid": "cash"}));
    let ales = BillAccount::Stock("ales".parse().unwrap());
    let ales = books.ledger.state().balances().bills(&ales).to_json();
    books.post(json!({"op": "count", "ref": "count-1", "on": "2026-03-04", "bureau": "ales", "bills": ales, "till": "60.00"}));
    let lines = [("2026-03-03", "300.00", "REMISE BORD-0001"), ("2026-03-06", "-20.00", "VIR COUNT-1")];
    let found = books.reconcile(&statement("0.00", &lines));
    assert!(found.proposals.is_empty(), "{:?}", found.proposals);
    assert!(books.settle(&statement("0.00", &lines[..1]), &Settings::default()));
}

#[test]
fn interest_and_charges_are_known_by_their_words_and_nothing_else_is() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-02", "56.00");
    books.deposit("BORD-0001", "2026-03-03", "56.00");
    let lines = [
        ("2026-03-03", "56.00", "REMISE BORD-0001"),
        ("2026-03-05", "-5.88", "FRAIS DE TENUE DE COMPTE"),
        ("2026-03-06", "1.20", "Intérêts Créditeurs 2026"),
        ("2026-03-07", "-0.30", "Prélèvements Sociaux"),
        ("2026-03-08", "12.00", "VIR. O/ INCONNU"),
    ];
    let found = books.reconcile(&statement("0.00", &lines));
    let kinds: Vec<&ProposalKind> = found.proposals.iter().map(|proposal| &proposal.kind).collect();
    assert_eq!(
        kinds,
        [
            &ProposalKind::BankCharge(euros("5.88")),
            &ProposalKind::BankInterest(euros("1.20")),
            &ProposalKind::BankCharge(euros("0.30")),
        ]
    );
    let [left] = &found.unexplained[..] else { panic!("{found:#?}") };
    assert_eq!(left.label, "VIR. O/ INCONNU");
    // Of just what the fund would pay for a reconversion it may be either.
    let mut other = Books::founded();
    other.slip("BORD-0001", "2026-03-02", "56.00");
    other.reconversion("rec-1", "2026-03-02", &json!({"5": 1, "1": 1}));
    other.deposit("BORD-0001", "2026-03-03", "56.00");
    let doubtful = &other.reconcile(&statement("0.00", &lines[..2])).unexplained[0];
    assert_eq!(doubtful.reason, Reason::WordsDiffer { name: "rec-1".parse().unwrap() });
    let rules = LabelRules::with("interest = [\"vir. o/ inconnu\"]").unwrap();
    let found = books.held_against(&statement("0.00", &lines), &Settings { rules, ..Settings::default() });
    assert!(found.is_explained());
    for bad in ["interest = [\" - \"]", "fees = []", "interest = 5"] {
        assert!(LabelRules::with(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_movement_without_a_line_and_one_that_was_reversed() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-02", "50.00");
    books.deposit("BORD-0001", "2026-03-03", "50.00");
    books.slip("BORD-0002", "2026-03-02", "60.00");
    books.post(
        json!({"op": "deposit", "ref": "wrong", "on": "2026-03-04", "slip": "BORD-0002", "amount": "60.00"}),
    );
    let lines = [("2026-03-03", "50.00", "REMISE BORD-0001")];
    let period = ("2026-03-01", "2026-03-31");
    let found = books.reconcile(&statement_of(period, "0.00", &lines));
    let [left] = &found.unexplained[..] else { panic!("{found:#?}") };
    assert_eq!((left.side, &left.reason, left.amount), (Side::Ledger, &Reason::NoLine, euros("60.00")));
    books.post(json!({"op": "reverse", "on": "2026-03-05", "entry": "wrong", "reason": "not yet credited"}));
    let found = books.reconcile(&statement_of(period, "0.00", &lines));
    assert!(found.is_explained() && found.difference() == Some(euros("0.00")));
    assert_eq!(found.through, "2026-03-31".parse().unwrap());
}

#[test]
fn a_line_that_was_recorded_wrongly_and_reversed_is_proposed_again() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-02", "50.00");
    books.slip("BORD-0002", "2026-03-02", "50.00");
    let month = statement_of(("2026-03-01", "2026-03-31"), "0.00", &[("2026-03-04", "50.00", "BORD-0001")]);
    assert!(books.settle(&month, &Settings::default()));
    let entry = books.reconcile(&month).movements[0].reference.clone();
    books.post(
        json!({"op": "reverse", "on": "2026-03-04", "entry": entry, "reason": "it was the other slip"}),
    );
    let found = books.held_against(&month, &Settings::default());
    assert_eq!(found.proposals.len(), 1);
    let operations: Vec<_> = found.operations().cloned().collect();
    assert_ne!(operations[0].reference, entry, "a ref is used once");
    books.ledger.post_batch(&operations).unwrap();
}

#[test]
fn a_bounced_cheque_that_names_its_slip_is_matched_once_it_is_recorded() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-02", "100.00");
    books.deposit("BORD-0001", "2026-03-04", "100.00");
    let lines = [("2026-03-04", "100.00", "REMISE BORD-0001"), ("2026-03-09", "-50.00", "IMPAYE BORD-0001")];
    let [left] = &books.reconcile(&statement("0.00", &lines)).unexplained[..] else { panic!() };
    assert_eq!(left.reason.code(), "settled");
    books.post(json!({"op": "reclassify", "on": "2026-03-09", "debit": "fund:receivable:ales",
        "credit": "fund:deposit", "amount": "50.00", "reason": "unpaid cheque"}));
    assert!(books.reconcile(&statement("0.00", &lines)).is_explained());
}

#[test]
fn two_ways_to_add_up_are_a_doubt() {
    let mut books = Books::founded();
    for (slip, on, amount) in
        [("A-1", "02", "30.00"), ("A-2", "02", "70.00"), ("A-3", "03", "40.00"), ("A-4", "03", "60.00")]
    {
        books.slip(slip, &format!("2026-03-{on}"), amount);
    }
    let found = books.reconcile(&statement("0.00", &[("2026-03-05", "100.00", "VERSEMENT")]));
    assert_eq!(found.unexplained[0].reason.code(), "ambiguous");
    // So are two slips named, each of the whole amount.
    books.slip("BORD-0008", "2026-03-04", "100.00");
    books.slip("BORD-0009", "2026-03-05", "100.00");
    let found = books.reconcile(&statement("0.00", &[("2026-03-05", "100.00", "BORD-0008 BORD-0009")]));
    assert_eq!(found.unexplained[0].reason.code(), "ambiguous");
}

#[test]
fn a_line_of_a_closed_period_does_not_keep_the_others_from_being_recorded() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-02", "40.00");
    books.slip("BORD-0002", "2026-03-20", "60.00");
    books.post(
        json!({"op": "close_period", "on": "2026-04-02", "through": "2026-03-15", "forced_reason": "late"}),
    );
    let lines = [("2026-03-09", "40.00", "BORD-0001"), ("2026-03-23", "60.00", "BORD-0002")];
    let found = books.reconcile(&statement("0.00", &lines));
    let through = "2026-03-15".parse().unwrap();
    assert_eq!((found.proposals.len(), &found.unexplained[0].reason), (1, &Reason::Closed { through }));
    assert!(!books.settle(&statement("0.00", &lines), &Settings::default()));
}

#[test]
fn the_cut_counts() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-02", "40.00");
    books.slip("BORD-0002", "2026-03-02", "25.00");
    let lines = [("2026-03-30", "40.00", "BORD-0001"), ("2026-04-02", "25.00", "BORD-0002")];
    let through = |date: &str| Settings { through: Some(date.parse().unwrap()), ..Settings::default() };
    let found = books.held_against(&statement("0.00", &lines), &through("2026-03-31"));
    assert_eq!((found.bank_balance, found.proposals.len()), (Some(euros("40.00")), 1));
    assert_eq!(found.statement.lines.len(), 1);
    let refused =
        |date: &str| books.try_held_against(&statement("0.00", &lines), &through(date)).unwrap_err().code();
    assert_eq!((refused("2026-03-29"), refused("2026-06-30")), ("cut_before", "cut_after"));
}

#[test]
fn a_line_of_nothing_needs_nothing() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-02", "40.00");
    let lines = [("2026-03-03", "0.00", "FRAIS OFFERTS BORD-0001"), ("2026-03-04", "40.00", "BORD-0001")];
    let found = books.reconcile(&statement("0.00", &lines));
    assert_eq!((found.matched.len(), found.matched[0].by), (1, Evidence::Zero));
    assert!(books.settle(&statement("0.00", &lines), &Settings::default()));
}
