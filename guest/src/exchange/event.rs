//! An event of the plain form, as one line of JSON.

use std::fmt::Write as _;

use super::identity::Caller;
use crate::guid::Guid;
use crate::json::write::{Level, escaped, number};

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It was done.
    Success(u16),
    /// It was not done: what the answer said, if it was asked at all.
    Failed(Option<u16>),
    /// Nobody knows whether it was done.
    InDoubt(Option<u16>),
}

impl Status {
    /// The word of ResultStatus.
    pub fn word(self) -> &'static str {
        match self {
            Status::Success(_) => "Success",
            Status::Failed(_) => "Failed",
            Status::InDoubt(_) => "InDoubt",
        }
    }

    fn http(self) -> Option<u16> {
        match self {
            Status::Success(status) => Some(status),
            Status::Failed(status) | Status::InDoubt(status) => status,
        }
    }

    /// Whether it was done for sure.
    pub fn is_success(self) -> bool {
        matches!(self, Status::Success(_))
    }
}

/// What the events of an exchange share.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The exchange's id as it goes into EventId; empty where there is none.
    pub id: String,
    /// CreationTime, already in the form of an event.
    pub creation_time: Option<String>,
    /// OrganizationId.
    pub organization: Option<Guid>,
    /// CrmOrganizationUniqueName.
    pub organization_name: String,
    /// InstanceUrl.
    pub instance_url: String,
    /// ClientIP.
    pub client_ip: Option<String>,
    /// UserAgent.
    pub user_agent: Option<String>,
    /// CorrelationId.
    pub correlation_id: Option<Guid>,
}

/// One SDK event.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// The SDK message.
    pub message: &'a str,
    /// Logical name of the entity.
    pub entity_name: Option<&'a str>,
    /// Id of the record.
    pub entity_id: Option<Guid>,
    /// How it ended.
    pub status: Status,
    /// The JSON array of fields.
    pub fields: Option<&'a str>,
    /// FetchXML, or the query in words.
    pub query: Option<&'a str>,
    /// Ids of the records that came back.
    pub results: Option<&'a [Guid]>,
}

/// Appends an event and a line feed. `part` is its place among the events of the exchange, such as `0` or `3.1`.
pub fn write(out: &mut String, frame: &Frame, caller: &Caller, part: &str, event: &Event<'_>) {
    let mut line = Line { out, first: true };
    line.out.push('{');
    if !frame.id.is_empty() {
        line.text("EventId", Some(&format!("{}/{part}", frame.id)));
    }
    line.text("Message", Some(event.message));
    line.text("CreationTime", frame.creation_time.as_deref());
    line.guid("OrganizationId", frame.organization);
    line.text("CrmOrganizationUniqueName", Some(&frame.organization_name));
    line.text("InstanceUrl", Some(&frame.instance_url));
    line.text("EntityName", event.entity_name);
    line.guid("EntityId", event.entity_id);
    line.guid("UserId", caller.user_id);
    line.guid("SystemUserId", caller.system_user_id);
    line.text("UserUpn", caller.upn.as_deref());
    line.text("UserKey", caller.key.as_deref());
    line.text("ClientIP", frame.client_ip.as_deref());
    line.text("UserAgent", frame.user_agent.as_deref());
    line.guid("CorrelationId", frame.correlation_id);
    line.guid("ServiceContextId", caller.app_id);
    line.text("ServiceContextIdType", caller.app_id.map(|_| "appid"));
    line.text("ResultStatus", Some(event.status.word()));
    // No column of the schema; whoever reads the event itself sees it.
    if let Some(status) = event.status.http() {
        line.key("HttpStatus");
        number(line.out, u64::from(status));
    }
    if let Some(fields) = event.fields {
        line.key("Fields");
        line.out.push_str(fields);
    }
    line.text("Query", event.query);
    if let Some(results) = event.results {
        line.key("QueryResults");
        line.out.push('[');
        for (position, id) in results.iter().enumerate() {
            line.out.push_str(if position > 0 { ",\"" } else { "\"" });
            id.write(line.out);
            line.out.push('"');
        }
        line.out.push(']');
    }
    line.out.push_str("}\n");
}

struct Line<'o> {
    out: &'o mut String,
    first: bool,
}

impl Line<'_> {
    fn key(&mut self, key: &str) {
        let comma = if std::mem::take(&mut self.first) { "" } else { "," };
        // Writing to a string does not fail.
        let _ = write!(self.out, "{comma}\"{key}\":");
    }

    fn text(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.key(key);
            self.out.push('"');
            escaped(self.out, text, Level::Record);
            self.out.push('"');
        }
    }

    fn guid(&mut self, key: &str, id: Option<Guid>) {
        if let Some(id) = id {
            self.key(key);
            self.out.push('"');
            id.write(self.out);
            self.out.push('"');
        }
    }
}
