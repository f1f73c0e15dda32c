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

/// The members that are read, each with a bit of its own.
#[derive(Clone, Copy)]
enum Member {
    Type,
    Value,
    Boxed,
    Attributes,
    Entities,
    Related,
    Id,
    LogicalName,
    EntityName,
    Name,
    Query,
    Criteria,
}

/// The fault of a member that stands twice, the second time at byte `at`.
fn twice(at: usize) -> Fault {
    Fault::new(Reason::DuplicateKey, at, "this key stands twice; which one counts would be a guess")
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
    /// Reads the members of an object whose JSON was checked before. Members of an unexpected type are passed over; one
    /// that stands twice is a fault, with its place and offset inside `raw`.
    pub fn read(raw: &'a str) -> Result<Self, Fault> {
        let mut object = Object::default();
        let mut seen = 0u16;
        Reader::new(raw).object(|key, reader| {
            reader.peek();
            let at = reader.offset();
            let value = reader.value()?;
            let key = key.decode();
            let member = match &*key {
                "__type" => Member::Type,
                "Value" => Member::Value,
                "__value" => Member::Boxed,
                "Attributes" => Member::Attributes,
                "Entities" => Member::Entities,
                "RelatedEntities" => Member::Related,
                "Id" => Member::Id,
                "LogicalName" => Member::LogicalName,
                "EntityName" => Member::EntityName,
                "Name" => Member::Name,
                "Query" => Member::Query,
                "Criteria" => Member::Criteria,
                _ => {
                    object.more = true;
                    return Ok(());
                }
            };
            let bit = 1 << member as u16;
            if seen & bit != 0 {
                return Err(twice(at).under(&key));
            }
            seen |= bit;
            object.more |= !matches!(member, Member::Type | Member::Value);
            match (member, value) {
                (Member::Type, Value::Text(name)) => object.type_name = name.raw_until(':'),
                (Member::Value, value) => object.value = Some(value),
                (Member::Boxed, value) => object.boxed = Some(value),
                (Member::Attributes, Value::Array(raw)) => object.attributes = Some(raw),
                (Member::Entities, Value::Array(raw)) => object.entities = Some(raw),
                (Member::Related, Value::Array(raw)) => object.related = Some(raw),
                (Member::Id, Value::Text(id)) => object.id = Guid::parse(&id.decode()).filter(|id| *id != Guid::ZERO),
                (Member::LogicalName, Value::Text(name)) => object.logical_name = Some(name),
                (Member::EntityName, Value::Text(name)) => object.entity_name = Some(name),
                (Member::Name, Value::Text(name)) => object.name = Some(name),
                (Member::Query, Value::Text(query)) => object.query = Some(query),
                (Member::Criteria, _) => object.criteria = true,
                _ => {}
            }
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
        let first = reader.peek();
        let begin = reader.offset();
        if first != Some(b'{') {
            let explanation = format!("expected an object with key and value, found {}", reader.value()?.kind());
            return Err(Fault::new(Reason::WrongType, begin, explanation).at_position(position));
        }
        let (mut name, mut value) = (None, None);
        let pair = reader.object(|key, reader| {
            let (slot, label) = match &*key.decode() {
                "key" => (&mut name, "key"),
                "value" => (&mut value, "value"),
                _ => return reader.skip(),
            };
            reader.peek();
            let at = reader.offset();
            if slot.replace(reader.value()?).is_some() {
                return Err(twice(at).under(label));
            }
            Ok(())
        });
        let named = pair.and_then(|()| match name.unwrap_or(Value::Null) {
            Value::Text(name) => check_name(name, begin).map(|()| name).map_err(|fault| fault.under("key")),
            other => {
                let explanation = format!("expected a string, found {}", other.kind());
                Err(Fault::new(Reason::WrongType, begin, explanation).under("key"))
            }
        });
        let name = named.map_err(|fault| fault.at_position(position))?;
        out.push(Field { name, value: value.unwrap_or(Value::Null), form: Form::RemoteExecutionContext });
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

    #[test]
    fn read_a_key_with_escapes_is_the_same_key() {
        assert_eq!(Object::read(r#"{"\u0056alue":3}"#).unwrap().shape(), Shape::Simple(Value::Number("3")));
    }

    #[test]
    fn read_a_member_that_stands_twice_is_refused() {
        for member in [
            "__type",
            "Value",
            "__value",
            "Attributes",
            "Entities",
            "RelatedEntities",
            "Id",
            "LogicalName",
            "EntityName",
            "Name",
            "Query",
            "Criteria",
        ] {
            let fault = Object::read(&format!(r#"{{"{member}":[],"x":1,"x":2,"{member}": 7}}"#)).expect_err(member);
            assert_eq!((fault.reason, fault.place.as_str()), (Reason::DuplicateKey, member));
            assert!(fault.offset > 10, "{fault}");
        }
        assert!(Object::read(r#"{"Else":1,"Else":2}"#).is_ok());
    }

    #[test]
    fn pairs_that_are_none_name_their_place() {
        let cases = [
            ("[7]", Reason::WrongType, "[0]"),
            (r#"[{"key":"a"},null]"#, Reason::WrongType, "[1]"),
            (r#"[{"value":1}]"#, Reason::WrongType, "[0].key"),
            (r#"[{"key":"a","value":1,"value":2}]"#, Reason::DuplicateKey, "[0].value"),
            (r#"[{"key":"a","\u006bey":"b"}]"#, Reason::DuplicateKey, "[0].key"),
            (r#"[{"key":"a\nb"}]"#, Reason::BadValue, "[0].key"),
        ];
        for (raw, reason, place) in cases {
            let fault = pairs(raw, raw, &mut Vec::new()).expect_err(raw);
            assert_eq!((fault.reason, fault.place.as_str()), (reason, place), "{raw}");
        }
    }
}
