//! Guards against: an acknowledged block that a crash loses, a journal that cannot be opened after one, and a dry run
//! that leaves traces.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::Arc;

use ledger_core::journal::{JournalError, Layout, Reader, Scan, Start, Verify, Writer};
use ledger_core::storage::{Fault, Faulty, Files, Memory, Overlay, Storage};

/// Blocks of about 700 bytes, so that a write covers more than one sector, and three to a segment.
const LAYOUT: Layout = Layout { segment_len_max: 2400, extend_step_min: 1024, extend_step_max: 1024 };
const BLOCKS: u8 = 8;

fn records(block: u8) -> Vec<Vec<u8>> {
    vec![vec![block + 1; 290], vec![block + 101; 290]]
}

/// Creates a journal and appends to it until something fails; the number of blocks acknowledged.
fn work(storage: Arc<dyn Storage>) -> u8 {
    let Ok(mut writer) = Writer::create(storage, LAYOUT) else { return 0 };
    (0..BLOCKS).take_while(|block| writer.append(&records(*block)).is_ok()).count().try_into().unwrap()
}

/// Opens what a crash has left: all acknowledged blocks are there, at most one more, and the journal goes on.
fn check_after_crash(left: Memory, acknowledged: u8) {
    let storage = Arc::new(left);
    for extra in 0..2 {
        let mut blocks = 0;
        let opened = Writer::open::<JournalError>(storage.clone(), LAYOUT, 0, &mut |block| {
            assert!(block.records().eq(records(blocks).iter().map(Vec::as_slice)));
            blocks += 1;
            Ok(())
        });
        match opened {
            Ok((mut writer, _)) => {
                let written = acknowledged + extra;
                assert!((written..=written + 1).contains(&blocks), "{blocks} of {written}");
                writer.append(&records(blocks)).unwrap();
            }
            Err(JournalError::NoJournal) if acknowledged == 0 => return,
            Err(error) => panic!("{error}"),
        }
        if blocks > acknowledged + extra {
            // The block that nobody was told of has survived: it counts from now on.
            return check_after_crash(storage.snapshot(), blocks + 1);
        }
    }
}

#[test]
fn a_crash_at_any_step_keeps_all_that_was_acknowledged() {
    let mut random = 7_u64;
    for fault in [Fault::Broken, Fault::Torn] {
        for step in 1.. {
            let memory = Arc::new(Memory::new());
            let faulty = Arc::new(Faulty::new(memory.clone()));
            faulty.fail_from(None, step, fault);
            let acknowledged = work(faulty.clone());
            check_after_crash(memory.crash(), acknowledged);
            for _ in 0..8 {
                let kept: Vec<bool> = (0..memory.unsynced())
                    .map(|_| {
                        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                        random >> 63 == 1
                    })
                    .collect();
                check_after_crash(memory.crash_keeping(&kept), acknowledged);
            }
            if acknowledged == BLOCKS {
                break;
            }
        }
    }
}

#[test]
fn a_crash_during_recovery_is_recovered_from() {
    let memory = Arc::new(Memory::new());
    let acknowledged = work(memory.clone());
    let position = Reader::new(memory.clone()).last().unwrap().unwrap().end();
    memory
        .write_at(&ledger_core::journal::segment_path(position.segment), position.offset, b"AL torn")
        .unwrap();
    let torn = memory.snapshot();
    for step in 1.. {
        let memory = Arc::new(torn.snapshot());
        let faulty = Arc::new(Faulty::new(memory.clone()));
        faulty.fail_from(None, step, Fault::Torn);
        let opened = Writer::open::<JournalError>(faulty, LAYOUT, 0, &mut |_| Ok(()));
        check_after_crash(memory.crash(), acknowledged);
        check_after_crash(memory.crash_keeping(&vec![true; memory.unsynced()]), acknowledged);
        if let Ok((_, recovery)) = opened {
            let recovery = recovery.unwrap();
            assert_eq!((recovery.position, recovery.bytes, recovery.last_sequence), (position, 7, 16));
            assert!(recovery.to_string().contains("cannot be known"), "{recovery}");
            break;
        }
    }
}

#[test]
fn a_dry_run_leaves_the_base_untouched() {
    let base = Arc::new(Memory::new());
    work(base.clone());
    // An unfinished end is recovered in the dry run alone.
    let position = Reader::new(base.clone()).last().unwrap().unwrap().end();
    base.write_at(&ledger_core::journal::segment_path(position.segment), position.offset, b"torn").unwrap();
    let contents = |storage: &Memory| {
        let names = storage.list("journal").unwrap();
        names.into_iter().map(|name| storage.bytes(&format!("journal/{name}"))).collect::<Vec<_>>()
    };
    let before = contents(&base);
    let overlay = Arc::new(Overlay::new(base.clone(), Arc::new(Memory::scratch())));
    let opened = Writer::open::<JournalError>(overlay.clone(), LAYOUT, 0, &mut |_| Ok(()));
    let (mut writer, recovery) = opened.unwrap();
    assert!(recovery.is_some());
    for block in 0..BLOCKS {
        writer.append(&records(block)).unwrap();
    }
    assert_eq!(Reader::new(overlay).last().unwrap().unwrap().root, writer.root());
    assert_eq!(contents(&base), before);
    assert!(base.list("damaged").unwrap().is_empty());
}

#[test]
fn a_reader_follows_a_writer_through_its_segments() {
    let memory = Arc::new(Memory::new());
    let mut writer = Writer::create(memory.clone(), LAYOUT).unwrap();
    let reader = std::thread::spawn(move || {
        let mut scan = Scan::new(memory, Start::genesis(), Verify::Everything).unwrap();
        let mut next = 1;
        while next <= 1000 {
            while let Some(block) = scan.next_block().unwrap() {
                assert_eq!(block.commit().first_sequence, next);
                next = block.commit().last_sequence() + 1;
            }
        }
        scan.frontier().unwrap().root()
    });
    for record in 0..1000_u32 {
        writer.append(&[[record.to_le_bytes(); 50].concat()]).unwrap();
    }
    assert_eq!(reader.join().unwrap(), writer.root());
}

#[test]
fn a_journal_in_files_is_extended_ahead_and_reopened() {
    let folder = tempfile::tempdir().unwrap();
    let files = Arc::new(Files::at(folder.path()));
    let lock = files.lock().unwrap();
    let mut writer = Writer::create(files.clone(), Layout::default()).unwrap();
    for block in 0..60_u8 {
        writer.append(&[vec![block + 1; 50_000]]).unwrap();
    }
    let root = writer.root();
    drop((writer, lock));
    let again = Arc::new(Files::at(folder.path()));
    let mut blocks = 0;
    let opened = Writer::open::<JournalError>(again, Layout::default(), 60, &mut |_| {
        blocks += 1;
        Ok(())
    });
    let (writer, recovery) = opened.unwrap();
    assert_eq!((writer.root(), recovery, blocks), (root, None, 60));
}
