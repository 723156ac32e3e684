//! What a file is, where it can be told: a file that was taken for another is called by its name.

use std::io::Read;
use std::path::Path;

use ledger_core::proof::VerifyingKey;

use crate::error::CliError;
use crate::input;
use crate::lang::Lang;

/// Bytes that are looked at: more than any receipt has.
const LOOKED_AT: u64 = 1 << 16;
/// What a file begins with that gzip has compressed.
const GZIP: &[u8] = b"\x1f\x8b";
/// Where a tar says that it is one.
const TAR_AT: usize = 257;

/// The files that the program makes.
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
}

impl Kind {
    /// What bytes are, as far as their beginning tells.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.get(TAR_AT..).is_some_and(|rest| rest.starts_with(b"ustar")) {
            return Some(Self::Backup);
        }
        if bytes.starts_with(GZIP) {
            return Some(Self::Compressed);
        }
        let text = String::from_utf8_lossy(bytes);
        let (first, is_json) = (text.lines().next().unwrap_or_default(), text.trim_start().starts_with('{'));
        let kind = match first {
            first if first.starts_with("PRIVATE+KEY+") => Self::PrivateKey,
            first if first.parse::<VerifyingKey>().is_ok() => Self::PublicKey,
            first if first.starts_with("aiga-coverage/") => Self::Coverage,
            first if is_json && first.contains("\"aiga-journal\"") => Self::Export,
            first if is_json && first.contains("\"op\"") => Self::Operations,
            _ if is_json && text.contains("\"aiga-receipt/") => Self::Receipt,
            _ if is_json && text.contains("\"aiga-consistency/") => Self::Growth,
            _ if text.contains("\n\n\u{2014} ") => Self::Checkpoint,
            _ => return None,
        };
        Some(kind)
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
        }
    }

    /// Refuses bytes that are another kind of file than one of those expected, where that can be told.
    pub fn expect(path: &Path, bytes: &[u8], expected: &[Self]) -> Result<(), CliError> {
        let Some(kind) = Self::of(bytes).filter(|kind| !expected.contains(kind)) else { return Ok(()) };
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

    /// The same of a file, for which something else was refused already.
    pub fn expect_file(path: &Path, expected: &[Self]) -> Result<(), CliError> {
        beginning(path).map_or(Ok(()), |bytes| Self::expect(path, &bytes, expected))
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
