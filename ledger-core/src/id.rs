//! Identifiers: the short names that refs, slips, bureaux, members and operators go by.
//!
//! 1 to 64 of `[A-Za-z0-9._-]`. They are opaque; no name, address or phone number belongs in one.

use std::fmt;
use std::str::FromStr;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// The longest identifier, in bytes.
pub const ID_MAX_BYTES: usize = 64;

/// A text that is no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an identifier is 1 to {ID_MAX_BYTES} of A-Z a-z 0-9 . _ -")]
pub struct InvalidId;

/// Whether each byte may stand in an identifier.
const ALLOWED: [bool; 256] = {
    let mut allowed = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        allowed[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        byte += 1;
    }
    allowed
};

fn is_identifier(text: &str) -> bool {
    (1..=ID_MAX_BYTES).contains(&text.len()) && text.bytes().all(|byte| ALLOWED[usize::from(byte)])
}

macro_rules! identifiers {
    ($($(#[$doc:meta])* $Name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "CompactString")]
        pub struct $Name(CompactString);

        /// For a map that clones a name only when it is new.
        impl From<&$Name> for $Name {
            fn from(name: &$Name) -> Self {
                name.clone()
            }
        }

        impl $Name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<CompactString> for $Name {
            type Error = InvalidId;
            fn try_from(text: CompactString) -> Result<Self, InvalidId> {
                if is_identifier(&text) { Ok(Self(text)) } else { Err(InvalidId) }
            }
        }

        impl FromStr for $Name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                if is_identifier(text) { Ok(Self(CompactString::from(text))) } else { Err(InvalidId) }
            }
        }

        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    )*};
}

identifiers! {
    /// The name of an operation, of a deposit slip or of a payable: one namespace, each used once.
    Reference
    /// An exchange bureau. `office` stands for the association itself, where a receivable is owed.
    BureauId
    /// A member's number. Names live elsewhere, where they can be erased.
    MemberId
    /// Whoever typed an operation; opaque.
    OperatorId
}

impl BureauId {
    /// The association's own office: it can owe the fund, and can be no bureau.
    pub fn office() -> Self {
        Self(CompactString::const_new("office"))
    }

    /// Whether this is the association's own office.
    pub fn is_office(&self) -> bool {
        self.0 == "office"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_kilobytes_blanks_and_paths_are_no_reference() {
        for text in ["", " ", "a b", "../x", "é", "a/b", &"x".repeat(65), &"x".repeat(10_240)] {
            assert!(text.parse::<Reference>().is_err(), "{text:.20}");
        }
        assert!("x".repeat(64).parse::<Reference>().is_ok());
        assert!("BORD-0001_a.B".parse::<Reference>().is_ok());
    }
}
