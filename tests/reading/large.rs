//! Samples of every kind of tampering with a journal of many blocks and segments. `TAMPER_ENTRIES` and `TAMPER_SAMPLES` make
//! it larger.

use super::*;

const LAYOUT: Layout =
    Layout { segment_len_max: 1 << 16, extend_step_min: 1 << 14, extend_step_max: 1 << 16 };
/// The entries before the first swap.
const BEGINNING: usize = 4;

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// A small generator of numbers, the same every time.
struct Dice(u64);

impl Dice {
    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

fn operations(count: usize) -> Vec<Operation> {
    let terms = json!({"consignment": {"till_ceiling": "900000000"}});
    let beginning = [
        json!({"op": "found", "ref": "found", "currency": "Aïga", "symbol": "Ä", "code": "AIGA", "denominations": [5, 10],
            "association": "A", "reconversion_fee": "0.02", "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}}),
        json!({"op": "open_bureau", "ref": "open", "bureau": "ales", "name": "A", "local_group": "g", "terms": terms}),
        json!({"op": "print_bills", "ref": "print", "bills": {"5": 90_000_000, "10": 90_000_000}}),
        json!({"op": "supply", "ref": "supply", "bureau": "ales", "bills": {"5": 9_000_000, "10": 9_000_000}}),
    ];
    let swap = |n: usize| json!({"op": "swap", "ref": format!("s-{n}"), "bureau": "ales", "bills": {"5": n % 3 + 1}, "paid": "cash"});
    let read = |mut json: Value| {
        json["on"] = json!("2026-03-02");
        operation(&json)
    };
    beginning.into_iter().chain((BEGINNING..count).map(swap)).map(read).collect()
}

/// A journal with blocks of one to two hundred entries.
fn journal(dice: &mut Dice) -> Arc<Memory> {
    let operations = operations(setting("TAMPER_ENTRIES", 4_000));
    let storage = Arc::new(Memory::new());
    let mut ledger = create(&storage, LAYOUT);
    let mut rest = operations.as_slice();
    while !rest.is_empty() {
        let (batch, behind) = rest.split_at(rest.len().min(1 + dice.below(200)));
        ledger.post_batch(batch).unwrap();
        rest = behind;
    }
    drop(ledger);
    // Nothing but the journal tells what was there.
    let bare = Arc::new(Memory::new());
    for name in storage.list("journal").unwrap() {
        let path = format!("journal/{name}");
        bare.set_bytes(&path, storage.bytes(&path).unwrap());
    }
    bare
}

fn commits(storage: &Arc<Memory>) -> Vec<Commit> {
    let mut commits = Vec::new();
    let mut scan = Scan::new(storage.clone(), Start::genesis(), Verify::Everything).unwrap();
    while let Some(block) = scan.next_block().unwrap() {
        commits.push(block.commit());
    }
    commits
}

/// The entries as a journal of their own, its checksums and roots right.
fn forged(entries: &[Entry]) -> AuditReport {
    let memory = Arc::new(Memory::new());
    let mut writer = Writer::create(memory.clone(), LAYOUT).unwrap();
    for block in entries.chunks(1_000) {
        let records: Vec<Vec<u8>> = block.iter().map(|entry| record::encode(entry).unwrap()).collect();
        writer.append(&records).unwrap();
    }
    drop(writer);
    audited(&memory)
}

fn renumbered(entries: &mut [Entry]) {
    for (entry, number) in entries.iter_mut().zip(1..) {
        entry.sequence = Sequence::new(number);
        entry.recorded_at = RecordedAt::from_ns(1_772_000_000_000_000_000 + number);
    }
}

#[test]
fn a_bit_flipped_anywhere_in_a_long_journal_is_found_in_its_block() {
    let mut dice = Dice(1);
    let storage = journal(&mut dice);
    let commits = commits(&storage);
    assert!(
        commits.len() > 10 && commits.last().unwrap().position.segment > 1,
        "many blocks, several segments"
    );
    for _ in 0..setting("TAMPER_SAMPLES", 12) {
        let place = dice.below(commits.len());
        let Commit { position, len, first_sequence, .. } = commits[place];
        let path = segment_path(position.segment);
        let offset = position.offset + dice.below(usize::try_from(len).unwrap()) as u64;
        let bit = u8::try_from(dice.below(8)).unwrap();
        storage.flip(&path, offset, bit);
        let expected = if place + 1 == commits.len() { "unfinished_end" } else { "damaged" };
        assert_eq!(found(&audited(&storage)), (path.clone(), position.offset, first_sequence, expected));
        storage.flip(&path, offset, bit);
    }
    assert!(audited(&storage).ok, "as it was");
}

#[test]
fn an_entry_removed_inserted_moved_or_replaced_in_a_long_journal_is_named() {
    let mut dice = Dice(2);
    let storage = journal(&mut dice);
    let entries = entries(&storage, &Filter::default());
    let kept = audited(&storage).root;
    for _ in 0..setting("TAMPER_SAMPLES", 12).div_ceil(4) {
        let place = BEGINNING + dice.below(entries.len() - BEGINNING - 1);
        let number = place as u64 + 1;
        let named = |entries: &[Entry]| {
            let (_, _, sequence, code) = found(&forged(entries));
            (sequence, code)
        };
        let mut removed = entries.clone();
        removed.remove(place);
        assert_eq!(named(&removed), (number, "invalid_record"));
        let mut inserted = entries.clone();
        inserted.insert(place, entries[BEGINNING].clone());
        assert_eq!(named(&inserted), (number, "invalid_record"));
        let mut moved = entries.clone();
        moved.swap(place, place + 1);
        assert_eq!(named(&moved), (number, "invalid_record"));
        let mut replaced = entries.clone();
        replaced[place].postings = Postings::none();
        assert_eq!(named(&replaced), (number, "postings"));
        // Whoever also numbers them anew makes another journal that is right in itself, but for a name used twice.
        renumbered(&mut inserted);
        assert_eq!(named(&inserted), (number + u64::from(place == BEGINNING), "repeated_reference"));
        for mut other in [removed, moved] {
            renumbered(&mut other);
            let report = forged(&other);
            assert!(report.ok && report.root != kept, "a checkpoint kept elsewhere tells");
        }
    }
}
