//! The first fields of a JSON object, whatever is wrong behind them: they tell what a file is, however it was laid out.

use std::cell::RefCell;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};

/// Fields that are looked at.
const LOOKED_AT: usize = 64;

/// The fields of an object: their names, and what they hold where it is a text.
#[derive(Debug, Default)]
pub struct Keys(Vec<(String, Option<String>)>);

impl Keys {
    /// Those of the object with which bytes begin, as far as they can be read; none where they begin with something else.
    pub fn of(bytes: &[u8]) -> Self {
        let keys = RefCell::default();
        // That the object ends within the bytes is not needed, nor that nothing follows.
        let _ = serde_json::Deserializer::from_slice(bytes).deserialize_map(Fields(&keys));
        Self(keys.into_inner())
    }

    /// Whether there is a field of this name.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// What the field `format` says.
    pub fn format(&self) -> Option<&str> {
        let format = self.0.iter().find(|(name, _)| name == "format");
        format.and_then(|(_, text)| text.as_deref())
    }
}

struct Fields<'k>(&'k RefCell<Vec<(String, Option<String>)>>);

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while self.0.borrow().len() < LOOKED_AT {
            let Some(name) = map.next_key::<String>()? else { break };
            self.0.borrow_mut().push((name, None));
            let text = map.next_value_seed(Texts)?;
            if let Some(last) = self.0.borrow_mut().last_mut() {
                last.1 = text;
            }
        }
        Ok(())
    }
}

/// A value, of which only a text is kept.
struct Texts;

impl<'de> DeserializeSeed<'de> for Texts {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_fields_tell_and_what_follows_does_not_matter() {
        let keys = Keys::of(br#"{"op":"found","note":"{\"format\":\"aiga-receipt/1\"}"} {"x":"#);
        assert!(keys.has("op") && !keys.has("format") && keys.format().is_none());
        let cut = Keys::of(br#"{ "format" : "aiga-receipt/1", "entry": {"op": "swap", "note": "cut her"#);
        assert_eq!((cut.format(), cut.has("op"), cut.has("entry")), (Some("aiga-receipt/1"), false, true));
        assert!(!Keys::of(b"[{\"op\":1}]").has("op") && !Keys::of(b"").has("op"));
    }
}
