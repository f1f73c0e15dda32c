//! The settings' section `[push.otlp]`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::ConfigError;

/// Where a collector is and how much it is asked. Times are in milliseconds.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub struct OtlpConfig {
    /// The whole URL, such as `http://127.0.0.1:4318/v1/logs`.
    pub endpoint: String,
    /// How requests are compressed.
    #[serde(default)]
    pub compression: Compression,
    /// Headers with secrets: by their names, the variables of the environment in which their values stand.
    #[serde(default)]
    pub headers_env: BTreeMap<String, String>,
    /// Certificates (PEM) of those who may have signed the collector's; without it, those of the system.
    pub ca_file: Option<PathBuf>,
    /// How long one request may take.
    #[serde(default = "defaults::timeout_ms")]
    pub timeout_ms: u64,
    /// The wait before a second try; each further one doubles it.
    #[serde(default = "defaults::retry_ms")]
    pub retry_ms: u64,
    /// The longest wait between two tries, and the longest that a collector may ask for.
    #[serde(default = "defaults::max_retry_ms")]
    pub max_retry_ms: u64,
    /// How long to go on trying; 0: for ever.
    #[serde(default)]
    pub give_up_ms: u64,
    /// How many records one request has at most.
    #[serde(default = "defaults::batch")]
    pub batch: usize,
    /// How many records may wait in a [`crate::Queue`].
    #[serde(default = "defaults::queue")]
    pub queue: usize,
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

mod defaults {
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
    pub fn queue() -> usize {
        4_096
    }
}

impl OtlpConfig {
    /// The defaults, for this endpoint.
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            compression: Compression::default(),
            headers_env: BTreeMap::new(),
            ca_file: None,
            timeout_ms: defaults::timeout_ms(),
            retry_ms: defaults::retry_ms(),
            max_retry_ms: defaults::max_retry_ms(),
            give_up_ms: 0,
            batch: defaults::batch(),
            queue: defaults::queue(),
        }
    }

    /// Finds what cannot work, before anything is sent.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let wrong = |key, why: String| Err(ConfigError { key, why });
        let scheme = self.endpoint.split_once("://").map(|(scheme, _)| scheme);
        if !matches!(scheme, Some("http" | "https")) || self.endpoint.parse::<hyper::Uri>().is_err() {
            return wrong("endpoint", "must be a URL that begins with http:// or https://".into());
        }
        if self.endpoint.contains('@') {
            return wrong("endpoint", "a URL must not hold a name or password; see headers-env".into());
        }
        for (key, value, least, most) in [
            ("timeout-ms", self.timeout_ms, 10, 600_000),
            ("retry-ms", self.retry_ms, 1, 600_000),
            ("max-retry-ms", self.max_retry_ms, self.retry_ms, 3_600_000),
            ("batch", self.batch as u64, 1, 10_000),
            ("queue", self.queue as u64, 1, 1_000_000),
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
        let parsed: OtlpConfig = toml_edit::de::from_str("endpoint = 'http://127.0.0.1:4318/v1/logs'").expect("parses");
        assert_eq!(parsed, OtlpConfig::new("http://127.0.0.1:4318/v1/logs"));
        assert_eq!(parsed.validate(), Ok(()));
    }

    #[test]
    fn what_cannot_work_is_refused_by_key() {
        for (key, toml) in [
            ("endpoint", "endpoint = '127.0.0.1:4318'"),
            ("endpoint", "endpoint = 'ftp://127.0.0.1/'"),
            ("endpoint", "endpoint = 'http://anna:secret@127.0.0.1/'"),
            ("timeout-ms", "endpoint = 'http://a/'\ntimeout-ms = 1"),
            ("max-retry-ms", "endpoint = 'http://a/'\nmax-retry-ms = 1"),
            ("batch", "endpoint = 'http://a/'\nbatch = 0"),
            ("queue", "endpoint = 'http://a/'\nqueue = 0"),
        ] {
            let error = toml_edit::de::from_str::<OtlpConfig>(toml).expect("parses").validate().expect_err(toml);
            assert_eq!(error.key, key, "{toml}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        assert!(toml_edit::de::from_str::<OtlpConfig>("endpoint = 'http://a/'\nheaders = {}").is_err());
    }
}
