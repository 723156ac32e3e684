//! `aiga receipt`: an entry to take home, as a file that proves itself and as half a page to print.

mod page;

use ledger_core::field::EntryName;
use ledger_core::proof::{Checkpoint, SignedReceipt, receipt_of};
use ledger_core::{Rejection, Sequence, View};
use serde_json::json;

use crate::args::{OfflineFlags, ReceiptCommand, ReceiptFlags, named_file};
use crate::aside::{NewFile, Readers, There, apart, is_stdout};
use crate::checkpoint::to_json;
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::journal;
use crate::key::{self, Signing};
use crate::kind::Kind;
use crate::open;
use crate::output::{DIM, Figures, GOOD, Out, alone_on_stdout};
use crate::proof_file::{KeyFrom, begin, read, write_key, write_together};
use crate::say;

/// Runs `aiga receipt …`.
pub fn run(context: &Context, out: &mut Out, flags: &ReceiptFlags) -> Result<Exit, CliError> {
    match (&flags.command, &flags.entry) {
        (Some(ReceiptCommand::Verify(flags)), _) => verify(context, out, flags),
        (None, Some(entry)) => make(context, out, entry, flags),
        (None, None) => Err(CliError::usage("usage", "of which entry?")),
    }
}

fn make(context: &Context, out: &mut Out, entry: &EntryName, flags: &ReceiptFlags) -> Result<Exit, CliError> {
    let file = named_file(flags.file.as_ref());
    let to_stdout = file.is_none() && (flags.file.is_some() || flags.html.is_none());
    let page_to_stdout = flags.html.as_deref().is_some_and(is_stdout);
    alone_on_stdout(&[
        ("--html -", page_to_stdout),
        ("--json", context.json && !to_stdout),
        ("FILE -", to_stdout),
    ])?;
    apart(&[("FILE", file), ("--html", flags.html.as_deref())])?;
    let view = open::view_to_sign(&context.folder)?;
    let key = Signing::begin(context, flags.because.because.as_ref())?;
    let unknown = || Rejection::UnknownEntry { entry: entry.clone() };
    let sequence = match entry {
        EntryName::Sequence(sequence) => *sequence,
        EntryName::Reference(reference) => view.entry_of(reference)?.ok_or_else(unknown)?.sequence,
    };
    let receipt = receipt_of(&view, sequence, key.signer())?;
    key.keep(context, receipt.note())?;
    open::tell_unread_end(context, &view);
    let mut files = Vec::new();
    if let Some(path) = file {
        files.push((begin(context, path)?, receipt.to_text()));
    }
    if let Some(path) = &flags.html {
        let begun = NewFile::begin(context, path, Readers::Everybody, There::of(flags.replace))?;
        files.push((begun, page(context, &view, &receipt)?));
    }
    write_together(files)?;
    if to_stdout {
        out.text(receipt.to_text())?;
        return Ok(Exit::Done);
    }
    if page_to_stdout {
        return Ok(Exit::Done);
    }
    tell(context, out, &receipt)?;
    Ok(Exit::Done)
}

fn page(context: &Context, view: &View, receipt: &SignedReceipt) -> Result<String, CliError> {
    let standing = view.state_after(receipt.entry().sequence)?;
    let first = view.entry(Sequence::FIRST)?;
    page::html(receipt, first.as_ref(), &standing.state, &context.figures(&standing.state))
}

fn verify(context: &Context, out: &mut Out, flags: &OfflineFlags) -> Result<Exit, CliError> {
    let named = key::named(flags.key.as_deref())?;
    let key_from = if named.is_some() { KeyFrom::User } else { KeyFrom::File };
    let receipt = SignedReceipt::read(&read(&flags.file, &[Kind::Receipt])?, named.as_ref())?;
    if context.json {
        let checkpoint = to_json(receipt.checkpoint());
        let (entry, key) = (receipt.entry(), receipt.key().to_string());
        out.json(&json!({
            "ok": true, "entry": entry, "checkpoint": checkpoint, "key": key, "key_from": key_from,
        }))?;
        return Ok(Exit::Done);
    }
    let figures = Figures::new(context.lang, "Ä");
    journal::write(context, out, &figures, receipt.entry())?;
    tell(context, out, &receipt)?;
    write_key(context, out, receipt.key(), key_from)?;
    Ok(Exit::Done)
}

/// Says which entry it is, and under which checkpoint.
fn tell(context: &Context, out: &mut Out, receipt: &SignedReceipt) -> Result<(), CliError> {
    let Checkpoint { origin, size, root, .. } = receipt.checkpoint();
    let sequence = receipt.entry().sequence;
    if context.json {
        let checkpoint = to_json(receipt.checkpoint());
        return out.json(&json!({ "sequence": sequence, "checkpoint": checkpoint }));
    }
    let (lang, figures) = (context.lang, Figures::new(context.lang, "Ä"));
    let (sequence, entries) = (figures.count(sequence.number()), figures.count(*size));
    out.line(out.paint(
        GOOD,
        say!(
            lang,
            "This is entry {sequence} of the {entries} that {origin} has signed.",
            "C'est l'écriture {sequence} sur les {entries} que {origin} a signées."
        ),
    ))?;
    out.line(out.paint(DIM, format_args!("{} {root}", lang.root())))
}
