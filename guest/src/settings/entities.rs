//! The section `entities`: a table whose keys the operator chooses.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use super::model::EntitySwitches;

/// The key under which the entities stand that are not named.
pub const DEFAULT: &str = "default";

/// Switches by entity name, in the order in which they were written. A name that stands twice is kept twice, so that
/// the check can refuse it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entities(pub Vec<(String, EntitySwitches)>);

impl<'de> Deserialize<'de> for Entities {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ByName)
    }
}

struct ByName;

impl<'de> Visitor<'de> for ByName {
    type Value = Entities;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object of entity names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entities, A::Error> {
        let mut named = Vec::new();
        while let Some(entry) = map.next_entry()? {
            named.push(entry);
        }
        Ok(Entities(named))
    }
}
