//! Values as .NET's DataContractJsonSerializer writes them, the dialect of a RemoteExecutionContext.

use crate::activity::{Field, Form};
use crate::decode::{check_name, offset_in};
use crate::fault::{Fault, Reason};
use crate::guid::Guid;
use crate::json::{Reader, Text, Value};

/// One object of the dialect, with the members that the filter knows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Object<'a> {
    /// The type before the colon of `__type`, such as `Entity`; empty where there is none.
    pub type_name: &'a str,
    /// `Attributes`: pairs of key and value.
    pub attributes: Option<&'a str>,
    /// `Id`, where it is a GUID other than zero.
    pub id: Option<Guid>,
    /// `LogicalName`.
    pub logical_name: Option<Text<'a>>,
    /// `Name`, the display name of a reference.
    pub name: Option<Text<'a>>,
    /// `Entities` of a collection.
    pub entities: Option<&'a str>,
    /// `EntityName` of a collection or a query.
    pub entity_name: Option<Text<'a>>,
    /// `RelatedEntities`: pairs of relationship and collection.
    pub related: Option<&'a str>,
    /// `Query` of a FetchExpression.
    pub query: Option<Text<'a>>,
    /// `Value` of an option set value or an amount of money.
    pub value: Option<Value<'a>>,
    /// `__value` of a simple value that carries its type.
    pub boxed: Option<Value<'a>>,
    /// Whether there are members beside `__type` and `Value`.
    more: bool,
    /// Whether `Criteria` is there, which only a QueryExpression has.
    criteria: bool,
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape<'a> {
    /// A record with attributes.
    Entity,
    /// A pointer to a record.
    Reference,
    /// Several records.
    Collection,
    /// A simple value in a wrapper: an option set value, money, a GUID or date with its type.
    Simple(Value<'a>),
    /// A query as an object.
    QueryExpression,
    /// A query by pairs of attribute and value.
    QueryByAttribute,
    /// FetchXML.
    FetchExpression,
    /// Anything else.
    Other,
}

impl<'a> Object<'a> {
    /// Reads the members of an object whose JSON was checked before. Members of an unexpected type are passed over.
    pub fn read(raw: &'a str) -> Result<Self, Fault> {
        let mut object = Object::default();
        Reader::new(raw).object(|key, reader| {
            let value = reader.value()?;
            match (key.as_plain().unwrap_or_default(), value) {
                ("__type", Value::Text(name)) => {
                    object.type_name = name.raw_until(':');
                    return Ok(());
                }
                ("Value", value) => {
                    object.value = Some(value);
                    return Ok(());
                }
                ("__value", value) => object.boxed = Some(value),
                ("Attributes", Value::Array(raw)) => object.attributes = Some(raw),
                ("Entities", Value::Array(raw)) => object.entities = Some(raw),
                ("RelatedEntities", Value::Array(raw)) => object.related = Some(raw),
                ("Id", Value::Text(id)) => object.id = Guid::parse(&id.decode()).filter(|id| *id != Guid::ZERO),
                ("LogicalName", Value::Text(name)) => object.logical_name = Some(name),
                ("EntityName", Value::Text(name)) => object.entity_name = Some(name),
                ("Name", Value::Text(name)) => object.name = Some(name),
                ("Query", Value::Text(query)) => object.query = Some(query),
                ("Criteria", _) => object.criteria = true,
                _ => {}
            }
            object.more = true;
            Ok(())
        })?;
        Ok(object)
    }

    /// What the object is: by its type, and where it carries none, as inside collections and images, by its members.
    pub fn shape(&self) -> Shape<'a> {
        match self.type_name {
            "Entity" => Shape::Entity,
            "EntityReference" => Shape::Reference,
            "EntityCollection" => Shape::Collection,
            "QueryExpression" => Shape::QueryExpression,
            "QueryByAttribute" => Shape::QueryByAttribute,
            "FetchExpression" => Shape::FetchExpression,
            _ => match self {
                Object { boxed: Some(value), .. } | Object { value: Some(value), more: false, .. } => Shape::Simple(*value),
                Object { attributes: Some(_), .. } => Shape::Entity,
                Object { entities: Some(_), .. } => Shape::Collection,
                Object { criteria: true, .. } => Shape::QueryExpression,
                Object { id: Some(_), logical_name: Some(_), .. } => Shape::Reference,
                _ => Shape::Other,
            },
        }
    }
}

/// Reads pairs of `key` and `value` whose JSON was checked before. `event` is what `raw` is a slice of; faults tell
/// their place in it.
pub fn pairs<'a>(event: &'a str, raw: &'a str, out: &mut Vec<Field<'a>>) -> Result<(), Fault> {
    let base = offset_in(event, raw);
    let mut reader = Reader::new(raw);
    let read = reader.array(|position, reader| {
        reader.peek();
        let begin = reader.offset();
        let (mut name, mut value) = (Value::Null, Value::Null);
        let pair = reader.object(|key, reader| {
            match key.as_plain() {
                Some("key") => name = reader.value()?,
                Some("value") => value = reader.value()?,
                _ => reader.skip()?,
            }
            Ok(())
        });
        let named = pair.and_then(|()| match name {
            Value::Text(name) => check_name(name, begin).map(|()| name).map_err(|fault| fault.under("key")),
            other => {
                let explanation = format!("expected a string, found {}", other.kind());
                Err(Fault::new(Reason::WrongType, begin, explanation).under("key"))
            }
        });
        let name = named.map_err(|fault| fault.at_position(position))?;
        out.push(Field { name, value, form: Form::RemoteExecutionContext });
        Ok(())
    });
    read.map_err(|fault| fault.shifted(base))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_is_told_by_type_or_by_members() {
        let cases = [
            (r#"{"__type":"Entity:http:\/\/x","Attributes":[]}"#, Shape::Entity),
            (r#"{"Attributes":[],"Id":"0a0d8709-711e-e811-a952-000d3a732d76","LogicalName":"a"}"#, Shape::Entity),
            (r#"{"Id":"0a0d8709-711e-e811-a952-000d3a732d76","LogicalName":"a"}"#, Shape::Reference),
            (r#"{"Entities":[],"EntityName":"a"}"#, Shape::Collection),
            (r#"{"__type":"OptionSetValue:http://x","Value":3}"#, Shape::Simple(Value::Number("3"))),
            (r#"{"Value":3}"#, Shape::Simple(Value::Number("3"))),
            (r#"{"__type":"Guid:#System","__value":"g"}"#, Shape::Simple(Value::Text(Text::plain("g")))),
            (r#"{"Criteria":{}}"#, Shape::QueryExpression),
            (r#"{"Value":3,"Other":1}"#, Shape::Other),
            ("{}", Shape::Other),
        ];
        for (raw, shape) in cases {
            assert_eq!(Object::read(raw).unwrap().shape(), shape, "{raw}");
        }
    }
}
