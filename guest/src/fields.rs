//! Fields: the JSON of names and values that were created or updated.
//!
//! `[{"Name": …, "Value": …}, …]` in the order of the event. Values of the platform's own types are written plainly: an
//! option set value or an amount of money as its number, a date as ISO 8601, a reference as LogicalName, Id and Name.

use crate::activity::{Field, Form};
use crate::dotnet::{Object, Shape};
use crate::fault::Fault;
use crate::guid::Guid;
use crate::json::write::{self, Level};
use crate::json::{Reader, Text, Value};
use crate::time::Timestamp;

/// How deep the platform's types are looked for inside each other. Below, JSON is written as it came: a real event
/// needs about 6, and each level costs a look at all that is under it.
const TYPED_DEPTH: u32 = 16;

/// Longest run of digits that surely is within the range of an IEEE 754 double.
const SAFE_DIGITS: usize = 300;

/// Appends the array of all fields.
pub fn write(fields: &[Field<'_>], out: &mut String, level: Level) -> Result<(), Fault> {
    Pen { out, level }.fields(fields.iter().copied())
}

/// What is written, and how deep it stands.
struct Pen<'o> {
    out: &'o mut String,
    level: Level,
}

impl Pen<'_> {
    fn fields<'a>(&mut self, fields: impl Iterator<Item = Field<'a>>) -> Result<(), Fault> {
        self.out.push('[');
        for (position, field) in fields.enumerate() {
            self.field(position, &field, TYPED_DEPTH)?;
        }
        self.out.push(']');
        Ok(())
    }

    fn field(&mut self, position: usize, field: &Field<'_>, typed: u32) -> Result<(), Fault> {
        if position > 0 {
            self.out.push(',');
        }
        let (name, value) = match self.level {
            Level::Record => (r#"{"Name":""#, r#"","Value":"#),
            Level::Nested => (r#"{\"Name\":\""#, r#"\",\"Value\":"#),
        };
        self.out.push_str(name);
        field.name.write(self.out, self.level);
        self.out.push_str(value);
        self.value(field.value, field.form, typed)?;
        self.out.push('}');
        Ok(())
    }

    /// Bounded recursion: the event nests 128 levels at most.
    fn value(&mut self, value: Value<'_>, form: Form, typed: u32) -> Result<(), Fault> {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Number(digits) => self.number(digits),
            Value::Text(text) if form == Form::RemoteExecutionContext => self.text_or_date(text),
            Value::Text(text) => self.text(text),
            Value::Array(raw) => self.array(raw, form, typed)?,
            Value::Object(raw) if form == Form::RemoteExecutionContext && typed > 0 => self.typed_object(raw, typed - 1)?,
            Value::Object(raw) => self.object(raw, form)?,
        }
        Ok(())
    }

    fn text(&mut self, text: Text<'_>) {
        self.out.push_str(self.level.quote());
        text.write(self.out, self.level);
        self.out.push_str(self.level.quote());
    }

    fn text_or_date(&mut self, text: Text<'_>) {
        let raw = text.as_raw();
        let time = (raw.starts_with("/Date(") || raw.starts_with("\\/Date(")).then(|| Timestamp::parse_dotnet(&text.decode())).flatten();
        match time {
            Some(time) => {
                self.out.push_str(self.level.quote());
                time.write(self.out);
                self.out.push('Z');
                self.out.push_str(self.level.quote());
            }
            None => self.text(text),
        }
    }

    /// A number digit for digit; one that no reader could hold, such as 1e400, as a string of these digits.
    fn number(&mut self, digits: &str) {
        let risky = digits.len() > SAFE_DIGITS || digits.bytes().any(|byte| matches!(byte, b'e' | b'E'));
        if risky && digits.parse::<f64>().is_ok_and(f64::is_infinite) {
            self.text(Text::plain(digits));
        } else {
            self.out.push_str(digits);
        }
    }

    fn array(&mut self, raw: &str, form: Form, typed: u32) -> Result<(), Fault> {
        self.out.push('[');
        Reader::new(raw).array(|position, reader| {
            if position > 0 {
                self.out.push(',');
            }
            self.value(reader.value()?, form, typed)
        })?;
        self.out.push(']');
        Ok(())
    }

    fn object(&mut self, raw: &str, form: Form) -> Result<(), Fault> {
        self.out.push('{');
        let mut first = true;
        Reader::new(raw).object(|key, reader| {
            if !std::mem::take(&mut first) {
                self.out.push(',');
            }
            self.text(key);
            self.out.push(':');
            self.value(reader.value()?, form, 0)
        })?;
        self.out.push('}');
        Ok(())
    }

    fn typed_object(&mut self, raw: &str, typed: u32) -> Result<(), Fault> {
        // What is no good object of its type is written as it came: nothing of it may go missing.
        let Ok(object) = Object::read(raw) else { return self.object(raw, Form::RemoteExecutionContext) };
        match (object.shape(), object.id) {
            (Shape::Simple(value), _) => self.value(value, Form::RemoteExecutionContext, typed),
            (Shape::Collection, _) => match object.entities {
                Some(entities) => self.array(entities, Form::RemoteExecutionContext, typed),
                None => self.object(raw, Form::RemoteExecutionContext),
            },
            (Shape::Reference, Some(id)) => {
                self.record_begin(object, Some(id));
                if let Some(name) = object.name {
                    self.key(",", "Name");
                    self.text(name);
                }
                self.out.push('}');
                Ok(())
            }
            (Shape::Entity, id) => {
                let mut attributes = Vec::new();
                match object.attributes.map(|list| crate::dotnet::pairs(list, list, &mut attributes)) {
                    Some(Ok(())) => self.entity(object, id, &attributes, typed),
                    _ => self.object(raw, Form::RemoteExecutionContext),
                }
            }
            _ => self.object(raw, Form::RemoteExecutionContext),
        }
    }

    fn entity(&mut self, object: Object<'_>, id: Option<Guid>, attributes: &[Field<'_>], typed: u32) -> Result<(), Fault> {
        self.record_begin(object, id);
        self.key(if object.logical_name.is_some() || id.is_some() { "," } else { "" }, "Attributes");
        self.out.push('[');
        for (position, attribute) in attributes.iter().enumerate() {
            self.field(position, attribute, typed)?;
        }
        self.out.push(']');
        if let Some(related) = object.related.filter(|related| related.len() > 2) {
            self.key(",", "RelatedEntities");
            self.array(related, Form::RemoteExecutionContext, typed)?;
        }
        self.out.push('}');
        Ok(())
    }

    fn record_begin(&mut self, object: Object<'_>, id: Option<Guid>) {
        self.out.push('{');
        if let Some(name) = object.logical_name {
            self.key("", "LogicalName");
            self.text(name);
        }
        if let Some(id) = id {
            self.key(if object.logical_name.is_some() { "," } else { "" }, "Id");
            self.out.push_str(self.level.quote());
            id.write(self.out);
            self.out.push_str(self.level.quote());
        }
    }

    fn key(&mut self, separator: &str, key: &str) {
        self.out.push_str(separator);
        self.out.push_str(self.level.quote());
        write::escaped(self.out, key, self.level);
        self.out.push_str(self.level.quote());
        self.out.push(':');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &str, form: Form) -> String {
        let value = Reader::new(value).value().unwrap();
        let field = Field { name: Text::plain("n"), value, form };
        let (mut once, mut twice) = (String::new(), String::new());
        write(&[field], &mut once, Level::Record).unwrap();
        write(&[field], &mut twice, Level::Nested).unwrap();
        let unwrapped: String = serde_json::from_str(&format!("\"{twice}\"")).expect("nested form is a JSON string's content");
        assert_eq!(unwrapped, once, "both levels say the same");
        serde_json::from_str::<serde_json::Value>(&once).expect("is JSON");
        once.strip_prefix(r#"[{"Name":"n","Value":"#).and_then(|rest| rest.strip_suffix("}]")).expect("one field").to_owned()
    }

    #[test]
    fn write_plain_values_stay_as_they_came() {
        for (value, expected) in [
            ("null", "null"),
            ("true", "true"),
            ("false", "false"),
            ("2154.3200", "2154.3200"),
            ("-0", "-0"),
            ("12345678901234567890123", "12345678901234567890123"),
            ("1e400", "\"1e400\""),
            ("-1E+400", "\"-1E+400\""),
            ("1e-400", "1e-400"),
            ("\"a\\/b\"", "\"a/b\""),
            ("\"\\ud800\"", "\"\u{fffd}\""),
            ("\"\\u0000\"", "\"\\u0000\""),
            (" [ 1 , [ ] , { \"b\" : \"\\u00e9\" , \"a\" : { } } ] ", "[1,[],{\"b\":\"é\",\"a\":{}}]"),
            ("\"/Date(1)/\"", "\"/Date(1)/\""),
        ] {
            assert_eq!(written(value, Form::SdkEvent), expected, "{value}");
        }
    }

    #[test]
    fn write_each_type_of_the_platform_in_its_plain_form() {
        for (value, expected) in [
            (r#""\/Date(1608007658000)\/""#, r#""2020-12-15T04:47:38Z""#),
            (r#""/Date(1608007658000+0200)/""#, r#""2020-12-15T04:47:38Z""#),
            (r#""/Date(x)/""#, r#""/Date(x)/""#),
            (r#"{"__type":"OptionSetValue:http://x","Value":1}"#, "1"),
            (r#"{"__type":"Money:http:\/\/x","Value":2154.32}"#, "2154.32"),
            (r#"[{"__type":"OptionSetValue:http://x","Value":1},{"Value":2}]"#, "[1,2]"),
            (r#"{"__type":"Guid:#System","__value":"0A0D8709-711E-E811-A952-000D3A732D76"}"#, r#""0A0D8709-711E-E811-A952-000D3A732D76""#),
            (r#"{"__type":"DateTime:#System","__value":"/Date(0)/"}"#, r#""1970-01-01T00:00:00Z""#),
            (
                r#"{"__type":"EntityReference:http://x","Id":"0a0d8709-711e-e811-a952-000d3a732d76","KeyAttributes":[],"LogicalName":"account","Name":null,"RowVersion":null}"#,
                r#"{"LogicalName":"account","Id":"0a0d8709-711e-e811-a952-000d3a732d76"}"#,
            ),
            (
                r#"{"__type":"EntityReference:http://x","Id":"0a0d8709-711e-e811-a952-000d3a732d76","LogicalName":"account","Name":"A \"B\""}"#,
                r#"{"LogicalName":"account","Id":"0a0d8709-711e-e811-a952-000d3a732d76","Name":"A \"B\""}"#,
            ),
            (
                r#"{"__type":"Entity:http://x","Attributes":[{"key":"a","value":{"Value":5}}],"Id":"00000000-0000-0000-0000-000000000000","LogicalName":"account","RelatedEntities":[]}"#,
                r#"{"LogicalName":"account","Attributes":[{"Name":"a","Value":5}]}"#,
            ),
            (
                r#"{"__type":"EntityCollection:http://x","Entities":[{"Attributes":[],"Id":"0a0d8709-711e-e811-a952-000d3a732d76","LogicalName":"lead"}],"EntityName":"lead"}"#,
                r#"[{"LogicalName":"lead","Id":"0a0d8709-711e-e811-a952-000d3a732d76","Attributes":[]}]"#,
            ),
            (r#"{"__type":"Else:http://x","A":{"Value":1,"B":2}}"#, r#"{"__type":"Else:http://x","A":{"Value":1,"B":2}}"#),
            // No good entity, so it stays as it came.
            (r#"{"__type":"Entity:http://x","Attributes":[7]}"#, r#"{"__type":"Entity:http://x","Attributes":[7]}"#),
            (r#"{"__type":"Entity:http://x","Attributes":7}"#, r#"{"__type":"Entity:http://x","Attributes":7}"#),
            (r#"{"__type":"EntityCollection:http://x","Entities":7}"#, r#"{"__type":"EntityCollection:http://x","Entities":7}"#),
            (r#"{"Value":1,"Value":2}"#, r#"{"Value":1,"Value":2}"#),
            // An alternate key instead of an id: nothing of it may go missing.
            (
                r#"{"__type":"EntityReference:http://x","Id":"00000000-0000-0000-0000-000000000000","KeyAttributes":[{"key":"code","value":"7"}],"LogicalName":"a"}"#,
                r#"{"__type":"EntityReference:http://x","Id":"00000000-0000-0000-0000-000000000000","KeyAttributes":[{"key":"code","value":"7"}],"LogicalName":"a"}"#,
            ),
        ] {
            assert_eq!(written(value, Form::RemoteExecutionContext), expected, "{value}");
        }
    }
}
