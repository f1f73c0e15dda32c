//! What a path addresses, by the names that the settings list.

use std::collections::BTreeMap;

use super::segment::{Argument, Segment};
use super::settings::{EntitySet, Names, Navigation, Operations};
use crate::guid::Guid;
use crate::tables::messages::MESSAGES;

/// The settings' names, ready to be asked.
#[derive(Clone, Debug, Default)]
pub struct Index {
    sets: BTreeMap<String, EntitySet>,
    by_logical_name: BTreeMap<String, String>,
    operations: Operations,
}

impl Index {
    /// Makes an index of the settings' names.
    pub fn of(names: Names) -> Self {
        let Names { entity_sets: sets, actions, functions } = names;
        let by_logical_name = sets.iter().map(|(name, set)| (set.logical_name.clone(), name.clone())).collect();
        let mut operations = actions;
        operations.bound.extend(functions.bound);
        operations.unbound.extend(functions.unbound);
        Self { sets, by_logical_name, operations }
    }

    /// A set by its name, whether it is known or not.
    pub fn set(&self, name: &str) -> Set<'_> {
        match self.sets.get_key_value(name) {
            Some((name, set)) => Set { name: name.clone(), known: Some(set) },
            None => Set { name: name.to_owned(), known: None },
        }
    }

    /// A set by the logical name of its entity.
    pub fn set_of(&self, logical_name: &str) -> Option<Set<'_>> {
        self.by_logical_name.get(logical_name).map(|name| self.set(name))
    }

    fn is_unbound(&self, name: &str) -> bool {
        // A set is never called like an SDK message: sets are plurals in lower case.
        self.operations.unbound.contains(name) || (!self.sets.contains_key(name) && MESSAGES.contains(&name))
    }

    /// Whether a qualified name is that of a type rather than of an operation.
    fn is_type(&self, name: &str) -> bool {
        !self.operations.bound.contains(name) && self.by_logical_name.contains_key(name)
    }
}

/// A set of records.
#[derive(Clone, Debug, PartialEq)]
pub struct Set<'n> {
    /// Its name in URLs; empty where not even that is known.
    pub name: String,
    /// What the settings say of it.
    pub known: Option<&'n EntitySet>,
}

impl<'n> Set<'n> {
    /// A set of which nothing is known.
    pub fn unknown() -> Self {
        Self { name: String::new(), known: None }
    }

    /// Logical name of its entity.
    pub fn logical_name(&self) -> Option<&'n str> {
        self.known.map(|set| &*set.logical_name)
    }

    /// The column of its ids.
    pub fn primary_id(&self) -> Option<&'n str> {
        self.known.map(|set| &*set.primary_id).filter(|name| !name.is_empty())
    }

    /// What a name of its records is.
    pub fn member(&self, name: &str) -> Member<'n> {
        match self.known.and_then(|set| set.navigation.as_ref()) {
            None => Member::Unknown,
            Some(navigation) => navigation.get(name).map_or(Member::Property, Member::Navigation),
        }
    }

    /// Where a navigation leads.
    pub fn target(&self, navigation: &Navigation, index: &'n Index) -> Set<'n> {
        if navigation.set.is_empty() { Self::unknown() } else { index.set(&navigation.set) }
    }
}

/// What a name of a record is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Member<'n> {
    /// A column.
    Property,
    /// A way to other records.
    Navigation(&'n Navigation),
    /// The settings do not say.
    Unknown,
}

/// How a record is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// By its id.
    Id(Guid),
    /// By an alternate key or through another record: the answer may tell its id.
    Other,
}

impl Key {
    /// The id, where it is told.
    pub fn id(self) -> Option<Guid> {
        match self {
            Key::Id(id) => Some(id),
            Key::Other => None,
        }
    }
}

/// A record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record<'n> {
    /// Its set.
    pub set: Set<'n>,
    /// Its id or key.
    pub key: Key,
}

/// What an operation is bound to.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound<'n> {
    /// Nothing.
    Nothing,
    /// A set of records.
    Set(Set<'n>),
    /// A record.
    Record(Record<'n>),
}

/// What a path addresses.
#[derive(Clone, Debug, PartialEq)]
pub enum Resource<'n> {
    /// The service document, or `$metadata`.
    Service,
    /// A set.
    Set(Set<'n>),
    /// A name that is no known set and no known operation; either is possible.
    SetOrOperation(String, Option<Vec<Argument>>),
    /// A record.
    Record(Record<'n>),
    /// How many records there are in a set or behind a navigation.
    Count(Set<'n>),
    /// A column of a record.
    Property(Record<'n>, String),
    /// The records behind a navigation.
    Collection(Record<'n>, String, Set<'n>),
    /// The record behind a navigation.
    Single(Record<'n>, String, Set<'n>),
    /// A column or a navigation.
    Member(Record<'n>, String),
    /// The links of a navigation, or that to `other`. `many` tells whether it leads to many, where that is known.
    Reference {
        /// The record that has the navigation.
        of: Record<'n>,
        /// The navigation.
        name: String,
        /// The record at the other end, where the path names it.
        other: Option<Record<'n>>,
        /// Whether the navigation leads to many records.
        many: Option<bool>,
    },
    /// An action or function.
    Operation(String, Bound<'n>, Vec<Argument>),
    /// Metadata: what follows is read by `definitions`.
    Definitions,
    /// A path that is not read, and why.
    Unread(&'static str),
}

/// A record that an earlier request of the change set made, by its Content-ID.
pub type Referred<'n> = BTreeMap<String, Option<Record<'n>>>;

/// Finds out what a path addresses. Without a path it is the service document.
pub fn resolve<'n>(segments: &[Segment], index: &'n Index, referred: Option<&Referred<'n>>) -> Resource<'n> {
    let Some((first, rest)) = segments.split_first() else { return Resource::Service };
    if first.name.starts_with('$') {
        return match &first.name[1..] {
            "metadata" if rest.is_empty() && first.arguments.is_none() => Resource::Service,
            _ if first.arguments.is_some() => Resource::Unread("no resource of the API that is read here"),
            id => match referred.and_then(|referred| referred.get(id)) {
                Some(Some(record)) => within_record(record.clone(), rest, index),
                Some(None) => within_record(Record { set: Set::unknown(), key: Key::Other }, rest, index),
                None => Resource::Unread("no resource of the API that is read here, and no Content-ID of the change set"),
            },
        };
    }
    if super::definitions::is_one(&first.name) {
        return Resource::Definitions;
    }
    let set = index.set(&first.name);
    match (&first.arguments, rest) {
        _ if set.known.is_none() && index.is_unbound(&first.name) => {
            if rest.is_empty() {
                return Resource::Operation(first.name.clone(), Bound::Nothing, first.arguments.clone().unwrap_or_default());
            }
            Resource::Unread("a path through the result of a function")
        }
        // Only functions have empty parentheses.
        (Some(arguments), []) if set.known.is_none() && arguments.is_empty() => {
            Resource::Operation(first.name.clone(), Bound::Nothing, Vec::new())
        }
        (Some(arguments), rest) => match key(arguments, &set) {
            Some(key) if set.known.is_some() || key.id().is_some() || !rest.is_empty() => within_record(Record { set, key }, rest, index),
            Some(_) => Resource::SetOrOperation(first.name.clone(), first.arguments.clone()),
            None => Resource::Unread("parentheses that hold no key"),
        },
        (None, []) if set.known.is_none() => Resource::SetOrOperation(first.name.clone(), None),
        (None, rest) => within_set(set, rest, index),
    }
}

/// What a key says: a GUID, the primary id by its name, or something else.
fn key(arguments: &[Argument], set: &Set<'_>) -> Option<Key> {
    match arguments {
        [] => None,
        [only] if only.name.is_empty() => Some(only.guid().map_or(Key::Other, Key::Id)),
        [only] if Some(&*only.name) == set.primary_id() => Some(only.guid().map_or(Key::Other, Key::Id)),
        several => several.iter().all(|argument| !argument.name.is_empty()).then_some(Key::Other),
    }
}

fn within_set<'n>(set: Set<'n>, rest: &[Segment], index: &'n Index) -> Resource<'n> {
    match rest {
        [] => Resource::Set(set),
        [only] if only.is("$count") => Resource::Count(set),
        [only] if only.is("$ref") => Resource::Set(set),
        [cast, rest @ ..] => match cast.qualified() {
            Some(name) if index.is_type(name) && cast.arguments.is_none() => within_set(index.set_of(name).unwrap_or(set), rest, index),
            Some(name) if rest.is_empty() => {
                Resource::Operation(name.to_owned(), Bound::Set(set), cast.arguments.clone().unwrap_or_default())
            }
            _ => Resource::Unread("a path below a set that is neither a key, an operation, $count nor $ref"),
        },
    }
}

fn within_record<'n>(record: Record<'n>, rest: &[Segment], index: &'n Index) -> Resource<'n> {
    let Some((first, rest)) = rest.split_first() else { return Resource::Record(record) };
    if let Some(name) = first.qualified()
        && first.name.contains('.')
    {
        return match rest {
            _ if index.is_type(name) && first.arguments.is_none() => {
                let set = index.set_of(name).unwrap_or_else(|| record.set.clone());
                within_record(Record { set, key: record.key }, rest, index)
            }
            [] => Resource::Operation(name.to_owned(), Bound::Record(record), first.arguments.clone().unwrap_or_default()),
            _ => Resource::Unread("a path through the result of a function"),
        };
    }
    if !super::segment::is_name(&first.name) {
        return Resource::Unread("a path below a record that is not read here");
    }
    let name = first.name.clone();
    let member = record.set.member(&name);
    let (target, many) = match member {
        Member::Navigation(navigation) => (record.set.target(navigation, index), Some(navigation.collection)),
        Member::Property | Member::Unknown => (Set::unknown(), None),
    };
    let other = match first.arguments.as_deref() {
        None => None,
        Some(arguments) => match key(arguments, &target) {
            Some(key) => Some(Record { set: target.clone(), key }),
            None => return Resource::Unread("parentheses that hold no key"),
        },
    };
    if let [last] = rest
        && last.is("$ref")
    {
        // Only what leads to many has a key.
        let many = if other.is_some() { Some(true) } else { many };
        return Resource::Reference { of: record, name, other, many };
    }
    if let Some(other) = other {
        return within_record(other, rest, index);
    }
    match (member, rest) {
        (Member::Navigation(navigation), []) if navigation.collection => Resource::Collection(record, name, target),
        (Member::Navigation(_), []) => Resource::Single(record, name, target),
        (Member::Navigation(navigation), rest) if navigation.collection => match within_set(target, rest, index) {
            Resource::Set(set) => Resource::Collection(record, name, set),
            other => other,
        },
        (Member::Navigation(_), rest) => within_record(Record { set: target, key: Key::Other }, rest, index),
        (Member::Property, []) => Resource::Property(record, name),
        (_, [last]) if last.is("$value") => Resource::Property(record, name),
        (_, [last]) if last.is("$count") => Resource::Count(Set::unknown()),
        (Member::Unknown, []) => Resource::Member(record, name),
        _ => Resource::Unread("a path through a name that the settings do not list as a navigation"),
    }
}

/// Reads a reference to a record as bodies and headers write it: `…/accounts(0a0d…)`, absolute or relative, or `$1`.
pub fn reference<'n>(text: &str, index: &'n Index, referred: Option<&Referred<'n>>) -> Option<Record<'n>> {
    if let Some(id) = text.strip_prefix('$') {
        return referred?.get(id)?.clone();
    }
    let path = text.split_once("://").map_or(text, |(_, rest)| rest);
    if path.contains(['?', '#']) {
        return None;
    }
    let last = path.rsplit_once('/').map_or(path, |(_, last)| last);
    let segment = Segment::parse(&super::percent::decoded(last)?)?;
    let set = index.set(&segment.name);
    let key = key(segment.arguments.as_deref()?, &set)?;
    super::segment::is_name(&segment.name).then_some(Record { set, key })
}
