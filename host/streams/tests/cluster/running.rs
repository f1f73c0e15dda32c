//! What the tests share: workers and a sink that run, and the question whether everything stands once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actlog_streams::{CancellationToken, Config, Count, Counts, Intake, Lane, Link, Names, Retention, Sink, Worker};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::task::JoinHandle;

use crate::nodes::Cluster;
use crate::parts::{Filter, Store, ids};

/// Workers and sinks, until they are stopped.
pub struct Running {
    stop: CancellationToken,
    tasks: Vec<JoinHandle<Counts>>,
    pub counts: Vec<Arc<Count>>,
}

impl Running {
    pub fn new() -> Self {
        Self { stop: CancellationToken::new(), tasks: Vec::new(), counts: Vec::new() }
    }

    pub async fn worker(&mut self, config: &Config, pause: Duration) {
        let worker = Worker::new(Link::open(config.clone()).await.expect("a link"));
        self.counts.push(worker.count());
        let stop = self.stop.clone();
        self.tasks.push(tokio::spawn(async move { worker.work(Filter { pause }, stop).await }));
    }

    pub async fn sink(&mut self, config: &Config, lane: Lane, store: &Store) {
        let sink = Sink::new(Link::open(config.clone()).await.expect("a link"), lane, "store").expect("there is one");
        self.counts.push(sink.count());
        let (stop, store) = (self.stop.clone(), store.clone());
        self.tasks.push(tokio::spawn(async move { sink.take(store, stop).await }));
    }

    /// Stops all and adds up what they did.
    pub async fn stop(self) -> Vec<Counts> {
        self.stop.cancel();
        let mut all = Vec::new();
        for task in self.tasks {
            all.push(tokio::time::timeout(Duration::from_secs(15), task).await.expect("it stops").expect("no panic"));
        }
        all
    }
}

/// Sends as a sender does: again and again until it is taken.
pub async fn send(intake: &Intake, events: Vec<Bytes>) {
    let begin = Instant::now();
    while let Err(error) = intake.publish(events.clone()).await {
        assert!(begin.elapsed() < Duration::from_secs(60), "{error}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until a store has so many ids.
pub async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !done().await {
        assert!(begin.elapsed() < Duration::from_secs(90), "waited too long for: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub async fn until_kept(store: &Store, number: usize) {
    until(&format!("{number} ids in the store"), async || store.kept.lock().expect("not poisoned").len() >= number).await;
}

/// How often each id stands in a lane's stream.
pub async fn standing(link: &Link, lane: Lane) -> BTreeMap<String, usize> {
    let names = Names::new(&link.config().prefix);
    let context = async_nats::jetstream::new(async_nats::connect(link.config().servers.clone()).await.expect("connected"));
    let stream = context.get_stream(names.stream(lane)).await.expect("there");
    let mut found = stream.info_with_subjects(names.subjects(lane)).await.expect("answered");
    let mut all = BTreeMap::new();
    while let Some(subject) = found.next().await {
        let (subject, times) = subject.expect("a subject");
        all.insert(subject.rsplit('.').next().unwrap_or_default().to_owned(), times);
    }
    all
}

/// The store has exactly the records of these events, and the stream has each once; a work-queue none.
pub async fn assert_each_once(link: &Link, store: &Store, events: impl Iterator<Item = usize>) {
    let mut expected: Vec<String> = events.flat_map(ids).collect();
    expected.sort();
    assert_eq!(store.ids(), expected, "what the store has");
    if link.config().records_retention == Retention::WorkQueue {
        until("an empty queue of records", async || standing(link, Lane::Records).await.is_empty()).await;
        let kept = store.kept.lock().expect("not poisoned");
        assert!(kept.values().all(|times| times.iter().all(|one| one.bytes == times[0].bytes)), "the same each time");
        return;
    }
    let standing = standing(link, Lane::Records).await;
    assert_eq!(standing.keys().cloned().collect::<Vec<_>>(), expected, "what the stream has");
    assert!(standing.values().all(|&times| times == 1), "stands twice: {standing:?}");
}

/// The events are all done: none is in the stream any more.
pub async fn until_empty(link: &Link) {
    until("no events left", async || {
        let lag = actlog_streams::lag(link).await;
        lag.is_ok_and(|lag| lag.iter().filter(|lag| lag.reader == "workers").all(|lag| lag.waiting + lag.in_work == 0))
    })
    .await;
}

pub async fn leader_of(link: &Link, stream: &str) -> usize {
    let context = async_nats::jetstream::new(async_nats::connect(link.config().servers.clone()).await.expect("connected"));
    let stream = context.get_stream(stream).await.expect("there");
    let leader = stream.cached_info().cluster.as_ref().and_then(|cluster| cluster.leader.clone()).expect("a leader");
    Cluster::number_of(&leader)
}
