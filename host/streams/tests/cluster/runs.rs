//! Records that are written in runs, and what happens where a run cannot be.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actlog_streams::{CancellationToken, Config, Lane, Link, Outlet, OutletError, Record, Retention, check, setup};
use async_nats::jetstream::{self, Context};
use futures_util::future::join_all;

use crate::nodes::Cluster;
use crate::parts::Store;
use crate::running::{Running, until, until_kept};

/// A work-queue, where ids are remembered for as long as the test runs.
fn queue(cluster: &Cluster) -> Config {
    let mut config = cluster.config();
    config.records_retention = Retention::WorkQueue;
    config.dedupe_window_ms = 120_000;
    config
}

fn records(numbers: std::ops::Range<usize>, bytes: usize) -> Vec<Record> {
    let line = |number: usize| {
        let mut line = number.to_string().into_bytes();
        line.resize(bytes, b'.');
        line.into()
    };
    numbers.map(|number| Record { id: format!("record-{number}"), line: line(number) }).collect()
}

async fn give(outlet: &Outlet, records: Vec<Record>) {
    outlet.give(records, &CancellationToken::new()).await.expect("given");
}

async fn context(cluster: &Cluster) -> Context {
    jetstream::new(async_nats::connect(cluster.url(0)).await.expect("connected"))
}

async fn messages(context: &Context) -> u64 {
    context.get_stream("ACTLOG-RECORDS").await.expect("there").cached_info().state.messages
}

/// The sink is given each of so many records once, and no other.
async fn assert_all_once(config: &Config, number: usize) {
    let (store, mut running) = (Store::default(), Running::new());
    running.sink(config, Lane::Records, &store).await;
    until_kept(&store, number).await;
    running.stop().await;
    let mut expected: Vec<String> = (0..number).map(|number| format!("record-{number}")).collect();
    expected.sort();
    assert_eq!(store.ids(), expected);
    let twice: Vec<String> =
        store.kept.lock().expect("not poisoned").iter().filter(|(_, times)| times.len() > 1).map(|(id, _)| id.clone()).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_are_written_in_runs_and_stand_once() {
    let cluster = Cluster::start(3, "");
    let mut config = queue(&cluster);
    // A slow disk is no reason to give a run up.
    config.answer_ms = 20_000;
    let link = cluster.ready(&config).await;
    let outlet = Outlet::new(link.clone());
    give(&outlet, records(0..1_200, 100)).await;
    let counts = outlet.count().now();
    assert_eq!((counts.records, counts.in_runs, counts.publish_again), (1_200, 1_200, 0), "{counts:?}");
    // The same and some more, from two at once, while ids are remembered.
    join_all([0..1_500, 700..1_500].map(|numbers| give(&outlet, records(numbers, 100)))).await;
    assert_eq!(messages(&context(&cluster).await).await, 1_500);
    // Too few for a run.
    give(&outlet, records(1_500..1_503, 100)).await;
    assert_all_once(&config, 1_503).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_lose_and_double_nothing_when_leaders_change() {
    let cluster = Cluster::start(3, "");
    let config = queue(&cluster);
    let link = cluster.ready(&config).await;
    let outlet = Outlet::new(link.clone());
    let changes = Arc::new(AtomicUsize::new(0));
    let changing = tokio::spawn({
        let (context, changes) = (context(&cluster).await, changes.clone());
        async move {
            loop {
                let asked = context.request::<_, _, serde_json::Value>("STREAM.LEADER.STEPDOWN.ACTLOG-RECORDS", &()).await;
                changes.fetch_add(usize::from(asked.is_ok_and(|answer| answer["success"] == true)), Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(1_000)).await;
            }
        }
    });
    let mut all = 0;
    until("some runs that go well and some that do not", async || {
        let some = (all..all + 2_000).step_by(500).map(|first| give(&outlet, records(first..first + 500, 1_000)));
        join_all(some).await;
        all += 2_000;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let counts = outlet.count().now();
        changes.load(Ordering::Relaxed) > 3 && counts.in_runs > 0 && counts.publish_again > 0
    })
    .await;
    changing.abort();
    assert_all_once(&config, all).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stream_that_takes_no_runs_is_given_records_one_by_one() {
    let cluster = Cluster::start(1, "");
    let mut config = queue(&cluster);
    // A slow disk is no reason to give a run up.
    config.answer_ms = 20_000;
    let link = cluster.ready(&config).await;
    assert_eq!(check(&link).await.expect("answered"), []);
    let context = context(&cluster).await;
    let mut changed = context.get_stream("ACTLOG-RECORDS").await.expect("there").cached_info().config.clone();
    changed.allow_batch_publish = false;
    context.update_stream(changed).await.expect("changed");
    let outlet = Outlet::new(link.clone());
    give(&outlet, records(0..100, 100)).await;
    assert_eq!((outlet.count().now().records, outlet.count().now().in_runs), (100, 0));
    let found: Vec<String> = check(&link).await.expect("answered").into_iter().map(|finding| finding.what).collect();
    assert_eq!(found, ["stream ACTLOG-RECORDS allow_batched"]);
    setup(&link).await.expect("mended");
    let link = Link::open(config.clone()).await.expect("a link");
    until("a connection", async || check(&link).await.is_ok_and(|found| found.is_empty())).await;
    let outlet = Outlet::new(link);
    give(&outlet, records(50..150, 100)).await;
    assert_eq!(outlet.count().now().in_runs, 100);
    assert_all_once(&config, 150).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn record_that_no_server_takes_is_named_and_those_beside_it_can_be_given() {
    let cluster = Cluster::start(1, "");
    let config = queue(&cluster);
    let outlet = Outlet::new(cluster.ready(&config).await);
    let mut some = records(0..50, 100);
    some[20].line = vec![b'x'; 2 << 20].into();
    let refused = outlet.give(some.clone(), &CancellationToken::new()).await;
    assert!(matches!(&refused, Err(OutletError::Refused { id, .. }) if id == "record-20"), "{refused:?}");
    some[20].line = "shorter".into();
    give(&outlet, some).await;
    assert_all_once(&config, 50).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_wait_where_the_stream_is_full_and_go_on_when_there_is_room() {
    let cluster = Cluster::start(1, "");
    let mut config = queue(&cluster);
    config.records_max_bytes = 100_000;
    let link = cluster.ready(&config).await;
    let outlet = Outlet::new(link.clone());
    let giving = tokio::spawn({
        let outlet = outlet.clone();
        async move { give(&outlet, records(0..300, 1_000)).await }
    });
    until("a full stream", async || outlet.count().now().publish_again > 20).await;
    assert!(!giving.is_finished());
    assert!(messages(&context(&cluster).await).await < 100);
    assert_all_once(&config, 300).await;
    giving.await.expect("given");
}
