//! `aiga checkpoint`: size and root of the journal, signed, and the figures of that moment, signed beside; and both held
//! against the journal again.

use std::ffi::OsStr;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ledger_core::proof::{Checkpoint, Coverage, CoverageFigures, SignedNote, VerifyingKey, vouch};
use serde_json::json;

use crate::args::{CheckpointCommand, CheckpointFlags, VerifyFlags, named_file};
use crate::aside::{apart, is_stdout};
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::key::{self, Signing};
use crate::kind::Kind;
use crate::open;
use crate::output::{DIM, Figures, GOOD, Out, Unit, alone_on_stdout, progress};
use crate::proof_file::{KeyFrom, begin, read, write_key, write_together};
use crate::say;
use crate::subject::Subject;

/// Runs `aiga checkpoint …`.
pub fn run(context: &Context, out: &mut Out, flags: &CheckpointFlags) -> Result<Exit, CliError> {
    match &flags.command {
        Some(CheckpointCommand::Verify(flags)) => verify(context, out, flags),
        None => make(context, out, flags),
    }
}

fn make(context: &Context, out: &mut Out, flags: &CheckpointFlags) -> Result<Exit, CliError> {
    let file = named_file(flags.file.as_ref());
    // Beside a device or a pipe there is no place for another file.
    let coverage_file =
        flags.coverage.clone().or_else(|| file.filter(|file| !file.exists() || file.is_file()).map(beside));
    let coverage_to_stdout = coverage_file.as_deref().is_some_and(is_stdout);
    alone_on_stdout(&[
        ("--coverage -", coverage_to_stdout),
        ("--json", context.json),
        ("FILE -", file.is_none() && !context.json),
    ])?;
    apart(&[("FILE", file), ("--coverage", coverage_file.as_deref())])?;
    let view = open::view_to_sign(&context.folder)?;
    let key = Signing::begin(context, flags.because.because.as_ref())?;
    let bar = progress(0, Unit::Unknown, "replaying");
    let vouched = vouch(&view, key.signer().verifying().name().clone());
    bar.finish_and_clear();
    let (coverage, state) = vouched?;
    let unread_end = open::tell_unread_end(context, &view);
    let (size, root) = (coverage.checkpoint.size, coverage.checkpoint.root);
    let (note, covered) =
        (key.sign(context, &view, &coverage.checkpoint)?, key.signer().sign_coverage(&coverage));
    let files =
        [file.map(Path::to_owned), coverage_file].into_iter().zip([note.to_string(), covered.to_string()]);
    let begun = files.filter_map(|(path, text)| path.map(|path| Ok((begin(context, &path)?, text))));
    let begun = begun.collect::<Result<Vec<_>, CliError>>();
    write_together(begun.map_err(|error| left_behind(error, file))?)?;
    if context.json {
        out.json(&json!({
            "origin": coverage.checkpoint.origin.to_string(),
            "size": size,
            "root": root,
            "key": key.signer().verifying().to_string(),
            "checkpoint": note.to_string(),
            "coverage": { "figures": coverage.figures, "note": covered.to_string() },
            "unread_end": unread_end,
        }))?;
        return Ok(Exit::Done);
    }
    let Some(file) = file else {
        out.text(note)?;
        return Ok(Exit::Done);
    };
    if coverage_to_stdout {
        return Ok(Exit::Done);
    }
    let (lang, figures) = (context.lang, context.figures(&state));
    let (entries, file) = (figures.count(size), file.display());
    out.line(say!(
        lang,
        "{entries} entries are signed in {file}.",
        "{entries} écritures sont signées dans {file}."
    ))?;
    write_figures(out, &coverage, &figures)?;
    out.line(out.paint(DIM, format_args!("{} {root}", lang.root())))?;
    Ok(Exit::Done)
}

/// Where only the statement of coverage is in the way, what is missing is its checkpoint.
fn left_behind(error: CliError, file: Option<&Path>) -> CliError {
    let alone = file.is_some_and(|file| !file.exists() && beside(file).exists());
    if alone && error.code() == "file_exists" { error.hinting_as("coverage_left") } else { error }
}

/// The file of the coverage, named after that of the checkpoint.
fn beside(file: &Path) -> PathBuf {
    let mut name: OsString = file.as_os_str().to_owned();
    name.push(".coverage");
    name.into()
}

fn write_figures(out: &mut Out, coverage: &Coverage, figures: &Figures) -> Result<(), CliError> {
    let CoverageFigures { circulation, fund, .. } = &coverage.figures;
    let (circulation, total) = (figures.aigas(*circulation), figures.euros(fund.total));
    let deposit = figures.euros(fund.deposit);
    out.line(say!(
        figures.lang,
        "Circulation {circulation}, fund {total}, of which at the bank {deposit}",
        "Circulation {circulation}, fonds {total}, dont en banque {deposit}"
    ))
}

fn verify(context: &Context, out: &mut Out, flags: &VerifyFlags) -> Result<Exit, CliError> {
    // The signature costs nothing, an import does.
    let signed = Signed::open(context, &flags.file, flags.named.key.as_deref())?;
    let subject = Subject::of(context, flags.export.as_deref())?;
    let figures = signed.check(context, subject.folder())?;
    if context.json {
        out.json(&signed.to_json())?;
        return Ok(Exit::Done);
    }
    signed.write(context, out, &figures)?;
    Ok(Exit::Done)
}

/// A checkpoint or a statement of coverage whose signature is right.
#[derive(Debug)]
pub struct Signed {
    checkpoint: Checkpoint,
    coverage: Option<Coverage>,
    key: VerifyingKey,
    key_from: KeyFrom,
}

impl Signed {
    /// Reads a file and verifies its signature, by the key named or else that of the ledger.
    pub fn open(context: &Context, file: &Path, named: Option<&OsStr>) -> Result<Self, CliError> {
        let note = SignedNote::parse(&read(file, &[Kind::Checkpoint, Kind::Coverage])?)?;
        let (key, key_from) = key::to_verify(&context.folder, named)?;
        let coverage = if Coverage::is_meant_by(&note) { Some(Coverage::open(&note, &key)?) } else { None };
        let checkpoint = match &coverage {
            Some(coverage) => coverage.checkpoint.clone(),
            None => Checkpoint::open(&note, &key)?,
        };
        Ok(Self { checkpoint, coverage, key, key_from })
    }

    /// Holds it against the journal in a folder, of which every byte up to its size is read.
    pub fn check(&self, context: &Context, folder: &Path) -> Result<Figures, CliError> {
        let view = open::view(folder)?;
        let bar = progress(self.checkpoint.size, Unit::Entries, "hashing");
        let checked = self.checkpoint.check_journal(&view, |read| bar.set_position(read));
        bar.finish_and_clear();
        checked?;
        let Some(coverage) = &self.coverage else { return Ok(Figures::new(context.lang, "Ä")) };
        Ok(context.figures(&coverage.check_journal(&view)?))
    }

    /// What agreed, for scripts.
    pub fn to_json(&self) -> serde_json::Value {
        let Checkpoint { origin, size, root, .. } = &self.checkpoint;
        let covered = self.coverage.as_ref().map(|coverage| &coverage.figures);
        json!({
            "ok": true, "origin": origin.to_string(), "size": size, "root": root,
            "key": self.key.to_string(), "key_from": self.key_from, "coverage": covered,
        })
    }

    /// What agreed, for people.
    pub fn write(&self, context: &Context, out: &mut Out, figures: &Figures) -> Result<(), CliError> {
        let (lang, entries) = (context.lang, figures.count(self.checkpoint.size));
        out.line(out.paint(
            GOOD,
            say!(
                lang,
                "The first {entries} entries of the journal are those that were signed: every byte was read.",
                "Les {entries} premières écritures du journal sont celles qui ont été signées : chaque octet a été lu."
            ),
        ))?;
        if let Some(coverage) = &self.coverage {
            write_figures(out, coverage, figures)?;
        }
        out.line(out.paint(DIM, format_args!("{} {}", lang.root(), self.checkpoint.root)))?;
        write_key(context, out, &self.key, self.key_from)
    }
}

/// A checkpoint for scripts.
pub fn to_json(checkpoint: &Checkpoint) -> serde_json::Value {
    let Checkpoint { origin, size, root, .. } = checkpoint;
    json!({ "origin": origin.to_string(), "size": size, "root": root })
}
