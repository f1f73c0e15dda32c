//! HTTP exchanges in, SDK events out: what a proxy in front of the Web API or the SOAP endpoint sees, told in the words of
//! activity logging.
//!
//! Nothing is guessed. What an exchange does not say is left out of its events, and a [`Finding`] says what and why. What
//! the server does inside, such as cascades and plug-ins, no proxy sees.
//!
//! | file | what it knows |
//! |---|---|
//! | [`settings`] | the operator's document: names, paths, users, limits |
//! | [`metadata`] | `$metadata` (CSDL) → the names of that document |
//! | [`path`], [`segment`], [`percent`], [`options`] | the request's target, exactly or not at all |
//! | [`headers`], [`media`] | header fields, content types |
//! | [`token`], [`identity`], [`address`] | who, and from where |
//! | [`resource`], [`messages`], [`definitions`] | what is addressed, and the table of SDK messages |
//! | [`web_api`], `changes`, `links`, `operations` | one request of the Web API |
//! | [`body`], [`rows`], [`written`], [`query`] | what bodies and options say |
//! | [`batch`] | `$batch`: parts, change sets, their answers |
//! | [`soap`] | the SOAP endpoint |
//! | [`desk`], [`event`], [`finding`] | where events and findings are collected, and how they are written |

pub mod address;
pub mod batch;
pub mod body;
mod changes;
pub mod definitions;
pub mod desk;
pub mod event;
pub mod finding;
pub mod headers;
pub mod identity;
mod links;
pub mod media;
pub mod messages;
pub mod metadata;
mod operations;
pub mod options;
pub mod path;
pub mod percent;
pub mod query;
pub mod resource;
pub mod rows;
pub mod segment;
pub mod settings;
pub mod soap;
pub mod token;
pub mod web_api;
pub mod written;

pub use finding::{Finding, Kind};

use crate::settings::SettingsError;
use body::Content;
use desk::{Desk, Outcome, Request, Response};
use headers::Headers;
use path::Target;
use settings::Settings;

/// A header field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Its name, in any case.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A body, or the head of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// Its bytes, without transfer codings.
    pub content: Vec<u8>,
    /// Whether these are all.
    pub whole: bool,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header fields, in order.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Body,
}

/// One request, and its answer if one came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// The host's own id of the exchange: the same for every report of it, and different for every other.
    pub id: String,
    /// The method.
    pub method: String,
    /// Path and query as they stand in the request.
    pub target: String,
    /// When the request began, ISO 8601.
    pub began: Option<String>,
    /// The address of the client as the host saw it.
    pub client_address: Option<String>,
    /// The request's header fields, in order.
    pub headers: Vec<Header>,
    /// The request's body.
    pub body: Body,
    /// The upstream's answer; none where it is not known whether the upstream did what was asked.
    pub answer: Option<Answer>,
}

/// What an exchange says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Translation {
    /// SDK events as NDJSON, in the order of the requests.
    pub events: String,
    /// How many they are.
    pub count: u32,
    /// What could not be told.
    pub unknown: Vec<Finding>,
}

/// Makes SDK events out of exchanges. It remembers none of them.
pub struct Translator {
    settings: Settings,
    names: resource::Index,
    users: identity::Users,
}

impl Translator {
    /// Reads settings, one JSON document.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn open(settings: &str) -> Result<Self, Vec<SettingsError>> {
        let mut settings = Settings::parse(settings)?;
        let names = resource::Index::of(std::mem::take(&mut settings.names));
        let users = identity::Users::of(&settings.users);
        Ok(Self { settings, names, users })
    }

    /// Tells an exchange in SDK events.
    pub fn translate(&self, exchange: &Exchange) -> Translation {
        let headers = Headers::new(&exchange.headers);
        let answer_headers = exchange.answer.as_ref().map(|answer| Headers::new(&answer.headers));
        let mut desk = Desk::new(&self.settings, &self.names, &self.users, &exchange.id);
        let target = match path::locate(&exchange.target, &self.settings) {
            Target::Outside => {
                desk.find(Kind::NotTheApi, "path", "the path is not below a base path of the Web API, nor the SOAP endpoint");
                return desk.done();
            }
            Target::Ambiguous(why) => {
                desk.find(Kind::AmbiguousPath, "path", why);
                return desk.done();
            }
            Target::Unsupported(why) => {
                desk.find(Kind::Unsupported, "path", why);
                return desk.done();
            }
            target => target,
        };
        let limit = self.settings.limits.body_bytes as usize;
        let request = Request { method: &exchange.method, body: Content::new(&exchange.body, limit, &headers), headers };
        let response = exchange.answer.as_ref().zip(answer_headers).map(|(answer, headers)| Response {
            status: answer.status,
            body: Content::new(&answer.body, limit, &headers),
            headers,
        });
        desk.begin(exchange, &request, response.as_ref());
        let outcome = response.map_or(Outcome::InDoubt, Outcome::Answered);
        match target {
            Target::Api { segments, query } => {
                if let [only] = &segments[..]
                    && only.is("$batch")
                {
                    batch::translate(&mut desk, &request, &outcome);
                } else {
                    web_api::translate(&mut desk, &request, &outcome, &segments, query, None);
                }
            }
            Target::Soap => soap::translate(&mut desk, &request, &outcome),
            Target::Outside | Target::Ambiguous(_) | Target::Unsupported(_) => {}
        }
        desk.done()
    }
}
