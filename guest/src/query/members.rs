//! The members of a JSON object that a query is made of, picked by name, each with its place.

use crate::fault::{Fault, Reason};
use crate::json::{Reader, Text, Value};

/// One value of an object. An absent member is null.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    key: &'static str,
    /// The value.
    pub value: Value<'a>,
    /// Byte in the object at which the value begins.
    at: usize,
}

/// Reads the object `json` and picks the values of `keys` out of it, in whatever order they stand there. Other members
/// are passed over. Faults with `NotJson`, `TooDeep` or `DuplicateKey`.
pub fn pick<'a, const N: usize>(json: &'a str, keys: [&'static str; N]) -> Result<[Member<'a>; N], Fault> {
    let mut members = keys.map(|key| (Member { key, value: Value::Null, at: 0 }, false));
    let mut reader = Reader::new(json);
    reader.object(|key, reader| {
        let Some((member, seen)) = members.iter_mut().find(|(member, _)| key.is(member.key)) else {
            return reader.skip();
        };
        reader.peek();
        member.at = reader.offset();
        if std::mem::replace(seen, true) {
            return Err(Fault::new(Reason::DuplicateKey, member.at, "this key stands twice").under(member.key));
        }
        member.value = reader.value().map_err(|fault| fault.under(member.key))?;
        Ok(())
    })?;
    reader.finish()?;
    Ok(members.map(|(member, _)| member))
}

impl<'a> Member<'a> {
    /// The string; none where it is absent, null or empty.
    pub fn text(&self) -> Result<Option<Text<'a>>, Fault> {
        match self.value {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text).filter(|text| !text.is_empty())),
            _ => Err(self.wrong_type("a string")),
        }
    }

    /// The boolean; false where it is absent or null.
    pub fn flag(&self) -> Result<bool, Fault> {
        match self.value {
            Value::Null => Ok(false),
            Value::Bool(flag) => Ok(flag),
            _ => Err(self.wrong_type("a boolean")),
        }
    }

    /// Hands the object to `read`, unless it is absent or null.
    pub fn object(&self, read: impl FnOnce(&'a str) -> Result<(), Fault>) -> Result<(), Fault> {
        match self.value {
            Value::Null => Ok(()),
            Value::Object(json) => read(json).map_err(|fault| self.inside(fault)),
            _ => Err(self.wrong_type("an object")),
        }
    }

    /// Hands every element of the array to `read`. Nothing happens where it is absent or null.
    pub fn elements(&self, read: impl FnMut(Value<'a>) -> Result<(), Fault>) -> Result<(), Fault> {
        match self.value {
            Value::Null => Ok(()),
            Value::Array(json) => each(json, read).map_err(|fault| self.inside(fault)),
            _ => Err(self.wrong_type("an array")),
        }
    }

    /// Hands every element of the array, all of which have to be objects, to `read`.
    pub fn objects(&self, mut read: impl FnMut(&'a str) -> Result<(), Fault>) -> Result<(), Fault> {
        self.elements(|element| match element {
            Value::Object(json) => read(json),
            other => Err(wrong_type("an object", other)),
        })
    }

    /// Says that a fault is inside this member.
    pub fn inside(&self, fault: Fault) -> Fault {
        fault.shifted(self.at).under(self.key)
    }

    /// The fault of a value that has another type than `expected`.
    pub fn wrong_type(&self, expected: &str) -> Fault {
        self.inside(wrong_type(expected, self.value))
    }
}

/// Hands every element of the array `json` to `read`, whose faults count from the start of the element.
pub fn each<'a>(json: &'a str, mut read: impl FnMut(Value<'a>) -> Result<(), Fault>) -> Result<(), Fault> {
    let mut reader = Reader::new(json);
    reader.array(|position, reader| {
        reader.peek();
        let at = reader.offset();
        let value = reader.value()?;
        read(value).map_err(|fault| fault.shifted(at).at_position(position))
    })?;
    reader.finish()
}

/// The fault of a value that has another type than `expected`, counted from the start of the value.
pub fn wrong_type(expected: &str, found: Value<'_>) -> Fault {
    Fault::new(Reason::WrongType, 0, format!("expected {expected}, found {}", found.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pick_any_order_and_escaped_keys_are_found() {
        let [a, b, absent] = pick(r#"{"x":[1],"\u0062":true,"A":null,"a":"v"}"#, ["a", "b", "c"]).unwrap();
        assert_eq!(a.text().unwrap().map(|text| text.decode()).as_deref(), Some("v"));
        assert!(b.flag().unwrap());
        assert_eq!(absent.value, Value::Null);
    }

    #[test]
    fn pick_a_key_twice_is_refused() {
        let fault = pick(r#"{"a":null,"b":1,"a":2}"#, ["a"]).unwrap_err();
        assert_eq!((fault.reason, fault.offset, fault.place.as_str()), (Reason::DuplicateKey, 20, "a"));
        assert!(pick(r#"{"b":1,"b":2}"#, ["a"]).is_ok());
    }

    #[test]
    fn objects_a_fault_inside_names_its_place_and_byte() {
        let json = r#"{"x": 1, "list": [{}, {"a": 5}]}"#;
        let [list] = pick(json, ["list"]).unwrap();
        let fault = list.objects(|json| pick(json, ["a"])?[0].text().map(|_| ())).unwrap_err();
        assert_eq!((fault.reason, fault.place.as_str()), (Reason::WrongType, "list[1].a"));
        assert_eq!(json.as_bytes()[fault.offset], b'5');
    }
}
