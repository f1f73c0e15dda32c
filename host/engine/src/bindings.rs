//! The only place that knows the contract's generated types, and where they become ours.

use crate::error::{JoinError, SettingsError};
use crate::exchange::{Answer, Body, Exchange, Finding, Header, Translation, UnknownKind};
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
                export actlog:activity/types@0.3.0;
                export actlog:activity/filter@0.3.0;
                export actlog:activity/exchange@0.3.0;
                export actlog:activity/reference@0.3.0;
                export actlog:activity/rule@0.3.0;
            }
        ",
        path: "../../wit",
        additional_derives: [PartialEq],
    });
}

pub(crate) use generated::exports::actlog::activity::types as wit;
pub(crate) use generated::exports::actlog::activity::{exchange, filter, reference, rule};

/// Version of the contract (`wit/`) that this engine speaks.
pub const CONTRACT_VERSION: &str = "0.3.0";

/// The interface that a rule exports.
pub(crate) const RULE: &str = "actlog:activity/rule@0.3.0";

/// Interfaces of the filter, found once in its component.
pub(crate) struct FilterIndices {
    filter: filter::GuestIndices,
    exchange: exchange::GuestIndices,
    reference: reference::GuestIndices,
}

/// The interfaces of one running filter.
pub(crate) struct FilterExports {
    /// The filter itself.
    pub(crate) filter: filter::Guest,
    /// What turns exchanges into events.
    pub(crate) exchange: exchange::Guest,
    /// What it knows.
    pub(crate) reference: reference::Guest,
}

impl FilterIndices {
    /// Finds the interfaces; the error says what is missing or of another form.
    pub(crate) fn find<T>(pre: &InstancePre<T>) -> wasmtime::Result<Self> {
        Ok(Self {
            filter: filter::GuestIndices::new(pre)?,
            exchange: exchange::GuestIndices::new(pre)?,
            reference: reference::GuestIndices::new(pre)?,
        })
    }

    /// The interfaces of an instance.
    pub(crate) fn load(&self, mut store: impl AsContextMut, instance: &Instance) -> wasmtime::Result<FilterExports> {
        Ok(FilterExports {
            filter: self.filter.load(&mut store, instance)?,
            exchange: self.exchange.load(&mut store, instance)?,
            reference: self.reference.load(&mut store, instance)?,
        })
    }
}

impl From<wit::Outcome> for Outcome {
    fn from(outcome: wit::Outcome) -> Self {
        Self {
            read: outcome.read,
            recorded: outcome.recorded,
            parts: outcome.parts,
            records: outcome.records,
            excluded: words(outcome.excluded),
            rejected: words(outcome.rejected),
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

/// A list in the other side's words.
pub(crate) fn words<T, U: From<T>>(list: Vec<T>) -> Vec<U> {
    list.into_iter().map(U::from).collect()
}

impl From<Exchange> for exchange::Exchange {
    fn from(given: Exchange) -> Self {
        let Exchange { id, method, target, began, client_address, request_headers, request_body, answer } = given;
        let (request_headers, request_body, answer) = (words(request_headers), request_body.into(), answer.map(Into::into));
        Self { id, method, target, began, client_address, request_headers, request_body, answer }
    }
}

impl From<Answer> for exchange::Answer {
    fn from(Answer { status, headers, body }: Answer) -> Self {
        Self { status, headers: words(headers), body: body.into() }
    }
}

impl From<Header> for exchange::Header {
    fn from(Header { name, value }: Header) -> Self {
        Self { name, value }
    }
}

impl From<Body> for exchange::Body {
    fn from(Body { content, whole }: Body) -> Self {
        Self { content, whole }
    }
}

impl From<exchange::Translation> for Translation {
    fn from(exchange::Translation { events, count, unknown }: exchange::Translation) -> Self {
        Self { events, count, unknown: words(unknown) }
    }
}

impl From<exchange::Finding> for Finding {
    fn from(exchange::Finding { kind, part, place, event_missing, explanation }: exchange::Finding) -> Self {
        Self { kind: kind.into(), part, place, event_missing, explanation }
    }
}

/// Maps an enum of the contract to ours, value by value; the compiler sees to it that none is left out.
macro_rules! same_values {
    ($interface:ident::$type:ident: $($value:ident)*) => {
        impl From<$interface::$type> for $type {
            fn from(value: $interface::$type) -> Self {
                match value { $($interface::$type::$value => $type::$value,)* }
            }
        }
    };
}

same_values!(wit::ExclusionReason: ExcludedMessage AuditingOff UserAccessOff ReadAuditingOff AreaNotAudited EntityNotAudited
    SingleRecordOff MultipleRecordOff UnknownOrganization NotProduction VersionTooOld NoSubscription CustomerMessage
    CustomerEntity CustomerUser ServiceAccount SystemNoise SocialActionNotLogged);
same_values!(wit::RejectReason: NotUtf8 NotJson TooDeep DuplicateKey MissingKey WrongType BadValue BadQuery);
same_values!(exchange::UnknownKind: NotTheApi NoMessage AmbiguousPath AmbiguousMethod Unsupported BadBatch TooManyEvents EventsCut UnknownMessage UnknownSet UnknownNavigation UnknownId UnknownReference NestedWrite BodyCut BodyUnreadable ValueNotRead BadQuery Conflict NoIdentity UnreadableToken DirectoryIdentity BadAddress BadTime NoExchangeId NoAnswer UnexpectedStatus Limit);
