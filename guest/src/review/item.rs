//! One activity under review: its source record, what stands where in it, and what rules changed so far.

use std::borrow::Cow;

use crate::activity::UserType;
use crate::categorize::Category;
use crate::classify::ActivityKind;
use crate::guid::Guid;
use crate::identity;
use crate::json::write::{self, Level};
use crate::json::{Reader, Value};
use crate::parts::ID_SEPARATOR;
use crate::pipeline::Source;
use crate::settings::Profile;
use crate::spans::{Place, Span, Spans};
use crate::time::Timestamp;

/// One activity under review.
pub(super) struct Item {
    /// Position of the event in the batch, from 0.
    pub index: u32,
    /// What rules may ask for and the record does not hold in the same form in every profile.
    pub facts: Facts,
    /// Whether it is still to become a record: neither dropped nor withheld.
    pub live: bool,
    /// What rules changed.
    pub changes: Option<Box<Changes>>,
    /// The source record in the text of the batch.
    pub record: Span,
    spans: Spans,
    /// The identity of the event in the identities of the batch.
    pub identity: Span,
}

/// What was decoded and decided, by value.
pub(super) struct Facts {
    pub category: Category,
    pub kind: ActivityKind,
    pub user_type: Option<UserType>,
    pub creation_time: Option<Timestamp>,
    pub organization: Guid,
    pub entity_id: Option<Guid>,
    pub user_id: Option<Guid>,
    pub system_user_id: Option<Guid>,
}

/// What rules changed: the columns they added, and values in place of those that stand in the source record. Values are
/// kept as what they say, without the record's escapes.
#[derive(Default)]
pub(super) struct Changes {
    pub tags: Vec<String>,
    /// Rules that redacted something.
    pub redacted: Vec<String>,
    /// Rules that failed and so did not see it.
    pub unreviewed: Vec<String>,
    pub query: Option<String>,
    pub results: Option<String>,
    pub item_url: Option<String>,
    /// The JSON array of fields.
    pub fields: Option<String>,
}

impl Item {
    pub fn new(source: &Source<'_, '_>, record: Span, spans: Spans, identity: Span) -> Self {
        let &Source { index, activity, verdicts } = source;
        let facts = Facts {
            category: verdicts.category,
            kind: verdicts.kind,
            user_type: activity.user_type,
            creation_time: activity.creation_time,
            organization: identity::organization(activity),
            entity_id: activity.entity_id,
            user_id: activity.user_id,
            system_user_id: activity.system_user_id,
        };
        Self { index, facts, live: true, changes: None, record, spans, identity }
    }

    /// What rules changed, to be changed further.
    pub fn changes(&mut self) -> &mut Changes {
        self.changes.get_or_insert_default()
    }

    /// A value of the activity as it is by now; `text` is that of the batch. None where the activity has no such value.
    /// Fields are their JSON.
    pub fn value<'t>(&'t self, text: &'t str, place: Place) -> Option<Cow<'t, str>> {
        if let Some(changed) = self.changed(place) {
            return Some(Cow::Borrowed(changed));
        }
        match Reader::new(self.spans.get(place)?.of(text)).value().ok()? {
            Value::Text(text) => Some(text.decode()),
            Value::Array(json) => Some(Cow::Borrowed(json)),
            _ => None,
        }
    }

    /// The message or the entity, empty where the event names none.
    pub fn name<'t>(&'t self, text: &'t str, place: Place) -> Cow<'t, str> {
        self.value(text, place).unwrap_or_default()
    }

    /// Whether rules changed a value.
    pub fn is_changed(&self, place: Place) -> bool {
        self.changed(place).is_some()
    }

    fn changed(&self, place: Place) -> Option<&str> {
        let changes = self.changes.as_deref()?;
        match place {
            Place::Query => changes.query.as_deref(),
            Place::QueryResults => changes.results.as_deref(),
            Place::ItemUrl => changes.item_url.as_deref(),
            Place::Fields => changes.fields.as_deref(),
            _ => None,
        }
    }

    /// Appends the source record with all that rules changed in it.
    pub fn write(&self, text: &str, profile: Profile, out: &mut String) {
        let Some(changes) = self.changes.as_deref() else { return out.push_str(self.record.of(text)) };
        let mut at = self.record.from;
        for place in [Place::ItemUrl, Place::Query, Place::QueryResults, Place::Fields] {
            if place == Place::Query {
                copy(text, &mut at, self.spans.seam, out);
                changes.write_columns(out);
            }
            let (Some(changed), Some(span)) = (self.changed(place), self.spans.get(place)) else { continue };
            copy(text, &mut at, span.from, out);
            if place == Place::Fields && profile == Profile::ManagementApi {
                out.push_str(changed);
            } else {
                string(changed, out);
            }
            at = span.to;
        }
        copy(text, &mut at, self.record.to, out);
    }
}

impl Changes {
    /// Appends the columns that rules add.
    fn write_columns(&self, out: &mut String) {
        for (key, names) in [("Tags", &self.tags), ("Redacted", &self.redacted), ("Unreviewed", &self.unreviewed)] {
            if !names.is_empty() {
                for piece in [",\"", key, "\":"] {
                    out.push_str(piece);
                }
                string(&names.join(ID_SEPARATOR), out);
            }
        }
    }
}

/// Adds a name to a list that holds each once.
pub(super) fn add(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

fn copy(text: &str, at: &mut usize, to: usize, out: &mut String) {
    out.push_str(Span { from: *at, to }.of(text));
    *at = to;
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    write::escaped(out, text, Level::Record);
    out.push('"');
}
