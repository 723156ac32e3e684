//! The formats of statements.

use std::fmt;

use serde::Serialize;
use strum::IntoStaticStr;

/// The format of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Format {
    /// The CSV of La Nef's customer area.
    NefCsv,
    /// OFX 1 (SGML) and 2 (XML).
    Ofx,
    /// ISO 20022 CAMT.053, all versions.
    #[serde(rename = "camt053")]
    #[strum(serialize = "camt053")]
    Camt053,
    /// CFONB 120, the fixed-width statement of French banks.
    #[serde(rename = "cfonb120")]
    #[strum(serialize = "cfonb120")]
    Cfonb120,
    /// The CSV of another bank, by a profile.
    Csv,
}

impl Format {
    /// The name in lists and JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
