//! The one form in which a proof is written: indented JSON, always the same bytes for the same content. What was changed
//! in any byte is so found out, even where it means the same.

use data_encoding::BASE64;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::journal::Hash;
use crate::signed::ProofError;

/// Writes a value.
pub fn write(value: &impl Serialize) -> String {
    // What is written here has texts as keys and no floats: it cannot fail.
    let json = serde_json::to_string_pretty(value);
    json.unwrap_or_else(|_| unreachable!("texts and numbers")) + "\n"
}

/// Reads a value of this kind, in any form.
pub fn read<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, ProofError> {
    serde_json::from_str(text).map_err(|error| ProofError::Form { what, reason: error.to_string() })
}

/// Whether the first line of a file that says what it is, says this.
pub fn expect_format(found: &str, expected: &str, what: &'static str) -> Result<(), ProofError> {
    if found == expected {
        return Ok(());
    }
    Err(ProofError::Form { what, reason: format!("its format is {found:?}, and only {expected:?} is known") })
}

/// Hashes as text.
pub fn hashes_to_text(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| BASE64.encode(hash)).collect()
}

/// Hashes from text.
pub fn hashes_of_text(texts: &[String], what: &'static str) -> Result<Vec<Hash>, ProofError> {
    let hash = |text: &String| BASE64.decode(text.as_bytes()).ok()?.try_into().ok();
    let hashes: Option<Vec<Hash>> = texts.iter().map(hash).collect();
    hashes.ok_or_else(|| ProofError::Form { what, reason: "a hash is 32 bytes in base64".to_owned() })
}
