//! What is agreed: the terms of a bureau, and the account of the guarantee fund.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value as JsonValue;

use super::{Field, Leaf, Name, ReadField, Value, euros_in_bounds};
use crate::json::Json;
use crate::money::Euros;
use crate::text::Text;

/// The terms on which a bureau holds bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Terms {
    /// It bought its bills: they circulate from the day they are supplied, and its till is its own.
    Prefunded,
    /// The bills stay the association's until swapped, and the till's euros are the fund's.
    Consignment {
        /// The most euros of the fund that may lie in its till (inclusive).
        till_ceiling: Euros,
        /// The days after which a euro in the till should be on its way to the bank.
        deposit_within_days: u32,
    },
}

impl Terms {
    /// What holds when no terms are granted: consignment, and no euro of the fund in the till.
    pub const STRICT: Self = Self::Consignment { till_ceiling: Euros::ZERO, deposit_within_days: 30 };

    /// The longest delay that terms may grant, in days.
    pub const DEPOSIT_WITHIN_DAYS_MAX: u32 = 3650;

    /// Whether the bureau bought its bills.
    pub fn is_prefunded(&self) -> bool {
        matches!(self, Self::Prefunded)
    }
}

impl fmt::Display for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefunded => f.write_str("prefunded"),
            Self::Consignment { till_ceiling, deposit_within_days } => {
                write!(
                    f,
                    "consignment, till up to {till_ceiling} €, deposit within {deposit_within_days} days"
                )
            }
        }
    }
}

const TILL_CEILING: Name = Name::of("till_ceiling");
const DEPOSIT_WITHIN_DAYS: Name = Name::of("deposit_within_days");

impl Field for Terms {
    fn to_value(&self) -> Value<'_> {
        match self {
            Self::Prefunded => Value::text("prefunded"),
            Self::Consignment { till_ceiling, deposit_within_days } => Value::Group(vec![
                (TILL_CEILING, Leaf::Cents(till_ceiling.cents())),
                (DEPOSIT_WITHIN_DAYS, Leaf::Number(u64::from(*deposit_within_days))),
            ]),
        }
    }
    fn to_json(&self) -> JsonValue {
        match self {
            Self::Prefunded => JsonValue::from("prefunded"),
            Self::Consignment { till_ceiling, deposit_within_days } => serde_json::json!({
                "consignment": { "till_ceiling": till_ceiling, "deposit_within_days": deposit_within_days }
            }),
        }
    }
}

impl ReadField for Terms {
    const EXPECTED: &'static str = "\"prefunded\" or {\"consignment\":{\"till_ceiling\":\"500.00\",\"deposit_within_days\":30}}, within 3650 days at most";

    fn from_value(value: &Value<'_>) -> Option<Self> {
        match value.as_group() {
            Some([(TILL_CEILING, Leaf::Cents(ceiling)), (DEPOSIT_WITHIN_DAYS, Leaf::Number(days))]) => {
                Some(Self::Consignment {
                    till_ceiling: euros_in_bounds(*ceiling)?,
                    deposit_within_days: u32::try_from(*days).ok()?,
                })
            }
            Some(_) => None,
            None => (value.as_text()? == "prefunded").then_some(Self::Prefunded),
        }
    }

    fn from_json(json: &Json<'_>) -> Option<Self> {
        let Json::Object(fields) = json else {
            return (json.as_text()? == "prefunded").then_some(Self::Prefunded);
        };
        let [(name, Json::Object(granted))] = fields.as_slice() else { return None };
        if name != "consignment" {
            return None;
        }
        let Self::Consignment { mut till_ceiling, mut deposit_within_days } = Self::STRICT else {
            return None;
        };
        for (name, value) in granted {
            match (name.as_ref(), value) {
                ("till_ceiling", value) => {
                    till_ceiling = Euros::from_json(value).filter(|ceiling| !ceiling.is_negative())?;
                }
                ("deposit_within_days", Json::Whole(days)) => {
                    deposit_within_days =
                        u32::try_from(*days).ok().filter(|&days| days <= Self::DEPOSIT_WITHIN_DAYS_MAX)?;
                }
                _ => return None,
            }
        }
        Some(Self::Consignment { till_ceiling, deposit_within_days })
    }

    fn wrong_in(json: &Json<'_>) -> Option<String> {
        let Json::Object(fields) = json else { return None };
        let [(_, Json::Object(granted))] = fields.as_slice() else { return None };
        let wrong = |(name, value): &&(Cow<'_, str>, Json<'_>)| {
            let alone = Json::Object(vec![(name.clone(), value.clone())]);
            Self::from_json(&Json::Object(vec![("consignment".into(), alone)])).is_none()
        };
        granted.iter().find(wrong).map(|(name, value)| format!("{{\"{}\":{value}}}", name.escape_debug()))
    }
}

/// The account at the solidarity bank that holds the guarantee fund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fund {
    /// The bank's name.
    pub bank: Text,
    /// The account's IBAN.
    pub iban: Text,
}

const BANK: Name = Name::of("bank");
const IBAN: Name = Name::of("iban");

impl Field for Fund {
    fn to_value(&self) -> Value<'_> {
        Value::Group(vec![
            (BANK, Leaf::Text(Cow::Borrowed(self.bank.as_str()))),
            (IBAN, Leaf::Text(Cow::Borrowed(self.iban.as_str()))),
        ])
    }
    fn to_json(&self) -> JsonValue {
        serde_json::json!({ "bank": self.bank.as_str(), "iban": self.iban.as_str() })
    }
}

impl ReadField for Fund {
    const EXPECTED: &'static str = "an object of \"bank\" and \"iban\"";
    fn from_value(value: &Value<'_>) -> Option<Self> {
        match value.as_group()? {
            [(BANK, Leaf::Text(bank)), (IBAN, Leaf::Text(iban))] => {
                Some(Self { bank: Text::recorded(bank)?, iban: Text::recorded(iban)? })
            }
            _ => None,
        }
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        Self::of(json, Text::from_json)
    }
    fn from_recorded_json(json: &Json<'_>) -> Option<Self> {
        Self::of(json, Text::from_recorded_json)
    }
    fn wrong_in(json: &Json<'_>) -> Option<String> {
        let Json::Object(fields) = json else { return None };
        fields.iter().find_map(|(_, value)| Text::wrong_in(value))
    }
}

impl Fund {
    fn of(json: &Json<'_>, text: impl Fn(&Json<'_>) -> Option<Text>) -> Option<Self> {
        let Json::Object(fields) = json else { return None };
        let text = |name: &str| text(&fields.iter().find(|(known, _)| known == name)?.1);
        Some(Self { bank: text("bank")?, iban: text("iban")? }).filter(|_| fields.len() == 2)
    }
}
