//! The fields of an operation: each type's plain value, as the journal stores it, and its form in JSON.
//! Nothing here knows which operation has which field.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value as JsonValue;

use crate::account::Account;
use crate::bills::{Bills, COUNT_MAX, DENOMINATIONS_MAX, Denomination};
use crate::date::Date;
use crate::entry::Sequence;
use crate::id::{BureauId, MemberId, OperatorId, Reference};
use crate::json::Json;
use crate::money::{BALANCE_MAX_CENTS, Euros, Rate};
use crate::text::Text;

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
    /// Bills: pairs of denomination and count.
    Counts(Vec<(u32, u64)>),
    /// Named values that belong together.
    Group(Vec<(&'static str, Leaf<'a>)>),
}

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

    fn as_group(&self) -> Option<&[(&'static str, Leaf<'a>)]> {
        if let Self::Group(leaves) = self { Some(leaves) } else { None }
    }
}

/// A field that can be written: to the journal, to JSON.
pub trait Field {
    /// The plain value that the journal stores.
    fn to_value(&self) -> Value<'_>;
    /// The value in JSON.
    fn to_json(&self) -> JsonValue;
}

/// A field that can be read back, from the journal or from JSON.
pub trait ReadField: Field + Sized {
    /// What a person should have written, for messages.
    const EXPECTED: &'static str;
    /// Reads the plain value; none when it is not of this type.
    fn from_value(value: &Value<'_>) -> Option<Self>;
    /// Reads the JSON value; none when it is not of this type.
    fn from_json(json: &Json<'_>) -> Option<Self>;
}

macro_rules! text_fields {
    ($($Type:ty: $expected:literal;)*) => {$(
        impl Field for $Type {
            fn to_value(&self) -> Value<'_> {
                Value::text(self.as_str())
            }
            fn to_json(&self) -> JsonValue {
                JsonValue::from(self.as_str())
            }
        }

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
}

text_fields! {
    Text: "a text of 1 to 500 bytes without control characters";
    Reference: "1 to 64 of A-Z a-z 0-9 . _ -";
    BureauId: "1 to 64 of A-Z a-z 0-9 . _ -";
    MemberId: "1 to 64 of A-Z a-z 0-9 . _ -";
    OperatorId: "1 to 64 of A-Z a-z 0-9 . _ -";
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
    (-BALANCE_MAX_CENTS..=BALANCE_MAX_CENTS).contains(&cents).then(|| Euros::from_cents(cents))
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
    const EXPECTED: &'static str = "a date of the calendar as \"YYYY-MM-DD\"";
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
        let counted = |(denomination, count): (Denomination, i64)| (denomination.face(), count.unsigned_abs());
        Value::Counts(self.iter().map(counted).collect())
    }
    fn to_json(&self) -> JsonValue {
        let counted = |(denomination, count): (Denomination, i64)| (denomination.to_string(), JsonValue::from(count));
        JsonValue::Object(self.iter().map(counted).collect())
    }
}

impl ReadField for Bills {
    const EXPECTED: &'static str = "bills as denomination and whole count, such as {\"10\":2,\"5\":1}";

    fn from_value(value: &Value<'_>) -> Option<Self> {
        let Value::Counts(counts) = value else { return None };
        counts.iter().map(|&(face, count)| counted_bill(face, count)).collect()
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

/// The denominations of a currency, ascending, each once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Denominations(Vec<Denomination>);

impl Denominations {
    /// A set of 1 to 64 distinct denominations; none when it is not one.
    pub fn new(mut faces: Vec<Denomination>) -> Option<Self> {
        let given = faces.len();
        faces.sort_unstable();
        faces.dedup();
        (given == faces.len() && (1..=DENOMINATIONS_MAX).contains(&given)).then_some(Self(faces))
    }

    /// Whether the currency has bills of this face value.
    pub fn contains(&self, denomination: Denomination) -> bool {
        self.0.binary_search(&denomination).is_ok()
    }

    /// The denominations, ascending.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Denomination> {
        self.0.iter().copied()
    }

    fn from_faces(faces: impl Iterator<Item = Option<u64>>) -> Option<Self> {
        let face = |face: Option<u64>| Denomination::new(u32::try_from(face?).ok()?);
        faces.map(face).collect::<Option<Vec<_>>>().and_then(Self::new)
    }
}

impl Field for Denominations {
    fn to_value(&self) -> Value<'_> {
        Value::Numbers(self.iter().map(|denomination| u64::from(denomination.face())).collect())
    }
    fn to_json(&self) -> JsonValue {
        self.iter().map(Denomination::face).collect()
    }
}

impl ReadField for Denominations {
    const EXPECTED: &'static str = "1 to 64 distinct whole denominations, such as [1,2,5,10,20,50]";
    fn from_value(value: &Value<'_>) -> Option<Self> {
        let Value::Numbers(faces) = value else { return None };
        Self::from_faces(faces.iter().map(|&face| Some(face)))
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let Json::Array(faces) = json else { return None };
        Self::from_faces(faces.iter().map(|face| if let Json::Whole(face) = face { Some(*face) } else { None }))
    }
}

macro_rules! list_fields {
    ($($(#[$doc:meta])* $Name:ident of $Item:ty, at most $max:literal: $expected:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $Name(Vec<$Item>);

        impl $Name {
            /// A list of at least one and no more than are allowed; none otherwise.
            pub fn new(items: Vec<$Item>) -> Option<Self> {
                (1..=$max).contains(&items.len()).then_some(Self(items))
            }
            /// The items, in the order given.
            pub fn as_slice(&self) -> &[$Item] {
                &self.0
            }
            fn from_texts<'t>(texts: impl Iterator<Item = Option<&'t str>>) -> Option<Self> {
                texts.map(|text| text?.parse().ok()).collect::<Option<Vec<_>>>().and_then(Self::new)
            }
        }

        impl Field for $Name {
            fn to_value(&self) -> Value<'_> {
                Value::Texts(self.0.iter().map(|item| Cow::Borrowed(item.as_str())).collect())
            }
            fn to_json(&self) -> JsonValue {
                self.0.iter().map(|item| item.as_str()).collect()
            }
        }

        impl ReadField for $Name {
            const EXPECTED: &'static str = $expected;
            fn from_value(value: &Value<'_>) -> Option<Self> {
                let Value::Texts(texts) = value else { return None };
                Self::from_texts(texts.iter().map(|text| Some(text.as_ref())))
            }
            fn from_json(json: &Json<'_>) -> Option<Self> {
                let Json::Array(items) = json else { return None };
                Self::from_texts(items.iter().map(Json::as_text))
            }
        }
    )*};
}

list_fields! {
    /// Several deposit slips that the bank credited as one.
    Slips of Reference, at most 100: "1 to 100 slips, such as [\"BORD-0001\",\"BORD-0002\"]";
    /// The first serial of each run of bills printed; opaque.
    Serials of Text, at most 64: "1 to 64 texts, such as [\"A000001\"]";
}

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

impl Field for Paid {
    fn to_value(&self) -> Value<'_> {
        match self {
            Self::By(means) => Value::number(means.number()),
            Self::Credit(payable) => {
                Value::Group(vec![("credit", Leaf::Text(Cow::Borrowed(payable.as_str())))])
            }
        }
    }
    fn to_json(&self) -> JsonValue {
        match self {
            Self::By(means) => JsonValue::from(means.as_str()),
            Self::Credit(payable) => serde_json::json!({ "credit": payable.as_str() }),
        }
    }
}

impl ReadField for Paid {
    const EXPECTED: &'static str = "\"cash\", \"cheque\", \"card\", \"transfer\" or {\"credit\":\"<ref of a payable>\"}";
    fn from_value(value: &Value<'_>) -> Option<Self> {
        match value.as_group() {
            Some([("credit", Leaf::Text(payable))]) => payable.parse().ok().map(Self::Credit),
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
                write!(f, "consignment, till up to {till_ceiling} €, deposit within {deposit_within_days} days")
            }
        }
    }
}

impl Field for Terms {
    fn to_value(&self) -> Value<'_> {
        match self {
            Self::Prefunded => Value::text("prefunded"),
            Self::Consignment { till_ceiling, deposit_within_days } => Value::Group(vec![
                ("till_ceiling", Leaf::Cents(till_ceiling.cents())),
                ("deposit_within_days", Leaf::Number(u64::from(*deposit_within_days))),
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
    const EXPECTED: &'static str =
        "\"prefunded\" or {\"consignment\":{\"till_ceiling\":\"500.00\",\"deposit_within_days\":30}}";

    fn from_value(value: &Value<'_>) -> Option<Self> {
        match value.as_group() {
            Some([("till_ceiling", Leaf::Cents(ceiling)), ("deposit_within_days", Leaf::Number(days))]) => {
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
        let Self::Consignment { mut till_ceiling, mut deposit_within_days } = Self::STRICT else { return None };
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
}

/// The account at the solidarity bank that holds the guarantee fund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fund {
    /// The bank's name.
    pub bank: Text,
    /// The account's IBAN.
    pub iban: Text,
}

impl Field for Fund {
    fn to_value(&self) -> Value<'_> {
        Value::Group(vec![
            ("bank", Leaf::Text(Cow::Borrowed(self.bank.as_str()))),
            ("iban", Leaf::Text(Cow::Borrowed(self.iban.as_str()))),
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
            [("bank", Leaf::Text(bank)), ("iban", Leaf::Text(iban))] => {
                Some(Self { bank: bank.parse().ok()?, iban: iban.parse().ok()? })
            }
            _ => None,
        }
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let Json::Object(fields) = json else { return None };
        let text = |name: &str| {
            fields.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.as_text()?.parse().ok())
        };
        Some(Self { bank: text("bank")?, iban: text("iban")? }).filter(|_| fields.len() == 2)
    }
}

/// How an operation names an entry: by its number or by its reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum EntryName {
    /// Its sequence.
    Sequence(Sequence),
    /// Its reference.
    Reference(Reference),
}

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sequence(sequence) => sequence.fmt(f),
            Self::Reference(reference) => reference.fmt(f),
        }
    }
}

impl Field for EntryName {
    fn to_value(&self) -> Value<'_> {
        match self {
            Self::Sequence(sequence) => Value::number(sequence.number()),
            Self::Reference(reference) => Value::text(reference.as_str()),
        }
    }
    fn to_json(&self) -> JsonValue {
        match self {
            Self::Sequence(sequence) => JsonValue::from(sequence.number()),
            Self::Reference(reference) => JsonValue::from(reference.as_str()),
        }
    }
}

impl ReadField for EntryName {
    const EXPECTED: &'static str = "an entry's number from 1, or its ref as text";
    fn from_value(value: &Value<'_>) -> Option<Self> {
        match value {
            Value::Leaf(Leaf::Number(number)) => Some(Self::Sequence(Sequence::new(*number))),
            _ => value.as_text()?.parse().ok().map(Self::Reference),
        }
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        match json {
            Json::Whole(0) => None,
            Json::Whole(number) => Some(Self::Sequence(Sequence::new(*number))),
            _ => json.as_text()?.parse().ok().map(Self::Reference),
        }
    }
}

/// The fingerprint of a line of the bank's statement: its date, amount, and its place among the lines of that
/// date and amount (from 1). No label, so no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BankLine {
    /// The booking date.
    pub date: Date,
    /// The amount, negative when it left the account.
    pub amount: Euros,
    /// Which line of that date and amount, from 1.
    pub nth: u32,
}

impl Field for BankLine {
    fn to_value(&self) -> Value<'_> {
        Value::Group(vec![
            ("date", Leaf::Day(self.date.days_since_epoch())),
            ("amount", Leaf::Cents(self.amount.cents())),
            ("nth", Leaf::Number(u64::from(self.nth))),
        ])
    }
    fn to_json(&self) -> JsonValue {
        serde_json::json!({ "date": self.date, "amount": self.amount, "nth": self.nth })
    }
}

impl ReadField for BankLine {
    const EXPECTED: &'static str = "{\"date\":\"2026-08-28\",\"amount\":\"10.00\",\"nth\":1}";
    fn from_value(value: &Value<'_>) -> Option<Self> {
        match value.as_group()? {
            [("date", Leaf::Day(days)), ("amount", Leaf::Cents(cents)), ("nth", Leaf::Number(nth))] => {
                Some(Self {
                    date: Date::from_days_since_epoch(*days).ok()?,
                    amount: euros_in_bounds(*cents)?,
                    nth: u32::try_from(*nth).ok().filter(|&nth| nth > 0)?,
                })
            }
            _ => None,
        }
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let Json::Object(fields) = json else { return None };
        let named = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        let Json::Whole(nth) = named("nth")? else { return None };
        let nth = u32::try_from(*nth).ok().filter(|&nth| nth > 0 && fields.len() == 3)?;
        Some(Self { date: Date::from_json(named("date")?)?, amount: Euros::from_json(named("amount")?)?, nth })
    }
}

/// The SHA-256 of a file, written as 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileHash(String);

impl FileHash {
    /// The hash of these digits; none when they are not 64 lowercase hexadecimal digits.
    pub fn from_hex(digits: &str) -> Option<Self> {
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (digits.len() == 64 && digits.bytes().all(hexadecimal)).then(|| Self(digits.to_owned()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Field for FileHash {
    fn to_value(&self) -> Value<'_> {
        Value::text(&self.0)
    }
    fn to_json(&self) -> JsonValue {
        JsonValue::from(self.0.as_str())
    }
}

impl ReadField for FileHash {
    const EXPECTED: &'static str = "a SHA-256 as 64 lowercase hexadecimal digits";
    fn from_value(value: &Value<'_>) -> Option<Self> {
        Self::from_hex(value.as_text()?)
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        Self::from_hex(json.as_text()?)
    }
}
