//! Connections that switch to another protocol.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::common::{PATIENCE, Rig, raw_upstream, read_head, rig};

const ASK: &[u8] =
    b"GET /api/hub HTTP/1.1\r\nhost: x\r\nconnection: keep-alive, Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: k\r\n\r\n";

async fn echoing(change: impl FnOnce(&mut actlog_proxy::Config)) -> Rig {
    let upstream = raw_upstream(|mut stream| async move {
        let head = read_head(&mut stream).await;
        assert!(head.contains("upgrade: websocket\r\n") && head.contains("connection: upgrade\r\n"), "{head}");
        assert!(head.contains("sec-websocket-key: k\r\n"), "{head}");
        stream
            .write_all(
                b"HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: a\r\n\r\nhello",
            )
            .await
            .unwrap();
        let (mut from, mut to) = stream.split();
        let _ = tokio::io::copy(&mut from, &mut to).await;
    })
    .await;
    rig(upstream, change).await
}

#[tokio::test]
async fn websocket_passes_bytes_both_ways_and_is_recorded() {
    let rig = echoing(|_| {}).await;
    let mut stream = TcpStream::connect(rig.address).await.unwrap();
    // Some bytes come right behind the request, before the switch.
    stream.write_all(&[ASK, b"early"].concat()).await.unwrap();
    let head = read_head(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 101") && head.contains("upgrade: websocket") && head.contains("sec-websocket-accept: a"), "{head}");
    let mut got = [0; 10];
    timeout(PATIENCE, stream.read_exact(&mut got)).await.unwrap().unwrap();
    assert_eq!(&got, b"helloearly");
    let long: Vec<u8> = (0..1 << 20).map(|n: u32| (n * 7) as u8).collect();
    let (mut from, mut to) = stream.split();
    let mut back = vec![0; long.len()];
    let (read, written) = tokio::join!(timeout(PATIENCE, from.read_exact(&mut back)), to.write_all(&long));
    read.unwrap().unwrap();
    written.unwrap();
    assert!(back == long);
    stream.shutdown().await.unwrap();
    assert_eq!(timeout(PATIENCE, stream.read_to_end(&mut Vec::new())).await.unwrap().unwrap(), 0);
    let found = rig.keep.wait(1).await;
    assert_eq!((found[0].status, found[0].ended), (Some(101), actlog_proxy::Ended::Whole));
}

#[tokio::test]
async fn tunnel_in_which_nothing_moves_is_ended() {
    let rig = echoing(|config| config.timeouts.tunnel = Duration::from_millis(300)).await;
    let mut stream = TcpStream::connect(rig.address).await.unwrap();
    stream.write_all(ASK).await.unwrap();
    read_head(&mut stream).await;
    timeout(PATIENCE, stream.read_to_end(&mut Vec::new())).await.expect("it stays open").unwrap();
}

#[tokio::test]
async fn tunnel_counts_as_a_request_and_does_not_hold_up_a_stop() {
    let rig = echoing(|config| config.limits.requests = 1).await;
    let mut stream = TcpStream::connect(rig.address).await.unwrap();
    stream.write_all(ASK).await.unwrap();
    assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 101"));
    let text = crate::common::raw(rig.address, b"GET /x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(text.starts_with("HTTP/1.1 503"), "{text}");
    timeout(Duration::from_secs(5), rig.running.stop(Duration::from_secs(60))).await.unwrap();
}
