//! Where each column of a profile stands in the rows of a file.

use super::StatementError;
use super::columns::Column;
use super::profile::Profile;
use super::wording::folded;

/// Where each column stands in a row, and how many there are.
pub(super) struct Places {
    pub date: usize,
    pub value_date: Option<usize>,
    pub labels: Vec<usize>,
    pub references: Vec<usize>,
    pub amount: Amounts,
    pub balance: Option<usize>,
    pub currency: Option<usize>,
    pub account: Option<usize>,
    pub status: Option<usize>,
    pub names: Vec<String>,
}

pub(super) enum Amounts {
    Signed(usize),
    Split { debit: usize, credit: usize },
}

impl Places {
    /// The places of a profile's columns in a row with these names, in this line of the file.
    pub(super) fn of(profile: &Profile, names: Vec<String>, line: u64) -> Result<Self, StatementError> {
        let place = |column: &Column| match column {
            Column::Number(number) if *number <= names.len() => Ok(number - 1),
            Column::Number(number) => {
                Err(StatementError::WrongColumns { line, expected: *number, found: names.len() })
            }
            Column::Nth { name, nth } => {
                let is_it = folded(name);
                let mut found = names.iter().enumerate().filter(|(_, known)| **known == is_it);
                let found = found.nth(nth.saturating_sub(1)).map(|(at, _)| at);
                found.ok_or_else(|| StatementError::MissingField { line, field: format!("{name} ({nth})") })
            }
            Column::Name(name) => {
                let is_it = folded(name);
                let mut found = names.iter().enumerate().filter(|(_, known)| **known == is_it);
                match (found.next(), found.next()) {
                    (Some((at, _)), None) => Ok(at),
                    (None, _) => Err(StatementError::MissingField { line, field: name.clone() }),
                    (Some(_), Some(_)) => Err(StatementError::DuplicateColumn { line, field: name.clone() }),
                }
            }
        };
        let columns = &profile.columns;
        let maybe = |column: &Option<Column>| column.as_ref().map(place).transpose();
        let amount = match (&columns.amount, &columns.debit, &columns.credit) {
            (None, Some(debit), Some(credit)) => {
                Amounts::Split { debit: place(debit)?, credit: place(credit)? }
            }
            (Some(amount), _, _) => Amounts::Signed(place(amount)?),
            _ => return Err(StatementError::MissingField { line, field: "amount".to_owned() }),
        };
        Ok(Self {
            date: place(&columns.date)?,
            value_date: maybe(&columns.value_date)?,
            labels: columns.label.as_slice().iter().map(place).collect::<Result<_, _>>()?,
            references: columns.reference.as_slice().iter().map(place).collect::<Result<_, _>>()?,
            amount,
            balance: maybe(&columns.balance)?,
            currency: maybe(&columns.currency)?,
            account: columns.account.as_ref().and_then(|column| place(column).ok()),
            status: maybe(&columns.status)?,
            names,
        })
    }

    /// The last column, if nothing but an amount tells whether it was cut off.
    pub(super) fn is_amount(&self, at: usize) -> bool {
        let amount = match self.amount {
            Amounts::Signed(place) => place == at,
            Amounts::Split { debit, credit } => debit == at || credit == at,
        };
        amount || self.balance == Some(at)
    }
}
