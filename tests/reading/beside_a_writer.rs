//! Reading while somebody writes.

use super::*;

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

/// For a reader alone: just before it asks for something (`snapshots`, `journal`, `lock`), something happens.
struct Interrupted {
    inner: Arc<Memory>,
    asked_for: &'static str,
    /// How often it asks in peace before.
    in_peace: AtomicU32,
    what_happens: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Interrupted {
    fn new(
        inner: &Arc<Memory>,
        asked_for: &'static str,
        in_peace: u32,
        what_happens: impl FnOnce() + Send + 'static,
    ) -> Arc<Self> {
        let (inner, what_happens) = (inner.clone(), Mutex::new(Some(Box::new(what_happens) as _)));
        Arc::new(Self { inner, asked_for, in_peace: in_peace.into(), what_happens })
    }

    fn asks_for(&self, what: &str) {
        let in_peace = |left: u32| left.checked_sub(1);
        if what == self.asked_for
            && self.in_peace.fetch_update(Ordering::SeqCst, Ordering::SeqCst, in_peace).is_err()
            && let Some(happen) = self.what_happens.lock().unwrap().take()
        {
            happen();
        }
    }
}

impl std::fmt::Debug for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.fmt(f)
    }
}

#[rustfmt::skip]
impl Storage for Interrupted {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.asks_for(folder);
        self.inner.list(folder)
    }
    fn len(&self, path: &str) -> io::Result<Option<u64>> { self.inner.len(path) }
    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read_at(path, offset, buffer)
    }
    fn lock_held(&self) -> io::Result<bool> {
        self.asks_for("lock");
        self.inner.lock_held()
    }
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
    let interrupted = Interrupted::new(&storage, "snapshots", 0, go_on);
    let mut seen = 0;
    let read = View::open(interrupted).unwrap().visit(&Filter::default(), |_| {
        seen += 1;
        ControlFlow::Continue(())
    });
    assert!(read.is_ok() && [1, 301].contains(&seen), "{seen} entries, {read:?}");
}

/// The story's journal when of its fifth block one half was written and nothing after it; all of its bytes; and where that
/// block stands.
fn half_written() -> (Arc<Memory>, Vec<u8>, Commit) {
    let (memory, commits) = told(LARGE);
    let (path, fifth) = (segment_path(1), commits[4]);
    let whole = memory.bytes(&path).unwrap();
    let mut half = whole.clone();
    let from = usize::try_from(fifth.position.offset + fifth.len / 2).unwrap();
    half[from..].fill(0);
    memory.set_bytes(&path, half);
    (memory, whole, fifth)
}

#[test]
fn an_unfinished_end_is_left_out_and_told() {
    let (memory, _, fifth) = half_written();
    let view = View::open(memory.clone()).unwrap();
    assert_eq!(view.unread_end(), None, "nothing was read yet");
    view.state_after(Sequence::new(3)).unwrap();
    assert_eq!(view.unread_end(), None, "what was asked for is whole");
    assert_eq!(view.state().unwrap().state.entries(), 10);
    let unread = view.unread_end().unwrap();
    let told = (unread.segment, unread.offset, unread.sequence.number());
    assert_eq!(told, (segment_path(1), fifth.position.offset, 11));
    // The next writer sets it aside.
    drop(Ledger::open(memory, Box::new(ManualClock::new(1_800_000_000_000_000_000, 1))).unwrap());
    assert_eq!((view.state().unwrap().state.entries(), view.unread_end()), (10, None));
}

#[test]
fn what_a_writer_is_writing_is_no_unread_end() {
    let (memory, _, _) = half_written();
    let view = View::open(memory.clone()).unwrap();
    let lock = memory.lock().unwrap();
    assert_eq!((view.state().unwrap().state.entries(), view.unread_end()), (10, None));
    drop(lock);
    assert_eq!((view.state().unwrap().state.entries(), view.unread_end().is_some()), (10, true));
}

#[test]
fn a_block_that_is_finished_while_a_reader_looks_at_it_is_neither_unread_nor_damaged() {
    // The writer finishes it, writes another behind it and ends, just before the reader asks for the lock, or for the
    // segments the first time, the second time and so on.
    let mut seen = BTreeSet::new();
    for (asked_for, in_peace) in (0..8).map(|times| ("journal", times)).chain([("lock", 0)]) {
        let finished_under_a_reader = || {
            let (memory, whole, _) = half_written();
            let finished = Arc::new(AtomicBool::new(false));
            let (storage, done) = (memory.clone(), finished.clone());
            let finish = move || {
                storage.set_bytes(&segment_path(1), whole);
                done.store(true, Ordering::SeqCst);
            };
            (Interrupted::new(&memory, asked_for, in_peace, finish), finished)
        };
        let (storage, finished) = finished_under_a_reader();
        let storage: Arc<dyn Storage> = storage;
        let report = audit(&storage, |_| ()).unwrap();
        assert_eq!(
            report.ok,
            finished.load(Ordering::SeqCst),
            "{asked_for} {in_peace}: {:?}",
            report.failure
        );
        let (storage, finished) = finished_under_a_reader();
        let view = View::open(storage).unwrap();
        let standing = view.state().unwrap_or_else(|error| panic!("{asked_for} {in_peace}: {error}"));
        let finished = finished.load(Ordering::SeqCst);
        assert_eq!(view.unread_end().is_none(), finished, "{asked_for} {in_peace}");
        seen.insert((standing.state.entries(), finished));
    }
    assert_eq!(seen, BTreeSet::from([(10, false), (10, true), (14, true)]));
}
