//! The report as CSV: every line of the statement and every movement of the ledger, with its class. In English it is for
//! programs; in French it is as a spreadsheet in French reads it: semicolons, decimal commas, days as 31/03/2026, words of
//! French, and the mark of UTF-8 in front.

use ledger_core::entry::Posting;
use ledger_core::reconcile::{Reason, Side};
use ledger_core::{Date, Euros};

use super::report::{Moved, Report, Shown};
use super::words;
use crate::error::CliError;
use crate::lang::Lang;
use crate::output::Figures;

/// What a row says, in the order of the columns.
const COLUMNS: [&str; 11] =
    ["class", "side", "date", "amount", "label", "by", "reason", "line", "entries", "records", "command"];
const FRENCH_COLUMNS: [&str; 11] = [
    "classe",
    "côté",
    "date",
    "montant",
    "libellé",
    "d'après",
    "raison",
    "ligne",
    "écritures",
    "enregistre",
    "commande",
];

/// A row, empty but for what it says.
#[derive(Debug, Default)]
struct Row {
    class: &'static str,
    side: &'static str,
    date: Option<Date>,
    amount: Option<Euros>,
    label: String,
    by: &'static str,
    reason: &'static str,
    why: Option<Reason>,
    line: String,
    entries: String,
    records: String,
    command: String,
}

impl Row {
    fn of_line(class: &'static str, line: &Shown) -> Self {
        Self {
            class,
            side: "bank",
            date: Some(line.date),
            amount: Some(line.amount),
            label: line.label.clone(),
            line: line.line.line().to_string(),
            ..Self::default()
        }
    }

    fn of_movement(class: &'static str, moved: &Moved) -> Self {
        Self {
            class,
            side: "ledger",
            date: Some(moved.on),
            amount: Some(moved.amount),
            label: format!("{} {}", moved.op, moved.reference),
            entries: moved.entry.to_string(),
            ..Self::default()
        }
    }

    fn cells(self) -> [String; 11] {
        let Self { class, side, date, amount, label, by, reason, line, entries, records, command, .. } = self;
        let date = date.map(|date| date.to_string()).unwrap_or_default();
        let amount = amount.map(|amount| amount.to_string()).unwrap_or_default();
        let [class, side, by, reason] = [class, side, by, reason].map(str::to_owned);
        [class, side, date, amount, as_text(label), by, reason, line, entries, records, command]
    }

    fn french_cells(self, figures: &Figures) -> [String; 11] {
        let why = self.why.as_ref().map(|reason| words::reason(reason, figures)).unwrap_or_default();
        let date = self.date.map(|date| figures.date(date)).unwrap_or_default();
        let mut cells = self.cells();
        cells[2] = date;
        cells[3] = cells[3].replace('.', ",");
        cells[6] = why;
        for word in [0, 1, 5] {
            cells[word] = french(&cells[word]).into();
        }
        cells
    }
}

/// A word of the report in French.
fn french(word: &str) -> &str {
    match word {
        "matched" => "rapproché",
        "proposed" => "proposé",
        "unexplained" => "inexpliqué",
        "bank" => "banque",
        "ledger" => "registre",
        "bank_line" => "ligne de banque",
        "name" => "nom",
        "amount" => "montant",
        "sum" => "somme",
        "label" => "libellé",
        "correction" => "correction",
        "earlier" => "antérieur",
        "attested" => "attesté",
        "zero" => "nul",
        other => other,
    }
}

/// The report as CSV, with a header.
pub fn csv(report: &Report, lang: Lang) -> Result<Vec<u8>, CliError> {
    let (columns, between, mark) = match lang {
        Lang::En => (COLUMNS, b',', ""),
        Lang::Fr => (FRENCH_COLUMNS, b';', "\u{feff}"),
    };
    let figures = report.figures(lang);
    let mut writer = csv::WriterBuilder::new().delimiter(between).from_writer(Vec::new());
    let cells = |row: Row| if lang == Lang::Fr { row.french_cells(&figures) } else { row.cells() };
    let written = rows(report).into_iter().map(cells).try_fold((), |(), cells| writer.write_record(cells));
    // The header is written first, so that a report without rows has one.
    written.map_err(|error| CliError::storage("csv", error))?;
    let rows = writer.into_inner().map_err(|error| CliError::storage("csv", error.error()))?;
    let mut csv = format!("{mark}{}\n", columns.join(&char::from(between).to_string())).into_bytes();
    csv.extend(rows);
    Ok(csv)
}

fn rows(report: &Report) -> Vec<Row> {
    let mut rows = Vec::new();
    for matched in &report.matches {
        let by = matched.by.name();
        let entries: Vec<String> = matched.entries.iter().map(|moved| moved.entry.to_string()).collect();
        let entries = entries.join(" ");
        if let Some(line) = &matched.line {
            rows.push(Row { by, entries, ..Row::of_line("matched", line) });
        }
        let line = matched.line.as_ref().map(|line| line.line.line().to_string()).unwrap_or_default();
        for moved in &matched.entries {
            rows.push(Row { by, line: line.clone(), ..Row::of_movement("matched", moved) });
        }
    }
    for proposed in &report.proposed {
        let records: Vec<String> = proposed
            .operations
            .iter()
            .flat_map(|operation| operation.postings.iter().map(Posting::to_string))
            .collect();
        let records = records.join("; ");
        rows.push(Row { by: proposed.by.name(), records, ..Row::of_line("proposed", &proposed.line) });
    }
    for open in &report.unexplained {
        rows.push(Row {
            class: "unexplained",
            side: if open.side == Side::Bank { "bank" } else { "ledger" },
            date: Some(open.date),
            amount: Some(open.amount),
            label: open.label.clone(),
            reason: open.reason.code(),
            why: Some(open.reason.clone()),
            line: open.line.map(|line| line.line().to_string()).unwrap_or_default(),
            entries: open.entry.map(|entry| entry.to_string()).unwrap_or_default(),
            command: open.command.clone().unwrap_or_default(),
            ..Row::default()
        });
    }
    rows
}

/// A label that a spreadsheet would take for a formula begins with an apostrophe.
fn as_text(label: String) -> String {
    if label.starts_with(['=', '+', '-', '@']) { format!("'{label}") } else { label }
}
