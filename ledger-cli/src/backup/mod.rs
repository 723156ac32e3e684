//! `aiga backup` and `aiga restore`: the journal in another place, verified there before it gets its name.

mod archive;

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use ledger_core::View;
use ledger_core::audit::AuditReport;
use ledger_core::backup::{Copied, CopyError, copy_journal};
use ledger_core::journal::{segment_path, segments};
use ledger_core::storage::{Files, Storage};

use self::archive::Archive;
use crate::args::{BackupFlags, RestoreFlags};
use crate::aside::{NewFile, NewFolder, Readers, There, is_stdout};
use crate::audited::audited;
use crate::context::Context;
use crate::error::{CliError, Deed, Exit};
use crate::input;
use crate::interrupt;
use crate::kind::Kind;
use crate::lang::{Lang, failure_in};
use crate::open;
use crate::output::{DIM, Out, Unit, progress};
use crate::say;

/// What a file that holds a backup is called.
const ARCHIVE: &str = "tar";
/// The file in a backup that says how many entries it holds, and their root: a copy of it that was cut short is noticed.
const MANIFEST: &str = "backup.json";
/// The longest such file, in bytes: it has about a hundred.
const MANIFEST_BYTES_MAX: u64 = 4096;

/// Copies the journal to a folder or a file, while a writer may be at work.
pub fn back_up(context: &Context, out: &mut Out, flags: &BackupFlags) -> Result<Exit, CliError> {
    let to = flags.to.as_path();
    if is_stdout(to) {
        return Err(CliError::usage(
            "usage",
            "a backup is verified where it is kept: name a folder or a file",
        )
        .in_french("une sauvegarde est vérifiée là où elle est gardée : indiquez un dossier ou un fichier"));
    }
    if to.metadata().is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return Err(no_place(to));
    }
    let view = open::view(&context.folder)?;
    let source = open::stored(&context.folder)?;
    let report = if is_archive(to) {
        let file = NewFile::begin(context, to, Readers::Owner, There::Stays)?;
        let Some(plain) = file.as_file() else { return Err(no_place(to)) };
        let failed = |error: io::Error| CliError::file(Deed::Write, to, &error);
        let archive = Archive::new(plain).map_err(failed)?;
        let storage: Arc<dyn Storage> = archive.clone();
        let copied = copy(&source, &view, &storage, to)?;
        archive.add(MANIFEST, &manifest(copied)?).and_then(|()| archive.end()).map_err(failed)?;
        let report = verified(&storage, copied)?;
        file.place()?;
        report
    } else {
        let folder = NewFolder::begin(context, to)?;
        let storage = made(&folder.path())?;
        let copied = copy(&source, &view, &storage, to)?;
        write_manifest(&folder.path(), copied)?;
        let report = verified(&storage, copied)?;
        folder.place()?;
        report
    };
    open::tell_unread_end(context, &view);
    tell(context, out, &report, to, |lang, entries, place| {
        say!(
            lang,
            "{entries} entries are in {place}, and verify there.",
            "{entries} écritures sont dans {place}, et y sont vérifiées."
        )
    })
}

/// Makes a ledger of a backup where there is none.
pub fn restore(context: &Context, out: &mut Out, flags: &RestoreFlags) -> Result<Exit, CliError> {
    let (from, place) = (&flags.from, &context.folder);
    let folder = NewFolder::begin(context, place)?;
    let (source, held): (Arc<dyn Storage>, _) = if from.is_dir() {
        (open::stored(from)?, read_manifest(from)?)
    } else {
        Kind::expect_file(from, &[Kind::Backup])?;
        let archive = Archive::open(from)?;
        let bytes = archive.read(MANIFEST).map_err(|error| CliError::file(Deed::Read, from, &error))?;
        let held = bytes.map(|bytes| parse_manifest(&bytes, from)).transpose()?;
        (archive, Some(held.ok_or_else(|| says_nothing(from))?))
    };
    let storage = made(&folder.path())?;
    let copied = copy(&source, &View::open(Arc::clone(&source))?, &storage, place)?;
    if let Some(held) = held {
        check_held(held, &storage)?;
    }
    let report = verified(&storage, copied)?;
    folder.place()?;
    tell(context, out, &report, place, |lang, entries, place| {
        say!(
            lang,
            "{entries} entries verify, and are a ledger in {place}.",
            "{entries} écritures vérifiées, devenues un registre dans {place}."
        )
    })
}

/// The storage of a new folder.
fn made(folder: &Path) -> Result<Arc<dyn Storage>, CliError> {
    let files = interrupt::unless_answering(|| Files::make_at(folder));
    let files = files.map_err(|error| CliError::file(Deed::Make, folder, &error))?;
    Ok(Arc::new(files))
}

/// A device or a pipe cannot be read again to be verified.
fn no_place(to: &Path) -> CliError {
    let shown = to.display();
    CliError::not_found("not_a_free_folder", format!("{shown} is no place for a backup"))
        .in_french(format!("{shown} n'est pas un endroit pour une sauvegarde"))
}

fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ARCHIVE))
}

/// Copies a journal to another storage, with a bar on a terminal. What could not be written is said of `place`.
fn copy(
    source: &Arc<dyn Storage>,
    view: &View,
    to: &Arc<dyn Storage>,
    place: &Path,
) -> Result<Copied, CliError> {
    let length = |first: &u64| source.len(&segment_path(*first)).ok().flatten().unwrap_or(0);
    let bar = progress(segments(source).unwrap_or_default().iter().map(length).sum(), Unit::Bytes, "copying");
    let copied = copy_journal(view, to, |bytes| bar.set_position(bytes));
    bar.finish_and_clear();
    copied.map_err(|error| match error {
        CopyError::Source(error) => error.into(),
        CopyError::Target(error) => CliError::file(Deed::Write, place, &error),
    })
}

fn manifest(copied: Copied) -> Result<Vec<u8>, CliError> {
    let mut bytes = serde_json::to_vec(&copied).map_err(io::Error::from)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn write_manifest(folder: &Path, copied: Copied) -> Result<(), CliError> {
    let (path, bytes) = (folder.join(MANIFEST), manifest(copied)?);
    let write = || -> io::Result<()> {
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&path)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        File::open(folder)?.sync_all()
    };
    write().map_err(|error| CliError::file(Deed::Write, &path, &error))
}

/// What a backup says that it holds; none where it says nothing, as any ledger's folder.
fn read_manifest(folder: &Path) -> Result<Option<Copied>, CliError> {
    let path = folder.join(MANIFEST);
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        _ => parse_manifest(&input::plain_bytes(&path, MANIFEST_BYTES_MAX)?, &path).map(Some),
    }
}

fn parse_manifest(bytes: &[u8], path: &Path) -> Result<Copied, CliError> {
    serde_json::from_slice(bytes).map_err(|error| {
        let (shown, column) = (path.display(), error.column());
        let english = format!("the {MANIFEST} of {shown} does not read, from byte {column} of its line on");
        let french =
            format!("le {MANIFEST} de {shown} ne se lit pas, à partir de l'octet {column} de sa ligne");
        CliError::unverified("not_a_backup", english).in_french(french)
    })
}

/// A file that does not say what it holds may have been cut short, or put together by somebody.
fn says_nothing(file: &Path) -> CliError {
    let shown = file.display();
    CliError::unverified("not_a_backup", format!("{shown} has no {MANIFEST}, which says what it holds"))
        .in_french(format!("{shown} n'a pas de {MANIFEST}, qui dit ce qu'il contient"))
}

/// What a backup in this folder says that it holds must be what its journal begins with; entries may have been added
/// since. A folder that says nothing agrees.
pub fn check_manifest(backup: &Path) -> Result<(), CliError> {
    let Some(held) = read_manifest(backup)? else { return Ok(()) };
    check_held(held, &open::stored(backup)?)
}

fn check_held(held: Copied, journal: &Arc<dyn Storage>) -> Result<(), CliError> {
    let tree = View::open(Arc::clone(journal))?.tree_of(held.entries, |_| {})?;
    let found = Copied { entries: tree.size(), root: tree.root() };
    if found == held { Ok(()) } else { Err(differs(found, held)) }
}

/// Audits a copy: it must hold what was copied.
fn verified(copy: &Arc<dyn Storage>, copied: Copied) -> Result<AuditReport, CliError> {
    let report = right(audited(copy)?)?;
    let found = Copied { entries: report.entries, root: report.root };
    if found == copied { Ok(report) } else { Err(differs(found, copied)) }
}

fn differs(found: Copied, expected: Copied) -> CliError {
    let (found, expected) = (found.entries, expected.entries);
    let message = format!("the backup reads as {found} entries of {expected}, or other ones");
    CliError::unverified("copy_differs", message)
        .in_french(format!("la sauvegarde se lit comme {found} écritures sur {expected}, ou d'autres"))
}

fn right(report: AuditReport) -> Result<AuditReport, CliError> {
    match &report.failure {
        None => Ok(report),
        Some(failure) => {
            let (sequence, segment, offset) = (failure.sequence, &failure.segment, failure.offset);
            let reason = failure_in(Lang::En, failure);
            let message = format!("entry {sequence}, in {segment} at byte {offset}: {reason}");
            let reason = failure_in(Lang::Fr, failure);
            Err(CliError::unverified(failure.code, message)
                .in_french(format!("écriture {sequence}, dans {segment} à l'octet {offset} : {reason}")))
        }
    }
}

fn tell(
    context: &Context,
    out: &mut Out,
    report: &AuditReport,
    place: &Path,
    sentence: impl Fn(Lang, String, std::path::Display<'_>) -> String,
) -> Result<Exit, CliError> {
    if context.json {
        out.json(&serde_json::json!({
            "place": place.display().to_string(), "entries": report.entries, "root": report.root,
            "circulation": report.circulation, "fund": report.fund,
        }))?;
        return Ok(Exit::Done);
    }
    let lang = context.lang;
    let entries = crate::output::Figures::new(lang, "").count(report.entries);
    out.line(sentence(lang, entries, place.display()))?;
    out.line(out.paint(DIM, format_args!("{} {}", lang.root(), report.root)))?;
    Ok(Exit::Done)
}
