//! Entries: an operation as it was recorded, with what was chosen for it and the postings it made.
//!
//! A [`Posting`] moves one quantity of one unit from the account credited to the account debited. A set of postings
//! that does not balance in each unit cannot be written down.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::account::{Account, BillAccount, EuroAccount};
use crate::as_text::as_text;
use crate::bills::Bills;
use crate::date::Date;
use crate::id::Reference;
use crate::journal::Root;
use crate::money::{Bill, Euro, Euros, Rate, Unit};
use crate::open_item::OpenItem;
use crate::operation::Operation;
use crate::sequence::{RecordedAt, Sequence};

/// One line of an entry: `debit ← credit`, one quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posting {
    /// Bills move.
    Bills {
        /// Where they come to.
        debit: BillAccount,
        /// Where they come from.
        credit: BillAccount,
        /// Which bills.
        bills: Bills,
    },
    /// Euros move.
    Euros {
        /// The account debited.
        debit: EuroAccount,
        /// The account credited.
        credit: EuroAccount,
        /// How much.
        amount: Euros,
    },
}

impl Posting {
    /// The same quantity back again.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        match self.clone() {
            Self::Bills { debit, credit, bills } => Self::Bills { debit: credit, credit: debit, bills },
            Self::Euros { debit, credit, amount } => Self::Euros { debit: credit, credit: debit, amount },
        }
    }

    /// The account debited.
    pub fn debit(&self) -> Account {
        match self {
            Self::Bills { debit, .. } => debit.clone().into(),
            Self::Euros { debit, .. } => debit.clone().into(),
        }
    }

    /// The account credited.
    pub fn credit(&self) -> Account {
        match self {
            Self::Bills { credit, .. } => credit.clone().into(),
            Self::Euros { credit, .. } => credit.clone().into(),
        }
    }

    /// What it changes on both accounts, in cents of its unit: debits less credits.
    pub fn changes(&self) -> [(Account, i64); 2] {
        [(self.debit(), self.cents()), (self.credit(), -self.cents())]
    }

    /// The quantity in cents of its unit.
    pub fn cents(&self) -> i64 {
        match self {
            Self::Bills { bills, .. } => bills.value().cents(),
            Self::Euros { amount, .. } => amount.cents(),
        }
    }
}

impl fmt::Display for Posting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bills { debit, credit, bills } => {
                write!(f, "{debit} ← {credit} {} Ä {bills}", bills.value())
            }
            Self::Euros { debit, credit, amount } => write!(f, "{debit} ← {credit} {amount} €"),
        }
    }
}

impl Serialize for Posting {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("debit", &self.debit())?;
        map.serialize_entry("credit", &self.credit())?;
        match self {
            Self::Bills { bills, .. } => {
                map.serialize_entry("unit", Bill::CODE)?;
                map.serialize_entry("amount", &bills.value())?;
                map.serialize_entry("bills", &crate::field::Field::to_json(bills))?;
            }
            Self::Euros { amount, .. } => {
                map.serialize_entry("unit", Euro::CODE)?;
                map.serialize_entry("amount", amount)?;
            }
        }
        map.end()
    }
}

/// The postings of an entry, in order. Each moves something; none is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Postings(SmallVec<[Posting; 2]>);

impl Postings {
    /// No postings.
    pub fn none() -> Self {
        Self::default()
    }

    /// Bills move from `credit` to `debit`; nothing is written when there are none.
    pub fn bills(&mut self, debit: BillAccount, credit: BillAccount, bills: &Bills) {
        if !bills.is_empty() {
            self.0.push(Posting::Bills { debit, credit, bills: bills.clone() });
        }
    }

    /// Euros move from `credit` to `debit`; nothing is written when there are none.
    pub fn euros(&mut self, debit: EuroAccount, credit: EuroAccount, amount: Euros) {
        debug_assert!(!amount.is_negative(), "a posting moves a quantity one way");
        if !amount.is_zero() {
            self.0.push(Posting::Euros { debit, credit, amount });
        }
    }

    /// Adds a posting that moves something.
    pub(crate) fn push(&mut self, posting: Posting) {
        debug_assert!(posting.cents() != 0, "a posting moves something");
        self.0.push(posting);
    }

    /// Whether nothing moves.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The postings, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Posting> {
        self.0.iter()
    }

    /// Each posting back again, in the same order.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        Self(self.0.iter().map(Posting::mirrored).collect())
    }

    /// The euros debited to an account, less those credited to it.
    pub fn net_debit(&self, account: &EuroAccount) -> Euros {
        let signed = |posting: &Posting| match posting {
            Posting::Euros { debit, credit, amount } => {
                let debited = if debit == account { *amount } else { Euros::ZERO };
                let credited = if credit == account { *amount } else { Euros::ZERO };
                debited - credited
            }
            Posting::Bills { .. } => Euros::ZERO,
        };
        self.0.iter().map(signed).sum()
    }

    /// What moved on the bank account: the net effect on `fund:deposit` and `own:bank`.
    pub fn bank_movement(&self) -> Euros {
        self.net_debit(&EuroAccount::Deposit) + self.net_debit(&EuroAccount::OwnBank)
    }
}

impl FromIterator<Posting> for Postings {
    fn from_iter<I: IntoIterator<Item = Posting>>(postings: I) -> Self {
        Self(postings.into_iter().filter(|posting| posting.cents() != 0).collect())
    }
}

impl<'a> IntoIterator for &'a Postings {
    type Item = &'a Posting;
    type IntoIter = std::slice::Iter<'a, Posting>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// What resolving chose for an operation. It is recorded, so that a replay looks nothing up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Choice {
    /// Nothing was left to choose.
    #[default]
    Nothing,
    /// The bills to hand out for a swap by amount.
    Bills(Bills),
    /// The rate of the fee in force at a reconversion.
    Rate(Rate),
    /// The fee taken with a pay-out of a reconversion.
    Fee(Euros),
    /// The date of the oldest euro that a remitted till hands over, so that a slip which a reversal opens again keeps
    /// its age.
    EurosSince(Date),
    /// The entry that a reversal undoes, and the open items as they stand after it.
    Reversal {
        /// The entry undone.
        entry: Sequence,
        /// The slips and payables that it opens again or changes.
        restored: Vec<(Reference, OpenItem)>,
    },
}

/// An operation as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its number.
    pub sequence: Sequence,
    /// When it was recorded.
    pub recorded_at: RecordedAt,
    /// What was submitted.
    pub operation: Operation,
    /// What was chosen for it.
    pub choice: Choice,
    /// What moved.
    pub postings: Postings,
}

as_text!(Root);

/// The acknowledgement of an entry: it is durable, and the journal up to its commit has this size and root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// The reference of the operation.
    #[serde(rename = "ref")]
    pub reference: Reference,
    /// The entry's number.
    pub sequence: Sequence,
    /// When it was recorded.
    pub recorded_at: RecordedAt,
    /// The entries in the journal when it was committed.
    pub tree_size: u64,
    /// The Merkle root over them.
    pub root: Root,
    /// Whether the operation had been recorded before, and nothing was recorded now.
    pub replayed: bool,
}
