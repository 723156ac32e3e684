//! Files that prove something: read as they were written, written beside what is there.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use ledger_core::proof::{ProofError, VerifyingKey};
use tempfile::{Builder, NamedTempFile};

use crate::aside::folder_of;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{BOLD, DIM, Out};
use crate::say;

/// Reads a proof; - is standard input. Line ends as a mail program may have made them are taken for those that were
/// written.
pub fn read(path: &Path) -> Result<String, CliError> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes).map(drop)
    } else {
        fs::read(path).map(|file| bytes = file)
    };
    read.map_err(|error| CliError::file("read", path, &error))?;
    let text = String::from_utf8(bytes).map_err(|_| ProofError::Note)?;
    Ok(text.replace("\r\n", "\n"))
}

/// Writes a new file, whole or not at all. What is there stays: an older checkpoint is what is to be kept.
pub fn write(path: &Path, text: &str) -> Result<(), CliError> {
    Staged::new(path, text)?.place()
}

/// A file that is written, durable, and has no name yet: what else may be refused can still be.
#[derive(Debug)]
pub struct Staged {
    path: PathBuf,
    what: What,
}

#[derive(Debug)]
enum What {
    /// It gets a name that is free.
    New(NamedTempFile),
    /// It takes the place of a page.
    Instead(NamedTempFile),
    /// A device or a pipe, which nothing may take the place of, is written as it is.
    Through(String),
}

impl Staged {
    /// A new file, refused where there is one.
    pub fn new(path: &Path, text: &str) -> Result<Self, CliError> {
        let kind = fs::metadata(path).map(|there| there.file_type());
        let what = if kind.is_ok_and(|kind| kind.is_char_device() || kind.is_fifo()) {
            What::Through(text.to_owned())
        } else if path.symlink_metadata().is_ok() {
            return Err(file_exists(path));
        } else {
            What::New(aside(path, text)?)
        };
        Ok(Self { path: path.to_owned(), what })
    }

    /// A page to print, which may take the place of another page, and of nothing else.
    pub fn page(path: &Path, text: &str) -> Result<Self, CliError> {
        // Where a link leads.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let is_page = target.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("html"));
        match fs::metadata(&target) {
            Ok(there) if there.is_file() && is_page => {
                let written = aside(&target, text)?;
                let same = written.as_file().set_permissions(there.permissions());
                same.map_err(|error| failed(&target, &error))?;
                Ok(Self { path: target, what: What::Instead(written) })
            }
            _ => Self::new(path, text),
        }
    }

    /// Gives it its name.
    pub fn place(self) -> Result<(), CliError> {
        let path = self.path.as_path();
        let placed = match self.what {
            What::New(written) => written.persist_noclobber(path).map(drop).map_err(|error| error.error),
            What::Instead(written) => written.persist(path).map(drop).map_err(|error| error.error),
            What::Through(text) => return fs::write(path, text).map_err(|error| failed(path, &error)),
        };
        let synced = placed.and_then(|()| File::open(folder_of(path))?.sync_all());
        synced.map_err(|error| failed(path, &error))
    }
}

/// A file in the folder of this one, written and durable.
fn aside(path: &Path, text: &str) -> Result<NamedTempFile, CliError> {
    let written = (|| {
        // To be given away: for whoever may read what its owner makes.
        let open = Permissions::from_mode(0o666);
        let mut aside =
            Builder::new().prefix(".aiga-proof-").permissions(open).tempfile_in(folder_of(path))?;
        aside.write_all(text.as_bytes())?;
        aside.as_file().sync_all()?;
        Ok(aside)
    })();
    written.map_err(|error: io::Error| failed(path, &error))
}

fn failed(path: &Path, error: &io::Error) -> CliError {
    match error.kind() {
        io::ErrorKind::AlreadyExists => file_exists(path),
        _ => CliError::file("write", path, error),
    }
}

fn file_exists(path: &Path) -> CliError {
    let shown = path.display();
    CliError::not_found("file_exists", format!("{shown} is there already and stays as it is"))
        .in_french(format!("{shown} existe déjà et reste tel quel"))
}

/// Says by which key a file is signed, and who says that this is the right one.
pub fn write_key(context: &Context, out: &mut Out, key: &VerifyingKey, named: bool) -> Result<(), CliError> {
    let lang = context.lang;
    if named {
        let line = say!(
            lang,
            "Signed by the key that you named: {key}",
            "Signé par la clé que vous avez indiquée : {key}"
        );
        return out.line(out.paint(DIM, line));
    }
    out.line(say!(
        lang,
        "Signed by the key that the file itself names: {key}",
        "Signé par la clé que le fichier nomme lui-même : {key}"
    ))?;
    out.line(out.paint(
        BOLD,
        lang.of(
            "Compare this key with the one that the association publishes: anybody can make a key.",
            "Comparez cette clé avec celle que publie l'association : n'importe qui peut créer une clé.",
        ),
    ))
}
