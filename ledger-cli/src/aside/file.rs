//! A new file: whole or not at all, and over nothing that nobody gave up.

use std::fs::{self, File, Permissions};
use std::io::{self, Stdout, Write};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{exists, failed, folder_of, refuse_within_ledger, synced, unfinished, warn_of_leftovers};
use crate::context::Context;
use crate::error::CliError;
use crate::input::output;
use crate::interrupt;
use crate::kind::Kind;
use crate::lang::Lang;

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone.
    Owner,
    /// Whoever may read what its owner makes: it is given away.
    Everybody,
}

/// What happens to a file that has the name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum There {
    /// It stays, and the new one is refused.
    Stays,
    /// The new one takes its place: the user said so.
    Goes,
}

impl There {
    /// What a flag `--replace` says.
    pub fn of(replace: bool) -> Self {
        if replace { Self::Goes } else { Self::Stays }
    }
}

/// A file that is being written. It has its name when it is [placed](Self::place), and leaves nothing behind when it is not.
#[derive(Debug)]
pub struct NewFile {
    path: PathBuf,
    to: To,
}

#[derive(Debug)]
enum To {
    /// A name that is free.
    Free(NamedTempFile),
    /// The place of a file that goes.
    Instead(NamedTempFile),
    /// A device or a pipe, which nothing may take the place of.
    Through(File),
    Stdout(Stdout),
}

/// Whether a path means standard output.
pub fn is_stdout(path: &Path) -> bool {
    ["-", "/dev/stdout"].map(Path::new).contains(&path)
}

impl NewFile {
    /// Begins a file, and refuses what is there, or a place in the ledger, before anything is made.
    pub fn begin(context: &Context, path: &Path, readers: Readers, there: There) -> Result<Self, CliError> {
        if is_stdout(path) {
            interrupt::stdout_taken();
            return Ok(Self { path: path.to_owned(), to: To::Stdout(io::stdout()) });
        }
        refuse_within_ledger(context, path)?;
        if there == There::Goes
            && let Some(kind) = Kind::of_file(path).filter(|kind| *kind != Kind::Export)
        {
            return Err(kept(path, kind));
        }
        Self::begin_anywhere(context, path, readers, there)
    }

    /// Begins a file that the ledger keeps in its own folder.
    pub fn begin_own(context: &Context, path: &Path, there: There) -> Result<Self, CliError> {
        Self::begin_anywhere(context, path, Readers::Owner, there)
    }

    fn begin_anywhere(
        context: &Context,
        path: &Path,
        readers: Readers,
        there: There,
    ) -> Result<Self, CliError> {
        let begun = |path: &Path, to| Ok(Self { path: path.to_owned(), to });
        let kind = fs::metadata(path).map(|there| there.file_type()).ok();
        if kind.is_some_and(|kind| kind.is_char_device() || kind.is_fifo()) {
            return begun(path, To::Through(output(path)?));
        }
        if path.symlink_metadata().is_err() {
            return begun(path, To::Free(aside(context, path, readers)?));
        }
        if there == There::Stays || !kind.is_some_and(|kind| kind.is_file()) {
            return Err(exists(path));
        }
        // Where a link leads.
        let target = path.canonicalize().map_err(|error| failed(path, &error))?;
        let file = aside(context, &target, readers)?;
        if readers == Readers::Everybody {
            let same =
                fs::metadata(&target).and_then(|old| file.as_file().set_permissions(old.permissions()));
            same.map_err(|error| failed(path, &error))?;
        }
        begun(&target, To::Instead(file))
    }

    /// The file, where it is one.
    pub fn as_file(&self) -> Option<&File> {
        match &self.to {
            To::Free(file) | To::Instead(file) => Some(file.as_file()),
            To::Through(_) | To::Stdout(_) => None,
        }
    }

    /// Writes all of a text, durably, but gives it no name yet: what else may be refused can still be.
    pub fn fill(&mut self, text: impl AsRef<[u8]>) -> Result<(), CliError> {
        let filled = self.write_all(text.as_ref()).and_then(|()| self.sync());
        filled.map_err(|error| self.refused(&error))
    }

    /// Makes what was written durable, before this file or another that belongs to it gets its name.
    pub fn settle(&mut self) -> Result<(), CliError> {
        let synced = self.sync();
        synced.map_err(|error| self.refused(&error))
    }

    /// Gives it its name, durably.
    pub fn place(mut self) -> Result<(), CliError> {
        self.settle()?;
        interrupt::finish();
        let path = self.path;
        let placed = match self.to {
            To::Free(file) => file.persist_noclobber(&path).map(drop).map_err(|error| error.error),
            To::Instead(file) => file.persist(&path).map(drop).map_err(|error| error.error),
            To::Through(_) | To::Stdout(_) => return Ok(()),
        };
        placed.and_then(|()| synced(folder_of(&path))).map_err(|error| failed(&path, &error))
    }

    /// Why it could not be written.
    pub fn refused(&self, error: &io::Error) -> CliError {
        match self.to {
            To::Stdout(_) if error.kind() == io::ErrorKind::BrokenPipe => CliError::cut(),
            To::Stdout(_) => CliError::from(io::Error::new(error.kind(), error.to_string())),
            _ => failed(&self.path, error),
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        self.flush()?;
        self.as_file().map_or(Ok(()), File::sync_all)
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.to {
            To::Free(file) | To::Instead(file) => file.write(bytes),
            To::Through(file) => file.write(bytes),
            To::Stdout(stdout) => stdout.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            To::Free(file) | To::Instead(file) => file.flush(),
            To::Through(file) => file.flush(),
            To::Stdout(stdout) => stdout.flush(),
        }
    }
}

fn aside(context: &Context, path: &Path, readers: Readers) -> Result<NamedTempFile, CliError> {
    let folder = folder_of(path);
    warn_of_leftovers(context, folder);
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::Everybody => 0o666,
    };
    let begin =
        || unfinished(|builder| builder.permissions(Permissions::from_mode(mode)).tempfile_in(folder));
    interrupt::begin(begin).map_err(|error| failed(path, &error))
}

/// A proof, a backup, a key or a file of operations cannot be made again as an export or a report can.
fn kept(path: &Path, kind: Kind) -> CliError {
    let (shown, english, french) = (path.display(), kind.named(Lang::En), kind.named(Lang::Fr));
    CliError::not_found("file_exists", format!("{shown} is {english} and stays as it is"))
        .in_french(format!("{shown} est {french} : ce fichier reste tel quel"))
}
