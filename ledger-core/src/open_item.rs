//! Open items: slips on their way to the bank and payables that the fund owes, for as long as they are not nothing.

use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::id::BureauId;
use crate::money::{Euros, Rate};

/// A slip whose euros the bank has not credited yet: a remitted till, a card payment, a prefunded supply, a cover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// The bureau that it comes from (`office` where the association covers its own shortage).
    pub bureau: BureauId,
    /// The date of the slip.
    pub opened_on: Date,
    /// The date from which its oldest euro counts: that of the swap, where it lay in a till first.
    pub euros_since: Date,
}

/// What the fund owes under a reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payable {
    /// The date of the entry that made it.
    pub opened_on: Date,
    /// Present when an accepter's reconversion made it: such a payable bears a fee, and pays for no swap.
    pub reconversion: Option<Reconversion>,
}

/// What a reconversion's payable must know to take its fee in parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconversion {
    /// The rate of the fee in force at the reconversion.
    pub rate: Rate,
    /// What has been paid so far, the fee included.
    pub paid: Euros,
    /// The fee taken so far.
    pub fee_taken: Euros,
}

impl Reconversion {
    /// The fee on the next part: that on all that is paid then, less what was taken. The cents of rounding
    /// even out, and the last part leaves the fee on the whole. Parts taken back may have left a cent more or less
    /// behind; a fee is never less than nothing nor more than the part.
    pub fn fee_on(&self, part: Euros) -> Euros {
        (self.rate.of(self.paid + part) - self.fee_taken).min(part).max(Euros::ZERO)
    }
}

/// An open item of either kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenItem {
    /// A slip.
    Slip(Slip),
    /// A payable.
    Payable(Payable),
}
