//! The JSON Schemas (2020-12) of what goes in and what comes out.

use super::json_schema::JsonSchema;
use crate::activity::UserType;
use crate::categorize::Category;
use crate::classify::ActivityKind;
use crate::decode::MAX_NAME;
use crate::parts::Carry;
use crate::tables::schema::{COLUMNS, Column, ColumnType, column};

const GUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/// A GUID as senders write it: with hyphens, the same in braces, or bare digits; in either case.
const SENT_GUID: &str =
    "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|\\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\\}|[0-9A-Fa-f]{32}";

/// The schema of an audit record of the profile `activity-logging`, made from [`COLUMNS`].
pub fn record_schema() -> String {
    let schema = JsonSchema {
        title: Some("Audit record"),
        description: Some("One record, or one part of a record that was split. At most 3,072 bytes of UTF-8."),
        properties: COLUMNS.iter().map(|column| (column.key, of_column(column))).collect(),
        required: COLUMNS.iter().filter(|column| column.always).map(|column| column.key).collect(),
        additional_properties: Some(false),
        ..JsonSchema::of(&["object"])
    };
    schema.document()
}

fn of_column(column: &Column) -> JsonSchema {
    let text = JsonSchema::of(&["string"]);
    let schema = match column.kind {
        ColumnType::Guid => JsonSchema { pattern: Some(format!("^{GUID}$")), ..text },
        ColumnType::Time => {
            JsonSchema { pattern: Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,7})?Z$".to_owned()), ..text }
        }
        ColumnType::Name => JsonSchema { max_length: Some(MAX_NAME as u32), ..text },
        ColumnType::Text | ColumnType::Filter => text,
        ColumnType::UserType => JsonSchema { values: UserType::ALL.iter().map(|(_, name)| *name).collect(), ..text },
        ColumnType::Category => JsonSchema { values: Category::ALL.iter().map(|category| category.name()).collect(), ..text },
        ColumnType::Activity => JsonSchema { values: ActivityKind::ALL.iter().map(|kind| kind.name()).collect(), ..text },
        ColumnType::Guids => JsonSchema { pattern: Some(format!("^({GUID}(, {GUID})*)?$")), ..text },
        ColumnType::Fields => {
            JsonSchema { content_media_type: Some("application/json"), content_schema: Some(Box::new(field_list())), ..text }
        }
        ColumnType::FieldList => field_list(),
        ColumnType::Keys => JsonSchema { pattern: Some("^[A-Za-z]+(, [A-Za-z]+)*$".to_owned()), ..text },
        ColumnType::Flag => JsonSchema { constant: Some(true.into()), ..JsonSchema::default() },
        ColumnType::Number => JsonSchema { minimum: Some(0), ..JsonSchema::of(&["integer"]) },
        ColumnType::Count => JsonSchema { minimum: Some(1), ..JsonSchema::of(&["integer"]) },
    };
    JsonSchema { description: Some(column.description), ..schema }
}

fn field_list() -> JsonSchema {
    let continues = JsonSchema {
        description: Some("The value goes on in the next field of the same name: as text, or as JSON."),
        values: vec![Carry::Text.name(), Carry::Json.name()],
        ..JsonSchema::default()
    };
    let field = JsonSchema {
        properties: vec![("Name", JsonSchema::of(&["string"])), ("Value", JsonSchema::default()), ("Continues", continues)],
        required: vec!["Name", "Value"],
        additional_properties: Some(false),
        ..JsonSchema::of(&["object"])
    };
    JsonSchema { items: Some(Box::new(field)), ..JsonSchema::of(&["array"]) }
}

/// The schema of an event, either form. Keys that it does not name are allowed and passed over; null and the empty string
/// mean that there is no value.
pub fn event_schema() -> String {
    let schema = JsonSchema {
        title: Some("SDK event"),
        description: Some("One event, told by its keys to be a SdkEvent (Message) or a RemoteExecutionContext (MessageName)."),
        one_of: vec![sdk_event(), remote_execution_context()],
        ..JsonSchema::default()
    };
    schema.document()
}

fn sdk_event() -> JsonSchema {
    let plain = |key: &'static str, schema: JsonSchema| {
        // The id that an event carries is not the one that joins the parts of its record.
        let described = if key == "CorrelationId" { "SourceCorrelationId" } else { key };
        (key, JsonSchema { description: column(described).map(|column| column.description), ..schema })
    };
    let results = JsonSchema { items: Some(Box::new(sent_guid(false))), ..JsonSchema::of(&["array", "null"]) };
    JsonSchema {
        title: Some("SdkEvent"),
        properties: vec![
            plain("EventId", name(true)),
            plain("Message", name(false)),
            plain("CreationTime", optional("string")),
            plain("OrganizationId", sent_guid(false)),
            plain("CrmOrganizationUniqueName", optional("string")),
            plain("InstanceUrl", optional("string")),
            plain("EntityName", name(true)),
            plain("EntityId", sent_guid(true)),
            plain("UserId", sent_guid(true)),
            plain("SystemUserId", sent_guid(true)),
            plain("UserUpn", optional("string")),
            plain("UserKey", optional("string")),
            plain("UserType", JsonSchema { minimum: Some(0), maximum: Some(10), ..JsonSchema::of(&["string", "integer", "null"]) }),
            plain("ClientIP", optional("string")),
            plain("UserAgent", optional("string")),
            plain("CorrelationId", sent_guid(true)),
            plain("ServiceContextId", sent_guid(true)),
            plain("ServiceContextIdType", optional("string")),
            plain("ServiceName", optional("string")),
            plain("ResultStatus", optional("string")),
            plain("Workload", optional("string")),
            plain("Fields", pairs("Name", "Value")),
            plain("Query", optional("string")),
            plain("QueryResults", results),
        ],
        required: vec!["Message", "OrganizationId"],
        not: Some(Box::new(JsonSchema { required: vec!["MessageName"], ..JsonSchema::default() })),
        ..JsonSchema::of(&["object"])
    }
}

fn remote_execution_context() -> JsonSchema {
    JsonSchema {
        title: Some("RemoteExecutionContext"),
        properties: vec![
            ("MessageName", name(false)),
            ("OrganizationId", sent_guid(false)),
            ("OrganizationName", optional("string")),
            ("OperationCreatedOn", optional("string")),
            ("PrimaryEntityName", name(true)),
            ("PrimaryEntityId", sent_guid(true)),
            ("UserId", sent_guid(true)),
            ("InitiatingUserId", sent_guid(true)),
            ("InitiatingUserAgent", optional("string")),
            ("CorrelationId", sent_guid(true)),
            ("RequestId", sent_guid(true)),
            ("InputParameters", pairs("key", "value")),
            ("OutputParameters", pairs("key", "value")),
        ],
        required: vec!["MessageName", "OrganizationId"],
        not: Some(Box::new(JsonSchema { required: vec!["Message"], ..JsonSchema::default() })),
        ..JsonSchema::of(&["object"])
    }
}

fn optional(kind: &'static str) -> JsonSchema {
    JsonSchema::of(&[kind, "null"])
}

fn name(or_none: bool) -> JsonSchema {
    let schema = if or_none { optional("string") } else { JsonSchema { min_length: Some(1), ..JsonSchema::of(&["string"]) } };
    JsonSchema { max_length: Some(MAX_NAME as u32), ..schema }
}

fn sent_guid(or_none: bool) -> JsonSchema {
    let schema = if or_none { optional("string") } else { JsonSchema::of(&["string"]) };
    JsonSchema { pattern: Some(format!("^({SENT_GUID}{})$", if or_none { "|" } else { "" })), ..schema }
}

fn pairs(name: &'static str, value: &'static str) -> JsonSchema {
    let pair = JsonSchema {
        properties: vec![(name, JsonSchema { min_length: Some(1), ..JsonSchema::of(&["string"]) }), (value, JsonSchema::default())],
        required: vec![name],
        ..JsonSchema::of(&["object"])
    };
    JsonSchema { items: Some(Box::new(pair)), ..JsonSchema::of(&["array", "null"]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn record_schema_has_every_column() {
        let schema: Value = serde_json::from_str(&record_schema()).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["properties"].as_object().unwrap().len(), COLUMNS.len());
        assert!(COLUMNS.iter().all(|column| schema["properties"][column.key]["description"] == column.description));
        let required =
            json!(["Id", "CorrelationId", "OrganizationId", "Operation", "Message", "Category", "Activity", "Part", "PartCount"]);
        assert_eq!(schema["required"], required);
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["properties"]["UserType"]["enum"].as_array().unwrap().len(), 11);
        assert_eq!(schema["properties"]["Activity"]["enum"].as_array().unwrap().len(), 9);
    }

    #[test]
    fn event_schema_has_both_forms() {
        let schema: Value = serde_json::from_str(&event_schema()).unwrap();
        let [plain, remote] = schema["oneOf"].as_array().unwrap().as_slice() else { panic!("two forms") };
        assert_eq!(plain["required"], json!(["Message", "OrganizationId"]));
        assert_eq!(remote["required"], json!(["MessageName", "OrganizationId"]));
        let plain = plain["properties"].as_object().unwrap();
        assert_eq!(plain.len(), 24);
        assert!(plain.values().all(|column| column["description"].is_string()), "a key of the plain form is no column");
        assert_eq!(plain["UserType"]["type"], json!(["string", "integer", "null"]));
    }
}
