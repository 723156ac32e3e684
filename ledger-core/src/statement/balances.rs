//! The balances of a statement of CAMT.053, and what they tell: where it begins and ends, and whether it is a page.

use super::StatementError;
use super::element::Element;
use super::part::{Page, Part};
use crate::date::Date;
use crate::money::Euros;

/// A balance while it is read.
#[derive(Default)]
pub(super) struct Balance {
    pub line: u64,
    pub kind: String,
    pub amount: Option<Euros>,
    pub debit: Option<bool>,
    pub on: Option<Date>,
}

/// A balance and its day, if it says one.
type Dated = (Euros, Option<Date>);

/// What was read of the balances of a statement so far.
#[derive(Default)]
pub(super) struct Balances {
    opening: Option<Dated>,
    /// What the statement before closed with: the same as the opening, where there is one.
    previous: Option<Dated>,
    closing: Option<Dated>,
    /// The first and the last of those between, and how many there are.
    interim: Option<(Euros, Euros)>,
    interims: usize,
}

/// What a statement or a message says of pages: which one, and whether it is the last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pagination {
    pub number: Option<u64>,
    pub last: Option<bool>,
}

impl Pagination {
    /// Takes what an element says of it.
    pub fn read(&mut self, element: Element, words: &str) {
        match element {
            Element::PgNb => self.number = words.trim().parse().ok(),
            Element::LastPgInd => self.last = Some(matches!(words.trim(), "true" | "1")),
            _ => {}
        }
    }
}

impl Balances {
    /// Takes a balance that was read to its end.
    pub fn add(&mut self, balance: Balance) -> Result<(), StatementError> {
        let Balance { line, kind, amount, debit, on } = balance;
        if !["OPBD", "CLBD", "PRCD", "ITBD"].contains(&kind.as_str()) {
            return Ok(());
        }
        let missing = |field: &str| StatementError::MissingField { line, field: field.to_owned() };
        let amount = amount.ok_or_else(|| missing("Bal/Amt"))?;
        let debit = debit.ok_or_else(|| missing("Bal/CdtDbtInd"))?;
        let amount = if debit { -amount } else { amount };
        match kind.as_str() {
            "OPBD" => self.opening = Some((amount, on)),
            "PRCD" => self.previous = Some((amount, on)),
            "CLBD" => self.closing = Some((amount, on)),
            _ => {
                self.interim = Some((self.interim.map_or(amount, |interim| interim.0), amount));
                self.interims += 1;
            }
        }
        Ok(())
    }

    /// Tells the statement that they are of. What is said of the pages of the message counts where the statement says nothing
    /// and has not both of its balances.
    pub fn tell(self, part: &mut Part, statement: Pagination, message: Pagination) {
        let opening = self.opening.or(self.previous);
        part.opening = opening.map(|opening| opening.0);
        part.closing = self.closing.map(|closing| closing.0);
        let is_whole = opening.is_some() && self.closing.is_some();
        let says = |said: &Pagination| said.number.is_some() || said.last.is_some();
        let said = Some(statement).filter(says).or(Some(message).filter(|said| !is_whole && says(said)));
        part.page = match said {
            Some(said) => self.page(said, part),
            None => self.page_untold(part),
        };
        if part.period.is_none() {
            self.period(part);
        }
    }

    /// The page that it says to be; none if it is the only one.
    fn page(&self, said: Pagination, part: &Part) -> Option<Page> {
        let (number, last) = (said.number.unwrap_or(1).max(1), said.last.unwrap_or(true));
        if number == 1 && last {
            return None;
        }
        // One that stands alone is at the end that no other balance tells.
        let begins = number > 1 && (self.interims > 1 || last || part.closing.is_some());
        let ends = !last && (self.interims > 1 || number == 1 || part.opening.is_some());
        Some(Page {
            number: Some(number),
            last,
            begins: self.interim.filter(|_| begins).map(|interim| interim.0),
            ends: self.interim.filter(|_| ends).map(|interim| interim.1),
        })
    }

    /// The page that only its balances show it to be.
    fn page_untold(&self, part: &Part) -> Option<Page> {
        let (first, last) = self.interim?;
        match (part.opening, part.closing) {
            (Some(_), None) => Some(Page { number: Some(1), last: false, begins: None, ends: Some(last) }),
            (None, Some(_)) => Some(Page { number: None, last: true, begins: Some(first), ends: None }),
            (None, None) if self.interims > 1 => {
                Some(Page { number: None, last: false, begins: Some(first), ends: Some(last) })
            }
            _ => None,
        }
    }

    /// The days of a statement that does not declare them, as its balances and entries tell.
    fn period(&self, part: &mut Part) {
        let day = |balance: Option<Dated>| balance.and_then(|balance| balance.1);
        let (opened, closed) = (day(self.opening), day(self.closing));
        let entries = part.days();
        let from = opened.or_else(|| day(self.previous).map(Date::day_after));
        if from.or(closed).is_none() {
            return;
        }
        let from = from.into_iter().chain(entries.map(|days| days.0)).min();
        let through = closed.into_iter().chain(entries.map(|days| days.1)).max();
        part.period = from.or(through).zip(through.or(from)).filter(|(from, through)| from <= through);
        // Some banks date it by the day that it begins, others by the day before.
        part.begins_within = opened.filter(|opened| entries.is_none_or(|days| *opened <= days.0));
    }
}
