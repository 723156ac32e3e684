//! What an audit finds when somebody made every checksum and root right.

use super::*;

/// The story with its entries changed by somebody who then makes all blocks, checksums and roots right.
fn forged_journal(change: impl FnOnce(&mut Vec<Entry>)) -> Arc<Memory> {
    let mut entries = entries(&told(LARGE).0, &Filter::default());
    change(&mut entries);
    let memory = Arc::new(Memory::new());
    let mut writer = Writer::create(memory.clone(), LARGE).unwrap();
    for commit in entries.chunks(3) {
        writer
            .append(&commit.iter().map(|entry| record::encode(entry).unwrap()).collect::<Vec<_>>())
            .unwrap();
    }
    memory
}

fn forged(change: impl FnOnce(&mut Vec<Entry>)) -> AuditReport {
    audited(&forged_journal(change))
}

fn euros(debit: EuroAccount, credit: EuroAccount, cents: i64) -> Posting {
    Posting::Euros { debit, credit, amount: Euros::from_cents(cents) }
}

fn check_forged(code: &str, sequence: u64, change: impl FnOnce(&mut Vec<Entry>)) {
    let report = forged(change);
    let Some(failure) = report.failure else { panic!("{code} of entry {sequence} is not found") };
    assert_eq!((failure.code, failure.sequence.number()), (code, sequence), "{}", failure.reason);
    assert_eq!((failure.segment, report.entries), (segment_path(1), sequence - 1));
}

#[test]
fn an_entry_forged_with_right_checksums_and_roots_is_found() {
    assert!(forged(|_| ()).ok);
    let own = |cents| euros(EuroAccount::OwnBank, EuroAccount::OwnOperating, cents);
    check_forged("postings", 7, |entries| entries[6].postings = [own(50_00)].into_iter().collect());
    check_forged("postings", 7, |entries| entries[6].postings = Postings::none());
    check_forged("backing", 6, |entries| {
        let halved = |posting: &Posting| match posting.clone() {
            Posting::Euros { debit, credit, .. } => euros(debit, credit, 20_00),
            bills @ Posting::Bills { .. } => bills,
        };
        entries[5].postings = entries[5].postings.iter().map(halved).collect();
    });
    check_forged("timestamp_order", 8, |entries| entries[7].recorded_at = entries[6].recorded_at);
    check_forged("timestamp_order", 2, |entries| entries[0].recorded_at = RecordedAt::from_ns(u64::MAX));
    check_forged("repeated_reference", 9, |entries| entries[8].operation.reference = "swap".parse().unwrap());
    check_forged("invalid_record", 5, |entries| entries[4].sequence = Sequence::new(6));
    check_forged("insufficient_till", 14, |entries| {
        entries[13].operation = operation(&json!({"op": "remit", "ref": "remit-2", "on": "2026-03-02",
            "bureau": "ales", "amount": "10.01", "slip": "S-2"}));
    });
    check_forged("not_founded", 1, |entries| entries[0].operation = entries[6].operation.clone());
}

#[test]
fn a_forged_choice_is_found() {
    check_forged("choice", 6, |entries| {
        let fives: Bills = [(Denomination::new(5).unwrap(), 8)].into_iter().collect();
        let till = entries[5].postings.iter().last().unwrap().clone();
        let (debit, credit) = (BillAccount::Public, BillAccount::Stock("ales".parse().unwrap()));
        entries[5].postings =
            [Posting::Bills { debit, credit, bills: fives.clone() }, till].into_iter().collect();
        entries[5].choice = Choice::Bills(fives);
    });
    check_forged("choice", 11, |entries| entries[10].choice = Choice::Rate("0.01".parse().unwrap()));
    check_forged("choice", 12, |entries| {
        entries[11].postings = entries[11].postings.iter().take(1).cloned().collect();
        entries[11].choice = Choice::Fee(Euros::ZERO);
    });
    check_forged("choice", 7, |entries| entries[6].choice = Choice::Fee(Euros::from_cents(1)));
}

#[test]
fn a_reversal_forged_to_restore_what_never_was_is_found() {
    check_forged("choice", 13, |entries| {
        let Choice::Reversal { restored, .. } = &mut entries[12].choice else { panic!("a reversal") };
        let [(_, OpenItem::Payable(payable))] = &mut restored[..] else { panic!("{restored:?}") };
        payable.reconversion.as_mut().unwrap().fee_taken = Euros::from_cents(40);
    });
}

#[test]
fn a_reversal_forged_to_undo_another_entry_than_it_names_is_found() {
    check_forged("choice", 13, |entries| {
        entries[12].choice = Choice::Reversal { entry: Sequence::new(7), restored: Vec::new() };
        entries[12].postings = entries[6].postings.mirrored();
    });
}

#[test]
fn a_choice_forged_onto_an_operation_that_leaves_none_is_found() {
    check_forged("choice", 7, |entries| {
        entries[6].choice = Choice::Reversal { entry: Sequence::new(6), restored: Vec::new() };
    });
}

#[test]
fn a_slip_forged_to_be_used_a_second_time_is_found() {
    check_forged("reference_in_use", 14, |entries| {
        entries[13].operation = operation(&json!({"op": "remit", "ref": "remit-2", "on": "2026-03-02",
            "bureau": "ales", "amount": "10", "slip": "S-1"}));
        let (transit, till) =
            (EuroAccount::Transit("S-1".parse().unwrap()), EuroAccount::Till("ales".parse().unwrap()));
        entries[13].postings = [euros(transit, till, 10_00)].into_iter().collect();
    });
}

/// Two ledgers that differ in one amount alone, with a newer snapshot and an older one.
fn two_ledgers() -> [(Arc<Memory>, Vec<Snapshot>); 2] {
    ["5", "6"].map(|amount| {
        let storage = Arc::new(Memory::new());
        let mut ledger = create(&storage, LARGE);
        ledger.post_batch(&story()[0]).unwrap();
        let differs = json!({"op": "top_up", "ref": "x", "on": "2026-03-02", "amount": amount});
        ledger.post(&operation(&differs)).unwrap();
        for n in [0, 300] {
            ledger.post_batch(&(n..n + 300).map(top_up).collect::<Vec<_>>()).unwrap();
        }
        ledger.settle();
        let snapshots = Snapshots::new(storage.clone());
        let read =
            snapshots.sequences().into_iter().map(|sequence| snapshots.read(sequence).unwrap()).collect();
        (Arc::new(storage.snapshot()), read)
    })
}

/// One verdict on a snapshot of no use: it is named by the audit, which goes on and verifies the entries, and by the doctor; a
/// repair sets it aside, and then all is well. Says what is wrong with it.
fn check_bad_snapshot(memory: &Memory, sequence: u64) -> String {
    let storage: Arc<dyn Storage> = Arc::new(memory.snapshot());
    let report = audit(&storage, |_| ()).unwrap();
    assert!(
        report.ok && report.entries == View::open(storage.clone()).unwrap().state().unwrap().state.entries()
    );
    let [bad] = &report.bad_snapshots[..] else { panic!("{:?}", report.bad_snapshots) };
    assert_eq!(bad.path, Snapshots::path_of(sequence));
    let findings = diagnose(&storage).findings;
    let [Finding::Snapshot(found)] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!(found, bad);
    assert_eq!((findings[0].code(), findings[0].remedy()), ("bad_snapshot", Remedy::Repair));
    let bytes = memory.bytes(&bad.path).unwrap();
    let repairs = repair(&storage).unwrap();
    let [Repair::SetAside { path, saved_to }] = &repairs[..] else { panic!("{repairs:?}") };
    assert_eq!(path, &bad.path);
    let mut kept = vec![0; bytes.len()];
    assert_eq!(storage.read_at(saved_to, 0, &mut kept).unwrap(), bytes.len());
    assert!(kept == bytes, "nothing is lost");
    let report = audit(&storage, |_| ()).unwrap();
    assert!(report.ok && report.bad_snapshots.is_empty());
    assert!(diagnose(&storage).findings.is_empty());
    bad.reason.clone()
}

/// Puts the other ledger's state into a snapshot that is right in all else: the newest (0), which no block names yet, or the
/// older (1).
fn check_lie(which: usize, sequence: u64) {
    let [(storage, honest), (_, other)] = two_ledgers();
    assert_eq!(audited(&storage).snapshot, Some(Sequence::new(604)));
    let lie = Snapshot { state: other[which].state.clone(), ..honest[which].clone() };
    Snapshots::new(storage.clone()).write(&lie).unwrap();
    assert!(check_bad_snapshot(&storage, sequence).contains("another state"));
}

#[test]
fn a_snapshot_that_lies_is_found() {
    check_lie(0, 604);
}

#[test]
fn an_older_snapshot_that_lies_about_the_figures_of_its_day_is_found() {
    check_lie(1, 304);
}

#[test]
fn a_snapshot_of_any_other_fault_is_the_same_to_the_audit_and_the_doctor() {
    let [(storage, honest), _] = two_ledgers();
    for (which, sequence) in [(0, 604), (1, 304)] {
        let forged = Arc::new(storage.snapshot());
        let honest = &honest[which];
        let position = Position { offset: honest.position.offset + 8, ..honest.position };
        Snapshots::new(forged.clone()).write(&Snapshot { position, ..honest.clone() }).unwrap();
        assert!(
            check_bad_snapshot(&forged, sequence).contains("another journal"),
            "the offset in its heading"
        );
        forged.set_bytes(&Snapshots::path_of(sequence), b"{}\n{}\n".to_vec());
        assert!(check_bad_snapshot(&forged, sequence).contains("does not read"));
    }
    // Between two blocks, and behind the last.
    for (sequence, what) in [(300, "does not read"), (700, "does not read")] {
        let forged = Arc::new(storage.snapshot());
        forged.set_bytes(&Snapshots::path_of(sequence), storage.bytes(&Snapshots::path_of(604)).unwrap());
        assert!(check_bad_snapshot(&forged, sequence).contains(what), "{sequence}");
    }
}

/// A ledger with snapshots that the journal names.
fn ledger_with_named_snapshots() -> (Arc<Memory>, State) {
    let storage = Arc::new(Memory::new());
    let mut ledger = create(&storage, LARGE);
    for commit in story() {
        ledger.post_batch(&commit).unwrap();
    }
    for n in 0..700 {
        ledger.post(&top_up(n)).unwrap();
        ledger.settle();
    }
    let state = ledger.state().clone();
    drop(ledger);
    (storage, state)
}

/// Puts another state into each snapshot, with the checksum that it should have.
fn forge(storage: &Memory, change: impl Fn(&str) -> String) -> usize {
    let mut changed = 0;
    for sequence in Snapshots::new(Arc::new(storage.snapshot())).sequences() {
        let path = Snapshots::path_of(sequence);
        let text = String::from_utf8(storage.bytes(&path).unwrap()).unwrap();
        let (heading, state) = text.trim_end().split_once('\n').unwrap();
        let mut heading: Value = serde_json::from_str(heading).unwrap();
        let forged = change(state);
        changed += usize::from(forged != state);
        heading["state_crc32"] = crc32fast::hash(forged.as_bytes()).into();
        storage.set_bytes(&path, format!("{heading}\n{forged}\n").into_bytes());
        assert!(Snapshots::new(Arc::new(storage.snapshot())).read(sequence).is_ok(), "it reads");
    }
    changed
}

#[test]
fn a_snapshot_that_the_journal_names_spares_reading_what_is_before_it() {
    let (storage, state) = ledger_with_named_snapshots();
    let newest = Snapshots::new(storage.clone()).newest_named(u64::MAX, |_| true).unwrap();
    assert!(newest.sequence().number() > 500, "named by the block after it");
    // What lies before it is not read: a record there may be damaged.
    storage.flip(&segment_path(1), 700, 1);
    let standing = View::open(storage.clone()).unwrap().state().unwrap();
    assert_eq!(standing.state, state);
    assert_eq!(audited(&storage).failure.map(|failure| failure.code), Some("damaged"));
}

#[test]
fn bills_that_a_forged_snapshot_invents_are_neither_shown_nor_swapped() {
    let (storage, state) = ledger_with_named_snapshots();
    let bills = state.balances().bills(&BillAccount::Stock("ales".parse().unwrap()));
    let held = format!("\"bills:bureau:ales\":{}", serde_json::to_string(bills).unwrap());
    let forged = forge(&storage, |state| {
        assert!(state.contains(&held), "{state}");
        state.replacen(&held, "\"bills:bureau:ales\":{\"10\":3000}", 1)
    });
    assert!(forged > 1);
    assert!(View::open(storage.clone()).unwrap().state().unwrap().state == state, "what is shown is true");
    let clock = Box::new(ManualClock::new(1_772_000_000_000_000_000, 1_000));
    let mut ledger = Ledger::open(storage.clone(), clock).unwrap();
    assert!(*ledger.state() == state);
    let swap = json!({"op": "swap", "ref": "of-nothing", "on": "2026-03-03", "bureau": "ales",
        "bills": {"10": 3000}, "paid": "cheque"});
    assert_eq!(ledger.post(&operation(&swap)).unwrap_err().code(), "insufficient_stock");
    ledger.post(&top_up(701)).unwrap();
    drop(ledger);
    let report = audited(&storage);
    assert!(report.ok && !report.bad_snapshots.is_empty(), "the auditor is told");
}

#[test]
fn a_hash_of_a_state_that_never_was_is_found() {
    let state = |sequence: u64| StateHash::of(sequence, State::FORM, b"{}");
    let takes = StateMark { taken: true, named: None };
    for (named, first) in
        [(state(1), takes), (state(2), StateMark::default()), (state(1), StateMark::default())]
    {
        let entries = entries(&told(LARGE).0, &Filter::default());
        let memory = Arc::new(Memory::new());
        let mut writer = Writer::create(memory.clone(), LARGE).unwrap();
        let marks = [first, StateMark::default(), StateMark { taken: false, named: Some(named) }];
        for (entry, mark) in entries.iter().zip(marks) {
            let mut draft = writer.draft();
            draft.push(&record::encode(entry).unwrap()).unwrap();
            writer.commit(draft, mark).unwrap();
        }
        let failure = audited(&memory).failure.unwrap();
        assert_eq!((failure.code, failure.sequence.number()), ("state_hash", 3), "{}", failure.reason);
    }
}

#[test]
fn a_ledger_without_an_entry_is_whole() {
    let storage = Arc::new(Memory::new());
    drop(create(&storage, LARGE));
    let report = audited(&storage);
    assert!(report.ok && report.entries == 0);
    let standing = View::open(storage).unwrap().state().unwrap();
    assert_eq!((standing.state.entries(), standing.root), (0, Some(report.root)));
    assert_eq!(View::open(Arc::new(Memory::new())).unwrap_err().code(), "no_journal");
}

#[test]
fn postings_that_would_overflow_every_sum_are_refused_and_not_added_up() {
    let most = FIGURE_MAX_CENTS;
    let heap = |count: usize| -> Postings {
        (0..count).map(|_| euros(EuroAccount::OwnBank, EuroAccount::OwnOperating, most)).collect()
    };
    check_forged("postings", 2, |entries| entries[1].postings = heap(200));
    // Whoever opens such a journal without an audit is told as well.
    for (count, code) in [(200, "impossible_state"), (300, "invalid_record")] {
        let storage = forged_journal(|entries| {
            entries.iter_mut().skip(1).for_each(|entry| entry.postings = heap(count));
        });
        let clock = Box::new(ManualClock::new(1, 1));
        assert_eq!(Ledger::open(storage.clone(), clock).unwrap_err().code(), code);
        assert_eq!(View::open(storage).unwrap().state().unwrap_err().code(), code);
    }
}

#[test]
fn an_entry_of_the_last_instant_of_all_leaves_no_room_for_another() {
    // No clock leads there, so only somebody who forges records comes to it.
    let storage = forged_journal(|entries| {
        entries.truncate(1);
        entries[0].recorded_at = RecordedAt::from_ns(u64::MAX);
    });
    let mut ledger = Ledger::open(storage, Box::new(ManualClock::new(1, 1))).unwrap();
    assert_eq!(ledger.post(&top_up(1)).unwrap_err().code(), "clock_behind");
    ledger.trust_clock(ClockTrust::Confirmed);
    assert_eq!(ledger.post(&top_up(1)).unwrap_err().code(), "clock");
}

#[test]
fn a_snapshot_under_another_entrys_name_serves_nobody() {
    let (storage, snapshots) = two_ledgers().into_iter().next().unwrap();
    let newest = snapshots[0].sequence().number();
    let bytes = storage.bytes(&format!("snapshots/{newest:020}.json")).unwrap();
    for elsewhere in [newest + 600, newest - 1] {
        let memory = Arc::new(storage.snapshot());
        memory.set_bytes(&format!("snapshots/{elsewhere:020}.json"), bytes.clone());
        assert_eq!(Snapshots::new(memory.clone()).newest_sequence().unwrap(), newest);
        assert!(Snapshots::new(memory.clone()).read(elsewhere).is_err());
        let report = audited(&memory);
        assert!(report.ok && report.bad_snapshots[0].path == Snapshots::path_of(elsewhere));
    }
}

#[test]
fn a_number_written_in_more_bytes_than_it_needs_is_found() {
    let entries = entries(&told(LARGE).0, &Filter::default());
    let mut records: Vec<Vec<u8>> = entries.iter().map(|entry| record::encode(entry).unwrap()).collect();
    // The sequence 2, as two bytes behind the mark of two bytes.
    records[1].splice(0..1, [251, 2, 0]);
    let memory = Arc::new(Memory::new());
    Writer::create(memory.clone(), LARGE).unwrap().append(&records).unwrap();
    let failure = audited(&memory).failure.unwrap();
    assert_eq!((failure.code, failure.sequence.number()), ("invalid_record", 2), "{}", failure.reason);
}

/// Entries of the story before those that [`beyond_every_number`] adds, and how many it adds.
const BEFORE: usize = 14;
const HEAPS: u64 = 40;

/// The story, and behind it entries of a month later that move so much that no number holds the sum of all of them, though
/// it holds that of each.
fn beyond_every_number() -> Arc<Memory> {
    forged_journal(|entries| {
        assert_eq!(entries.len(), BEFORE);
        for n in 0..HEAPS {
            let last = entries[entries.len() - 1].clone();
            let posting = euros(EuroAccount::OwnBank, EuroAccount::OwnOperating, FIGURE_MAX_CENTS);
            entries.push(Entry {
                sequence: Sequence::new(last.sequence.number() + 1),
                recorded_at: RecordedAt::from_ns(last.recorded_at.ns() + 1),
                operation: Operation { on: "2026-04-02".parse().unwrap(), ..top_up(n) },
                choice: Choice::Nothing,
                postings: std::iter::repeat_n(posting, 256).collect(),
            });
        }
    })
}

#[test]
fn no_export_adds_up_what_no_number_holds() {
    let view = View::open(beyond_every_number()).unwrap();
    let all = Period::default();
    let later = Period { from: Some("2026-05-01".parse().unwrap()), to: None };
    let written = |format, period| {
        let mut bytes = Vec::new();
        export(&view, format, period, &mut bytes, &mut |_| ()).map_err(|error| error.to_string())
    };
    // Half of what a number holds is moved with the nineteenth of them.
    let refused = "after entry 33, what all entries have moved would come to 48,640,000,000,002,135.80 €; a ledger holds at most \
                   46,116,860,184,273,879.03 €; the journal is forged, or a bug wrote it";
    for (format, period) in [
        (Format::Hledger, all),
        (Format::Beancount, all),
        (Format::Hledger, later),
        (Format::Beancount, later),
    ] {
        assert_eq!(written(format, period).unwrap_err(), refused, "{format:?}");
    }
    let (year, chart) = ("2027".parse().unwrap(), Chart::with("").unwrap());
    let fec = export_fec(&view, FecForm::of(year, &chart), &mut Vec::new(), &mut |_| ());
    assert_eq!(fec.unwrap_err().to_string(), refused);
    // What only lists entries lists these too.
    for format in [Format::Jsonl, Format::Csv(Dialect::Plain)] {
        assert_eq!(written(format, all).unwrap().entries, BEFORE as u64 + HEAPS);
    }
}

#[test]
fn what_a_lying_snapshot_hides_is_not_added_up_either() {
    let forged = beyond_every_number();
    let mut honest = create(&Arc::new(Memory::new()), LARGE);
    for commit in story() {
        honest.post_batch(&commit).unwrap();
    }
    honest.post_batch(&(0..HEAPS).map(top_up).collect::<Vec<_>>()).unwrap();
    let mut scan = Scan::new(forged.clone(), Start::genesis(), Verify::Everything).unwrap();
    while scan.next_block().unwrap().is_some() {}
    let (frontier, position) = (scan.frontier().unwrap().clone(), scan.position());
    let lie = Snapshot { state: honest.state().clone(), frontier, position };
    Snapshots::new(forged.clone()).write(&lie).unwrap();
    let view = View::open(forged.clone()).unwrap();
    assert_eq!(view.state().unwrap_err().code(), "impossible_state", "the snapshot is not believed");

    let april = "\"Date opération\",\"Date Valeur\",\"Référence\",\"Montant\",\"Solde\",\"Libellé\"\n\
                 \"2 avril 2026\",\"2 avril 2026\",\"R1\",\"0,01\",\"0,01\",\"VIREMENT\"\n";
    let statement = read(april.as_bytes(), How::default()).unwrap();
    let refused = reconcile(&view, statement, &Settings::default()).unwrap_err();
    assert_eq!(refused.code(), "impossible_state");

    let folder = tempfile::tempdir().unwrap();
    for path in [segment_path(1), Snapshots::path_of(54)] {
        let file = folder.path().join(&path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, forged.bytes(&path).unwrap()).unwrap();
    }
    let mut aiga = std::process::Command::new(env!("CARGO_BIN_EXE_aiga"));
    aiga.arg("--ledger").arg(folder.path()).args(["--lang", "fr", "account", "own:bank"]);
    let said = aiga.output().unwrap();
    let err = String::from_utf8(said.stderr).unwrap();
    assert!(err.contains("own:bank contiendrait") && err.contains("(impossible_state)"), "{err}");
    assert_eq!(said.status.code(), Some(4));
}
