//! How fast events go in, through a worker, and out again, against a plain publisher with the same bytes and the same servers.
//!
//! `tests/streams/run bench` (three servers on this machine that write through to the disk, and everything else beside them)

#[expect(dead_code, reason = "the tests need all of it")]
#[path = "../tests/cluster/nodes.rs"]
mod nodes;

use std::time::{Duration, Instant};

use actlog_streams::{
    CancellationToken, Config, Event, Intake, Keep, KeepError, Kept, Lane, Link, Outcome, Record, Sink, Work, Worker, lag,
};
use async_nats::jetstream::{self, stream};
use bytes::Bytes;
use futures_util::StreamExt;

const EVENTS: usize = 20_000;
const BYTES: usize = 1_500;
const AT_ONCE: usize = 256;

/// One record of the same size an event, and nothing else.
struct Copies;

impl Work for Copies {
    async fn work(&self, batch: Vec<Event>) -> Vec<Outcome> {
        let record = |event: Event| Record { id: format!("bench-{}", event.sequence), line: event.bytes };
        batch.into_iter().map(|event| Outcome::Recorded(vec![record(event)])).collect()
    }
}

struct Nowhere;

impl Keep for Nowhere {
    async fn keep(&self, _: Vec<Kept>) -> Result<(), KeepError> {
        Ok(())
    }
}

fn event(number: usize) -> Bytes {
    let mut event = number.to_string().into_bytes();
    event.resize(BYTES, b' ');
    event.into()
}

/// As many as one connection can, of the same bytes into a stream of the same kind: what the servers are able to.
async fn plain(config: &Config) {
    let client = async_nats::connect(config.servers.clone()).await.expect("connected");
    let context = jetstream::new(client);
    let wanted =
        stream::Config { name: "PLAIN".into(), subjects: vec!["plain".into()], num_replicas: config.replicas, ..stream::Config::default() };
    context.create_stream(wanted).await.expect("created");
    let publish = |number| {
        let context = context.clone();
        async move { context.publish("plain", event(number)).await.expect("sent").await.expect("acknowledged") }
    };
    futures_util::stream::iter((0..EVENTS).map(publish)).buffer_unordered(AT_ONCE).for_each(|_| async {}).await;
}

async fn until_done(link: &Link, reader: &str, stream: &str) {
    loop {
        let all = lag(link).await.expect("answered");
        let one = all.iter().find(|lag| lag.reader == reader && lag.stream == stream).expect("there");
        if one.waiting + one.in_work == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime").block_on(measure());
}

async fn measure() {
    let cluster = nodes::Cluster::start(3, "");
    let mut config = cluster.config();
    config.batch = AT_ONCE;
    config.publishes_at_once = AT_ONCE;
    config.ack_wait_ms = 30_000;
    config.answer_ms = 10_000;
    let link = cluster.ready(&config).await;
    let mut limit = 0.0;
    let mut show = |what: &str, begin: Instant| {
        let rate = EVENTS as f64 / begin.elapsed().as_secs_f64();
        if limit == 0.0 {
            limit = rate;
        }
        println!("{what:40} {rate:8.0} messages/s  {:.2} of plain", rate / limit);
    };
    println!("{EVENTS} messages of {BYTES} bytes, 3 servers, {AT_ONCE} at once");

    let begin = Instant::now();
    plain(&config).await;
    show("a plain publisher", begin);

    let intake = Intake::new(link.clone());
    let begin = Instant::now();
    for chunk in (0..EVENTS).map(event).collect::<Vec<_>>().chunks(2_000) {
        intake.publish(chunk.to_vec()).await.expect("taken");
    }
    show("events in", begin);

    let stop = CancellationToken::new();
    let worker = Worker::new(link.clone());
    let begin = Instant::now();
    let working = tokio::spawn({
        let stop = stop.clone();
        async move { worker.work(Copies, stop).await }
    });
    until_done(&link, "workers", "ACTLOG-EVENTS").await;
    show("a worker: events out, records in", begin);

    let sink = Sink::new(link.clone(), Lane::Records, "store").expect("there is one");
    let begin = Instant::now();
    let sinking = tokio::spawn({
        let stop = stop.clone();
        async move { sink.take(Nowhere, stop).await }
    });
    until_done(&link, "store", "ACTLOG-RECORDS").await;
    show("a sink: records out", begin);
    stop.cancel();
    let (worked, sunk) = (working.await.expect("no panic"), sinking.await.expect("no panic"));
    assert_eq!((worked.records, sunk.kept), (EVENTS as u64, EVENTS as u64));
}
