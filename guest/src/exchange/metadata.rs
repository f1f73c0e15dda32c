//! `$metadata` (CSDL) → the section `names` of the settings.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::query::QueryFault;
use crate::query::document::{Visitor, walk};
use crate::query::fetchxml::local_name;
use crate::query::references::resolved;
use crate::settings::MAX_DOCUMENT;

use super::segment::is_name;

/// Bytes that a document may have at most.
pub const MAX_CSDL: usize = 128 << 20;

/// How long a chain of base types may be.
const MAX_BASES: usize = 16;

/// Names that a document may hold at most: types, sets, navigations, operations.
const MAX_NAMES: usize = 2_000_000;

/// Why a document gives no names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataError {
    /// Byte in the document, from 0.
    pub offset: usize,
    /// What is wrong, for people.
    pub explanation: String,
}

impl MetadataError {
    fn new(offset: usize, explanation: impl Into<String>) -> Self {
        Self { offset, explanation: explanation.into() }
    }
}

/// Makes the section `names` of the settings out of a `$metadata` document: one JSON object, its keys in order.
///
/// # Errors
/// Where the document is too large, not UTF-8, not XML, has a DOCTYPE, or is no CSDL.
pub fn names(csdl: &[u8]) -> Result<String, MetadataError> {
    if csdl.len() > MAX_CSDL {
        return Err(MetadataError::new(0, format!("{} bytes; at most {MAX_CSDL} are read", csdl.len())));
    }
    let text = std::str::from_utf8(csdl).map_err(|error| MetadataError::new(error.valid_up_to(), "not UTF-8"))?;
    let mut model = Model::default();
    walk(text, &mut model).map_err(|fault| MetadataError::new(fault.offset, fault.explanation))?;
    if !model.is_edmx {
        return Err(MetadataError::new(0, "not a $metadata document: the outermost element is not Edmx"));
    }
    let names = model.names()?;
    let json = serde_json::to_string(&names).map_err(|error| MetadataError::new(0, error.to_string()))?;
    if json.len() > MAX_DOCUMENT {
        return Err(MetadataError::new(0, format!("the names take {} bytes; settings have at most {MAX_DOCUMENT}", json.len())));
    }
    Ok(json)
}

/// An entity type.
#[derive(Debug, Default)]
struct Type<'a> {
    base: Option<&'a str>,
    keys: Vec<&'a str>,
    /// Name, type, and whether it is a collection.
    navigation: Vec<(&'a str, &'a str, bool)>,
}

/// An entity set.
#[derive(Debug, Default)]
struct Set<'a> {
    kind: &'a str,
    /// Which set each path leads to.
    bindings: BTreeMap<&'a str, &'a str>,
}

/// An element that is open, with what its attributes said.
#[derive(Debug, Default)]
struct Open<'a> {
    element: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> Open<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        // References in names are none of CSDL's; such a name is no name.
        self.attributes.iter().find(|(given, _)| *given == name).map(|&(_, value)| value).filter(|value| resolved(value) == *value)
    }
}

/// What a document says.
#[derive(Debug, Default)]
struct Model<'a> {
    is_edmx: bool,
    types: BTreeMap<&'a str, Type<'a>>,
    sets: BTreeMap<&'a str, Set<'a>>,
    bound_actions: BTreeSet<&'a str>,
    bound_functions: BTreeSet<&'a str>,
    action_imports: BTreeSet<&'a str>,
    function_imports: BTreeSet<&'a str>,
    /// The elements that are open; one is dealt with when what is in it begins, or when it is over.
    open: Vec<(Open<'a>, bool)>,
    /// The type or set that is open.
    current: &'a str,
    count: usize,
}

impl<'a> Visitor<'a> for Model<'a> {
    fn open(&mut self, from: usize, name: &'a str, depth: usize) -> Result<(), QueryFault> {
        self.settle();
        let element = local_name(name);
        if depth == 0 {
            if !self.open.is_empty() || self.is_edmx {
                return Err(QueryFault::new(from, "a second outermost element"));
            }
            self.is_edmx = element == "Edmx";
        }
        self.count += 1;
        if self.count > MAX_NAMES {
            return Err(QueryFault::new(from, "more than 2,000,000 elements"));
        }
        self.open.truncate(depth);
        self.open.push((Open { element, attributes: Vec::new() }, false));
        Ok(())
    }

    fn attribute(&mut self, name: &'a str, value: &'a str) {
        if let Some((open, _)) = self.open.last_mut() {
            open.attributes.push((name, value));
        }
    }

    fn over(&mut self, depth: usize, _: &'a str) {
        self.settle();
        self.open.truncate(depth);
    }
}

impl<'a> Model<'a> {
    /// Takes down the innermost element, once its attributes are read.
    fn settle(&mut self) {
        let Some((open, settled)) = self.open.last_mut() else { return };
        if std::mem::replace(settled, true) {
            return;
        }
        let name = open.get("Name").filter(|name| is_name(name));
        match (open.element, name) {
            ("EntityType", Some(name)) => {
                self.current = name;
                let kind = self.types.entry(name).or_default();
                kind.base = open.get("BaseType").map(unqualified);
            }
            ("PropertyRef", Some(name)) => {
                if let Some(kind) = self.types.get_mut(self.current) {
                    kind.keys.push(name);
                }
            }
            ("NavigationProperty", Some(name)) => {
                let written = open.get("Type").unwrap_or_default();
                let inside = written.strip_prefix("Collection(").and_then(|rest| rest.strip_suffix(')'));
                if let Some(kind) = self.types.get_mut(self.current) {
                    kind.navigation.push((name, unqualified(inside.unwrap_or(written)), inside.is_some()));
                }
            }
            ("EntitySet", Some(name)) => {
                self.current = name;
                self.sets.entry(name).or_default().kind = open.get("EntityType").map(unqualified).unwrap_or_default();
            }
            ("NavigationPropertyBinding", _) => {
                if let (Some(set), Some(path), Some(target)) = (self.sets.get_mut(self.current), open.get("Path"), open.get("Target")) {
                    set.bindings.insert(path, target);
                }
            }
            ("Action", Some(name)) if open.get("IsBound") == Some("true") => drop(self.bound_actions.insert(name)),
            ("Function", Some(name)) if open.get("IsBound") == Some("true") => drop(self.bound_functions.insert(name)),
            ("ActionImport", Some(name)) => drop(self.action_imports.insert(name)),
            ("FunctionImport", Some(name)) => drop(self.function_imports.insert(name)),
            _ => {}
        }
    }

    fn names(&self) -> Result<Names<'a>, MetadataError> {
        // A type leads to a set where only one set is of that type.
        let mut set_of: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for (name, set) in &self.sets {
            set_of.entry(set.kind).and_modify(|known| *known = None).or_insert(Some(name));
        }
        let (mut sets, mut count) = (BTreeMap::new(), 0usize);
        for (&name, set) in &self.sets {
            let chain = self.chain(set.kind);
            let keys = chain.iter().map(|kind| &kind.keys).find(|keys| !keys.is_empty());
            let primary_id = match keys.map(|keys| &keys[..]) {
                Some([only]) => only,
                _ => "",
            };
            let mut navigation = BTreeMap::new();
            for &(member, kind, collection) in chain.iter().flat_map(|kind| &kind.navigation) {
                let bound = set.bindings.get(member).copied().filter(|target| self.sets.get(target).is_some_and(|set| is_name(set.kind)));
                let target = bound.or_else(|| set_of.get(kind).copied().flatten()).unwrap_or_default();
                navigation.entry(member).or_insert(Navigation { set: target, collection });
            }
            count += navigation.len() + 1;
            if count > MAX_NAMES {
                return Err(MetadataError::new(0, "more than 2,000,000 names"));
            }
            // Without its type nothing is known of a set's members.
            let navigation = (!chain.is_empty()).then_some(navigation);
            if is_name(set.kind) {
                sets.insert(name, EntitySet { logical_name: set.kind, primary_id, navigation });
            }
        }
        let listed = |names: &BTreeSet<&'a str>| names.iter().copied().collect();
        let actions = Operations { bound: listed(&self.bound_actions), unbound: listed(&self.action_imports) };
        let functions = Operations { bound: listed(&self.bound_functions), unbound: listed(&self.function_imports) };
        Ok(Names { entity_sets: sets, actions, functions })
    }

    /// A type and those it builds on, the nearest first.
    fn chain(&self, kind: &str) -> Vec<&Type<'a>> {
        let first = self.types.get(kind);
        std::iter::successors(first, |kind| self.types.get(kind.base?)).take(MAX_BASES).collect()
    }
}

/// A name without its namespace or the namespace's alias.
fn unqualified(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, name)| name)
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Names<'a> {
    entity_sets: BTreeMap<&'a str, EntitySet<'a>>,
    actions: Operations<'a>,
    functions: Operations<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct EntitySet<'a> {
    logical_name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    primary_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    navigation: Option<BTreeMap<&'a str, Navigation<'a>>>,
}

#[derive(Serialize)]
struct Navigation<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    set: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    collection: bool,
}

#[derive(Serialize)]
struct Operations<'a> {
    bound: Vec<&'a str>,
    unbound: Vec<&'a str>,
}
