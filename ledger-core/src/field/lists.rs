//! Fields of several: the denominations of a currency, slips, serials.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value as JsonValue;

use super::{Field, ReadField, Value};
use crate::bills::Denomination;
use crate::id::Reference;
use crate::json::Json;
use crate::limits::DENOMINATIONS_MAX;
use crate::text::Text;

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
        Self::from_faces(faces.iter().map(|&face| Some(face))).filter(|_| faces.is_sorted())
    }
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let Json::Array(faces) = json else { return None };
        Self::from_faces(
            faces.iter().map(|face| if let Json::Whole(face) = face { Some(*face) } else { None }),
        )
    }
}

macro_rules! list_fields {
    ($($(#[$doc:meta])* $Name:ident of $Item:ty, at most $max:literal: $expected:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $Name(Vec<$Item>);

        impl $Name {
            /// The most items that one holds.
            pub const MOST: usize = $max;

            /// A list of at least one and no more than [`MOST`](Self::MOST); none otherwise.
            pub fn new(items: Vec<$Item>) -> Option<Self> {
                (1..=Self::MOST).contains(&items.len()).then_some(Self(items))
            }
            /// The items, in the order given.
            pub fn as_slice(&self) -> &[$Item] {
                &self.0
            }
            fn of(items: impl Iterator<Item = Option<$Item>>) -> Option<Self> {
                items.collect::<Option<Vec<_>>>().and_then(Self::new)
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
                Self::of(texts.iter().map(|text| <$Item>::from_value(&Value::text(text))))
            }
            fn from_json(json: &Json<'_>) -> Option<Self> {
                let Json::Array(items) = json else { return None };
                Self::of(items.iter().map(<$Item>::from_json))
            }
            fn from_recorded_json(json: &Json<'_>) -> Option<Self> {
                let Json::Array(items) = json else { return None };
                Self::of(items.iter().map(<$Item>::from_recorded_json))
            }
            fn wrong_in(json: &Json<'_>) -> Option<String> {
                let Json::Array(items) = json else { return None };
                items.iter().find_map(<$Item>::wrong_in)
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
