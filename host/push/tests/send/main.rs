//! Records to a collector that behaves, and to one that does not.

mod collector;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use actlog_guest::pipeline::Auditor;
use actlog_push::{Compression, Delivered, Destination, Form, Listener, OnRefusal, Protocol, Sender, Skipped, Trouble};
use bytes::Bytes;
use collector::{Answer, Collector, attribute, of_resource};
use opentelemetry_proto::tonic::common::v1::any_value::Value;

fn lines(number: usize) -> Vec<Bytes> {
    (0..number).map(|number| format!(r#"{{"Id":"id-{number}","OrganizationId":"o"}}"#).into()).collect()
}

fn config(collector: &Collector) -> Destination {
    let mut config = Destination::new(&collector.url);
    config.timeout_ms = 300;
    config.retry_ms = 5;
    config.max_retry_ms = 20;
    config
}

/// What was told of: answers, and what went wrong.
#[derive(Default)]
struct Heard(Mutex<(usize, Vec<(Trouble, u32)>)>);

impl Listener for Heard {
    fn answered(&self, _: Duration) {
        self.0.lock().expect("not poisoned").0 += 1;
    }
    fn failed(&self, trouble: &Trouble, tries: u32) {
        self.0.lock().expect("not poisoned").1.push((trouble.clone(), tries));
    }
}

impl Heard {
    fn failures(&self) -> Vec<(Trouble, u32)> {
        self.0.lock().expect("not poisoned").1.clone()
    }
}

/// Sends, and gives up after a while, since sending itself never does.
async fn send_lines(config: Destination, lines: &[Bytes]) -> (Option<Delivered>, Vec<(Trouble, u32)>) {
    let heard = Heard::default();
    let sender = Sender::new(config).expect("valid");
    let sent = tokio::time::timeout(Duration::from_secs(4), sender.send(lines, &heard)).await.ok();
    (sent, heard.failures())
}

async fn send(
    answers: Vec<Answer>,
    number: usize,
    change: impl FnOnce(&mut Destination),
) -> (Collector, Option<(u64, u64)>, Vec<(Trouble, u32)>) {
    let collector = Collector::start(answers).await;
    let mut config = config(&collector);
    change(&mut config);
    let (sent, failures) = send_lines(config, &lines(number)).await;
    (collector, sent.map(|delivered| (delivered.records, delivered.refused)), failures)
}

/// The ids of each request's records.
fn ids(collector: &Collector) -> Vec<Vec<String>> {
    let id = |record: &&_| -> String {
        let record: &opentelemetry_proto::tonic::logs::v1::LogRecord = record;
        attribute(&record.attributes, "log.record.uid").expect("an id")
    };
    collector.came().iter().map(|came| came.records().iter().map(id).collect()).collect()
}

#[tokio::test]
async fn real_records_arrive_with_their_times_and_attributes_by_organization() {
    let collector = Collector::start([]).await;
    let events: Vec<String> = actlog_generator::Generator::new(3).take(200).collect();
    let records = Auditor::open("").expect("the defaults").audit(events.join("\n").as_bytes()).records;
    let lines: Vec<Bytes> = records.lines().map(|line| Bytes::copy_from_slice(line.as_bytes())).collect();
    let delivered = send_lines(config(&collector), &lines).await.0.expect("taken");
    assert_eq!((delivered.records, delivered.refused), (lines.len() as u64, 0));
    let came = collector.came();
    let mut bodies = Vec::new();
    for logs in came.iter().flat_map(|came| &came.request.resource_logs) {
        assert_eq!(of_resource(logs, "service.name").as_deref(), Some("actlog"));
        let organization = of_resource(logs, "actlog.organization.id").expect("an organization");
        for record in logs.scope_logs.iter().flat_map(|logs| &logs.log_records) {
            let Some(Value::StringValue(body)) = record.body.as_ref().and_then(|body| body.value.clone()) else { panic!("no text") };
            let json: serde_json::Value = serde_json::from_str(&body).expect("JSON");
            assert_eq!(json["OrganizationId"], organization);
            for (column, key) in
                [("Id", "log.record.uid"), ("UserUpn", "user.name"), ("ClientIP", "client.address"), ("Part", "actlog.part")]
            {
                let expected = json.get(column).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                assert_eq!(attribute(&record.attributes, key), expected, "{column}");
            }
            let time: jiff::Timestamp = json["CreationTime"].as_str().expect("a time").parse().expect("a time");
            assert_eq!(i128::from(record.time_unix_nano), time.as_nanosecond());
            assert!(record.observed_time_unix_nano > record.time_unix_nano);
            bodies.push(body);
        }
    }
    let mut expected: Vec<String> = records.lines().map(str::to_owned).collect();
    expected.sort();
    bodies.sort();
    assert_eq!(bodies, expected, "every line, unchanged");
}

#[tokio::test]
async fn whatever_is_answered_is_tried_until_it_is_taken() {
    let answers = [
        Answer::Status(503),
        Answer::Status(429),
        Answer::Status(500),
        Answer::Status(400),
        Answer::Status(401),
        Answer::Status(404),
        Answer::Status(301),
        Answer::AtMost(0),
        Answer::Hangs,
        Answer::Resets,
        Answer::Breaks,
        Answer::Endless,
        Answer::Page,
    ];
    for answer in answers {
        let (collector, sent, failures) = send(vec![answer.clone()], 1, |_| {}).await;
        if matches!(answer, Answer::AtMost(_)) {
            // It stays so: what is too long alone waits, and is told.
            assert_eq!(sent, None);
            assert!(failures.iter().all(|(trouble, _)| *trouble == Trouble::TooLarge) && failures.len() > 1);
            continue;
        }
        assert_eq!(sent, Some((1, 0)), "{answer:?}");
        assert_eq!((failures.len(), ids(&collector).len()), (1, 2), "{answer:?}: {failures:?}");
    }
}

#[tokio::test]
async fn what_went_wrong_is_told_with_what_was_said() {
    let (_, sent, failures) = send([400, 401, 500].map(Answer::Status).to_vec(), 2, |_| {}).await;
    assert_eq!(sent, Some((2, 0)));
    let told: Vec<String> = failures.iter().map(|(trouble, tries)| format!("{tries} {trouble}")).collect();
    assert_eq!(
        told,
        [
            "1 the receiver refuses what was sent: 400 Bad Request: it says why",
            "2 the receiver refuses: 401 Unauthorized: it says why",
            "3 500 Internal Server Error: it says why",
        ]
    );
}

#[tokio::test]
async fn collector_that_is_not_there_yet_is_waited_for() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let mut config = Destination::new(format!("http://{address}/v1/logs"));
    (config.retry_ms, config.max_retry_ms) = (5, 20);
    let (sent, failures) = send_lines(config, &lines(1)).await;
    assert_eq!(sent, None);
    assert!(failures.len() > 3 && failures[0].0.to_string().contains("refused"), "{failures:?}");
}

#[tokio::test]
async fn retry_after_is_waited_for_up_to_the_limit() {
    let begin = Instant::now();
    let (_, sent, _) = send(vec![Answer::Later(503, "1")], 1, |config| config.max_retry_ms = 5_000).await;
    assert_eq!(sent, Some((1, 0)));
    assert!(begin.elapsed() >= Duration::from_secs(1));
    // An hour is asked for, and the limit is waited.
    let (_, sent, _) = send(vec![Answer::Later(429, "3600")], 1, |config| config.max_retry_ms = 50).await;
    assert_eq!(sent, Some((1, 0)));
}

#[tokio::test]
async fn partial_success_is_counted_and_not_sent_again() {
    let collector = Collector::start([Answer::TakesAllBut(2)]).await;
    let delivered = send_lines(config(&collector), &lines(5)).await.0.expect("answered");
    assert_eq!((delivered.records, delivered.refused, delivered.message.as_str()), (3, 2, "too old"));
    assert_eq!(collector.came().len(), 1);
    // More refused than were sent is nonsense, and does not make the count overflow.
    let (_, sent, _) = send(vec![Answer::TakesAllBut(i64::MAX)], 5, |_| {}).await;
    assert_eq!(sent, Some((0, 5)));
}

#[tokio::test]
async fn too_long_a_request_is_halved() {
    let (collector, sent, failures) = send(vec![Answer::AtMost(3)], 10, |_| {}).await;
    assert_eq!((sent, failures), (Some((10, 0)), Vec::new()));
    let taken: Vec<String> = ids(&collector).into_iter().filter(|ids| ids.len() <= 3).flatten().collect();
    assert_eq!(taken, (0..10).map(|number| format!("id-{number}")).collect::<Vec<_>>(), "each once, in order");
}

#[tokio::test]
async fn record_that_is_refused_is_waited_for_or_left_out_as_set() {
    let (_, sent, failures) = send(vec![Answer::Dislikes("id-4\"")], 10, |_| {}).await;
    assert_eq!(sent, None, "nothing is left out that nobody said may be");
    assert!(failures.len() > 1);
    let collector = Collector::start([Answer::Dislikes("id-4\"")]).await;
    let mut config = config(&collector);
    (config.on_refusal, config.protocol, config.compression) = (OnRefusal::Skip, Protocol::Ndjson, Compression::None);
    let delivered = send_lines(config.clone(), &lines(10)).await.0.expect("all but one are taken");
    let why = "the receiver refuses what was sent: 400 Bad Request: it says why".to_owned();
    assert_eq!((delivered.records, delivered.skipped), (9, vec![Skipped { index: 4, why }]));
    let taken: String = collector
        .came()
        .iter()
        .map(|came| String::from_utf8_lossy(&came.body).into_owned())
        .filter(|body| !body.contains("id-4\""))
        .collect();
    let expected: String = lines(10)
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != 4)
        .map(|(_, line)| String::from_utf8_lossy(line).into_owned() + "\n")
        .collect();
    assert_eq!(taken, expected, "each once, in order");
    // Who is refused altogether leaves nothing out.
    let (_, sent, _) = send(vec![Answer::Status(401); 300], 2, |config| config.on_refusal = OnRefusal::Skip).await;
    assert_eq!(sent, None);
}

#[tokio::test]
async fn ocsf_goes_by_either_protocol() {
    for protocol in [Protocol::Otlp, Protocol::Ndjson] {
        let collector = Collector::start([]).await;
        let mut config = config(&collector);
        (config.form, config.protocol) = (Form::Ocsf, protocol);
        assert_eq!(send_lines(config, &lines(2)).await.0.expect("taken").records, 2);
        let came = collector.came();
        let events: Vec<serde_json::Value> = match protocol {
            Protocol::Ndjson => came[0]
                .body
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
                .map(|line| serde_json::from_slice(line).expect("JSON"))
                .collect(),
            Protocol::Otlp => {
                let body = |record: &&_| -> String {
                    let record: &opentelemetry_proto::tonic::logs::v1::LogRecord = record;
                    match record.body.as_ref().and_then(|body| body.value.clone()) {
                        Some(Value::StringValue(text)) => text,
                        other => panic!("{other:?}"),
                    }
                };
                came[0].records().iter().map(|record| serde_json::from_str(&body(record)).expect("JSON")).collect()
            }
        };
        let uids: Vec<_> = events.iter().map(|event| (event["class_uid"].clone(), event["metadata"]["uid"].clone())).collect();
        assert_eq!(uids, [(6003.into(), "id-0".into()), (6003.into(), "id-1".into())]);
    }
}

#[tokio::test]
async fn batches_have_their_limit_and_compression_can_be_off() {
    let (collector, sent, _) = send(vec![], 10, |config| (config.batch, config.compression) = (4, Compression::None)).await;
    assert_eq!(sent, Some((10, 0)));
    assert_eq!(ids(&collector).iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2]);
    assert!(collector.came().iter().all(|came| !came.headers.contains("gzip")));
}

#[tokio::test]
async fn line_that_is_no_record_is_named_and_not_sent() {
    for bad in [&b"[1]"[..], b"{\"Id\":", b"\xff", b""] {
        let collector = Collector::start([]).await;
        let mut lines = lines(2);
        lines.push(Bytes::copy_from_slice(bad));
        let (sent, failures) = send_lines(config(&collector), &lines).await;
        assert_eq!(sent, None);
        assert!(failures[0].0.to_string().contains("line 2 is no record"), "{failures:?}");
        assert_eq!(collector.came().len(), 0);
        let mut config = config(&collector);
        config.on_refusal = OnRefusal::Skip;
        let delivered = send_lines(config, &lines).await.0.expect("the others are taken");
        assert_eq!((delivered.records, delivered.skipped[0].index), (2, 2));
    }
}

#[tokio::test]
async fn certificates_and_secrets_that_cannot_be_read_are_told_before_anything_is_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let (empty, long, broken) = (folder.path().join("empty.pem"), folder.path().join("long"), folder.path().join("broken"));
    std::fs::write(&empty, "no certificate here").expect("written");
    std::fs::write(&long, "x".repeat(9_000)).expect("written");
    std::fs::write(&broken, "a\nb").expect("written");
    for file in [folder.path().join("missing.pem"), empty] {
        let mut config = Destination::new("https://127.0.0.1:1/v1/logs");
        config.ca_file = Some(file);
        assert_eq!(Sender::new(config).expect_err("refused").key, "ca-file");
    }
    for file in [folder.path().join("missing"), long, broken] {
        let mut config = Destination::new("http://127.0.0.1:1/v1/logs");
        config.headers_file.insert("authorization".into(), file);
        assert_eq!(Sender::new(config).expect_err("refused").key, "headers-file");
    }
    let mut config = Destination::new("http://127.0.0.1:1/v1/logs");
    config.headers_env.insert("authorization".into(), "ACTLOG_TEST_NO_SUCH_VARIABLE".into());
    assert_eq!(Sender::new(config).expect_err("refused").key, "headers-env");
}

#[tokio::test]
async fn headers_with_secrets_are_sent() {
    let collector = Collector::start([]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("token");
    std::fs::write(&file, "Bearer abc\n").expect("written");
    let mut config = config(&collector);
    // A variable that is there wherever Cargo runs a test.
    config.headers_env.insert("x-secret".into(), "CARGO_PKG_NAME".into());
    config.headers_file.insert("authorization".into(), file);
    assert!(!format!("{:?}", Sender::new(config.clone()).expect("valid")).contains("abc"));
    send_lines(config, &lines(1)).await.0.expect("taken");
    let headers = &collector.came()[0].headers;
    assert!(headers.contains("\r\nx-secret: actlog-push\r\n") && headers.contains("\r\nauthorization: bearer abc\r\n"), "{headers}");
}
