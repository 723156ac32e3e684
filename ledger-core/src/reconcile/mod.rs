//! Reconciling: holds a statement of the bank against the ledger, to the cent, and says which lines explain the rest.
//!
//! A *movement* is what one entry did to the account at the bank: its net effect on `fund:deposit + own:bank`. Every line of
//! the statement and every movement up to the cut ends in exactly one class: matched, proposed (an operation that would
//! explain the line), or unexplained. Equality is exact; nothing is recorded here.

mod label;
mod movement;
mod reason;

use serde::Serialize;

use crate::date::Date;
use crate::field::FileHash;
use crate::id::Reference;
use crate::ledger::LedgerError;
use crate::money::{Aigas, Euros};
use crate::operation::Operation;
use crate::report::Status;
use crate::statement::Statement;
use crate::view::View;

pub use self::label::{InvalidRules, LabelRules, Labelled};
pub use self::movement::Movement;
pub use self::reason::{Reason, Suggestion};

/// What is asked of a reconciliation.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The most days between a line and the movement or slip that it stands for, if only the amount tells.
    pub window_days: u16,
    /// The last day that counts; by default the end of the period that the statement declares, or its last line.
    pub through: Option<Date>,
    /// What labels say of interest and charges.
    pub rules: LabelRules,
}

/// A statement held against a ledger.
#[derive(Clone, Debug)]
pub struct Reconciliation {
    /// The statement, with its lines up to the cut.
    pub statement: Statement,
    /// The movements of the ledger up to the cut, but for those that a reversal has cancelled.
    pub movements: Vec<Movement>,
    /// The cut: the last day that counts.
    pub through: Date,
    /// The bank's balance at the cut, if the statement tells it.
    pub bank_balance: Option<Euros>,
    /// `fund:deposit + own:bank` at the cut.
    pub ledger_balance: Euros,
    /// Lines and movements that stand for each other.
    pub matched: Vec<Match>,
    /// Operations that would explain a line, in the order in which they would be recorded.
    pub proposals: Vec<Proposal>,
    /// What is left, on both sides, the oldest first.
    pub unexplained: Vec<Unexplained>,
    /// Fund, circulation, tills, slips and payables at the cut.
    pub status: Status,
}

/// A line and the movements that it stands for. `line` is none for a movement that was settled earlier: by a line before
/// this statement, or by a statement that was attested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Which line of the statement.
    pub line: Option<usize>,
    /// Which movements.
    pub movements: Vec<usize>,
    /// What tells.
    pub by: Evidence,
}

/// What tells that a line stands for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The entry carries the line's fingerprint.
    BankLine,
    /// A statement was attested through a later day after the entry was recorded.
    Attested,
    /// The label or a reference names it.
    Name,
    /// It alone has the amount within the window.
    Amount,
    /// Several add up to the amount within the window.
    Sum,
    /// The label says that it is interest or a charge.
    Label,
}

/// Operations that would explain a line: one, or a pay-out for each of several payables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Which line of the statement.
    pub line: usize,
    /// What is proposed.
    pub kind: ProposalKind,
    /// What would be recorded.
    pub operations: Vec<Operation>,
    /// What tells.
    pub by: Evidence,
}

/// What is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProposalKind {
    /// The bank has credited these slips.
    Deposit(Vec<Reference>),
    /// These payables were paid.
    PayOut(Vec<Reference>),
    /// Interest of this amount.
    BankInterest(Euros),
    /// A charge of this amount.
    BankCharge(Euros),
}

/// On which side something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// A line of the statement that the ledger does not explain.
    Bank,
    /// A movement of the ledger that the statement does not show.
    Ledger,
}

/// A line or a movement that nothing explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unexplained {
    /// On which side.
    pub side: Side,
    /// Which line of the statement, or which movement.
    pub index: usize,
    /// Its date.
    pub date: Date,
    /// Its amount, negative when it left the account.
    pub amount: Euros,
    /// What the bank says of it, or the operation and its reference.
    pub label: String,
    /// Why.
    pub reason: Reason,
    /// What would record it, if that is clear.
    pub suggestion: Option<Suggestion>,
}

/// The money at the bank, the fund and the bills, side by side.
#[derive(Clone, Debug, Serialize)]
pub struct ThreeWay {
    /// What the bank holds at the cut, if the statement tells it.
    pub bank: Option<Euros>,
    /// The guarantee fund, wherever its euros are.
    pub fund: Euros,
    /// Ä in circulation.
    pub circulation: Aigas,
    /// How much of the circulation the bank holds; see [`Status::coverage`].
    pub coverage: Option<String>,
}

/// Why a statement cannot be held against a ledger.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// The ledger does not read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The statement is of another account than the guarantee fund's.
    #[error("the statement is of account {stated}, and the guarantee fund's is {expected}")]
    OtherAccount {
        /// What the statement names.
        stated: String,
        /// What the ledger was founded with.
        expected: String,
    },
    /// The statement says nothing about the time up to the cut.
    #[error("the statement begins on {from}, after {through}")]
    CutBefore {
        /// The first day of the statement.
        from: Date,
        /// The cut.
        through: Date,
    },
    /// The cut lies behind what the statement covers.
    #[error("the statement reaches to {last}, not to {through}")]
    CutAfter {
        /// The last day that it declares, or that of its last line.
        last: Date,
        /// The cut.
        through: Date,
    },
    /// A statement without lines, period and `--through` says nothing.
    #[error("the statement has no lines and tells no period")]
    NoPeriod,
}

impl ReconcileError {
    /// The stable name of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ledger(error) => error.code(),
            Self::OtherAccount { .. } => "other_account",
            Self::CutBefore { .. } => "cut_before",
            Self::CutAfter { .. } => "cut_after",
            Self::NoPeriod => "no_period",
        }
    }
}

/// Holds a statement against a ledger.
pub fn reconcile(
    view: &View,
    statement: Statement,
    settings: &Settings,
) -> Result<Reconciliation, ReconcileError> {
    let _ = (view, statement, settings);
    Err(ReconcileError::NoPeriod)
}

impl Reconciliation {
    /// The bank's balance less the ledger's, if the statement tells it.
    pub fn difference(&self) -> Option<Euros> {
        Some(self.bank_balance? - self.ledger_balance)
    }

    /// The difference that would be left once all that is proposed is recorded.
    pub fn difference_after_proposals(&self) -> Option<Euros> {
        let explained =
            self.proposals.iter().map(|proposal| self.statement.lines[proposal.line].fingerprint.amount);
        Some(self.difference()? - explained.sum())
    }

    /// Whether nothing is unexplained.
    pub fn is_explained(&self) -> bool {
        self.unexplained.is_empty()
    }

    /// All operations that are proposed, in the order in which they can be recorded.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.proposals.iter().flat_map(|proposal| &proposal.operations)
    }

    /// What attests the statement in the file of this hash, when it agrees once all proposals are recorded and nothing is
    /// left unexplained.
    pub fn attestation(&self, statement: FileHash) -> Option<Operation> {
        let _ = statement;
        None
    }

    /// Bank, fund and circulation.
    pub fn three_way(&self) -> ThreeWay {
        ThreeWay {
            bank: self.bank_balance,
            fund: self.status.fund.total,
            circulation: self.status.circulation,
            coverage: self.status.coverage.clone(),
        }
    }
}
