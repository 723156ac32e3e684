//! Which columns a profile reads.

use serde::Deserialize;

use super::wording::{folded, hides};

/// The columns, by the names in the header, or all by their numbers from 1 where there is no header.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Columns {
    pub date: Column,
    pub value_date: Option<Column>,
    pub label: Several,
    #[serde(default)]
    pub reference: Several,
    pub amount: Option<Column>,
    pub debit: Option<Column>,
    pub credit: Option<Column>,
    pub balance: Option<Column>,
    pub currency: Option<Column>,
    /// The account that a line is of, where the file has several.
    pub account: Option<Column>,
    /// Whether it is booked; see [`Status`].
    pub status: Option<Column>,
}

/// A column, by its name or its number from 1; where several have one name, by which of them it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum Column {
    Number(usize),
    Name(String),
    Nth { name: String, nth: usize },
}

impl Column {
    /// Its name in the header, if there is one.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Name(name) | Self::Nth { name, .. } => name,
            Self::Number(_) => "",
        }
    }
}

/// A column or several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum Several {
    #[default]
    None,
    One(Column),
    Many(Vec<Column>),
}

impl Several {
    pub(super) fn as_slice(&self) -> &[Column] {
        match self {
            Self::None => &[],
            Self::One(column) => std::slice::from_ref(column),
            Self::Many(columns) => columns,
        }
    }
}

impl Columns {
    /// Every column without which a row is not the header. Not every export of a bank names the account.
    pub(super) fn needed(&self) -> impl Iterator<Item = &Column> {
        self.all().filter(|column| self.account.as_ref().is_none_or(|account| account != *column))
    }

    /// Every column that is named.
    pub(super) fn all(&self) -> impl Iterator<Item = &Column> {
        let single = [
            &self.value_date,
            &self.amount,
            &self.debit,
            &self.credit,
            &self.balance,
            &self.currency,
            &self.account,
            &self.status,
        ];
        let labels = self.label.as_slice().iter().chain(self.reference.as_slice());
        std::iter::once(&self.date).chain(single.into_iter().flatten()).chain(labels)
    }

    /// Whether they are known by their numbers, so that there is no header.
    pub(super) fn are_numbered(&self) -> bool {
        matches!(self.date, Column::Number(_))
    }

    /// Why they say nothing, or too much.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let numbered = self.all().filter(|column| matches!(column, Column::Number(_))).count();
        match (&self.amount, &self.debit, &self.credit) {
            (Some(_), None, None) | (None, Some(_), Some(_)) => {}
            _ => return Some("`columns` has either `amount`, or `debit` and `credit`"),
        }
        if numbered != 0 && numbered != self.all().count() {
            return Some("`columns` are all names or all numbers");
        }
        if self.all().any(|column| matches!(column, Column::Number(0) | Column::Nth { nth: 0, .. })) {
            return Some("`columns` are numbered from 1");
        }
        let is_number = |column: &Column| matches!(column, Column::Number(_));
        let no_name = |column: &&Column| folded(column.name()).is_empty() || hides(column.name());
        if self.all().filter(|column| !is_number(column)).any(|column| no_name(&column)) {
            return Some("the names of `columns` are one line of text");
        }
        None
    }
}
