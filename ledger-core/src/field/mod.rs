//! The fields of an operation: each type's plain value, as the journal stores it, and its form in JSON.
//! Nothing here knows which operation has which field.

mod lists;
mod name;
mod pointers;
mod terms;
mod words;

use std::borrow::Cow;

use serde_json::Value as JsonValue;
use smallvec::SmallVec;

use crate::account::Account;
use crate::bills::{Bills, Denomination};
use crate::date::Date;
use crate::id::{BureauId, MemberId, OperatorId, Reference};
use crate::json::Json;
use crate::limits::{COUNT_MAX, FIGURE_MAX_CENTS};
use crate::money::{Euros, Rate};
use crate::pen::{self, Page};
use crate::text::{InvalidText, Text};

pub use self::lists::{Denominations, Serials, Slips};
pub use self::name::Name;
pub use self::pointers::{BankLine, EntryName, FileHash};
pub use self::terms::{Fund, Terms};
pub use self::words::{Means, MemberKind, Paid};

/// A single plain value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaf<'a> {
    /// Text: identifiers, free text, accounts.
    Text(Cow<'a, str>),
    /// Euros, in cents.
    Cents(i64),
    /// A civil date, in days since 1970-01-01.
    Day(i32),
    /// A whole number: a count of days, millionths of a rate, a sequence, the place of a word in a list of words.
    Number(u64),
}

/// A plain value: what the journal stores of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A single value.
    Leaf(Leaf<'a>),
    /// Several texts.
    Texts(Vec<Cow<'a, str>>),
    /// Several whole numbers.
    Numbers(Vec<u64>),
    /// Bills.
    Counts(Counts),
    /// Named values that belong together.
    Group(Vec<(Name, Leaf<'a>)>),
}

/// Pairs of denomination and count.
pub type Counts = SmallVec<[(u32, u64); 3]>;

impl<'a> Value<'a> {
    fn text(text: &'a str) -> Self {
        Self::Leaf(Leaf::Text(Cow::Borrowed(text)))
    }

    fn number(number: u64) -> Self {
        Self::Leaf(Leaf::Number(number))
    }

    fn as_text(&self) -> Option<&str> {
        if let Self::Leaf(Leaf::Text(text)) = self { Some(text) } else { None }
    }

    fn as_number(&self) -> Option<u64> {
        if let Self::Leaf(Leaf::Number(number)) = self { Some(*number) } else { None }
    }

    fn as_group(&self) -> Option<&[(Name, Leaf<'a>)]> {
        if let Self::Group(leaves) = self { Some(leaves) } else { None }
    }
}

/// A field that can be written: to the journal, to JSON.
pub trait Field {
    /// The plain value that the journal stores.
    fn to_value(&self) -> Value<'_>;
    /// The value in JSON.
    fn to_json(&self) -> JsonValue;
    /// Writes the value in JSON behind what is there.
    fn write_json(&self, page: &mut Page) {
        page.extend_from_slice(self.to_json().to_string().as_bytes());
    }
}

/// A field that can be read back, from the journal or from JSON.
pub trait ReadField: Field + Sized {
    /// What a person should have written, for messages.
    const EXPECTED: &'static str;
    /// Reads the plain value; none when it is not one that [`to_value`](Field::to_value) gives.
    fn from_value(value: &Value<'_>) -> Option<Self>;
    /// Reads the JSON value; none when it is not of this type.
    fn from_json(json: &Json<'_>) -> Option<Self>;
    /// Reads the JSON value of what was recorded, perhaps by an older program with other rules; the same by default.
    fn from_recorded_json(json: &Json<'_>) -> Option<Self> {
        Self::from_json(json)
    }
    /// What a JSON value holds that is wrong, where that says more than the value itself.
    fn wrong_in(_json: &Json<'_>) -> Option<String> {
        None
    }
}

macro_rules! text_fields {
    ($($Type:ty: $expected:literal;)*) => {$(
        text_fields! { shown $Type }

        impl ReadField for $Type {
            const EXPECTED: &'static str = $expected;
            fn from_value(value: &Value<'_>) -> Option<Self> {
                value.as_text()?.parse().ok()
            }
            fn from_json(json: &Json<'_>) -> Option<Self> {
                json.as_text()?.parse().ok()
            }
        }
    )*};
    (shown $Type:ty) => {
        impl Field for $Type {
            fn to_value(&self) -> Value<'_> {
                Value::text(self.as_str())
            }
            fn to_json(&self) -> JsonValue {
                JsonValue::from(self.as_str())
            }
            fn write_json(&self, page: &mut Page) {
                pen::quoted(self.as_str(), page);
            }
        }
    };
}

text_fields! { shown Text }

text_fields! {
    Reference: "1 to 64 of A-Z a-z 0-9 . _ -";
    BureauId: "1 to 64 of A-Z a-z 0-9 . _ -";
    MemberId: "1 to 64 of A-Z a-z 0-9 . _ -";
    OperatorId: "1 to 64 of A-Z a-z 0-9 . _ -";
}

impl ReadField for Text {
    const EXPECTED: &'static str = "a text of 1 to 500 bytes, of letters that can be seen";
    fn from_value(value: &Value<'_>) -> Option<Self> {
        Self::recorded(value.as_text()?)
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        json.as_text()?.parse().ok()
    }
    fn from_recorded_json(json: &Json<'_>) -> Option<Self> {
        Self::recorded(json.as_text()?)
    }
    fn wrong_in(json: &Json<'_>) -> Option<String> {
        let Err(InvalidText::Unseen { letter, place }) = json.as_text()?.parse::<Self>() else { return None };
        Some(format!("{json} with U+{:04X} as letter {place}", u32::from(letter)))
    }
}

impl Field for Account {
    fn to_value(&self) -> Value<'_> {
        Value::Leaf(Leaf::Text(Cow::Owned(self.to_string())))
    }
    fn to_json(&self) -> JsonValue {
        JsonValue::from(self.to_string())
    }
}

impl ReadField for Account {
    const EXPECTED: &'static str = "an account such as \"fund:deposit\"";
    fn from_value(value: &Value<'_>) -> Option<Self> {
        value.as_text()?.parse().ok()
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        json.as_text()?.parse().ok()
    }
}

impl Field for Euros {
    fn to_value(&self) -> Value<'_> {
        Value::Leaf(Leaf::Cents(self.cents()))
    }
    fn to_json(&self) -> JsonValue {
        JsonValue::from(self.to_string())
    }
    fn write_json(&self, page: &mut Page) {
        page.push(b'"');
        pen::amount(*self, page);
        page.push(b'"');
    }
}

impl ReadField for Euros {
    const EXPECTED: &'static str = "an amount as text with at most two decimals, such as \"25.00\"";
    fn from_value(value: &Value<'_>) -> Option<Self> {
        match value {
            Value::Leaf(Leaf::Cents(cents)) => euros_in_bounds(*cents),
            _ => None,
        }
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        json.as_text()?.parse().ok()
    }
}

fn euros_in_bounds(cents: i64) -> Option<Euros> {
    (-FIGURE_MAX_CENTS..=FIGURE_MAX_CENTS).contains(&cents).then(|| Euros::from_cents(cents))
}

impl Field for Rate {
    fn to_value(&self) -> Value<'_> {
        Value::number(u64::from(self.millionths()))
    }
    fn to_json(&self) -> JsonValue {
        JsonValue::from(self.to_string())
    }
}

impl ReadField for Rate {
    const EXPECTED: &'static str = "a rate as text from \"0\" to below \"1\", such as \"0.02\"";
    fn from_value(value: &Value<'_>) -> Option<Self> {
        Self::from_millionths(value.as_number()?)
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        json.as_text()?.parse().ok()
    }
}

impl Field for Date {
    fn to_value(&self) -> Value<'_> {
        Value::Leaf(Leaf::Day(self.days_since_epoch()))
    }
    fn to_json(&self) -> JsonValue {
        JsonValue::from(self.to_string())
    }
}

impl ReadField for Date {
    const EXPECTED: &'static str = "a date of the calendar as \"YYYY-MM-DD\", from 1900 to 2999";
    fn from_value(value: &Value<'_>) -> Option<Self> {
        match value {
            Value::Leaf(Leaf::Day(days)) => Self::from_days_since_epoch(*days).ok(),
            _ => None,
        }
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        json.as_text()?.parse().ok()
    }
}

impl Field for Bills {
    fn to_value(&self) -> Value<'_> {
        Value::Counts(self.counts())
    }
    fn to_json(&self) -> JsonValue {
        let counted =
            |(denomination, count): (Denomination, i64)| (denomination.to_string(), JsonValue::from(count));
        JsonValue::Object(self.iter().map(counted).collect())
    }
    fn write_json(&self, page: &mut Page) {
        page.push(b'{');
        for (place, (denomination, count)) in self.iter().enumerate() {
            if place > 0 {
                page.push(b',');
            }
            page.push(b'"');
            pen::whole(denomination.face().into(), page);
            page.extend_from_slice(b"\":");
            if count < 0 {
                page.push(b'-');
            }
            pen::whole(count.unsigned_abs(), page);
        }
        page.push(b'}');
    }
}

impl ReadField for Bills {
    const EXPECTED: &'static str = "bills as denomination and whole count, such as {\"10\":2,\"5\":1}";

    fn from_value(value: &Value<'_>) -> Option<Self> {
        let Value::Counts(counts) = value else { return None };
        Self::listed(counts, COUNT_MAX)
    }

    fn from_json(json: &Json<'_>) -> Option<Self> {
        let Json::Object(fields) = json else { return None };
        let bill = |(face, count): &(Cow<'_, str>, Json<'_>)| {
            let plain = face.bytes().all(|byte| byte.is_ascii_digit()) && !face.starts_with('0');
            let Json::Whole(count) = count else { return None };
            counted_bill(face.parse().ok().filter(|_| plain)?, *count)
        };
        fields.iter().map(bill).collect()
    }
}

fn counted_bill(face: u32, count: u64) -> Option<(Denomination, i64)> {
    let count = i64::try_from(count).ok().filter(|&count| count <= COUNT_MAX)?;
    Some((Denomination::new(face)?, count))
}
