//! A tally: how often what was done, and what came of it.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

/// Counts by chapter and name.
#[derive(Debug, Clone, Default)]
pub struct Tally(BTreeMap<&'static str, BTreeMap<String, u64>>);

/// The chapters.
pub const TRIED: &str = "tried";
pub const FAULTS: &str = "faults injected";
pub const CHECKED: &str = "checked";
pub const ANSWERED: &str = "answers of the ledger";
pub const REFUSED: &str = "refused loudly, by code";
pub const ENDED: &str = "how damage ended";

impl Tally {
    pub fn add(&mut self, chapter: &'static str, name: impl Into<String>, times: u64) {
        *self.0.entry(chapter).or_default().entry(name.into()).or_default() += times;
    }

    pub fn merge(&mut self, other: &Tally) {
        for (chapter, counts) in &other.0 {
            for (name, times) in counts {
                self.add(chapter, name.clone(), *times);
            }
        }
    }

    pub fn count(&self, chapter: &str, name: &str) -> u64 {
        self.0.get(chapter).and_then(|counts| counts.get(name)).copied().unwrap_or(0)
    }

    pub fn to_json(&self) -> Value {
        json!(self.0)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (chapter, counts) in &self.0 {
            writeln!(f, "{chapter}")?;
            for (name, times) in counts {
                writeln!(f, "  {name:<52}{times:>14}")?;
            }
        }
        Ok(())
    }
}
