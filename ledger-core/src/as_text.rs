//! One way for a type that has a text form to be JSON: as that text.

/// Serialises a type by its `Display` and deserialises it by its `FromStr`.
macro_rules! as_text {
    ($Type:ty $(where $Unit:ident: $Bound:ident)?) => {
        impl$(<$Unit: $Bound>)? serde::Serialize for $Type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de $(, $Unit: $Bound)?> serde::Deserialize<'de> for $Type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use as_text;
