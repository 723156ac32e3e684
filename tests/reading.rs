//! Guards against: figures as of an entry or a date that are not those of the entries before it, a filter
//! that drops or adds an entry, a reader that sees half a commit, and an audit that passes a journal which is
//! damaged or forged.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use ledger_core::account::{BillAccount, EuroAccount, Side};
use ledger_core::audit::{AuditReport, audit};
use ledger_core::entry::Choice;
use ledger_core::index::{Snapshot, Snapshots};
use ledger_core::journal::{Commit, Layout, Root, Scan, Start, Verify, Writer, segment_path};
use ledger_core::open_item::OpenItem;
use ledger_core::query::Filter;
use ledger_core::storage::{Lock, LockError, ManualClock, Memory, Storage};
use ledger_core::{
    Account, Act, Bills, Date, Denomination, Entry, Euros, Ledger, Operation, Posting, Postings, Receipt,
    RecordedAt, Sequence, State, View, record,
};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

const SMALL: Layout = Layout { segment_len_max: 1200, extend_step_min: 256, extend_step_max: 512 };
const LARGE: Layout = Layout { segment_len_max: 1 << 20, extend_step_min: 4096, extend_step_max: 4096 };

fn operation(json: &Value) -> Operation {
    Operation::from_json(&json.to_string()).unwrap_or_else(|rejection| panic!("{json}: {rejection}"))
}

fn create(storage: &Arc<Memory>, layout: Layout) -> Ledger {
    let clock = ManualClock::new(1_772_000_000_000_000_000, 1_000);
    Ledger::create_with(storage.clone(), Box::new(clock), layout).unwrap()
}

fn entries(storage: &Arc<Memory>, filter: &Filter) -> Vec<Entry> {
    let mut entries = Vec::new();
    let look = |entry: &Entry| {
        entries.push(entry.clone());
        ControlFlow::Continue(())
    };
    View::open(storage.clone()).unwrap().visit(filter, look).unwrap();
    entries
}

/// The season, posted one by one.
struct Season {
    storage: Arc<Memory>,
    receipts: Vec<Receipt>,
    entries: Vec<Entry>,
}

static SEASON: LazyLock<Season> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/season-2026/operations.jsonl");
    let storage = Arc::new(Memory::new());
    let mut ledger = create(&storage, Layout { segment_len_max: 20_000, ..LARGE });
    let text = std::fs::read_to_string(path).unwrap();
    let post = |line| ledger.post(&Operation::from_json(line).unwrap()).unwrap();
    let receipts: Vec<Receipt> = text.lines().map(post).collect();
    let entries = entries(&storage, &Filter::default());
    assert_eq!((receipts.len(), entries.len()), (890, 890));
    assert!(Snapshots::new(storage.clone()).sequences().len() > 1, "snapshots to read from");
    Season { storage, receipts, entries }
});

// ---- Figures ----------------------------------------------------------------------------------------------

#[test]
fn the_state_after_each_entry_is_that_of_the_entries_up_to_it() {
    let season = &*SEASON;
    let view = View::open(season.storage.clone()).unwrap();
    let mut state = State::default();
    for (entry, receipt) in season.entries.iter().zip(&season.receipts) {
        state.apply(entry);
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
        let (month, day) = (n * 7 % 12 + 1, n * 11 % 28 + 1);
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
        json!({"op": "remit", "on": "2026-03-01", "bureau": "ales", "amount": "140", "slip": "S-9"}),
        json!({"op": "deposit", "on": "2026-03-01", "slip": "S-9", "amount": "140"}),
        json!({"op": "amend_bureau", "on": "2026-01-01", "bureau": "ales", "name": "B"}),
    ] {
        let mut late = late;
        late["ref"] = json!(format!("late-{}", ledger.state().entries()));
        ledger.post(&operation(&late)).unwrap();
    }
    let entries = entries(&storage, &Filter::default());
    let dates = entries.iter().map(|entry| entry.operation.on).collect();
    check_figures_on(&storage, &entries, &dates);
}

// ---- Filters ----------------------------------------------------------------------------------------------

/// Whether a filter lets an entry through, said once more, over its JSON.
fn plainly_admits(filter: &Filter, entry: &Entry) -> bool {
    let json = serde_json::to_value(entry).unwrap();
    let operation = &json["operation"];
    let text = |field: &str| operation[field].as_str().unwrap_or_default();
    let accounts = json["postings"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|posting| [&posting["debit"], &posting["credit"]]);
    let accounts: Vec<&str> = accounts.map(|account| account.as_str().unwrap()).collect();
    let of_bureau = |id: &str| {
        let families = ["bills:bureau", "circulation:bureau", "fund:till", "fund:receivable"];
        let held = families.map(|family| format!("{family}:{id}"));
        text("bureau") == id
            || text("from_till") == id
            || accounts.iter().any(|account| held.contains(&(*account).to_owned()))
    };
    filter.from_sequence.is_none_or(|first| json["sequence"].as_u64() >= Some(first.number()))
        && filter.to_sequence.is_none_or(|last| json["sequence"].as_u64() <= Some(last.number()))
        && filter.reference.as_ref().is_none_or(|reference| text("ref") == reference.as_str())
        && filter.op.as_ref().is_none_or(|op| text("op") == op)
        && filter.account.as_ref().is_none_or(|account| accounts.contains(&account.to_string().as_str()))
        && filter.bureau.as_ref().is_none_or(|bureau| of_bureau(bureau.as_str()))
        && filter.member.as_ref().is_none_or(|member| text("member") == member.as_str())
        && filter.from.is_none_or(|first| text("on") >= first.to_string().as_str())
        && filter.to.is_none_or(|last| text("on") <= last.to_string().as_str())
}

fn filters() -> impl Strategy<Value = Filter> {
    let entry = || select(&SEASON.entries[..]);
    let sequence = || (0_u64..900).prop_map(Sequence::new);
    let account = entry().prop_filter_map("postings", |entry| Some(entry.postings.iter().last()?.credit()));
    let bureau = select(vec!["ales", "florac", "meyrueis", "office", "nowhere"]);
    let member = select(vec!["U-0001", "U-0007", "A-001", "nobody"]);
    let op = select(Act::NAMES).prop_map(ToOwned::to_owned);
    let date = || entry().prop_map(|entry| entry.operation.on);
    (
        (weighted(0.3, sequence()), weighted(0.3, sequence()), weighted(0.3, date()), weighted(0.3, date())),
        weighted(0.05, entry().prop_map(|entry| entry.operation.reference)),
        (weighted(0.3, op), weighted(0.3, account)),
        weighted(0.3, bureau.prop_map(|id| id.parse().unwrap())),
        weighted(0.2, member.prop_map(|id| id.parse().unwrap())),
    )
        .prop_map(
            |((from_sequence, to_sequence, from, to), reference, (op, account), bureau, member)| Filter {
                from_sequence,
                to_sequence,
                reference,
                op,
                account,
                bureau,
                member,
                from,
                to,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_filter_shows_what_a_plain_look_at_every_entry_would(filter in filters()) {
        let expected: Vec<&Entry> = SEASON.entries.iter().filter(|entry| plainly_admits(&filter, entry)).collect();
        let found = entries(&SEASON.storage, &filter);
        prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn each_field_of_a_filter_alone_shows_what_a_plain_look_would() {
    let (some, none) = (&SEASON.entries[500], Filter::default);
    let account = |name: &str| Filter::of_account(name.parse().unwrap());
    let members = ["U-0001", "A-001"].map(|id| Filter { member: Some(id.parse().unwrap()), ..none() });
    let bureaux = ["ales", "meyrueis"].map(|id| Filter { bureau: Some(id.parse().unwrap()), ..none() });
    let of_one_field = [
        Filter { from_sequence: Some(Sequence::new(400)), ..none() },
        Filter { to_sequence: Some(Sequence::new(400)), ..none() },
        Filter { reference: Some(some.operation.reference.clone()), ..none() },
        Filter { op: Some("reconvert".to_owned()), ..none() },
        account("fund:till:ales"),
        account("own:bank"),
        Filter { from: Some(some.operation.on), ..none() },
        Filter::up_to(some.operation.on),
    ];
    for filter in of_one_field.into_iter().chain(members).chain(bureaux) {
        let found = entries(&SEASON.storage, &filter);
        assert!(!found.is_empty() && found.len() < 890, "{filter:?}");
        assert!(
            found.iter().eq(SEASON.entries.iter().filter(|entry| plainly_admits(&filter, entry))),
            "{filter:?}"
        );
    }
    let view = View::open(SEASON.storage.clone()).unwrap();
    assert_eq!(view.entry_of(&some.operation.reference).unwrap().as_ref(), Some(some));
    assert_eq!(view.entry_of(&"no-such-ref".parse().unwrap()).unwrap(), None);
}

// ---- Reading beside a writer ------------------------------------------------------------------------------

fn top_up(n: u64) -> Operation {
    operation(&json!({"op": "top_up", "ref": format!("t{n}"), "on": "2026-03-02", "amount": "0.01"}))
}

#[test]
fn a_reader_beside_a_writer_sees_whole_commits_in_their_order() {
    let storage = Arc::new(Memory::new());
    let mut ledger = create(&storage, Layout { segment_len_max: 10_000, ..SMALL });
    ledger.post(&story()[0][0]).unwrap();
    let (done, view) = (Arc::new(AtomicBool::new(false)), View::open(storage).unwrap());
    let reader = std::thread::spawn({
        let done = done.clone();
        move || {
            let mut seen: Vec<(u64, Root)> = Vec::new();
            while !done.load(Ordering::SeqCst) || seen.is_empty() {
                let standing = view.state().unwrap();
                assert_eq!(standing.state.backing(), Ok(()));
                seen.push((standing.state.entries(), standing.root.unwrap()));
            }
            seen
        }
    });
    let mut roots = BTreeMap::from([(1, ledger.root())]);
    for n in (0..1200).step_by(3) {
        let receipts = ledger.post_batch(&[top_up(n), top_up(n + 1), top_up(n + 2)]).unwrap();
        roots.insert(receipts[0].tree_size, receipts[0].root);
    }
    done.store(true, Ordering::SeqCst);
    let seen = reader.join().unwrap();
    assert!(seen.is_sorted_by_key(|(entries, _)| *entries));
    assert!(seen.iter().all(|(entries, root)| roots.get(entries) == Some(root)), "{seen:?}");
}

/// For a reader alone: just before it asks which snapshots there are, something happens.
struct Interrupted {
    inner: Arc<Memory>,
    what_happens: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl std::fmt::Debug for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.fmt(f)
    }
}

#[rustfmt::skip]
impl Storage for Interrupted {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        if folder == "snapshots" && let Some(happen) = self.what_happens.lock().unwrap().take() {
            happen();
        }
        self.inner.list(folder)
    }
    fn len(&self, path: &str) -> io::Result<Option<u64>> { self.inner.len(path) }
    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read_at(path, offset, buffer)
    }
    fn lock_held(&self) -> io::Result<bool> { self.inner.lock_held() }
    fn create(&self, _: &str) -> io::Result<()> { unreachable!("a reader changes nothing") }
    fn write_at(&self, _: &str, _: u64, _: &[u8]) -> io::Result<()> { unreachable!("a reader changes nothing") }
    fn extend(&self, _: &str, _: u64) -> io::Result<()> { unreachable!("a reader changes nothing") }
    fn sync(&self, _: &str) -> io::Result<()> { unreachable!("a reader changes nothing") }
    fn sync_folder(&self, _: &str) -> io::Result<()> { unreachable!("a reader changes nothing") }
    fn rename(&self, _: &str, _: &str) -> io::Result<()> { unreachable!("a reader changes nothing") }
    fn remove(&self, _: &str) -> io::Result<()> { unreachable!("a reader changes nothing") }
    fn lock(&self) -> Result<Box<dyn Lock>, LockError> { unreachable!("a reader takes no lock") }
}

#[test]
fn a_snapshot_written_while_a_reader_comes_to_the_end_is_no_cut_off_journal() {
    let storage = Arc::new(Memory::new());
    let mut ledger = create(&storage, LARGE);
    ledger.post(&story()[0][0]).unwrap();
    let go_on = move || drop(ledger.post_batch(&(0..300).map(top_up).collect::<Vec<_>>()).unwrap());
    let what_happens: Box<dyn FnOnce() + Send> = Box::new(go_on);
    let interrupted = Interrupted { inner: storage, what_happens: Mutex::new(Some(what_happens)) };
    let mut seen = 0;
    let read = View::open(Arc::new(interrupted)).unwrap().visit(&Filter::default(), |_| {
        seen += 1;
        ControlFlow::Continue(())
    });
    assert!(read.is_ok() && [1, 301].contains(&seen), "{seen} entries, {read:?}");
}

// ---- Audit: damage ----------------------------------------------------------------------------------------

/// Six commits, of which an audit can say what is wrong.
fn story() -> Vec<Vec<Operation>> {
    let commits = [
        json!([
            {"op": "found", "ref": "found", "currency": "Aïga", "symbol": "Ä", "code": "AIGA", "denominations": [5, 10],
             "association": "A", "reconversion_fee": "0.02", "fund": {"bank": "La Nef", "iban": "FR76"}},
            {"op": "open_bureau", "ref": "open", "bureau": "ales", "name": "A", "local_group": "g",
             "terms": {"consignment": {"till_ceiling": "500"}}},
            {"op": "enrol_member", "ref": "enrol", "member": "A-1", "kind": "accepter", "local_group": "g",
             "valid_until": "2026-12-31"}]),
        json!([{"op": "print_bills", "ref": "print", "bills": {"5": 100, "10": 100}},
            {"op": "supply", "ref": "supply", "bureau": "ales", "bills": {"5": 20, "10": 20}}]),
        json!([{"op": "swap", "ref": "swap", "bureau": "ales", "amount": "40", "paid": "cash"},
            {"op": "top_up", "ref": "top", "amount": "5"}, {"op": "issue", "ref": "issue", "bills": {"10": 5}}]),
        json!([{"op": "remit", "ref": "remit", "bureau": "ales", "amount": "30", "slip": "S-1"},
            {"op": "deposit", "ref": "dep", "slip": "S-1", "amount": "30"}]),
        json!([{"op": "reconvert", "ref": "rec", "member": "A-1", "bills": {"10": 2}, "invoice": "F"},
            {"op": "pay_out", "ref": "pay", "payable": "rec"}]),
        json!([{"op": "reverse", "ref": "undo", "entry": "pay", "reason": "erreur"},
            {"op": "remit", "ref": "remit-2", "bureau": "ales", "amount": "10", "slip": "S-2"}]),
    ];
    let read = |mut json: Value| {
        json["on"] = json!("2026-03-02");
        operation(&json)
    };
    commits.iter().map(|commit| commit.as_array().unwrap().iter().cloned().map(read).collect()).collect()
}

fn told(layout: Layout) -> (Arc<Memory>, Vec<Commit>) {
    let storage = Arc::new(Memory::new());
    let mut ledger = create(&storage, layout);
    for commit in story() {
        ledger.post_batch(&commit).unwrap();
    }
    let mut commits = Vec::new();
    let mut scan = Scan::new(storage.clone(), Start::genesis(), Verify::Everything).unwrap();
    while let Some(block) = scan.next_block().unwrap() {
        commits.push(block.commit());
    }
    // A copy, whose lock is free.
    (Arc::new(storage.snapshot()), commits)
}

fn audited(memory: &Memory) -> AuditReport {
    let storage: Arc<dyn Storage> = Arc::new(memory.snapshot());
    audit(&storage, |_| ()).unwrap()
}

/// What an audit found: the segment, the offset, the entry and the code.
fn found(report: &AuditReport) -> (String, u64, u64, &'static str) {
    let failure = report.failure.clone().unwrap_or_else(|| panic!("nothing was found"));
    assert!(!report.ok && !failure.reason.is_empty());
    (failure.segment, failure.offset, failure.sequence.number(), failure.code)
}

#[test]
fn a_flipped_bit_in_any_block_is_found_where_it_is() {
    let (memory, commits) = told(SMALL);
    assert!(audited(&memory).ok && commits[5].position.segment > 1, "two segments");
    for (index, commit) in commits.iter().enumerate() {
        let path = segment_path(commit.position.segment);
        let code = if index == 5 { "unfinished_end" } else { "damaged" };
        for byte in 0..commit.len {
            let flipped = Arc::new(memory.snapshot());
            flipped.flip(&path, commit.position.offset + byte, u8::try_from(byte % 8).unwrap());
            let report = audited(&flipped);
            let expected = (path.clone(), commit.position.offset, commit.first_sequence, code);
            assert_eq!(found(&report), expected, "byte {byte} of block {index}");
            assert_eq!(report.entries, commit.first_sequence - 1);
            assert!(index == 0 || report.root == commits[index - 1].root);
            let read = View::open(flipped).unwrap().state();
            match read {
                Ok(standing) => assert!(index == 5 && standing.state.entries() == report.entries),
                Err(error) => assert_eq!((error.code(), index < 5), ("journal_damaged", true)),
            }
        }
    }
}

#[test]
fn an_end_that_a_writer_is_writing_is_no_damage() {
    let (memory, commits) = told(LARGE);
    memory.flip(&segment_path(1), commits[5].position.offset + 80, 0);
    let _lock = memory.lock().unwrap();
    let storage: Arc<dyn Storage> = memory;
    let report = audit(&storage, |_| ()).unwrap();
    assert_eq!((report.ok, report.entries, report.blocks), (true, 12, 5));
}

#[test]
fn blocks_taken_out_exchanged_or_doubled_are_found() {
    let (memory, commits) = told(LARGE);
    let bytes = memory.bytes(&segment_path(1)).unwrap();
    let block = |index: usize| {
        let start = usize::try_from(commits[index].position.offset).unwrap();
        &bytes[start..start + usize::try_from(commits[index].len).unwrap()]
    };
    let audited = |order: &[usize]| {
        let mut made: Vec<u8> = order.iter().flat_map(|index| block(*index)).copied().collect();
        made.resize(bytes.len(), 0);
        let memory = Memory::new();
        memory.set_bytes(&segment_path(1), made);
        audited(&memory)
    };
    let at = |index: usize| {
        (segment_path(1), commits[index].position.offset, commits[index].first_sequence, "damaged")
    };
    assert!(audited(&[0, 1, 2, 3, 4, 5]).ok);
    assert_eq!(found(&audited(&[1, 2, 3, 4, 5])), at(0));
    assert_eq!(found(&audited(&[0, 1, 3, 4, 5])), at(2));
    assert_eq!(found(&audited(&[0, 1, 2, 4, 3, 5])), at(3));
    assert_eq!(found(&audited(&[0, 1, 1, 2, 3, 4, 5])), at(2));
    let cut_off = audited(&[0, 1, 2, 3, 4]);
    assert!(cut_off.ok && cut_off.entries == 12, "only a receipt kept elsewhere tells");
}

// ---- Audit: forgery ---------------------------------------------------------------------------------------

/// The story with its entries changed by somebody who then makes all blocks, checksums and roots right.
fn forged(change: impl FnOnce(&mut Vec<Entry>)) -> AuditReport {
    let mut entries = entries(&told(LARGE).0, &Filter::default());
    change(&mut entries);
    let memory = Arc::new(Memory::new());
    let mut writer = Writer::create(memory.clone(), LARGE).unwrap();
    for commit in entries.chunks(3) {
        writer
            .append(&commit.iter().map(|entry| record::encode(entry).unwrap()).collect::<Vec<_>>())
            .unwrap();
    }
    audited(&memory)
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
        let snapshots = Snapshots::new(storage.clone());
        let read =
            snapshots.sequences().into_iter().map(|sequence| snapshots.read(sequence).unwrap()).collect();
        (Arc::new(storage.snapshot()), read)
    })
}

/// Puts the other ledger's state into a snapshot that is right in all else: the newest (0) or the older (1).
fn check_lie(which: usize, sequence: u64) {
    let [(storage, honest), (_, other)] = two_ledgers();
    assert_eq!(audited(&storage).snapshot, Some(Sequence::new(604)));
    let lie = Snapshot { state: other[which].state.clone(), ..honest[which].clone() };
    Snapshots::new(storage.clone()).write(&lie).unwrap();
    let (segment, _, entry, code) = found(&audited(&storage));
    assert_eq!((segment, entry, code), (segment_path(1), sequence, "snapshot"));
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
fn a_ledger_without_an_entry_is_whole() {
    let storage = Arc::new(Memory::new());
    drop(create(&storage, LARGE));
    let report = audited(&storage);
    assert!(report.ok && report.entries == 0);
    let standing = View::open(storage).unwrap().state().unwrap();
    assert_eq!((standing.state.entries(), standing.root), (0, Some(report.root)));
    assert_eq!(View::open(Arc::new(Memory::new())).unwrap_err().code(), "no_journal");
}
