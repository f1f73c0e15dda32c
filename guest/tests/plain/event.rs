//! The event, as serde reads it.

use actlog_guest::activity::UserType;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::value::RawValue;
use uuid::Uuid;

/// One SdkEvent.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SdkEvent {
    #[serde(default, deserialize_with = "text")]
    pub event_id: Option<String>,
    pub message: String,
    #[serde(default, deserialize_with = "time")]
    pub creation_time: Option<String>,
    pub organization_id: Uuid,
    #[serde(default, deserialize_with = "text")]
    pub crm_organization_unique_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub instance_url: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub entity_name: Option<String>,
    #[serde(default, deserialize_with = "guid")]
    pub entity_id: Option<Uuid>,
    #[serde(default, deserialize_with = "guid")]
    pub user_id: Option<Uuid>,
    #[serde(default, deserialize_with = "guid")]
    pub system_user_id: Option<Uuid>,
    #[serde(default, deserialize_with = "text")]
    pub user_upn: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub user_key: Option<String>,
    #[serde(default, deserialize_with = "user_type")]
    pub user_type: Option<UserType>,
    #[serde(default, rename = "ClientIP", deserialize_with = "text")]
    pub client_ip: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub user_agent: Option<String>,
    #[serde(default, deserialize_with = "guid")]
    pub correlation_id: Option<Uuid>,
    #[serde(default, deserialize_with = "guid")]
    pub service_context_id: Option<Uuid>,
    #[serde(default, deserialize_with = "text")]
    pub service_context_id_type: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub service_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub result_status: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub workload: Option<String>,
    pub fields: Option<Vec<Field>>,
    #[serde(default, deserialize_with = "text")]
    pub query: Option<String>,
    pub query_results: Option<Vec<Uuid>>,
}

/// What was created or updated. The value stays as it came, so that numbers keep their digits.
#[derive(Deserialize, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Field {
    pub name: String,
    pub value: Box<RawValue>,
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()))
}

fn guid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Uuid>, D::Error> {
    Ok(Option::<Uuid>::deserialize(deserializer)?.filter(|guid| !guid.is_nil()))
}

/// A time in UTC, kept as text but without the zeros at the end of its fraction.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let Some(text) = text(deserializer)? else { return Ok(None) };
    let time = text.strip_suffix('Z').ok_or_else(|| D::Error::custom("not in UTC"))?;
    let shape = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        13 | 16 => byte == b':',
        19 => byte == b'.',
        _ => byte.is_ascii_digit(),
    };
    if time.len() < 19 || !time.bytes().enumerate().all(shape) {
        return Err(D::Error::custom("not an ISO 8601 time"));
    }
    let time = if time.len() > 19 { time.trim_end_matches('0').trim_end_matches('.') } else { time };
    Ok(Some(format!("{time}Z")))
}

fn user_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<UserType>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum NameOrNumber {
        Name(String),
        Number(u8),
    }
    let found = match Option::<NameOrNumber>::deserialize(deserializer)? {
        None => return Ok(None),
        Some(NameOrNumber::Name(name)) if name.is_empty() => return Ok(None),
        Some(NameOrNumber::Name(name)) => UserType::ALL.iter().find(|(_, known)| known.eq_ignore_ascii_case(&name)),
        Some(NameOrNumber::Number(number)) => UserType::ALL.get(usize::from(number)),
    };
    found.map(|&(user_type, _)| Some(user_type)).ok_or_else(|| D::Error::custom("no kind of user"))
}
