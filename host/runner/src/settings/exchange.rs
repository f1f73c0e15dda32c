//! The section `[exchange]` of the settings: whose traffic it is that a proxy sees. It is the translator's, which checks it; the filter
//! never sees it.

use actlog_engine::SettingsError;
use serde_json::Value as Json;

/// The section's name.
pub const SECTION: &str = "exchange";

/// The section, as it is published and as it stands in the draft.
#[derive(Clone, Debug, Default)]
pub struct Sections {
    /// What acts.
    pub published: Option<Json>,
    /// What is to act.
    pub draft: Option<Json>,
}

/// Takes the section out of the settings.
pub fn take(settings: &mut Json) -> Sections {
    let section = |from: Option<&mut Json>| from.and_then(Json::as_object_mut).and_then(|sections| sections.remove(SECTION));
    Sections { draft: section(settings.get_mut("draft")), published: section(Some(settings)) }
}

/// The translator's errors, with the path of the section before theirs.
pub fn below(section: &str, errors: Vec<SettingsError>) -> Vec<SettingsError> {
    let path = |path: String| if path.is_empty() { section.to_owned() } else { format!("{section}.{path}") };
    errors.into_iter().map(|error| SettingsError { path: path(error.path), explanation: error.explanation }).collect()
}
