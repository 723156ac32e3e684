//! `aiga demo`: a fresh ledger with a season of a small currency and the bank's statement of it, to look at and to play
//! with.

use std::path::{Path, PathBuf};
use std::time::Instant;

use ledger_core::Date;
use ledger_core::report::Status;
use ledger_core::statement::How;

use crate::args::{DemoFlags, today};
use crate::aside::{NewFile, Readers, There};
use crate::audited::audited;
use crate::context::Context;
use crate::error::{CliError, Deed, Exit};
use crate::open::{self, Place};
use crate::output::{BOLD, Out};
use crate::post::{Source, post_all};
use crate::reconcile::{Report, page_of};
use crate::statement::StatementFile;
use crate::{audit, say, status};

/// A season of operations, made up.
const SEASON: &str = include_str!("../../tests/data/season-2026/operations.jsonl");

/// The bank's statement of that season, with a month that is not reconciled yet.
const STATEMENT: &[u8] = include_bytes!("../../tests/data/season-2026/nef.csv");
/// What they are called in the demo's folder, and the report that is made of them.
const STATEMENT_FILE: &str = "nef.csv";
const PAGE_FILE: &str = "reconciliation.html";

/// Makes the ledger, shows it, audits it, reconciles it, and says what to try next.
pub fn run(context: &Context, out: &mut Out, flags: DemoFlags) -> Result<Exit, CliError> {
    let lang = context.lang;
    let folder = match flags.folder {
        Some(folder) => folder,
        None => temporary()?,
    };
    if open::place(&folder)? != Place::Free {
        return Err(open::not_free(&folder));
    }
    let mut source = Source::bytes_of("season", SEASON.as_bytes());
    let aside = Context { folder: folder.clone(), ..context.clone() };
    let summary = post_all(&aside, &mut source, false)?;
    let shown = folder.display();
    if !context.json {
        let recorded = summary.recorded;
        out.line(say!(
            lang,
            "{recorded} operations of a season were posted to {shown}",
            "{recorded} opérations d'une saison ont été enregistrées dans {shown}"
        ))?;
        out.line("")?;
    }
    let standing = open::view(&folder)?.state()?;
    let figures = context.figures(&standing.state);
    let status = Status::of(&standing.state, standing.root, None, today()?);
    let began = Instant::now();
    let report = audited(&open::stored(&folder)?)?;
    let (reconciled, page) = reconciled(context, &folder)?;
    if context.json {
        out.json(&serde_json::json!({
            "ledger": folder.display().to_string(), "status": status, "audit": report, "reconciliation": reconciled, "page": page.display().to_string(),
        }))?;
        return Ok(Exit::Done);
    }
    status::write(&status, &figures, out)?;
    out.line("")?;
    audit::write(&report, began.elapsed().as_millis(), &figures, out)?;
    out.line("")?;
    let (lines, page) = (reconciled.statement.lines, page.display());
    out.line(say!(
        lang,
        "The bank's statement of {lines} lines was held against it; the report, to open in a browser:",
        "Le relevé de la banque, de {lines} lignes, y a été confronté ; le rapport, à ouvrir dans un navigateur :"
    ))?;
    out.line(format_args!("  {page}"))?;
    out.line("")?;
    out.line(out.paint(BOLD, lang.of("What to try next:", "À essayer ensuite :")))?;
    for command in next(&folder, standing.state.latest_on()) {
        out.line(format_args!("  {command}"))?;
    }
    Ok(if report.ok { Exit::Done } else { Exit::Unverified })
}

/// Leaves the statement and the report of it in the folder.
fn reconciled(context: &Context, folder: &Path) -> Result<(Report, PathBuf), CliError> {
    let file = StatementFile::of(STATEMENT, How::default())?;
    let (report, html) = page_of(folder, &file, context.lang)?;
    let page = folder.join(PAGE_FILE);
    for (path, bytes) in [(&folder.join(STATEMENT_FILE), STATEMENT), (&page, html.as_bytes())] {
        let mut file = NewFile::begin(context, path, Readers::Everybody, There::Stays)?;
        file.fill(bytes)?;
        file.place()?;
    }
    Ok((report, page))
}

/// A folder of its own among the temporary ones, which stays.
fn temporary() -> Result<PathBuf, CliError> {
    let made = tempfile::Builder::new().prefix("aiga-demo-").tempdir();
    let made = made.map_err(|error| CliError::file(Deed::MakeIn, &std::env::temp_dir(), &error))?;
    Ok(made.keep())
}

/// Commands that work when pasted, on whatever day: the swap is of the season's last one.
fn next(folder: &Path, last_day: Option<Date>) -> [String; 5] {
    // As this program was called: `cargo run` calls one that is on no path.
    let called = std::env::args_os().next().map_or_else(|| PathBuf::from("aiga"), PathBuf::from);
    let on = last_day.map(|day| format!(" --on {day}")).unwrap_or_default();
    let ledger = format!("{} --ledger {}", quoted(&called), quoted(folder));
    let statement = quoted(&folder.join(STATEMENT_FILE));
    [
        format!("{ledger} reconcile {statement}"),
        format!("{ledger} swap florac --amount 50 --paid cash --member U-0001{on}"),
        format!("{ledger} journal --bureau florac --last 3"),
        format!("{ledger} account fund:till:florac"),
        format!("{ledger} status --as-of 2026-06-30 --lang fr"),
    ]
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
