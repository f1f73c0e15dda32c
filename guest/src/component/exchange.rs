//! The shim of [`crate::exchange`]: exchanges and findings in the contract's types, and the other way round.

use super::exports::actlog::activity::exchange::{
    Answer, Body, Exchange, Finding, Guest, GuestTranslator, Header, MetadataError, SettingsError, Translation, Translator, UnknownKind,
};
use super::{Component, convert};
use crate::exchange;

impl Guest for Component {
    type Translator = exchange::Translator;

    fn metadata(csdl: Vec<u8>) -> Result<String, MetadataError> {
        exchange::metadata::names(&csdl)
            .map_err(|error| MetadataError { offset: u32::try_from(error.offset).unwrap_or(u32::MAX), explanation: error.explanation })
    }

    fn settings_schema() -> String {
        exchange::settings::SCHEMA.to_owned()
    }
}

impl GuestTranslator for exchange::Translator {
    fn open(settings: String) -> Result<Translator, Vec<SettingsError>> {
        exchange::Translator::open(&settings).map(Translator::new).map_err(convert)
    }

    fn translate(&self, exchange: Exchange) -> Translation {
        let exchange::Translation { events, count, unknown } = self.translate(&exchange.into());
        Translation { events: events.into_bytes(), count, unknown: convert(unknown) }
    }
}

impl From<Exchange> for exchange::Exchange {
    fn from(exchange: Exchange) -> Self {
        let Exchange { id, method, target, began, client_address, request_headers, request_body, answer } = exchange;
        Self {
            id,
            method,
            target,
            began,
            client_address,
            headers: convert(request_headers),
            body: request_body.into(),
            answer: answer.map(exchange::Answer::from),
        }
    }
}

impl From<Answer> for exchange::Answer {
    fn from(answer: Answer) -> Self {
        let Answer { status, headers, body } = answer;
        Self { status, headers: convert(headers), body: body.into() }
    }
}

impl From<Header> for exchange::Header {
    fn from(header: Header) -> Self {
        let Header { name, value } = header;
        Self { name, value }
    }
}

impl From<Body> for exchange::Body {
    fn from(body: Body) -> Self {
        let Body { content, whole } = body;
        Self { content, whole }
    }
}

impl From<exchange::Finding> for Finding {
    fn from(finding: exchange::Finding) -> Self {
        let exchange::Finding { kind, part, place, explanation } = finding;
        Self { kind: kind.into(), part, place, event_missing: kind.event_missing(), explanation: explanation.into_owned() }
    }
}

/// The same kinds in both, by name; the compiler sees to it that none is left out.
macro_rules! kinds {
    ($($kind:ident)*) => {
        impl From<exchange::Kind> for UnknownKind {
            fn from(kind: exchange::Kind) -> Self {
                match kind { $(exchange::Kind::$kind => Self::$kind,)* }
            }
        }
    };
}

kinds!(NotTheApi NoMessage AmbiguousPath AmbiguousMethod Unsupported BadBatch TooManyEvents EventsCut UnknownMessage UnknownSet UnknownNavigation UnknownId UnknownReference NestedWrite BodyCut BodyUnreadable ValueNotRead BadQuery Conflict NoIdentity UnreadableToken DirectoryIdentity BadAddress BadTime NoExchangeId NoAnswer UnexpectedStatus Limit);
