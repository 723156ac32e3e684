//! Reconciling: holds a statement of the bank against the ledger, to the cent, and says which lines explain the rest.
//!
//! A *movement* is what one entry did to the account at the bank: its net effect on `fund:deposit + own:bank`. Every line of
//! the statement and every movement up to the cut ends in exactly one class: matched, proposed (an operation that would
//! explain the line), or unexplained. Equality is exact; nothing is recorded here.
//!
//! ```text
//! reconciliation  what comes out              matching  the steps from sure to unsure
//! classes         one for each line           item      a movement, or what waits for the bank
//! evidence        what tells                  movement  what an entry did to the account
//! proposal        operations for a line       label     words for interest and charges
//! reason          why there is none           cut       up to the last day
//! ageing          euros that are not there    closing   whether a period is ready to be closed
//! ```

mod ageing;
mod classes;
mod closing;
mod cut;
mod error;
mod evidence;
mod item;
mod label;
mod matching;
mod movement;
mod proposal;
mod reason;
mod reconciliation;

pub use self::ageing::Ageing;
pub use self::closing::{NotReady, ready_to_close};
pub use self::error::ReconcileError;
pub use self::evidence::Evidence;
pub use self::label::{InvalidRules, LabelRules, Labelled};
pub use self::movement::Movement;
pub use self::proposal::{Proposal, ProposalKind};
pub use self::reason::{Reason, Suggestion};
pub use self::reconciliation::{Match, Reconciliation, Side, ThreeWay, Unexplained};

use self::classes::Classes;
use self::cut::Cut;
use self::item::Item;
use self::matching::Matching;
use self::movement::{Before, Movements, Span};
use crate::date::Date;
use crate::field::BankLine;
use crate::report::Status;
use crate::state::State;
use crate::statement::Statement;
use crate::view::View;

/// The window of [`Settings`] that usually serves: a slip is counted by the bank within it, and amounts seldom recur.
pub const WINDOW_DAYS: u16 = 10;

/// What is asked of a reconciliation.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The most days between a line and the movement or slip that it stands for, if only the amount tells.
    pub window_days: u16,
    /// The last day that counts; by default the end of the period that the statement declares, or its last line.
    pub through: Option<Date>,
    /// Today, where it is known: what a statement declares of days to come does not count.
    pub today: Option<Date>,
    /// What labels say of interest and charges.
    pub rules: LabelRules,
}

impl Default for Settings {
    fn default() -> Self {
        Self { window_days: WINDOW_DAYS, through: None, today: None, rules: LabelRules::default() }
    }
}

/// Holds a statement against a ledger.
pub fn reconcile(
    view: &View,
    statement: Statement,
    settings: &Settings,
) -> Result<Reconciliation, ReconcileError> {
    let standing = view.state()?;
    let state = &standing.state;
    check_account(&statement, state)?;
    let Cut { statement, from, through, shared, bank_balance } = Cut::of(statement, settings)?;
    let span = Span { from, through, shared };
    let registers = state.registers();
    let (attestation, closed_through) = (registers.attested(), registers.closed_through());
    let attested = attestation.map(|by| by.through);
    let mut read = Movements::read(view, state, span)?;
    let opening = bank_balance
        .map(|closing| closing - statement.lines.iter().map(|line| line.fingerprint.amount).sum());
    let before = Before::of(opening, span, &read);
    read.cancel(before);
    let Movements { all: movements, balance: ledger_balance, mut recorded, .. } = read;

    let of_movement = |(place, movement): (usize, &Movement)| Item::of_movement(place, movement);
    let mut items: Vec<Item> = movements.iter().enumerate().map(of_movement).collect();
    items.extend(Item::waiting(state, &recorded.owed));
    let mut classes = Classes::default();
    // What lies before the statement and was settled by then must not be taken for one of its lines.
    for (place, movement) in movements.iter().enumerate() {
        if let Some(by) = before.settled(movement) {
            items[place].taken = true;
            classes.settle(vec![place], by);
        }
    }
    // A download may begin in the middle of a day; the opening balance tells, where there is one.
    let doubtful = (!before.agrees).then_some(from);
    let mut matching =
        Matching::new(&statement.lines, &movements, items, settings, attested, doubtful, state);
    matching.run();
    let left: Vec<usize> = matching.movements_left().collect();
    for correction in matching.corrections {
        classes.settle(correction.to_vec(), Evidence::Correction);
    }
    for (line, outcome) in matching.outcomes.into_iter().enumerate() {
        classes.add_line(line, outcome, &statement.lines[line], &mut recorded, closed_through);
    }
    for place in left {
        classes.add_movement(place, &movements[place], before.unshared);
    }
    if let Some(through) = attested {
        classes.settle_attested(&movements, through);
    }
    if let Some(opening) = opening {
        classes.check_opening(&movements, from, before.unshared, opening);
    }
    let Classes { matched, mut proposals, mut unexplained } = classes;
    // In the order of the dates, and what comes in before what goes out, so that the account need not be overdrawn.
    proposals.sort_by_key(|proposal| {
        let BankLine { date, amount, .. } = statement.lines[proposal.line].fingerprint;
        (date, amount.is_negative(), proposal.line)
    });
    unexplained.sort_by_key(|one| (one.date, one.side, one.index));
    let status = match standing.state.latest_on() {
        Some(latest) if latest > through => {
            Status::of(&view.state_on(through)?.state, None, Some(through), through)
        }
        _ => Status::of(&standing.state, standing.root, Some(through), through),
    };
    Ok(Reconciliation {
        statement,
        movements,
        through,
        bank_balance,
        ledger_balance,
        matched,
        proposals,
        unexplained,
        closed_through,
        status,
        standing,
    })
}

fn check_account(statement: &Statement, state: &State) -> Result<(), ReconcileError> {
    let (Some(account), Some(founding)) = (&statement.account, state.registers().founding()) else {
        return Ok(());
    };
    let expected = founding.fund.iban.to_string();
    match account.matches(&expected) {
        Some(false) => Err(ReconcileError::OtherAccount { stated: account.to_string(), expected }),
        _ => Ok(()),
    }
}
