//! The demo events, for a first look at the page: the specification's examples, and a morning of an organization.

use actlog_engine::{Engine, Filter};

use crate::commands::demo::{EXAMPLES, MORNING, SETTINGS};
use crate::settings::load::Settings;

/// The records of the demo events.
///
/// # Errors
/// When the filter cannot be run.
pub fn records(engine: &Engine) -> anyhow::Result<Vec<u8>> {
    let filter: Filter = Settings::parse("the demo's settings", SETTINGS.to_owned())?.filter(engine, None)?;
    let mut records = Vec::new();
    for events in [EXAMPLES, MORNING] {
        let batches = crate::batches::Batches::of_text("demo", events);
        for batch in batches {
            records.extend(filter.audit(&batch.events)?.records);
        }
    }
    Ok(records)
}
