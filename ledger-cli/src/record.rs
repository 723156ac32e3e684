//! The one way of every command that records: flags → operation → post → receipt and entry → two lines.

use clap::Args;
use ledger_core::Sequence;
use ledger_core::field::EntryName;
use ledger_core::{Act, Date, Entry, Ledger, LedgerError, Receipt, Rejection};
use serde_json::json;

use crate::args::{Common, IntoAct, Recorded};
use crate::context::Context;
use crate::dates;
use crate::error::{CliError, Exit};
use crate::interrupt;
use crate::open::{self, Place, Rehearsal};
use crate::output::{DIM, Out, warn};
use crate::shortfall;
use crate::told;

/// Records what the flags describe.
pub fn record<A: Args + IntoAct>(
    context: &Context,
    out: &mut Out,
    flags: Recorded<A>,
) -> Result<Exit, CliError> {
    let Recorded { act, common } = flags;
    if common.dry_run {
        let mut ledger = Rehearsal::dry_run(context)?;
        return post(context, out, &mut ledger, act, &common);
    }
    let mut ledger = open::writer(context)?;
    ledger.trust_clock(context.clock);
    post(context, out, &mut ledger, act, &common)
}

/// Founds a ledger where there is none.
pub fn found<A: Args + IntoAct>(
    context: &Context,
    out: &mut Out,
    flags: Recorded<A>,
) -> Result<Exit, CliError> {
    match open::place(&context.folder)? {
        Place::Ledger => return record(context, out, flags),
        Place::Free => {}
        Place::Foreign => return Err(open::not_free(&context.folder)),
    }
    let Recorded { act, common } = flags;
    let mut rehearsal = Rehearsal::over(&context.folder)?;
    rehearsal.trust_clock(context.clock);
    let operation = common.operation(act.into_act(rehearsal.state()), None)?;
    dates::ask(context, &operation, &common)?;
    // On the rehearsal first, so that nothing is left of a ledger that could not be founded.
    let receipt = rehearsal.post(&operation)?;
    if common.dry_run {
        return tell(context, out, &rehearsal, &receipt, true);
    }
    interrupt::finish();
    let mut ledger = open::create(&context.folder)?;
    ledger.trust_clock(context.clock);
    let receipt = ledger.post(&operation)?;
    tell(context, out, &ledger, &receipt, false).map_err(|error| error.although_recorded(&receipt))
}

fn post(
    context: &Context,
    out: &mut Out,
    ledger: &mut Ledger,
    act: impl IntoAct,
    common: &Common,
) -> Result<Exit, CliError> {
    act.object(&context.folder)?;
    let act = act.into_act_on(ledger.state(), common.day()?);
    let at_least = reversed_on(ledger, &act)?;
    let operation = common.operation(act, at_least)?;
    dates::ask(context, &operation, common)?;
    interrupt::finish();
    let receipt = ledger.post(&operation)?;
    open::tell_clock(context, ledger);
    let told = tell(context, out, ledger, &receipt, common.dry_run);
    if common.dry_run { told } else { told.map_err(|error| error.although_recorded(&receipt)) }
}

/// The day of the entry that an act reverses: its reversal is not earlier.
fn reversed_on(ledger: &mut Ledger, act: &Act) -> Result<Option<Date>, LedgerError> {
    let Act::Reverse(act) = act else { return Ok(None) };
    let target = match &act.entry {
        EntryName::Sequence(sequence) => ledger.entry(*sequence)?,
        EntryName::Reference(reference) => ledger.entry_of(reference)?,
    };
    Ok(target.map(|entry| entry.operation.on))
}

/// Says what happened, in a line for the operation and one for what it left.
fn tell(
    context: &Context,
    out: &mut Out,
    ledger: &Ledger,
    receipt: &Receipt,
    dry_run: bool,
) -> Result<Exit, CliError> {
    let entry = entry_of(ledger, receipt.sequence)?;
    let short = ledger.state().shortfalls_by(receipt.sequence);
    let figures = context.figures(ledger.state());
    for one in &short {
        warn(context.lang, shortfall::told(one, &figures));
    }
    if context.json {
        let warnings: Vec<_> = short.iter().map(|one| shortfall::to_json(one, &figures)).collect();
        out.json(&json!({ "receipt": receipt, "entry": entry, "dry_run": dry_run, "warnings": warnings }))?;
        out.flush()?;
        return Ok(Exit::Done);
    }
    let lang = context.lang;
    out.line(told::happened(&entry, ledger.state(), &figures))?;
    if let Some(left) = told::left(&entry, ledger.state(), &figures) {
        out.line(format_args!("{} {left}", lang.now()))?;
    }
    let sequence = figures.count(receipt.sequence.number());
    let reference = &receipt.reference;
    let line = match (receipt.replayed, dry_run) {
        (true, _) => crate::say!(
            lang,
            "Already recorded as entry {sequence} (ref {reference}); nothing was recorded now.",
            "Déjà enregistré : écriture {sequence} (réf. {reference}) ; rien n'a été enregistré."
        ),
        (false, true) => lang.dry_run().to_owned(),
        (false, false) => {
            let root = receipt.root.to_string();
            let root = root.get(..16).unwrap_or(&root);
            crate::say!(
                lang,
                "Entry {sequence}, ref {reference}, root {root}…",
                "Écriture {sequence}, réf. {reference}, racine {root}…"
            )
        }
    };
    out.line(out.paint(DIM, line))?;
    out.flush()?;
    Ok(Exit::Done)
}

fn entry_of(ledger: &Ledger, sequence: Sequence) -> Result<Entry, LedgerError> {
    let entry = ledger.entry(sequence)?;
    entry.ok_or_else(|| Rejection::UnknownEntry { entry: EntryName::Sequence(sequence) }.into())
}
