//! The values of a condition, as FetchXML writes them.

use super::escape::escaped;
use super::members::each;
use crate::dotnet::{Object, Shape};
use crate::fault::Fault;
use crate::guid::Guid;
use crate::json::Value;
use crate::time::Timestamp;

/// One value, out of its wrappers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Single<'a> {
    /// A JSON value; an object only where it is none of the platform's wrappers.
    Plain(Value<'a>),
    /// The id of a record or of a reference to one.
    Record(Guid),
}

impl Single<'_> {
    /// Whether there is nothing to write.
    pub fn is_null(&self) -> bool {
        *self == Single::Plain(Value::Null)
    }

    /// Appends the value, escaped for XML.
    ///
    /// Numbers and strings are written as they came, booleans as 1 and 0, .NET times (`/Date(…)/`) as ISO 8601 with `Z`,
    /// null as nothing, an object that nobody knows as its JSON.
    pub fn write(&self, out: &mut String) {
        match self {
            Single::Record(id) => id.write(out),
            Single::Plain(Value::Null) => {}
            Single::Plain(Value::Bool(flag)) => out.push(if *flag { '1' } else { '0' }),
            Single::Plain(Value::Number(digits)) => out.push_str(digits),
            Single::Plain(Value::Text(text)) => {
                let text = text.decode();
                match Timestamp::parse_dotnet(&text) {
                    Some(time) => {
                        time.write(out);
                        out.push('Z');
                    }
                    None => escaped(out, &text),
                }
            }
            Single::Plain(Value::Array(json) | Value::Object(json)) => escaped(out, json),
        }
    }
}

/// Hands every single value in `value` to `one`: arrays stand for their elements, wrappers for what they hold. Calls
/// itself no deeper than JSON nests.
pub fn each_single<'a>(value: Value<'a>, one: &mut dyn FnMut(Single<'a>)) -> Result<(), Fault> {
    match value {
        Value::Array(json) => return each(json, |element| each_single(element, one)),
        Value::Object(json) => {
            let object = Object::read(json)?;
            match (object.shape(), object.id) {
                (Shape::Simple(inner), _) => return each_single(inner, one),
                (Shape::Reference | Shape::Entity, Some(id)) => one(Single::Record(id)),
                _ => one(Single::Plain(value)),
            }
        }
        plain => one(Single::Plain(plain)),
    }
    Ok(())
}
