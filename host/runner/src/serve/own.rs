//! What people do with the records is recorded too: every search, every report, every export.

use actlog_engine::Filter;
use serde::Serialize;
use uuid::Uuid;

use super::access::Role;
use super::writer::{NotWritten, Writer};
use crate::review::question;

/// The organization of what is done here: it belongs to none that is audited.
const ORGANIZATION: &str = "00000000-0000-0000-0000-0000ac710600";
/// The entity that Dataverse calls its audit log.
const ENTITY: &str = "audit";

/// Records what is done with the store.
#[derive(Clone)]
pub struct Own {
    /// With the defaults: no settings leave out what auditors do.
    filter: Filter,
    writer: Writer,
}

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Looked for records.
    Search,
    /// Opened one record.
    Open,
    /// Ran a report.
    Report,
    /// Took records away.
    Export,
}

impl Deed {
    /// The SDK message that does the same to an organization's data.
    fn message(self) -> &'static str {
        match self {
            Deed::Search | Deed::Report => "RetrieveMultiple",
            Deed::Open => "Retrieve",
            Deed::Export => "ExportToExcel",
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Event<'e> {
    event_id: String,
    message: &'e str,
    creation_time: String,
    organization_id: &'e str,
    entity_name: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    entity_id: Option<&'e str>,
    user_upn: &'e str,
    #[serde(rename = "ClientIP", skip_serializing_if = "Option::is_none")]
    client_ip: Option<String>,
    service_name: &'e str,
    workload: &'e str,
    fields: Vec<Field<'e>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Field<'e> {
    name: &'e str,
    value: &'e str,
}

impl Own {
    /// Records with a filter of its own.
    pub fn new(filter: Filter, writer: Writer) -> Self {
        Self { filter, writer }
    }

    /// Records what `who` did, before it is answered. `about` are the question's filters; `record` is what was opened.
    ///
    /// # Errors
    /// When it cannot be made durable: then it is not done.
    pub async fn record(
        &self,
        who: &str,
        role: Role,
        client: Option<String>,
        deed: Deed,
        record: Option<&str>,
        about: &[(String, String)],
    ) -> Result<(), NotWritten> {
        let role = role.to_string();
        let own = [("role", role.as_str())];
        let about = about.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let event = Event {
            event_id: Uuid::new_v4().to_string(),
            message: deed.message(),
            creation_time: question::now(),
            organization_id: ORGANIZATION,
            entity_name: ENTITY,
            entity_id: record,
            user_upn: who,
            client_ip: client,
            service_name: "actlog",
            workload: "actlog",
            fields: own.into_iter().chain(about).map(|(name, value)| Field { name, value }).collect(),
        };
        let event = serde_json::to_vec(&event).map_err(|error| NotWritten::Failed(error.to_string()))?;
        let outcome = self.filter.audit(&event).map_err(|error| NotWritten::Failed(error.to_string()))?;
        if outcome.recorded != 1 {
            return Err(NotWritten::Failed("what was asked cannot be recorded".to_owned()));
        }
        self.writer.append(outcome.records).await
    }
}
