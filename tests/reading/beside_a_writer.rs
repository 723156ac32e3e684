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
