//! What labels say of interest and charges: words that the treasurer can add to.

use serde::Deserialize;

use crate::money::Euros;
use crate::statement::without_accent;
use crate::text::{holds_private_key, toml_fault};

/// Words by which lines without a slip or reference are known.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelRules {
    /// Labels of interest that the bank pays begin with one of these, or hold it as words.
    #[serde(default)]
    interest: Vec<String>,
    /// The same for charges that it takes.
    #[serde(default)]
    charges: Vec<String>,
}

/// What a label says that a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labelled {
    /// Interest that the bank pays.
    Interest,
    /// A charge that it takes.
    Charge,
}

/// A file of rules does not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct InvalidRules {
    /// Where, what was expected, what came.
    pub reason: String,
}

impl LabelRules {
    /// The rules that come with the program, and those of a TOML file: `interest = ["…"]`, `charges = ["…"]`.
    pub fn with(toml: &str) -> Result<Self, InvalidRules> {
        let invalid = |reason: String| InvalidRules { reason };
        if holds_private_key(toml.as_bytes()) {
            return Err(invalid("a private key is no file of rules".to_owned()));
        }
        let more: Self = toml::from_str(toml).map_err(|error| {
            let (line, reason) = toml_fault(toml, &error);
            invalid(format!("line {line}: {reason}"))
        })?;
        let mut rules = Self::default();
        rules.interest.extend(more.interest.iter().map(|words| plain(words)));
        rules.charges.extend(more.charges.iter().map(|words| plain(words)));
        if rules.interest.iter().chain(&rules.charges).any(|words| words.trim().is_empty()) {
            return Err(InvalidRules {
                reason: "a rule has no letter and no digit, so it would hold for every line".into(),
            });
        }
        Ok(rules)
    }

    /// What a line of this label and amount is.
    pub fn of(&self, label: &str, amount: Euros) -> Option<Labelled> {
        let label = plain(label);
        let (rules, labelled) = if amount > Euros::ZERO {
            (&self.interest, Labelled::Interest)
        } else {
            (&self.charges, Labelled::Charge)
        };
        rules.iter().any(|words| label.contains(words.as_str())).then_some(labelled)
    }
}

impl Default for LabelRules {
    fn default() -> Self {
        let rules = |words: &[&str]| words.iter().map(|words| plain(words)).collect();
        Self {
            interest: rules(&["interets crediteurs", "interets", "remuneration"]),
            charges: rules(&[
                "frais",
                "prelevements sociaux",
                "prelevement social",
                "taxe sur",
                "cotisation",
                "commission",
                "agios",
                "interets debiteurs",
                "tenue de compte",
            ]),
        }
    }
}

/// Its words in small letters without accents, each between blanks.
fn plain(text: &str) -> String {
    let mut plain = String::from(" ");
    for letter in text.chars().flat_map(char::to_lowercase).filter_map(without_accent) {
        if letter.is_alphanumeric() {
            plain.push(letter);
        } else if !plain.ends_with(' ') {
            plain.push(' ');
        }
    }
    if !plain.ends_with(' ') {
        plain.push(' ');
    }
    plain
}
