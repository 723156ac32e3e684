//! Items: what a line of the statement may stand for. A movement that the ledger holds, or something that waits for the bank.

use std::collections::HashMap;

use smallvec::SmallVec;

use super::movement::{Movement, Owed};
use crate::date::Date;
use crate::id::{MemberId, Reference};
use crate::money::Euros;
use crate::state::State;

/// Something that a line may stand for.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub what: What,
    /// What it did to the account, or would do.
    pub amount: Euros,
    /// Its date; something that waits can be settled from then on.
    pub on: Date,
    /// To whom it is owed, where that is known.
    pub member: Option<MemberId>,
    /// What a label may name it by.
    pub names: SmallVec<[Reference; 2]>,
    /// A line stands for it.
    pub taken: bool,
}

/// What an item is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The movement of this place.
    Movement(usize),
    /// An open slip.
    Slip(Reference),
    /// An open payable.
    Payable(Reference),
}

impl Item {
    pub fn of_movement(place: usize, movement: &Movement) -> Self {
        let Movement { amount, on, ref names, .. } = *movement;
        Self { what: What::Movement(place), amount, on, member: None, names: names.clone(), taken: false }
    }

    /// What waits for the bank: each slip with what it should bring, each payable with what a pay-out would take, but for those
    /// that are not paid out.
    pub fn waiting(state: &State, owed: &HashMap<Reference, Owed>) -> Vec<Self> {
        let registers = state.registers();
        let slip = |(name, slip): (&Reference, &crate::open_item::Slip)| Self {
            what: What::Slip(name.clone()),
            amount: super::proposal::of_slip(name, state),
            on: registers.slip_since(name).unwrap_or(slip.opened_on),
            member: None,
            names: SmallVec::from_iter([name.clone()]),
            taken: false,
        };
        let payable = |(name, payable): (&Reference, &crate::open_item::Payable)| Self {
            what: What::Payable(name.clone()),
            amount: super::proposal::of_payable(name, payable.opened_on, state),
            on: registers.payable_since(name).unwrap_or(payable.opened_on),
            member: owed.get(name).and_then(|owed| owed.member.clone()),
            names: SmallVec::from_iter([name.clone()]),
            taken: false,
        };
        let payables = registers.payables();
        let payables = payables.filter(|(name, _)| !owed.get(*name).is_some_and(|owed| owed.counted_over));
        let mut items: Vec<Self> = registers.slips().map(slip).chain(payables.map(payable)).collect();
        // The oldest first, and by name: the order of the registers is of no meaning.
        items.sort_by(|one, other| (one.on, &one.names).cmp(&(other.on, &other.names)));
        items
    }

    pub fn is_movement(&self) -> bool {
        matches!(self.what, What::Movement(_))
    }

    /// Whether a line of this day is near enough to stand for it.
    pub fn is_within(&self, line: Date, window_days: u16) -> bool {
        let days = line.days_after(self.on);
        (self.is_movement() || days >= 0) && days.unsigned_abs() <= u32::from(window_days)
    }

    /// Its name: what a treasurer would look for.
    pub fn name(&self) -> &Reference {
        match &self.what {
            What::Slip(name) | What::Payable(name) => name,
            // Its slip or payable, if it has one.
            What::Movement(_) => self.names.last().unwrap_or(&self.names[0]),
        }
    }
}
