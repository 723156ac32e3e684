//! `aiga backup` and `aiga restore`: the journal in another place, verified there before it gets its name.

mod archive;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use ledger_core::View;
use ledger_core::audit::AuditReport;
use ledger_core::backup::{Copied, copy_journal};
use ledger_core::journal::{segment_path, segments};
use ledger_core::storage::{Files, Storage};

use crate::args::{BackupFlags, RestoreFlags};
use crate::aside::Aside;
use crate::audit::audited;
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::lang::Lang;
use crate::open::{self, Place};
use crate::output::{DIM, Out, Unit, progress};
use crate::say;

/// What a file that holds a backup is called.
const ARCHIVE: &str = "tar";
/// The file in a backup that says how many entries it holds, and their root: a copy of it that was cut short is noticed.
const MANIFEST: &str = "backup.json";

/// Copies the journal to a folder or a file, while a writer may be at work.
pub fn back_up(context: &Context, out: &mut Out, flags: &BackupFlags) -> Result<Exit, CliError> {
    let to = &flags.to;
    let free = if is_archive(to) { !to.exists() } else { open::place(to)? == Place::Free };
    if !free {
        return Err(open::not_free(to));
    }
    let view = open::view(&context.folder)?;
    if is_within(to, &context.folder) {
        let message = "a backup in the ledger's own folder would be lost with it";
        return Err(CliError::not_found("not_a_free_folder", message)
            .in_french("une sauvegarde dans le dossier du registre serait perdue avec lui"));
    }
    let aside = Aside::of(to)?;
    let (folder, archive) = (aside.path("ledger"), aside.path("archive"));
    let copied = copy(&context.folder, &view, &folder)?;
    write_manifest(&folder, copied)?;
    let report = if is_archive(to) {
        archive::pack(&folder, &archive)?;
        let again = aside.path("again");
        archive::unpack(&archive, &again)?;
        verified(&again, copied)?
    } else {
        verified(&folder, copied)?
    };
    aside.put(if is_archive(to) { &archive } else { &folder })?;
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
    if open::place(place)? != Place::Free {
        return Err(open::not_free(place));
    }
    let aside = Aside::of(place)?;
    let folder = aside.path("ledger");
    let report = if from.is_dir() {
        let copied = copy(from, &open::view(from)?, &folder)?;
        check_manifest(from, &folder)?;
        verified(&folder, copied)?
    } else {
        archive::unpack(from, &folder)?;
        let held = read_manifest(&folder)?.ok_or_else(|| open::no_ledger(from))?;
        let manifest = folder.join(MANIFEST);
        fs::remove_file(&manifest).map_err(|error| CliError::file("remove", &manifest, &error))?;
        verified(&folder, held)?
    };
    aside.put(&folder)?;
    tell(context, out, &report, place, |lang, entries, place| {
        say!(
            lang,
            "{entries} entries verify, and are a ledger in {place}.",
            "{entries} écritures vérifiées, devenues un registre dans {place}."
        )
    })
}

/// Whether a new path lies in a folder.
fn is_within(path: &Path, folder: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().ok();
    whole(folder).is_some_and(|folder| {
        path.ancestors()
            .skip(1)
            .find_map(|above| whole(if above.as_os_str().is_empty() { Path::new(".") } else { above }))
            .is_some_and(|above| above.starts_with(folder))
    })
}

fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ARCHIVE))
}

/// Copies the journal of the ledger in one folder to another, with a bar on a terminal.
fn copy(from: &Path, view: &View, to: &Path) -> Result<Copied, CliError> {
    let files = Files::make_at(to).map_err(|error| CliError::file("make the folder", to, &error))?;
    let (source, to): (Arc<dyn Storage>, Arc<dyn Storage>) = (open::stored(from)?, Arc::new(files));
    let length = |first: &u64| source.len(&segment_path(*first)).ok().flatten().unwrap_or(0);
    let bar =
        progress(segments(&source).unwrap_or_default().iter().map(length).sum(), Unit::Bytes, "copying");
    let copied = copy_journal(view, &to, |bytes| bar.set_position(bytes));
    bar.finish_and_clear();
    Ok(copied?)
}

fn write_manifest(folder: &Path, copied: Copied) -> Result<(), CliError> {
    let path = folder.join(MANIFEST);
    let write = || -> io::Result<()> {
        let mut file = archive::private(&path)?;
        serde_json::to_writer(&mut file, &copied)?;
        file.write_all(b"\n")?;
        file.sync_all()
    };
    write().map_err(|error| CliError::file("write", &path, &error))
}

/// What a backup says that it holds; none where it says nothing, as any ledger's folder.
fn read_manifest(folder: &Path) -> Result<Option<Copied>, CliError> {
    let path = folder.join(MANIFEST);
    match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            let shown = path.display();
            CliError::unverified("not_a_backup", format!("{shown}: {error}"))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CliError::file("read", &path, &error)),
    }
}

/// What a backup says that it holds must be what a journal begins with; entries may have been added since. A folder that
/// says nothing agrees.
pub fn check_manifest(backup: &Path, journal: &Path) -> Result<(), CliError> {
    let Some(held) = read_manifest(backup)? else { return Ok(()) };
    let tree = open::view(journal)?.tree_of(held.entries, |_| {})?;
    let found = Copied { entries: tree.size(), root: tree.root() };
    if found == held { Ok(()) } else { Err(differs(found, held)) }
}

/// Audits a copy: it must hold what was copied.
fn verified(folder: &Path, copied: Copied) -> Result<AuditReport, CliError> {
    let report = right(audited(folder)?)?;
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
            let reason = &failure.reason;
            let message = format!("entry {sequence}, in {segment} at byte {offset}: {reason}");
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
            "place": place, "entries": report.entries, "root": report.root,
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
