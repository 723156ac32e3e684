//! `aiga journal`: entries as they were recorded, for people or one line of JSON each.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use ledger_core::entry::Posting;
use ledger_core::query::Filter;
use ledger_core::{Entry, Sequence, View};

use crate::args::JournalFlags;
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::open;
use crate::output::{BOLD, DIM, Figures, Out, pad_left, pad_right, to_stderr, width};

/// The least columns of `debit ← credit`, so that the amounts of most entries stand below one another.
const ACCOUNTS: usize = 60;
/// The columns of an amount.
const AMOUNT: usize = 16;

/// Shows the entries that the flags ask for.
pub fn show(context: &Context, out: &mut Out, flags: &JournalFlags) -> Result<Exit, CliError> {
    let view = open::view(&context.folder)?;
    let filter = flags.filter();
    known(&view, &filter)?;
    let symbol = view.entry(Sequence::FIRST)?.map(|first| symbol(&first)).unwrap_or_default();
    let figures = Figures::new(context.lang, symbol);
    let mut written = Ok(());
    let mut shown = 0;
    let mut last: VecDeque<Entry> = VecDeque::new();
    if flags.limit != Some(0) {
        view.visit(&filter, |entry| {
            if let Some(most) = flags.last {
                last.push_back(entry.clone());
                if last.len() > most {
                    last.pop_front();
                }
                return ControlFlow::Continue(());
            }
            written = write(context, out, &figures, entry);
            shown += 1;
            if written.is_err() || flags.limit == Some(shown) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
    }
    written?;
    open::tell_unread_end(context, &view);
    for entry in &last {
        write(context, out, &figures, entry)?;
        shown += 1;
    }
    if shown == 0 && !context.json {
        to_stderr(context.lang.no_entries());
    }
    let asked_by_name = filter.reference.is_some();
    Ok(if shown == 0 && asked_by_name { Exit::Rejected } else { Exit::Done })
}

/// A bureau or member that nobody knows is a slip of the pen, not one without entries.
fn known(view: &View, filter: &Filter) -> Result<(), CliError> {
    if filter.bureau.is_none() && filter.member.is_none() {
        return Ok(());
    }
    let state = view.state()?.state;
    if let Some(bureau) = filter.bureau.as_ref().filter(|bureau| !bureau.is_office()) {
        state.registers().known_bureau(bureau)?;
    }
    if let Some(member) = &filter.member {
        state.registers().known_member(member)?;
    }
    Ok(())
}

fn symbol(entry: &Entry) -> String {
    match &entry.operation.act {
        ledger_core::Act::Found(found) => found.symbol.to_string(),
        _ => String::new(),
    }
}

/// Writes an entry, as a line of JSON or for people.
pub fn write(context: &Context, out: &mut Out, figures: &Figures, entry: &Entry) -> Result<(), CliError> {
    if context.json {
        return out.json(entry);
    }
    let operation = &entry.operation;
    let number = out.paint(BOLD, format_args!("#{}", entry.sequence));
    out.line(format_args!(
        "{number}  {}  {}  {}",
        figures.date(operation.on),
        operation.act.name(),
        operation.reference
    ))?;
    let fields = fields(entry);
    if !fields.is_empty() {
        out.line(out.paint(DIM, format_args!("    {fields}")))?;
    }
    for posting in &entry.postings {
        out.line(line(posting, figures))?;
    }
    out.line("")
}

/// The fields of the operation that the postings do not show already, as they were submitted.
fn fields(entry: &Entry) -> String {
    let operation = &entry.operation;
    let own = operation.act.fields().into_iter().map(|(name, field)| (name, field.to_json()));
    let note = operation.note.as_ref().map(|note| ("note", note.as_str().into()));
    let operator = operation.operator.as_ref().map(|operator| ("operator", operator.as_str().into()));
    let shown = own.chain(note).chain(operator).map(|(name, value): (_, serde_json::Value)| match value {
        serde_json::Value::String(text) => format!("{name}: {text}"),
        other => format!("{name}: {other}"),
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn line(posting: &Posting, figures: &Figures) -> String {
    let accounts = format!("{} ← {}", posting.debit(), posting.credit());
    let accounts = pad_right(&accounts, ACCOUNTS.max(width(&accounts)));
    match posting {
        Posting::Bills { bills, .. } => {
            let amount = pad_left(&figures.aigas(bills.value()), AMOUNT);
            format!("    {accounts}{amount}   {}", figures.bills(bills))
        }
        Posting::Euros { amount, .. } => {
            format!("    {accounts}{}", pad_left(&figures.euros(*amount), AMOUNT))
        }
    }
}
