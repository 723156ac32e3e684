//! The rules: whether an operation may be recorded, judged in the order shape, reference, period, existence, member,
//! stock, ceiling, funds. Each file is one part of that order; the reference is looked up in between, by
//! [`resolve`](crate::ledger). Nothing here changes anything.

mod choice;
mod limits;
mod shape;
mod standing;

use crate::accounting;
use crate::entry::{Choice, Entry, Postings};
use crate::operation::Operation;
use crate::rejection::Rejection;
use crate::resolved::Resolved;
use crate::state::State;

pub use self::choice::choose;
pub use self::shape::shape;

/// The postings of an operation, when the state allows it: period, existence and member first, then what the
/// postings would do to stocks, ceilings and funds.
pub fn judge(operation: &Operation, resolved: &Resolved, state: &State) -> Result<Postings, Rejection> {
    standing::period(operation, state)?;
    standing::existence(operation, resolved, state)?;
    standing::member(operation, state)?;
    let undone = resolved.target.as_ref().map(|target| &target.postings);
    let postings = accounting::postings(operation, &resolved.choice, undone, state);
    limits::limits(operation, resolved, &postings, state)?;
    Ok(postings)
}

/// Judges a recorded entry again and derives its postings anew, from the state before it; `None` when what was chosen
/// for it is not what the state gives. For an audit, which compares.
pub fn rederive(entry: &Entry, undone: Option<&Entry>, state: &State) -> Result<Option<Postings>, Rejection> {
    shape(&entry.operation)?;
    let chosen_well = match &entry.choice {
        Choice::Reversal { entry: named, .. } => undone.is_some_and(|undone| undone.sequence == *named),
        choice => *choice == choose(&entry.operation, state),
    };
    let choice = entry.choice.clone();
    let resolved = Resolved { choice, target: undone.cloned(), ..Resolved::default() };
    let postings = judge(&entry.operation, &resolved, state)?;
    Ok(chosen_well.then_some(postings))
}
