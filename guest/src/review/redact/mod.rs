//! Redact: takes texts out of the four places where values show, Fields, Query, QueryResults and ItemUrl.
//!
//! What is redacted is replaced by the mark `[redacted by RULE]`. A text counts as shown in whatever way it is written
//! there: plain, escaped for XML, percent-encoded or escaped for JSON ([`readings`]). What stands in the mark of a rule that
//! redacted something here is no value of the event: it is neither looked into nor shown to be shown.
//!
//! `EntityId` is not among these places and stays, so that a record can always be told to be about its record; so does
//! `ObjectId`, which repeats it in the wire form. Names of fields are no values either.

mod fields;
mod marks;
mod patterns;
mod readings;

use std::borrow::Cow;

use super::answer::Target;
use super::item::{Item, add};
use crate::guid::{GUID_LEN, Guid};
use crate::record::RESULT_LEN;
use crate::spans::Place;
use marks::Marks;
use patterns::Patterns;

/// What is to be redacted of one activity, sorted by kind.
#[derive(Default)]
struct Wanted<'t> {
    fields: Vec<&'t str>,
    texts: Vec<&'t str>,
    query: bool,
    results: bool,
    item_url: bool,
}

impl<'t> Wanted<'t> {
    fn of(targets: &'t [Target]) -> Self {
        let mut wanted = Self::default();
        for target in targets {
            match target {
                Target::Field(name) => wanted.fields.push(name),
                Target::Text(text) => wanted.texts.push(text),
                Target::WholeQuery => wanted.query = true,
                Target::WholeQueryResults => wanted.results = true,
                Target::WholeItemUrl => wanted.item_url = true,
            }
        }
        wanted
    }
}

/// Redacts `targets` of `item` for `rule`; `text` is that of the batch. A redaction that matches nothing leaves no mark.
pub(super) fn redact(item: &mut Item, text: &str, rule: &str, targets: &[Target]) {
    let wanted = Wanted::of(targets);
    let marks = Marks::new(rule, item.changes.as_deref().map_or(&[], |changes| &changes.redacted));
    let value = |place| item.value(text, place);

    // What the named fields hold is looked for elsewhere too.
    let mut held: Vec<String> = Vec::new();
    let everywhere = Patterns::new(&wanted.texts);
    let fields = value(Place::Fields).and_then(|json| fields::redact(&json, &wanted.fields, &everywhere, &marks, &mut held));
    let texts: Vec<&str> = wanted.texts.iter().copied().chain(held.iter().map(String::as_str)).collect();
    let elsewhere = Patterns::new(&texts);

    let query = value(Place::Query).and_then(|query| column(&query, wanted.query, &elsewhere, &marks));
    let item_url = value(Place::ItemUrl).and_then(|url| column(&url, wanted.item_url, &elsewhere, &marks));
    let results = match (value(Place::QueryResults), wanted.results) {
        (Some(ids), true) => (!item.is_changed(Place::QueryResults) || !ids.is_empty()).then(String::new),
        (Some(ids), false) => {
            // A short value, such as a number, stands in ids by chance: of what fields hold only ids are looked for.
            let ids_held = held.iter().map(String::as_str).filter(|text| Guid::parse(text).is_some());
            let texts: Vec<&str> = wanted.texts.iter().copied().chain(ids_held).collect();
            results(&ids, &Patterns::new(&texts))
        }
        (None, _) => None,
    };

    if fields.is_some() || query.is_some() || item_url.is_some() || results.is_some() {
        let changes = item.changes();
        add(&mut changes.redacted, rule);
        changes.fields = fields.or(changes.fields.take());
        changes.query = query.or(changes.query.take());
        changes.item_url = item_url.or(changes.item_url.take());
        changes.results = results.or(changes.results.take());
    }
}

/// A column of plain text, redacted in whole or in parts; none where nothing of it is.
fn column(text: &str, whole: bool, patterns: &Patterns<'_>, marks: &Marks) -> Option<String> {
    if whole { (!marks.is_one(text)).then(|| marks.own().to_owned()) } else { patterns.replace(text, marks) }
}

/// QueryResults with the zero GUID in place of every id in which a pattern shows, so that ids stay countable.
fn results(ids: &str, patterns: &Patterns<'_>) -> Option<String> {
    let mut changed: Cow<'_, str> = Cow::Borrowed(ids);
    for hit in patterns.hits(ids, &Marks::default()) {
        let mut from = hit.from / RESULT_LEN * RESULT_LEN;
        while from < hit.to {
            let id = from..from + GUID_LEN;
            // A hit may touch no more of an id than the separator after it.
            let zero = Guid::ZERO.to_string();
            if hit.from < id.end && ids.get(id.clone()).is_some_and(|id| id != zero) {
                changed.to_mut().replace_range(id, &zero);
            }
            from += RESULT_LEN;
        }
    }
    match changed {
        Cow::Owned(changed) => Some(changed),
        Cow::Borrowed(_) => None,
    }
}
