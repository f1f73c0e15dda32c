//! The schema of the settings: the filter's, the translator's, and the sections that are the host's.

use actlog_engine::Engine;

use super::{exchange, push, review, rules, streams};
use crate::ordered::Value;

/// The host's sections, each with its schema.
const SECTIONS: [(&str, &str); 4] = [
    (rules::SECTION, include_str!("rules.schema.json")),
    (review::SECTION, review::SCHEMA),
    (push::SECTION, push::SCHEMA),
    (streams::SECTION, streams::SCHEMA),
];

/// What the translator's schema is called inside of the whole one: its references begin there.
const EXCHANGE_ID: &str = "urn:actlog:exchange";

/// The schema of a settings file.
///
/// # Errors
/// When the engine does not run here.
pub fn of_file(engine: &Engine) -> anyhow::Result<Value> {
    let mut schema: Value = serde_json::from_str(&engine.settings_schema()?)?;
    let translator = section_of(serde_json::from_str(&engine.translator_schema()?)?);
    for place in [&["properties"][..], &["$defs", "Draft", "properties"]] {
        let found = place.iter().try_fold(&mut schema, |value, key| value.get_mut(key));
        let Some(Value::Object(properties)) = found else { continue };
        for (name, section) in SECTIONS {
            let at = properties.iter().position(|(key, _)| key == "draft").unwrap_or(properties.len());
            properties.insert(at, (name.to_owned(), serde_json::from_str(section)?));
        }
        let at = properties.iter().position(|(key, _)| key == "draft").unwrap_or(properties.len());
        properties.insert(at, (exchange::SECTION.to_owned(), translator.clone()));
    }
    Ok(schema)
}

/// A whole schema as a part of another.
fn section_of(mut schema: Value) -> Value {
    if let Value::Object(keys) = &mut schema {
        keys.retain(|(key, _)| key != "$schema");
        keys.insert(0, ("$id".to_owned(), Value::String(EXCHANGE_ID.to_owned())));
    }
    schema
}
