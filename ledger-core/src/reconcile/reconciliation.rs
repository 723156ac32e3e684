//! The reconciliation: what a statement held against a ledger gives.

use serde::Serialize;

use super::evidence::Evidence;
use super::movement::Movement;
use super::proposal::{self, Proposal};
use super::reason::{Reason, Suggestion};
use crate::date::Date;
use crate::field::FileHash;
use crate::money::{Aigas, Euros};
use crate::operation::{Act, AttestStatement, Operation};
use crate::report::Status;
use crate::state::{TakenBack, TakenBackKind};
use crate::statement::Statement;
use crate::view::Standing;

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
    /// The last day of the closed period: nothing dated then is recorded any more.
    pub closed_through: Option<Date>,
    /// Fund, circulation, tills, slips and payables at the cut.
    pub status: Status,
    /// The ledger that the statement was held against, with all its entries.
    pub standing: Standing,
}

/// A line and the movements that it stands for. There is no line where they were settled by one before this statement, and no
/// movement where a line was settled with a statement attested before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Which line of the statement.
    pub line: Option<usize>,
    /// Which movements.
    pub movements: Vec<usize>,
    /// What tells.
    pub by: Evidence,
}

/// On which side something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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
    /// Which line of the statement, or which movement; none for what lies before the statement.
    pub index: Option<usize>,
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

    /// What a person has to explain: the difference that would be left, but for what waits for the bank under the name that a
    /// line gives. Of such a line only the gap is unexplained.
    pub fn left_to_explain(&self) -> Option<Euros> {
        let waiting = self.unexplained.iter().filter_map(|one| one.reason.waiting()).sum::<Euros>();
        Some(self.difference_after_proposals()? - waiting)
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
        let agrees = self.is_explained() && self.difference_after_proposals() == Some(Euros::ZERO);
        let closing_balance = self.bank_balance.filter(|_| agrees)?;
        let through = self.through;
        // A month that was closed by force is attested on the first day that is open.
        let open = self.closed_through.map(|closed| closed.days_since_epoch() + 1);
        let open = open.and_then(|day| Date::from_days_since_epoch(day).ok());
        let on = open.map_or(through, |open| open.max(through));
        // One that was taken back may be attested anew, under another name.
        let attested =
            |taken: &&TakenBack| taken.what == TakenBackKind::Attestation && taken.through == through;
        let taken_back = self.standing.state.registers().closings().taken_back();
        let again = match taken_back.iter().filter(attested).count() {
            0 => String::new(),
            times => format!("-{}", times + 1),
        };
        let hash = &statement.as_str()[..16];
        let reference = format!("attest-{through}-{hash}{again}").parse().ok()?;
        let act = Act::AttestStatement(AttestStatement { statement, through, closing_balance });
        Some(proposal::operation(reference, on, None, act))
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
