//! The schema of the settings: the filter's, and the sections that are the host's.

use super::{review, rules, streams};
use crate::ordered::Value;

/// The host's sections, each with its schema.
const SECTIONS: [(&str, &str); 3] =
    [(rules::SECTION, include_str!("rules.schema.json")), (review::SECTION, review::SCHEMA), (streams::SECTION, streams::SCHEMA)];

/// Adds the host's sections to the schema of the settings, which the filter gives.
///
/// # Errors
/// When either is no JSON, which no operator can cause.
pub fn with_host_sections(schema: &str) -> serde_json::Result<Value> {
    let mut schema: Value = serde_json::from_str(schema)?;
    for place in [&["properties"][..], &["$defs", "Draft", "properties"]] {
        let found = place.iter().try_fold(&mut schema, |value, key| value.get_mut(key));
        let Some(Value::Object(properties)) = found else { continue };
        for (name, section) in SECTIONS {
            let at = properties.iter().position(|(key, _)| key == "draft").unwrap_or(properties.len());
            properties.insert(at, (name.to_owned(), serde_json::from_str(section)?));
        }
    }
    Ok(schema)
}
