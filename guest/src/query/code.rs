//! Members of .NET enumerations: a number, as the platform writes them, or a name, as other serializers do.

use std::borrow::Cow;

use super::escape::escaped;
use super::members::Member;
use crate::fault::Fault;
use crate::json::Value;

/// A member of an enumeration, as it came.
pub enum Code<'a> {
    /// A number; not necessarily whole, nor one that is known.
    Number(&'a str),
    /// A name.
    Name(Cow<'a, str>),
}

impl<'a> Code<'a> {
    /// Reads it. Absent and null mean the member 0, as in .NET.
    pub fn read(member: &Member<'a>) -> Result<Self, Fault> {
        match member.value {
            Value::Null => Ok(Self::Number("0")),
            Value::Number(digits) => Ok(Self::Number(digits)),
            Value::Text(text) => Ok(Self::Name(text.decode())),
            _ => Err(member.wrong_type("a number or a name")),
        }
    }

    /// Finds what the code stands for. A name of digits is taken for the number.
    pub fn look_up<T>(&self, by_number: impl FnOnce(usize) -> Option<T>, by_name: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = match self {
            Code::Number(digits) => digits,
            Code::Name(name) => name.as_ref(),
        };
        match text.parse() {
            Ok(number) => by_number(number),
            Err(_) => by_name(text),
        }
    }

    /// Finds it in a table of SDK name and FetchXML name, in the order of the numbers.
    pub fn find(&self, table: &[(&str, &'static str)]) -> Option<&'static str> {
        self.look_up(
            |number| table.get(number).map(|row| row.1),
            |name| table.iter().find(|row| row.0.eq_ignore_ascii_case(name)).map(|row| row.1),
        )
    }

    /// Appends what it is called in FetchXML. What is not known is not guessed but stays visible: `code-123` for a number,
    /// a name as it came.
    pub fn write(&self, known: Option<&str>, out: &mut String) {
        match (known, self) {
            (Some(known), _) => out.push_str(known),
            (None, Code::Number(digits)) => {
                out.push_str("code-");
                out.push_str(digits);
            }
            (None, Code::Name(name)) => escaped(out, name),
        }
    }
}
