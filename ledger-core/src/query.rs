//! Queries: which entries somebody wants to see.

use crate::account::Account;
use crate::date::Date;
use crate::entry::Entry;
use crate::id::{BureauId, MemberId, Reference};
use crate::sequence::Sequence;

/// A filter of entries; what is left open lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The first entry (inclusive).
    pub from_sequence: Option<Sequence>,
    /// The last entry (inclusive).
    pub to_sequence: Option<Sequence>,
    /// The reference of the operation.
    pub reference: Option<Reference>,
    /// The name of the operation, such as `swap`.
    pub op: Option<String>,
    /// An account that a posting touches.
    pub account: Option<Account>,
    /// A bureau that the operation names, or in whose accounts a posting lies.
    pub bureau: Option<BureauId>,
    /// A member that the operation names.
    pub member: Option<MemberId>,
    /// The first civil date (inclusive).
    pub from: Option<Date>,
    /// The last civil date (inclusive).
    pub to: Option<Date>,
}

impl Filter {
    /// The entries that touch an account.
    pub fn of_account(account: Account) -> Self {
        Self { account: Some(account), ..Self::default() }
    }

    /// The entries dated on or before a day.
    pub fn up_to(date: Date) -> Self {
        Self { to: Some(date), ..Self::default() }
    }

    /// Whether an entry passes.
    pub fn admits(&self, entry: &Entry) -> bool {
        let operation = &entry.operation;
        self.from_sequence.is_none_or(|first| entry.sequence >= first)
            && self.to_sequence.is_none_or(|last| entry.sequence <= last)
            && self.from.is_none_or(|first| operation.on >= first)
            && self.to.is_none_or(|last| operation.on <= last)
            && self.reference.as_ref().is_none_or(|reference| operation.reference == *reference)
            && self.op.as_ref().is_none_or(|op| operation.act.name() == op)
            && self.member.as_ref().is_none_or(|member| operation.member() == Some(member))
            && self.account.as_ref().is_none_or(|account| touches(entry, account))
            && self.bureau.as_ref().is_none_or(|bureau| concerns(entry, bureau))
    }
}

fn touches(entry: &Entry, account: &Account) -> bool {
    entry.postings.iter().any(|posting| posting.debit() == *account || posting.credit() == *account)
}

fn concerns(entry: &Entry, bureau: &BureauId) -> bool {
    let of_bureau = |account: Account| account.bureau() == Some(bureau);
    entry.operation.bureau() == Some(bureau)
        || entry.postings.iter().any(|posting| of_bureau(posting.debit()) || of_bureau(posting.credit()))
}
