//! The only place that knows the contract's generated types, and where they become ours.

use crate::error::{JoinError, SettingsError};
use crate::outcome::{Exclusion, Outcome, Rejection};
use crate::reason::{ExclusionReason, RejectReason};
use crate::rules::RuleDrop;
use wasmtime::AsContextMut;
use wasmtime::component::{Instance, InstancePre};

mod generated {
    #![allow(missing_docs, clippy::all, reason = "generated")]
    // One world for both components, so that an activity passes from the filter to a rule without conversion.
    wasmtime::component::bindgen!({
        inline: "
            package actlog:host;
            world host {
                export actlog:activity/types@0.2.0;
                export actlog:activity/filter@0.2.0;
                export actlog:activity/reference@0.2.0;
                export actlog:activity/rule@0.2.0;
            }
        ",
        path: "../../wit",
        additional_derives: [PartialEq],
    });
}

pub(crate) use generated::exports::actlog::activity::types as wit;
pub(crate) use generated::exports::actlog::activity::{filter, reference, rule};

/// Version of the contract (`wit/`) that this engine speaks.
pub const CONTRACT_VERSION: &str = "0.2.0";

/// The interface that a rule exports.
pub(crate) const RULE: &str = "actlog:activity/rule@0.2.0";

/// Interfaces of the filter, found once in its component.
pub(crate) struct FilterIndices {
    filter: filter::GuestIndices,
    reference: reference::GuestIndices,
}

/// The interfaces of one running filter.
pub(crate) struct FilterExports {
    /// The filter itself.
    pub(crate) filter: filter::Guest,
    /// What it knows.
    pub(crate) reference: reference::Guest,
}

impl FilterIndices {
    /// Finds the interfaces; the error says what is missing or of another form.
    pub(crate) fn find<T>(pre: &InstancePre<T>) -> wasmtime::Result<Self> {
        Ok(Self { filter: filter::GuestIndices::new(pre)?, reference: reference::GuestIndices::new(pre)? })
    }

    /// The interfaces of an instance.
    pub(crate) fn load(&self, mut store: impl AsContextMut, instance: &Instance) -> wasmtime::Result<FilterExports> {
        Ok(FilterExports { filter: self.filter.load(&mut store, instance)?, reference: self.reference.load(&mut store, instance)? })
    }
}

impl From<wit::Outcome> for Outcome {
    fn from(outcome: wit::Outcome) -> Self {
        Self {
            read: outcome.read,
            recorded: outcome.recorded,
            parts: outcome.parts,
            records: outcome.records,
            excluded: outcome.excluded.into_iter().map(Exclusion::from).collect(),
            rejected: outcome.rejected.into_iter().map(Rejection::from).collect(),
            ..Self::default()
        }
    }
}

impl From<wit::Exclusion> for Exclusion {
    fn from(exclusion: wit::Exclusion) -> Self {
        let wit::Exclusion { reason, message, entity, count } = exclusion;
        Self { reason: reason.into(), message, entity, count }
    }
}

impl From<wit::Rejection> for Rejection {
    fn from(rejection: wit::Rejection) -> Self {
        let wit::Rejection { index, reason, place, offset, explanation } = rejection;
        Self { index, reason: reason.into(), place, offset, explanation }
    }
}

impl From<wit::RuleDrop> for RuleDrop {
    fn from(dropped: wit::RuleDrop) -> Self {
        let wit::RuleDrop { rule, reason, message, entity, count } = dropped;
        Self { rule, reason, message, entity, count }
    }
}

impl From<wit::SettingsError> for SettingsError {
    fn from(error: wit::SettingsError) -> Self {
        Self { path: error.path, explanation: error.explanation }
    }
}

impl From<wit::JoinError> for JoinError {
    fn from(error: wit::JoinError) -> Self {
        match error {
            wit::JoinError::MissingParts(wit::MissingParts { correlation_id, part_count, missing }) => {
                Self::MissingParts { correlation_id, part_count, missing }
            }
            wit::JoinError::NotARecord(wit::BadLine { line, explanation }) => Self::NotARecord { line, explanation },
            wit::JoinError::Conflict(wit::BadLine { line, explanation }) => Self::Conflict { line, explanation },
        }
    }
}

/// Maps an enum of the contract to ours, value by value; the compiler sees to it that none is left out.
macro_rules! same_values {
    ($type:ident: $($value:ident)*) => {
        impl From<wit::$type> for $type {
            fn from(value: wit::$type) -> Self {
                match value { $(wit::$type::$value => $type::$value,)* }
            }
        }
    };
}

same_values!(ExclusionReason: ExcludedMessage AuditingOff UserAccessOff ReadAuditingOff AreaNotAudited EntityNotAudited
    SingleRecordOff MultipleRecordOff UnknownOrganization NotProduction VersionTooOld NoSubscription CustomerMessage
    CustomerEntity CustomerUser ServiceAccount SystemNoise SocialActionNotLogged);
same_values!(RejectReason: NotUtf8 NotJson TooDeep DuplicateKey MissingKey WrongType BadValue BadQuery);
