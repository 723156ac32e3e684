//! Ageing: the euros of each bureau that are not at the bank yet, and whether they are late.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::{ProposalKind, Reconciliation};
use crate::date::Date;
use crate::field::Terms;
use crate::id::{BureauId, Reference};
use crate::money::Euros;

/// The euros of one bureau that the ledger does not have at the bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ageing {
    /// The bureau; `office` for the association itself.
    pub bureau: BureauId,
    /// What lies in its till.
    pub till: Euros,
    /// What is on its way under slips that neither the ledger nor this statement has at the bank.
    pub transit: Euros,
    /// What the statement shows as credited, so that it is proposed for deposit.
    pub credited: Euros,
    /// The day of the oldest euro in `till` and `transit`.
    pub oldest: Option<Date>,
    /// Its age at the cut, in days.
    pub days: Option<i32>,
    /// The days in which the bureau's terms ask for the deposit; none for a prefunded bureau and the office.
    pub within_days: Option<u32>,
    /// The days beyond them; none when it is not late.
    pub days_overdue: Option<i32>,
}

impl Ageing {
    fn of(bureau: BureauId) -> Self {
        let (till, transit, credited) = (Euros::ZERO, Euros::ZERO, Euros::ZERO);
        let (oldest, days, within_days, days_overdue) = (None, None, None, None);
        Self { bureau, till, transit, credited, oldest, days, within_days, days_overdue }
    }

    fn seen(&mut self, since: Date) {
        self.oldest = Some(self.oldest.map_or(since, |oldest| oldest.min(since)));
    }

    fn judged(mut self, cut: Date) -> Self {
        self.days = self.oldest.map(|oldest| cut.days_after(oldest));
        let within = self.within_days.and_then(|days| i32::try_from(days).ok());
        let over = self.days.zip(within).map(|(days, within)| days - within);
        self.days_overdue = over.filter(|days| *days > 0);
        self
    }
}

impl Reconciliation {
    /// The euros in tills and on their way at the cut, by bureau, the oldest first.
    pub fn ageing(&self) -> Vec<Ageing> {
        let credited: HashSet<&Reference> = self
            .proposals
            .iter()
            .flat_map(|proposal| match &proposal.kind {
                ProposalKind::Deposit(slips) => slips.as_slice(),
                _ => &[],
            })
            .collect();
        let mut rows: BTreeMap<&BureauId, Ageing> = BTreeMap::new();
        for bureau in &self.status.bureaux {
            let mut row = Ageing::of(bureau.bureau.clone());
            row.till = bureau.till;
            if let Some(since) = bureau.till_since {
                row.seen(since);
            }
            if let Terms::Consignment { deposit_within_days, .. } = bureau.terms {
                row.within_days = Some(deposit_within_days);
            }
            rows.insert(&bureau.bureau, row);
        }
        for slip in &self.status.slips {
            let row = rows.entry(&slip.bureau).or_insert_with(|| Ageing::of(slip.bureau.clone()));
            if credited.contains(&slip.slip) {
                row.credited += slip.amount;
            } else {
                row.transit += slip.amount;
                row.seen(slip.euros_since);
            }
        }
        let holds = |row: &Ageing| [row.till, row.transit, row.credited].iter().any(|sum| !sum.is_zero());
        let mut rows: Vec<Ageing> =
            rows.into_values().filter(holds).map(|row| row.judged(self.through)).collect();
        rows.sort_by(|a, b| {
            (a.oldest.is_none(), a.oldest, &a.bureau).cmp(&(b.oldest.is_none(), b.oldest, &b.bureau))
        });
        rows
    }
}
