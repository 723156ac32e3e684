//! A book: a quantity for each account of one unit. Accounts that are empty are not listed.

use std::hash::Hash;

use hashbrown::HashMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::account::{BillAccount, EuroAccount};

/// An account of a book. Those without a name in them are few, and stand in a fixed order.
pub(super) trait Booked: Clone + Eq + Hash + 'static {
    /// The accounts without a name.
    const NAMELESS: &'static [Self];

    /// The place of this account among them; none when it has a name.
    fn place(&self) -> Option<usize>;
}

/// The most accounts without a name that a book has.
const NAMELESS_MAX: usize = 9;

/// A quantity for each account: by place where the account has no name, else by hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Book<A: Eq + Hash, Q: Eq> {
    nameless: [Q; NAMELESS_MAX],
    named: HashMap<A, Q>,
}

impl<A: Booked, Q: Default + Eq> Book<A, Q> {
    /// What an account holds; none when it has a name and is empty.
    pub(super) fn get(&self, account: &A) -> Option<&Q> {
        match account.place() {
            Some(place) => Some(&self.nameless[place]),
            None => self.named.get(account),
        }
    }

    /// Changes what an account holds.
    pub(super) fn change<T>(&mut self, account: &A, change: impl FnOnce(&mut Q) -> T) -> T {
        if let Some(place) = account.place() {
            return change(&mut self.nameless[place]);
        }
        let held = match self.named.get_mut(account) {
            Some(held) => held,
            None => self.named.entry(account.clone()).or_default(),
        };
        let changed = change(held);
        if *held == Q::default() {
            self.named.remove(account);
        }
        changed
    }

    /// How many accounts it has that are not empty, but for those without a name.
    pub(super) fn weight(&self) -> usize {
        self.named.len()
    }

    /// The accounts that are not empty, in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&A, &Q)> {
        let empty = Q::default();
        let nameless = A::NAMELESS.iter().zip(&self.nameless).filter(move |(_, held)| **held != empty);
        nameless.chain(&self.named)
    }
}

impl<A: Booked, Q: Default + Eq> Default for Book<A, Q> {
    fn default() -> Self {
        Self { nameless: Default::default(), named: HashMap::default() }
    }
}

/// In the order of the accounts' names: the canonical form.
impl<A: Booked + ToString, Q: Default + Eq + Serialize> Serialize for Book<A, Q> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut accounts: Vec<(String, &Q)> =
            self.iter().map(|(account, held)| (account.to_string(), held)).collect();
        accounts.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        serializer.collect_map(accounts)
    }
}

impl<'de, A: Booked + Deserialize<'de>, Q: Default + Eq + Deserialize<'de>> Deserialize<'de> for Book<A, Q> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut book = Self { named: HashMap::deserialize(deserializer)?, ..Self::default() };
        for (account, place) in A::NAMELESS.iter().zip(&mut book.nameless) {
            *place = book.named.remove(account).unwrap_or_default();
        }
        Ok(book)
    }
}

impl Booked for BillAccount {
    const NAMELESS: &'static [Self] = &[Self::Printed, Self::Vault, Self::Public];

    fn place(&self) -> Option<usize> {
        match self {
            Self::Printed => Some(0),
            Self::Vault => Some(1),
            Self::Public => Some(2),
            Self::Stock(_) | Self::Float(_) => None,
        }
    }
}

impl Booked for EuroAccount {
    const NAMELESS: &'static [Self] = &[
        Self::Deposit,
        Self::Obligation,
        Self::OwnBank,
        Self::OwnOperating,
        Self::OwnFees,
        Self::OwnInterest,
        Self::OwnGains,
        Self::OwnCharges,
        Self::OwnLosses,
    ];

    fn place(&self) -> Option<usize> {
        match self {
            Self::Deposit => Some(0),
            Self::Obligation => Some(1),
            Self::OwnBank => Some(2),
            Self::OwnOperating => Some(3),
            Self::OwnFees => Some(4),
            Self::OwnInterest => Some(5),
            Self::OwnGains => Some(6),
            Self::OwnCharges => Some(7),
            Self::OwnLosses => Some(8),
            Self::Till(_) | Self::Transit(_) | Self::Receivable(_) | Self::Payable(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Euros;

    #[test]
    fn each_account_without_a_name_has_its_own_place() {
        for (place, account) in BillAccount::NAMELESS.iter().enumerate() {
            assert_eq!(account.place(), Some(place), "{account}");
        }
        for (place, account) in EuroAccount::NAMELESS.iter().enumerate() {
            assert_eq!(account.place(), Some(place), "{account}");
        }
        assert!(EuroAccount::NAMELESS.len() <= NAMELESS_MAX);
    }

    #[test]
    fn a_book_is_a_map_in_json_and_lists_no_empty_account() {
        let mut book = Book::<EuroAccount, Euros>::default();
        let till = EuroAccount::Till("florac".parse().unwrap());
        for account in [&EuroAccount::Obligation, &till, &EuroAccount::OwnBank] {
            book.change(account, |held| *held += Euros::from_cents(5_00));
        }
        book.change(&EuroAccount::OwnBank, |held| *held = Euros::ZERO);
        let json = serde_json::to_string(&book).unwrap();
        assert_eq!(json, r#"{"fund:till:florac":"5.00","obligation":"5.00"}"#);
        assert_eq!(serde_json::from_str::<Book<EuroAccount, Euros>>(&json).unwrap(), book);
        book.change(&till, |held| *held = Euros::ZERO);
        assert_eq!((book.iter().count(), book.get(&till)), (1, None));
    }
}
