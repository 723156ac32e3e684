//! What an entry would leave behind must be legal: stocks first, then ceilings, then funds, each looked at on the net
//! effect of the whole entry. How much a ledger holds at all is the [table of limits](crate::limits), which the state
//! holds when the entry is applied.

use smallvec::SmallVec;

use super::choice::handed_out_from;
use crate::account::{Account, BillAccount, EuroAccount, Side};

use crate::accounting::{Books, bills_of_swap};
use crate::bills::{Bills, Denomination};
use crate::date::Date;
use crate::entry::{Posting, Postings};
use crate::field::Terms;
use crate::id::BureauId;
use crate::money::Euros;
use crate::operation::{Act, Count, Operation, Reclassify};
use crate::rejection::Rejection;
use crate::resolved::Resolved;
use crate::state::{Bureau, State};

/// Judges what the postings would leave behind.
pub fn limits(
    operation: &Operation,
    resolved: &Resolved,
    postings: &Postings,
    state: &State,
) -> Result<(), Rejection> {
    let bills = net_bills(postings, state);
    let euros = net_euros(postings, state);
    stock(operation, resolved, &bills, state)?;
    ceilings(operation.on, &euros, state)?;
    funds(operation, resolved, &euros, state)
}

/// What an account holds before the entry, and what changes; both positive on its normal side.
struct Net<'a, A, H, Q> {
    account: &'a A,
    held: H,
    change: Q,
}

/// The accounts of an entry, in the order of its postings.
type Nets<'a, A, H, Q> = SmallVec<[Net<'a, A, H, Q>; 4]>;
type NetBills<'a> = Nets<'a, BillAccount, &'a Bills, Bills>;
type NetEuros<'a> = Nets<'a, EuroAccount, Euros, Euros>;

fn net_bills<'a>(postings: &'a Postings, state: &'a State) -> NetBills<'a> {
    let mut nets = NetBills::new();
    for posting in postings {
        let Posting::Bills { debit, credit, bills } = posting else { continue };
        for (account, side) in [(debit, Side::Debit), (credit, Side::Credit)] {
            let grows = account.normal_side() == side;
            match nets.iter_mut().find(|net| net.account == account) {
                Some(net) if grows => net.change.add_all(bills),
                Some(net) => net.change.take_all(bills),
                None => {
                    let change = if grows { bills.clone() } else { bills.negated() };
                    nets.push(Net { account, held: state.balances().bills(account), change });
                }
            }
        }
    }
    nets
}

fn net_euros<'a>(postings: &'a Postings, state: &State) -> NetEuros<'a> {
    let mut nets = NetEuros::new();
    for posting in postings {
        let Posting::Euros { debit, credit, amount } = posting else { continue };
        for (account, side) in [(debit, Side::Debit), (credit, Side::Credit)] {
            let change = if account.normal_side() == side { *amount } else { -*amount };
            match nets.iter_mut().find(|net| net.account == account) {
                Some(net) => net.change += change,
                None => nets.push(Net { account, held: state.euros(account), change }),
            }
        }
    }
    nets
}

fn stock(
    operation: &Operation,
    resolved: &Resolved,
    nets: &NetBills<'_>,
    state: &State,
) -> Result<(), Rejection> {
    if let Act::Count(Count { bureau: Some(bureau), bills, .. }) = &operation.act
        && state.is_prefunded(bureau)
    {
        // What it has taken back from the public since is no float that it has bought.
        let held = state.balances().bills(&BillAccount::Float(bureau.clone())).value();
        let (bureau, counted) = (bureau.clone(), bills.value());
        if counted > held {
            return Err(Rejection::FloatExceeded { bureau, held, counted });
        }
    }
    if let Act::Swap(act) = &operation.act
        && bills_of_swap(act, &resolved.choice).is_none()
    {
        let amount = act.amount.unwrap_or_default().at_par();
        let held = state.balances().bills(&handed_out_from(&act.bureau, state)).value();
        let bureau = act.bureau.clone();
        return Err(Rejection::NoExactBills { bureau, amount, held });
    }
    // What a person holds is looked at before what the public holds.
    let of_public = |net: &&Net<'_, _, _, _>| matches!(net.account, BillAccount::Public);
    for net in nets.iter().filter(|net| !of_public(net)).chain(nets.iter().filter(of_public)) {
        let lacking =
            net.change.iter().find(|&(denomination, change)| net.held.count(denomination) + change < 0);
        if let Some((denomination, change)) = lacking {
            return Err(lacks(net.account, denomination, net.held.count(denomination), -change));
        }
    }
    match &operation.act {
        Act::CloseBureau(act) => empty(&act.bureau, Emptied::Wholly, state),
        Act::AmendBureau(act) => {
            let before = state.registers().bureau(&act.bureau).map(Bureau::is_prefunded);
            let changes_kind = act.terms.is_some_and(|terms| before != Some(terms.is_prefunded()));
            if changes_kind { empty(&act.bureau, Emptied::ForOtherTerms, state) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

fn lacks(account: &BillAccount, denomination: Denomination, held: i64, asked: i64) -> Rejection {
    let bureau = match account {
        BillAccount::Public => return Rejection::InsufficientCirculation { denomination, held, asked },
        BillAccount::Vault | BillAccount::Printed => None,
        BillAccount::Stock(bureau) | BillAccount::Float(bureau) => Some(bureau.clone()),
    };
    Rejection::InsufficientStock { bureau, denomination, held, asked }
}

/// How empty a bureau must be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Emptied {
    /// To close: no bills, no euros, no slip on its way. What it owes survives it.
    Wholly,
    /// To change between consignment and prefunding: no bills, no euros, nothing owed.
    ForOtherTerms,
}

fn empty(bureau: &BureauId, how: Emptied, state: &State) -> Result<(), Rejection> {
    let not_empty = |account: Account, balance: Euros| {
        Err(Rejection::BureauNotEmpty { bureau: bureau.clone(), account, balance })
    };
    for account in [BillAccount::Stock(bureau.clone()), BillAccount::Float(bureau.clone())] {
        let held = state.balances().bills(&account);
        if !held.is_empty() {
            return not_empty(account.into(), held.value().at_par());
        }
    }
    let till = EuroAccount::Till(bureau.clone());
    let receivable = EuroAccount::Receivable(bureau.clone());
    let must_be_empty = if how == Emptied::Wholly { vec![till] } else { vec![till, receivable] };
    for account in must_be_empty {
        let held = state.euros(&account);
        if !held.is_zero() {
            return not_empty(account.into(), held);
        }
    }
    let mut slips: Vec<_> = state.registers().slips().filter(|(_, slip)| slip.bureau == *bureau).collect();
    slips.sort_unstable_by_key(|(name, _)| *name);
    match slips.first() {
        Some((name, _)) if how == Emptied::Wholly => {
            let account = EuroAccount::Transit((*name).clone());
            let held = state.euros(&account);
            not_empty(account.into(), held)
        }
        _ => Ok(()),
    }
}

/// An entry that raises a till leaves it within the ceiling of that day.
fn ceilings(on: Date, nets: &NetEuros<'_>, state: &State) -> Result<(), Rejection> {
    for net in nets.iter().filter(|net| net.change.is_positive()) {
        let EuroAccount::Till(bureau) = net.account else { continue };
        let terms = state.registers().bureau(bureau).map(|bureau| *bureau.terms.on(on));
        let Some(Terms::Consignment { till_ceiling: ceiling, .. }) = terms else { continue };
        let till = net.held + net.change;
        if till > ceiling {
            return Err(Rejection::TillCeilingExceeded { bureau: bureau.clone(), ceiling, till });
        }
    }
    Ok(())
}

fn funds(
    operation: &Operation,
    resolved: &Resolved,
    nets: &NetEuros<'_>,
    state: &State,
) -> Result<(), Rejection> {
    let overdrawn = nets.iter().filter(|net| (net.held + net.change).is_negative());
    if let Some((_, rejection)) = overdrawn
        .filter_map(|net| overdraws(net.account, net.held, -net.change))
        .min_by_key(|(rank, _)| *rank)
    {
        return Err(rejection);
    }
    let (held, asked) = (state.euros(&EuroAccount::OwnBank), asked_of_own_funds(operation, resolved, nets));
    if asked.is_positive() && held < asked {
        return Err(Rejection::OwnFundsInsufficient { held, asked });
    }
    let on_the_bank_account =
        |net: &&Net<'_, _, _, _>| matches!(net.account, EuroAccount::Deposit | EuroAccount::OwnBank);
    let moved: Euros = nets.iter().filter(on_the_bank_account).map(|net| net.change).sum();
    if moved.is_negative() && !told_by_the_bank(&operation.act) {
        let held = state.euros(&EuroAccount::Deposit) + state.euros(&EuroAccount::OwnBank);
        if (held + moved).is_negative() {
            return Err(Rejection::BankInsufficient { held, asked: -moved });
        }
    }
    Ok(())
}

/// What the association's own money must bear, for it does not go below zero by somebody's decision. A reversal is one: to
/// undo the interest that was withdrawn since is to withdraw what is not there. The reversal of a pay-out brings the fund
/// more than the fee that it takes back, and a mistake or a transfer that came back must be recorded whatever is left.
fn asked_of_own_funds(operation: &Operation, resolved: &Resolved, nets: &NetEuros<'_>) -> Euros {
    match &operation.act {
        Act::WriteOff(act) => act.amount,
        Act::WithdrawSurplus(act) => act.amount,
        Act::Reverse(_) => {
            let of_pay_out =
                resolved.target.as_ref().is_some_and(|target| matches!(target.operation.act, Act::PayOut(_)));
            let own = nets.iter().filter(|net| matches!(net.account, EuroAccount::OwnBank) && !of_pay_out);
            -own.map(|net| net.change).sum::<Euros>()
        }
        _ => Euros::ZERO,
    }
}

/// Whether an account may not go below zero: the rejection, and its rank among others of the same entry.
fn overdraws(account: &EuroAccount, held: Euros, asked: Euros) -> Option<(u8, Rejection)> {
    Some(match account.clone() {
        EuroAccount::Till(bureau) => (0, Rejection::InsufficientTill { bureau, held, asked }),
        EuroAccount::Transit(slip) => (1, Rejection::TransitExceeded { slip, held, asked }),
        EuroAccount::Receivable(bureau) => (2, Rejection::ReceivableExceeded { bureau, held, asked }),
        EuroAccount::Payable(payable) => (3, Rejection::PayableExceeded { payable, held, asked }),
        _ => return None,
    })
}

/// Facts that only the bank can tell, and that are so even when the account cannot bear them.
fn told_by_the_bank(act: &Act) -> bool {
    let bounced = |act: &Reclassify| act.credit == Account::Euros(EuroAccount::Deposit);
    matches!(act, Act::BankCharge(_)) || matches!(act, Act::Reclassify(act) if bounced(act))
}
