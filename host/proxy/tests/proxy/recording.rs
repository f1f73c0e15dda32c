//! What is recorded of an exchange.

use std::sync::atomic::Ordering;
use std::time::Duration;

use actlog_proxy::{CLAIMS_HEADER, Ended, Proxy};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_body_util::{BodyExt, Full};
use hyper::Response;

use crate::common::{Keep, config, echo, header, request, rig, send, upstream};

#[tokio::test]
async fn exchange_with_the_api_is_recorded_and_secrets_never_reach_the_disk() {
    // What the upstream gets is told here, not in its answer: that is kept.
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let upstream = upstream(move |request| {
        let told = tell.send(format!("{} {:?}", request.uri(), request.headers()));
        async move {
            told.unwrap();
            let body = request.into_body().collect().await.unwrap().to_bytes();
            Response::builder().header("set-cookie", "hush-answer").body(Full::new(body)).unwrap()
        }
    })
    .await;
    let rig = rig(upstream, |_| {}).await;
    rig.keep.fails.store(true, Ordering::Relaxed);
    let token = format!(
        "{}.{}.SIGNATURE-hush",
        URL_SAFE_NO_PAD.encode("{\"alg\":\"none\"}"),
        URL_SAFE_NO_PAD.encode(r#"{"oid":"0-1","nonce":"hush-hush"}"#)
    );
    let mut asked = request("PATCH", rig.address, "/api/data/v9.2/accounts(1)?$select=name&sig=hush-sig", r#"{"name":"x"}"#);
    for (name, value) in [
        ("authorization", format!("Bearer {token}")),
        ("cookie", "session=hush-cookie".to_owned()),
        ("callerobjectid", "0-2".to_owned()),
        ("x-actlog-claims", "{\"oid\":\"forged\"}".to_owned()),
    ] {
        asked.headers_mut().insert(name, value.parse().unwrap());
    }
    let answer = send(asked).await;
    assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (200, br#"{"name":"x"}"#.as_slice()));
    assert_eq!(answer.headers()["set-cookie"], "hush-answer");
    let seen = told.recv().await.unwrap();
    assert!(seen.contains(&token) && seen.contains("hush-cookie") && seen.contains("?$select=name&sig=hush-sig"), "{seen}");

    tokio::time::sleep(Duration::from_millis(200)).await;
    let middle = token.split('.').nth(1).unwrap();
    let mut kept = 0;
    for entry in std::fs::read_dir(rig.folder.path().join("journal")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        kept += usize::from(holds("accounts(1)"));
        for secret in ["hush", "forged", middle] {
            assert!(!holds(secret), "{secret}");
        }
    }
    assert_eq!(kept, 1);
    rig.keep.fails.store(false, Ordering::Relaxed);
    let found = rig.keep.wait(1).await.remove(0);
    assert_eq!((found.method.as_str(), found.target.as_str()), ("PATCH", "/api/data/v9.2/accounts(1)?$select=name&sig="));
    assert_eq!((found.scheme.as_str(), found.authority), ("http", rig.address.to_string()));
    assert!(found.client.ip().is_loopback() && found.began > 1_700_000_000_000);
    assert_eq!(header(&found.request_headers, CLAIMS_HEADER), Some(r#"{"oid":"0-1"}"#));
    assert_eq!(header(&found.request_headers, "callerobjectid"), Some("0-2"));
    assert_eq!(header(&found.request_headers, "authorization"), None);
    assert_eq!(header(&found.request_headers, "cookie"), None);
    assert_eq!((found.request_body.bytes.as_slice(), found.request_body.whole), (br#"{"name":"x"}"#.as_slice(), true));
    assert_eq!((found.status, found.ended), (Some(200), Ended::Whole));
    assert_eq!((found.response_body.bytes.as_slice(), found.response_body.whole), (br#"{"name":"x"}"#.as_slice(), true));
}

#[tokio::test]
async fn what_is_not_the_api_passes_and_is_not_recorded() {
    let rig = rig(echo().await, |_| {}).await;
    assert_eq!(send(request("POST", rig.address, "/webresources/x", "body")).await.body().as_ref(), b"body");
    assert_eq!(send(request("GET", rig.address, "/api/x", "")).await.status(), 200);
    let found = rig.keep.wait(1).await;
    assert_eq!(found[0].target, "/api/x");
    let stats = rig.running.stats().snapshot();
    assert_eq!((stats.requests, stats.passed, stats.journaled, stats.recorded, stats.in_doubt), (2, 1, 1, 1, 0));
    assert_eq!((stats.intent.count, stats.outcome.count), (1, 1));
}

#[tokio::test]
async fn head_of_a_long_body_is_kept_and_a_compressed_one_is_readable() {
    use std::io::Write;
    let upstream = upstream(|_| async {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(br#"{"value":["found"]}"#).unwrap();
        let response = Response::builder().header("content-encoding", "gzip").header("content-type", "application/json");
        response.body(Full::new(encoder.finish().unwrap().into())).unwrap()
    })
    .await;
    let rig = rig(upstream, |config| config.journal.body_bytes = 1000).await;
    send(request("POST", rig.address, "/api/x", vec![b'x'; 5000])).await;
    let found = rig.keep.wait(1).await.remove(0);
    assert_eq!((found.request_body.bytes.len(), found.request_body.whole, found.request_body.length), (1000, false, Some(5000)));
    assert_eq!(
        (found.response_body.bytes.as_slice(), found.response_body.whole, found.response_body.readable),
        (br#"{"value":["found"]}"#.as_slice(), true, true)
    );
}

#[tokio::test]
async fn recorder_that_fails_is_asked_again_also_after_a_restart() {
    let upstream = echo().await;
    let rig = rig(upstream, |_| {}).await;
    rig.keep.fails.store(true, Ordering::Relaxed);
    for n in 0..20 {
        assert_eq!(send(request("POST", rig.address, &format!("/api/{n}"), "{}")).await.status(), 200);
    }
    while rig.running.stats().snapshot().record_failures < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let journal = rig.folder.path().join("journal");
    rig.running.stop(Duration::from_secs(5)).await;
    assert_eq!(rig.keep.count(), 0);

    let keep = Keep::default();
    let running = Proxy::bind(config(&format!("http://{upstream}"), journal.clone()), keep.clone()).await.unwrap();
    let found = keep.wait(20).await;
    let targets: Vec<_> = found.iter().map(|exchange| exchange.target.clone()).collect();
    assert_eq!(targets, (0..20).map(|n| format!("/api/{n}")).collect::<Vec<_>>());
    assert!(found.iter().all(|exchange| exchange.status == Some(200) && exchange.ended == Ended::Whole));
    running.stop(Duration::from_secs(5)).await;

    // What was taken does not come again.
    let keep = Keep::default();
    let _running = Proxy::bind(config(&format!("http://{upstream}"), journal), keep.clone()).await.unwrap();
    keep.wait(0).await;
}
