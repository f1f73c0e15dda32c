//! The published schema: made from the model by schemars, kept in `schema.json`, and compared here.
//!
//! `ACTLOG_OVERWRITE=1 cargo test -p actlog-guest schema` writes the file anew after a change of the model.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::check::MAX_ENTRIES;
use super::words::MAX_NAME;
use super::{Entities, EntitySwitches, Given, SCHEMA, Settings, UserKind};
use crate::activity::UserType;
use crate::tables::areas::Area;

impl<T: JsonSchema> JsonSchema for Given<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl JsonSchema for Entities {
    fn schema_name() -> Cow<'static, str> {
        "Entities".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let switches = generator.subschema_for::<EntitySwitches>();
        let mut default = switches.clone();
        default.insert("description".into(), "Entities that are not named here. What is left out is on.".into());
        json_schema!({
            "type": "object",
            "properties": { "default": default },
            "additionalProperties": switches,
            "maxProperties": MAX_ENTRIES,
            "propertyNames": { "minLength": 1, "maxLength": MAX_NAME },
            "description": "Switches by entity. The key is the name that events give, mostly the logical name; upper and lower case are the same, spaces and hyphens do not count.",
        })
    }
}

impl JsonSchema for UserKind {
    fn schema_name() -> Cow<'static, str> {
        "UserKind".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<_> = UserType::ALL.iter().map(|&(_, name)| name).collect();
        json_schema!({
            "anyOf": [
                { "type": "string", "enum": names },
                { "type": "string", "description": "The same in upper or lower case, or the number in quotes." },
                { "type": "integer", "minimum": 0, "maximum": names.len() - 1 },
            ],
            "description": "The Office 365 kind of user, by name or number.",
        })
    }
}

/// The list of areas: names that the table of areas gives.
pub(super) fn areas(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<_> = Area::ALL.iter().map(|area| area.name()).collect();
    json_schema!({ "type": "array", "items": { "type": "string", "enum": names }, "maxItems": MAX_ENTRIES, "default": names })
}

/// Takes away the line ends of the source, and defaults that say no more than that the key is left out.
fn readable(schema: &mut Schema) {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = description.replace('\n', " ");
    }
    if schema.get("default").is_some_and(|default| matches!(default, Value::Null) || *default == "" || *default == Value::Array(Vec::new()))
    {
        schema.remove("default");
    }
}

/// Compares the schema that is kept in `file` of the package with the one that the model gives, or writes it anew.
pub(crate) fn check_kept<T: JsonSchema>(kept: &str, file: &str) {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(readable));
    let generated = settings.into_generator().into_root_schema_for::<T>().to_value();
    if std::env::var_os("ACTLOG_OVERWRITE").is_some_and(|value| value == "1") {
        let text = serde_json::to_string_pretty(&generated).unwrap() + "\n";
        std::fs::write(format!("{}{file}", env!("CARGO_MANIFEST_DIR")), text).unwrap();
        return;
    }
    let kept: Value = serde_json::from_str(kept).unwrap();
    assert_eq!(kept, generated, "run the test with ACTLOG_OVERWRITE=1 and read the difference");
}

/// An editor shows descriptions: no key, word or choice may be without one.
pub(crate) fn check_described(schema: &str) {
    fn undescribed(path: &str, schema: &Value, found: &mut Vec<String>) {
        if let Some(properties) = schema["properties"].as_object() {
            found.extend(properties.iter().filter(|(_, value)| value.get("description").is_none()).map(|(key, _)| format!("{path}.{key}")));
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            found.extend(
                choices.iter().filter(|value| value.get("description").is_none()).map(|value| format!("{path}: {}", value["const"])),
            );
        }
    }
    let schema: Value = serde_json::from_str(schema).unwrap();
    let mut found = Vec::new();
    undescribed("", &schema, &mut found);
    let parts: BTreeMap<String, Value> = serde_json::from_value(schema["$defs"].clone()).unwrap();
    for (name, part) in &parts {
        undescribed(name, part, &mut found);
    }
    assert!(!parts.is_empty());
    assert_eq!(found, [""; 0]);
}

#[test]
fn schema_file_is_what_the_model_gives() {
    check_kept::<Settings>(SCHEMA, "/src/settings/schema.json");
}

#[test]
fn schema_every_key_is_described() {
    check_described(SCHEMA);
}

#[test]
fn schema_draft_has_the_sections_of_the_published_part() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let keys = |node: &Value| -> Vec<String> { node["properties"].as_object().unwrap().keys().cloned().collect() };
    let mut published = keys(&schema);
    published.retain(|key| key != "draft");
    assert_eq!(keys(&schema["$defs"]["Draft"]), published);
}
