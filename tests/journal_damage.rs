//! Guards against: a flipped bit or a cut-off file that silently changes or drops an earlier record, and against
//! segments that are missing, copied or from another ledger being read as if they were in order.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::Arc;

use ledger_core::journal::{Evidence, JournalError, Layout, Recovery, Writer, segment_path};
use ledger_core::storage::{Memory, Storage};

const LAYOUT: Layout = Layout { segment_len_max: 1024, extend_step_min: 256, extend_step_max: 512 };

type Blocks = Vec<Vec<Vec<u8>>>;

/// A journal of these many blocks, of three records each, and its records by block.
fn journal(ledger: &str, blocks: usize) -> (Memory, Blocks) {
    let memory = Arc::new(Memory::new());
    let mut writer = Writer::create(memory.clone(), LAYOUT).unwrap();
    let record = |block, record| format!("{ledger}: entry {record} of block {block}").into_bytes();
    let blocks: Blocks =
        (0..blocks).map(|block| (0..3).map(|index| record(block, index)).collect()).collect();
    for block in &blocks {
        writer.append(block).unwrap();
    }
    (memory.snapshot(), blocks)
}

fn open(memory: &Memory, known_durable: u64) -> Result<(Blocks, Option<Recovery>), JournalError> {
    let mut blocks = Blocks::new();
    let storage = Arc::new(memory.snapshot());
    let opened = Writer::open::<JournalError>(storage.clone(), LAYOUT, known_durable, &mut |block| {
        blocks.push(block.records().map(<[u8]>::to_vec).collect());
        Ok(())
    });
    let (mut writer, recovery) = opened?;
    if let Some(Recovery { position, bytes, saved_to, .. }) = &recovery {
        let damaged = memory.bytes(&segment_path(position.segment)).unwrap();
        let offset = usize::try_from(position.offset).unwrap();
        let end = offset + usize::try_from(*bytes).unwrap();
        assert_eq!(
            storage.bytes(saved_to).unwrap(),
            damaged[offset..end],
            "nothing is dropped that is not saved"
        );
        assert!(damaged[end..].iter().all(|byte| *byte == 0));
    }
    writer.append(&[b"the journal goes on"]).unwrap();
    Ok((blocks, recovery))
}

fn code<T: std::fmt::Debug>(outcome: Result<T, JournalError>) -> &'static str {
    outcome.unwrap_err().code()
}

#[test]
fn a_flipped_bit_refuses_or_drops_the_last_block_alone() {
    let (memory, blocks) = journal("a", 3);
    let path = segment_path(1);
    let bytes = memory.bytes(&path).unwrap();
    let block_len = 64 + blocks[0].iter().map(|record| 1 + record.len()).sum::<usize>() + 44;
    for offset in 0..bytes.len() {
        for bit in 0..8 {
            let flipped = memory.snapshot();
            flipped.flip(&path, offset as u64, bit);
            let outcome = open(&flipped, 0);
            match offset / block_len {
                0 | 1 => assert_eq!(code(outcome), "journal_damaged", "offset {offset}"),
                2 => {
                    let (read, recovery) = outcome.unwrap();
                    assert_eq!(read, blocks[..2]);
                    assert_eq!(recovery.unwrap().last_sequence, 6);
                    assert_eq!(code(open(&flipped, 9)), "journal_damaged", "a snapshot saw entry 9");
                }
                _ => {
                    let (read, recovery) = outcome.unwrap();
                    assert_eq!(read, blocks);
                    assert_eq!(recovery.unwrap().last_sequence, 9);
                }
            }
        }
    }
}

#[test]
fn a_flipped_bit_before_the_last_segment_is_refused() {
    let (memory, _) = journal("a", 6);
    let path = segment_path(1);
    assert_eq!(memory.list("journal").unwrap().len(), 2);
    for offset in 0..memory.len(&path).unwrap().unwrap() {
        let flipped = memory.snapshot();
        flipped.flip(&path, offset, 3);
        assert_eq!(code(open(&flipped, 0)), "journal_damaged", "offset {offset}");
    }
}

#[test]
fn a_cut_off_file_keeps_whole_blocks_and_a_witness_tells() {
    let (memory, blocks) = journal("a", 3);
    let path = segment_path(1);
    let bytes = memory.bytes(&path).unwrap();
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    for len in 0..bytes.len() {
        let cut = memory.snapshot();
        cut.set_bytes(&path, bytes[..len].to_vec());
        let (read, recovery) = open(&cut, 0).unwrap();
        assert_eq!(read, blocks[..(len * 3 / used).min(3)]);
        assert_eq!(recovery.is_some(), len < used && len % (used / 3) != 0, "length {len}");
        let witnessed = open(&cut, 9).map(|(read, _)| read);
        if len < used {
            assert!(["journal_damaged", "journal_cut_off"].contains(&code(witnessed)), "length {len}");
        } else {
            assert_eq!(witnessed.unwrap(), blocks);
        }
    }
}

#[test]
fn what_vouches_for_a_damaged_block_is_named() {
    let (memory, _) = journal("a", 3);
    memory.flip(&segment_path(1), 70, 0);
    match open(&memory, 0).unwrap_err() {
        JournalError::Damaged { position, sequence, evidence, .. } => {
            assert_eq!((position.offset, sequence), (0, 1));
            assert!(matches!(evidence, Evidence::LaterBlock { durable_through: 3, .. }), "{evidence}");
        }
        other => panic!("{other}"),
    }
}

#[test]
fn segments_out_of_order_are_refused_by_name() {
    let (memory, _) = journal("a", 13);
    let (other, _) = journal("b", 13);
    let names = memory.list("journal").unwrap();
    let [first, second, third, ..] = &names[..] else { panic!("{names:?}") };
    let path = |name: &String| format!("journal/{name}");

    let missing = |name| {
        let memory = memory.snapshot();
        memory.remove(&path(name)).unwrap();
        open(&memory, 0).unwrap_err()
    };
    assert!(matches!(missing(first), JournalError::MissingSegment { path } if path.ends_with(first)));
    assert!(
        matches!(missing(second), JournalError::MissingEntries { next_path, .. } if next_path.ends_with(third))
    );

    let foreign = memory.snapshot();
    foreign.set_bytes(&path(second), other.bytes(&path(second)).unwrap());
    let error = open(&foreign, 0).unwrap_err();
    assert!(matches!(&error, JournalError::Damaged { evidence: Evidence::NotTorn, .. }), "{error}");
    assert!(error.to_string().contains(second) && error.to_string().contains("follows the root"), "{error}");

    let copied = memory.snapshot();
    copied.set_bytes("journal/00000000000000000002.seg", memory.bytes(&path(first)).unwrap());
    assert_eq!(code(open(&copied, 0)), "misplaced_segment");

    let swapped = memory.snapshot();
    swapped.set_bytes(&path(second), memory.bytes(&path(third)).unwrap());
    assert_eq!(code(open(&swapped, 0)), "journal_damaged");
}

#[test]
fn an_empty_last_segment_is_clean_and_a_later_one_is_not() {
    let (memory, blocks) = journal("a", 3);
    for zeros in [0, 10, 256] {
        let begun = memory.snapshot();
        begun.set_bytes(&segment_path(10), vec![0; zeros]);
        assert_eq!(open(&begun, 0).unwrap(), (blocks.clone(), None));
    }
    memory.set_bytes(&segment_path(11), vec![]);
    assert_eq!(code(open(&memory, 0)), "missing_entries");
}

#[test]
fn a_newer_format_is_named() {
    let (memory, _) = journal("a", 1);
    let mut bytes = memory.bytes(&segment_path(1)).unwrap();
    bytes[2] = 3;
    let crc = crc32fast::hash(&bytes[..60]);
    bytes[60..64].copy_from_slice(&crc.to_le_bytes());
    memory.set_bytes(&segment_path(1), bytes);
    assert!(matches!(open(&memory, 0), Err(JournalError::NewerFormat { found: 3, known: 2, .. })));
}
