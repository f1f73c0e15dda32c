//! The shim to the contract in `wit/`: turns the filter's types into the contract's, and nothing else.

use wit_bindgen::generate;

use crate::catalog;
use crate::explain;
use crate::fault;
use crate::gate;
use crate::join;
use crate::pipeline;
use crate::settings;

mod exchange;
mod review;

generate!({ world: "activity-filter", path: "../wit" });

use exports::actlog::activity::filter::{Auditor, Capture, Guest as Filter, GuestAuditor};
use exports::actlog::activity::reference::Guest as Reference;
use exports::actlog::activity::types::{
    BadLine, Exclusion, ExclusionReason, JoinError, MissingParts, Outcome, RejectReason, Rejection, SettingsError, TextOutcome,
};

struct Component;

export!(Component);

impl Filter for Component {
    type Auditor = pipeline::Auditor;
    type Capture = review::Capture;

    fn join(records: Vec<u8>) -> Result<Vec<u8>, JoinError> {
        join::join(&records).map(String::into_bytes).map_err(JoinError::from)
    }

    fn join_text(records: String) -> Result<String, JoinError> {
        join::join(records.as_bytes()).map_err(JoinError::from)
    }
}

impl GuestAuditor for pipeline::Auditor {
    fn open(settings: String) -> Result<Auditor, Vec<SettingsError>> {
        pipeline::Auditor::open(&settings).map(Auditor::new).map_err(|errors| errors.into_iter().map(SettingsError::from).collect())
    }

    fn audit(&self, events: Vec<u8>) -> Outcome {
        self.audit(&events).into()
    }

    fn audit_text(&self, events: String) -> TextOutcome {
        let pipeline::Outcome { read, recorded, parts, records, excluded, rejected } = self.audit(events.as_bytes());
        TextOutcome { read, recorded, parts, records, excluded: convert(excluded), rejected: convert(rejected) }
    }

    fn capture(&self, events: Vec<u8>) -> Capture {
        Capture::new(review::Capture::new(self.capture(&events)))
    }

    fn explain(&self, event: Vec<u8>) -> String {
        explain::explain(self, &event)
    }
}

impl Reference for Component {
    fn catalog() -> String {
        catalog::catalog()
    }

    fn settings_schema() -> String {
        settings::SCHEMA.to_owned()
    }

    fn event_schema() -> String {
        catalog::event_schema()
    }

    fn record_schema() -> String {
        catalog::record_schema()
    }
}

fn convert<T, U: From<T>>(items: Vec<T>) -> Vec<U> {
    items.into_iter().map(U::from).collect()
}

impl From<pipeline::Outcome> for Outcome {
    fn from(outcome: pipeline::Outcome) -> Self {
        let pipeline::Outcome { read, recorded, parts, records, excluded, rejected } = outcome;
        Self { read, recorded, parts, records: records.into_bytes(), excluded: convert(excluded), rejected: convert(rejected) }
    }
}

impl From<pipeline::Exclusion> for Exclusion {
    fn from(exclusion: pipeline::Exclusion) -> Self {
        let pipeline::Exclusion { reason, message, entity, count } = exclusion;
        Self { reason: reason.into(), message, entity, count }
    }
}

impl From<pipeline::Rejection> for Rejection {
    fn from(rejection: pipeline::Rejection) -> Self {
        let fault = &rejection.fault;
        Self {
            index: rejection.index,
            reason: fault.reason.into(),
            place: fault.place.clone(),
            offset: u32::try_from(fault.offset).unwrap_or(u32::MAX),
            explanation: fault.explanation.clone().into_owned(),
        }
    }
}

impl From<settings::SettingsError> for SettingsError {
    fn from(error: settings::SettingsError) -> Self {
        Self { path: error.path, explanation: error.explanation }
    }
}

impl From<join::JoinError> for JoinError {
    fn from(error: join::JoinError) -> Self {
        let bad_line = |join::BadLine { line, explanation }| BadLine { line, explanation };
        match error {
            join::JoinError::MissingParts { correlation_id, part_count, missing } => {
                Self::MissingParts(MissingParts { correlation_id, part_count, missing })
            }
            join::JoinError::NotARecord(line) => Self::NotARecord(bad_line(line)),
            join::JoinError::Conflict(line) => Self::Conflict(bad_line(line)),
        }
    }
}

impl From<fault::Reason> for RejectReason {
    fn from(reason: fault::Reason) -> Self {
        match reason {
            fault::Reason::NotUtf8 => Self::NotUtf8,
            fault::Reason::NotJson => Self::NotJson,
            fault::Reason::TooDeep => Self::TooDeep,
            fault::Reason::DuplicateKey => Self::DuplicateKey,
            fault::Reason::MissingKey => Self::MissingKey,
            fault::Reason::WrongType => Self::WrongType,
            fault::Reason::BadValue => Self::BadValue,
            fault::Reason::BadQuery => Self::BadQuery,
        }
    }
}

impl From<gate::ExclusionReason> for ExclusionReason {
    fn from(reason: gate::ExclusionReason) -> Self {
        match reason {
            gate::ExclusionReason::ExcludedMessage => Self::ExcludedMessage,
            gate::ExclusionReason::AuditingOff => Self::AuditingOff,
            gate::ExclusionReason::UserAccessOff => Self::UserAccessOff,
            gate::ExclusionReason::ReadAuditingOff => Self::ReadAuditingOff,
            gate::ExclusionReason::AreaNotAudited => Self::AreaNotAudited,
            gate::ExclusionReason::EntityNotAudited => Self::EntityNotAudited,
            gate::ExclusionReason::SingleRecordOff => Self::SingleRecordOff,
            gate::ExclusionReason::MultipleRecordOff => Self::MultipleRecordOff,
            gate::ExclusionReason::UnknownOrganization => Self::UnknownOrganization,
            gate::ExclusionReason::NotProduction => Self::NotProduction,
            gate::ExclusionReason::VersionTooOld => Self::VersionTooOld,
            gate::ExclusionReason::NoSubscription => Self::NoSubscription,
            gate::ExclusionReason::CustomerMessage => Self::CustomerMessage,
            gate::ExclusionReason::CustomerEntity => Self::CustomerEntity,
            gate::ExclusionReason::CustomerUser => Self::CustomerUser,
            gate::ExclusionReason::ServiceAccount => Self::ServiceAccount,
            gate::ExclusionReason::SystemNoise => Self::SystemNoise,
            gate::ExclusionReason::SocialActionNotLogged => Self::SocialActionNotLogged,
        }
    }
}
