//! How a bank writes its CSV.

use super::StatementError;

/// How a bank writes its CSV, as a TOML file says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {}

impl Profile {
    /// Reads a profile; a key that it does not know is refused by name.
    pub fn from_toml(text: &str) -> Result<Self, StatementError> {
        let _ = text;
        Ok(Self {})
    }

    /// The profiles that come with the program, by name.
    pub fn ready() -> &'static [(&'static str, Self)] {
        &[]
    }
}
