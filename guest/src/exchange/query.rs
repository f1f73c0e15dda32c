//! The query of a read: FetchXML as it is, a saved query by kind and id, OData's options in their own words.

use super::desk::Desk;
use super::finding::Kind;
use super::options::{Given, Options};
use crate::guid::Guid;
use crate::query::QueryFault;
use crate::query::document::{Visitor, walk};
use crate::query::fetchxml::{filters, local_name};
use crate::query::references::resolved;

/// What a read asks for.
#[derive(Debug, Default)]
pub struct Query {
    /// The text of the column Query.
    pub text: Option<String>,
    /// Logical name of the entity that FetchXML names.
    pub entity: Option<String>,
    /// Whether the rows have ids of their own: those of an aggregate have none.
    pub aggregate: bool,
    /// Whether it asks for what changed since the last time.
    pub changes: bool,
    /// Whether rows come with others inside.
    pub expand: bool,
}

/// OData's options that say which records come back.
const RESTRICTING: [&str; 3] = ["$filter", "$search", "$apply"];

/// The platform's own options, of which each brings a query of its own.
const CUSTOM: [&str; 3] = ["fetchXml", "savedQuery", "userQuery"];

/// Reads the options of a request for many records.
pub fn read(options: &Options<'_>, desk: &mut Desk<'_>) -> Query {
    let mut query = Query { changes: options.has("$deltatoken"), expand: options.has("$expand"), ..Query::default() };
    if options.unclear {
        desk.find(Kind::BadQuery, "query", "more than 256 options, or a name that cannot be decoded; what cannot be read is left out");
    }
    let mut said: Vec<(&str, String)> = Vec::new();
    for name in CUSTOM {
        match options.custom(name) {
            Given::Absent => {}
            Given::Value(value) => said.push((name, value.into_owned())),
            Given::Unclear => desk.find(Kind::BadQuery, format!("query.{name}"), "given twice, or cannot be decoded; it is left out"),
        }
    }
    if said.len() > 1 {
        desk.find(Kind::Conflict, "query", "several queries; which one counts is not known");
    }
    for name in RESTRICTING {
        match options.get(name) {
            Given::Absent => {}
            Given::Value(value) => said.push((name, value.into_owned())),
            Given::Unclear => desk.find(Kind::BadQuery, format!("query.{name}"), "given twice, or cannot be decoded; it is left out"),
        }
    }
    query.aggregate = options.has("$apply");
    match &said[..] {
        [] => {}
        [("fetchXml", xml)] => fetch(xml, &mut query, desk, "query.fetchXml"),
        [(kind @ ("savedQuery" | "userQuery"), id)] => match Guid::parse(id) {
            Some(id) => query.text = Some(format!("{kind} {id}")),
            None => {
                desk.find(Kind::BadQuery, format!("query.{kind}"), "not a GUID");
                query.text = Some(format!("{kind} {id}"));
            }
        },
        several => {
            if several.iter().any(|(name, _)| CUSTOM.contains(name)) && !several.iter().all(|(name, _)| CUSTOM.contains(name)) {
                desk.find(Kind::Conflict, "query", "a query of its own beside options of OData; which of them count is not known");
            }
            let words: Vec<String> = several.iter().map(|(name, value)| format!("{name}={value}")).collect();
            query.text = Some(words.join("&"));
        }
    }
    let limit = desk.settings.limits.field_bytes as usize;
    if query.text.as_ref().is_some_and(|text| text.len() > limit) {
        desk.find(Kind::Limit, "query", "a query of more bytes than the limit allows is left out");
        query.text = None;
    }
    query
}

/// Reads FetchXML: its entity, and whether it is an aggregate. What the filter would refuse is left out.
pub fn fetch(xml: &str, query: &mut Query, desk: &mut Desk<'_>, place: &str) {
    if let Err(fault) = filters(xml, &mut String::new()) {
        desk.find(Kind::BadQuery, place, format!("FetchXML that is not accepted: {} (byte {})", fault.explanation, fault.offset));
        return;
    }
    let mut fetch = Fetch::default();
    if let Err(fault) = walk(xml, &mut fetch) {
        desk.find(Kind::BadQuery, place, format!("FetchXML that is not accepted: {}", fault.explanation));
        return;
    }
    query.aggregate |= fetch.aggregate;
    query.text = Some(xml.to_owned());
    match (fetch.entity, fetch.several) {
        (Some(name), false) if crate::settings::plain(&name).is_ok() => query.entity = Some(name),
        (None, _) => desk.find(Kind::BadQuery, place, "FetchXML without an entity"),
        _ => desk.find(Kind::Conflict, place, "FetchXML with several entities, or one whose name is none"),
    }
}

/// Picks the entity out of FetchXML.
#[derive(Default)]
struct Fetch<'a> {
    depth: usize,
    element: &'a str,
    entity: Option<String>,
    several: bool,
    aggregate: bool,
}

impl<'a> Visitor<'a> for Fetch<'a> {
    fn open(&mut self, _: usize, name: &'a str, depth: usize) -> Result<(), QueryFault> {
        (self.depth, self.element) = (depth, local_name(name));
        Ok(())
    }

    fn attribute(&mut self, name: &'a str, value: &'a str) {
        match (self.depth, self.element, name) {
            (0 | 1, "entity", "name") => self.several |= self.entity.replace(resolved(value).into_owned()).is_some(),
            (0, "fetch", "aggregate") => self.aggregate = value == "true" || value == "1",
            _ => {}
        }
    }

    fn over(&mut self, _: usize, _: &'a str) {}
}
