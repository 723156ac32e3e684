//! `decode_block`: guards against bytes that crash a reader, and against records that change when they are read.

use std::sync::Arc;

use ledger_core::audit::audit;
use ledger_core::journal::{Block, Draft, Frontier, HEADER_LEN, StateMark, TRAILER_LEN, segment_path};
use ledger_core::storage::{Memory, Storage};
use ledger_core::{RecordedAt, Sequence, record};

use crate::memory::bounded;

/// Reads the bytes as a block, as a block whose checksums were made right, and as a single record; and audits the
/// records of a block as a journal.
pub fn decode_block(bytes: &[u8]) {
    examine_block(bytes);
    if let Some(mended) = mended(bytes) {
        examine_block(&mended);
    }
    examine_record(bytes);
}

fn examine_block(bytes: &[u8]) {
    let Ok(block) = bounded(bytes.len(), || Block::decode(bytes)) else { return };
    assert_eq!(block.records().len(), block.header.count as usize);
    assert_eq!(block.trailer.tree_size, block.header.last_sequence());
    block.records().for_each(examine_record);
    audit_forged(&block);
}

/// The records as a journal that somebody forged with care: numbers in order, times increasing, every checksum and root
/// right. An audit says what is wrong with it, and does not crash.
fn audit_forged(block: &Block<'_>) {
    let mut records = Vec::new();
    for (number, record) in (1..).zip(block.records()) {
        let Ok(mut entry) = record::decode(record) else { break };
        entry.sequence = Sequence::new(number);
        entry.recorded_at = RecordedAt::from_ns(number);
        records.extend(record::encode(&entry));
    }
    let draft = Draft::of(Frontier::new(), &records);
    let Ok(forged) = draft.and_then(|draft| draft.finish(0, Frontier::new().root(), StateMark::default()))
    else {
        return;
    };
    let storage = Memory::scratch();
    storage.set_bytes(&segment_path(1), forged.bytes);
    let storage: Arc<dyn Storage> = Arc::new(storage);
    match audit(&storage, |_| {}) {
        Ok(report) if report.ok => assert_eq!(report.root, forged.trailer.root),
        Ok(report) => assert!(report.failure.is_some(), "an audit that is not ok names what fails"),
        Err(error) => panic!("the audit could not read: {error}"),
    }
}

/// The same bytes as the whole of a block with the right magic, version, lengths and checksums: a fuzzer finds no
/// CRC-32 by chance, and what lies behind it would never be reached.
fn mended(bytes: &[u8]) -> Option<Vec<u8>> {
    let records_len = u32::try_from(bytes.len().checked_sub(HEADER_LEN + TRAILER_LEN)?).ok()?;
    let mut block = bytes.to_vec();
    block[..4].copy_from_slice(b"AL\x01\0");
    block[4..8].copy_from_slice(&records_len.to_le_bytes());
    with_checksums(&block)
}

/// A block with the checksums that its bytes should have; none where there are too few for one.
pub fn with_checksums(block: &[u8]) -> Option<Vec<u8>> {
    let end = block.len().checked_sub(4).filter(|end| *end >= HEADER_LEN)?;
    let mut block = block.to_vec();
    let header_crc = crc32fast::hash(&block[..HEADER_LEN - 4]);
    block[HEADER_LEN - 4..HEADER_LEN].copy_from_slice(&header_crc.to_le_bytes());
    let crc = crc32fast::hash(&block[..end]);
    block[end..].copy_from_slice(&crc.to_le_bytes());
    Some(block)
}

/// What decodes is written again in the same bytes: an entry has one record, and so one hash.
fn examine_record(bytes: &[u8]) {
    let Ok(entry) = bounded(bytes.len(), || record::decode(bytes)) else { return };
    match record::encode(&entry) {
        Ok(written) => assert_eq!(written, bytes, "entry {} is written in other bytes", entry.sequence),
        Err(error) => panic!("entry {} decodes and does not encode: {error}", entry.sequence),
    }
    let shown = serde_json::to_string(&entry);
    assert!(shown.is_ok(), "an entry has a form in JSON: {shown:?}");
}
