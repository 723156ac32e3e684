//! Scratch: a storage of files that have no name, so that nothing is left of them however the process ends. A rehearsal keeps
//! there what it would have written; nothing in it is durable.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, PoisonError};

use ledger_core::storage::{Lock, LockError, Storage, read_full};

/// Files without a name in the temporary folder.
#[derive(Debug, Default)]
pub struct Scratch {
    files: Mutex<BTreeMap<String, Arc<File>>>,
}

impl Scratch {
    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, Arc<File>>) -> T) -> T {
        act(&mut self.files.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn file(&self, path: &str) -> io::Result<Arc<File>> {
        self.with(|files| files.get(path).cloned()).ok_or_else(|| absent(path))
    }
}

fn absent(path: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("no file {path}"))
}

impl Storage for Scratch {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let inside = |path: &String| match path.rsplit_once('/').unwrap_or(("", path)) {
            (above, name) if above == folder => Some(name.to_owned()),
            _ => None,
        };
        Ok(self.with(|files| files.keys().filter_map(inside).collect()))
    }

    fn len(&self, path: &str) -> io::Result<Option<u64>> {
        let file = self.with(|files| files.get(path).cloned());
        file.map(|file| file.metadata().map(|metadata| metadata.len())).transpose()
    }

    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        read_full(&*self.file(path)?, offset, buffer)
    }

    fn create(&self, path: &str) -> io::Result<()> {
        let file = Arc::new(tempfile::tempfile()?);
        let there = self.with(|files| files.insert(path.to_owned(), file));
        there.map_or(Ok(()), |_| Err(io::ErrorKind::AlreadyExists.into()))
    }

    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file(path)?.write_all_at(bytes, offset)
    }

    fn extend(&self, path: &str, new_len: u64) -> io::Result<()> {
        let file = self.file(path)?;
        if file.metadata()?.len() < new_len { file.set_len(new_len) } else { Ok(()) }
    }

    fn sync(&self, path: &str) -> io::Result<()> {
        self.file(path).map(drop)
    }

    fn sync_folder(&self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.with(|files| {
            let file = files.remove(from).ok_or_else(|| absent(from))?;
            files.insert(to.to_owned(), file);
            Ok(())
        })
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.with(|files| files.remove(path)).map(drop).ok_or_else(|| absent(path))
    }

    fn lock(&self) -> Result<Box<dyn Lock>, LockError> {
        Err(io::Error::from(io::ErrorKind::Unsupported).into())
    }

    fn lock_held(&self) -> io::Result<bool> {
        Ok(false)
    }
}
