//! What the operator decides, as one JSON document: read, checked, and compiled into the [`Policy`] that acts.
//!
//! The document has a published part and a draft. Only the published part acts; both are checked, and a document with
//! any fault is refused as a whole, with every fault that can be found.

mod check;
mod entities;
mod faults;
mod given;
mod model;
mod names;
mod nearest;
mod path;
mod policy;
#[cfg(test)]
mod policy_tests;
#[cfg(test)]
pub(crate) mod schema;
mod shape;
#[cfg(test)]
mod tests;
mod words;

pub use check::MAX_ENTRIES;
pub use entities::Entities;
pub use faults::MAX_ERRORS;
pub use given::{Given, UserKind};
pub use model::{
    Auditing, Draft, EntitySwitches, Exclusions, Instance, ListedOrganization, ListedUser, Profile, Record, Requirement, Settings,
    Subscription,
};
pub use names::{Names, Principals};
pub use policy::{Organization, Policy, Standing, Switches, User, Which};
pub use words::MAX_NAME;

pub(crate) use faults::Faults;
pub(crate) use path::Path;
pub(crate) use words::{id, instance_url, plain};

use serde::de::DeserializeOwned;
use serde_path_to_error::{Segment, Segments};

/// Bytes that a settings document may have at most.
pub const MAX_DOCUMENT: usize = 16 << 20;

/// The JSON Schema (2020-12) of the settings document.
pub const SCHEMA: &str = include_str!("schema.json");

/// One thing that is wrong with the settings: always the operator's fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// Where, as a path such as `organizations[0].version`; empty for the document itself.
    pub path: String,
    /// What is wrong and what would be right, for people.
    pub explanation: String,
}

impl std::fmt::Display for SettingsError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let separator = if self.path.is_empty() { "" } else { ": " };
        write!(out, "{}{separator}{}", self.path, self.explanation)
    }
}

impl std::error::Error for SettingsError {}

impl Settings {
    /// Reads and checks a settings document. A document of nothing but white space is all defaults.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the document: faults of form, with line and column, or else, where the
    /// form is right, faults of meaning. Of more than [`MAX_ERRORS`] the rest is counted.
    pub fn parse(json: &str) -> Result<Self, Vec<SettingsError>> {
        parse(json, SCHEMA, check::check)
    }
}

/// Reads and checks a document of settings: its form against its schema, its meaning by `check`. A document of nothing but
/// white space is all defaults.
pub(crate) fn parse<T: Default + DeserializeOwned>(json: &str, schema: &str, check: fn(&T) -> Faults) -> Result<T, Vec<SettingsError>> {
    if json.len() > MAX_DOCUMENT {
        let explanation = format!("{} bytes; at most {MAX_DOCUMENT} are read", json.len());
        return Err(vec![SettingsError { path: String::new(), explanation }]);
    }
    let document = json.strip_prefix('\u{feff}').unwrap_or(json);
    let settings = if document.trim().is_empty() { T::default() } else { read(document, schema)? };
    let errors = check(&settings).in_order_of(document);
    if errors.is_empty() { Ok(settings) } else { Err(errors) }
}

/// Reads a document of the right form.
fn read<T: DeserializeOwned>(document: &str, schema: &str) -> Result<T, Vec<SettingsError>> {
    let mut reader = serde_json::Deserializer::from_str(document);
    let settings = serde_path_to_error::deserialize(&mut reader);
    match &settings {
        Err(error) if !error.inner().is_data() => {
            let path = place(&mut error.path().iter(), &Path::Root);
            return Err(vec![SettingsError { path, explanation: format!("not JSON: {}", error.inner()) }]);
        }
        _ => {}
    }
    let faults = shape::faults(document, schema);
    if !faults.is_empty() {
        return Err(faults);
    }
    settings
        .map_err(|error| vec![SettingsError { path: place(&mut error.path().iter(), &Path::Root), explanation: error.inner().to_string() }])
}

/// Writes a path as we write paths. Recursion is bounded by the depth that serde_json reads.
fn place(steps: &mut Segments<'_>, path: &Path<'_>) -> String {
    match steps.next() {
        Some(Segment::Map { key }) => place(steps, &path.key(key)),
        Some(Segment::Seq { index }) => place(steps, &path.at(*index)),
        Some(Segment::Enum { .. } | Segment::Unknown) | None => path.to_string(),
    }
}
