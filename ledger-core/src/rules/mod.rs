//! The rules: whether an operation may be recorded, judged in the order shape, reference, period, existence, member,
//! stock, ceiling, funds. Each file is one part of that order; the reference is looked up in between, by
//! [`resolve`](crate::ledger). Nothing here changes anything.

mod choice;
mod dates;
mod limits;
mod lines;
mod shape;
mod standing;

use crate::accounting;
use crate::entry::Postings;
use crate::operation::Operation;
use crate::rejection::Rejection;
use crate::resolved::Resolved;
use crate::sequence::RecordedAt;
use crate::state::State;

pub use self::choice::choose;
pub use self::shape::shape;

/// The postings of an operation, when the state allows it: period, existence, the dates of what it rests on and the member
/// first, then what the postings would do to stocks, ceilings and funds. A few rules hold by the instant at which it is
/// recorded, so that an audit judges alike.
pub fn judge(
    operation: &Operation,
    resolved: &Resolved,
    state: &State,
    recorded_at: RecordedAt,
) -> Result<Postings, Rejection> {
    standing::period(operation, resolved, state)?;
    standing::existence(operation, resolved, state, recorded_at)?;
    let undone = resolved.target.as_ref().map(|target| &target.postings);
    let postings = accounting::postings(operation, &resolved.choice, undone, state);
    dates::dates(operation, resolved, &postings, state)?;
    lines::lines(operation, resolved, &postings, recorded_at)?;
    standing::member(operation, state)?;
    standing::membership(operation, state, recorded_at)?;
    limits::limits(operation, resolved, &postings, state)?;
    Ok(postings)
}
