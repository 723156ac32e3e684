//! Terms: what an entry is found by. Its names (reference, slips, payables), its line of the bank, the accounts that it touches, the bureaux and
//! the member that it concerns, and its day. The index keeps a hash of each, so an answer is a list of candidates.

use std::hash::{BuildHasher, RandomState};

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;
use smallvec::SmallVec;

use crate::account::{Account, BillAccount, EuroAccount};
use crate::date::Date;
use crate::entry::{Entry, Posting};
use crate::field::BankLine;
use crate::id::{BureauId, MemberId, Reference};

/// What kind of term it is, so that a bureau and its till do not meet. Account kinds are `ACCOUNT` and above.
type Kind = u64;
const NAME: Kind = 1;
const BUREAU: Kind = 2;
const MEMBER: Kind = 3;
const DAY: Kind = 4;
const LINE: Kind = 5;
const ACCOUNT: Kind = 16;

/// How many entries have a term, usually.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// One, or a handful.
    Few,
    /// More.
    Many,
}

impl Share {
    fn of(account: &EuroAccount) -> Self {
        match account {
            EuroAccount::Transit(_) | EuroAccount::Payable(_) => Self::Few,
            _ => Self::Many,
        }
    }
}

/// Hashes terms under the key of one index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TermHasher {
    key: [u64; 2],
}

impl TermHasher {
    /// A key that nobody can foresee, so that nobody can choose names that collide.
    pub fn random() -> Self {
        let state = RandomState::new();
        Self { key: [state.hash_one(0), state.hash_one(1)] }
    }

    /// The hash of a name.
    pub fn name(&self, name: &Reference) -> u64 {
        self.hash(NAME, name.as_str().as_bytes())
    }

    /// The hash of a line of the bank.
    pub fn line(&self, line: &BankLine) -> u64 {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&line.date.days_since_epoch().to_le_bytes());
        bytes[4..12].copy_from_slice(&line.amount.cents().to_le_bytes());
        bytes[12..].copy_from_slice(&line.nth.to_le_bytes());
        self.hash(LINE, &bytes)
    }

    /// Shows the hashes of what an entry is looked up by when the next is judged: its names, and its line of the bank.
    pub fn visit_names(&self, entry: &Entry, mut visit: impl FnMut(u64)) {
        names_of(entry).iter().for_each(|name| visit(self.name(name)));
        if let Some(line) = &entry.operation.bank_line {
            visit(self.line(line));
        }
    }

    /// The hash of a bureau that an entry concerns.
    pub fn bureau(&self, bureau: &BureauId) -> u64 {
        self.hash(BUREAU, bureau.as_str().as_bytes())
    }

    /// The hash of a member.
    pub fn member(&self, member: &MemberId) -> u64 {
        self.hash(MEMBER, member.as_str().as_bytes())
    }

    /// The hash of a day, so many days after 1970-01-01.
    pub fn day(&self, days_since_epoch: i32) -> u64 {
        self.hash(DAY, &days_since_epoch.to_le_bytes())
    }

    /// The hash of an account.
    pub fn account(&self, account: &Account) -> u64 {
        match account {
            Account::Bills(account) => self.bill_account(account),
            Account::Euros(account) => self.euro_account(account),
        }
    }

    fn bill_account(&self, account: &BillAccount) -> u64 {
        let (kind, name) = match account {
            BillAccount::Printed => (0, ""),
            BillAccount::Vault => (1, ""),
            BillAccount::Stock(bureau) => (2, bureau.as_str()),
            BillAccount::Float(bureau) => (3, bureau.as_str()),
            BillAccount::Public => (4, ""),
        };
        self.hash(ACCOUNT + kind, name.as_bytes())
    }

    fn euro_account(&self, account: &EuroAccount) -> u64 {
        let (kind, name) = match account {
            EuroAccount::Deposit => (16, ""),
            EuroAccount::Till(bureau) => (17, bureau.as_str()),
            EuroAccount::Transit(slip) => (18, slip.as_str()),
            EuroAccount::Receivable(bureau) => (19, bureau.as_str()),
            EuroAccount::Payable(name) => (20, name.as_str()),
            EuroAccount::Obligation => (21, ""),
            EuroAccount::OwnBank => (22, ""),
            EuroAccount::OwnOperating => (23, ""),
            EuroAccount::OwnFees => (24, ""),
            EuroAccount::OwnInterest => (25, ""),
            EuroAccount::OwnGains => (26, ""),
            EuroAccount::OwnCharges => (27, ""),
            EuroAccount::OwnLosses => (28, ""),
        };
        self.hash(ACCOUNT + kind, name.as_bytes())
    }

    fn hash(&self, kind: Kind, bytes: &[u8]) -> u64 {
        SipHasher13::new_with_keys(self.key[0] ^ kind, self.key[1]).hash(bytes)
    }

    /// Shows the hashes of all terms of an entry, some perhaps twice, and how common each is.
    pub fn visit_terms(&self, entry: &Entry, mut visit: impl FnMut(Share, u64)) {
        self.visit_names(entry, |hash| visit(Share::Few, hash));
        visit(Share::Many, self.day(entry.operation.on.days_since_epoch()));
        if let Some(member) = entry.operation.member() {
            visit(Share::Many, self.member(member));
        }
        let bureau = entry.operation.bureau();
        if let Some(bureau) = bureau {
            visit(Share::Many, self.bureau(bureau));
        }
        for posting in &entry.postings {
            match posting {
                Posting::Bills { debit, credit, .. } => {
                    for account in [debit, credit] {
                        visit(Share::Many, self.bill_account(account));
                        if let BillAccount::Stock(other) | BillAccount::Float(other) = account
                            && Some(other) != bureau
                        {
                            visit(Share::Many, self.bureau(other));
                        }
                    }
                }
                Posting::Euros { debit, credit, .. } => {
                    for account in [debit, credit] {
                        visit(Share::of(account), self.euro_account(account));
                        if let EuroAccount::Till(other) | EuroAccount::Receivable(other) = account
                            && Some(other) != bureau
                        {
                            visit(Share::Many, self.bureau(other));
                        }
                    }
                }
            }
        }
    }
}

/// The days from one date to another, as terms.
pub fn days_between(from: Date, to: Date) -> std::ops::RangeInclusive<i32> {
    from.days_since_epoch()..=to.days_since_epoch()
}

/// The names that occur in an entry, each once: its reference, and the slips and payables that its postings touch.
pub fn names_of(entry: &Entry) -> SmallVec<[&Reference; 4]> {
    let mut names = SmallVec::new();
    names.push(&entry.operation.reference);
    for posting in &entry.postings {
        let Posting::Euros { debit, credit, .. } = posting else { continue };
        for account in [debit, credit] {
            if let EuroAccount::Transit(name) | EuroAccount::Payable(name) = account
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
    }
    names
}
