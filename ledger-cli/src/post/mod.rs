//! `aiga post`: a file of operations, all or nothing. The whole file is rehearsed first, then written in blocks; a crash
//! between two blocks leaves a prefix, which posting the file again completes.

mod source;
mod summary;

use std::path::Path;
use std::time::Instant;

use ledger_core::{Act, Ledger, Rejection};

use self::source::Batch;
pub use self::source::Source;
pub use self::summary::Summary;
use crate::args::PostFlags;
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::open::{self, Place, Rehearsal};
use crate::output::{Out, progress};

/// Posts a file.
pub fn run(context: &Context, out: &mut Out, flags: &PostFlags) -> Result<Exit, CliError> {
    let began = Instant::now();
    let mut source = Source::open(&flags.file)?;
    let mut summary = if flags.dry_run {
        rehearse(&context.folder, &mut source)?
    } else {
        post_all(&context.folder, &mut source, flags.keep_going)?
    };
    summary.took = began.elapsed();
    summary.write(context, out)
}

/// Rehearses a file and records nothing.
fn rehearse(folder: &Path, source: &mut Source) -> Result<Summary, CliError> {
    may_found(folder, source)?;
    let mut summary = check(Rehearsal::over(folder)?, source)?;
    summary.dry_run = true;
    Ok(summary)
}

/// Records the operations of a file: all of them or none, or with `keep_going` those that the rules allow.
pub fn post_all(folder: &Path, source: &mut Source, keep_going: bool) -> Result<Summary, CliError> {
    let place = may_found(folder, source)?;
    if place == Place::Free {
        // Nothing may be left of a ledger that could not be founded, so it is made when all is known to be well.
        let mut summary = check(Rehearsal::over(folder)?, source)?;
        if summary.recorded == 0 || (summary.rejected_count > 0 && !keep_going) {
            summary.nothing_recorded(None);
            return Ok(summary);
        }
        return write(&mut open::create(folder)?, source, keep_going);
    }
    // The lock is held from before the check until all is written.
    let mut ledger = open::writer(folder)?;
    if !keep_going {
        let mut summary = check(Rehearsal::over(folder)?, source)?;
        if summary.rejected_count > 0 {
            summary.nothing_recorded(Some(&ledger));
            return Ok(summary);
        }
        if summary.recorded == 0 {
            return Ok(summary);
        }
    }
    write(&mut ledger, source, keep_going)
}

/// Where there is no ledger, a file that begins with the founding of one makes it.
fn may_found(folder: &Path, source: &mut Source) -> Result<Place, CliError> {
    let place = open::place(folder)?;
    let Some(first) = source.first()? else {
        let message = format!("empty file: no operation in {}", source.name());
        return Err(CliError::not_found("empty_file", message)
            .in_french(format!("fichier vide : aucune opération dans {}", source.name())));
    };
    let founds = first.map_or(true, |operation| matches!(operation.act, Act::Found(_)));
    if place == Place::Foreign || (place == Place::Free && !founds) {
        return Err(open::no_ledger(folder));
    }
    Ok(place)
}

/// Judges every operation of the file.
fn check(mut rehearsal: Rehearsal, source: &mut Source) -> Result<Summary, CliError> {
    let mut summary = Summary::begin();
    let bar = progress(source.bytes(), "checking");
    source.each_batch(&bar, |batch| post_each(&mut rehearsal, batch, &mut summary))?;
    bar.finish_and_clear();
    summary.stands_at(&rehearsal);
    Ok(summary)
}

/// Writes the operations of the file.
fn write(ledger: &mut Ledger, source: &mut Source, keep_going: bool) -> Result<Summary, CliError> {
    let mut summary = Summary::begin();
    let bar = progress(source.bytes(), "recording");
    let written = source.each_batch(&bar, |batch| {
        if keep_going {
            post_each(ledger, batch, &mut summary)
        } else {
            post_block(ledger, &batch, &mut summary)
        }
    });
    bar.finish_and_clear();
    written.map_err(|error| error.after_recording(summary.recorded))?;
    summary.stands_at(ledger);
    Ok(summary)
}

/// Records the good operations of a batch and notes the others.
fn post_each(ledger: &mut Ledger, batch: Batch, summary: &mut Summary) -> Result<(), CliError> {
    let outcomes = ledger.post_each(&batch.operations)?;
    let mut refused: Vec<(u64, Rejection)> = batch.unread;
    for (line, outcome) in batch.lines.into_iter().zip(outcomes) {
        match outcome {
            Ok(receipt) => summary.posted(&receipt),
            Err(rejection) => refused.push((line, rejection)),
        }
    }
    refused.sort_by_key(|(line, _)| *line);
    summary.refuse(refused);
    Ok(())
}

/// Records a batch in one block.
fn post_block(ledger: &mut Ledger, batch: &Batch, summary: &mut Summary) -> Result<(), CliError> {
    if let Some((_, rejection)) = batch.unread.first() {
        // The file was read before without this.
        return Err(CliError::storage("file_changed", rejection));
    }
    ledger.post_batch(&batch.operations)?.iter().for_each(|receipt| summary.posted(receipt));
    Ok(())
}
