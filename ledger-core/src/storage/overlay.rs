//! `Overlay`: reads of a base storage, all changes kept aside and forgotten on drop. A dry run takes a whole ledger
//! through it; nothing in it ever changes the base, nor makes anything durable.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};

use super::{
    Lock, LockError, Storage, already_exists, check_folder, check_path, guard, in_memory, not_found,
    split_path,
};

/// A base storage with changes laid over it.
///
/// What is written is kept by byte ranges, so a few bytes written into a 64 MiB file cost a few bytes. The base should
/// not change meanwhile: a file that was changed here keeps the length it had, but its other bytes are read as they are.
pub struct Overlay {
    base: Arc<dyn Storage>,
    aside: Arc<dyn Storage>,
    changes: Mutex<Changes>,
}

#[derive(Debug, Default)]
struct Changes {
    /// The files that differ from the base; `None`: removed.
    files: BTreeMap<String, Option<Layered>>,
    asides_made: u64,
}

/// A file as it is seen here: zeros, over them the base file's bytes, over those the bytes written here.
#[derive(Debug, Clone)]
struct Layered {
    len: u64,
    base: Option<Base>,
    /// Ranges written here, by where they start; they never overlap.
    extents: BTreeMap<u64, Extent>,
    aside: Aside,
}

#[derive(Debug, Clone)]
struct Base {
    path: String,
    len: u64,
}

#[derive(Debug, Clone, Copy)]
struct Extent {
    len: u64,
    /// Where its bytes are in the file kept aside.
    at: u64,
}

#[derive(Debug, Clone)]
struct Aside {
    path: String,
    len: u64,
}

impl Overlay {
    /// Lays changes over `base`, keeping them in `aside` (a scratch [`Memory`](super::Memory), or
    /// [`Files`](super::Files) in a temporary folder), which must be empty and is emptied on drop.
    pub fn new(base: Arc<dyn Storage>, aside: Arc<dyn Storage>) -> Self {
        Self { base, aside, changes: Mutex::default() }
    }

    /// Runs `read` on a file's layers, or on nothing if it is as in the base.
    fn layered<T>(&self, path: &str, read: impl FnOnce(Option<&Layered>) -> io::Result<T>) -> io::Result<T> {
        check_path(path)?;
        match guard(&self.changes).files.get(path) {
            Some(None) => Err(not_found(path)),
            Some(Some(file)) => read(Some(file)),
            None => read(None),
        }
    }
}

impl Changes {
    /// The layers of an existing file, laid over the base at its first change.
    fn file(&mut self, overlay: &Overlay, path: &str) -> io::Result<&mut Layered> {
        check_path(path)?;
        if !self.files.contains_key(path) {
            let len = overlay.base.len(path)?.ok_or_else(|| not_found(path))?;
            self.add(overlay, path, Some(Base { path: path.to_owned(), len }))?;
        }
        self.files.get_mut(path).and_then(Option::as_mut).ok_or_else(|| not_found(path))
    }

    fn add(&mut self, overlay: &Overlay, path: &str, base: Option<Base>) -> io::Result<()> {
        let aside = Aside { path: aside_name(self.asides_made), len: 0 };
        overlay.aside.create(&aside.path)?;
        self.asides_made += 1;
        let len = base.as_ref().map_or(0, |base| base.len);
        self.files.insert(path.to_owned(), Some(Layered { len, base, extents: BTreeMap::new(), aside }));
        Ok(())
    }
}

fn aside_name(number: u64) -> String {
    format!("{number:08}")
}

impl Layered {
    fn read(
        &self,
        base: &dyn Storage,
        aside: &dyn Storage,
        offset: u64,
        buffer: &mut [u8],
    ) -> io::Result<usize> {
        let count = self.len.saturating_sub(offset).min(buffer.len() as u64);
        let (end, buffer) = (offset + count, &mut buffer[..in_memory(count)]);
        buffer.fill(0);
        if let Some(under) = self.base.as_ref().filter(|under| under.len > offset) {
            let within = in_memory((under.len - offset).min(count));
            base.read_at(&under.path, offset, &mut buffer[..within])?;
        }
        let first = self.extents.range(..=offset).next_back().map_or(offset, |(start, _)| *start);
        for (&start, extent) in self.extents.range(first..end) {
            let (from, to) = (start.max(offset), (start + extent.len).min(end));
            if from < to {
                let target = &mut buffer[in_memory(from - offset)..in_memory(to - offset)];
                aside.read_at(&self.aside.path, extent.at + (from - start), target)?;
            }
        }
        Ok(buffer.len())
    }

    fn write(&mut self, aside: &dyn Storage, offset: u64, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let (len, at) = (bytes.len() as u64, self.aside.len);
        aside.write_at(&self.aside.path, at, bytes)?;
        self.aside.len += len;
        self.cut(offset, offset + len);
        match self.extents.range_mut(..offset).next_back() {
            // A journal grows by one write after another: they join into one extent.
            Some((start, before)) if start + before.len == offset && before.at + before.len == at => {
                before.len += len;
            }
            _ => drop(self.extents.insert(offset, Extent { len, at })),
        }
        self.len = self.len.max(offset + len);
        Ok(())
    }

    /// Takes the range `from..to` out of the extents.
    fn cut(&mut self, from: u64, to: u64) {
        let first = self.extents.range(..from).next_back().map_or(from, |(start, _)| *start);
        let touched: Vec<(u64, Extent)> =
            self.extents.range(first..to).map(|(start, extent)| (*start, *extent)).collect();
        for (start, Extent { len, at }) in touched {
            let end = start + len;
            if end <= from {
                continue;
            }
            self.extents.remove(&start);
            if start < from {
                self.extents.insert(start, Extent { len: from - start, at });
            }
            if end > to {
                self.extents.insert(to, Extent { len: end - to, at: at + (to - start) });
            }
        }
    }
}

impl Storage for Overlay {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        check_folder(folder)?;
        let changes = guard(&self.changes);
        let mut names = self.base.list(folder)?;
        names.retain(|name| {
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            !changes.files.contains_key(&path)
        });
        let here = changes.files.iter().filter(|(_, file)| file.is_some()).map(|(path, _)| split_path(path));
        names.extend(here.filter(|(above, _)| *above == folder).map(|(_, name)| name.to_owned()));
        names.sort_unstable();
        Ok(names)
    }

    fn len(&self, path: &str) -> io::Result<Option<u64>> {
        match self.layered(path, |file| file.map_or_else(|| self.base.len(path), |file| Ok(Some(file.len)))) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            len => len,
        }
    }

    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.layered(path, |file| match file {
            Some(file) => file.read(&self.base, &self.aside, offset, buffer),
            None => self.base.read_at(path, offset, buffer),
        })
    }

    fn create(&self, path: &str) -> io::Result<()> {
        if self.len(path)?.is_some() {
            return Err(already_exists(path));
        }
        guard(&self.changes).add(self, path, None)
    }

    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        guard(&self.changes).file(self, path)?.write(&self.aside, offset, bytes)
    }

    fn extend(&self, path: &str, new_len: u64) -> io::Result<()> {
        let mut changes = guard(&self.changes);
        let file = changes.file(self, path)?;
        file.len = file.len.max(new_len);
        Ok(())
    }

    fn sync(&self, path: &str) -> io::Result<()> {
        self.len(path)?.map(drop).ok_or_else(|| not_found(path))
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        check_folder(folder)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        check_path(to)?;
        let mut changes = guard(&self.changes);
        let file = changes.file(self, from)?.clone();
        changes.files.insert(from.to_owned(), None);
        changes.files.insert(to.to_owned(), Some(file));
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut changes = guard(&self.changes);
        changes.file(self, path)?;
        changes.files.insert(path.to_owned(), None);
        Ok(())
    }

    /// Always granted, and unknown to the base: a dry run can do no harm.
    fn lock(&self) -> Result<Box<dyn Lock>, LockError> {
        Ok(Box::new(OverlayLock))
    }

    /// Whether a writer of the base is at work.
    fn lock_held(&self) -> io::Result<bool> {
        self.base.lock_held()
    }
}

#[derive(Debug)]
struct OverlayLock;

impl Lock for OverlayLock {
    fn still_held(&self) -> io::Result<bool> {
        Ok(true)
    }
}

impl fmt::Debug for Overlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Overlay").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Drop for Overlay {
    fn drop(&mut self) {
        for number in 0..guard(&self.changes).asides_made {
            let _ = self.aside.remove(&aside_name(number));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Memory;
    use super::*;

    fn over(base: &Arc<Memory>) -> (Arc<Memory>, Overlay) {
        let aside = Arc::new(Memory::scratch());
        let overlay = Overlay::new(base.clone(), aside.clone());
        (aside, overlay)
    }

    #[test]
    fn names_change_here_and_not_in_the_base() {
        let base = Arc::new(Memory::new());
        base.set_bytes("f/a", b"one".to_vec());
        base.set_bytes("f/b", b"two".to_vec());
        let (aside, overlay) = over(&base);
        overlay.create("f/c").unwrap();
        overlay.write_at("f/c", 1, b"x").unwrap();
        overlay.rename("f/a", "f/z").unwrap();
        overlay.remove("f/b").unwrap();
        assert_eq!(overlay.list("f").unwrap(), ["c", "z"]);
        assert_eq!(overlay.len("f/a").unwrap(), None);
        assert_eq!(overlay.create("f/z").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        let mut buffer = [9; 3];
        assert_eq!(overlay.read_at("f/z", 0, &mut buffer).unwrap(), 3);
        assert_eq!(&buffer, b"one");
        let _lock = overlay.lock().unwrap();
        assert!(!base.lock_held().unwrap());
        assert_eq!(base.list("f").unwrap(), ["a", "b"]);
        drop(overlay);
        assert!(aside.list("").unwrap().is_empty(), "what was kept aside is forgotten");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn an_overlaid_file_reads_like_a_changed_copy(
            original in proptest::collection::vec(1_u8.., 0..60),
            writes in proptest::collection::vec((0_u64..80, proptest::collection::vec(any::<u8>(), 1..30)), 0..12),
            new_len in 0_u64..100,
        ) {
            let base = Arc::new(Memory::new());
            base.set_bytes("x", original.clone());
            let (_aside, overlay) = over(&base);
            let mut copy = original.clone();
            for (offset, bytes) in &writes {
                let start = in_memory(*offset);
                let end = start + bytes.len();
                overlay.write_at("x", *offset, bytes).unwrap();
                copy.resize(copy.len().max(end), 0);
                copy[start..end].copy_from_slice(bytes);
            }
            overlay.extend("x", new_len).unwrap();
            copy.resize(copy.len().max(in_memory(new_len)), 0);
            prop_assert_eq!(overlay.len("x").unwrap(), Some(copy.len() as u64));
            for offset in 0..=copy.len() {
                let mut buffer = [9; 16];
                let count = overlay.read_at("x", offset as u64, &mut buffer).unwrap();
                prop_assert_eq!(&buffer[..count], &copy[offset..copy.len().min(offset + 16)]);
            }
            prop_assert_eq!(base.bytes("x").unwrap(), original);
        }
    }
}
