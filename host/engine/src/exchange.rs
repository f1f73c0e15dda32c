//! HTTP exchanges as a host gives them, and what the translator says of them. The forms are those of `wit/exchange.wit`.

use std::fmt;

/// One request, and its answer if one came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// The host's own id of the exchange, at most 200 bytes without control characters (any other is hashed): the same each time
    /// this exchange is told, and different for every other. EventId is this id, a slash, and the place of the event.
    pub id: String,
    /// The method, as it came.
    pub method: String,
    /// Path and query, exactly as they came: not decoded, not normalized.
    pub target: String,
    /// When the request began, ISO 8601.
    pub began: Option<String>,
    /// The address of the client as the host saw it: of the connection, not of a header. A port behind it does no harm.
    pub client_address: Option<String>,
    /// The request's header fields, in order. Bytes that are not UTF-8 are given as U+FFFD.
    pub request_headers: Vec<Header>,
    /// The request's body.
    pub request_body: Body,
    /// The answer. None: nobody knows whether the upstream did what was asked, and the events say `InDoubt`.
    pub answer: Option<Answer>,
}

/// The upstream's answer. An answer that the host or another proxy made itself, such as 502 or 504, is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header fields, in order.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Body,
}

/// A header field. A name may stand more than once, in any case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A body, or the head of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// Its bytes, transfer codings undone. A body with a Content-Encoding is not read: the host undoes it and leaves the header
    /// out, or the body is unreadable.
    pub content: Vec<u8>,
    /// Whether these are all its bytes. False too where the host does not know.
    pub whole: bool,
}

/// What an exchange says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Translation {
    /// SDK events as NDJSON, in the order of the requests. The filter rejects none of them.
    pub events: Vec<u8>,
    /// How many they are.
    pub count: u32,
    /// What could not be told, in the order in which it was met.
    pub unknown: Vec<Finding>,
}

/// One thing that could not be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub kind: UnknownKind,
    /// Which request of the exchange, from 1 in a batch; 0 is the exchange itself.
    pub part: u32,
    /// Where, such as `path`, `query.$filter` or `response.body`; empty for all of it.
    pub place: String,
    /// Whether an event is, or may be, missing for it. A host that must let nothing pass unseen refuses a request for which
    /// `translate`, called before it is sent on, gives such a finding.
    pub event_missing: bool,
    /// One sentence for people, without secrets; not to be parsed.
    pub explanation: String,
}

impl Exchange {
    /// About how many bytes it takes up.
    pub(crate) fn bytes(&self) -> usize {
        let headers = |headers: &[Header]| headers.iter().map(|header| header.name.len() + header.value.len()).sum::<usize>();
        let answer = self.answer.as_ref().map_or(0, |answer| headers(&answer.headers) + answer.body.content.len());
        self.target.len() + headers(&self.request_headers) + self.request_body.content.len() + answer
    }
}

/// What kind of thing could not be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnknownKind {
    /// The path is outside of the API. There is no event.
    NotTheApi,
    /// The request is to the API but names no SDK message, such as the service document. There is no event.
    NoMessage,
    /// Two servers may read the path in two ways. There is no event.
    AmbiguousPath,
    /// The method is not known, not written as HTTP writes it, or overridden by a header. There is no event.
    AmbiguousMethod,
    /// The request is to data in a way that is not read here. There is no event.
    Unsupported,
    /// A batch that is not exactly what multipart and the API's limits ask for. Parts that are clear have events.
    BadBatch,
    /// The exchange has more events than the limit allows.
    TooManyEvents,
    /// Only the head came of a body that holds requests or records of their own: what is behind it has no event.
    EventsCut,
    /// The message is told by a rule for the most likely case; the explanation says what else it may be.
    UnknownMessage,
    /// An entity set that the settings do not list: the event has no EntityName.
    UnknownSet,
    /// A name of which the settings do not say whether it is a property or a navigation, or where it leads.
    UnknownNavigation,
    /// The id of a record, or of some that came back, cannot be told.
    UnknownId,
    /// A reference to another record cannot be resolved.
    UnknownReference,
    /// A record written inside another, in a way of which the outcome cannot be told.
    NestedWrite,
    /// A body of which only the head came, or more than is read.
    BodyCut,
    /// A body that is not what its request needs: encoded, not UTF-8, not JSON, not XML.
    BodyUnreadable,
    /// A value of a body that cannot be taken into Fields.
    ValueNotRead,
    /// A query, or an option of it, that is not read.
    BadQuery,
    /// Two of what should be one: headers, options, parameters, names. None of them is believed.
    Conflict,
    /// No token, so that nobody knows who asked.
    NoIdentity,
    /// A token that cannot be read.
    UnreadableToken,
    /// UserId or SystemUserId holds an object id of the directory, because the settings map no system user to it.
    DirectoryIdentity,
    /// The client's address is not one, or is not trusted.
    BadAddress,
    /// The time is not ISO 8601.
    BadTime,
    /// The exchange has no id, so that ids follow from the content of its events.
    NoExchangeId,
    /// No answer is known: what was asked may have been done or not.
    NoAnswer,
    /// A status that says neither that it was done nor that it failed.
    UnexpectedStatus,
    /// More than a limit allows was left out.
    Limit,
}

impl UnknownKind {
    /// Every kind, in the order of the contract.
    pub const ALL: &[Self] = &[
        Self::NotTheApi,
        Self::NoMessage,
        Self::AmbiguousPath,
        Self::AmbiguousMethod,
        Self::Unsupported,
        Self::BadBatch,
        Self::TooManyEvents,
        Self::EventsCut,
        Self::UnknownMessage,
        Self::UnknownSet,
        Self::UnknownNavigation,
        Self::UnknownId,
        Self::UnknownReference,
        Self::NestedWrite,
        Self::BodyCut,
        Self::BodyUnreadable,
        Self::ValueNotRead,
        Self::BadQuery,
        Self::Conflict,
        Self::NoIdentity,
        Self::UnreadableToken,
        Self::DirectoryIdentity,
        Self::BadAddress,
        Self::BadTime,
        Self::NoExchangeId,
        Self::NoAnswer,
        Self::UnexpectedStatus,
        Self::Limit,
    ];

    /// The name that ledgers print, in kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotTheApi => "not-the-api",
            Self::NoMessage => "no-message",
            Self::AmbiguousPath => "ambiguous-path",
            Self::AmbiguousMethod => "ambiguous-method",
            Self::Unsupported => "unsupported",
            Self::BadBatch => "bad-batch",
            Self::TooManyEvents => "too-many-events",
            Self::EventsCut => "events-cut",
            Self::UnknownMessage => "unknown-message",
            Self::UnknownSet => "unknown-set",
            Self::UnknownNavigation => "unknown-navigation",
            Self::UnknownId => "unknown-id",
            Self::UnknownReference => "unknown-reference",
            Self::NestedWrite => "nested-write",
            Self::BodyCut => "body-cut",
            Self::BodyUnreadable => "body-unreadable",
            Self::ValueNotRead => "value-not-read",
            Self::BadQuery => "bad-query",
            Self::Conflict => "conflict",
            Self::NoIdentity => "no-identity",
            Self::UnreadableToken => "unreadable-token",
            Self::DirectoryIdentity => "directory-identity",
            Self::BadAddress => "bad-address",
            Self::BadTime => "bad-time",
            Self::NoExchangeId => "no-exchange-id",
            Self::NoAnswer => "no-answer",
            Self::UnexpectedStatus => "unexpected-status",
            Self::Limit => "limit",
        }
    }
}

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
