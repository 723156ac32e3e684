//! What a file is, where it can be told: a file that was taken for another is called by its name.

mod keys;

use std::io::Read;
use std::path::Path;

use ledger_core::proof::VerifyingKey;
use ledger_core::statement::recognised;

use self::keys::Keys;
use crate::error::CliError;
use crate::input;
use crate::lang::{Lang, french_kind};

/// Bytes that are looked at: more than any receipt has.
const LOOKED_AT: u64 = 1 << 16;
/// What a file begins with that gzip has compressed.
const GZIP: &[u8] = b"\x1f\x8b";
/// A file in JSON that is none of this program's, as it is, or somebody has changed it.
const IN_JSON: &str = "a file in JSON";
/// Lines of a table that are looked at.
const TABLE_LINES: usize = 20;
/// Where a tar says that it is one.
const TAR_AT: usize = 257;
/// The names with which a backup in a tar begins, whatever became of the rest of its first header.
const BACKUP_BEGINS: [&[u8]; 2] = [b"journal/", b"backup.json"];

/// The files that the program makes, and what else may be taken for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Checkpoint,
    Coverage,
    Receipt,
    Growth,
    Export,
    Operations,
    Backup,
    PublicKey,
    PrivateKey,
    /// Something that gzip has compressed.
    Compressed,
    /// Something that comes from elsewhere, by its name in English.
    Foreign(&'static str),
}

impl Kind {
    /// What bytes are, as far as their beginning tells.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let begins = |name: &&[u8]| bytes.starts_with(name);
        let is_tar = bytes.get(TAR_AT..).is_some_and(|rest| rest.starts_with(b"ustar"));
        if is_tar || BACKUP_BEGINS.iter().any(begins) {
            return Some(Self::Backup);
        }
        if bytes.starts_with(GZIP) {
            return Some(Self::Compressed);
        }
        let text = String::from_utf8_lossy(bytes);
        let first = text.lines().next().unwrap_or_default();
        let keys = Keys::of(bytes.trim_ascii_start());
        let format = keys.format().unwrap_or_default();
        let kind = match first {
            first if first.starts_with("PRIVATE+KEY+") => Self::PrivateKey,
            first if first.parse::<VerifyingKey>().is_ok() => Self::PublicKey,
            first if first.starts_with("aiga-coverage/") => Self::Coverage,
            _ if format == "aiga-journal" => Self::Export,
            _ if format.starts_with("aiga-receipt/") => Self::Receipt,
            _ if format.starts_with("aiga-consistency/") => Self::Growth,
            _ if keys.has("op") => Self::Operations,
            _ if text.contains("\n\n\u{2014} ") => Self::Checkpoint,
            _ => return None,
        };
        Some(kind)
    }

    /// The same, with a name for what is no file of this program: told only where nothing but one kind of file will do.
    fn guessed(bytes: &[u8]) -> Self {
        let table = |text: &str| {
            let mut lines = text.lines().filter(|line| !line.trim().is_empty()).take(TABLE_LINES).peekable();
            lines.peek().is_some() && lines.all(|line| line.contains([';', ',', '\t']))
        };
        let is_text = |bytes: &[u8]| {
            let controls = bytes.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace());
            controls.count() == 0
        };
        Self::of(bytes).unwrap_or_else(|| {
            Self::Foreign(match recognised(bytes) {
                Some(what) => what,
                None if bytes.trim_ascii_start().starts_with(b"{") => IN_JSON,
                None if !is_text(bytes) => "a file of another program",
                None if table(&String::from_utf8_lossy(bytes)) => "a table (CSV)",
                None => "a text",
            })
        })
    }

    /// What it is called.
    pub fn named(self, lang: Lang) -> &'static str {
        match self {
            Self::Checkpoint => lang.of("a checkpoint", "un point de contrôle"),
            Self::Coverage => lang.of("a statement of coverage", "une attestation de couverture"),
            Self::Receipt => lang.of("a receipt", "un reçu"),
            Self::Growth => lang.of("a proof of consistency", "une preuve de cohérence"),
            Self::Export => lang.of("an exported journal", "un journal exporté"),
            Self::Operations => lang.of("a file of operations", "un fichier d'opérations"),
            Self::Backup => lang.of("a backup", "une sauvegarde"),
            Self::PublicKey => lang.of("a public key", "une clé publique"),
            Self::PrivateKey => lang.of("a private key", "une clé privée"),
            Self::Compressed => lang.of("compressed with gzip", "compressé par gzip"),
            Self::Foreign(what) => match lang {
                Lang::En => what,
                Lang::Fr => french_kind(what),
            },
        }
    }

    /// Refuses bytes that are another kind of file than one of those expected, where that can be told.
    pub fn expect(path: &Path, bytes: &[u8], expected: &[Self]) -> Result<(), CliError> {
        match Self::of(bytes) {
            Some(kind) => kind.expected(path, expected),
            None => Ok(()),
        }
    }

    fn expected(self, path: &Path, expected: &[Self]) -> Result<(), CliError> {
        if expected.contains(&self) {
            return Ok(());
        }
        let kind = self;
        let shown = path.display();
        let said = |lang: Lang, or: &str| {
            let names: Vec<&str> = expected.iter().map(|kind| kind.named(lang)).collect();
            (kind.named(lang), names.join(or))
        };
        let ((is, due), (est, attendu)) = (said(Lang::En, " or "), said(Lang::Fr, " ou "));
        let said = CliError::not_found("wrong_kind", format!("{shown} is {is}, not {due}"))
            .in_french(format!("{shown} est {est}, pas {attendu}"))
            .with_figure("file", shown.to_string());
        Err(if kind == Self::Compressed { said.hinting_as("compressed") } else { said })
    }

    /// Refuses a file that is not of the one kind that will do, whatever else it is. One that is empty may have been cut off, and
    /// a pipe is not looked into.
    pub fn expect_file(path: &Path, expected: &[Self]) -> Result<(), CliError> {
        match beginning(path).filter(|bytes| !bytes.is_empty()) {
            None => Ok(()),
            Some(bytes) => Self::guessed(&bytes).expected(path, expected),
        }
    }

    /// The same of a file that was to be in JSON: one that is may be of the right kind, and changed.
    pub fn expect_json_file(path: &Path, expected: &[Self]) -> Result<(), CliError> {
        match beginning(path).filter(|bytes| !bytes.is_empty()).map(|bytes| Self::guessed(&bytes)) {
            None | Some(Self::Foreign(IN_JSON)) => Ok(()),
            Some(kind) => kind.expected(path, expected),
        }
    }

    /// What a file is, where it can be read and told.
    pub fn of_file(path: &Path) -> Option<Self> {
        Self::of(&beginning(path)?)
    }
}

/// As many bytes of a plain file as are looked at. A pipe is not looked into: what was read of it would be gone.
fn beginning(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    input::plain(path).ok()?.take(LOOKED_AT).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
