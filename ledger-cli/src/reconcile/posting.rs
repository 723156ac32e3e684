//! What is proposed, rehearsed and recorded: all in one batch or nothing.

use std::path::Path;

use ledger_core::ledger::ClockTrust;
use ledger_core::operation::{Act, Operation};
use ledger_core::{Ledger, Receipt, Rejection};

use super::Look;
use super::report::{self, Posted};
use crate::context::Context;
use crate::error::CliError;
use crate::interrupt;
use crate::lang::Lang;
use crate::open::{self, Rehearsal};
use crate::question;
use crate::say;

/// What the ledger would make of the proposals.
#[derive(Debug, Default)]
pub struct Rehearsed {
    /// The proposals, in their order.
    pub proposed: Vec<report::Rehearsed>,
    /// How many operations are not recorded yet, the attestation left out.
    new: usize,
    /// Whether the statement would be attested now.
    attests: bool,
}

impl Rehearsed {
    /// Rehearses the operations on the ledger in this folder.
    pub fn on<'a>(
        folder: &Path,
        operations: impl Iterator<Item = &'a Operation>,
        attestation: Option<&'a Operation>,
    ) -> Result<Self, CliError> {
        let all: Vec<Operation> = operations.chain(attestation).cloned().collect();
        if all.is_empty() {
            return Ok(Self::default());
        }
        let mut ledger = Rehearsal::over(folder)?;
        // Whether the clock is right is asked when it is recorded.
        ledger.trust_clock(ClockTrust::Confirmed);
        let mut rehearsed = Self::default();
        let outcomes = ledger.post_each(&all)?;
        for (operation, outcome) in all.into_iter().zip(outcomes) {
            let is_new = outcome.as_ref().map_or(true, |receipt| !receipt.replayed);
            if matches!(operation.act, Act::AttestStatement(_)) {
                rehearsed.attests = is_new;
                continue;
            }
            rehearsed.new += usize::from(is_new);
            rehearsed.proposed.push(told(&ledger, operation, outcome)?);
        }
        Ok(rehearsed)
    }

    /// Why the first that would be refused would be, so that nothing can be recorded.
    pub fn refused(&self) -> Option<&Rejection> {
        self.proposed.iter().find_map(|proposed| proposed.refused.as_ref())
    }

    /// Whether there is anything to record.
    pub const fn has_news(&self) -> bool {
        self.new > 0 || self.attests
    }
}

fn told(
    ledger: &Ledger,
    operation: Operation,
    outcome: Result<Receipt, Rejection>,
) -> Result<report::Rehearsed, CliError> {
    Ok(match outcome {
        Ok(receipt) => {
            let entry = ledger.entry(receipt.sequence)?;
            let postings = entry.map(|entry| entry.postings.iter().cloned().collect()).unwrap_or_default();
            report::Rehearsed { operation, postings, refused: None }
        }
        Err(rejection) => report::Rehearsed { operation, postings: Vec::new(), refused: Some(rejection) },
    })
}

/// Asks whether to record.
pub fn agreed(rehearsed: &Rehearsed, lang: Lang) -> Result<bool, CliError> {
    let Rehearsed { new, attests, .. } = rehearsed;
    let question = match (new, attests) {
        (0, _) => say!(
            lang,
            "Record that the statement agrees? [y/N] ",
            "Enregistrer que le relevé concorde ? [o/N] "
        ),
        (1, false) => say!(lang, "Record this operation? [y/N] ", "Enregistrer cette opération ? [o/N] "),
        (new, false) => {
            say!(lang, "Record these {new} operations? [y/N] ", "Enregistrer ces {new} opérations ? [o/N] ")
        }
        (1, true) => say!(
            lang,
            "Record this operation, and that the statement then agrees? [y/N] ",
            "Enregistrer cette opération, et que le relevé concorde alors ? [o/N] "
        ),
        (new, true) => say!(
            lang,
            "Record these {new} operations, and that the statement then agrees? [y/N] ",
            "Enregistrer ces {new} opérations, et que le relevé concorde alors ? [o/N] "
        ),
    };
    question::agreed(question)
}

/// Records what is proposed, and that the statement agrees if then it does, in one batch.
pub fn post(context: &Context, look: &Look) -> Result<Posted, CliError> {
    let mut ledger = open::writer(context)?;
    ledger.trust_clock(context.clock);
    if look.found.standing.root != Some(ledger.root()) {
        let message = "the ledger has changed since the proposals were made";
        return Err(CliError::not_found("changed_meanwhile", message)
            .in_french("le registre a changé depuis que les propositions ont été faites"));
    }
    let operations: Vec<Operation> = look.found.operations().chain(&look.attestation).cloned().collect();
    interrupt::finish();
    let receipts = ledger.post_batch(&operations)?;
    open::tell_clock(context, &ledger);
    let recorded = || receipts.iter().filter(|receipt| !receipt.replayed).map(|receipt| receipt.sequence);
    Ok(Posted {
        entries: recorded().count() as u64,
        first: recorded().min(),
        last: recorded().max(),
        attested: look.attestation.is_some().then_some(look.found.through),
    })
}
