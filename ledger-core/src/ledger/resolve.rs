//! Resolving: everything that has to be looked up for an operation, in one place. What is chosen here is recorded with
//! the entry, so that a replay looks nothing up.

use super::LedgerError;
use super::past::Past;
use crate::account::{Account, EuroAccount};
use crate::entry::{Choice, Entry, Posting};
use crate::field::{EntryName, Paid};
use crate::id::{BureauId, Reference};
use crate::money::Euros;
use crate::open_item::{OpenItem, Payable, Reconversion, Slip};
use crate::operation::{Act, Operation, Reverse, Swap};
use crate::rejection::Rejection;
use crate::resolved::{Ended, EndedKind, LineUse, Resolved};
use crate::rules::choose;
use crate::sequence::{RecordedAt, Sequence};
use crate::state::State;

/// What the reference says of an operation.
pub enum Resolution {
    /// It was recorded before, with the same fields: then, as this entry.
    Recorded(Sequence, RecordedAt),
    /// It is new; this was found and chosen for it.
    New(Resolved),
}

/// Looks up the reference first; a new operation gets its choices.
pub fn resolve(operation: &Operation, state: &State, past: &Past<'_>) -> Result<Resolution, LedgerError> {
    let namesakes = past.entries_naming(&operation.reference)?;
    if let Some(entry) = namesakes.iter().find(|entry| entry.operation.reference == operation.reference) {
        return match entry.operation.first_difference(operation) {
            None => Ok(Resolution::Recorded(entry.sequence, entry.recorded_at)),
            Some(field) => {
                let reference = operation.reference.clone();
                Err(Rejection::ReferenceConflict { reference, sequence: entry.sequence, field }.into())
            }
        };
    }
    if let Some(entry) = namesakes.first() {
        let name = operation.reference.clone();
        return Err(Rejection::ReferenceInUse { name, sequence: entry.sequence }.into());
    }
    let mut resolved = Resolved {
        taken: taken(operation, past)?,
        made_by_count: made_by_count(operation, state, past)?,
        same_line: same_line(operation, state, past)?,
        ended: ended(operation, state, past)?,
        ..Resolved::default()
    };
    if let Act::Reverse(act) = &operation.act {
        resolved.target = target(act, past)?.map(Box::new);
        if let Some(target) = &resolved.target {
            let (entry, restored) = (target.sequence, restored(target, state, past)?);
            resolved.choice = Choice::Reversal { entry, restored };
        }
    } else {
        resolved.choice = choose(operation, state);
    }
    Ok(Resolution::New(resolved))
}

/// Where the slip that the operation would open was named before.
fn taken(operation: &Operation, past: &Past<'_>) -> Result<Option<(Reference, Sequence)>, LedgerError> {
    let slip = match &operation.act {
        Act::Remit(act) => &act.slip,
        Act::Cover(act) => &act.slip,
        _ => return Ok(None),
    };
    let first = past.first_naming(slip, |_| true)?;
    Ok(first.map(|entry| (slip.clone(), entry.sequence)))
}

/// Whether a count made the payable that is to be paid out. A reconversion's is known to be none.
fn made_by_count(operation: &Operation, state: &State, past: &Past<'_>) -> Result<bool, LedgerError> {
    let Act::PayOut(act) = &operation.act else { return Ok(false) };
    if state.registers().payable(&act.payable).is_none_or(|payable| payable.reconversion.is_some()) {
        return Ok(false);
    }
    // A payable has the name of the operation that made it.
    let maker = past.entry_of(&act.payable)?;
    Ok(maker.is_some_and(|maker| matches!(maker.operation.act, Act::Count(_))))
}

/// What stands for the operation's line of the bank already.
fn same_line(operation: &Operation, state: &State, past: &Past<'_>) -> Result<Vec<LineUse>, LedgerError> {
    let Some(line) = &operation.bank_line else { return Ok(Vec::new()) };
    let standing = |entry: &Entry| state.registers().reversal_of(entry.sequence).is_none();
    let of = |entry: Entry| LineUse {
        sequence: entry.sequence,
        moved: entry.postings.bank_movement(),
        is_pay_out: matches!(entry.operation.act, Act::PayOut(_)),
    };
    Ok(past.entries_of_line(line)?.into_iter().filter(standing).map(of).collect())
}

/// How the first slip or payable that the operation consumes and that is not open any more has ended.
fn ended(operation: &Operation, state: &State, past: &Past<'_>) -> Result<Option<Ended>, LedgerError> {
    for account in consumed(&operation.act) {
        let (name, is_open) = match &account {
            EuroAccount::Transit(name) => (name, state.registers().slip(name).is_some()),
            EuroAccount::Payable(name) => (name, state.registers().payable(name).is_some()),
            _ => continue,
        };
        if is_open {
            continue;
        }
        let entries = past.entries_naming(name)?;
        let Some(last) = entries.iter().rev().find(|entry| touches(entry, &account)) else { return Ok(None) };
        let kind = match (&account, &last.operation.act) {
            (EuroAccount::Transit(_), Act::Deposit(_)) => EndedKind::SlipDeposited,
            (EuroAccount::Transit(_), _) => EndedKind::SlipClosed,
            _ => EndedKind::PayableSettled,
        };
        return Ok(Some(Ended { name: name.clone(), by: last.sequence, kind }));
    }
    Ok(None)
}

/// The slips and payables that an operation consumes, in the order in which the rules look at them.
fn consumed(act: &Act) -> Vec<EuroAccount> {
    match act {
        Act::Deposit(act) => act.all_slips().iter().cloned().map(EuroAccount::Transit).collect(),
        Act::PayOut(act) => vec![EuroAccount::Payable(act.payable.clone())],
        Act::Release(act) => vec![EuroAccount::Payable(act.payable.clone())],
        Act::Swap(Swap { paid: Paid::Credit(payable), .. }) => vec![EuroAccount::Payable(payable.clone())],
        Act::Reclassify(act) => {
            let sides = [&act.debit, &act.credit].into_iter();
            let euros = sides.filter_map(|account| match account {
                Account::Euros(account) => Some(account.clone()),
                Account::Bills(_) => None,
            });
            euros.collect()
        }
        _ => Vec::new(),
    }
}

fn touches(entry: &Entry, account: &EuroAccount) -> bool {
    let on_it = |posting: &Posting| match posting {
        Posting::Euros { debit, credit, .. } => debit == account || credit == account,
        Posting::Bills { .. } => false,
    };
    entry.postings.iter().any(on_it)
}

fn target(act: &Reverse, past: &Past<'_>) -> Result<Option<Entry>, LedgerError> {
    match &act.entry {
        EntryName::Sequence(sequence) => past.entry(*sequence),
        EntryName::Reference(reference) => past.entry_of(reference),
    }
}

/// The open items as they stand once the target is undone: those that come back, and pay-outs taken back from those
/// that are still there.
fn restored(
    target: &Entry,
    state: &State,
    past: &Past<'_>,
) -> Result<Vec<(Reference, OpenItem)>, LedgerError> {
    let mut restored: Vec<(Reference, OpenItem)> = Vec::new();
    for posting in &target.postings {
        let Posting::Euros { debit, credit, .. } = posting else { continue };
        if let EuroAccount::Transit(name) = credit
            && restored.iter().all(|(known, _)| known != name)
            && state.registers().slip(name).is_none()
            && let Some(slip) = slip_of(name, past)?
        {
            restored.push((name.clone(), OpenItem::Slip(slip)));
        }
        let EuroAccount::Payable(name) = debit else { continue };
        if restored.iter().any(|(known, _)| known == name) {
            continue;
        }
        let open = state.registers().payable(name).cloned();
        let was_open = open.is_some();
        let payable = match open {
            Some(payable) => Some(payable),
            None => payable_of(name, past)?,
        };
        let Some(mut payable) = payable else { continue };
        let taken_back = take_back(&mut payable, name, target);
        if taken_back || !was_open {
            restored.push((name.clone(), OpenItem::Payable(payable)));
        }
    }
    Ok(restored)
}

/// Takes a pay-out back from what a reconversion's payable has been paid; whether there was one.
fn take_back(payable: &mut Payable, name: &Reference, target: &Entry) -> bool {
    match (&mut payable.reconversion, &target.choice) {
        (Some(reconversion), Choice::Fee(fee)) => {
            reconversion.paid -= target.postings.net_debit(&EuroAccount::Payable(name.clone()));
            reconversion.fee_taken -= *fee;
            true
        }
        _ => false,
    }
}

/// A slip that is not open any more, from the entry that opened it. Its euros count from the oldest that lay in the till,
/// or else from its own day.
fn slip_of(name: &Reference, past: &Past<'_>) -> Result<Option<Slip>, LedgerError> {
    let transit = EuroAccount::Transit(name.clone());
    Ok(past.first_naming(name, |entry| touches(entry, &transit))?.map(|entry| Slip {
        bureau: entry.operation.bureau().cloned().unwrap_or_else(BureauId::office),
        opened_on: entry.operation.on,
        euros_since: if let Choice::EurosSince(date) = entry.choice { date } else { entry.operation.on },
    }))
}

/// A payable that is not open any more, from the entries that made it and paid it.
fn payable_of(name: &Reference, past: &Past<'_>) -> Result<Option<Payable>, LedgerError> {
    let account = EuroAccount::Payable(name.clone());
    let mut payable: Option<Payable> = None;
    for entry in past.entries_naming(name)?.iter().filter(|entry| touches(entry, &account)) {
        let Some(known) = &mut payable else {
            let reconversion = match entry.choice {
                Choice::Rate(rate) => Some(Reconversion { rate, paid: Euros::ZERO, fee_taken: Euros::ZERO }),
                _ => None,
            };
            payable = Some(Payable { opened_on: entry.operation.on, reconversion });
            continue;
        };
        match (&entry.choice, &mut known.reconversion) {
            (Choice::Fee(fee), Some(reconversion)) => {
                reconversion.paid += entry.postings.net_debit(&account);
                reconversion.fee_taken += *fee;
            }
            (Choice::Reversal { restored, .. }, _) => {
                let after = restored.iter().find(|(restored, _)| restored == name).map(|(_, item)| item);
                if let Some(OpenItem::Payable(after)) = after {
                    payable = Some(after.clone());
                }
            }
            _ => {}
        }
    }
    Ok(payable)
}
