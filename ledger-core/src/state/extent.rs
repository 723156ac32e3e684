//! Extent: whether what an entry leaves is within the [table of limits](crate::limits). The writer asks it of an entry
//! before it is committed, and a replay of each entry again.

use super::State;
use crate::account::{Account, EuroAccount};
use crate::entry::{Entry, Posting};
use crate::limits::{BALANCE_MAX_CENTS, Moved, Total};
use crate::money::Euros;
use crate::rejection::Rejection;

impl State {
    /// What all entries will have moved with this one.
    pub(super) fn moved_with(&self, entry: &Entry) -> Result<Moved, Rejection> {
        moved_with(self.moved, entry)
    }

    /// The account of a posting that holds too much after it.
    pub(super) fn overfull(&self, posting: &Posting) -> Rejection {
        let [debit, credit] = [posting.debit(), posting.credit()];
        let size = |account: &Account| self.balance(account).unsigned_abs();
        let account = if size(&debit) >= size(&credit) { debit } else { credit };
        let balance = Euros::from_cents(self.balance(&account));
        Rejection::BalanceTooLarge { account, balance, most: Euros::from_cents(BALANCE_MAX_CENTS) }
    }

    /// Whether the totals are within their limits after this entry.
    pub(super) fn totals_hold(&self, entry: &Entry) -> Result<(), Rejection> {
        let fund = self.balances.fund();
        let own_bank = self.balances.euros(&EuroAccount::OwnBank);
        let totals = [
            (Total::Tills, fund.tills),
            (Total::Transit, fund.transit),
            (Total::Receivable, fund.receivable),
            (Total::Payable, fund.payable),
            (Total::Bank, fund.deposit + own_bank),
            (Total::Circulation, self.balances.circulation().at_par()),
            (Total::PaidOut, self.registers.paid_with(entry)),
        ];
        let beyond =
            |total: Total, amount: Euros| amount.cents().unsigned_abs() > total.most_cents().unsigned_abs();
        match totals.into_iter().find(|&(total, amount)| beyond(total, amount)) {
            Some((total, amount)) => Err(too_large(total, amount.cents())),
            None => Ok(()),
        }
    }
}

/// What some entries and this one move together.
pub fn moved_with(moved: Moved, entry: &Entry) -> Result<Moved, Rejection> {
    let cents = entry.postings.iter().map(Posting::cents);
    moved.with(cents).map_err(|sum| too_large(Total::Moved, sum))
}

fn too_large(total: Total, cents: i64) -> Rejection {
    let (amount, most) = (Euros::from_cents(cents), Euros::from_cents(total.most_cents()));
    Rejection::TotalTooLarge { total, amount, most }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{Choice, Postings};
    use crate::limits::MOVED_MAX_CENTS;
    use crate::operation::Operation;
    use crate::sequence::{RecordedAt, Sequence};
    use crate::state::Impossible;

    fn top_up(cents: i64) -> Entry {
        let line = r#"{"op":"top_up","ref":"t","on":"2026-03-02","amount":"1"}"#;
        let mut postings = Postings::none();
        postings.euros(EuroAccount::OwnBank, EuroAccount::OwnOperating, Euros::from_cents(cents));
        Entry {
            sequence: Sequence::FIRST,
            recorded_at: RecordedAt::from_ns(1),
            operation: Operation::from_json(line).unwrap(),
            choice: Choice::Nothing,
            postings,
        }
    }

    /// After millions of the largest operations, all of them legal.
    fn much_moved(cents: i64) -> State {
        let mut state = serde_json::to_value(State::default()).unwrap();
        state["moved"] = cents.into();
        serde_json::from_value(state).unwrap()
    }

    #[test]
    fn the_writer_and_every_reader_stop_at_the_same_cent() {
        let all_but = |cents: i64| much_moved(MOVED_MAX_CENTS - cents);
        for (mut state, cents, holds) in [
            (all_but(5), 5, true),
            (all_but(5), 6, false),
            (State::default(), BALANCE_MAX_CENTS, true),
            (State::default(), BALANCE_MAX_CENTS + 1, false),
        ] {
            let before = state.clone();
            let replayed = state.clone().replay(&top_up(cents));
            let applied = state.apply(&top_up(cents)).map(drop);
            assert_eq!(applied.is_ok(), holds, "{cents}");
            assert_eq!(replayed, applied.map_err(Impossible::TooLarge), "{cents}");
            assert!(holds || state == before, "a refusal leaves no trace");
        }
    }

    #[test]
    fn figures_as_of_a_day_may_be_of_more_than_an_account_holds() {
        let mut some = much_moved(0);
        for _ in 0..3 {
            some.add_up(&top_up(BALANCE_MAX_CENTS)).unwrap();
        }
        assert_eq!(some.balances().euros(&EuroAccount::OwnBank).cents(), 3 * BALANCE_MAX_CENTS);
    }
}
