//! Lines of the bank: what is recorded for a line of the statement moves the account on its day and by its amount, and a line
//! stands for one entry. Only pay-outs may be several to a line, because a bank books a collected order as one; together they
//! are no more than the line.

use crate::entry::Postings;
use crate::limits::BANK_LINES_FROM_NS;
use crate::money::Euros;
use crate::operation::{Act, Operation};
use crate::rejection::Rejection;
use crate::resolved::{LineUse, Resolved};
use crate::sequence::RecordedAt;

/// The operation's line, if it names one, is that of what it moves, and free.
pub fn lines(
    operation: &Operation,
    resolved: &Resolved,
    postings: &Postings,
    recorded_at: RecordedAt,
) -> Result<(), Rejection> {
    if recorded_at.ns() < BANK_LINES_FROM_NS {
        return Ok(());
    }
    let Some(line) = &operation.bank_line else { return Ok(()) };
    let (on, moved) = (operation.on, postings.bank_movement());
    let is_pay_out = matches!(operation.act, Act::PayOut(_));
    let matches = if is_pay_out { moved.is_negative() && moved >= line.amount } else { moved == line.amount };
    if on != line.date || moved.is_zero() || !matches {
        return Err(Rejection::BankLineMismatch { date: line.date, amount: line.amount, on, moved });
    }
    let Some(LineUse { sequence, .. }) = resolved.same_line.last().copied() else { return Ok(()) };
    let together = resolved.same_line.iter().map(|other| other.moved).sum::<Euros>() + moved;
    let share = is_pay_out && resolved.same_line.iter().all(|other| other.is_pay_out);
    if share && together >= line.amount { Ok(()) } else { Err(Rejection::BankLineInUse { sequence }) }
}
