//! Limits of number, size and time: obeyed and violated.

use std::time::Duration;

use http_body_util::Full;
use hyper::Response;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::common::{PATIENCE, client, echo, raw, raw_upstream, read_head, request, rig, send, upstream};

#[tokio::test]
async fn too_many_or_too_large_headers_are_refused() {
    let rig = rig(echo().await, |config| config.limits.headers = 50).await;
    let ask = |headers: usize, bytes: usize| {
        let lines: String = (0..headers).map(|n| format!("x-{n}: {}\r\n", "v".repeat(bytes))).collect();
        format!("GET /api HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lines}\r\n").into_bytes()
    };
    for (headers, bytes, status) in
        [(48, 1, "200"), (49, 1, "431"), (10_000, 1, "431"), (40, 1000, "200"), (40, 2000, "431"), (1, 1 << 20, "431")]
    {
        let text = raw(rig.address, &ask(headers, bytes)).await;
        assert!(text.starts_with(&format!("HTTP/1.1 {status}")), "{headers} headers of {bytes}: {}", &text[..text.len().min(60)]);
    }
    let mut many = request("GET", rig.address, "/api", "");
    for n in 0..60 {
        many.headers_mut().insert(hyper::header::HeaderName::from_bytes(format!("x-{n}").as_bytes()).unwrap(), "v".parse().unwrap());
    }
    assert_eq!(client(true).request(many).await.unwrap().status(), 431);
    rig.keep.wait(2).await;
}

#[tokio::test]
async fn too_long_a_target_is_refused() {
    let rig = rig(echo().await, |config| config.limits.target_bytes = 1000).await;
    for (length, status) in [(1000, 200), (1001, 414), (30_000, 414)] {
        assert_eq!(send(request("GET", rig.address, &format!("/api/{}", "x".repeat(length - 5)), "")).await.status(), status);
    }
    rig.keep.wait(1).await;
}

#[tokio::test]
async fn refused_while_it_sends_a_client_learns_why_and_that_the_connection_ends() {
    let rig = rig(echo().await, |config| config.limits.target_bytes = 100).await;
    let head = |length: usize| format!("POST /api/{} HTTP/1.1\r\nhost: x\r\ncontent-length: 8000000\r\n\r\n", "x".repeat(length));
    for _ in 0..20 {
        let mut stream = TcpStream::connect(rig.address).await.unwrap();
        stream.write_all(head(200).as_bytes()).await.unwrap();
        stream.write_all(&vec![b' '; 8_000_000]).await.expect("what is sent is taken");
        let answer = read_head(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 414") && answer.contains("connection: close\r\n"), "{answer}");
    }
    // Who sends no body, or all of it, may go on.
    for request in [&b"GET /api HTTP/1.1\r\nhost: x\r\n\r\n"[..], b"POST /api HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}"] {
        let mut stream = TcpStream::connect(rig.address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let answer = read_head(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200") && !answer.contains("connection: close"), "{answer}");
    }
    rig.keep.wait(2).await;
}

#[tokio::test]
async fn closed_connection_waits_for_its_client_only_a_while() {
    let rig = rig(echo().await, |_| {}).await;
    let mut stream = TcpStream::connect(rig.address).await.unwrap();
    stream.write_all(b"POST /api HTTP/1.1\r\nhost: x\r\nhost: y\r\ncontent-length: 8000000\r\n\r\n").await.unwrap();
    assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 400"));
    let sending = async {
        while stream.write_all(b" ").await.is_ok() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, sending).await.expect("it is taken for ever");
    // One that is stopped waits for nobody.
    let mut stream = TcpStream::connect(rig.address).await.unwrap();
    stream.write_all(b"POST /api HTTP/1.1\r\nhost: x\r\nhost: y\r\ncontent-length: 8000000\r\n\r\n").await.unwrap();
    assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 400"));
    timeout(Duration::from_secs(2), rig.running.stop(PATIENCE)).await.expect("it waits for a client");
}

#[tokio::test]
async fn slow_head_gets_408_and_an_idle_connection_just_ends() {
    let rig = rig(echo().await, |config| config.timeouts.head = Duration::from_millis(300)).await;
    let text = raw(rig.address, b"GET /api HTTP/1.1\r\nhost: x\r\nx: never en").await;
    assert!(text.starts_with("HTTP/1.1 408"), "{text}");
    assert_eq!(raw(rig.address, b"").await, "");
    let text = raw(rig.address, b"GET /api HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(text.starts_with("HTTP/1.1 200") && !text.contains("408"), "{text}");
    rig.keep.wait(1).await;
}

#[tokio::test]
async fn slow_body_gets_408_and_the_upstream_never_has_all_of_it() {
    let rig = rig(echo().await, |config| config.timeouts.idle = Duration::from_millis(300)).await;
    let text = raw(rig.address, b"POST /api HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc").await;
    assert!(text.starts_with("HTTP/1.1 408"), "{text}");
    rig.keep.wait(0).await;
    assert_eq!(rig.running.stats().snapshot().abandoned, 1);
}

#[tokio::test]
async fn too_many_at_once_get_503_and_room_comes_back() {
    let upstream = upstream(|_| async {
        sleep(Duration::from_millis(500)).await;
        Response::new(Full::default())
    })
    .await;
    let rig = rig(upstream, |config| config.limits.requests = 2).await;
    let client = client(false);
    let both: Vec<_> = (0..2).map(|_| tokio::spawn(client.request(request("GET", rig.address, "/api", "")))).collect();
    sleep(Duration::from_millis(200)).await;
    let refused = client.request(request("GET", rig.address, "/api", "")).await.unwrap();
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (503, "5"));
    for one in both {
        assert_eq!(one.await.unwrap().unwrap().status(), 200);
    }
    sleep(Duration::from_millis(50)).await;
    assert_eq!(send(request("GET", rig.address, "/api", "")).await.status(), 200);
    rig.keep.wait(3).await;
}

#[tokio::test]
async fn upstream_that_never_answers_gives_504_and_doubt() {
    let upstream = raw_upstream(|mut stream| async move {
        read_head(&mut stream).await;
        sleep(PATIENCE).await;
    })
    .await;
    let rig = rig(upstream, |config| config.timeouts.answer = Duration::from_millis(300)).await;
    assert_eq!(send(request("GET", rig.address, "/api", "")).await.status(), 504);
    assert_eq!(rig.keep.wait(1).await[0].status, None);
}

#[tokio::test]
async fn client_that_does_not_read_is_given_up() {
    let upstream = upstream(|_| async { Response::new(Full::new(vec![b'x'; 64 << 20].into())) }).await;
    let rig = rig(upstream, |config| config.timeouts.idle = Duration::from_millis(400)).await;
    let mut stream = TcpStream::connect(rig.address).await.unwrap();
    stream.write_all(b"GET /api HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let found = rig.keep.wait(1).await.remove(0);
    assert_eq!((found.status, found.ended), (Some(200), actlog_proxy::Ended::Cut));
    // The connection is ended, too.
    sleep(Duration::from_millis(600)).await;
    let mut all = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut all)).await.expect("the connection stays open");
    assert!(all.len() < 64 << 20, "{}", all.len());
}
