//! Fields of a few words: the kind of a member, and how a swap was paid.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value as JsonValue;

use super::{Field, Leaf, Name, ReadField, Value};
use crate::id::Reference;
use crate::json::Json;
use crate::pen::{self, Page};

macro_rules! word_fields {
    ($($(#[$doc:meta])* $Name:ident: $expected:literal { $($(#[$word_doc:meta])* $Word:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $Name {
            $($(#[$word_doc])* $Word,)*
        }

        impl $Name {
            const ALL: &'static [(Self, &'static str)] = &[$((Self::$Word, $word)),*];

            /// The word in JSON and on the command line.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$Word => $word,)* }
            }

            /// Its place in the list of words, which the journal stores.
            fn number(self) -> u64 {
                self as u64
            }

            fn from_number(number: u64) -> Option<Self> {
                usize::try_from(number).ok().and_then(|place| Self::ALL.get(place)).map(|&(word, _)| word)
            }
        }

        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $Name {
            type Err = &'static str;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().find(|(_, word)| *word == text).map(|&(value, _)| value).ok_or($expected)
            }
        }
    )*};
}

word_fields! {
    /// What kind of member.
    MemberKind: "\"individual\" or \"accepter\"" {
        /// A person, who may swap and is never reimbursed.
        Individual = "individual",
        /// A business that takes bills and may turn them back into euros.
        Accepter = "accepter",
    }
    /// How euros came to a bureau.
    Means: "\"cash\", \"cheque\", \"card\" or \"transfer\"" {
        /// Into the till.
        Cash = "cash",
        /// Into the till.
        Cheque = "cheque",
        /// On its way to the bank.
        Card = "card",
        /// On its way to the bank.
        Transfer = "transfer",
    }
}

impl Field for MemberKind {
    fn to_value(&self) -> Value<'_> {
        Value::number(self.number())
    }
    fn to_json(&self) -> JsonValue {
        JsonValue::from(self.as_str())
    }
}

impl ReadField for MemberKind {
    const EXPECTED: &'static str = "\"individual\" or \"accepter\"";
    fn from_value(value: &Value<'_>) -> Option<Self> {
        Self::from_number(value.as_number()?)
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        json.as_text()?.parse().ok()
    }
}

/// How a swap was paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paid {
    /// With euros.
    By(Means),
    /// With what the fund owes under this payable.
    Credit(Reference),
}

const CREDIT: Name = Name::of("credit");

impl Field for Paid {
    fn to_value(&self) -> Value<'_> {
        match self {
            Self::By(means) => Value::number(means.number()),
            Self::Credit(payable) => {
                Value::Group(vec![(CREDIT, Leaf::Text(Cow::Borrowed(payable.as_str())))])
            }
        }
    }
    fn to_json(&self) -> JsonValue {
        match self {
            Self::By(means) => JsonValue::from(means.as_str()),
            Self::Credit(payable) => serde_json::json!({ "credit": payable.as_str() }),
        }
    }
    fn write_json(&self, page: &mut Page) {
        match self {
            Self::By(means) => pen::quoted(means.as_str(), page),
            Self::Credit(_) => page.extend_from_slice(self.to_json().to_string().as_bytes()),
        }
    }
}

impl ReadField for Paid {
    const EXPECTED: &'static str =
        "\"cash\", \"cheque\", \"card\", \"transfer\" or {\"credit\":\"<ref of a payable>\"}";
    fn from_value(value: &Value<'_>) -> Option<Self> {
        match value.as_group() {
            Some([(CREDIT, Leaf::Text(payable))]) => payable.parse().ok().map(Self::Credit),
            Some(_) => None,
            None => Means::from_number(value.as_number()?).map(Self::By),
        }
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        if let Json::Object(fields) = json {
            let [(name, payable)] = fields.as_slice() else { return None };
            return if name == "credit" { payable.as_text()?.parse().ok().map(Self::Credit) } else { None };
        }
        json.as_text()?.parse().ok().map(Self::By)
    }
}
