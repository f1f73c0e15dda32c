//! The forms of the answers: what the page and other programs get.

use actlog_engine::Filter;
use actlog_store::{Count, Row, Sealed, Sighting, format_time};
use serde::Serialize;

use crate::ordered::Value;

/// A source record in a list.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    source: String,
    creation_time: Option<String>,
    user: Option<String>,
    message: String,
    category: Option<String>,
    activity: Option<String>,
    entity_name: Option<String>,
    entity_id: Option<String>,
    #[serde(rename = "ClientIP")]
    client_ip: Option<String>,
    result_status: Option<String>,
    tags: Vec<String>,
    parts: u32,
    results: u64,
}

/// The name of a source record in addresses: its organization and what its parts have in common.
pub fn source_of(row: &Row) -> String {
    format!("{}.{}", row.organization, row.correlation)
}

impl From<Row> for Listed {
    fn from(row: Row) -> Self {
        Self {
            source: source_of(&row),
            creation_time: row.time.map(format_time),
            user: row.user,
            message: row.message,
            category: row.category,
            activity: row.activity,
            entity_name: row.entity,
            entity_id: row.entity_id.map(|id| id.to_string()),
            client_ip: row.client_ip,
            result_status: row.result_status,
            tags: row.tags.map(|tags| tags.split(", ").map(str::to_owned).collect()).unwrap_or_default(),
            parts: row.part_count,
            results: row.results,
        }
    }
}

/// A page of a list.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listing<T> {
    pub rows: Vec<T>,
    pub next: Option<String>,
    /// Whether the store has no records at all.
    pub empty: bool,
    /// How many rows there are in all, on the first page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<Count>,
}

/// That somebody saw a record.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Seen {
    creation_time: Option<String>,
    user: Option<String>,
    message: String,
    entity_name: Option<String>,
    how: &'static str,
    source: String,
}

impl From<Sighting> for Seen {
    fn from(sighting: Sighting) -> Self {
        let row = sighting.row;
        Self {
            source: source_of(&row),
            creation_time: row.time.map(format_time),
            user: row.user,
            message: row.message,
            entity_name: row.entity,
            how: sighting.how.name(),
        }
    }
}

/// One source record, whole.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Opened {
    pub record: Value,
    /// The record as an OCSF event.
    pub ocsf: serde_json::Value,
    pub parts: Vec<Value>,
    pub stages: Vec<Stage>,
    /// The seal of its last part; none where that is not sealed yet.
    pub seal: Option<Seal>,
}

/// A seal that proves a record.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Seal {
    number: u64,
    time: String,
}

impl From<Sealed> for Seal {
    fn from(sealed: Sealed) -> Self {
        Self { number: sealed.number, time: format_time(sealed.time) }
    }
}

/// What a stage of the filter decides.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Stage {
    stage: String,
    decision: String,
    why: String,
}

/// Columns of a record that an event has, too.
const OF_AN_EVENT: [&str; 21] = [
    "EventId",
    "Message",
    "CreationTime",
    "OrganizationId",
    "CrmOrganizationUniqueName",
    "InstanceUrl",
    "EntityName",
    "EntityId",
    "UserId",
    "SystemUserId",
    "UserUpn",
    "UserKey",
    "UserType",
    "ClientIP",
    "UserAgent",
    "ServiceContextId",
    "ServiceContextIdType",
    "ServiceName",
    "ResultStatus",
    "Workload",
    "Query",
];

/// The stages of the filter, as it would decide today about an event like the one that this record was made of.
pub fn stages(filter: &Filter, record: &Value) -> Vec<Stage> {
    let event = record.members().iter().filter(|(key, _)| OF_AN_EVENT.contains(&key.as_str())).cloned().collect();
    let Ok(event) = serde_json::to_vec(&Value::Object(event)) else { return Vec::new() };
    let explained = filter.explain(&event).ok().and_then(|explained| serde_json::from_str::<Value>(&explained).ok());
    let stage = |stage: &Value| Stage {
        stage: stage.text("stage").to_owned(),
        decision: stage.text("decision").to_owned(),
        why: stage.text("why").to_owned(),
    };
    explained.map(|explained| explained.list("stages").iter().map(stage).collect()).unwrap_or_default()
}
