//! `aiga export`: the journal for other tools. A file appears under its name when all of it is durable.

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use ledger_core::export::{Chart, ExportError, Exported, Format, Period, Year, export, export_fec};
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
    Fec(Year, Box<Chart>),
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
    let what = read(asked)?;
    let view = open::view(&context.folder)?;
    let mut new = NewFile::begin(context, &file, Readers::Owner, There::of(flags.replace))?;
    let mut buffer = BufWriter::with_capacity(BUFFER, &mut new);
    let exported =
        what.write(&view, &mut buffer).and_then(|exported| Ok(buffer.flush().map(|()| exported)?));
    drop(buffer);
    let exported = exported.map_err(|error| refused(error, |error| new.refused(&error)))?;
    new.place()?;
    let unread_end = open::tell_unread_end(context, &view);
    if is_stdout(&file) {
        return Ok(Exit::Done);
    }
    if context.json {
        out.json(&serde_json::json!({
            "file": file.display().to_string(),
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
    }
    Ok(Exit::Done)
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

fn read(asked: Asked<'_>) -> Result<Export, CliError> {
    let (year, path) = match asked {
        Asked::Entries(format, period) => return Ok(Export::Entries(format, period)),
        Asked::Fec { year, chart, .. } => (year, chart),
    };
    let toml = path.map(|path| input::text(path, SETTINGS_BYTES_MAX));
    let chart = Chart::with(&toml.transpose()?.unwrap_or_default())?;
    Ok(Export::Fec(year, Box::new(chart)))
}

impl Export {
    /// Writes everything, behind a bar.
    fn write(&self, view: &View, to: &mut dyn Write) -> Result<Exported, ExportError> {
        let entries = view.last_block()?.map_or(0, |last| last.tree_size);
        let bar = progress(entries, Unit::Entries, "export");
        let mut told = |read| bar.set_position(read);
        let exported = match self {
            Self::Entries(format, period) => export(view, *format, *period, to, &mut told),
            Self::Fec(year, chart) => export_fec(view, *year, chart, to, &mut told),
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
