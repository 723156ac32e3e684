//! A shortfall: days on which an account would have been below nothing, if each entry counts from its own date.

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::bills::Bills;
use crate::date::Date;
use crate::money::Euros;
use crate::sequence::Sequence;

/// Days on which something would have been below nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortfall {
    /// The account.
    pub account: Account,
    /// The first day.
    pub from: Date,
    /// The last day (inclusive); none in figures as of a day that is one of them.
    pub through: Option<Date>,
    /// How much lacked at most, in the account's unit.
    pub lacks: Euros,
    /// The bills that lacked then, if it holds bills.
    pub bills: Option<Bills>,
    /// The entry that made it so.
    pub entry: Sequence,
}
