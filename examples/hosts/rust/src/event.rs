//! The event that the filter takes.

use serde::Serialize;

/// One thing that was done, in the filter's plain form. `message` and `organization_id` must be given; a GUID is a text such as
/// `7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10`. `Engine::event_schema` says the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SdkEvent {
    /// Unique for each event: two events with the same one are the same event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// Name of the SDK message.
    pub message: String,
    /// When it happened: ISO 8601, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creation_time: Option<String>,
    /// The organization, a GUID.
    pub organization_id: String,
    /// Logical name of the entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_name: Option<String>,
    /// Id of the record, a GUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// The user on whose behalf it was done, a GUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The user who called, a GUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_user_id: Option<String>,
    /// User principal name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_upn: Option<String>,
    /// Address of the client.
    #[serde(rename = "ClientIP", skip_serializing_if = "Option::is_none")]
    pub client_ip: Option<String>,
    /// The client's program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// `Success`, `Failed`, or `InDoubt` where no answer came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_status: Option<String>,
    /// What was created or updated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// FetchXML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Ids of the records that came back, GUIDs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub query_results: Vec<String>,
}

/// A value that was created or updated.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Field {
    /// Name of the column.
    pub name: String,
    /// Its value.
    pub value: serde_json::Value,
}
