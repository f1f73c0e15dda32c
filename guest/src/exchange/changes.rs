//! Records that a request makes or changes.

use super::desk::Desk;
use super::finding::Kind;
use super::headers::One;
use super::messages::{self, Method, Place};
use super::query::Query;
use super::resource::{Key, Record, Set};
use super::web_api::{About, Call};
use super::written::{self, Draft};
use crate::guid::Guid;

impl<'n> Call<'_, 'n> {
    /// A record that is made in a set, or behind a navigation.
    pub(super) fn create(&self, desk: &mut Desk<'n>, set: &Set<'n>, place: Place) -> Option<Record<'n>> {
        let message = self.message(desk, place)?;
        let named = self.named(desk);
        self.write(desk, message, set, named, None, true)
    }

    /// A record that is made, changed, or either.
    pub(super) fn change(&self, desk: &mut Desk<'n>, record: &Record<'n>) -> Option<Record<'n>> {
        if self.method == Method::Put {
            desk.find(Kind::UnknownMessage, "method", "PUT of a whole record is told like PATCH");
        }
        let (if_match, if_none_match) = (self.request.headers.one("If-Match"), self.request.headers.one("If-None-Match"));
        let only_new = match if_none_match {
            One::Absent => false,
            One::Value("*") => true,
            One::Value(_) | One::Several => {
                desk.find(
                    Kind::Conflict,
                    "request.headers.If-None-Match",
                    "anything but one '*' makes no sense for a change; it is not believed",
                );
                false
            }
        };
        if only_new && if_match.is_there() {
            desk.find(Kind::Conflict, "request.headers.If-Match", "both preconditions at once can never hold");
        }
        let status = self.outcome.success().map(|response| response.status);
        let message = messages::of_patch(if_match.is_there(), only_new, status);
        let named = self.named(desk);
        self.write(desk, message, &record.set, named, record.key.id(), only_new && !if_match.is_there())
    }

    /// Takes down what a body writes: the record, and where it is surely made those inside it (`deep`). How many events there
    /// are follows from the request alone, so that an exchange has the same before its answer and after it.
    fn write(
        &self,
        desk: &mut Desk<'n>,
        message: &str,
        set: &Set<'n>,
        named: Option<Record<'n>>,
        key: Option<Guid>,
        deep: bool,
    ) -> Option<Record<'n>> {
        let drafts = self.request.body.text(desk, "request.body").map(|text| written::read(text, set, deep, self.referred, desk));
        let list: &[Draft<'n>] = drafts.as_ref().map_or(&[], |drafts| &drafts.list);
        // The answer names the set where the path does not.
        let path_set = set;
        let set = named.as_ref().map(|record| &record.set).filter(|named| set.known.is_none() && named.known.is_some()).unwrap_or(set);
        let told = match self.outcome.success() {
            Some(response) if matches!(response.status, 200 | 201) => {
                self.answer(desk, set, &Query::default(), false).and_then(|found| found.own)
            }
            _ => None,
        };
        let first = list.first();
        let named = named.as_ref().and_then(|record| record.key.id());
        let id = self.agreed(desk, &[key, named, told, first.and_then(|draft| draft.id).filter(|_| deep)]);
        if first.is_none() && deep && self.request.body.is_empty() {
            desk.find(Kind::BodyCut, "request.body", "a record is made of nothing, or its body did not come");
        }
        for draft in list {
            draft.fields.report(desk, "request.body");
        }
        self.emit(desk, message, About { set: Some(set), id, fields: first.and_then(|draft| draft.fields.done()), ..About::default() });
        let inside = list.get(1..).unwrap_or_default();
        let unknown = inside.iter().filter(|draft| draft.id.is_none()).count();
        if unknown > 0 && self.status().is_success() {
            desk.find(Kind::UnknownId, "request.body", format!("{unknown} records inside another, whose ids the answer does not tell"));
        }
        for draft in inside {
            self.emit(desk, message, About { set: Some(&draft.set), id: draft.id, fields: draft.fields.done(), ..About::default() });
        }
        Some(Record { set: path_set.clone(), key: id.map_or(Key::Other, Key::Id) })
    }
}
