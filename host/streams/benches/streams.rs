//! How fast events go in, through workers, and out again, against plain publishers of the same bytes to the same servers, round by
//! round in one run, so that what else the machine does touches both.
//!
//! `tests/streams/run bench` (three servers on this machine that write through to the disk, and everything else beside them).
//! ACTLOG_ROUNDS: how many rounds, 3 if not set.

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
use futures_util::future::join_all;

/// Of each kind in each round.
const EVENTS: usize = 40_000;
const BYTES: usize = 1_500;
/// Messages of a plain publisher that wait for their acknowledgement, as `nats bench` has it.
const AT_ONCE: usize = 500;

/// One record of the same size an event, and nothing else.
struct Copies;

impl Work for Copies {
    async fn work(&self, batch: Vec<Event>) -> Vec<Outcome> {
        let record = |event: Event| Record { id: id(&event.bytes), line: event.bytes };
        batch.into_iter().map(|event| Outcome::Recorded(vec![record(event)])).collect()
    }
}

/// The number that an event begins with.
fn id(event: &[u8]) -> String {
    let digits = event.iter().take_while(|byte| byte.is_ascii_digit()).copied().collect();
    format!("bench-{}", String::from_utf8(digits).expect("digits"))
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

/// Of the same bytes into a stream of the same kind, each publisher over its own connection: what the servers are able to.
async fn plain(config: &Config, publishers: usize) {
    join_all((0..publishers).map(|_| async {
        let client = async_nats::connect(config.servers.clone()).await.expect("connected");
        let context = jetstream::new(client);
        let publish = |number| {
            let context = context.clone();
            async move { context.publish("plain", event(number)).await.expect("sent").await.expect("acknowledged") }
        };
        futures_util::stream::iter((0..EVENTS / publishers).map(publish)).buffer_unordered(AT_ONCE).for_each(|_| async {}).await;
    }))
    .await;
}

async fn put_in(intake: &Intake, first: usize) {
    for chunk in (first..first + EVENTS).map(event).collect::<Vec<_>>().chunks(2_000) {
        intake.publish(chunk.to_vec()).await.expect("taken");
    }
}

/// Until all events are worked, each worker over its own connection.
async fn work(link: &Link, workers: usize) {
    let stop = CancellationToken::new();
    let mut working = Vec::new();
    for _ in 0..workers {
        let worker = Worker::new(Link::open(link.config().clone()).await.expect("a link"));
        let stop = stop.clone();
        working.push(tokio::spawn(async move { worker.work(Copies, stop).await }));
    }
    until_done(link, "workers", "ACTLOG-EVENTS").await;
    stop.cancel();
    let mut records = 0;
    for worker in working {
        records += worker.await.expect("no panic").records;
    }
    assert_eq!(records, EVENTS as u64);
}

async fn take_out(link: &Link) {
    let (stop, sink) = (CancellationToken::new(), Sink::new(link.clone(), Lane::Records, "store").expect("there is one"));
    let taking = tokio::spawn({
        let stop = stop.clone();
        async move { sink.take(Nowhere, stop).await }
    });
    until_done(link, "store", "ACTLOG-RECORDS").await;
    stop.cancel();
    taking.await.expect("no panic");
}

async fn until_done(link: &Link, reader: &str, stream: &str) {
    loop {
        let all = lag(link).await.expect("answered");
        let one = all.iter().find(|lag| lag.reader == reader && lag.stream == stream).expect("there");
        if one.waiting + one.in_work == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    // Figures only, and none of what the connections say.
    tracing::subscriber::set_global_default(tracing::subscriber::NoSubscriber::new()).expect("it is the first");
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime").block_on(measure());
}

const KINDS: [&str; 6] =
    ["a plain publisher", "two plain publishers", "events in", "a worker: events out, records in", "two workers", "a sink: records out"];

async fn measure() {
    let cluster = nodes::Cluster::start(3, "");
    let mut config = cluster.config();
    // As it is where the settings say nothing else.
    let usual = Config::new(config.servers.clone());
    config.batch = number("ACTLOG_BATCH", usual.batch);
    config.batches_at_once = number("ACTLOG_BATCHES", usual.batches_at_once);
    config.publishes_at_once = number("ACTLOG_PUBLISHES", usual.publishes_at_once);
    config.events_per_message = number("ACTLOG_PER_MESSAGE", usual.events_per_message);
    config.records_retention = usual.records_retention;
    config.ack_wait_ms = 30_000;
    config.answer_ms = 10_000;
    let link = cluster.ready(&config).await;
    let context = jetstream::new(async_nats::connect(config.servers.clone()).await.expect("connected"));
    let wanted =
        stream::Config { name: "PLAIN".into(), subjects: vec!["plain".into()], num_replicas: config.replicas, ..stream::Config::default() };
    context.create_stream(wanted).await.expect("created");
    let intake = Intake::new(link.clone());
    let rounds = number("ACTLOG_ROUNDS", 3);
    println!("{EVENTS} messages of {BYTES} bytes, 3 servers, {rounds} rounds; messages a second");
    let mut seconds = [0.0; KINDS.len()];
    let mut in_round = [0.0; KINDS.len()];
    for round in 0..rounds {
        let first = 2 * round * EVENTS;
        for (at, seconds) in in_round.iter_mut().enumerate() {
            if at == 4 {
                put_in(&intake, first + EVENTS).await;
            }
            let begin = Instant::now();
            match at {
                0 | 1 => plain(&config, at + 1).await,
                2 => put_in(&intake, first).await,
                3 | 4 => work(&link, at - 2).await,
                _ => take_out(&link).await,
            }
            // The sink takes out what all workers put in.
            *seconds = begin.elapsed().as_secs_f64() / if at == 5 { 2.0 } else { 1.0 };
        }
        let rates: Vec<String> = in_round.iter().map(|seconds| format!("{:.0}", EVENTS as f64 / seconds)).collect();
        println!("round {}: {}", round + 1, rates.join(", "));
        seconds.iter_mut().zip(in_round).for_each(|(sum, seconds)| *sum += seconds);
    }
    for (kind, sum) in KINDS.iter().zip(seconds) {
        println!("{kind:40} {:8.0}  {:.2} of a plain publisher", (EVENTS * rounds) as f64 / sum, seconds[0] / sum);
    }
    let (native, workers) = (seconds[0] / seconds[1], seconds[3] / seconds[4]);
    println!("two instead of one: plain publishers × {native:.2}, workers × {workers:.2}: {:.2} of native", workers / native);
}

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}
