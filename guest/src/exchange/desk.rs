//! Where the events and findings of one exchange are collected.

use std::borrow::Cow;

use uuid::Uuid;

use super::body::Content;
use super::event::{self, Event, Frame, Status};
use super::finding::{Finding, Findings, Kind};
use super::headers::Headers;
use super::identity::{self, Caller, Users};
use super::resource::Index;
use super::settings::Settings;
use super::{Exchange, Translation, address};
use crate::guid::Guid;
use crate::json::write::number;
use crate::time::Timestamp;

/// Longest id of an exchange that stands in EventId as it is, in bytes.
pub const MAX_ID: usize = 200;

/// Longest UserAgent that is kept, in bytes.
const MAX_USER_AGENT: usize = 1_024;

/// A request: of the exchange, or of a part of a batch.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The method.
    pub method: &'a str,
    /// The header fields.
    pub headers: Headers<'a>,
    /// The body.
    pub body: Content<'a>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Response<'a> {
    /// The status.
    pub status: u16,
    /// The header fields.
    pub headers: Headers<'a>,
    /// The body.
    pub body: Content<'a>,
}

/// What became of a request.
#[derive(Clone, Debug)]
pub enum Outcome<'a> {
    /// An answer came.
    Answered(Response<'a>),
    /// No answer is known.
    InDoubt,
    /// It was surely not done: a part behind one that failed, or one of a change set that was rolled back with this status.
    NotDone(Option<u16>),
}

impl<'a> Outcome<'a> {
    /// The answer, where it says that the request was done.
    pub fn success(&self) -> Option<&Response<'a>> {
        match self {
            Outcome::Answered(response) if status(response.status).is_success() => Some(response),
            _ => None,
        }
    }

    /// The status of the events.
    pub fn status(&self) -> Status {
        match self {
            Outcome::Answered(response) => status(response.status),
            Outcome::InDoubt => Status::InDoubt(None),
            Outcome::NotDone(status) => Status::Failed(*status),
        }
    }
}

fn status(status: u16) -> Status {
    match status {
        200..=299 | 304 => Status::Success(status),
        400..=599 => Status::Failed(Some(status)),
        _ => Status::InDoubt(Some(status)),
    }
}

/// The events and findings of one exchange.
pub struct Desk<'t> {
    /// The operator's settings.
    pub settings: &'t Settings,
    /// The settings' names, ready to be asked.
    pub names: &'t Index,
    /// The settings' users.
    pub users: &'t Users,
    /// Who asked.
    pub caller: Caller,
    frame: Frame,
    /// Which request this is about: 0, or a part's position from 1.
    part: u32,
    /// How many events it has so far.
    events_of_part: u32,
    out: String,
    count: u32,
    /// Whether an event was left out for the limit.
    full: bool,
    findings: Findings,
}

impl<'t> Desk<'t> {
    /// An empty desk.
    pub fn new(settings: &'t Settings, names: &'t Index, users: &'t Users, id: &str) -> Self {
        let organization = Guid::parse(&settings.organization.id);
        let frame = Frame {
            id: event_id(id, organization),
            organization,
            organization_name: settings.organization.unique_name.clone(),
            instance_url: settings.organization.instance_url.clone(),
            ..Frame::default()
        };
        let findings = Findings::new(settings.limits.findings);
        Self {
            settings,
            names,
            users,
            caller: Caller::default(),
            frame,
            part: 0,
            events_of_part: 0,
            out: String::new(),
            count: 0,
            full: false,
            findings,
        }
    }

    /// Takes down what all events of the exchange share.
    pub fn begin(&mut self, exchange: &Exchange, request: &Request<'_>, response: Option<&Response<'_>>) {
        if self.frame.id.is_empty() {
            self.find(Kind::NoExchangeId, "id", "the host gave no id, so that two events that are equal to the byte are one");
        }
        if let Some(began) = exchange.began.as_deref() {
            match Timestamp::parse_iso(began) {
                Some(time) => {
                    let mut text = String::new();
                    time.write(&mut text);
                    text.push('Z');
                    self.frame.creation_time = Some(text);
                }
                None => self.find(Kind::BadTime, "began", "not ISO 8601"),
            }
        }
        match address::client(exchange.client_address.as_deref(), &request.headers, self.settings.trusted_proxies) {
            Ok(address) => self.frame.client_ip = address.map(|address| address.to_string()),
            Err(why) => self.find(Kind::BadAddress, "client-address", why),
        }
        if let Some(agent) = request.headers.one("User-Agent").value() {
            let end = (0..=MAX_USER_AGENT.min(agent.len())).rev().find(|&end| agent.is_char_boundary(end)).unwrap_or(0);
            self.frame.user_agent = Some(agent[..end].to_owned());
        }
        let guid = |headers: &Headers<'_>, name| headers.one(name).value().and_then(Guid::parse).filter(|id| *id != Guid::ZERO);
        self.frame.correlation_id = ["x-ms-correlation-request-id", "x-ms-client-request-id"]
            .iter()
            .find_map(|name| guid(&request.headers, name).or_else(|| response.and_then(|response| guid(&response.headers, name))));
        self.caller = identity::of(&request.headers, self);
        match response {
            None => self.find(Kind::NoAnswer, "response", "no answer is known, so that nobody knows whether it was done"),
            Some(response) if matches!(status(response.status), Status::InDoubt(_)) => {
                self.find(Kind::UnexpectedStatus, "response.status", "a status that says neither that it was done nor that it failed");
            }
            Some(_) => {}
        }
    }

    /// Turns to the request at a position of a batch, from 1.
    pub fn turn_to(&mut self, part: u32) {
        self.part = part;
        self.events_of_part = 0;
    }

    /// Takes down a finding about the request at hand.
    pub fn find(&mut self, kind: Kind, place: impl Into<String>, explanation: impl Into<Cow<'static, str>>) {
        self.findings.add(Finding { kind, part: self.part, place: place.into(), explanation: explanation.into() });
    }

    /// Takes down an event of the request at hand.
    pub fn emit(&mut self, event: &Event<'_>) {
        if self.count == self.settings.limits.events {
            if !std::mem::replace(&mut self.full, true) {
                self.find(Kind::TooManyEvents, "", format!("more than {} events", self.settings.limits.events));
            }
            return;
        }
        let mut part = String::new();
        number(&mut part, u64::from(self.part));
        if self.events_of_part > 0 {
            part.push('.');
            number(&mut part, u64::from(self.events_of_part));
        }
        self.events_of_part += 1;
        self.count += 1;
        event::write(&mut self.out, &self.frame, &self.caller, &part, event);
    }

    /// How many events there are so far.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// What came of it.
    pub fn done(self) -> Translation {
        Translation { events: self.out, count: self.count, unknown: self.findings.done() }
    }
}

/// An id that may stand in EventId: as it is, or where it is too long or holds what no name holds, as a UUIDv5 of it.
fn event_id(id: &str, organization: Option<Guid>) -> String {
    if id.len() <= MAX_ID && !id.chars().any(char::is_control) {
        return id.to_owned();
    }
    let namespace = Uuid::from_u128(organization.unwrap_or(Guid::ZERO).0);
    Uuid::new_v5(&namespace, id.as_bytes()).to_string()
}
