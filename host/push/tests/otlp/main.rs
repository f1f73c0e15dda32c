//! Records to a collector that behaves, and to one that does not.

mod collector;

use std::time::{Duration, Instant};

use actlog_guest::pipeline::Auditor;
use actlog_push::{Compression, Otlp, OtlpConfig, Queue, QueueError, SendError};
use bytes::Bytes;
use collector::{Answer, Collector, attribute, of_resource};
use opentelemetry_proto::tonic::common::v1::any_value::Value;

fn lines(number: usize) -> Vec<Bytes> {
    (0..number).map(|number| format!(r#"{{"Id":"id-{number}","OrganizationId":"o"}}"#).into()).collect()
}

fn config(collector: &Collector) -> OtlpConfig {
    let mut config = OtlpConfig::new(&collector.url);
    config.timeout_ms = 300;
    config.retry_ms = 5;
    config.max_retry_ms = 5_000;
    config
}

async fn send(answers: Vec<Answer>, number: usize, change: impl FnOnce(&mut OtlpConfig)) -> (Collector, Result<(u64, u64), SendError>) {
    let collector = Collector::start(answers).await;
    let mut config = config(&collector);
    change(&mut config);
    let sent = Otlp::new(config).expect("valid").send(&lines(number)).await;
    (collector, sent.map(|delivered| (delivered.records, delivered.refused)))
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
    let delivered = Otlp::new(config(&collector)).expect("valid").send(&lines).await.expect("taken");
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
async fn what_passes_is_tried_until_it_is_taken() {
    let answers = [
        Answer::Status(503),
        Answer::Status(429),
        Answer::Status(502),
        Answer::Status(504),
        Answer::Hangs,
        Answer::Resets,
        Answer::Breaks,
        Answer::Endless,
    ];
    let tries = answers.len() + 1;
    let (collector, sent) = send(answers.to_vec(), 3, |_| {}).await;
    assert_eq!(sent, Ok((3, 0)));
    let ids = ids(&collector);
    assert_eq!(ids.len(), tries);
    assert!(ids.iter().all(|ids| ids == &["id-0", "id-1", "id-2"]), "{ids:?}");
}

#[tokio::test]
async fn collector_that_is_not_there_yet_is_waited_for() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let mut config = OtlpConfig::new(format!("http://{address}/v1/logs"));
    config.retry_ms = 5;
    config.give_up_ms = 100;
    match Otlp::new(config).expect("valid").send(&lines(1)).await {
        Err(SendError::GivenUp { tries, why }) => assert!(tries > 1 && why.contains("refused"), "{tries} {why}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_the_specification_forbids_to_try_again_is_told_at_once() {
    for status in [400, 401, 404, 500, 501, 301] {
        let (collector, sent) = send(vec![Answer::Status(status)], 2, |_| {}).await;
        assert_eq!(sent, Err(SendError::Refused { status, message: "it says why".into() }));
        assert_eq!(collector.came().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn page_that_says_200_is_no_acknowledgement() {
    let (collector, sent) = send(vec![Answer::Page], 2, |_| {}).await;
    assert!(matches!(sent, Err(SendError::NotACollector(_))), "{sent:?}");
    assert_eq!(collector.came().len(), 1);
}

#[tokio::test]
async fn retry_after_is_waited_for_up_to_the_limit() {
    let begin = Instant::now();
    let (_, sent) = send(vec![Answer::Later(503, "1")], 1, |_| {}).await;
    assert_eq!(sent, Ok((1, 0)));
    assert!(begin.elapsed() >= Duration::from_secs(1));
    // An hour is asked for, and less than the limit of the test is waited.
    let (_, sent) = send(vec![Answer::Later(429, "3600")], 1, |config| config.max_retry_ms = 50).await;
    assert_eq!(sent, Ok((1, 0)));
}

#[tokio::test]
async fn partial_success_is_counted_and_not_sent_again() {
    let collector = Collector::start([Answer::TakesAllBut(2)]).await;
    let delivered = Otlp::new(config(&collector)).expect("valid").send(&lines(5)).await.expect("taken");
    assert_eq!((delivered.records, delivered.refused, delivered.message.as_str()), (3, 2, "too old"));
    assert_eq!(collector.came().len(), 1);
    // More refused than were sent is nonsense, and does not make the count overflow.
    let (_, sent) = send(vec![Answer::TakesAllBut(i64::MAX)], 5, |_| {}).await;
    assert_eq!(sent, Ok((0, 5)));
}

#[tokio::test]
async fn too_long_a_request_is_halved_and_one_record_that_is_too_long_is_told() {
    let (collector, sent) = send(vec![Answer::AtMost(3)], 10, |_| {}).await;
    assert_eq!(sent, Ok((10, 0)));
    let taken: Vec<String> = ids(&collector).into_iter().filter(|ids| ids.len() <= 3).flatten().collect();
    assert_eq!(taken, (0..10).map(|number| format!("id-{number}")).collect::<Vec<_>>(), "each once, in order");
    let (_, sent) = send(vec![Answer::AtMost(0)], 2, |_| {}).await;
    assert!(matches!(sent, Err(SendError::Refused { status: 413, .. })), "{sent:?}");
}

#[tokio::test]
async fn batches_have_their_limit_and_compression_can_be_off() {
    let (collector, sent) = send(vec![], 10, |config| (config.batch, config.compression) = (4, Compression::None)).await;
    assert_eq!(sent, Ok((10, 0)));
    assert_eq!(ids(&collector).iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2]);
    assert!(collector.came().iter().all(|came| !came.headers.contains("gzip")));
}

#[tokio::test]
async fn line_that_is_no_record_is_named_before_anything_is_sent() {
    let collector = Collector::start([]).await;
    let otlp = Otlp::new(config(&collector)).expect("valid");
    for bad in [&b"[1]"[..], b"{\"Id\":", b"\xff", b""] {
        let mut lines = lines(2);
        lines.push(Bytes::copy_from_slice(bad));
        match otlp.send(&lines).await {
            Err(SendError::Record(error)) => assert_eq!(error.index, 2),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(collector.came().len(), 0);
}

#[tokio::test]
async fn queue_is_bounded_and_a_receipt_comes_only_after_the_collector() {
    let collector = Collector::start([Answer::Hangs]).await;
    let mut config = config(&collector);
    config.queue = 5;
    let queue = Queue::start(Otlp::new(config).expect("valid"));
    let first = queue.push(lines(3)).await.expect("room");
    assert_eq!(queue.try_push(lines(3)).expect_err("no room"), QueueError::Full);
    assert_eq!(queue.try_push(lines(6)).expect_err("never room"), QueueError::TooMany(5));
    let second = queue.try_push(lines(2)).expect("just fits");
    let mut first = Box::pin(first.wait());
    // The collector has the request and has not answered.
    let waited = tokio::time::timeout(Duration::from_millis(150), &mut first).await;
    assert!(waited.is_err(), "{waited:?}");
    assert_eq!(collector.came().len(), 1);
    assert_eq!(first.await.expect("not ended").expect("taken").records, 3);
    assert_eq!(second.wait().await.expect("not ended").expect("taken").records, 2);
    // There is room again, and what is in the queue is sent although nobody holds it any more.
    let last = queue.push(lines(5)).await.expect("room");
    drop(queue);
    assert_eq!(last.wait().await.expect("not ended").expect("taken").records, 5);
}

#[tokio::test]
async fn certificates_and_secrets_that_cannot_be_read_are_told_before_anything_is_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate here").expect("written");
    for file in [folder.path().join("missing.pem"), empty] {
        let mut config = OtlpConfig::new("https://127.0.0.1:1/v1/logs");
        config.ca_file = Some(file);
        assert_eq!(Otlp::new(config).expect_err("refused").key, "ca-file");
    }
    let mut config = OtlpConfig::new("http://127.0.0.1:1/v1/logs");
    config.headers_env.insert("authorization".into(), "ACTLOG_TEST_NO_SUCH_VARIABLE".into());
    assert_eq!(Otlp::new(config).expect_err("refused").key, "headers-env");
}

#[tokio::test]
async fn header_with_a_secret_is_sent() {
    let collector = Collector::start([]).await;
    let mut config = config(&collector);
    // A variable that is there wherever Cargo runs a test.
    config.headers_env.insert("x-secret".into(), "CARGO_PKG_NAME".into());
    Otlp::new(config).expect("valid").send(&lines(1)).await.expect("taken");
    assert!(collector.came()[0].headers.contains("\r\nx-secret: actlog-push\r\n"));
}
