//! One request to a receiver, and what its answer means.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::{Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsPartialSuccess, ExportLogsServiceResponse};
use prost::Message;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::{Compression, ConfigError, Destination, Protocol, Trouble};

/// The longest answer that is read. A receiver's has a few hundred bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// The longest value of a header that is read from a file.
const MAX_HEADER: u64 = 8 * 1024;

pub(crate) struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    uri: Uri,
    headers: HeaderMap,
    timeout: Duration,
    protocol: Protocol,
}

impl Http {
    pub fn new(config: &Destination) -> Result<Self, ConfigError> {
        let uri = config.endpoint.parse().map_err(|_| ConfigError { key: "endpoint", why: "this is no URL".into() })?;
        let https = match &config.ca_file {
            None => HttpsConnectorBuilder::new()
                .with_native_roots()
                .or_else(|error| {
                    if config.endpoint.starts_with("https:") {
                        Err(error)
                    } else {
                        Ok(HttpsConnectorBuilder::new().with_tls_config(no_roots()))
                    }
                })
                .map_err(|error| ConfigError { key: "endpoint", why: format!("the system's certificates cannot be read: {error}") })?,
            Some(file) => {
                let wrong = |why: String| ConfigError { key: "ca-file", why: format!("{}: {why}", file.display()) };
                let mut roots = RootCertStore::empty();
                for certificate in CertificateDer::pem_file_iter(file).map_err(|error| wrong(error.to_string()))? {
                    roots.add(certificate.map_err(|error| wrong(error.to_string()))?).map_err(|error| wrong(error.to_string()))?;
                }
                if roots.is_empty() {
                    return Err(wrong("no certificate".into()));
                }
                HttpsConnectorBuilder::new()
                    .with_tls_config(rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
            }
        };
        let client = Client::builder(TokioExecutor::new()).build(https.https_or_http().enable_http1().build());
        Ok(Self { client, uri, headers: headers(config)?, timeout: config.timeout(), protocol: config.protocol })
    }

    /// Posts a body. The receiver's word on what it did not take comes with success.
    pub async fn post(&self, body: Bytes) -> Result<ExportLogsPartialSuccess, Trouble> {
        let again = |why: String| Trouble::Passing { why, after: None };
        let meant = |status, headers: &HeaderMap, body: &[u8]| meaning(self.protocol, status, headers, body, Timestamp::now());
        let mut request = Request::post(self.uri.clone()).body(Full::new(body)).map_err(|error| again(error.to_string()))?;
        *request.headers_mut() = self.headers.clone();
        let exchange = async {
            let answer = self.client.request(request).await.map_err(|error| again(chain(&error)))?;
            let (head, body) = answer.into_parts();
            let read = Limited::new(body, MAX_ANSWER).collect().await;
            // A status is an answer even where its text does not arrive; a success is none without it.
            match (read, head.status.is_success()) {
                (Ok(body), _) => meant(head.status, &head.headers, &body.to_bytes()),
                (Err(_), false) => meant(head.status, &head.headers, b""),
                (Err(error), true) => Err(again(error.to_string())),
            }
        };
        tokio::time::timeout(self.timeout, exchange).await.unwrap_or_else(|_| Err(again(format!("no answer within {:?}", self.timeout))))
    }
}

fn no_roots() -> rustls::ClientConfig {
    rustls::ClientConfig::builder().with_root_certificates(RootCertStore::empty()).with_no_client_auth()
}

fn headers(config: &Destination) -> Result<HeaderMap, ConfigError> {
    let mut headers = HeaderMap::new();
    let mut add = |key, name: &str, value: &str, from: &str| {
        let wrong = |why: String| ConfigError { key, why };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong(format!("{name:?} is no name of a header")))?;
        let mut value = HeaderValue::from_str(value).map_err(|_| wrong(format!("what stands in {from} cannot stand in a header")))?;
        value.set_sensitive(true);
        headers.insert(name, value);
        Ok(())
    };
    for (name, variable) in &config.headers_env {
        let missing = |_| ConfigError { key: "headers-env", why: format!("the variable {variable} is not set") };
        add("headers-env", name, &std::env::var(variable).map_err(missing)?, variable)?;
    }
    for (name, file) in &config.headers_file {
        let from = file.display().to_string();
        let value = read(file).map_err(|error| ConfigError { key: "headers-file", why: format!("{from}: {error}") })?;
        add("headers-file", name, value.trim(), &from)?;
    }
    let kind = match config.protocol {
        Protocol::Otlp => "application/x-protobuf",
        Protocol::Ndjson => "application/x-ndjson",
    };
    headers.insert("content-type", HeaderValue::from_static(kind));
    headers.insert("user-agent", HeaderValue::from_static(concat!("actlog/", env!("CARGO_PKG_VERSION"))));
    if config.compression == Compression::Gzip {
        headers.insert("content-encoding", HeaderValue::from_static("gzip"));
    }
    Ok(headers)
}

/// The value of a header, from a file.
fn read(file: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(file)?.take(MAX_HEADER + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_HEADER {
        return Err(std::io::Error::other(format!("over {MAX_HEADER} bytes")));
    }
    Ok(text)
}

/// What an answer means. OTLP lets only 429, 502, 503 and 504 be tried again; here the records are kept and tried again whatever is
/// answered, as nothing may be lost, but after the longest wait where the receiver refuses.
fn meaning(
    protocol: Protocol,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<ExportLogsPartialSuccess, Trouble> {
    let said = || if body.is_empty() { status.to_string() } else { format!("{status}: {}", shown(body)) };
    match status.as_u16() {
        200..=299 if protocol == Protocol::Ndjson => Ok(ExportLogsPartialSuccess::default()),
        200..=299 => match ExportLogsServiceResponse::decode(body) {
            Ok(answer) => Ok(answer.partial_success.unwrap_or_default()),
            Err(_) => Err(Trouble::Refused(format!("the answer is not that of a collector: {}", said()))),
        },
        408 | 425 | 429 | 500..=599 => {
            Err(Trouble::Passing { why: said(), after: headers.get(RETRY_AFTER).and_then(|value| wait(value, now)) })
        }
        413 => Err(Trouble::TooLarge),
        400 | 422 => Err(Trouble::Content(said())),
        _ => Err(Trouble::Refused(said())),
    }
}

/// Retry-After: seconds, or a date.
fn wait(value: &HeaderValue, now: Timestamp) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date: Timestamp = httpdate::parse_http_date(text).ok()?.try_into().ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// The first characters of an answer that can be shown: it comes from outside.
fn shown(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().filter(|c| !c.is_control() && *c != char::REPLACEMENT_CHARACTER).take(200).collect()
}

/// An error with its causes: the outermost says only "client error".
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(status: u16, retry_after: Option<&str>) -> Option<Option<Duration>> {
        let mut headers = HeaderMap::new();
        if let Some(value) = retry_after {
            headers.insert(RETRY_AFTER, value.parse().expect("a value"));
        }
        let now = "2024-03-04T07:00:00Z".parse().expect("a time");
        match meaning(Protocol::Otlp, StatusCode::from_u16(status).expect("a status"), &headers, b"", now) {
            Err(Trouble::Passing { after, .. }) => Some(after),
            _ => None,
        }
    }

    #[test]
    fn what_the_receiver_cannot_now_is_tried_again_soon() {
        let tried: Vec<u16> = (200..500).filter(|&status| again(status, None).is_some()).collect();
        assert_eq!(tried, [408, 425, 429]);
        assert!((500..600).all(|status| again(status, None).is_some()));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        for (value, seconds) in [
            ("3", Some(3)),
            ("Mon, 04 Mar 2024 07:00:09 GMT", Some(9)),
            ("Mon, 04 Mar 2024 06:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            assert_eq!(again(503, Some(value)), Some(seconds.map(Duration::from_secs)), "{value}");
        }
    }

    #[test]
    fn what_is_shown_of_an_answer_is_short_and_harmless() {
        assert_eq!(shown(b"\x1b[31mno\r\n\xff"), "[31mno");
        assert_eq!(shown(&[b'x'; 5_000]).len(), 200);
    }
}
