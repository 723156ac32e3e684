//! The rules of the ledger written a second time, as plainly as possible.
//!
//! A model of the state after a history of operations: JSON values in, an outcome or the code of a rejection
//! out, balances to compare. It shares no line with the engine, and it never stores, syncs or indexes anything:
//! where it and the engine disagree, one of them has the rules wrong. Judging an operation only borrows the
//! model, so a rejected operation changes nothing; the registers of slips and payables follow from the postings.

mod choice;
mod draft;
mod existence;
mod limits;
mod record;
pub mod shape;

pub use choice::choose;
use draft::is_credit_account;
use limits::Change;
use shape::{Submitted, require};
use std::collections::{BTreeMap, BTreeSet};

/// The stable code of a rejection.
pub type Code = &'static str;
/// Denomination → number of bills.
pub type Bills = BTreeMap<u64, i128>;

/// The largest balance an account may have, in cents.
const BALANCE_CENTS_MAX: i128 = 100_000_000_000 * 100;
/// The most that all entries together may move, in cents.
const MOVED_CENTS_MAX: i128 = (1 << 62) - 1;
/// The bureau id that stands for the association itself; it has a receivable and nothing else.
const OFFICE: &str = "office";
const VAULT: &str = "bills:vault";
const PUBLIC: &str = "circulation:public";
const PRINTED: &str = "bills:printed";
const DEPOSIT: &str = "fund:deposit";
const OBLIGATION: &str = "obligation";
const OWN_BANK: &str = "own:bank";
const TILL: &str = "fund:till:";
const TRANSIT: &str = "fund:transit:";
const RECEIVABLE: &str = "fund:receivable:";
const PAYABLE: &str = "fund:payable:";
const STOCK: &str = "bills:bureau:";
const FLOAT: &str = "circulation:bureau:";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A new entry with this sequence.
    Recorded(u64),
    /// The same operation was recorded before, as this sequence.
    Replayed(u64),
}

/// One line `debit ← credit`, of euros (in cents) or of bills.
#[derive(Debug, Clone, PartialEq)]
pub struct Posting {
    pub debit: String,
    pub credit: String,
    pub quantity: Quantity,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Quantity {
    Euros(i128),
    Bills(Bills),
}

#[derive(Debug, Clone)]
pub struct Entry {
    pub op: Submitted,
    pub postings: Vec<Posting>,
    pub reversed: bool,
    /// Of a pay-out: what it paid of the payable, and the fee that it took.
    paid: i128,
    fee: i128,
}

#[derive(Debug, Clone)]
pub struct Bureau {
    pub prefunded: bool,
    /// From which day on it has been prefunded, or on consignment.
    since: String,
    /// From which day on which ceiling, in the order recorded.
    ceilings: Vec<(String, i128)>,
    pub closed: bool,
}

#[derive(Debug, Clone)]
pub struct Member {
    enrolled_on: String,
    /// From which day on an accepter or not, and until when a member; in the order recorded.
    accepter: Vec<(String, bool)>,
    valid_until: Vec<(String, String)>,
}

impl Member {
    pub fn is_accepter_on(&self, day: &str) -> bool {
        in_force(&self.accepter, day).is_some_and(|accepter| *accepter)
    }

    pub fn is_valid_on(&self, day: &str) -> bool {
        in_force(&self.valid_until, day).is_some_and(|until| until.as_str() >= day)
    }

    /// The last day of the membership, as it stands on this day; on one before the enrolment, as it began.
    pub fn ends_on(&self, day: &str) -> &str {
        in_force(&self.valid_until, day).unwrap_or(&self.valid_until[0].1)
    }
}

/// What was recorded for the latest day up to this one; of two for one day, what was recorded later.
fn in_force<'a, T>(values: &'a [(String, T)], day: &str) -> Option<&'a T> {
    let begun = values.iter().filter(|(from, _)| from.as_str() <= day);
    begun.max_by_key(|(from, _)| from).map(|(_, value)| value)
}

#[derive(Debug, Clone)]
pub struct Slip {
    pub bureau: String,
    /// The latest day on which something was put into it.
    since: String,
    /// What emptied it last: a deposit, or else a reversal or a reclassification.
    pub deposited: bool,
}

#[derive(Debug, Clone)]
pub struct Payable {
    /// The latest day on which something was put into it.
    since: String,
    made_on: String,
    /// Whether it is what a count found over.
    counted: bool,
    /// The fee of a reconversion, in ten-thousandths; other payables bear none.
    pub rate: Option<i128>,
}

/// Balances are kept with debits positive.
#[derive(Debug, Clone, Default)]
pub struct Model {
    euros: BTreeMap<String, i128>,
    bills: BTreeMap<String, Bills>,
    pub entries: Vec<Entry>,
    references: BTreeMap<String, usize>,
    pub denominations: BTreeSet<u64>,
    founded_on: String,
    /// From which day on which rate, in the order recorded.
    rates: Vec<(String, i128)>,
    pub bureaux: BTreeMap<String, Bureau>,
    pub members: BTreeMap<String, Member>,
    pub slips: BTreeMap<String, Slip>,
    pub payables: BTreeMap<String, Payable>,
    /// The entries that close a period and stand, by index, with the last day of each.
    closings: Vec<(usize, String)>,
    /// The day on which entries are recorded.
    pub recorded_on: String,
    /// What all entries have moved, in cents.
    moved: i128,
}

/// What speaks for an operation, once every check has passed.
pub enum Verdict {
    /// It is recorded already, as this sequence.
    Known(u64),
    Sound(Box<Submitted>, Draft),
}

/// What an operation would do.
pub struct Draft {
    postings: Vec<Posting>,
    paid: i128,
    fee: i128,
}

impl Draft {
    /// What it would move on the account at the bank.
    pub fn bank_movement(&self) -> i128 {
        existence::bank_movement(&self.postings)
    }
}

impl Model {
    pub fn new() -> Model {
        Model { recorded_on: "2027-01-01".into(), ..Model::default() }
    }

    /// Records the operation, unless something speaks against it.
    pub fn post(&mut self, operation: &serde_json::Value) -> Result<Outcome, Code> {
        match self.judge(operation)? {
            Verdict::Known(sequence) => Ok(Outcome::Replayed(sequence)),
            Verdict::Sound(op, draft) => {
                self.record(*op, draft);
                self.assert_backed();
                Ok(Outcome::Recorded(self.entries.len() as u64))
            }
        }
    }

    /// Looks at the operation stage by stage; the first thing that speaks against it is the rejection.
    pub fn judge(&self, operation: &serde_json::Value) -> Result<Verdict, Code> {
        let op = shape::read(operation)?;
        if let Some(sequence) = self.recall(&op)? {
            return Ok(Verdict::Known(sequence));
        }
        self.check_period(&op)?;
        self.check_existence(&op)?;
        self.check_dates(&op)?;
        self.check_line(&op)?;
        self.check_member(&op)?;
        let draft = self.draft(&op)?;
        let change = Change::of(&draft.postings);
        self.check_stock(&op, &change)?;
        self.check_ceilings(&op, &change)?;
        self.check_funds(&op, &change)?;
        self.check_extent(&draft.postings)?;
        Ok(Verdict::Sound(Box::new(op), draft))
    }

    /// The last day of the closed period.
    pub fn closed_through(&self) -> Option<String> {
        self.closings.iter().map(|(_, through)| through.clone()).max()
    }

    // ---- What the ledger says ----------------------------------------------------------------------------

    /// Cents, on the account's normal side. Of an account of bills: what they are worth.
    pub fn balance(&self, account: &str) -> i128 {
        let debit = self.euro(account) + value(&self.bills_in(account));
        if is_credit_account(account) { -debit } else { debit }
    }

    /// The bills of an account by denomination, those it has none of left out.
    pub fn bills_in(&self, account: &str) -> Bills {
        let mut bills = self.bills.get(account).cloned().unwrap_or_default();
        bills.retain(|_, count| *count != 0);
        bills
    }

    /// Every account that was ever touched, with its balance in cents.
    pub fn balances(&self) -> BTreeMap<String, i128> {
        let names = self.euros.keys().chain(self.bills.keys());
        names.map(|name| (name.clone(), self.balance(name))).collect()
    }

    pub fn total(&self, prefix: &str) -> i128 {
        let names = self.euros.keys().chain(self.bills.keys());
        names.filter(|name| name.starts_with(prefix)).map(|name| self.balance(name)).sum()
    }

    pub fn circulation(&self) -> i128 {
        self.balance(PUBLIC) + self.total(FLOAT)
    }

    pub fn fund_total(&self) -> i128 {
        self.balance(DEPOSIT) + self.total(TILL) + self.total(TRANSIT) + self.total(RECEIVABLE)
            - self.total(PAYABLE)
    }

    /// The bills a bureau hands out from: its stock or, prefunded, its float; without a bureau, the vault.
    pub fn place(&self, bureau: Option<&str>) -> String {
        match bureau {
            None => VAULT.into(),
            Some(id) if self.bureaux.get(id).is_some_and(|bureau| bureau.prefunded) => format!("{FLOAT}{id}"),
            Some(id) => format!("{STOCK}{id}"),
        }
    }

    fn euro(&self, account: &str) -> i128 {
        self.euros.get(account).copied().unwrap_or(0)
    }

    fn owed(&self, payable: &str) -> i128 {
        self.balance(&format!("{PAYABLE}{payable}"))
    }
}

/// What bills are worth, in cents.
pub fn value(bills: &Bills) -> i128 {
    bills.iter().map(|(denomination, count)| i128::from(*denomination) * 100 * count).sum()
}
