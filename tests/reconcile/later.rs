//! What later statements know of earlier ones: from the fingerprints on entries, and from what was attested.

use ledger_core::reconcile::{Evidence, Reason, Settings};
use serde_json::json;

use crate::bank::{Books, euros, statement, statement_of};

#[test]
fn a_statement_that_begins_later_is_held_against_its_opening_balance() {
    let mut books = Books::founded();
    for (slip, day) in [("BORD-0001", "02"), ("BORD-0002", "09"), ("BORD-0003", "16")] {
        books.slip(slip, &format!("2026-03-{day}"), "40.00");
        books.deposit(slip, &format!("2026-03-{day}"), "40.00");
    }
    books.slip("BORD-0004", "2026-04-02", "40.00");
    let lines = [("2026-04-03", "40.00", "VERSEMENT")];
    let found = books.reconcile(&statement("120.00", &lines));
    assert!(found.is_explained());
    assert_eq!(found.proposals.len(), 1);
    assert!(found.matched.iter().all(|one| one.by == Evidence::Earlier));
    let found = books.reconcile(&statement("125.00", &lines));
    let [left] = &found.unexplained[..] else { panic!("{found:#?}") };
    assert_eq!(left.reason, Reason::OpeningDiffers { bank: euros("125.00"), ledger: euros("120.00") });
    assert_eq!((left.amount, left.index), (euros("5.00"), None));
}

#[test]
fn what_was_attested_is_settled() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-20", "40.00");
    let march = statement_of(("2026-03-01", "2026-03-31"), "0.00", &[("2026-03-30", "40.00", "BORD-0001")]);
    assert!(books.settle(&march, &Settings::default()));
    // The next statement overlaps: it shows the line again, and another of the same amount.
    books.slip("BORD-0002", "2026-04-01", "40.00");
    let lines = [("2026-03-30", "40.00", "VERSEMENT"), ("2026-04-02", "40.00", "VERSEMENT")];
    let april = statement("0.00", &lines);
    let found = books.reconcile(&april);
    assert!(found.is_explained(), "{found:#?}");
    assert_eq!(found.proposals[0].line, 1);
    assert!(books.settle(&april, &Settings::default()));
    assert_eq!(books.ledger.state().registers().attested().unwrap().closing_balance, euros("80.00"));
}

#[test]
fn a_month_that_was_closed_by_force_is_attested_afterwards() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-02", "40.00");
    books.deposit("BORD-0001", "2026-03-04", "40.00");
    books.post(
        json!({"op": "close_period", "on": "2026-04-02", "through": "2026-03-31", "forced_reason": "late"}),
    );
    let march = statement_of(("2026-03-01", "2026-03-31"), "0.00", &[("2026-03-04", "40.00", "BORD-0001")]);
    assert!(books.settle(&march, &Settings::default()));
    let attested = books.ledger.state().registers().attested().unwrap();
    assert_eq!(attested.through, "2026-03-31".parse().unwrap());
}

#[test]
fn what_was_never_seen_is_not_settled_because_it_adds_up_to_nothing() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-20", "40.00");
    let march = |lines: &[_]| statement_of(("2026-03-01", "2026-03-31"), "0.00", lines);
    let line = ("2026-03-25", "40.00", "BORD-0001");
    assert!(books.settle(&march(&[line]), &Settings::default()));
    let error = [line, ("2026-03-26", "500.00", "VIR ERREUR"), ("2026-03-28", "-500.00", "VIR RETOUR")];
    assert_eq!(books.reconcile(&march(&error)).unexplained.len(), 2);
}

#[test]
fn equal_lines_counted_from_the_middle_of_a_day_are_recorded_each_under_its_own_fingerprint() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-02", "100.00");
    assert!(books.settle(&statement("0.00", &[("2026-03-09", "100.00", "BORD-0001")]), &Settings::default()));
    books.slip("BORD-0002", "2026-03-02", "100.00");
    // The bank lists the new one before the other.
    let lines = [("2026-03-09", "100.00", "BORD-0002"), ("2026-03-09", "100.00", "BORD-0001")];
    assert!(books.settle(&statement("0.00", &lines), &Settings::default()));
    let cut = [("2026-03-09", "100.00", "REMISE"), ("2026-03-09", "100.00", "REMISE")];
    for lines in [&lines, &cut] {
        let found = books.reconcile(&statement("0.00", lines));
        assert!(found.is_explained() && found.proposals.is_empty());
        let mut carried: Vec<_> = found.movements.iter().map(|movement| movement.bank_line).collect();
        carried.sort();
        carried.dedup();
        assert_eq!(carried.len(), 2);
    }
}

#[test]
fn a_download_from_the_middle_of_a_day_swallows_no_line() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-02", "100.00");
    books.slip("BORD-0002", "2026-03-02", "100.00");
    books.settle(&statement("0.00", &[("2026-03-09", "100.00", "BORD-0001")]), &Settings::default());
    let mut second = statement("100.00", &[("2026-03-09", "100.00", "REMISE")]);
    (second.opening, second.closing) = (None, None);
    let found = books.reconcile(&second);
    let candidates = vec!["BORD-0001".to_owned(), "BORD-0002".to_owned()];
    assert_eq!(found.unexplained[0].reason, Reason::Ambiguous { candidates });
}

#[test]
fn a_download_that_begins_in_the_middle_of_an_attested_day_opens_with_the_rest_of_it() {
    let mut books = Books::founded();
    for slip in ["BORD-0001", "BORD-0002", "BORD-0003"] {
        books.slip(slip, "2026-03-20", "40.00");
    }
    books.slip("BORD-0004", "2026-03-20", "15.00");
    let lines = [
        ("2026-03-30", "40.00", "BORD-0001"),
        ("2026-03-31", "40.00", "BORD-0002"),
        ("2026-03-31", "40.00", "BORD-0003"),
    ];
    assert!(books.settle(&statement_of(("2026-03-01", "2026-03-31"), "0.00", &lines), &Settings::default()));
    let lines = [("2026-03-31", "40.00", "BORD-0003"), ("2026-04-02", "15.00", "BORD-0004")];
    let found = books.reconcile(&statement("80.00", &lines));
    assert!(found.is_explained() && found.proposals.len() == 1, "{found:#?}");
    let found = books.reconcile(&statement("79.00", &lines));
    assert!(found.unexplained.iter().any(|one| one.reason.code() == "opening_differs"));
}

#[test]
fn a_mistake_of_a_closed_month_is_corrected_in_the_next_one() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-20", "40.00");
    books.slip("BORD-0002", "2026-03-20", "40.00");
    let march = statement_of(("2026-03-01", "2026-03-31"), "0.00", &[("2026-03-30", "40.00", "BORD-0001")]);
    assert!(books.settle(&march, &Settings::default()));
    let wrong = books.reconcile(&march).movements[0].reference.clone();
    books.post(json!({"op": "close_period", "on": "2026-04-01", "through": "2026-03-31"}));
    // It was the other slip that the bank had credited.
    books.post(json!({"op": "reverse", "on": "2026-04-01", "entry": wrong, "reason": "the other slip"}));
    books.deposit("BORD-0002", "2026-04-01", "40.00");
    let april = statement_of(("2026-04-01", "2026-04-30"), "40.00", &[("2026-04-03", "40.00", "BORD-0001")]);
    let found = books.reconcile(&april);
    assert!(found.is_explained(), "{found:#?}");
    assert!(found.matched.iter().any(|one| one.by == Evidence::Correction && one.movements.len() == 2));
    assert!(books.settle(&april, &Settings::default()));
    let may = statement_of(("2026-05-01", "2026-05-31"), "80.00", &[("2026-05-31", "0.12", "INTERETS")]);
    assert!(books.settle(&may, &Settings::default()));
}

#[test]
fn a_correction_that_could_be_two_is_left_to_a_person() {
    let mut books = Books::founded();
    for slip in ["BORD-0001", "BORD-0002", "BORD-0003"] {
        books.slip(slip, "2026-03-20", "40.00");
    }
    let march = statement_of(("2026-03-01", "2026-03-31"), "0.00", &[("2026-03-30", "40.00", "BORD-0001")]);
    assert!(books.settle(&march, &Settings::default()));
    let wrong = books.reconcile(&march).movements[0].reference.clone();
    books.post(json!({"op": "reverse", "on": "2026-04-01", "entry": wrong, "reason": "the other slip"}));
    books.deposit("BORD-0002", "2026-04-01", "40.00");
    books.deposit("BORD-0003", "2026-04-01", "40.00");
    let found = books.reconcile(&statement_of(("2026-04-01", "2026-04-30"), "40.00", &[]));
    assert_eq!(found.unexplained.len(), 3);
}

#[test]
fn an_entry_that_the_bank_never_had_is_reversed_in_the_next_month() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-20", "40.00");
    books.post(
        json!({"op": "deposit", "ref": "wrong", "on": "2026-03-21", "slip": "BORD-0001", "amount": "40.00"}),
    );
    books.post(json!({"op": "reverse", "on": "2026-04-01", "entry": "wrong", "reason": "not credited yet"}));
    let april = statement_of(("2026-04-01", "2026-04-30"), "0.00", &[("2026-04-03", "40.00", "BORD-0001")]);
    assert!(books.settle(&april, &Settings::default()));
}

#[test]
fn a_month_that_has_only_begun_is_not_attested_to_its_end() {
    let mut books = Books::founded();
    books.slip("BORD-0001", "2026-03-20", "40.00");
    let march = statement_of(("2026-03-01", "2026-03-31"), "0.00", &[("2026-03-24", "40.00", "BORD-0001")]);
    let on = |today: &str| Settings { today: Some(today.parse().unwrap()), ..Settings::default() };
    let through = |today: &str| books.held_against(&march, &on(today)).through.to_string();
    assert_eq!(through("2026-03-26"), "2026-03-26");
    assert_eq!(through("2026-03-02"), "2026-03-24", "the bank's lines count, whatever the clock says");
    assert_eq!(through("2026-04-01"), "2026-03-31");
    let ahead = Settings { through: Some("2026-03-31".parse().unwrap()), ..on("2026-03-26") };
    assert_eq!(books.try_held_against(&march, &ahead).unwrap_err().code(), "cut_ahead");
}
