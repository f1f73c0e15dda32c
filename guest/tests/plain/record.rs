//! The audit record, as serde writes it.

use std::borrow::Cow;
use std::collections::HashSet;

use actlog_guest::activity::UserType;
use serde::Serialize;
use uuid::Uuid;

use super::event::SdkEvent;

/// One audit record; its keys in the order in which they are written.
#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Record<'e> {
    pub id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<&'e str>,
    pub correlation_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_correlation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creation_time: Option<&'e str>,
    pub organization_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crm_organization_unique_name: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_url: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_name: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_context_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_context_id_type: Option<&'e str>,
    pub operation: &'e str,
    pub message: &'e str,
    pub category: &'static str,
    pub activity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_status: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_name: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_user_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_upn: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_key: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "ClientIP")]
    pub client_ip: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_results: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<String>,
    pub part: u32,
    pub part_count: u32,
}

/// The id of a part, from 1; with 0, what all parts share.
pub fn part_id(event: &SdkEvent, event_id: &str, part: u32) -> Uuid {
    Uuid::new_v5(&event.organization_id, format!("{event_id}/{part}").as_bytes())
}

impl<'e> Record<'e> {
    /// The whole record of an event. `query` holds the filters and `event_id` the event's id in its usual form.
    pub fn new(
        event: &'e SdkEvent,
        event_id: &str,
        category: &'static str,
        activity: &'static str,
        query: Option<&'e str>,
    ) -> Result<Self, serde_json::Error> {
        let item_type = event.entity_name.as_deref().map(str::to_ascii_lowercase);
        let item_url = match (&event.instance_url, &item_type, event.entity_id) {
            (Some(url), Some(entity), Some(id)) => {
                let (url, entity) = (url.trim_end_matches('/'), percent_encoded(entity));
                Some(format!("{url}/main.aspx?etn={entity}&pagetype=entityrecord&id={id}"))
            }
            _ => None,
        };
        Ok(Self {
            id: part_id(event, event_id, 1),
            event_id: event.event_id.as_deref(),
            correlation_id: part_id(event, event_id, 0),
            source_correlation_id: event.correlation_id,
            creation_time: event.creation_time.as_deref(),
            organization_id: event.organization_id,
            crm_organization_unique_name: event.crm_organization_unique_name.as_deref(),
            instance_url: event.instance_url.as_deref(),
            workload: event.workload.as_deref(),
            service_name: event.service_name.as_deref(),
            service_context_id: event.service_context_id,
            service_context_id_type: event.service_context_id_type.as_deref(),
            operation: &event.message,
            message: &event.message,
            category,
            activity,
            result_status: event.result_status.as_deref(),
            entity_name: event.entity_name.as_deref(),
            entity_id: event.entity_id,
            item_type,
            item_url,
            user_id: event.user_id,
            system_user_id: event.system_user_id,
            user_upn: event.user_upn.as_deref(),
            user_key: event.user_key.as_deref(),
            user_type: event.user_type.map(UserType::name),
            client_ip: event.client_ip.as_deref(),
            user_agent: event.user_agent.as_deref(),
            query,
            query_results: event.query_results.as_deref().map(|ids| join(&unique(ids))),
            fields: event.fields.as_ref().map(serde_json::to_string).transpose()?,
            part: 1,
            part_count: 1,
        })
    }
}

/// The ids, each once, in the order in which they came.
pub fn unique(ids: &[Uuid]) -> Vec<Uuid> {
    let mut seen = HashSet::with_capacity(ids.len());
    ids.iter().copied().filter(|id| !id.is_nil() && seen.insert(*id)).collect()
}

/// The ids in one string.
pub fn join(ids: &[Uuid]) -> String {
    let mut joined = String::with_capacity(ids.len() * 38);
    for id in ids {
        if !joined.is_empty() {
            joined.push_str(", ");
        }
        joined.push_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    }
    joined
}

/// Percent-encodes what may not stand in a URL's query.
fn percent_encoded(text: &str) -> Cow<'_, str> {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if text.bytes().all(safe) {
        return text.into();
    }
    text.bytes().map(|byte| if safe(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
