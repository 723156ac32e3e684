//! Reports: what the treasurer reads. One value for each report; how it looks is for others to decide.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;

use crate::account::{BillAccount, EuroAccount};
use crate::accounting::Books;
use crate::date::Date;
use crate::field::Terms;
use crate::id::{BureauId, Reference};
use crate::journal::Root;
use crate::money::{Aigas, Euros};
use crate::state::{FundFigures, Shortfall, State, TakenBack};
use crate::text::Text;

/// Circulation beside the fund, where its euros are, and what each bureau holds.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// The association.
    pub association: Option<Text>,
    /// The currency.
    pub currency: Option<Text>,
    /// The day as of which the figures are; none for all entries.
    pub as_of: Option<Date>,
    /// How many entries made them.
    pub entries: u64,
    /// Ä in circulation.
    pub circulation: Aigas,
    /// Where the euros of the fund are.
    pub fund: FundFigures,
    /// The association's own money at the bank; negative: it owes the fund.
    pub own_bank: Euros,
    /// What the bank's statement should show: `fund:deposit + own:bank`.
    pub bank_balance: Euros,
    /// Ä printed and not destroyed.
    pub printed: Aigas,
    /// Ä in the vault.
    pub vault: Aigas,
    /// Ä consigned, by bureau.
    pub stock: BTreeMap<BureauId, Aigas>,
    /// Ä bought by prefunded bureaux, by bureau.
    pub float: BTreeMap<BureauId, Aigas>,
    /// How much of the circulation the bank holds: (deposit − payable + the negative part of own:bank) ÷ circulation,
    /// four decimals, truncated; none when nothing circulates.
    pub coverage: Option<String>,
    /// The oldest euro that is not at the bank yet.
    pub oldest_undeposited: Option<Undeposited>,
    /// Each bureau.
    pub bureaux: Vec<BureauStatus>,
    /// Each slip on its way to the bank, that with the oldest euro first.
    pub slips: Vec<SlipStatus>,
    /// What the fund owes, the oldest first.
    pub payables: Vec<PayableStatus>,
    /// What is owed to the fund, by bureau.
    pub receivables: BTreeMap<BureauId, Euros>,
    /// Days on which something would have been below nothing. In figures as of a day: what is below nothing in them, so that
    /// they cannot be.
    pub shortfalls: Vec<Shortfall>,
    /// The last day of the closed period.
    pub closed_through: Option<Date>,
    /// The last day of the statement that agreed with the ledger.
    pub attested_through: Option<Date>,
    /// Closings and attestations that were taken back.
    pub taken_back: Vec<TakenBack>,
    /// The Merkle root over all entries; none as of a date.
    pub root: Option<Root>,
}

/// A euro of the fund that is not at the bank.
#[derive(Clone, Debug, Serialize)]
pub struct Undeposited {
    /// The day it came.
    pub since: Date,
    /// How many days ago that was.
    pub days: i32,
    /// The account in which it is.
    pub account: EuroAccount,
}

/// A bureau and what it holds.
#[derive(Clone, Debug, Serialize)]
pub struct BureauStatus {
    /// Its identifier.
    pub bureau: BureauId,
    /// Its name.
    pub name: Text,
    /// Its local group.
    pub local_group: Text,
    /// Its terms.
    pub terms: Terms,
    /// When it closed, if it did.
    pub closed_on: Option<Date>,
    /// Its bills: consigned stock or own float.
    pub bills: Aigas,
    /// Euros of the fund in its till.
    pub till: Euros,
    /// The most that may be there; none for a prefunded bureau.
    pub till_ceiling: Option<Euros>,
    /// The day of the oldest euro in its till.
    pub till_since: Option<Date>,
    /// The days that its oldest euro is over the delay of its terms; none when it is not.
    pub days_overdue: Option<i32>,
    /// What it owes the fund.
    pub receivable: Euros,
}

/// A slip on its way to the bank.
#[derive(Clone, Debug, Serialize)]
pub struct SlipStatus {
    /// Its name.
    pub slip: Reference,
    /// The bureau that it comes from.
    pub bureau: BureauId,
    /// How much.
    pub amount: Euros,
    /// Its date.
    pub on: Date,
    /// The day of its oldest euro.
    pub euros_since: Date,
    /// How many days ago that was.
    pub days: i32,
}

/// What the fund owes under a reference.
#[derive(Clone, Debug, Serialize)]
pub struct PayableStatus {
    /// The reference.
    pub payable: Reference,
    /// How much.
    pub amount: Euros,
    /// Since when.
    pub on: Date,
}

impl Status {
    /// The status of a state. Ages are counted to `today`.
    pub fn of(state: &State, root: Option<Root>, as_of: Option<Date>, today: Date) -> Self {
        let own_bank = state.euros(&EuroAccount::OwnBank);
        let fund = state.fund();
        let founding = state.registers().founding();
        let bills = |account: &BillAccount| state.balances().bills(account).value();
        Self {
            association: founding.map(|founding| founding.association.clone()),
            currency: founding.map(|founding| founding.currency.clone()),
            as_of,
            entries: state.entries(),
            circulation: state.circulation(),
            fund,
            own_bank,
            bank_balance: state.bank_balance(),
            printed: bills(&BillAccount::Printed),
            vault: bills(&BillAccount::Vault),
            stock: held_by_bureau(state, false),
            float: held_by_bureau(state, true),
            coverage: coverage(state.circulation(), fund, own_bank),
            oldest_undeposited: oldest_undeposited(state, today),
            bureaux: bureaux(state, today),
            slips: slips(state, today),
            payables: payables(state),
            receivables: receivables(state),
            shortfalls: state.shortfalls_in(as_of),
            closed_through: state.registers().closed_through(),
            attested_through: state.registers().attested().map(|attested| attested.through),
            taken_back: state.registers().closings().taken_back().to_vec(),
            root,
        }
    }
}

fn coverage(circulation: Aigas, fund: FundFigures, own_bank: Euros) -> Option<String> {
    if circulation.is_zero() {
        return None;
    }
    let at_the_bank = fund.deposit - fund.payable + own_bank.min(Euros::ZERO);
    let ratio = Decimal::from(at_the_bank.cents()).checked_div(Decimal::from(circulation.cents()))?;
    Some(format!("{:.4}", ratio.round_dp_with_strategy(4, RoundingStrategy::ToZero)))
}

/// The bills of every bureau of one kind: those that are open, and any that hold some.
fn held_by_bureau(state: &State, prefunded: bool) -> BTreeMap<BureauId, Aigas> {
    let open = state
        .registers()
        .bureaux()
        .filter(|(_, bureau)| bureau.closed_on.is_none() && bureau.is_prefunded() == prefunded);
    let mut held: BTreeMap<BureauId, Aigas> = open.map(|(id, _)| (id.clone(), Aigas::ZERO)).collect();
    for (account, bills) in state.balances().all_bills() {
        match account {
            BillAccount::Float(bureau) if prefunded => held.insert(bureau.clone(), bills.value()),
            BillAccount::Stock(bureau) if !prefunded => held.insert(bureau.clone(), bills.value()),
            _ => None,
        };
    }
    held
}

fn bureaux(state: &State, today: Date) -> Vec<BureauStatus> {
    let status = |(id, bureau): (&BureauId, &crate::state::Bureau)| {
        let terms = *bureau.terms.on(today);
        // One of the two holds none, unless figures are as of a day between entries that came late.
        let held = [BillAccount::Stock(id.clone()), BillAccount::Float(id.clone())];
        let till_since = state.registers().oldest_in_till(id);
        let (till_ceiling, within) = match terms {
            Terms::Prefunded => (None, None),
            Terms::Consignment { till_ceiling, deposit_within_days } => {
                (Some(till_ceiling), i32::try_from(deposit_within_days).ok())
            }
        };
        let overdue = till_since.zip(within).map(|(since, within)| today.days_after(since) - within);
        BureauStatus {
            bureau: id.clone(),
            name: bureau.name.on(today).clone(),
            local_group: bureau.local_group.on(today).clone(),
            terms,
            closed_on: bureau.closed_on,
            bills: held.iter().map(|account| state.balances().bills(account).value()).sum(),
            till: state.euros(&EuroAccount::Till(id.clone())),
            till_ceiling,
            till_since,
            days_overdue: overdue.filter(|days| *days > 0),
            receivable: state.euros(&EuroAccount::Receivable(id.clone())),
        }
    };
    state.registers().bureaux().map(status).collect()
}

fn slips(state: &State, today: Date) -> Vec<SlipStatus> {
    let status = |(name, slip): (&Reference, &crate::open_item::Slip)| SlipStatus {
        slip: name.clone(),
        bureau: slip.bureau.clone(),
        amount: state.euros(&EuroAccount::Transit(name.clone())),
        on: slip.opened_on,
        euros_since: slip.euros_since,
        days: today.days_after(slip.euros_since),
    };
    let mut slips: Vec<SlipStatus> = state.registers().slips().map(status).collect();
    slips.sort_by(|a, b| (a.euros_since, a.on, &a.slip).cmp(&(b.euros_since, b.on, &b.slip)));
    slips
}

fn payables(state: &State) -> Vec<PayableStatus> {
    let status = |(name, payable): (&Reference, &crate::open_item::Payable)| PayableStatus {
        payable: name.clone(),
        amount: state.euros(&EuroAccount::Payable(name.clone())),
        on: payable.opened_on,
    };
    let mut payables: Vec<PayableStatus> = state.registers().payables().map(status).collect();
    payables.sort_by(|a, b| (a.on, &a.payable).cmp(&(b.on, &b.payable)));
    payables
}

fn receivables(state: &State) -> BTreeMap<BureauId, Euros> {
    let owed = |(account, amount): (&EuroAccount, Euros)| match account {
        EuroAccount::Receivable(bureau) => Some((bureau.clone(), amount)),
        _ => None,
    };
    state.balances().all_euros().filter_map(owed).collect()
}

fn oldest_undeposited(state: &State, today: Date) -> Option<Undeposited> {
    let in_tills = state
        .registers()
        .tills()
        .filter_map(|(bureau, lots)| lots.oldest().map(|since| (since, EuroAccount::Till(bureau.clone()))));
    let in_transit =
        state.registers().slips().map(|(name, slip)| (slip.euros_since, EuroAccount::Transit(name.clone())));
    let (since, account) = in_tills.chain(in_transit).min()?;
    Some(Undeposited { since, days: today.days_after(since), account })
}
