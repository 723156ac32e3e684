//! `aiga export`: the journal for other tools. A file appears under its name when all of it is durable.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use ledger_core::export::{
    Chart, Encoding, ExportError, Exported, FecForm, Format, Numbering, Period, Siren, Year, export,
    export_fec,
};
use ledger_core::{Date, View};

use crate::args::{Asked, ExportFlags, today};
use crate::aside::{NewFile, Readers, There, is_stdout};
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::input::{self, SETTINGS_BYTES_MAX};
use crate::lang::Lang;
use crate::open;
use crate::output::{Figures, Out, Unit, progress, warn};
use crate::say;

/// Bytes that are written at once.
const BUFFER: usize = 1 << 18;

/// What to export, with everything that was read for it.
enum Export {
    Entries(Format, Period),
    Fec(Box<Fec>),
}

/// A FEC, and what its description says of it.
struct Fec {
    year: Year,
    siren: Siren,
    chart: Chart,
    numbering: Numbering,
    encoding: Encoding,
    /// The name of the file.
    name: String,
}

/// Exports the journal.
pub fn run(context: &Context, out: &mut Out, flags: &ExportFlags) -> Result<Exit, CliError> {
    let asked = flags.asked().ok_or_else(|| {
        CliError::usage("no_year", "only the form fec is of a year")
            .in_french("seule la forme fec est celle d'une année")
    })?;
    match asked {
        Asked::Entries(_, Period { from: Some(from), to: Some(to) }) if from > to => {
            return Err(backwards(from, to));
        }
        Asked::Fec { year, .. } if year.last_day() >= today()? => warn_of_unfinished(context.lang, year),
        _ => {}
    }
    let file = named(flags, asked);
    let what = read(asked, &file)?;
    let view = open::view(&context.folder)?;
    let begin = |path: &Path| NewFile::begin(context, path, Readers::Owner, There::of(flags.replace));
    let mut new = begin(&file)?;
    let beside = what.beside(&file);
    let description = beside.as_deref().map(begin).transpose()?;
    let mut buffer = BufWriter::with_capacity(BUFFER, &mut new);
    let exported =
        what.write(&view, &mut buffer).and_then(|exported| Ok(buffer.flush().map(|()| exported)?));
    drop(buffer);
    let (exported, described) = exported.map_err(|error| refused(error, |error| new.refused(&error)))?;
    place(new, description.zip(described), beside.as_deref().filter(|_| !flags.replace))?;
    let unread_end = open::tell_unread_end(context, &view);
    if is_stdout(&file) {
        return Ok(Exit::Done);
    }
    if context.json {
        out.json(&serde_json::json!({
            "file": file.display().to_string(),
            "description": beside.map(|beside| beside.display().to_string()),
            "entries": exported.entries,
            "tree_size": exported.tree_size,
            "root": exported.root,
            "unread_end": unread_end,
        }))?;
    } else {
        let (file, lang) = (file.display(), context.lang);
        let entries = Figures::new(lang, "").count(exported.entries);
        let root = exported.root;
        out.line(say!(
            lang,
            "{entries} entries in {file}; root of the journal {root}",
            "{entries} écritures dans {file} ; racine du journal {root}"
        ))?;
        if let Some(beside) = beside.as_deref().map(Path::display) {
            out.line(say!(
                lang,
                "The description that the law asks for is in {beside}",
                "La description que demande la loi est dans {beside}"
            ))?;
        }
    }
    Ok(Exit::Done)
}

/// Gives the files their names, the description first: no FEC is without one. `fresh` is where it did not stand before,
/// and does not stay when the FEC cannot be placed.
fn place(
    mut new: NewFile,
    description: Option<(NewFile, Vec<u8>)>,
    fresh: Option<&Path>,
) -> Result<(), CliError> {
    let Some((mut description, text)) = description else { return new.place() };
    description.fill(text)?;
    new.settle()?;
    description.place()?;
    new.place().inspect_err(|_| drop(fresh.map(fs::remove_file)))
}

/// No day is in such a period.
fn backwards(from: Date, to: Date) -> CliError {
    CliError::usage("from_after_to", format!("--from {from} is after --to {to}"))
        .in_french(format!("--from {from} est après --to {to}"))
        .with_figure("from", from)
        .with_figure("to", to)
}

fn warn_of_unfinished(lang: Lang, year: Year) {
    let last = Figures::new(lang, "").date(year.last_day());
    warn(
        lang,
        say!(
            lang,
            "{year} ends on {last}: what is recorded until then is not in this file",
            "{year} finit le {last} : ce qui sera enregistré d'ici là n'est pas dans ce fichier"
        ),
    );
}

/// The file to write. In a folder, a FEC has the name that the law gives it.
fn named<'f>(flags: &'f ExportFlags, asked: Asked<'_>) -> Cow<'f, Path> {
    match asked {
        Asked::Fec { year, siren, .. } if flags.file.is_dir() => {
            flags.file.join(year.file_name(siren)).into()
        }
        _ => flags.file.as_path().into(),
    }
}

fn read(asked: Asked<'_>, file: &Path) -> Result<Export, CliError> {
    let (year, siren, chart, numbering, encoding) = match asked {
        Asked::Entries(format, period) => return Ok(Export::Entries(format, period)),
        Asked::Fec { year, siren, chart, numbering, encoding } => (year, siren, chart, numbering, encoding),
    };
    let named = chart.and_then(Path::to_str).and_then(Chart::named);
    let chart = match (named, chart) {
        (Some(named), _) => named?,
        (None, Some(path)) => Chart::with(&input::text(path, SETTINGS_BYTES_MAX)?)?,
        (None, None) => Chart::shipped()?,
    };
    let name = file.file_name().map_or_else(|| year.file_name(siren), |name| name.to_string_lossy().into());
    Ok(Export::Fec(Box::new(Fec { year, siren: siren.clone(), chart, numbering, encoding, name })))
}

impl Export {
    /// The file of the description that belongs to this export. Beside a device or a pipe there is no place for one.
    fn beside(&self, file: &Path) -> Option<PathBuf> {
        let is_place = !is_stdout(file) && (!file.exists() || file.is_file());
        if !is_place || matches!(self, Self::Entries(..)) {
            return None;
        }
        let mut name: OsString = file.file_stem()?.to_owned();
        name.push("-description.txt");
        Some(file.with_file_name(name))
    }

    /// Writes everything, behind a bar, and returns the description where there is one.
    fn write(&self, view: &View, to: &mut dyn Write) -> Result<(Exported, Option<Vec<u8>>), ExportError> {
        let entries = view.last_block()?.map_or(0, |last| last.tree_size);
        let bar = progress(entries, Unit::Entries, "export");
        let mut told = |read| bar.set_position(read);
        let exported = match self {
            Self::Entries(format, period) => {
                export(view, *format, *period, to, &mut told).map(|exported| (exported, None))
            }
            Self::Fec(fec) => {
                let Fec { year, siren, chart, numbering, encoding, name } = &**fec;
                let form = FecForm { year: *year, chart, numbering: *numbering, encoding: *encoding };
                export_fec(view, form, to, &mut told)
                    .map(|(exported, described)| (exported, Some(described.text(siren, name))))
            }
        };
        bar.finish_and_clear();
        exported
    }
}

fn refused(error: ExportError, output: impl FnOnce(io::Error) -> CliError) -> CliError {
    match error {
        ExportError::Ledger(error) => error.into(),
        ExportError::Output(error) => output(error),
        ExportError::NoEntries { year } => {
            CliError::not_found("no_entries", format!("no euros have moved by the end of {year}"))
                .in_french(format!("aucun euro n'a bougé jusqu'à la fin de {year}"))
        }
    }
}
