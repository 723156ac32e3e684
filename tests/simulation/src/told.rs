//! What the outside was told: every acknowledged entry with its bytes and its root, and what may stand behind them because
//! nobody heard how it ended.

use ledger_core::journal::{Frontier, Root, leaf_hash};
use ledger_core::{Account, Receipt, State, record};
use serde_json::Value;

use crate::model::{Model, Outcome};

/// An acknowledged entry.
#[derive(Debug, Clone)]
pub struct Known {
    pub operation: Value,
    /// Its bytes in the journal.
    pub record: Vec<u8>,
    /// What was answered. None where the answer was lost and the entry was found later.
    pub receipt: Option<Receipt>,
}

impl Known {
    /// The day on which it was recorded.
    fn recorded_on(&self) -> Result<String, String> {
        let entry =
            record::decode(&self.record).map_err(|error| format!("a record does not read: {error}"))?;
        Ok(civil_day(entry.recorded_at.ns()))
    }
}

/// The civil date, UTC, of an instant in nanoseconds since 1970.
pub fn civil_day(ns: u64) -> String {
    // Years that begin in March, so that the odd day stands at their end; eras of 400 years.
    let days = ns / 86_400_000_000_000 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// All that was acknowledged.
#[derive(Debug, Clone)]
pub struct Told {
    pub model: Model,
    pub entries: Vec<Known>,
    /// The root after so many entries.
    roots: Vec<Root>,
    tree: Frontier,
    /// Blocks that were on their way when something failed, in their order: each is there whole or not at all, and none
    /// without those before it.
    pub pending: Vec<Vec<Value>>,
    /// Whether somebody has made snapshots lie.
    pub snapshots_touched: bool,
}

impl Default for Told {
    fn default() -> Self {
        let tree = Frontier::new();
        let roots = vec![tree.root()];
        Self {
            model: Model::new(),
            entries: Vec::new(),
            roots,
            tree,
            pending: Vec::new(),
            snapshots_touched: false,
        }
    }
}

impl Told {
    /// How many entries.
    pub fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The root after the last of them.
    pub fn root(&self) -> Root {
        self.tree.root()
    }

    /// The root after so many of them.
    pub fn root_after(&self, entries: u64) -> Option<Root> {
        self.roots.get(entries as usize).copied()
    }

    /// Takes note of an entry that the model allows.
    pub fn learn(&mut self, known: Known) -> Result<(), String> {
        self.model.recorded_on = known.recorded_on()?;
        let recorded = self.model.post(&known.operation);
        let expected = Ok(Outcome::Recorded(self.len() + 1));
        demand!(recorded == expected, "entry {}: the model says {recorded:?}", self.len() + 1);
        self.tree.push_leaf(leaf_hash(&known.record));
        self.roots.push(self.tree.root());
        self.entries.push(known);
        Ok(())
    }

    /// The model after so many entries.
    pub fn model_after(&self, entries: u64) -> Model {
        if entries == self.len() {
            return self.model.clone();
        }
        let mut model = Model::new();
        for known in self.entries.iter().take(entries as usize) {
            model.recorded_on = known.recorded_on().unwrap_or_default();
            let _ = model.post(&known.operation);
        }
        model
    }

    /// The sizes at which a ledger may stand after a failure.
    pub fn possible_sizes(&self) -> Vec<u64> {
        let mut sizes = vec![self.len()];
        for block in &self.pending {
            sizes.push(sizes[sizes.len() - 1] + block.len() as u64);
        }
        sizes
    }
}

/// Circulation, fund and what holders can claim are one figure, the model's.
pub fn backed(state: &State, model: &Model) -> Result<(), String> {
    let expected = model.circulation();
    let obligation = i128::from(state.balance(&account("obligation")?));
    let figures =
        [i128::from(state.circulation().cents()), i128::from(state.fund().total.cents()), obligation];
    demand!(
        figures == [expected; 3] && model.fund_total() == expected,
        "circulation, fund, obligation are {figures:?}, not {expected} each"
    );
    demand!(state.backing().is_ok(), "the state says that it is not backed");
    Ok(())
}

/// Every balance is the model's, to the cent. Says how many there are.
pub fn balances_agree(state: &State, model: &Model) -> Result<u64, String> {
    backed(state, model)?;
    let balances = model.balances();
    for (name, cents) in &balances {
        let found = i128::from(state.balance(&account(name)?));
        demand!(found == *cents, "{name} holds {found}, not {cents}");
    }
    demand!(
        state.entries() == model.entries.len() as u64,
        "the state counts {} entries, not {}",
        state.entries(),
        model.entries.len()
    );
    Ok(balances.len() as u64)
}

fn account(name: &str) -> Result<Account, String> {
    name.parse().map_err(|_| format!("{name} is no account"))
}
