//! `aiga consistency`: that the journal only grew between two checkpoints, proved.

use std::path::Path;

use ledger_core::View;
use ledger_core::journal::{Hash, Root};
use ledger_core::proof::{
    Checkpoint, ProofError, SignedGrowth, SignedNote, SignedReceipt, VerifyingKey, checkpoint_now, growth_of,
};
use serde_json::json;

use crate::args::{ConsistencyCommand, ConsistencyFlags, OfflineFlags, named_file};
use crate::checkpoint::to_json;
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::key::{self, Signing};
use crate::kind::Kind;
use crate::open;
use crate::output::{DIM, Figures, GOOD, Out};
use crate::proof_file::{KeyFrom, begin, read, write_key, write_together};
use crate::say;

/// Runs `aiga consistency …`.
pub fn run(context: &Context, out: &mut Out, flags: &ConsistencyFlags) -> Result<Exit, CliError> {
    match (&flags.command, &flags.old) {
        (Some(ConsistencyCommand::Verify(flags)), _) => verify(context, out, flags),
        (None, Some(old)) => prove(context, out, old, flags),
        (None, None) => Err(CliError::usage("usage", "which checkpoint?")),
    }
}

/// One end of what is proved: a checkpoint, and the entry with which it came, if it came with one.
struct End {
    note: Option<SignedNote>,
    checkpoint: Checkpoint,
    receipt: Option<SignedReceipt>,
}

impl End {
    fn read(path: &Path, key: &VerifyingKey) -> Result<Self, CliError> {
        let text = read(path, &[Kind::Checkpoint, Kind::Receipt])?;
        if SignedReceipt::is_meant_by(&text) {
            let receipt = SignedReceipt::read(&text, Some(key))?;
            let (note, checkpoint) = (Some(receipt.note().clone()), receipt.checkpoint().clone());
            return Ok(Self { note, checkpoint, receipt: Some(receipt) });
        }
        let note = SignedNote::parse(&text)?;
        let checkpoint = Checkpoint::open(&note, key)?;
        Ok(Self { note: Some(note), checkpoint, receipt: None })
    }

    /// The journal as it stands; signed, if that is asked for and there is the key for it.
    fn now(context: &Context, view: &View, key: &VerifyingKey, sign: bool) -> Result<Self, CliError> {
        let signing = if sign && key::may_sign(&context.folder) {
            Some(Signing::begin(context, None)?).filter(|signing| signing.signer().verifying() == key)
        } else {
            None
        };
        let checkpoint = checkpoint_now(view, key.name().clone(), signing.is_some())?;
        let note = signing.map(|signing| signing.sign(context, view, &checkpoint)).transpose()?;
        Ok(Self { note, checkpoint, receipt: None })
    }
}

fn prove(context: &Context, out: &mut Out, old: &Path, flags: &ConsistencyFlags) -> Result<Exit, CliError> {
    let signs = flags.new.is_none() && flags.out.is_some();
    let view = if signs { open::view_to_sign(&context.folder)? } else { open::view(&context.folder)? };
    let (key, key_from) = key::to_verify(&context.folder, flags.named.key.as_deref())?;
    let old = End::read(old, &key)?;
    let new = match &flags.new {
        Some(new) => End::read(new, &key)?,
        None => End::now(context, &view, &key, signs)?,
    };
    let (older, newer) = (&old.checkpoint, &new.checkpoint);
    if flags.new.is_none() {
        // The journal is no younger checkpoint: it has lost something.
        older.check_reached(newer.size)?;
    }
    for receipt in old.receipt.iter().chain(&new.receipt) {
        receipt.check_journal(&view)?;
    }
    let proof = growth_of(&view, older, newer)?;
    open::tell_unread_end(context, &view);
    if let Some(path) = &flags.out {
        let End { note: Some(new), .. } = new else {
            return Err(CliError::not_found(
                "no_key",
                "the journal as it stands is not signed: name a newer checkpoint",
            )
            .in_french("le journal tel quel n'est pas signé : indiquez un point de contrôle plus récent"));
        };
        let Some(old) = old.note else { return Err(ProofError::Checkpoint.into()) };
        let growth = SignedGrowth::new(old, new, proof.clone(), key.clone())?;
        let Some(path) = named_file(Some(path)) else {
            out.text(growth.to_text())?;
            return Ok(Exit::Done);
        };
        write_together([(begin(context, path)?, growth.to_text())])?;
    }
    tell(context, out, [older, newer], (&key, key_from), &proof)?;
    if !context.json {
        for hash in &proof {
            out.line(out.paint(DIM, format_args!("  {}", Root(*hash))))?;
        }
    }
    Ok(Exit::Done)
}

fn tell(
    context: &Context,
    out: &mut Out,
    [old, new]: [&Checkpoint; 2],
    (key, key_from): (&VerifyingKey, KeyFrom),
    proof: &[Hash],
) -> Result<(), CliError> {
    if context.json {
        let proof: Vec<String> = proof.iter().map(|hash| Root(*hash).to_string()).collect();
        let (old, new, key) = (to_json(old), to_json(new), key.to_string());
        return out.json(&json!({
            "ok": true, "old": old, "new": new, "proof": proof, "key": key, "key_from": key_from,
        }));
    }
    let (lang, figures) = (context.lang, Figures::new(context.lang, "Ä"));
    let (older, newer) = (figures.count(old.size), figures.count(new.size));
    let added = figures.count(new.size - old.size);
    out.line(out.paint(
        GOOD,
        say!(
            lang,
            "The {newer} entries begin with the {older} that were signed before: {added} added, nothing changed.",
            "Les {newer} écritures commencent par les {older} signées auparavant : {added} ajoutées, rien de modifié."
        ),
    ))?;
    out.line(out.paint(DIM, format_args!("{} {}", lang.root(), new.root)))?;
    write_key(context, out, key, key_from)
}

fn verify(context: &Context, out: &mut Out, flags: &OfflineFlags) -> Result<Exit, CliError> {
    let named = key::named(flags.key.as_deref())?;
    let key_from = if named.is_some() { KeyFrom::User } else { KeyFrom::File };
    let growth = SignedGrowth::read(&read(&flags.file, &[Kind::Growth])?, named.as_ref())?;
    tell(context, out, [growth.older(), growth.newer()], (growth.key(), key_from), growth.proof())?;
    Ok(Exit::Done)
}
