//! What the books of another tool must know beside the entries: which accounts are new, what stood on them when the period
//! began, and what stands on them at the end.
//!
//! It holds the accounts of bureaux and open items, and what is carried over the beginning of the period; not more when the
//! journal grows.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil;

use super::before::Before;
use crate::account::{Account, BillAccount, EuroAccount};
use crate::date::Date;
use crate::entry::{Choice, Entry};
use crate::id::Reference;
use crate::ledger::{LedgerError, Turnover};
use crate::open_item::OpenItem;
use crate::operation::Act;

/// Cents on accounts, debits less credits.
pub type Sums = BTreeMap<Account, i64>;

/// The accounts that every ledger has.
pub const FIXED: [Account; 12] = [
    Account::Bills(BillAccount::Printed),
    Account::Bills(BillAccount::Vault),
    Account::Bills(BillAccount::Public),
    Account::Euros(EuroAccount::Deposit),
    Account::Euros(EuroAccount::Obligation),
    Account::Euros(EuroAccount::OwnBank),
    Account::Euros(EuroAccount::OwnOperating),
    Account::Euros(EuroAccount::OwnFees),
    Account::Euros(EuroAccount::OwnInterest),
    Account::Euros(EuroAccount::OwnGains),
    Account::Euros(EuroAccount::OwnCharges),
    Account::Euros(EuroAccount::OwnLosses),
];

/// The accounts and their balances, as the entries of a period make them.
pub struct Books {
    from: Option<Date>,
    /// What was moved so far: no sum here is larger.
    turnover: Turnover,
    opening: Sums,
    balances: Sums,
    /// What each month changed on the accounts that last: those that every ledger has, and those of bureaux.
    months: BTreeMap<(i16, i8), Sums>,
    /// The accounts of bureaux, and of open items from before the period, that were declared.
    declared: BTreeSet<Account>,
    latest: Option<Date>,
}

impl Books {
    /// Books before the first entry of a period that begins on this day, if it does not begin with the ledger.
    pub fn new(from: Option<Date>, before: &Before) -> Self {
        let opening = before.sums.clone();
        Self {
            from,
            turnover: before.turnover,
            balances: opening.clone(),
            declared: opening.keys().filter(|account| name_of(account).is_none()).cloned().collect(),
            opening,
            months: BTreeMap::new(),
            latest: None,
        }
    }

    /// What stood on the accounts when the period began, and that day; nothing where it begins with the ledger.
    pub fn opening(&self) -> Option<(Date, &Sums)> {
        self.from.filter(|_| !self.opening.is_empty()).map(|from| (from, &self.opening))
    }

    /// The accounts to declare before all entries.
    pub fn first_accounts(&self) -> BTreeSet<Account> {
        FIXED.into_iter().chain(self.opening.keys().cloned()).collect()
    }

    /// The accounts that occur in this entry for the first time.
    pub fn new_accounts(&mut self, entry: &Entry) -> BTreeSet<Account> {
        let mut new = BTreeSet::new();
        for account in entry.postings.iter().flat_map(|posting| [posting.debit(), posting.credit()]) {
            let is_new = match name_of(&account) {
                None => account.bureau().is_some() && self.declared.insert(account.clone()),
                Some(name) if opens(entry, name) => true,
                Some(name) => self.comes_back(entry, name) && self.declared.insert(account.clone()),
            };
            if is_new {
                new.insert(account);
            }
        }
        new
    }

    /// Whether a reversal opens an item again that was opened, and closed, before the period.
    fn comes_back(&self, entry: &Entry, name: &Reference) -> bool {
        let (Choice::Reversal { restored, .. }, Some(from)) = (&entry.choice, self.from) else {
            return false;
        };
        let opened_on = |item: &OpenItem| match item {
            OpenItem::Slip(slip) => slip.opened_on,
            OpenItem::Payable(payable) => payable.opened_on,
        };
        let before = restored.iter().any(|(restored, item)| restored == name && opened_on(item) < from);
        let transit: Account = EuroAccount::Transit(name.clone()).into();
        let payable: Account = EuroAccount::Payable(name.clone()).into();
        before && !self.opening.contains_key(&transit) && !self.opening.contains_key(&payable)
    }

    /// Adds an entry, unless no ledger moves so much.
    pub fn add(&mut self, entry: &Entry) -> Result<(), LedgerError> {
        self.turnover.add(entry)?;
        let on = entry.operation.on;
        self.latest = self.latest.max(Some(on));
        let month = self.months.entry((on.civil().year(), on.civil().month())).or_default();
        for posting in &entry.postings {
            for (account, cents) in posting.changes() {
                if name_of(&account).is_none() {
                    *month.entry(account.clone()).or_default() += cents;
                    *self.balances.entry(account).or_default() += cents;
                    continue;
                }
                let balance = self.balances.entry(account.clone()).or_default();
                *balance += cents;
                if *balance == 0 {
                    self.balances.remove(&account);
                }
            }
        }
        Ok(())
    }

    /// The balances at the end, and the last day; none where there is no entry.
    pub fn closing(&self) -> Option<(Date, &Sums)> {
        self.latest.map(|latest| (latest, &self.balances))
    }

    /// The balances of the accounts that last at the beginning of each month in which, or before which, they changed: the
    /// first day of the month, and what stood there. Not of the month after the last entry, which is [`closing`](Self::closing).
    pub fn month_ends(&self) -> impl Iterator<Item = (civil::Date, Sums)> + '_ {
        let mut balances: Sums =
            self.opening.iter().filter(|(account, _)| name_of(account).is_none()).map(owned).collect();
        let last = self.months.keys().next_back().copied();
        self.months.iter().filter(move |(month, _)| Some(**month) != last).map(
            move |(&(year, month), changes)| {
                for (account, cents) in changes {
                    *balances.entry(account.clone()).or_default() += cents;
                }
                let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
                (civil::date(year, month, 1), balances.clone())
            },
        )
    }
}

fn owned((account, cents): (&Account, &i64)) -> (Account, i64) {
    (account.clone(), *cents)
}

/// The slip or payable that an account is of.
fn name_of(account: &Account) -> Option<&Reference> {
    match account {
        Account::Euros(EuroAccount::Transit(name) | EuroAccount::Payable(name)) => Some(name),
        _ => None,
    }
}

/// Whether an entry is the first with this slip or payable: they have the name of the operation that opens them, or of
/// its slip, and a name is used once.
fn opens(entry: &Entry, name: &Reference) -> bool {
    let slip = match &entry.operation.act {
        Act::Remit(act) => Some(&act.slip),
        Act::Cover(act) => Some(&act.slip),
        _ => None,
    };
    entry.operation.reference == *name || slip == Some(name)
}
