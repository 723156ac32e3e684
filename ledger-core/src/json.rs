//! A JSON value that keeps what was written: the order of its fields and the text of its numbers.
//! A field given twice is refused. Nothing here knows what an operation is.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::text::holds_private_key;

/// A JSON value, borrowing from its text where it can.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, whole and not negative.
    Whole(u64),
    /// Any other number, as it is shown.
    Number(String),
    /// A string.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Json<'a>>),
    /// An object, its fields in the order given.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// The words with which the parser reports a field given twice.
const TWICE: &str = "field given twice: ";
/// The most fields that an object may have; no operation comes near it.
const FIELDS_MAX: usize = 256;

/// Why a text is no JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonError {
    /// An object has two fields of this name.
    Twice(String),
    /// Not JSON; the column is counted in bytes from 1.
    Malformed {
        /// What the parser says.
        reason: String,
        /// Where it stopped.
        column: usize,
    },
}

/// What the parser says, and the same as somebody would say it who does not write parsers.
const REASONS: [(&str, &str); 21] = [
    ("EOF while parsing a list", "it ends within an array"),
    ("EOF while parsing an object", "it ends within an object"),
    ("EOF while parsing a string", "it ends within a text"),
    ("EOF while parsing a value", "it ends where a value should stand"),
    ("expected `:`", "a colon is missing behind the name of a field"),
    ("expected `,` or `]`", "a comma or the end of the array is missing"),
    ("expected `,` or `}`", "a comma or the end of the object is missing"),
    ("expected ident", "a word stands there that is none of true, false and null"),
    ("expected value", "a value is missing"),
    ("invalid escape", "a backslash stands before something else than JSON knows"),
    ("invalid number", "a number is not written as JSON writes it"),
    ("number out of range", "a number is too large"),
    ("control character (\\u0000-\\u001F) found while parsing a string", "a text holds a control character"),
    ("key must be a string", "the name of a field stands without quotation marks"),
    ("trailing comma", "a comma stands before the end"),
    ("trailing characters", "something stands behind the end"),
    ("recursion limit exceeded", "it is nested too deep"),
    ("invalid unicode code point", ESCAPED),
    ("lone leading surrogate in hex escape", ESCAPED),
    ("unexpected end of hex escape", ESCAPED),
    (TOO_MANY, TOO_MANY),
];
/// An object with more fields than any has.
const TOO_MANY: &str = "an object has too many fields";
const ESCAPED: &str = "a letter that is written by its number is none";

/// Why it is no JSON, in a sentence of [`REASONS`].
fn in_plain_words(reason: &str) -> String {
    let known = REASONS.iter().find(|(said, _)| *said == reason);
    known.map_or("it does not read", |(_, plain)| plain).to_owned()
}

impl<'a> Json<'a> {
    /// Reads one value and nothing behind it.
    pub fn parse(text: &'a str) -> Result<Self, JsonError> {
        serde_json::from_str(text).map_err(|error| {
            let said = error.to_string();
            let reason = said.split(" at line ").next().unwrap_or(&said).to_owned();
            match reason.strip_prefix(TWICE) {
                Some(name) => JsonError::Twice(name.to_owned()),
                None => JsonError::Malformed { reason: in_plain_words(&reason), column: error.column() },
            }
        })
    }

    /// The text of a string.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// As JSON, cut short where it is long: for messages.
impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN_MAX_CHARS: usize = 60;
        let whole = match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Whole(value) => value.to_string(),
            Self::Number(text) => text.clone(),
            Self::Text(text) if holds_private_key(text.as_bytes()) => "a private key".to_owned(),
            Self::Text(text) => format!("{text:?}"),
            Self::Array(values) => format!("an array of {}", values.len()),
            Self::Object(fields) => format!("an object of {} fields", fields.len()),
        };
        if whole.chars().count() <= SHOWN_MAX_CHARS {
            return f.write_str(&whole);
        }
        let start: String = whole.chars().take(SHOWN_MAX_CHARS).collect();
        write!(f, "{start}… ({} bytes)", whole.len())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

/// A string that is borrowed when its text holds no escape.
struct Borrowed<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Borrowed<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Borrowed<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field name")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Borrowed(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Borrowed(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Json::Whole(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        // Shown in a refusal and never computed with: no field takes such a number.
        Ok(Json::Number(format!("{value:?}")))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element()? {
            values.push(value);
        }
        Ok(Json::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields: Vec<(Cow<'de, str>, Json<'de>)> = Vec::with_capacity(8);
        while let Some(Borrowed(name)) = map.next_key::<Borrowed<'de>>()? {
            let value = map.next_value()?;
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(A::Error::custom(format_args!("{TWICE}{name}")));
            }
            if fields.len() == FIELDS_MAX {
                return Err(A::Error::custom(TOO_MANY));
            }
            fields.push((name, value));
        }
        Ok(Json::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_given_twice_is_refused_at_any_depth() {
        assert_eq!(Json::parse(r#"{"a":1,"b":{"c":1,"c":2}}"#), Err(JsonError::Twice("c".into())));
    }

    #[test]
    fn what_is_cut_off_says_where() {
        let Err(JsonError::Malformed { column, .. }) = Json::parse(r#"{"op":"swap","bil"#) else { panic!() };
        assert_eq!(column, 17);
    }
}
