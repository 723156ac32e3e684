//! The accounting: the one table that derives an entry's postings from its operation.
//!
//! It reads the few figures that an operation depends on through [`Books`] and decides nothing about whether the
//! operation is legal: existence was checked before, floors and ceilings are looked at afterwards.

use crate::account::Account;
use crate::account::{BillAccount, EuroAccount};
use crate::bills::Bills;
use crate::entry::{Choice, Postings};
use crate::field::{Means, Paid};
use crate::id::{BureauId, Reference};
use crate::money::Euros;
use crate::open_item::Slip;
use crate::operation::{Act, Count, Deposit, Operation, PayOut, Reclassify, Swap};

/// The figures of the ledger on which postings depend.
pub trait Books {
    /// The bills in an account.
    fn bills(&self, account: &BillAccount) -> Bills;
    /// The balance of an account, positive on its normal side.
    fn euros(&self, account: &EuroAccount) -> Euros;
    /// Whether the bureau bought its bills.
    fn is_prefunded(&self, bureau: &BureauId) -> bool;
    /// An open slip.
    fn slip(&self, slip: &Reference) -> Option<&Slip>;
}

use EuroAccount::{Deposit as FundDeposit, Obligation, OwnBank, OwnCharges, OwnFees};

/// The postings of an operation, with what was chosen for it and, for a reversal, the postings that it undoes.
pub fn postings(
    operation: &Operation,
    choice: &Choice,
    undone: Option<&Postings>,
    books: &impl Books,
) -> Postings {
    let mut made = Postings::none();
    let own_ref = || operation.reference.clone();
    match &operation.act {
        Act::Found(_)
        | Act::OpenBureau(_)
        | Act::AmendBureau(_)
        | Act::CloseBureau(_)
        | Act::EnrolMember(_)
        | Act::AmendMember(_)
        | Act::RenewMember(_)
        | Act::SetFee(_)
        | Act::AttestStatement(_)
        | Act::ClosePeriod(_) => {}
        Act::PrintBills(act) => made.bills(BillAccount::Vault, BillAccount::Printed, &act.bills),
        Act::DestroyBills(act) => {
            made.bills(BillAccount::Printed, stock_or_vault(act.bureau.as_ref()), &act.bills);
        }
        Act::Supply(act) if books.is_prefunded(&act.bureau) => {
            made.bills(BillAccount::Float(act.bureau.clone()), BillAccount::Vault, &act.bills);
            made.euros(EuroAccount::Transit(own_ref()), Obligation, act.bills.value().at_par());
        }
        Act::Supply(act) => {
            made.bills(BillAccount::Stock(act.bureau.clone()), BillAccount::Vault, &act.bills);
        }
        Act::ReturnBills(act) if books.is_prefunded(&act.bureau) => {
            made.bills(BillAccount::Vault, BillAccount::Float(act.bureau.clone()), &act.bills);
            made.euros(Obligation, EuroAccount::Payable(own_ref()), act.bills.value().at_par());
        }
        Act::ReturnBills(act) => {
            made.bills(BillAccount::Vault, BillAccount::Stock(act.bureau.clone()), &act.bills);
        }
        Act::Issue(act) => {
            made.bills(BillAccount::Public, BillAccount::Vault, &act.bills);
            made.euros(FundDeposit, Obligation, act.bills.value().at_par());
        }
        Act::Swap(act) => swap(&mut made, act, choice, own_ref(), books),
        Act::Exchange(act) => {
            let place = stock_or_vault(act.bureau.as_ref());
            made.bills(place.clone(), BillAccount::Public, &act.r#in);
            made.bills(BillAccount::Public, place, &act.out);
        }
        Act::Remit(act) => {
            made.euros(
                EuroAccount::Transit(act.slip.clone()),
                EuroAccount::Till(act.bureau.clone()),
                act.amount,
            );
        }
        Act::Deposit(act) => deposit(&mut made, act, own_ref(), books),
        Act::Reconvert(act) => {
            made.bills(stock_or_vault(act.bureau.as_ref()), BillAccount::Public, &act.bills);
            made.euros(Obligation, EuroAccount::Payable(own_ref()), act.bills.value().at_par());
        }
        Act::PayOut(act) => pay_out(&mut made, act, choice, books),
        Act::Release(act) => {
            let payable = EuroAccount::Payable(act.payable.clone());
            let left = books.euros(&payable);
            made.euros(payable, FundDeposit, left);
            made.euros(OwnBank, EuroAccount::OwnGains, left);
        }
        Act::Count(act) => count(&mut made, act, own_ref(), books),
        Act::Cover(act) => {
            let receivable = EuroAccount::Receivable(act.bureau.clone());
            made.euros(EuroAccount::Transit(act.slip.clone()), receivable, act.amount);
        }
        Act::WriteOff(act) => {
            made.euros(FundDeposit, EuroAccount::Receivable(act.bureau.clone()), act.amount);
            made.euros(EuroAccount::OwnLosses, OwnBank, act.amount);
        }
        Act::Reclassify(act) => reclassify(&mut made, act),
        Act::BankInterest(act) => made.euros(OwnBank, EuroAccount::OwnInterest, act.amount),
        Act::BankCharge(act) => made.euros(OwnCharges, OwnBank, act.amount),
        Act::TopUp(act) => made.euros(OwnBank, EuroAccount::OwnOperating, act.amount),
        Act::WithdrawSurplus(act) => made.euros(EuroAccount::OwnOperating, OwnBank, act.amount),
        Act::Reverse(_) => made = undone.map(Postings::mirrored).unwrap_or_default(),
    }
    made
}

fn stock_or_vault(bureau: Option<&BureauId>) -> BillAccount {
    bureau.map_or(BillAccount::Vault, |bureau| BillAccount::Stock(bureau.clone()))
}

/// The bills that a swap hands out: those submitted, or those chosen for its amount.
pub fn bills_of_swap<'a>(act: &'a Swap, choice: &'a Choice) -> Option<&'a Bills> {
    match (&act.bills, choice) {
        (Some(bills), _) | (None, Choice::Bills(bills)) => Some(bills),
        (None, _) => None,
    }
}

fn swap(made: &mut Postings, act: &Swap, choice: &Choice, own_ref: Reference, books: &impl Books) {
    let Some(bills) = bills_of_swap(act, choice) else { return };
    if books.is_prefunded(&act.bureau) {
        return made.bills(BillAccount::Public, BillAccount::Float(act.bureau.clone()), bills);
    }
    made.bills(BillAccount::Public, BillAccount::Stock(act.bureau.clone()), bills);
    let received = match &act.paid {
        Paid::By(Means::Cash | Means::Cheque) => EuroAccount::Till(act.bureau.clone()),
        Paid::By(Means::Card | Means::Transfer) => EuroAccount::Transit(own_ref),
        Paid::Credit(payable) => EuroAccount::Payable(payable.clone()),
    };
    made.euros(received, Obligation, bills.value().at_par());
}

fn deposit(made: &mut Postings, act: &Deposit, own_ref: Reference, books: &impl Books) {
    let slips = act.all_slips();
    let total: Euros = slips.iter().map(|slip| books.euros(&EuroAccount::Transit((*slip).clone()))).sum();
    let short = act.short.unwrap_or_default();
    let bureau = slips.first().and_then(|slip| books.slip(slip)).map(|slip| &slip.bureau);
    let (mut credited, mut missing) = ((total - short).max(Euros::ZERO), short);
    for (place, slip) in slips.iter().enumerate() {
        let transit = EuroAccount::Transit(slip.clone());
        let held = books.euros(&transit);
        let arrived = held.min(credited);
        // The last slip bears all that is short; that it cannot bear more than it holds is for the limits to say.
        let lacks = if place + 1 == slips.len() { missing } else { held - arrived };
        made.euros(FundDeposit, transit.clone(), arrived);
        if let Some(bureau) = bureau {
            made.euros(EuroAccount::Receivable(bureau.clone()), transit, lacks);
        }
        (credited, missing) = (credited - arrived, missing - lacks);
    }
    if let (Some(over), Some(bureau)) = (act.over, bureau) {
        let receivable = EuroAccount::Receivable(bureau.clone());
        settle(made, &FundDeposit, &receivable, own_ref, over, books.euros(&receivable) + short);
    }
    made.euros(OwnCharges, OwnBank, act.charge.unwrap_or_default());
}

/// Euros that turned up: they pay what is receivable as far as it goes, and are owed beyond that.
fn settle(
    made: &mut Postings,
    debit: &EuroAccount,
    receivable: &EuroAccount,
    own_ref: Reference,
    amount: Euros,
    owed: Euros,
) {
    let paid = amount.min(owed);
    made.euros(debit.clone(), receivable.clone(), paid);
    made.euros(debit.clone(), EuroAccount::Payable(own_ref), amount - paid);
}

fn pay_out(made: &mut Postings, act: &PayOut, choice: &Choice, books: &impl Books) {
    let payable = EuroAccount::Payable(act.payable.clone());
    let amount = act.amount.unwrap_or_else(|| books.euros(&payable));
    let fee = if let Choice::Fee(fee) = choice { *fee } else { Euros::ZERO };
    match &act.from_till {
        None => made.euros(payable, FundDeposit, amount),
        Some(bureau) => {
            made.euros(payable.clone(), EuroAccount::Till(bureau.clone()), amount - fee);
            made.euros(payable, FundDeposit, fee);
        }
    }
    made.euros(OwnBank, OwnFees, fee);
}

fn count(made: &mut Postings, act: &Count, own_ref: Reference, books: &impl Books) {
    let prefunded = act.bureau.as_ref().is_some_and(|bureau| books.is_prefunded(bureau));
    let place = match &act.bureau {
        Some(bureau) if prefunded => BillAccount::Float(bureau.clone()),
        bureau => stock_or_vault(bureau.as_ref()),
    };
    let (bills_over, bills_missing) = act.bills.over_and_missing(&books.bills(&place));
    made.bills(BillAccount::Public, place.clone(), &bills_missing);
    made.bills(place, BillAccount::Public, &bills_over);
    if prefunded {
        return;
    }
    let owing = act.bureau.clone().unwrap_or_else(BureauId::office);
    let receivable = EuroAccount::Receivable(owing);
    // Bills missing are presumed circulating, so the fund is owed their euros; bills over come out of circulation.
    let gone = bills_missing.value().at_par() - bills_over.value().at_par();
    let bills_gone = gone.max(Euros::ZERO);
    let bills_back = (-gone).max(Euros::ZERO);
    let till = act
        .bureau
        .as_ref()
        .zip(act.till)
        .map(|(bureau, counted)| (EuroAccount::Till(bureau.clone()), counted));
    let till_difference = till.as_ref().map_or(Euros::ZERO, |(till, counted)| *counted - books.euros(till));
    let till_missing = (-till_difference).max(Euros::ZERO);
    let till_over = till_difference.max(Euros::ZERO);
    made.euros(receivable.clone(), Obligation, bills_gone);
    if let Some((till, _)) = &till {
        made.euros(receivable.clone(), till.clone(), till_missing);
    }
    let owed = books.euros(&receivable) + bills_gone + till_missing;
    settle(made, &Obligation, &receivable, own_ref.clone(), bills_back, owed);
    if let Some((till, _)) = &till {
        settle(made, till, &receivable, own_ref, till_over, owed - bills_back.min(owed));
    }
}

fn reclassify(made: &mut Postings, act: &Reclassify) {
    if let (Account::Euros(debit), Account::Euros(credit)) = (&act.debit, &act.credit) {
        made.euros(debit.clone(), credit.clone(), act.amount);
    }
}
