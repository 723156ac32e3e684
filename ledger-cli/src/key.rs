//! `aiga key`: the ledger's Ed25519 key, in its folder `keys/`. The private half is for its owner alone.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use ledger_core::proof::{KeyName, SigningKey, VerifyingKey};
use ledger_core::{Sequence, View};
use serde_json::json;

use crate::args::KeyCommand;
use crate::context::Context;
use crate::error::{CliError, Exit};
use crate::open;
use crate::output::{DIM, Out};
use crate::say;

const KEYS_FOLDER: &str = "keys";
const PRIVATE_FILE: &str = "checkpoint.key";
const PUBLIC_FILE: &str = "checkpoint.pub";
/// Whoever else may read or write.
const OTHERS: u32 = 0o077;

/// Runs `aiga key …`.
pub fn run(context: &Context, out: &mut Out, command: KeyCommand) -> Result<Exit, CliError> {
    let view = open::view(&context.folder)?;
    let (key, made) = match command {
        KeyCommand::New { name } => (make(context, &view, name)?, true),
        KeyCommand::Show => (published(&context.folder)?, false),
    };
    let (id, file) = (key.id_hex(), public_file(&context.folder));
    if context.json {
        let (public, name) = (key.to_string(), key.name().to_string());
        out.json(&json!({ "key": public, "name": name, "id": id, "file": file, "new": made }))?;
        return Ok(Exit::Done);
    }
    out.line(&key)?;
    if made {
        let (lang, private) = (context.lang, private_file(&context.folder));
        let private = private.display();
        out.line(out.paint(
            DIM,
            say!(
                lang,
                "This is the public half: publish it. Keep a copy of {private} where nobody else reads it.",
                "C'est la moitié publique : publiez-la. Gardez une copie de {private} là où personne d'autre ne lit."
            ),
        ))?;
    }
    Ok(Exit::Done)
}

fn private_file(folder: &Path) -> PathBuf {
    folder.join(KEYS_FOLDER).join(PRIVATE_FILE)
}

fn public_file(folder: &Path) -> PathBuf {
    folder.join(KEYS_FOLDER).join(PUBLIC_FILE)
}

fn make(context: &Context, view: &View, name: Option<KeyName>) -> Result<VerifyingKey, CliError> {
    let (private, public) = (private_file(&context.folder), public_file(&context.folder));
    if private.exists() {
        return Err(exists(&private));
    }
    let name = match name {
        Some(name) => name,
        None => default_name(view)?,
    };
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| CliError::storage("random", error))?;
    let key = SigningKey::from_seed(name, seed)?;
    let keys = context.folder.join(KEYS_FOLDER);
    match DirBuilder::new().mode(0o700).create(&keys) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(CliError::file("make", &keys, &error));
        }
        _ => {}
    }
    place(&private, &key.to_private_text())?;
    if public.exists() {
        // The one of a key that was moved aside.
        fs::remove_file(&public).map_err(|error| CliError::file("remove", &public, &error))?;
    }
    place(&public, &key.verifying().to_string())?;
    let synced = File::open(&keys).and_then(|keys| keys.sync_all());
    synced
        .and_then(|()| File::open(&context.folder)?.sync_all())
        .map_err(|error| CliError::file("sync", &keys, &error))?;
    Ok(key.verifying().clone())
}

fn exists(private: &Path) -> CliError {
    let shown = private.display();
    CliError::not_found("key_exists", format!("there is a key already: {shown}"))
        .in_french(format!("il y a déjà une clé : {shown}"))
}

/// Each ledger has another first entry, which never changes.
fn default_name(view: &View) -> Result<KeyName, CliError> {
    let first = view.record(Sequence::FIRST)?.unwrap_or_default();
    let leaf = ledger_core::journal::Root(ledger_core::journal::leaf_hash(&first)).to_string();
    Ok(format!("aiga-ledger/{}", leaf.get(..16).unwrap_or(&leaf)).parse()?)
}

/// Writes a line into a new file, whole or not at all, and never over another.
fn place(path: &Path, line: &str) -> Result<(), CliError> {
    let unfinished = path.with_extension("unfinished");
    let written = (|| {
        let _ = fs::remove_file(&unfinished);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
        writeln!(file, "{line}")?;
        file.sync_all()?;
        // Unlike a renaming, a second name is refused where the first is taken.
        fs::hard_link(&unfinished, path)?;
        fs::remove_file(&unfinished)
    })();
    written.map_err(|error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(path),
        _ => CliError::file("write", path, &error),
    })
}

/// The private key of the ledger in this folder; refused if anybody else may read it.
pub fn signing(folder: &Path) -> Result<SigningKey, CliError> {
    let path = private_file(folder);
    let metadata = match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(no_key(folder)),
        metadata => metadata.map_err(|error| CliError::file("read", &path, &error))?,
    };
    let mode = metadata.permissions().mode();
    if mode & OTHERS != 0 {
        let (shown, mode) = (path.display(), mode & 0o777);
        let message = format!("others may read the private key {shown} (mode {mode:03o}): it signs nothing");
        return Err(CliError::storage("key_readable", message).in_french(format!(
            "d'autres peuvent lire la clé privée {shown} (mode {mode:03o}) : elle ne signe rien"
        )));
    }
    let text = fs::read_to_string(&path).map_err(|error| CliError::file("read", &path, &error))?;
    Ok(SigningKey::from_private_text(text.trim_end())?)
}

/// Whether the ledger in this folder can sign.
pub fn may_sign(folder: &Path) -> bool {
    private_file(folder).exists()
}

/// The public key of the ledger in this folder.
pub fn published(folder: &Path) -> Result<VerifyingKey, CliError> {
    let path = public_file(folder);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text.trim_end().parse::<VerifyingKey>()?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if may_sign(folder) {
                Ok(signing(folder)?.verifying().clone())
            } else {
                Err(no_key(folder))
            }
        }
        Err(error) => Err(CliError::file("read", &path, &error)),
    }
}

/// The key to verify with: the one that was named, or that of the ledger.
pub fn to_verify(folder: &Path, named: Option<&VerifyingKey>) -> Result<VerifyingKey, CliError> {
    named.cloned().map_or_else(|| published(folder), Ok)
}

fn no_key(folder: &Path) -> CliError {
    let shown = folder.display();
    CliError::not_found("no_key", format!("the ledger in {shown} has no key yet"))
        .in_french(format!("le registre dans {shown} n'a pas encore de clé"))
}
