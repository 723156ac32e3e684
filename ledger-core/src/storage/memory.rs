//! `Memory`: storage for tests and dry runs. It keeps what is durable apart from what is written, so that a test can
//! cut the power at any moment. It never touches a disk.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex};

use super::{
    Lock, LockError, Storage, already_exists, check_folder, check_path, guard, in_memory, not_found,
    split_path,
};

/// A disk writes a sector whole or not at all; a longer write may be torn at any multiple of this.
const SECTOR_BYTES: u64 = 512;

/// All files in memory.
///
/// Bytes are durable once their file is synced, names (created, renamed, removed) once their folder is: a file that was
/// created and synced is still lost in a crash before [`sync_folder`](Storage::sync_folder).
#[derive(Debug, Default)]
pub struct Memory {
    state: Mutex<State>,
    lock: Arc<Mutex<LockState>>,
    scratch: bool,
}

#[derive(Debug, Clone, Default)]
struct State {
    written: Disk,
    durable: Disk,
    unsynced: Vec<Change>,
    files_made: u64,
}

/// Who holds the lock: the nth that took it.
#[derive(Debug, Default)]
struct LockState {
    holder: Option<u64>,
    taken: u64,
}

/// Files by number, so that a file and its name can be durable one without the other.
#[derive(Debug, Clone, Default)]
struct Disk {
    names: BTreeMap<String, u64>,
    files: BTreeMap<u64, Vec<u8>>,
}

#[derive(Debug, Clone)]
enum Change {
    Name { path: String, file: Option<u64> },
    Bytes { file: u64, offset: u64, bytes: Vec<u8> },
}

impl Memory {
    /// An empty storage.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty storage that nobody will crash: nothing is kept apart, so nothing is durable.
    pub fn scratch() -> Self {
        Self { scratch: true, ..Self::default() }
    }

    /// What a power cut now would leave: only what was durable. The lock is free there.
    #[must_use]
    pub fn crash(&self) -> Self {
        self.crash_keeping(&vec![false; self.unsynced()])
    }

    /// What a power cut would leave if chance had also kept these of the [`unsynced`](Self::unsynced) changes.
    ///
    /// # Panics
    /// If there is not one choice for each unsynced change.
    #[must_use]
    pub fn crash_keeping(&self, kept: &[bool]) -> Self {
        let state = guard(&self.state);
        assert_eq!(kept.len(), state.unsynced.len(), "one choice for each unsynced change");
        let mut durable = state.durable.clone();
        let surviving = state.unsynced.iter().zip(kept).filter(|(_, kept)| **kept);
        surviving.for_each(|(change, _)| durable.apply(change));
        durable.drop_nameless();
        let state =
            State { written: durable.clone(), durable, unsynced: Vec::new(), files_made: state.files_made };
        Self::holding(state)
    }

    /// How many changes are written and not durable, in the order of their writing. A change of a name is one; a write
    /// is one for each sector of 512 bytes that it touches, which is how it may be torn.
    pub fn unsynced(&self) -> usize {
        guard(&self.state).unsynced.len()
    }

    /// Which of the [`unsynced`](Self::unsynced) changes are of files in this folder, or of files that have no name any more.
    pub fn unsynced_in(&self, folder: &str) -> Vec<bool> {
        let state = guard(&self.state);
        let inside = |path: &str| split_path(path).0 == folder;
        let renamed = state.unsynced.iter().filter_map(|change| match change {
            Change::Name { path, file: Some(file) } => Some((path, file)),
            _ => None,
        });
        let names = state.durable.names.iter().chain(&state.written.names).chain(renamed);
        let outside: BTreeSet<u64> = names.filter(|(path, _)| !inside(path)).map(|(_, file)| *file).collect();
        let within = |change: &Change| match change {
            Change::Name { path, .. } => inside(path),
            Change::Bytes { file, .. } => !outside.contains(file),
        };
        state.unsynced.iter().map(within).collect()
    }

    /// What a failed sync may leave behind: bytes that are not durable can still be read, and no later sync writes them.
    /// Names are not forgotten.
    pub fn forget_unsynced(&self) {
        guard(&self.state).unsynced.retain(|change| matches!(change, Change::Name { .. }));
    }

    /// A deep copy, unsynced changes included; the lock is free there.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        Self { scratch: self.scratch, ..Self::holding(guard(&self.state).clone()) }
    }

    /// All bytes of a file, or `None` when there is none.
    pub fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        let state = guard(&self.state);
        state.written.file(path).ok().map(|file| state.written.files[&file].clone())
    }

    /// Makes `bytes` the file's content, durably, name included; the file is created if it is absent.
    pub fn set_bytes(&self, path: &str, bytes: Vec<u8>) {
        let mut state = guard(&self.state);
        let file = state.written.file(path).unwrap_or_else(|_| state.new_file());
        state
            .unsynced
            .retain(|change| !matches!(change, Change::Bytes { file: other, .. } if *other == file));
        state.durable.put(path, file, bytes.clone());
        state.written.put(path, file, bytes);
    }

    /// Flips one bit (0 to 7) of one byte, durably.
    ///
    /// # Panics
    /// If there is no such file or byte.
    pub fn flip(&self, path: &str, offset: u64, bit: u8) {
        let mut bytes = self.bytes(path).unwrap_or_else(|| panic!("no file {path}"));
        bytes[in_memory(offset)] ^= 1 << bit;
        self.set_bytes(path, bytes);
    }

    /// What happens when somebody renames the file of the lock: it is free, and whoever holds it has lost it.
    pub fn lose_lock(&self) {
        guard(&self.lock).holder = None;
    }

    /// Other files, all else new.
    fn holding(state: State) -> Self {
        Self { state: Mutex::new(state), ..Self::default() }
    }

    fn change(&self, state: &mut State, change: Change) {
        state.written.apply(&change);
        if !self.scratch {
            state.unsynced.push(change);
        }
    }
}

impl State {
    fn new_file(&mut self) -> u64 {
        self.files_made += 1;
        self.files_made
    }

    /// Makes the unsynced changes durable that `chosen` picks.
    fn settle(&mut self, chosen: impl Fn(&Change) -> bool) {
        let (settled, left) = std::mem::take(&mut self.unsynced).into_iter().partition(chosen);
        self.unsynced = left;
        let settled: Vec<Change> = settled;
        for change in &settled {
            self.durable.apply(change);
        }
    }
}

impl Disk {
    fn file(&self, path: &str) -> io::Result<u64> {
        self.names.get(path).copied().ok_or_else(|| not_found(path))
    }

    fn put(&mut self, path: &str, file: u64, bytes: Vec<u8>) {
        self.names.insert(path.to_owned(), file);
        self.files.insert(file, bytes);
    }

    fn apply(&mut self, change: &Change) {
        match change {
            Change::Name { path, file: Some(file) } => {
                self.names.insert(path.clone(), *file);
                self.files.entry(*file).or_default();
            }
            Change::Name { path, file: None } => {
                self.names.remove(path);
            }
            Change::Bytes { file, offset, bytes } => {
                let content = self.files.entry(*file).or_default();
                let start = in_memory(*offset);
                let end = start + bytes.len();
                content.resize(content.len().max(end), 0);
                content[start..end].copy_from_slice(bytes);
            }
        }
    }

    fn drop_nameless(&mut self) {
        let Self { names, files } = self;
        files.retain(|file, _| names.values().any(|named| named == file));
    }
}

impl Storage for Memory {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        check_folder(folder)?;
        let state = guard(&self.state);
        let inside =
            state.written.names.keys().map(|path| split_path(path)).filter(|(above, _)| *above == folder);
        Ok(inside.map(|(_, name)| name.to_owned()).collect())
    }

    fn len(&self, path: &str) -> io::Result<Option<u64>> {
        check_path(path)?;
        let state = guard(&self.state);
        Ok(state.written.file(path).ok().map(|file| state.written.files[&file].len() as u64))
    }

    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        check_path(path)?;
        let state = guard(&self.state);
        let content = &state.written.files[&state.written.file(path)?];
        let rest = content.get(in_memory(offset)..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn create(&self, path: &str) -> io::Result<()> {
        check_path(path)?;
        let mut state = guard(&self.state);
        if state.written.names.contains_key(path) {
            return Err(already_exists(path));
        }
        let file = state.new_file();
        self.change(&mut state, Change::Name { path: path.to_owned(), file: Some(file) });
        Ok(())
    }

    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        check_path(path)?;
        let mut state = guard(&self.state);
        let file = state.written.file(path)?;
        let (mut offset, mut rest) = (offset, bytes);
        while !rest.is_empty() {
            let to_sector_end = SECTOR_BYTES - offset % SECTOR_BYTES;
            let (sector, others) = rest.split_at(rest.len().min(in_memory(to_sector_end)));
            self.change(&mut state, Change::Bytes { file, offset, bytes: sector.to_vec() });
            (offset, rest) = (offset + sector.len() as u64, others);
        }
        Ok(())
    }

    fn extend(&self, path: &str, new_len: u64) -> io::Result<()> {
        check_path(path)?;
        let mut state = guard(&self.state);
        let file = state.written.file(path)?;
        let len = state.written.files[&file].len() as u64;
        let bytes = vec![0; in_memory(new_len.saturating_sub(len))];
        self.change(&mut state, Change::Bytes { file, offset: len, bytes });
        state.settle(|change| matches!(change, Change::Bytes { file: other, .. } if *other == file));
        Ok(())
    }

    fn sync(&self, path: &str) -> io::Result<()> {
        check_path(path)?;
        let mut state = guard(&self.state);
        let file = state.written.file(path)?;
        state.settle(|change| matches!(change, Change::Bytes { file: other, .. } if *other == file));
        Ok(())
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        check_folder(folder)?;
        guard(&self.state)
            .settle(|change| matches!(change, Change::Name { path, .. } if split_path(path).0 == folder));
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        check_path(to)?;
        check_path(from)?;
        let mut state = guard(&self.state);
        let file = state.written.file(from)?;
        self.change(&mut state, Change::Name { path: to.to_owned(), file: Some(file) });
        self.change(&mut state, Change::Name { path: from.to_owned(), file: None });
        state.written.drop_nameless();
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        check_path(path)?;
        let mut state = guard(&self.state);
        state.written.file(path)?;
        self.change(&mut state, Change::Name { path: path.to_owned(), file: None });
        state.written.drop_nameless();
        Ok(())
    }

    fn lock(&self) -> Result<Box<dyn Lock>, LockError> {
        let mut state = guard(&self.lock);
        if state.holder.is_some() {
            return Err(LockError::Held { pid: Some(std::process::id()), waited_ms: 0 });
        }
        state.taken += 1;
        state.holder = Some(state.taken);
        Ok(Box::new(MemoryLock { lock: Arc::clone(&self.lock), nth: state.taken }))
    }

    fn lock_held(&self) -> io::Result<bool> {
        Ok(guard(&self.lock).holder.is_some())
    }
}

#[derive(Debug)]
struct MemoryLock {
    lock: Arc<Mutex<LockState>>,
    nth: u64,
}

impl Lock for MemoryLock {
    fn still_held(&self) -> io::Result<bool> {
        Ok(guard(&self.lock).holder == Some(self.nth))
    }
}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        guard(&self.lock).holder.take_if(|holder| *holder == self.nth);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_keeps_what_was_synced_and_named() {
        let memory = Memory::new();
        memory.create("f/x").unwrap();
        memory.extend("f/x", 4).unwrap();
        assert_eq!(memory.crash().bytes("f/x"), None, "the name was not synced");
        memory.sync_folder("f").unwrap();
        memory.write_at("f/x", 1, b"ab").unwrap();
        assert_eq!(memory.bytes("f/x").unwrap(), b"\0ab\0");
        assert_eq!(memory.crash().bytes("f/x").unwrap(), b"\0\0\0\0");
        memory.sync("f/x").unwrap();
        assert_eq!(memory.crash().bytes("f/x").unwrap(), b"\0ab\0");
        memory.remove("f/x").unwrap();
        assert_eq!(memory.bytes("f/x"), None);
        assert_eq!(memory.crash().bytes("f/x").unwrap(), b"\0ab\0", "the removal was not synced");
    }

    #[test]
    fn a_long_write_can_be_torn_at_any_sector() {
        let memory = Memory::new();
        memory.set_bytes("x", vec![0; 2048]);
        memory.write_at("x", 500, &[7; 1000]).unwrap();
        assert_eq!(memory.unsynced(), 3);
        let torn = memory.crash_keeping(&[true, false, true]).bytes("x").unwrap();
        assert_eq!(
            (torn[511], torn[512], torn[1023], torn[1024], torn[1499], torn[1500]),
            (7, 0, 0, 7, 7, 0)
        );
    }

    #[test]
    fn bytes_that_a_failed_sync_forgot_are_read_until_the_power_goes() {
        let memory = Memory::new();
        memory.set_bytes("x", vec![0; 4]);
        memory.write_at("x", 0, b"abcd").unwrap();
        memory.forget_unsynced();
        memory.sync("x").unwrap();
        assert_eq!(memory.bytes("x").unwrap(), b"abcd");
        assert_eq!(memory.crash().bytes("x").unwrap(), [0; 4]);
    }

    #[test]
    fn the_lock_is_exclusive() {
        let memory = Memory::new();
        let lock = memory.lock().unwrap();
        assert!(memory.lock().is_err() && memory.lock_held().unwrap());
        drop(lock);
        assert!(!memory.lock_held().unwrap());
        let lost = memory.lock().unwrap();
        memory.lose_lock();
        let second = memory.lock().unwrap();
        assert!(!lost.still_held().unwrap() && second.still_held().unwrap());
        drop(lost);
        assert!(second.still_held().unwrap() && memory.lock_held().unwrap());
    }
}
