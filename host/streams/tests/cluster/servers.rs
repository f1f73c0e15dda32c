//! Servers that are restarted, killed, full or set up otherwise.

use std::time::Duration;

use actlog_streams::{Config, Intake, IntakeError, Lane, Link, Retention, Why, check, lag, setup};
use bytes::Bytes;

use crate::nodes::Cluster;
use crate::parts::{Store, event, ids};
use crate::running::{Running, assert_each_once, leader_of, send, standing, until, until_empty, until_kept};

const QUICK: Duration = Duration::from_millis(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restarts_and_kills_of_servers_lose_and_double_nothing() {
    restarts_and_kills(Retention::Limits).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restarts_and_kills_of_servers_lose_nothing_of_runs() {
    restarts_and_kills(Retention::WorkQueue).await;
}

async fn restarts_and_kills(retention: Retention) {
    let mut cluster = Cluster::start(3, "");
    let mut config = cluster.config();
    config.records_retention = retention;
    let link = cluster.ready(&config).await;
    let (intake, store) = (Intake::new(link.clone()), Store::default());
    let mut running = Running::new();
    for _ in 0..3 {
        running.worker(&config, QUICK).await;
    }
    running.sink(&config, Lane::Records, &store).await;
    let mut sent = 0;
    for round in 0..4 {
        let batch: Vec<Bytes> = (sent..sent + 100).map(|number| event(number, "ok")).collect();
        sent += batch.len();
        let sending = tokio::spawn({
            let intake = intake.clone();
            async move { send(&intake, batch).await }
        });
        match round {
            0..3 => cluster.stop(round),
            _ => {
                let leader = leader_of(&link, "ACTLOG-RECORDS").await;
                cluster.kill(leader);
                tokio::time::sleep(Duration::from_millis(500)).await;
                cluster.begin(leader);
            }
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        if round < 3 {
            cluster.begin(round);
        }
        sending.await.expect("sent");
        until_kept(&store, (0..sent).map(|number| ids(number).len()).sum()).await;
    }
    until_empty(&link).await;
    let counts = running.stop().await;
    assert_eq!(counts.iter().any(|counts| counts.in_runs > 0), retention == Retention::WorkQueue, "{counts:?}");
    assert_each_once(&link, &store, 0..sent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_queue_gives_each_record_to_the_store_and_keeps_none() {
    let cluster = Cluster::start(3, "");
    let mut config = cluster.config();
    config.records_retention = Retention::WorkQueue;
    let link = cluster.ready(&config).await;
    assert_eq!(check(&link).await.expect("answered"), []);
    let store = Store::default();
    let mut running = Running::new();
    running.worker(&config, QUICK).await;
    running.sink(&config, Lane::Records, &store).await;
    send(&Intake::new(link.clone()), (0..60).map(|number| event(number, "ok")).collect()).await;
    until_kept(&store, 80).await;
    running.stop().await;
    assert_eq!(store.ids().len(), 80);
    assert_eq!(standing(&link, Lane::Records).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_outcome_ends_in_its_lane_once() {
    let cluster = Cluster::start(1, "");
    let config = cluster.config();
    let link = cluster.ready(&config).await;
    let (records, rejects, ledger) = (Store::default(), Store::default(), Store::default());
    let words = ["ok", "excluded", "rejected"];
    let events: Vec<Bytes> = (0..30).map(|number| event(number, words[number % 3])).collect();
    let intake = Intake::new(link.clone());
    send(&intake, events.clone()).await;
    assert_eq!(intake.publish(events.clone()).await.expect("taken").doubles, 30);
    until("all to be counted", async || {
        let all = lag(&link).await.expect("answered");
        let workers = all.iter().find(|lag| lag.reader == "workers").expect("a reader");
        (workers.waiting, workers.in_work) == (30, 0)
    })
    .await;
    let mut running = Running::new();
    for (lane, store) in [(Lane::Records, &records), (Lane::Rejects, &rejects), (Lane::Ledger, &ledger)] {
        running.sink(&config, lane, store).await;
    }
    running.worker(&config, QUICK).await;
    until_empty(&link).await;
    // Sent again after the window: worked again, and nothing new comes of it.
    tokio::time::sleep(Duration::from_millis(config.dedupe_window_ms + 500)).await;
    assert_eq!(intake.publish(events.clone()).await.expect("taken").doubles, 0);
    until_empty(&link).await;
    until_kept(&records, 20).await;
    until_kept(&rejects, 10).await;
    until_kept(&ledger, 10).await;
    let counts = running.stop().await;
    assert_eq!((counts[3].recorded, counts[3].excluded, counts[3].rejected, counts[3].doubles), (20, 20, 20, 40), "{:?}", counts[3]);
    assert_each_once(&link, &records, (0..30).step_by(3)).await;
    for (lane, store) in [(Lane::Rejects, &rejects), (Lane::Ledger, &ledger)] {
        let standing = standing(&link, lane).await;
        assert_eq!(standing.len(), 10, "{lane:?}");
        assert!(standing.values().all(|&times| times == 1), "{lane:?}: {standing:?}");
        assert_eq!(store.ids(), standing.into_keys().collect::<Vec<_>>());
    }
    let kept = rejects.kept.lock().expect("not poisoned");
    let mut bytes: Vec<Bytes> = kept.values().map(|times| times[0].bytes.clone()).collect();
    bytes.sort();
    let mut expected: Vec<Bytes> = events.iter().skip(2).step_by(3).cloned().collect();
    expected.sort();
    assert_eq!(bytes, expected, "byte for byte");
    let reject = kept.values().next().and_then(|times| times[0].reject.clone()).expect("a reject");
    assert_eq!(reject.why, Why { at: 3, ..Why::new("not-json", "no  JSON") });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_stream_refuses_and_goes_on_when_there_is_room() {
    let cluster = Cluster::start(1, "");
    let mut config = cluster.config();
    config.events_max_bytes = 64 * 1024;
    config.max_event_bytes = 8 * 1024;
    let link = cluster.ready(&config).await;
    let intake = Intake::new(link.clone());
    let long = |number: usize| event(number, &"x".repeat(4_000));
    let mut taken = 0;
    let refusal = loop {
        match intake.publish(vec![long(taken)]).await {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
        assert!(taken < 100, "64 KiB took 100 events of 4 KB");
    };
    assert!(matches!(refusal, IntakeError::Full(_)), "{refusal:?}");
    let store = Store::default();
    let mut running = Running::new();
    running.worker(&config, QUICK).await;
    running.sink(&config, Lane::Records, &store).await;
    send(&intake, vec![long(taken)]).await;
    until_empty(&link).await;
    until_kept(&store, (0..=taken).map(|number| ids(number).len()).sum()).await;
    running.stop().await;
    assert_each_once(&link, &store, 0..=taken).await;
    // The limit itself passes, one more does not, and then nothing of the request is taken.
    let length = config.max_event_bytes;
    assert_eq!(intake.publish(vec![Bytes::from(vec![b'a'; length])]).await.expect("taken").events, 1);
    // The count of what waits comes a moment after the acknowledgement.
    until("the one event to be counted", async || lag(&link).await.expect("answered")[0].waiting == 1).await;
    let refused = intake.publish(vec![event(1, "new"), Bytes::from(vec![b'b'; length + 1])]).await.expect_err("refused");
    assert_eq!(refused, IntakeError::TooLarge { index: 1, bytes: length + 1, limit: length });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(lag(&link).await.expect("answered")[0].waiting, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_names_what_is_otherwise_and_setup_mends_it() {
    let cluster = Cluster::start(1, "");
    let config = cluster.config();
    let link = cluster.ready(&config).await;
    assert_eq!(check(&link).await.expect("answered"), []);
    setup(&link).await.expect("a second time does no harm");
    let context = async_nats::jetstream::new(async_nats::connect(cluster.url(0)).await.expect("connected"));
    let mut changed = context.get_stream("ACTLOG-LEDGER").await.expect("there").cached_info().config.clone();
    changed.discard = async_nats::jetstream::stream::DiscardPolicy::Old;
    changed.max_messages = 5;
    context.update_stream(changed).await.expect("changed");
    context.delete_consumer_from_stream("workers", "ACTLOG-EVENTS").await.expect("deleted");
    let found: Vec<String> = check(&link).await.expect("answered").into_iter().map(|finding| finding.what).collect();
    assert_eq!(found, ["stream ACTLOG-LEDGER discard", "stream ACTLOG-LEDGER max_msgs", "consumer workers of ACTLOG-EVENTS"]);
    setup(&link).await.expect("mended");
    assert_eq!(check(&link).await.expect("answered"), []);
}

/// The pair of keys of the documentation of NATS.
const SEED: &str = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
const PUBLIC: &str = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_has_the_key_comes_in() {
    let cluster = Cluster::start(1, &format!("authorization {{ users: [ {{ nkey: {PUBLIC} }} ] }}"));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("key.nk");
    std::fs::write(&file, format!("{SEED}\n")).expect("written");
    let mut config: Config = cluster.config();
    config.nkey_file = Some(file);
    cluster.ready(&config).await;
    config.nkey_file = None;
    let stranger = Link::open(config).await.expect("opens and goes on trying");
    assert!(setup(&stranger).await.is_err());
}
