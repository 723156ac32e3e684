//! What an audit finds when bytes were damaged.

use super::*;

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
    assert_eq!((report.ok, report.entries, report.blocks), (true, 12, Some(5)));
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

#[test]
fn a_segment_that_does_not_belong_hides_no_entry() {
    let (memory, _) = told(SMALL);
    let third = |memory: &Arc<Memory>| View::open(memory.clone()).unwrap().entry(Sequence::new(3));
    assert!(third(&memory).unwrap().is_some());
    memory.set_bytes(&segment_path(2), memory.bytes(&segment_path(1)).unwrap());
    assert_eq!(third(&memory).unwrap_err().code(), "misplaced_segment");
}
