//! `open_beside` and `diagnose_folder`: guard against bytes beside a journal that are believed, that crash whoever reads
//! them, or that a repair does not mend; and against a diagnosis that touches what it looks at.

use std::collections::BTreeMap;
use std::sync::Arc;

use ledger_core::audit::audit;
use ledger_core::backup::{Copied, copy_journal};
use ledger_core::diagnosis::{Diagnosis, Remedy, diagnose, repair};
use ledger_core::index::{RunName, SNAPSHOTS_FOLDER};
use ledger_core::journal::{BUNDLES_PATH, HEADER_LEN, JOURNAL_FOLDER, STATE_MARK_LEN, TRAILER_LEN};
use ledger_core::proof::{SignedReceipt, receipt_of};
use ledger_core::query::Filter;
use ledger_core::storage::{INDEX_FOLDER, Memory, Storage};
use ledger_core::{Entry, LedgerError, Operation, Sequence, State, View};

use crate::decode::with_checksums;
use crate::edit::Edits;
use crate::memory::bounded;
use crate::story::{Story, signer, writer};

/// Entries that are looked up, by what the index knows of them.
const NAMES: [&str; 4] = ["f", "n100", "n262", "n299"];
const NEXT: &str = r#"{"op":"bank_interest","ref":"next","on":"2026-03-01","amount":"0.05"}"#;

/// Alters snapshots, index and tree, and opens the ledger. Where no checksum was made right, all is as before.
pub fn open_beside(bytes: &[u8]) {
    let memory = Arc::new(Story::get().storage());
    let forged = alter(&memory, &[SNAPSHOTS_FOLDER, "tree"], bytes);
    let storage: Arc<dyn Storage> = memory.clone();
    let len = files(&memory).values().map(Vec::len).sum();
    let (answers, written) = bounded(len, || (answers(&storage), post(&storage)));
    if forged {
        // What is forged with care may be believed; an audit begins with the first entry, and believes nothing.
        let _ = (answers, written);
        return;
    }
    let (state, found) = crate::or_panic(answers, "reading");
    assert!(state == Story::get().state, "the state is another");
    let before: Arc<dyn Storage> = Arc::new(Story::get().storage());
    let (_, found_before) = crate::or_panic(self::answers(&before), "reading before");
    assert_eq!(found, found_before);
    assert!(crate::or_panic(written, "writing"), "a reference was used twice");
    let report = crate::or_panic(audit(&storage, |_| {}), "auditing");
    assert!(report.ok && report.entries == Story::get().state.entries() + 1, "{:?}", report.failure);
}

/// What a reader finds: the state, entries by reference and by member, a proof that holds.
fn answers(storage: &Arc<dyn Storage>) -> Result<(State, Vec<Entry>), LedgerError> {
    let view = View::open(Arc::clone(storage))?;
    let state = view.state()?.state;
    let mut found = Vec::new();
    for name in NAMES {
        found.extend(view.entry_of(&crate::or_panic(name.parse(), name))?);
    }
    let member = Some(crate::or_panic("m101".parse(), "a member"));
    view.visit(&Filter { member, ..Filter::default() }, |entry| {
        found.push(entry.clone());
        std::ops::ControlFlow::Continue(())
    })?;
    if let Ok(receipt) = receipt_of(&view, Sequence::new(100), &signer()) {
        assert_eq!(SignedReceipt::read(&receipt.to_text(), None).as_ref(), Ok(&receipt));
    }
    Ok((state, found))
}

/// Opens the ledger, and records one more entry; references that are taken stay so. Whether all of that was so.
fn post(storage: &Arc<dyn Storage>) -> Result<bool, LedgerError> {
    let mut ledger = crate::open(storage)?;
    let mut taken = true;
    for name in NAMES {
        let line = NEXT.replace("next", name);
        match ledger.post(&crate::or_panic(Operation::from_json(&line), &line)) {
            Err(LedgerError::Rejected(_)) => {}
            Ok(_) => taken = false,
            Err(error) => return Err(error),
        }
    }
    ledger.post(&crate::or_panic(Operation::from_json(NEXT), NEXT))?;
    ledger.settle();
    Ok(taken)
}

/// Alters anything in the folder, looks into it, copies its journal, and mends it where a repair does.
pub fn diagnose_folder(bytes: &[u8]) {
    let memory = Arc::new(Story::get().storage());
    let forged = alter(&memory, &[SNAPSHOTS_FOLDER, "tree", JOURNAL_FOLDER, "damaged", ""], bytes);
    let storage: Arc<dyn Storage> = memory.clone();
    let before = files(&memory);
    let found = look(&storage);
    assert!(files(&memory) == before, "looking has left a trace");
    told(&found);
    copies(&storage);
    if found.findings.iter().any(|finding| finding.remedy() != Remedy::Repair) {
        let done = repair(&storage);
        assert!(
            done.is_ok_and(|done| done.is_empty()),
            "where more than a repair is needed, nothing is done"
        );
        assert!(files(&memory) == before);
        return;
    }
    crate::or_panic(repair(&storage), "repairing");
    let mended = look(&storage);
    assert!(mended.findings.is_empty(), "what a repair mends is mended: {:?}", mended.findings);
    if !forged {
        drop(writer(&storage));
        let report = crate::or_panic(audit(&storage, |_| {}), "auditing");
        assert!(report.ok && report.root == mended.journal.root, "{:?}", report.failure);
    }
}

fn look(storage: &Arc<dyn Storage>) -> Diagnosis {
    diagnose(storage)
}

fn told(found: &Diagnosis) {
    for finding in &found.findings {
        assert!(!finding.code().is_empty() && !finding.to_string().is_empty());
    }
    let said = serde_json::to_string(found);
    assert!(said.is_ok_and(|said| !said.is_empty()), "a diagnosis has a form in JSON");
}

/// What is copied out of a journal verifies, and its manifest reads as it was written.
fn copies(storage: &Arc<dyn Storage>) {
    let Ok(view) = View::open(Arc::clone(storage)) else { return };
    let copy: Arc<dyn Storage> = Arc::new(Memory::scratch());
    let Ok(copied) = copy_journal(&view, &copy, |_| {}) else { return };
    let report = crate::or_panic(audit(&copy, |_| {}), "auditing a copy");
    assert!(report.ok && (report.entries, report.root) == (copied.entries, copied.root));
    let manifest = crate::or_panic(serde_json::to_string(&copied), "a manifest");
    let read: Result<Copied, _> = serde_json::from_str(&manifest);
    assert!(read.is_ok_and(|read| read == copied), "{manifest}");
}

/// Every file and its bytes.
fn files(memory: &Memory) -> BTreeMap<String, Vec<u8>> {
    let folders = [JOURNAL_FOLDER, SNAPSHOTS_FOLDER, INDEX_FOLDER, "tree", "damaged", ""];
    let path = |folder: &str, name: String| match folder {
        "" => name,
        folder => format!("{folder}/{name}"),
    };
    let paths = folders.into_iter().flat_map(|folder| {
        crate::or_panic(memory.list(folder), folder).into_iter().map(move |name| path(folder, name))
    });
    paths.filter_map(|path| memory.bytes(&path).map(|bytes| (path, bytes))).collect()
}

/// Alters files in these folders, and pieces of the index; whether checksums were made right.
fn alter(memory: &Memory, folders: &[&str], script: &[u8]) -> bool {
    let mut edits = Edits::new(script);
    let mut forged = false;
    while edits.another() {
        let kind = edits.byte();
        let mend = kind & 1 == 1;
        forged |= mend;
        match kind >> 1 & 3 {
            0 => alter_slot(memory, &mut edits, mend),
            1 => put_file(memory, folders, &mut edits),
            _ => alter_file(memory, folders, &mut edits, mend),
        }
    }
    forged
}

/// Bytes of a piece of a run's file: a checksum, a length, and what it holds.
const SLOT_BYTES: usize = 4096;
const SLOT_HEAD_BYTES: usize = 6;

/// What a run's header says that all checksums behind it are over.
fn salt_of(bytes: &[u8]) -> u64 {
    let mut header =
        serde_json::Deserializer::from_slice(bytes.get(SLOT_HEAD_BYTES..).unwrap_or_default()).into_iter();
    let header: Option<serde_json::Value> = header.next().and_then(Result::ok);
    header.and_then(|header| header["salt"].as_u64()).unwrap_or(0)
}

/// Alters a piece of a run.
fn alter_slot(memory: &Memory, edits: &mut Edits<'_>, mend: bool) {
    let names = crate::or_panic(memory.list(INDEX_FOLDER), INDEX_FOLDER);
    let Some(name) = names.get(edits.below(names.len())) else { return };
    let path = format!("{INDEX_FOLDER}/{name}");
    let Some(mut bytes) = memory.bytes(&path) else { return };
    let salt = salt_of(&bytes);
    let number = edits.below(bytes.len() / SLOT_BYTES);
    let Some(slot) = bytes.chunks_mut(SLOT_BYTES).nth(number).filter(|slot| slot.len() == SLOT_BYTES) else {
        return;
    };
    let len = usize::from(u16::from_le_bytes([slot[4], slot[5]])).min(SLOT_BYTES - SLOT_HEAD_BYTES);
    let mut payload = slot[SLOT_HEAD_BYTES..SLOT_HEAD_BYTES + len].to_vec();
    edits.edit_once(&mut payload);
    payload.truncate(SLOT_BYTES - SLOT_HEAD_BYTES);
    slot[SLOT_HEAD_BYTES..].fill(0);
    slot[SLOT_HEAD_BYTES..SLOT_HEAD_BYTES + payload.len()].copy_from_slice(&payload);
    if mend && let Some(run) = RunName::parse(name) {
        let len = (payload.len() as u16).to_le_bytes();
        let salt = if number == 0 { 0 } else { salt };
        let (first, last, place) =
            (run.first.to_le_bytes(), run.last.to_le_bytes(), (number as u32).to_le_bytes());
        let parts = [&first[..], &last, &salt.to_le_bytes(), &place, &len, &payload];
        slot[..4].copy_from_slice(&crc32fast::hash(&parts.concat()).to_le_bytes());
        slot[4..6].copy_from_slice(&len);
    }
    memory.set_bytes(&path, bytes);
}

/// A new file, perhaps in the place of another.
fn put_file(memory: &Memory, folders: &[&str], edits: &mut Edits<'_>) {
    let names = [
        format!("{SNAPSHOTS_FOLDER}/00000000000000000264.json"),
        format!("{SNAPSHOTS_FOLDER}/00000000000000000256.json"),
        format!("{SNAPSHOTS_FOLDER}/18446744073709551615.json"),
        format!("{SNAPSHOTS_FOLDER}/00000000000000000264.json.unfinished"),
        format!("{SNAPSHOTS_FOLDER}/x"),
        BUNDLES_PATH.to_owned(),
        format!("{BUNDLES_PATH}.unfinished"),
        format!("{JOURNAL_FOLDER}/00000000000000000002.seg"),
        format!("{JOURNAL_FOLDER}/18446744073709551615.seg"),
        format!("{JOURNAL_FOLDER}/x"),
        "damaged/x".to_owned(),
        "lock".to_owned(),
    ];
    let path = &names[edits.below(names.len())];
    if folders.contains(&path.rsplit_once('/').map_or("", |(folder, _)| folder)) {
        let count = usize::from(edits.byte());
        memory.set_bytes(path, edits.take(count).to_vec());
    }
}

fn alter_file(memory: &Memory, folders: &[&str], edits: &mut Edits<'_>, mend: bool) {
    let files = files(memory);
    let within = |path: &str| folders.contains(&path.rsplit_once('/').map_or("", |(folder, _)| folder));
    let files: Vec<(String, Vec<u8>)> = files.into_iter().filter(|(path, _)| within(path)).collect();
    let Some((path, mut bytes)) = files.get(edits.below(files.len())).cloned() else { return };
    edits.edit_once(&mut bytes);
    if mend {
        bytes = if path.starts_with(JOURNAL_FOLDER) { mended_blocks(bytes) } else { mended_snapshot(bytes) };
    }
    memory.set_bytes(&path, bytes);
}

/// Every block with the checksums that it should have, as far as the lengths lead.
fn mended_blocks(mut bytes: Vec<u8>) -> Vec<u8> {
    let mut start = 0;
    while let Some(length) = bytes.get(start + 4..).and_then(|rest| rest.first_chunk::<4>()) {
        let mark = if bytes[start + 2] == 2 { STATE_MARK_LEN } else { 0 };
        let end = start + HEADER_LEN + mark + u32::from_le_bytes(*length) as usize + TRAILER_LEN;
        let Some(mended) = bytes.get(start..end).and_then(with_checksums) else { break };
        bytes[start..end].copy_from_slice(&mended);
        start = end;
    }
    bytes
}

/// A snapshot with the checksum that it should have.
fn mended_snapshot(bytes: Vec<u8>) -> Vec<u8> {
    let mended = || {
        let text = std::str::from_utf8(&bytes).ok()?;
        let (heading, state) = text.strip_suffix('\n')?.split_once('\n')?;
        let mut heading: serde_json::Value = serde_json::from_str(heading).ok()?;
        *heading.get_mut("state_crc32")? = crc32fast::hash(state.as_bytes()).into();
        Some(format!("{heading}\n{state}\n").into_bytes())
    };
    mended().unwrap_or(bytes)
}
