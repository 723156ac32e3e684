//! Proposals: the operations that would explain a line.

use std::collections::HashSet;

use super::evidence::Evidence;
use crate::account::EuroAccount;
use crate::accounting::{self, Books};
use crate::date::Date;
use crate::field::{BankLine, Slips};
use crate::id::Reference;
use crate::money::Euros;
use crate::operation::{Act, BankCharge, BankInterest, Deposit, Operation, PayOut};
use crate::rules::choose;
use crate::state::State;

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

impl ProposalKind {
    /// The operations that record it for a line. References are made from the line's fingerprint, so that recording the same
    /// line twice is recording it once; one that was used (and reversed, for the line is not matched) is not used again.
    pub(super) fn operations(&self, line: BankLine, used: &HashSet<Reference>) -> Vec<Operation> {
        let acts: Vec<Act> = match self {
            Self::Deposit(slips) => vec![deposit(slips, line.amount)],
            Self::PayOut(payables) => payables.iter().map(pay_out).collect(),
            Self::BankInterest(amount) => vec![Act::BankInterest(BankInterest { amount: *amount })],
            Self::BankCharge(amount) => vec![Act::BankCharge(BankCharge { amount: *amount })],
        };
        let references = (1_u32..).map(|number| reference_of(line, number));
        let mut free = references.filter(|reference| !used.contains(reference));
        acts.into_iter()
            .zip(&mut free)
            .map(|(act, reference)| operation(reference, line.date, Some(line), act))
            .collect()
    }
}

fn reference_of(line: BankLine, number: u32) -> Reference {
    let BankLine { date, amount, nth } = line;
    let end = if number == 1 { String::new() } else { format!(".{number}") };
    let text = format!("bank-{date}_{amount}_{nth}{end}");
    text.parse().unwrap_or_else(|_| unreachable!("digits, points and signs are an identifier"))
}

/// An operation without remarks.
pub(super) fn operation(reference: Reference, on: Date, bank_line: Option<BankLine>, act: Act) -> Operation {
    Operation { reference, on, note: None, operator: None, bank_line, act }
}

fn deposit(slips: &[Reference], amount: Euros) -> Act {
    let (slip, slips) = match slips {
        [slip] => (Some(slip.clone()), None),
        slips => (None, Slips::new(slips.to_vec())),
    };
    Act::Deposit(Deposit { slip, slips, amount, short: None, over: None, charge: None })
}

fn pay_out(payable: &Reference) -> Act {
    Act::PayOut(PayOut { payable: payable.clone(), amount: None, from_till: None })
}

/// What the bank should credit for an open slip.
pub(super) fn of_slip(slip: &Reference, state: &State) -> Euros {
    state.euros(&EuroAccount::Transit(slip.clone()))
}

/// What paying all of a payable does to the account: the accounting tells, fee included.
pub(super) fn of_payable(payable: &Reference, on: Date, state: &State) -> Euros {
    let operation = operation(payable.clone(), on, None, pay_out(payable));
    let choice = choose(&operation, state);
    accounting::postings(&operation, &choice, None, state).bank_movement()
}
