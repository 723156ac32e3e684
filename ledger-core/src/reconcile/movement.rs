//! Movements: what entries did to the account at the bank.

use smallvec::SmallVec;

use crate::date::Date;
use crate::field::BankLine;
use crate::id::Reference;
use crate::money::Euros;
use crate::sequence::Sequence;

/// The net effect of an entry on `fund:deposit + own:bank`, which is not zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The entry.
    pub sequence: Sequence,
    /// Its operation's name, as `deposit`.
    pub op: &'static str,
    /// Its reference.
    pub reference: Reference,
    /// Its date.
    pub on: Date,
    /// Positive when it came to the account.
    pub amount: Euros,
    /// What a label may name it by: its reference, its slips, the payable that it pays.
    pub names: SmallVec<[Reference; 2]>,
    /// The line of the bank that it was recorded for, if it tells.
    pub bank_line: Option<BankLine>,
    /// Whether a statement attested afterwards covers its date.
    pub attested: bool,
}
