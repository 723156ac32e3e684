//! Days: what the vault, the public, stocks, floats, tills and receivables would have held in the evening of each day.
//!
//! Floors are judged in the order of recording, so that what was forgotten can be recorded later. A day can then turn out on
//! which something would have been below nothing: a *shortfall*, which is no ground for a refusal and is not passed over either.
//! Each is kept with the entry that made it. Slips and payables need no days: what is taken from them is dated after all that
//! was put into them.
//!
//! Days are kept from the closing before the last one on. Entries cannot be dated before the last one, and it can be taken back
//! once; what was short before is settled.

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::canonical::sorted;
use super::shortfall::Shortfall;
use crate::account::{Account, BillAccount, EuroAccount, Side};
use crate::bills::Bills;
use crate::date::Date;
use crate::entry::Posting;
use crate::id::BureauId;
use crate::money::Euros;
use crate::sequence::Sequence;

/// The evenings of all accounts that are never below nothing in the order of recording, but for slips and payables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    folded_through: Option<Date>,
    vault: Evenings<Bills>,
    public: Evenings<Bills>,
    #[serde(serialize_with = "sorted")]
    bureaux: HashMap<BureauId, OfBureau>,
    settled: Vec<Shortfall>,
    /// How many evenings there are.
    evenings: usize,
}

/// What a bureau holds, and owes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct OfBureau {
    stock: Evenings<Bills>,
    float: Evenings<Bills>,
    till: Evenings<Euros>,
    receivable: Evenings<Euros>,
}

/// The evenings on which an account held something else than on the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct Evenings<Q>(Vec<Evening<Q>>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Evening<Q> {
    on: Date,
    held: Q,
    /// The entry that brought it below nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    short_by: Option<Sequence>,
}

/// What stood on an evening before an entry: which account, which day, and by which entry it was short.
#[derive(Clone, Debug)]
pub struct ShortBefore {
    account: Account,
    on: Date,
    by: Option<Sequence>,
}

/// A quantity of an account, bills or euros.
trait Quantity: Clone + Default + PartialEq {
    fn raise(&mut self, by: &Self);
    fn lower(&mut self, by: &Self);
    /// What is lacking to nothing: its bills, if it is bills, and its worth.
    fn lacking(&self) -> Option<(Option<Bills>, Euros)>;
}

impl Quantity for Euros {
    fn raise(&mut self, by: &Self) {
        *self += *by;
    }
    fn lower(&mut self, by: &Self) {
        *self -= *by;
    }
    fn lacking(&self) -> Option<(Option<Bills>, Euros)> {
        self.is_negative().then(|| (None, -*self))
    }
}

impl Quantity for Bills {
    fn raise(&mut self, by: &Self) {
        self.add_all(by);
    }
    fn lower(&mut self, by: &Self) {
        self.take_all(by);
    }
    fn lacking(&self) -> Option<(Option<Bills>, Euros)> {
        if self.iter().all(|(_, count)| count >= 0) {
            return None;
        }
        let lacking: Bills =
            self.iter().filter(|(_, count)| *count < 0).map(|(d, count)| (d, -count)).collect();
        let worth = lacking.value().at_par();
        Some((Some(lacking), worth))
    }
}

impl<Q> Default for Evenings<Q> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<Q: Quantity> Evenings<Q> {
    /// Moves a quantity on a day, which every evening from then on shows. The place of the first of them.
    fn shift(&mut self, on: Date, grows: bool, quantity: &Q) -> usize {
        let place = match self.0.last() {
            Some(last) if last.on == on => self.0.len() - 1,
            Some(last) if last.on > on => self.0.partition_point(|evening| evening.on < on),
            _ => self.0.len(),
        };
        if self.0.get(place).is_none_or(|evening| evening.on != on) {
            let before = place.checked_sub(1).map(|before| self.0[before].clone());
            let (held, short_by) =
                before.map_or_else(Default::default, |before| (before.held, before.short_by));
            self.0.insert(place, Evening { on, held, short_by });
        }
        for evening in &mut self.0[place..] {
            if grows { evening.held.raise(quantity) } else { evening.held.lower(quantity) }
        }
        place
    }

    /// Marks the evenings from a place on that are below nothing, and tells of each that was marked otherwise before.
    fn mark(&mut self, place: usize, by: Sequence, mut before: impl FnMut(Date, Option<Sequence>)) {
        for evening in &mut self.0[place..] {
            let short = evening.held.lacking().is_some();
            if short != evening.short_by.is_some() {
                before(evening.on, evening.short_by);
                evening.short_by = short.then_some(by);
            }
        }
    }

    /// Forgets the evening of a place if it is as the one before.
    fn forget_same(&mut self, place: usize, mut before: impl FnMut(Date, Option<Sequence>)) {
        let same = match place.checked_sub(1) {
            Some(earlier) => self.0[earlier].held == self.0[place].held,
            None => self.0[place].held == Q::default(),
        };
        if same {
            let forgotten = self.0.remove(place);
            before(forgotten.on, forgotten.short_by);
        }
    }

    fn restore(&mut self, on: Date, by: Option<Sequence>) {
        if let Ok(place) = self.0.binary_search_by_key(&on, |evening| evening.on) {
            self.0[place].short_by = by;
        }
    }

    /// The days on which it is short, put together as long as the same entry made them so.
    fn shortfalls(&self, account: &Account, found: &mut Vec<Shortfall>) {
        let mut open: Option<Shortfall> = None;
        for evening in &self.0 {
            if let Some(shortfall) = open.take_if(|shortfall| Some(shortfall.entry) != evening.short_by) {
                let through = evening.on.day_before();
                found.push(Shortfall { through: Some(through), ..shortfall });
            }
            let (Some(entry), Some((bills, lacks))) = (evening.short_by, evening.held.lacking()) else {
                continue;
            };
            match &mut open {
                Some(shortfall) if shortfall.lacks >= lacks => {}
                Some(shortfall) => (shortfall.bills, shortfall.lacks) = (bills, lacks),
                None => {
                    let (account, from, through) = (account.clone(), evening.on, None);
                    open = Some(Shortfall { account, from, through, lacks, bills, entry });
                }
            }
        }
        found.extend(open);
    }

    /// Forgets the evenings before the last one up to a day. How many there were.
    fn fold(&mut self, through: Date) -> usize {
        let up_to = self.0.partition_point(|evening| evening.on <= through);
        let base_is_nothing = up_to > 0 && self.0[up_to - 1].held == Q::default();
        self.0.drain(..if base_is_nothing { up_to } else { up_to.saturating_sub(1) }).count()
    }
}

impl Days {
    /// What they weigh beside accounts, members and open items: an evening is a date and a quantity, and no name.
    pub fn weight(&self) -> usize {
        self.evenings / 4
    }

    /// Notes a posting of an entry, and what it changed about who is short.
    pub fn post(&mut self, posting: &Posting, on: Date, by: Sequence, before: &mut impl FnMut(ShortBefore)) {
        self.move_both(posting, on, Some(by), before);
    }

    /// Takes a posting back. What it changed about who is short is restored apart.
    pub fn unpost(&mut self, posting: &Posting, on: Date) {
        self.move_both(&posting.mirrored(), on, None, &mut |_| {});
    }

    /// Puts back who was short.
    pub fn restore(&mut self, before: &ShortBefore) {
        let ShortBefore { account, on, by } = before;
        match account {
            Account::Bills(account) => {
                if let Some(evenings) = self.of_bills(account) {
                    evenings.restore(*on, *by);
                }
            }
            Account::Euros(account) => {
                if let Some(evenings) = self.of_euros(account) {
                    evenings.restore(*on, *by);
                }
            }
        }
    }

    fn move_both(
        &mut self,
        posting: &Posting,
        on: Date,
        by: Option<Sequence>,
        before: &mut impl FnMut(ShortBefore),
    ) {
        let on = Some(on).max(self.folded_through).unwrap_or(on);
        match posting {
            Posting::Bills { debit, credit, bills } => {
                for (account, side) in [(debit, Side::Debit), (credit, Side::Credit)] {
                    let grows = account.normal_side() == side;
                    let Some(evenings) = self.of_bills(account) else { continue };
                    let tell = |on, by| before(ShortBefore { account: account.clone().into(), on, by });
                    let more = moved(evenings, on, grows, bills, by, tell);
                    let bureau = match account {
                        BillAccount::Stock(bureau) | BillAccount::Float(bureau) => Some(bureau),
                        _ => None,
                    };
                    self.count(more, bureau);
                }
            }
            Posting::Euros { debit, credit, amount } => {
                for (account, side) in [(debit, Side::Debit), (credit, Side::Credit)] {
                    let grows = account.normal_side() == side;
                    let Some(evenings) = self.of_euros(account) else { continue };
                    let tell = |on, by| before(ShortBefore { account: account.clone().into(), on, by });
                    let more = moved(evenings, on, grows, amount, by, tell);
                    let bureau = match account {
                        EuroAccount::Till(bureau) | EuroAccount::Receivable(bureau) => Some(bureau),
                        _ => None,
                    };
                    self.count(more, bureau);
                }
            }
        }
    }

    /// Counts evenings that came or went. A bureau of which none is left is not kept.
    fn count(&mut self, more: isize, bureau: Option<&BureauId>) {
        self.evenings = self.evenings.wrapping_add_signed(more);
        if more < 0
            && let Some(bureau) = bureau
            && self.bureaux.get(bureau) == Some(&OfBureau::default())
        {
            self.bureaux.remove(bureau);
        }
    }

    fn of_bills(&mut self, account: &BillAccount) -> Option<&mut Evenings<Bills>> {
        Some(match account {
            BillAccount::Printed => return None,
            BillAccount::Vault => &mut self.vault,
            BillAccount::Public => &mut self.public,
            BillAccount::Stock(bureau) => &mut self.of_bureau(bureau).stock,
            BillAccount::Float(bureau) => &mut self.of_bureau(bureau).float,
        })
    }

    fn of_euros(&mut self, account: &EuroAccount) -> Option<&mut Evenings<Euros>> {
        Some(match account {
            EuroAccount::Till(bureau) => &mut self.of_bureau(bureau).till,
            EuroAccount::Receivable(bureau) => &mut self.of_bureau(bureau).receivable,
            _ => return None,
        })
    }

    fn of_bureau(&mut self, bureau: &BureauId) -> &mut OfBureau {
        self.bureaux.entry_ref(bureau).or_default()
    }

    /// Forgets the evenings through a day, on which nothing can be dated any more; what was short then is settled.
    pub fn fold(&mut self, through: Date) {
        let settled = |shortfall: &Shortfall| shortfall.from <= through;
        let ended = self.open().into_iter().filter(settled).map(|shortfall| {
            let through = shortfall.through.filter(|end| *end <= through).or(Some(through));
            Shortfall { through, ..shortfall }
        });
        let ended: Vec<Shortfall> = ended.collect();
        self.settled.extend(ended);
        self.folded_through = self.folded_through.max(Some(through));
        let mut folded = self.vault.fold(through) + self.public.fold(through);
        for of in self.bureaux.values_mut() {
            folded += of.stock.fold(through) + of.float.fold(through);
            folded += of.till.fold(through) + of.receivable.fold(through);
        }
        self.bureaux.retain(|_, of| *of != OfBureau::default());
        self.evenings -= folded;
    }

    /// The days on which something would have been below nothing, the earliest first.
    pub fn shortfalls(&self) -> Vec<Shortfall> {
        let after = |shortfall: Shortfall| match self.folded_through {
            // The last evening that was folded is there still; its shortfall is settled up to there.
            Some(folded) if shortfall.from <= folded => {
                let goes_on = shortfall.through.is_none_or(|through| through > folded);
                goes_on.then(|| Shortfall { from: folded.day_after(), ..shortfall })
            }
            _ => Some(shortfall),
        };
        let mut all = self.settled.clone();
        all.extend(self.open().into_iter().filter_map(after));
        all.sort_by_key(|shortfall| (shortfall.from, shortfall.entry));
        all
    }

    fn open(&self) -> Vec<Shortfall> {
        let mut found = Vec::new();
        self.vault.shortfalls(&BillAccount::Vault.into(), &mut found);
        self.public.shortfalls(&BillAccount::Public.into(), &mut found);
        for (bureau, of) in &self.bureaux {
            of.stock.shortfalls(&BillAccount::Stock(bureau.clone()).into(), &mut found);
            of.float.shortfalls(&BillAccount::Float(bureau.clone()).into(), &mut found);
            of.till.shortfalls(&EuroAccount::Till(bureau.clone()).into(), &mut found);
            of.receivable.shortfalls(&EuroAccount::Receivable(bureau.clone()).into(), &mut found);
        }
        found.sort_by(|a, b| a.account.to_string().cmp(&b.account.to_string()).then(a.from.cmp(&b.from)));
        found
    }
}

/// Moves a quantity, marks who is short by it, and says by how many evenings there are more. Without an entry, nobody is marked.
fn moved<Q: Quantity>(
    evenings: &mut Evenings<Q>,
    on: Date,
    grows: bool,
    quantity: &Q,
    by: Option<Sequence>,
    mut before: impl FnMut(Date, Option<Sequence>),
) -> isize {
    let were = evenings.0.len().cast_signed();
    let place = evenings.shift(on, grows, quantity);
    if let Some(by) = by {
        evenings.mark(place, by, &mut before);
    }
    evenings.forget_same(place, before);
    evenings.0.len().cast_signed() - were
}
