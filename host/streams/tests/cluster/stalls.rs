//! Silence that outlasts what the servers remember of ids (two seconds here).

use std::time::Duration;

use actlog_streams::{Intake, Lane, Retention};

use crate::nodes::Cluster;
use crate::parts::{Store, event, ids};
use crate::relay::Relay;
use crate::running::{Running, assert_each_once, send, until, until_empty, until_kept};

const STALL: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_held_up_longer_than_the_window_double_nothing() {
    answers_held_up(Retention::Limits).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_held_up_longer_than_the_window_give_the_store_the_same_again() {
    answers_held_up(Retention::WorkQueue).await;
}

async fn answers_held_up(retention: Retention) {
    let cluster = Cluster::start(3, "");
    let mut config = cluster.config();
    config.records_retention = retention;
    let link = cluster.ready(&config).await;
    let relay = Relay::start(cluster.port(0)).await;
    let mut behind = config.clone();
    behind.servers = vec![relay.url.clone()];
    // The connection must not be given up during the silence, or what was sent would be lost with it and not be doubled.
    behind.ping_ms = 10_000;
    let store = Store::default();
    let mut running = Running::new();
    running.worker(&behind, Duration::from_millis(200)).await;
    let intake = Intake::new(link.clone());
    send(&intake, (0..100).map(|number| event(number, "ok")).collect()).await;
    // Its first records arrive at the servers, and it hears nothing; it says them again and again, longer than ids are remembered.
    until("the first records", async || relay.is_silent()).await;
    tokio::time::sleep(STALL).await;
    assert!(relay.is_silent() && relay.held() > 0, "nothing was held up");
    // Others do the rest.
    running.worker(&config, Duration::from_millis(5)).await;
    running.sink(&config, Lane::Records, &store).await;
    until_kept(&store, (0..100).map(|number| ids(number).len()).sum()).await;
    assert_eq!(running.counts[0].now().recorded, 0, "it has heard of something");
    relay.speak();
    until_empty(&link).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let counts = running.stop().await;
    assert!(counts[0].publish_again > 0, "nothing was said twice, so nothing was tested: {counts:?}");
    match retention {
        Retention::Limits => {
            assert_each_once(&link, &store, 0..100).await;
            assert!(counts[0].doubles > 0, "{counts:?}");
        }
        Retention::WorkQueue => {
            let kept = store.kept.lock().expect("not poisoned");
            let mut expected: Vec<String> = (0..100).flat_map(ids).collect();
            expected.sort();
            assert!(kept.keys().eq(&expected), "what the store has");
            assert!(kept.values().all(|times| times.iter().all(|one| one.bytes == times[0].bytes)), "the same each time");
            assert!(kept.values().any(|times| times.len() > 1), "nothing came twice, so nothing was tested");
        }
    }
    assert_eq!(counts[0].differing + counts[1].differing, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_without_a_quorum_for_longer_than_the_window_lose_and_double_nothing() {
    let cluster = Cluster::start(3, "");
    let config = cluster.config();
    let link = cluster.ready(&config).await;
    let store = Store::default();
    let mut running = Running::new();
    for _ in 0..2 {
        running.worker(&config, Duration::from_millis(50)).await;
    }
    running.sink(&config, Lane::Records, &store).await;
    let intake = Intake::new(link.clone());
    send(&intake, (0..100).map(|number| event(number, "ok")).collect()).await;
    until("the first records", async || running.counts.iter().any(|count| count.now().records > 0)).await;
    for paused in [[0, 1], [1, 2]] {
        paused.iter().for_each(|&node| cluster.pause(node));
        let late = {
            let intake = intake.clone();
            let first = 100 + paused[0] * 50;
            tokio::spawn(async move { send(&intake, (first..first + 50).map(|number| event(number, "ok")).collect()).await })
        };
        tokio::time::sleep(STALL).await;
        paused.iter().for_each(|&node| cluster.resume(node));
        late.await.expect("sent");
    }
    until_kept(&store, (0..200).map(|number| ids(number).len()).sum()).await;
    until_empty(&link).await;
    running.stop().await;
    assert_each_once(&link, &store, 0..200).await;
}
