//! `aiga account`: the balance of an account and what moved it, or the balances of all.

use std::ops::ControlFlow;

use anstyle::Style;
use ledger_core::account::Side;
use ledger_core::accounting::Books;
use ledger_core::entry::Posting;
use ledger_core::field::Field;
use ledger_core::ledger::Turnover;
use ledger_core::query::Filter;
use ledger_core::{Account, Aigas, Entry, Euros, State};
use serde_json::{Map, Value, json};

use crate::args::AccountFlags;
use crate::bureau::denominations;
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::open;
use crate::output::{BOLD, DIM, Figures, Out, Table, pad_left, pad_right};
use crate::shortfall;

/// The columns of the largest amount that an account can hold, with its sign and unit, and of a ref.
const AMOUNT: usize = 22;
const REF: usize = 24;

/// Shows an account, or all balances.
pub fn show(context: &Context, out: &mut Out, flags: &AccountFlags) -> Result<Exit, CliError> {
    let account = flags.named().transpose().map_err(|message| {
        let shown = flags.account.as_deref().unwrap_or_default();
        CliError::usage("unknown_account", message).in_french(format!("il n'y a pas de compte « {shown} »"))
    })?;
    let view = open::view(&context.folder)?;
    let standing = match flags.as_of {
        Some(date) => view.state_on(date)?,
        None => view.state()?,
    };
    let state = standing.state;
    let figures = context.figures(&state);
    let Some(account) = account else {
        open::tell_unread_end(context, &view);
        return balances(context, out, &state, &figures);
    };
    if let Some(bureau) = account.bureau().filter(|bureau| !bureau.is_office()) {
        state.registers().known_bureau(bureau)?;
    }

    if context.json {
        // One object, of which the movements are written as they are read.
        let mut summary = summary(&account, &state);
        summary["shortfalls"] = json!(state.shortfalls_in(flags.as_of));
        let summary = summary.to_string();
        out.json_part(format_args!("{},\"movements\":[", summary.strip_suffix('}').unwrap_or(&summary)))?;
    } else {
        heading(&account, &state, &figures, out)?;
        if flags.as_of.is_some() {
            shortfall::flag(&state.shortfalls_in(flags.as_of), &figures, out)?;
        }
    }
    let filter = Filter { to: flags.as_of, ..Filter::of_account(account.clone()) };
    let (mut balance, mut comma) = (0, "");
    let (mut turnover, mut written) = (Turnover::default(), Ok(()));
    view.visit(&filter, |entry| {
        written = turnover.add(entry).map_err(CliError::from);
        if written.is_err() {
            return ControlFlow::Break(());
        }
        let change = change(entry, &account);
        balance += change;
        written = if context.json {
            out.json_part(format_args!("{comma}{}", movement(entry, change, balance)))
        } else {
            out.line(row(entry, &account, change, balance, &figures))
        };
        comma = ",";
        if written.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    written?;
    let unread_end = open::tell_unread_end(context, &view);
    if context.json {
        out.line(format_args!("],\"unread_end\":{}}}", json!(unread_end)))?;
    }
    Ok(Exit::Done)
}

fn heading(account: &Account, state: &State, figures: &Figures, out: &mut Out) -> Result<(), CliError> {
    let balance = amount(account, state.balance(account), figures);
    out.line(format_args!("{}  {balance}", out.paint(BOLD, account)))?;
    if let Account::Bills(bills) = account
        && !state.bills(bills).is_empty()
    {
        denominations(&state.bills(bills), figures).indented(2).write(out)?;
    }
    out.line("")
}

/// What an entry changed on an account in cents, positive on its normal side.
fn change(entry: &Entry, account: &Account) -> i64 {
    let signed = |posting: &Posting| {
        let debited = if posting.debit() == *account { posting.cents() } else { 0 };
        let credited = if posting.credit() == *account { posting.cents() } else { 0 };
        debited - credited
    };
    let debit: i64 = entry.postings.iter().map(signed).sum();
    match account.normal_side() {
        Side::Debit => debit,
        Side::Credit => -debit,
    }
}

fn amount(account: &Account, cents: i64, figures: &Figures) -> String {
    match account {
        Account::Bills(_) => figures.aigas(Aigas::from_cents(cents)),
        Account::Euros(_) => figures.euros(Euros::from_cents(cents)),
    }
}

fn row(entry: &Entry, account: &Account, change: i64, balance: i64, figures: &Figures) -> String {
    let operation = &entry.operation;
    let number = pad_left(&format!("#{}", entry.sequence), 9);
    let reference = pad_right(operation.reference.as_str(), REF);
    let (change, balance) = (amount(account, change, figures), amount(account, balance, figures));
    let op = pad_right(operation.act.name(), 16);
    format!(
        "{}{number}  {op} {reference}{}{}",
        figures.date(operation.on),
        pad_left(&change, AMOUNT),
        pad_left(&balance, AMOUNT)
    )
}

fn movement(entry: &Entry, change: i64, balance: i64) -> Value {
    let operation = &entry.operation;
    json!({
        "on": operation.on,
        "sequence": entry.sequence,
        "op": operation.act.name(),
        "ref": operation.reference,
        "amount": Euros::from_cents(change),
        "balance": Euros::from_cents(balance),
    })
}

fn summary(account: &Account, state: &State) -> Value {
    let mut summary = Map::new();
    summary.insert("account".to_owned(), json!(account));
    summary.insert("balance".to_owned(), json!(Euros::from_cents(state.balance(account))));
    if let Account::Bills(bills) = account {
        summary.insert("bills".to_owned(), state.bills(bills).to_json());
    }
    Value::Object(summary)
}

fn balances(context: &Context, out: &mut Out, state: &State, figures: &Figures) -> Result<Exit, CliError> {
    let bills = state.balances().all_bills().map(|(account, _)| Account::from(account.clone()));
    let euros = state.balances().all_euros().map(|(account, _)| Account::from(account.clone()));
    let mut accounts: Vec<Account> = bills.chain(euros).collect();
    accounts.sort_unstable();
    if context.json {
        let all: Vec<Value> = accounts.iter().map(|account| summary(account, state)).collect();
        out.json(&all)?;
        return Ok(Exit::Done);
    }
    let heading = format!(">{}", context.lang.balance());
    let mut table = Table::new(&[context.lang.account(), &heading]);
    for account in &accounts {
        let balance = state.balance(account);
        let style = if balance == 0 { DIM } else { Style::new() };
        table.row([account.to_string(), amount(account, balance, figures)], style);
    }
    table.write(out)?;
    Ok(Exit::Done)
}
