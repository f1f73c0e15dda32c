//! The query of a SOAP request: FetchXML, or a query as an object, which is written as the JSON that the filter's own
//! conversion takes.

use super::entity::{self, json};
use super::tree::Element;
use crate::exchange::desk::Desk;
use crate::exchange::finding::Kind;
use crate::exchange::query::{Query, fetch};
use crate::json::write::{Level, escaped};
use crate::query::{by_attribute, expression};

/// Reads a query. An unknown kind is a finding.
pub fn read(element: Element<'_, '_>, desk: &mut Desk<'_>) -> Query {
    let mut query = Query::default();
    let place = "request.body.Query";
    match element.kind() {
        "FetchExpression" => match element.said("Query") {
            Some(xml) => fetch(xml, &mut query, desk, place),
            None => desk.find(Kind::BadQuery, place, "a FetchExpression without FetchXML"),
        },
        kind @ ("QueryExpression" | "QueryByAttribute") => {
            query.entity = entity::name(element.said("EntityName"));
            let (mut json, mut filters) = (String::new(), String::new());
            let converted = if kind == "QueryExpression" {
                write_query(element, &mut json);
                expression::filters(&json, &mut filters)
            } else {
                json.push_str("{\"Attributes\":");
                list(element.element("Attributes"), &mut json, |attribute, json| quoted(attribute.text(), json));
                json.push_str(",\"Values\":");
                list(element.element("Values"), &mut json, write_value);
                json.push('}');
                by_attribute::filters(&json, &mut filters)
            };
            match converted {
                Ok(()) => query.text = Some(filters).filter(|filters| !filters.is_empty()),
                Err(fault) => desk.find(Kind::BadQuery, place, format!("a query that cannot be told in FetchXML: {}", fault.explanation)),
            }
        }
        _ => desk.find(Kind::BadQuery, place, "a kind of query that is not read"),
    }
    query
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    escaped(out, text, Level::Record);
    out.push('"');
}

fn write_value(value: Element<'_, '_>, out: &mut String) {
    match json(value) {
        Some(json) => out.push_str(&json),
        None => quoted(value.text(), out),
    }
}

/// Writes an array of the elements in a list; an empty one where there is no list.
fn list(list: Option<Element<'_, '_>>, out: &mut String, mut each: impl FnMut(Element<'_, '_>, &mut String)) {
    out.push('[');
    for (position, element) in list.into_iter().flat_map(Element::elements).enumerate() {
        if position > 0 {
            out.push(',');
        }
        each(element, out);
    }
    out.push(']');
}

/// Calls itself no deeper than XML nests, as do those below.
fn write_query(query: Element<'_, '_>, out: &mut String) {
    out.push_str("{\"Criteria\":");
    match query.element("Criteria").filter(|criteria| !criteria.is_nil()) {
        Some(criteria) => write_filter(criteria, out),
        None => out.push_str("null"),
    }
    out.push_str(",\"LinkEntities\":");
    list(query.element("LinkEntities"), out, write_link);
    out.push('}');
}

fn write_link(link: Element<'_, '_>, out: &mut String) {
    out.push('{');
    for (key, name) in [("EntityAlias", "EntityAlias"), ("LinkToEntityName", "LinkToEntityName")] {
        if let Some(text) = link.said(name) {
            out.push_str(&format!("\"{key}\":"));
            quoted(text, out);
            out.push(',');
        }
    }
    out.push_str("\"LinkCriteria\":");
    match link.element("LinkCriteria").filter(|criteria| !criteria.is_nil()) {
        Some(criteria) => write_filter(criteria, out),
        None => out.push_str("null"),
    }
    out.push_str(",\"LinkEntities\":");
    list(link.element("LinkEntities"), out, write_link);
    out.push('}');
}

fn write_filter(filter: Element<'_, '_>, out: &mut String) {
    out.push_str("{\"FilterOperator\":");
    quoted(filter.said("FilterOperator").unwrap_or("And"), out);
    out.push_str(",\"IsQuickFindFilter\":");
    out.push_str(if filter.said("IsQuickFindFilter") == Some("true") { "true" } else { "false" });
    out.push_str(",\"Conditions\":");
    list(filter.element("Conditions"), out, write_condition);
    out.push_str(",\"Filters\":");
    list(filter.element("Filters"), out, write_filter);
    out.push('}');
}

fn write_condition(condition: Element<'_, '_>, out: &mut String) {
    out.push('{');
    for key in ["AttributeName", "EntityName", "Operator"] {
        if let Some(text) = condition.said(key) {
            out.push_str(&format!("\"{key}\":"));
            quoted(text, out);
            out.push(',');
        }
    }
    if condition.said("CompareColumns") == Some("true") {
        out.push_str("\"CompareColumns\":true,");
    }
    out.push_str("\"Values\":");
    list(condition.element("Values"), out, write_value);
    out.push('}');
}
