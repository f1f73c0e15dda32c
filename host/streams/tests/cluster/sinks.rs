//! Stores that fail in every way.

use std::time::Duration;

use actlog_streams::{Intake, Lane, Sink};

use crate::nodes::Cluster;
use crate::parts::{Mood, Store, event, ids};
use crate::running::{Running, assert_each_once, send, until_kept};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn store_that_fails_hangs_panics_and_loses_its_answer_gets_all_of_it() {
    let cluster = Cluster::start(3, "");
    let mut config = cluster.config();
    config.keep_timeout_ms = 3_000; // Longer than ack-wait-ms: nobody else may be given what is held.
    let link = cluster.ready(&config).await;
    let store = Store::default();
    let moods = [Mood::Fails, Mood::Hangs, Mood::Panics, Mood::KeepsAndFails, Mood::Fails];
    store.moods.lock().expect("not poisoned").extend(moods);
    let mut running = Running::new();
    running.worker(&config, Duration::from_millis(5)).await;
    running.sink(&config, Lane::Records, &store).await;
    send(&Intake::new(link.clone()), (0..60).map(|number| event(number, "ok")).collect()).await;
    until_kept(&store, 80).await;
    let counts = running.stop().await;
    assert_eq!(counts[1].keep_again, moods.len() as u64);
    // Each came once from the servers: holding on worked.
    assert_eq!(counts[1].taken, 80, "{:?}", counts[1]);
    assert_each_once(&link, &store, 0..60).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn record_that_is_never_kept_goes_to_the_rejects_and_holds_up_nobody() {
    let cluster = Cluster::start(1, "");
    let config = cluster.config();
    let link = cluster.ready(&config).await;
    let never = ids(7).remove(0);
    let store = Store { never: Some(never.clone()), ..Store::default() };
    let rejects = Store::default();
    let mut running = Running::new();
    running.worker(&config, Duration::from_millis(5)).await;
    running.sink(&config, Lane::Records, &store).await;
    running.sink(&config, Lane::Rejects, &rejects).await;
    send(&Intake::new(link.clone()), (0..20).map(|number| event(number, "ok")).collect()).await;
    until_kept(&store, (0..20).map(|number| ids(number).len()).sum::<usize>() - 1).await;
    until_kept(&rejects, 1).await;
    running.stop().await;
    let kept = rejects.kept.lock().expect("not poisoned");
    let message = &kept[&never][0];
    assert_eq!(message.bytes.as_ref(), b"{\"Id\":\"event-7-1\"}");
    let reject = message.reject.as_ref().expect("a reject");
    assert_eq!((reject.outcome.as_str(), reject.why.explanation.as_str()), ("record-refused", "it does not fit"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sink_without_a_name_in_the_settings_is_refused() {
    let cluster = Cluster::start(1, "");
    let link = cluster.ready(&cluster.config()).await;
    assert!(Sink::new(link, Lane::Records, "another").is_err());
}
