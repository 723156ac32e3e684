//! `aiga export`: the journal for other tools. A file appears under its name when all of it is durable.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use ledger_core::View;
use ledger_core::export::{ExportError, Exported, export};
use tempfile::NamedTempFile;

use crate::args::ExportFlags;
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::open;
use crate::output::{Out, Unit, progress};
use crate::say;

/// Bytes that are written at once.
const BUFFER: usize = 1 << 18;

/// Exports the journal.
pub fn run(context: &Context, out: &mut Out, flags: &ExportFlags) -> Result<Exit, CliError> {
    let view = open::view(&context.folder)?;
    if flags.file.as_os_str() == "-" {
        let mut to = BufWriter::with_capacity(BUFFER, io::stdout().lock());
        written(&view, flags, &mut to)?;
        to.flush()?;
        return Ok(Exit::Done);
    }
    let exported = to_file(&view, flags, &flags.file)?;
    if context.json {
        out.json(&serde_json::json!({
            "file": flags.file,
            "entries": exported.entries,
            "tree_size": exported.tree_size,
            "root": exported.root,
        }))?;
    } else {
        let (file, lang) = (flags.file.display(), context.lang);
        let entries = crate::output::Figures::new(lang, "").count(exported.entries);
        let root = exported.root;
        out.line(say!(
            lang,
            "{entries} entries in {file}; root of the journal {root}",
            "{entries} écritures dans {file} ; racine du journal {root}"
        ))?;
    }
    Ok(Exit::Done)
}

/// Writes a file beside the one that is asked for, and gives it that name when it is durable.
fn to_file(view: &View, flags: &ExportFlags, path: &Path) -> Result<Exported, CliError> {
    let failed = |error: &io::Error| CliError::file("write", path, error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut aside = NamedTempFile::with_prefix_in(".aiga-export-", folder).map_err(|error| failed(&error))?;
    let exported = {
        let mut to = BufWriter::with_capacity(BUFFER, aside.as_file_mut());
        let exported = written(view, flags, &mut to)?;
        to.flush().map_err(|error| failed(&error))?;
        exported
    };
    aside.as_file().sync_all().map_err(|error| failed(&error))?;
    aside.persist(path).map_err(|error| failed(&error.error))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| failed(&error))?;
    Ok(exported)
}

fn written(view: &View, flags: &ExportFlags, to: &mut dyn Write) -> Result<Exported, CliError> {
    let entries = if flags.file.as_os_str() == "-" { 0 } else { view.state()?.state.entries() };
    let bar = progress(entries, Unit::Entries, "export");
    let exported = export(view, flags.format(), flags.period(), to, &mut |read| bar.set_position(read));
    bar.finish_and_clear();
    exported.map_err(|error| match error {
        ExportError::Ledger(error) => error.into(),
        ExportError::Output(error) if flags.file.as_os_str() == "-" => error.into(),
        ExportError::Output(error) => CliError::file("write", &flags.file, &error),
    })
}
