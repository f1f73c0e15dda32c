//! From requests on paths as OData has them to events.

use crate::event::SdkEvent;
use crate::exchange::Exchange;
use http::{Method, header};
use jiff::{Timestamp, Unit};
use percent_encoding::percent_decode_str;
use std::collections::HashMap;
use std::time::SystemTime;
use uuid::Uuid;

/// Bytes of a User-Agent that are kept; what is longer is cut.
const AGENT: usize = 512;

/// Makes an event of an exchange with an API in the style of OData, by method and path.
///
/// | request | message |
/// |---|---|
/// | GET `set` | RetrieveMultiple |
/// | GET `set(id)` | Retrieve |
/// | POST `set` | Create; the id from `OData-EntityId` or `Location` |
/// | PATCH `set(id)` | Update with If-Match, Create with `If-None-Match: *`, else Upsert |
/// | PUT `set(id)` | Update |
/// | DELETE `set(id)` | Delete |
///
/// Anything else gives no event, and is counted as unmapped: what stands in bodies, `$batch` above all, is for a function of your own.
///
/// A set that was not named gives an event without EntityName: a name is never guessed from a plural.
#[derive(Clone, Debug)]
pub struct OData {
    organization_id: String,
    base: String,
    sets: HashMap<String, String>,
    fetch_xml: bool,
}

impl OData {
    /// For the API at `base`, such as `/api/data/v9.2/`. `organization_id` is a GUID.
    pub fn new(organization_id: Uuid, base: &str) -> Self {
        let base = format!("{}/", base.trim_end_matches('/'));
        Self { organization_id: organization_id.to_string(), base, sets: HashMap::new(), fetch_xml: false }
    }

    /// Names the entity of a set: `accounts`, `account`.
    #[must_use]
    pub fn entity_set(mut self, set: &str, logical_name: &str) -> Self {
        self.sets.insert(set.to_owned(), logical_name.to_owned());
        self
    }

    /// Takes the parameter `fetchXml` as the query. Only where the service refuses what is no FetchXML: the filter rejects such an
    /// event, and a client could keep what it reads out of the records that way.
    #[must_use]
    pub fn fetch_xml(mut self) -> Self {
        self.fetch_xml = true;
        self
    }

    /// The event of an exchange; none where it is none of the table's.
    pub fn event(&self, exchange: &Exchange<'_>) -> Option<SdkEvent> {
        let uri = &exchange.request.uri;
        let path = uri.path().strip_prefix(&self.base)?;
        let path = percent_decode_str(path).decode_utf8().ok()?;
        let (set, key) = resource(&path)?;
        let message = message(exchange, key.is_some())?;
        let is_list = message == "RetrieveMultiple";
        Some(SdkEvent {
            event_id: Some(exchange.id.to_owned()),
            message: message.to_owned(),
            creation_time: iso(exchange.began),
            organization_id: self.organization_id.clone(),
            entity_name: self.sets.get(set).cloned(),
            entity_id: key.and_then(guid).or_else(|| located(exchange)).filter(|_| !is_list),
            user_agent: exchange.request.headers.get(header::USER_AGENT).map(|agent| cut(agent.as_bytes())),
            result_status: Some(result(exchange).to_owned()),
            query: (is_list && self.fetch_xml).then(|| fetch_xml(uri.query()?)).flatten(),
            ..SdkEvent::default()
        })
    }
}

/// `set` or `set(key)`, and nothing that could mean something else.
fn resource(path: &str) -> Option<(&str, Option<&str>)> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let (set, key) = match path.split_once('(') {
        Some((set, rest)) => (set, Some(rest.strip_suffix(')')?)),
        None => (path, None),
    };
    let is_name = set.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && set.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let is_key = key.is_none_or(|key| !key.contains(['(', ')', '/']));
    (is_name && is_key).then_some((set, key))
}

fn message(exchange: &Exchange<'_>, one: bool) -> Option<&'static str> {
    let request = exchange.request;
    match (&request.method, one) {
        (&Method::GET, true) => Some("Retrieve"),
        (&Method::GET, false) => Some("RetrieveMultiple"),
        (&Method::POST, false) => Some("Create"),
        (&Method::PUT, true) => Some("Update"),
        (&Method::DELETE, true) => Some("Delete"),
        (&Method::PATCH, true) if request.headers.contains_key(header::IF_MATCH) => Some("Update"),
        (&Method::PATCH, true) if request.headers.get(header::IF_NONE_MATCH).is_some_and(|value| value == "*") => Some("Create"),
        (&Method::PATCH, true) => Some("Upsert"),
        _ => None,
    }
}

fn result(exchange: &Exchange<'_>) -> &'static str {
    match exchange.answer {
        None => "InDoubt",
        Some(answer) if answer.status.is_client_error() || answer.status.is_server_error() => "Failed",
        Some(_) => "Success",
    }
}

/// A GUID with hyphens, as OData has them.
fn guid(text: &str) -> Option<String> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36).map(|id| id.to_string())
}

/// The id at the end of a header that says where the record is.
fn located(exchange: &Exchange<'_>) -> Option<String> {
    let headers = &exchange.answer?.headers;
    ["odata-entityid", "location"].into_iter().find_map(|name| {
        let text = headers.get(name)?.to_str().ok()?.trim_end_matches('/');
        let text = text.strip_suffix(')').unwrap_or(text);
        guid(text.get(text.len().checked_sub(36)?..)?)
    })
}

fn fetch_xml(query: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, value)| name == "fetchXml" && !value.is_empty())
        .map(|(_, value)| value.into_owned())
}

/// At most [`AGENT`] bytes, as text.
fn cut(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(AGENT)]).into_owned()
}

fn iso(time: SystemTime) -> Option<String> {
    let time = Timestamp::try_from(time).and_then(|time| time.round(Unit::Millisecond)).ok()?;
    Some(time.to_string())
}
