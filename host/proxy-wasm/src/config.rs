//! The plugin's configuration: one JSON document.

use actlog_guest::exchange::Translator;
use actlog_guest::settings::SettingsError;
use serde::Deserialize;
use serde_json::value::RawValue;

/// What becomes of an exchange whose events cannot be recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// It is not answered as done; what cannot be told in full is not passed on.
    #[default]
    Closed,
    /// It passes, and is counted.
    Open,
}

/// The document as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Document {
    serve: Serve,
    #[serde(default)]
    on_failure: OnFailure,
    #[serde(default = "Document::patience_ms")]
    patience_ms: u32,
    #[serde(default)]
    instance: String,
    #[serde(default)]
    limits: Limits,
    exchange: Box<RawValue>,
}

impl Document {
    fn patience_ms() -> u32 {
        10_000
    }
}

/// Where `actlog serve` is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Serve {
    /// The proxy's name of the cluster.
    pub cluster: String,
    /// `:authority` of the calls; the cluster's name if not given.
    #[serde(default)]
    pub authority: String,
    /// The route that takes events in.
    #[serde(default = "Serve::path")]
    pub path: String,
    /// A token of an ingester; empty for none.
    #[serde(default)]
    pub token: String,
    /// How long one call may take, in milliseconds.
    #[serde(default = "Serve::timeout_ms")]
    pub timeout_ms: u32,
}

impl Serve {
    fn path() -> String {
        "/events".to_owned()
    }

    fn timeout_ms() -> u32 {
        2_000
    }
}

/// What traffic may cost, for each worker of the proxy: every one has a module of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Bytes of a request's body that are kept.
    pub request_bytes: usize,
    /// Bytes of an answer's body that are kept.
    pub answer_bytes: usize,
    /// Bytes of all bodies that are kept at once. Of what is beyond, nothing is kept.
    pub kept_bytes: usize,
    /// Answers up to this size are held with their headers until they are recorded. 0: only the end of an answer is held. More
    /// than 0 needs a proxy that lets bodies come while headers are held (Envoy: `allow_on_headers_stop_iteration`).
    pub held_bytes: usize,
    /// Bytes of events that wait for `actlog serve`.
    pub waiting_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { request_bytes: 1 << 20, answer_bytes: 1 << 20, kept_bytes: 128 << 20, held_bytes: 0, waiting_bytes: 16 << 20 }
    }
}

/// A configuration that holds.
pub struct Config {
    /// Where events go.
    pub serve: Serve,
    /// What happens when they do not arrive.
    pub on_failure: OnFailure,
    /// How long an answer waits for its events to be recorded, in milliseconds.
    pub patience_ms: u32,
    /// The name of this proxy in the ids of exchanges; empty for the one that the proxy has itself.
    pub instance: String,
    /// What traffic may cost.
    pub limits: Limits,
    /// Tells exchanges in events.
    pub translator: Translator,
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// Everything that can be found to be wrong, with its path in the document.
    pub fn parse(document: &[u8]) -> Result<Self, Vec<SettingsError>> {
        let mut reader = serde_json::Deserializer::from_slice(document);
        let read: Result<Document, _> = serde_path_to_error::deserialize(&mut reader);
        let mut read = read.map_err(|error| {
            let path = error.path().to_string();
            vec![fault(if path == "." { "" } else { &path }, error.inner().to_string())]
        })?;
        reader.end().map_err(|error| vec![fault("", error.to_string())])?;
        let mut faults = read.faults();
        let translator = Translator::open(read.exchange.get());
        if let Err(errors) = &translator {
            faults.extend(errors.iter().map(|error| {
                let path = if error.path.is_empty() { "exchange".to_owned() } else { format!("exchange.{}", error.path) };
                fault(&path, error.explanation.clone())
            }));
        }
        if read.serve.authority.is_empty() {
            read.serve.authority.clone_from(&read.serve.cluster);
        }
        match translator {
            Ok(translator) if faults.is_empty() => Ok(Self {
                serve: read.serve,
                on_failure: read.on_failure,
                patience_ms: read.patience_ms,
                instance: read.instance,
                limits: read.limits,
                translator,
            }),
            _ => Err(faults),
        }
    }

    /// Whether what cannot be recorded must not pass.
    pub fn is_closed(&self) -> bool {
        self.on_failure == OnFailure::Closed
    }
}

impl Document {
    /// What is wrong beyond the form.
    fn faults(&self) -> Vec<SettingsError> {
        let mut faults = Vec::new();
        let mut check = |good: bool, path: &str, explanation: &str| {
            if !good {
                faults.push(fault(path, explanation.to_owned()));
            }
        };
        let serve = &self.serve;
        check(!serve.cluster.is_empty(), "serve.cluster", "missing; give the proxy's name of the cluster that is actlog serve");
        for (path, text) in [
            ("serve.cluster", &serve.cluster),
            ("serve.authority", &serve.authority),
            ("serve.path", &serve.path),
            ("serve.token", &serve.token),
        ] {
            check(text.bytes().all(|byte| byte.is_ascii_graphic()), path, "must be printable ASCII without spaces");
        }
        check(serve.path.starts_with('/'), "serve.path", "must begin with /");
        check((1..=60_000).contains(&serve.timeout_ms), "serve.timeout-ms", "must be 1 to 60000");
        check((1..=300_000).contains(&self.patience_ms), "patience-ms", "must be 1 to 300000");
        check(crate::id::is_instance(&self.instance), "instance", "must be letters, digits, '-', '_', '.' and '~', 64 at most");
        let limits = &self.limits;
        for (path, bytes, most) in [
            ("limits.request-bytes", limits.request_bytes, 32 << 20),
            ("limits.answer-bytes", limits.answer_bytes, 32 << 20),
            ("limits.kept-bytes", limits.kept_bytes, 1 << 30),
            ("limits.waiting-bytes", limits.waiting_bytes, 1 << 30),
        ] {
            check((1..=most).contains(&bytes), path, &format!("must be 1 to {most}"));
        }
        check(limits.held_bytes <= 16 << 20, "limits.held-bytes", &format!("must be 0 to {}", 16 << 20));
        faults
    }
}

fn fault(path: &str, explanation: String) -> SettingsError {
    SettingsError { path: path.to_owned(), explanation }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = r#""exchange":{"organization":{"id":"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10"}}"#;

    fn said(document: &str) -> String {
        match Config::parse(document.as_bytes()) {
            Ok(_) => "good".to_owned(),
            Err(faults) => faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        }
    }

    #[test]
    fn parse_the_least_has_defaults() {
        let config = Config::parse(format!(r#"{{"serve":{{"cluster":"actlog"}},{ID}}}"#).as_bytes()).ok().unwrap();
        assert!(config.is_closed());
        assert_eq!(config.serve.authority, "actlog");
        assert_eq!(config.serve.path, "/events");
        assert_eq!(config.limits, Limits::default());
    }

    #[test]
    fn parse_refuses_with_the_path_of_each_fault() {
        let with = |rest: &str| format!(r#"{{"serve":{{"cluster":"actlog"}},{ID},{rest}}}"#);
        let serve = |serve: &str| format!(r#"{{"serve":{serve},{ID}}}"#);
        for (document, expected) in [
            (with(r#""on-failure":"open""#), "good"),
            (with(r#""limits":{"request-bytes":33554432}"#), "good"),
            (with(r#""limits":{"request-bytes":33554433}"#), "limits.request-bytes: must be 1 to 33554432"),
            (with(r#""limits":{"kept-bytes":0}"#), "limits.kept-bytes: must be 1 to 1073741824"),
            (with(r#""limits":{"held-bytes":16777217}"#), "limits.held-bytes: must be 0 to 16777216"),
            (with(r#""limits":{"helds":1}"#), "limits.helds: unknown field `helds`"),
            (with(r#""on-failure":"half""#), "on-failure: unknown variant `half`"),
            (with(r#""patience-ms":0"#), "patience-ms: must be 1 to 300000"),
            (with(r#""instance":"a b""#), "instance: must be letters"),
            (with(r#""patience":1"#), "patience: unknown field `patience`"),
            (serve("{}"), "serve: missing field `cluster`"),
            (serve(r#"{"cluster":""}"#), "serve.cluster: missing"),
            (serve(r#"{"cluster":"a","path":"events"}"#), "serve.path: must begin with /"),
            (serve(r#"{"cluster":"a","token":"a\r\nb"}"#), "serve.token: must be printable"),
            (serve(r#"{"cluster":"a","timeout-ms":60001}"#), "serve.timeout-ms: must be 1 to 60000"),
            (serve(r#"{"cluster":"a","timeout-ms":"2s"}"#), "serve.timeout-ms: invalid type"),
            (r#"{"serve":{"cluster":"a"}}"#.to_owned(), "missing field `exchange`"),
            (r#"{"serve":{"cluster":"a"},"exchange":{}}"#.to_owned(), "exchange.organization.id: missing"),
            (
                r#"{"serve":{"cluster":"a","path":"x"},"exchange":{"organization":{"id":"x"},"base-paths":["/api"]}}"#.to_owned(),
                "serve.path: must begin with /; exchange.organization.id: ",
            ),
            (format!("{} x", with(r#""on-failure":"open""#)), "trailing characters"),
            (String::new(), "EOF while parsing"),
        ] {
            assert!(said(&document).starts_with(expected), "{document}\n{}", said(&document));
        }
    }
}
