//! How a bank writes its CSV, as a TOML file says it.

use std::sync::LazyLock;

use serde::Deserialize;

use super::StatementError;
use super::columns::Columns;
use super::day::Days;
use super::figure::Figures;
use super::letters::Letters;
use super::wording::{folded, hides, one_line};
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
    pub(super) status: Status,
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
    #[serde(default)]
    status: Status,
}

/// Which words say that a line is booked, and which that it is not, and so does not count. Others are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Status {
    pub booked: Vec<String>,
    #[serde(default)]
    pub not_booked: Vec<String>,
}

/// What the lines before the header say of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Before {
    pub account: Option<Stated>,
    pub period: Option<Stated>,
    pub from: Option<Stated>,
    pub through: Option<Stated>,
    pub currency: Option<Stated>,
    pub balance: Option<Stated>,
    pub balance_date: Option<Stated>,
}

/// Where something stands before the header.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum Stated {
    /// Behind this name: in the next cell, or behind a colon. A name that ends with `…` may stand anywhere in a cell.
    Named(String),
    /// In this line of the file and this column, both from 1.
    At { line: u64, column: usize },
}

impl Before {
    fn names(&self) -> impl Iterator<Item = &str> {
        let all = [
            &self.account,
            &self.period,
            &self.from,
            &self.through,
            &self.currency,
            &self.balance,
            &self.balance_date,
        ];
        all.into_iter().flatten().filter_map(|stated| match stated {
            Stated::Named(name) => Some(name.as_str()),
            Stated::At { .. } => None,
        })
    }
}

static READY: LazyLock<Vec<(&'static str, Profile)>> = LazyLock::new(|| {
    let texts = [
        ("nef", include_str!("profiles/nef.toml")),
        ("banque-populaire", include_str!("profiles/banque-populaire.toml")),
        ("bnp-paribas", include_str!("profiles/bnp-paribas.toml")),
        ("boursobank", include_str!("profiles/boursobank.toml")),
        ("caisse-epargne", include_str!("profiles/caisse-epargne.toml")),
        ("cic", include_str!("profiles/credit-mutuel.toml")),
        ("credit-agricole", include_str!("profiles/credit-agricole.toml")),
        ("credit-cooperatif", include_str!("profiles/credit-cooperatif.toml")),
        ("credit-mutuel", include_str!("profiles/credit-mutuel.toml")),
        ("la-banque-postale", include_str!("profiles/la-banque-postale.toml")),
        ("qonto", include_str!("profiles/qonto.toml")),
        ("societe-generale", include_str!("profiles/societe-generale.toml")),
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
        if written.columns.status.is_some() == written.status.booked.is_empty() {
            let reason = "`status` says which words of its column are `booked`, and only together with it";
            return Err(bad(of_key("[status]"), reason));
        }
        if let Some(fault) = written.columns.fault() {
            return Err(bad(of_key("[columns]"), fault));
        }
        if written.before.names().any(|name| hides(name) || folded(name.trim_end_matches('…')).is_empty()) {
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
            status: written.status,
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
