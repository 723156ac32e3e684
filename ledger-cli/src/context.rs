//! What every command is told: where the ledger is, the language, and whether a script reads the answer.

use std::path::PathBuf;
use std::time::Duration;

use ledger_core::State;
use ledger_core::ledger::ClockTrust;

use crate::lang::Lang;
use crate::output::Figures;

/// What every command is told.
#[derive(Clone, Debug)]
pub struct Context {
    /// The ledger's folder.
    pub folder: PathBuf,
    /// The language of reports and messages.
    pub lang: Lang,
    /// Whether to answer in JSON.
    pub json: bool,
    /// Whether somebody said that the clock is right.
    pub clock: ClockTrust,
    /// How long to wait for another program that records.
    pub wait: Duration,
}

impl Context {
    /// Figures in the currency of this ledger.
    pub fn figures(&self, state: &State) -> Figures {
        let symbol = state.registers().founding().map_or("Ä", |founding| founding.symbol.as_str());
        Figures::new(self.lang, symbol)
    }
}
