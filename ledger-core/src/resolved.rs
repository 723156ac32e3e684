//! What looking up has found for an operation: the only facts from outside the state that the rules see.

use crate::entry::{Choice, Entry};
use crate::id::Reference;
use crate::money::Euros;
use crate::sequence::Sequence;

/// Found by looking up: the choices to record, and what became of names that are not open any more.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// What was chosen, to be recorded with the entry.
    pub choice: Choice,
    /// The entry that a reversal names.
    pub target: Option<Box<Entry>>,
    /// Where a name that the operation wants to use first was used already.
    pub taken: Option<(Reference, Sequence)>,
    /// Whether the payable to be paid out was made by a count.
    pub made_by_count: bool,
    /// The entries, not undone, that stand for the same line of the bank.
    pub same_line: Vec<LineUse>,
    /// The named slip or payable that is not open any more, and how it ended.
    pub ended: Option<Ended>,
}

/// An entry that stands for a line of the bank, or for a part of it.
#[derive(Clone, Copy, Debug)]
pub struct LineUse {
    /// The entry.
    pub sequence: Sequence,
    /// What it moved on the account.
    pub moved: Euros,
    /// Whether it is a pay-out, of which several may be one line.
    pub is_pay_out: bool,
}

/// How a slip or a payable that is not open any more ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its name.
    pub name: Reference,
    /// The entry that ended it.
    pub by: Sequence,
    /// What it was, and whether it ended as it should.
    pub kind: EndedKind,
}

/// What a name that is not open any more stood for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedKind {
    /// A slip that the bank credited.
    SlipDeposited,
    /// A slip closed otherwise: reversed, or reclassified.
    SlipClosed,
    /// A payable paid, released, set off or reversed.
    PayableSettled,
}
