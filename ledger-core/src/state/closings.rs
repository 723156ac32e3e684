//! Closings: the periods that are closed, the statements that are attested, and which of them were taken back.

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::entry::Entry;
use crate::money::Euros;
use crate::operation::Act;
use crate::sequence::Sequence;
use crate::text::Text;

/// A statement that agreed with the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// The entry that says so.
    pub sequence: Sequence,
    /// The last day of the statement's period.
    pub through: Date,
    /// The balance that it shows.
    pub closing_balance: Euros,
}

/// A period that is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// The entry that closed it.
    pub sequence: Sequence,
    /// Its last day.
    pub through: Date,
}

/// What can be taken back though it moves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TakenBackKind {
    /// The closing of a period.
    Closing,
    /// The attestation of a statement.
    Attestation,
}

/// A closing or an attestation that was reversed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBack {
    /// Which of the two.
    pub what: TakenBackKind,
    /// The last day of its period.
    pub through: Date,
    /// The entry that was reversed.
    pub entry: Sequence,
    /// The reversal.
    pub by: Sequence,
    /// Why.
    pub reason: Text,
}

/// The closings and attestations that stand, and those that were taken back, in the order of the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closings {
    periods: Vec<Closing>,
    attestations: Vec<Attestation>,
    taken_back: Vec<TakenBack>,
}

impl Closings {
    /// The last day that is closed.
    pub fn closed_through(&self) -> Option<Date> {
        self.periods.iter().map(|closing| closing.through).max()
    }

    /// The last day that is closed apart from this closing.
    pub fn closed_through_without(&self, closing: Sequence) -> Option<Date> {
        let others = self.periods.iter().filter(|other| other.sequence != closing);
        others.map(|closing| closing.through).max()
    }

    /// The closing that was recorded last.
    pub fn last_closing(&self) -> Option<Closing> {
        self.periods.last().copied()
    }

    /// The statement attested through the latest day; of several the one attested last.
    pub fn attested(&self) -> Option<&Attestation> {
        self.attestations.iter().max_by_key(|attested| (attested.through, attested.sequence))
    }

    /// What was taken back.
    pub fn taken_back(&self) -> &[TakenBack] {
        &self.taken_back
    }

    /// Notes what an entry closes or attests.
    pub(super) fn note(&mut self, entry: &Entry) {
        let sequence = entry.sequence;
        match &entry.operation.act {
            Act::ClosePeriod(act) => self.periods.push(Closing { sequence, through: act.through }),
            Act::AttestStatement(act) => {
                let (through, closing_balance) = (act.through, act.closing_balance);
                self.attestations.push(Attestation { sequence, through, closing_balance });
            }
            _ => {}
        }
    }

    /// The closing or attestation of this entry, if it is one that stands.
    pub(super) fn of(&self, entry: Sequence) -> Option<(TakenBackKind, Date)> {
        let closing = self.periods.iter().find(|closing| closing.sequence == entry);
        let attested = self.attestations.iter().find(|attested| attested.sequence == entry);
        closing
            .map(|closing| (TakenBackKind::Closing, closing.through))
            .or_else(|| attested.map(|attested| (TakenBackKind::Attestation, attested.through)))
    }

    /// Takes back what [stands](Self::of) by this entry.
    pub(super) fn take_back(
        &mut self,
        entry: Sequence,
        what: (TakenBackKind, Date),
        by: Sequence,
        reason: &Text,
    ) {
        self.periods.retain(|closing| closing.sequence != entry);
        self.attestations.retain(|attested| attested.sequence != entry);
        let (what, through) = what;
        self.taken_back.push(TakenBack { what, through, entry, by, reason: reason.clone() });
    }
}
