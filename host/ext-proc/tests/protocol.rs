//! What the processor replies, message by message, to an Envoy that may be wrong.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actlog_ext_proc::{Address, Config, Error, Listen, Processor, Recorder, Running};
use actlog_proxy::{Ended, Exchange, RecordError};
use envoy_types::pb::envoy::config::core::v3::{HeaderMap, HeaderValue};
use envoy_types::pb::envoy::extensions::filters::http::ext_proc::v3::processing_mode::BodySendMode;
use envoy_types::pb::envoy::service::ext_proc::v3::external_processor_client::ExternalProcessorClient;
use envoy_types::pb::envoy::service::ext_proc::v3::processing_request::Request;
use envoy_types::pb::envoy::service::ext_proc::v3::processing_response::Response;
use envoy_types::pb::envoy::service::ext_proc::v3::{
    HttpBody, HttpHeaders, HttpTrailers, ProcessingRequest, ProcessingResponse, ProtocolConfiguration,
};
use envoy_types::pb::google::protobuf::value::Kind;
use envoy_types::pb::google::protobuf::{Struct, Value};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Code, Status, Streaming};

const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone, Default)]
struct Keep(Arc<Mutex<Vec<Exchange>>>);

impl Recorder for Keep {
    async fn record(&self, exchanges: Vec<Exchange>) -> Result<(), RecordError> {
        self.0.lock().unwrap().extend(exchanges);
        Ok(())
    }
}

impl Keep {
    async fn wait(&self, count: usize) -> Vec<Exchange> {
        let begin = std::time::Instant::now();
        while self.0.lock().unwrap().len() < count && begin.elapsed() < PATIENCE {
            sleep(Duration::from_millis(5)).await;
        }
        sleep(Duration::from_millis(50)).await;
        let found = self.0.lock().unwrap().clone();
        assert_eq!(found.len(), count, "{found:#?}");
        found
    }
}

struct Rig {
    running: Running,
    keep: Keep,
    client: ExternalProcessorClient<Channel>,
    _folder: tempfile::TempDir,
}

async fn rig(change: impl FnOnce(&mut Config)) -> Rig {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(Listen::Tcp("127.0.0.1:0".parse().unwrap()), folder.path().join("journal"));
    config.is_api = Arc::new(|path| path.starts_with("/api"));
    change(&mut config);
    let keep = Keep::default();
    let running = Processor::bind(config, keep.clone()).await.unwrap();
    let Address::Tcp(address) = running.addresses()[0].clone() else { panic!("a TCP address") };
    let client = ExternalProcessorClient::connect(format!("http://{address}")).await.unwrap();
    Rig { running, keep, client, _folder: folder }
}

/// A stream, as Envoy opens one for each request.
struct Talk {
    send: mpsc::Sender<ProcessingRequest>,
    replies: Streaming<ProcessingResponse>,
}

impl Rig {
    async fn talk(&self) -> Talk {
        let (send, messages) = mpsc::channel(8);
        let replies = self.client.clone().process(ReceiverStream::new(messages)).await.unwrap().into_inner();
        Talk { send, replies }
    }
}

impl Talk {
    async fn ask(&mut self, message: ProcessingRequest) -> Result<ProcessingResponse, Status> {
        self.send.send(message).await.unwrap();
        timeout(PATIENCE, self.replies.message()).await.expect("no reply").map(|reply| reply.expect("the stream ended"))
    }

    /// The status of an answer that is given in the upstream's place.
    async fn refused(&mut self, message: ProcessingRequest) -> i32 {
        match self.ask(message).await.unwrap().response {
            Some(Response::ImmediateResponse(answer)) => answer.status.unwrap().code,
            other => panic!("{other:?}"),
        }
    }
}

fn fields(list: &[(&str, &str)]) -> Option<HeaderMap> {
    let field =
        |(key, value): &(&str, &str)| HeaderValue { key: (*key).to_owned(), raw_value: value.as_bytes().to_vec(), ..<_>::default() };
    Some(HeaderMap { headers: list.iter().map(field).collect() })
}

fn message(request: Request) -> ProcessingRequest {
    ProcessingRequest { request: Some(request), ..ProcessingRequest::default() }
}

fn head(path: &str, end_of_stream: bool) -> ProcessingRequest {
    head_with(&[(":method", "POST"), (":path", path)], end_of_stream)
}

fn head_with(list: &[(&str, &str)], end_of_stream: bool) -> ProcessingRequest {
    let headers = fields(&[list, &[(":scheme", "http"), (":authority", "crm")]].concat());
    message(Request::RequestHeaders(HttpHeaders { headers, end_of_stream, ..HttpHeaders::default() }))
}

fn body(bytes: usize, end_of_stream: bool) -> ProcessingRequest {
    message(Request::RequestBody(HttpBody { body: vec![b'x'; bytes], end_of_stream, ..HttpBody::default() }))
}

/// An answer's head, the upstream's.
fn answer(status: &str, end_of_stream: bool) -> ProcessingRequest {
    let details = Value { kind: Some(Kind::StringValue("via_upstream".to_owned())) };
    let fields_told = Struct { fields: [("response.code_details".to_owned(), details)].into() };
    let head = HttpHeaders { headers: fields(&[(":status", status)]), end_of_stream, ..HttpHeaders::default() };
    ProcessingRequest {
        attributes: [("envoy.filters.http.ext_proc".to_owned(), fields_told)].into(),
        ..message(Request::ResponseHeaders(head))
    }
}

fn told(request: BodySendMode, answer: BodySendMode, message: ProcessingRequest) -> ProcessingRequest {
    let config = ProtocolConfiguration { request_body_mode: request.into(), response_body_mode: answer.into(), ..<_>::default() };
    ProcessingRequest { protocol_config: Some(config), ..message }
}

#[tokio::test]
async fn messages_that_cannot_be_end_the_stream() {
    let rig = rig(|_| {}).await;
    let nothing = ProcessingRequest::default();
    let cases = [
        vec![nothing],
        vec![body(1, false)],
        vec![message(Request::RequestTrailers(HttpTrailers::default()))],
        vec![head("/api", false), head("/api", false)],
        vec![head("/other", false), head("/other", false)],
        vec![head("/api", true), body(1, false)],
        vec![head("/api", true), message(Request::ResponseBody(HttpBody::default()))],
        vec![head("/api", true), answer("none", true)],
        vec![head("/api", true), answer("200", false), answer("200", false)],
    ];
    let count = cases.len() as u64;
    for mut messages in cases {
        let mut talk = rig.talk().await;
        let last = messages.pop().unwrap();
        for message in messages {
            talk.ask(message).await.unwrap();
        }
        assert_eq!(talk.ask(last).await.unwrap_err().code(), Code::InvalidArgument);
    }
    assert_eq!(rig.running.counts().malformed, count);
}

#[tokio::test]
async fn message_over_the_limit_ends_the_stream_and_one_below_does_not() {
    let rig = rig(|config| config.message_bytes = 64 << 10).await;
    let mut talk = rig.talk().await;
    talk.ask(head("/api", false)).await.unwrap();
    talk.ask(body(65_000, false)).await.unwrap();
    assert_eq!(talk.ask(body(66_000, false)).await.unwrap_err().code(), Code::OutOfRange);
}

#[tokio::test]
async fn requests_over_the_limit_are_refused_until_there_is_room() {
    let rig = rig(|config| config.limits.requests = 2).await;
    let (mut one, mut two) = (rig.talk().await, rig.talk().await);
    for talk in [&mut one, &mut two] {
        talk.ask(head("/api", false)).await.unwrap();
    }
    assert_eq!(rig.talk().await.refused(head("/api", false)).await, 503);
    rig.talk().await.ask(head("/other", false)).await.unwrap();
    drop(one);
    let begin = std::time::Instant::now();
    loop {
        match rig.talk().await.ask(head("/api", true)).await.unwrap().response {
            Some(Response::RequestHeaders(_)) => break,
            _ => assert!(begin.elapsed() < PATIENCE, "there is never room again"),
        }
    }
}

#[tokio::test]
async fn body_that_is_not_told_needs_its_intent_at_once() {
    let rig = rig(|_| {}).await;
    for mode in [BodySendMode::None, BodySendMode::BufferedPartial, BodySendMode::Streamed] {
        let mut talk = rig.talk().await;
        talk.ask(told(mode, BodySendMode::Streamed, head("/api", false))).await.unwrap();
    }
    // Of the third nothing went up.
    assert!(rig.keep.wait(2).await.iter().all(Exchange::is_in_doubt));
}

type Case = (&'static [(&'static str, &'static str)], &'static [usize], usize);

#[tokio::test]
async fn head_that_is_all_the_upstream_waits_for_needs_its_intent_at_once() {
    let rig = rig(|_| {}).await;
    // A head, the pieces behind it, and which of all these needs the intent.
    let cases: [Case; 6] = [
        (&[(":method", "POST"), ("content-length", "0")], &[0], 0),
        (&[(":method", "GET"), ("connection", "upgrade"), ("upgrade", "websocket")], &[1, 0], 0),
        (&[(":method", "POST"), ("upgrade", "websocket"), ("content-length", "0")], &[1, 0], 0),
        (&[(":method", "CONNECT")], &[1, 0], 0),
        (&[(":method", "POST"), ("content-length", "2")], &[1, 1, 0], 2),
        (&[(":method", "GET")], &[1, 0], 2),
    ];
    for (n, (list, pieces, needs)) in (0..).zip(cases) {
        let mut talk = rig.talk().await;
        let head = head_with(&[list, &[(":path", "/api")]].concat(), false);
        let last = pieces.len() - 1;
        let pieces = pieces.iter().enumerate().map(|(piece, bytes)| body(*bytes, piece == last));
        for (step, message) in std::iter::once(head).chain(pieces).enumerate() {
            talk.ask(message).await.unwrap();
            assert_eq!(rig.running.stats().snapshot().journaled, n + u64::from(step >= needs), "{list:?} {step}");
        }
        talk.ask(answer("204", true)).await.unwrap();
    }
    assert!(rig.keep.wait(6).await.iter().all(|exchange| exchange.status == Some(204) && exchange.request_body.whole));
    assert_eq!(rig.running.counts().malformed, 0);
}

#[tokio::test]
async fn answer_whose_body_is_not_told_is_neither_whole_nor_cut() {
    let rig = rig(|_| {}).await;
    let mut talk = rig.talk().await;
    talk.ask(told(BodySendMode::Streamed, BodySendMode::None, head("/api", true))).await.unwrap();
    talk.ask(answer("200", false)).await.unwrap();
    drop(talk);
    let found = rig.keep.wait(1).await;
    assert_eq!((found[0].status, found[0].ended), (Some(200), Ended::Unknown));
}

#[tokio::test]
async fn mode_that_wants_bodies_back_is_refused() {
    let rig = rig(|_| {}).await;
    for path in ["/api", "/other"] {
        let asked = rig.talk().await.ask(told(BodySendMode::FullDuplexStreamed, BodySendMode::Streamed, head(path, false))).await;
        assert_eq!(asked.unwrap_err().code(), Code::FailedPrecondition);
    }
}

#[tokio::test]
async fn reply_gives_the_id_and_the_modes() {
    let rig = rig(|_| {}).await;
    let mut talk = rig.talk().await;
    let reply = talk.ask(head("/api", true)).await.unwrap();
    let modes = reply.mode_override.unwrap();
    assert_eq!((modes.request_body_mode(), modes.response_body_mode()), (BodySendMode::Streamed, BodySendMode::Streamed));
    let Some(Kind::StructValue(space)) = reply.dynamic_metadata.unwrap().fields["actlog"].kind.clone() else { panic!("a group") };
    let Some(Kind::StringValue(id)) = space.fields["exchange"].kind.clone() else { panic!("a text") };
    talk.ask(answer("204", true)).await.unwrap();
    assert_eq!(rig.keep.wait(1).await[0].id.to_string(), id);
    let modes = rig.talk().await.ask(head("/other", false)).await.unwrap().mode_override.unwrap();
    assert_eq!((modes.request_body_mode(), modes.response_body_mode()), (BodySendMode::None, BodySendMode::None));
}

#[tokio::test]
async fn stop_waits_for_streams_and_then_ends_them() {
    let rig = rig(|_| {}).await;
    let mut talk = rig.talk().await;
    talk.ask(head("/api", true)).await.unwrap();
    let mut done = rig.talk().await;
    done.ask(head("/api", true)).await.unwrap();
    let stopping = tokio::spawn(rig.running.stop(Duration::from_millis(700)));
    sleep(Duration::from_millis(100)).await;
    done.ask(answer("204", true)).await.unwrap();
    timeout(PATIENCE, stopping).await.expect("it stops").unwrap();
    let mut statuses: Vec<_> = rig.keep.wait(2).await.iter().map(|exchange| exchange.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [None, Some(204)]);
}

type Change = fn(&mut Config);

#[tokio::test]
async fn settings_that_cannot_be_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let base = || Config::new(Listen::Tcp("127.0.0.1:0".parse().unwrap()), folder.path().join("journal"));
    let cases: [(&str, Change); 6] = [
        ("listen", |config| config.listen.clear()),
        ("listen", |config| config.listen.push(Listen::Tcp("0.0.0.0:0".parse().unwrap()))),
        ("message_bytes", |config| config.message_bytes = 1),
        ("limits.headers", |config| config.limits.headers = 0),
        ("journal.segment_bytes", |config| config.journal.segment_bytes = 4096),
        ("listen", |config| config.listen = vec![Listen::Unix("/dev/null".into())]),
    ];
    for (expected, change) in cases {
        let mut config = base();
        change(&mut config);
        match Processor::bind(config, Keep::default()).await.err() {
            Some(Error::Setting { setting, .. }) => assert_eq!(setting, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
}
