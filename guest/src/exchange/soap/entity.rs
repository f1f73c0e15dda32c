//! Entities, references and values as the SDK's data contracts write them.

use super::tree::Element;
use crate::exchange::rows::MAX_NESTED;
use crate::exchange::written::Fields;
use crate::guid::Guid;
use crate::json::Reader;
use crate::json::write::{Level, escaped};

/// An entity, or a reference to one.
#[derive(Clone, Debug, Default)]
pub struct Entity {
    /// Its logical name.
    pub logical_name: Option<String>,
    /// Its id.
    pub id: Option<Guid>,
    /// Its values.
    pub fields: Fields,
    /// Whether it has values at all, or is a reference only.
    pub has_attributes: bool,
    /// Values that cannot be told, if any.
    pub unread: u32,
}

/// Reads the id of an element that has one.
pub fn id(element: Element<'_, '_>) -> Option<Guid> {
    guid(element.said("Id")?)
}

/// Reads a GUID other than zero.
pub fn guid(text: &str) -> Option<Guid> {
    Guid::parse(text.trim()).filter(|id| *id != Guid::ZERO)
}

/// A logical name, where it is one.
pub fn name(text: Option<&str>) -> Option<String> {
    text.filter(|name| crate::settings::plain(name).is_ok()).map(str::to_owned)
}

/// Reads an entity or a reference. Those related to an entity go into `inside`.
pub fn read(element: Element<'_, '_>, limit: u32, take: bool, inside: &mut Vec<Entity>) -> Entity {
    nested(element, limit, take, inside, 0)
}

/// Calls itself no deeper than [`MAX_NESTED`].
fn nested(element: Element<'_, '_>, limit: u32, take: bool, inside: &mut Vec<Entity>, depth: usize) -> Entity {
    let mut entity =
        Entity { logical_name: name(element.said("LogicalName")), id: id(element), fields: Fields::new(limit), ..Entity::default() };
    if let Some(attributes) = element.element("Attributes") {
        entity.has_attributes = true;
        for (key, value) in pairs(attributes) {
            match json(value) {
                Some(json) if take => entity.fields.add(key, &json),
                Some(_) => {}
                None => entity.unread += u32::from(take),
            }
        }
    }
    if depth < MAX_NESTED
        && let Some(related) = element.element("RelatedEntities")
    {
        let collections = related.elements().filter_map(|pair| pair.element("value")).filter_map(|value| value.element("Entities"));
        for other in collections.flat_map(|entities| entities.elements().collect::<Vec<_>>()) {
            let at = inside.len();
            let other = nested(other, limit, take, inside, depth + 1);
            inside.insert(at, other);
        }
    }
    entity
}

/// Pairs of key and value.
pub fn pairs<'t, 'a: 't>(list: Element<'t, 'a>) -> impl Iterator<Item = (&'t str, Element<'t, 'a>)> {
    list.elements().filter_map(|pair| Some((pair.said("key")?, pair.element("value")?)))
}

/// The value of a pair by its key, where the key stands once.
pub fn value<'t, 'a: 't>(list: Element<'t, 'a>, key: &str) -> Option<Element<'t, 'a>> {
    let mut found = pairs(list).filter(|(given, _)| *given == key).map(|(_, value)| value);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// A value as JSON; none where it is of a kind that cannot be told simply. Calls itself no deeper than XML nests.
pub fn json(value: Element<'_, '_>) -> Option<String> {
    if value.is_nil() {
        return Some("null".to_owned());
    }
    // In a list of one kind the elements say theirs by their names.
    let kind = if value.kind().is_empty() { value.name() } else { value.kind() };
    match kind {
        list if list.starts_with("ArrayOf") || list == "EntityReferenceCollection" => {
            let elements: Option<Vec<String>> = value.elements().map(json).collect();
            elements.map(|elements| format!("[{}]", elements.join(",")))
        }
        "EntityReference" => {
            let mut json = String::from("{\"LogicalName\":\"");
            escaped(&mut json, value.said("LogicalName").unwrap_or_default(), Level::Record);
            json.push('"');
            if let Some(id) = id(value) {
                json.push_str(",\"Id\":\"");
                id.write(&mut json);
                json.push('"');
            }
            json.push('}');
            Some(json)
        }
        "OptionSetValue" | "Money" => number(value.said("Value")?),
        "AliasedValue" => json(value.element("Value")?),
        "int" | "long" | "short" | "double" | "float" | "decimal" => number(value.text()),
        "boolean" => match value.text() {
            "true" | "1" => Some("true".to_owned()),
            "false" | "0" => Some("false".to_owned()),
            _ => None,
        },
        _ if value.has_elements() => None,
        _ => {
            let mut json = String::from("\"");
            escaped(&mut json, value.text(), Level::Record);
            json.push('"');
            Some(json)
        }
    }
}

/// A number digit for digit, where JSON takes it.
fn number(text: &str) -> Option<String> {
    let mut reader = Reader::new(text);
    let is_number = matches!(reader.value(), Ok(crate::json::Value::Number(digits)) if digits.len() == text.len());
    is_number.then(|| text.to_owned())
}
