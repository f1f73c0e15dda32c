//! What is recorded when somebody dies between two steps.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actlog_proxy::carry::{Intent, Intention, Keeper};
use actlog_proxy::{Ended, JournalOptions, Limits, OnFailure};
use bytes::Bytes;
use http_body_util::{BodyExt, StreamBody};
use hyper::Request;
use hyper::body::Frame;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use crate::common::{Keep, PATIENCE, client, echo, header, raw_upstream, read_head, request, rig, send};

#[tokio::test]
async fn upstream_that_cannot_be_reached_saw_nothing() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let rig = rig(closed, |_| {}).await;
    for body in ["", "{}"] {
        assert_eq!(send(request("POST", rig.address, "/api", body)).await.status(), 502);
    }
    rig.keep.wait(0).await;
    assert_eq!(rig.running.stats().snapshot().unreached, 2);
}

#[tokio::test]
async fn upstream_that_dies_after_the_request_leaves_it_in_doubt_and_nothing_is_sent_twice() {
    let requests = Arc::new(AtomicUsize::new(0));
    let count = requests.clone();
    let upstream = raw_upstream(move |mut stream| {
        let count = count.clone();
        async move {
            if !read_head(&mut stream).await.is_empty() {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    })
    .await;
    let rig = rig(upstream, |_| {}).await;
    for (n, method) in ["GET", "POST", "DELETE"].into_iter().enumerate() {
        assert_eq!(send(request(method, rig.address, "/api", "")).await.status(), 502);
        let found = rig.keep.wait(n + 1).await;
        assert_eq!((found[n].status, found[n].ended), (None, Ended::NoAnswer));
    }
    assert_eq!(requests.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn upstream_that_dies_within_its_answer_is_recorded_as_cut() {
    for (answer, chunked) in [("content-length: 10\r\n\r\nabc", false), ("transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", true)] {
        let upstream = raw_upstream(move |mut stream| async move {
            read_head(&mut stream).await;
            stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{answer}").as_bytes()).await.unwrap();
            sleep(Duration::from_millis(100)).await;
        })
        .await;
        let rig = rig(upstream, |_| {}).await;
        let response = client(false).request(request("GET", rig.address, "/api", "")).await.unwrap();
        assert_eq!(response.status(), 200);
        // What was cut never looks whole.
        assert!(response.into_body().collect().await.is_err(), "chunked: {chunked}");
        let found = rig.keep.wait(1).await.remove(0);
        assert_eq!((found.status, found.ended, found.response_body.whole), (Some(200), Ended::Cut, false));
        assert_eq!(found.response_body.bytes, b"abc");
    }
}

#[tokio::test]
async fn answer_that_ends_with_trailers_is_whole() {
    let upstream = raw_upstream(|mut stream| async move {
        let answer = "HTTP/1.1 200 OK\r\ntrailer: x-end\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-end: 1\r\n\r\n";
        while !read_head(&mut stream).await.is_empty() {
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    })
    .await;
    let rig = rig(upstream, |_| {}).await;
    for n in 1..=20 {
        assert_eq!(send(request("GET", rig.address, "/api", "")).await.body().as_ref(), b"abc");
        assert_eq!(rig.keep.wait(n).await[n - 1].ended, Ended::Whole);
    }
}

#[tokio::test]
async fn frames_behind_the_last_byte_do_not_let_it_go_up_before_the_intent() {
    let seen = Arc::new(AtomicUsize::new(0));
    let count = seen.clone();
    // Acts on the last byte of what it was told to expect, and dies.
    let upstream = raw_upstream(move |mut stream| {
        let count = count.clone();
        async move {
            read_head(&mut stream).await;
            let mut body = [0; 2];
            count.fetch_add(usize::from(stream.read_exact(&mut body).await.is_ok()), Ordering::Relaxed);
        }
    })
    .await;
    let rig = rig(upstream, |_| {}).await;
    let trailers = Frame::trailers([("x-end".parse().unwrap(), "1".parse().unwrap())].into_iter().collect());
    for (n, last) in [Frame::data(Bytes::new()), trailers].into_iter().enumerate() {
        let (send, frames) = tokio::sync::mpsc::channel(2);
        let body = StreamBody::new(Frames(frames));
        let client: Client<_, StreamBody<Frames>> = Client::builder(TokioExecutor::new()).http2_only(true).build_http();
        let asked = Request::post(format!("http://{}/api", rig.address)).header("content-length", "2").body(body).unwrap();
        let answered = tokio::spawn(client.request(asked));
        send.send(Frame::data(Bytes::from_static(b"{}"))).await.unwrap();
        send.send(last).await.unwrap();
        // The request's end is on its way for long.
        sleep(Duration::from_millis(300)).await;
        drop(send);
        assert_eq!(answered.await.unwrap().unwrap().status(), 502);
        let found = rig.keep.wait(n + 1).await;
        assert_eq!((seen.load(Ordering::Relaxed), found[n].request_body.bytes.as_slice()), (n + 1, b"{}".as_slice()));
        assert!(found[n].is_in_doubt());
    }
}

#[tokio::test]
async fn head_that_is_all_the_upstream_waits_for_does_not_go_up_before_the_intent() {
    let seen = Arc::new(AtomicUsize::new(0));
    let count = seen.clone();
    // Acts when it has a whole request, and says nothing.
    let upstream = raw_upstream(move |mut stream| {
        let count = count.clone();
        async move {
            if !read_head(&mut stream).await.contains("transfer-encoding: chunked") || read_head(&mut stream).await == "0\r\n\r\n" {
                count.fetch_add(1, Ordering::Relaxed);
            }
            let _ = stream.read(&mut [0]).await;
        }
    })
    .await;
    let client: Client<_, StreamBody<Frames>> = Client::builder(TokioExecutor::new()).http2_only(true).build_http();
    for (method, length) in [("POST", Some("0")), ("GET", Some("0")), ("POST", None), ("GET", None), ("HEAD", None)] {
        let before = seen.load(Ordering::Relaxed);
        let rig = rig(upstream, |config| config.timeouts.answer = Duration::from_millis(500)).await;
        let (send, frames) = tokio::sync::mpsc::channel(2);
        let mut asked = Request::builder().method(method).uri(format!("http://{}/api", rig.address));
        if let Some(length) = length {
            asked = asked.header("content-length", length);
        }
        let answered = tokio::spawn(client.request(asked.body(StreamBody::new(Frames(frames))).unwrap()));
        sleep(Duration::from_millis(300)).await;
        let (acted, kept) = (seen.load(Ordering::Relaxed) - before, rig.running.stats().snapshot().journaled);
        assert!(acted as u64 <= kept, "{method} {length:?}: {acted} went up, {kept} kept");
        send.send(Frame::data(Bytes::new())).await.unwrap();
        drop(send);
        assert_eq!(answered.await.unwrap().unwrap().status(), 504, "{method} {length:?}");
        assert_eq!(seen.load(Ordering::Relaxed) - before, 1, "{method} {length:?}");
        let found = rig.keep.wait(1).await.remove(0);
        assert!(found.is_in_doubt() && found.request_body.whole && found.request_body.bytes.is_empty(), "{found:?}");
    }
}

#[tokio::test]
async fn body_without_a_length_goes_up_whatever_the_method() {
    let rig = rig(echo().await, |_| {}).await;
    for (n, method) in ["GET", "POST", "DELETE"].into_iter().enumerate() {
        let (send, frames) = tokio::sync::mpsc::channel(2);
        let client: Client<_, StreamBody<Frames>> = Client::builder(TokioExecutor::new()).http2_only(true).build_http();
        let asked = Request::builder().method(method).uri(format!("http://{}/api", rig.address));
        let answered = tokio::spawn(client.request(asked.body(StreamBody::new(Frames(frames))).unwrap()));
        send.send(Frame::data(Bytes::from_static(b"{}"))).await.unwrap();
        drop(send);
        let answer = answered.await.unwrap().unwrap().into_body().collect().await.unwrap().to_bytes();
        let found = rig.keep.wait(n + 1).await.remove(n);
        assert_eq!((answer.as_ref(), found.request_body.bytes.as_slice()), (b"{}".as_slice(), b"{}".as_slice()), "{method}");
        assert_eq!(header(&found.request_headers, "transfer-encoding"), None);
    }
}

/// An intention that a keeper's journal has not seen yet, with `bytes` bytes of body.
fn intention(keeper: &Keeper, bytes: usize, on_failure: OnFailure) -> Intention {
    let parts = Request::post("http://crm/api").body(()).unwrap().into_parts().0;
    let intent = Intent::new(&parts, "10.0.0.1:9".parse().unwrap(), "/api", "http", "crm");
    let intention = Intention::new(keeper.journal().clone(), on_failure, keeper.stats().clone(), bytes, Some(intent));
    intention.passed(&vec![b'x'; bytes]);
    intention
}

#[tokio::test]
async fn intents_that_nobody_waited_for_are_handed_out_in_the_same_run() {
    let folder = tempfile::tempdir().unwrap();
    let options = JournalOptions::new(folder.path().join("journal"));
    let (keep, mut count) = (Keep::default(), 0);
    let keeper = Keeper::open(&options, &Limits::new(), keep.clone()).await.unwrap();
    // As many as take the disk longer than the pump lingers.
    for _ in 0..100 {
        let intention = intention(&keeper, options.body_bytes, OnFailure::Closed);
        let polled = timeout(Duration::ZERO, intention.make()).await;
        count += 1;
        // Whether it is there nobody knows: it must not go up.
        assert!(polled.is_ok() || intention.make().await.is_err());
    }
    assert!(keep.wait(count).await.iter().all(|exchange| exchange.is_in_doubt()));
    keeper.stop().await;
}

#[tokio::test]
async fn intent_that_failed_once_stays_failed() {
    let folder = tempfile::tempdir().unwrap();
    let options = JournalOptions { body_bytes: 1 << 10, ..JournalOptions::new(folder.path().join("journal")) };
    let keeper = Keeper::open(&options, &Limits::new(), Keep::default()).await.unwrap();
    for (on_failure, expected) in [(OnFailure::Closed, false), (OnFailure::Open, true)] {
        // More than a frame of this journal holds.
        let intention = intention(&keeper, 8 << 20, on_failure);
        for _ in 0..2 {
            assert_eq!(intention.make().await.is_ok(), expected);
        }
    }
    keeper.stop().await;
}

/// A channel as a stream.
struct Frames(tokio::sync::mpsc::Receiver<Frame<Bytes>>);

impl futures_core::Stream for Frames {
    type Item = Result<Frame<Bytes>, std::convert::Infallible>;

    fn poll_next(mut self: std::pin::Pin<&mut Self>, context: &mut std::task::Context<'_>) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|frame| frame.map(Ok))
    }
}

#[tokio::test]
async fn upstream_that_answers_nonsense_leaves_doubt() {
    let upstream = raw_upstream(|mut stream| async move {
        read_head(&mut stream).await;
        stream.write_all(b"nonsense\r\n\r\n").await.unwrap();
    })
    .await;
    let rig = rig(upstream, |_| {}).await;
    assert_eq!(send(request("GET", rig.address, "/api", "")).await.status(), 502);
    assert!(rig.keep.wait(1).await[0].is_in_doubt());
}

#[tokio::test]
async fn client_that_goes_away_does_not_keep_the_outcome_from_being_recorded() {
    let upstream = raw_upstream(|mut stream| async move {
        read_head(&mut stream).await;
        sleep(Duration::from_millis(300)).await;
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        sleep(PATIENCE).await;
    })
    .await;
    let rig = rig(upstream, |_| {}).await;
    let mut stream = TcpStream::connect(rig.address).await.unwrap();
    stream.write_all(b"DELETE /api/x HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    sleep(Duration::from_millis(100)).await;
    drop(stream);
    assert_eq!(rig.keep.wait(1).await[0].status, Some(204));
}

#[tokio::test]
async fn client_that_goes_away_within_its_body_has_asked_nothing() {
    let whole = Arc::new(AtomicUsize::new(0));
    let count = whole.clone();
    let upstream = raw_upstream(move |mut stream| {
        let count = count.clone();
        async move {
            read_head(&mut stream).await;
            let mut body = [0; 10];
            count.fetch_add(usize::from(stream.read_exact(&mut body).await.is_ok()), Ordering::Relaxed);
        }
    })
    .await;
    let rig = rig(upstream, |_| {}).await;
    let mut stream = TcpStream::connect(rig.address).await.unwrap();
    stream.write_all(b"POST /api HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n123456789").await.unwrap();
    sleep(Duration::from_millis(100)).await;
    drop(stream);
    rig.keep.wait(0).await;
    assert_eq!((whole.load(Ordering::Relaxed), rig.running.stats().snapshot().abandoned), (0, 1));
}

#[tokio::test]
async fn stop_ends_what_lasts_and_leaves_it_in_doubt() {
    let upstream = raw_upstream(|mut stream| async move {
        read_head(&mut stream).await;
        sleep(PATIENCE).await;
    })
    .await;
    let rig = rig(upstream, |_| {}).await;
    let asked = tokio::spawn(client(false).request(request("GET", rig.address, "/api", "")));
    sleep(Duration::from_millis(200)).await;
    rig.running.stop(Duration::from_millis(200)).await;
    assert!(rig.keep.wait(1).await[0].is_in_doubt());
    // It got an answer of some kind, or the end of its connection; not silence.
    let _ = tokio::time::timeout(PATIENCE, asked).await.expect("the client was left waiting").unwrap();
}

#[tokio::test]
async fn stop_lets_what_has_begun_end() {
    let upstream = crate::common::upstream(|_| async {
        sleep(Duration::from_millis(400)).await;
        hyper::Response::new(http_body_util::Full::from("done"))
    })
    .await;
    let rig = rig(upstream, |_| {}).await;
    let asked = tokio::spawn(send(request("GET", rig.address, "/api", "")));
    sleep(Duration::from_millis(150)).await;
    rig.running.stop(Duration::from_secs(10)).await;
    assert_eq!(asked.await.unwrap().body().as_ref(), b"done");
    assert_eq!(rig.keep.wait(1).await[0].ended, Ended::Whole);
    assert!(TcpStream::connect(rig.address).await.is_err());
}

#[tokio::test]
async fn idle_connections_do_not_hold_up_a_stop() {
    let rig = rig(echo().await, |_| {}).await;
    let mut stream = TcpStream::connect(rig.address).await.unwrap();
    stream.write_all(b"GET /x HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    read_head(&mut stream).await;
    tokio::time::timeout(Duration::from_secs(5), rig.running.stop(Duration::from_secs(60))).await.expect("it waits for nothing");
}
