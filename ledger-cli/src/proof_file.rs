//! Files that prove something: read as they were written, written beside what is there.

use std::path::Path;

use ledger_core::proof::{ProofError, VerifyingKey};
use serde::Serialize;

use crate::aside::{NewFile, Readers, There};
use crate::context::Context;
use crate::error::CliError;
use crate::input::{self, PROOF_BYTES_MAX};
use crate::kind::Kind;
use crate::output::{BOLD, DIM, Out};
use crate::say;

/// Reads a proof of one of these kinds; - is standard input. Line ends as a mail program may have made them are taken for those that were
/// written.
pub fn read(path: &Path, expected: &[Kind]) -> Result<String, CliError> {
    let bytes = input::bytes_or_stdin(path, PROOF_BYTES_MAX)?;
    Kind::expect(path, &bytes, expected)?;
    let text = String::from_utf8(bytes).map_err(|_| ProofError::Note)?;
    Ok(text.replace("\r\n", "\n"))
}

/// Begins a proof. What is there stays: an older checkpoint is what is to be kept.
pub fn begin(context: &Context, path: &Path) -> Result<NewFile, CliError> {
    NewFile::begin(context, path, Readers::Everybody, There::Stays)
}

/// Writes all of these files before one gets its name: there is none without the others.
pub fn write_together(files: impl IntoIterator<Item = (NewFile, String)>) -> Result<(), CliError> {
    let filled = files.into_iter().map(|(mut file, text)| file.fill(text).map(|()| file));
    let filled: Vec<NewFile> = filled.collect::<Result<_, _>>()?;
    filled.into_iter().try_for_each(NewFile::place)
}

/// Who says that a key is the right one to verify with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyFrom {
    /// Whoever asks: it was named.
    User,
    /// The ledger that is looked at.
    Ledger,
    /// The file that is looked at.
    File,
}

/// Says by which key a file is signed, who says that this is the right one, and what that is worth.
pub fn write_key(
    context: &Context,
    out: &mut Out,
    key: &VerifyingKey,
    from: KeyFrom,
) -> Result<(), CliError> {
    let lang = context.lang;
    let (signed, worth) = match from {
        KeyFrom::User => {
            let line = say!(
                lang,
                "Signed by the key that you named: {key}",
                "Signé par la clé que vous avez indiquée : {key}"
            );
            return out.line(out.paint(DIM, line));
        }
        KeyFrom::Ledger => (
            say!(lang, "Signed by the key of this ledger: {key}", "Signé par la clé de ce registre : {key}"),
            lang.of(
                "Compare this key with the one that the association publishes, or name that with --key: whoever keeps this ledger \
                 can put a key there.",
                "Comparez cette clé avec celle que publie l'association, ou indiquez la clé publiée avec --key : qui tient ce registre \
                 peut y mettre une clé.",
            ),
        ),
        KeyFrom::File => (
            say!(
                lang,
                "Signed by the key that the file itself names: {key}",
                "Signé par la clé que le fichier nomme lui-même : {key}"
            ),
            lang.of(
                "Compare this key with the one that the association publishes: anybody can make a key.",
                "Comparez cette clé avec celle que publie l'association : n'importe qui peut créer une clé.",
            ),
        ),
    };
    out.line(signed)?;
    out.line(out.paint(BOLD, worth))
}
