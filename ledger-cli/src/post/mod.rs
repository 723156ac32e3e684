//! `aiga post`: a file of operations, all or nothing. The whole file is recorded in a rehearsal first, which the ledger then
//! adopts in one block. What is more than a block takes goes in parts, and says so; an interruption between two of them leaves
//! a prefix, which posting the file again completes.

mod source;
mod spool;
mod summary;

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use ledger_core::{Act, Ledger, Rejection};

use self::source::Batch;
pub use self::source::Source;
pub use self::summary::Summary;
use crate::args::{PostFlags, today};
use crate::context::Context;
use crate::dates::{Ahead, is_ahead};
use crate::error::{CliError, Exit};
use crate::interrupt;
use crate::lang::Lang;
use crate::open::{self, Place, Rehearsal};
use crate::output::{Figures, Out, Unit, progress, to_stderr};
use crate::say;

/// Posts a file.
pub fn run(context: &Context, out: &mut Out, flags: &PostFlags) -> Result<Exit, CliError> {
    let began = Instant::now();
    let mut source = Source::open(&flags.file)?;
    let mut summary = if flags.dry_run {
        rehearse(context, &mut source)?
    } else {
        post_all(context, &mut source, flags.keep_going)?
    };
    summary.took = began.elapsed();
    summary.write(context, out)
}

/// Rehearses a file and records nothing.
fn rehearse(context: &Context, source: &mut Source) -> Result<Summary, CliError> {
    may_found(&context.folder, source)?;
    let mut rehearsal = Rehearsal::dry_run(context)?;
    let mut summary = judge(&mut rehearsal, source)?;
    open::tell_clock(context, &rehearsal);
    summary.dry_run = true;
    Ok(summary)
}

/// Records the operations of a file: all of them or none, or with `keep_going` those that the rules allow.
pub fn post_all(context: &Context, source: &mut Source, keep_going: bool) -> Result<Summary, CliError> {
    let folder = &context.folder;
    let place = may_found(folder, source)?;
    // The lock is held from before the rehearsal until all is recorded. Nothing may be left of a ledger that could not be
    // founded, so a new one is made when all is known to be well.
    let mut ledger = if place == Place::Ledger { Some(open::writer(context)?) } else { None };
    let mut rehearsal = match &ledger {
        Some(ledger) => Rehearsal::of(ledger, folder)?,
        None => Rehearsal::over(folder)?,
    };
    rehearsal.trust_clock(context.clock);
    let mut summary = judge(&mut rehearsal, source)?;
    open::tell_clock(context, &rehearsal);
    if summary.recorded == 0 || (summary.rejected_count > 0 && !keep_going) {
        summary.nothing_recorded(ledger.as_ref());
        return Ok(summary);
    }
    let ledger = if let Some(ledger) = &mut ledger {
        ledger
    } else {
        interrupt::finish();
        ledger.insert(open::create(folder)?)
    };
    adopt(context, ledger, &rehearsal, &mut summary)?;
    Ok(summary)
}

/// Records what was rehearsed. Between two parts an interruption ends it.
fn adopt(
    context: &Context,
    ledger: &mut Ledger,
    rehearsal: &Ledger,
    summary: &mut Summary,
) -> Result<(), CliError> {
    interrupt::finish();
    summary.parts = ledger.parts(rehearsal)?;
    if summary.parts > 1 {
        to_stderr(in_parts(context.lang, summary));
    }
    let bar = progress(summary.recorded, Unit::Entries, "recording");
    let (mut recorded, mut parts) = (0, 0);
    let adopted = ledger.adopt(rehearsal, &mut |entries| {
        (recorded, parts) = (entries, parts + 1);
        bar.set_position(entries);
        if interrupt::asked().is_some() && parts < summary.parts {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    bar.finish_and_clear();
    let ended = adopted.map_err(|error| CliError::from(error).after_recording(recorded))?;
    match interrupt::asked() {
        Some(exit) if ended.is_break() => Err(interrupted(exit, summary, recorded, parts)),
        _ => Ok(()),
    }
}

fn in_parts(lang: Lang, summary: &Summary) -> String {
    let parts = summary.parts;
    say!(
        lang,
        "The file is more than one commit takes: it is recorded in {parts} parts, each of them all or nothing.",
        "Le fichier dépasse ce qu'un enregistrement peut contenir : il est enregistré en {parts} parties, chacune en entier ou \
         pas du tout."
    )
}

/// So many operations of the file are recorded, in so many parts, and the others are not.
fn interrupted(exit: Exit, summary: &Summary, recorded: u64, part: u64) -> CliError {
    let (parts, line) = (summary.parts, summary.line_of(recorded));
    let said = |lang: Lang| {
        let count = Figures::new(lang, "").count(recorded);
        say!(
            lang,
            "interrupted after part {part} of {parts}: {count} operations of the file are recorded, and nothing from line {line} \
             on; posting the file again completes it",
            "interrompu après la partie {part} sur {parts} : {count} opérations du fichier sont enregistrées, et rien à partir de \
             la ligne {line} ; relancer le fichier le complète"
        )
    };
    CliError::interrupted(exit, said(Lang::En), said(Lang::Fr))
        .with_figure("recorded", recorded)
        .with_figure("next_line", line)
        .with_figure("part", part)
        .with_figure("parts", parts)
}

/// Where there is no ledger, a file that begins with the founding of one makes it.
fn may_found(folder: &Path, source: &mut Source) -> Result<Place, CliError> {
    let place = open::place(folder)?;
    let Some(first) = source.first()? else {
        let message = format!("empty file: no operation in {}", source.name());
        return Err(CliError::not_found("empty_file", message)
            .in_french(format!("fichier vide : aucune opération dans {}", source.name())));
    };
    let founds = first.as_ref().map_or(true, |operation| matches!(operation.act, Act::Found(_)));
    if place == Place::Foreign || (place == Place::Free && !founds) {
        return Err(open::no_ledger(folder));
    }
    Ok(place)
}

/// Posts every operation of the file to a rehearsal, and says what became of each.
fn judge(rehearsal: &mut Ledger, source: &mut Source) -> Result<Summary, CliError> {
    let mut summary = Summary::begin();
    let before = rehearsal.state().entries();
    let bar = progress(source.bytes(), Unit::Bytes, "checking");
    source.each_batch(&bar, |batch| post_each(rehearsal, batch, &mut summary))?;
    bar.finish_and_clear();
    summary.stands_at(rehearsal);
    summary.shortfalls_behind(before, rehearsal);
    Ok(summary)
}

/// Posts the good operations of a batch and notes the others.
fn post_each(ledger: &mut Ledger, batch: Batch, summary: &mut Summary) -> Result<(), CliError> {
    let outcomes = ledger.post_each(&batch.operations)?;
    let today = today()?;
    let mut refused: Vec<(u64, Rejection)> = batch.unread;
    for ((line, outcome), operation) in batch.lines.into_iter().zip(outcomes).zip(&batch.operations) {
        match outcome {
            Ok(receipt) => {
                summary.posted(line, receipt.replayed);
                if !receipt.replayed && is_ahead(operation, today) {
                    summary.is_ahead(Ahead { line, on: operation.on });
                }
            }
            Err(rejection) => refused.push((line, rejection)),
        }
    }
    refused.sort_by_key(|(line, _)| *line);
    summary.refuse(refused);
    Ok(())
}
