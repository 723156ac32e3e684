//! `aiga import-journal`: a new ledger of an exported journal. It is made beside its folder and gets that name when
//! everything in it agrees.

use std::io::{BufRead, BufReader};
use std::path::Path;

use ledger_core::export::{ImportJournalError, Imported, import};

use crate::args::ImportFlags;
use crate::aside::NewFolder;
use crate::context::Context;
use crate::error::{CliError, Deed, Exit};
use crate::input::Input;
use crate::kind::Kind;
use crate::lang::french_line_reason;
use crate::open;
use crate::output::{DIM, Figures, Out, Unit, progress};
use crate::say;

/// Imports a journal into a folder where there is no ledger yet.
pub fn run(context: &Context, out: &mut Out, flags: &ImportFlags) -> Result<Exit, CliError> {
    let new = NewFolder::begin(context, &context.folder)?;
    let imported = import_into(&new.path(), &flags.file)?;
    new.place()?;
    tell(context, out, &imported)
}

/// Makes a ledger of an exported journal in a new folder, with a bar on a terminal, and closes it: a name must not come
/// before what it names.
pub fn import_into(folder: &Path, file: &Path) -> Result<Imported, CliError> {
    let (input, bytes) = opened(file)?;
    let mut ledger = open::create(folder)?;
    let bar = progress(bytes, Unit::Bytes, "import");
    let imported = import(&mut ledger, input, &mut |read| bar.set_position(read));
    bar.finish_and_clear();
    imported.map_err(|error| refused(error, file))
}

/// An input that can be read, and its length; 0 where that is not known. What is compressed is refused.
fn opened(path: &Path) -> Result<(BufReader<Input>, u64), CliError> {
    let input = Input::open_or_stdin(path)?;
    let bytes = input.length();
    let mut input = BufReader::with_capacity(1 << 18, input);
    let beginning = input.fill_buf().map_err(|error| CliError::file(Deed::Read, path, &error))?;
    if Kind::of(beginning) == Some(Kind::Compressed) {
        Kind::expect(path, beginning, &[Kind::Export])?;
    }
    Ok((input, bytes))
}

fn refused(error: ImportJournalError, path: &Path) -> CliError {
    let shown = error.to_string();
    match error {
        ImportJournalError::Line { line, entry, field, reason, fact } => {
            // A header that does not read may be that of something else; one that reads may have been tampered with.
            if line == 1
                && field.is_empty()
                && let Err(other) = Kind::expect_json_file(path, &[Kind::Export])
            {
                return other;
            }
            let at_entry = entry.map(|entry| format!(", écriture {entry}")).unwrap_or_default();
            let at_field = if field.is_empty() { String::new() } else { format!(", champ « {field} »") };
            CliError::unverified("invalid_export", shown)
                .in_french(format!(
                    "ligne {line}{at_entry}{at_field} : {}",
                    french_line_reason(&field, &fact)
                ))
                .with_figure("line", line)
                .with_figure("entry", entry)
                .with_figure("field", Some(field).filter(|field| !field.is_empty()))
                .with_figure("reason", reason)
        }
        ImportJournalError::Input(error) => CliError::file(Deed::Read, path, &error),
        ImportJournalError::Ledger(error) => error.into(),
    }
}

fn tell(context: &Context, out: &mut Out, imported: &Imported) -> Result<Exit, CliError> {
    let Imported { entries, root, .. } = imported;
    if context.json {
        out.json(&serde_json::json!({ "entries": entries, "root": root }))?;
        return Ok(Exit::Done);
    }
    let lang = context.lang;
    let (entries, folder) = (Figures::new(lang, "").count(*entries), context.folder.display());
    out.line(say!(
        lang,
        "{entries} entries verify, and are a ledger in {folder}",
        "{entries} écritures vérifiées, devenues un registre dans {folder}"
    ))?;
    out.line(out.paint(DIM, format_args!("{} {root}", lang.root())))?;
    Ok(Exit::Done)
}
