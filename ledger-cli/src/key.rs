//! `aiga key`: the ledger's Ed25519 key, in its folder `keys/`. The private half is for its owner alone.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use ledger_core::journal::leaf_hash;
use ledger_core::proof::{
    Checkpoint, HEAD_PATH, KEYS_FOLDER, KeyName, PRIVATE_KEY_PATH, PUBLIC_KEY_PATH, ProofError, SignedNote,
    Signer, SigningKey, VerifyingKey,
};
use ledger_core::{Sequence, Text, View};
use serde_json::json;

use crate::args::{KeyCommand, no_randomness};
use crate::aside::{NewFile, There};
use crate::context::Context;
use crate::error::{CliError, Deed, Exit};
use crate::input::{self, PROOF_BYTES_MAX};
use crate::kind::Kind;
use crate::open::{self, Place};
use crate::output::{DIM, Out};
use crate::proof_file::KeyFrom;
use crate::say;

/// The code of a ledger without a key.
const NO_KEY: &str = "no_key";
/// Whoever else may read or write.
const OTHERS: u32 = 0o077;
/// Whoever else may write.
const OTHERS_WRITE: u32 = 0o022;
/// Everybody may write.
const ALL_WRITE: u32 = 0o002;

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
        out.json(&json!({ "key": public, "name": name, "id": id, "file": file.display().to_string(), "new": made }))?;
        return Ok(Exit::Done);
    }
    out.line(&key)?;
    if made {
        let (lang, keys) = (context.lang, context.folder.join(KEYS_FOLDER));
        let keys = keys.display();
        out.line(out.paint(
            DIM,
            say!(
                lang,
                "This is the public half: publish it. Keep a copy of the folder {keys} where nobody else reads it.",
                "C'est la moitié publique : publiez-la. Gardez une copie du dossier {keys} là où personne d'autre ne lit."
            ),
        ))?;
    }
    Ok(Exit::Done)
}

fn private_file(folder: &Path) -> PathBuf {
    folder.join(PRIVATE_KEY_PATH)
}

fn public_file(folder: &Path) -> PathBuf {
    folder.join(PUBLIC_KEY_PATH)
}

fn make(context: &Context, view: &View, name: Option<KeyName>) -> Result<VerifyingKey, CliError> {
    let folder = &context.folder;
    let keys = folder.join(KEYS_FOLDER);
    let name = match name {
        Some(name) => name,
        None => default_name(view)?,
    };
    refuse_if_there(folder)?;
    match DirBuilder::new().mode(0o700).create(&keys) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(CliError::file(Deed::Make, &keys, &error));
        }
        _ => {}
    }
    refuse_open_folder(&keys)?;
    // Of several that make a key at once, one makes it, and the others find it.
    let locked = File::open(&keys).and_then(|keys| keys.lock().map(|()| keys));
    let _locked = locked.map_err(|error| CliError::file(Deed::LookInto, &keys, &error))?;
    refuse_if_there(folder)?;
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(no_randomness)?;
    let made = SigningKey::from_seed(name, seed)?;
    // It comes first, so that a key that has signed nothing is told from one of which that is not known.
    let nothing = Checkpoint::of_nothing(made.verifying().name().clone()).sign(&made);
    keep(context, &last_file(folder), &nothing)?;
    place(context, &private_file(folder), &made.to_private_text())?;
    place(context, &public_file(folder), &made.verifying().to_string())?;
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| CliError::file(Deed::Write, &keys, &error))?;
    Ok(made.verifying().clone())
}

/// Neither a half of a key nor what one has signed is written over. What was signed of no entries is left where the making of a
/// key was interrupted.
fn refuse_if_there(folder: &Path) -> Result<(), CliError> {
    for half in [private_file(folder), public_file(folder)] {
        if half.symlink_metadata().is_ok() {
            return Err(exists(&half));
        }
    }
    let last = last_file(folder);
    if last.symlink_metadata().is_err() {
        return Ok(());
    }
    let checkpoint = last_signed(&last).ok().flatten();
    let checkpoint = checkpoint.and_then(|note| Checkpoint::parse(note.unverified_text()).ok());
    if checkpoint.is_some_and(|checkpoint| checkpoint.size == 0) { Ok(()) } else { Err(exists(&last)) }
}

fn exists(half: &Path) -> CliError {
    let shown = half.display();
    CliError::not_found("key_exists", format!("there is a key already: {shown}"))
        .in_french(format!("il y a déjà une clé : {shown}"))
}

fn default_name(view: &View) -> Result<KeyName, CliError> {
    let first = view.record(Sequence::FIRST)?.unwrap_or_default();
    Ok(KeyName::of_journal(&leaf_hash(&first)))
}

/// Writes a line into a new file for its owner alone, and never over another.
fn place(context: &Context, path: &Path, line: &str) -> Result<(), CliError> {
    let placed = NewFile::begin_own(context, path, There::Stays).and_then(|mut file| {
        file.fill(format!("{line}\n"))?;
        file.place()
    });
    placed.map_err(|error| if error.code() == "file_exists" { exists(path) } else { error })
}

/// Whoever may write into the folder of the key, or replace that folder, may put another key there.
fn refuse_open_folder(keys: &Path) -> Result<(), CliError> {
    refuse_writable(keys, OTHERS_WRITE)?;
    keys.parent().map_or(Ok(()), |ledger| refuse_writable(ledger, ALL_WRITE))
}

fn refuse_writable(keys: &Path, by: u32) -> Result<(), CliError> {
    let mode = fs::metadata(keys).map_err(|error| CliError::file(Deed::LookInto, keys, &error))?.mode();
    if mode & by == 0 {
        return Ok(());
    }
    let (shown, mode) = (keys.display(), mode & 0o777);
    let message = format!("others may write into {shown} (mode {mode:03o}): the key there signs nothing");
    Err(CliError::storage("keys_writable", message).in_french(format!(
        "d'autres peuvent écrire dans {shown} (mode {mode:03o}) : la clé qui s'y trouve ne signe rien"
    )))
}

/// The file of the private key, opened once: what is asked of it is asked of what was opened.
struct PrivateFile {
    path: PathBuf,
    file: File,
    mode: u32,
    owner: u32,
}

impl PrivateFile {
    /// The one of the ledger in this folder, if it is there. A link is not followed.
    fn open(folder: &Path) -> io::Result<Option<Self>> {
        let path = private_file(folder);
        let named = match path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            named => named?,
        };
        if !named.is_file() {
            return Err(io::Error::other("it is no plain file"));
        }
        let file = File::open(&path)?;
        let opened = file.metadata()?;
        if (opened.dev(), opened.ino()) != (named.dev(), named.ino()) {
            return Err(io::Error::other("it was replaced while it was opened"));
        }
        Ok(Some(Self { path, file, mode: opened.mode(), owner: opened.uid() }))
    }

    /// Refuses a key that somebody else owns, or may read.
    fn refuse_others(&self) -> Result<(), CliError> {
        let user = rustix::process::geteuid().as_raw();
        if self.owner != user {
            let (shown, owner) = (self.path.display(), self.owner);
            let message = format!(
                "the private key {shown} is that of user {owner}, not of user {user}: it signs nothing"
            );
            return Err(CliError::storage("key_of_another", message).in_french(format!(
                "la clé privée {shown} appartient à l'utilisateur {owner}, pas à l'utilisateur {user} : elle ne signe rien"
            )));
        }
        if self.mode & OTHERS == 0 {
            return Ok(());
        }
        let (shown, mode) = (self.path.display(), self.mode & 0o777);
        let message = format!("others may read the private key {shown} (mode {mode:03o}): it signs nothing");
        Err(CliError::storage("key_readable", message).in_french(format!(
            "d'autres peuvent lire la clé privée {shown} (mode {mode:03o}) : elle ne signe rien"
        )))
    }

    /// The key in it, and what is published beside it must be its public half.
    fn key(&self, folder: &Path) -> Result<SigningKey, CliError> {
        let mut text = String::new();
        let read = (&self.file).take(PROOF_BYTES_MAX).read_to_string(&mut text);
        read.map_err(|error| unreadable(&self.path, &error))?;
        let key = SigningKey::from_private_text(text.trim_end()).map_err(|_| damaged(&self.path))?;
        match public_text(folder)? {
            Some(public) if public != key.verifying().to_string() => Err(mismatch(folder)),
            _ => Ok(key),
        }
    }

    /// The key, with what it signed last.
    fn signer(&self, folder: &Path, because: Option<Text>) -> Result<Signer, CliError> {
        let path = last_file(folder);
        let note = last_signed(&path)?;
        let signer = Signer::new(self.key(folder)?, note.as_ref(), because);
        signer.map_err(|error| CliError::from(error).in_file(&path))
    }
}

fn damaged(path: &Path) -> CliError {
    let shown = path.display();
    CliError::not_found(
        "bad_key",
        format!("{shown} holds no private key as it was made: it was changed or cut"),
    )
    .in_french(format!(
        "{shown} ne contient pas une clé privée telle qu'elle a été créée : elle a été modifiée ou coupée"
    ))
    .hinting_as(NO_KEY)
}

fn unreadable(path: &Path, error: &io::Error) -> CliError {
    CliError::file(Deed::Read, path, error)
}

/// What is published, if it is there.
fn public_text(folder: &Path) -> Result<Option<String>, CliError> {
    let path = public_file(folder);
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        _ => {
            let bytes = input::plain_bytes(&path, PROOF_BYTES_MAX)?;
            Ok(Some(String::from_utf8_lossy(&bytes).trim_end().to_owned()))
        }
    }
}

fn mismatch(folder: &Path) -> CliError {
    let (public, private) = (public_file(folder), private_file(folder));
    let (public, private) = (public.display(), private.display());
    CliError::differs("key_mismatch", format!("the file {public} is not the public half of {private}"))
        .in_french(format!("le fichier {public} n'est pas la moitié publique de {private}"))
}

/// The ledger's key, at work: no other process signs with it meanwhile, so that it knows what it signed last.
#[derive(Debug)]
pub struct Signing {
    signer: Signer,
    last: PathBuf,
    _locked: File,
}

impl Signing {
    /// Takes the key of this ledger. With a reason, it signs another history than it did before.
    pub fn begin(context: &Context, because: Option<&Text>) -> Result<Self, CliError> {
        let folder = &context.folder;
        let private = usable(folder)?;
        private.file.lock().map_err(|error| unreadable(&private.path, &error))?;
        let (last, signer) = (last_file(folder), private.signer(folder, because.cloned())?);
        Ok(Self { signer, last, _locked: private.file })
    }

    /// What signs, and knows what it may.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Signs the journal as it stands.
    pub fn sign(
        &self,
        context: &Context,
        view: &View,
        checkpoint: &Checkpoint,
    ) -> Result<SignedNote, CliError> {
        let note = self.signer.sign(view, checkpoint)?;
        self.keep(context, &note)?;
        Ok(note)
    }

    /// Remembers what was signed, durably, before anybody sees it.
    pub fn keep(&self, context: &Context, note: &SignedNote) -> Result<(), CliError> {
        keep(context, &self.last, note)
    }
}

fn keep(context: &Context, last: &Path, note: &SignedNote) -> Result<(), CliError> {
    let mut file = NewFile::begin_own(context, last, There::Goes)?;
    file.fill(note.to_string())?;
    file.place()
}

/// Whether the key of this ledger can sign.
pub fn check(folder: &Path) -> Result<(), CliError> {
    signing_key(folder).map(drop)
}

fn last_file(folder: &Path) -> PathBuf {
    folder.join(HEAD_PATH)
}

/// The note in the file of what was signed last; none before anything was.
fn last_signed(path: &Path) -> Result<Option<SignedNote>, CliError> {
    if path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&input::plain_bytes(path, PROOF_BYTES_MAX)?).into_owned();
    let note = SignedNote::parse(&text).map_err(|error| CliError::from(error).in_file(path))?;
    Ok(Some(note))
}

/// The private key of the ledger in this folder; refused if it is somebody else's, or anybody else may read it or put another
/// in its place.
fn signing_key(folder: &Path) -> Result<SigningKey, CliError> {
    usable(folder)?.key(folder)
}

fn usable(folder: &Path) -> Result<PrivateFile, CliError> {
    let private = PrivateFile::open(folder).map_err(|error| unreadable(&private_file(folder), &error))?;
    let private = private.ok_or_else(|| no_key(folder))?;
    refuse_open_folder(&folder.join(KEYS_FOLDER))?;
    private.refuse_others()?;
    Ok(private)
}

/// Whether the ledger in this folder can sign.
pub fn may_sign(folder: &Path) -> bool {
    private_file(folder).symlink_metadata().is_ok()
}

/// The public key of the ledger in this folder: that of the private half, for whoever may read it.
pub fn published(folder: &Path) -> Result<VerifyingKey, CliError> {
    let private = match PrivateFile::open(folder) {
        // Whoever may not sign may verify.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => None,
        private => private.map_err(|error| unreadable(&private_file(folder), &error))?,
    };
    if let Some(private) = private {
        return Ok(private.key(folder)?.verifying().clone());
    }
    let public = public_text(folder)?.ok_or_else(|| no_key(folder))?;
    Ok(public.parse::<VerifyingKey>()?)
}

/// The key to verify with: the one that was named, or that of the ledger.
pub fn to_verify(folder: &Path, given: Option<&OsStr>) -> Result<(VerifyingKey, KeyFrom), CliError> {
    Ok(match named(given)? {
        Some(key) => (key, KeyFrom::User),
        None => match published(folder) {
            Err(error) if error.code() == NO_KEY && open::place(folder)? != Place::Ledger => {
                return Err(no_key_to_verify(folder));
            }
            published => (published?, KeyFrom::Ledger),
        },
    })
}

/// A public key as it is published, or in a file, if one is given.
pub fn named(given: Option<&OsStr>) -> Result<Option<VerifyingKey>, CliError> {
    let Some(given) = given else { return Ok(None) };
    if let Some(key) = given.to_str().and_then(|given| given.parse::<VerifyingKey>().ok()) {
        return Ok(Some(key));
    }
    let path = Path::new(given);
    // Nobody calls a file so.
    if !path.exists() && given.to_string_lossy().contains('+') {
        return Err(ProofError::Key.into());
    }
    let bytes = input::bytes(path, PROOF_BYTES_MAX)?;
    Kind::expect(path, &bytes, &[Kind::PublicKey])?;
    Ok(Some(String::from_utf8_lossy(&bytes).trim().parse::<VerifyingKey>()?))
}

fn no_key(folder: &Path) -> CliError {
    let shown = folder.display();
    CliError::not_found(NO_KEY, format!("the ledger in {shown} has no key yet"))
        .in_french(format!("le registre dans {shown} n'a pas encore de clé"))
}

/// Whoever verifies on another machine has no ledger there.
fn no_key_to_verify(folder: &Path) -> CliError {
    let shown = folder.display();
    CliError::not_found(NO_KEY, format!("there is no ledger in {shown} whose key could verify this"))
        .in_french(format!("il n'y a pas de registre dans {shown} dont la clé pourrait vérifier ce fichier"))
        .hinting_as("other_key")
}
