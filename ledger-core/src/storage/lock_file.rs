//! The file `lock`: held (flock) by the one writer, and signed by it, so that a writer notices when the lock has been taken
//! from it behind its back. It never removes the file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{LockError, open_plain};

/// The first pause before the lock is asked for again; each is twice the one before, up to the longest.
const PAUSE_FIRST: Duration = Duration::from_millis(1);
/// Short, so that whoever has waited long has as good a chance as whoever has just come.
const PAUSE_LONGEST: Duration = Duration::from_millis(10);
/// A reader that asks whether the lock is held has it for an instant, so nobody waits for less than this.
const WAIT_LEAST: Duration = Duration::from_millis(20);

/// How long to wait for the lock.
#[derive(Debug, Clone, Copy, Default)]
pub struct Patience {
    /// The longest wait.
    pub wait: Duration,
}

/// The lock, held until dropped.
#[derive(Debug)]
pub(super) struct LockFile {
    path: PathBuf,
    file: File,
    /// What was written into the file; none where there was no room for it.
    signature: Option<String>,
}

impl LockFile {
    /// Takes the lock in this folder.
    pub(super) fn take(folder: &Path, patience: Patience) -> Result<Self, LockError> {
        let path = folder.join("lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).mode(0o600);
        let file = match options.clone().create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => open_plain(&path, &options)?,
            file => file?,
        };
        wait_for(&file, patience)?;
        let signature = signature();
        // The signature is for those who have to wait, and for other writers that the system does not keep out. A full disk
        // may have no room for it: the lock holds all the same.
        let signed =
            file.set_len(0).and_then(|()| file.write_all_at(signature.as_bytes(), 0)).map(|()| signature);
        Ok(Self { path, file, signature: signed.ok() })
    }

    /// Whether the file still has its name, and nobody else has signed it.
    pub(super) fn still_held(&self) -> io::Result<bool> {
        let named = match self.path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            named => named?,
        };
        let held = self.file.metadata()?;
        if (named.dev(), named.ino()) != (held.dev(), held.ino()) {
            return Ok(false);
        }
        let Some(signature) = &self.signature else { return Ok(true) };
        let mut found = vec![0; signature.len() + 1];
        let count = self.file.read_at(&mut found, 0)?;
        Ok(found[..count] == *signature.as_bytes())
    }

    /// Whether somebody holds the lock in this folder now.
    pub(super) fn is_held(folder: &Path) -> io::Result<bool> {
        let file = match open_plain(&folder.join("lock"), OpenOptions::new().read(true)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            file => file?,
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // A signature that another writer has written meanwhile stays.
        if self.still_held().unwrap_or(false) {
            let _ = self.file.set_len(0);
        }
        let _ = self.file.unlock();
    }
}

fn wait_for(file: &File, patience: Patience) -> Result<(), LockError> {
    let (began, wait) = (Instant::now(), patience.wait.max(WAIT_LEAST));
    let mut pause = PAUSE_FIRST;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error.into()),
            Err(TryLockError::WouldBlock) => {}
        }
        let waited = began.elapsed();
        let Some(left) = wait.checked_sub(waited).filter(|left| !left.is_zero()) else {
            let waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
            return Err(LockError::Held { pid: read_pid(file), waited_ms });
        };
        thread::sleep(pause.min(left));
        pause = (2 * pause).min(PAUSE_LONGEST);
    }
}

/// The process id on the first line, and on the second what no other holder writes.
fn signature() -> String {
    static TAKEN: AtomicU64 = AtomicU64::new(0);
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (pid, nth) = (std::process::id(), TAKEN.fetch_add(1, Ordering::Relaxed));
    format!("{pid}\n{}-{nth}\n", since_epoch.as_nanos())
}

fn read_pid(file: &File) -> Option<u32> {
    let mut text = [0; 16];
    let count = file.read_at(&mut text, 0).ok()?;
    pid_in(&text[..count])
}

/// The process id in the file's first bytes.
pub(crate) fn pid_in(text: &[u8]) -> Option<u32> {
    let first = text.split(|byte| *byte == b'\n').next()?;
    std::str::from_utf8(first).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn take(folder: &Path) -> Result<LockFile, LockError> {
        LockFile::take(folder, Patience::default())
    }

    #[test]
    fn a_lock_whose_file_is_renamed_replaced_or_signed_by_another_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let (path, aside) = (folder.path().join("lock"), folder.path().join("aside"));
        let lock = take(folder.path()).unwrap();
        assert!(lock.still_held().unwrap());
        fs::rename(&path, &aside).unwrap();
        assert!(!lock.still_held().unwrap(), "it has no name");
        let second = take(folder.path()).unwrap();
        assert!(!lock.still_held().unwrap() && second.still_held().unwrap(), "another file has its name");
        drop(second);
        fs::rename(&aside, &path).unwrap();
        assert!(lock.still_held().unwrap(), "it is back, and nobody was there");
        let signed = fs::read(&path).unwrap();
        fs::write(&path, "4711\n12-0\n").unwrap();
        assert!(!lock.still_held().unwrap(), "another writer, whom flock did not keep out");
        fs::write(&path, signed).unwrap();
        assert!(lock.still_held().unwrap());
        fs::write(&path, "4711\n12-0\n").unwrap();
        drop(lock);
        assert_eq!(fs::read(&path).unwrap(), b"4711\n12-0\n", "the signature of the other stays");
    }

    #[test]
    fn whoever_waits_gets_the_lock_when_it_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let lock = take(folder.path()).unwrap();
        thread::scope(|scope| {
            let patience = Patience { wait: Duration::from_mins(1) };
            let waiting = scope.spawn(move || LockFile::take(folder.path(), patience).map(drop));
            thread::sleep(Duration::from_millis(30));
            drop(lock);
            waiting.join().unwrap().unwrap();
        });
    }
}
