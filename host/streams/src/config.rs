//! The settings' section `[streams]`.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::{Error, Lane};

/// What the headers of a message may add to its bytes.
const HEADROOM: usize = 16 * 1024;
/// How many bytes of events a worker can have in its memory.
const MOST_IN_WORK: usize = 1 << 30;

/// How the servers are reached and how much is asked of them. Times are in milliseconds or seconds, as their names end.
///
/// No secret stands here: they are in files, or in variables of the environment that are named here.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// URLs of some servers of the cluster, `nats://HOST:PORT` or `tls://HOST:PORT`; the others are found.
    pub servers: Vec<String>,
    /// What the names of streams (in upper case) and subjects begin with.
    #[serde(default = "defaults::prefix")]
    pub prefix: String,
    /// On how many servers each stream stands: 1, 3 or 5.
    #[serde(default = "defaults::replicas")]
    pub replicas: usize,

    /// A `.creds` file.
    pub credentials_file: Option<PathBuf>,
    /// A file with an nkey seed.
    pub nkey_file: Option<PathBuf>,
    /// A user's name; its password stands in the variable that `password_env` names.
    pub user: Option<String>,
    /// The variable of the environment with the password of `user`.
    pub password_env: Option<String>,
    /// The variable of the environment with a token.
    pub token_env: Option<String>,
    /// Encryption. `tls://` turns it on as well.
    #[serde(default)]
    pub tls: Tls,

    /// How long the servers remember the ids of messages.
    #[serde(default = "defaults::dedupe_window_ms")]
    pub dedupe_window_ms: u64,
    /// A worker or sink that said nothing for so long has its messages given to another.
    #[serde(default = "defaults::ack_wait_ms")]
    pub ack_wait_ms: u64,
    /// How many messages of EVENTS, and how many records, may be in work at all workers or sinks together.
    #[serde(default = "defaults::max_ack_pending")]
    pub max_ack_pending: usize,
    /// How many events or records a worker or sink takes at once, in as many messages as it needs.
    /// With `max-event-bytes` each, and in all batches, they must fit into
    /// 1 GiB.
    #[serde(default = "defaults::batch")]
    pub batch: usize,
    /// How many batches a worker has in work at once.
    #[serde(default = "defaults::batches_at_once")]
    pub batches_at_once: usize,
    /// How often an event is tried before it goes to the rejects; at least 2.
    #[serde(default = "defaults::max_tries")]
    pub max_tries: u32,
    /// The wait before a second try; each further one doubles it.
    #[serde(default = "defaults::retry_ms")]
    pub retry_ms: u64,
    /// How long the work on one batch may take before it counts as failed.
    #[serde(default = "defaults::minute_ms")]
    pub work_timeout_ms: u64,
    /// How long keeping one batch may take before it is tried again.
    #[serde(default = "defaults::minute_ms")]
    pub keep_timeout_ms: u64,
    /// How long to wait for a server's answer.
    #[serde(default = "defaults::answer_ms")]
    pub answer_ms: u64,
    /// How many messages may wait for the servers' acknowledgement at once, in this process. Divided by `batches-at-once` it is how
    /// many records of a work-queue are written in one run, up to 500.
    #[serde(default = "defaults::publishes_at_once")]
    pub publishes_at_once: usize,
    /// How often a quiet connection is tried; after three without an answer another server is taken.
    #[serde(default = "defaults::answer_ms")]
    pub ping_ms: u64,
    /// How long to finish what was begun when told to stop.
    #[serde(default = "defaults::drain_ms")]
    pub drain_ms: u64,

    /// The longest event, in bytes.
    #[serde(default = "defaults::max_event_bytes")]
    pub max_event_bytes: usize,
    /// How many events of a request stand in one message of EVENTS at most, where they are short; 1 to 128. The servers' work for a
    /// message is the same however many they are.
    #[serde(default = "defaults::events_per_message")]
    pub events_per_message: usize,
    /// How large EVENTS may become before senders are refused; 0: as large as the servers allow.
    #[serde(default)]
    pub events_max_bytes: u64,
    /// How large RECORDS may become before workers wait; 0: as large as the servers allow.
    #[serde(default)]
    pub records_max_bytes: u64,
    /// When a record leaves RECORDS.
    #[serde(default)]
    pub records_retention: Retention,
    /// With `limits`: how long records stand in RECORDS. A sink that is further behind loses records.
    #[serde(default = "defaults::week_s")]
    pub records_max_age_s: u64,
    /// How long rejects stand; 0: until somebody removes them.
    #[serde(default)]
    pub rejects_max_age_s: u64,
    /// How long the ledger stands; 0: until somebody removes it.
    #[serde(default = "defaults::quarter_s")]
    pub ledger_max_age_s: u64,
    /// Who takes records out, by name. With `work-queue` exactly one.
    #[serde(default = "defaults::sinks")]
    pub sinks: Vec<String>,
}

/// When a record leaves the stream of records.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Retention {
    /// When the one sink has kept it; never before. After `dedupe-window-ms` the same record may stand in it again, for the sink to drop.
    #[default]
    WorkQueue,
    /// When it is too old. Several sinks can read it, and it cannot stand twice in that time.
    Limits,
}

/// Encryption and who is believed.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Tls {
    /// Refuse to speak without encryption.
    pub required: bool,
    /// Begin with the handshake, before the server says anything.
    pub first: bool,
    /// Certificates (PEM) of those who may have signed the server's, beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// This client's certificate (PEM).
    pub cert_file: Option<PathBuf>,
    /// The key of that certificate (PEM).
    pub key_file: Option<PathBuf>,
}

mod defaults {
    pub fn prefix() -> String {
        "actlog".into()
    }
    pub fn replicas() -> usize {
        3
    }
    pub fn dedupe_window_ms() -> u64 {
        120_000
    }
    pub fn ack_wait_ms() -> u64 {
        30_000
    }
    pub fn max_ack_pending() -> usize {
        1024
    }
    pub fn batch() -> usize {
        512
    }
    pub fn batches_at_once() -> usize {
        3
    }
    pub fn max_tries() -> u32 {
        5
    }
    pub fn retry_ms() -> u64 {
        1_000
    }
    pub fn minute_ms() -> u64 {
        60_000
    }
    pub fn answer_ms() -> u64 {
        5_000
    }
    pub fn publishes_at_once() -> usize {
        1024
    }
    pub fn drain_ms() -> u64 {
        30_000
    }
    pub fn max_event_bytes() -> usize {
        512 * 1024
    }
    pub fn events_per_message() -> usize {
        64
    }
    pub fn week_s() -> u64 {
        7 * 86_400
    }
    pub fn quarter_s() -> u64 {
        90 * 86_400
    }
    pub fn sinks() -> Vec<String> {
        vec!["store".into()]
    }
}

impl Config {
    /// The defaults, for these servers.
    pub fn new(servers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let servers: Vec<String> = servers.into_iter().map(Into::into).collect();
        let deserializer = serde::de::value::MapDeserializer::<_, serde::de::value::Error>::new([("servers", servers)].into_iter());
        Self::deserialize(deserializer).expect("every other key has a default")
    }

    /// Finds what cannot work, before anything is asked of a server.
    pub fn validate(&self) -> Result<(), Error> {
        let wrong = |key: &'static str, why: String| Err(Error::Config { key, why });
        if self.servers.is_empty() {
            return wrong("servers", "at least one server is needed".into());
        }
        for server in &self.servers {
            // The URL would be shown in logs, and with it the secret.
            if server.contains('@') {
                return wrong("servers", "a URL must not hold a name or password; see user, password-env and the *-file keys".into());
            }
        }
        if !is_token(&self.prefix) {
            return wrong("prefix", format!("{:?}: letters, digits, - and _ only, 1 to 32", self.prefix));
        }
        if ![1, 3, 5].contains(&self.replicas) {
            return wrong("replicas", format!("{}: 1, 3 or 5", self.replicas));
        }
        let ways = [self.credentials_file.is_some(), self.nkey_file.is_some(), self.user.is_some(), self.token_env.is_some()];
        if ways.iter().filter(|&&way| way).count() > 1 {
            return wrong("credentials-file", "only one of credentials-file, nkey-file, user and token-env".into());
        }
        if self.user.is_some() != self.password_env.is_some() {
            return wrong("password-env", "user and password-env belong together".into());
        }
        if self.tls.cert_file.is_some() != self.tls.key_file.is_some() {
            return wrong("tls.key-file", "tls.cert-file and tls.key-file belong together".into());
        }
        for (key, value, least, most) in [
            ("dedupe-window-ms", self.dedupe_window_ms, 100, 86_400_000),
            ("ack-wait-ms", self.ack_wait_ms, 300, 3_600_000),
            ("max-ack-pending", self.max_ack_pending as u64, 1, 100_000),
            ("batch", self.batch as u64, 1, 10_000),
            ("batches-at-once", self.batches_at_once as u64, 1, 64),
            ("max-tries", self.max_tries.into(), 2, 1_000),
            ("retry-ms", self.retry_ms, 1, 3_600_000),
            ("work-timeout-ms", self.work_timeout_ms, 10, 3_600_000),
            ("keep-timeout-ms", self.keep_timeout_ms, 10, 3_600_000),
            ("answer-ms", self.answer_ms, 10, 600_000),
            ("publishes-at-once", self.publishes_at_once as u64, 1, 100_000),
            ("ping-ms", self.ping_ms, 10, 600_000),
            ("drain-ms", self.drain_ms, 0, 3_600_000),
            ("events-per-message", self.events_per_message as u64, 1, crate::pack::MOST as u64),
            ("max-event-bytes", self.max_event_bytes as u64, 1_024, 32 << 20),
        ] {
            if !(least..=most).contains(&value) {
                return wrong(key, format!("{value}: from {least} to {most}"));
            }
        }
        if self.batch.saturating_mul(self.batches_at_once).saturating_mul(self.max_event_bytes) > MOST_IN_WORK {
            return wrong("batch", format!("batch, batches-at-once and max-event-bytes multiplied must not be over {MOST_IN_WORK} bytes"));
        }
        if self.sinks.is_empty() || self.sinks.len() > 16 || !self.sinks.iter().all(|sink| is_token(sink)) {
            return wrong("sinks", "1 to 16 names of letters, digits, - and _".into());
        }
        if self.records_retention == Retention::WorkQueue && self.sinks.len() > 1 {
            return wrong("sinks", "a work-queue has one sink; records-retention = \"limits\" can have several".into());
        }
        if self.records_retention == Retention::Limits && self.records_max_age_s == 0 {
            return wrong("records-max-age-s", "limits needs an age, or the stream grows for ever".into());
        }
        Ok(())
    }

    /// Whether each message of a lane has a subject of its own, which is taken only while it is empty.
    pub(crate) fn apart(&self, lane: Lane) -> bool {
        lane != Lane::Records || self.records_retention == Retention::Limits
    }

    /// The longest message that a server must take: an event and what stands beside it in REJECTS.
    pub(crate) fn needed_payload(&self) -> usize {
        self.max_event_bytes + HEADROOM
    }
    pub(crate) fn ack_wait(&self) -> Duration {
        Duration::from_millis(self.ack_wait_ms)
    }
    pub(crate) fn answer(&self) -> Duration {
        Duration::from_millis(self.answer_ms)
    }
    pub(crate) fn retry(&self) -> Duration {
        Duration::from_millis(self.retry_ms)
    }
    pub(crate) fn drain(&self) -> Duration {
        Duration::from_millis(self.drain_ms)
    }
}

/// Whether a text can stand between two dots of a subject, and as the name of a stream or consumer.
pub(crate) fn is_token(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(toml: &str) -> Config {
        toml_edit::de::from_str(toml).expect("parses")
    }

    #[test]
    fn defaults_are_valid() {
        let config = parse("servers = ['nats://127.0.0.1:4222']");
        assert_eq!(config.validate().map_err(|error| error.to_string()), Ok(()));
        assert_eq!(config, Config::new(["nats://127.0.0.1:4222"]));
    }

    #[test]
    fn unknown_key_is_refused() {
        assert!(toml_edit::de::from_str::<Config>("servers = []\npasswort = 'x'").is_err());
    }

    #[test]
    fn what_cannot_work_is_refused_by_key() {
        for (key, toml) in [
            ("servers", "servers = []"),
            ("servers", "servers = ['nats://anna:secret@127.0.0.1:4222']"),
            ("prefix", "servers = ['a']\nprefix = 'a.b'"),
            ("prefix", "servers = ['a']\nprefix = ''"),
            ("replicas", "servers = ['a']\nreplicas = 2"),
            ("credentials-file", "servers = ['a']\ncredentials-file = 'x'\ntoken-env = 'Y'"),
            ("password-env", "servers = ['a']\nuser = 'anna'"),
            ("tls.key-file", "servers = ['a']\n[tls]\ncert-file = 'x'"),
            ("max-tries", "servers = ['a']\nmax-tries = 1"),
            ("batch", "servers = ['a']\nbatch = 0"),
            ("batch", "servers = ['a']\nbatch = 2000"),
            ("sinks", "servers = ['a']\nsinks = []"),
            ("sinks", "servers = ['a']\nsinks = ['a', 'b']"),
            ("records-max-age-s", "servers = ['a']\nrecords-retention = 'limits'\nrecords-max-age-s = 0"),
        ] {
            match parse(toml).validate() {
                Err(Error::Config { key: found, .. }) => assert_eq!(found, key, "{toml}"),
                other => panic!("{toml}: {other:?}"),
            }
        }
    }

    #[test]
    fn refusal_does_not_show_the_secret() {
        let refused = parse("servers = ['nats://anna:secret@127.0.0.1:4222']").validate().expect_err("refused").to_string();
        assert!(!refused.contains("secret"), "{refused}");
    }
}
