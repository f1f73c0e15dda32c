//! A collector on this machine that answers as a test tells it.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs};
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone, Debug)]
pub enum Answer {
    Takes,
    /// Takes all but so many.
    TakesAllBut(i64),
    Status(u16),
    /// A status and a header Retry-After.
    Later(u16, &'static str),
    /// 413 for more records than this.
    AtMost(usize),
    /// 400 for whatever has a record with this in its line.
    Dislikes(&'static str),
    /// Reads the request and never answers.
    Hangs,
    /// Reads the request and ends the connection.
    Resets,
    /// Begins an answer and ends the connection.
    Breaks,
    /// 200 and a page of HTML.
    Page,
    /// 200 and more than anybody wants to read.
    Endless,
}

/// One request as it came: its headers in lower case, and what was in it.
pub struct Came {
    pub headers: String,
    /// Without compression.
    pub body: Vec<u8>,
    pub request: ExportLogsServiceRequest,
}

impl Came {
    pub fn records(&self) -> Vec<&LogRecord> {
        self.request.resource_logs.iter().flat_map(|logs| &logs.scope_logs).flat_map(|logs| &logs.log_records).collect()
    }
}

#[derive(Clone)]
pub struct Collector {
    pub url: String,
    came: Arc<Mutex<Vec<Came>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

impl Collector {
    /// Gives these answers, and then takes everything.
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let collector = Self {
            url: format!("http://{}/v1/logs", listener.local_addr().expect("an address")),
            came: Arc::default(),
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
        };
        let serving = collector.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().connection(stream));
            }
        });
        collector
    }

    pub fn came(&self) -> std::sync::MutexGuard<'_, Vec<Came>> {
        self.came.lock().expect("not poisoned")
    }

    async fn connection(self, mut stream: TcpStream) {
        while let Some((headers, body)) = read(&mut stream).await {
            assert!(headers.starts_with("post /v1/logs http/1.1\r\n"), "{headers}");
            let body = if headers.contains("\r\ncontent-encoding: gzip\r\n") {
                let mut plain = Vec::new();
                flate2::read::GzDecoder::new(body.as_slice()).read_to_end(&mut plain).expect("gzip");
                plain
            } else {
                body
            };
            let request = if headers.contains("\r\ncontent-type: application/x-protobuf\r\n") {
                ExportLogsServiceRequest::decode(body.as_slice()).expect("protobuf")
            } else {
                assert!(headers.contains("\r\ncontent-type: application/x-ndjson\r\n"), "{headers}");
                ExportLogsServiceRequest::default()
            };
            let came = Came { headers, body, request };
            let records = came.records().len();
            let text = String::from_utf8_lossy(&came.body).into_owned();
            let disliked = |what: &str| text.contains(what);
            let answer = self.answers.lock().expect("not poisoned").pop_front().unwrap_or(Answer::Takes);
            self.came().push(came);
            let took = |rejected_log_records| {
                let error_message = if rejected_log_records > 0 { "too old\r\n".into() } else { String::new() };
                let partial_success = Some(ExportLogsPartialSuccess { rejected_log_records, error_message });
                response(200, "", &ExportLogsServiceResponse { partial_success }.encode_to_vec())
            };
            let answer = match answer {
                Answer::Takes => response(200, "", b""),
                Answer::TakesAllBut(number) => took(number),
                Answer::Status(status) => response(status, "", b"it says why"),
                Answer::Later(status, after) => response(status, &format!("retry-after: {after}\r\n"), b""),
                Answer::AtMost(most) => {
                    // It stays so for the requests after.
                    self.answers.lock().expect("not poisoned").push_front(Answer::AtMost(most));
                    if records > most { response(413, "", b"") } else { response(200, "", b"") }
                }
                Answer::Dislikes(what) => {
                    self.answers.lock().expect("not poisoned").push_front(Answer::Dislikes(what));
                    if disliked(what) { response(400, "", b"it says why") } else { response(200, "", b"") }
                }
                Answer::Hangs => std::future::pending().await,
                Answer::Resets => return,
                Answer::Breaks => {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").await;
                    return;
                }
                Answer::Page => response(200, "", b"<!doctype html><title>Welcome</title>"),
                Answer::Endless => response(200, "", &vec![0; 10 << 20]),
            };
            if stream.write_all(&answer).await.is_err() {
                return;
            }
        }
    }
}

fn response(status: u16, header: &str, body: &[u8]) -> Vec<u8> {
    let mut response = format!("HTTP/1.1 {status} X\r\n{header}content-length: {}\r\n\r\n", body.len()).into_bytes();
    response.extend_from_slice(body);
    response
}

async fn read(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let headers = String::from_utf8(head).expect("text").to_ascii_lowercase();
    let length = headers.split("\r\ncontent-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()).expect("a length");
    let mut body = vec![0; length.parse().expect("a number")];
    stream.read_exact(&mut body).await.ok()?;
    Some((headers, body))
}

/// An attribute as text.
pub fn attribute(attributes: &[KeyValue], key: &str) -> Option<String> {
    let value = attributes.iter().find(|attribute| attribute.key == key)?.value.as_ref()?.value.as_ref()?;
    Some(match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        other => panic!("{key}: {other:?}"),
    })
}

pub fn of_resource(logs: &ResourceLogs, key: &str) -> Option<String> {
    attribute(&logs.resource.as_ref()?.attributes, key)
}
