//! A backup as one file: a plain tar of what it holds and of the journal's segments, which any tar reads.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use ledger_core::journal::{JOURNAL_FOLDER, segment_path};
use ledger_core::storage::{Files, Storage};
use tar::{Archive, Builder, EntryType, Header};

use super::MANIFEST;
use crate::error::CliError;
use crate::output::{Unit, progress};

/// Bytes that are copied at once.
const BUFFER: usize = 1 << 18;

/// Packs the journal of the ledger in a folder into a new file, durably.
pub fn pack(folder: &Path, file: &Path) -> Result<(), CliError> {
    let failed = |error: io::Error| CliError::file("write", file, &error);
    let write = || -> io::Result<()> {
        let mut archive = Builder::new(private(file)?);
        let files = Files::at(folder);
        let segments = files.list(JOURNAL_FOLDER)?.into_iter().map(|name| format!("{JOURNAL_FOLDER}/{name}"));
        for path in std::iter::once(MANIFEST.to_owned()).chain(segments) {
            let mut header = Header::new_gnu();
            header.set_entry_type(EntryType::Regular);
            header.set_mode(0o600);
            header.set_size(files.len(&path)?.unwrap_or(0));
            archive.append_data(&mut header, &path, File::open(folder.join(&path))?)?;
        }
        let mut file = archive.into_inner()?;
        file.flush()?;
        file.sync_all()
    };
    write().map_err(failed)
}

/// Unpacks a file into a new folder, durably. Nothing is taken from it but what [`pack`] puts there.
pub fn unpack(file: &Path, folder: &Path) -> Result<(), CliError> {
    let failed = |error: io::Error| CliError::file("read", file, &error);
    let no_backup = |what: String| {
        let shown = file.display();
        CliError::unverified("not_a_backup", format!("{shown} is no backup of a journal: {what}"))
            .in_french(format!("{shown} n'est pas la sauvegarde d'un journal : {what}"))
    };
    let source = File::open(file).map_err(failed)?;
    let bytes = source.metadata().map_err(failed)?.len();
    let bar = progress(bytes, Unit::Bytes, "unpacking");
    let files = Files::make_at(folder).map_err(|error| CliError::file("make the folder", folder, &error))?;
    let mut archive = Archive::new(source);
    for entry in archive.entries().map_err(failed)? {
        let mut entry = entry.map_err(|error| no_backup(error.to_string()))?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let expected = path == MANIFEST || is_segment(&path);
        if entry.header().entry_type() != EntryType::Regular || !expected {
            return Err(no_backup(format!("{path:?}")));
        }
        let length = entry.size();
        let kept = keep(&mut entry, &files, &path, |bytes| bar.inc(bytes));
        let kept = kept.map_err(|error| no_backup(format!("{path}: {error}")))?;
        if kept != length {
            return Err(no_backup(format!("{path}: {kept} / {length}")));
        }
    }
    bar.finish_and_clear();
    if files.list(JOURNAL_FOLDER).map_err(failed)?.is_empty() {
        return Err(no_backup(format!("{JOURNAL_FOLDER}/?")));
    }
    files.sync_folder(JOURNAL_FOLDER).map_err(|error| CliError::file("sync", folder, &error))
}

fn keep(entry: &mut impl Read, files: &Files, path: &str, mut progress: impl FnMut(u64)) -> io::Result<u64> {
    files.create(path)?;
    let (mut buffer, mut offset) = (vec![0; BUFFER], 0);
    loop {
        let read = entry.read(&mut buffer)?;
        if read == 0 {
            files.sync(path)?;
            return Ok(offset);
        }
        files.write_at(path, offset, &buffer[..read])?;
        offset += read as u64;
        progress(read as u64);
    }
}

/// Whether a path is that of a segment.
fn is_segment(path: &str) -> bool {
    let digits = path.strip_prefix(&format!("{JOURNAL_FOLDER}/")).and_then(|name| name.strip_suffix(".seg"));
    digits.and_then(|digits| digits.parse().ok()).is_some_and(|first| segment_path(first) == path)
}

/// A new file for its owner alone.
pub fn private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().write(true).create_new(true).mode(0o600).open(path)
}
