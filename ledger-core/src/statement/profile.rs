//! How a bank writes its CSV, as a TOML file says it.

use std::sync::LazyLock;

use serde::Deserialize;

use super::StatementError;
use super::day::Days;
use super::figure::Figures;
use super::letters::Letters;
use super::wording::{folded, one_line};
use crate::text::{holds_private_key, toml_fault};

/// How a bank writes its CSV. The ready ones are files beside this one, and examples of every key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub(super) delimiter: u8,
    pub(super) letters: Letters,
    pub(super) skipped_lines: u64,
    pub(super) days: Days,
    pub(super) figures: Figures,
    pub(super) flipped: bool,
    pub(super) newest_first: bool,
    pub(super) columns: Columns,
    pub(super) before: Before,
}

/// The file, key by key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    delimiter: char,
    #[serde(default)]
    encoding: Letters,
    /// Lines at the beginning of the file to pass over.
    #[serde(default)]
    skip: u64,
    /// A pattern of strptime, or `fr`.
    date_format: String,
    decimal: char,
    #[serde(default)]
    thousands: Vec<char>,
    /// Whether a positive amount has left the account.
    #[serde(default)]
    positive_is_debit: bool,
    #[serde(default)]
    newest_first: bool,
    columns: Columns,
    #[serde(default)]
    before: Before,
}

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
}

/// A column, by its name or its number from 1.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum Column {
    Number(usize),
    Name(String),
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

/// What lines before the header are called that say something of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Before {
    pub account: Option<String>,
    pub period: Option<String>,
    pub currency: Option<String>,
}

impl Columns {
    /// Every column that is named.
    pub(super) fn all(&self) -> impl Iterator<Item = &Column> {
        let single =
            [&self.value_date, &self.amount, &self.debit, &self.credit, &self.balance, &self.currency];
        let labels = self.label.as_slice().iter().chain(self.reference.as_slice());
        std::iter::once(&self.date).chain(single.into_iter().flatten()).chain(labels)
    }

    /// Whether they are known by their numbers, so that there is no header.
    pub(super) fn are_numbered(&self) -> bool {
        matches!(self.date, Column::Number(_))
    }

    fn fault(&self) -> Option<&'static str> {
        let numbered = self.all().filter(|column| matches!(column, Column::Number(_))).count();
        match (&self.amount, &self.debit, &self.credit) {
            (Some(_), None, None) | (None, Some(_), Some(_)) => {}
            _ => return Some("`columns` has either `amount`, or `debit` and `credit`"),
        }
        if numbered != 0 && numbered != self.all().count() {
            return Some("`columns` are all names or all numbers");
        }
        if self.all().any(|column| *column == Column::Number(0)) {
            return Some("`columns` are numbered from 1");
        }
        let name =
            |column: &Column| matches!(column, Column::Name(name) if folded(name).is_empty() || hides(name));
        if self.all().any(name) {
            return Some("the names of `columns` are one line of text");
        }
        None
    }
}

/// Whether a text has letters that cannot be shown on a line.
fn hides(text: &str) -> bool {
    text.contains(char::is_control)
}

static READY: LazyLock<Vec<(&'static str, Profile)>> = LazyLock::new(|| {
    let texts = [
        ("nef", include_str!("profiles/nef.toml")),
        ("caisse-epargne", include_str!("profiles/caisse-epargne.toml")),
        ("credit-cooperatif", include_str!("profiles/credit-cooperatif.toml")),
        ("credit-mutuel", include_str!("profiles/credit-mutuel.toml")),
    ];
    // A test holds that each of them is right.
    texts.into_iter().filter_map(|(name, text)| Some((name, Profile::from_toml(text).ok()?))).collect()
});

impl Profile {
    /// Reads a profile; a key that it does not know is refused by name.
    pub fn from_toml(text: &str) -> Result<Self, StatementError> {
        if holds_private_key(text.as_bytes()) {
            return Err(bad(1, "a private key is no profile"));
        }
        let written: Written = toml::from_str(text).map_err(|error| {
            let (line, reason) = toml_fault(text, &error);
            bad(line, &reason)
        })?;
        let of_key = |key: &str| {
            let at = text.lines().position(|line| line.trim_start().starts_with(key));
            at.map_or(1, |at| at as u64 + 1)
        };
        let delimiter = u8::try_from(written.delimiter).ok().filter(|byte| b",;\t|".contains(byte));
        let delimiter =
            delimiter.ok_or_else(|| bad(of_key("delimiter"), "`delimiter` is one of , ; | and a tab"))?;
        if ![',', '.'].contains(&written.decimal) || written.thousands.contains(&written.decimal) {
            let reason = "`decimal` is , or . and is none of `thousands`";
            return Err(bad(of_key("decimal"), reason));
        }
        if !written.thousands.iter().all(|letter| [',', '.', ' ', '\''].contains(letter)) {
            return Err(bad(of_key("thousands"), "`thousands` are some of , . ' and a blank"));
        }
        let days = match written.date_format.as_str() {
            "fr" => Days::French,
            pattern => Days::Pattern(pattern.to_owned()),
        };
        if hides(&written.date_format) || !days.is_whole() {
            let reason = "`date_format` is `fr`, or a pattern with day, month and year such as %d/%m/%Y";
            return Err(bad(of_key("date_format"), reason));
        }
        if let Some(fault) = written.columns.fault() {
            return Err(bad(of_key("[columns]"), fault));
        }
        let before = [&written.before.account, &written.before.period, &written.before.currency];
        if before.into_iter().flatten().any(|name| hides(name)) {
            return Err(bad(of_key("[before]"), "the names of `before` are one line of text"));
        }
        Ok(Self {
            delimiter,
            letters: written.encoding,
            skipped_lines: written.skip,
            days,
            figures: Figures {
                decimal: written.decimal,
                thousands: written.thousands,
                more_zeros: false,
                three_decimals: true,
                signed: true,
            },
            flipped: written.positive_is_debit,
            newest_first: written.newest_first,
            columns: written.columns,
            before: written.before,
        })
    }

    /// The profiles that come with the program, by name. That of La Nef is what a CSV is read by without a profile; the
    /// others are written after public descriptions of the exports of these banks.
    pub fn ready() -> &'static [(&'static str, Self)] {
        &READY
    }

    /// A ready profile by its name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ready().iter().find(|(known, _)| *known == name).map(|(_, profile)| profile)
    }
}

fn bad(line: u64, reason: &str) -> StatementError {
    StatementError::BadProfile { line, reason: one_line(reason) }
}
