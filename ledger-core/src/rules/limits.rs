//! Limits: what an entry would leave behind must be legal. Stocks first, then ceilings, then funds, each looked at on
//! the net effect of the whole entry.

use crate::account::{Account, BillAccount, EuroAccount, Side};
use crate::accounting::{Books, bills_of_swap};
use crate::bills::{Bills, Denomination};
use crate::entry::{Posting, Postings};
use crate::field::Terms;
use crate::id::BureauId;
use crate::money::{BALANCE_MAX_CENTS, Euros};
use crate::operation::{Act, Operation, Reclassify};
use crate::rejection::Rejection;
use crate::resolved::Resolved;
use crate::state::State;

/// Judges what the postings would leave behind.
pub fn limits(
    operation: &Operation,
    resolved: &Resolved,
    postings: &Postings,
    state: &State,
) -> Result<(), Rejection> {
    let bills = net_bills(postings);
    let euros = net_euros(postings);
    stock(operation, resolved, &bills, state)?;
    ceilings(&euros, state)?;
    funds(operation, &euros, state)?;
    sizes(&bills, &euros, state)
}

/// What changes on each account, positive on its normal side, in the order of the postings.
type Net<'a, A, Q> = Vec<(&'a A, Q)>;

fn entry_of<'n, 'a, A: PartialEq, Q: Default>(net: &'n mut Net<'a, A, Q>, account: &'a A) -> &'n mut Q {
    let place = net.iter().position(|(known, _)| *known == account).unwrap_or_else(|| {
        net.push((account, Q::default()));
        net.len() - 1
    });
    &mut net[place].1
}

fn net_bills(postings: &Postings) -> Net<'_, BillAccount, Bills> {
    let mut net = Net::new();
    for posting in postings {
        let Posting::Bills { debit, credit, bills } = posting else { continue };
        for (account, side) in [(debit, Side::Debit), (credit, Side::Credit)] {
            let change: &mut Bills = entry_of(&mut net, account);
            if account.normal_side() == side { change.add_all(bills) } else { change.take_all(bills) }
        }
    }
    net
}

fn net_euros(postings: &Postings) -> Net<'_, EuroAccount, Euros> {
    let mut net = Net::new();
    for posting in postings {
        let Posting::Euros { debit, credit, amount } = posting else { continue };
        for (account, side) in [(debit, Side::Debit), (credit, Side::Credit)] {
            *entry_of(&mut net, account) += if account.normal_side() == side { *amount } else { -*amount };
        }
    }
    net
}

fn stock(
    operation: &Operation,
    resolved: &Resolved,
    net: &Net<'_, BillAccount, Bills>,
    state: &State,
) -> Result<(), Rejection> {
    if let Act::Swap(act) = &operation.act
        && bills_of_swap(act, &resolved.choice).is_none()
    {
        let amount = act.amount.unwrap_or_default().at_par();
        return Err(Rejection::NoExactBills { bureau: act.bureau.clone(), amount });
    }
    // What a person holds is looked at before what the public holds.
    let (public, held_by_somebody): (Vec<_>, Vec<_>) =
        net.iter().partition(|(account, _)| matches!(account, BillAccount::Public));
    for (account, change) in held_by_somebody.into_iter().chain(public) {
        let held = state.balances().bills(account);
        let lacking = change.iter().find(|&(denomination, change)| held.count(denomination) + change < 0);
        if let Some((denomination, change)) = lacking {
            return Err(lacks(account, denomination, held.count(denomination), -change));
        }
    }
    match &operation.act {
        Act::CloseBureau(act) => empty(&act.bureau, Emptied::Wholly, state),
        Act::AmendBureau(act) => {
            let before = state.registers().bureau(&act.bureau).map(|bureau| bureau.terms.is_prefunded());
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
    let not_empty = |account: &dyn ToString, balance: &dyn ToString| {
        let (account, balance) = (account.to_string(), balance.to_string());
        Err(Rejection::BureauNotEmpty { bureau: bureau.clone(), account, balance })
    };
    for account in [BillAccount::Stock(bureau.clone()), BillAccount::Float(bureau.clone())] {
        let held = state.balances().bills(&account);
        if !held.is_empty() {
            return not_empty(&account, &held.value());
        }
    }
    let till = EuroAccount::Till(bureau.clone());
    let receivable = EuroAccount::Receivable(bureau.clone());
    let must_be_empty = if how == Emptied::Wholly { vec![till] } else { vec![till, receivable] };
    for account in must_be_empty {
        let held = state.euros(&account);
        if !held.is_zero() {
            return not_empty(&account, &held);
        }
    }
    let mut slips: Vec<_> = state.registers().slips().filter(|(_, slip)| slip.bureau == *bureau).collect();
    slips.sort_unstable_by_key(|(name, _)| *name);
    match slips.first() {
        Some((name, _)) if how == Emptied::Wholly => {
            let account = EuroAccount::Transit((*name).clone());
            not_empty(&account, &state.euros(&account))
        }
        _ => Ok(()),
    }
}

/// An entry that raises a till leaves it within its ceiling.
fn ceilings(net: &Net<'_, EuroAccount, Euros>, state: &State) -> Result<(), Rejection> {
    for (account, change) in net {
        let EuroAccount::Till(bureau) = account else { continue };
        let terms = state.registers().bureau(bureau).map(|bureau| bureau.terms);
        let Some(Terms::Consignment { till_ceiling: ceiling, .. }) = terms else { continue };
        let till = state.euros(account) + *change;
        if change.is_positive() && till > ceiling {
            return Err(Rejection::TillCeilingExceeded { bureau: bureau.clone(), ceiling, till });
        }
    }
    Ok(())
}

fn funds(operation: &Operation, net: &Net<'_, EuroAccount, Euros>, state: &State) -> Result<(), Rejection> {
    let overdrawn = net.iter().filter(|(account, change)| (state.euros(account) + *change).is_negative());
    if let Some((_, rejection)) = overdrawn
        .filter_map(|(account, change)| overdraws(account, state.euros(account), -*change))
        .min_by_key(|(rank, _)| *rank)
    {
        return Err(rejection);
    }
    let own = state.euros(&EuroAccount::OwnBank);
    if let Act::WriteOff(crate::operation::WriteOff { amount: asked, .. })
    | Act::WithdrawSurplus(crate::operation::WithdrawSurplus { amount: asked }) = &operation.act
        && own < *asked
    {
        return Err(Rejection::OwnFundsInsufficient { held: own, asked: *asked });
    }
    let on_the_bank_account =
        |account: &EuroAccount| matches!(account, EuroAccount::Deposit | EuroAccount::OwnBank);
    let moved: Euros =
        net.iter().filter(|(account, _)| on_the_bank_account(account)).map(|(_, change)| *change).sum();
    let held = state.euros(&EuroAccount::Deposit) + own;
    if moved.is_negative() && (held + moved).is_negative() && !told_by_the_bank(&operation.act) {
        return Err(Rejection::BankInsufficient { held, asked: -moved });
    }
    Ok(())
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

fn sizes(
    bills: &Net<'_, BillAccount, Bills>,
    euros: &Net<'_, EuroAccount, Euros>,
    state: &State,
) -> Result<(), Rejection> {
    let too_large = |cents: i64| cents.abs() > BALANCE_MAX_CENTS;
    for (account, change) in bills {
        if too_large(state.balances().bills(account).value().cents() + change.value().cents()) {
            return Err(Rejection::BalanceTooLarge { account: Account::Bills((*account).clone()) });
        }
    }
    for (account, change) in euros {
        if too_large(state.euros(account).cents() + change.cents()) {
            return Err(Rejection::BalanceTooLarge { account: Account::Euros((*account).clone()) });
        }
    }
    Ok(())
}
