//! Events that cannot be worked, and workers that die.

use std::time::Duration;

use actlog_streams::{Intake, Lane, Retention};

use crate::nodes::Cluster;
use crate::parts::{Store, event, ids};
use crate::running::{Running, assert_each_once, send, standing, until, until_empty, until_kept};
use crate::worker_process::Process;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_goes_to_the_rejects_after_its_tries_and_its_neighbours_are_recorded() {
    poison(1, Retention::Limits).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_in_one_message_with_others_goes_to_the_rejects_after_its_tries() {
    poison(64, Retention::Limits).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_beside_runs_of_records_goes_to_the_rejects_after_its_tries() {
    poison(64, Retention::WorkQueue).await;
}

async fn poison(events_per_message: usize, retention: Retention) {
    let cluster = Cluster::start(1, "");
    let mut config = cluster.config();
    config.records_retention = retention;
    config.events_per_message = events_per_message;
    config.max_tries = 4;
    let link = cluster.ready(&config).await;
    let (store, rejects) = (Store::default(), Store::default());
    let mut running = Running::new();
    running.worker(&config, Duration::from_millis(5)).await;
    running.sink(&config, Lane::Records, &store).await;
    running.sink(&config, Lane::Rejects, &rejects).await;
    let words = ["ok", "poison", "panics", "bad-id", "too-long", "heals"];
    let events: Vec<_> = (0..40).map(|number| event(number, words.get(number).unwrap_or(&"ok"))).collect();
    send(&Intake::new(link.clone()), events.clone()).await;
    until_kept(&rejects, 4).await;
    until_empty(&link).await;
    let good: Vec<usize> = [0].into_iter().chain(5..40).collect();
    until_kept(&store, good.iter().map(|&number| ids(number).len()).sum()).await;
    let counts = running.stop().await;
    assert_eq!(counts[0].given_up, 4);
    assert_each_once(&link, &store, good.into_iter()).await;
    // Every try was counted: in the batch, and then alone.
    let context = async_nats::jetstream::new(async_nats::connect(cluster.url(0)).await.expect("connected"));
    let stream = context.get_stream("ACTLOG-REJECTS").await.expect("there");
    let subject = format!("actlog.rejects.{}", actlog_streams::event_key(&events[1]));
    let message = stream.get_last_raw_message_by_subject(&subject).await.expect("there");
    assert_eq!(message.headers.get("Actlog-Tries").map(|tries| tries.as_str()), Some("4"));
    assert_eq!(message.headers.get("Actlog-Outcome").map(|outcome| outcome.as_str()), Some("faulted"));
    let kept = rejects.kept.lock().expect("not poisoned");
    let reasons = ["it traps", "the worker panicked", "\"a.b\" cannot be the Id of a record", "the servers refuse a record of it"];
    for (number, reason) in (1..).zip(reasons) {
        let reject = &kept[&actlog_streams::event_key(&events[number])][0];
        assert_eq!(&reject.bytes, &events[number]);
        let found = reject.reject.as_ref().expect("a reject");
        assert!(found.outcome == "faulted" && found.why.explanation.starts_with(reason), "{found:?}");
    }
    assert_eq!(kept.len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_workers_lose_and_double_nothing() {
    killed_workers(Retention::Limits).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_workers_lose_nothing_of_runs() {
    killed_workers(Retention::WorkQueue).await;
}

async fn killed_workers(retention: Retention) {
    let cluster = Cluster::start(3, "");
    let mut config = cluster.config();
    config.records_retention = retention;
    config.max_tries = 50; // Here the killing is not the events' fault.
    let link = cluster.ready(&config).await;
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::default();
    let mut running = Running::new();
    running.sink(&config, Lane::Records, &store).await;
    send(&Intake::new(link.clone()), (0..400).map(|number| event(number, "ok")).collect()).await;
    let expected: usize = (0..400).map(|number| ids(number).len()).sum();
    let mut worker = Process::start(&config, folder.path());
    let mut kills = 0;
    for share in 1..5 {
        until("some more records", async || store.ids().len() >= expected * share / 8).await;
        worker.0.kill().expect("killed");
        kills += usize::from(store.ids().len() < expected);
        worker = Process::start(&config, folder.path());
    }
    assert!(kills >= 3, "it was done too soon to be killed in the midst of it");
    until_kept(&store, expected).await;
    until_empty(&link).await;
    running.stop().await;
    assert_each_once(&link, &store, 0..400).await;
    assert_eq!(standing(&link, Lane::Rejects).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn event_that_kills_its_worker_goes_to_the_rejects_and_its_neighbours_are_recorded() {
    killer(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn event_that_kills_its_worker_in_one_message_with_others_harms_none_of_them() {
    killer(64).await;
}

async fn killer(events_per_message: usize) {
    let cluster = Cluster::start(1, "");
    let mut config = cluster.config();
    config.events_per_message = events_per_message;
    config.ack_wait_ms = 500;
    config.max_tries = 3;
    let link = cluster.ready(&config).await;
    let folder = tempfile::tempdir().expect("a folder");
    let (store, rejects) = (Store::default(), Store::default());
    let mut running = Running::new();
    running.sink(&config, Lane::Records, &store).await;
    running.sink(&config, Lane::Rejects, &rejects).await;
    send(&Intake::new(link.clone()), (0..30).map(|number| event(number, if number == 5 { "kills" } else { "ok" })).collect()).await;
    let mut worker = Process::start(&config, folder.path());
    let mut deaths = 0;
    until("the killer in the rejects", async || {
        if worker.0.try_wait().expect("asked").is_some() {
            deaths += 1;
            worker = Process::start(&config, folder.path());
        }
        rejects.ids().len() == 1
    })
    .await;
    until_empty(&link).await;
    let good = (0..30).filter(|&number| number != 5);
    until_kept(&store, good.clone().map(|number| ids(number).len()).sum()).await;
    running.stop().await;
    assert_eq!(deaths, 3, "the first in a batch");
    assert_each_once(&link, &store, good).await;
    assert_eq!(rejects.ids(), [actlog_streams::event_key(b"5 kills")]);
}
