//! One `[push.NAME]` of the settings.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::ConfigError;

/// Where records are handed on to, and how. Times are in milliseconds.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub struct Destination {
    /// The whole URL, such as `http://127.0.0.1:4318/v1/logs`.
    pub endpoint: String,
    /// How records are sent.
    #[serde(default)]
    pub protocol: Protocol,
    /// What is sent of a record.
    #[serde(default)]
    pub form: Form,
    /// How requests are compressed.
    #[serde(default)]
    pub compression: Compression,
    /// Headers with secrets: by their names, the variables of the environment in which their values stand.
    #[serde(default)]
    pub headers_env: BTreeMap<String, String>,
    /// Headers with secrets: by their names, the files in which their values stand.
    #[serde(default)]
    pub headers_file: BTreeMap<String, PathBuf>,
    /// Certificates (PEM) of those who may have signed the receiver's; without it, those of the system.
    pub ca_file: Option<PathBuf>,
    /// Whether records are sent that were in the store before this destination was.
    #[serde(default = "defaults::backlog")]
    pub backlog: bool,
    /// What happens to a record that the receiver refuses.
    #[serde(default)]
    pub on_refusal: OnRefusal,
    /// How long one request may take.
    #[serde(default = "defaults::timeout_ms")]
    pub timeout_ms: u64,
    /// The wait before a second try; each further one doubles it.
    #[serde(default = "defaults::retry_ms")]
    pub retry_ms: u64,
    /// The longest wait between two tries, and the longest that a receiver may ask for.
    #[serde(default = "defaults::max_retry_ms")]
    pub max_retry_ms: u64,
    /// How many records one request has at most.
    #[serde(default = "defaults::batch")]
    pub batch: usize,
}

/// How records are sent.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// OTLP logs over HTTP, in protobuf.
    #[default]
    Otlp,
    /// A POST with one JSON object a line; any answer of 2xx is an acknowledgement of all of them.
    Ndjson,
}

/// What is sent of a record.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// The record as the store has it.
    #[default]
    Record,
    /// An OCSF event of the class API Activity.
    Ocsf,
}

/// How requests are compressed.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Compression {
    /// gzip, which every collector understands.
    #[default]
    Gzip,
    /// Not at all.
    None,
}

/// What happens to a record that the receiver refuses, while it answers.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum OnRefusal {
    /// It is tried until it is taken, and those behind it wait.
    #[default]
    Wait,
    /// The one that is refused is found, left out, counted and told.
    Skip,
}

mod defaults {
    pub fn backlog() -> bool {
        true
    }
    pub fn timeout_ms() -> u64 {
        10_000
    }
    pub fn retry_ms() -> u64 {
        500
    }
    pub fn max_retry_ms() -> u64 {
        60_000
    }
    pub fn batch() -> usize {
        512
    }
}

impl Destination {
    /// The defaults, for this endpoint.
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            protocol: Protocol::default(),
            form: Form::default(),
            compression: Compression::default(),
            headers_env: BTreeMap::new(),
            headers_file: BTreeMap::new(),
            ca_file: None,
            backlog: defaults::backlog(),
            on_refusal: OnRefusal::default(),
            timeout_ms: defaults::timeout_ms(),
            retry_ms: defaults::retry_ms(),
            max_retry_ms: defaults::max_retry_ms(),
            batch: defaults::batch(),
        }
    }

    /// Finds what cannot work, before any file is read.
    ///
    /// # Errors
    /// The first key that cannot work.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let wrong = |key, why: String| Err(ConfigError { key, why });
        let scheme = self.endpoint.split_once("://").map(|(scheme, _)| scheme);
        if !matches!(scheme, Some("http" | "https")) || self.endpoint.parse::<hyper::Uri>().is_err() {
            return wrong("endpoint", "must be a URL that begins with http:// or https://".into());
        }
        if self.endpoint.contains('@') {
            return wrong("endpoint", "a URL must not hold a name or password; see headers-file and headers-env".into());
        }
        if let Some(name) = self.headers_file.keys().find(|name| self.headers_env.keys().any(|other| other.eq_ignore_ascii_case(name))) {
            return wrong("headers-file", format!("{name} stands in headers-env, too"));
        }
        for (key, value, least, most) in [
            ("timeout-ms", self.timeout_ms, 10, 600_000),
            ("retry-ms", self.retry_ms, 1, 600_000),
            ("max-retry-ms", self.max_retry_ms, self.retry_ms, 3_600_000),
            ("batch", self.batch as u64, 1, 10_000),
        ] {
            if !(least..=most).contains(&value) {
                return wrong(key, format!("{value}: from {least} to {most}"));
            }
        }
        Ok(())
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_of_the_settings() {
        let parsed: Destination = toml_edit::de::from_str("endpoint = 'http://127.0.0.1:4318/v1/logs'").expect("parses");
        assert_eq!(parsed, Destination::new("http://127.0.0.1:4318/v1/logs"));
        assert_eq!(parsed.validate(), Ok(()));
    }

    #[test]
    fn what_cannot_work_is_refused_by_key() {
        for (key, toml) in [
            ("endpoint", "endpoint = '127.0.0.1:4318'"),
            ("endpoint", "endpoint = 'ftp://127.0.0.1/'"),
            ("endpoint", "endpoint = 'http://anna:secret@127.0.0.1/'"),
            ("headers-file", "endpoint = 'http://a/'\nheaders-file = { X-Key = 'a' }\nheaders-env = { x-key = 'A' }"),
            ("timeout-ms", "endpoint = 'http://a/'\ntimeout-ms = 1"),
            ("max-retry-ms", "endpoint = 'http://a/'\nmax-retry-ms = 1"),
            ("batch", "endpoint = 'http://a/'\nbatch = 0"),
            ("batch", "endpoint = 'http://a/'\nbatch = 10001"),
        ] {
            let error = toml_edit::de::from_str::<Destination>(toml).expect("parses").validate().expect_err(toml);
            assert_eq!(error.key, key, "{toml}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        assert!(toml_edit::de::from_str::<Destination>("endpoint = 'http://a/'\nheaders = {}").is_err());
    }
}
