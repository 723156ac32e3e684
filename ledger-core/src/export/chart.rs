//! The chart of accounts that the FEC shows the ledger in: a TOML file, of which the treasurer's lies over the one that comes
//! with the program.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de};

use crate::account::EuroAccount;
use crate::operation::Act;
use crate::text::{Text, holds_private_key, toml_fault};

/// The chart that comes with the program.
const SHIPPED: &str = include_str!("chart.toml");
/// What is other for Paheko.
const PAHEKO: &str = include_str!("paheko.toml");
/// The key that names the chart which a file lies over.
const BASE: &str = "base";
/// The longest number of an account.
const NUMBER_LEN_MAX: usize = 20;
/// The longest code of a journal.
const CODE_LEN_MAX: usize = 8;

/// A chart of accounts, with the journals and what entries are called.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    accounts: Accounts,
    carried: Carried,
    /// The journals.
    pub(super) journals: Journals,
    entries: BTreeMap<String, Text>,
}

/// A file that is no chart of accounts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidChart {
    /// The file does not read.
    #[error("{reason}")]
    Toml {
        /// Where, what was expected, what came.
        reason: String,
    },
    /// It lies over a chart that there is not.
    #[error("base: {name:?} is no chart that comes with the program: {known}")]
    Base {
        /// What it says.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// A name is given to an operation that there is not.
    #[error("entries.{name}: there is no such operation")]
    Operation {
        /// Which one.
        name: String,
    },
    /// What has one number or code has two names.
    #[error("{number} is called both {:?} and {:?}", names[0], names[1])]
    TwoNames {
        /// The number of the account, or the code of the journal.
        number: String,
        /// The names.
        names: [String; 2],
    },
}

/// An account of the chart.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Numbered {
    /// Digits and letters, three digits at least before the first letter.
    #[serde(deserialize_with = "number")]
    pub number: String,
    pub name: Text,
}

impl Numbered {
    /// Whether it is one of expense or income, which begins every year with nothing.
    pub fn begins_anew(&self) -> bool {
        self.number.starts_with(['6', '7'])
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accounts {
    #[serde(rename = "fund:deposit")]
    deposit: Numbered,
    #[serde(rename = "fund:till")]
    till: Numbered,
    #[serde(rename = "fund:transit")]
    transit: Numbered,
    #[serde(rename = "fund:receivable")]
    receivable: Numbered,
    #[serde(rename = "fund:payable")]
    payable: Numbered,
    obligation: Numbered,
    #[serde(rename = "own:bank")]
    own_bank: Numbered,
    #[serde(rename = "own:operating")]
    own_operating: Numbered,
    #[serde(rename = "own:fees")]
    own_fees: Numbered,
    #[serde(rename = "own:interest")]
    own_interest: Numbered,
    #[serde(rename = "own:gains")]
    own_gains: Numbered,
    #[serde(rename = "own:charges")]
    own_charges: Numbered,
    #[serde(rename = "own:losses")]
    own_losses: Numbered,
}

/// Where the result of the years before stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Carried {
    profit: Numbered,
    loss: Numbered,
}

/// The journals of the books.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journals {
    pub opening: Journal,
    pub bank: Journal,
    pub till: Journal,
    pub other: Journal,
}

/// A journal of the books.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    #[serde(deserialize_with = "code")]
    pub code: String,
    pub name: Text,
}

impl Chart {
    /// The key of the opening balances among the entries.
    pub(super) const OPENING: &'static str = "opening";

    /// The charts that come with the program beside the usual one.
    pub const NAMES: [&'static str; 1] = ["paheko"];

    /// One of the charts that come with the program beside the usual one, by its name.
    pub fn named(name: &str) -> Option<Result<Self, InvalidChart>> {
        under(name).map(Self::with)
    }

    /// The chart that comes with the program, or the one that the key `base` names, and over it what a TOML file has.
    pub fn with(toml: &str) -> Result<Self, InvalidChart> {
        if holds_private_key(toml.as_bytes()) {
            return Err(InvalidChart::Toml { reason: "a private key is no chart of accounts".to_owned() });
        }
        let read = |text: &str| text.parse::<toml::Table>().map_err(|error| invalid(text, &error));
        let (mut table, mut over) = (read(SHIPPED)?, read(toml)?);
        if let Some(base) = over.remove(BASE) {
            let named = base.as_str().and_then(under);
            let name = base.as_str().unwrap_or(base.type_str());
            let unknown = || InvalidChart::Base { name: name.to_owned(), known: Self::NAMES.join(", ") };
            lay(read(named.ok_or_else(unknown)?)?, &mut table);
        }
        lay(over, &mut table);
        let chart: Self = table.try_into().map_err(|error| invalid("", &error))?;
        chart.sound()?;
        Ok(chart)
    }

    /// The chart that comes with the program.
    pub fn shipped() -> Result<Self, InvalidChart> {
        Self::with("")
    }

    /// The account that an account of the ledger is.
    pub(super) fn account(&self, account: &EuroAccount) -> &Numbered {
        let accounts = &self.accounts;
        match account {
            EuroAccount::Deposit => &accounts.deposit,
            EuroAccount::Till(_) => &accounts.till,
            EuroAccount::Transit(_) => &accounts.transit,
            EuroAccount::Receivable(_) => &accounts.receivable,
            EuroAccount::Payable(_) => &accounts.payable,
            EuroAccount::Obligation => &accounts.obligation,
            EuroAccount::OwnBank => &accounts.own_bank,
            EuroAccount::OwnOperating => &accounts.own_operating,
            EuroAccount::OwnFees => &accounts.own_fees,
            EuroAccount::OwnInterest => &accounts.own_interest,
            EuroAccount::OwnGains => &accounts.own_gains,
            EuroAccount::OwnCharges => &accounts.own_charges,
            EuroAccount::OwnLosses => &accounts.own_losses,
        }
    }

    /// The account of a result of the years before, in cents debited: a loss where they are more than nothing.
    pub(super) fn carried(&self, cents: i64) -> &Numbered {
        if cents > 0 { &self.carried.loss } else { &self.carried.profit }
    }

    /// What an entry is called; an operation without a name of its own has the ledger's.
    pub(super) fn entry<'a>(&'a self, operation: &'a str) -> &'a str {
        self.entries.get(operation).map_or(operation, Text::as_str)
    }

    /// All accounts.
    fn all(&self) -> impl Iterator<Item = &Numbered> {
        let Accounts { deposit, till, transit, receivable, payable, obligation, .. } = &self.accounts;
        let Accounts { own_bank, own_operating, own_fees, own_interest, own_gains, .. } = &self.accounts;
        let Accounts { own_charges, own_losses, .. } = &self.accounts;
        let Carried { profit, loss } = &self.carried;
        let accounts = [deposit, till, transit, receivable, payable, obligation, own_bank, own_operating];
        let results = [own_fees, own_interest, own_gains, own_charges, own_losses, profit, loss];
        accounts.into_iter().chain(results)
    }

    fn sound(&self) -> Result<(), InvalidChart> {
        let known = |name: &&String| *name == Self::OPENING || Act::NAMES.contains(&name.as_str());
        if let Some(unknown) = self.entries.keys().find(|name| !known(name)) {
            return Err(InvalidChart::Operation { name: unknown.clone() });
        }
        one_name(self.all().map(|account| (&account.number, &account.name)))?;
        let Journals { opening, bank, till, other } = &self.journals;
        one_name([opening, bank, till, other].map(|journal| (&journal.code, &journal.name)))
    }
}

/// What lies over the usual chart in the one of this name.
fn under(name: &str) -> Option<&'static str> {
    (name == "paheko").then_some(PAHEKO)
}

/// What stands for one thing has one name.
fn one_name<'a>(all: impl IntoIterator<Item = (&'a String, &'a Text)>) -> Result<(), InvalidChart> {
    let mut names = BTreeMap::new();
    for (number, name) in all {
        let other = names.insert(number, name).filter(|other| *other != name);
        if let Some(other) = other {
            let (number, names) = (number.clone(), [other, name].map(ToString::to_string));
            return Err(InvalidChart::TwoNames { number, names });
        }
    }
    Ok(())
}

/// Lays a table over another, key by key.
fn lay(over: toml::Table, table: &mut toml::Table) {
    for (key, value) in over {
        match (table.get_mut(&key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => lay(above, below),
            (_, value) => drop(table.insert(key, value)),
        }
    }
}

fn invalid(text: &str, error: &toml::de::Error) -> InvalidChart {
    let (line, reason) = toml_fault(text, error);
    let reason = if error.span().is_some() { format!("line {line}: {reason}") } else { reason };
    InvalidChart::Toml { reason }
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let number = String::deserialize(deserializer)?;
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let plain = number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if digits >= 3 && plain && number.len() <= NUMBER_LEN_MAX && !number.starts_with('0') {
        Ok(number)
    } else {
        let expected =
            "an account's number begins with three digits, the first of them not 0, and has 20 at most";
        Err(de::Error::custom(format!("{number:?}: {expected}")))
    }
}

fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let code = String::deserialize(deserializer)?;
    let plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain && (1..=CODE_LEN_MAX).contains(&code.len()) {
        Ok(code)
    } else {
        let expected = "a journal's code has 1 to 8 letters and digits";
        Err(de::Error::custom(format!("{code:?}: {expected}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_treasurer_changes_lies_over_what_comes_with_the_program() {
        let shipped = Chart::shipped().unwrap();
        let changed = Chart::with(
            "[accounts]\n\"own:fees\" = { number = \"706\" }\n[entries]\nswap = \"Achat d'aïgas\"",
        )
        .unwrap();
        let fees = changed.account(&EuroAccount::OwnFees);
        assert_eq!((fees.number.as_str(), fees.name.as_str()), ("706", "Commissions de reconversion"));
        assert_eq!(
            (changed.entry("swap"), changed.entry("remit")),
            ("Achat d'aïgas", shipped.entry("remit"))
        );
        assert_eq!(changed.account(&EuroAccount::Deposit), shipped.account(&EuroAccount::Deposit));
    }

    #[test]
    fn a_chart_that_cannot_be_is_refused_by_what_is_wrong() {
        for (toml, says) in [
            ("[accounts", "line 1"),
            ("[accounts]\n\"fund:moon\" = { number = \"512\", name = \"x\" }", "fund:moon"),
            ("[accounts]\n\"own:fees\" = { number = \"7A6\" }", "three digits"),
            ("[accounts]\n\"own:fees\" = { number = \"062\" }", "three digits"),
            ("[accounts]\n\"own:fees\" = { number = \"706\\t\" }", "three digits"),
            ("[accounts]\n\"own:fees\" = { number = 706 }", "string"),
            ("[accounts]\n\"own:fees\" = { number = \"62700\" }", "62700 is called both"),
            ("[accounts]\n\"own:fees\" = { name = \"\" }", "text"),
            ("[journals]\nbank = { code = \"B Q\" }", "letters and digits"),
            ("[entries]\nsweep = \"x\"", "no such operation"),
            ("[more]", "more"),
            ("base = \"sage\"", "\"sage\" is no chart that comes with the program: paheko"),
            ("base = 1", "\"integer\" is no chart"),
        ] {
            let reason = Chart::with(toml).unwrap_err().to_string();
            assert!(reason.contains(says), "{toml}: {reason}");
        }
    }

    /// Numbers of both charts for French associations that Paheko ships, as they stood in its sources in November 2026.
    const OF_PAHEKO: [&str; 13] =
        ["110", "119", "46", "4671", "4672", "5112", "512", "530", "580", "627", "654", "7588", "768"];

    #[test]
    fn every_account_of_the_chart_for_paheko_lies_under_one_that_it_has() {
        let paheko = Chart::named("paheko").unwrap().unwrap();
        for account in paheko.all() {
            let number = account.number.as_str();
            assert!(OF_PAHEKO.iter().any(|known| number.starts_with(known)), "{number}");
        }
        let number = |account: &EuroAccount| paheko.account(account).number.clone();
        let till = EuroAccount::Till("florac".parse().unwrap());
        assert_eq!(
            [number(&EuroAccount::Obligation), number(&till), number(&EuroAccount::OwnFees)],
            ["46730", "53000", "75881"]
        );
        let over = Chart::with("base = \"paheko\"\n[accounts]\n\"own:fees\" = { number = \"706\" }").unwrap();
        assert_eq!(over.account(&EuroAccount::OwnFees).number, "706");
        assert_eq!(over.account(&EuroAccount::Obligation).number, "46730");
        assert!(Chart::named("sage").is_none());
    }

    #[test]
    fn every_operation_that_can_move_euros_has_a_name() {
        let shipped = Chart::shipped().unwrap();
        let without: Vec<&str> =
            Act::NAMES.iter().copied().filter(|name| !shipped.entries.contains_key(*name)).collect();
        let unmoved =
            ["found", "open_bureau", "amend_bureau", "close_bureau", "enrol_member", "amend_member"];
        let also = ["renew_member", "set_fee", "print_bills", "destroy_bills", "exchange"];
        let last = ["attest_statement", "close_period"];
        assert_eq!(without, [unmoved.as_slice(), &also, &last].concat());
    }
}
