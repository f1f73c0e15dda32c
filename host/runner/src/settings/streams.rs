//! The section `[streams]` of the settings: how the servers of streams are reached and what is asked of them. It is the host's, the
//! filter never sees it.

use std::path::{Path, PathBuf};

use actlog_engine::SettingsError;
use actlog_streams::{Config, Error};
use serde_json::Value as Json;

/// The section's name.
pub const SECTION: &str = "streams";
/// Its schema.
pub const SCHEMA: &str = include_str!("streams.schema.json");

/// Takes the section out of the settings: what is published, if it is there, and everything that is wrong with it or with the draft's.
pub fn take(settings: &mut Json) -> (Option<Config>, Vec<SettingsError>) {
    let mut errors = Vec::new();
    let mut section = |from: Option<&mut Json>, path: &str| {
        let given = from.and_then(Json::as_object_mut).and_then(|sections| sections.remove(SECTION))?;
        read(given, path).map_err(|error| errors.push(error)).ok()
    };
    section(settings.get_mut("draft"), "draft.streams");
    let published = section(Some(settings), SECTION);
    (published, errors)
}

fn read(given: Json, path: &str) -> Result<Config, SettingsError> {
    let config: Config = serde_path_to_error::deserialize(given).map_err(|wrong| {
        let below = wrong.path().to_string();
        let path = if below == "." { path.to_owned() } else { format!("{path}.{below}") };
        SettingsError { path, explanation: wrong.into_inner().to_string() }
    })?;
    match config.validate() {
        Ok(()) => Ok(config),
        Err(Error::Config { key, why }) => Err(SettingsError { path: format!("{path}.{key}"), explanation: why }),
        Err(other) => Err(SettingsError { path: path.to_owned(), explanation: other.to_string() }),
    }
}

/// The same, with files that begin at the folder of the settings.
pub fn beside(config: &Config, settings: &Path) -> Config {
    let folder = settings.parent().unwrap_or(Path::new(""));
    let mut config = config.clone();
    let tls = &mut config.tls;
    let files = [&mut config.credentials_file, &mut config.nkey_file, &mut tls.ca_file, &mut tls.cert_file, &mut tls.key_file];
    files.into_iter().flatten().for_each(|file: &mut PathBuf| *file = folder.join(&*file));
    config
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn errors(streams: Json) -> Vec<String> {
        take(&mut json!({ "streams": streams })).1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn take_what_is_left_out_has_its_default() {
        assert_eq!(take(&mut json!({})), (None, Vec::new()));
        let mut settings = json!({"streams": {"servers": ["nats://a:4222"]}, "auditing": {}});
        assert_eq!(take(&mut settings), (Some(Config::new(["nats://a:4222"])), Vec::new()));
        assert_eq!(settings, json!({"auditing": {}}), "the filter does not see it");
    }

    #[test]
    fn take_tells_what_is_wrong_and_where() {
        let told = |streams: Json, begins: &str| {
            let errors = errors(streams);
            assert!(errors.len() == 1 && errors[0].starts_with(begins), "{errors:?}");
        };
        told(json!({}), "streams: missing field `servers`");
        told(json!({"servers": ["a"], "sevrers": 1}), "streams.sevrers: unknown field");
        told(json!({"servers": ["a"], "batch": "many"}), "streams.batch: invalid type");
        told(json!({"servers": ["a"], "batch": 0}), "streams.batch: 0: from 1 to 10000");
        told(json!({"servers": ["a"], "tls": {"cert-file": "x"}}), "streams.tls.key-file: ");
        told(json!({"servers": ["nats://anna:hidden@a"]}), "streams.servers: a URL must not hold");
        let draft = take(&mut json!({"draft": {"streams": {"servers": []}}}));
        assert!(draft.0.is_none() && draft.1[0].to_string().starts_with("draft.streams.servers: "), "{draft:?}");
    }

    #[test]
    fn beside_files_begin_at_the_folder_of_the_settings() {
        let mut config = Config::new(["a"]);
        config.credentials_file = Some("x.creds".into());
        config.tls.ca_file = Some("/etc/ca.pem".into());
        let beside = beside(&config, Path::new("/etc/actlog/actlog.toml"));
        assert_eq!(beside.credentials_file.as_deref(), Some(Path::new("/etc/actlog/x.creds")));
        assert_eq!(beside.tls.ca_file.as_deref(), Some(Path::new("/etc/ca.pem")));
    }

    /// Every key of the schema is read, and its default and its limits are those of the program.
    #[test]
    fn schema_says_what_is_read() {
        let schema: Json = serde_json::from_str(SCHEMA).unwrap();
        let mut defaults = json!({"servers": ["a"]});
        for (key, of) in schema["properties"].as_object().unwrap() {
            let read = |value: Json| errors(json!({"servers": ["a"], key.as_str(): value}));
            if let Some(default) = of.get("default") {
                defaults[key] = default.clone();
            }
            for (limit, beyond) in [("minimum", -1), ("maximum", 1)] {
                // Some need others beside them; what is told then is no limit of theirs.
                let Some(limit) = of.get(limit).and_then(Json::as_i64).filter(|limit| *limit < 1 << 40) else { continue };
                let is_limit = |told: &[String]| told.iter().any(|told| told.contains(": from ") || told.contains("invalid value"));
                assert!(!is_limit(&read(json!(limit))), "{key} {limit}");
                assert!(is_limit(&read(json!(limit + beyond))), "{key} {}", limit + beyond);
            }
        }
        assert_eq!(take(&mut json!({ "streams": defaults })), (Some(Config::new(["a"])), Vec::new()));
        let unknown = errors(json!({"servers": ["a"], "nosuch": 1})).remove(0);
        for key in schema["properties"].as_object().unwrap().keys() {
            assert!(unknown.contains(&format!("`{key}`")), "{key} is not read: {unknown}");
        }
        assert_eq!(unknown.matches('`').count() / 2 - 1, schema["properties"].as_object().unwrap().len(), "{unknown}");
    }
}
