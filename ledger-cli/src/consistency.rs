//! `aiga consistency`: that the journal only grew between two checkpoints, proved.

use std::path::Path;

use ledger_core::journal::{Frontier, Hash, Root, leaf_hash};
use ledger_core::proof::{
    Checkpoint, ProofError, SignedGrowth, SignedNote, SignedReceipt, VerifyingKey, check_growth, consistency,
    root_at,
};
use ledger_core::{LedgerError, Sequence, View};
use serde_json::json;

use crate::args::{ConsistencyCommand, ConsistencyFlags, OfflineFlags, named_file};
use crate::checkpoint::{last_durable, to_json};
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::key;
use crate::open;
use crate::output::{DIM, Figures, GOOD, Out};
use crate::proof_file::{begin, read, write_key, write_together};
use crate::say;

/// Runs `aiga consistency …`.
pub fn run(context: &Context, out: &mut Out, flags: &ConsistencyFlags) -> Result<Exit, CliError> {
    match (&flags.command, &flags.old) {
        (Some(ConsistencyCommand::Verify(flags)), _) => verify(context, out, flags),
        (None, Some(old)) => prove(context, out, old, flags),
        (None, None) => Err(CliError::usage("usage", "which checkpoint?")),
    }
}

/// What was signed once: a checkpoint, and the entry with which it came, if it came with one.
struct Signed {
    note: Option<SignedNote>,
    checkpoint: Checkpoint,
    receipt: Option<SignedReceipt>,
}

impl Signed {
    fn read(path: &Path, key: &VerifyingKey) -> Result<Self, CliError> {
        let text = read(path)?;
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
        if sign && key::may_sign(&context.folder) {
            let signing = key::signing(&context.folder)?;
            if signing.verifying() == key {
                let block = last_durable(view)?;
                let note = Checkpoint::sign(block.tree_size, block.root, &signing);
                let checkpoint = Checkpoint::open(&note, key)?;
                return Ok(Self { note: Some(note), checkpoint, receipt: None });
            }
        }
        let block = view.last_block()?;
        let (size, root) = block.map_or((0, Frontier::new().root()), |block| (block.tree_size, block.root));
        let checkpoint = Checkpoint { origin: key.name().clone(), size, root };
        Ok(Self { note: None, checkpoint, receipt: None })
    }

    /// The entry of the receipt is in the journal, if there is a receipt.
    fn check_entry(&self, view: &View) -> Result<(), CliError> {
        let Some(receipt) = &self.receipt else { return Ok(()) };
        let sequence = receipt.entry().sequence;
        match view.record(sequence)? {
            Some(record) if leaf_hash(&record) != receipt.leaf() => {
                Err(ProofError::OtherEntry { sequence }.into())
            }
            _ => Ok(()),
        }
    }
}

fn prove(context: &Context, out: &mut Out, old: &Path, flags: &ConsistencyFlags) -> Result<Exit, CliError> {
    let view = open::view(&context.folder)?;
    let named = flags.named.key.as_ref();
    let key = key::to_verify(&context.folder, named)?;
    let old = Signed::read(old, &key)?;
    let new = match &flags.new {
        Some(new) => Signed::read(new, &key)?,
        None => Signed::now(context, &view, &key, flags.out.is_some())?,
    };
    let (older, newer) = (&old.checkpoint, &new.checkpoint);
    if older.size > newer.size {
        let (size, found) = (older.size, newer.size);
        return Err(match flags.new {
            Some(_) => ProofError::Reversed { old: size, new: found },
            None => ProofError::CutOff { size, found },
        }
        .into());
    }
    old.check_entry(&view)?;
    new.check_entry(&view)?;
    let proof = proof(&view, older, newer)?;
    if let Some(path) = &flags.out {
        let Signed { note: Some(new), .. } = new else {
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
    tell(context, out, older, newer, &key, &proof)?;
    if !context.json {
        for hash in &proof {
            out.line(out.paint(DIM, format_args!("  {}", Root(*hash))))?;
        }
    }
    Ok(Exit::Done)
}

/// The proof, once the journal has both roots.
fn proof(view: &View, old: &Checkpoint, new: &Checkpoint) -> Result<Vec<Hash>, CliError> {
    if new.size == 0 {
        return Ok(Vec::new());
    }
    let Some(block) = view.block_of(Sequence::new(new.size))? else {
        let found = view.last_block()?.map_or(0, |block| block.tree_size);
        return Err(ProofError::CutOff { size: new.size.max(old.size), found }.into());
    };
    let mut subtrees = view.subtrees(block)?;
    for checkpoint in [old, new].into_iter().filter(|checkpoint| checkpoint.size > 0) {
        let root = root_at(checkpoint.size, &mut subtrees).map_err(LedgerError::from)?;
        checkpoint.check_root(checkpoint.size, Root(root))?;
    }
    let proof = consistency(old.size, new.size, &mut subtrees).map_err(LedgerError::from)?;
    check_growth(old, new, &proof)?;
    Ok(proof)
}

fn tell(
    context: &Context,
    out: &mut Out,
    old: &Checkpoint,
    new: &Checkpoint,
    key: &VerifyingKey,
    proof: &[Hash],
) -> Result<(), CliError> {
    if context.json {
        let proof: Vec<String> = proof.iter().map(|hash| Root(*hash).to_string()).collect();
        let (old, new, key) = (to_json(old), to_json(new), key.to_string());
        return out.json(&json!({ "ok": true, "old": old, "new": new, "proof": proof, "key": key }));
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
    out.line(out.paint(DIM, format_args!("{} {}", lang.root(), new.root)))
}

fn verify(context: &Context, out: &mut Out, flags: &OfflineFlags) -> Result<Exit, CliError> {
    let growth = SignedGrowth::read(&read(&flags.file)?, flags.key.as_ref())?;
    tell(context, out, growth.older(), growth.newer(), growth.key(), growth.proof())?;
    if !context.json {
        write_key(context, out, growth.key(), flags.key.is_some())?;
    }
    Ok(Exit::Done)
}
