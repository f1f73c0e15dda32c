//! Requests whose end two servers could see in different places.

use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::Response;

use crate::common::{raw, rig, upstream};

/// What is sent, whether it is refused, and what the upstream sees of it: method, path, body.
type Case = (&'static str, bool, &'static [(&'static str, &'static str)]);

const CASES: &[Case] = &[
    ("POST /api HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd", true, &[]),
    ("POST /api HTTP/1.1\r\nhost: x\r\ncontent-length: 3, 4\r\n\r\nabcd", true, &[]),
    ("POST /api HTTP/1.1\r\nhost: x\r\ncontent-length: +3\r\n\r\nabc", true, &[]),
    ("POST /api HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", true, &[]),
    ("POST /api HTTP/1.1\r\nhost: x\r\ncontent-length: 0x3\r\n\r\nabc", true, &[]),
    ("POST /api HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999999\r\n\r\nabc", true, &[]),
    ("POST /api HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\nabc", true, &[]),
    ("POST /api HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n", true, &[]),
    ("POST /api HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n", true, &[]),
    ("POST /api HTTP/1.0\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", true, &[]),
    ("POST /api HTTP/1.1\r\nhost: x\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n", true, &[]),
    ("POST /api HTTP/1.1\r\nhost: x\r\nx: a\r\n transfer-encoding: chunked\r\n\r\n0\r\n\r\n", true, &[]),
    ("GET /api HTTP/1.1\r\nhost: x\r\nx: a\0b\r\n\r\n", true, &[]),
    ("GET /api HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n", true, &[]),
    ("GET /api HTTP/1.1\r\n\r\n", true, &[]),
    ("GET http://y/api HTTP/1.1\r\nhost: x\r\n\r\n", true, &[]),
    ("GET /api HTTP/1.1\r\nhost: a@b\r\n\r\n", true, &[]),
    ("GET /api HTTP/1.1\r\nhost: x/../y\r\n\r\n", true, &[]),
    ("CONNECT other:443 HTTP/1.1\r\nhost: other:443\r\n\r\n", true, &[]),
    ("GET api HTTP/1.1\r\nhost: x\r\n\r\n", true, &[]),
    ("GET  /api HTTP/1.1\r\nhost: x\r\n\r\n", true, &[]),
    ("GET /api HTTP/9.9\r\nhost: x\r\n\r\n", true, &[]),
    // The chunks count, the length is not passed on, and nothing more is read from this connection.
    (
        "POST /api HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\nGET /api/smuggled HTTP/1.1\r\nhost: x\r\n\r\n",
        false,
        &[("/api", "ab")],
    ),
    (
        "POST /api HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 300\r\n\r\n2\r\nab\r\n0\r\n\r\nGET /api/smuggled HTTP/1.1\r\nhost: x\r\n\r\n",
        false,
        &[("/api", "ab")],
    ),
    // Broken chunks: the upstream never gets a whole request.
    ("POST /api HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n", true, &[]),
    ("POST /api HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabXX0\r\n\r\n", true, &[]),
    ("POST /api HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\nab\r\n", true, &[]),
    // Two in one piece are two.
    (
        "POST /api/1 HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nabGET /api/2 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        false,
        &[("/api/1", "ab"), ("/api/2", "")],
    ),
];

#[tokio::test]
async fn no_two_readings_of_where_a_request_ends() {
    let seen: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
    let sees = seen.clone();
    let upstream = upstream(move |request| {
        let sees = sees.clone();
        async move {
            let (parts, body) = request.into_parts();
            assert!(!(parts.headers.contains_key("content-length") && parts.headers.contains_key("transfer-encoding")));
            if let Ok(body) = body.collect().await {
                sees.lock().unwrap().push((parts.uri.path().to_owned(), String::from_utf8(body.to_bytes().to_vec()).unwrap()));
            }
            Response::new(Full::default())
        }
    })
    .await;
    let rig = rig(upstream, |config| config.timeouts.head = std::time::Duration::from_millis(500)).await;
    for (sent, refused, expected) in CASES {
        seen.lock().unwrap().clear();
        let text = raw(rig.address, sent.as_bytes()).await;
        let is_refused = !text.contains("HTTP/1.1 200");
        assert_eq!(is_refused, *refused, "{sent:?} was answered with {text:?}");
        let found = seen.lock().unwrap().clone();
        let found: Vec<_> = found.iter().map(|(path, body)| (path.as_str(), body.as_str())).collect();
        assert_eq!(&found, expected, "{sent:?}");
    }
}
