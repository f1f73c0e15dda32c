//! Records as OpenTelemetry logs.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs, SeverityNumber};
use opentelemetry_proto::tonic::resource::v1::Resource;
use serde_json::{Map, Value};

use crate::table::{OtlpPlace, ROWS, succeeded};
use crate::time::{nanoseconds, parse};

/// A line is no record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {index} is no record: {why}")]
pub struct NotARecord {
    /// Which, from 0.
    pub index: usize,
    /// What is wrong with it.
    pub why: String,
}

/// A request with one log record for each line, by organization. `observed` is when they came by here. `bodies`, as many as there are
/// lines, stand in the place of the lines where they are given.
///
/// # Errors
/// When a line is no record.
pub fn request(lines: &[Bytes], bodies: Option<&[Bytes]>, observed: Timestamp) -> Result<ExportLogsServiceRequest, NotARecord> {
    let mut organizations: BTreeMap<Vec<(&str, String)>, Vec<LogRecord>> = BTreeMap::new();
    for (index, line) in lines.iter().enumerate() {
        let text = std::str::from_utf8(line).map_err(|error| NotARecord { index, why: error.to_string() })?;
        let record: Map<String, Value> = serde_json::from_str(text).map_err(|error| NotARecord { index, why: error.to_string() })?;
        let of_resource = |place| if let OtlpPlace::Resource(name) = place { Some(name) } else { None };
        let organization =
            ROWS.iter().filter_map(|row| Some((of_resource(row.otlp)?, record.get(row.column)?.as_str()?.to_owned()))).collect();
        let body = bodies.and_then(|bodies| bodies.get(index)).and_then(|body| std::str::from_utf8(body).ok()).unwrap_or(text);
        organizations.entry(organization).or_default().push(log_record(body, &record, observed));
    }
    let resource_logs = organizations.into_iter().map(|(organization, log_records)| resource_logs(organization, log_records)).collect();
    Ok(ExportLogsServiceRequest { resource_logs })
}

fn resource_logs(organization: Vec<(&str, String)>, log_records: Vec<LogRecord>) -> ResourceLogs {
    let mut attributes = vec![text("service.name", "actlog"), text("service.version", env!("CARGO_PKG_VERSION"))];
    attributes.extend(organization.into_iter().map(|(name, value)| text(name, &value)));
    let scope =
        InstrumentationScope { name: "actlog".into(), version: env!("CARGO_PKG_VERSION").into(), ..InstrumentationScope::default() };
    ResourceLogs {
        resource: Some(Resource { attributes, ..Resource::default() }),
        scope_logs: vec![ScopeLogs { scope: Some(scope), log_records, ..ScopeLogs::default() }],
        ..ResourceLogs::default()
    }
}

fn log_record(line: &str, record: &Map<String, Value>, observed: Timestamp) -> LogRecord {
    let mut attributes = Vec::new();
    for row in ROWS {
        if let (OtlpPlace::Attribute(name), Some(value)) = (row.otlp, record.get(row.column)) {
            attributes.extend(attribute(name, value));
        }
    }
    let failed = record.get("ResultStatus").and_then(Value::as_str).and_then(succeeded) == Some(false);
    let (number, word) = if failed { (SeverityNumber::Warn, "WARN") } else { (SeverityNumber::Info, "INFO") };
    let time = record.get("CreationTime").and_then(Value::as_str).and_then(parse).and_then(nanoseconds);
    LogRecord {
        // 0 means: not known.
        time_unix_nano: time.unwrap_or(0),
        observed_time_unix_nano: nanoseconds(observed).unwrap_or(0),
        severity_number: number.into(),
        severity_text: word.into(),
        body: Some(string(line)),
        attributes,
        event_name: "actlog.activity".into(),
        ..LogRecord::default()
    }
}

fn attribute(name: &str, value: &Value) -> Option<KeyValue> {
    let value = match value {
        Value::String(text) => string(text),
        Value::Number(number) => AnyValue { value: Some(any_value::Value::IntValue(number.as_i64()?)) },
        // No column with an attribute has another form; the body has it in any case.
        _ => return None,
    };
    Some(KeyValue { key: name.into(), value: Some(value), ..KeyValue::default() })
}

fn text(key: &str, value: &str) -> KeyValue {
    KeyValue { key: key.into(), value: Some(string(value)), ..KeyValue::default() }
}

fn string(text: &str) -> AnyValue {
    AnyValue { value: Some(any_value::Value::StringValue(text.into())) }
}
