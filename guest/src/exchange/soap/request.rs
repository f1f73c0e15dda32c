//! One operation of the SOAP endpoint, or one request inside another, in SDK events.

use super::entity::{self, Entity, pairs};
use super::plain;
use super::query;
use super::tree::Element;
use crate::exchange::desk::Desk;
use crate::exchange::event::{Event, Status};
use crate::exchange::finding::Kind;
use crate::exchange::query::Query;
use crate::exchange::segment::is_name;
use crate::exchange::written::Fields;
use crate::guid::Guid;

/// Requests that one request may carry.
const MAX_CARRIED: usize = 1_000;

/// Messages that are always about an entity.
const WITH_ENTITY: [&str; 8] = ["Create", "Update", "Upsert", "Delete", "Retrieve", "RetrieveMultiple", "Associate", "Disassociate"];

/// Messages that are always about a record that is there already.
const WITH_ID: [&str; 5] = ["Update", "Delete", "Retrieve", "Associate", "Disassociate"];

/// What was asked.
pub struct Call<'t, 'a> {
    /// The operation's or the message's name.
    pub name: &'t str,
    /// The element of the operation, or of the request.
    pub element: Element<'t, 'a>,
}

/// What came back.
#[derive(Clone, Copy)]
pub struct Answer<'t, 'a> {
    /// How it ended.
    pub status: Status,
    /// The element of the result.
    pub result: Option<Element<'t, 'a>>,
    /// Whether the answer came whole.
    pub whole: bool,
}

/// What an event is made of.
#[derive(Default)]
struct Told {
    entity_name: Option<String>,
    id: Option<Guid>,
    fields: Fields,
    query: Option<String>,
    results: Option<Vec<Guid>>,
    inside: Vec<Entity>,
    unread: u32,
}

/// Tells an operation.
pub fn translate(desk: &mut Desk<'_>, call: &Call<'_, '_>, answer: &Answer<'_, '_>) {
    let element = call.element;
    let mut told = Told { fields: Fields::new(desk.settings.limits.field_bytes), ..Told::default() };
    let take = desk.settings.fields;
    match call.name {
        "Create" | "Update" => {
            if let Some(entity) = element.element("entity") {
                told.take(entity, desk.settings.limits.field_bytes, take);
            }
            if call.name == "Create" {
                told.made(answer.result.map(Element::text).and_then(entity::guid), desk, answer);
            } else {
                told.inside.clear();
            }
        }
        "Delete" | "Retrieve" => {
            told.entity_name = entity::name(element.said("entityName"));
            told.id = element.said("id").and_then(entity::guid);
        }
        "RetrieveMultiple" => {
            if let Some(given) = element.element("query") {
                told.asked(query::read(given, desk));
            }
            told.came(answer.result, desk, answer);
        }
        "Associate" | "Disassociate" => {
            told.entity_name = entity::name(element.said("entityName"));
            told.id = element.said("entityId").and_then(entity::guid);
            told.link(element.element("relationship"), element.element("relatedEntities"));
        }
        _ => return execute(desk, element.element("request"), answer, true),
    }
    told.emit(desk, call.name, answer);
}

/// Tells a request that was executed. One that carries others is unrolled where it is not itself carried.
fn execute(desk: &mut Desk<'_>, request: Option<Element<'_, '_>>, answer: &Answer<'_, '_>, unroll: bool) {
    let Some((request, name)) = request.and_then(|request| Some((request, request.said("RequestName").filter(|name| is_name(name))?)))
    else {
        return plain(desk, "Execute", answer.status);
    };
    let parameters = request.element("Parameters");
    let results = answer.result.and_then(|result| result.element("Results"));
    if unroll && matches!(name, "ExecuteMultiple" | "ExecuteTransaction") {
        return carried(desk, name, parameters, results, answer);
    }
    let mut told = Told { fields: Fields::new(desk.settings.limits.field_bytes), ..Told::default() };
    let (limit, take) = (desk.settings.limits.field_bytes, desk.settings.fields);
    let is_plain_read = matches!(name, "Retrieve" | "RetrieveMultiple");
    for (key, value) in parameters.into_iter().flat_map(pairs) {
        match (key, value.kind()) {
            ("Target" | "EntityMoniker", "Entity" | "EntityReference") => told.take(value, limit, take),
            ("Query", "FetchExpression" | "QueryExpression" | "QueryByAttribute") => told.asked(query::read(value, desk)),
            ("Targets", _) => {
                let targets = value.element("Entities").into_iter().flat_map(Element::elements).filter_map(entity::id);
                told.results.get_or_insert_default().extend(targets);
                told.entity_name = told.entity_name.take().or_else(|| entity::name(value.said("EntityName")));
            }
            ("Relationship", _) => told.link(Some(value), None),
            ("RelatedEntities", _) => told.link(None, Some(value)),
            _ if is_plain_read || !take => {}
            _ => match entity::json(value) {
                Some(json) => told.fields.add(key, &json),
                None => told.unread += 1,
            },
        }
    }
    let result = |key| results.and_then(|results| entity::value(results, key));
    match name {
        "Create" => told.made(result("id").map(Element::text).and_then(entity::guid), desk, answer),
        "Retrieve" => {
            // A reference by an alternate key has no id; the record that came back has.
            told.id = told.id.or_else(|| result("Entity").and_then(entity::id));
            told.inside.clear();
        }
        "RetrieveMultiple" => told.came(result("EntityCollection"), desk, answer),
        _ => {
            told.inside.clear();
            if let Some(ids) = result("Ids") {
                told.results.get_or_insert_default().extend(ids.elements().map(Element::text).filter_map(entity::guid));
            }
        }
    }
    told.emit(desk, name, answer);
}

/// Tells the requests that another carries.
fn carried(
    desk: &mut Desk<'_>,
    name: &str,
    parameters: Option<Element<'_, '_>>,
    results: Option<Element<'_, '_>>,
    answer: &Answer<'_, '_>,
) {
    let Some(requests) = parameters.and_then(|parameters| entity::value(parameters, "Requests")) else {
        desk.find(Kind::UnknownMessage, "request.body.Requests", "the requests that are carried are not told");
        return plain(desk, name, answer.status);
    };
    let settings = parameters.and_then(|parameters| entity::value(parameters, "Settings"));
    let flag = |key| settings.and_then(|settings| settings.said(key)) == Some("true");
    let (continues, responds) = (flag("ContinueOnError"), flag("ReturnResponses"));
    let responses = results.and_then(|results| entity::value(results, "Responses"));
    let transaction = name == "ExecuteTransaction";
    let mut by_index: Vec<Option<Element<'_, '_>>> = Vec::new();
    for (position, item) in responses.into_iter().flat_map(Element::elements).enumerate().take(MAX_CARRIED) {
        let index = if transaction { Some(position) } else { item.said("RequestIndex").and_then(|text| text.parse().ok()) };
        if let Some(index) = index.filter(|&index| index < MAX_CARRIED) {
            by_index.resize(by_index.len().max(index + 1), None);
            by_index.splice(index..=index, [Some(item)]);
        }
    }
    let mut failed_before = false;
    for (index, request) in requests.elements().enumerate() {
        if index == MAX_CARRIED {
            desk.turn_to(0);
            return desk.find(Kind::TooManyEvents, "request.body.Requests", "more than 1,000 requests; those beyond are not told");
        }
        desk.turn_to(u32::try_from(index + 1).unwrap_or(u32::MAX));
        let item = by_index.get(index).copied().flatten();
        let fault = item.and_then(|item| item.element("Fault")).is_some_and(|fault| !fault.is_nil());
        let own = match item {
            _ if !answer.status.is_success() => Answer { result: None, ..*answer },
            Some(item) if transaction => Answer { result: Some(item), ..*answer },
            Some(_) if fault => Answer { status: Status::Failed(None), result: None, ..*answer },
            Some(item) => Answer { result: item.element("Response"), ..*answer },
            None if failed_before && !continues => Answer { status: Status::Failed(None), result: None, ..*answer },
            // All of a transaction was done; and without responses only faults come back.
            None if transaction || (answer.whole && !responds) => Answer { result: None, ..*answer },
            None => {
                desk.find(Kind::NoAnswer, "response.body.Responses", "no answer came for this request");
                Answer { status: Status::InDoubt(None), result: None, ..*answer }
            }
        };
        failed_before |= fault;
        execute(desk, Some(request), &own, false);
    }
}

impl Told {
    /// Takes the record that it is about, with its values.
    fn take(&mut self, element: Element<'_, '_>, limit: u32, take: bool) {
        let entity = entity::read(element, limit, take, &mut self.inside);
        self.entity_name = entity.logical_name;
        self.id = entity.id;
        self.unread += entity.unread;
        self.fields = entity.fields;
    }

    fn asked(&mut self, query: Query) {
        self.entity_name = query.entity;
        self.query = query.text;
    }

    /// Takes the id of a record that was made.
    fn made(&mut self, came: Option<Guid>, desk: &mut Desk<'_>, answer: &Answer<'_, '_>) {
        if let (Some(came), Some(given)) = (came, self.id)
            && came != given
        {
            desk.find(Kind::Conflict, "response.body", "the id of the record is told in two ways that differ; none is believed");
            self.id = None;
            return;
        }
        self.id = self.id.or(came);
        if self.id.is_none() && answer.status.is_success() {
            desk.find(Kind::UnknownId, "response.body", "neither the request nor the answer tells the id of the record");
        }
    }

    /// Takes the records that came back.
    fn came(&mut self, collection: Option<Element<'_, '_>>, desk: &mut Desk<'_>, answer: &Answer<'_, '_>) {
        if !answer.status.is_success() {
            return;
        }
        let Some(entities) = collection.and_then(|collection| collection.element("Entities")) else {
            return desk.find(Kind::UnknownId, "response.body", "the answer has no list of records, as far as it came");
        };
        let limit = desk.settings.limits.results as usize;
        let mut without_id = 0u32;
        let ids = self.results.get_or_insert_default();
        for record in entities.elements() {
            match entity::id(record) {
                Some(_) if ids.len() == limit => {
                    desk.find(Kind::Limit, "response.body", "more ids than the limit allows; those beyond it are left out");
                    break;
                }
                Some(id) => ids.push(id),
                None => without_id += 1,
            }
        }
        if without_id > 0 {
            desk.find(Kind::UnknownId, "response.body", format!("{without_id} rows whose ids cannot be told"));
        }
    }

    /// Takes what is linked by which relationship.
    fn link(&mut self, relationship: Option<Element<'_, '_>>, related: Option<Element<'_, '_>>) {
        if let Some(name) = relationship.and_then(|relationship| relationship.said("SchemaName")) {
            self.fields.add_text("Relationship", name);
        }
        for reference in related.into_iter().flat_map(Element::elements) {
            self.fields.add_reference("RelatedEntities", reference.said("LogicalName"), entity::id(reference), true);
        }
    }

    fn emit(self, desk: &mut Desk<'_>, message: &str, answer: &Answer<'_, '_>) {
        if self.entity_name.is_none() && WITH_ENTITY.contains(&message) {
            desk.find(Kind::UnknownSet, "request.body", "the body does not tell the logical name of the entity, or tells it twice");
        }
        if self.id.is_none() && WITH_ID.contains(&message) {
            desk.find(Kind::UnknownId, "request.body", "neither the body nor the answer tells the id of the record");
        }
        self.fields.report(desk, "request.body");
        let unread = self.unread + self.inside.iter().map(|entity| entity.unread).sum::<u32>();
        if unread > 0 {
            desk.find(Kind::ValueNotRead, "request.body", format!("{unread} values of kinds that are not told"));
        }
        let fields = self.fields.done();
        desk.emit(&Event {
            message,
            entity_name: self.entity_name.as_deref(),
            entity_id: self.id,
            status: answer.status,
            fields: fields.as_deref(),
            query: self.query.as_deref(),
            results: self.results.as_deref(),
        });
        let unknown = self.inside.iter().filter(|entity| entity.id.is_none()).count();
        if unknown > 0 && answer.status.is_success() {
            desk.find(Kind::UnknownId, "request.body", format!("{unknown} records inside another, whose ids the answer does not tell"));
        }
        for inside in &self.inside {
            let fields = inside.fields.done();
            desk.emit(&Event {
                message,
                entity_name: inside.logical_name.as_deref(),
                entity_id: inside.id,
                status: answer.status,
                fields: fields.as_deref(),
                query: None,
                results: None,
            });
        }
    }
}
