//! What passes is what was sent.

use std::time::Duration;

use actlog_proxy::{Forwarded, HostHeader, UpstreamHttp};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use crate::common::{PATIENCE, client, echo, raw, raw_upstream, read_head, request, rig, send, upstream};

#[tokio::test]
async fn bodies_pass_to_the_byte_with_both_versions_on_both_sides() {
    let upstream = echo().await;
    for http in [UpstreamHttp::Http1, UpstreamHttp::Http2] {
        let rig = rig(upstream, |config| config.upstream.http = http).await;
        for http2 in [false, true] {
            let client = client(http2);
            for (path, length) in [("/api", 0), ("/api", 1), ("/api", 70_000), ("/api", 3 << 20), ("/other", 3 << 20)] {
                let body: Bytes = (0..length).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>().into();
                let answer = client.request(request("POST", rig.address, path, body.clone())).await.unwrap();
                assert_eq!(answer.status(), 200);
                let back = timeout(PATIENCE, answer.into_body().collect()).await.unwrap().unwrap().to_bytes();
                assert!(back == body, "{http:?} {http2} {path} {length}: {} bytes came back", back.len());
            }
        }
        rig.keep.wait(8).await;
    }
}

#[tokio::test]
async fn chunked_body_passes() {
    let rig = rig(echo().await, |_| {}).await;
    let text = raw(
        rig.address,
        b"POST /api HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n",
    )
    .await;
    assert!(text.starts_with("HTTP/1.1 200") && text.ends_with("abcdefg"), "{text}");
    assert_eq!(rig.keep.wait(1).await[0].request_body.bytes, b"abcdefg");
}

#[tokio::test]
async fn expectation_is_answered_here() {
    let rig = rig(echo().await, |_| {}).await;
    let text =
        raw(rig.address, b"POST /api HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\nabc")
            .await;
    assert!(text.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200") && text.ends_with("abc"), "{text}");
}

#[tokio::test]
async fn headers_of_answers_without_a_body_stay() {
    let upstream = raw_upstream(|mut stream| async move {
        let head = read_head(&mut stream).await;
        let answer: &[u8] = match head.split(' ').nth(1) {
            Some("/api/head") => b"HTTP/1.1 200 OK\r\ncontent-length: 1234\r\netag: \"e\"\r\n\r\n",
            Some("/api/304") => b"HTTP/1.1 304 Not Modified\r\netag: \"e\"\r\n\r\n",
            _ => b"HTTP/1.1 204 No Content\r\nodata-entityid: x(1)\r\n\r\n",
        };
        stream.write_all(answer).await.unwrap();
    })
    .await;
    let rig = rig(upstream, |_| {}).await;
    let text = raw(rig.address, b"HEAD /api/head HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(text.starts_with("HTTP/1.1 200") && text.contains("content-length: 1234\r\n"), "{text}");
    assert!(raw(rig.address, b"GET /api/304 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.contains("etag: \"e\""));
    let text = raw(rig.address, b"DELETE /api/204 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(text.starts_with("HTTP/1.1 204") && text.contains("odata-entityid: x(1)"), "{text}");
    let statuses: Vec<_> = rig.keep.wait(3).await.iter().map(|exchange| exchange.status).collect();
    assert_eq!(statuses, [Some(200), Some(304), Some(204)]);
}

#[tokio::test]
async fn host_and_forwarding_are_as_set() {
    let upstream = echo().await;
    let seen = |answer: &Response<Bytes>| answer.headers()["x-seen"].to_str().unwrap().to_owned();
    let first = rig(upstream, |_| {}).await;
    let mut asked = request("GET", first.address, "/x", "");
    asked.headers_mut().insert("x-forwarded-for", "9.9.9.9".parse().unwrap());
    let answer = send(asked).await;
    let text = seen(&answer);
    assert!(text.contains(&format!("'host': '{upstream}'")) && text.contains("'x-forwarded-for': '127.0.0.1'"), "{text}");
    assert!(text.contains("'via': '1.1 actlog'") && answer.headers()["via"] == "1.1 actlog", "{text}");
    let second = rig(upstream, |config| {
        (config.host, config.upstream.http) = (HostHeader::Passed, UpstreamHttp::Http1);
        (config.forwarded, config.via) = (Forwarded::Append, None);
    })
    .await;
    let mut asked = request("GET", second.address, "/x", "");
    asked.headers_mut().insert("x-forwarded-for", "9.9.9.9".parse().unwrap());
    asked.headers_mut().insert("host", "crm.example".parse().unwrap());
    let text = seen(&send(asked).await);
    assert!(text.contains("'host': 'crm.example'") && text.contains("'x-forwarded-for': '9.9.9.9, 127.0.0.1'"), "{text}");
    assert!(!text.contains("'via'"), "{text}");
}

#[tokio::test]
async fn answers_are_streamed_while_they_come() {
    let (go, wait) = tokio::sync::watch::channel(false);
    let upstream = raw_upstream(move |mut stream| {
        let mut wait = wait.clone();
        async move {
            read_head(&mut stream).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nabc").await.unwrap();
            wait.wait_for(|go| *go).await.unwrap();
            stream.write_all(b"def").await.unwrap();
        }
    })
    .await;
    let rig = rig(upstream, |_| {}).await;
    let mut body = client(false).request(request("GET", rig.address, "/api", "")).await.unwrap().into_body();
    let first = timeout(PATIENCE, body.frame()).await.expect("the first half waits for the second").unwrap().unwrap();
    assert_eq!(first.into_data().unwrap().as_ref(), b"abc");
    go.send(true).unwrap();
    assert_eq!(body.collect().await.unwrap().to_bytes().as_ref(), b"def");
}

#[tokio::test]
async fn upstream_that_answers_before_it_has_all_is_heard_and_recorded() {
    let upstream = raw_upstream(|mut stream| async move {
        read_head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno").await.unwrap();
        // It stays open, and reads no further.
        tokio::time::sleep(Duration::from_secs(5)).await;
    })
    .await;
    let rig = rig(upstream, |config| config.timeouts.idle = Duration::from_millis(500)).await;
    let mut stream = tokio::net::TcpStream::connect(rig.address).await.unwrap();
    stream
        .write_all(b"POST /api HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"half\":")
        .await
        .unwrap();
    let head = read_head(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 413"), "{head}");
    drop(stream);
    let found = rig.keep.wait(1).await.remove(0);
    assert_eq!((found.status, found.request_body.whole), (Some(413), false));
    assert_eq!(found.request_body.bytes, b"{\"half\":");
}

#[tokio::test]
async fn many_at_once_get_their_own_answers() {
    let upstream = upstream(|request: Request<_>| async move { Response::new(Full::new(request.uri().path().to_owned().into())) }).await;
    let rig = rig(upstream, |_| {}).await;
    let client = client(false);
    let all: Vec<_> = (0..300).map(|n| (n, client.request(request("GET", rig.address, &format!("/api/{n}"), "")))).collect();
    let tasks: Vec<_> = all
        .into_iter()
        .map(|(n, answer)| {
            tokio::spawn(async move {
                let body = answer.await.unwrap().into_body().collect().await.unwrap().to_bytes();
                assert_eq!(body, format!("/api/{n}"));
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let mut ids: Vec<_> = rig.keep.wait(300).await.iter().map(|exchange| exchange.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 300);
}
