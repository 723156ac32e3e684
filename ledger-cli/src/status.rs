//! `aiga status`: the statement of the treasurer. Circulation on the left, the euros behind it on the right.

use anstyle::Style;
use ledger_core::report::{BureauStatus, Status};
use ledger_core::state::{TakenBack, TakenBackKind};
use ledger_core::{Euros, UnreadEnd};
use serde::Serialize;

use crate::args::{StatusFlags, today};
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::open;
use crate::output::{ALERT, BOLD, DIM, Figures, GOOD, Out, Table, pad_right, widest, width};
use crate::say;
use crate::shortfall;

/// The least columns of a label and of an amount on the left, and the same on the right.
const LABEL: usize = 32;
const AMOUNT: usize = 16;
/// The rows of a list, the oldest first, before the rest is only counted.
const ROWS: usize = 25;

/// The status for scripts.
#[derive(Serialize)]
struct Answer<'s> {
    #[serde(flatten)]
    status: &'s Status,
    unread_end: Option<UnreadEnd>,
}

/// Shows the status, as it is or as of a day.
pub fn show(context: &Context, out: &mut Out, flags: &StatusFlags) -> Result<Exit, CliError> {
    let view = open::view(&context.folder)?;
    let standing = match flags.as_of {
        Some(date) => view.state_on(date)?,
        None => view.state()?,
    };
    let today = flags.as_of.map_or_else(today, Ok)?;
    let status = Status::of(&standing.state, standing.root, flags.as_of, today);
    let unread_end = open::tell_unread_end(context, &view);
    if context.json {
        out.json(&Answer { status: &status, unread_end })?;
        return Ok(Exit::Done);
    }
    write(&status, &context.figures(&standing.state), out)?;
    Ok(Exit::Done)
}

/// Writes the statement for people.
pub fn write(status: &Status, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    heading(status, figures, out)?;
    let columns = Columns::of(status, figures);
    circulation_beside_fund(status, figures, columns, out)?;
    bills_beside_bank(status, figures, columns, out)?;
    coverage(status, figures, columns, out)?;
    if status.as_of.is_some() {
        shortfall::flag(&status.shortfalls, figures, out)?;
    }
    let lang = figures.lang;
    section(out, lang.bureaux(), &bureaux_table(&status.bureaux, figures))?;
    let (transit, payable) = (figures.euros(status.fund.transit), figures.euros(status.fund.payable));
    section(out, format_args!("{} {transit}", lang.slips()), &slips_table(status, figures))?;
    more(status.slips.len(), figures, out)?;
    section(out, format_args!("{} {payable}", lang.payables()), &payables_table(status, figures))?;
    more(status.payables.len(), figures, out)?;
    footer(status, figures, out)
}

fn heading(status: &Status, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    let lang = figures.lang;
    let mut parts = vec![format!("{} {}", figures.count(status.entries), lang.entries())];
    if let Some(date) = status.as_of {
        parts.push(format!("{} {}", lang.as_of(), figures.date(date)));
    }
    let names = [&status.association, &status.currency].into_iter().flatten().map(ToString::to_string);
    let names = names.collect::<Vec<_>>().join(" · ");
    out.line(format_args!("{}  {}", out.paint(BOLD, names), out.paint(DIM, parts.join(" · "))))?;
    out.line("")
}

/// Two columns: what circulates and the euros behind it, the bills and the bank's account.
fn circulation_beside_fund(
    status: &Status,
    figures: &Figures,
    columns: Columns,
    out: &mut Out,
) -> Result<(), CliError> {
    let lang = figures.lang;
    columns.side_by_side(&circulation(status, figures), &fund(status, figures), out)?;
    if status.circulation.at_par() == status.fund.total {
        out.line(out.paint(GOOD, lang.equal()))?;
    } else {
        out.line(out.paint(ALERT, lang.differ()))?;
    }
    out.line("")
}

fn bills_beside_bank(
    status: &Status,
    figures: &Figures,
    columns: Columns,
    out: &mut Out,
) -> Result<(), CliError> {
    columns.side_by_side(&bills(status, figures), &bank(status, figures), out)?;
    if status.own_bank < Euros::ZERO {
        let shout = format!("{} {}", figures.lang.owes_the_fund(), figures.euros(-status.own_bank));
        out.line(out.paint(ALERT, shout))?;
    }
    out.line("")
}

/// A label and its amount.
type Row = (&'static str, String);

fn circulation(status: &Status, figures: &Figures) -> [Row; 3] {
    let (lang, floats) = (figures.lang, status.float.values().copied().sum());
    [
        (lang.in_circulation(), figures.aigas(status.circulation)),
        (lang.with_the_public(), figures.aigas(status.circulation - floats)),
        (lang.in_floats(), figures.aigas(floats)),
    ]
}

fn fund(status: &Status, figures: &Figures) -> [Row; 6] {
    let (lang, fund) = (figures.lang, &status.fund);
    [
        (lang.guarantee_fund(), figures.euros(fund.total)),
        (lang.deposit(), figures.euros(fund.deposit)),
        (lang.tills(), figures.euros(fund.tills)),
        (lang.transit(), figures.euros(fund.transit)),
        (lang.receivable(), figures.euros(fund.receivable)),
        (lang.payable(), figures.euros(-fund.payable)),
    ]
}

fn bills(status: &Status, figures: &Figures) -> [Row; 4] {
    let lang = figures.lang;
    [
        (lang.bills_printed(), figures.aigas(status.printed)),
        (lang.in_the_vault(), figures.aigas(status.vault)),
        (lang.at_bureaux(), figures.aigas(status.stock.values().copied().sum())),
        (lang.circulating(), figures.aigas(status.circulation)),
    ]
}

fn bank(status: &Status, figures: &Figures) -> [Row; 3] {
    let lang = figures.lang;
    [
        (lang.bank_balance(), figures.euros(status.bank_balance)),
        (lang.of_which_fund(), figures.euros(status.fund.deposit)),
        (lang.of_which_own(), figures.euros(status.own_bank)),
    ]
}

/// How wide the columns of amounts are, in both pairs.
#[derive(Clone, Copy)]
struct Columns {
    amount: usize,
}

impl Columns {
    fn of(status: &Status, figures: &Figures) -> Self {
        let rows = circulation(status, figures).into_iter().chain(fund(status, figures));
        let rows: Vec<Row> = rows.chain(bills(status, figures)).chain(bank(status, figures)).collect();
        Self { amount: widest(rows.iter().map(|(_, amount)| amount.as_str()), AMOUNT) }
    }

    /// Two columns of labels and amounts; the first row holds the totals of those below.
    fn side_by_side(self, left: &[Row], right: &[Row], out: &mut Out) -> Result<(), CliError> {
        for row in 0..left.len().max(right.len()) {
            let indent = if row == 0 { "" } else { "  " };
            let cell = |column: &[Row]| {
                let (label, amount) = column.get(row)?;
                Some(self.pair(&format!("{indent}{label}"), amount))
            };
            let (left, right) = (cell(left).unwrap_or_default(), cell(right).unwrap_or_default());
            let line = format!("{}  {right}", pad_right(&left, LABEL + self.amount + 1));
            out.line(out.paint(if row == 0 { BOLD } else { Style::new() }, line.trim_end()))?;
        }
        Ok(())
    }

    fn pair(self, label: &str, amount: &str) -> String {
        let blanks = self.amount.saturating_sub(width(amount));
        format!("{}{:blanks$}{amount}", pad_right(label, LABEL), "")
    }
}

fn coverage(status: &Status, figures: &Figures, columns: Columns, out: &mut Out) -> Result<(), CliError> {
    let lang = figures.lang;
    let coverage = status.coverage.as_deref().map_or_else(|| "–".to_owned(), |ratio| figures.percent(ratio));
    out.line(columns.pair(lang.coverage(), &coverage))?;
    let Some(euro) = &status.oldest_undeposited else { return Ok(()) };
    let age = columns.pair(lang.oldest_euro(), &figures.days(euro.days.into()));
    let (since, account) = (figures.date(euro.since), &euro.account);
    out.line(format_args!("{age}   {} {since}, {account}", lang.since()))
}

fn section(out: &mut Out, title: impl std::fmt::Display, table: &Table) -> Result<(), CliError> {
    if table.is_empty() {
        return Ok(());
    }
    out.line("")?;
    out.line(out.paint(BOLD, title))?;
    table.write(out)
}

/// The bureaux with their bills and tills; what is overdue or at its ceiling stands out.
pub fn bureaux_table(bureaux: &[BureauStatus], figures: &Figures) -> Table {
    let lang = figures.lang;
    let headings =
        [lang.bureau(), lang.bills_held(), lang.till(), lang.ceiling(), lang.oldest(), lang.owes(), ""];
    let mut table = Table::new(&headings).indented(2);
    for bureau in bureaux {
        let owes = if bureau.receivable.is_zero() { String::new() } else { figures.euros(bureau.receivable) };
        let (remark, style) = remark(bureau, figures);
        let (till, ceiling) = match bureau.till_ceiling {
            Some(ceiling) => (figures.euros(bureau.till), figures.euros(ceiling)),
            None => (String::new(), String::new()),
        };
        let since = bureau.till_since.map(|since| figures.date(since)).unwrap_or_default();
        table.row(
            [bureau.bureau.to_string(), figures.aigas(bureau.bills), till, ceiling, since, owes, remark],
            style,
        );
    }
    table
}

fn remark(bureau: &BureauStatus, figures: &Figures) -> (String, Style) {
    let lang = figures.lang;
    if let Some(day) = bureau.closed_on {
        return (format!("{} {}", lang.closed(), figures.date(day)), DIM);
    }
    if let Some(overdue) = bureau.days_overdue {
        return (format!("{} {}", lang.overdue(), figures.days(overdue.into())), ALERT);
    }
    if bureau.terms.is_prefunded() {
        return (lang.prefunded().to_owned(), Style::new());
    }
    (String::new(), Style::new())
}

/// Says how many rows were left out.
fn more(rows: usize, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    let Some(more) = rows.checked_sub(ROWS).filter(|more| *more > 0) else { return Ok(()) };
    out.line(say!(
        figures.lang,
        "  and {more} more: aiga status --json lists them",
        "  et {more} de plus : aiga status --json les montre"
    ))
}

fn slips_table(status: &Status, figures: &Figures) -> Table {
    let lang = figures.lang;
    let mut table =
        Table::new(&[lang.slip(), lang.bureau(), lang.amount(), lang.since(), lang.age()]).indented(2);
    for slip in status.slips.iter().take(ROWS) {
        let cells = [
            slip.slip.to_string(),
            slip.bureau.to_string(),
            figures.euros(slip.amount),
            figures.date(slip.euros_since),
            figures.days(slip.days.into()),
        ];
        table.row(cells, Style::new());
    }
    table
}

fn payables_table(status: &Status, figures: &Figures) -> Table {
    let lang = figures.lang;
    let mut table = Table::new(&[lang.reference(), lang.amount(), lang.since()]).indented(2);
    for payable in status.payables.iter().take(ROWS) {
        let cells = [payable.payable.to_string(), figures.euros(payable.amount), figures.date(payable.on)];
        table.row(cells, Style::new());
    }
    table
}

fn footer(status: &Status, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    let lang = figures.lang;
    out.line("")?;
    let days =
        [(lang.closed_through(), status.closed_through), (lang.attested_through(), status.attested_through)];
    for (label, day) in days {
        if let Some(day) = day {
            out.line(format_args!("{label} {}", figures.date(day)))?;
        }
    }
    if status.as_of.is_none() {
        shortfall::list(&status.shortfalls, figures, out)?;
    }
    taken_back(&status.taken_back, figures, out)?;
    if let Some(root) = status.root {
        out.line(out.paint(DIM, format_args!("{} {root}", lang.root())))?;
    }
    Ok(())
}

/// Tells the closings and attestations that were taken back, in every report alike.
pub fn taken_back(all: &[TakenBack], figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    all.iter().try_for_each(|taken| out.line(taken_back_in(taken, figures)))
}

/// One of them.
pub fn taken_back_in(taken: &TakenBack, figures: &Figures) -> String {
    let TakenBack { what, through, entry, by, reason } = taken;
    let (lang, day) = (figures.lang, figures.date(*through));
    let what = match what {
        TakenBackKind::Closing => lang.of("closing", "clôture"),
        TakenBackKind::Attestation => lang.of("attestation", "attestation"),
    };
    say!(
        lang,
        "Taken back: the {what} through {day} (entry {entry}), by entry {by}: {reason}",
        "Repris : {what} jusqu'au {day} (écriture {entry}), par l'écriture {by} : {reason}"
    )
}
