//! The filter's job for SdkEvents under default settings, in the plain way: serde structs in, serde structs out.
//!
//! Two uses. As an oracle: it shares nothing with the filter but the tables behind `categorize` and `classify`, and its
//! records have to be the filter's, byte for byte. As a yardstick: the filter has to be faster in WebAssembly than this
//! is natively.
//!
//! Left out is what no generated event needs: texts of the head so long that they have to be spread over the parts, times
//! with an offset, events without an EventId, and the exact reason of a rejection.

mod event;
mod query;
mod record;
mod split;

use actlog_guest::categorize::categorize;
use actlog_guest::classify::classify;
use actlog_guest::subject::Subject;

use event::SdkEvent;
use record::Record;
use uuid::Uuid;

/// What activity logging never logs ("What's logged").
const EXCLUDED: [&str; 25] = [
    "WhoAmI",
    "RetrieveFilteredForms",
    "TriggerServiceEndpointCheck",
    "QueryExpressionToFetchXml",
    "FetchXmlToQueryExpression",
    "FireNotificationEvent",
    "RetrieveMetadataChanges",
    "RetrieveEntityChanges",
    "RetrieveProvisionedLanguagePackVersion",
    "RetrieveInstalledLanguagePackVersion",
    "RetrieveProvisionedLanguages",
    "RetrieveAvailableLanguages",
    "RetrieveDeprovisionedLanguages",
    "RetrieveInstalledLanguagePacks",
    "GetAllTimeZonesWithDisplayName",
    "GetTimeZoneCodeByLocalizedName",
    "IsReportingDataConnectorInstalled",
    "LocalTimeFromUtcTime",
    "IsBackOfficeInstalled",
    "FormatAddress",
    "IsSupportUserRole",
    "IsComponentCustomizable",
    "ConfigureReportingDataConnector",
    "CheckClientCompatibility",
    "RetrieveAttribute",
];

/// What became of a batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Events seen.
    pub read: u32,
    /// Events that became records.
    pub recorded: u32,
    /// Records.
    pub parts: u32,
    /// The records as NDJSON.
    pub records: Vec<u8>,
    /// Excluded messages in order of first appearance: message, entity, count.
    pub excluded: Vec<(String, String, u32)>,
    /// Positions of the events that were unusable.
    pub rejected: Vec<u32>,
}

/// Filters a batch of events, one a line.
pub fn audit(events: &[u8]) -> Outcome {
    let mut outcome = Outcome { records: Vec::with_capacity(events.len()), ..Outcome::default() };
    for line in events.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        let index = outcome.read;
        outcome.read += 1;
        match serde_json::from_slice::<SdkEvent>(line).map_err(|_| ()).and_then(|event| outcome.event(event)) {
            Ok(()) => {}
            Err(()) => outcome.rejected.push(index),
        }
    }
    outcome
}

impl Outcome {
    fn event(&mut self, event: SdkEvent) -> Result<(), ()> {
        if event.message.is_empty() || event.organization_id.is_nil() {
            return Err(());
        }
        if EXCLUDED.iter().any(|name| name.eq_ignore_ascii_case(&event.message)) {
            self.exclude(&event);
            return Ok(());
        }
        let category = categorize(&event.message);
        let sets_state = event.fields.iter().flatten().any(|field| ["statecode", "statuscode"].contains(&field.name.as_str()));
        let kind = classify(&Subject {
            message: &event.message,
            entity: event.entity_name.as_deref().unwrap_or_default(),
            category,
            user_type: event.user_type,
            social: false,
            sets_state,
        });
        let filters = match &event.query {
            Some(query) => Some(query::filters(query).map_err(|_| ())?),
            None => None,
        };
        let event_id = event.event_id.as_deref().ok_or(())?;
        let event_id = Uuid::try_parse(event_id).map_or(event_id.into(), |id| id.to_string());
        let record = Record::new(&event, &event_id, category.name(), kind.name(), filters.as_deref()).map_err(|_| ())?;
        let begin = self.records.len();
        serde_json::to_writer(&mut self.records, &record).map_err(|_| ())?;
        self.records.push(b'\n');
        let parts = if self.records.len() - begin > split::LIMIT + 1 {
            self.records.truncate(begin);
            split::split(record, &event, &event_id, &mut self.records).map_err(|_| ())?
        } else {
            1
        };
        self.recorded += 1;
        self.parts += parts;
        Ok(())
    }

    fn exclude(&mut self, event: &SdkEvent) {
        let entity = event.entity_name.as_deref().unwrap_or_default();
        match self.excluded.iter_mut().find(|(message, of, _)| *message == event.message && of == entity) {
            Some((_, _, count)) => *count += 1,
            None => self.excluded.push((event.message.clone(), entity.to_owned(), 1)),
        }
    }
}
