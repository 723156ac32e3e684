//! What is made beside its place, and gets its name when all of it is there; until then nothing has that name.

mod file;
mod folder;

use std::io;
use std::path::{Path, PathBuf};
use std::process;

use tempfile::Builder;

pub use self::file::{NewFile, Readers, There, is_stdout};
pub use self::folder::NewFolder;
use crate::context::Context;
use crate::error::{CliError, Deed};
use crate::output::warn;
use crate::say;

/// How the name begins and ends that something has until it is whole; between them stands the process that makes it.
const PREFIX: &str = ".aiga-";
const SUFFIX: &str = ".unfinished";

/// The folder in which a path lies.
fn folder_of(place: &Path) -> &Path {
    place.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Where a path leads in the end; what is not there yet lies where its folder leads.
fn resolved(path: &Path) -> Option<PathBuf> {
    if let Ok(whole) = path.canonicalize() {
        return Some(whole);
    }
    let name = path.file_name()?;
    Some(resolved(folder_of(path))?.join(name))
}

/// Refuses a place in the folder of the ledger: whoever deletes, moves or replaces that folder must not lose anything else.
fn refuse_within_ledger(context: &Context, place: &Path) -> Result<(), CliError> {
    let within = resolved(place).zip(resolved(&context.folder));
    if !within.is_some_and(|(place, ledger)| place != ledger && place.starts_with(ledger)) {
        return Ok(());
    }
    let shown = place.display();
    let message = format!(
        "{shown} lies in the folder of the ledger, where nothing else is kept: it would be lost with it"
    );
    Err(CliError::not_found("in_the_ledger", message).in_french(format!(
        "{shown} est dans le dossier du registre, où rien d'autre n'est gardé : il serait perdu avec lui"
    )))
}

/// Refuses two of these, each asked for by a flag, that would be one file.
pub fn apart(wanted: &[(&str, Option<&Path>)]) -> Result<(), CliError> {
    let mut places: Vec<(&str, PathBuf)> = Vec::new();
    for (flag, path) in wanted {
        let Some(place) = path.filter(|path| !is_stdout(path)).and_then(resolved) else { continue };
        if let Some((other, _)) = places.iter().find(|(_, other)| *other == place) {
            let shown = place.display();
            return Err(CliError::usage("usage", format!("{other} and {flag} both name {shown}"))
                .in_french(format!("{other} et {flag} désignent tous deux {shown}")));
        }
        places.push((flag, place));
    }
    Ok(())
}

/// Names for what is not whole yet.
fn unfinished<T>(make: impl FnOnce(&mut Builder<'_, '_>) -> io::Result<T>) -> io::Result<T> {
    make(Builder::new().prefix(&format!("{PREFIX}{}-", process::id())).suffix(SUFFIX))
}

/// Whether a name is that of something which the process that made it has left.
fn is_left(name: &str) -> bool {
    let between = name.strip_prefix(PREFIX).and_then(|name| name.strip_suffix(SUFFIX));
    let process = between.and_then(|between| between.split_once('-')).map(|(process, _)| process);
    process.is_some_and(|process| {
        process != process::id().to_string() && !Path::new("/proc").join(process).exists()
    })
}

/// Names what a run that was interrupted has left in this folder.
fn warn_of_leftovers(context: &Context, folder: &Path) {
    let Ok(list) = folder.read_dir() else { return };
    for entry in list.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if is_left(&name) {
            let left = folder.join(&*name);
            let left = left.display();
            warn(
                context.lang,
                say!(
                    context.lang,
                    "{left} was left by a run that was interrupted; delete it, unless another aiga is at work there",
                    "{left} vient d'une commande interrompue ; supprimez-le, sauf si un autre aiga y travaille"
                ),
            );
        }
    }
}

fn synced(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

fn failed(place: &Path, error: &io::Error) -> CliError {
    match error.kind() {
        io::ErrorKind::AlreadyExists => exists(place),
        _ => CliError::file(Deed::Write, place, error),
    }
}

/// What is there stays.
fn exists(place: &Path) -> CliError {
    let shown = place.display();
    CliError::not_found("file_exists", format!("{shown} is there already and stays as it is"))
        .in_french(format!("{shown} existe déjà et reste tel quel"))
}
