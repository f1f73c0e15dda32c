//! A journal that is full: closed or open, as set.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actlog_proxy::{Config, OnFailure};
use http_body_util::{BodyExt, Full};
use hyper::Response;
use tokio::io::AsyncWriteExt;
use tokio::time::sleep;

use crate::common::{client, raw_upstream, read_head, request, rig, send, upstream};

/// A journal that is full after some dozens of exchanges.
fn small(config: &mut Config) {
    config.journal.body_bytes = 16 << 10;
    config.journal.segment_bytes = 512 << 10;
    config.journal.limit_bytes = 2 << 20;
}

async fn counting() -> (std::net::SocketAddr, Arc<AtomicUsize>) {
    let seen = Arc::new(AtomicUsize::new(0));
    let count = seen.clone();
    let address = upstream(move |request| {
        count.fetch_add(1, Ordering::Relaxed);
        async move {
            let _ = request.into_body().collect().await;
            Response::new(Full::from("{}"))
        }
    })
    .await;
    (address, seen)
}

#[tokio::test]
async fn full_journal_refuses_what_is_the_api_and_recovers() {
    let (upstream, seen) = counting().await;
    let rig = rig(upstream, small).await;
    rig.keep.fails.store(true, Ordering::Relaxed);
    let mut passed = 0;
    for n in 0..300 {
        // One in ten has no body: its intent is refused where it is made, the others' before anything goes up.
        let body = if n % 10 == 0 { Vec::new() } else { vec![b'x'; 16 << 10] };
        let answer = send(request("POST", rig.address, "/api", body)).await;
        match answer.status().as_u16() {
            200 => passed += 1,
            503 => assert!(answer.headers().contains_key("retry-after")),
            other => panic!("{other}"),
        }
    }
    assert!((20..290).contains(&passed), "{passed}");
    assert_eq!(seen.load(Ordering::Relaxed), passed, "what was refused went up");
    // What is not the API is none of the journal's business.
    assert_eq!(send(request("POST", rig.address, "/other", "x")).await.status(), 200);
    let bytes: u64 =
        std::fs::read_dir(rig.folder.path().join("journal")).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    assert!(bytes <= 2 << 20, "{bytes}");
    rig.keep.fails.store(false, Ordering::Relaxed);
    let found = rig.keep.wait(passed).await;
    assert!(found.iter().all(|exchange| exchange.status == Some(200)), "the reserve keeps outcomes from being lost");
    assert_eq!(send(request("POST", rig.address, "/api", vec![b'x'; 16 << 10])).await.status(), 200);
}

#[tokio::test]
async fn full_journal_that_is_open_lets_pass_and_counts() {
    let (upstream, seen) = counting().await;
    let rig = rig(upstream, |config| {
        small(config);
        config.on_failure = OnFailure::Open;
    })
    .await;
    rig.keep.fails.store(true, Ordering::Relaxed);
    for _ in 0..200 {
        assert_eq!(send(request("POST", rig.address, "/api", vec![b'x'; 16 << 10])).await.status(), 200);
    }
    let stats = rig.running.stats().snapshot();
    assert_eq!(seen.load(Ordering::Relaxed), 200);
    assert_eq!(stats.journaled + stats.unrecorded, 200);
    assert!(stats.unrecorded > 50, "{stats:?}");
    rig.keep.fails.store(false, Ordering::Relaxed);
    rig.keep.wait(stats.journaled as usize).await;
}

#[tokio::test]
async fn answer_that_lasts_does_not_fill_the_journal() {
    let upstream = raw_upstream(|mut stream| async move {
        let head = read_head(&mut stream).await;
        if head.starts_with("GET /api/slow") {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc").await;
            sleep(Duration::from_secs(20)).await;
        } else {
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await;
        }
    })
    .await;
    let rig = rig(upstream, small).await;
    let _slow = client(false).request(request("GET", rig.address, "/api/slow", "")).await.unwrap();
    let target = format!("/api/{}", "x".repeat(10_000));
    for _ in 0..400 {
        assert_eq!(send(request("GET", rig.address, &target, "")).await.status(), 204);
    }
    let found = rig.keep.wait(401).await;
    let slow = found.iter().find(|exchange| exchange.target == "/api/slow").unwrap();
    assert_eq!((slow.status, slow.ended), (Some(200), actlog_proxy::Ended::Unknown));
    assert_eq!(rig.running.stats().snapshot().early, 1);
}

#[tokio::test]
async fn outcome_that_cannot_be_kept_is_held_back_and_leaves_doubt() {
    for on_failure in [OnFailure::Closed, OnFailure::Open] {
        // All requests are up before the first answer comes down, and the answers' heads are more than the reserve holds.
        let (waiting, go) = (Arc::new(AtomicUsize::new(0)), Arc::new(tokio::sync::Notify::new()));
        let (count, wait) = (waiting.clone(), go.clone());
        let upstream = upstream(move |request| {
            let (count, wait) = (count.clone(), wait.clone());
            async move {
                let _ = request.into_body().collect().await;
                let gone = wait.notified();
                count.fetch_add(1, Ordering::Relaxed);
                gone.await;
                Response::builder().header("x-long", "x".repeat(6000)).body(Full::default()).unwrap()
            }
        })
        .await;
        let rig = rig(upstream, |config| {
            small(config);
            config.on_failure = on_failure;
        })
        .await;
        rig.keep.fails.store(true, Ordering::Relaxed);
        let client = client(false);
        let asked: Vec<_> =
            (0..60).map(|_| tokio::spawn(client.request(request("POST", rig.address, "/api", vec![b'x'; 12 << 10])))).collect();
        while waiting.load(Ordering::Relaxed) < 60 {
            sleep(Duration::from_millis(10)).await;
        }
        sleep(Duration::from_millis(50)).await;
        go.notify_waiters();
        let mut lost = 0;
        for one in asked {
            let answer = one.await.unwrap().unwrap();
            match (answer.status().as_u16(), on_failure) {
                (200, _) => {}
                // Who asks again would do it twice.
                (500, OnFailure::Closed) => {
                    assert!(!answer.headers().contains_key("retry-after"));
                    lost += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        let stats = rig.running.stats().snapshot();
        assert!((5..60).contains(&stats.outcomes_lost), "{stats:?}");
        assert_eq!(lost, if on_failure == OnFailure::Closed { stats.outcomes_lost } else { 0 });
        rig.keep.fails.store(false, Ordering::Relaxed);
        let found = rig.keep.wait(60).await;
        let in_doubt = found.iter().filter(|exchange| exchange.is_in_doubt()).count() as u64;
        // The journal was more than half full before any had ended, so that it may have given up waiting for the oldest.
        let early = rig.running.stats().snapshot().early;
        assert!((stats.outcomes_lost..=stats.outcomes_lost + early).contains(&in_doubt), "{in_doubt}: {stats:?}");
    }
}
