//! Standing: whether the period is open, whether what an operation names exists, and whether the member may. The dates of
//! what it names are looked at in [`dates`](super::dates).

use crate::account::{Account, BillAccount, EuroAccount};
use crate::accounting::Books;
use crate::bills::Bills;
use crate::date::Date;
use crate::entry::{Entry, Postings};
use crate::field::{MemberKind, Paid};
use crate::id::{BureauId, MemberId, Reference};
use crate::limits::{MEMBERSHIPS_FROM_NS, PERIODS_OVER_FROM_NS};
use crate::money::Euros;
use crate::open_item::{Payable, Slip};
use crate::operation::{Act, Deposit, Operation, Reclassify, Release, Reverse};
use crate::rejection::Rejection;
use crate::resolved::{EndedKind, Resolved};
use crate::sequence::{RecordedAt, Sequence};
use crate::state::{Bureau, Member, State};

/// The ledger is founded, and the day is not in a closed period.
///
/// The reversal of a closing opens its period again, so it may be dated in it: a period that was closed too far ahead would
/// leave no day for it.
pub fn period(operation: &Operation, resolved: &Resolved, state: &State) -> Result<(), Rejection> {
    let founding = matches!(operation.act, Act::Found(_));
    if state.registers().founding().is_none() && !founding {
        return Err(Rejection::NotFounded);
    }
    let closings = state.registers().closings();
    let closed_through = match resolved.target.as_deref() {
        Some(Entry { sequence, operation: Operation { act: Act::ClosePeriod(_), .. }, .. }) => {
            closings.closed_through_without(*sequence)
        }
        _ => closings.closed_through(),
    };
    match closed_through {
        Some(closed_through) if operation.on <= closed_through => {
            Err(Rejection::PeriodClosed { on: operation.on, closed_through })
        }
        _ => Ok(()),
    }
}

/// What the operation names exists and is of the right kind: denominations and new names first, then the bureau, the
/// member, slips, payables and entries.
pub fn existence(
    operation: &Operation,
    resolved: &Resolved,
    state: &State,
    recorded_at: RecordedAt,
) -> Result<(), Rejection> {
    let names = Names { state, resolved };
    if matches!(operation.act, Act::Found(_)) && state.registers().founding().is_some() {
        return Err(Rejection::AlreadyFounded);
    }
    operation.act.bills().try_for_each(|(_, bills)| names.denominations(bills))?;
    names.unused()?;
    match &operation.act {
        Act::Found(_)
        | Act::SetFee(_)
        | Act::PrintBills(_)
        | Act::BankInterest(_)
        | Act::BankCharge(_)
        | Act::TopUp(_)
        | Act::WithdrawSurplus(_) => Ok(()),
        Act::AttestStatement(act) => over(act.through, recorded_at),
        Act::OpenBureau(act) => match state.registers().bureau(&act.bureau) {
            Some(_) => Err(Rejection::BureauExists { bureau: act.bureau.clone() }),
            None => Ok(()),
        },
        Act::AmendBureau(act) => names.open_bureau(&act.bureau).map(drop),
        Act::CloseBureau(act) => names.open_bureau(&act.bureau).map(drop),
        Act::EnrolMember(act) => match state.registers().member(&act.member) {
            Some(_) => Err(Rejection::MemberExists { member: act.member.clone() }),
            None => Ok(()),
        },
        Act::AmendMember(act) => names.member(&act.member).map(drop),
        Act::RenewMember(act) => names.member(&act.member).map(drop),
        Act::DestroyBills(act) => names.consigned_if_any(act.bureau.as_ref()),
        Act::Supply(act) => names.open_bureau(&act.bureau).map(drop),
        Act::ReturnBills(act) => names.open_bureau(&act.bureau).map(drop),
        Act::Issue(act) => names.member_if_any(act.member.as_ref()),
        Act::Swap(act) => {
            names.open_bureau(&act.bureau)?;
            if let Paid::Credit(_) = &act.paid {
                names.consigned(&act.bureau)?;
            }
            names.member_if_any(act.member.as_ref())?;
            let Paid::Credit(payable) = &act.paid else { return Ok(()) };
            names.credit(payable)
        }
        Act::Exchange(act) => names.consigned_if_any(act.bureau.as_ref()),
        Act::Remit(act) => names.consigned(&act.bureau),
        Act::Deposit(act) => names.deposit(act),
        Act::Reconvert(act) => {
            names.consigned_if_any(act.bureau.as_ref())?;
            names.member(&act.member).map(drop)
        }
        Act::PayOut(act) => {
            names.consigned_if_any(act.from_till.as_ref())?;
            names.payable(&act.payable)?;
            if resolved.made_by_count {
                return Err(Rejection::CountNotPaidOut { payable: act.payable.clone() });
            }
            Ok(())
        }
        Act::Release(act) => names.release(act, operation.on),
        Act::Count(act) => {
            if let Some(bureau) = &act.bureau {
                let prefunded = names.open_bureau(bureau)?.is_prefunded();
                if prefunded && act.till.is_some() {
                    return Err(names.wrong_terms(bureau, CONSIGNMENT));
                }
            }
            Ok(())
        }
        Act::Cover(act) => names.owing_bureau(&act.bureau),
        Act::WriteOff(act) => names.owing_bureau(&act.bureau),
        Act::Reclassify(act) => names.reclassify(act),
        Act::Reverse(act) => names.reverse(act),
        Act::ClosePeriod(act) => match state.registers().closed_through() {
            Some(closed_through) if act.through <= closed_through => {
                Err(Rejection::PeriodNotIncreasing { through: act.through, closed_through })
            }
            _ => over(act.through, recorded_at),
        },
    }
}

/// A named member is an accepter where one is needed, and valid on the day (inclusive).
pub fn member(operation: &Operation, state: &State) -> Result<(), Rejection> {
    let on = operation.on;
    let (Act::Issue(_) | Act::Swap(_) | Act::Reconvert(_)) = &operation.act else { return Ok(()) };
    let Some(id) = operation.member() else { return Ok(()) };
    let Some(member) = state.registers().member(id) else { return Ok(()) };
    if matches!(operation.act, Act::Reconvert(_)) && *member.kind.on(on) != MemberKind::Accepter {
        return Err(Rejection::NotAnAccepter { member: id.clone() });
    }
    let valid_until = *member.valid_until.on(on);
    if valid_until < on {
        return Err(Rejection::MembershipExpired { member: id.clone(), valid_until, on });
    }
    Ok(())
}

/// A membership lasts a day at least, and a renewal does not shorten it: what was paid for is not taken back by a slip of the
/// pen. An amendment may, for that is what it says.
pub fn membership(operation: &Operation, state: &State, recorded_at: RecordedAt) -> Result<(), Rejection> {
    if recorded_at.ns() < MEMBERSHIPS_FROM_NS {
        return Ok(());
    }
    let on = operation.on;
    let (id, valid_until) = match &operation.act {
        Act::EnrolMember(act) => (&act.member, Some(act.valid_until)),
        Act::AmendMember(act) => (&act.member, act.valid_until),
        Act::RenewMember(act) => (&act.member, Some(act.valid_until)),
        _ => return Ok(()),
    };
    let Some(valid_until) = valid_until else { return Ok(()) };
    let known = state.registers().member(id);
    let since = known.map_or(on, |member| member.enrolled_on);
    if valid_until < since {
        return Err(Rejection::MembershipEndsBefore { member: id.clone(), valid_until, since });
    }
    let current = known.map(|member| *member.valid_until.on(on)).filter(|current| valid_until < *current);
    match (&operation.act, current) {
        (Act::RenewMember(_), Some(current)) => {
            Err(Rejection::RenewalShortens { member: id.clone(), valid_until, current })
        }
        _ => Ok(()),
    }
}

/// A period is closed, or a statement attested, when its last day is over (UTC) by the time of recording. Entries recorded
/// before the rule was in force are judged as they were then.
fn over(through: Date, recorded_at: RecordedAt) -> Result<(), Rejection> {
    match recorded_at.date() {
        Some(recorded_on) if recorded_at.ns() >= PERIODS_OVER_FROM_NS && through >= recorded_on => {
            Err(Rejection::PeriodNotOver { through, recorded_on })
        }
        _ => Ok(()),
    }
}

/// How long an accepter can claim the euros of a reconversion: the general prescription of the Code civil (2224).
const CLAIM_YEARS: i16 = 5;
/// How many times the slips the euros over can be: a digit too many is what happens.
const OVER_TIMES_MAX: i64 = 10;
const CONSIGNMENT: &str = "a bureau on consignment";

/// The names that an operation uses, held against the state and what was looked up.
struct Names<'a> {
    state: &'a State,
    resolved: &'a Resolved,
}

impl<'a> Names<'a> {
    fn open_bureau(&self, id: &BureauId) -> Result<&'a Bureau, Rejection> {
        let bureau = self.state.registers().known_bureau(id)?;
        if bureau.closed_on.is_some() {
            Err(Rejection::BureauClosed { bureau: id.clone() })
        } else {
            Ok(bureau)
        }
    }

    fn consigned(&self, id: &BureauId) -> Result<(), Rejection> {
        let prefunded = self.open_bureau(id)?.is_prefunded();
        if prefunded { Err(self.wrong_terms(id, CONSIGNMENT)) } else { Ok(()) }
    }

    fn prefunded(&self, id: &BureauId) -> Result<(), Rejection> {
        let prefunded = self.open_bureau(id)?.is_prefunded();
        if prefunded { Ok(()) } else { Err(self.wrong_terms(id, "a prefunded bureau")) }
    }

    fn consigned_if_any(&self, id: Option<&BureauId>) -> Result<(), Rejection> {
        id.map_or(Ok(()), |id| self.consigned(id))
    }

    /// A bureau that may owe the fund: any, open or closed, and the office.
    fn owing_bureau(&self, id: &BureauId) -> Result<(), Rejection> {
        if id.is_office() { Ok(()) } else { self.state.registers().known_bureau(id).map(drop) }
    }

    fn wrong_terms(&self, bureau: &BureauId, expected: &'static str) -> Rejection {
        debug_assert!(self.state.registers().bureau(bureau).is_some());
        Rejection::WrongTerms { bureau: bureau.clone(), expected }
    }

    fn member(&self, id: &MemberId) -> Result<&'a Member, Rejection> {
        self.state.registers().known_member(id)
    }

    fn member_if_any(&self, id: Option<&MemberId>) -> Result<(), Rejection> {
        id.map_or(Ok(()), |id| self.member(id).map(drop))
    }

    fn denominations(&self, bills: &Bills) -> Result<(), Rejection> {
        let founding = self.state.registers().founding().ok_or(Rejection::NotFounded)?;
        let unknown = bills.iter().find(|(denomination, _)| !founding.denominations.contains(*denomination));
        unknown.map_or(Ok(()), |(denomination, _)| Err(Rejection::UnknownDenomination { denomination }))
    }

    /// The new name of the operation was used by no entry before.
    fn unused(&self) -> Result<(), Rejection> {
        match &self.resolved.taken {
            Some((name, sequence)) => {
                Err(Rejection::ReferenceInUse { name: name.clone(), sequence: *sequence })
            }
            None => Ok(()),
        }
    }

    fn slip(&self, name: &Reference) -> Result<&'a Slip, Rejection> {
        if let Some(slip) = self.state.registers().slip(name) {
            return Ok(slip);
        }
        let slip = name.clone();
        Err(match self.ended(name) {
            Some((EndedKind::SlipDeposited, sequence)) => Rejection::AlreadyDeposited { slip, sequence },
            Some((EndedKind::SlipClosed, sequence)) => Rejection::SlipClosed { slip, sequence },
            _ => Rejection::UnknownSlip { slip },
        })
    }

    fn payable(&self, name: &Reference) -> Result<&'a Payable, Rejection> {
        if let Some(payable) = self.state.registers().payable(name) {
            return Ok(payable);
        }
        let payable = name.clone();
        Err(match self.ended(name) {
            Some((EndedKind::PayableSettled, sequence)) => Rejection::PayableSettled { payable, sequence },
            _ => Rejection::UnknownPayable { payable },
        })
    }

    fn ended(&self, name: &Reference) -> Option<(EndedKind, Sequence)> {
        let found = self.resolved.ended.as_ref().filter(|ended| ended.name == *name);
        found.map(|ended| (ended.kind, ended.by))
    }

    /// A payable that pays for something else than itself: a swap, or what is owed to the fund. An accepter's does not; it would
    /// go by without its fee, and without the accepter.
    fn credit(&self, name: &Reference) -> Result<(), Rejection> {
        match self.payable(name)?.reconversion {
            Some(_) => Err(Rejection::CreditNotAllowed { payable: name.clone() }),
            None => Ok(()),
        }
    }

    /// What an accepter is owed can be claimed for five years; before, nobody can say that it never was.
    fn release(&self, act: &Release, on: Date) -> Result<(), Rejection> {
        let payable = self.payable(&act.payable)?;
        if payable.reconversion.is_none() {
            return Ok(());
        }
        let from = payable.opened_on.years_later(CLAIM_YEARS);
        if on >= from {
            Ok(())
        } else {
            Err(Rejection::ReleasedTooEarly { payable: act.payable.clone(), on, from })
        }
    }

    fn deposit(&self, act: &Deposit) -> Result<(), Rejection> {
        let named = act.all_slips();
        let slips = named.iter().map(|name| self.slip(name)).collect::<Result<Vec<_>, _>>()?;
        if let [first, others @ ..] = slips.as_slice()
            && (act.short.is_some() || act.over.is_some())
            && let Some(other) = others.iter().find(|slip| slip.bureau != first.bureau)
        {
            let (first, other) = (first.bureau.clone(), other.bureau.clone());
            return Err(Rejection::SlipsOfSeveralBureaux { first, other });
        }
        let transit = |name: &Reference| self.state.euros(&EuroAccount::Transit(name.clone()));
        let expected: Euros = named.iter().map(transit).sum();
        let part = Option::<Euros>::unwrap_or_default;
        let actual = act.amount + part(act.short) + part(act.charge) - part(act.over);
        if expected != actual {
            return Err(Rejection::AmountMismatch { expected, actual });
        }
        let (charge, half) = (part(act.charge), Euros::from_cents(expected.cents() / 2));
        if charge > half {
            return Err(Rejection::ChargeTooLarge { charge, most: half });
        }
        let (over, most) =
            (part(act.over), Euros::from_cents(expected.cents().saturating_mul(OVER_TIMES_MAX)));
        if over > most {
            return Err(Rejection::OverTooLarge { over, most });
        }
        Ok(())
    }

    fn reclassify(&self, act: &Reclassify) -> Result<(), Rejection> {
        let (Account::Euros(debit), Account::Euros(credit)) = (&act.debit, &act.credit) else {
            return Ok(());
        };
        for account in [debit, credit] {
            if let EuroAccount::Receivable(bureau) = account {
                self.owing_bureau(bureau)?;
            }
        }
        if let EuroAccount::Payable(name) = debit {
            self.credit(name)?;
        }
        if let EuroAccount::Transit(name) = credit {
            let slip = self.slip(name)?;
            if let EuroAccount::Receivable(bureau) = debit
                && *bureau != slip.bureau
            {
                let (bureau, expected) = (bureau.clone(), slip.bureau.clone());
                return Err(Rejection::WrongBureau { slip: name.clone(), bureau, expected });
            }
        }
        Ok(())
    }

    fn reverse(&self, act: &Reverse) -> Result<(), Rejection> {
        let entry = || act.entry.clone();
        let target =
            self.resolved.target.as_ref().ok_or_else(|| Rejection::UnknownEntry { entry: entry() })?;
        if matches!(target.operation.act, Act::Reverse(_)) {
            return Err(Rejection::ReversalOfReversal { entry: entry() });
        }
        let says = matches!(target.operation.act, Act::AttestStatement(_) | Act::ClosePeriod(_));
        if target.postings.is_empty() && !says {
            return Err(Rejection::NothingToReverse { entry: entry() });
        }
        if let Some(by) = self.state.registers().reversal_of(target.sequence) {
            return Err(Rejection::AlreadyReversed { entry: entry(), by });
        }
        if let Act::ClosePeriod(_) = &target.operation.act
            && let Some(last) = self.state.registers().closings().last_closing()
            && last.sequence != target.sequence
        {
            return Err(Rejection::NotTheLastClosing { entry: entry(), last: last.sequence });
        }
        self.bureaux_can_take_back(&target.postings)
    }

    /// What an undone entry took from or gave to a bureau goes back there: it must be open, and on the same terms still.
    /// Slips and receivables may be of a closed bureau; what it owes survives it.
    fn bureaux_can_take_back(&self, undone: &Postings) -> Result<(), Rejection> {
        for posting in undone {
            for account in [posting.debit(), posting.credit()] {
                match account {
                    Account::Bills(BillAccount::Stock(bureau))
                    | Account::Euros(EuroAccount::Till(bureau)) => {
                        self.consigned(&bureau)?;
                    }
                    Account::Bills(BillAccount::Float(bureau)) => self.prefunded(&bureau)?,
                    _ => {}
                }
            }
        }
        Ok(())
    }
}
