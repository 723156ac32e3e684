//! `aiga status`: the statement of the treasurer. Circulation on the left, the euros behind it on the right.

use anstyle::Style;
use ledger_core::report::{BureauStatus, Status};
use ledger_core::Euros;

use crate::args::{StatusFlags, today};
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::open;
use crate::output::{ALERT, BOLD, DIM, Figures, GOOD, Out, Table, pad_left, pad_right};
use crate::say;

/// The columns of a label and of an amount on the left, and the same on the right.
const LABEL: usize = 30;
const AMOUNT: usize = 18;

/// Shows the status, as it is or as of a day.
pub fn show(context: &Context, out: &mut Out, flags: &StatusFlags) -> Result<Exit, CliError> {
    let view = open::view(&context.folder)?;
    let standing = match flags.as_of {
        Some(date) => view.state_on(date)?,
        None => view.state()?,
    };
    let today = flags.as_of.map_or_else(today, Ok)?;
    let status = Status::of(&standing.state, standing.root, flags.as_of, today);
    if context.json {
        out.json(&status)?;
        return Ok(Exit::Done);
    }
    write(&status, &context.figures(&standing.state), out)?;
    Ok(Exit::Done)
}

/// Writes the statement for people.
pub fn write(status: &Status, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    heading(status, figures, out)?;
    circulation_beside_fund(status, figures, out)?;
    bank(status, figures, out)?;
    bills(status, figures, out)?;
    let lang = figures.lang;
    section(out, lang.bureaux(), &bureaux_table(&status.bureaux, figures))?;
    section(out, lang.slips(), &slips_table(status, figures))?;
    section(out, lang.payables(), &payables_table(status, figures))?;
    footer(status, figures, out)
}

fn heading(status: &Status, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    let lang = figures.lang;
    let mut parts = vec![format!("{} {}", figures.count(status.entries), lang.entries())];
    if let Some(date) = status.as_of {
        parts.push(format!("{} {date}", lang.as_of()));
    }
    let names = [&status.association, &status.currency].into_iter().flatten().map(ToString::to_string);
    let names = names.collect::<Vec<_>>().join(" · ");
    out.line(format_args!("{}  {}", out.paint(BOLD, names), out.paint(DIM, parts.join(" · "))))?;
    out.line("")
}

fn circulation_beside_fund(status: &Status, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    let (lang, fund) = (figures.lang, &status.fund);
    let floats = status.float.values().copied().sum();
    let left = [
        (lang.with_the_public(), figures.aigas(status.circulation - floats)),
        (lang.in_floats(), figures.aigas(floats)),
    ];
    let right = [
        (lang.deposit(), figures.euros(fund.deposit)),
        (lang.tills(), figures.euros(fund.tills)),
        (lang.transit(), figures.euros(fund.transit)),
        (lang.receivable(), figures.euros(fund.receivable)),
        (lang.payable(), figures.euros(-fund.payable)),
    ];
    for place in 0..right.len() {
        let left = left.get(place).map(|(label, amount)| cell(label, amount)).unwrap_or_default();
        let right = right.get(place).map(|(label, amount)| cell(label, amount)).unwrap_or_default();
        out.line(format_args!("{}   {right}", pad_right(&left, LABEL + AMOUNT)))?;
    }
    let circulation = cell(lang.in_circulation(), &figures.aigas(status.circulation));
    let fund_total = cell(lang.guarantee_fund(), &figures.euros(fund.total));
    out.line(out.paint(BOLD, format_args!("{circulation}   {fund_total}")))?;
    if status.circulation.at_par() == fund.total {
        out.line(out.paint(GOOD, lang.equal()))?;
    } else {
        out.line(out.paint(ALERT, lang.differ()))?;
    }
    out.line("")
}

fn cell(label: &str, amount: &str) -> String {
    format!("{}{}", pad_right(label, LABEL), pad_left(amount, AMOUNT))
}

fn bank(status: &Status, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    let lang = figures.lang;
    let fact = |label: &str, figure: &str| format!("{} {figure}", pad_right(label, LABEL + 6));
    let own = status.own_bank;
    out.line(format_args!(
        "{}, {} {}",
        fact(lang.bank_balance(), &figures.euros(status.bank_balance)),
        lang.of_which_own(),
        figures.euros(own)
    ))?;
    if own < Euros::ZERO {
        let shout = format!("{} {}", lang.owes_the_fund(), figures.euros(-own));
        out.line(out.paint(ALERT, shout))?;
    }
    let coverage = status.coverage.as_deref().map_or_else(|| "–".to_owned(), |ratio| figures.percent(ratio));
    out.line(fact(lang.coverage(), &coverage))?;
    let oldest = match &status.oldest_undeposited {
        Some(euro) => format!("{}, {} ({})", days(euro.days, figures), euro.since, euro.account),
        None => lang.none().to_owned(),
    };
    out.line(fact(lang.oldest_euro(), &oldest))
}

fn bills(status: &Status, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    let lang = figures.lang;
    let consigned = status.stock.values().copied().sum();
    let parts = [
        (status.printed, lang.printed()),
        (status.vault, lang.vault()),
        (consigned, lang.at_bureaux()),
        (status.circulation, lang.of("in circulation", "en circulation")),
    ];
    let shown = parts.map(|(amount, label)| format!("{} {label}", figures.aigas(amount)));
    let [printed, vault, bureaux, circulation] = shown;
    out.line(format_args!("{} {printed} = {vault} + {bureaux} + {circulation}", pad_right(lang.bills(), LABEL + 6)))
}

fn section(out: &mut Out, title: &str, table: &Table) -> Result<(), CliError> {
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
        [lang.bureau(), lang.bills_held(), lang.till(), lang.ceiling(), lang.oldest(), lang.owes(), lang.remark()];
    let mut table = Table::new(&headings).indented(2);
    for bureau in bureaux {
        let owes = if bureau.receivable.is_zero() { String::new() } else { figures.euros(bureau.receivable) };
        let (remark, style) = remark(bureau, figures);
        let (till, ceiling) = match bureau.till_ceiling {
            Some(ceiling) => (figures.euros(bureau.till), figures.euros(ceiling)),
            None => (String::new(), String::new()),
        };
        let since = bureau.till_since.map(|since| since.to_string()).unwrap_or_default();
        table.row([bureau.bureau.to_string(), figures.aigas(bureau.bills), till, ceiling, since, owes, remark], style);
    }
    table
}

fn remark(bureau: &BureauStatus, figures: &Figures) -> (String, Style) {
    let lang = figures.lang;
    if let Some(day) = bureau.closed_on {
        return (format!("{} {day}", lang.closed()), DIM);
    }
    if let Some(overdue) = bureau.days_overdue {
        return (format!("{} {}", lang.overdue(), days(overdue, figures)), ALERT);
    }
    if bureau.terms.is_prefunded() {
        return (lang.prefunded().to_owned(), Style::new());
    }
    (String::new(), Style::new())
}

fn days(days: i32, figures: &Figures) -> String {
    match days {
        1 => say!(figures.lang, "1 day", "1 jour"),
        _ => say!(figures.lang, "{days} days", "{days} jours"),
    }
}

fn slips_table(status: &Status, figures: &Figures) -> Table {
    let lang = figures.lang;
    let mut table = Table::new(&[lang.slip(), lang.bureau(), lang.amount(), lang.since(), lang.age()]).indented(2);
    for slip in &status.slips {
        let cells = [
            slip.slip.to_string(),
            slip.bureau.to_string(),
            figures.euros(slip.amount),
            slip.euros_since.to_string(),
            days(slip.days, figures),
        ];
        table.row(cells, Style::new());
    }
    table
}

fn payables_table(status: &Status, figures: &Figures) -> Table {
    let lang = figures.lang;
    let mut table = Table::new(&[lang.reference(), lang.amount(), lang.since()]).indented(2);
    for payable in &status.payables {
        let cells = [payable.payable.to_string(), figures.euros(payable.amount), payable.on.to_string()];
        table.row(cells, Style::new());
    }
    table
}

fn footer(status: &Status, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    let lang = figures.lang;
    out.line("")?;
    let days = [(lang.closed_through(), status.closed_through), (lang.attested_through(), status.attested_through)];
    for (label, day) in days {
        if let Some(day) = day {
            out.line(format_args!("{label} {day}"))?;
        }
    }
    if let Some(root) = status.root {
        out.line(out.paint(DIM, format_args!("{} {root}", lang.root())))?;
    }
    Ok(())
}
