//! The canonical form of a state: JSON without spaces, in which the members of an object that is a map are in the order
//! of their names, and those of a record in the order of its fields. One state has one such form, of which the journal
//! keeps the hash; `docs/journal-format.md` specifies it.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashMap;
use serde::{Serialize, Serializer};

/// Serializes a map by the order of its keys.
pub(super) fn sorted<K, V, B, S>(map: &HashMap<K, V, B>, serializer: S) -> Result<S::Ok, S::Error>
where
    K: Serialize + Ord + Hash,
    V: Serialize,
    B: BuildHasher,
    S: Serializer,
{
    let mut members: Vec<(&K, &V)> = map.iter().collect();
    members.sort_unstable_by_key(|(key, _)| *key);
    serializer.collect_map(members)
}
