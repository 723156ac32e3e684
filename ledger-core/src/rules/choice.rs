//! Choices: what the state alone decides for an operation that leaves something open.

use crate::account::{BillAccount, EuroAccount};
use crate::accounting::Books;
use crate::entry::Choice;
use crate::id::BureauId;
use crate::operation::{Act, Operation, PayOut, Swap};
use crate::state::State;

/// The bills of a swap by amount, the rate of a reconversion, the fee of a pay-out, the age of a remitted till; nothing for the rest, and nothing
/// where there is none, which the rules then say.
pub fn choose(operation: &Operation, state: &State) -> Choice {
    match &operation.act {
        Act::Swap(act) => bills_to_hand_out(act, state),
        Act::Reconvert(_) => state.registers().rate_on(operation.on).map_or(Choice::Nothing, Choice::Rate),
        Act::PayOut(act) => fee(act, state),
        Act::Remit(act) => {
            state.registers().oldest_in_till(&act.bureau).map_or(Choice::Nothing, Choice::EurosSince)
        }
        _ => Choice::Nothing,
    }
}

fn bills_to_hand_out(act: &Swap, state: &State) -> Choice {
    let Some(amount) = act.amount else { return Choice::Nothing };
    let held = handed_out_from(&act.bureau, state);
    state.balances().bills(&held).choose(amount.at_par()).map_or(Choice::Nothing, Choice::Bills)
}

/// The account from which a bureau hands out bills.
pub(super) fn handed_out_from(bureau: &BureauId, state: &State) -> BillAccount {
    if state.is_prefunded(bureau) {
        BillAccount::Float(bureau.clone())
    } else {
        BillAccount::Stock(bureau.clone())
    }
}

fn fee(act: &PayOut, state: &State) -> Choice {
    let payable = state.registers().payable(&act.payable);
    let Some(reconversion) = payable.and_then(|payable| payable.reconversion.as_ref()) else {
        return Choice::Nothing;
    };
    let part = act.amount.unwrap_or_else(|| state.euros(&EuroAccount::Payable(act.payable.clone())));
    Choice::Fee(reconversion.fee_on(part))
}
