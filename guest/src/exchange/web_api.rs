//! One request of the Web API, in SDK events.

use super::definitions;
use super::desk::{Desk, Outcome, Request};
use super::event::{Event, Status};
use super::finding::Kind;
use super::headers::One;
use super::messages::{self, Method, Place};
use super::options::{Given, Options};
use super::query::{self, Query};
use super::resource::{self, Key, Record, Referred, Resource, Set};
use super::rows::{self, Asked, Found};
use super::segment::{Argument, Segment};
use super::written::{self, Fields};
use crate::guid::Guid;

/// Headers that ask a server to take another method than the one that stands there.
const OVERRIDES: [&str; 3] = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"];

/// Tells a request. Gives the record that it made, for references inside a change set.
pub fn translate<'n>(
    desk: &mut Desk<'n>,
    request: &Request<'_>,
    outcome: &Outcome<'_>,
    segments: &[Segment],
    query: Option<&str>,
    referred: Option<&Referred<'n>>,
) -> Option<Record<'n>> {
    if OVERRIDES.iter().any(|name| request.headers.one(name).is_there()) {
        desk.find(Kind::AmbiguousMethod, "request.headers", "a header asks for another method; whether it counts is the server's choice");
        return None;
    }
    let Some(method) = Method::parse(request.method) else {
        if matches!(request.method, "HEAD" | "OPTIONS" | "TRACE") {
            desk.find(Kind::NoMessage, "method", "a method that names no SDK message and brings no data");
        } else {
            desk.find(Kind::AmbiguousMethod, "method", "no method of the Web API");
        }
        return None;
    };
    let call = Call { method, request, outcome, referred, options: Options::parse(query) };
    match resource::resolve(segments, desk.names, referred) {
        Resource::Service if method == Method::Get => {
            desk.find(Kind::NoMessage, "path", "the service document and $metadata name no SDK message");
        }
        Resource::Service => unsupported(desk, "a method that the service root does not have"),
        Resource::Unread(why) => unsupported(desk, why),
        Resource::Definitions => definitions::translate(desk, request, outcome, method, segments),
        Resource::SetOrOperation(name, arguments) => return call.set_or_operation(desk, &name, arguments.as_deref()),
        Resource::Set(set) => return call.set(desk, set, Place::Set),
        Resource::Count(set) => call.count(desk, &set),
        Resource::Record(record) => return call.record(desk, record),
        Resource::Property(record, name) => call.property(desk, &record, &name),
        Resource::Collection(_, _, set) => return call.set(desk, set, Place::Collection),
        Resource::Single(_, _, set) => call.single(desk, &Record { set, key: Key::Other }),
        Resource::Member(record, name) => return call.member(desk, record, &name),
        Resource::Reference { of, name, other, many } => call.reference(desk, &of, &name, other, many),
        Resource::Operation(name, bound, arguments) => call.operation(desk, &name, &bound, &arguments),
    }
    None
}

/// Takes down that a request to the API is not read.
pub(super) fn unsupported(desk: &mut Desk<'_>, why: &'static str) {
    desk.find(Kind::Unsupported, "path", why);
}

/// The request at hand.
pub(super) struct Call<'r, 'n> {
    pub(super) method: Method,
    pub(super) request: &'r Request<'r>,
    pub(super) outcome: &'r Outcome<'r>,
    pub(super) referred: Option<&'r Referred<'n>>,
    pub(super) options: Options<'r>,
}

/// What an event is about, beside its message.
#[derive(Default)]
pub(super) struct About<'e> {
    pub(super) set: Option<&'e Set<'e>>,
    pub(super) entity: Option<&'e str>,
    pub(super) id: Option<Guid>,
    pub(super) fields: Option<String>,
    pub(super) query: Option<&'e str>,
    pub(super) results: Option<&'e [Guid]>,
}

impl<'r, 'n> Call<'r, 'n> {
    pub(super) fn status(&self) -> Status {
        self.outcome.status()
    }

    /// Takes down an event. A set that the settings do not list is a finding.
    pub(super) fn emit(&self, desk: &mut Desk<'n>, message: &str, about: About<'_>) {
        let entity_name = about.entity.or_else(|| about.set.and_then(Set::logical_name));
        if entity_name.is_none() && about.set.is_some() {
            desk.find(Kind::UnknownSet, "path", "the settings' names do not say which entity this is");
        }
        desk.emit(&Event {
            message,
            entity_name,
            entity_id: about.id,
            status: self.status(),
            fields: about.fields.as_deref(),
            query: about.query,
            results: about.results,
        });
    }

    /// The table's message for a place; where it has none, that is a finding.
    pub(super) fn message(&self, desk: &mut Desk<'n>, place: Place) -> Option<&'static str> {
        let message = messages::of(self.method, place);
        if message.is_none() {
            unsupported(desk, "a method that this resource does not have, as far as is known");
        }
        message
    }

    /// What came back, where it was asked for and came.
    pub(super) fn answer(&self, desk: &mut Desk<'n>, set: &Set<'n>, query: &Query, ids: bool) -> Option<Found<'n>> {
        let response = self.outcome.success().filter(|response| response.status != 304)?;
        let text = response.body.text(desk, "response.body")?;
        let asked = Asked {
            index: desk.names,
            expand: query.expand,
            ids: ids && !query.aggregate,
            changes: query.changes,
            limit: desk.settings.limits.results as usize,
        };
        Some(rows::read(text, set, asked, desk))
    }

    /// The record that the headers of the answer name.
    pub(super) fn named(&self, desk: &mut Desk<'n>) -> Option<Record<'n>> {
        let headers = &self.outcome.success()?.headers;
        let value = match headers.one("OData-EntityId") {
            One::Absent => headers.one("Location"),
            given => given,
        };
        match value {
            One::Value(value) => resource::reference(value, desk.names, None),
            One::Absent => None,
            One::Several => {
                desk.find(Kind::Conflict, "response.headers.OData-EntityId", "several that differ; none is believed");
                None
            }
        }
    }

    /// The one id that several places tell. What they do not agree on is not believed.
    pub(super) fn agreed(&self, desk: &mut Desk<'n>, told: &[Option<Guid>]) -> Option<Guid> {
        let mut ids = told.iter().flatten();
        let first = ids.next().copied();
        if ids.any(|id| Some(*id) != first) {
            desk.find(Kind::Conflict, "response", "the id of the record is told in two ways that differ; none is believed");
            return None;
        }
        if first.is_none() && self.status().is_success() {
            desk.find(Kind::UnknownId, "response", "neither the request nor the answer tells the id of the record");
        }
        first
    }

    /// A name that is no known set and no known operation.
    fn set_or_operation(&self, desk: &mut Desk<'n>, name: &str, arguments: Option<&[Argument]>) -> Option<Record<'n>> {
        let set = desk.names.set(name);
        let named = self.named(desk).is_some_and(|record| record.set.name == name);
        let brings_query = ["fetchXml", "savedQuery", "userQuery"].iter().any(|name| self.options.custom(name) != Given::Absent);
        if !named && !brings_query {
            let explanation = "the settings list neither a set nor an operation of this name; it is told as a set";
            desk.find(Kind::UnknownMessage, "path", explanation);
        }
        match (arguments, self.method) {
            (None, _) => self.set(desk, set, Place::Set),
            (Some(_), _) => self.record(desk, Record { set, key: Key::Other }),
        }
    }

    /// A set, or the records behind a navigation.
    fn set(&self, desk: &mut Desk<'n>, set: Set<'n>, place: Place) -> Option<Record<'n>> {
        match self.method {
            Method::Get => {
                self.many(desk, &set, place);
                None
            }
            Method::Post => self.create(desk, &set, place),
            _ => {
                unsupported(desk, "a method that a set does not have");
                None
            }
        }
    }

    fn count(&self, desk: &mut Desk<'n>, set: &Set<'n>) {
        let Some(message) = self.message(desk, Place::Count) else { return };
        let query = query::read(&self.options, desk);
        let own = query.entity.as_deref().and_then(|name| desk.names.set_of(name));
        let set = own.as_ref().unwrap_or(set);
        self.emit(
            desk,
            message,
            About { set: Some(set), entity: query.entity.as_deref(), query: query.text.as_deref(), ..About::default() },
        );
    }

    fn many(&self, desk: &mut Desk<'n>, set: &Set<'n>, place: Place) {
        let Some(message) = self.message(desk, place) else { return };
        let mut query = query::read(&self.options, desk);
        query.changes |= self.request.headers.has_word("Prefer", "odata.track-changes");
        let message = if query.changes { messages::CHANGES } else { message };
        // What FetchXML names is what comes back.
        let own = query.entity.as_deref().map(|name| desk.names.set_of(name).unwrap_or_else(Set::unknown));
        if let (Some(entity), Some(listed)) = (query.entity.as_deref(), set.logical_name())
            && entity != listed
        {
            desk.find(Kind::Conflict, "query.fetchXml", "FetchXML names another entity than the path; the event has that of FetchXML");
        }
        let set = own.as_ref().unwrap_or(set);
        let found = self.answer(desk, set, &query, true);
        let set = found.as_ref().and_then(|found| found.set.as_ref()).unwrap_or(set);
        let results = found.as_ref().filter(|found| found.is_list).map(|found| &found.ids[..]);
        if found.as_ref().is_some_and(|found| !found.is_list) {
            desk.find(Kind::UnknownId, "response.body", "the answer has no list of records, as far as it came");
        }
        let about = About { set: Some(set), entity: query.entity.as_deref(), query: query.text.as_deref(), results, ..About::default() };
        self.emit(desk, message, about);
    }

    /// A record, read, changed or removed.
    fn record(&self, desk: &mut Desk<'n>, record: Record<'n>) -> Option<Record<'n>> {
        match self.method {
            Method::Get => {
                self.retrieve(desk, &record, Place::Record, None);
                None
            }
            Method::Patch | Method::Put => self.change(desk, &record),
            Method::Delete => {
                let id = self.id_of(desk, &record);
                self.emit(desk, "Delete", About { set: Some(&record.set), id, ..About::default() });
                None
            }
            Method::Post => {
                unsupported(desk, "POST to a record");
                None
            }
        }
    }

    /// The id of a record that was not read: by its key, or as the answer names it.
    pub(super) fn id_of(&self, desk: &mut Desk<'n>, record: &Record<'n>) -> Option<Guid> {
        let named = self.named(desk).and_then(|record| record.key.id());
        self.agreed(desk, &[record.key.id(), named])
    }

    fn retrieve(&self, desk: &mut Desk<'n>, record: &Record<'n>, place: Place, property: Option<&str>) {
        let Some(message) = self.message(desk, place) else { return };
        let query = Query { expand: self.options.has("$expand"), ..Query::default() };
        let found = if property.is_some() { None } else { self.answer(desk, &record.set, &query, true) };
        let no_data = self.outcome.success().is_some_and(|response| matches!(response.status, 204 | 304));
        let told = [record.key.id(), found.as_ref().and_then(|found| found.own)];
        // An answer without data names nobody, and need not.
        let id = if no_data || property.is_some() { record.key.id() } else { self.agreed(desk, &told) };
        if property.is_some() && id.is_none() && self.status().is_success() {
            desk.find(Kind::UnknownId, "path", "the record is not told by its id");
        }
        let set = found.as_ref().and_then(|found| found.set.clone()).unwrap_or_else(|| record.set.clone());
        // Records that came along with another: the one itself stands first.
        let results: Option<Vec<Guid>> = found.filter(|found| found.expanded).map(|found| id.into_iter().chain(found.ids).collect());
        let fields = property.map(|name| {
            let mut fields = Fields::new(desk.settings.limits.field_bytes);
            fields.add(name, "null");
            fields
        });
        let about =
            About { set: Some(&set), id, fields: fields.and_then(|fields| fields.done()), results: results.as_deref(), ..About::default() };
        self.emit(desk, message, about);
    }

    /// The record behind a navigation.
    fn single(&self, desk: &mut Desk<'n>, record: &Record<'n>) {
        self.retrieve(desk, record, Place::Single, None);
    }

    fn property(&self, desk: &mut Desk<'n>, record: &Record<'n>, name: &str) {
        if self.method == Method::Get {
            return self.retrieve(desk, record, Place::Property, Some(name));
        }
        let Some(message) = self.message(desk, Place::Property) else { return };
        let mut fields = Fields::new(desk.settings.limits.field_bytes);
        if self.method == Method::Delete {
            fields.add(name, "null");
        } else if desk.settings.fields {
            let json = self
                .request
                .headers
                .one("Content-Type")
                .value()
                .is_none_or(|given| super::media::essence(given).eq_ignore_ascii_case("application/json"));
            let mut value = None;
            if json && let Some(text) = self.request.body.text(desk, "request.body") {
                written::members(text, desk, |key, given| {
                    if key == "value" {
                        value = Some(written::raw(&given));
                    }
                });
            }
            match value {
                Some(value) => fields.add(name, &value),
                None => desk.find(Kind::ValueNotRead, "request.body", format!("the value that was written to {name} is not told")),
            }
        }
        fields.report(desk, "request.body");
        let id = self.id_of(desk, record);
        self.emit(desk, message, About { set: Some(&record.set), id, fields: fields.done(), ..About::default() });
    }

    /// A name that may be a column or a navigation.
    fn member(&self, desk: &mut Desk<'n>, record: Record<'n>, name: &str) -> Option<Record<'n>> {
        let explanation = "the settings do not say whether this is a column or leads to other records";
        match self.method {
            Method::Get => {
                desk.find(Kind::UnknownNavigation, "path", explanation);
                // A column's value is never a list; many records are.
                let is_list = self.outcome.success().is_some_and(|response| is_list(response.body.bytes));
                if is_list {
                    self.many(desk, &Set::unknown(), Place::Collection);
                } else {
                    self.retrieve(desk, &record, Place::Property, Some(name));
                }
            }
            // Only what leads to many records takes new ones.
            Method::Post => return self.create(desk, &Set::unknown(), Place::Collection),
            Method::Put | Method::Patch | Method::Delete => {
                desk.find(Kind::UnknownNavigation, "path", explanation);
                self.property(desk, &record, name);
            }
        }
        None
    }
}

/// Whether an answer has a list `value`.
fn is_list(bytes: &[u8]) -> bool {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => bytes.get(..error.valid_up_to()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default(),
    };
    let mut found = false;
    // What stands before a cut counts.
    let _ = crate::json::Reader::new(text.trim_start_matches('\u{feff}')).object(|key, reader| {
        found |= key.is("value") && reader.peek() == Some(b'[');
        reader.skip()
    });
    found
}
