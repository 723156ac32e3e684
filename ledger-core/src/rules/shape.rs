//! Shape: what can be said of an operation without a ledger.

use crate::account::{Account, EuroAccount};
use crate::bills::Bills;
use crate::field::{FileHash, ReadField};
use crate::iban::{EXPECTED as IBAN_EXPECTED, is_iban};
use crate::id::Reference;
use crate::limits::{AMOUNT_MAX_CENTS, CHOSEN_MAX};
use crate::money::Euros;
use crate::operation::{Act, Deposit, Exchange, Operation, Reclassify, Swap};
use crate::rejection::Rejection;

/// Judges the operation's own fields: amounts more than zero, bills that are some, fields that go together.
pub fn shape(operation: &Operation) -> Result<(), Rejection> {
    for (field, amount) in amounts_of(&operation.act) {
        positive(field, amount)?;
    }
    for (field, bills) in operation.act.bills() {
        some_bills(field, bills, &operation.act)?;
    }
    match &operation.act {
        Act::Found(act) if !is_iban(act.fund.iban.as_str()) => {
            let (expected, got) = (IBAN_EXPECTED.into(), act.fund.iban.to_string());
            return Err(Rejection::InvalidValue { field: "fund".into(), expected, got });
        }
        Act::AttestStatement(act) if act.statement.is_of_nothing() => {
            let (expected, got) = (FileHash::EXPECTED.into(), act.statement.as_str().to_owned());
            return Err(Rejection::InvalidValue { field: "statement".into(), expected, got });
        }
        Act::OpenBureau(act) if act.bureau.is_office() => {
            return Err(Rejection::ReservedName { name: act.bureau.clone() });
        }
        Act::AmendBureau(act) if act.name.is_none() && act.local_group.is_none() && act.terms.is_none() => {
            return Err(Rejection::NothingToAmend);
        }
        Act::AmendMember(act)
            if act.kind.is_none() && act.local_group.is_none() && act.valid_until.is_none() =>
        {
            return Err(Rejection::NothingToAmend);
        }
        Act::Swap(act) => swap(act)?,
        Act::Exchange(act) => equal_value(act)?,
        Act::Deposit(act) => slips(act)?,
        Act::Count(act) => {
            if let Some(till) = act.till {
                if act.bureau.is_none() {
                    return Err(Rejection::UnexpectedField { field: "till" });
                }
                if till.is_negative() {
                    let (expected, got) = ("an amount of zero or more".into(), till.to_string());
                    return Err(Rejection::InvalidValue { field: "till".into(), expected, got });
                }
                within("till", till)?;
            }
        }
        Act::Reclassify(act) => allowed_pair(act, &operation.reference)?,
        _ => {}
    }
    if operation.bank_line.is_some() && !may_move_the_bank(&operation.act) {
        return Err(Rejection::UnexpectedField { field: "bank_line" });
    }
    Ok(())
}

fn amounts_of(act: &Act) -> impl Iterator<Item = (&'static str, Euros)> {
    let amount = match act {
        Act::Swap(act) => act.amount,
        Act::Remit(act) => Some(act.amount),
        Act::Deposit(act) => Some(act.amount),
        Act::PayOut(act) => act.amount,
        Act::Cover(act) => Some(act.amount),
        Act::WriteOff(act) => Some(act.amount),
        Act::Reclassify(act) => Some(act.amount),
        Act::BankInterest(act) => Some(act.amount),
        Act::BankCharge(act) => Some(act.amount),
        Act::TopUp(act) => Some(act.amount),
        Act::WithdrawSurplus(act) => Some(act.amount),
        _ => None,
    };
    let parts = match act {
        Act::Deposit(act) => [("short", act.short), ("over", act.over), ("charge", act.charge)],
        _ => [("", None); 3],
    };
    let given = [("amount", amount)].into_iter().chain(parts);
    given.filter_map(|(field, amount)| amount.map(|amount| (field, amount)))
}

fn some_bills(field: &'static str, bills: &Bills, act: &Act) -> Result<(), Rejection> {
    if bills.is_empty() && !matches!(act, Act::Count(_)) {
        return Err(Rejection::EmptyBills { field });
    }
    if let Some((denomination, count)) = bills.iter().find(|(_, count)| *count < 0) {
        let got = Bills::from_iter([(denomination, count)]).value().at_par();
        return Err(Rejection::NotPositive { field, got });
    }
    within(field, bills.value().at_par())
}

fn positive(field: &'static str, amount: Euros) -> Result<(), Rejection> {
    if !amount.is_positive() {
        return Err(Rejection::NotPositive { field, got: amount });
    }
    within(field, amount)
}

fn within(field: &'static str, got: Euros) -> Result<(), Rejection> {
    let most = Euros::from_cents(AMOUNT_MAX_CENTS);
    if got > most { Err(Rejection::AmountTooLarge { field, got, most }) } else { Ok(()) }
}

fn swap(act: &Swap) -> Result<(), Rejection> {
    match (&act.bills, &act.amount) {
        (Some(_), Some(_)) => Err(Rejection::ConflictingFields { field: "bills", other: "amount" }),
        (None, None) => Err(Rejection::MissingField { field: "bills".into() }),
        (None, Some(got)) if *got > CHOSEN_MAX => {
            Err(Rejection::AmountTooLarge { field: "amount", got: *got, most: CHOSEN_MAX })
        }
        _ => Ok(()),
    }
}

fn equal_value(act: &Exchange) -> Result<(), Rejection> {
    let (taken, given) = (act.r#in.value(), act.out.value());
    if taken == given { Ok(()) } else { Err(Rejection::UnequalExchange { taken, given }) }
}

fn slips(act: &Deposit) -> Result<(), Rejection> {
    match (&act.slip, &act.slips) {
        (Some(_), Some(_)) => return Err(Rejection::ConflictingFields { field: "slip", other: "slips" }),
        (None, None) => return Err(Rejection::MissingField { field: "slip".into() }),
        _ => {}
    }
    let mut named: Vec<&Reference> = act.all_slips().iter().collect();
    named.sort_unstable();
    match named.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Rejection::RepeatedSlip { slip: pair[0].clone() }),
        None => Ok(()),
    }
}

/// The pairs that a reclassification may touch, and no others.
fn allowed_pair(act: &Reclassify, own_ref: &Reference) -> Result<(), Rejection> {
    use EuroAccount::{Deposit, Payable, Receivable, Transit};
    if let (Account::Euros(debit), Account::Euros(credit)) = (&act.debit, &act.credit) {
        match (debit, credit) {
            (Receivable(_), Deposit | Transit(_)) | (Payable(_), Transit(_) | Receivable(_)) => return Ok(()),
            (Deposit, Payable(payable)) if payable == own_ref => return Ok(()),
            _ => {}
        }
    }
    Err(Rejection::ReclassifyNotAllowed { debit: act.debit.clone(), credit: act.credit.clone() })
}

fn may_move_the_bank(act: &Act) -> bool {
    matches!(
        act,
        Act::Issue(_)
            | Act::Deposit(_)
            | Act::PayOut(_)
            | Act::Reclassify(_)
            | Act::BankInterest(_)
            | Act::BankCharge(_)
            | Act::TopUp(_)
            | Act::WithdrawSurplus(_)
            | Act::Reverse(_)
    )
}
