//! The state: what the entries so far have made of the ledger. Balances and registers, changed by entries alone.
//!
//! Pure: it reads no clock, no file, and no entry other than the one it is given. The same entries always give the
//! same state. Each change can be unwound, so that a rejected batch or a failed commit leaves no trace.

mod balances;
mod book;
mod canonical;
mod closings;
mod dated;
mod days;
mod extent;
mod lots;
mod registers;
mod shortfall;

use serde::{Deserialize, Serialize};

pub use self::balances::{Balances, FundFigures, Imbalance};
pub use self::closings::{Attestation, Closing, Closings, TakenBack, TakenBackKind};
pub use self::dated::Dated;
use self::days::{Days, ShortBefore};
pub use self::extent::moved_with;
pub use self::lots::Lots;
pub use self::registers::{Bureau, Founding, Member, Registers};
use self::registers::{Changes, ForGood, ToUnwind};
pub use self::shortfall::Shortfall;
use crate::account::{Account, BillAccount, EuroAccount};
use crate::accounting::Books;
use crate::bills::Bills;
use crate::date::Date;
use crate::entry::Entry;
use crate::id::{BureauId, Reference};
use crate::journal::StateHash;
use crate::limits::{Moved, is_balance};
use crate::money::{Aigas, Euros};
use crate::open_item::Slip;
use crate::operation::Act;
use crate::rejection::Rejection;
use crate::sequence::{RecordedAt, Sequence};

/// Balances and registers after some entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    entries: u64,
    sequence: Sequence0,
    recorded_at_ns: u64,
    latest_on: Option<Date>,
    moved: Moved,
    balances: Balances,
    registers: Registers,
    days: Days,
}

/// The last sequence, 0 before the first entry.
type Sequence0 = u64;

/// What an entry changed beside the balances, so that it can be unwound.
#[derive(Debug, Default)]
pub struct Undo {
    before: Option<(u64, Sequence0, u64, Option<Date>, Moved)>,
    registers: ToUnwind,
    days: DaysBefore,
}

/// What an entry changed about days on which something was short: seldom anything.
#[derive(Debug, Default)]
struct DaysBefore {
    short: Vec<ShortBefore>,
    /// The days before a closing folded them.
    folded: Option<Box<Days>>,
}

/// Why a replayed journal is of no ledger: somebody forged it, or the program that wrote it had a bug.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// Circulation and fund do not agree.
    #[error(transparent)]
    Imbalance(#[from] Imbalance),
    /// A figure is beyond the [table of limits](crate::limits), which the writer holds too.
    #[error(transparent)]
    TooLarge(#[from] Rejection),
}

impl State {
    /// Applies an entry: its postings and what it does to the registers. It is not judged here but for the
    /// [limits](crate::limits) of what it leaves; beyond them nothing is applied.
    pub fn apply(&mut self, entry: &Entry) -> Result<Undo, Rejection> {
        let before = (self.entries, self.sequence, self.recorded_at_ns, self.latest_on, self.moved);
        let mut undo = Undo { before: Some(before), registers: ToUnwind::new(), days: DaysBefore::default() };
        let moved = self.moved_with(entry)?;
        match self.enter(entry, moved, &mut undo.registers, &mut undo.days) {
            Ok(()) => Ok(undo),
            Err(beyond) => {
                self.unwind(entry, undo);
                Err(beyond)
            }
        }
    }

    /// Changes balances and registers by an entry, and then says whether they are within the limits: accounts after each
    /// posting, totals after the whole.
    fn enter(
        &mut self,
        entry: &Entry,
        moved: Moved,
        changes: &mut impl Changes,
        days: &mut DaysBefore,
    ) -> Result<(), Rejection> {
        let overfull = self.add(entry, moved, changes, days);
        overfull.map_or_else(|| self.totals_hold(entry), Err)
    }

    /// Changes balances and registers by an entry. The first account that then holds too much is returned.
    fn add(
        &mut self,
        entry: &Entry,
        moved: Moved,
        changes: &mut impl Changes,
        days: &mut DaysBefore,
    ) -> Option<Rejection> {
        self.entries += 1;
        self.sequence = entry.sequence.number();
        self.recorded_at_ns = entry.recorded_at.ns();
        self.latest_on = self.latest_on.max(Some(entry.operation.on));
        self.moved = moved;
        if let (Act::ClosePeriod(_), Some(closed_through)) =
            (&entry.operation.act, self.registers.closed_through())
        {
            days.folded = Some(Box::new(self.days.clone()));
            self.days.fold(closed_through);
        }
        self.registers.note_act(entry, changes);
        let mut overfull = None;
        for posting in &entry.postings {
            let largest_cents = self.balances.post(posting);
            if !is_balance(largest_cents) && overfull.is_none() {
                overfull = Some(self.overfull(posting));
            }
            self.registers.note_posting(entry, posting, changes);
            self.days
                .post(posting, entry.operation.on, entry.sequence, &mut |before| days.short.push(before));
        }
        self.registers.close_empty(entry, &self.balances, changes);
        overfull
    }

    /// Applies an entry of the journal, and says whether what it leaves is a state that a ledger can be in: what the writer
    /// would acknowledge, this accepts.
    pub fn replay(&mut self, entry: &Entry) -> Result<(), Impossible> {
        let moved = self.moved_with(entry)?;
        self.enter(entry, moved, &mut ForGood, &mut DaysBefore::default())?;
        Ok(self.backing()?)
    }

    /// Adds an entry to some others of the journal that need not be all before it, as for figures as of a day. The writer
    /// never saw what they come to, so nothing holds of it but that the entries move no more than all together.
    pub fn add_up(&mut self, entry: &Entry) -> Result<(), Impossible> {
        let moved = self.moved_with(entry)?;
        self.add(entry, moved, &mut ForGood, &mut DaysBefore::default());
        Ok(self.backing()?)
    }

    /// Unwinds an entry. Entries are unwound in the reverse of the order in which they were applied.
    pub fn unwind(&mut self, entry: &Entry, undo: Undo) {
        debug_assert_eq!(self.sequence, entry.sequence.number(), "the last entry is unwound first");
        for change in undo.registers.into_iter().rev() {
            self.registers.restore(change);
        }
        for posting in &entry.postings {
            self.balances.post(&posting.mirrored());
            self.days.unpost(posting, entry.operation.on);
        }
        undo.days.short.iter().rev().for_each(|before| self.days.restore(before));
        if let Some(days) = undo.days.folded {
            self.days = *days;
        }
        if let Some((entries, sequence, recorded_at_ns, latest_on, moved)) = undo.before {
            (self.entries, self.sequence, self.moved) = (entries, sequence, moved);
            (self.recorded_at_ns, self.latest_on) = (recorded_at_ns, latest_on);
        }
    }

    /// Whether circulation, fund and obligation agree to the cent: the invariant of the ledger.
    pub fn backing(&self) -> Result<(), Imbalance> {
        self.balances.backing()
    }

    /// The version of the canonical form. Hashes of another version are not compared, and their snapshots not believed.
    pub const FORM: u16 = 1;

    /// The canonical form: one state has one, and another state another.
    pub fn canonical(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|error| unreachable!("every key is a text: {error}"))
    }

    /// The hash of the canonical form.
    pub fn hash(&self) -> StateHash {
        StateHash::of(self.sequence, Self::FORM, self.canonical().as_bytes())
    }

    /// How many entries made this state.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// How many accounts, bureaux, members and open items it holds.
    pub fn weight(&self) -> usize {
        self.balances.weight() + self.registers.weight() + self.days.weight()
    }

    /// The last entry; none in an empty ledger.
    pub fn last_sequence(&self) -> Option<Sequence> {
        (self.sequence > 0).then(|| Sequence::new(self.sequence))
    }

    /// When the last entry was recorded.
    pub fn recorded_at(&self) -> RecordedAt {
        RecordedAt::from_ns(self.recorded_at_ns)
    }

    /// The latest date of any entry.
    pub fn latest_on(&self) -> Option<Date> {
        self.latest_on
    }

    /// The balance of an account in cents, positive on its normal side.
    pub fn balance(&self, account: &Account) -> i64 {
        match account {
            Account::Bills(account) => self.balances.bills(account).value().cents(),
            Account::Euros(account) => self.balances.euros(account).cents(),
        }
    }

    /// The days on which something would have been below nothing, the earliest first.
    pub fn shortfalls(&self) -> Vec<Shortfall> {
        self.days.shortfalls()
    }

    /// The same; of figures as of a day only those of that day, on which the figures then cannot be.
    pub fn shortfalls_in(&self, as_of: Option<Date>) -> Vec<Shortfall> {
        let mut shortfalls = self.shortfalls();
        let that_day =
            |one: &Shortfall, day| one.from <= day && one.through.is_none_or(|through| through >= day);
        shortfalls.retain(|one| as_of.is_none_or(|day| that_day(one, day)));
        shortfalls
    }

    /// The days that an entry made short.
    pub fn shortfalls_by(&self, entry: Sequence) -> Vec<Shortfall> {
        let mut shortfalls = self.shortfalls();
        shortfalls.retain(|one| one.entry == entry);
        shortfalls
    }

    /// The balances of all accounts that are not empty.
    pub fn balances(&self) -> &Balances {
        &self.balances
    }

    /// Bureaux, members, open items, fees and closings.
    pub fn registers(&self) -> &Registers {
        &self.registers
    }

    /// Ä in circulation: with the public and in the floats of prefunded bureaux.
    pub fn circulation(&self) -> Aigas {
        self.balances.circulation()
    }

    /// Where the euros of the guarantee fund are.
    pub fn fund(&self) -> FundFigures {
        self.balances.fund()
    }

    /// What a statement of the bank shows: `fund:deposit + own:bank`.
    pub fn bank_balance(&self) -> Euros {
        self.euros(&EuroAccount::Deposit) + self.euros(&EuroAccount::OwnBank)
    }
}

impl Books for State {
    fn bills(&self, account: &BillAccount) -> Bills {
        self.balances.bills(account).clone()
    }

    fn euros(&self, account: &EuroAccount) -> Euros {
        self.balances.euros(account)
    }

    fn is_prefunded(&self, bureau: &BureauId) -> bool {
        self.registers.bureau(bureau).is_some_and(Bureau::is_prefunded)
    }

    fn slip(&self, slip: &Reference) -> Option<&Slip> {
        self.registers.slip(slip)
    }
}
