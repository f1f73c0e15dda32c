//! Where each column of a record goes.

/// One column of a record.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name.
    pub column: &'static str,
    /// Its place beside the body of an OpenTelemetry log record.
    pub otlp: OtlpPlace,
    /// Its place in an OCSF event.
    pub ocsf: Ocsf,
}

/// A place in an OpenTelemetry log record. The body has every column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtlpPlace {
    /// An attribute of the log record, named by the semantic conventions where they have a name.
    Attribute(&'static str),
    /// An attribute of the resource.
    Resource(&'static str),
    /// The record's own time.
    Time,
    /// In the body only.
    Body,
}

/// A place in an OCSF event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ocsf {
    /// A text at this path.
    Text(&'static str),
    /// The time, in milliseconds, and as it was written at this path.
    Time(&'static str),
    /// `activity_id`, `activity_name` and the type; and under `unmapped`, as the activities are fewer than the categories.
    Category,
    /// `status_id`, and the text at `status`.
    Status,
    /// `actor.user.type_id` and `actor.user.type`.
    UserType,
    /// `src_endpoint.ip`; what is no address at `src_endpoint.name`.
    Address,
    /// A list of texts at this path, taken apart at commas.
    List(&'static str),
    /// The entity's name, type or id in `resources`.
    Resource(&'static str),
    /// One of `resources` for each id.
    Resources,
    /// Under `api.request.data`, as JSON where it is JSON.
    Request,
    /// Under `unmapped`.
    Unmapped,
}

const fn row(column: &'static str, otlp: OtlpPlace, ocsf: Ocsf) -> Row {
    Row { column, otlp, ocsf }
}

use Ocsf::{Address, Category, List, Request, Resource as Entity, Resources, Status, Text, Time, Unmapped, UserType};
use OtlpPlace::{Attribute, Body, Resource};

/// Every column of the profile `activity-logging`. A column that is not here stands in the OTLP body and under `unmapped`.
pub const ROWS: &[Row] = &[
    row("Id", Attribute("log.record.uid"), Text("metadata.uid")),
    row("EventId", Attribute("actlog.event.id"), Unmapped),
    row("CorrelationId", Attribute("actlog.correlation_id"), Text("metadata.correlation_uid")),
    row("SourceCorrelationId", Attribute("actlog.source_correlation_id"), Text("api.request.uid")),
    row("CreationTime", OtlpPlace::Time, Time("metadata.original_time")),
    row("OrganizationId", Resource("actlog.organization.id"), Text("metadata.tenant_uid")),
    row("CrmOrganizationUniqueName", Resource("actlog.organization.name"), Unmapped),
    row("InstanceUrl", Attribute("actlog.instance.url"), Unmapped),
    row("Workload", Attribute("actlog.workload"), Unmapped),
    row("ServiceName", Attribute("actlog.service.name"), Text("api.service.name")),
    row("ServiceContextId", Body, Unmapped),
    row("ServiceContextIdType", Body, Unmapped),
    row("Operation", Attribute("actlog.operation"), Text("api.operation")),
    row("Message", Attribute("actlog.message"), Text("metadata.event_code")),
    row("Category", Attribute("actlog.category"), Category),
    row("Activity", Attribute("actlog.activity"), Unmapped),
    row("ResultStatus", Attribute("actlog.result_status"), Status),
    row("EntityName", Attribute("actlog.entity.name"), Entity("name")),
    row("EntityId", Attribute("actlog.entity.id"), Entity("uid")),
    row("ItemType", Attribute("actlog.item.type"), Entity("type")),
    row("ItemUrl", Attribute("url.full"), Unmapped),
    row("UserId", Attribute("user.id"), Text("actor.user.uid")),
    row("SystemUserId", Attribute("actlog.system_user.id"), Unmapped),
    row("UserUpn", Attribute("user.name"), Text("actor.user.name")),
    row("UserKey", Attribute("actlog.user.key"), Text("actor.user.uid_alt")),
    row("UserType", Attribute("actlog.user.type"), UserType),
    row("ClientIP", Attribute("client.address"), Address),
    row("UserAgent", Attribute("user_agent.original"), Text("http_request.user_agent")),
    row("ParametersWithheld", Body, Unmapped),
    row("Tags", Attribute("actlog.tags"), List("metadata.labels")),
    row("Redacted", Attribute("actlog.redacted"), Unmapped),
    row("Unreviewed", Attribute("actlog.unreviewed"), Unmapped),
    row("Spread", Body, Unmapped),
    row("Query", Body, Request),
    row("QueryResults", Body, Resources),
    row("Fields", Body, Request),
    row("Part", Attribute("actlog.part"), Unmapped),
    row("PartCount", Attribute("actlog.part_count"), Unmapped),
];

/// The row of a column.
pub(crate) fn of(column: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.column == column)
}

/// Whether a status says that it worked. `None`: it says something else.
pub(crate) fn succeeded(status: &str) -> Option<bool> {
    match status.to_ascii_lowercase().as_str() {
        "success" | "succeeded" | "true" => Some(true),
        "failure" | "failed" | "fail" | "false" | "error" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_column_of_a_record_has_a_row_and_no_other() {
        let rows: BTreeSet<&str> = ROWS.iter().map(|row| row.column).collect();
        let columns: BTreeSet<&str> = actlog_guest::tables::columns::COLUMNS.iter().map(|column| column.key).collect();
        assert_eq!(rows, columns);
        assert_eq!(rows.len(), ROWS.len(), "a column stands twice");
    }

    #[test]
    fn no_two_columns_share_an_attribute() {
        let named: Vec<&str> = ROWS
            .iter()
            .filter_map(|row| match row.otlp {
                OtlpPlace::Attribute(name) | OtlpPlace::Resource(name) => Some(name),
                OtlpPlace::Time | OtlpPlace::Body => None,
            })
            .collect();
        assert_eq!(named.iter().collect::<BTreeSet<_>>().len(), named.len());
    }
}
