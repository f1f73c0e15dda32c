//! What a request writes: the fields of an entity, and the entities inside it.

use std::collections::BTreeMap;

use super::body::Text;
use super::desk::Desk;
use super::finding::Kind;
use super::resource::{self, Member, Referred, Set};
use super::rows;
use crate::fault::Fault;
use crate::guid::Guid;
use crate::identity::without_space;
use crate::json::write::{Level, escaped};
use crate::json::{Reader, Value};

/// How many entities may stand inside each other.
pub const MAX_NESTED: usize = 16;

/// How many arrays and objects of a value may stand inside each other: what is deeper would not fit into an event.
const MAX_VALUE_DEPTH: usize = 64;

/// The array of Name and Value that an event carries.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    json: String,
    limit: usize,
    /// What was left out, if anything.
    pub left_out: Option<(Kind, &'static str)>,
}

impl Fields {
    /// No fields; `limit` is how many bytes they may have.
    pub fn new(limit: u32) -> Self {
        Self { json: String::new(), limit: limit as usize, left_out: None }
    }

    /// Adds a value that is JSON already. Its white space goes.
    pub fn add(&mut self, name: &str, json: &str) {
        let bad_name = name.is_empty() || name.len() > crate::decode::MAX_NAME || name.chars().any(char::is_control);
        if bad_name || depth(json) > MAX_VALUE_DEPTH {
            self.left_out = Some((
                Kind::ValueNotRead,
                "a name of more than 256 bytes or with control characters, or a value nested deeper than 64 levels",
            ));
            return;
        }
        if self.json.len() + name.len() + json.len() > self.limit {
            self.left_out = Some((Kind::Limit, "more bytes of fields than the limit allows; the values beyond it are left out"));
            return;
        }
        self.json.push_str(if self.json.is_empty() { "{\"Name\":\"" } else { ",{\"Name\":\"" });
        escaped(&mut self.json, name, Level::Record);
        self.json.push_str("\",\"Value\":");
        without_space(json, &mut self.json);
        self.json.push('}');
    }

    /// Adds a text.
    pub fn add_text(&mut self, name: &str, text: &str) {
        let mut json = String::with_capacity(text.len() + 2);
        json.push('"');
        escaped(&mut json, text, Level::Record);
        json.push('"');
        self.add(name, &json);
    }

    /// Adds a reference to a record, of which the name or the id may be unknown.
    pub fn add_reference(&mut self, name: &str, logical_name: Option<&str>, id: Option<Guid>, many: bool) {
        let mut json = String::new();
        if let Some(logical_name) = logical_name {
            json.push_str("\"LogicalName\":\"");
            escaped(&mut json, logical_name, Level::Record);
            json.push('"');
        }
        if let Some(id) = id {
            json.push_str(if json.is_empty() { "\"Id\":\"" } else { ",\"Id\":\"" });
            id.write(&mut json);
            json.push('"');
        }
        self.add(name, &if many { format!("[{{{json}}}]") } else { format!("{{{json}}}") });
    }

    /// The array; none where nothing was added.
    pub fn done(&self) -> Option<String> {
        (!self.json.is_empty()).then(|| format!("[{}]", self.json))
    }

    /// Takes down what was left out.
    pub fn report(&self, desk: &mut Desk<'_>, place: &str) {
        if let Some((kind, why)) = self.left_out {
            desk.find(kind, place, why);
        }
    }
}

/// How deep the brackets of a JSON text nest.
fn depth(json: &str) -> usize {
    let (mut deepest, mut open, mut in_string, mut escaped) = (0, 0usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if in_string => {
                in_string = escaped || byte != b'"';
                escaped = !escaped && byte == b'\\';
            }
            b'"' => in_string = true,
            b'{' | b'[' => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// One entity that a body writes.
#[derive(Clone, Debug)]
pub struct Draft<'n> {
    /// Its set.
    pub set: Set<'n>,
    /// Its values.
    pub fields: Fields,
    /// The id that the body itself gives it.
    pub id: Option<Guid>,
    /// The record that it only points to: then it is not written.
    link: Option<String>,
    /// Whether anything but a link was said.
    any: bool,
}

/// The entities of a body, an outer one before those inside it.
#[derive(Debug)]
pub struct Drafts<'n> {
    /// The entities; the first is the body itself.
    pub list: Vec<Draft<'n>>,
    /// Whether entities inside are written too (a create), or kept as values (an update).
    deep: bool,
    take_fields: bool,
    /// The records that earlier requests of a change set made, by what refers to them, as bodies point to records.
    bound: BTreeMap<String, String>,
    limit: u32,
    most: usize,
    unknown_navigation: bool,
    nested_write: bool,
    too_deep: bool,
    conflict: bool,
    too_many: bool,
}

/// Reads the entities of a body. `deep` tells whether entities inside are creates of their own.
pub fn read<'n>(text: Text<'_>, set: &Set<'n>, deep: bool, referred: Option<&Referred<'n>>, desk: &mut Desk<'n>) -> Drafts<'n> {
    let mut drafts = Drafts {
        list: Vec::new(),
        deep,
        take_fields: desk.settings.fields,
        bound: referred.into_iter().flatten().filter_map(|(id, record)| bound(id, record.as_ref()?)).collect(),
        limit: desk.settings.limits.field_bytes,
        most: desk.settings.limits.events as usize,
        unknown_navigation: false,
        nested_write: false,
        too_deep: false,
        conflict: false,
        too_many: false,
    };
    let mut reader = Reader::new(text.text);
    let read = drafts.entity(&mut reader, set.clone(), 0, desk).and_then(|_| reader.finish());
    text.ended(read, desk, "request.body");
    if deep && !text.whole {
        desk.find(Kind::EventsCut, "request.body", "records behind the head that came are not told");
    }
    for (found, kind, why) in [
        (
            drafts.unknown_navigation,
            Kind::UnknownNavigation,
            "an object or array stands where the settings do not say whether it is a record of its own; it is kept as a value",
        ),
        (
            drafts.nested_write,
            Kind::NestedWrite,
            "a record stands inside an update; what becomes of it cannot be told, and it is kept as a value",
        ),
        (drafts.too_deep, Kind::Limit, "records nested deeper than 16 levels are kept as values"),
        (drafts.conflict, Kind::Conflict, "the column of the id stands twice with different values; none is believed"),
        (drafts.too_many, Kind::TooManyEvents, "more records inside than the limit of events"),
    ] {
        if found {
            desk.find(kind, "request.body", why);
        }
    }
    drafts
}

/// How a body refers to a record that was made before, and how it would point to it by its id.
fn bound(content_id: &str, record: &resource::Record<'_>) -> Option<(String, String)> {
    Some((format!("${content_id}"), format!("/{}({})", record.set.name, record.key.id()?)))
}

impl<'n> Drafts<'n> {
    /// Reads one entity and those inside it; gives its position in the list. Calls itself no deeper than [`MAX_NESTED`].
    fn entity(&mut self, reader: &mut Reader<'_>, set: Set<'n>, nested: usize, desk: &Desk<'n>) -> Result<usize, Fault> {
        let at = self.list.len();
        let primary_id = set.primary_id();
        let fields = Fields::new(self.limit);
        self.list.push(Draft { set: set.clone(), fields, id: None, link: None, any: false });
        reader.object(|key, reader| {
            let name = key.decode();
            if let Some((of, annotation)) = name.split_once('@') {
                let value = reader.value()?;
                let Some(draft) = self.list.get_mut(at) else { return Ok(()) };
                match (of, annotation, value) {
                    ("", "odata.id", Value::Text(text)) => draft.link = Some(text.decode().into_owned()),
                    // Which record a lookup is set to; other annotations are no values.
                    (_, "odata.bind", value) if !of.is_empty() => {
                        draft.any = true;
                        let made = if let Value::Text(text) = value { self.bound.get(&*text.decode()) } else { None };
                        match made {
                            _ if !self.take_fields => {}
                            Some(record) => draft.fields.add_text(&name, record),
                            None => draft.fields.add(&name, &raw(&value)),
                        }
                    }
                    _ => {}
                }
                return Ok(());
            }
            if let Some(draft) = self.list.get_mut(at) {
                draft.any = true;
            }
            let first = reader.peek();
            if matches!(first, Some(b'{' | b'[')) {
                match set.member(&name) {
                    Member::Navigation(_) if !self.deep => self.nested_write = true,
                    Member::Navigation(_) if nested + 1 >= MAX_NESTED => self.too_deep = true,
                    Member::Navigation(navigation) => {
                        let target = set.target(navigation, desk.names);
                        if first == Some(b'{') {
                            return self.inside(reader, at, &name, target, nested, desk);
                        }
                        return reader.array(|_, reader| match reader.peek() {
                            Some(b'{') => self.inside(reader, at, &name, target.clone(), nested, desk),
                            _ => reader.skip(),
                        });
                    }
                    Member::Unknown => self.unknown_navigation = true,
                    Member::Property => {}
                }
            }
            let value = reader.value()?;
            let Some(draft) = self.list.get_mut(at) else { return Ok(()) };
            if Some(&*name) == primary_id
                && let Some(id) = rows::guid(&value)
                && draft.id.replace(id).is_some_and(|before| before != id)
            {
                self.conflict = true;
            }
            if self.take_fields {
                draft.fields.add(&name, &raw(&value));
            }
            Ok(())
        })?;
        if self.conflict
            && let Some(draft) = self.list.get_mut(at)
        {
            draft.id = None;
        }
        Ok(at)
    }

    /// Reads an entity inside another. One that only points to a record is a value of the outer one.
    fn inside(
        &mut self,
        reader: &mut Reader<'_>,
        outer: usize,
        name: &str,
        set: Set<'n>,
        nested: usize,
        desk: &Desk<'n>,
    ) -> Result<(), Fault> {
        if self.list.len() >= self.most {
            self.too_many = true;
            return reader.skip();
        }
        let at = self.entity(reader, set, nested + 1, desk)?;
        let is_last = at + 1 == self.list.len();
        let link = self.list.get_mut(at).filter(|draft| is_last && !draft.any).and_then(|draft| draft.link.take());
        if let Some(link) = link {
            self.list.truncate(at);
            if let Some(outer) = self.list.get_mut(outer).filter(|_| self.take_fields) {
                outer.fields.add_text(name, &link);
            }
        }
        Ok(())
    }
}

/// A value as JSON text.
pub fn raw(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(true) => "true".to_owned(),
        Value::Bool(false) => "false".to_owned(),
        Value::Number(text) | Value::Array(text) | Value::Object(text) => (*text).to_owned(),
        Value::Text(text) => format!("\"{}\"", text.as_raw()),
    }
}

/// Hands every member of a body that is one object to `member`.
pub fn members(text: Text<'_>, desk: &mut Desk<'_>, mut member: impl FnMut(&str, Value<'_>)) {
    let mut reader = Reader::new(text.text);
    let read = reader
        .object(|key, reader| {
            let value = reader.value()?;
            member(&key.decode(), value);
            Ok(())
        })
        .and_then(|()| reader.finish());
    text.ended(read, desk, "request.body");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_brackets_in_strings_do_not_count() {
        assert_eq!(depth(r#"{"a":["[[[\"[["],"b":{}}"#), 2);
        assert_eq!(depth("1"), 0);
    }

    #[test]
    fn fields_at_the_limits_pass_and_one_more_is_left_out() {
        let mut fields = Fields::new(20);
        fields.add("a", &format!("{}{}", "[".repeat(65), "]".repeat(65)));
        assert_eq!(fields.left_out.take().map(|(kind, _)| kind), Some(Kind::ValueNotRead));
        fields.add("abcdefghij", "1234567890");
        assert_eq!(fields.left_out, None);
        fields.add("a", "1");
        assert_eq!(fields.left_out.take().map(|(kind, _)| kind), Some(Kind::Limit));
        assert_eq!(fields.done().as_deref(), Some(r#"[{"Name":"abcdefghij","Value":1234567890}]"#));
    }
}
