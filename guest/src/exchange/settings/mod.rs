//! What the operator decides about exchanges: one JSON document, read and checked like the filter's own settings.

mod check;
mod model;
#[cfg(test)]
mod schema;

pub use model::{DirectoryUser, EntitySet, Limits, Names, Navigation, Operations, Organization, Settings};

use crate::settings::{SettingsError, parse};

/// The JSON Schema (2020-12) of the settings document.
pub const SCHEMA: &str = include_str!("schema.json");

impl Settings {
    /// Reads and checks a settings document.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the document, with its path.
    pub fn parse(json: &str) -> Result<Self, Vec<SettingsError>> {
        parse(json, SCHEMA, check::check)
    }
}
