//! Registers: what the ledger knows beside balances. Who may do what, what is open, what is closed.

use std::collections::BTreeMap;
use std::hash::Hash;

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::balances::Balances;
use super::canonical::sorted;
use super::closings::{Attestation, Closings};
use super::dated::Dated;
use super::lots::{LotChanges, Lots};
use crate::account::EuroAccount;
use crate::date::Date;
use crate::entry::{Choice, Entry, Posting};
use crate::field::{Denominations, Fund, MemberKind, Terms};
use crate::id::{BureauId, MemberId, Reference};
use crate::money::{Euros, Rate};
use crate::open_item::{OpenItem, Payable, Reconversion, Slip};
use crate::operation::Act;
use crate::rejection::Rejection;
use crate::sequence::Sequence;
use crate::text::Text;

/// What the ledger was founded on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Founding {
    /// The currency's name.
    pub currency: Text,
    /// Its symbol.
    pub symbol: Text,
    /// Its code in exports.
    pub code: Text,
    /// The bills that exist.
    pub denominations: Denominations,
    /// The association.
    pub association: Text,
    /// The account of the guarantee fund.
    pub fund: Fund,
    /// The day of the founding; nothing is dated before it.
    pub founded_on: Date,
}

/// A bureau. What can be amended is in force from the amendment's day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bureau {
    /// Its name on the street.
    pub name: Dated<Text>,
    /// The local group that looks after it.
    pub local_group: Dated<Text>,
    /// Its terms.
    pub terms: Dated<Terms>,
    /// When it opened.
    pub opened_on: Date,
    /// Since when it is of the kind that it is, on consignment or prefunded; nothing of it is dated before.
    pub of_its_kind_since: Date,
    /// When it closed, if it did.
    pub closed_on: Option<Date>,
}

impl Bureau {
    /// Whether it buys its bills.
    pub fn is_prefunded(&self) -> bool {
        self.terms.latest().is_prefunded()
    }
}

/// A member. What can be amended is in force from the amendment's day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The day of the enrolment; nothing of the member is dated before it.
    pub enrolled_on: Date,
    /// Individual or accepter.
    pub kind: Dated<MemberKind>,
    /// The local group.
    pub local_group: Dated<Text>,
    /// The last day of membership (inclusive).
    pub valid_until: Dated<Date>,
}

/// Bureaux, members, open items, fees and closings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registers {
    founding: Option<Founding>,
    fees: BTreeMap<Date, Rate>,
    #[serde(serialize_with = "sorted")]
    bureaux: HashMap<BureauId, Bureau>,
    #[serde(serialize_with = "sorted")]
    members: HashMap<MemberId, Member>,
    #[serde(serialize_with = "sorted")]
    slips: HashMap<Reference, Slip>,
    #[serde(serialize_with = "sorted")]
    payables: HashMap<Reference, Payable>,
    /// The latest day on which a reversal gave euros back to an open slip or payable, for those to which one did.
    #[serde(serialize_with = "sorted")]
    given_back_on: HashMap<Reference, Date>,
    #[serde(serialize_with = "sorted")]
    tills: HashMap<BureauId, Lots>,
    #[serde(serialize_with = "sorted")]
    reversed: HashMap<Sequence, Sequence>,
    closings: Closings,
}

/// One change of a register: what stood there before.
#[derive(Debug)]
pub enum RegisterChange {
    Founding(Option<Box<Founding>>),
    Fee(Date, Option<Rate>),
    Bureau(BureauId, Option<Box<Bureau>>),
    Member(MemberId, Option<Box<Member>>),
    Slip(Reference, Option<Slip>),
    Payable(Reference, Option<Payable>),
    GivenBack(Reference, Option<Date>),
    Till(BureauId, LotChanges),
    Reversed(Sequence),
    Closings(Box<Closings>),
}

/// Where the changes are noted that an entry makes.
pub(super) trait Changes {
    /// Notes what stood there before a change.
    fn note(&mut self, change: impl FnOnce() -> RegisterChange);
}

/// Changes that can be unwound, in the order in which they were made.
pub(super) type ToUnwind = SmallVec<[RegisterChange; 1]>;

impl Changes for ToUnwind {
    fn note(&mut self, change: impl FnOnce() -> RegisterChange) {
        self.push(change());
    }
}

/// Changes that are for good.
pub(super) struct ForGood;

impl Changes for ForGood {
    fn note(&mut self, _: impl FnOnce() -> RegisterChange) {}
}

impl Registers {
    /// What the ledger was founded on; none in an empty ledger.
    pub fn founding(&self) -> Option<&Founding> {
        self.founding.as_ref()
    }

    /// How many bureaux, members, open items and reversals there are.
    pub fn weight(&self) -> usize {
        let Self { fees, bureaux, members, slips, payables, given_back_on, tills, reversed, .. } = self;
        let open = slips.len() + payables.len() + given_back_on.len() + tills.len();
        fees.len() + bureaux.len() + members.len() + open + reversed.len()
    }

    /// The rate of the reconversion fee in force on a day: the one set on the latest day up to it; none before the
    /// founding, which sets the first.
    pub fn rate_on(&self, on: Date) -> Option<Rate> {
        self.fees.range(..=on).next_back().map(|(_, rate)| *rate)
    }

    /// A bureau, open or closed.
    pub fn bureau(&self, bureau: &BureauId) -> Option<&Bureau> {
        self.bureaux.get(bureau)
    }

    /// A bureau that must be one, open or closed.
    pub fn known_bureau(&self, bureau: &BureauId) -> Result<&Bureau, Rejection> {
        self.bureau(bureau).ok_or_else(|| Rejection::UnknownBureau { bureau: bureau.clone() })
    }

    /// All bureaux, by identifier.
    pub fn bureaux(&self) -> impl ExactSizeIterator<Item = (&BureauId, &Bureau)> {
        let mut bureaux: Vec<_> = self.bureaux.iter().collect();
        bureaux.sort_unstable_by_key(|(bureau, _)| *bureau);
        bureaux.into_iter()
    }

    /// A member.
    pub fn member(&self, member: &MemberId) -> Option<&Member> {
        self.members.get(member)
    }

    /// A member that must be one.
    pub fn known_member(&self, member: &MemberId) -> Result<&Member, Rejection> {
        self.member(member).ok_or_else(|| Rejection::UnknownMember { member: member.clone() })
    }

    /// All members, in no particular order.
    pub fn members(&self) -> impl ExactSizeIterator<Item = (&MemberId, &Member)> {
        self.members.iter()
    }

    /// An open slip.
    pub fn slip(&self, slip: &Reference) -> Option<&Slip> {
        self.slips.get(slip)
    }

    /// All open slips, in no particular order.
    pub fn slips(&self) -> impl ExactSizeIterator<Item = (&Reference, &Slip)> {
        self.slips.iter()
    }

    /// An open payable.
    pub fn payable(&self, payable: &Reference) -> Option<&Payable> {
        self.payables.get(payable)
    }

    /// All open payables, in no particular order.
    pub fn payables(&self) -> impl ExactSizeIterator<Item = (&Reference, &Payable)> {
        self.payables.iter()
    }

    /// The first day on which euros can be taken from an open slip: that of the latest entry that gave to it.
    pub fn slip_since(&self, name: &Reference) -> Option<Date> {
        let slip = self.slips.get(name)?;
        Some(slip.opened_on).max(self.given_back_on.get(name).copied())
    }

    /// The first day on which euros can be taken from an open payable: that of the latest entry that gave to it.
    pub fn payable_since(&self, name: &Reference) -> Option<Date> {
        let payable = self.payables.get(name)?;
        Some(payable.opened_on).max(self.given_back_on.get(name).copied())
    }

    /// The lots of every till that is not empty, in no particular order.
    pub fn tills(&self) -> impl ExactSizeIterator<Item = (&BureauId, &Lots)> {
        self.tills.iter()
    }

    /// The date of the oldest euro in a till.
    pub fn oldest_in_till(&self, bureau: &BureauId) -> Option<Date> {
        self.tills.get(bureau).and_then(Lots::oldest)
    }

    /// The reversal of an entry, if it was reversed.
    pub fn reversal_of(&self, entry: Sequence) -> Option<Sequence> {
        self.reversed.get(&entry).copied()
    }

    /// What is closed, attested, and taken back.
    pub fn closings(&self) -> &Closings {
        &self.closings
    }

    /// The last day of the closed period (inclusive).
    pub fn closed_through(&self) -> Option<Date> {
        self.closings.closed_through()
    }

    /// The statement attested through the latest day.
    pub fn attested(&self) -> Option<&Attestation> {
        self.closings.attested()
    }

    /// Notes what the act itself says. In figures as of a date an amendment may come without what it amends; it is
    /// passed over then.
    pub(super) fn note_act(&mut self, entry: &Entry, changes: &mut impl Changes) {
        let on = entry.operation.on;
        match &entry.operation.act {
            Act::Found(act) => {
                let founding = Founding {
                    currency: act.currency.clone(),
                    symbol: act.symbol.clone(),
                    code: act.code.clone(),
                    denominations: act.denominations.clone(),
                    association: act.association.clone(),
                    fund: act.fund.clone(),
                    founded_on: on,
                };
                let before = self.founding.replace(founding);
                changes.note(|| RegisterChange::Founding(before.map(Box::new)));
                self.set_fee(on, act.reconversion_fee, changes);
            }
            Act::SetFee(act) => self.set_fee(on, act.reconversion_fee, changes),
            Act::OpenBureau(act) => {
                let bureau = Bureau {
                    name: Dated::from(on, act.name.clone()),
                    local_group: Dated::from(on, act.local_group.clone()),
                    terms: Dated::from(on, act.terms.unwrap_or(Terms::STRICT)),
                    opened_on: on,
                    of_its_kind_since: on,
                    closed_on: None,
                };
                let before = self.bureaux.insert(act.bureau.clone(), bureau);
                changes.note(|| RegisterChange::Bureau(act.bureau.clone(), before.map(Box::new)));
            }
            Act::AmendBureau(act) => self.change_bureau(&act.bureau, changes, |bureau| {
                amend(&mut bureau.name, on, act.name.as_ref());
                amend(&mut bureau.local_group, on, act.local_group.as_ref());
                match act.terms {
                    Some(terms) if terms.is_prefunded() != bureau.is_prefunded() => {
                        bureau.terms.replace(on, terms);
                        bureau.of_its_kind_since = on;
                    }
                    terms => amend(&mut bureau.terms, on, terms.as_ref()),
                }
            }),
            Act::CloseBureau(act) => {
                self.change_bureau(&act.bureau, changes, |bureau| bureau.closed_on = Some(on));
            }
            Act::EnrolMember(act) => {
                let member = Member {
                    enrolled_on: on,
                    kind: Dated::from(on, act.kind),
                    local_group: Dated::from(on, act.local_group.clone()),
                    valid_until: Dated::from(on, act.valid_until),
                };
                let before = self.members.insert(act.member.clone(), member);
                changes.note(|| RegisterChange::Member(act.member.clone(), before.map(Box::new)));
            }
            Act::AmendMember(act) => self.change_member(&act.member, changes, |member| {
                amend(&mut member.kind, on, act.kind.as_ref());
                amend(&mut member.local_group, on, act.local_group.as_ref());
                amend(&mut member.valid_until, on, act.valid_until.as_ref());
            }),
            Act::RenewMember(act) => self.change_member(&act.member, changes, |member| {
                member.valid_until.set(on, act.valid_until);
            }),
            Act::PayOut(act) => self.note_pay_out(&act.payable, entry, changes),
            Act::Reverse(_) => self.note_reversal(entry, changes),
            Act::AttestStatement(_) | Act::ClosePeriod(_) => {
                changes.note(|| RegisterChange::Closings(Box::new(self.closings.clone())));
                self.closings.note(entry);
            }
            _ => {}
        }
    }

    /// Notes what a posting opens and how old its euros are.
    pub(super) fn note_posting(&mut self, entry: &Entry, posting: &Posting, changes: &mut impl Changes) {
        let Posting::Euros { debit, credit, amount } = posting else { return };
        let on = entry.operation.on;
        let mut since = on;
        if let EuroAccount::Till(bureau) = credit {
            let taken = self.in_till(bureau, |lots| lots.take(on, *amount));
            since = taken.first().map_or(on, |&(date, _)| date);
            changes.note(|| RegisterChange::Till(bureau.clone(), taken));
        }
        if let EuroAccount::Till(bureau) = debit {
            // Euros that come back from a slip are as old as they were.
            let returned = if let EuroAccount::Transit(slip) = credit { self.slips.get(slip) } else { None };
            let since = returned.map_or(on, |slip| slip.euros_since);
            let put = self.in_till(bureau, |lots| lots.put(since, *amount));
            changes.note(|| RegisterChange::Till(bureau.clone(), put));
        }
        if let EuroAccount::Transit(name) = debit
            && !self.slips.contains_key(name)
        {
            let bureau = entry.operation.bureau().cloned().unwrap_or_else(BureauId::office);
            self.set_slip(name, Some(Slip { bureau, opened_on: on, euros_since: since }), changes);
        }
        if let EuroAccount::Payable(name) = credit
            && !self.payables.contains_key(name)
        {
            let reconversion = match entry.choice {
                Choice::Rate(rate) => Some(Reconversion { rate, paid: Euros::ZERO, fee_taken: Euros::ZERO }),
                _ => None,
            };
            self.set_payable(name, Some(Payable { opened_on: on, reconversion }), changes);
        }
    }

    /// Forgets the open items that the entry brought to nothing.
    pub(super) fn close_empty(&mut self, entry: &Entry, balances: &Balances, changes: &mut impl Changes) {
        for posting in &entry.postings {
            let Posting::Euros { debit, credit, .. } = posting else { continue };
            for account in [debit, credit] {
                match account {
                    EuroAccount::Transit(name) if balances.euros(account).is_zero() => {
                        self.set_slip(name, None, changes);
                        self.forget_given_back(name, changes);
                    }
                    EuroAccount::Payable(name) if balances.euros(account).is_zero() => {
                        self.set_payable(name, None, changes);
                        self.forget_given_back(name, changes);
                    }
                    _ => {}
                }
            }
        }
    }

    /// What the reconversion that an entry pays has been paid with it, or the fee taken with that, whichever is more.
    pub(super) fn paid_with(&self, entry: &Entry) -> Euros {
        let Act::PayOut(act) = &entry.operation.act else { return Euros::ZERO };
        let reconversion = self.payables.get(&act.payable).and_then(|payable| payable.reconversion.as_ref());
        reconversion.map_or(Euros::ZERO, |paid| paid.paid.max(paid.fee_taken))
    }

    /// Puts back what stood there before a change.
    pub(super) fn restore(&mut self, change: RegisterChange) {
        match change {
            RegisterChange::Founding(before) => self.founding = before.map(|founding| *founding),
            RegisterChange::Fee(on, before) => {
                self.fees.remove(&on);
                self.fees.extend(before.map(|rate| (on, rate)));
            }
            RegisterChange::Bureau(id, before) => {
                put_back(before.map(|bureau| *bureau), id, &mut self.bureaux);
            }
            RegisterChange::Member(id, before) => {
                put_back(before.map(|member| *member), id, &mut self.members);
            }
            RegisterChange::Slip(name, before) => put_back(before, name, &mut self.slips),
            RegisterChange::Payable(name, before) => put_back(before, name, &mut self.payables),
            RegisterChange::GivenBack(name, before) => put_back(before, name, &mut self.given_back_on),
            RegisterChange::Till(bureau, changes) => {
                self.in_till(&bureau, |lots| lots.unwind(&changes));
            }
            RegisterChange::Reversed(entry) => {
                self.reversed.remove(&entry);
            }
            RegisterChange::Closings(before) => self.closings = *before,
        }
    }

    fn note_pay_out(&mut self, name: &Reference, entry: &Entry, changes: &mut impl Changes) {
        let Some(mut payable) = self.payables.get(name).cloned() else { return };
        if let (Some(reconversion), Choice::Fee(fee)) = (&mut payable.reconversion, &entry.choice) {
            reconversion.paid += entry.postings.net_debit(&EuroAccount::Payable(name.clone()));
            reconversion.fee_taken += *fee;
            self.set_payable(name, Some(payable), changes);
        }
    }

    fn note_reversal(&mut self, reversal: &Entry, changes: &mut impl Changes) {
        let Choice::Reversal { entry, restored } = &reversal.choice else { return };
        self.reversed.insert(*entry, reversal.sequence);
        changes.note(|| RegisterChange::Reversed(*entry));
        if let Act::Reverse(act) = &reversal.operation.act
            && let Some(what) = self.closings.of(*entry)
        {
            changes.note(|| RegisterChange::Closings(Box::new(self.closings.clone())));
            self.closings.take_back(*entry, what, reversal.sequence, &act.reason);
        }
        for posting in &reversal.postings {
            let Posting::Euros { debit, credit, .. } = posting else { continue };
            if let EuroAccount::Transit(name) = debit {
                self.give_back(name, reversal.operation.on, changes);
            }
            if let EuroAccount::Payable(name) = credit {
                self.give_back(name, reversal.operation.on, changes);
            }
        }
        for (name, item) in restored {
            match item {
                OpenItem::Slip(slip) => self.set_slip(name, Some(slip.clone()), changes),
                OpenItem::Payable(payable) => self.set_payable(name, Some(payable.clone()), changes),
            }
        }
    }

    fn give_back(&mut self, name: &Reference, on: Date, changes: &mut impl Changes) {
        let before = self.given_back_on.get(name).copied();
        if before < Some(on) {
            self.given_back_on.insert(name.clone(), on);
            changes.note(|| RegisterChange::GivenBack(name.clone(), before));
        }
    }

    fn forget_given_back(&mut self, name: &Reference, changes: &mut impl Changes) {
        if let Some(before) = self.given_back_on.remove(name) {
            changes.note(|| RegisterChange::GivenBack(name.clone(), Some(before)));
        }
    }

    fn set_fee(&mut self, on: Date, rate: Rate, changes: &mut impl Changes) {
        let before = self.fees.insert(on, rate);
        changes.note(|| RegisterChange::Fee(on, before));
    }

    /// Changes what lies in a till; one that is empty is not kept.
    fn in_till<T>(&mut self, bureau: &BureauId, change: impl FnOnce(&mut Lots) -> T) -> T {
        let lots = match self.tills.get_mut(bureau) {
            Some(lots) => lots,
            None => self.tills.entry(bureau.clone()).or_default(),
        };
        let changed = change(lots);
        if lots.is_empty() {
            self.tills.remove(bureau);
        }
        changed
    }

    fn change_bureau(&mut self, id: &BureauId, changes: &mut impl Changes, change: impl FnOnce(&mut Bureau)) {
        if let Some(bureau) = self.bureaux.get_mut(id) {
            changes.note(|| RegisterChange::Bureau(id.clone(), Some(Box::new(bureau.clone()))));
            change(bureau);
        }
    }

    fn change_member(&mut self, id: &MemberId, changes: &mut impl Changes, change: impl FnOnce(&mut Member)) {
        if let Some(member) = self.members.get_mut(id) {
            changes.note(|| RegisterChange::Member(id.clone(), Some(Box::new(member.clone()))));
            change(member);
        }
    }

    fn set_slip(&mut self, name: &Reference, slip: Option<Slip>, changes: &mut impl Changes) {
        let before = match slip {
            Some(slip) => self.slips.insert(name.clone(), slip),
            None => self.slips.remove(name),
        };
        changes.note(|| RegisterChange::Slip(name.clone(), before));
    }

    fn set_payable(&mut self, name: &Reference, payable: Option<Payable>, changes: &mut impl Changes) {
        let before = match payable {
            Some(payable) => self.payables.insert(name.clone(), payable),
            None => self.payables.remove(name),
        };
        changes.note(|| RegisterChange::Payable(name.clone(), before));
    }
}

fn amend<T: Clone>(place: &mut Dated<T>, on: Date, new: Option<&T>) {
    if let Some(new) = new {
        place.set(on, new.clone());
    }
}

fn put_back<K: Eq + Hash, V>(before: Option<V>, key: K, map: &mut HashMap<K, V>) {
    match before {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    };
}
