//! What there was before a period, from the entries that are dated before it: summed, and nothing else believed.

use std::collections::BTreeMap;

use super::books::Sums;
use super::{ExportError, Period, reading};
use crate::entry::{Entry, Posting};
use crate::id::BureauId;
use crate::ledger::{LedgerError, Turnover};
use crate::operation::Act;
use crate::text::Text;
use crate::view::View;

/// What stood on the accounts, and what the bureaux were called.
#[derive(Debug, Default)]
pub struct Before {
    /// What stood on the accounts, where it is not nothing.
    pub sums: Sums,
    /// The bureaux and their names.
    pub bureaux: Bureaux,
    /// What was moved until then.
    pub turnover: Turnover,
    /// How many entries were read: the walk over the period ends with the same.
    pub read: Option<u64>,
}

/// What the bureaux are called.
#[derive(Clone, Debug, Default)]
pub struct Bureaux(BTreeMap<BureauId, Text>);

impl Bureaux {
    /// Keeps what an entry calls one.
    pub fn hear(&mut self, act: &Act) {
        let named = match act {
            Act::OpenBureau(act) => Some((&act.bureau, &act.name)),
            Act::AmendBureau(act) => act.name.as_ref().map(|name| (&act.bureau, name)),
            _ => None,
        };
        if let Some((bureau, name)) = named {
            self.0.insert(bureau.clone(), name.clone());
        }
    }

    /// The name of a bureau; its id where nobody has named it.
    pub fn name<'a>(&'a self, bureau: &'a BureauId) -> &'a str {
        self.0.get(bureau).map_or(bureau.as_str(), Text::as_str)
    }
}

impl Before {
    /// Reads the whole journal, where a period does not begin with it. `progress` is told how many entries were read.
    pub fn of(view: &View, period: Period, progress: &mut dyn FnMut(u64)) -> Result<Self, ExportError> {
        Self::hearing(view, period, &mut |_| (), progress)
    }

    /// The same, and lets `hear` have every entry of the journal.
    pub fn hearing(
        view: &View,
        period: Period,
        hear: &mut dyn FnMut(&Entry),
        progress: &mut dyn FnMut(u64),
    ) -> Result<Self, ExportError> {
        let Some(from) = period.from else { return Ok(Self::default()) };
        let mut before = Self::default();
        let (read, _) = reading::read(view, None, |parcel| {
            parcel.entries.iter().for_each(&mut *hear);
            let mut earlier = parcel.entries.iter().filter(|entry| entry.operation.on < from);
            earlier.try_for_each(|entry| before.add(entry))?;
            parcel.entries.last().into_iter().for_each(|last| progress(last.sequence.number()));
            Ok(())
        })?;
        before.sums.retain(|_, cents| *cents != 0);
        Ok(Self { read: Some(read), ..before })
    }

    fn add(&mut self, entry: &Entry) -> Result<(), LedgerError> {
        self.turnover.add(entry)?;
        self.bureaux.hear(&entry.operation.act);
        for (account, cents) in entry.postings.iter().flat_map(Posting::changes) {
            // A slip that was deposited, or a debt that was paid, is not kept: there are ever more of them.
            let sum = self.sums.entry(account.clone()).or_default();
            *sum += cents;
            if *sum == 0 {
                self.sums.remove(&account);
            }
        }
        Ok(())
    }
}
