//! `aiga reconcile`: a bank's statement held against the ledger. Reads, shows, asks, records; what matches what, the core
//! decides.

mod cells;
mod command;
mod page;
mod posting;
mod report;
mod rows;
mod terminal;
mod words;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use ledger_core::field::FileHash;
use ledger_core::reconcile::{LabelRules, Reconciliation, Settings, reconcile};
use ledger_core::{Operation, View};

use self::posting::Rehearsed;
pub use self::report::Report;
use crate::args::{ReconcileFlags, today};
use crate::aside::{NewFile, Readers, There, apart};
use crate::context::Context;
use crate::dates::is_over;
use crate::error::{CliError, Exit};
use crate::input::{self, SETTINGS_BYTES_MAX};
use crate::lang::Lang;
use crate::open;
use crate::output::{Out, Unit, alone_on_stdout, progress};
use crate::statement::StatementFile;

/// Holds the statement that the flags name against the ledger.
pub fn run(context: &Context, out: &mut Out, flags: &ReconcileFlags) -> Result<Exit, CliError> {
    let told_to_people = !context.json && !flags.csv_to_stdout() && !flags.html_to_stdout();
    check(context, flags, told_to_people)?;
    let files = Files::begin(context, flags)?;
    let file = StatementFile::open(&flags.source)?;
    let today = Some(today()?);
    let settings =
        Settings { window_days: flags.window, through: flags.through, today, rules: rules(flags)? };
    let look = Look::at(&context.folder, &file, &settings)?;
    open::tell_unread_end(context, &look.view);
    let report = look.report();
    if !flags.post {
        files.write(&report, context.lang)?;
        return finish(context, out, told_to_people, &report);
    }
    if told_to_people {
        terminal::write(&report, &report.figures(context.lang), out)?;
        out.line("")?;
        out.flush()?;
    }
    if !look.rehearsed.has_news() {
        files.write(&report, context.lang)?;
        if told_to_people {
            out.line(context.lang.nothing_to_record())?;
            return Ok(report.exit());
        }
        return finish(context, out, told_to_people, &report);
    }
    if let Some(refused) = look.rehearsed.refused() {
        files.write(&report, context.lang)?;
        return Err(refused.clone().into());
    }
    if !flags.yes && !posting::agreed(&look.rehearsed, context.lang)? {
        files.write(&report, context.lang)?;
        out.line(context.lang.of("Nothing was recorded.", "Rien n'a été enregistré."))?;
        return Ok(report.exit());
    }
    let posted = posting::post(context, &look)?;
    let told = Look::at(&context.folder, &file, &settings).and_then(|look| {
        let mut report = look.report();
        report.posted = Some(posted);
        files.write(&report, context.lang)?;
        if !told_to_people {
            return finish(context, out, told_to_people, &report);
        }
        terminal::write_posted(&report, &report.figures(context.lang), out)?;
        out.flush()?;
        Ok(report.exit())
    });
    told.map_err(|error| error.although_posted(posted.first, posted.last))
}

/// Flags that do not go together.
fn check(context: &Context, flags: &ReconcileFlags, told_to_people: bool) -> Result<(), CliError> {
    let (csv, html) = (flags.csv_to_stdout(), flags.html_to_stdout());
    alone_on_stdout(&[("--json", context.json), ("--csv -", csv), ("--html -", html)])?;
    apart(&[("--html", flags.html.as_deref()), ("--csv", flags.csv.as_deref())])?;
    if flags.post && !flags.yes && !(told_to_people && io::stdin().is_terminal()) {
        return Err(CliError::usage("unasked", "nobody can be asked here, so nothing was recorded")
            .in_french("personne ne peut répondre ici ; rien n'a été enregistré"));
    }
    Ok(())
}

fn rules(flags: &ReconcileFlags) -> Result<LabelRules, CliError> {
    let Some(path) = &flags.rules else { return Ok(LabelRules::default()) };
    Ok(LabelRules::with(&input::text(path, SETTINGS_BYTES_MAX)?)?)
}

/// Writes the report to standard output, where no file goes.
fn finish(context: &Context, out: &mut Out, told_to_people: bool, report: &Report) -> Result<Exit, CliError> {
    if context.json {
        out.json(report)?;
    } else if told_to_people {
        terminal::write(report, &report.figures(context.lang), out)?;
    }
    out.flush()?;
    Ok(report.exit())
}

/// The files that were asked for, begun before anything is recorded.
struct Files {
    html: Option<NewFile>,
    csv: Option<NewFile>,
}

impl Files {
    fn begin(context: &Context, flags: &ReconcileFlags) -> Result<Self, CliError> {
        let there = There::of(flags.replace);
        let begin = |path: &Option<PathBuf>| {
            let Some(path) = path else { return Ok(None) };
            refuse_own(path, &flags.source.file)?;
            NewFile::begin(context, path, Readers::Everybody, there).map(Some)
        };
        Ok(Self { html: begin(&flags.html)?, csv: begin(&flags.csv)? })
    }

    fn write(self, report: &Report, lang: Lang) -> Result<(), CliError> {
        if let Some(mut file) = self.html {
            file.fill(page::html(report, lang))?;
            file.place()?;
        }
        if let Some(mut file) = self.csv {
            file.fill(rows::csv(report, lang)?)?;
            file.place()?;
        }
        Ok(())
    }
}

/// A report does not take the place of the statement that it is of.
fn refuse_own(report: &Path, statement: &Path) -> Result<(), CliError> {
    let whole = report.canonicalize();
    if !whole.is_ok_and(|whole| statement.canonicalize().is_ok_and(|statement| statement == whole)) {
        return Ok(());
    }
    let shown = report.display();
    Err(CliError::not_found("file_exists", format!("{shown} is the statement itself and stays as it is"))
        .in_french(format!("{shown} est le relevé lui-même et reste tel quel")))
}

/// The page of a statement held against the ledger in a folder, and its report, as they are without any flag.
pub fn page_of(folder: &Path, file: &StatementFile, lang: Lang) -> Result<(Report, String), CliError> {
    let settings = Settings { today: Some(today()?), ..Settings::default() };
    let report = Look::at(folder, file, &settings)?.report();
    let page = page::html(&report, lang);
    Ok((report, page))
}

/// A statement held against the ledger as it stands.
#[derive(Debug)]
struct Look {
    view: View,
    found: Reconciliation,
    hash: FileHash,
    attestation: Option<Operation>,
    rehearsed: Rehearsed,
}

impl Look {
    fn at(folder: &Path, file: &StatementFile, settings: &Settings) -> Result<Self, CliError> {
        let bar = progress(0, Unit::Unknown, "matching");
        let view = open::view(folder)?;
        let found = reconcile(&view, file.statement.clone(), settings)?;
        // A month that has only begun is attested when it is over.
        let attestation = found.attestation(file.hash.clone()).filter(|_| is_over(found.through));
        let rehearsed = Rehearsed::on(folder, found.operations(), attestation.as_ref())?;
        bar.finish_and_clear();
        Ok(Self { view, found, hash: file.hash.clone(), attestation, rehearsed })
    }

    fn report(&self) -> Report {
        let mut report = Report::new(&self.found, self.hash.clone(), self.rehearsed.proposed.clone());
        report.unread_end = self.view.unread_end();
        report
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests;
