//! The sections `[push.NAME]` of the settings: where records are handed on to. They are the host's, the filter never sees them.

use std::collections::BTreeMap;
use std::path::Path;

use actlog_engine::SettingsError;
use actlog_push::{Destination, Sender};
use serde_json::Value as Json;

/// The section's name.
pub const SECTION: &str = "push";
/// Its schema.
pub const SCHEMA: &str = include_str!("push.schema.json");
/// Receivers that may be named.
const MOST: usize = 16;

/// The receivers, by their names.
pub type Destinations = BTreeMap<String, Destination>;

/// Takes the section out of the settings: what is published, and everything that is wrong with it or with the draft's.
pub fn take(settings: &mut Json) -> (Destinations, Vec<SettingsError>) {
    let mut errors = Vec::new();
    let mut section = |from: Option<&mut Json>, path: &str| {
        let given = from.and_then(Json::as_object_mut).and_then(|sections| sections.remove(SECTION));
        given.map(|given| read(given, path, &mut errors)).unwrap_or_default()
    };
    section(settings.get_mut("draft"), "draft.push");
    let published = section(Some(settings), SECTION);
    (published, errors)
}

fn read(given: Json, path: &str, errors: &mut Vec<SettingsError>) -> Destinations {
    let Json::Object(given) = given else {
        errors.push(error(path, "one section [push.NAME] for each receiver"));
        return Destinations::new();
    };
    if given.len() > MOST {
        errors.push(error(path, format!("{} receivers are more than the {MOST} that there may be", given.len())));
    }
    let mut destinations = Destinations::new();
    for (name, section) in given {
        let path = super::place::under(path, &name);
        let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(sound) {
            errors.push(error(&path, "a name has 1 to 64 of the characters a to z, 0 to 9 and hyphen"));
        }
        match serde_path_to_error::deserialize::<_, Destination>(section) {
            Ok(destination) => {
                errors.extend(destination.validate().err().map(|wrong| error(&format!("{path}.{}", wrong.key), wrong.why)));
                destinations.insert(name, destination);
            }
            Err(wrong) => {
                let below = wrong.path().to_string();
                let path = if below == "." { path } else { format!("{path}.{below}") };
                errors.push(error(&path, wrong.into_inner().to_string()));
            }
        }
    }
    destinations
}

/// Reads the files and variables that the receivers name; relative paths begin at `folder`. Nothing is sent yet.
///
/// # Errors
/// Every one that cannot be used.
pub fn open(destinations: &Destinations, folder: &Path) -> Result<Vec<(String, Sender)>, Vec<SettingsError>> {
    let (mut senders, mut errors) = (Vec::new(), Vec::new());
    for (name, destination) in destinations {
        let mut destination = destination.clone();
        let files = destination.headers_file.values_mut().chain(destination.ca_file.as_mut());
        files.for_each(|file| *file = folder.join(&file));
        match Sender::new(destination) {
            Ok(sender) => senders.push((name.clone(), sender)),
            Err(wrong) => errors.push(error(&format!("{SECTION}.{name}.{}", wrong.key), wrong.why)),
        }
    }
    if errors.is_empty() { Ok(senders) } else { Err(errors) }
}

fn error(path: &str, explanation: impl Into<String>) -> SettingsError {
    SettingsError { path: path.to_owned(), explanation: explanation.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn errors(push: Json) -> Vec<String> {
        take(&mut json!({ "push": push })).1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn take_what_is_left_out_has_its_default() {
        assert_eq!(take(&mut json!({})), (Destinations::new(), Vec::new()));
        let (destinations, errors) =
            take(&mut json!({"push": {"siem": {"endpoint": "http://a/"}}, "draft": {"push": {"x": {"endpoint": "http://b/"}}}}));
        assert_eq!((destinations, errors), (Destinations::from([("siem".to_owned(), Destination::new("http://a/"))]), Vec::new()));
    }

    #[test]
    fn take_tells_everything_that_is_wrong() {
        let good = json!({"endpoint": "http://a/"});
        let told = errors(json!({
            "A b": good, "b": {"endpoint": "ftp://a/"}, "c": {"endpoint": "http://a/", "batch": 0}, "d": {}, "e": {"endpoint": "http://a/", "frm": "ocsf"},
            "f": {"endpoint": "http://a/", "form": "csv"},
        }));
        let begins = [
            "push.\"A b\": a name has",
            "push.b.endpoint: must be a URL",
            "push.c.batch: 0: from 1 to 10000",
            "push.d: missing field `endpoint`",
            "push.e.frm: unknown field",
            "push.f.form: unknown variant",
        ];
        assert_eq!(told.len(), begins.len(), "{told:#?}");
        assert!(told.iter().zip(begins).all(|(told, begins)| told.starts_with(begins)), "{told:#?}");
        assert_eq!(errors(json!([])), ["push: one section [push.NAME] for each receiver"]);
        let many: Json = (0..17).map(|number| (format!("n{number}"), good.clone())).collect::<serde_json::Map<_, _>>().into();
        assert_eq!(errors(many), ["push: 17 receivers are more than the 16 that there may be"]);
        assert_eq!(take(&mut json!({"draft": {"push": {"a": {}}}})).1[0].path, "draft.push.a");
    }

    #[test]
    fn open_looks_for_files_beside_the_settings() {
        let folder = tempfile::tempdir().unwrap();
        let (mut destinations, _) =
            take(&mut json!({"push": {"siem": {"endpoint": "http://a/", "headers-file": {"authorization": "token"}}}}));
        let errors = open(&destinations, folder.path()).unwrap_err();
        assert!(errors[0].path == "push.siem.headers-file" && errors[0].explanation.contains("token"), "{errors:?}");
        std::fs::write(folder.path().join("token"), "Bearer x").unwrap();
        assert_eq!(open(&destinations, folder.path()).unwrap().len(), 1);
        destinations.get_mut("siem").unwrap().ca_file = Some("missing.pem".into());
        assert_eq!(open(&destinations, folder.path()).unwrap_err()[0].path, "push.siem.ca-file");
    }

    /// Each key of the schema is one that is read, its limits are those that are checked, and what is left out is what it says.
    #[test]
    fn schema_has_every_key_its_default_and_its_limits() {
        let schema: Json = serde_json::from_str(SCHEMA).unwrap();
        let keys = schema["additionalProperties"]["properties"].as_object().unwrap();
        let mut defaults = json!({"endpoint": "http://a/"});
        for (key, about) in keys {
            if let Some(default) = about.get("default") {
                defaults[key] = default.clone();
            }
            for beyond in
                [about["minimum"].as_i64().map(|least| least - 1), about["maximum"].as_i64().map(|most| most + 1)].into_iter().flatten()
            {
                let told = errors(json!({"a": {"endpoint": "http://a/", key: beyond}}));
                assert!(!told.is_empty(), "{key} = {beyond}");
            }
        }
        let (destinations, errors) = take(&mut json!({"push": {"a": defaults}}));
        assert_eq!((destinations["a"].clone(), errors), (Destination::new("http://a/"), Vec::new()));
        let unknown = self::errors(json!({"a": {"endpoint": "http://a/", "x": 1}}));
        assert!(keys.keys().all(|key| unknown[0].contains(&format!("`{key}`"))), "{unknown:?}");
        assert_eq!(unknown[0].matches('`').count(), 2 * (keys.len() + 1), "{unknown:?}");
    }
}
