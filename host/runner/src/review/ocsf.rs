//! A source record as an OCSF event.

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::ordered::Value;

/// The event of the class API Activity that says what a record says. Where the record has no time, the event has that of now, since
/// the class needs one.
///
/// # Errors
/// When the record is no object, which none of a store is.
pub fn event(record: &Value) -> anyhow::Result<Json> {
    let Json::Object(record) = serde_json::to_value(record)? else { anyhow::bail!("that is no record") };
    Ok(actlog_push::ocsf(&record, Timestamp::now()))
}
