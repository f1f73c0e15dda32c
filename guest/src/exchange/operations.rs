//! Actions and functions, bound and unbound.

use super::desk::Desk;
use super::finding::Kind;
use super::messages::Method;
use super::options::Given;
use super::resource::{Bound, Key, Set};
use super::rows::{self, Asked, Found};
use super::segment::{Argument, Literal};
use super::web_api::{About, Call, unsupported};
use super::written::{self, Fields};
use crate::guid::Guid;
use crate::json::Value;

impl<'n> Call<'_, 'n> {
    /// An action or function.
    pub(super) fn operation(&self, desk: &mut Desk<'n>, name: &str, bound: &Bound<'n>, arguments: &[Argument]) {
        if !matches!(self.method, Method::Get | Method::Post) {
            return unsupported(desk, "a method that operations do not have");
        }
        let (set, key) = match bound {
            Bound::Nothing => (None, None),
            Bound::Set(set) => (Some(set), None),
            Bound::Record(record) => (Some(&record.set), Some(record.key)),
        };
        let mut fields = Fields::new(desk.settings.limits.field_bytes);
        for argument in arguments {
            self.argument(desk, argument, &mut fields);
        }
        let mut results = Vec::new();
        let primary_id = set.and_then(Set::primary_id);
        let mut targets = false;
        if self.method == Method::Post
            && let Some(text) = self.request.body.text(desk, "request.body")
        {
            let take = desk.settings.fields;
            written::members(text, desk, |name, value| {
                if name == "Targets"
                    && let Value::Array(raw) = value
                {
                    targets = true;
                    ids_of(raw, primary_id, &mut results);
                }
                if take && !name.contains('@') {
                    fields.add(name, &written::raw(&value));
                }
            });
        }
        fields.report(desk, "request.body");
        let answered = self.outcome.success().and_then(|response| response.body.text(desk, "response.body"));
        let mut found = Found::default();
        if let Some(text) = answered {
            if targets {
                // What was made or met, by its id.
                written_ids(text.text, &mut results);
                if !text.whole {
                    desk.find(Kind::BodyCut, "response.body", "only the head of the body came; what follows from it is told");
                }
            } else {
                // The answer says itself whether it holds records, and of which set.
                let asked =
                    Asked { index: desk.names, expand: false, ids: false, changes: false, limit: desk.settings.limits.results as usize };
                found = rows::read(text, &Set::unknown(), asked, desk);
            }
        }
        results.truncate(desk.settings.limits.results as usize);
        if targets && results.is_empty() && self.status().is_success() {
            desk.find(Kind::UnknownId, "response.body", "neither the targets nor the answer tell the ids of the records");
        }
        let id = match key {
            None => None,
            Some(Key::Id(id)) => Some(id),
            Some(Key::Other) => {
                let named = self.named(desk).and_then(|record| record.key.id());
                self.agreed(desk, &[named])
            }
        };
        results.extend(found.ids);
        let results = (!results.is_empty()).then_some(&results[..]);
        self.emit(desk, name, About { set, id, fields: fields.done(), results, ..About::default() });
    }

    /// An argument of a function, its alias resolved.
    fn argument(&self, desk: &mut Desk<'n>, argument: &Argument, fields: &mut Fields) {
        if !desk.settings.fields || argument.name.is_empty() {
            return;
        }
        let alias = match &argument.literal {
            Literal::Bare(text) if text.starts_with('@') => self.options.get(text),
            literal => return fields.add_text(&argument.name, literal.text()),
        };
        match alias {
            Given::Value(value) => match Literal::parse(&value) {
                Some(literal) => fields.add_text(&argument.name, literal.text()),
                None => fields.add_text(&argument.name, &value),
            },
            Given::Absent | Given::Unclear => {
                desk.find(Kind::ValueNotRead, "query", format!("the alias of the parameter {} is absent, or given twice", argument.name));
            }
        }
    }
}

/// Adds the ids of entities in a list, by the column of their ids.
fn ids_of(array: &str, primary_id: Option<&str>, ids: &mut Vec<Guid>) {
    let Some(primary_id) = primary_id else { return };
    // The list is whole: it was read before.
    let _ = crate::json::Reader::new(array).array(|_, reader| {
        if reader.peek() != Some(b'{') {
            return reader.skip();
        }
        reader.object(|key, reader| {
            let is_id = key.is(primary_id);
            let value = reader.value()?;
            if is_id {
                ids.extend(rows::guid(&value));
            }
            Ok(())
        })
    });
}

/// Adds the ids in the list `Ids` of an answer.
fn written_ids(json: &str, ids: &mut Vec<Guid>) {
    let mut reader = crate::json::Reader::new(json);
    // What stands before a cut counts.
    let _ = reader.object(|key, reader| {
        if !key.is("Ids") || reader.peek() != Some(b'[') {
            return reader.skip();
        }
        reader.array(|_, reader| {
            ids.extend(rows::guid(&reader.value()?));
            Ok(())
        })
    });
}
