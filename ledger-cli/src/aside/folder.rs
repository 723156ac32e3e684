//! A new folder: whole or not at all, where there is nothing, or an empty folder.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{folder_of, refuse_within_ledger, synced, unfinished, warn_of_leftovers};
use crate::context::Context;
use crate::error::{CliError, Deed};
use crate::interrupt;
use crate::open::{self, Place};

/// A folder that is being made. It has its name when it is [placed](Self::place), and leaves nothing behind when it is not.
#[derive(Debug)]
pub struct NewFolder {
    place: PathBuf,
    aside: TempDir,
}

impl NewFolder {
    /// Begins a folder, and refuses a place that is not free, or where it could not be put in the end. What the place lies
    /// in must be there: a volume that is not mounted must not be taken for one.
    pub fn begin(context: &Context, place: &Path) -> Result<Self, CliError> {
        refuse_within_ledger(context, place)?;
        if open::place(place)? != Place::Free {
            return Err(open::not_free(place));
        }
        let mut place = place.to_owned();
        if place.symlink_metadata().is_ok() {
            // Where a link leads.
            place = place.canonicalize().map_err(|error| CliError::file(Deed::LookInto, &place, &error))?;
            refuse_volume(&place)?;
        }
        let folder = folder_of(&place);
        warn_of_leftovers(context, folder);
        let aside = interrupt::begin(|| unfinished(|builder| builder.tempdir_in(folder)))
            .map_err(|error| CliError::file(Deed::Write, &place, &error))?;
        Ok(Self { place, aside })
    }

    /// Where it is until then; there is no folder there yet.
    pub fn path(&self) -> PathBuf {
        self.aside.path().join("ledger")
    }

    /// Gives it its name, durably.
    pub fn place(self) -> Result<(), CliError> {
        interrupt::finish();
        let place = &self.place;
        let placed = fs::rename(self.path(), place).and_then(|()| synced(folder_of(place)));
        placed.map_err(|error| match error.kind() {
            io::ErrorKind::DirectoryNotEmpty
            | io::ErrorKind::AlreadyExists
            | io::ErrorKind::NotADirectory => open::not_free(place),
            _ => CliError::file(Deed::Write, place, &error),
        })
    }
}

/// Nothing can take the place of a volume, though it be empty.
fn refuse_volume(place: &Path) -> Result<(), CliError> {
    let device = |path: &Path| fs::metadata(path).map(|found| found.dev());
    let looked = device(place).and_then(|own| Ok(own != device(&place.join(".."))?));
    if !looked.map_err(|error| CliError::file(Deed::LookInto, place, &error))? {
        return Ok(());
    }
    let shown = place.display();
    let message = format!("{shown} is a volume of its own: name a new folder in it");
    Err(CliError::not_found("not_a_free_folder", message)
        .in_french(format!("{shown} est un volume à part entière : indiquez-y un nouveau dossier")))
}
