//! `aiga bureau`: list and show; what records goes the way of every recording command.

use anstyle::Style;
use ledger_core::account::BillAccount;
use ledger_core::accounting::Books;
use ledger_core::field::Field;
use ledger_core::report::{BureauStatus, Status};
use ledger_core::{Bills, BureauId, Rejection, State, UnreadEnd};
use serde_json::json;

use crate::args::{BureauCommand, today};
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::open;
use crate::output::{BOLD, Figures, Out, Table};
use crate::record::record;
use crate::status::bureaux_table;
use crate::told::terms_shown;

/// Runs `aiga bureau …`.
pub fn run(context: &Context, out: &mut Out, command: BureauCommand) -> Result<Exit, CliError> {
    match command {
        BureauCommand::Open(flags) => record(context, out, flags),
        BureauCommand::Amend(flags) => record(context, out, flags),
        BureauCommand::Close(flags) => record(context, out, flags),
        BureauCommand::List => list(context, out),
        BureauCommand::Show { bureau } => show(context, out, bureau),
    }
}

fn list(context: &Context, out: &mut Out) -> Result<Exit, CliError> {
    let (state, status, _) = status(context)?;
    if context.json {
        out.json(&status.bureaux)?;
        return Ok(Exit::Done);
    }
    let lang = context.lang;
    let figures = context.figures(&state);
    let mut table = Table::new(&[lang.bureau(), lang.name(), lang.group(), lang.terms()]);
    for bureau in &status.bureaux {
        let terms = standing(bureau, &figures);
        let cells =
            [bureau.bureau.to_string(), bureau.name.to_string(), bureau.local_group.to_string(), terms];
        table.row(cells, Style::new());
    }
    table.write(out)?;
    Ok(Exit::Done)
}

fn show(context: &Context, out: &mut Out, id: BureauId) -> Result<Exit, CliError> {
    let (state, status, unread_end) = status(context)?;
    let Some(bureau) = status.bureaux.into_iter().find(|bureau| bureau.bureau == id) else {
        return Err(Rejection::UnknownBureau { bureau: id }.into());
    };
    let account = if bureau.terms.is_prefunded() { BillAccount::Float(id) } else { BillAccount::Stock(id) };
    let bills = state.bills(&account);
    if context.json {
        let by_denomination = bills.to_json();
        out.json(&json!({
            "bureau": bureau,
            "account": account,
            "bills": by_denomination,
            "unread_end": unread_end,
        }))?;
        return Ok(Exit::Done);
    }
    let figures = context.figures(&state);
    let BureauStatus { bureau: id, name, local_group, .. } = &bureau;
    out.line(format_args!("{}  {name}, {local_group}", out.paint(BOLD, id)))?;
    out.line(standing(&bureau, &figures))?;
    out.line("")?;
    bureaux_table(std::slice::from_ref(&bureau), &figures).write(out)?;
    if !bills.is_empty() {
        out.line("")?;
        denominations(&bills, &figures).write(out)?;
    }
    Ok(Exit::Done)
}

/// The bills of an account, one row for each denomination.
pub fn denominations(bills: &Bills, figures: &Figures) -> Table {
    let lang = figures.lang;
    let mut table = Table::new(&[lang.denomination(), lang.count(), lang.value()]);
    for (denomination, count) in bills.iter() {
        let value = figures.aigas(Bills::from_iter([(denomination, count)]).value());
        let cells = [denomination.to_string(), figures.count(count.unsigned_abs()), value];
        table.row(cells, Style::new());
    }
    table
}

fn standing(bureau: &BureauStatus, figures: &Figures) -> String {
    let terms = terms_shown(bureau.terms, figures);
    match bureau.closed_on {
        Some(day) => format!("{terms}; {} {}", figures.lang.closed(), figures.date(day)),
        None => terms,
    }
}

fn status(context: &Context) -> Result<(State, Status, Option<UnreadEnd>), CliError> {
    let view = open::view(&context.folder)?;
    let standing = view.state()?;
    let status = Status::of(&standing.state, standing.root, None, today()?);
    Ok((standing.state, status, open::tell_unread_end(context, &view)))
}
