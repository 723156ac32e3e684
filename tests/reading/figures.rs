//! The figures after an entry, and as of a day.

use super::*;

#[test]
fn the_state_after_each_entry_is_that_of_the_entries_up_to_it() {
    let season = &*SEASON;
    let view = View::open(season.storage.clone()).unwrap();
    let mut state = State::default();
    for (entry, receipt) in season.entries.iter().zip(&season.receipts) {
        state.apply(entry).unwrap();
        let standing = view.state_after(entry.sequence).unwrap();
        assert!(standing.state == state, "entry {}", entry.sequence);
        assert_eq!(standing.root, Some(receipt.root), "entry {}", entry.sequence);
        assert_eq!(view.entry(entry.sequence).unwrap().as_ref(), Some(entry));
    }
    assert!(view.state().unwrap().state == state);
    assert!(view.state_after(Sequence::new(5000)).unwrap().state == state);
    assert_eq!(view.state_after(Sequence::new(0)).unwrap().state.entries(), 0);
    assert_eq!(view.entry(Sequence::new(0)).unwrap(), None);
    assert_eq!(view.entry(Sequence::new(891)).unwrap(), None);
}

/// The figures as of each date are the sums of the postings of all entries dated up to it.
fn check_figures_on(storage: &Arc<Memory>, entries: &[Entry], dates: &BTreeSet<Date>) {
    let view = View::open(storage.clone()).unwrap();
    let bare = Arc::new(storage.snapshot());
    for name in bare.list("snapshots").unwrap() {
        bare.remove(&format!("snapshots/{name}")).unwrap();
    }
    let without_snapshots = View::open(bare).unwrap();
    for date in dates {
        let state = view.state_on(*date).unwrap().state;
        let mut sums: BTreeMap<String, (Account, i64)> = BTreeMap::new();
        let mut count = 0;
        for entry in entries.iter().filter(|entry| entry.operation.on <= *date) {
            count += 1;
            for posting in &entry.postings {
                for (account, side) in [(posting.debit(), Side::Debit), (posting.credit(), Side::Credit)] {
                    let cents =
                        if account.normal_side() == side { posting.cents() } else { -posting.cents() };
                    sums.entry(account.to_string()).or_insert((account, 0)).1 += cents;
                }
            }
        }
        sums.retain(|_, (_, cents)| *cents != 0);
        assert_eq!(state.entries(), count, "{date}");
        for (account, cents) in sums.values() {
            assert_eq!(state.balance(account), *cents, "{account} on {date}");
        }
        assert_eq!(state.balances().all_euros().count() + state.balances().all_bills().count(), sums.len());
        assert_eq!(state.backing(), Ok(()));
        assert!(without_snapshots.state_on(*date).unwrap().state == state, "{date}");
    }
}

#[test]
fn the_figures_of_a_day_are_those_of_all_entries_dated_up_to_it() {
    let mut dates: BTreeSet<Date> = SEASON.entries.iter().map(|entry| entry.operation.on).collect();
    dates.extend(["2025-12-31".parse::<Date>().unwrap(), "2027-01-01".parse().unwrap()]);
    check_figures_on(&SEASON.storage, &SEASON.entries, &dates);
}

#[test]
fn an_entry_recorded_late_counts_on_its_own_day() {
    let storage = Arc::new(Memory::new());
    let mut ledger = create(&storage, LARGE);
    ledger.post_batch(&story().concat()).unwrap();
    let interest = |n: u32| {
        let (month, day) = (n * 7 % 9 + 4, n * 11 % 28 + 1);
        operation(
            &json!({"op": "bank_interest", "ref": format!("i{n}"), "on": format!("2026-{month:02}-{day:02}"),
            "amount": format!("{n}.01")}),
        )
    };
    for n in (0..600).step_by(20) {
        ledger.post_batch(&(n..n + 20).map(interest).collect::<Vec<_>>()).unwrap();
    }
    assert!(!Snapshots::new(storage.clone()).sequences().is_empty());
    // In the order of dates, bills leave before they come, and euros before they are there.
    for late in [
        json!({"op": "supply", "on": "2026-03-20", "bureau": "ales", "bills": {"5": 10}}),
        json!({"op": "swap", "on": "2026-03-03", "bureau": "ales", "bills": {"5": 28}, "paid": "cash"}),
        json!({"op": "remit", "on": "2026-03-02", "bureau": "ales", "amount": "140", "slip": "S-9"}),
        json!({"op": "deposit", "on": "2026-03-02", "slip": "S-9", "amount": "140"}),
        json!({"op": "amend_bureau", "on": "2026-03-25", "bureau": "ales", "name": "B"}),
    ] {
        let mut late = late;
        late["ref"] = json!(format!("late-{}", ledger.state().entries()));
        ledger.post(&operation(&late)).unwrap();
    }
    let entries = entries(&storage, &Filter::default());
    let dates = entries.iter().map(|entry| entry.operation.on).collect();
    check_figures_on(&storage, &entries, &dates);
}

#[test]
fn a_deposit_and_a_remittance_taken_back_leave_the_euros_as_old_as_they_were() {
    let storage = Arc::new(Memory::new());
    let mut ledger = create(&storage, LARGE);
    let lines = [
        json!({"op": "found", "ref": "found", "on": "2026-01-02", "currency": "Aïga", "symbol": "Ä", "code": "AIGA",
            "denominations": [10], "association": "Essai", "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"},
            "reconversion_fee": "0.02"}),
        json!({"op": "open_bureau", "ref": "open", "on": "2026-01-02", "bureau": "florac", "name": "Florac",
            "local_group": "causses", "terms": {"consignment": {"till_ceiling": "500.00"}}}),
        json!({"op": "print_bills", "ref": "print", "on": "2026-01-02", "bills": {"10": 10}}),
        json!({"op": "supply", "ref": "supply", "on": "2026-01-02", "bureau": "florac", "bills": {"10": 10}}),
        json!({"op": "swap", "ref": "swap", "on": "2026-01-03", "bureau": "florac", "amount": "100.00", "paid": "cash"}),
        json!({"op": "remit", "ref": "remit", "on": "2026-03-02", "bureau": "florac", "amount": "100.00", "slip": "S"}),
        json!({"op": "deposit", "ref": "deposit", "on": "2026-03-05", "slip": "S", "amount": "100.00"}),
        json!({"op": "reverse", "ref": "undo-deposit", "on": "2026-03-20", "entry": "deposit", "reason": "bounced"}),
    ];
    for line in &lines {
        ledger.post(&operation(line)).unwrap();
    }
    let swapped: Date = "2026-01-03".parse().unwrap();
    let slip = "S".parse().unwrap();
    assert_eq!(ledger.state().registers().slip(&slip).map(|slip| slip.euros_since), Some(swapped));
    let undo = json!({"op": "reverse", "ref": "undo-remit", "on": "2026-03-21", "entry": "remit", "reason": "error"});
    ledger.post(&operation(&undo)).unwrap();
    assert_eq!(ledger.state().registers().oldest_in_till(&"florac".parse().unwrap()), Some(swapped));
    drop(ledger);
    assert!(audited(&storage).ok);
}
