//! As much of JSON Schema as the two schemas need, written in one order of keys.

use serde::{Serialize, Serializer};
use serde_json::Value;

/// A JSON Schema. What is empty is left out.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JsonSchema {
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    pub(super) dialect: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<&'static str>,
    #[serde(rename = "type", skip_serializing_if = "Vec::is_empty", serialize_with = "one_or_many")]
    pub(super) types: Vec<&'static str>,
    #[serde(rename = "const", skip_serializing_if = "Option::is_none")]
    pub(super) constant: Option<Value>,
    #[serde(rename = "enum", skip_serializing_if = "Vec::is_empty")]
    pub(super) values: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) minimum: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) maximum: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_media_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content_schema: Option<Box<JsonSchema>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) items: Option<Box<JsonSchema>>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "in_order")]
    pub(super) properties: Vec<(&'static str, JsonSchema)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) required: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) additional_properties: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not: Option<Box<JsonSchema>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) one_of: Vec<JsonSchema>,
}

impl JsonSchema {
    /// A value of one of the JSON types.
    pub(super) fn of(types: &[&'static str]) -> Self {
        Self { types: types.to_vec(), ..Self::default() }
    }

    /// The whole document, with the dialect that it is written in.
    pub(super) fn document(self) -> String {
        let document = Self { dialect: Some("https://json-schema.org/draft/2020-12/schema"), ..self };
        // Plain data serializes without fail; an empty document would show at once.
        serde_json::to_string(&document).unwrap_or_default()
    }
}

fn one_or_many<S: Serializer>(types: &[&'static str], serializer: S) -> Result<S::Ok, S::Error> {
    match types {
        [one] => serializer.serialize_str(one),
        many => serializer.collect_seq(many),
    }
}

fn in_order<S: Serializer>(members: &[(&'static str, JsonSchema)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(members.iter().map(|(key, schema)| (key, schema)))
}
