//! A bank's statement as a file, and `aiga statement show`: what is understood of it.

use std::ffi::OsStr;
use std::path::Path;

use anstyle::Style;
use ledger_core::field::FileHash;
use ledger_core::statement::{How, Line, Profile, Statement, read};
use ledger_core::{Date, Euros};
use ring::digest;
use serde::Serialize;
use serde_json::json;

use crate::args::{StatementCommand, StatementSource};
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::input::{self, SETTINGS_BYTES_MAX, STATEMENT_BYTES_MAX};
use crate::output::{BOLD, DIM, Figures, Out, Table, Unit, pad_right, progress};
use crate::say;

/// The columns of the name of a fact.
const NAME: usize = 20;

/// A statement that was read, and its file's hash.
#[derive(Debug)]
pub struct StatementFile {
    /// What it says.
    pub statement: Statement,
    /// The SHA-256 of its bytes.
    pub hash: FileHash,
}

impl StatementFile {
    /// Reads the file that the flags name.
    pub fn open(source: &StatementSource) -> Result<Self, CliError> {
        let bytes = input::bytes(&source.file, STATEMENT_BYTES_MAX)?;
        let profile = source.profile.as_deref().map(profile).transpose()?;
        let how =
            How { format: source.format(), profile: profile.as_ref(), account: source.account.as_deref() };
        Self::of(&bytes, how)
    }

    /// Reads a statement that is in memory.
    pub fn of(bytes: &[u8], how: How<'_>) -> Result<Self, CliError> {
        let bar = progress(0, Unit::Unknown, "reading");
        let statement = read(bytes, how);
        bar.finish_and_clear();
        Ok(Self { statement: statement?, hash: hash(bytes)? })
    }
}

/// A profile by its name, or from a file.
fn profile(named: &OsStr) -> Result<Profile, CliError> {
    if let Some(profile) = named.to_str().and_then(Profile::named) {
        return Ok(profile.clone());
    }
    let path = Path::new(named);
    if path.extension().is_none() && !path.exists() {
        let shown = path.display();
        return Err(CliError::usage("unknown_profile", format!("there is no profile `{shown}`"))
            .in_french(format!("il n'y a pas de profil « {shown} »")));
    }
    Ok(Profile::from_toml(&input::text(path, SETTINGS_BYTES_MAX)?)?)
}

fn hash(bytes: &[u8]) -> Result<FileHash, CliError> {
    let digits: Vec<String> =
        digest::digest(&digest::SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    FileHash::from_hex(&digits.concat()).ok_or_else(|| CliError::usage("hash", "the file has no hash"))
}

/// What a statement says of itself, without its lines.
#[derive(Clone, Debug, Serialize)]
pub struct Stated {
    /// Its format.
    pub format: &'static str,
    /// The account.
    pub account: Option<String>,
    /// The days that it declares to cover.
    pub period: Option<Period>,
    /// How many lines count.
    pub lines: usize,
    /// The balance before the first line.
    pub opening: Option<Euros>,
    /// The balance after the last line.
    pub closing: Option<Euros>,
    /// The date of the first line.
    pub from: Option<Date>,
    /// The date of the last line.
    pub through: Option<Date>,
    /// Entries that are not booked yet.
    pub pending: usize,
}

/// Days, both inclusive.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Period {
    /// The first.
    pub from: Date,
    /// The last.
    pub through: Date,
}

impl Stated {
    /// What this statement says of itself.
    pub fn of(statement: &Statement) -> Self {
        let date = |line: Option<&Line>| line.map(|line| line.fingerprint.date);
        Self {
            format: statement.format.as_str(),
            account: statement.account.as_ref().map(ToString::to_string),
            period: statement.period.map(|(from, through)| Period { from, through }),
            lines: statement.lines.len(),
            opening: statement.opening,
            closing: statement.closing,
            from: date(statement.lines.first()),
            through: date(statement.lines.last()),
            pending: statement.pending,
        }
    }

    /// The days that it covers, as far as it tells.
    pub fn covers(&self) -> Option<Period> {
        let lines = self.from.zip(self.through).map(|(from, through)| Period { from, through });
        self.period.or(lines)
    }
}

/// Looks at statements.
pub fn run(context: &Context, out: &mut Out, command: &StatementCommand) -> Result<Exit, CliError> {
    match command {
        StatementCommand::Show(source) => show(context, out, source),
    }
}

fn show(context: &Context, out: &mut Out, source: &StatementSource) -> Result<Exit, CliError> {
    let StatementFile { statement, hash } = StatementFile::open(source)?;
    let stated = Stated::of(&statement);
    if context.json {
        let lines: Vec<_> = statement.lines.iter().map(line_json).collect();
        out.json(&json!({ "statement": stated, "lines": lines, "sha256": hash }))?;
        return Ok(Exit::Done);
    }
    let figures = Figures::new(context.lang, "Ä");
    let lang = context.lang;
    let format = stated.format;
    out.line(out.paint(BOLD, say!(lang, "Statement, {format}", "Relevé, {format}")))?;
    let amount =
        |amount: Option<Euros>| amount.map_or_else(|| "–".to_owned(), |amount| figures.euros(amount));
    let period = stated.covers().map(|days| days_shown(days, &figures));
    let facts = [
        (lang.account(), stated.account.clone().unwrap_or_else(|| "–".to_owned())),
        (lang.period(), period.unwrap_or_else(|| "–".to_owned())),
        (lang.opening(), amount(stated.opening)),
        (lang.lines(), figures.count(stated.lines as u64)),
        (lang.closing(), amount(stated.closing)),
    ];
    for (name, value) in facts {
        out.line(format_args!("  {}{value}", pad_right(name, NAME)))?;
    }
    if let (None, Some(balance)) = (stated.closing, statement.ledger_balance) {
        let (amount, on) = (figures.euros(balance.amount), figures.date(balance.on));
        out.line(say!(
            lang,
            "  The file tells a balance of {on}, {amount}, which is not that of the last day of the statement.",
            "  Le fichier donne un solde au {on}, {amount}, qui n'est pas celui du dernier jour du relevé."
        ))?;
    }
    if stated.pending > 0 {
        let pending = figures.count(stated.pending as u64);
        out.line(say!(
            lang,
            "  Not booked yet, not counted: {pending}",
            "  Pas encore comptabilisé, non compté : {pending}"
        ))?;
    }
    out.line("")?;
    lines_table(&statement, &figures).write(out)?;
    out.line("")?;
    out.line(out.paint(DIM, format_args!("SHA-256 {}", hash.as_str())))?;
    Ok(Exit::Done)
}

/// Days as a person reads them.
pub fn days_shown(days: Period, figures: &Figures) -> String {
    format!("{} – {}", figures.date(days.from), figures.date(days.through))
}

fn lines_table(statement: &Statement, figures: &Figures) -> Table {
    let lang = figures.lang;
    let mut table =
        Table::new(&[lang.date(), lang.amount(), lang.balance_after(), lang.label(), lang.references()]);
    for line in &statement.lines {
        let balance = line.balance.map(|balance| figures.euros(balance)).unwrap_or_default();
        let cells = [
            figures.date(line.fingerprint.date),
            figures.euros(line.fingerprint.amount),
            balance,
            line.label.clone(),
            line.references.join(" "),
        ];
        table.row(cells, Style::new());
    }
    table
}

fn line_json(line: &Line) -> serde_json::Value {
    json!({
        "line": line.place,
        "date": line.fingerprint.date,
        "amount": line.fingerprint.amount,
        "nth": line.fingerprint.nth,
        "value_date": line.value_date,
        "label": line.label,
        "references": line.references,
        "balance": line.balance,
    })
}
