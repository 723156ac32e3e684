//! Guards against a table in docs/recovery.md that is not what happens, and against a repair that cuts what it has not kept.
//! Each row is made here, on a ledger of some segments, and opened to write, read, audited and diagnosed; a repair is ended
//! at each of its steps.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use ledger_core::account::EuroAccount;
use ledger_core::audit::audit;
use ledger_core::backup::{CopyError, copy_journal};
use ledger_core::diagnosis::{Finding, Remedy, Repair, RepairStopped, SnapshotState, diagnose, repair};
use ledger_core::index::{BadSnapshot, Snapshot, Snapshots};
use ledger_core::journal::{
    Commit, Frontier, Layout, Position, Scan, Start, Verify, leaf_hash, segment_path, segments,
};
use ledger_core::proof::{Checkpoint, HEAD_PATH, KeyName, PUBLIC_KEY_PATH, SigningKey};
use ledger_core::query::Filter;
use ledger_core::storage::{Fault, Faulty, ManualClock, Memory, Step, Storage};
use ledger_core::{Euros, Ledger, LedgerError, Operation, Posting, View};
use serde_json::json;
use simulation::index_files::{index_files, put_index};

/// Small segments, so that a short history fills several.
const LAYOUT: Layout = Layout { segment_len_max: 1536, extend_step_min: 512, extend_step_max: 512 };

/// Entries of the ledger, each in a block of its own.
const ENTRIES: u64 = 34;

/// A ledger, and where its blocks stand.
struct Whole {
    memory: Arc<Memory>,
    commits: Vec<Commit>,
    tree: Vec<Frontier>,
}

fn operation(name: &str, n: u64) -> Operation {
    let on = "2026-03-02";
    let operation = match n {
        1 => {
            json!({"op": "found", "ref": "found", "on": on, "currency": "Aïga", "symbol": "Ä", "code": "AIGA",
            "denominations": [1, 5], "association": name, "reconversion_fee": "0.02",
            "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}})
        }
        n => json!({"op": "top_up", "ref": format!("{name}-{n}"), "on": on, "amount": "1.00"}),
    };
    Operation::from_json(&operation.to_string()).unwrap()
}

/// A ledger of some segments; `settled` gives it an index that knows all of it.
fn whole(name: &str, settled: bool) -> Whole {
    let storage = Arc::new(Memory::new());
    let clock = Box::new(ManualClock::new(1_772_000_000_000_000_000, 1));
    let mut ledger = Ledger::create_with(storage.clone(), clock, LAYOUT).unwrap();
    for n in 1..=ENTRIES {
        ledger.post(&operation(name, n)).unwrap();
    }
    if settled {
        ledger.settle();
    }
    drop(ledger);
    let mut scan = Scan::new(storage.clone(), Start::genesis(), Verify::Everything).unwrap();
    let (mut commits, mut tree, mut frontier) = (Vec::new(), Vec::new(), Frontier::new());
    while let Some(block) = scan.next_block().unwrap() {
        commits.push(block.commit());
        block.records().for_each(|record| frontier.push_leaf(leaf_hash(record)));
        tree.push(frontier.clone());
    }
    let segments = segments(&*storage).unwrap();
    assert!(segments.len() > 2 && segments[segments.len() - 1] < ENTRIES - 1, "{segments:?}");
    Whole { memory: Arc::new(storage.snapshot()), commits, tree }
}

impl Whole {
    fn last(&self) -> Commit {
        self.commits[self.commits.len() - 1]
    }

    fn bytes(&self, commit: &Commit) -> Vec<u8> {
        self.memory.bytes(&segment_path(commit.position.segment)).unwrap()
    }

    /// Writes the segment of this block anew.
    fn rewrite(&self, commit: &Commit, change: impl FnOnce(&mut Vec<u8>, usize, usize)) {
        let mut bytes = self.bytes(commit);
        let start = usize::try_from(commit.position.offset).unwrap();
        change(&mut bytes, start, start + usize::try_from(commit.len).unwrap());
        self.memory.set_bytes(&segment_path(commit.position.segment), bytes);
    }

    /// A snapshot of the entry that this block ends with.
    fn snapshot(&self, commit: &Commit) -> Snapshot {
        let index = self.commits.iter().position(|other| other == commit).unwrap();
        let view = View::open(self.memory.clone()).unwrap();
        let state = view.state_after(ledger_core::Sequence::new(commit.tree_size)).unwrap().state;
        Snapshot { state, frontier: self.tree[index].clone(), position: commit.end() }
    }

    fn keep(&self, snapshot: &Snapshot) {
        Snapshots::new(self.memory.clone()).write(snapshot).unwrap();
    }
}

/// The key of a ledger.
fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed("example.org/aiga".parse().unwrap(), [seed; 32]).unwrap()
}

/// Signs the journal up to a block with one key, and has another one published.
fn sign(whole: &Whole, commit: &Commit, [by, published]: [&SigningKey; 2]) {
    let checkpoint = Checkpoint::new(by.verifying().name().clone(), commit.tree_size, commit.root);
    whole.memory.set_bytes(HEAD_PATH, checkpoint.sign(by).to_string().into_bytes());
    whole.memory.set_bytes(PUBLIC_KEY_PATH, format!("{}\n", published.verifying()).into_bytes());
}

/// Zeros where the last block stood.
fn cut_off(whole: &Whole) {
    whole.rewrite(&whole.last(), |bytes, start, end| bytes[start..end].fill(0));
}

/// The second half of the last block was not written.
fn tear(whole: &Whole) {
    whole.rewrite(&whole.last(), |bytes, start, end| bytes[usize::midpoint(start, end)..end].fill(0));
}

fn flip(whole: &Whole, commit: &Commit) {
    whole.rewrite(commit, |bytes, start, _| bytes[start + 70] ^= 1);
}

/// What a row of the table begins with, and how it comes about.
type Case = (&'static str, fn(&Whole));

const CASES: &[Case] = &[
    ("nothing but zeros", |_| ()),
    ("the file ends with the last block", |whole| {
        whole.rewrite(&whole.last(), |bytes, _, end| bytes.truncate(end));
    }),
    ("a last segment that is empty", |whole| {
        whole.memory.set_bytes(&segment_path(ENTRIES + 1), Vec::new());
    }),
    ("half of a block", tear),
    ("a block with a changed byte", |whole| flip(whole, &whole.last())),
    ("the file cut within the last block", |whole| {
        whole.rewrite(&whole.last(), |bytes, start, end| bytes.truncate(usize::midpoint(start, end)));
    }),
    ("zeros, then something else", |whole| {
        whole.rewrite(&whole.last(), |bytes, _, end| {
            bytes.truncate(end);
            bytes.extend([0; 40]);
            bytes.extend(b"else");
        });
    }),
    ("half of a block that a snapshot has seen", |whole| {
        whole.keep(&whole.snapshot(&whole.last()));
        tear(whole);
    }),
    ("half of a block that the index has seen", tear),
    ("half of a block that a writer is writing", |whole| {
        tear(whole);
        // Held for as long as the storage lives.
        std::mem::forget(whole.memory.lock().unwrap());
    }),
    ("a changed byte in a block before the last", |whole| {
        flip(whole, &whole.commits[whole.commits.len() - 2]);
    }),
    ("a changed byte in an earlier segment", |whole| flip(whole, &whole.commits[1])),
    ("the end cut off between two blocks", cut_off),
    ("the end cut off that a snapshot has seen", |whole| {
        whole.keep(&whole.snapshot(&whole.last()));
        cut_off(whole);
    }),
    ("the end cut off that the index has seen", cut_off),
    ("the end cut off, beside the index of another ledger", |whole| {
        let other = self::whole("other", true);
        put_index(&whole.memory, &index_files(&other.memory));
        cut_off(whole);
    }),
    ("a changed byte in the only block, and the index has seen it", |whole| {
        for first in segments(&*whole.memory).unwrap().into_iter().skip(1) {
            whole.memory.remove(&segment_path(first)).unwrap();
        }
        whole.rewrite(&whole.commits[0], |bytes, _, end| {
            bytes.truncate(end);
            bytes[70] ^= 1;
        });
    }),
    ("a last block of another ledger", |whole| {
        let other = self::whole("treasures", false);
        let bytes = other.bytes(&other.last());
        whole.rewrite(&whole.last(), |own, start, end| own[start..end].copy_from_slice(&bytes[start..end]));
    }),
    ("two blocks exchanged", |whole| {
        let (first, second) = (whole.commits[1], whole.commits[2]);
        whole.rewrite(&first, |bytes, start, end| {
            let length = usize::try_from(second.len).unwrap();
            bytes[start..end + length].rotate_left(end - start);
        });
    }),
    ("a segment between is gone", |whole| {
        let second = segments(&*whole.memory).unwrap()[1];
        whole.memory.remove(&segment_path(second)).unwrap();
    }),
    ("the first segment is gone", |whole| whole.memory.remove(&segment_path(1)).unwrap()),
    ("every segment is gone", |whole| {
        for first in segments(&*whole.memory).unwrap() {
            whole.memory.remove(&segment_path(first)).unwrap();
        }
    }),
    ("a segment of another ledger", |whole| {
        let other = self::whole("other", false);
        let second = segments(&*whole.memory).unwrap()[1];
        whole.memory.set_bytes(&segment_path(second), other.memory.bytes(&segment_path(second)).unwrap());
    }),
    ("a segment under the name of another entry", |whole| {
        whole.memory.set_bytes(&segment_path(2), whole.memory.bytes(&segment_path(1)).unwrap());
    }),
    ("a file named nearly like a segment", |whole| {
        whole.memory.set_bytes("journal/00000000000000000001 (copy).seg", Vec::new());
    }),
    ("a block of a newer format", |whole| {
        whole.rewrite(&whole.last(), |bytes, start, _| {
            bytes[start + 2] = 3;
            let crc = crc32fast::hash(&bytes[start..start + 60]);
            bytes[start + 60..start + 64].copy_from_slice(&crc.to_le_bytes());
        });
    }),
    ("half of a block that the key has signed", |whole| {
        sign(whole, &whole.last(), [&key(1), &key(1)]);
        tear(whole);
    }),
    ("the end cut off that the key has signed", |whole| {
        sign(whole, &whole.last(), [&key(1), &key(1)]);
        cut_off(whole);
    }),
    ("a changed byte in the only block, and the key has signed it", |whole| {
        for first in segments(&*whole.memory).unwrap().into_iter().skip(1) {
            whole.memory.remove(&segment_path(first)).unwrap();
        }
        sign(whole, &whole.commits[0], [&key(1), &key(1)]);
        whole.rewrite(&whole.commits[0], |bytes, _, end| {
            bytes.truncate(end);
            bytes[70] ^= 1;
        });
    }),
    ("the end cut off that another key has signed", |whole| {
        sign(whole, &whole.last(), [&key(2), &key(1)]);
        cut_off(whole);
    }),
    ("the end cut off, beside what the key of another ledger signed", |whole| {
        let of_another = SigningKey::from_seed(KeyName::of_journal(&[7; 32]), [1; 32]).unwrap();
        sign(whole, &whole.last(), [&of_another, &of_another]);
        cut_off(whole);
    }),
    ("a checkpoint beside the key that does not read", |whole| {
        sign(whole, &whole.last(), [&key(1), &key(1)]);
        whole.memory.set_bytes(HEAD_PATH, b"no note\n".to_vec());
    }),
    ("a checkpoint beside the key, of another history", |whole| {
        let other = self::whole("other", false);
        sign(whole, &other.commits[9], [&key(1), &key(1)]);
    }),
    ("a snapshot that does not read", |whole| {
        whole.memory.set_bytes(&Snapshots::path_of(ENTRIES), b"{}\n{}\n".to_vec());
    }),
    ("a snapshot of another ledger", |whole| {
        let other = self::whole("other", false);
        whole.keep(&other.snapshot(&other.last()));
    }),
    ("a snapshot with another state", |whole| {
        let snapshot = whole.snapshot(&whole.last());
        let mut state = whole.snapshot(&whole.commits[whole.commits.len() - 2]).state;
        let (journal, amount) = (View::open(whole.memory.clone()).unwrap(), Euros::from_cents(2_00));
        let mut entry = journal.entry(snapshot.sequence()).unwrap().unwrap();
        let (debit, credit) = (EuroAccount::OwnBank, EuroAccount::OwnOperating);
        entry.postings = [Posting::Euros { debit, credit, amount }].into_iter().collect();
        state.replay(&entry).unwrap();
        whole.keep(&Snapshot { state, ..snapshot });
    }),
    ("a snapshot that says that the journal goes on elsewhere", |whole| {
        let snapshot = whole.snapshot(&whole.last());
        let position = Position { offset: snapshot.position.offset + 8, ..snapshot.position };
        whole.keep(&Snapshot { position, ..snapshot });
    }),
];

/// What a writer, a reader, an audit and a diagnosis make of it.
fn outcomes(memory: &Memory, held: bool) -> [String; 4] {
    let copy = || {
        let copy = Arc::new(memory.snapshot());
        if held {
            std::mem::forget(copy.lock().unwrap());
        }
        let storage: Arc<dyn Storage> = copy;
        storage
    };
    let clock = || Box::new(ManualClock::new(1_800_000_000_000_000_000, 1));
    let code = |error: &LedgerError| format!("`{}`", error.code());
    let writer = match Ledger::open_with(copy(), clock(), LAYOUT) {
        Ok(ledger) if ledger.recovery().is_some() => "leaves it out".to_owned(),
        Ok(_) => "goes on".to_owned(),
        Err(error) => code(&error),
    };
    let read = |view: View| view.state().map(|standing| (standing.state.entries(), view.unread_end()));
    let reader = match View::open(copy()).and_then(read) {
        Ok((entries, unread)) => {
            let told = unread.map_or("", |_| ", and tells");
            match ENTRIES - entries {
                0 => format!("reads all{told}"),
                left => format!("reads all but {left}{told}"),
            }
        }
        Err(error) => code(&error),
    };
    let audited = match audit(&copy(), |_| ()) {
        Ok(report) => match report.failure {
            Some(failure) => format!("`{}`", failure.code),
            None if report.bad_snapshots.is_empty() => "verifies".to_owned(),
            None => format!("verifies, `{}`", BadSnapshot::CODE),
        },
        Err(error) => code(&error),
    };
    let storage = copy();
    let diagnosed = diagnose(&storage);
    let doctor = match diagnosed.findings.first() {
        None => "well".to_owned(),
        Some(finding) => {
            let remedy = serde_json::to_value(finding.remedy()).unwrap();
            format!("`{}`: {}", finding.code(), remedy.as_str().unwrap().replace('_', " "))
        }
    };
    check_repair(memory, held, diagnosed.findings.first().map(Finding::remedy));
    [writer, reader, audited, doctor]
}

/// A repair mends what a repair is for, and leaves every byte of anything else.
fn check_repair(memory: &Memory, held: bool, remedy: Option<Remedy>) {
    let copy = Arc::new(memory.snapshot());
    let before = contents(&copy);
    let _lock = held.then(|| copy.lock().unwrap());
    let storage: Arc<dyn Storage> = copy.clone();
    let repaired = repair(&storage);
    if held {
        assert_eq!(repaired.unwrap_err().source.code(), "locked");
    } else if remedy == Some(Remedy::Repair) {
        assert!(!repaired.unwrap().is_empty());
        let after = diagnose(&storage);
        assert!(after.findings.is_empty(), "{:?}", after.findings);
        let report = audit(&storage, |_| ()).unwrap();
        assert!(report.ok && report.bad_snapshots.is_empty());
        return;
    } else {
        assert!(repaired.unwrap().is_empty());
    }
    assert_eq!(contents(&copy), before);
}

fn contents(memory: &Memory) -> BTreeMap<String, Vec<u8>> {
    let folders = ["journal", "snapshots", "damaged", "tree", "index", "keys"].into_iter();
    let paths = folders.flat_map(|folder| {
        memory.list(folder).unwrap().into_iter().map(move |name| format!("{folder}/{name}"))
    });
    paths.map(|path| (path.clone(), memory.bytes(&path).unwrap())).collect()
}

#[test]
fn the_table_tells_what_happens() {
    let doc = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/recovery.md")).unwrap();
    let told: BTreeMap<String, Vec<String>> = doc
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|row| row.split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>())
        .filter(|row| row.len() == 5 && row[1] != "writer")
        .map(|row| (row[0].clone(), row[1..].to_vec()))
        .collect();
    let mut happened = BTreeMap::new();
    for (case, make) in CASES {
        let whole = whole("treasurer", case.contains("index"));
        make(&whole);
        let held = whole.memory.lock_held().unwrap();
        happened.insert((*case).to_owned(), outcomes(&whole.memory, held).to_vec());
    }
    let rows = |table: &BTreeMap<String, Vec<String>>| {
        table.iter().map(|(case, cells)| format!("| {case} | {} |", cells.join(" | "))).collect::<Vec<_>>()
    };
    assert_eq!(rows(&told), rows(&happened), "what happens is:\n{}", rows(&happened).join("\n"));
}

/// A repair of what is in this storage.
fn repaired(storage: &Arc<Faulty<Memory>>) -> Result<Vec<Repair>, Box<RepairStopped>> {
    let storage: Arc<dyn Storage> = storage.clone();
    repair(&storage)
}

/// What a repair of this ledger cuts: where it stands, and its bytes.
struct Cut {
    path: String,
    offset: usize,
    bytes: Vec<u8>,
}

impl Cut {
    fn is_saved_to(&self, memory: &Memory, path: &str) -> bool {
        memory.bytes(path).is_some_and(|kept| kept == self.bytes)
    }

    fn stands_or_is_kept(&self, memory: &Memory) -> bool {
        let stands =
            memory.bytes(&self.path).is_some_and(|bytes| bytes[self.offset..].starts_with(&self.bytes));
        let kept = memory.list("damaged").unwrap();
        stands || kept.iter().any(|name| self.is_saved_to(memory, &format!("damaged/{name}")))
    }
}

/// Gives a ledger an unfinished end, snapshots of no use (one of them of several pieces) and a file that was begun.
fn disorder(whole: &Whole) -> Vec<Cut> {
    tear(whole);
    let last = whole.last();
    let offset = usize::try_from(last.position.offset).unwrap();
    let bytes = whole.bytes(&last);
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let end = Cut { path: segment_path(last.position.segment), offset, bytes: bytes[offset..end].to_vec() };
    let begun = format!("{}.unfinished", Snapshots::path_of(ENTRIES));
    let files = [(Snapshots::path_of(5), 7), (Snapshots::path_of(9), 600_000), (begun, 3)];
    let files = files.map(|(path, len)| {
        let bytes: Vec<u8> = (1..=251).cycle().take(len).collect();
        whole.memory.set_bytes(&path, bytes.clone());
        Cut { path, offset: 0, bytes }
    });
    std::iter::once(end).chain(files).collect()
}

/// What may be left of a storage at this moment: what it holds, and what a power cut leaves, with some of what was not yet
/// durable kept by chance.
fn leftovers(memory: &Memory) -> Vec<Memory> {
    let chance = |seed: u64, n: u64| (seed * 4096 + n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 63 == 1;
    let some = |seed| (0..).take(memory.unsynced()).map(|n| chance(seed, n)).collect::<Vec<_>>();
    let by_chance = (0..12).map(|seed| memory.crash_keeping(&some(seed)));
    [memory.snapshot(), memory.crash()].into_iter().chain(by_chance).collect()
}

fn put_in_order(left: &Memory) {
    let storage = Arc::new(Faulty::new(left.snapshot()));
    repaired(&storage).unwrap();
    let storage: Arc<dyn Storage> = storage;
    let found = diagnose(&storage);
    assert!(found.findings.is_empty(), "{:?}", found.findings);
    assert_eq!(audit(&storage, |_| ()).unwrap().entries, ENTRIES - 1);
}

#[test]
fn a_repair_that_is_ended_at_any_step_has_kept_what_it_has_cut_and_says_where() {
    let whole = whole("treasurer", false);
    let cuts = disorder(&whole);
    let (mut stopped_after, mut copies) = (vec![0; cuts.len()], 0);
    for fault in [Fault::Broken, Fault::Torn, Fault::Full] {
        for nth in 1.. {
            let storage = Arc::new(Faulty::new(whole.memory.snapshot()));
            storage.fail_from(None, nth, fault);
            let Err(stopped) = repaired(&storage) else { break };
            let memory = storage.inner();
            for left in leftovers(memory) {
                for cut in &cuts {
                    assert!(cut.stands_or_is_kept(&left), "{fault:?} {nth}: {} is lost", cut.path);
                }
                put_in_order(&left);
            }
            let told = stopped.done.iter().map(|repair| match repair {
                Repair::EndLeftOut(recovery) => &recovery.saved_to,
                Repair::SetAside { saved_to, .. } => saved_to,
                other => panic!("{other:?}"),
            });
            for path in told.chain(&stopped.kept) {
                assert!(cuts.iter().any(|cut| cut.is_saved_to(memory, path)), "{fault:?} {nth}: {path}");
            }
            stopped_after[stopped.done.len()] += 1;
            copies += u32::from(stopped.kept.is_some());
        }
    }
    assert!(stopped_after.iter().all(|times| *times > 0) && copies > 0, "{stopped_after:?} {copies}");
}

/// Opens the ledger of this storage to write.
fn opened(storage: &Arc<Faulty<Memory>>) -> Result<Ledger, LedgerError> {
    let clock = Box::new(ManualClock::new(1_800_000_000_000_000_000, 1));
    Ledger::open_with(storage.clone(), clock, LAYOUT)
}

/// A ledger with half of its last block, which its newest snapshot has seen, on a disk that can be made to fail; and what it
/// holds.
fn torn_before_its_snapshot() -> (Arc<Faulty<Memory>>, BTreeMap<String, Vec<u8>>) {
    let whole = whole("treasurer", false);
    whole.keep(&whole.snapshot(&whole.last()));
    tear(&whole);
    (Arc::new(Faulty::new(whole.memory.snapshot())), contents(&whole.memory))
}

#[test]
fn an_index_that_the_system_does_not_give_may_have_seen_the_end() {
    let whole = whole("treasurer", true);
    // A whole journal is gone on with, without it.
    let faulty = Arc::new(Faulty::new(whole.memory.snapshot()));
    faulty.fail_below("index", 2);
    let mut ledger = opened(&faulty).unwrap();
    let retried = ledger.post(&operation("treasurer", ENTRIES)).unwrap();
    assert!(retried.replayed && retried.sequence.number() == ENTRIES);
    drop(ledger);

    tear(&whole);
    let before = contents(&whole.memory);
    let faulty = Arc::new(Faulty::new(whole.memory.snapshot()));
    let storage: Arc<dyn Storage> = faulty.clone();
    // Which files there are can be seen, or not even that; of one that cannot be read, the name tells what it has seen.
    for (nth, code) in [(1, "journal_io"), (2, "journal_damaged")] {
        let faulted = || faulty.fail_below("index", nth);
        faulted();
        let found = diagnose(&storage);
        assert!(found.findings.iter().any(|found| found.remedy() == Remedy::Access), "{:?}", found.findings);
        faulted();
        assert!(repaired(&faulty).unwrap().is_empty());
        faulted();
        assert_eq!(opened(&faulty).map(drop).unwrap_err().code(), code);
        faulted();
        let read = View::open(storage.clone()).and_then(|view| view.state());
        assert_eq!(read.map(drop).unwrap_err().code(), code);
        faulted();
        let audited = audit(&storage, |_| ());
        assert!(audited.map_or(true, |report| !report.ok));
        faulty.heal();
        assert!(contents(faulty.inner()) == before);
    }
    assert_eq!(diagnose(&storage).findings[0].code(), "journal_damaged");
    assert_eq!(opened(&faulty).map(drop).unwrap_err().code(), "journal_damaged");
    assert!(contents(faulty.inner()) == before);
}

/// Whoever reads, writes, copies or signs: what each makes of an end that is shorter than what the index has seen.
#[test]
fn nobody_goes_over_an_end_that_another_refuses() {
    for (shorten, code) in [(cut_off as fn(&Whole), "journal_cut_off"), (tear, "journal_damaged")] {
        let whole = whole("treasurer", true);
        for name in whole.memory.list("snapshots").unwrap() {
            whole.memory.remove(&format!("snapshots/{name}")).unwrap();
        }
        shorten(&whole);
        let storage: Arc<dyn Storage> = whole.memory.clone();
        let view = || View::open(storage.clone()).unwrap();
        let refused = |what: &str, found: Result<(), LedgerError>| {
            assert_eq!(found.map_err(|error| error.code()), Err(code), "{what}");
        };
        let last = ledger_core::Sequence::new(ENTRIES);
        let day = "2026-03-02".parse().unwrap();
        refused("status", view().state().map(drop));
        refused("as of an entry", view().state_after(last).map(drop));
        refused("as of a day", view().state_on(day).map(drop));
        refused("checkpoint, receipt", view().last_block().map(drop));
        refused("receipt", view().block_of(last).map(drop));
        refused("journal", view().visit(&Filter::default(), |_| ControlFlow::Continue(())));
        refused("an entry", view().entry(last).map(drop));
        refused("an entry by its reference", view().entry_of(&"nobody".parse().unwrap()).map(drop));
        refused("a record", view().record(last).map(drop));
        refused("consistency", view().tree_of(ENTRIES, |_| ()).map(drop));
        refused("replayed", view().replayed_to(last).map(drop));
        let copy: Arc<dyn Storage> = Arc::new(Memory::scratch());
        match copy_journal(&view(), &copy, |_| ()) {
            Err(CopyError::Source(error)) => assert_eq!(error.code(), code),
            other => panic!("backup: {other:?}"),
        }
        refused(
            "post",
            Ledger::open_with(storage.clone(), Box::new(ManualClock::new(1, 1)), LAYOUT).map(drop),
        );
        assert!(!audit(&storage, |_| ()).unwrap().ok);
        assert_eq!(diagnose(&storage).findings[0].code(), code);
        assert!(repair(&storage).unwrap().is_empty());
    }
}

#[test]
fn snapshots_that_cannot_be_listed_may_have_seen_the_end() {
    let (faulty, before) = torn_before_its_snapshot();
    let storage: Arc<dyn Storage> = faulty.clone();
    for nth in 1..8 {
        faulty.fail_once(Step::List, nth, Fault::Broken);
        let refused = opened(&faulty).map(drop).unwrap_err();
        assert!(["journal_io", "journal_damaged"].contains(&refused.code()), "{refused}");
        faulty.fail_once(Step::List, nth, Fault::Broken);
        let refused = View::open(storage.clone()).and_then(|view| view.state()).map(drop).unwrap_err();
        assert!(["journal_io", "journal_damaged"].contains(&refused.code()), "{refused}");
        faulty.fail_once(Step::List, nth, Fault::Broken);
        assert!(audit(&storage, |_| ()).map_or(true, |report| !report.ok), "list {nth}");
        assert_eq!(contents(faulty.inner()), before);
    }
}

#[test]
fn a_snapshot_that_the_disk_does_not_read_is_not_called_useless() {
    let (faulty, before) = torn_before_its_snapshot();
    let storage: Arc<dyn Storage> = faulty.clone();
    let diagnosed = || diagnose(&storage);
    // It is read before anything else.
    faulty.fail_once(Step::Read, 1, Fault::Broken);
    let found = diagnosed();
    assert_eq!(found.snapshots[0].state, SnapshotState::Unread);
    assert_eq!((found.findings[0].remedy(), found.findings[0].code()), (Remedy::Access, "journal_io"));
    assert!(found.findings[0].to_string().contains(&Snapshots::path_of(ENTRIES)));
    // What it has seen may be the end that looks unfinished: nothing is cut, and nothing set aside.
    faulty.fail_once(Step::Read, 1, Fault::Broken);
    assert!(repaired(&faulty).unwrap().is_empty());
    assert_eq!(contents(faulty.inner()), before);
    // Neither does a writer take that end for one that nobody was told of.
    faulty.fail_once(Step::Read, 1, Fault::Broken);
    assert_eq!(opened(&faulty).map(drop).unwrap_err().code(), "journal_damaged");
    assert_eq!(contents(faulty.inner()), before);
    let findings = diagnosed().findings;
    assert_eq!((findings[0].remedy(), findings[0].code()), (Remedy::Backup, "journal_damaged"));
}
