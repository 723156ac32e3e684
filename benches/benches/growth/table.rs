//! The table of all costs: a line for each, beside what is wanted of it, and a column for each size.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use crate::row::Row;

/// A cost, what is wanted of it, and its figure if it was measured.
type Line = (&'static str, &'static str, fn(&Row) -> Option<f64>);

const LINES: [Line; 20] = [
    ("entries/s, over all", "600,000 over 5M", |row| Some(row.posting.entries_per_s)),
    ("entries/s, the first tenth", "", |row| Some(row.posting.early_entries_per_s)),
    ("entries/s, the last tenth", "", |row| Some(row.posting.late_entries_per_s)),
    ("a batch of 8,000, median, ms", "", |row| Some(row.posting.batch_p50_ms)),
    ("a batch of 8,000, p99, ms", "< 60", |row| Some(row.posting.batch_p99_ms)),
    ("a batch of 8,000, longest, ms", "", |row| Some(row.posting.batch_max_ms)),
    ("closing, ms", "", |row| Some(row.posting.close_ms)),
    ("memory while posting, peak, MB", "< 200 at 10M", |row| Some(row.posting.peak_memory_mb)),
    ("memory, growth an entry, bytes", "≤ 3", |row| row.posting.memory_bytes_per_entry),
    ("journal, bytes an entry", "≤ 120", |row| Some(row.posting.journal_bytes_per_entry)),
    ("index, bytes an entry", "≤ 24", |row| Some(row.posting.index_bytes_per_entry)),
    ("snapshots, kB", "", |row| Some(row.posting.snapshots_bytes as f64 / 1e3)),
    ("opening to write, ms", "< 100 at 1M and 10M", |row| Some(row.opening.open_ms)),
    ("the first batch posted again, ms", "", |row| Some(row.opening.retry_ms)),
    ("`aiga swap`, ms", "< 100 at 1M", |row| Some(row.asking.swap_ms)),
    ("`aiga status`, ms", "", |row| Some(row.asking.status_ms)),
    ("`aiga journal --ref`, ms", "", |row| Some(row.asking.journal_ms)),
    ("`aiga audit`, s", "< 0.8 at 1M", |row| Some(row.asking.audit_s)),
    ("`aiga audit`, entries/s", "", |row| Some(row.asking.audit_entries_per_s)),
    ("`aiga post` of 1M lines, s", "< 5", |row| row.lines_s),
];

/// What stands before and behind the table in a file that has one.
const BEGIN: &str = "<!-- growth: made by `--write` -->\n";
const END: &str = "<!-- growth: end -->";

/// The table in Markdown.
pub fn markdown(rows: &[Row]) -> String {
    let mut table = String::from("| entries | target |");
    for row in rows {
        let _ = write!(table, " {} |", grouped(&row.entries.to_string()));
    }
    let _ = write!(table, "\n|---|---|{}\n", "--:|".repeat(rows.len()));
    for (cost, target, figure) in LINES {
        let _ = write!(table, "| {cost} | {target} |");
        for row in rows {
            let _ = write!(table, " {} |", figure(row).map_or_else(|| "–".to_owned(), shown));
        }
        table.push('\n');
    }
    table
}

/// Puts the table into a file, in place of the one that is there.
pub fn replace_in(file: &Path, table: &str) -> io::Result<()> {
    let text = fs::read_to_string(file)?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or_else(|| io::Error::other("it has no place for the table"))?;
    fs::write(file, format!("{before}{BEGIN}{table}{END}{after}"))
}

/// A figure with three digits, or all of those before the point.
fn shown(figure: f64) -> String {
    let decimals = match figure.abs() {
        0.0 => 0,
        size if size < 1.0 => 3,
        size if size < 10.0 => 2,
        size if size < 100.0 => 1,
        _ => 0,
    };
    grouped(&format!("{figure:.decimals$}"))
}

/// Commas between thousands.
fn grouped(number: &str) -> String {
    let whole_len = number.find('.').unwrap_or(number.len());
    let mut text = String::new();
    for (place, digit) in number.chars().enumerate() {
        let behind = whole_len.saturating_sub(place);
        if place > 0 && behind > 0 && behind.is_multiple_of(3) && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
