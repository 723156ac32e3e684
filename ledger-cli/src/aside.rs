//! What is made beside its place, and gets its name when everything in it is right; until then nothing has that name.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempDir};

use crate::error::CliError;

/// A folder beside the place of something that is being made; gone when dropped.
#[derive(Debug)]
pub struct Aside {
    place: PathBuf,
    folder: TempDir,
}

impl Aside {
    /// A folder beside `place`. What `place` lies in must be there: a volume that is not mounted must not be taken for one.
    pub fn of(place: &Path) -> Result<Self, CliError> {
        let folder = Builder::new().prefix(".aiga-").suffix(".unfinished").tempdir_in(folder_of(place));
        let folder = folder.map_err(|error| failed(folder_of(place), &error))?;
        Ok(Self { place: place.to_owned(), folder })
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Gives what was made at this path its place, durably; an empty folder may stand there.
    pub fn put(self, made: &Path) -> Result<(), CliError> {
        let put = || -> io::Result<()> {
            fs::rename(made, &self.place)?;
            File::open(folder_of(&self.place))?.sync_all()
        };
        put().map_err(|error| failed(&self.place, &error))
    }
}

/// The folder in which a path lies.
pub fn folder_of(place: &Path) -> &Path {
    place.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn failed(place: &Path, error: &io::Error) -> CliError {
    CliError::file("make something in", place, error)
}
