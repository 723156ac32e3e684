//! The index on a real disk: whatever is done to its files, the ledger answers as without it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ledger_core::storage::Files;

use super::generate::operations;
use super::*;

/// All files below a folder, and their bytes.
fn bytes_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(bytes_below(&path));
        } else {
            files.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    files
}

/// Makes the files below a folder these ones.
fn put_back(folder: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) {
    for path in bytes_below(folder).keys() {
        std::fs::remove_file(path).unwrap();
    }
    for (path, bytes) in files {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// What is done to the files of the index while the ledger is closed.
#[derive(Clone, Copy, Debug)]
enum Done {
    Nothing,
    Deleted,
    /// An older copy of its files is put back.
    Older,
    /// The older copy, except for its metadata.
    HalfOlder,
    /// The folder of another ledger's index is moved there.
    AnotherLedgers,
    /// Or a copy of it.
    CopyOfAnotherLedgers,
    /// A bit of a file is flipped.
    Flipped(usize),
    /// A file is cut in the middle.
    Cut(usize),
    Removed(usize),
    /// All files are empty.
    Emptied,
    /// There is a file in its place.
    AFile,
}

struct Disk {
    folder: tempfile::TempDir,
    older: BTreeMap<PathBuf, Vec<u8>>,
}

impl Disk {
    fn index(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    fn open(&self) -> Ledger {
        Ledger::open(Arc::new(Files::at(self.folder.path())), Box::new(clock())).unwrap()
    }

    fn meet(&self, done: Done) {
        let index = self.index();
        if !index.is_dir() {
            return;
        }
        let sound = bytes_below(&index);
        let nth = |number: usize| {
            let whole: Vec<&PathBuf> =
                sound.iter().filter(|(_, bytes)| !bytes.is_empty()).map(|(path, _)| path).collect();
            let path = whole[number % whole.len()].clone();
            (path.clone(), sound[&path].clone())
        };
        match done {
            Done::Nothing => {}
            Done::Deleted => std::fs::remove_dir_all(index).unwrap(),
            Done::Older => put_back(&index, &self.older),
            Done::HalfOlder => {
                let kept = sound.into_iter().filter(|(path, _)| path.to_string_lossy().contains("metadata"));
                let older = self.older.clone().into_iter();
                let older = older.filter(|(path, _)| !path.to_string_lossy().contains("metadata"));
                put_back(&index, &older.chain(kept).collect());
            }
            Done::AnotherLedgers | Done::CopyOfAnotherLedgers => {
                let another = another();
                std::fs::remove_dir_all(&index).unwrap();
                let theirs = another.path().join("index");
                if matches!(done, Done::AnotherLedgers) {
                    std::fs::rename(theirs, index).unwrap();
                } else {
                    let copied = std::process::Command::new("cp").arg("-r").args([&theirs, &index]).status();
                    assert!(copied.unwrap().success());
                }
            }
            Done::Flipped(number) => {
                let (path, mut bytes) = nth(number);
                let place = bytes.len() * (number + 1) / 30 % bytes.len();
                bytes[place] ^= 1 << (number % 8);
                std::fs::write(path, bytes).unwrap();
            }
            Done::Cut(number) => {
                let (path, bytes) = nth(number);
                std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
            }
            Done::Removed(number) => std::fs::remove_file(nth(number).0).unwrap(),
            Done::Emptied => sound.keys().for_each(|path| std::fs::write(path, b"").unwrap()),
            Done::AFile => {
                std::fs::remove_dir_all(&index).unwrap();
                std::fs::write(index, b"not an index").unwrap();
            }
        }
    }
}

/// Another ledger with an index.
fn another() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::create(Arc::new(Files::at(folder.path())), Box::new(clock())).unwrap();
    ledger.post_each(&readable(&operations(7, 60))).unwrap();
    ledger.settle();
    folder
}

fn all_that_is_done() -> Vec<Done> {
    let mut all =
        vec![Done::Nothing, Done::Older, Done::HalfOlder, Done::AnotherLedgers, Done::CopyOfAnotherLedgers];
    all.extend([Done::Emptied, Done::AFile, Done::Deleted]);
    for number in 0..5 {
        all.extend([Done::Flipped(number), Done::Cut(number), Done::Removed(number)]);
    }
    all
}

#[test]
fn whatever_is_done_to_its_files_the_answers_are_those_of_a_ledger_without() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::create(Arc::new(Files::at(folder.path())), Box::new(clock())).unwrap();
    let mut plain = without_index();
    let operations = readable(&operations(11, 700));
    let (first, rest) = operations.split_at(operations.len() / 3);
    for group in first.chunks(20) {
        assert_eq!(ask(&mut ledger, group, Way::Each), ask(&mut plain, group, Way::Each));
    }
    ledger.settle();
    drop(ledger);
    let mut disk = Disk { folder, older: BTreeMap::new() };
    disk.older = bytes_below(&disk.index());
    let all = all_that_is_done();
    let mut groups = rest.chunks(rest.len() / all.len());
    for done in all {
        disk.meet(done);
        let mut ledger = disk.open();
        let group = groups.next().unwrap();
        assert_eq!(ask(&mut ledger, group, Way::Each), ask(&mut plain, group, Way::Each), "{done:?}");
        for group in first.chunks(9).step_by(4) {
            assert_eq!(ask(&mut ledger, group, Way::Each), ask(&mut plain, group, Way::Each), "{done:?}");
        }
        ledger.settle();
        let view = View::open(Arc::new(Files::at(disk.folder.path()))).unwrap();
        let some = &group[group.len() / 2].reference;
        assert_eq!(view.entry_of(some).unwrap(), plain.entry_of(some).unwrap());
        assert_eq!(ledger.root(), plain.root(), "{done:?}");
        drop(ledger);
        assert_eq!(view.entry_of(some).unwrap(), plain.entry_of(some).unwrap(), "{done:?}");
    }
    assert_sound(&Arc::new(Files::at(disk.folder.path())), plain.state().entries());
}
