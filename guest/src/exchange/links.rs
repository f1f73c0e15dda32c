//! Links between records: `$ref`.

use super::desk::Desk;
use super::finding::Kind;
use super::messages::{Method, Place};
use super::options::Given;
use super::query::Query;
use super::resource::{self, Key, Record, Set};
use super::web_api::{About, Call, unsupported};
use super::written::{self, Fields};
use crate::json::Value;

impl<'n> Call<'_, 'n> {
    /// Links between records.
    pub(super) fn reference(&self, desk: &mut Desk<'n>, of: &Record<'n>, name: &str, other: Option<Record<'n>>, many: Option<bool>) {
        let explanation = "given twice, or no reference to a record";
        let other = match (other, self.options.get("$id")) {
            (Some(other), Given::Absent) => Some(other),
            (None, Given::Value(text)) => {
                let read = resource::reference(&text, desk.names, self.referred);
                if read.is_none() {
                    desk.find(Kind::UnknownReference, "query.$id", explanation);
                }
                Some(read.unwrap_or(Record { set: Set::unknown(), key: Key::Other }))
            }
            (None, Given::Absent) => None,
            (_, _) => {
                desk.find(Kind::UnknownReference, "query.$id", explanation);
                Some(Record { set: Set::unknown(), key: Key::Other })
            }
        };
        let place = match (self.method, &other, many) {
            (Method::Delete, Some(_), Some(true) | None) => Place::ReferenceOfMany,
            // A lookup is emptied without naming what it held.
            (Method::Delete, None, Some(false) | None) | (Method::Put | Method::Get, _, Some(false)) | (Method::Put, _, None) => {
                Place::Reference
            }
            (Method::Delete, Some(_), Some(false)) => Place::Reference,
            (Method::Delete, None, Some(true)) => return unsupported(desk, "all links to many records at once"),
            (Method::Get, _, None) => {
                desk.find(Kind::UnknownNavigation, "path", "the settings do not say whether this leads to one record or to many");
                Place::References
            }
            _ => Place::References,
        };
        let Some(message) = self.message(desk, place) else { return };
        if self.method == Method::Get {
            let found = self.answer(desk, &Set::unknown(), &Query::default(), place == Place::References);
            let results = found.as_ref().map(|found| if found.is_list { found.ids.clone() } else { found.own.into_iter().collect() });
            let id = self.agreed(desk, &[of.key.id()]);
            return self.emit(desk, message, About { set: Some(&of.set), id, results: results.as_deref(), ..About::default() });
        }
        let other = if self.method == Method::Delete { other } else { self.target(desk) };
        let mut fields = Fields::new(desk.settings.limits.field_bytes);
        let (logical_name, id) =
            (other.as_ref().and_then(|other| other.set.logical_name()), other.as_ref().and_then(|other| other.key.id()));
        match message {
            "Update" if self.method == Method::Delete => fields.add(name, "null"),
            "Update" => fields.add_reference(name, logical_name, id, false),
            _ => {
                fields.add_text("Relationship", name);
                fields.add_reference("RelatedEntities", logical_name, id, true);
            }
        }
        if other.as_ref().is_some_and(|other| other.set.known.is_none() && !other.set.name.is_empty()) {
            desk.find(Kind::UnknownSet, "request", "the settings' names do not say which entity the other record is");
        }
        let id = self.id_of(desk, of);
        self.emit(desk, message, About { set: Some(&of.set), id, fields: fields.done(), ..About::default() });
    }

    /// The record that the body points to.
    fn target(&self, desk: &mut Desk<'n>) -> Option<Record<'n>> {
        let mut links: Vec<String> = Vec::new();
        if let Some(text) = self.request.body.text(desk, "request.body") {
            written::members(text, desk, |name, value| {
                if let ("@odata.id", Value::Text(text)) = (name, &value) {
                    links.push(text.decode().into_owned());
                }
            });
        }
        let record = match &links[..] {
            [only] => resource::reference(only, desk.names, self.referred),
            _ => None,
        };
        if record.as_ref().is_none_or(|record| record.key.id().is_none()) {
            desk.find(Kind::UnknownReference, "request.body.@odata.id", "the id of the record at the other end is not told");
        }
        record
    }
}
