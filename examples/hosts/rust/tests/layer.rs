//! The layer around services, and what becomes of events behind it.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use actlog_engine::{Cache, Engine, Filter};
use actlog_tower::{AuditLayer, Audited, Auditor, Builder, Exchange, Kept, OData, Overflow, SdkEvent, Sink, Why};
use http::{Request, Response, StatusCode};
use std::convert::Infallible;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;
use tower::{Layer, ServiceExt, service_fn};

const ORGANIZATION: &str = "7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10";

fn filter() -> Filter {
    engine(1 << 30).filter("").unwrap()
}

fn engine(memory_limit: usize) -> Engine {
    let cache = Cache::Folder(Path::new(env!("CARGO_TARGET_TMPDIR")).join("shared-cache"));
    Engine::builder().cache(cache).memory_limit(memory_limit).build().unwrap()
}

fn builder() -> Builder {
    Auditor::builder(filter()).linger(Duration::from_millis(1))
}

/// What a sink took.
#[derive(Clone, Default)]
struct Taken {
    records: Arc<Mutex<Vec<u8>>>,
    kept: Arc<Mutex<Vec<Kept>>>,
    calls: Arc<AtomicUsize>,
    failures: usize,
}

impl Taken {
    fn records(&self) -> Vec<serde_json::Value> {
        let bytes = self.records.lock().unwrap();
        bytes.split_inclusive(|byte| *byte == b'\n').map(|line| serde_json::from_slice(line).unwrap()).collect()
    }

    fn column(&self, name: &str) -> Vec<String> {
        self.records().iter().map(|record| record[name].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Sink for Taken {
    type Error = &'static str;

    async fn write(&mut self, batch: &Audited) -> Result<(), &'static str> {
        if self.calls.fetch_add(1, Ordering::SeqCst) < self.failures {
            return Err("not now");
        }
        self.records.lock().unwrap().extend_from_slice(&batch.records);
        let mut kept = self.kept.lock().unwrap();
        for Kept { event, why } in &batch.kept {
            let why = match why {
                Why::Rejected(rejection) => Why::Rejected(rejection.clone()),
                Why::Faulted(faulted) => Why::Faulted(faulted.clone()),
                Why::Failed(why) => Why::Failed(why.clone()),
            };
            kept.push(Kept { event: event.clone(), why });
        }
        Ok(())
    }
}

fn odata() -> OData {
    OData::new(ORGANIZATION.parse().unwrap(), "/api/").entity_set("accounts", "account")
}

fn layer(auditor: &Auditor) -> AuditLayer {
    let odata = odata();
    AuditLayer::new(auditor.clone(), move |exchange| odata.event(exchange))
}

fn get(path: &str) -> Request<()> {
    Request::get(path).body(()).unwrap()
}

fn event(id: &str) -> SdkEvent {
    SdkEvent {
        event_id: Some(id.to_owned()),
        message: "Retrieve".to_owned(),
        organization_id: ORGANIZATION.to_owned(),
        ..SdkEvent::default()
    }
}

async fn ok(_: Request<()>) -> Result<Response<&'static str>, Infallible> {
    Ok(Response::new("done"))
}

#[tokio::test]
async fn exchange_becomes_a_record_and_its_answer_passes_unchanged() {
    let taken = Taken::default();
    let (auditor, worker) = builder().start(taken.clone());
    let service = layer(&auditor).layer(service_fn(ok));
    let answer = service.clone().oneshot(get("/api/accounts")).await.unwrap();
    assert_eq!(*answer.body(), "done");
    service.oneshot(get("/elsewhere")).await.unwrap();
    let stats = worker.close().await;
    assert_eq!((stats.passed, stats.recorded, stats.unmapped, stats.lost), (2, 1, 1, 0));
    assert_eq!((taken.column("Message"), taken.column("EntityName")), (vec!["RetrieveMultiple".to_owned()], vec!["account".to_owned()]));
    assert_eq!(taken.column("ResultStatus"), ["Success"]);
}

#[tokio::test]
async fn axum_router_is_audited_with_what_its_layers_know() {
    use axum::{Extension, Router, body::Body, extract::Path, routing::patch};
    let taken = Taken::default();
    let (auditor, worker) = builder().start(taken.clone());
    let odata = odata();
    let audit = AuditLayer::new(auditor, move |exchange: &Exchange<'_>| {
        let user = exchange.request.extensions.get::<String>().cloned();
        Some(SdkEvent { user_upn: user, ..odata.event(exchange)? })
    });
    let answer = |Path(_): Path<String>| async { StatusCode::NOT_FOUND };
    let app: Router = Router::new().route("/api/{record}", patch(answer)).layer(audit).layer(Extension("anna@contoso.com".to_owned()));
    let path = format!("/api/accounts({ORGANIZATION})");
    let request = Request::patch(path).header("if-match", "*").body(Body::from("{}")).unwrap();
    assert_eq!(app.oneshot(request).await.unwrap().status(), StatusCode::NOT_FOUND);
    assert_eq!(worker.close().await.recorded, 1);
    assert_eq!((taken.column("Message"), taken.column("ResultStatus")), (vec!["Update".to_owned()], vec!["Failed".to_owned()]));
    assert_eq!((taken.column("UserUpn"), taken.column("EntityId")), (vec!["anna@contoso.com".to_owned()], vec![ORGANIZATION.to_owned()]));
}

#[tokio::test]
async fn exchange_that_is_given_up_or_fails_is_in_doubt() {
    let taken = Taken::default();
    let (auditor, worker) = builder().start(taken.clone());
    let endless = service_fn(|_: Request<()>| std::future::pending::<Result<Response<()>, Infallible>>());
    let given_up = layer(&auditor).layer(endless).oneshot(get("/api/accounts"));
    assert!(tokio::time::timeout(Duration::from_millis(20), given_up).await.is_err());
    let failing = service_fn(|_: Request<()>| async { Err::<Response<()>, _>("no") });
    assert_eq!(layer(&auditor).layer(failing).oneshot(get("/api/accounts")).await.unwrap_err(), "no");
    assert_eq!(worker.close().await.recorded, 2);
    assert_eq!(taken.column("ResultStatus"), ["InDoubt", "InDoubt"]);
}

#[tokio::test]
async fn equal_exchanges_are_events_of_their_own() {
    let taken = Taken::default();
    let (auditor, worker) = builder().start(taken.clone());
    for _ in 0..100 {
        layer(&auditor).layer(service_fn(ok)).oneshot(get("/api/accounts")).await.unwrap();
    }
    worker.close().await;
    let mut ids = taken.column("Id");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 100);
}

/// A service that waits, and counts who reached it.
fn gate(reached: Arc<AtomicUsize>, open: Arc<Notify>) -> impl Fn(Request<()>) -> GateFuture + Clone {
    move |_| {
        let (reached, open) = (reached.clone(), open.clone());
        Box::pin(async move {
            reached.fetch_add(1, Ordering::SeqCst);
            open.notified().await;
            Ok(Response::new(()))
        })
    }
}

type GateFuture = std::pin::Pin<Box<dyn Future<Output = Result<Response<()>, Infallible>> + Send>>;

#[tokio::test]
async fn full_queue_holds_requests_back_before_they_reach_the_service() {
    let taken = Taken::default();
    let (auditor, worker) = builder().queue(2).start(taken.clone());
    let (reached, open) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let service = layer(&auditor).layer(service_fn(gate(reached.clone(), open.clone())));
    let requests: Vec<_> = (0..5).map(|_| tokio::spawn(service.clone().oneshot(get("/api/accounts")))).collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(reached.load(Ordering::SeqCst), 2, "two places, two requests under way");
    while reached.load(Ordering::SeqCst) < 5 {
        open.notify_waiters();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    open.notify_waiters();
    for request in requests {
        request.await.unwrap().unwrap();
    }
    let stats = worker.close().await;
    assert_eq!((stats.passed, stats.recorded, stats.lost), (5, 5, 0));
}

#[tokio::test]
async fn full_queue_that_lets_pass_counts_what_is_lost() {
    let taken = Taken::default();
    let (auditor, worker) = builder().queue(1).overflow(Overflow::Pass).start(taken.clone());
    let (reached, open) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let service = layer(&auditor).layer(service_fn(gate(reached.clone(), open.clone())));
    let requests: Vec<_> = (0..5).map(|_| tokio::spawn(service.clone().oneshot(get("/api/accounts")))).collect();
    while reached.load(Ordering::SeqCst) < 5 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    open.notify_waiters();
    for request in requests {
        request.await.unwrap().unwrap();
    }
    let stats = worker.close().await;
    assert_eq!((stats.passed, stats.recorded, stats.lost), (5, 1, 4));
}

#[tokio::test]
async fn close_waits_for_requests_that_are_being_answered() {
    let taken = Taken::default();
    let (auditor, worker) = builder().start(taken.clone());
    let (reached, open) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let request = tokio::spawn(layer(&auditor).layer(service_fn(gate(reached.clone(), open.clone()))).oneshot(get("/api/accounts")));
    while reached.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let closing = tokio::spawn(worker.close());
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!closing.is_finished());
    open.notify_waiters();
    request.await.unwrap().unwrap();
    assert_eq!(closing.await.unwrap().recorded, 1);
    // What comes later is counted, not forgotten.
    auditor.submit(&event("late")).await;
    assert_eq!((auditor.stats().passed, auditor.stats().lost), (2, 1));
}

#[tokio::test]
async fn flush_waits_until_the_sink_has_it() {
    let taken = Taken::default();
    let (auditor, worker) = builder().batch(7).start(taken.clone());
    for number in 0..100 {
        auditor.submit(&event(&number.to_string())).await;
    }
    auditor.flush().await;
    assert_eq!(taken.column("EventId"), (0..100).map(|number| number.to_string()).collect::<Vec<_>>(), "all, in order");
    assert!(taken.calls.load(Ordering::SeqCst) >= 100 / 7);
    assert_eq!(worker.close().await.recorded, 100);
}

#[tokio::test]
async fn sink_that_fails_gets_the_same_batch_again() {
    let taken = Taken { failures: 3, ..Taken::default() };
    let (auditor, worker) = builder().start(taken.clone());
    auditor.submit(&event("1")).await;
    auditor.flush().await;
    assert_eq!(taken.column("EventId"), ["1"]);
    let stats = worker.close().await;
    assert_eq!((stats.recorded, stats.sink_failures, stats.unwritten), (1, 3, 0));
}

#[tokio::test]
async fn sink_that_never_takes_anything_does_not_hold_up_the_end() {
    let taken = Taken { failures: usize::MAX, ..Taken::default() };
    let (auditor, worker) = builder().batch(1).patience(Duration::from_millis(100)).start(taken.clone());
    for number in 0..3 {
        auditor.submit(&event(&number.to_string())).await;
    }
    let stats = tokio::time::timeout(Duration::from_secs(20), worker.close()).await.unwrap();
    assert_eq!((stats.recorded, stats.unwritten), (3, 3));
    assert!(stats.sink_failures >= 3, "each batch is tried");
}

#[tokio::test]
async fn worker_that_is_dropped_goes_on_until_the_last_auditor_is() {
    let taken = Taken::default();
    let (auditor, worker) = builder().start(taken.clone());
    drop(worker);
    auditor.submit(&event("1")).await;
    auditor.flush().await;
    assert_eq!(taken.column("EventId"), ["1"]);
}

#[tokio::test]
async fn function_that_panics_is_counted_and_does_not_hurt_the_answer() {
    let (auditor, worker) = builder().start(Taken::default());
    let service = AuditLayer::new(auditor, |_| panic!("a bug of the function")).layer(service_fn(ok));
    assert_eq!(*service.oneshot(get("/api/accounts")).await.unwrap().body(), "done");
    let stats = worker.close().await;
    assert_eq!((stats.passed, stats.lost), (1, 1));
}

#[tokio::test]
async fn events_without_a_record_reach_the_sink_with_their_reason() {
    let taken = Taken::default();
    let filter = engine(16 << 20).filter("").unwrap();
    let (auditor, worker) = Auditor::builder(filter).start(taken.clone());
    let bad = SdkEvent { entity_id: Some("no GUID".to_owned()), ..event("bad") };
    let giant = SdkEvent { entity_name: Some("x".repeat(15 << 20)), ..event("giant") };
    let excluded = SdkEvent { message: "WhoAmI".to_owned(), ..event("excluded") };
    for event in [&event("good"), &bad, &giant, &excluded] {
        auditor.submit(event).await;
    }
    let stats = worker.close().await;
    assert_eq!((stats.passed, stats.recorded, stats.excluded, stats.rejected, stats.faulted), (4, 1, 1, 1, 1));
    let kept = taken.kept.lock().unwrap();
    let whys: Vec<_> = kept.iter().map(|Kept { event, why }| (serde_json::from_slice::<serde_json::Value>(event).unwrap(), why)).collect();
    assert!(whys.iter().any(|(event, why)| event["EventId"] == "bad" && matches!(why, Why::Rejected(_))));
    assert!(whys.iter().any(|(event, why)| event["EventId"] == "giant" && matches!(why, Why::Faulted(_))));
}

#[tokio::test]
async fn batch_that_cannot_be_filtered_reaches_the_sink_whole() {
    let taken = Taken::default();
    let filter = engine(4 << 20).filter("").unwrap();
    let (auditor, worker) = Auditor::builder(filter).start(taken.clone());
    auditor.submit(&SdkEvent { entity_name: Some("x".repeat(5 << 20)), ..event("giant") }).await;
    let stats = worker.close().await;
    assert_eq!((stats.passed, stats.failed), (1, 1));
    assert!(matches!(&taken.kept.lock().unwrap()[..], [Kept { why: Why::Failed(why), .. }] if why.contains("bytes")));
}
