//! The report for a terminal.

use anstyle::Style;
use ledger_core::reconcile::Side;

use super::report::{Answer, Posted, Proposed, Rehearsed, Report};
use super::{cells, words};
use crate::error::CliError;
use crate::lang::rejection_in;
use crate::output::{ALERT, BOLD, DIM, Figures, GOOD, Out, Table, pad_left, widest, width};
use crate::say;
use crate::shortfall;
use crate::statement::days_shown;
use crate::status::taken_back;

/// The columns of a label and of an amount.
const LABEL: usize = 36;
const AMOUNT: usize = 16;

/// Writes the whole report.
pub fn write(report: &Report, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    heading(report, figures, out)?;
    answer(report, figures, out)?;
    balances(report, figures, out)?;
    proposed(report, figures, out)?;
    unexplained(report, Side::Bank, figures, out)?;
    unexplained(report, Side::Ledger, figures, out)?;
    three_way(report, figures, out)?;
    shortfall::flag(&report.shortfalls, figures, out)?;
    ageing(report, figures, out)?;
    taken_back(&report.taken_back, figures, out)?;
    foot(report, figures, out)
}

/// Writes what was recorded and what is left.
pub fn write_posted(report: &Report, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    let lang = figures.lang;
    if let Some(posted) = &report.posted {
        out.line(recorded(posted, figures))?;
        if let Some(day) = posted.attested {
            let day = figures.date(day);
            out.line(say!(
                lang,
                "The statement is attested through {day}.",
                "Le relevé est attesté jusqu'au {day}."
            ))?;
        }
    }
    answer(report, figures, out)?;
    foot(report, figures, out)
}

fn recorded(posted: &Posted, figures: &Figures) -> String {
    let (lang, entries) = (figures.lang, figures.count(posted.entries));
    match (posted.first, posted.last) {
        (Some(first), Some(last)) if first != last => say!(
            lang,
            "Recorded: {entries} entries, {first} to {last}.",
            "Enregistré : {entries} écritures, {first} à {last}."
        ),
        (Some(only), _) => say!(lang, "Recorded: entry {only}.", "Enregistré : écriture {only}."),
        (None, _) => lang.nothing_to_record().to_owned(),
    }
}

fn heading(report: &Report, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    let lang = figures.lang;
    let names = [&report.association, &report.bank].into_iter().flatten().map(ToString::to_string);
    let names = names.collect::<Vec<_>>().join(" · ");
    let statement = &report.statement;
    let lines = match statement.lines {
        1 => lang.of("1 line", "1 ligne").to_owned(),
        lines => format!("{} {}", figures.count(lines as u64), lang.lines()),
    };
    let lines = format!("{lines} ({})", statement.format);
    let days = report.days().map(|days| days_shown(days, figures));
    let cut = figures.date(report.cut);
    let cut = say!(lang, "cut on {cut}", "arrêté au {cut}");
    let facts = [Some(lines), days, Some(cut)].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    out.line(format_args!("{}  {}", out.paint(BOLD, names), out.paint(DIM, facts)))?;
    out.line("")
}

fn answer(report: &Report, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    let style = match report.answer() {
        Answer::Agree | Answer::AgreeOnceRecorded(_) => GOOD.bold(),
        Answer::NoBalance(_) => BOLD,
        Answer::Left(_) | Answer::SomeLeft | Answer::Refused(_) => ALERT,
    };
    out.line(out.paint(style, words::answer(report, figures)))?;
    if let Some(more) = words::more_on(report, figures) {
        out.line(more)?;
    }
    Ok(())
}

fn balances(report: &Report, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    out.line("")?;
    let rows = cells::balances(report, figures);
    let rows: Vec<(&str, &str)> =
        rows.iter().map(|(label, amount)| (label.as_str(), amount.as_str())).collect();
    listed(&rows, "", out)
}

fn proposed(report: &Report, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    let lang = figures.lang;
    out.line("")?;
    out.line(cells::matched(report, figures))?;
    if report.proposed.is_empty() {
        return Ok(());
    }
    out.line("")?;
    let how = lang.of("--post records it", "--post l'enregistre");
    out.line(format_args!(
        "{} {}",
        out.paint(BOLD, lang.proposed()),
        out.paint(DIM, format_args!("({how})"))
    ))?;
    for line in &report.proposed {
        out.line(format_args!("  {}", line_proposed(line, figures)))?;
        for operation in &line.operations {
            operation_proposed(operation, figures, out)?;
        }
    }
    Ok(())
}

fn line_proposed(line: &Proposed, figures: &Figures) -> String {
    let (date, amount) = (figures.date(line.line.date), pad_left(&figures.euros(line.line.amount), AMOUNT));
    format!("{date}  {amount}  {}", words::proposed(line, figures.lang))
}

fn operation_proposed(operation: &Rehearsed, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    for posting in &operation.postings {
        out.line(out.paint(DIM, format_args!("      {}", cells::posting(posting, figures))))?;
    }
    if let Some(refused) = &operation.refused {
        let message = rejection_in(figures.lang, refused);
        out.line(format_args!("      {}", out.paint(ALERT, message)))?;
    }
    Ok(())
}

fn unexplained(report: &Report, side: Side, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    let lang = figures.lang;
    let mut open = report.open_on(side).peekable();
    if open.peek().is_none() {
        return Ok(());
    }
    let title = match side {
        Side::Bank => lang.unexplained_at_the_bank(),
        Side::Ledger => lang.unexplained_in_the_ledger(),
    };
    out.line("")?;
    out.line(out.paint(BOLD, title))?;
    for open in open {
        let (date, amount) = (figures.date(open.date), pad_left(&figures.euros(open.amount), AMOUNT));
        out.line(format_args!("  {date}  {amount}  {}", words::label(open, lang)))?;
        let reason = words::reason(&open.reason, figures);
        out.line(format_args!("      {}", out.paint(ALERT, reason)))?;
        if let Some(command) = &open.command {
            out.line(format_args!("      {command}"))?;
        }
    }
    Ok(())
}

fn three_way(report: &Report, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    out.line("")?;
    out.line(out.paint(BOLD, figures.lang.three_way()))?;
    let rows = cells::three_way(report, figures);
    let rows: Vec<(&str, &str)> = rows.iter().map(|(label, amount)| (*label, amount.as_str())).collect();
    listed(&rows, "  ", out)
}

/// Labels set in by some blanks, and their amounts below one another.
fn listed(rows: &[(&str, &str)], indent: &str, out: &mut Out) -> Result<(), CliError> {
    let columns = LABEL + widest(rows.iter().map(|(_, amount)| *amount), AMOUNT);
    for (label, amount) in rows {
        let label = format!("{indent}{label}");
        out.line(format_args!("{label}{}", pad_left(amount, columns.saturating_sub(width(&label)))))?;
    }
    Ok(())
}

fn ageing(report: &Report, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    if report.ageing.is_empty() {
        return Ok(());
    }
    let lang = figures.lang;
    out.line("")?;
    out.line(out.paint(BOLD, lang.underway()))?;
    let mut table = Table::new(&cells::ageing_headings(lang)).indented(2);
    for row in &report.ageing {
        let style = if row.days_overdue.is_some() { ALERT } else { Style::new() };
        table.row(cells::ageing_cells(row, figures), style);
    }
    table.write(out)
}

fn foot(report: &Report, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    out.line("")?;
    out.line(out.paint(DIM, cells::sealed(report, figures)))
}
