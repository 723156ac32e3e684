//! The report of a reconciliation: one value, from which terminal, JSON, CSV and page are made. It decides nothing.

use ledger_core::entry::Posting;
use ledger_core::field::FileHash;
use ledger_core::journal::Root;
use ledger_core::operation::Operation;
use ledger_core::reconcile::{
    Ageing, Evidence, Movement, ProposalKind, Reason, Reconciliation, Side, Suggestion, ThreeWay,
};
use ledger_core::state::{FundFigures, Shortfall, TakenBack};
use ledger_core::statement::{Line, Place};
use ledger_core::{Date, Euros, Reference, Rejection, Sequence, Text, UnreadEnd};
use serde::Serialize;

use super::command;
use crate::error::Exit;
use crate::lang::Lang;
use crate::output::Figures;
use crate::statement::{Period, Stated};

/// What a treasurer reads.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The association.
    pub association: Option<Text>,
    /// The bank of its guarantee fund.
    pub bank: Option<Text>,
    /// The fund's account there.
    pub iban: Option<Text>,
    /// The statement.
    pub statement: Stated,
    /// The SHA-256 of its file.
    pub sha256: FileHash,
    /// The last day that counts.
    pub cut: Date,
    /// The bank's balance, if the statement tells it.
    pub bank_balance: Option<Euros>,
    /// The ledger's.
    pub ledger_balance: Euros,
    /// The bank's less the ledger's.
    pub difference: Option<Euros>,
    /// How many lines of the statement the ledger has.
    pub matched: usize,
    /// What is proposed, by kind: names and amounts.
    pub proposals: Proposals,
    /// What is left when all of it is recorded.
    pub difference_after_proposals: Option<Euros>,
    /// What of it a person has to explain: of a line that names a slip of another amount, the gap.
    pub left_to_explain: Option<Euros>,
    /// What nothing explains.
    pub unexplained: Vec<Open>,
    /// Bank, fund and circulation.
    pub three_way: ThreeWay,
    /// Where the euros of the fund are, by the ledger.
    pub fund: FundFigures,
    /// The association's own money at the bank, by the ledger.
    pub own_bank: Euros,
    /// Euros not yet at the bank, by bureau.
    pub ageing: Vec<Ageing>,
    /// What is proposed, line by line.
    pub proposed: Vec<Proposed>,
    /// Which entries stand for which line.
    pub matches: Vec<Matched>,
    /// Closings and attestations that were taken back.
    pub taken_back: Vec<TakenBack>,
    /// What was below nothing on the day of these figures.
    pub shortfalls: Vec<Shortfall>,
    /// Entries of the ledger.
    pub entries: u64,
    /// The Merkle root over them.
    pub root: Option<Root>,
    /// What stands behind them and was left out.
    pub unread_end: Option<UnreadEnd>,
    /// What was recorded now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posted: Option<Posted>,
    #[serde(skip)]
    symbol: String,
}

/// What is proposed, by kind.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Proposals {
    deposit: Vec<Reference>,
    pay_out: Vec<Reference>,
    bank_interest: Vec<Euros>,
    bank_charge: Vec<Euros>,
}

/// A line of the statement, as the reports show it.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// Where it stands in the file.
    pub line: Place,
    /// Its date.
    pub date: Date,
    /// Its amount.
    pub amount: Euros,
    /// What the bank says of it.
    pub label: String,
}

impl From<&Line> for Shown {
    fn from(line: &Line) -> Self {
        let (date, amount) = (line.fingerprint.date, line.fingerprint.amount);
        Self { line: line.place, date, amount, label: line.label.clone() }
    }
}

/// A line and what would explain it.
#[derive(Clone, Debug, Serialize)]
pub struct Proposed {
    /// `deposit`, `pay_out`, `bank_interest` or `bank_charge`.
    pub kind: &'static str,
    /// The line.
    #[serde(flatten)]
    pub line: Shown,
    /// What tells.
    pub by: Evidence,
    /// What it settles.
    pub names: Vec<Reference>,
    /// What would be recorded.
    pub operations: Vec<Rehearsed>,
}

/// An operation and what the ledger would make of it.
#[derive(Clone, Debug, Serialize)]
pub struct Rehearsed {
    /// The operation.
    pub operation: Operation,
    /// Its postings.
    pub postings: Vec<Posting>,
    /// Why the ledger would refuse it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Rejection>,
}

/// A line or a movement that nothing explains.
#[derive(Clone, Debug, Serialize)]
pub struct Open {
    /// On which side.
    pub side: Side,
    /// Its date.
    pub date: Date,
    /// Its amount.
    pub amount: Euros,
    /// What the bank says of it, or the operation and its reference; empty for an opening balance.
    pub label: String,
    /// Where it stands in the file of the statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<Place>,
    /// The entry of the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<Sequence>,
    /// Why.
    pub reason: Reason,
    /// What would record it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<Suggestion>,
    /// The same as a command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// A line and the entries that stand for it.
#[derive(Clone, Debug, Serialize)]
pub struct Matched {
    /// The line; none for entries that were settled before this statement.
    pub line: Option<Shown>,
    /// What tells.
    pub by: Evidence,
    /// The entries.
    pub entries: Vec<Moved>,
}

/// An entry that moved the account.
#[derive(Clone, Debug, Serialize)]
pub struct Moved {
    /// Its number.
    pub entry: Sequence,
    /// Its operation.
    pub op: &'static str,
    /// Its reference.
    #[serde(rename = "ref")]
    pub reference: Reference,
    /// Its date.
    pub on: Date,
    /// What it moved.
    pub amount: Euros,
}

impl From<&Movement> for Moved {
    fn from(movement: &Movement) -> Self {
        let Movement { sequence, op, reference, on, amount, .. } = movement;
        Self { entry: *sequence, op, reference: reference.clone(), on: *on, amount: *amount }
    }
}

/// What was recorded.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Posted {
    /// How many entries.
    pub entries: u64,
    /// The number of the first.
    pub first: Option<Sequence>,
    /// The number of the last.
    pub last: Option<Sequence>,
    /// Through which day the statement was attested.
    pub attested: Option<Date>,
}

/// What it comes to, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The bank's account and the bills agree.
    Agree,
    /// They agree once so many operations are recorded.
    AgreeOnceRecorded(usize),
    /// So much is left to explain.
    Left(Euros),
    /// No amount is left, but lines or movements are.
    SomeLeft,
    /// The ledger would refuse so many of the operations that are proposed.
    Refused(usize),
    /// Everything is explained, once so many operations are recorded, and the statement tells no balance.
    NoBalance(usize),
}

impl Report {
    /// The report of what was found. `rehearsed` are the operations that are proposed, in their order.
    pub fn new(found: &Reconciliation, sha256: FileHash, rehearsed: Vec<Rehearsed>) -> Self {
        let standing = &found.standing;
        let founding = standing.state.registers().founding();
        let matches: Vec<Matched> = matches(found);
        let proposed = proposed(found, rehearsed);
        Self {
            association: founding.map(|founding| founding.association.clone()),
            bank: founding.map(|founding| founding.fund.bank.clone()),
            iban: founding.map(|founding| founding.fund.iban.clone()),
            symbol: founding.map_or_else(|| "Ä".to_owned(), |founding| founding.symbol.to_string()),
            statement: Stated::of(&found.statement),
            sha256,
            cut: found.through,
            bank_balance: found.bank_balance,
            ledger_balance: found.ledger_balance,
            difference: found.difference(),
            matched: matches.iter().filter(|matched| matched.line.is_some()).count(),
            proposals: by_kind(found),
            difference_after_proposals: found.difference_after_proposals(),
            left_to_explain: found.left_to_explain(),
            unexplained: open(found),
            three_way: found.three_way(),
            fund: found.status.fund,
            own_bank: found.status.own_bank,
            ageing: found.ageing(),
            proposed,
            matches,
            shortfalls: found.status.shortfalls.clone(),
            taken_back: standing.state.registers().closings().taken_back().to_vec(),
            entries: standing.state.entries(),
            root: standing.root,
            unread_end: None,
            posted: None,
        }
    }

    /// What it comes to.
    pub fn answer(&self) -> Answer {
        match self.left_to_explain {
            Some(left) if !left.is_zero() => Answer::Left(left),
            _ if !self.unexplained.is_empty() => Answer::SomeLeft,
            _ if self.refused() > 0 => Answer::Refused(self.refused()),
            None => Answer::NoBalance(self.operations()),
            Some(_) if self.operations() > 0 => Answer::AgreeOnceRecorded(self.operations()),
            Some(_) => Answer::Agree,
        }
    }

    /// How the process ends.
    pub fn exit(&self) -> Exit {
        match self.answer() {
            Answer::Left(_) | Answer::SomeLeft | Answer::Refused(_) => Exit::Difference,
            Answer::Agree | Answer::AgreeOnceRecorded(_) | Answer::NoBalance(_) => Exit::Done,
        }
    }

    /// The days of the statement up to the cut.
    pub fn days(&self) -> Option<Period> {
        self.statement.covers().map(|days| Period { through: self.cut, ..days })
    }

    /// How many operations are proposed.
    pub fn operations(&self) -> usize {
        self.proposed.iter().map(|proposed| proposed.operations.len()).sum()
    }

    /// How many of them the ledger would refuse.
    fn refused(&self) -> usize {
        let operations = self.proposed.iter().flat_map(|proposed| &proposed.operations);
        operations.filter(|operation| operation.refused.is_some()).count()
    }

    /// What all that is proposed comes to.
    pub fn proposed_amount(&self) -> Euros {
        self.proposed.iter().map(|proposed| proposed.line.amount).sum()
    }

    /// What is unexplained on one side.
    pub fn open_on(&self, side: Side) -> impl Iterator<Item = &Open> {
        self.unexplained.iter().filter(move |open| open.side == side)
    }

    /// Figures in the ledger's currency.
    pub fn figures(&self, lang: Lang) -> Figures {
        Figures::new(lang, &self.symbol)
    }
}

/// The name of a kind of proposal.
fn kind(kind: &ProposalKind) -> &'static str {
    match kind {
        ProposalKind::Deposit(_) => "deposit",
        ProposalKind::PayOut(_) => "pay_out",
        ProposalKind::BankInterest(_) => "bank_interest",
        ProposalKind::BankCharge(_) => "bank_charge",
    }
}

fn by_kind(found: &Reconciliation) -> Proposals {
    let mut proposals = Proposals::default();
    for proposal in &found.proposals {
        match &proposal.kind {
            ProposalKind::Deposit(slips) => proposals.deposit.extend(slips.iter().cloned()),
            ProposalKind::PayOut(payables) => proposals.pay_out.extend(payables.iter().cloned()),
            ProposalKind::BankInterest(amount) => proposals.bank_interest.push(*amount),
            ProposalKind::BankCharge(amount) => proposals.bank_charge.push(*amount),
        }
    }
    proposals
}

fn proposed(found: &Reconciliation, rehearsed: Vec<Rehearsed>) -> Vec<Proposed> {
    let mut rehearsed = rehearsed.into_iter();
    let proposed = |proposal: &ledger_core::reconcile::Proposal| Proposed {
        kind: kind(&proposal.kind),
        line: (&found.statement.lines[proposal.line]).into(),
        by: proposal.by,
        names: match &proposal.kind {
            ProposalKind::Deposit(names) | ProposalKind::PayOut(names) => names.clone(),
            ProposalKind::BankInterest(_) | ProposalKind::BankCharge(_) => Vec::new(),
        },
        operations: rehearsed.by_ref().take(proposal.operations.len()).collect(),
    };
    found.proposals.iter().map(proposed).collect()
}

fn matches(found: &Reconciliation) -> Vec<Matched> {
    let matched = |matched: &ledger_core::reconcile::Match| Matched {
        line: matched.line.map(|line| (&found.statement.lines[line]).into()),
        by: matched.by,
        entries: matched.movements.iter().map(|index| (&found.movements[*index]).into()).collect(),
    };
    found.matched.iter().map(matched).collect()
}

fn open(found: &Reconciliation) -> Vec<Open> {
    let place =
        |left: &ledger_core::reconcile::Unexplained, side: Side| left.index.filter(|_| left.side == side);
    let open = |left: &ledger_core::reconcile::Unexplained| Open {
        side: left.side,
        date: left.date,
        amount: left.amount,
        label: left.label.clone(),
        line: place(left, Side::Bank).map(|index| found.statement.lines[index].place),
        entry: place(left, Side::Ledger).map(|index| found.movements[index].sequence),
        reason: left.reason.clone(),
        suggestion: left.suggestion.clone(),
        command: left.suggestion.as_ref().map(command::of),
    };
    found.unexplained.iter().map(open).collect()
}
