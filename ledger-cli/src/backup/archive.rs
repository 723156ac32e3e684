//! A backup as one file: a plain tar of what it holds and of the journal's segments, which any tar reads. It is a storage:
//! a journal is copied into it and out of it as into a folder, and nothing else is ever in it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ledger_core::journal::{JOURNAL_FOLDER, SEGMENT_BYTES_MAX, segment_path};
use ledger_core::storage::{Lock, LockError, Storage};
use tar::{EntryType, Header};

use super::{MANIFEST, MANIFEST_BYTES_MAX};
use crate::error::{CliError, Deed};
use crate::input;
use crate::lang::Lang;
use crate::say;

/// A tar is made of blocks of so many bytes.
const BLOCK: u64 = 512;

/// A tar.
#[derive(Debug)]
pub struct Archive {
    file: File,
    parts: Mutex<Vec<Part>>,
}

/// A file in it.
#[derive(Clone, Debug)]
struct Part {
    path: String,
    /// Where its bytes begin, and how many they are.
    start: u64,
    len: u64,
}

impl Part {
    /// Where the next one begins.
    fn end(&self) -> u64 {
        (self.start + self.len).next_multiple_of(BLOCK)
    }
}

impl Archive {
    /// A new one in an empty file.
    pub fn new(file: &File) -> io::Result<Arc<Self>> {
        Ok(Arc::new(Self { file: file.try_clone()?, parts: Mutex::default() }))
    }

    /// Opens one. Nothing may be in it but what a backup puts there, and all of that.
    pub fn open(path: &Path) -> Result<Arc<Self>, CliError> {
        let no_backup = |what: &dyn Fn(Lang) -> String| {
            let (shown, english, french) = (path.display(), what(Lang::En), what(Lang::Fr));
            CliError::unverified("not_a_backup", format!("{shown} is no backup of a journal: {english}"))
                .in_french(format!("{shown} n'est pas la sauvegarde d'un journal : {french}"))
        };
        let failed = |error: io::Error| CliError::file(Deed::Read, path, &error);
        let file = input::plain(path)?;
        let bytes = file.metadata().map_err(failed)?.len();
        let mut archive = tar::Archive::new(file.try_clone().map_err(failed)?);
        let mut parts: Vec<Part> = Vec::new();
        // Raw: a header of another kind, such as one with a long name, is an entry here, and nothing is read for it.
        for entry in archive.entries_with_seek().map_err(failed)?.raw(true) {
            // The reader of tars quotes what it did not understand.
            let entry = entry.map_err(|_| {
                let after = parts.last().map_or(0, Part::end);
                no_backup(&|lang| {
                    say!(
                        lang,
                        "its header at byte {after} does not read, or it was cut off there",
                        "son en-tête à l'octet {after} ne se lit pas, ou la fin a été coupée"
                    )
                })
            })?;
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let known = path == MANIFEST || is_segment(&path);
            let twice = parts.iter().any(|part| part.path == path);
            if entry.header().entry_type() != EntryType::Regular || !known || twice {
                return Err(no_backup(&|lang| {
                    say!(lang, "{path:?} has no place in one", "{path:?} n'y a pas sa place")
                }));
            }
            let part = Part { path, start: entry.raw_file_position(), len: entry.size() };
            if part.start.checked_add(part.len).is_none_or(|end| end > bytes) {
                let (path, there) = (part.path, bytes.saturating_sub(part.start));
                let len = part.len;
                return Err(no_backup(&|lang| {
                    say!(
                        lang,
                        "of the {len} bytes of {path}, {there} are there: the file was cut off",
                        "des {len} octets de {path}, {there} sont là : le fichier a été coupé"
                    )
                }));
            }
            let most = if part.path == MANIFEST { MANIFEST_BYTES_MAX } else { SEGMENT_BYTES_MAX };
            if part.len > most {
                let (path, len) = (part.path, part.len);
                return Err(no_backup(&|lang| {
                    say!(
                        lang,
                        "{path} has {len} bytes, and none has more than {most}",
                        "{path} a {len} octets, et aucun n'en a plus de {most}"
                    )
                }));
            }
            parts.push(part);
        }
        if !parts.iter().any(|part| is_segment(&part.path)) {
            return Err(no_backup(&|lang| {
                lang.of("no file of a journal is in it", "il ne contient aucun fichier d'un journal")
                    .to_owned()
            }));
        }
        Ok(Arc::new(Self { file, parts: Mutex::new(parts) }))
    }

    /// Writes a whole file into it.
    pub fn add(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.create(path)?;
        self.write_at(path, 0, bytes)?;
        self.sync(path)
    }

    /// All bytes of a file in it, if it is there.
    pub fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        let Some(len) = self.len(path)? else { return Ok(None) };
        let mut bytes = vec![0; usize::try_from(len).map_err(io::Error::other)?];
        self.read_at(path, 0, &mut bytes)?;
        Ok(Some(bytes))
    }

    /// Ends it as a tar ends: by two empty blocks.
    pub fn end(&self) -> io::Result<()> {
        let end = self.parts().last().map_or(0, Part::end);
        self.file.set_len(end + 2 * BLOCK)
    }

    fn parts(&self) -> MutexGuard<'_, Vec<Part>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn part(&self, path: &str) -> Option<Part> {
        self.parts().iter().find(|part| part.path == path).cloned()
    }
}

/// Whether a path is that of a segment.
fn is_segment(path: &str) -> bool {
    let digits = path.strip_prefix(&format!("{JOURNAL_FOLDER}/")).and_then(|name| name.strip_suffix(".seg"));
    digits.and_then(|digits| digits.parse().ok()).is_some_and(|first| segment_path(first) == path)
}

fn absent() -> io::Error {
    io::ErrorKind::NotFound.into()
}

/// What nobody asks of a backup.
fn unsupported() -> io::Error {
    io::ErrorKind::Unsupported.into()
}

impl Storage for Archive {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let parts = self.parts();
        let within = |part: &Part| {
            let (above, name) = part.path.rsplit_once('/').unwrap_or(("", &part.path));
            (above == folder).then(|| name.to_owned())
        };
        let mut names: Vec<String> = parts.iter().filter_map(within).collect();
        names.sort();
        Ok(names)
    }

    fn len(&self, path: &str) -> io::Result<Option<u64>> {
        Ok(self.part(path).map(|part| part.len))
    }

    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let part = self.part(path).ok_or_else(absent)?;
        let left = part.len.saturating_sub(offset);
        let wanted = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        self.file.read_exact_at(&mut buffer[..wanted], part.start + offset)?;
        Ok(wanted)
    }

    /// One is written after the other.
    fn create(&self, path: &str) -> io::Result<()> {
        let mut parts = self.parts();
        if parts.iter().any(|part| part.path == path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let start = parts.last().map_or(0, Part::end) + BLOCK;
        parts.push(Part { path: path.to_owned(), start, len: 0 });
        Ok(())
    }

    /// The last one grows at its end.
    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut parts = self.parts();
        let last = parts.last_mut().filter(|part| part.path == path && part.len == offset);
        let last = last.ok_or_else(unsupported)?;
        self.file.write_all_at(bytes, last.start + offset)?;
        last.len += bytes.len() as u64;
        Ok(())
    }

    /// Its length is known now.
    fn sync(&self, path: &str) -> io::Result<()> {
        let part = self.part(path).ok_or_else(absent)?;
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_path(path)?;
        header.set_mode(0o600);
        header.set_size(part.len);
        header.set_cksum();
        self.file.write_all_at(header.as_bytes(), part.start - BLOCK)?;
        self.file.sync_data()
    }

    fn sync_folder(&self, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn extend(&self, _: &str, _: u64) -> io::Result<()> {
        Err(unsupported())
    }

    fn rename(&self, _: &str, _: &str) -> io::Result<()> {
        Err(unsupported())
    }

    fn remove(&self, _: &str) -> io::Result<()> {
        Err(unsupported())
    }

    fn lock(&self) -> Result<Box<dyn Lock>, LockError> {
        Err(unsupported().into())
    }

    fn lock_held(&self) -> io::Result<bool> {
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A backup of a segment, as a tar.
    fn true_backup(path: &Path) -> Vec<u8> {
        let file = File::options().read(true).write(true).create(true).truncate(true).open(path).unwrap();
        let archive = Archive::new(&file).unwrap();
        archive.add(&segment_path(1), &[7; 700]).unwrap();
        archive.add(MANIFEST, b"{}\n").unwrap();
        archive.end().unwrap();
        std::fs::read(path).unwrap()
    }

    #[test]
    fn what_was_put_in_comes_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backup.tar");
        true_backup(&path);
        let archive = Archive::open(&path).unwrap();
        assert_eq!(archive.read(&segment_path(1)).unwrap(), Some(vec![7; 700]));
        assert_eq!(archive.read(MANIFEST).unwrap(), Some(b"{}\n".to_vec()));
        assert_eq!(archive.read("journal/x").unwrap(), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn a_backup_of_other_bytes_is_refused_or_holds_no_more_than_its_file(
            edits in proptest::collection::vec((0_usize..3072, any::<u8>()), 0..6),
            with_checksums in any::<bool>(),
            len in prop_oneof![2 => Just(usize::MAX), 1 => 0..3072_usize],
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("backup.tar");
            let mut bytes = true_backup(&path);
            for (at, byte) in edits {
                bytes[at] = byte;
            }
            if with_checksums {
                for start in [0, 1536] {
                    let mut header = Header::new_old();
                    header.as_mut_bytes().copy_from_slice(&bytes[start..start + 512]);
                    header.set_cksum();
                    bytes[start..start + 512].copy_from_slice(header.as_bytes());
                }
            }
            bytes.truncate(len);
            std::fs::write(&path, &bytes).unwrap();
            if let Ok(archive) = Archive::open(&path) {
                prop_assert!(!archive.list(JOURNAL_FOLDER).unwrap().is_empty());
                let parts = archive.parts().clone();
                for part in parts {
                    let read = archive.read(&part.path).unwrap();
                    prop_assert!(read.is_some_and(|read| read.len() <= bytes.len()));
                }
            }
        }
    }
}
