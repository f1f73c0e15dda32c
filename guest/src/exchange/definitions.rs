//! Metadata as resources: `EntityDefinitions(LogicalName='account')/Attributes(…)`.

use super::desk::{Desk, Outcome, Request};
use super::event::Event;
use super::finding::Kind;
use super::messages::Method;
use super::segment::{Literal, Segment};
use super::written::{self, Fields};
use crate::json::Value;

/// What a request to metadata is made to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Entities,
    Entity,
    Attributes,
    Attribute,
    Keys,
    Key,
    RelationshipsOfEntity,
    Relationships,
    Relationship,
    OptionSets,
    OptionSet,
    ManagedProperties,
    ManagedProperty,
}

/// Each row: the method, what it is made to, the message.
const ROWS: &[(Method, Place, &str)] = &[
    (Method::Get, Place::Entities, "RetrieveAllEntities"),
    (Method::Post, Place::Entities, "CreateEntity"),
    (Method::Get, Place::Entity, "RetrieveEntity"),
    (Method::Put, Place::Entity, "UpdateEntity"),
    (Method::Delete, Place::Entity, "DeleteEntity"),
    (Method::Get, Place::Attributes, "RetrieveEntity"),
    (Method::Post, Place::Attributes, "CreateAttribute"),
    (Method::Get, Place::Attribute, "RetrieveAttribute"),
    (Method::Put, Place::Attribute, "UpdateAttribute"),
    (Method::Delete, Place::Attribute, "DeleteAttribute"),
    (Method::Get, Place::Keys, "RetrieveEntity"),
    (Method::Post, Place::Keys, "CreateEntityKey"),
    (Method::Get, Place::Key, "RetrieveEntityKey"),
    (Method::Delete, Place::Key, "DeleteEntityKey"),
    (Method::Get, Place::RelationshipsOfEntity, "RetrieveEntity"),
    (Method::Get, Place::Relationship, "RetrieveRelationship"),
    (Method::Put, Place::Relationship, "UpdateRelationship"),
    (Method::Delete, Place::Relationship, "DeleteRelationship"),
    (Method::Get, Place::OptionSets, "RetrieveAllOptionSets"),
    (Method::Post, Place::OptionSets, "CreateOptionSet"),
    (Method::Get, Place::OptionSet, "RetrieveOptionSet"),
    (Method::Put, Place::OptionSet, "UpdateOptionSet"),
    (Method::Delete, Place::OptionSet, "DeleteOptionSet"),
    (Method::Get, Place::ManagedProperties, "RetrieveAllManagedProperties"),
    (Method::Get, Place::ManagedProperty, "RetrieveManagedProperty"),
];

/// Sets of metadata: the name, the place of the set, the place of one of it.
const SETS: [(&str, Place, Place); 4] = [
    ("EntityDefinitions", Place::Entities, Place::Entity),
    ("RelationshipDefinitions", Place::Relationships, Place::Relationship),
    ("GlobalOptionSetDefinitions", Place::OptionSets, Place::OptionSet),
    ("ManagedPropertyDefinitions", Place::ManagedProperties, Place::ManagedProperty),
];

/// What stands inside an entity's definition, likewise.
const INSIDE: [(&str, Place, Place); 5] = [
    ("Attributes", Place::Attributes, Place::Attribute),
    ("Keys", Place::Keys, Place::Key),
    ("ManyToOneRelationships", Place::RelationshipsOfEntity, Place::Relationship),
    ("OneToManyRelationships", Place::RelationshipsOfEntity, Place::Relationship),
    ("ManyToManyRelationships", Place::RelationshipsOfEntity, Place::Relationship),
];

/// Whether a set is one of metadata.
pub fn is_one(name: &str) -> bool {
    SETS.iter().any(|row| row.0 == name)
}

/// Tells a request to metadata.
pub fn translate(desk: &mut Desk<'_>, request: &Request<'_>, outcome: &Outcome<'_>, method: Method, segments: &[Segment]) {
    let Some((first, mut rest)) = segments.split_first() else { return };
    let Some(&(_, many, one)) = SETS.iter().find(|row| row.0 == first.name) else { return };
    let mut place = if first.arguments.is_some() { one } else { many };
    let mut named = name_of(first);
    let entity = if place == Place::Entity { named.take() } else { None };
    rest = without_cast(rest);
    if place == Place::Entity
        && let Some((next, after)) = rest.split_first()
        && let Some(&(_, many, one)) = INSIDE.iter().find(|row| row.0 == next.name)
    {
        place = if next.arguments.is_some() { one } else { many };
        named = name_of(next);
        rest = without_cast(after);
    }
    // A property of a definition, such as /DisplayName or /OptionSet, reads the definition.
    if !rest.is_empty() && method != Method::Get {
        desk.find(Kind::Unsupported, "path", "a change below a definition in a way that is not read here");
        return;
    }
    let relationship = (method == Method::Post && place == Place::Relationships).then(|| relationship(desk, request)).flatten();
    let Some(message) = relationship.or_else(|| ROWS.iter().find(|row| row.0 == method && row.1 == place).map(|row| row.2)) else {
        desk.find(
            if method == Method::Get { Kind::NoMessage } else { Kind::Unsupported },
            "path",
            "no SDK message is known for this on metadata",
        );
        return;
    };
    let mut fields = Fields::new(desk.settings.limits.field_bytes);
    if let Some((key, name)) = &named {
        fields.add_text(key, name);
    }
    let mut told = entity.as_ref().filter(|(key, _)| key == "LogicalName").map(|(_, name)| name.clone());
    if matches!(method, Method::Post | Method::Put)
        && let Some(text) = request.body.text(desk, "request.body")
    {
        let take = desk.settings.fields;
        written::members(text, desk, |name, value| {
            if place == Place::Entities && name == "LogicalName" {
                told = string(&value).or(told.take());
            }
            if take && !name.contains('@') {
                fields.add(name, &written::raw(&value));
            }
        });
    }
    if told.is_none()
        && place == Place::Entity
        && method == Method::Get
        && let Some(response) = outcome.success()
        && let Some(text) = response.body.text(desk, "response.body")
    {
        let mut reader = crate::json::Reader::new(text.text);
        // Where it is cut or no JSON, the name was there before or is not told.
        let _ = reader.object(|key, reader| {
            let value = reader.value()?;
            if key.is("LogicalName") {
                told = string(&value);
            }
            Ok(())
        });
    }
    let has_entity = !matches!(
        place,
        Place::Entities | Place::OptionSets | Place::OptionSet | Place::ManagedProperties | Place::ManagedProperty | Place::Relationships
    ) && first.name == "EntityDefinitions";
    if has_entity && told.is_none() {
        desk.find(Kind::UnknownSet, "path", "the entity is not named by its logical name");
    }
    let told = told.filter(|name| crate::settings::plain(name).is_ok());
    fields.report(desk, "request.body");
    let fields = fields.done();
    let event = Event {
        message,
        entity_name: told.as_deref(),
        entity_id: None,
        status: outcome.status(),
        fields: fields.as_deref(),
        query: None,
        results: None,
    };
    desk.emit(&event);
}

/// How a definition is named: by its logical name, its name, or an id of the metadata.
fn name_of(segment: &Segment) -> Option<(String, String)> {
    let [only] = segment.arguments.as_deref()? else { return None };
    match (&*only.name, &only.literal) {
        ("", Literal::Bare(id)) => Some(("MetadataId".to_owned(), id.clone())),
        (name, literal) if !name.is_empty() => Some((name.to_owned(), literal.text().to_owned())),
        _ => None,
    }
}

/// What stands behind a cast to a type of metadata.
fn without_cast(rest: &[Segment]) -> &[Segment] {
    match rest {
        [cast, rest @ ..] if cast.arguments.is_none() && cast.qualified().is_some_and(|name| name.ends_with("Metadata")) => rest,
        rest => rest,
    }
}

/// The message that makes a relationship: the body says of which kind it is.
fn relationship(desk: &mut Desk<'_>, request: &Request<'_>) -> Option<&'static str> {
    let mut kind = None;
    if let Some(text) = request.body.text(desk, "request.body") {
        let mut reader = crate::json::Reader::new(text.text);
        // What is wrong with the body is found when its values are taken.
        let _ = reader.object(|key, reader| {
            let value = reader.value()?;
            if key.is("@odata.type") {
                kind = string(&value);
            }
            Ok(())
        });
    }
    match kind.as_deref().and_then(|kind| kind.rsplit('.').next()) {
        Some("OneToManyRelationshipMetadata") => Some("CreateOneToMany"),
        Some("ManyToManyRelationshipMetadata") => Some("CreateManyToMany"),
        _ => None,
    }
}

fn string(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.decode().into_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_each_names_a_known_message() {
        for row in ROWS {
            assert!(crate::tables::messages::MESSAGES.contains(&row.2), "{row:?}");
        }
    }
}
