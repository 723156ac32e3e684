//! Dates: nothing is dated before what it rests on. That is the founding, the bureau, the member's enrolment, the slip or
//! payable that it takes euros from, the entry that it undoes, and the reversal that gave a slip or payable its euros back.
//!
//! The day is compared with other days of the ledger, never with a clock, so that what happened earlier can be recorded later.

use crate::account::{Account, BillAccount, EuroAccount};
use crate::date::Date;
use crate::entry::{Posting, Postings};
use crate::id::BureauId;
use crate::operation::{Act, Operation};
use crate::rejection::{Basis, Rejection};
use crate::resolved::Resolved;
use crate::state::State;

/// The operation is dated on or after the day of everything on which it rests.
pub fn dates(
    operation: &Operation,
    resolved: &Resolved,
    postings: &Postings,
    state: &State,
) -> Result<(), Rejection> {
    let day = Day { on: operation.on, state };
    if let Some(founding) = state.registers().founding() {
        day.not_before(founding.founded_on, || Basis::Founding)?;
    }
    if let Some(bureau) = operation.bureau() {
        day.of_bureau(bureau)?;
    }
    if let Some((id, member)) = operation.member().and_then(|id| Some((id, state.registers().member(id)?))) {
        day.not_before(member.enrolled_on, || Basis::Member(id.clone()))?;
    }
    for posting in postings {
        day.of_what_is_taken(posting)?;
    }
    match &operation.act {
        Act::Reclassify(act) => {
            let mut bureaux = [&act.debit, &act.credit].into_iter().filter_map(Account::bureau);
            bureaux.try_for_each(|bureau| day.of_bureau(bureau))
        }
        Act::Reverse(act) => {
            for posting in postings {
                day.of_bureaux_moved(posting)?;
            }
            let Some(target) = &resolved.target else { return Ok(()) };
            day.not_before(target.operation.on, || Basis::Entry(act.entry.clone()))
        }
        _ => Ok(()),
    }
}

/// The day of an operation, held against others.
struct Day<'a> {
    on: Date,
    state: &'a State,
}

impl Day<'_> {
    fn not_before(&self, since: Date, what: impl FnOnce() -> Basis) -> Result<(), Rejection> {
        if self.on >= since {
            Ok(())
        } else {
            Err(Rejection::DatedBefore { on: self.on, what: what(), since })
        }
    }

    /// A bureau that opened, and is of its kind since. The association itself has no such day.
    fn of_bureau(&self, id: &BureauId) -> Result<(), Rejection> {
        match self.state.registers().bureau(id) {
            Some(bureau) => self.not_before(bureau.of_its_kind_since, || Basis::Bureau(id.clone())),
            None => Ok(()),
        }
    }

    /// Slips and payables are there from the day of the latest entry that gave to them.
    fn of_what_is_taken(&self, posting: &Posting) -> Result<(), Rejection> {
        let Posting::Euros { debit, credit, .. } = posting else { return Ok(()) };
        let registers = self.state.registers();
        if let EuroAccount::Payable(name) = debit
            && let Some(since) = registers.payable_since(name)
        {
            self.not_before(since, || Basis::Payable(name.clone()))?;
        }
        if let EuroAccount::Transit(name) = credit
            && let Some(since) = registers.slip_since(name)
        {
            self.not_before(since, || Basis::Slip(name.clone()))?;
        }
        Ok(())
    }

    /// A reversal names no bureau, and moves what is theirs.
    fn of_bureaux_moved(&self, posting: &Posting) -> Result<(), Rejection> {
        for account in [posting.debit(), posting.credit()] {
            if let Account::Bills(BillAccount::Stock(bureau) | BillAccount::Float(bureau))
            | Account::Euros(EuroAccount::Till(bureau)) = &account
            {
                self.of_bureau(bureau)?;
            }
        }
        Ok(())
    }
}
