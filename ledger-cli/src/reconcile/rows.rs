//! The report as CSV: every line of the statement and every movement of the ledger, with its class.

use ledger_core::entry::Posting;
use ledger_core::reconcile::Side;
use ledger_core::{Date, Euros};

use super::report::{Moved, Report, Shown};
use crate::error::CliError;

/// What a row says, in the order of the columns.
const COLUMNS: [&str; 11] =
    ["class", "side", "date", "amount", "label", "by", "reason", "line", "entries", "records", "command"];

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
        let Self { class, side, date, amount, label, by, reason, line, entries, records, command } = self;
        let date = date.map(|date| date.to_string()).unwrap_or_default();
        let amount = amount.map(|amount| amount.to_string()).unwrap_or_default();
        let [class, side, by, reason] = [class, side, by, reason].map(str::to_owned);
        [class, side, date, amount, as_text(label), by, reason, line, entries, records, command]
    }
}

/// The report as CSV, with a header.
pub fn csv(report: &Report) -> Result<Vec<u8>, CliError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written =
        rows(report).into_iter().map(Row::cells).try_fold((), |(), cells| writer.write_record(cells));
    // The header is written first, so that a report without rows has one.
    written.map_err(|error| CliError::storage("csv", error))?;
    let rows = writer.into_inner().map_err(|error| CliError::storage("csv", error.error()))?;
    let mut csv = COLUMNS.join(",").into_bytes();
    csv.push(b'\n');
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
